# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""azdo_arm_connection_convert at every service that the facts leave possible: each knob of the simulator in turn, undisturbed, and stopped at its writes.

`make test` stops each at one write, before or after it took effect; `make test-all` at every one as both.
"""

from __future__ import annotations

import dataclasses
import typing as t
from pathlib import Path

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._inspect import verify

from simulator import Fleet, Moment, Simulator, federation
from simulator.knobs import CHOICES, Knobs
from tools.sampling import sample
from unit.plugins._helpers.arm import SECRET, person
from unit.plugins._helpers.fleets import WIF, Ledger, finish_background_work
from unit.plugins._helpers.killing import applied, so_many_tests, state
from unit.plugins._helpers.stopping import stopped, write_number
from unit.plugins._helpers.tasks import Task, convert

Simulate = t.Callable[..., Simulator]

# What a conversion does not meet, by what has tests of its own for it.
ELSEWHERE = {
    "sign-in": ("rejection", "anonymous", "token_lifetime_s", "unknown_project"),
    "creation, change and deletion by azdo_arm_connection": (
        "creation_polls",
        "creation_ms",
        "creation_failure",
        "creator_administers",
        "deletion_polls",
        "deletion_ms",
        "deletion_failure",
        "automatic_update",
        "automatic_blanks",
        "update_polls",
        "update_ms",
        "update_failure",
        "omitted_data",
        "unknown_data",
        "permission_delay_calls",
        "check_lag_reads",
        "role_lag_reads",
        "proxy_lists_for_pat",
    ),
    "a revert": ("stale_deadline", "expired_deadline", "revert_days"),
    "the issuer migration": (
        "migration_polls",
        "migration_ms",
        "migration_credential",
        "migration_failure",
        "migration_non_user",
    ),
    "pauses": ("retry_after", "rate_limit_remaining", "rate_budget", "rate_window_s", "rate_cost", "rate_delay_s"),
    "what pipelines are": (
        "definitions_page_size",
        "build_retention_days",
        "definitions_without_rights",
        "preview_needs",
        "checkout_in_timeline",
    ),
    "applications and managed identities that are made": (
        "users_may_register",
        "owned_reads_directory",
        "owned_lists_applications",
        "requires_service_management_reference",
        "unknown_backing",
        "resource_groups",
        "resource_group_location",
    ),
    "benchmarks": ("latency_ms",),
}
VALUES: dict[str, tuple[t.Any, ...]] = {
    "project_page_size": (1,),
    "history_page_size": (1,),
    "arm_page_size": (1,),
    "secret_mask": ("",),
    "empty_secret_wipes": (True,),
    "conversion_polls": (1, 3),
    "conversion_ms": (30.0,),
    "conversion_failure": ("The service could not do it.",),
    "pair_in_error": (True,),
    "pair_in_answer": (True,),
    "non_user_manual_conversion": (False,),
    "workload_identity_federation": (False,),
    "propagation_tests": (2,),
    "group_role_reads": (True,),
    "principal_replication_tries": (2,),
    "graph_lag_reads": (2,),
    "graph_lag_ms": (30.0,),
    "arm_lag_reads": (2,),
    "arm_lag_ms": (30.0,),
}


def settings() -> list[dict[str, t.Any]]:
    usual, elsewhere = Knobs(), {name for names in ELSEWHERE.values() for name in names}
    names = [item.name for item in dataclasses.fields(Knobs) if item.name not in elsewhere]
    return [
        {name: value}
        for name in names
        for value in (VALUES[name] if name in VALUES else CHOICES[name])
        if value != getattr(usual, name)
    ]


SETTINGS = settings()


def test_every_knob_is_somewhere() -> None:
    elsewhere = [name for names in ELSEWHERE.values() for name in names]
    met = [name for item in SETTINGS for name in item]
    assert {*elsewhere, *met} == {item.name for item in dataclasses.fields(Knobs)}
    assert not set(elsewhere) & set(met)
    assert not set(VALUES) - set(met)


def fleet() -> Fleet:
    """Each kind once: automatic with a pipeline, shared with a check, and two that a person made, of which one has an application that others use."""
    found = Fleet()
    payments, shop = found.project("Payments"), found.project("Web Shop")
    found.connection(payments, "automatic", pipelines=[7])
    found.check(found.connection(shop, "shared", shared_with=[payments]), "fe1", "ExclusiveLock", {"a": 1})
    manual = found.connection(payments, "manual", creation_mode="Manual", pipelines=[8])
    found.connection(shop, "same-application", creation_mode="Manual", client_id=manual.parameter("serviceprincipalid"))
    found.service_principal("automation", secret=SECRET)
    return found


class World:
    """A service with a setting of its own, and one task for all that it has."""

    def __init__(self, simulate: Simulate, monkeypatch: pytest.MonkeyPatch, knobs: dict[str, t.Any]) -> None:
        self._simulate, self._monkeypatch, self._knobs = simulate, monkeypatch, knobs
        monkeypatch.setattr(verify, "tries", so_many_tests(4))

    def new(self, journal: Path) -> tuple[Simulator, dict[str, t.Any]]:
        simulator = self._simulate(fleet(), **self._knobs)
        ours = self._knobs.get("manual_issuer", "same")
        issuer = ours if ours in ("entra", "azure_devops") else self._knobs.get("issuer", "entra")
        made_by_hand = [item for item in simulator.world.connections.values() if item.creation_mode == "Manual"]
        pairs = [
            {"connection": item.id, "issuer": pair[0], "subject": pair[1]}
            for item in made_by_hand
            for pair in [federation.pair(simulator.world, item, issuer)]
        ]
        return simulator, {
            **person(simulator, "person", self._monkeypatch),
            "connections": [item.id for item in simulator.world.connections.values()],
            "shared": "include",
            "federated_credential": {"pairs": pairs},
            "journal": str(journal),
            "concurrency": 1,
            "wait_timeout": 60,
            "verify_timeout": 1,
            "allow_in_use": True,
            "allow_irreversible": True,
        }

    def to_the_end(self, simulator: Simulator, options: dict[str, t.Any]) -> list[Task]:
        """Run after run until one ends like the one before; the service has time in between."""
        tasks = [convert(simulator, **options)]
        for _run in range(4):
            judge(tasks[-1], simulator)
            finish_background_work(simulator)
            tasks.append(convert(simulator, **options))
            if tasks[-1].statuses == tasks[-2].statuses:
                return tasks
        raise AssertionError([task.statuses for task in tasks])


def judge(task: Task, simulator: Simulator) -> None:
    """What a row says is what the service holds."""
    held = {item.id: item.scheme for item in simulator.world.connections.values()}
    assert {row["id"] for row in task.rows} == held.keys()
    for row in task.rows:
        if row["status"] in ("converted", "unchanged"):
            assert held[row["id"]] == WIF, row
        if row["status"] in ("skipped", "needs_person"):
            assert held[row["id"]] != WIF, row
        if row["after"] and row["status"] != "waiting":
            assert (row["after"]["scheme"] == "workload_identity_federation") is (held[row["id"]] == WIF), row


def kept(simulator: Simulator, last: Task) -> dict[str, t.Any]:
    """What has to be the same whether or not a run was stopped: a credential that served for nothing is taken back only by the run that wrote it."""
    found = state(simulator)
    return {key: value for key, value in found.items() if not (last.failed and key.startswith("credentials of "))}


@pytest.mark.parametrize("number", range(len(SETTINGS)), ids=[str(item) for item in SETTINGS])
def test_stopped_at_a_write_it_ends_as_it_would_have(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, number: int
) -> None:
    world = World(simulate, monkeypatch, SETTINGS[number])
    simulator, options = world.new(tmp_path / "calm")
    ledger = Ledger(simulator)
    first = convert(simulator, **options)
    judge(first, simulator)
    # As many as surely come again: where the directory lags, how often something is tried is up to the clock.
    places = range(sum(applied(simulator.requests).values()))
    finish_background_work(simulator)
    runs = world.to_the_end(simulator, options)
    ledger.check()
    calm, writes = kept(simulator, runs[-1]), applied(simulator.requests)
    moments: tuple[Moment, ...] = ("arrived", "applied")
    for place, moment in sample(
        [(place, moment) for place in places for moment in moments], 2 * len(places) or 1, number
    ):
        simulator, options = world.new(tmp_path / f"{place}-{moment}")
        stopped(simulator, write_number(place), moment, **options)
        finish_background_work(simulator)
        world.to_the_end(simulator, options)
        assert kept(simulator, runs[-1]) == calm, (place, moment)
        if not runs[-1].failed:
            # What fails is asked for anew by each run.
            assert applied(simulator.requests) == writes, (place, moment)
