# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tasks of a play have registered, host by host.

PRIVATE to the collection. A host that took several steps, one wave after the other or a way back, has several results, in the order of time.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.plugin_utils._results.reading import ResultError, read_result
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import Result

# The key under which a result says which run it is of.
RUN = "run"


class NothingRegisteredError(Exception):
    """There is nothing to judge, and that must not look like nothing wrong; the message says what was looked for."""


def of_play(variables: t.Mapping[str, t.Any], options: t.Mapping[str, t.Any], whose: str) -> dict[str, list[t.Any]]:
    """What the options of a step ask for: :func:`registered` of its ``hosts``, else of those in the play's variable ``whose``."""
    hosts = options["hosts"] if options["hosts"] is not None else variables[whose]
    stored = of_host(variables["hostvars"])
    checked = variables.get(options.get("checked") or "")
    run = checked.get(RUN) if isinstance(checked, t.Mapping) else None
    return registered(hosts, stored, options["registered"], options["earlier"], options.get("missing", ""), run)


def of_host(hostvars: t.Any) -> t.Callable[[str], t.Any]:
    """The variables of a host as they are stored: nothing of them is evaluated. :param hostvars: those of ansible-core."""

    def stored(host: str) -> t.Any:
        if host not in hostvars:
            raise NothingRegisteredError(f"there is no host {host}")
        return hostvars.raw_get(host)

    return stored


def registered(
    hosts: t.Iterable[str],
    variables_of: t.Callable[[str], t.Any],
    names: t.Sequence[str],
    earlier: str = "",
    missing: str = "",
    run: str | None = None,
) -> dict[str, list[t.Any]]:
    """What tasks have registered, as a list of results for each host that has any, in the order of the names; skipped tasks have none.

    :param variables_of: the variables of a host, by its name. :param names: of the variables in which the results are.
    :param earlier: the variable with what fleet_judge remembered of earlier waves. :param missing: what a host without any of them has instead.
    :param run: which run a result must be of, if it says one: another play before this one may have registered under the same names.
    :raises NothingRegisteredError: no host has any of the names, not even of a skipped task.
    """
    found: dict[str, list[t.Any]] = {}
    known = False
    for host in hosts:
        # Asked for once: for each host Ansible puts all its variables together again.
        variables = variables_of(host)
        own = variables if isinstance(variables, t.Mapping) else {}
        results = list(((own.get(earlier) or {}).get("by_host") or {}).get(host) or []) if earlier else []
        mine = [result for name in names if isinstance(result := own.get(name), t.Mapping)]
        mine = [result for result in mine if run is None or result.get(RUN, run) == run]
        results += [single for result in mine for single in _singles(result)]
        results = [read for result in results if not (read := _read(result)).get("skipped")]
        known = known or bool(mine)
        if missing and not mine:
            results.append({"msg": missing})
        if results:
            found[str(host)] = results
    if not known:
        raise NothingRegisteredError(
            f"no host has registered {' or '.join(names) or 'anything'}: check the names in register, and the hosts"
        )
    return found


def _read(result: Result) -> Result:
    """What is no result of ours is a host without one: it must be missed, and the others can be judged."""
    try:
        return read_result(result)
    except ResultError as error:
        return {"msg": f"What this host has registered must be the result of a module of this collection, {error}."}


def plans_of(steps: t.Mapping[str, t.Sequence[Result]]) -> dict[str, t.Any]:
    """The plan of each host that has made one."""
    return {host: results[-1]["plan"] for host, results in steps.items() if results[-1].get("plan")}


def _singles(result: Result) -> t.Sequence[Result]:
    """A task in a loop has a result for each item."""
    items = result.get("results")
    return items if isinstance(items, list | tuple) and result.get("connections") is None else [result]
