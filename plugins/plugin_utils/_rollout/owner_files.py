# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A page and a CSV file for each owner, with an index, in a folder beside the report.

PRIVATE to the collection.
"""

from __future__ import annotations

import os
import typing as t
from datetime import datetime
from pathlib import Path

from ansible_collections.azdo.connections.plugins.plugin_utils._render.formats import report
from ansible_collections.azdo.connections.plugins.plugin_utils._render.page import owners_page
from ansible_collections.azdo.connections.plugins.plugin_utils._report.about import About
from ansible_collections.azdo.connections.plugins.plugin_utils._results.owner_table import (
    OwnersError,
    by_table,
    read_table,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._results.owners import WAYS, Way, parts
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import Result
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.output_files import OutputError, write

_FORMATS = ("html", "csv")


def owner_by(said: str) -> Way:
    """:param said: ``project``, ``creator``, or the path of a CSV file. :raises OutputError: it is none of them, or the file cannot be meant."""
    if said in WAYS:
        return WAYS[said]
    if not said.lower().endswith(".csv"):
        raise OutputError(f"{said!r} is none of {', '.join(WAYS)}, and no CSV file either.")
    try:
        return by_table(read_table(Path(said).expanduser().read_text(encoding="utf-8-sig")))
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise OutputError(f"{said} cannot be read: {why}.") from None
    except OwnersError as error:
        raise OutputError(f"{said} {error}") from None


def folder_beside(reports: t.Sequence[str]) -> str:
    """Where the files of the owners are: named after the page in the folder of reports, which no other run has."""
    page = next(path for path in reversed(reports) if path.endswith(".html"))
    return f"{page.removesuffix('.html')}-owners"


def write_owners(folder: str, result: Result, said: str, now: datetime, title: str, about: About) -> list[str]:
    """Write all of them anew, and return their paths. Nothing is left of what an earlier wave wrote.

    :raises OutputError: one cannot be written.
    """
    owned = parts(result, owner_by(said))
    place = Path(os.path.abspath(os.path.expanduser(folder)))
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"the folder {folder} cannot be made: {error.strerror}.") from None
    files = []
    for part in owned:
        of_owner = f"{title or 'Service connections'}: {part.owner.title}"
        for wanted in _FORMATS:
            text = report(part.result, wanted, now, of_owner, about)
            files.append(write(str(place / f"{part.file}.{wanted}"), text))
    files.append(write(str(place / "index.html"), owners_page(result, owned, now, title, about)))
    _remove_others(place, files)
    return files


def _remove_others(place: Path, files: t.Collection[str]) -> None:
    """Owners have other names once a second organization is among the results: their old pages would tell what was, and no index would say so."""
    for wanted in _FORMATS:
        for path in place.glob(f"*.{wanted}"):
            if str(path) not in files:
                try:
                    path.unlink()
                except OSError as error:
                    raise OutputError(
                        f"{path} is of an earlier wave and cannot be removed: {error.strerror}."
                    ) from None
