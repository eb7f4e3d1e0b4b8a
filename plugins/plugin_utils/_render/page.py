# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as one HTML page, which needs nothing but itself.

PRIVATE to the collection, and pure. Its policy (Content-Security-Policy) allows no request at all, and just the one style and the scripts whose
hashes it names: whatever a name would smuggle in could not run.
"""

from __future__ import annotations

import base64
import hashlib
import typing as t
from dataclasses import dataclass
from datetime import datetime

from ansible_collections.azdo.connections.plugins.module_utils._model.facts import ISSUER_RETIRES
from ansible_collections.azdo.connections.plugins.module_utils._rules.reason_codes import NO_NAMES
from ansible_collections.azdo.connections.plugins.plugin_utils._render import page_charts
from ansible_collections.azdo.connections.plugins.plugin_utils._render import page_table as rows
from ansible_collections.azdo.connections.plugins.plugin_utils._render.html_markup import Markup, element, joined
from ansible_collections.azdo.connections.plugins.plugin_utils._render.page_filters import Filters, filters
from ansible_collections.azdo.connections.plugins.plugin_utils._render.page_script import EARLY, SCRIPT
from ansible_collections.azdo.connections.plugins.plugin_utils._render.page_style import STYLE
from ansible_collections.azdo.connections.plugins.plugin_utils._render.page_timeline import time_line
from ansible_collections.azdo.connections.plugins.plugin_utils._report import breakdowns
from ansible_collections.azdo.connections.plugins.plugin_utils._report import headline as facts
from ansible_collections.azdo.connections.plugins.plugin_utils._report import row_deadlines as times
from ansible_collections.azdo.connections.plugins.plugin_utils._report.attention import Point, points
from ansible_collections.azdo.connections.plugins.plugin_utils._report.merge import coverage_of
from ansible_collections.azdo.connections.plugins.plugin_utils._report.rows import (
    TARGETS,
    Column,
    Entry,
    entries,
    filled,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._report.wording import Result, count, is_run

_ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%230b6e69'/%3E"
    "%3Cpath d='M4 8.5l3 3 5-7' fill='none' stroke='white' stroke-width='2'/%3E%3C/svg%3E"
)
# So many of what could not be seen stand at the top; the rest can be unfolded.
_UNSEEN = 8


@dataclass(frozen=True)
class _Report:
    """All that the parts of the page are made from."""

    result: Result
    title: str
    now: datetime
    run: bool
    listed: list[Entry]
    columns: list[Column]
    attention: list[Point]
    filters: Filters
    names: t.Mapping[str, str]


def html_page(result: Result, now: datetime, title: str = "", names: t.Mapping[str, str] = NO_NAMES) -> str:
    """Return the page. now is the time from which the days left are counted."""
    listed, run = entries(result), is_run(result)
    attention = points(listed, now)
    report = _Report(
        result=result,
        title=title or facts.default_title(listed, result, run=run),
        now=now,
        run=run,
        listed=listed,
        columns=filled(listed),
        attention=attention,
        filters=filters(listed, attention),
        names=names,
    )
    style = STYLE + rows.card_labels(report.columns)
    return f'<!DOCTYPE html>\n<html lang="en">\n{_head(report, style)}\n{_body(report)}\n</html>\n'


def _head(report: _Report, style: str) -> Markup:
    policy = (
        f"default-src 'none'; img-src data:; style-src {_hash(style)}; script-src {_hash(EARLY)} {_hash(SCRIPT)}; "
        "base-uri 'none'; form-action 'none'"
    )
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", report.title),
        element("link", rel="icon", href=_ICON),
        element("style", Markup(style)),
        element("script", Markup(EARLY)),
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _body(report: _Report) -> Markup:
    parts = (_unseen, _figures, _attention, _not_known, _charts, _table)
    main = element("main", *(part(report) for part in parts))
    return element(
        "body",
        element("a", "Skip to the table", href="#table", class_="skip"),
        _header(report),
        main,
        _footer(),
        element("script", Markup(SCRIPT)),
    )


def _header(report: _Report) -> Markup:
    seen = coverage_of(report.result).get("projects")
    complete = facts.is_complete(report.result)
    scope = f"Everything could be seen, in {count(seen, 'project')}." if complete and isinstance(seen, int) else ""
    made = element("time", f"{report.now:%Y-%m-%d %H:%M} UTC", datetime=f"{report.now:%Y-%m-%dT%H:%M:%SZ}")
    return element(
        "header",
        element("h1", report.title),
        element("p", facts.headline(report.result), class_="lead"),
        element("p", "As of ", made, ". ", scope, class_="made"),
    )


def _unseen(report: _Report) -> Markup | None:
    """What is not in the report, before anything that is."""
    lines = facts.unseen(report.result)
    if not lines and facts.is_complete(report.result):
        return None
    return element(
        "section",
        element("h2", "Not everything could be seen"),
        element("p", "What is missing here is not in the numbers and tables below."),
        _some(lines),
        class_="unseen-part",
        id="coverage",
    )


def _not_known(report: _Report) -> Markup | None:
    """What is not known about connections that were seen."""
    lines = facts.gaps(report.listed, run=report.run)
    if not lines:
        return None
    listed = element("ul", *(element("li", line) for line in lines))
    return element("section", element("h2", "Not known"), listed, class_="unseen-part quiet", id="gaps")


def _some(lines: t.Sequence[str]) -> Markup:
    first = element("ul", *(element("li", line) for line in lines[:_UNSEEN]))
    rest = lines[_UNSEEN:]
    if not rest:
        return first
    more = element(
        "details", element("summary", f"{len(rest):,} more"), element("ul", *(element("li", line) for line in rest))
    )
    return joined([first, more])


def _figures(report: _Report) -> Markup:
    items = [
        element(
            "li",
            element("b", f"{figure.number:,}"),
            element("span", figure.label),
            class_=f"figure {figure.tone}".strip(),
        )
        for figure in facts.figures(report.result)
    ]
    return element("section", element("h2", "In numbers", class_="unseen"), element("ul", *items, class_="figures"))


def _attention(report: _Report) -> Markup:
    if not report.attention:
        known = facts.is_complete(report.result) and not facts.gaps(report.listed, run=report.run)
        text = "Nothing." if known else "Nothing that is known; but not everything is known."
        return element("section", element("h2", "Needs attention first"), element("p", text), class_="card")
    words = {"bad": "urgent", "warn": "to plan"}
    items = [
        element(
            "li",
            element("b", f"{len(point.members):,}"),
            element("span", point.sentence, class_="what"),
            element("span", words.get(point.tone, point.tone), class_=f"tag {point.tone}"),
            page_charts.show(report.filters.token("attention", point.key), point.sentence),
        )
        for point in report.attention
    ]
    return element(
        "section", element("h2", "Needs attention first"), element("ol", *items, class_="points"), class_="card"
    )


def _card(title: str, *children: object, wide: bool = False) -> Markup:
    return element("section", element("h2", title), *children, class_="card wide" if wide else "card")


def _charts(report: _Report) -> Markup:
    narrow = [*(_run_charts(report) if report.run else _estate_charts(report)), *_time_charts(report)]
    kind = "charts three" if len(narrow) in (3, 5, 6) else "charts"
    return element("div", *narrow, *_deadlines(report), *_reason_charts(report), class_=kind)


def _tokens(report: _Report, key: str) -> t.Callable[[str], str | None]:
    return lambda value: report.filters.token(key, value)


def _estate_charts(report: _Report) -> list[Markup]:
    schemes, issuers = breakdowns.shares(report.listed, "scheme"), breakdowns.shares(report.listed, "issuer")
    left = (ISSUER_RETIRES - report.now).days
    when = f"in {count(left, 'day')}" if left > 0 else "that is over"
    hint = element("p", f"The Azure DevOps issuer retires on 2027-07-01, {when}.", class_="hint")
    return [
        *([_card("How they sign in", page_charts.bars(schemes, _tokens(report, "scheme")))] if schemes else []),
        *(
            [_card("Who issues their tokens", page_charts.bars(issuers, _tokens(report, "issuer")), hint)]
            if issuers
            else []
        ),
    ]


def _run_charts(report: _Report) -> list[Markup]:
    if not report.listed:
        return []
    statuses = breakdowns.shares(report.listed, "status")
    before, after = breakdowns.shares(report.listed, "scheme_before"), breakdowns.shares(report.listed, "scheme")
    old, new = (
        breakdowns.shares(report.listed, "issuer_before", "no issuer"),
        breakdowns.shares(report.listed, "issuer", "no issuer"),
    )
    return [
        _card("How it went", page_charts.bars(statuses, _tokens(report, "status"))),
        *([_card("Before and after", page_charts.before_and_after("Scheme", before, after))] if before else []),
        *([_card("Issuers before and after", page_charts.before_and_after("Issuer", old, new))] if old != new else []),
    ]


def _time_charts(report: _Report) -> list[Markup]:
    months, use = times.expiry_by_month(report.listed, report.now), times.last_use(report.listed, report.now)
    return [
        *([_card("When secrets expire", page_charts.months(months))] if months else []),
        *([_card("When they were last used", page_charts.bars(use))] if use else []),
    ]


def _deadlines(report: _Report) -> list[Markup]:
    lanes = times.lanes(report.listed, report.now)
    return [_card("Deadlines", time_line(lanes, report.listed, report.now), wide=True)] if lanes else []


def _reason_charts(report: _Report) -> list[Markup]:
    if report.run:
        found = breakdowns.causes(report.listed, "reasons", report.names)
        return (
            [_card("Reasons, and what to do", page_charts.reasons(found, _tokens(report, "reasons:reason")), wide=True)]
            if found
            else []
        )
    made = [_target(report, target, title) for target, title in TARGETS.items()]
    parts = [part for part in made if part]
    return [_card("What can go where, and what stands in the way", *parts, wide=True)] if parts else []


def _target(report: _Report, target: str, title: str) -> Markup | None:
    verdicts = breakdowns.verdicts(report.listed, target)
    if not verdicts:
        return None
    found = breakdowns.causes(report.listed, target, report.names)
    told = ", ".join(f"{share.number:,} {share.label}" for share in verdicts)
    return element(
        "details",
        element("summary", element("b", title), " ", element("span", told)),
        page_charts.bars(verdicts, _tokens(report, target)),
        page_charts.reasons(found, _tokens(report, f"{target}:reason")) if found else None,
        open=target == next(iter(TARGETS)),
    )


def _table(report: _Report) -> Markup:
    head = element("h2", "Connections", id="table", tabindex="-1")
    told = facts.notes(report.result)
    notes = element("ul", *(element("li", line) for line in told), class_="hint") if told else None
    if not report.listed:
        return element("section", head, rows.nothing(), notes, class_="card wide", aria_labelledby="table")
    box = element(
        "div",
        rows.table(report.listed, report.columns, report.filters),
        class_="scroll",
        tabindex="0",
        role="region",
        aria_label="Table of connections",
    )
    more = element(
        "p",
        element("button", type="button", id="more"),
        " ",
        element("button", type="button", id="all"),
        id="rest",
        hidden=True,
    )
    return element(
        "section",
        head,
        rows.controls(report.filters, report.columns),
        element("p", f"{count(len(report.listed), 'connection')}.", id="shown", role="status", aria_live="polite"),
        box,
        more,
        rows.legend(report.columns),
        notes,
        class_="card wide",
        aria_labelledby="table",
    )


def _footer() -> Markup:
    return element(
        "footer",
        element("p", "Made by the Ansible collection azdo.connections. This page loads nothing and sends nothing."),
    )
