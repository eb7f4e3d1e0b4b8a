# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose a connection is, and a report in parts: nothing is lost, nothing is in two of them, and no name breaks a file."""

from __future__ import annotations

import csv
import io
import re
import typing as t
from pathlib import Path

import pytest
from ansible_collections.azdo.connections.plugins.plugin_utils._report.about import About
from ansible_collections.azdo.connections.plugins.plugin_utils._report.owners import (
    NOBODY,
    Owner,
    OwnersError,
    by_creator,
    by_project,
    by_table,
    parts,
    read_table,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._report.people import without_people
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.output_files import OutputError
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.owner_files import owner_by, write_owners

from unit.plugins._helpers.reports import HOSTILE, NOW, Result, Row, big_estate, info_row, result, run_row

TABLE = """\
project,connection,owner,address
Payments,azure-*,Team Pay,pay@example.com
Payments,,Payments rest,
,hub,Platform,
"""


def owner(text: str, row: Row) -> Owner:
    return by_table(read_table(text))(row)


class TestTable:
    @pytest.mark.parametrize(
        ("row", "name"),
        [
            (info_row("azure-prod"), "Team Pay"),
            (info_row("AZURE-x", "payments"), "Team Pay"),
            (info_row("other"), "Payments rest"),
            (info_row("hub", "Web"), "Platform"),
            (info_row("x", "Web"), NOBODY.name),
            (info_row("x", "Web", id="hub"), "Platform"),
        ],
    )
    def test_the_first_line_that_fits_says_whose_it_is(self, row: Row, name: str) -> None:
        assert owner(TABLE, row).name == name

    @pytest.mark.parametrize(
        "text",
        [
            "owner;project\nTeam;Payments\n",
            "owner\tproject\nTeam\tPayments\n",
            "Project, Owner\nPayments, Team\n\n",
            '"owner","project"\r\n"Team","Payments"\r\n',
        ],
    )
    def test_spreadsheets_write_it_in_their_way(self, text: str) -> None:
        assert owner(text, info_row()) == Owner("Team")

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("", "does not say which column is what"),
            ("owner\nTeam\n", "does not say which column is what"),
            ("owner,project,project\na,b,c\n", "each once"),
            ("ownr,project\nTeam,Payments\n", "has 'ownr'. Did you mean 'owner'?"),
            ("owner,project\n", "has no lines"),
            ("owner,project\n,Payments\n", "line 2 says no owner"),
            ("owner,project\nTeam,\n", "line 2 says no owner, or not of what"),
            ('owner,project\n"Team,Payments\n', "is no CSV file"),
        ],
    )
    def test_what_cannot_be_meant_is_refused(self, text: str, why: str) -> None:
        with pytest.raises(OwnersError) as caught:
            read_table(text)
        assert why in str(caught.value)


class TestParts:
    @pytest.mark.parametrize("of", [by_project, by_creator, by_table(read_table(TABLE))])
    @pytest.mark.parametrize(
        "value",
        [big_estate(60), result(*(run_row("converted", f"c{n}", created_by=f"P{n % 3}") for n in range(9)), to="x")],
    )
    def test_every_connection_is_in_one_of_them(
        self, of: t.Callable[[t.Mapping[str, t.Any]], Owner], value: Result
    ) -> None:
        made = parts(value, of)
        ids = [row["id"] for part in made for row in part.result["connections"]]
        assert sorted(ids) == sorted(row["id"] for row in value["connections"])
        assert sum(part.result["summary"]["numbers"]["seen"] for part in made) == len(ids)
        assert len({part.file for part in made}) == len(made)

    def test_names_of_files_are_plain_and_nobodys_else(self) -> None:
        rows = [
            info_row(f"c{number}", name) for number, name in enumerate([*HOSTILE, "Index", "a b", "a-b", "A.B", "../x"])
        ]
        files = [part.file for part in parts(result(*rows), by_project)]
        assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in files)
        assert len(set(files)) == len(rows)
        assert "index" not in files

    def test_a_gap_is_told_to_whom_it_concerns(self) -> None:
        coverage = {"complete": False, "projects": 3, "unread": [{"project": "Web", "reason": "no"}], "empty": ["X"]}
        value = result(info_row(), info_row("w", "Web"), coverage=coverage)
        made = {part.owner.name: part.result["summary"]["coverage"] for part in parts(value, by_project)}
        assert made["Payments"]["complete"]
        assert made["Web"]["unread"] == coverage["unread"]

    def test_what_nobody_owns_comes_last(self) -> None:
        value = result(info_row("a", created_by=None), info_row("b", created_by="Zoe"))
        assert [part.owner.name for part in parts(value, by_creator)] == ["Zoe", "nobody known"]


class TestFiles:
    def test_pages_tables_and_an_index(self, tmp_path: Path) -> None:
        value = result(info_row("a", created_by="Ann"), info_row("b", created_by="<b>Bob</b>"))
        files = write_owners(str(tmp_path / "owners"), value, "creator", NOW, "", About())
        assert {Path(path).name for path in files} == {
            "ann.html",
            "ann.csv",
            "b-bob-b.html",
            "b-bob-b.csv",
            "index.html",
        }
        index = (tmp_path / "owners" / "index.html").read_text(encoding="utf-8")
        assert '<a href="b-bob-b.html">&lt;b&gt;Bob&lt;/b&gt;</a>' in index
        rows = list(csv.DictReader(io.StringIO((tmp_path / "owners" / "ann.csv").read_text(encoding="utf-8"))))
        assert [row["connection"] for row in rows] == ["a"]
        assert "2 owners" in index

    @pytest.mark.parametrize(
        ("said", "why"),
        [("team", "is none of project, creator"), ("nowhere.csv", "cannot be read: No such file")],
    )
    def test_what_says_no_owner_is_refused(self, said: str, why: str) -> None:
        with pytest.raises(OutputError, match=why):
            owner_by(said)


def test_people_can_be_left_out() -> None:
    value = result(info_row(created_by="Ann", description="by Ann"), asked_by="Bob")
    without = without_people(value)
    assert "created_by" not in without["connections"][0]
    assert without["connections"][0]["description"] == "by Ann"
    assert "asked_by" not in without["summary"]
    assert without_people({"failed": True, "msg": "No."}) == {"failed": True, "msg": "No.", "summary": {}}
