# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times as the service writes them, and as playbooks read them. All of them are UTC.

PRIVATE to the collection, and pure. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

_ISO = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d+))?\s*(Z|[+-]\d\d:?\d\d)?", re.IGNORECASE | re.ASCII)
# As .NET writes it in the language of the United States. Without AM or PM the day might stand in front, so it is not guessed.
_AMERICAN = re.compile(
    r"(\d{1,2})/(\d{1,2})/(\d{4}),?\s+(\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d+))?)?\s*([AP])\.?M\.?\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?",
    re.IGNORECASE,
)


def parse_time(text: str | None) -> datetime | None:
    """A time of the service, always UTC. None if unreadable.

    Understood are ISO 8601 with or without ``Z`` or an offset, with up to seven digits of a second (2.4, 7), and month/day/year with AM or PM, with or
    without an offset or the word UTC (observed in ``revertSchemeDeadline``).
    """
    written = (text or "").strip()
    if found := _ISO.fullmatch(written):
        date, clock, fraction, offset = found.groups()
        return _moment(f"{date}T{clock}", fraction, offset)
    if found := _AMERICAN.fullmatch(written):
        month, day, year, hour, minute, second, fraction, half, offset = found.groups()
        if not 1 <= int(hour) <= 12:
            return None
        hours = int(hour) % 12 + (12 if half.upper() == "P" else 0)
        return _moment(f"{year}-{int(month):02}-{int(day):02}T{hours:02}:{minute}:{second or '00'}", fraction, offset)
    return None


def _moment(text: str, fraction: str | None, offset: str | None) -> datetime | None:
    """:param offset: such as ``+02:00``; None and words are UTC."""
    try:
        moment = datetime.fromisoformat(text).replace(tzinfo=timezone.utc)
        moment += timedelta(microseconds=int(((fraction or "") + "000000")[:6]))
        if offset and offset[0] in "+-":
            away = timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:]))
            moment += away if offset[0] == "-" else -away
    except (ValueError, OverflowError):
        return None
    # The service's way to say "no time" is the first moment of its calendar.
    return moment if moment.year > 1 else None


def format_time(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC with whole seconds, such as ``2026-11-30T09:15:00Z``."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
