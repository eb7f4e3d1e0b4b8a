# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person reads: tables that stay tables whatever the names hold, sentences that claim no more than was seen."""

from __future__ import annotations

import re
import textwrap
import typing as t

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.azdo.connections.plugins.filter import conversion_table, fleet_table, merge_results
from ansible_collections.azdo.connections.plugins.module_utils._model.printable import printable, shorten, width
from ansible_collections.azdo.connections.plugins.plugin_utils._render.terminal import (
    conversion_lines,
    fleet_lines,
    verdict_on_tests,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._render.text_table import WIDTH, Group, folded, table
from ansible_collections.azdo.connections.plugins.plugin_utils._results.merge import merge
from ansible_collections.azdo.connections.plugins.plugin_utils._results.missing import without

from unit.plugins._helpers.filters import called

Row = dict[str, t.Any]

COMPLETE = {"complete": True, "projects": 2, "unread": [], "empty": [], "partial": []}


def info_row(name: str = "azure-prod", **other: t.Any) -> Row:
    return {
        "id": name,
        "name": name,
        "project": "Payments",
        "projects": [{"id": "p1", "name": "Payments"}],
        "scheme": "service_principal",
        "issuer_kind": None,
        "enabled": True,
        "state": "ready",
        "revert": {"possible": False, "deadline": None, "hours_left": None},
        "eligibility": {"workload_identity_federation": {"eligible": True, "codes": []}},
        **other,
    }


def run_row(status: str, name: str = "azure-prod", **other: t.Any) -> Row:
    return {
        "id": name,
        "name": name,
        "project": "Payments",
        "projects": ["Payments"],
        "status": status,
        "reasons": [],
        "error": None,
        "revert_deadline": None,
        "before": {"scheme": "service_principal"},
        "after": {"scheme": "workload_identity_federation"} if status == "converted" else None,
        **other,
    }


def result(*rows: Row, coverage: t.Any = None, **summary: t.Any) -> dict[str, t.Any]:
    return {"connections": list(rows), "summary": {**summary, "coverage": coverage or COMPLETE}}


def verdict(*codes: str, eligible: bool = False, to: str = "workload_identity_federation") -> Row:
    return {"eligibility": {to: {"eligible": eligible, "codes": list(codes)}}}


def others(code: str, ids: str) -> Row:
    """What was seen and not selected."""
    return {code: [{"id": id_, "name": id_, "project": "Payments"} for id_ in ids]}


def last_cell(line: str) -> str:
    return line.rsplit("  ", 1)[-1]


class TestTextTable:
    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("azure-prod", "azure-prod"),
            ("two\nlines", "two<U+000A>lines"),
            ("\x1b[31mred\x1b[0m", "<U+001B>[31mred<U+001B>[0m"),
            ("bell\x07 tab\t", "bell<U+0007> tab<U+0009>"),
            ("\u202egnp.exe", "<U+202E>gnp.exe"),
            ("zero\u200bwidth", "zero<U+200B>width"),
            ("line\u2028separator", "line<U+2028>separator"),
            ("\ud800", "<U+D800>"),
            ("{{ lookup('env', 'HOME') }}", "{{ lookup('env', 'HOME') }}"),
            ("Zürich 东京", "Zürich 东京"),
        ],
    )
    def test_nothing_that_controls_a_terminal_gets_through(self, text: str, shown: str) -> None:
        assert printable(text) == shown

    @pytest.mark.parametrize(
        ("text", "cells"), [("abc", 3), ("东京", 4), ("e\u0301", 1), ("\uff71", 1), ("\uff21", 2), ("", 0), ("🚀", 2)]
    )
    def test_wide_and_combining_characters_are_counted_in_cells(self, text: str, cells: int) -> None:
        assert width(text) == cells

    @pytest.mark.parametrize(
        ("text", "limit", "shown"),
        [
            ("short", 10, "short"),
            ("exactly-10", 10, "exactly-10"),
            ("contoso-payments-prod", 11, "conto…-prod"),
            ("东京东京东京", 7, "东京…京"),
            ("东京东京东京", 6, "东…京"),
        ],
    )
    def test_long_names_keep_both_ends(self, text: str, limit: int, shown: str) -> None:
        assert shorten(text, limit) == shown
        assert width(shown) <= limit

    def test_columns_start_at_the_same_cell_in_every_line(self) -> None:
        rows = [("东京", "a"), ("Space Game", "b"), ("line\nbreak", "c"), ("", "d")]
        lines = table(("NAME", "X"), [Group("Payments", rows)], (20,))
        starts = {width(line[: line.rindex(cell)]) for line, cell in zip(lines[3:], "abcd", strict=True)}
        assert len(starts) == 1
        assert starts == {width(lines[0][: lines[0].index("X")])}

    def test_no_line_ends_in_blanks(self) -> None:
        made = table(("A", "B"), [Group("Web", [("long text", "")])], (20,))
        assert made == ["  A          B", "  =========  =", "Web", "  long text"]

    def test_what_does_not_fit_goes_on_below_and_words_stay_whole(self) -> None:
        code = "manual_needs_federated_credential"
        lines = table(
            ("A", "B", "WHY"), [Group("Web", [("a" * 40, "b" * 20, f"no: {code}, {code}"), ("x", "y", "z")])], (30, 20)
        )
        assert lines[3].split() == ["aaaaaaaaaaaaaaa…aaaaaaaaaaaaaa", "b" * 20]
        assert lines[4:6] == [f"      no: {code}, {code}", "  x" + " " * 31 + "y" + " " * 21 + "z"]
        assert max(map(width, lines)) <= WIDTH

    @pytest.mark.parametrize("text", ["word " * 60, "东京 " * 60, "x" * 200, "a " + "x" * 100 + " b", ""])
    def test_folded_sentences_keep_every_word(self, text: str) -> None:
        lines = folded(text, "    ", "  ")
        assert " ".join(lines).split() == text.split()
        assert all(width(line) <= WIDTH or len(line.split()) == 1 for line in lines)


class TestFleetLines:
    def test_a_fleet_reads_like_this(self) -> None:
        rows = [
            info_row(),
            info_row(
                "azure-test",
                scheme="workload_identity_federation",
                issuer_kind="entra",
                projects=[{"name": "Payments"}, {"name": "Web"}],
                **verdict("already_federated"),
            ),
            info_row("legacy", project="Web", state="failed", **verdict("failed", "manual_needs_federated_credential")),
        ]
        assert fleet_lines(result(*rows)) == [
            "  CONNECTION     SCHEME             ISSUER  CONVERTIBLE",
            "  =============  =================  ======  =============",
            "Payments",
            "  azure-prod     service principal  -       yes",
            "  azure-test +1  workload identity  Entra   already there",
            "Web",
            "  legacy         service principal  -",
            "      no: failed, manual_needs_federated_credential",
            "",
            "3 service connections: 1 can move to workload identity federation, 1 is there",
            "already, 1 cannot.",
            "They sign in with: 2 service principal, 1 workload identity.",
            "What stands in the way: 1 in the state failed.",
            "A plan also looks at secrets and running pipelines, and may leave some of them",
            "  out.",
        ]

    @pytest.mark.parametrize("projects", [1, 3, 20, 400])
    def test_in_short_the_numbers_come_first_and_then_names(self, projects: int) -> None:
        rows = [info_row(f"c{number:03}", project=f"P{number % projects}") for number in range(400)]
        lines = fleet_lines(result(*rows), limit=400, short=True)
        assert lines[0].startswith("400 service connections: 400 can move")
        assert len(lines) <= 15
        assert max(map(width, lines)) <= WIDTH
        told = sum(len(re.findall(r"\bc\d{3}\b", line)) for line in lines)
        assert told >= 8
        assert f"  ... and {400 - told} more: -v shows all of them, and so does a report." in lines

    def test_where_the_others_are_is_true_for_more_than_the_table_has(self) -> None:
        rows = [info_row(f"c{number:03}") for number in range(1000)]
        lines = fleet_lines(result(*rows), limit=200, short=True)
        assert lines[-1].endswith(" more: -v with fleet_table_rows=1000 shows them, as a report does.")
        assert not any("not shown here" in line for line in fleet_lines(result(*rows), limit=1000))

    def test_in_short_names_with_blanks_are_whole(self) -> None:
        rows = [info_row(f"the {number} connection of many", project="A project of ours") for number in range(99)]
        lines = fleet_lines(result(*rows), short=True)
        told = " ".join(" ".join(lines[lines.index("Convertible:") + 1 : -1]).split())
        names = told.removeprefix("A project of ours (99): ").split(" · ")
        assert names == [row["name"] for row in rows][: len(names)]
        assert lines[-1].startswith(f"  ... and {99 - len(names)} more")

    def test_in_short_equal_gaps_are_told_together(self) -> None:
        unread = [{"project": f"P{number}", "reason": "403" if number % 2 else "gone"} for number in range(500)]
        value = result(info_row(), coverage={"complete": False, "projects": 501, "unread": unread})
        told = [line for line in fleet_lines(value, short=True) if line.startswith("NOT READ")]
        assert told == [
            "NOT READ P0 · P2 · P4 · P6 · P8 · 245 more: gone",
            "NOT READ P1 · P3 · P5 · P7 · P9 · 245 more: 403",
        ]
        assert sum(line.startswith("NOT READ") for line in fleet_lines(value)) == 500
        odd = [{"project": f"P{number}", "reason": f"No {number}."} for number in range(500)]
        value = result(info_row(), coverage={"complete": False, "projects": 501, "unread": odd})
        lines = fleet_lines(value, short=True)
        assert len(lines) <= 20
        assert lines[-1] == "NOT READ: 492 more, which -v shows."

    def test_what_is_known_beside_a_yes_is_shown(self) -> None:
        lines = fleet_lines(result(info_row(**verdict("secret_expired", eligible=True))))
        assert last_cell(lines[3]) == "yes: secret_expired"

    def test_a_revert_shows_the_hours_left(self) -> None:
        row = info_row(**verdict(eligible=True, to="service_principal"), revert={"hours_left": 167.6})
        lines = fleet_lines(result(row), to="service_principal")
        assert lines[0].endswith("REVERTIBLE")
        assert last_cell(lines[3]) == "yes: 168 hours left"

    def test_a_disabled_connection_says_so(self) -> None:
        assert "disabled" in fleet_lines(result(info_row(enabled=False, **verdict("disabled"))))[3]

    def test_a_missing_verdict_is_unknown_and_not_a_yes(self) -> None:
        lines = fleet_lines(result(info_row(eligibility={})))
        assert last_cell(lines[3]) == "unknown"
        assert "1 service connection: 0 can move to workload identity federation, 1 could not be judged." in " ".join(
            lines
        )

    def test_a_limit_of_the_caller_is_no_fact_of_the_fleet(self) -> None:
        rows = [
            info_row("a", **verdict("caller_not_user")),
            info_row("b", **verdict("caller_not_user", "unknown")),
            info_row("c", **verdict("caller_not_user", "failed")),
        ]
        told = " ".join(fleet_lines(result(*rows)))
        assert "0 can move to workload identity federation, 2 could move" in told
        assert "not as this caller, 1 cannot." in told
        assert "2 not for a service principal, 1 in the state failed" in told

    def test_what_could_not_be_seen_is_said(self) -> None:
        coverage = {
            "complete": False,
            "projects": 3,
            "unread": [{"project": "Secret\nProject", "reason": "403: no permission"}],
            "empty": ["Empty"],
            "partial": [{"id": "1", "project": "Payments"}],
        }
        lines = " ".join(line.strip() for line in fleet_lines(result(coverage=coverage)))
        assert "No service connection could be seen, and not everything could be read." in lines
        assert "NOT READ Secret<U+000A>Project: 403: no permission" in lines
        assert "1 connection could be read only in part: the caller lacks permission to view them." in lines
        assert "No connection is visible in Empty: none there, or the caller may not see them." in lines

    @pytest.mark.parametrize("short", [True, False])
    @pytest.mark.parametrize(
        "lines_of", [fleet_lines, conversion_lines, lambda value, short: verdict_on_tests(value, short=short)["lines"]]
    )
    def test_what_may_be_missing_is_told_apart_from_what_may_not(self, lines_of: t.Any, short: bool) -> None:
        coverage = {
            "complete": False,
            "projects": 3,
            "unread": [
                {"id": "p1", "project": "Mobile", "reason": "403."},
                {"id": "p2", "project": "Web", "reason": "403."},
            ],
            "partial": [{"id": "1", "project": "Mobile"}],
        }
        in_part = "could be read only in part: the caller lacks permission to view them."
        told = lines_of({**result(coverage=coverage), "problems": []}, short=short)
        assert not any("allowed" in line for line in told)
        assert sum(line.startswith("NOT READ ") for line in told) == (1 if short else 2)
        some = lines_of(without({**result(coverage=coverage), "problems": []}, ["mob*"]), short=short)
        assert [line for line in some if "403" in line] == ["NOT READ Web: 403.", "not read, allowed: Mobile: 403."]
        assert f"1 connection {in_part.replace(':', ', which is allowed:')}" in " ".join(" ".join(some).split())
        everything = lines_of(without({**result(coverage=coverage), "problems": []}, ["*"]), short=short)
        assert not any("NOT READ" in line for line in everything)

    def test_of_too_many_rows_the_failed_ones_are_shown(self) -> None:
        rows = [info_row(f"c{number:02}", state="failed" if number == 41 else "ready") for number in range(50)]
        lines = fleet_lines(result(*rows), limit=3)
        assert [line.split()[0] for line in lines[3:6]] == ["c00", "c01", "c41"]
        assert "... and 47 more that are not shown here." in lines
        assert any(line.startswith("50 service connections") for line in lines)

    def test_rows_of_several_organizations_say_which(self) -> None:
        rows = [info_row("a", organization="north"), info_row("b", organization="south")]
        assert {"north / Payments", "south / Payments"} < set(fleet_lines(result(*rows)))
        short = fleet_lines(result(*rows), short=True)
        assert {"  north / Payments (1): a", "  south / Payments (1): b"} < set(short)

    def test_a_task_that_failed_as_a_whole_is_one_sentence(self) -> None:
        assert fleet_lines({"failed": True, "msg": "The token\nwas rejected."}) == ["The token was rejected."]


SHARED = {"code": "shared", "effect": "blocks", "message": "It is shared.", "remedy": "Use shared=include."}


class TestConversionLines:
    def test_a_run_reads_like_this(self) -> None:
        rows = [
            run_row("converted", revert_deadline="2026-11-30T06:40:12.345Z"),
            run_row("skipped", "common", projects=["Payments", "Web"], reasons=[SHARED]),
            run_row("failed", "azure-test", error="The service said no."),
        ]
        value = result(*rows, not_selected=others("already_federated", "abcdef"))
        assert "\n".join(conversion_lines(value)) == textwrap.dedent(
            """\
              CONNECTION  SCHEME             STATUS      WHY
              ==========  =================  ==========  ===================================
            Payments
              azure-prod  workload identity  converted   way back until 2026-11-30 06:40 UTC
              common +1   service principal  left alone  shared
              azure-test  service principal  failed      see below

            shared: Use shared=include.

            9 service connections: 1 failed, 1 converted, 1 left alone, 6 no candidates.
            Left alone: 1 shared with other projects.
            No candidates: 6 already federated.

            FAILED Payments / azure-test: The service said no."""
        )
        assert "\n".join(conversion_lines(value, short=True)) == textwrap.dedent(
            """\
            9 service connections: 1 failed, 1 converted, 1 left alone, 6 no candidates.

            Failed (1):
              Payments (1): azure-test

            Converted (1, way back until 2026-11-30 06:40 UTC):
              Payments (1): azure-prod

            Left alone (1):
              1 shared with other projects: Payments / common +1
                  Use shared=include.

            No candidates: 6 already federated.

            FAILED Payments / azure-test: The service said no."""
        )

    def test_a_plan_says_would(self) -> None:
        lines = conversion_lines(result(run_row("would_convert")))
        assert "would be converted" in lines[3]
        assert lines[-1] == "1 service connection: 1 would be converted."

    def test_nothing_to_do_is_said_only_if_everything_was_seen(self) -> None:
        four = others("already_federated", "abcd")
        to = "workload_identity_federation"
        assert conversion_lines(result(to=to, not_selected=four)) == [
            "Nothing to do: of 4 service connections none is a candidate.",
            "No candidates: 4 already federated.",
        ]
        lines = conversion_lines(result(to=to, not_selected=four, coverage={"complete": False, "projects": 2}))
        assert lines[0] == "Nothing to do: of 4 service connections that could be seen none is a candidate."
        assert lines[-1] == "Not everything could be seen."
        lines = conversion_lines(result(to=to, coverage={"complete": False, "projects": 2}))
        assert lines[0] == "No service connection could be seen, and not everything could be read."

    def test_equal_failures_are_told_together_and_not_all_kinds_of_them(self) -> None:
        lines = conversion_lines(result(*(run_row("failed", f"c{number}", error="No.") for number in range(30))))
        (told,) = (
            " ".join(" ".join(lines[place:]).split()) for place, line in enumerate(lines) if line.startswith("FAILED")
        )
        assert told.startswith("FAILED Payments / c0 · Payments / c1")
        assert told.endswith("25 more: No.")
        lines = conversion_lines(
            result(*(run_row("failed", f"c{number}", error=f"No {number}.") for number in range(30)))
        )
        assert sum(line.startswith("FAILED") for line in lines) == 20
        assert "... and 10 more." in lines

    def test_an_error_with_line_breaks_stays_of_bearable_length(self) -> None:
        lines = conversion_lines(result(run_row("failed", error="Boom\n" * 1000)))
        assert len(lines) < 20
        assert max(map(width, lines)) <= WIDTH

    @pytest.mark.parametrize(
        ("error", "told"),
        [
            ({"message": "No right.", "remedy": "Ask an administrator."}, "No right. Ask an administrator."),
            # It names what it is about, and is not given that name again.
            ("contoso / Payments / azure-prod: No.", "No."),
            ("azure-prod: No.", "No."),
            ("Look at azure-prod: No.", "Look at azure-prod: No."),
        ],
    )
    def test_an_error_stands_behind_the_name_of_its_connection(self, error: t.Any, told: str) -> None:
        assert f"FAILED Payments / azure-prod: {told}" in conversion_lines(result(run_row("failed", error=error)))

    def test_what_was_taken_back_says_why(self) -> None:
        row = run_row("rolled_back", error={"message": "AADSTS70021: no match.", "remedy": "Look at the subject."})
        for short in (True, False):
            lines = " ".join(conversion_lines(result(row), short=short))
            assert "ROLLED BACK Payments / azure-prod: AADSTS70021: no match. Look at the subject." in lines

    @pytest.mark.parametrize("status", ["converted", "reverted", "migrated"])
    def test_what_is_done_has_no_why_unknown(self, status: str) -> None:
        unknown = {"code": "unknown", "effect": "warns", "message": "m", "remedy": "Give the caller the right."}
        lines = conversion_lines(result(run_row(status, reasons=[unknown])))
        assert "unknown" not in " ".join(lines)
        assert "Give the caller" not in " ".join(lines)

    def test_of_too_many_rows_the_failed_and_changed_ones_are_shown(self) -> None:
        rows = [run_row("unchanged", f"u{number}") for number in range(9)] + [
            run_row("converted", "new"),
            run_row("failed", "bad"),
        ]
        lines = conversion_lines(result(*rows), limit=2)
        assert [line.split()[0] for line in lines[3:5]] == ["new", "bad"]

    def test_connections_that_are_half_done_and_time_lost_are_told(self) -> None:
        unsettled = [{"id": "1", "project": "Web", "name": "azure-new", "state": "in_progress"}]
        lines = conversion_lines(result(to="x", unsettled=unsettled, seconds_held_back=61.4))
        assert "NOT READY Web / azure-new: in progress" in lines
        assert "Azure DevOps held the requests back for 61 seconds." in lines

    def test_in_short_four_hundred_take_few_lines(self) -> None:
        rows = [run_row("would_convert", f"azure-{number:03}", project=f"P{number // 20}") for number in range(380)]
        rows += [run_row("skipped", f"common-{number}", reasons=[SHARED]) for number in range(20)]
        rows += [run_row("failed", f"bad-{number}", error="No.", organization="south") for number in range(20)]
        lines = conversion_lines(result(*rows, not_selected=others("already_federated", "a")), short=True)
        assert len(lines) <= 40
        assert max(map(width, lines)) <= WIDTH
        # Projects of the same name in two organizations are two.
        assert any(line.startswith("FAILED south / Payments / bad-0") for line in lines)


class TestMerge:
    def test_what_conversions_tell_beside_their_rows_adds_up(self) -> None:
        new = {"id": "1", "project": "Web", "name": "azure-new", "state": "in_progress"}
        one = result(
            run_row("converted", "r"), not_selected=others("disabled", "x"), unsettled=[new], seconds_held_back=1.5
        )
        other = result(
            run_row("converted", "s"),
            not_selected={**others("shared_not_owner", "xy"), **others("already_federated", "r")},
            unsettled=[new],
            seconds_held_back=1.5,
        )
        for steps in ({"a": [one], "b": [other]}, {"a": [other], "b": [one]}):
            summary = merge(steps)["summary"]
            assert (summary["unsettled"], summary["seconds_held_back"]) == ([new], 3.0)
            told = {code: [item["id"] for item in items] for code, items in summary["not_selected"].items()}
            assert told == {"disabled": ["x"], "shared_not_owner": ["y"]}
            assert summary["numbers"]["seen"] == 4

    def test_a_shared_connection_appears_once_as_the_host_that_acted_saw_it(self) -> None:
        merged = merge(
            {
                "web": [result(run_row("skipped", "shared"), run_row("converted", "b", project="Web"))],
                "payments": [result(run_row("converted", "shared"))],
            }
        )
        assert [(row["project"], row["name"], row["status"]) for row in merged["connections"]] == [
            ("Payments", "shared", "converted"),
            ("Web", "b", "converted"),
        ]
        assert merged["summary"]["by_status"] == {"converted": 2}
        assert merged["summary"]["total"] == 2

    def test_a_host_that_failed_as_a_whole_makes_the_coverage_incomplete(self) -> None:
        merged = merge({"web": [{"failed": True, "msg": "No route."}], "payments": [result(info_row())]})
        assert merged["problems"] == [{"host": "web", "message": "No route."}]
        assert merged["summary"]["coverage"]["complete"] is False
        assert merged["summary"]["by_scheme"] == {"service_principal": 1}
        assert "NOT READ web: No route." in fleet_lines(merged)

    def test_coverages_add_up(self) -> None:
        one = {"complete": True, "projects": 1, "empty": ["A"]}
        two = {"complete": False, "projects": 1, "unread": [{"project": "B", "reason": "no"}]}
        merged = merge({"a": [result(coverage=one)], "b": [result(coverage=two)]})
        assert merged["summary"]["coverage"] == {
            "complete": False,
            "projects": 2,
            "project_ids": [],
            "unread": [{"project": "B", "reason": "no"}],
            "empty": ["A"],
            "partial": [],
            "doubtful": [],
        }

    def test_a_project_that_several_hosts_tell_of_counts_once(self) -> None:
        gap = {"id": "2", "project": "B", "reason": "no"}
        one = {"complete": False, "projects": 2, "project_ids": ["1", "2"], "unread": [gap], "empty": ["C"]}
        coverage = merge({"a": [result(coverage=one)], "b": [result(coverage=one)]})["summary"]["coverage"]
        assert (coverage["projects"], coverage["unread"], coverage["empty"]) == (2, [gap], ["C"])

    def test_one_empty_project_among_others_is_no_doubt(self) -> None:
        """A host stands for a project, so the module calls each one named, and an empty one doubtful."""
        empty = {"complete": False, "projects": 1, "empty": ["A"]}
        merged = merge({"a": [result(coverage=empty)], "b": [result()]})
        assert merged["summary"]["coverage"]["complete"] is True
        assert (
            merge({"a": [result(coverage=empty)], "b": [result(coverage={**empty, "empty": ["B"]})]})["summary"][
                "coverage"
            ]["complete"]
            is False
        )

    @pytest.mark.parametrize(
        ("steps", "status", "scheme"),
        [
            ((("converted", "federation", "f"), ("reverted", "secret", "s")), "rolled_back", "s"),
            ((("failed", "federation", "f"), ("reverted", "secret", "s")), "rolled_back", "s"),
            ((("converted", "federation", "f"), ("failed", "secret", "f")), "failed", "f"),
            ((("converted", "federation", "f"), ("waiting", "secret", "f")), "waiting", "f"),
            ((("converted", "federation", "f"), ("skipped", "secret", "f")), "converted", "f"),
            ((("converted", "federation", "f"), ("unchanged", "federation", "f")), "converted", "f"),
            ((("skipped", "federation", None), ("converted", "federation", "f")), "converted", "f"),
        ],
    )
    def test_steps_of_one_host_go_on_from_each_other(
        self, steps: tuple[tuple[str, str, str], ...], status: str, scheme: str
    ) -> None:
        taken = [
            result({**run_row(state), "target": target, "after": {"scheme": after}}) for state, target, after in steps
        ]
        merged = merge({"web": taken})
        assert [(row["status"], row["after"]["scheme"]) for row in merged["connections"]] == [(status, scheme)]

    def test_rows_tell_their_organization(self) -> None:
        first, second = result(info_row(), organization="one"), result(info_row(id="2"), organization="a-first")
        assert [row["organization"] for row in merge({"a": [first], "b": [second]})["connections"]] == [
            "a-first",
            "one",
        ]

    def test_no_result_at_all_is_not_complete(self) -> None:
        summary = merge({})["summary"]
        assert (summary["total"], summary["hosts"], summary["numbers"]["seen"]) == (0, 0, 0)
        assert summary["coverage"] == {
            "complete": False,
            "projects": 0,
            "project_ids": [],
            "unread": [],
            "empty": [],
            "partial": [],
            "doubtful": [],
        }


class TestFilters:
    def test_they_are_thin(self) -> None:
        value = result(info_row())
        assert called(fleet_table.FilterModule().filters()["fleet_table"], value, limit="5") == fleet_lines(
            value, limit=5
        )
        run = result(run_row("converted"))
        assert called(conversion_table.FilterModule().filters()["conversion_table"], run) == conversion_lines(run)
        assert called(merge_results.FilterModule().filters()["merge_results"], {"a": run}) == merge({"a": [run]})

    @pytest.mark.parametrize(
        ("call", "sentence"),
        [
            (
                lambda: fleet_table.fleet_table("text"),
                "registered result of a module of this collection, not a value of type str",
            ),
            (
                lambda: fleet_table.fleet_table({}, to="moon"),
                "to must be one of workload_identity_federation, service_principal, entra_issuer",
            ),
            (lambda: fleet_table.fleet_table({}, limit="many"), "limit must be a whole number, not 'many'"),
            (
                lambda: conversion_table.conversion_table({"connections": 3}),
                "whose connections is a list of dictionaries, not a",
            ),
            (lambda: fleet_table.fleet_table({"connections": "rows"}), "whose connections is a list of dictionaries"),
            (
                lambda: fleet_table.fleet_table({"summary": {"coverage": {"unread": ["Web"]}}}),
                "whose summary.coverage.unread is",
            ),
            (lambda: merge_results.merge_results({"a": [None]}), "not a value of type NoneType"),
            (lambda: merge_results.merge_results([]), "dictionary of results by host name"),
        ],
    )
    def test_wrong_input_is_one_sentence(self, call: t.Callable[[], t.Any], sentence: str) -> None:
        with pytest.raises(AnsibleFilterError, match=sentence):
            call()


def test_in_short_some_of_the_failed_tests_are_shown() -> None:
    rows = [info_row(f"c{number}", verification={"result": "identity_disabled"}) for number in range(300)]
    lines = verdict_on_tests(result(*rows), short=True)["lines"]
    assert len(lines) <= 40
    assert "  ... and 280 more: -v with fleet_table_rows=300 shows them, as a report does." in lines


class TestRemediesOfTests:
    """Once for each kind of failure, by what the service said where that is known."""

    @staticmethod
    def lines(*tests: tuple[str, str]) -> list[str]:
        rows = [info_row(verification={"result": name, "message": message}) for name, message in tests]
        found: list[str] = verdict_on_tests(result(*rows))["lines"]
        return [line for line in found if line.startswith(tuple(name.replace("_", " ") + ":" for name, _text in tests))]

    def test_each_once(self) -> None:
        case_only = ("federation_failed", "AADSTS7002138: The subject matches with case-insensitive comparison.")
        found = self.lines(("ok", ""), ("identity_disabled", "x"), case_only, case_only, ("not_testable", "x"))
        assert len(found) == 2
        assert found[0].startswith("federation failed: The subject of a federated credential differs")
        assert found[1].startswith("identity disabled: Enable")

    def test_a_result_that_nobody_knows_has_none(self) -> None:
        assert self.lines(("<unheard of>", "x")) == []
