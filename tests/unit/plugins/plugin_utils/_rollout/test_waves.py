# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waves: who is first, who goes together, when there is no next one, and what is taken back."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone

import pytest
import yaml
from ansible_collections.azdo.connections.plugins.inventory import azdo
from ansible_collections.azdo.connections.plugins.plugin_utils._input.value_forms import sizes_of
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.after_plans import course
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.verdict import judge, proven
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.wave_members import (
    PRODUCTION,
    canary_problem,
    hosts_as_members,
    projects_as_members,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.waves import Member, in_waves

NOW = datetime(2026, 11, 26, 12, tzinfo=timezone.utc)
DEFAULT = sizes_of("1,10%,100%")
Row = dict[str, t.Any]


def ago(**time: float) -> str:
    return (NOW - timedelta(**time)).strftime("%Y-%m-%dT%H:%M:%SZ")


def members(keys: str, **ties: str) -> list[Member]:
    """A member for each letter; the keywords name what groups of letters share."""
    return [
        Member(key=key, together=frozenset(name for name, letters in ties.items() if key in letters)) for key in keys
    ]


def row(name: str = "azure", project: str = "Web", status: str = "would_convert", **more: t.Any) -> Row:
    projects = [{"id": f"id-{place}", "name": place} for place in (project, *more.pop("shared_with", ()))]
    return {
        "id": f"{project}-{name}",
        "name": name,
        "project": project,
        "project_id": f"id-{project}",
        "projects": projects,
        "status": status,
        "last_used": ago(days=1),
        **more,
    }


def test_production_looks_the_same_to_the_inventory() -> None:
    documented = yaml.safe_load(azdo.DOCUMENTATION)["options"]["production"]["default"]
    assert documented == PRODUCTION


class TestSizes:
    @pytest.mark.parametrize(
        ("value", "sizes"),
        [
            ("1,10%,100%", [(1, False), (10, True), (100, True)]),
            ([1, "50%"], [(1, False), (50, True)]),
            (5, [(5, False)]),
            (" 2 , ,100% ", [(2, False), (100, True)]),
            ("12.5%", [(12.5, True)]),
        ],
    )
    def test_they_come_as_a_list_or_as_a_survey_sends_them(self, value: t.Any, sizes: t.Any) -> None:
        assert sizes_of(value) == sizes

    @pytest.mark.parametrize("value", ["", [], "0", "ten", "-1", "1.5", "0%", "1,x", None])
    def test_anything_else_is_named(self, value: t.Any) -> None:
        with pytest.raises(ValueError, match="size"):
            sizes_of(value)


class TestInWaves:
    @pytest.mark.parametrize(
        ("keys", "sizes", "waves"),
        [
            ("abcdefghij", "1,10%,100%", ["a", "b", "cdefghij"]),
            ("abcdefghij" * 1, "1,30%,100%", ["a", "bcd", "efghij"]),
            ("abc", "1,10%,100%", ["a", "b", "c"]),
            ("abcd", "2", ["ab", "cd"]),
            ("abcde", "1,2", ["a", "bc", "de"]),
            ("a", "1,10%,100%", ["a"]),
            ("", "1,10%,100%", []),
        ],
    )
    def test_the_last_size_repeats(self, keys: str, sizes: str, waves: list[str]) -> None:
        assert in_waves(members(keys), sizes_of(sizes)) == [list(wave) for wave in waves]

    def test_who_shares_something_goes_together_also_through_others(self) -> None:
        waves = in_waves(members("abcdef", one="be", two="ef"), sizes_of("1,1,100%"))
        assert waves == [["a"], ["b", "e", "f"], ["c", "d"]]

    def test_the_smallest_of_the_best_is_first(self) -> None:
        assert in_waves(members("abc", one="ab"), DEFAULT)[0] == ["c"]

    def test_a_better_choice_beats_the_order(self) -> None:
        found = [
            Member(key="prod", first_choice=2),
            Member(key="dev", first_choice=1),
            Member(key="used", first_choice=0),
        ]
        assert in_waves(found, DEFAULT) == [["used"], ["dev"], ["prod"]]

    def test_who_has_no_work_comes_last_and_does_not_count(self) -> None:
        idle = [Member(key=key, has_work=False) for key in "xyz"]
        assert in_waves([*idle, *members("ab")], sizes_of("1,50%")) == [["a"], ["b", "x", "y", "z"]]
        assert in_waves(idle, DEFAULT) == [["x", "y", "z"]]


class TestHosts:
    GROUPS: t.ClassVar = {
        "all": ["a", "b", "c"],
        "azdo_eligible_workload_identity_federation": ["b", "c"],
        "azdo_shared_12345678": ["a", "c"],
        "azdo_used_lately": ["c"],
        "azdo_production": ["b"],
    }

    def test_the_groups_of_the_inventory_tell(self) -> None:
        found = hosts_as_members(["a", "b", "c"], self.GROUPS, "workload_identity_federation", [])
        assert [(m.has_work, m.first_choice, sorted(m.together)) for m in found] == [
            (False, 1, ["azdo_shared_12345678"]),
            (True, 2, []),
            (True, 0, ["azdo_shared_12345678"]),
        ]

    @pytest.mark.parametrize(
        ("to", "group"),
        [
            ("workload_identity_federation", "azdo_scheme_service_principal"),
            ("entra_issuer", "azdo_issuer_azure_devops"),
            ("service_principal", "azdo_scheme_workload_identity_federation"),
        ],
    )
    def test_where_nothing_is_eligible_what_could_be_moved_counts(self, to: str, group: str) -> None:
        """To a service principal nothing is, and it must not move everything in one wave."""
        groups = {f"azdo_eligible_{to}": [], group: ["b", "c"]}
        found = hosts_as_members(["a", "b", "c"], groups, to, [])
        assert in_waves(found, sizes_of("1,100%")) == [["b"], ["c", "a"]]
        assert in_waves(hosts_as_members(["a", "b"], {f"azdo_eligible_{to}": []}, to, []), DEFAULT) == [["a", "b"]]

    def test_without_groups_the_order_stays(self) -> None:
        found = hosts_as_members(["b", "a"], {"all": ["a", "b"]}, "entra_issuer", [])
        assert in_waves(found, DEFAULT) == [["b"], ["a"]]

    def test_a_person_may_choose(self) -> None:
        found = hosts_as_members(["c", "b"], self.GROUPS, "workload_identity_federation", ["B"])
        assert in_waves(found, DEFAULT)[0] == ["b"]
        idle = hosts_as_members(["b", "d"], self.GROUPS, "workload_identity_federation", ["d"])
        assert in_waves(idle, DEFAULT)[0] == ["d"], "also what does not look as if it had anything to move"


class TestProjects:
    def test_they_are_tied_by_what_they_share(self) -> None:
        rows = [row("s", "Web", shared_with=["Pay"]), row("x", "Pay"), row("y", "Lab")]
        assert in_waves(projects_as_members(rows, [], NOW), DEFAULT) == [["id-Lab"], ["id-Web", "id-Pay"]]

    def test_without_anything_to_do_a_project_is_idle(self) -> None:
        rows = [row(project="Done", status="unchanged"), row(project="Waits", status="would_wait"), row(project="Web")]
        assert in_waves(projects_as_members(rows, [], NOW), sizes_of("1"))[0][0] == "id-Web"

    @pytest.mark.parametrize("named", ["web", "id-Web"])
    def test_a_person_may_choose(self, named: str) -> None:
        rows = [row(project="Lab"), row("azure-prod", "Web")]
        assert in_waves(projects_as_members(rows, [named], NOW), DEFAULT)[0] == ["id-Web"]


class TestCanary:
    @pytest.mark.parametrize(
        ("rows", "good"),
        [
            ([row()], True),
            ([row(last_used=None)], False),
            ([row(last_used=ago(days=31))], False),
            ([row(last_used=ago(days=30))], True),
            ([row("azure-prod")], False),
            ([row("PRODUCTION west")], False),
            ([row("product-catalogue")], True),
            ([row(project="Live")], False),
            ([row("azure-prod"), row("azure-dev")], True),
            ([row("azure-prod"), row("old", last_used=None)], False),
            ([], True),
            ([row("azure-prod", status="skipped"), row("x", status="unchanged")], True),
            ([row(status="skipped"), row("azure-prod")], False),
        ],
    )
    def test_it_must_be_used_and_not_look_like_production(self, rows: list[Row], good: bool) -> None:
        problem = canary_problem(rows, NOW)
        assert (problem == "") is good
        assert good or "fleet_canary" in problem

    def plan(self, more_follow: bool = False, canary: t.Sequence[str] = (), sizes: str = "1,100%") -> t.Any:
        plans = {"org": {"connections": [row("azure-prod", "Pay"), row("azure-prod", "Web")]}}
        return course(plans, ["org"], sizes=sizes_of(sizes), canary=canary, more_follow=more_follow, now=NOW)

    def test_it_is_judged_only_if_others_follow(self) -> None:
        assert self.plan()["problem"]
        assert self.plan(canary=["Pay"])["problem"] == ""
        assert self.plan(canary=["ORG"])["problem"] == "", "a host may be named as well"
        assert self.plan(canary=["Paymnts"])["problem"], "a name that means nothing is nobody's answer"
        assert self.plan(sizes="100%")["problem"] == ""
        assert self.plan(sizes="100%", more_follow=True)["problem"]


class TestCourse:
    def test_every_host_has_the_same_number_of_waves(self) -> None:
        plans: dict[str, t.Any] = {
            "one": {"connections": [row(project="A"), row(project="B"), row(project="C")]},
            "two": {"connections": [row(project="D")]},
            "none": {"connections": []},
        }
        found = course(plans, list(plans), sizes=DEFAULT, canary=[], more_follow=False, now=NOW)
        assert found["count"] == 3
        assert found["waves"] == {
            "one": [["id-A"], ["id-B"], ["id-C"]],
            "two": [["id-D"], [], []],
            "none": [[], [], []],
        }
        assert found["names"] == [["A", "D"], ["B"], ["C"]]

    def test_an_organization_with_nothing_to_do_has_a_wave_all_the_same(self) -> None:
        """So that it says so, and writes its report."""
        found = course({"o": {"connections": []}}, ["o"], sizes=DEFAULT, canary=[], more_follow=False, now=NOW)
        assert (found["count"], found["waves"]) == (1, {"o": [[]]})

    def test_a_host_that_stands_for_a_project_has_one(self) -> None:
        plans: dict[str, t.Any] = {"a": {"connections": [row(project="A")]}, "b": {"connections": []}}
        assert course(plans, [], sizes=DEFAULT, canary=[], more_follow=False, now=NOW)["waves"] == {
            "a": [["id-A"]],
            "b": [[]],
        }

    def test_questions_are_about_what_would_be_done(self) -> None:
        rows = [
            row(shared_with=["Pay"], rollback="possible"),
            row("x", status="skipped"),
            row("y", status="would_attempt"),
        ]
        asked = course({"h": {"connections": rows}}, [], sizes=DEFAULT, canary=[], more_follow=False, now=NOW)[
            "questions"
        ]
        assert [(item["host"], item["name"], item["shared_with"]) for item in asked] == [
            ("h", "azure", ["Pay"]),
            ("h", "y", []),
        ]


def converted(
    status: str = "converted", rollback: str = "possible", after: str = "workload_identity_federation", **more: t.Any
) -> Row:
    return row(
        status=status, rollback=rollback, before={"scheme": "service_principal"}, after={"scheme": after}, **more
    )


class TestJudge:
    @pytest.mark.parametrize(
        ("statuses", "allowed", "stop"),
        [
            (["converted", "skipped", "unchanged"], 0, False),
            (["converted", "failed"], 0, True),
            (["rolled_back"], 0, True),
            (["failed"], 1, False),
            (["failed", "failed"], 1, True),
        ],
    )
    def test_more_failures_than_allowed_stop(self, statuses: list[str], allowed: int, stop: bool) -> None:
        verdict = judge(
            {"h": {"connections": [converted(status) for status in statuses]}}, allowed=allowed, scope="none"
        )
        assert (verdict.stop, bool(verdict.why)) == (stop, stop)
        assert "without a result" not in verdict.why

    @pytest.mark.parametrize(
        ("statuses", "why"),
        [
            (["waiting"], "1 connection not confirmed"),
            (["converted", "waiting", "waiting"], "2 connections not confirmed"),
            (["needs_person", "skipped", "unchanged"], "1 connection refused until a person has done something"),
            (["needs_person", "waiting"], "1 connection not confirmed"),
            (["needs_person", "converted"], ""),
            (["needs_person", "migrated"], ""),
            (["skipped", "unchanged"], ""),
        ],
    )
    def test_what_is_not_confirmed_or_was_only_refused_is_the_last_wave_and_sends_nothing_back(
        self, statuses: list[str], why: str
    ) -> None:
        """However many failures are allowed: nothing has failed."""
        rows = [converted(status, name=str(number)) for number, status in enumerate(statuses)]
        verdict = judge({"h": {"connections": rows}, "i": {"connections": []}}, allowed=9, scope="wave")
        assert (verdict.failures, verdict.back, verdict.stop) == (0, {}, bool(why))
        assert why in verdict.why

    def test_a_host_without_rows_is_a_failure(self) -> None:
        verdict = judge({"h": {"msg": "refused"}, "i": {"connections": []}}, allowed=0, scope="none")
        assert (verdict.failures, verdict.stop) == (1, True)
        assert "1 host without a result" in verdict.why

    @pytest.mark.parametrize(
        ("entry", "goes_back"),
        [
            (converted(), True),
            (converted(rollback="unknown"), False),
            (converted(rollback="impossible"), False),
            (converted("failed"), True),
            (converted("failed", after="service_principal"), False),
            (converted("failed", error={"code": "changed_besides"}), False),
            (converted("rolled_back", after="service_principal"), False),
            (converted("waiting"), False),
            (converted("skipped"), False),
            ({**converted("failed"), "after": None}, False),
        ],
    )
    def test_a_wave_takes_back_what_it_moved_and_what_can_go_back_for_sure(self, entry: Row, goes_back: bool) -> None:
        results = {
            "bad": {"connections": [converted("failed", "impossible", name="bad")]},
            "h": {"connections": [entry]},
        }
        verdict = judge(results, allowed=0, scope="wave")
        assert (verdict.back.get("h") == [entry["id"]]) is goes_back

    @pytest.mark.parametrize(("scope", "status"), [("failed", "failed"), ("none", "failed"), ("wave", "converted")])
    def test_nothing_else_is_taken_back(self, scope: str, status: str) -> None:
        assert judge({"h": {"connections": [converted(), converted(status)]}}, allowed=0, scope=scope).back == {}

    def test_what_was_moved_is_told_by_host(self) -> None:
        rows = [converted(name="a"), converted("migrated", name="b"), converted("failed", name="c")]
        assert judge({"h": {"connections": rows}, "i": {"connections": []}}, allowed=0, scope="none").moved == {
            "h": ["Web-a", "Web-b"]
        }


@pytest.mark.parametrize(
    ("deadline", "success", "expected"),
    [
        (ago(days=-6), ago(hours=1), True),
        (ago(days=-6), ago(days=1), True),
        (ago(days=-6), ago(days=1, seconds=1), False),
        (ago(days=-6), None, False),
        (None, ago(hours=1), False),
    ],
)
def test_a_conversion_is_proven_by_a_success_since(deadline: str | None, success: str | None, expected: bool) -> None:
    """The way back is open for seven days, so one that closes in six was converted a day ago."""
    assert proven({"revert": {"deadline": deadline}, "usage": {"last_success": success}}) is expected


@pytest.mark.parametrize(("success", "expected"), [(ago(minutes=1), True), (ago(hours=2), False), (None, False)])
def test_a_migration_is_proven_by_a_success_after_it(success: str | None, expected: bool) -> None:
    """It opens no way back that would tell when it was, and one that is open from before tells of something else."""
    row = {"revert": {"deadline": ago(days=-4)}, "usage": {"last_success": success}}
    assert proven(row, NOW - timedelta(hours=1)) is expected


def test_what_was_not_read_proves_nothing() -> None:
    assert not proven({"revert": None, "usage": {"last_success": ago(hours=1)}})
    assert not proven({"revert": {"deadline": ago(days=-6)}, "usage": None})
