# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""With what a watch fails: how many, the first one, and where the rest is; none of the sentences, however many there are."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.plugin_utils._render.watch_message import failure_of

TOLD = "The task that finds them tells each of them (lines, due, unknown)"


def due(kind: str, name: str = "azure") -> dict[str, t.Any]:
    return {"kind": kind, "project": "Web", "name": name, "message": f"Web / {name} ends on 2026-12-01.", "remedy": ""}


@pytest.mark.parametrize(
    ("found", "unknown", "message"),
    [
        ([], [], ""),
        ([due("revert")], [], f"1 thing in need of care (1 revert), the first one Web / azure. {TOLD}."),
        (
            [due("unused", "old"), due("revert"), due("unused")],
            ["the end of the secret of Web / other."],
            f"3 things in need of care (2 unused, 1 revert), the first one Web / old. 1 thing that could not be told. {TOLD}.",
        ),
        ([], ["the last use of Web / a.", "the issuer of Web / b."], f"2 things that could not be told. {TOLD}."),
    ],
)
def test_it_says_what_somebody_needs_who_has_nothing_else(found: list[t.Any], unknown: list[str], message: str) -> None:
    assert failure_of({"due": found, "unknown": unknown}) == message


@pytest.mark.parametrize(
    ("reports", "end"),
    [
        (["watch.html"], ", and so does watch.html."),
        (["a.csv", "b/watch.HTML", "c.json", "d.xml", "e.md"], ", and so do b/watch.HTML, d.xml."),
        (["a.csv", "c.json"], "unknown)."),
    ],
)
def test_it_names_the_reports_that_tell_what_was_found(reports: list[str], end: str) -> None:
    assert failure_of({"due": [due("revert")], "unknown": []}, reports).endswith(end)


def test_it_does_not_grow_with_what_was_found() -> None:
    many = failure_of({"due": [due("unused", f"c-{number}") for number in range(5000)], "unknown": ["x."] * 100})
    assert len(many) < 200
    assert "ends on" not in many


def test_a_name_is_cut_and_written_out() -> None:
    told = failure_of({"due": [due("revert", "\u202e" + "x" * 5000)], "unknown": []})
    assert "<U+202E>xx" in told
    assert len(told) < 300
