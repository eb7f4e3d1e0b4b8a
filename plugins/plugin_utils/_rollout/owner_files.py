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
from ansible_collections.azdo.connections.plugins.plugin_utils._report.owners import (
    WAYS,
    OwnerOf,
    OwnersError,
    by_creator,
    by_project,
    by_table,
    parts,
    read_table,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._report.wording import Result
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.output_files import OutputError, write


def owner_by(said: str) -> OwnerOf:
    """:param said: ``project``, ``creator``, or the path of a CSV file. :raises OutputError: it is none of them, or the file cannot be meant."""
    if said in WAYS:
        return by_project if said == "project" else by_creator
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
    """Write all of them anew, and return their paths. What an earlier wave wrote of an owner is replaced.

    :raises OutputError: one cannot be written.
    """
    owned = parts(result, owner_by(said))
    place = os.path.abspath(os.path.expanduser(folder))
    try:
        os.makedirs(place, exist_ok=True)
    except OSError as error:
        raise OutputError(f"the folder {folder} cannot be made: {error.strerror}.") from None
    files = []
    for part in owned:
        of_owner = f"{title or 'Service connections'}: {part.owner.name}"
        for wanted, ending in (("html", ".html"), ("csv", ".csv")):
            text = report(part.result, wanted, now, of_owner, about)
            files.append(write(os.path.join(place, f"{part.file}{ending}"), text))
    return [*files, write(os.path.join(place, "index.html"), owners_page(result, owned, now, title))]
