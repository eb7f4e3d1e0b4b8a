# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as Markdown, for a pull request or a job's summary.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import re
import typing as t
from datetime import datetime

from ansible_collections.azdo.connections.plugins.module_utils._model.printable import printable
from ansible_collections.azdo.connections.plugins.plugin_utils._render.worklist_text import told
from ansible_collections.azdo.connections.plugins.plugin_utils._report import breakdowns
from ansible_collections.azdo.connections.plugins.plugin_utils._report import headline as facts
from ansible_collections.azdo.connections.plugins.plugin_utils._report.about import NOTHING_SAID, About
from ansible_collections.azdo.connections.plugins.plugin_utils._report.attention import Point, points
from ansible_collections.azdo.connections.plugins.plugin_utils._report.besides import old_elsewhere
from ansible_collections.azdo.connections.plugins.plugin_utils._report.cells import THERE, Cell
from ansible_collections.azdo.connections.plugins.plugin_utils._report.guidance import approval, errors, next_steps
from ansible_collections.azdo.connections.plugins.plugin_utils._report.rows import (
    TARGETS,
    Column,
    Entry,
    entries,
    filled,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._report.terraform_steps import state_work
from ansible_collections.azdo.connections.plugins.plugin_utils._results.missing import missing
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import Result, count, is_run
from ansible_collections.azdo.connections.plugins.plugin_utils._results.worklist import Change, worklist

# Of a change that is to be made in hundreds of places the first ones tell enough.
_PLACES = 20
# Whatever Markdown or the HTML in it gives a meaning: everywhere, at the edge of a word, at the beginning, and where an address would become a link.
# As a reference a sign is text, and cannot be read as markup again.
_SPECIAL = re.compile(
    r"[\\`*{}\[\]<>#|~&$@]|(?<![^\W_])_|_(?![^\W_])|^[-+=]|(?<=^\d)[.)]|(?<=^\d\d)[.)]|:(?=//)|(?<=www)\.",
    re.IGNORECASE,
)


def markdown_text(result: Result, now: datetime, title: str = "", about: About = NOTHING_SAID) -> str:
    """Return headline, what could not be seen, what needs attention, reasons with remedies, and the table of connections."""
    listed, run = entries(result), is_run(result)
    parts = [
        [f"# {quoted(title or facts.default_title(listed, result, run=run))}"],
        [
            quoted(facts.headline(result)),
            *(f"\n{quoted(line)}" for line in facts.breakdown(result)),
            "",
            f"As of {now:%Y-%m-%d %H:%M} UTC.",
        ],
        _missing(result, listed, about.names, run=run),
        _approval(result, about),
        _errors(result),
        _worklist(result),
        _terraform(result),
        _attention(points(listed, now, old_elsewhere(result))),
        _next_steps(result, about),
        _over_time(about),
        _reasons(listed, about.names, run=run),
        _table(listed),
        [f"- {quoted(line)}" for line in facts.notes(result)],
    ]
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def _missing(result: Result, listed: t.Sequence[Entry], names: t.Mapping[str, str], *, run: bool) -> list[str]:
    found = missing(result, names)
    told = {
        "Not everything could be seen": found.unseen,
        "May be missing": found.allowed,
        "Without connections": found.empty,
        "Not known": facts.gaps(listed, run=run, names=names),
    }
    parts = [[f"## {title}", "", *(f"- {quoted(line)}" for line in lines)] for title, lines in told.items() if lines]
    return [line for part in parts for line in ("", *part)][1:]


def _approval(result: Result, about: About) -> list[str]:
    found = approval(result, about)
    if not found:
        return []
    told = ["", quoted(found.not_seen)] if found.not_seen else []
    what = f"Whoever gives this digest agrees to moving {found.what}, and to nothing else."
    return [
        "## To approve",
        "",
        what,
        "",
        f"    {found.digest}",
        "",
        quoted(found.way),
        *_command(found.command),
        *told,
    ]


def _command(line: str) -> list[str]:
    return ["", f"    {line}"] if line else []


def _errors(result: Result) -> list[str]:
    found = [
        f"- {trouble.status} ({trouble.number}): {quoted(trouble.names)}: {quoted(trouble.text)}"
        for trouble in errors(result)
    ]
    return ["## What went wrong, and what to do", "", *found] if found else []


def _worklist(result: Result) -> list[str]:
    found = worklist(result)
    rows = [
        f"| {_shown(item.repository)} | {_shown(item.what)} | {_shown(_places(item))} | {len(item.waiting)} |"
        for item in found.changes
    ]
    table = ["| Repository | What | Where | Connections that wait |", "|---|---|---|---:|", *rows]
    parts = [
        ["## Pipelines to change or to look at first", "", quoted(facts.pipelines_told(found)), "", *table]
        if rows
        else [],
        ["## Pipelines that could not be read", "", *(f"- {_shown(text)}" for text in found.unread)]
        if found.unread
        else [],
    ]
    return [line for part in parts if part for line in ("", *part)][1:]


def _places(change: Change) -> str:
    hidden = len(change.places) - _PLACES
    some = [told(place) for place in change.places[:_PLACES]]
    return "; ".join([*some, *([f"and {hidden} more"] if hidden > 0 else [])])


def _shown(text: str) -> str:
    """What other people wrote, without what controls a terminal or the direction of reading."""
    return quoted(printable(text))


def _terraform(result: Result) -> list[str]:
    found: list[str] = []
    for work in state_work(result):
        would = [f"After this terraform plan would say: {quoted(work.would_say)}"] if work.would_say else []
        steps = [f"{number}. {quoted(step)}" for number, step in enumerate(work.steps, 1)]
        fence = "`" * max(
            3, 1 + max((len(run) for line in work.configuration for run in re.findall("`+", line)), default=0)
        )
        code = [fence, *work.configuration, fence] if work.configuration else []
        listed = [f"- {quoted(address)}" for address in work.addresses]
        found += [
            "",
            f"## Terraform: {quoted(work.state)}",
            "",
            quoted(work.told),
            *would,
            "",
            *steps,
            "",
            *code,
            "",
            *listed,
        ]
    return found[1:]


def _over_time(about: About) -> list[str]:
    told = about.history.sentences if about.history else ()
    return ["## Over time", "", *(f"- {quoted(sentence)}" for sentence in told)] if told else []


def _next_steps(result: Result, about: About) -> list[str]:
    found = [
        line for step in next_steps(result, about) for line in ("", quoted(step.sentence), *_command(step.command))
    ]
    return ["## What to do next", *found] if found else []


def _attention(attention: t.Sequence[Point]) -> list[str]:
    found = [f"| {point.number} | {quoted(point.sentence)} |" for point in attention]
    return ["## Needs attention first", "", "| Connections | What |", "|---:|---|", *found] if found else []


def _reasons(listed: t.Sequence[Entry], names: t.Mapping[str, str], *, run: bool) -> list[str]:
    columns = {"reasons": "Reasons"} if run else TARGETS
    made: list[str] = []
    for column, title in columns.items():
        told = (
            ", ".join(f"{share.number} {share.label}" for share in breakdowns.verdicts(listed, column))
            if column in TARGETS
            else ""
        )
        found = [
            f"| {cause.number} | `{_code(cause.code)}` | {cause.effect} | {quoted(f'{cause.message} {cause.remedy}'.strip())} |"
            for cause in breakdowns.causes(listed, column, names)
        ]
        if told or found:
            made += ["", f"## {title}", *(["", f"{told}."] if told else [])]
        if found:
            made += [
                "",
                "| Connections | Reason | Effect | What it means and what to do |",
                "|---:|---|---|---|",
                *found,
            ]
    return made[1:]


def _table(listed: t.Sequence[Entry]) -> list[str]:
    columns = filled(listed)
    if not listed:
        return []
    head = [f"| {' | '.join(column.title for column in columns)} |", f"|{'---|' * len(columns)}"]
    rows = [f"| {' | '.join(_cell(column, entry[column.key]) for column in columns)} |" for entry in listed]
    return ["## Connections", "", f"{count(len(listed), 'connection')}.", "", *head, *rows]


def _cell(column: Column, cell: Cell) -> str:
    codes = ", ".join(f"`{_code(code)}`" for code, _effect in cell.codes) if cell.plain != THERE else ""
    if column.key == "reasons":
        return codes
    return f"{quoted(cell.text)}{': ' + codes if codes else ''}"


def _code(code: str) -> str:
    """A reason code between backticks, where only a backtick or a pipe could do harm."""
    return re.sub(r"[^\w.-]", "?", code)


def quoted(text: str) -> str:
    """Return the text so that Markdown shows it letter by letter, in a cell of a table, too."""
    return _SPECIAL.sub(lambda found: f"&#{ord(found.group())};", " ".join(text.split()))
