# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The formats of a report.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import json
import re
import typing as t
from dataclasses import replace
from datetime import datetime

from ansible_collections.azdo.connections.plugins.module_utils._times import format_time, parse_time
from ansible_collections.azdo.connections.plugins.plugin_utils._render.csv_text import csv_text
from ansible_collections.azdo.connections.plugins.plugin_utils._render.junit import junit_text
from ansible_collections.azdo.connections.plugins.plugin_utils._render.markdown import markdown_text
from ansible_collections.azdo.connections.plugins.plugin_utils._render.page import html_page
from ansible_collections.azdo.connections.plugins.plugin_utils._render.worklist_text import worklist_csv
from ansible_collections.azdo.connections.plugins.plugin_utils._report.about import NOTHING_SAID, About
from ansible_collections.azdo.connections.plugins.plugin_utils._report.rows import entries
from ansible_collections.azdo.connections.plugins.plugin_utils._results.origin import NOWHERE, Origin
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import Result

FORMATS = ("html", "csv", "markdown", "json", "junit")
# The ending of a file says which one it is.
ENDINGS = {".html": "html", ".htm": "html", ".csv": "csv", ".md": "markdown", ".json": "json", ".xml": "junit"}
# What Ansible adds to the result of a task, or keeps for itself.
_OF_THE_TASK = ("changed", "failed", "invocation", "warnings", "deprecations", "diff", "exception", "stderr", "stdout")
_HALVES = re.compile("[\ud800-\udfff]")


def report(result: Result, wanted: str, now: datetime, title: str = "", about: About = NOTHING_SAID) -> str:
    """Return the report as text in one of FORMATS.

    :param about: what the door that was used knows of it.
    """
    asked_by = (result.get("summary") or {}).get("asked_by")
    if asked_by and not about.made_by:
        about = replace(about, made_by=str(asked_by))
    if wanted == "csv":
        return worklist_csv(result) if about.origin.entry == "readiness" else csv_text(entries(result))
    if wanted == "markdown":
        return markdown_text(result, now, title, about)
    if wanted == "json":
        return json_text(result, now, about.origin)
    if wanted == "junit":
        return junit_text(result, now, about)
    return html_page(result, now, title, about)


def json_text(result: Result, now: datetime, origin: Origin = NOWHERE) -> str:
    """Return the result itself, and before it when it was made, and where it comes from: stable, for people and programs, such as the next report."""
    kept = {key: value for key, value in result.items() if key not in _OF_THE_TASK and not key.startswith("_ansible")}
    in_order = json.loads(json.dumps(kept, sort_keys=True, default=_plain))
    # First, so that a reader of many files need not read all of each.
    source = {} if origin == NOWHERE else {"origin": origin.about(result).to_result()}
    whole = {"made": format_time(now), **source, **in_order}
    # Half a character cannot be written to a file; as an escape it can.
    is_text = not _HALVES.search(json.dumps(whole, ensure_ascii=False))
    return json.dumps(whole, indent=2, ensure_ascii=not is_text) + "\n"


def _plain(value: object) -> t.Any:
    """Ansible's own kinds of mappings, lists and texts are no JSON until they are made ordinary."""
    if isinstance(value, t.Mapping):
        return dict(value)
    return list(value) if isinstance(value, t.Sequence) and not isinstance(value, str) else str(value)


def moment(text: str) -> datetime | None:
    """Return the time that an ISO text says, in UTC; None if it says none."""
    return parse_time(text)
