# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder of earlier reports, read.

PRIVATE to the collection.
"""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

from ansible_collections.azdo.connections.plugins.plugin_utils._input.role_variables import Said
from ansible_collections.azdo.connections.plugins.plugin_utils._input.value_forms import moment_of
from ansible_collections.azdo.connections.plugins.plugin_utils._report.history import Snapshot, snapshot
from ansible_collections.azdo.connections.plugins.plugin_utils._report.wording import Result
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.watched_states import Baseline

# A report of 5,000 connections has some 15 MB.
_LARGEST_BYTES = 128 * 1024 * 1024
# More than one each night for a year say no more than these.
_MOST = 400


class HistoryError(Exception):
    """The folder cannot be read; the message says why, without the name of the variable that named it."""


def earlier_reports(folder: str) -> tuple[list[Snapshot], list[str]]:
    """The fleets that the JSON reports in a folder tell of, and the names of the JSON files that are none.

    A file of another kind, such as the report of a run, is left out without a word if it says what it is.

    :raises HistoryError: there is no such folder, or it cannot be read.
    """
    place = Path(folder).expanduser()
    try:
        paths = sorted(path for path in place.iterdir() if path.suffix.lower() == ".json" and path.is_file())
    except OSError as error:
        raise HistoryError(f"{folder} is no folder that can be read: {error.strerror}.") from None
    found: list[Snapshot] = []
    odd: list[str] = []
    for path in paths[-_MOST:]:
        content = _content(path)
        if (one := snapshot(content)) is not None:
            found.append(one)
        elif not (isinstance(content, dict) and "made" in content):
            odd.append(path.name)
    return found, odd


def _content(path: Path) -> t.Any:
    """What a file says; None if it says nothing that can be read."""
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            return None
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None


def earlier_of(said: t.Mapping[str, t.Any]) -> list[Snapshot]:
    """Those of the folder that a person named; none without one. :raises HistoryError: it cannot be read."""
    return earlier_reports(said["history"])[0] if said.get("history") else []


def baseline(said: Said, merged: Result, earlier: t.Sequence[Snapshot]) -> Baseline:
    """What a secret is new against: the last report of the same organizations, and the date that was said."""
    organizations = {str(row.get("organization")) for row in merged.get("connections") or ()}
    same = [one for one in earlier if one.organizations == organizations]
    since = str(said.get("watch_secrets_since") or "")
    return Baseline(
        earlier=max(same, key=lambda one: one.made, default=None),
        since=moment_of(since) if since else None,
        allowed=tuple(said.get("watch_allowed_secrets") or ()),
    )
