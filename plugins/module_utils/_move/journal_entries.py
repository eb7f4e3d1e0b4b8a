# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lines of a journal say: which requests are not seen through, what was done under a plan, what was converted, what was told to everybody.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace
from datetime import datetime

from ansible_collections.azdo.connections.plugins.module_utils._model.connection import WIF, Json
from ansible_collections.azdo.connections.plugins.module_utils._rules.situation import NOTHING_EARLIER, EarlierRun
from ansible_collections.azdo.connections.plugins.module_utils._times import parse_time


@dataclass(frozen=True, kw_only=True)
class OpenItem:
    """A connection whose last request, as far as the journal knows, was not seen through.

    :param answered: whether the service is known to have taken it.
    :param going_back: whether it was the way back after a failed test.
    :param kept: hashes of what must stay as it is, from before the first request.
    :param compared: whether what surrounds the connection is among it.
    :param tested: how the test before it ended.
    :param rollback: whether it could be taken back.
    :param run: who sent it.
    """

    target: str
    sent_at: datetime | None
    run: str
    answered: bool = False
    going_back: bool = False
    kept: Json = field(default_factory=dict)
    compared: bool = True
    tested: str | None = None
    rollback: str | None = None


class JournalState:
    """What the lines so far say. ``open`` holds, for each connection, its requests that are not known to have come to nothing,
    oldest first, and ``earlier`` what is known of each whatever became of it."""

    def __init__(self, play: str) -> None:
        self._play = play
        self._targets: dict[str, str] = {}
        # What is in ``converted`` only because its request went out.
        self._unsure: set[str] = set()
        self.open: dict[str, list[OpenItem]] = {}
        self.items: dict[str, dict[str, str]] = {}
        self.converted: dict[str, bool] = {}
        self.earlier: dict[str, EarlierRun] = {}
        self.told: set[str] = set()

    def take(self, line: Json, *, new: bool) -> None:
        """:param new: whether it was written since this task began."""
        event, item = line["event"], line["id"]
        if event == "sent" and line.get("operation") in ("move", "rollback"):
            self._sent(item, line)
        elif event == "answered" and line.get("operation") in ("move", "rollback"):
            self._answered(item, line)
        elif event == "ended":
            self._ended(item, line)
        elif event in ("proven", "stopped") and (line.get("play") == self._play if self._play else new):
            self.told.add(event)

    def _note(self, item: str, **known: str | None) -> None:
        self.earlier[item] = replace(self.earlier.get(item, NOTHING_EARLIER), **known)

    def _ended(self, item: str, line: Json) -> None:
        self.open.pop(item, None)
        self._note(item, status=_text(line, "status"))
        if line.get("secret") == "dead":
            self._note(item, rollback="impossible")
        if line.get("changed") and line.get("scheme"):
            there = self._targets.get(item, line.get("target", WIF)) == WIF or line.get("status") == "rolled_back"
            self._mark(item, converted=line["scheme"] == WIF and there)
        elif not line.get("changed") and item in self._unsure:
            self.converted.pop(item, None)
        self._unsure.discard(item)

    def _sent(self, item: str, line: Json) -> None:
        if line["operation"] == "move":
            self._targets[item] = str(line.get("target"))
            if line.get("target") == WIF:
                self._note(item, rollback=_text(line, "rollback"), tested=_text(line, "tested"))
            # It may have been converted: a revert looks first, so one too many does no harm.
            if item not in self.converted:
                self._unsure.add(item)
                self.converted[item] = line.get("target") == WIF
        if line.get("plan") and line.get("item"):
            self.items.setdefault(str(line["plan"]), {})[item] = str(line["item"])
        before = self.open.get(item, [])
        going_back = line["operation"] == "rollback"
        # A later request of the same work does not know what was before the first one.
        first = before[0] if before and (going_back or before[0].target == line.get("target")) else None
        found = OpenItem(
            target=first.target if first else str(line.get("target")),
            sent_at=_time_of(line),
            run=str(line.get("run")),
            going_back=going_back,
            kept=first.kept if first else _mapping(line.get("kept")),
            compared=first.compared if first else line.get("compared") is not False,
            tested=first.tested if first else line.get("tested"),
            rollback=first.rollback if first else line.get("rollback"),
        )
        self.open[item] = [*(before if first else []), found]

    def _answered(self, item: str, line: Json) -> None:
        if line["operation"] == "move":
            refusal = _text(line, "refusal")
            self._note(item, refusal=refusal, refused_at=_text(line, "at") if refusal else None)
        requests = self.open.get(item)
        if not requests or requests[-1].run != str(line.get("run")):
            return
        if line.get("result") in ("refused", "not_accepted"):
            # This one came to nothing; an earlier one may not have.
            requests.pop()
            if not requests:
                del self.open[item]
                self.converted.pop(item, None)
        elif line.get("result") == "accepted":
            requests[-1] = replace(requests[-1], answered=True)
            if line["operation"] == "move" and requests[-1].target == WIF:
                self._mark(item, converted=True)

    def _mark(self, item: str, *, converted: bool) -> None:
        self.converted.pop(item, None)
        self.converted[item] = converted


def _time_of(line: Json) -> datetime | None:
    return parse_time(str(line.get("at") or ""))


def _text(line: Json, key: str) -> str | None:
    value = line.get(key)
    return value if isinstance(value, str) else None


def _mapping(value: t.Any) -> Json:
    return dict(value) if isinstance(value, dict) else {}
