# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random fleets for property tests, what a service stores as plain values, and a ledger of the conversions that took effect."""

from __future__ import annotations

import dataclasses
import threading
import typing as t
from dataclasses import dataclass, field
from datetime import timedelta

from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json
from hypothesis import strategies as st

from simulator import Fleet, Simulator
from simulator.recorder import Observer, Recorded
from simulator.state import Connection

WIF, SECRET = "WorkloadIdentityFederation", "ServicePrincipal"
PROJECTS = ("Payments", "alpha", "Web Shop", "Büro {{ 7*7 }}")
HOSTILE = "{{ lookup('pipe','id') }}"
NAMES = ("azure-prod", "Azure-prod", "ä", "Z", HOSTILE, "a b", "=cmd", "{% raw %}")
OPERATION = "operation=ConvertAuthenticationScheme"


@dataclass(frozen=True)
class Wanted:
    """One connection of a random fleet: places in ``PROJECTS`` and ``NAMES``, and what :meth:`Fleet.connection` takes."""

    owner: int
    name: int
    shared_with: tuple[int, ...]
    options: tuple[tuple[str, t.Any], ...]


@dataclass(frozen=True)
class Blueprint:
    """A fleet that can be built again and again: a simulator changes what it is given."""

    projects: int
    connections: tuple[Wanted, ...]

    def build(self) -> Fleet:
        fleet = Fleet()
        fleet.service_principal("automation", secret="a-made-up-secret-of-the-automation")
        projects = [fleet.project(name) for name in PROJECTS[: self.projects]]
        for number, wanted in enumerate(self.connections):
            options = dict(wanted.options)
            guarded, extra = options.pop("guarded", False), options.pop("extra_secret", None)
            made = fleet.connection(
                projects[wanted.owner],
                f"{NAMES[wanted.name]}{number}",
                shared_with=[projects[place] for place in wanted.shared_with],
                **options,
            )
            if guarded:
                fleet.check(made, "8c6f20a7-a545-4486-9777-f762fafe0d4d", "Approval", {"instructions": "look"})
                fleet.role(made, fleet.user, "User")
            if extra is not None and fleet.world.directory.application(made.parameter("serviceprincipalid")):
                fleet.extra_secret(made, expires=timedelta(days=extra))
        return fleet


# What the service refuses, or what only some people may know: check mode cannot foresee how it ends.
_UNFORESEEABLE = {"conversion_failure", "partial", "application_exists", "application_writable", "tenant_id"}
# What a connection can be. The first lines are more frequent: a fleet of nothing but special cases converts nothing.
_KINDS: tuple[Json, ...] = (
    {},
    {},
    {},
    {"description": "said {{ once }}", "guarded": True, "all_pipelines": True},
    {"pipelines": (3, 7), "data": {"keepMe": "as it is"}, "guarded": True},
    {"secret_expires": timedelta(days=-2)},
    {"secret_expires": None},
    {"role": None},
    {"resource_group": "rg-one"},
    {"scope_level": "ManagementGroup"},
    {"multi_tenant": True},
    {"creation_mode": "Manual"},
    {"creation_mode": "Manual", "certificate": "made up"},
    {"scheme": WIF, "converted_ago": timedelta(days=1)},
    {"scheme": WIF, "converted_ago": timedelta(days=9)},
    {"scheme": WIF, "issuer": "azure_devops"},
    {"scheme": "ManagedServiceIdentity"},
    {"scheme": "PublishProfile"},
    {"type": "github", "scheme": "Token", "creation_mode": None},
    {"environment": "AzureChinaCloud"},
    {"environment": "AzureStack"},
    {"application_exists": False},
    {"application_writable": False},
    {"conversion_failure": "Failed to obtain an access token"},
    {"conversion_polls": 2},
    {"conversion_polls": 1, "conversion_failure": "Insufficient privileges to complete the operation."},
    {"partial": True},
    {"tenant_id": "11111111-2222-4333-8444-555555555555"},
    {"last_used": timedelta(days=2), "runs": 3},
)


@st.composite
def blueprints(draw: st.DrawFn, *, most: int = 8, odd: bool = True) -> Blueprint:
    """1 to 4 projects and up to ``most`` connections of all kinds.

    :param odd: whether some may be refused by the service, broken or not readable, too.
    """
    projects = draw(st.integers(1, len(PROJECTS)))
    kinds = _KINDS if odd else [kind for kind in _KINDS if not kind.keys() & _UNFORESEEABLE]
    connections = []
    for _number in range(draw(st.integers(0, most))):
        owner = draw(st.integers(0, projects - 1))
        others = [place for place in range(projects) if place != owner]
        shared_with = draw(st.sets(st.sampled_from(others), max_size=2)) if others else set()
        options = dict(draw(st.sampled_from(kinds)))
        options |= draw(st.sampled_from(({}, {}, {}, {"enabled": False}, {"running": True}, {"extra_secret": -3})))
        if odd:
            options |= draw(st.sampled_from(({}, {}, {}, {}, {"state": "failed"}, {"state": "in_progress"})))
        name = draw(st.integers(0, len(NAMES) - 1))
        connections.append(Wanted(owner, name, tuple(sorted(shared_with)), tuple(sorted(options.items()))))
    return Blueprint(projects, tuple(connections))


# -- what the service stores -------------------------------------------------------------------------------------------
# Everything that a conversion and the way back may leave behind.
_BY_THE_WAY = {"modified", "modified_by", "pending", "status", "ready", "previous"}
# Times that differ from one build of a blueprint to the next.
_OF_THE_BUILD = {"created", "history"}
_OF_THE_SCHEME = {
    "workloadidentityfederationissuer",
    "workloadidentityfederationsubject",
    "workloadidentityfederationissuertype",
    "authenticationtype",
    "serviceprincipalkey",
    "serviceprincipalcertificate",
}


def stored(simulator: Simulator, *, lasting: bool = False) -> Json:
    """All connections of the service with everything around them, by id.

    :param lasting: without what a change of the scheme is allowed to change.
    """
    return {item.id: _plain(simulator, item, lasting=lasting) for item in simulator.world.connections.values()}


def _plain(simulator: Simulator, connection: Connection, *, lasting: bool) -> Json:
    found = {
        item.name: getattr(connection, item.name)
        for item in dataclasses.fields(connection)
        if item.name not in _BY_THE_WAY | _OF_THE_BUILD | {"references", "created_by", "permissions", "roles"}
    }
    found["references"] = [(item.project.id, item.name, item.description) for item in connection.references]
    found["permissions"] = {
        project: (bool(item.all_pipelines), sorted(item.pipelines))
        for project, item in connection.permissions.items()
        if item.all_pipelines or item.pipelines
    }
    found["roles"] = {
        project: [(item.caller.id, item.role, item.inherited) for item in given]
        for project, given in connection.roles.items()
    }
    found["checks"] = [
        (item.id, item.project_id, item.type_name, item.settings, item.disabled)
        for item in simulator.world.checks.values()
        if item.connection_id == connection.id
    ]
    found["parameters"] = dict(connection.parameters)
    found["data"] = {key: value for key, value in connection.data.items() if key != "identityType"}
    if lasting:
        del found["scheme"]
        found["parameters"] = {k: v for k, v in found["parameters"].items() if k.lower() not in _OF_THE_SCHEME}
    return found


def named(simulator: Simulator, name: str) -> Connection:
    return next(item for item in simulator.world.connections.values() if item.name == name)


def federated(simulator: Simulator) -> set[str]:
    """Names of what is converted in the service."""
    return {item.name for item in simulator.world.connections.values() if item.scheme == WIF}


def finish_background_work(simulator: Simulator) -> None:
    """What the service has accepted comes to its end, as it would with time."""
    from simulator import pending

    for connection in list(simulator.world.connections.values()):
        if connection.pending is not None:
            connection.pending.polls, connection.pending.due = 0, None
            pending.settle(simulator.site, connection, counts=False)


# -- what happens to writes --------------------------------------------------------------------------------------------
@dataclass
class Ledger:
    """Watches every conversion that reaches the service.

    :ivar applied: how often the service took a conversion of a connection, by name.
    :ivar blind: conversions that were sent although the service was at it or done already, by name.
    :param then: called after the ledger, at every request.
    """

    simulator: Simulator
    then: Observer = lambda record, moment: None
    applied: dict[str, int] = field(default_factory=dict)
    blind: list[str] = field(default_factory=list)
    _before: dict[int, tuple[t.Any, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.simulator.observe(self)

    def __call__(self, record: Recorded, moment: t.Literal["arrived", "applied"]) -> None:
        connection = self._converted_by(record)
        if connection is not None and moment == "arrived":
            self._before[id(record)] = _progress(connection)
            wanted = ((record.body or {}).get("authorization") or {}).get("scheme")
            if connection.pending is not None or connection.scheme == wanted:
                self.blind.append(connection.name)
        if connection is not None and moment == "applied" and self._before.get(id(record)) != _progress(connection):
            self.applied[connection.name] = self.applied.get(connection.name, 0) + 1
        self.then(record, moment)

    def _converted_by(self, record: Recorded) -> Connection | None:
        if record.method != "PUT" or OPERATION not in record.raw_path:
            return None
        return self.simulator.connection(record.path.rsplit("/", 1)[-1])

    def check(self) -> None:
        """No write took effect twice, and none was repeated blindly."""
        # What the service took and then failed to do changed nothing: asking again, when that is known, is no second time.
        failed = {item.name for item in self.simulator.world.connections.values() if item.status.state == "Failed"}
        twice = {name: times for name, times in self.applied.items() if times != 1 and name not in failed}
        assert not twice, f"applied twice: {twice}"
        assert not self.blind, f"sent again although it was done or under way: {self.blind}"


def _progress(connection: Connection) -> tuple[t.Any, ...]:
    return connection.scheme, connection.pending is not None, connection.status.state, connection.modified


def wait_for_threads() -> None:
    """Threads of a task that was broken off are daemons and may be at their last request."""
    for thread in threading.enumerate():
        if thread.name.startswith("azdo-") and thread is not threading.current_thread():
            thread.join(10)
            assert not thread.is_alive()
