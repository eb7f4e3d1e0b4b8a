# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What nothing was done to is called "left alone" wherever a person reads; programs read the status, which never gets another name."""

from __future__ import annotations

import csv
import html.parser
import io
import json
import re

import pytest
from ansible_collections.azdo.connections.plugins.plugin_utils._render.formats import report
from ansible_collections.azdo.connections.plugins.plugin_utils._render.page_filters import filters
from ansible_collections.azdo.connections.plugins.plugin_utils._render.terminal import conversion_lines, total_lines
from ansible_collections.azdo.connections.plugins.plugin_utils._report.breakdowns import shares
from ansible_collections.azdo.connections.plugins.plugin_utils._report.rows import entries

from unit.plugins._helpers.reports import NOW, Result, reason, result, run_row

OTHER_WORDS = re.compile(r"skipped|unchanged|left as (it is|they are)", re.IGNORECASE)


def a_run(status: str = "converted") -> Result:
    return result(
        run_row(status),
        run_row("skipped", "shared", reasons=[reason("shared")]),
        run_row("unchanged", "moved", reasons=[reason("already_federated")]),
        to="workload_identity_federation",
    )


class _Text(html.parser.HTMLParser):
    """What a browser shows of a page: no style, no script."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.quiet, self.text = False, ""
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.quiet = tag in ("style", "script")
        self.text += "".join(f" {value} " for name, value in attrs if name in ("aria-label", "title"))

    def handle_endtag(self, tag: str) -> None:
        self.quiet = False

    def handle_data(self, data: str) -> None:
        self.text += "" if self.quiet else data


@pytest.mark.parametrize("status", ["converted", "would_convert"])
def test_people_read_one_phrase(status: str) -> None:
    value = a_run(status)
    told = {
        "page": _Text(report(value, "html", NOW)).text,
        "markdown": report(value, "markdown", NOW),
        "lines": "\n".join(conversion_lines(value)),
        "in short": "\n".join(conversion_lines(value, short=True)),
        "all waves": "\n".join(total_lines(value)),
    }
    for where, text in told.items():
        assert "2 left alone" in text or "Left alone (2)" in text, where
        assert not OTHER_WORDS.search(text), where
    for where in ("page", "markdown", "lines"):
        assert told[where].count("left alone") >= 3, where


def test_programs_read_the_status() -> None:
    value = a_run()
    listed = csv.DictReader(io.StringIO(report(value, "csv", NOW)))
    assert sorted(row["status"] for row in listed) == ["converted", "skipped", "unchanged"]
    assert [row["status"] for row in json.loads(report(value, "json", NOW))["connections"]] == [
        "converted",
        "skipped",
        "unchanged",
    ]


def test_what_reads_alike_is_one_choice_and_one_bar() -> None:
    listed = entries(a_run())
    found = filters(listed, [])
    (choices,) = [group for item in found.listed if item.key == "status" for _title, group in item.groups]
    assert [(choice.label, choice.number) for choice in choices] == [("converted", 1), ("left alone", 2)]
    bars = shares(listed, "status")
    assert [(bar.label, bar.number) for bar in bars] == [("converted", 1), ("left alone", 2)]
    # The button beside the bar chooses just these.
    assert [found.token("status", bar.key) for bar in bars] == [choice.token for choice in choices]
