# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder of earlier reports, read.

PRIVATE to the collection.
"""

from __future__ import annotations

import json
import re
import typing as t
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from ansible_collections.azdo.connections.plugins.module_utils._times import parse_time
from ansible_collections.azdo.connections.plugins.plugin_utils._input.role_variables import Said
from ansible_collections.azdo.connections.plugins.plugin_utils._input.value_forms import moment_of
from ansible_collections.azdo.connections.plugins.plugin_utils._results.history import LOOKING, Snapshot, snapshot
from ansible_collections.azdo.connections.plugins.plugin_utils._results.origin import NOWHERE, Origin
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.watched_states import Baseline

# A report of 5,000 connections has some 15 MB.
_LARGEST_BYTES = 128 * 1024 * 1024
# What a JSON report says first, and how much of a file has room for it.
_HEAD = re.compile(r'\s*\{\s*"made": *"([^"]*)",\s*"origin": *(\{[^{}]*\})')
_HEAD_BYTES = 2048
# Of the last month each day counts, before that one day of each week: more points say no more, and take longer to read.
_DAYS = timedelta(days=31)
_MOST = 400


class HistoryError(Exception):
    """The folder cannot be read; the message says why, without the name of the variable that named it."""


@dataclass(frozen=True)
class _Head:
    """What a file says first. :param made: None if it says no such thing."""

    path: Path
    made: datetime | None
    origin: Origin


def strange_files(folder: str) -> list[str]:
    """The names of the JSON files that do not say when and where they come from. :raises HistoryError: there is no such folder, or it cannot be read."""
    return [head.path.name for head in _heads(folder) if head.made is None]


def earlier_reports(folder: str, before: datetime, run: str = "") -> list[Snapshot]:
    """The fleets that the JSON reports in a folder tell of; of many days some.

    :param before: later ones are left out. :param run: so are those that this run has written.
    :raises HistoryError: there is no such folder, or it cannot be read.
    """
    heads = _some_of([head for head in _heads(folder) if _may_count(head, before, run)], before)
    return [one for head in heads if (one := snapshot(_content(head.path))) is not None]


def _may_count(head: _Head, before: datetime, run: str) -> bool:
    mine = bool(run) and head.origin.run_id == run
    return head.made is not None and head.made < before and head.origin.entry in LOOKING and not mine


def _some_of(heads: t.Iterable[_Head], now: datetime) -> list[_Head]:
    """The last of each day, further back that of each week; those of other organizations, projects or entry points take no other's place."""
    kept: dict[tuple[str, ...], _Head] = {}
    for head in sorted(heads, key=lambda head: (head.made or now, head.path.name)):
        made, origin = head.made or now, head.origin
        day = f"{made:%Y-%m-%d}" if now - made <= _DAYS else f"{made:%G week %V}"
        kept[origin.entry, origin.reach, origin.of, day] = head
    return sorted(kept.values(), key=lambda head: head.made or now)[-_MOST:]


def _heads(folder: str) -> list[_Head]:
    place = Path(folder).expanduser()
    try:
        paths = sorted(path for path in place.iterdir() if path.suffix.lower() == ".json" and path.is_file())
    except OSError as error:
        raise HistoryError(f"{folder} is no folder that can be read: {error.strerror}.") from None
    return [_head(path) for path in paths]


def _head(path: Path) -> _Head:
    try:
        with path.open(encoding="utf-8") as file:
            found = _HEAD.match(file.read(_HEAD_BYTES))
        return (
            _Head(path, parse_time(found[1]), Origin.from_result(json.loads(found[2])))
            if found
            else _Head(path, None, NOWHERE)
        )
    except (OSError, ValueError):
        return _Head(path, None, NOWHERE)


def _content(path: Path) -> t.Any:
    """What a file says; None if it says nothing that can be read."""
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            return None
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None


def earlier_of(said: t.Mapping[str, t.Any], now: datetime, origin: Origin) -> list[Snapshot]:
    """Those of the folder that a person named; none without one. :param origin: of this run. :raises HistoryError: it cannot be read."""
    return earlier_reports(said["history"], now, origin.run_id) if said.get("history") else []


def baseline(said: Said, earlier: t.Sequence[Snapshot]) -> Baseline:
    """What a secret is new against. What a watch has seen does not count: one that nobody acted on would make the next one green."""
    since = str(said.get("watch_secrets_since") or "")
    return Baseline(
        earlier=tuple(sorted((one for one in earlier if one.entry == "report"), key=lambda one: one.made)),
        since=moment_of(since) if since else None,
        allowed=tuple(said.get("watch_allowed_secrets") or ()),
    )
