# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of an export, and what a person reads about them. A file that holds less than the fleet, and nobody allowed that, is not written.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import shlex
import typing as t
from datetime import datetime

from ansible_collections.azdo.connections.plugins.module_utils._model.printable import printable
from ansible_collections.azdo.connections.plugins.plugin_utils._export.fleet_code import Export, title, why_not
from ansible_collections.azdo.connections.plugins.plugin_utils._export.playbook_text import playbook_text
from ansible_collections.azdo.connections.plugins.plugin_utils._export.terraform_text import (
    not_in_terraform,
    terraform_text,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._render.text_table import folded
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import Row, count
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.output_files import split

ENDINGS: t.Mapping[str, t.Callable[[Export, datetime], str]] = {
    ".yml": playbook_text,
    ".yaml": playbook_text,
    ".tf": terraform_text,
}
_TERRAFORM = ".tf"


def texts_of(export: Export, paths: t.Sequence[str], now: datetime) -> dict[str, str]:
    """The content of each file, by its path; none where something could not be read. :raises OutputError: an ending says nothing."""
    endings = split(paths, ENDINGS)
    if export.gaps:
        return {}
    return {path: ENDINGS[ending](export, now) for path, ending in endings.items()}


def lines_of(export: Export, paths: t.Sequence[str], limit: int) -> list[str]:
    """What a person reads when they are written. :param limit: how many connections are named at most."""
    if export.gaps:
        return [
            f"Nothing was written to {', '.join(paths)}, because not everything could be read:",
            *_named(export.gaps, limit),
        ]
    told: list[str] = []
    for path, ending in split(paths, ENDINGS).items():
        others = [row for row in export.rows if ending == _TERRAFORM and not_in_terraform(row)]
        told += folded(f"{count(len(export.rows) - len(others), 'service connection')} in {printable(path)}.")
        told += _named([f"Not there: {printable(title(row))}: {not_in_terraform(row)}" for row in others], limit)
    if export.left_out:
        told.append(f"{count(len(export.left_out), 'connection')} in no file:")
        told += _named([why_not(row) for row in export.left_out], limit)
    told += _named([f"May be missing: {printable(note)}" for note in export.notes], limit)
    return [*told, *_how_to_play(paths)]


def named_in_vain(export: Export, named: t.Sequence[str]) -> str:
    """What a person named one by one, and is in no file; empty if nothing is. :param named: names, ids and patterns of connections."""
    wanted = {text.casefold() for text in named}
    missing = [why_not(row) for row in export.left_out if wanted & {str(text).casefold() for text in _names(row)}]
    if export.gaps or not missing:
        return ""
    are = "is" if len(missing) == 1 else "are"
    return f"{count(len(missing), 'connection')} that fleet_connections names {are} in no file. {' '.join(missing[:5])}"


def _names(row: Row) -> list[t.Any]:
    return [row.get("id"), row.get("name"), *(place.get("connection_name") for place in row.get("projects") or ())]


def _named(sentences: t.Sequence[str], limit: int) -> list[str]:
    more = [f"... and {len(sentences) - limit} more."] if len(sentences) > limit else []
    return [line for sentence in [*sentences[:limit], *more] for line in folded(sentence, "    ", "  ")]


def _how_to_play(paths: t.Sequence[str]) -> list[str]:
    """Not folded: a command is copied as a whole."""
    found: list[str] = []
    for path, ending in split(paths, ENDINGS).items():
        if printable(path) != path:
            continue
        if ending == _TERRAFORM:
            found.append(f"Beside {path}, terraform plan says what it would import and change.")
        else:
            found += [
                "To see that it changes nothing:",
                f"  {shlex.join(['ansible-playbook', path, '--check', '--diff'])}",
            ]
    return found
