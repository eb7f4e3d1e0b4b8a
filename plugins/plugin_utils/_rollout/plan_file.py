# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan of a fleet: the plans of all hosts, and one digest for a person to approve; in a file, or as one job hands it on to another.

PRIVATE to the collection. It holds what the plans of the module hold, ids, flags and hashes, and the names of hosts as keys.
"""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass, replace
from pathlib import Path

from ansible_collections.azdo.connections.plugins.module_utils._model.invariants import canonical_hash
from ansible_collections.azdo.connections.plugins.plugin_utils._input.role_variables import Said
from ansible_collections.azdo.connections.plugins.plugin_utils._input.scope import Host

# 2: the plans in it have the schema 2.
SCHEMA = 2
Plan = t.Mapping[str, t.Any]
_NO_PLAN = "this is no plan of a fleet. Give what the playbook azdo.connections.plan wrote or handed on."


class PlanFileError(Exception):
    """The text is no plan that can be carried out, or not what was approved; the message says why and what to do."""


def content_of(plans: t.Mapping[str, Plan], connections: t.Sequence[str] | None = None) -> dict[str, t.Any]:
    """Plans by host name, and their digest. :param connections: those that a person named, of which only a hash is kept."""
    return {
        "schema": SCHEMA,
        "digest": digest_of(plans),
        "connections": _hash(connections),
        "hosts": {host: plans[host] for host in sorted(plans)},
    }


def written(plans: t.Mapping[str, Plan], connections: t.Sequence[str] | None = None) -> str:
    """The same as a text."""
    return json.dumps(content_of(plans, connections), indent=1, ensure_ascii=False) + "\n"


def digest_of(plans: t.Mapping[str, Plan]) -> str:
    """Of the digests of all plans. A single host needs no file: its own digest says everything."""
    if len(plans) == 1:
        return str(next(iter(plans.values()))["digest"])
    return canonical_hash({"schema": SCHEMA, "hosts": {host: str(plan["digest"]) for host, plan in plans.items()}})


def _hash(connections: t.Sequence[str] | None) -> str:
    return canonical_hash(None if connections is None else sorted(name.casefold() for name in connections))


def _check_schema(schema: t.Any) -> None:
    """:raises PlanFileError: it is not the one that is written today."""
    # True is a number to Python, and no schema.
    if not isinstance(schema, int) or isinstance(schema, bool) or schema < 1:
        raise PlanFileError(_NO_PLAN)
    if schema < SCHEMA:
        raise PlanFileError(
            "the plan was written by an older version of the collection, in a form that this version does not read. Make a new plan with the playbook "
            "azdo.connections.plan. What the old one converted is taken back with fleet_connections, fleet_batch_journal or fleet_revert_all."
        )
    if schema > SCHEMA:
        raise PlanFileError(
            "the plan was written by a newer version of the collection, in a form that this version does not read. Use that version, or make a new plan "
            "with the playbook azdo.connections.plan."
        )


def _is_about(plan: Plan, host: Host, *, named: bool) -> bool:
    """Whether a plan is about what the host stands for.

    A connection of which nothing is planned is in no plan, so that its host is told from others by name alone.
    """
    options, items = plan.get("options"), plan.get("connections")
    of_project = isinstance(options, dict) and options.get("projects") == [host.project_id.lower()]
    if not host.connection_id:
        return of_project
    ids = {str(item.get("id")).lower() for item in items or () if isinstance(item, dict)}
    return ids == {host.connection_id.lower()} or (named and of_project and not ids)


@dataclass(frozen=True)
class Approved:
    """A plan that has the digest that was approved. ``hosts`` are the plans by host name; that each fits its own digest is checked by the module.

    :param source: the variable that gave it.
    """

    hosts: t.Mapping[str, Plan]
    connections: str
    source: str = "fleet_plan_path"

    def plan_of(self, name: str, host: Host) -> Plan | None:
        """The plan of a host, by the id of what the host stands for: its name follows from that of a project, which people change.

        :param name: that of the host, which counts where no id is known. A plan of that name that is about another project is somebody else's.
        """
        by_name = self.hosts.get(name)
        if not (host.connection_id or host.project_id):
            return by_name
        if by_name is not None and _is_about(by_name, host, named=True):
            return by_name
        return next((plan for plan in self.hosts.values() if _is_about(plan, host, named=False)), None)

    def check_connections(self, connections: t.Sequence[str] | None) -> None:
        """Whether it was made for the same named connections: it holds ids, so others could not be told from them.

        :raises PlanFileError: it was not.
        """
        if self.connections != _hash(connections):
            raise PlanFileError(
                f"{self.source}: the plan was made with another fleet_connections. Give it the value that it had, or make a new plan."
            )


def approved(said: Said) -> Approved:
    """The plans that were given, if they have the digest that was approved.

    :raises PlanFileError: they cannot be read, or were not approved; the message names the variable.
    """
    name = "fleet_plan_path" if said["plan_path"] else "fleet_plan"
    try:
        if said["plan_path"]:
            return load(said["plan_path"], said["plan_digest"])
        return replace(_approved(said["plan"], said["plan_digest"]), source=name)
    except PlanFileError as error:
        raise PlanFileError(f"{name}: {error}") from None


def load(path: str, digest: str) -> Approved:
    """:func:`read` of a file. :param path: relative to where ansible-playbook was started. :raises PlanFileError: it cannot be read, either."""
    absolute = Path(path).expanduser().absolute()
    try:
        return read(absolute.read_text(encoding="utf-8"), digest)
    except FileNotFoundError:
        raise PlanFileError(
            f"there is no file {absolute}. Give the one that the playbook azdo.connections.plan wrote; a job has only its own files, so keep it where the next "
            "job finds it, or make the plan again: while nothing has changed it has the same digest."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise PlanFileError(f"{absolute} cannot be read: {why}.") from None


def read(text: str, digest: str) -> Approved:
    """:raises PlanFileError: it is no plan, one of another schema, or not the one with this digest."""
    try:
        content = json.loads(text)
    except ValueError:
        raise PlanFileError(_NO_PLAN) from None
    return _approved(content, digest)


def _approved(content: t.Any, digest: str) -> Approved:
    try:
        plans = {str(host): dict(plan) for host, plan in content["hosts"].items()}
        # Before the digest: another schema gives another one, and nobody has to look for what was altered.
        _check_schema(content.get("schema"))
        found = digest_of(plans)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise PlanFileError(_NO_PLAN) from None
    if found != digest.strip().lower():
        raise PlanFileError(
            f"the plan has the digest {found}, and {digest.strip() or 'no digest'} was approved. "
            "Look at the plan again and approve its digest, or give the file that was approved."
        )
    return Approved(plans, str(content.get("connections")))
