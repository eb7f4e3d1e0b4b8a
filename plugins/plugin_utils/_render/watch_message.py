# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""With what a watch fails that has found something.

PRIVATE to the collection, and pure. A decision: each finding is told once, by the task that looks for them, in its lines and as data. The message of the
failure, which ansible-core prints twice, holds none of their sentences. It may be all that a notification or a program has of the job, so it says what somebody
needs who has nothing else: how many there are of each kind, in the words of ``fleet_watch``; the first one in the order of time, by its name; how many could
not be told; and where all of them are. It does not grow with their number.
"""

from __future__ import annotations

import typing as t
from collections import Counter

from ansible_collections.azdo.connections.plugins.module_utils._model.printable import printable, shorten
from ansible_collections.azdo.connections.plugins.plugin_utils._render.formats import ENDINGS
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import count

_NAME_CELLS = 100
# The formats that hold what a watch has found.
_TELL_IT = ("html", "junit")


def failure_of(found: t.Mapping[str, t.Any], reports: t.Sequence[str] = ()) -> str:
    """Return why the watch fails; an empty text if nothing was found, and everything could be told.

    :param found: what ``deadlines.findings`` returned. :param reports: the paths of the reports that are written.
    """
    due, unknown = found["due"], found["unknown"]
    if not due and not unknown:
        return ""
    told = []
    if due:
        kinds = ", ".join(f"{number} {kind}" for kind, number in Counter(item["kind"] for item in due).most_common())
        told.append(f"{count(len(due), 'thing')} in need of care ({kinds}), the first one {_name(due[0])}.")
    if unknown:
        told.append(f"{count(len(unknown), 'thing')} that could not be told.")
    files = [printable(path) for path in reports if _format_of(path) in _TELL_IT]
    does = "does" if len(files) == 1 else "do"
    also = f", and so {does} {', '.join(files)}" if files else ""
    return f"{' '.join(told)} The task that finds them tells each of them (lines, due, unknown){also}."


def _format_of(path: str) -> str:
    return ENDINGS.get(f".{path.rpartition('.')[2].lower()}", "")


def _name(item: t.Mapping[str, t.Any]) -> str:
    return shorten(f"{printable(item['project'])} / {printable(item['name'])}", _NAME_CELLS)
