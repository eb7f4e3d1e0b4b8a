# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens when: deadlines on a time line, secrets by month, last use.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import itertools
import typing as t
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from ansible_collections.azdo.connections.plugins.module_utils._model.facts import ISSUER_RETIRES
from ansible_collections.azdo.connections.plugins.plugin_utils._report.breakdowns import Share
from ansible_collections.azdo.connections.plugins.plugin_utils._report.rows import Entry, issuer_retires
from ansible_collections.azdo.connections.plugins.plugin_utils._results.verdicts import UNKNOWN
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import SERVICE_PRINCIPAL

# Days at which the time line has a mark, at equal distances: what is near matters most. Before the first and after the last there is one more piece.
TICKS = ((0, "now"), (1, "1 day"), (7, "1 week"), (30, "30 days"), (90, "90 days"), (180, "180 days"), (365, "1 year"))
MONTHS = 12


@dataclass(frozen=True)
class Due:
    """A moment at which something ends, and for which connections (places in the list)."""

    moment: datetime
    members: tuple[int, ...]


@dataclass(frozen=True)
class Lane:
    """One kind of deadline."""

    key: str
    title: str
    dues: tuple[Due, ...]

    @property
    def number(self) -> int:
        return sum(len(due.members) for due in self.dues)


def lanes(listed: t.Sequence[Entry], now: datetime) -> list[Lane]:
    """Return the deadlines that there are, each kind by time. A way back that has ended is not one any more; an expired secret is."""
    return [
        lane for lane in (_way_back(listed, now), _secrets(listed), _unused(listed, now), _issuer(listed)) if lane.dues
    ]


def _way_back(listed: t.Sequence[Entry], now: datetime) -> Lane:
    ends = (
        (place, entry["revert_deadline"].moment)
        for place, entry in enumerate(listed)
        if not _signs_in_with_secret(entry)
    )
    return _lane(
        "way_back", "The way back to the secret ends", ((place, end) for place, end in ends if end and end > now)
    )


def _secrets(listed: t.Sequence[Entry]) -> Lane:
    ends = (
        (place, entry["secret_expires"].moment) for place, entry in enumerate(listed) if _signs_in_with_secret(entry)
    )
    return _lane("secret", "A secret expires", ((place, end) for place, end in ends if end))


def _signs_in_with_secret(entry: Entry) -> bool:
    return entry["scheme"].plain == SERVICE_PRINCIPAL


def _unused(listed: t.Sequence[Entry], now: datetime) -> Lane:
    days = ((place, entry["days_until_auto_disable"].order) for place, entry in enumerate(listed))
    return _lane(
        "unused",
        "Azure DevOps disables it, if nothing uses it until then",
        ((place, now + timedelta(days=left)) for place, left in days if left is not None),
    )


def _issuer(listed: t.Sequence[Entry]) -> Lane:
    members = ((place, ISSUER_RETIRES) for place, entry in enumerate(listed) if issuer_retires(entry))
    return _lane("issuer", "The Azure DevOps issuer retires", members)


def _lane(key: str, title: str, ends: t.Iterable[tuple[int, datetime]]) -> Lane:
    by_moment: dict[datetime, list[int]] = {}
    for place, end in ends:
        by_moment.setdefault(end, []).append(place)
    return Lane(key, title, tuple(Due(end, tuple(by_moment[end])) for end in sorted(by_moment)))


def position(moment: datetime, now: datetime) -> float:
    """Return the place of a moment on the time line, from 0 (long past) to 1 (later than its last mark)."""
    days = (moment - now).total_seconds() / 86400
    pieces = len(TICKS) + 1
    if days < 0:
        return max(0.5 + days / 365, 0.15) / pieces
    for index, ((start, _from), (end, _to)) in enumerate(itertools.pairwise(TICKS)):
        if days <= end:
            return (1 + index + (days - start) / (end - start)) / pieces
    return (pieces - 0.5) / pieces


def expiry_by_month(listed: t.Sequence[Entry], now: datetime) -> list[Share]:
    """Return how many secrets expire in this month and the following ones, and before and after; nothing if no time is known."""
    ends = [
        entry["secret_expires"] for entry in listed if _signs_in_with_secret(entry) and entry["secret_expires"].text
    ]
    moments = [cell.moment for cell in ends if cell.moment]
    if not moments:
        return []
    months = [_later(now, ahead) for ahead in range(MONTHS)]
    numbers = Counter(_month_of(moment, now, months) for moment in moments)
    listed_months = [Share(month, month, numbers[month]) for month in months]
    unclear = len(ends) - len(moments)
    return [
        Share("expired", "expired", numbers["expired"], "bad"),
        *listed_months,
        Share("later", "later", numbers["later"]),
        *([Share(UNKNOWN, "not known", unclear, "unknown")] if unclear else []),
    ]


def _month_of(moment: datetime, now: datetime, months: t.Sequence[str]) -> str:
    if moment <= now:
        return "expired"
    month = f"{moment:%Y-%m}"
    return month if month in months else "later"


def _later(now: datetime, months: int) -> str:
    year, month = divmod(now.year * 12 + now.month - 1 + months, 12)
    return f"{year}-{month + 1:02}"


def last_use(listed: t.Sequence[Entry], now: datetime) -> list[Share]:
    """Return when the connections were last used; nothing if nobody asked."""
    steps = ((7, "in the last 7 days"), (30, "8 to 30 days ago"), (90, "31 to 90 days ago"))
    numbers: Counter[str] = Counter()
    for cell in (entry["last_used"] for entry in listed if entry["last_used"].text):
        if cell.moment:
            days = (now - cell.moment).total_seconds() / 86400
            numbers[next((label for most, label in steps if days <= most), "longer ago")] += 1
        else:
            numbers["never" if cell.text == "never" else UNKNOWN] += 1
    if not numbers:
        return []
    labels = [(label, label, "") for _most, label in steps]
    labels += [
        ("longer ago", "longer ago", "warn"),
        ("never", "never, or longer ago than the service remembers", "warn"),
    ]
    labels += [(UNKNOWN, "could not be read", "unknown")]
    return [Share(key, label, numbers[key], tone) for key, label, tone in labels if numbers[key] or key != UNKNOWN]
