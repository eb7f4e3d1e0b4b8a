# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""azdo_arm_connection_convert: what holds for any fleet, interrupted anywhere.

One in four of the examples of each property are tried, and of the boundaries of one conversion one in eight; `make test-all` tries all.
"""

from __future__ import annotations

import contextlib
import math
import os
import tempfile
import typing as t
from datetime import timedelta
from pathlib import Path

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._move import journal
from ansible_collections.azdo.connections.plugins.module_utils._rest.http import HttpClient
from ansible_collections.azdo.connections.plugins.module_utils._run.runtime import Shared
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from simulator import Simulator
from simulator.rest import Rest
from tools.sampling import ALL, examples, sample
from unit.plugins._helpers.arm import person
from unit.plugins._helpers.fleets import (
    PROJECTS,
    SECRET,
    WIF,
    Blueprint,
    Ledger,
    Wanted,
    blueprints,
    finish_background_work,
    stored,
    wait_for_threads,
)
from unit.plugins._helpers.tasks import Task, convert

Json = dict[str, t.Any]
# Everything is wanted: what is skipped is what cannot be converted.
EVERYTHING: Json = {"shared": "include", "include_disabled": True, "allow_in_use": True}
CHOICES = st.sampled_from([{}, {"shared": "include"}, {"include_disabled": True, "allow_in_use": True}, EVERYTHING])
SIGN_INS = st.sampled_from(["token", "person"])
ATTEMPTED = ("converted", "reverted", "failed", "waiting", "needs_person")


def one(name: int = 0, owner: int = 0, shared_with: tuple[int, ...] = (), **options: t.Any) -> Wanted:
    return Wanted(owner, name, shared_with, tuple(sorted(options.items())))


@contextlib.contextmanager
def signed_in(simulator: Simulator, who: str) -> t.Iterator[Json]:
    """Sign-in options of somebody with a personal access token, or of somebody who can look into Microsoft Entra, too."""
    with pytest.MonkeyPatch.context() as patch:
        yield person(simulator, "person", patch) if who == "person" else {}


def unchanged_where_it_matters(simulator: Simulator, before: Json) -> None:
    assert stored(simulator, lasting=True) == before


# -- selection ---------------------------------------------------------------------------------------------------------
def script(simulator: Simulator, project: str, *, failed: bool = False) -> list[str]:
    """Microsoft's script in one project: its list, its filter (fact sheet 3.2), its order.

    :param failed: with those that failed or are in progress, which it leaves out of its list.
    """
    answer = Rest(simulator).get(
        f"{project}/_apis/serviceendpoint/endpoints", type="azurerm", includeFailed=str(failed).lower()
    )
    chosen = [
        item
        for item in answer.json()["value"]
        if item["authorization"]["scheme"] == "ServicePrincipal"
        and item["data"].get("creationMode") == "Automatic"
        and not (
            item["isShared"] and item["serviceEndpointProjectReferences"][0]["projectReference"]["name"] != project
        )
    ]
    return [item["id"] for item in sorted(chosen, key=lambda item: str(item["name"]))]


@settings(max_examples=examples(25))
@given(blueprints(), st.sets(st.integers(0, 3)), CHOICES, st.sampled_from([1, 3]))
def test_the_selection_is_that_of_the_script_in_each_project(
    running: Simulator, blueprint: Blueprint, places: set[int], options: Json, concurrency: int
) -> None:
    running.reset(blueprint.build())
    everywhere = sorted(PROJECTS[: blueprint.projects], key=str.casefold)
    wanted = [PROJECTS[place] for place in places if place < blueprint.projects]
    for projects, given_projects in ((everywhere, None), (sorted(wanted, key=str.casefold), wanted)):
        task = convert(running, check=True, projects=given_projects, concurrency=concurrency, **options)
        assert [row["id"] for row in task.rows] == [
            id_ for project in projects for id_ in script(running, project, failed=True)
        ]
        not_ready = {
            row["id"] for row in task.rows if {"failed", "not_ready"} & {item["code"] for item in row["reasons"]}
        }
        ready = [row["id"] for row in task.rows if row["id"] not in not_ready]
        assert ready == [id_ for project in projects for id_ in script(running, project)]
    assert running.writes == []


# -- there and back ----------------------------------------------------------------------------------------------------
@settings(max_examples=examples(25))
@given(blueprints(), CHOICES, SIGN_INS)
def test_a_conversion_and_the_way_back_leave_everything_else_as_it_was(
    running: Simulator, blueprint: Blueprint, options: Json, who: str
) -> None:
    running.reset(blueprint.build())
    ledger = Ledger(running)
    lasting, before = stored(running, lasting=True), stored(running)
    with signed_in(running, who) as sign_in:
        there = convert(running, **options, **sign_in)
        unchanged_where_it_matters(running, lasting)
        moved = [row["id"] for row in there.rows if row["status"] == "converted"]
        event(f"{min(len(moved), 4)} converted")
        ledger.check()
        ledger = Ledger(running)
        back = convert(running, to="service_principal", connections=moved, **options, **sign_in)
    ledger.check()
    unchanged_where_it_matters(running, lasting)
    for row in back.rows:
        if row["status"] == "failed":
            # The secret did not work before either; who cannot look into Entra finds out by the test afterwards.
            assert row["error"]["code"] == "verification_failed", row
        if row["status"] in ("reverted", "failed"):
            assert stored(running)[row["id"]] == before[row["id"]]
        else:
            codes = [reason["code"] for reason in row["reasons"] if reason["effect"] == "blocks"]
            assert row["status"] == "skipped", row
            assert set(codes) <= {"secret_expired", "secret_missing", "application_missing"}, row


@settings(max_examples=examples(25))
@given(blueprints(), CHOICES)
def test_rows_tell_the_truth(running: Simulator, blueprint: Blueprint, options: Json) -> None:
    running.reset(blueprint.build())
    before = {id_: item["scheme"] for id_, item in stored(running).items()}
    task = convert(running, **options)
    after = {id_: item["scheme"] for id_, item in stored(running).items()}
    told = {row["id"] for row in task.rows if row["status"] == "converted"}
    assert told == {id_ for id_, scheme in after.items() if scheme != before[id_]}
    assert bool(told) <= bool(task.result["changed"])
    for row in task.rows:
        if row["after"]:
            assert row["after"]["scheme"] == {WIF: "workload_identity_federation", SECRET: "service_principal"}.get(
                after[row["id"]]
            )
        if row["status"] == "failed":
            assert row["error"]["message"].startswith(f"contoso / {row['project']} / {row['name']}: ")
            assert row["error"]["remedy"], row["error"]


# -- check mode --------------------------------------------------------------------------------------------------------
def foreseen(check: Task, run: Task, *, exactly: bool) -> None:
    """:param exactly: whether the service carries out whatever is asked of it."""
    assert check.names == run.names
    for expected, found in zip(check.rows, run.rows, strict=True):
        what = (expected["status"], found["status"], expected["name"], found["error"])
        if expected["status"].startswith("would_"):
            moved = {"would_convert": "converted", "would_revert": "reverted"}
            assert found["status"] in ATTEMPTED, what
            if exactly:
                assert found["status"] == moved.get(expected["status"], found["status"]), what
        else:
            assert found["status"] == expected["status"], what
        if found["status"] in ("skipped", "unchanged"):
            assert found["reasons"] == expected["reasons"]
        if found["status"] in ("converted", "reverted", "skipped", "unchanged"):
            assert found["rollback"] == expected["rollback"], what
    if exactly:
        assert run.result["changed"] == check.result["changed"]


@settings(max_examples=examples(25))
@given(blueprints(odd=False), CHOICES, SIGN_INS, st.booleans())
def test_check_mode_foresees_a_run(
    running: Simulator, blueprint: Blueprint, options: Json, who: str, cautious: bool
) -> None:
    running.reset(blueprint.build())
    with signed_in(running, who) as sign_in:
        every: Json = {**options, **sign_in, "allow_irreversible": not cautious}
        check = convert(running, check=True, **every)
        assert running.writes == []
        foreseen(check, convert(running, **every), exactly=True)


@settings(max_examples=examples(25))
@given(blueprints(), CHOICES, SIGN_INS)
def test_check_mode_foresees_what_is_tried_where_the_service_has_the_last_word(
    running: Simulator, blueprint: Blueprint, options: Json, who: str
) -> None:
    seen = Blueprint(
        blueprint.projects, tuple(item for item in blueprint.connections if not dict(item.options).get("partial"))
    )
    running.reset(seen.build())
    with signed_in(running, who) as sign_in:
        check = convert(running, check=True, **options, **sign_in)
        foreseen(check, convert(running, **options, **sign_in), exactly=False)


@settings(max_examples=examples(25))
@given(blueprints(odd=False), CHOICES, SIGN_INS)
def test_check_mode_foresees_a_run_by_names(running: Simulator, blueprint: Blueprint, options: Json, who: str) -> None:
    """Whatever was named, other types too."""
    running.reset(blueprint.build())
    ids = list(running.world.connections)
    with signed_in(running, who) as sign_in:
        check = convert(running, check=True, connections=ids, **options, **sign_in)
        assert sorted(row["id"] for row in check.rows) == sorted(ids)
        foreseen(check, convert(running, connections=ids, **options, **sign_in), exactly=True)


@settings(max_examples=examples(25))
@given(blueprints(odd=False), CHOICES, SIGN_INS)
def test_check_mode_foresees_the_way_back(running: Simulator, blueprint: Blueprint, options: Json, who: str) -> None:
    running.reset(blueprint.build())
    convert(running, **options)
    running.forget()
    every: Json = {"to": "service_principal", "revert_all": True, **options}
    with signed_in(running, who) as sign_in:
        check = convert(running, check=True, **every, **sign_in)
        assert running.writes == []
        foreseen(check, convert(running, **every, **sign_in), exactly=True)


@settings(max_examples=examples(30))
@given(blueprints(), CHOICES)
def test_a_plan_does_what_a_run_without_one_does(running: Simulator, blueprint: Blueprint, options: Json) -> None:
    running.reset(blueprint.build())
    free = convert(running, **options)
    expected = stored(running)
    running.reset(blueprint.build())
    plan = convert(running, check=True, **options).result["plan"]
    bound = convert(running, plan=plan, **options)
    assert bound.statuses == free.statuses
    assert stored(running) == expected
    running.reset(blueprint.build())
    digested = convert(running, plan_digest=plan["digest"], **options)
    assert not (digested.failed and "connections" not in digested.result), digested.result["msg"]
    assert digested.statuses == free.statuses
    assert stored(running) == expected


# -- again and again ---------------------------------------------------------------------------------------------------
@settings(max_examples=examples(25))
@given(blueprints(odd=False), CHOICES, SIGN_INS)
def test_a_second_run_changes_nothing(running: Simulator, blueprint: Blueprint, options: Json, who: str) -> None:
    running.reset(blueprint.build())
    with signed_in(running, who) as sign_in:
        convert(running, **options, **sign_in)
        after = stored(running)
        running.forget()
        second = convert(running, **options, **sign_in)
    assert running.writes == []
    assert not second.result["changed"]
    assert not second.failed
    assert stored(running) == after


@settings(max_examples=examples(25))
@given(blueprints(), CHOICES)
def test_a_second_run_only_tries_again_what_was_refused(
    running: Simulator, blueprint: Blueprint, options: Json
) -> None:
    running.reset(blueprint.build())
    first = convert(running, **options)
    after = stored(running)
    running.forget()
    convert(running, **options)
    failed = {row["id"] for row in first.rows if row["status"] == "failed"}
    assert {record.path.rsplit("/", 1)[-1] for record in running.writes} <= failed
    assert stored(running) == after


# -- interrupted anywhere ----------------------------------------------------------------------------------------------
ENDS = ("never_arrived", "answered", "lost", "raised_before", "raised_after")


def interrupted(simulator: Simulator, ledger: Ledger, place: int, how: str, **options: t.Any) -> None:
    """A run that ends at its request number ``place``: that one never arrives, is answered, or its answer is lost."""
    loop, seen = Shared(), [0]

    def end(record: t.Any, moment: str) -> None:
        if moment != "arrived":
            return
        seen[0] += 1
        if seen[0] == place:
            loop.stop.set()
            if how == "never_arrived":
                simulator.fault(kind="reset_before")
            elif how == "lost":
                simulator.fault(kind="reset_after")

    once, counted = HttpClient._once, [0]

    def breaks(self: HttpClient, *arguments: t.Any) -> t.Any:
        counted[0] += 1
        mine = counted[0]
        if mine == place and how == "raised_before":
            raise KeyboardInterrupt
        answer = once(self, *arguments)
        if mine == place:
            raise KeyboardInterrupt
        return answer

    with pytest.MonkeyPatch.context() as patch, contextlib.suppress(KeyboardInterrupt):
        if how.startswith("raised"):
            patch.setattr(HttpClient, "_once", breaks)
        else:
            ledger.then = end
        convert(simulator, loop=loop, **options)
    wait_for_threads()
    ledger.then = lambda record, moment: None
    simulator.clear_faults()


def ends_the_same(
    simulator: Simulator,
    blueprint: Blueprint,
    *,
    place: float,
    how: str,
    journaled: bool,
    rest_first: bool,
    **options: t.Any,
) -> None:
    """An interrupted run and another one end where an undisturbed run ends."""
    prepared = blueprint.build()
    simulator.reset(prepared)
    convert(simulator, **options)
    finish_background_work(simulator)
    expected = stored(simulator)
    most = len(simulator.requests)
    simulator.reset(blueprint.build())
    ledger = Ledger(simulator)
    with tempfile.TemporaryDirectory() as folder:
        every: Json = {**options, "journal": str(Path(folder) / "journal") if journaled else None}
        number = max(1, math.ceil(place * most))
        interrupted(simulator, ledger, number, how, **every)
        if rest_first:
            finish_background_work(simulator)
        again = convert(simulator, **every)
        # What the service was still at when the second run came is its own business, until that is over.
        finish_background_work(simulator)
        third = convert(simulator, **every)
    close_journals()
    assert "connections" in again.result, again.result["msg"]
    assert stored(simulator) == expected, (number, how)
    ledger.check()
    refused = {row["name"] for row in third.rows if row["status"] in ("failed", "needs_person")}
    assert not third.result["changed"] or refused


def close_journals() -> None:
    """A process keeps the journals that it used open, one for each path; here each example has one."""
    for file in journal._OPEN.values():
        file.close()
    journal._OPEN.clear()


PLACES = st.floats(0, 1, exclude_min=True)


@settings(max_examples=examples(25))
@given(
    blueprints(most=6),
    PLACES,
    st.sampled_from(ENDS),
    st.booleans(),
    st.booleans(),
    st.sampled_from([1, 3]),
    st.sampled_from([{}, EVERYTHING]),
)
@example(Blueprint(1, (one(),)), 0.75, "lost", False, False, 1, {})
def test_an_interrupted_conversion_ends_like_an_undisturbed_one(
    running: Simulator,
    blueprint: Blueprint,
    place: float,
    how: str,
    journaled: bool,
    rest_first: bool,
    concurrency: int,
    options: Json,
) -> None:
    ends_the_same(
        running,
        blueprint,
        place=place,
        how=how,
        journaled=journaled,
        rest_first=rest_first,
        concurrency=concurrency,
        **options,
    )


@st.composite
def converted_fleets(draw: st.DrawFn) -> Blueprint:
    """Up to five connections that can be taken back, with anything that a fleet may have around them."""
    other = draw(blueprints(most=3))
    back = [
        one(
            draw(st.integers(0, 7)),
            draw(st.integers(0, other.projects - 1)),
            scheme=WIF,
            converted_ago=timedelta(days=draw(st.integers(0, 6))),
            conversion_polls=draw(st.sampled_from([None, None, 1])),
        )
        for _number in range(draw(st.integers(1, 4)))
    ]
    return Blueprint(other.projects, (*other.connections, *back))


@settings(max_examples=examples(25))
@given(converted_fleets(), PLACES, st.sampled_from(ENDS), st.booleans(), st.booleans(), st.sampled_from([1, 3]))
def test_an_interrupted_way_back_ends_like_an_undisturbed_one(
    running: Simulator,
    blueprint: Blueprint,
    place: float,
    how: str,
    journaled: bool,
    rest_first: bool,
    concurrency: int,
) -> None:
    ends_the_same(
        running,
        blueprint,
        place=place,
        how=how,
        journaled=journaled,
        rest_first=rest_first,
        concurrency=concurrency,
        to="service_principal",
        revert_all=True,
    )


@pytest.mark.parametrize("journaled", [True, False])
@pytest.mark.parametrize("how", ENDS)
def test_every_boundary_of_one_conversion(running: Simulator, how: str, journaled: bool) -> None:
    blueprint = Blueprint(1, (one(guarded=True, all_pipelines=True), one(1)))
    running.reset(blueprint.build())
    convert(running)
    most = len(running.requests)
    for number in sample(range(1, most + 1), 8, ENDS.index(how) + journaled):
        ends_the_same(
            running,
            blueprint,
            place=number / most,
            how=how,
            journaled=journaled,
            rest_first=False,
            concurrency=1,
        )


# -- how much is asked -------------------------------------------------------------------------------------------------
def _requests(simulator: Simulator, number: int, **options: t.Any) -> int:
    simulator.reset(Blueprint(4, tuple(one(place % 8, place % 4) for place in range(number))).build())
    task = convert(simulator, **options)
    assert len(task.rows) == number
    assert set(task.statuses.values()) <= {"converted", "would_convert"}
    return len(simulator.requests)


@pytest.mark.parametrize("options", [{}, {"check": True}, {"verify": "none"}, {"concurrency": 1}], ids=str)
def test_requests_are_linear_in_the_number_of_connections(running: Simulator, options: Json) -> None:
    """Of 4, 12 and 32 connections, in `make test-all` of 4, 20 and 60."""
    numbers = (4, 20, 60) if os.environ.get(ALL) else (4, 12, 32)
    few, some, many = (_requests(running, number, **options) for number in numbers)
    for_each = (many - few) // (numbers[2] - numbers[0])
    assert for_each <= 10
    for number, found in zip(numbers, (few, some, many), strict=True):
        beside = found - number * for_each
        together = 4 * (2 + number // 25)
        assert beside <= 2 + 4 + together, (
            "projects, organization, one list for each project, and what is read for many"
        )
