# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times as the service writes them, and as playbooks read them. All of them are UTC.

PRIVATE to the collection, and pure. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone


def parse_time(text: str | None) -> datetime | None:
    """A time of the service, always UTC: with or without ``Z`` or an offset, with up to seven digits of a second (2.4, 7). None if unreadable."""
    found = re.fullmatch(
        r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d+))?\s*(Z|[+-]\d\d:?\d\d)?", (text or "").strip(), re.IGNORECASE
    )
    if not found:
        return None
    date, clock, fraction, offset = found.groups()
    try:
        moment = datetime.fromisoformat(f"{date}T{clock}").replace(tzinfo=timezone.utc)
        moment += timedelta(microseconds=int(((fraction or "") + "000000")[:6]))
        if offset and offset.upper() != "Z":
            away = timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:]))
            moment += away if offset[0] == "-" else -away
    except (ValueError, OverflowError):
        return None
    # The service's way to say "no time" is the first moment of its calendar.
    return moment if moment.year > 1 else None


def format_time(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC with whole seconds, such as ``2026-11-30T09:15:00Z``."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
