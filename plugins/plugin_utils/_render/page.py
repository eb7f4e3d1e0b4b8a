# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as one HTML page, which needs nothing but itself. Its templates, its style and its scripts are files of their own in ``templates``.

PRIVATE to the collection. Its policy (Content-Security-Policy) allows no request at all, and just the one style and the scripts whose hashes it names: whatever
a name would smuggle in could not run. Every text is escaped, and what controls the direction of reading is written out.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import typing as t
from datetime import datetime
from pathlib import Path

from ansible_collections.azdo.connections.plugins.module_utils._model.printable import printable
from ansible_collections.azdo.connections.plugins.plugin_utils._render import page_cards, timeline
from ansible_collections.azdo.connections.plugins.plugin_utils._render.page_columns import KINDS, LABELS, column_rules
from ansible_collections.azdo.connections.plugins.plugin_utils._render.page_filters import Filters, filters
from ansible_collections.azdo.connections.plugins.plugin_utils._report import breakdowns
from ansible_collections.azdo.connections.plugins.plugin_utils._report import headline as facts
from ansible_collections.azdo.connections.plugins.plugin_utils._report import row_deadlines as times
from ansible_collections.azdo.connections.plugins.plugin_utils._report.about import NOTHING_SAID, About
from ansible_collections.azdo.connections.plugins.plugin_utils._report.attention import points
from ansible_collections.azdo.connections.plugins.plugin_utils._report.besides import old_elsewhere
from ansible_collections.azdo.connections.plugins.plugin_utils._report.guidance import (
    approval,
    errors,
    next_steps,
    no_candidates,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._report.rows import (
    Column,
    Entry,
    entries,
    filled,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._report.terraform_steps import state_work
from ansible_collections.azdo.connections.plugins.plugin_utils._results.merge import coverage_of
from ansible_collections.azdo.connections.plugins.plugin_utils._results.missing import missing
from ansible_collections.azdo.connections.plugins.plugin_utils._results.numbers import fleet_numbers, run_numbers
from ansible_collections.azdo.connections.plugins.plugin_utils._results.owners import Part
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import FEDERATION, Result, count, is_run
from ansible_collections.azdo.connections.plugins.plugin_utils._results.worklist import worklist
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

_TEMPLATES = Path(__file__).with_name("templates")
_ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%230b6e69'/%3E"
    "%3Cpath d='M4 8.5l3 3 5-7' fill='none' stroke='white' stroke-width='2'/%3E%3C/svg%3E"
)
_TIMES = ("last_used", "revert_deadline", "secret_expires")


def html_page(result: Result, now: datetime, title: str = "", about: About = NOTHING_SAID) -> str:
    """Return the page.

    :param now: the time from which the days left are counted. :param about: what the door that was used knows of it.
    """
    listed, run = entries(result), is_run(result)
    attention = points(listed, now, old_elsewhere(result))
    chosen, columns = filters(listed, attention), filled(listed)
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            title=title or _title(result, listed, about, run=run),
            now=now,
            token=chosen.token,
            **_own_files(columns),
            **_top(result, listed, about, run=run),
            attention=attention,
            **_cards(result, listed, now, about),
            **_table(result, listed, columns, chosen),
        )
    )


def _title(result: Result, listed: t.Sequence[Entry], about: About, *, run: bool) -> str:
    title = facts.default_title(listed, result, run=run)
    if not about.watches:
        return title
    number = len(about.findings)
    return f"Watch: {count(number, 'thing')} in need of care. {title}" if number else f"Watch: nothing is due. {title}"


def owners_page(
    result: Result, owned: t.Sequence[Part], now: datetime, title: str = "", about: About = NOTHING_SAID
) -> str:
    """Return the page that leads to those of the owners."""
    listed, run = entries(result), is_run(result)
    rows = [
        {
            "name": part.owner.title,
            "address": part.owner.address,
            "file": part.file,
            "connections": len(part.result["connections"]),
            "numbers": [figure.number for figure in facts.figures(part.result)][:4]
            if run
            else _of_fleet(part.result, now),
        }
        for part in owned
    ]
    labels = ["moved or would be", "failed or taken back", "not finished", "left"] if run else _FLEET_LABELS
    return (
        _environment()
        .get_template("owners.html.j2")
        .render(
            title=title or facts.default_title(listed, result, run=run),
            now=now,
            headline=facts.headline(result),
            complete=facts.is_complete(result),
            missing=missing(result, about.names),
            owners=rows,
            addresses=any(part.owner.address for part in owned),
            labels=labels,
            **_own_files([]),
        )
    )


_FLEET_LABELS = ["with a secret", "can move", "issuer retires", "need attention"]


def _of_fleet(result: Result, now: datetime) -> list[int]:
    fleet = fleet_numbers(result)
    urgent = {place for point in points(entries(result), now) for place in point.members}
    return [fleet.secrets, fleet.verdicts[FEDERATION]["yes"], fleet.old_issuer, len(urgent)]


def _own_files(columns: t.Sequence[Column]) -> dict[str, str]:
    """What the page brings along, and a policy that allows nothing else."""
    style = f"{_file('page.css')}{column_rules(columns)}"
    early, script = _file("early.js"), _file("page.js")
    policy = f"default-src 'none'; img-src data:; style-src {_hash(style)}; script-src {_hash(early)} {_hash(script)}"
    never = "base-uri 'none'; form-action 'none'"
    return {"icon": _ICON, "policy": f"{policy}; {never}", "style": style, "early": early, "script": script}


def _top(result: Result, listed: t.Sequence[Entry], about: About, *, run: bool) -> dict[str, t.Any]:
    """What is read first: the numbers, what is missing, what one would approve, what went wrong, and what to do."""
    gaps, complete = facts.gaps(listed, run=run, names=about.names), facts.is_complete(result)
    projects = coverage_of(result).get("projects")
    return {
        "headline": facts.headline(result),
        "breakdown": facts.breakdown(result),
        "figures": facts.figures(result),
        "made_by": about.made_by,
        "complete": complete,
        "projects": count(projects, "project") if isinstance(projects, int) else None,
        "missing": missing(result, about.names),
        "gaps": gaps,
        "all_known": complete and not gaps,
        "approval": approval(result, about),
        "errors": errors(result),
        "worklist": worklist(result),
        "terraform": state_work(result),
        "steps": next_steps(result, about),
        "approved": about.approved,
        "watch": {"due": about.findings, "not_known": about.not_known} if about.watches else None,
    }


def _cards(result: Result, listed: t.Sequence[Entry], now: datetime, about: About) -> dict[str, t.Any]:
    run, lanes = is_run(result), times.lanes(listed, now)
    numbers = run_numbers(result)
    of_kind = (
        page_cards.run_cards(listed, plan=bool(numbers.to_do and not numbers.done))
        if run
        else page_cards.fleet_cards(listed, now)
    )
    return {
        "narrow": [*of_kind, *page_cards.time_cards(listed, now)],
        "over_time": page_cards.over_time(about.history) if about.history else None,
        "lanes": [timeline.line_of(lane, now) for lane in lanes],
        "marks": timeline.MARKS,
        "nearest": timeline.nearest(lanes, listed, now),
        "run_causes": breakdowns.causes(listed, "reasons", about.names) if run else [],
        "targets": [] if run else page_cards.target_cards(listed, about.names),
    }


def _table(result: Result, listed: t.Sequence[Entry], columns: t.Sequence[Column], chosen: Filters) -> dict[str, t.Any]:
    return {
        "rows": [(entry, " ".join(tokens)) for entry, tokens in zip(listed, chosen.tokens, strict=True)],
        "columns": columns,
        "kinds": KINDS,
        "labels": LABELS,
        "filters": chosen.listed,
        "count": count(len(listed), "connection"),
        "has_times": any(column.key in _TIMES for column in columns),
        "notes": facts.notes(result),
        "no_candidates": no_candidates(result),
    }


@functools.cache
def _environment() -> Environment:
    """Everything is escaped, and a name that no template can have is an error."""
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {
        "number": lambda value: f"{value:,}",
        "paint": page_cards.paint,
        "percent": page_cards.percent,
        "rounded": page_cards.rounded,
    }
    return made


def _shown(value: t.Any) -> t.Any:
    """A text of somebody else without what controls the direction of reading, or is no character."""
    if isinstance(value, str) and not isinstance(value, Markup) and not value.isprintable():
        return printable(value)
    return value


@functools.cache
def _file(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
