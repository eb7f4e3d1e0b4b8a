# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which columns fit beside each other, and that what does not is in the detail of a row."""

from __future__ import annotations

import re

import pytest
from ansible_collections.azdo.connections.plugins.plugin_utils._render.page_columns import (
    SCREENS,
    WIDTHS,
    column_rules,
    folded,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._report.cells import NOTHING
from ansible_collections.azdo.connections.plugins.plugin_utils._report.rows import COLUMNS, Column

OTHER = Column("other", "Something new", lambda _row: NOTHING)


@pytest.mark.parametrize("room", [room for _start, room in SCREENS])
@pytest.mark.parametrize(
    "left_out", [(), ("error",), ("status", "reasons", "error"), ("secret_expires", "organization")]
)
def test_what_is_not_folded_fits(room: float, left_out: tuple[str, ...]) -> None:
    columns = [column for column in (*COLUMNS, OTHER) if column.key not in left_out]
    away = folded(columns, room)
    kept = [column for column in columns if column not in away]
    assert round(sum(WIDTHS.get(column.key, 9.0) for column in kept), 6) <= room
    assert {"connection", "project"} <= {column.key for column in kept}
    assert OTHER in away


def test_what_fits_is_not_folded() -> None:
    few = [column for column in COLUMNS if column.key in ("connection", "project", "description", "id")]
    assert folded(few, SCREENS[-1][1]) == []
    assert "@media screen" not in column_rules(few[:2])


def test_every_column_has_a_width() -> None:
    assert {column.key for column in COLUMNS} - WIDTHS.keys() == {"id"}


def test_what_is_folded_is_in_the_detail_and_the_screens_do_not_overlap() -> None:
    rules = re.findall(r"@media screen and (.*?) \{ (.*) \}", column_rules(COLUMNS))
    assert len(rules) == len(SCREENS)
    for media, rule in rules:
        away = re.findall(r"tr > :nth-child\((\d+)\)", rule)
        assert away
        assert re.findall(r"\.d-(\d+)", rule) == away
        assert ".folds .detail { display: table-row; }" in rule
        assert media
    starts = [re.findall(r"min-width: ([\d.]+)(?:px|em)", media)[0] for media, _rule in rules[1:]]
    ends = [re.findall(r"max-width: ([\d.]+)em", media)[0] for media, _rule in rules[:-1]]
    assert [float(start) - float(end) for start, end in zip(starts, ends, strict=True)] == [pytest.approx(0.01)] * len(
        ends
    )
