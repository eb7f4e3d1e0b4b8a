# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet over weeks: what changed, and when nothing will be left; earlier reports, and what only looks like one."""

from __future__ import annotations

import json
import typing as t
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from ansible_collections.azdo.connections.plugins.plugin_utils._render.formats import report
from ansible_collections.azdo.connections.plugins.plugin_utils._report.about import About
from ansible_collections.azdo.connections.plugins.plugin_utils._report.history import Snapshot, history, snapshot
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.earlier_reports import (
    HistoryError,
    earlier_reports,
)

from unit.plugins._helpers.reports import NOW, Result, Row, federated, info_row, result, run_row

ENTRA = federated(issuer_kind="entra")
OLD = federated(issuer_kind="azure_devops")


def fleet(*rows: Row, organization: str = "contoso") -> Result:
    return result(*({**row, "id": row["name"]} for row in rows), organization=organization)


def secrets(number: int) -> list[Row]:
    return [info_row(f"s{place}") for place in range(number)]


def past(days: float, *rows: Row, organization: str = "contoso") -> Snapshot:
    """A report of so many days ago, as it was written."""
    text = report(fleet(*rows, organization=organization), "json", NOW - timedelta(days=days))
    found = snapshot(json.loads(text))
    assert found
    return found


def told(present: Result, *earlier: Snapshot) -> tuple[str, ...]:
    found = history(present, NOW, earlier)
    assert found
    return found.sentences


class TestChanges:
    def test_everything_that_may_have_become_of_one(self) -> None:
        before = past(
            7,
            info_row("moved"),
            info_row("old", **OLD),
            info_row("back", **ENTRA),
            info_row("gone"),
            info_row("same"),
            info_row("there", **ENTRA),
        )
        present = fleet(
            info_row("moved", **ENTRA),
            info_row("old", **ENTRA),
            info_row("back"),
            info_row("same"),
            info_row("there", **ENTRA),
            info_row("new-secret"),
            info_row("new-federated", **ENTRA),
        )
        found = history(present, NOW, [before])
        assert found
        assert found.changes
        changed = found.changes
        assert (changed.moved, changed.migrated, changed.back) == (("moved",), ("old",), ("back",))
        assert (changed.new_secrets, changed.gone) == (("new-secret",), ("gone",))
        assert set(changed.new) == {"new-secret", "new-federated"}
        assert found.sentences[0] == (
            "Since the report of 2026-11-19 12:00 UTC: 1 moved to workload identity, 1 moved to the Entra issuer, 1 went back to a secret, "
            "1 new with a secret, 1 new without a secret, 1 gone."
        )

    def test_nothing_has_changed(self) -> None:
        assert told(fleet(*secrets(3)), past(7, *secrets(3)))[0].endswith("nothing has changed.")

    def test_the_last_report_counts_in_whatever_order_they_come(self) -> None:
        reports = [past(3, *secrets(5)), past(14, *secrets(9)), past(7, *secrets(7))]
        assert "2026-11-23" in told(fleet(*secrets(5)), *reports)[0]


class TestForecast:
    @pytest.mark.parametrize(
        ("before", "now", "days", "sentence"),
        [
            (20, 10, 10, "none is left on 2026-12-06."),
            (10, 10, 10, "At this pace they do not end."),
            (10, 12, 10, "At this pace they do not end."),
            (10, 0, 10, "With a secret or certificate: 0, 10 on 2026-11-16."),
            (10_00, 9_99, 30, "At this pace they do not end."),
            (10, 9, 0.1, "There is no pace yet"),
        ],
    )
    def test_when_no_secret_is_left(self, before: int, now: int, days: float, sentence: str) -> None:
        assert (
            sentence
            in told(fleet(*secrets(now), info_row("x", **ENTRA)), past(days, *secrets(before), info_row("x", **ENTRA)))[
                1
            ]
        )

    @pytest.mark.parametrize(("now", "when"), [(10, "before the issuer retires"), (19, "after the issuer retires")])
    def test_whether_the_issuer_retires_before(self, now: int, when: str) -> None:
        def olds(number: int) -> list[Row]:
            return [info_row(f"o{place}", **OLD) for place in range(number)]

        sentence = told(fleet(*olds(now), *secrets(1)), past(20, *olds(20), *secrets(1)))[2]
        assert when in sentence
        assert sentence.endswith("on 2027-07-01.")

    def test_the_pace_is_that_of_the_last_weeks(self) -> None:
        """Nothing was done for a year; since a month one each day."""
        sentence = told(fleet(*secrets(30)), past(365, *secrets(60)), past(30, *secrets(60)))[1]
        assert "none is left on 2026-12-26" in sentence

    def test_secrets_that_end_before_are_counted(self) -> None:
        def ending(days: float) -> str:
            return (NOW + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")

        rows = [
            info_row("a", secret_expires=ending(5)),
            info_row("b", secret_expires=ending(500)),
            info_row("c", secret_expires=ending(-5)),
        ]
        sentence = told(fleet(*rows), past(10, *secrets(6)))[1]
        assert sentence.endswith("1 secret will have ended by then.")


class TestWhatCounts:
    def test_without_an_earlier_report_there_is_none(self) -> None:
        assert history(fleet(*secrets(3)), NOW, []) is None

    def test_other_organizations_and_later_reports_do_not_count(self) -> None:
        present = fleet(*secrets(3))
        assert history(present, NOW, [past(7, *secrets(9), organization="fabrikam")]) is None
        assert history(present, NOW, [past(-7, *secrets(9))]) is None

    @pytest.mark.parametrize(
        "content",
        [
            None,
            [],
            {},
            {"connections": []},
            {"connections": [{"name": "x"}], "made": "2026-11-01T00:00:00Z"},
            {"connections": [info_row()], "made": "yesterday"},
            {"connections": [run_row("converted")], "made": "2026-11-01T00:00:00Z", "summary": {"to": "x"}},
        ],
    )
    def test_what_is_no_report_of_a_fleet_is_none(self, content: t.Any) -> None:
        assert snapshot(content) is None


class TestFolder:
    def test_reports_are_found_and_the_rest_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "a.json").write_text(report(fleet(*secrets(2)), "json", NOW), encoding="utf-8")
        (tmp_path / "run.json").write_text(report(result(run_row("converted")), "json", NOW), encoding="utf-8")
        (tmp_path / "odd.json").write_text("{", encoding="utf-8")
        (tmp_path / "other.json").write_text('{"x": 1}', encoding="utf-8")
        (tmp_path / "page.html").write_text("<p>", encoding="utf-8")
        (tmp_path / "folder.json").mkdir()
        found, odd = earlier_reports(str(tmp_path))
        assert [len(one.rows) for one in found] == [2]
        assert odd == ["odd.json", "other.json"]

    def test_a_folder_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(HistoryError, match="is no folder that can be read: No such file"):
            earlier_reports(str(tmp_path / "nowhere"))


class TestPage:
    @staticmethod
    def page(now: datetime = NOW) -> str:
        present = fleet(*secrets(5), info_row("o", **OLD))
        return report(
            present,
            "html",
            now,
            about=About(history=history(present, now, [past(9, *secrets(9)), past(3, *secrets(7))])),
        )

    def test_it_shows_lines_and_the_same_as_a_table(self) -> None:
        text = self.page()
        assert text.count("<polyline") == 2
        assert "none is left on" in text
        assert "All 3 reports" in text
        assert 'points="0.0,10.0 666.7,52.2 1000.0,94.4 "' in text

    def test_without_earlier_reports_there_is_no_card(self) -> None:
        assert "Over time" not in report(fleet(*secrets(5)), "html", NOW)
        assert "## Over time" not in report(fleet(*secrets(5)), "markdown", NOW)
