# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a reader is told to do: what one would approve, what went wrong, what comes next; commands that can be copied."""

from __future__ import annotations

import pytest
from ansible_collections.azdo.connections.plugins.plugin_utils._input.role_variables import VARIABLES, hear
from ansible_collections.azdo.connections.plugins.plugin_utils._report.about import NOTHING_SAID, About
from ansible_collections.azdo.connections.plugins.plugin_utils._report.guidance import (
    approval,
    errors,
    next_steps,
)

from unit.plugins._helpers.commands import said
from unit.plugins._helpers.reports import Result, federated, info_row, reason, result, run_row, verdicts, when

WIF = "workload_identity_federation"
DIGEST = "5d248b70" * 8


class TestApproval:
    def test_it_says_what_and_with_which_digest(self) -> None:
        plan = result(run_row("would_convert", after=None), run_row("skipped", "b"), to=WIF)
        found = approval(plan, About(digest=DIGEST, command="x"))
        assert found
        assert (found.way, found.command) == ("To do just that:", "x")
        assert (found.what, found.digest, found.not_seen) == (
            "1 service connection to workload identity federation",
            DIGEST,
            "",
        )

    def test_what_could_not_be_seen_is_said(self) -> None:
        coverage = {"complete": False, "projects": 2, "unread": [{"project": "Web", "reason": "no"}]}
        plan = result(run_row("would_migrate", after=None), to="entra_issuer", coverage=coverage)
        found = approval(plan, About(digest=DIGEST))
        assert found
        assert found.not_seen == "1 thing could not be seen and is no part of it."
        assert found.what == "1 service connection to the issuer of Microsoft Entra"

    @pytest.mark.parametrize(
        ("value", "about"),
        [
            (result(run_row("would_convert"), to=WIF), NOTHING_SAID),
            (result(run_row("skipped"), to=WIF), About(digest=DIGEST)),
            (result(run_row("converted"), to=WIF), About(digest=DIGEST)),
            (result(info_row()), About(digest=DIGEST)),
        ],
    )
    def test_where_there_is_nothing_to_agree_to_there_is_none(self, value: Result, about: About) -> None:
        assert approval(value, about) is None


class TestErrors:
    def test_the_worst_comes_first_and_equal_ones_stand_together(self) -> None:
        rows = [
            run_row("waiting", "w", error={"message": "Payments / w: 401.", "remedy": "Sign in."}),
            *(
                run_row("failed", f"f{number}", error={"message": f"f{number}: No.", "remedy": ""})
                for number in range(7)
            ),
            run_row("failed", "other", error="Yes."),
            run_row("converted"),
            run_row("skipped", "s"),
        ]
        found = errors(result(*rows, to=WIF))
        assert [(item.status, item.tone, item.number, item.text) for item in found] == [
            ("failed", "bad", 7, "No."),
            ("failed", "bad", 1, "Yes."),
            ("not confirmed", "warn", 1, "401. Sign in."),
        ]
        assert found[0].names.endswith("Payments / f4 and 2 more")


class TestNextSteps:
    @pytest.mark.parametrize(
        "value",
        [
            result(
                info_row(),
                info_row("old", **federated(issuer_kind="azure_devops")),
                info_row(
                    "m", eligibility=verdicts(workload_identity_federation=("manual_needs_federated_credential",))
                ),
            ),
            result(
                run_row("converted", revert_deadline=when(7), after={"scheme": WIF, "issuer_kind": "azure_devops"}),
                run_row("skipped", "s", reasons=[reason("shared")]),
                to=WIF,
            ),
            result(*(run_row("converted", f"c{number}") for number in range(30)), to=WIF),
        ],
    )
    def test_every_command_is_one_that_the_role_takes(self, value: Result) -> None:
        steps = next_steps(value)
        assert steps
        for step in steps:
            entry, variables = said(step.command)
            assert all(entry in VARIABLES[name].entries for name in variables), step.command
            hear(entry, variables, [])

    @pytest.mark.parametrize(
        "value",
        [result(), result(to=WIF), result(run_row("skipped", reasons=[reason("disabled")]), to=WIF), {"msg": "No."}],
    )
    def test_where_nothing_is_to_be_done_nothing_is_said(self, value: Result) -> None:
        assert next_steps(value) == []

    def test_too_many_for_a_command_are_tested_as_what_they_are(self) -> None:
        steps = next_steps(result(*(run_row("converted", f"c{number}") for number in range(30)), to=WIF))
        assert [said(step.command) for step in steps] == [("verify", {"fleet_schemes": WIF})]

    def test_where_no_command_should_say_the_place_the_sentence_tells_what_to_run(self) -> None:
        moved = result(run_row("converted", revert_deadline=None, after={"scheme": WIF}), to=WIF)
        for place in (None, ("-i", "a\u200d.yml")):
            steps = next_steps(moved, About(place=place))
            assert {step.command for step in steps} == {""}
            assert steps[0].sentence.endswith("run, with azdo.connections.verify on the same hosts.")
