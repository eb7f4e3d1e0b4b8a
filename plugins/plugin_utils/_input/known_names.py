# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person named although nobody knows it: a misspelt name would leave out what was meant, or take in what was not, and look like success.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._model.name_patterns import answers_to
from ansible_collections.azdo.connections.plugins.module_utils._model.nearest import did_you_mean
from ansible_collections.azdo.connections.plugins.plugin_utils._input.agreement import by_plan
from ansible_collections.azdo.connections.plugins.plugin_utils._input.role_variables import (
    VARIABLES,
    WRITING,
    Said,
    known,
    meant,
    of_jobs,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._input.scope import Host
from ansible_collections.azdo.connections.plugins.plugin_utils._input.value_forms import filled, moment_of

Hosts = t.Mapping[str, Host]


def unknown_variables(names: t.Iterable[str], of_inventory: t.Collection[str]) -> tuple[list[str], list[str]]:
    """Sentences about variables that nobody knows: those that stop the play, and those that are only worth a warning.

    :param names: of all variables that look like those of the role. :param of_inventory: those that an inventory or a fact has brought, where somebody may
        have a variable of their own; one that is nearly a known one is none.
    """
    errors, warnings = [], []
    for name in sorted(name for name in {*names}.difference(known()) if not of_jobs(name)):
        near = meant(name)
        if near or name not in of_inventory:
            errors.append(
                f"{name} is no variable of this role.{f' Did you mean {near}?' if near else did_you_mean(name, known())}"
            )
        else:
            warnings.append(f"{name} is no variable of the role azdo.connections.fleet, so it says nothing here.")
    return errors, warnings


def unread_here(entry: str, target: str, value_of: t.Callable[[str], t.Any]) -> list[str]:
    """Sentences about variables that another entry point would obey, and with which this one would move something else, or more.

    :param target: where this one moves connections to. :param value_of: the value of a variable, None if it is not set.
    """
    if entry not in (*WRITING, "revert"):
        return []
    found = []
    for name in ("fleet_to", "fleet_remove_old_credential", "fleet_schemes"):
        variable, value = VARIABLES[name], value_of(name)
        try:
            value = variable.read(value)
        except ValueError:
            # Whatever it is, it is not what this entry point does.
            found.append(f"{name} is {value!r}, which is nothing for the entry point {entry}. Leave it out.")
            continue
        if entry not in variable.entries and value not in (variable.default, target):
            found.append(
                f"{name} is not for the entry point {entry}, which would do something else: it is for {', '.join(variable.entries)}. Leave it out."
            )
    return found


def sizes_nobody_reads(said: Said, serial: t.Any, hosts: int, *, organization: bool) -> str:
    """Why the sizes of waves would say nothing in a playbook of the collection, or an empty text.

    :param serial: fleet_serial. :param hosts: how many the play has. :param organization: whether they stand for organizations.
    """
    by_hosts, by_projects = filled(serial) is not None, said["waves"] != VARIABLES["fleet_waves"].default
    if by_projects and not by_hosts and not organization:
        return "fleet_waves is about the projects of a host that stands for an organization. Here the hosts have waves: give fleet_serial."
    if by_hosts and not by_projects and hosts == 1 and organization:
        return "fleet_serial is about hosts, and here is one that stands for an organization. Its projects have waves: give fleet_waves."
    return ""


def strangers(said: Said, hosts: Hosts) -> list[str]:
    """A sentence for each name that no host stands for or has.

    A host that stands for an organization, or whose connections nobody listed, may have anything: then the service is asked. What is not in this slice is in
    another one, or was refused when the plan was made; see :func:`names_in_slices`.
    """
    if said.in_slices:
        return []
    places = [text for host in hosts.values() for text in host.places if text]
    known_names = [text for host in hosts.values() for text in host.known or ()]
    open_places = any(host.is_organization for host in hosts.values())
    open_names = any(host.is_organization or host.known is None for host in hosts.values())
    found = []
    for name, there, is_open in (
        ("projects", places, open_places),
        ("connections", known_names, open_names),
        ("exclude", known_names, open_names),
        ("credential_pairs", known_names, open_names),
        ("batch_ids", known_names, open_names),
        ("migrated_ids", known_names, open_names),
    ):
        texts = [text["connection"] if isinstance(text, dict) else text for text in said.get(name) or ()]
        missing = [] if is_open else [text for text in texts if not answers_to(there, text)]
        if missing:
            found.append(
                f"fleet_{name} names {', '.join(missing)}, which no host of this play stands for.{did_you_mean(missing[0], there)} Check the spelling, the "
                "filters and the cache of the inventory (--flush-cache), and --limit."
            )
    return found


def names_in_slices(said: Said) -> str:
    """Why names cannot be obeyed in a slice, or an empty text: one that is misspelt could not be told from one of another slice.

    An approved plan was made of all hosts, for the same fleet_connections, and says what is left alone.
    """
    if not said.in_slices:
        return ""
    if said.entry == "plan":
        return "fleet_slices says that this job has only some of the hosts, and a plan is made of all of them. Make it in a job without slices."
    names = ("projects", "connections", "exclude", "credential_pairs", "batch_ids", "migrated_ids", "canary")
    given = [f"fleet_{name}" for name in names if said.get(name) and not (name == "connections" and by_plan(said))]
    if by_plan(said):
        return (
            f"{' and '.join(given)} cannot be obeyed in a slice, where a name that is misspelt looks like one of another slice. Give it where the plan is "
            "made; let a canary go first in a job without slices, with a limit."
            if given
            else ""
        )
    if said.entry in WRITING and not said.removes:
        return (
            "fleet_slices says that this job has only some of the hosts. Approve a plan of all of them, made by a job without slices, and give its digest with "
            "fleet_plan_digest and the plan itself with fleet_plan or fleet_plan_path."
        )
    return (
        f"{' and '.join(given)} cannot be obeyed in a slice, where a name that is misspelt looks like one of another slice. Narrow with the limit of the job."
        if given
        else ""
    )


def canary_problem(said: Said, hosts: Hosts, first: t.Collection[str]) -> str:
    """Why the hosts that go first are not those that a person named, or an empty text. Of organizations their plans tell.

    :param first: the hosts of the first wave.
    """
    for wanted in said.get("canary") or ():
        of_it = [name for name, host in hosts.items() if _is_called(name, host, wanted)]
        if not of_it and not any(host.is_organization for host in hosts.values()):
            names = [text for name, host in hosts.items() for text in (name, *host.places)]
            return (
                f"fleet_canary names {wanted}, which is neither a host of this play nor the project or connection of one.{did_you_mean(wanted, names)} Nothing "
                "was changed."
            )
        if any(wanted.casefold() == name.casefold() for name in of_it) and not set(of_it) & set(first):
            return f"fleet_canary names {wanted}, which does not go first: hosts are put in order before any variable of theirs is read, so give it with -e."
        if of_it and not set(of_it) & set(first):
            return f"fleet_canary names {wanted}, which does not go first under that name. Give the name of its host: {', '.join(of_it[:5])}."
    return ""


def _is_called(name: str, host: Host, wanted: str) -> bool:
    texts = [name, *host.places, host.connection_id]
    # The connections of a project are no canaries, but the connection that a host stands for is one.
    return answers_to([*texts, *(host.known or () if host.connection_id else ())], wanted)


def no_baseline(said: Said) -> str:
    """Why nobody could tell a new secret, or an empty text."""
    since = said.get("watch_secrets_since")
    if since and moment_of(str(since)) is None:
        return (
            f"fleet_watch_secrets_since is {since!r}, which is no date. Write it as 2026-11-30 or 2026-11-30T09:15:00Z."
        )
    if "new_secret" in (said.get("watch") or ()) and not (since or said.get("history")):
        return (
            "fleet_watch has new_secret, and nothing says what is new: name a folder of earlier reports with fleet_history, or a date with "
            "fleet_watch_secrets_since."
        )
    return ""
