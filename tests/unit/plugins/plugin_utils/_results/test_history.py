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
from ansible_collections.azdo.connections.plugins.plugin_utils._results.history import (
    History,
    Snapshot,
    history,
    seen,
    snapshot,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._results.origin import Origin
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.earlier_reports import (
    HistoryError,
    earlier_reports,
    strange_files,
)

from unit.plugins._helpers.reports import COMPLETE, NOW, Result, Row, federated, info_row, result, run_row

ENTRA = federated(issuer_kind="entra")
OLD = federated(issuer_kind="azure_devops")


ORIGIN = Origin("report", "organization", "another run")
HERE = Origin("report", "organization", "this run")


def fleet(
    *rows: Row, organization: str = "contoso", unread: tuple[str, ...] = (), projects: tuple[str, ...] = ("p1",)
) -> Result:
    coverage = {
        **COMPLETE,
        "complete": not unread,
        "project_ids": list(projects),
        "unread": [{"id": id_, "project": id_, "reason": "no"} for id_ in unread],
    }
    found = result(*({"project_id": "p1", **row, "id": row["name"]} for row in rows), organization=organization)
    return {**found, "summary": {**found["summary"], "coverage": coverage}}


def secrets(number: int, **other: t.Any) -> list[Row]:
    return [info_row(f"s{place}{other.get('project_id', '')}", **other) for place in range(number)]


def past(days: float, *rows: Row, origin: Origin = ORIGIN, **other: t.Any) -> Snapshot:
    """A report of so many days ago, as it was written."""
    text = report(fleet(*rows, **other), "json", NOW - timedelta(days=days), about=About(origin=origin))
    found = snapshot(json.loads(text))
    assert found
    return found


def over_time(present: Result, *earlier: Snapshot, origin: Origin = HERE) -> History | None:
    return history(seen(present, NOW, origin), earlier)


def told(present: Result, *earlier: Snapshot, origin: Origin = HERE) -> tuple[str, ...]:
    found = over_time(present, *earlier, origin=origin)
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
        found = over_time(present, before)
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
            (40, 30, 61, "none is left on 2027-05-28."),
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

    def test_where_nobody_has_looked_for_long_the_pace_is_that_since_the_last_report(self) -> None:
        sentence = told(fleet(*secrets(20)), past(300, *secrets(90)), past(70, *secrets(30)))[1]
        assert "none is left on 2027-04-15" in sentence

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
        assert over_time(fleet(*secrets(3))) is None

    def test_other_organizations_and_later_reports_do_not_count(self) -> None:
        present = fleet(*secrets(3))
        elsewhere = past(7, *secrets(9, project_id="p9"), organization="fabrikam", projects=("p9",))
        assert over_time(present, elsewhere) is None
        assert over_time(present, past(-7, *secrets(9))) is None

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
            {"connections": [info_row()], "made": "2026-11-01T00:00:00Z"},
            *(
                {"connections": [info_row()], "made": "2026-11-01T00:00:00Z", "origin": origin}
                for origin in (
                    {"entry": "report", "reach": "connections"},
                    {"entry": "verify", "reach": "organization"},
                    {"entry": "report"},
                    {"entry": ["report"], "reach": {}},
                    "report",
                )
            ),
        ],
    )
    def test_what_is_no_report_of_a_fleet_is_none(self, content: t.Any) -> None:
        assert snapshot(content) is None


class TestWhatIsCompared:
    """What one of two reports has not read must look neither like progress nor like something new."""

    def test_single_connections_have_no_history(self) -> None:
        alone = Origin("report", "connections", "this run")
        assert over_time(fleet(*secrets(3)), past(7, *secrets(9)), origin=alone) is None

    @pytest.mark.parametrize("reach", ["organization", "projects"])
    def test_what_cannot_be_read_now_is_no_progress(self, reach: str) -> None:
        before = past(7, *secrets(3), *secrets(37, project_id="p2"), projects=("p1", "p2"))
        found = told(
            fleet(*secrets(3), unread=("p2",), projects=("p1", "p2")), before, origin=Origin("report", reach, "x")
        )
        assert found[:3] == (
            "Since the report of 2026-11-19 12:00 UTC: nothing has changed.",
            "This is about the 1 project that both have read.",
            "With a secret or certificate: 3, 3 on 2026-11-19. At this pace they do not end.",
        )

    @pytest.mark.parametrize("allowed", ["unread", "doubt"])
    def test_what_is_allowed_to_be_missing_is_still_not_read(self, allowed: str) -> None:
        before = past(7, *secrets(3), *secrets(37, project_id="p2"), projects=("p1", "p2"))
        present = fleet(*secrets(3), projects=("p1", "p2"))
        gap = (
            {"id": "p2", "project": "Two", "reason": "no"}
            if allowed == "unread"
            else {"id": "p2", "project": "Two", "organization": "contoso"}
        )
        present["summary"]["coverage"]["allowed"] = [gap]
        assert told(present, before)[0].endswith("nothing has changed.")

    def test_an_empty_list_that_may_be_a_missing_right_is_nothing_gone(self) -> None:
        before = past(7, *secrets(3), *secrets(37, project_id="p2"), projects=("p1", "p2"))
        present = fleet(*secrets(3), projects=("p1", "p2"))
        doubt = [{"organization": "contoso", "id": "p2", "project": "Two"}]
        present["summary"]["coverage"] |= {"complete": False, "doubtful": doubt}
        assert told(present, before)[0].endswith("nothing has changed.")
        present["summary"]["coverage"]["doubtful"] = [{"organization": "contoso", "id": None, "project": None}]
        assert over_time(present, before) is None

    def test_a_report_that_has_read_less_does_not_count(self) -> None:
        present = fleet(*secrets(3), *secrets(4, project_id="p2"), projects=("p1", "p2"))
        assert over_time(present, past(7, *secrets(9), origin=Origin("report", "projects", "x"))) is None
        assert over_time(present, past(7, *secrets(9), unread=("p2",), projects=("p1", "p2"))) is None

    def test_a_project_that_is_new_or_gone_counts_where_everything_was_read(self) -> None:
        before = past(7, *secrets(5, project_id="gone"), *secrets(2), projects=("p1", "gone"))
        found = told(fleet(*secrets(2), *secrets(1, project_id="new"), projects=("p1", "new")), before)
        assert found[0].endswith("1 new with a secret, 5 gone.")

    def test_a_watch_counts_and_has_the_same_numbers(self) -> None:
        watch = past(7, *secrets(9), origin=Origin("watch", "organization", "x"))
        assert told(fleet(*secrets(3)), watch)[0].endswith("6 gone.")


class TestFolder:
    @staticmethod
    def put(folder: Path, name: str, days: float = 1, origin: Origin = ORIGIN, number: int = 2) -> None:
        text = report(fleet(*secrets(number)), "json", NOW - timedelta(days=days), about=About(origin=origin))
        (folder / name).write_text(text, encoding="utf-8")

    def test_reports_are_found_and_the_rest_is_told(self, tmp_path: Path) -> None:
        self.put(tmp_path, "a.json")
        run = report(
            result(run_row("converted")), "json", NOW, about=About(origin=Origin("convert", "organization", "x"))
        )
        (tmp_path / "run.json").write_text(run, encoding="utf-8")
        (tmp_path / "odd.json").write_text("{", encoding="utf-8")
        (tmp_path / "other.json").write_text('{"x": 1}', encoding="utf-8")
        (tmp_path / "page.html").write_text("<p>", encoding="utf-8")
        (tmp_path / "folder.json").mkdir()
        assert [len(one.rows) for one in earlier_reports(str(tmp_path), NOW)] == [2]
        assert strange_files(str(tmp_path)) == ["odd.json", "other.json"]

    def test_what_this_run_has_written_is_not_earlier_and_what_is_later_neither(self, tmp_path: Path) -> None:
        self.put(tmp_path, "before.json", number=1)
        self.put(tmp_path, "mine.json", days=0.1, origin=HERE, number=2)
        self.put(tmp_path, "later.json", days=-1, number=3)
        assert [len(one.rows) for one in earlier_reports(str(tmp_path), NOW, HERE.run_id)] == [1]

    def test_the_last_of_each_day_counts_and_further_back_that_of_each_week(self, tmp_path: Path) -> None:
        """Whatever the names of the files, and however many other reports lie among them."""
        for number, days in enumerate((0.1, 0.2, 1.1, 200, 200.1, 207)):
            self.put(tmp_path, f"report-{10000 - number}.json", days=days, number=number + 1)
        found = [len(one.rows) for one in earlier_reports(str(tmp_path), NOW)]
        assert found == [6, 4, 3, 1]

    @pytest.mark.parametrize("reach", ["organization", "projects"])
    def test_reports_of_others_on_the_same_day_take_no_place_of_each_other(self, reach: str, tmp_path: Path) -> None:
        """A folder for the reports of all organizations, or of the projects of several teams."""
        for place, (name, project) in enumerate((("contoso", "p1"), ("fabrikam", "p2"), ("contoso", "p1"))):
            present = fleet(*secrets(place + 1, project_id=project), organization=name, projects=(project,))
            about = About(origin=Origin("report", reach, str(place)))
            text = report(present, "json", NOW - timedelta(hours=3 - place), about=about)
            (tmp_path / f"{place}.json").write_text(text, encoding="utf-8")
        found = earlier_reports(str(tmp_path), NOW)
        assert [sorted({row.organization for row in one.rows.values()}) for one in found] == [["fabrikam"], ["contoso"]]
        assert [len(one.rows) for one in found] == [2, 3]

    def test_projects_of_one_organization_take_no_place_of_each_other(self, tmp_path: Path) -> None:
        for project in ("p1", "p2"):
            present = fleet(*secrets(1, project_id=project), projects=(project,))
            text = report(present, "json", NOW - timedelta(hours=1), about=About(origin=Origin("report", "projects")))
            (tmp_path / f"{project}.json").write_text(text, encoding="utf-8")
        assert len(earlier_reports(str(tmp_path), NOW)) == 2

    def test_a_folder_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(HistoryError, match="is no folder that can be read: No such file"):
            earlier_reports(str(tmp_path / "nowhere"), NOW)


class TestPage:
    @staticmethod
    def page(now: datetime = NOW) -> str:
        present = fleet(*secrets(5), info_row("o", **OLD))
        return report(
            present,
            "html",
            now,
            about=About(history=over_time(present, past(9, *secrets(9)), past(3, *secrets(7)))),
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
