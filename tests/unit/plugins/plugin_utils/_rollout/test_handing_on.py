# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a job hands on to later ones."""

from __future__ import annotations

import json
import typing as t
from datetime import datetime, timezone

import pytest
from ansible_collections.azdo.connections.plugins.plugin_utils._input.role_variables import Said, hear
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout import handing_on
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.handing_on import Job, handed_on, job_number

NOW = datetime(2026, 11, 30, tzinfo=timezone.utc)
SECRET, FEDERATION = "service_principal", "workload_identity_federation"
Json = dict[str, t.Any]


def said(entry: str, **values: t.Any) -> Said:
    return hear(entry, {f"fleet_{name}": value for name, value in values.items()})


def row(name: str, status: str, *, after: str | None = SECRET, codes: t.Sequence[str] = ()) -> Json:
    return {
        "id": f"id-{name}",
        "name": name,
        "project": "Payments",
        "projects": [],
        "target": FEDERATION,
        "status": status,
        "before": {"scheme": SECRET, "issuer": None},
        "after": {"scheme": after, "issuer": None} if after else None,
        "reasons": [{"code": code, "effect": "blocks", "message": "m", "remedy": "r"} for code in codes],
        "error": None,
    }


def result(*rows: Json, unread: t.Sequence[str] = (), agreed: t.Sequence[str] = ()) -> Json:
    gaps = [{"id": name, "project": name, "reason": "no"} for name in unread]
    coverage = {"complete": not gaps, "projects": 2, "unread": gaps, "empty": [], "partial": []}
    return {
        "connections": list(rows),
        "summary": {"organization": "contoso", "coverage": coverage},
        "asked": {"agreed": list(agreed), "named": []},
    }


def told(entry: str, *results: Json, job: Job = Job(), **values: t.Any) -> tuple[Json, Json]:  # noqa: B008 - frozen
    """All that is handed on, and the account of the job."""
    steps = {f"host-{number}": [found] for number, found in enumerate(results)}
    found, _warnings = handed_on(said(entry, **values), steps, {}, job, NOW)
    (name,) = (name for name in found if name.startswith(f"azdo_{entry}"))
    return found, found[name]


@pytest.mark.parametrize(
    ("one", "in_it"),
    [
        (row("a", "converted", after=FEDERATION), True),
        (row("a", "waiting", after=None), True),
        (row("a", "failed", after=FEDERATION), True),
        (row("a", "failed", after=SECRET), False),
        (row("a", "failed", after=None), False),
        (row("a", "rolled_back", after=SECRET), False),
        (row("a", "skipped"), False),
        (row("a", "needs_person"), False),
        (row("a", "unchanged", after=None), False),
        (row("agreed", "unchanged", after=None), True),
    ],
    ids=lambda value: str(value["status"]) if isinstance(value, dict) else str(value),
)
def test_what_may_have_been_moved_and_is_not_back_is_in_the_batch(one: Json, in_it: bool) -> None:
    found, _account = told("convert", result(one, agreed=["id-agreed"]), job=Job(number="17"))
    assert found["fleet_batch_ids_17"] == ([one["id"]] if in_it else [])


@pytest.mark.parametrize(
    ("mode", "verdict", "why"),
    [("require", "update_task", "not_ready"), ("require", "ready", "ok"), ("warn", "unknown", "ok")],
)
def test_a_gate_hands_on_why_it_fails(mode: str, verdict: str, why: str) -> None:
    one = {**row("a", ""), "scheme": "service_principal", "readiness": {"verdict": verdict, "unread": []}}
    del one["status"]
    _found, account = told("readiness", result(one), readiness=mode)
    assert account["exit"] == why


@pytest.mark.parametrize(
    ("entry", "results", "job", "why"),
    [
        ("convert", [result(row("a", "converted", after=FEDERATION))], Job(), "ok"),
        ("convert", [result(row("a", "failed"))], Job(), "connections_failed"),
        ("convert", [result(row("a", "rolled_back"))], Job(), "connections_failed"),
        ("convert", [result(row("a", "waiting"))], Job(), "unfinished"),
        ("convert", [result(row("a", "converted"), unread=["Web"])], Job(), "unread"),
        ("convert", [{"msg": "no", "failure": {"code": "plan_changed"}}], Job(), "plan_changed"),
        ("convert", [{"msg": "Its turn did not come."}], Job(stopped="unproven"), "unproven"),
        ("convert", [result(row("a", "converted"))], Job(stopped="unproven"), "unproven"),
        ("convert", [result(row("a", "converted"))], Job(incomplete=True), "unread"),
        ("convert", [result(row("a", "skipped", codes=["shared"]), agreed=["id-a"])], Job(), "not_done"),
        ("convert", [], Job(), "not_done"),
    ],
)
def test_why_a_job_ends_as_it_does(entry: str, results: list[Json], job: Job, why: str) -> None:
    _found, account = told(entry, *results, job=job)
    assert account["exit"] == why
    assert account["markdown"].startswith(f"## {entry}: ")
    assert why in account["markdown"].splitlines()[0]


def test_reasons_are_those_of_what_was_skipped() -> None:
    rows = row("a", "unchanged", codes=["already_federated"]), row("b", "skipped", codes=["shared"])
    _found, account = told("convert", result(*rows))
    assert account["by_reason"] == {"shared": 1}
    assert "| `shared` | 1 |" in account["markdown"]
    # For a person both are left alone.
    assert "| left alone | 2 |" in account["markdown"]
    assert "| left alone because of | connections |" in account["markdown"]
    assert "skipped" not in account["markdown"]


def test_what_does_not_fit_is_null_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an earlier wave has handed on under the name must not stay."""
    monkeypatch.setattr(handing_on, "LARGEST_BYTES", 60)
    steps = {"host": [result(*(row(f"long-name-{number}", "converted") for number in range(5)))]}
    found, warnings = handed_on(said("convert", report_handed_on=True), steps, {}, Job(number="3"), NOW)
    assert (found["fleet_batch_ids_3"], found["azdo_rows_3"]) == (None, None)
    assert found["azdo_convert_3"]["not_handed_on"] == ["azdo_rows", "fleet_batch_ids"]
    assert [text.partition(" has ")[0] for text in warnings] == ["fleet_batch_ids", "azdo_rows"]
    assert "fleet_journal" in warnings[0]


@pytest.mark.parametrize(
    ("extra", "number"),
    [
        ({}, ""),
        ({"awx_job_id": 17}, "17"),
        ({"tower_job_id": "8"}, "8"),
        ({"awx_job_id": "x"}, ""),
        ({"awx_job_id": -1}, ""),
    ],
)
def test_the_number_of_a_job(extra: Json, number: str) -> None:
    assert job_number(extra) == number


@pytest.mark.parametrize(
    ("job", "ending"),
    [(Job(), ""), (Job(number="17"), "_17"), (Job(number="17", part=2), "_17_2"), (Job(part=3), "_3")],
)
def test_names_end_with_what_tells_jobs_and_plays_apart(job: Job, ending: str) -> None:
    found, _account = told("convert", result(row("a", "converted", after=FEDERATION)), job=job)
    assert set(found) == {f"fleet_batch_ids{ending}", f"azdo_convert{ending}"}


def test_a_plan_is_one_text_that_can_be_given_back() -> None:
    """Names of hosts are keys in it, and 007 must stay what it is."""
    plan = {"digest": "0" * 64, "connections": []}
    steps = {"007": [{**result(row("a", "would_convert")), "plan": plan}]}
    found, _warnings = handed_on(said("plan"), steps, {"007": plan}, Job(number="1"), NOW)
    assert isinstance(found["fleet_plan"], str)
    assert json.loads(found["fleet_plan"])["hosts"] == {"007": plan}
    assert said("convert", plan=found["fleet_plan"], plan_digest="0" * 64)["plan"]["hosts"] == {"007": plan}
    assert "{{" not in found["fleet_plan"]
