# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulator's own time: the real clock plus an offset that tests move instead of waiting."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone


class Clock:
    def __init__(self) -> None:
        self._offset = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(timezone.utc) + self._offset

    def advance(self, step: timedelta) -> None:
        self._offset += step


def iso_milliseconds(moment: datetime) -> str:
    """2025-01-10T12:13:40.297Z, as projects and connections have it."""  # observed: 1
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def iso_ticks(moment: datetime) -> str:
    """Seven fractional digits, as execution history has it."""  # documented: 7
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"


def deadline_text(moment: datetime, style: str) -> str:
    """data.revertSchemeDeadline. Its format was never captured, so the style is a knob."""  # assumed: 12.3
    moment = moment.astimezone(timezone.utc)
    if style == "seconds":
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    if style == "no_zone":
        return moment.strftime("%Y-%m-%dT%H:%M:%S")
    if style == "us":
        return moment.strftime("%m/%d/%Y %H:%M:%S")
    return iso_ticks(moment)
