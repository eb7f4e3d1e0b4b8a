# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose a connection is, and a report in parts: nothing is lost, nothing is in two of them, and no name breaks a file."""

from __future__ import annotations

import csv
import io
import random
import re
import typing as t
from pathlib import Path

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._model.name_patterns import answers_to
from ansible_collections.azdo.connections.plugins.plugin_utils._report.about import About
from ansible_collections.azdo.connections.plugins.plugin_utils._report.headline import is_complete
from ansible_collections.azdo.connections.plugins.plugin_utils._results.merge import merge
from ansible_collections.azdo.connections.plugins.plugin_utils._results.missing import missing
from ansible_collections.azdo.connections.plugins.plugin_utils._results.owner_table import (
    Line,
    OwnersError,
    by_table,
    read_table,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._results.owners import (
    BY_CREATOR,
    BY_PROJECT,
    NOBODY,
    Owner,
    Way,
    parts,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._results.people import without_people
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
    return by_table(read_table(text)).owner_of(row)


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

    @pytest.mark.parametrize(
        ("row", "name"),
        [
            (info_row("a", "Web", organization="Contoso"), "Contoso Web"),
            (info_row("a", "Web", organization="fabrikam"), "Fabrikam Web"),
            (info_row("a", organization="fabrikam"), "Fabrikam"),
            (info_row("a", organization="x", organization_url="https://dev.azure.com/north"), "North"),
            (info_row("a", "Web"), NOBODY.name),
        ],
    )
    def test_an_organization_can_be_named(self, row: Row, name: str) -> None:
        text = (
            "organization,project,owner\ncontoso,web,Contoso Web\nfabri*,web,Fabrikam Web\nfabrikam,,Fabrikam\n"
            "https://dev.azure.com/north,,North\n"
        )
        assert owner(text, row).name == name

    def test_what_a_row_does_not_say_is_no_name(self) -> None:
        assert owner("project,owner\nNone,Team\n", {**info_row(), "project": None}) == NOBODY

    def test_an_index_says_what_a_look_at_each_line_would(self) -> None:
        """Names, ids and patterns in every place, some of them equal, some with brackets: the first line that fits wins."""
        lot = random.Random(3)
        words = ["web", "Web", "w*", "*", "w?b", "[w]eb", "a[1]", "a[", "pay-1", "PAY-*", "*-1", "pay-?", ""]
        names = ["web", "WEB", "a[1]", "a1", "a[", "pay-1", "pay-2", "[w]eb", "wob"]
        keys = (("organization",), ("project", "project_id"), ("name", "id"))
        for _round in range(300):
            lines = [
                Line(tuple(lot.choice(words) for _place in keys), Owner(str(number)))
                for number in range(lot.randint(1, 12))
            ]
            row = {key: lot.choice(names) for some in keys for key in some}
            fitting = (
                line.owner
                for line in lines
                if all(
                    not text or answers_to([row[key] for key in some], text)
                    for text, some in zip(line.named, keys, strict=True)
                )
            )
            assert by_table(lines).owner_of(row) == next(fitting, NOBODY)


class TestParts:
    @pytest.mark.parametrize("of", [BY_PROJECT, BY_CREATOR, by_table(read_table(TABLE))])
    @pytest.mark.parametrize(
        "value",
        [big_estate(60), result(*(run_row("converted", f"c{n}", created_by=f"P{n % 3}") for n in range(9)), to="x")],
    )
    def test_every_connection_is_in_one_of_them(self, of: Way, value: Result) -> None:
        made = parts(value, of)
        ids = [row["id"] for part in made for row in part.result["connections"]]
        assert sorted(ids) == sorted(row["id"] for row in value["connections"])
        assert sum(part.result["summary"]["numbers"]["seen"] for part in made) == len(ids)
        assert len({part.file for part in made}) == len(made)

    def test_names_of_files_are_plain_and_nobodys_else(self) -> None:
        rows = [
            info_row(f"c{number}", name) for number, name in enumerate([*HOSTILE, "Index", "a b", "a-b", "A.B", "../x"])
        ]
        files = [part.file for part in parts(result(*rows), BY_PROJECT)]
        assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in files)
        assert len(set(files)) == len(rows)
        assert "index" not in files

    def test_a_gap_is_told_to_whom_it_concerns(self) -> None:
        coverage = {"complete": False, "projects": 3, "unread": [{"project": "Web", "reason": "no"}], "empty": ["X"]}
        value = result(info_row(), info_row("w", "Web"), coverage=coverage)
        made = {part.owner.name: part.result["summary"]["coverage"] for part in parts(value, BY_PROJECT)}
        assert made["Payments"]["complete"]
        assert made["Web"]["unread"] == coverage["unread"]

    def test_what_may_be_missing_elsewhere_is_not_told_to_a_project(self) -> None:
        mine = {"id": "w", "project": "Web", "reason": "no"}
        elsewhere = {"id": "p", "project": "Payments", "reason": "no"}
        doubt = {"organization": "contoso", "id": "x", "project": "X"}
        coverage = {"complete": False, "projects": 4, "unread": [mine], "allowed": [elsewhere], "doubtful": [doubt]}
        value = result(info_row("a", "Web"), info_row("b", "Payments"), coverage=coverage)
        made = {part.owner.name: part.result["summary"]["coverage"] for part in parts(value, BY_PROJECT)}
        assert (made["Web"]["allowed"], made["Payments"]["allowed"]) == ([], [elsewhere])
        assert made["Web"]["doubtful"] == made["Payments"]["doubtful"] == []

    @pytest.mark.parametrize(("project", "is_whole"), [("X", True), (None, False)])
    def test_a_doubt_about_another_organization_is_none_about_a_project(
        self, project: str | None, is_whole: bool
    ) -> None:
        doubt = {"organization": "fabrikam", "id": project, "project": project}
        coverage = {"complete": False, "projects": 2, "doubtful": [doubt]}
        (part,) = parts(result(info_row(), coverage=coverage), BY_PROJECT)
        assert is_complete(part.result) is is_whole
        assert bool(missing(part.result).unseen) is not is_whole

    def test_who_has_no_project_of_that_name_hears_nothing_of_its_gap(self) -> None:
        unread = [{"id": "P2", "project": "Web", "reason": "no"}]
        partial = [{"id": "id of a", "project": "Web", "lacks": "x"}]
        coverage = {"complete": False, "projects": 3, "unread": unread, "partial": partial}
        rows = [
            info_row("a", "Web", project_id="p1", organization="contoso"),
            info_row("b", "Web", project_id="p2", organization="fabrikam"),
        ]
        made = [part.result["summary"]["coverage"] for part in parts(result(*rows, coverage=coverage), BY_PROJECT)]
        assert [(found["unread"], found["partial"], found["complete"]) for found in made] == [
            ([], partial, False),
            (unread, [], False),
        ]

    @pytest.mark.parametrize("of", [BY_PROJECT, BY_CREATOR, by_table(read_table(TABLE))])
    @pytest.mark.parametrize(
        ("coverage", "problems"),
        [
            ({"complete": False, "projects": 1}, []),
            ({"complete": False, "projects": 1, "unread": [{"project": "Payments", "reason": "403"}]}, []),
            (None, [{"host": "web", "message": "token expired"}]),
        ],
    )
    def test_what_may_miss_some_of_theirs_does_not_say_that_everything_was_seen(
        self, of: Way, coverage: t.Any, problems: list[t.Any]
    ) -> None:
        value = {**result(info_row(created_by="Ann"), coverage=coverage), "problems": problems}
        (part,) = parts(value, of)
        assert not is_complete(part.result)
        assert part.result["summary"]["numbers"]["unread"] == len((coverage or {}).get("unread", ())) + len(problems)

    @pytest.mark.parametrize("of", [BY_CREATOR, by_table(read_table(TABLE))])
    def test_what_was_not_read_may_be_anybodys(self, of: Way) -> None:
        coverage = {"complete": False, "projects": 9, "unread": [{"project": "Web", "reason": "403"}]}
        (part,) = parts(result(info_row(created_by="Ann"), coverage=coverage), of)
        assert part.result["summary"]["coverage"] == coverage

    @pytest.mark.parametrize(("of", "name"), [(BY_PROJECT, "Web"), (BY_CREATOR, "Ann")])
    def test_equal_names_of_two_organizations_are_two_owners(self, of: Way, name: str) -> None:
        both = [
            {**result(info_row(at, "Web", created_by="Ann")), "summary": {"organization": at, "coverage": None}}
            for at in ("contoso", "Fabrikam")
        ]
        made = parts(merge({"a": [both[0]], "b": [both[1]]}), of)
        assert [part.owner.title for part in made] == [f"contoso/{name}", f"Fabrikam/{name}"]
        assert [[row["id"] for row in part.result["connections"]] for part in made] == [
            ["id of contoso"],
            ["id of Fabrikam"],
        ]
        assert [part.file for part in made] == [f"contoso-{name.lower()}", f"fabrikam-{name.lower()}"]

    def test_one_organization_is_not_named(self) -> None:
        rows = [info_row("a", organization="contoso"), info_row("b", organization="Contoso")]
        assert [(part.owner.title, part.file) for part in parts(result(*rows), BY_PROJECT)] == [
            ("Payments", "payments")
        ]

    def test_somebody_may_be_called_like_nobody(self) -> None:
        value = result(info_row("a", created_by=None), info_row("b", created_by=NOBODY.name))
        made = parts(value, BY_CREATOR)
        assert [part.owner.title for part in made] == [NOBODY.name, NOBODY.name]
        assert [[row["name"] for row in part.result["connections"]] for part in made] == [["b"], ["a"]]

    def test_what_nobody_owns_comes_last(self) -> None:
        value = result(info_row("a", created_by=None), info_row("b", created_by="Zoe"))
        assert [part.owner.name for part in parts(value, BY_CREATOR)] == ["Zoe", "nobody known"]


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

    def test_pages_and_index_say_what_could_not_be_seen(self, tmp_path: Path) -> None:
        coverage = {"complete": False, "projects": 1, "unread": [{"project": "Web", "reason": "403: no right"}]}
        value = result(info_row("a", created_by="Ann"), coverage=coverage)
        value["problems"] = [{"host": "north", "message": "token expired"}]
        write_owners(str(tmp_path), value, "creator", NOW, "", About())
        for name in ("ann", "index"):
            page = (tmp_path / f"{name}.html").read_text(encoding="utf-8")
            assert "Not everything could be seen" in page
            assert "<li>north: token expired</li>" in page
            assert "<li>Project Web: 403: no right</li>" in page
            assert "Everything could be seen" not in page
        assert "Every connection that could be seen is on one of these pages" in page

    def test_an_index_of_everything_says_so(self, tmp_path: Path) -> None:
        write_owners(str(tmp_path), result(info_row("a")), "project", NOW, "", About())
        page = (tmp_path / "index.html").read_text(encoding="utf-8")
        assert "Every connection is on one of these pages" in page
        assert "Not everything could be seen" not in page

    def test_nothing_is_left_of_an_earlier_wave(self, tmp_path: Path) -> None:
        first = info_row("a", "Web", organization="contoso")
        other = info_row("b", "Web", organization="fabrikam")
        (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
        write_owners(str(tmp_path), result(first), "project", NOW, "", About())
        assert (tmp_path / "web.html").exists()
        write_owners(str(tmp_path), result(first, other), "project", NOW, "", About())
        assert {path.name for path in tmp_path.iterdir()} == {
            *(f"{name}-web.{ending}" for name in ("contoso", "fabrikam") for ending in ("html", "csv")),
            "index.html",
            "notes.txt",
        }
        assert "contoso/Web" in (tmp_path / "contoso-web.html").read_text(encoding="utf-8")

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
