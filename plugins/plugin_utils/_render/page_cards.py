# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the charts of a page show, in numbers. templates/charts.html.j2 draws them.

PRIVATE to the collection, and pure. A chart without anything to show is left out.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime

from ansible_collections.azdo.connections.plugins.module_utils._model.facts import ISSUER_RETIRES
from ansible_collections.azdo.connections.plugins.plugin_utils._report import breakdowns
from ansible_collections.azdo.connections.plugins.plugin_utils._report import row_deadlines as times
from ansible_collections.azdo.connections.plugins.plugin_utils._report.breakdowns import Share
from ansible_collections.azdo.connections.plugins.plugin_utils._report.rows import TARGETS, Entry, issuer_retires
from ansible_collections.azdo.connections.plugins.plugin_utils._results.history import History
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import (
    FEDERATION,
    SERVICE_PRINCIPAL,
    count,
)

# The colour of a scheme and of an issuer is the same in all charts.
_PAINTS = {
    FEDERATION: "fresh",
    "entra": "fresh",
    SERVICE_PRINCIPAL: "amber",
    "azure_devops": "amber",
    "managed_identity": "blue",
    "good": "fresh",
    "warn": "amber",
    "bad": "red",
}
_LINES = {"secrets": "amber", "issuer": "red"}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

Card = dict[str, t.Any]


def paint(share: Share) -> str:
    return _PAINTS.get(share.key) or _PAINTS.get(share.tone) or "grey"


def percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.2f}%" if whole else "0%"


def rounded(part: float, whole: float) -> str:
    return f"{100 * part / whole:.0f} %" if whole else ""


@dataclass(frozen=True)
class Side:
    """Before or after: the number of each key, and how each is called and painted on both sides."""

    title: str
    numbers: t.Mapping[str, int]
    keys: tuple[str, ...]
    labels: t.Mapping[str, str]
    paints: t.Mapping[str, str]

    @property
    def parts(self) -> list[tuple[str, int]]:
        return [(self.paints[key], self.numbers.get(key, 0)) for key in self.keys]

    @property
    def whole(self) -> int:
        return sum(self.numbers.values())


def run_cards(listed: t.Sequence[Entry], *, plan: bool) -> list[Card]:
    """:param plan: whether nothing was done yet, so that what comes after is what would."""
    if not listed:
        return []
    statuses = breakdowns.shares(listed, "status")
    after = "Planned" if plan else "After"
    schemes = _sides(
        breakdowns.shares(listed, "scheme_before"),
        breakdowns.shares(listed, "scheme_expected" if plan else "scheme"),
        after,
    )
    issuers = [breakdowns.shares(listed, column, "no issuer") for column in ("issuer_before", "issuer")]
    return [
        {
            "title": "What would be done" if plan else "How it went",
            "kind": "bars",
            "shares": statuses,
            "part": "status",
        },
        *(
            [{"title": "Before and after, of the candidates", "kind": "sides", "what": "Scheme", "sides": schemes}]
            if schemes
            else []
        ),
        *(
            [
                {
                    "title": "Issuers before and after",
                    "kind": "sides",
                    "what": "Issuer",
                    "sides": _sides(issuers[0], issuers[1], after),
                }
            ]
            if issuers[0] != issuers[1] and not plan
            else []
        ),
    ]


def _sides(before: t.Sequence[Share], after: t.Sequence[Share], title: str) -> list[Side]:
    keys = tuple(dict.fromkeys(share.key for share in (*after, *before)))
    labels = {share.key: share.label for share in (*before, *after)}
    paints = {share.key: paint(share) for share in (*before, *after)}
    return [
        Side(name, {share.key: share.number for share in shares}, keys, labels, paints)
        for name, shares in (("Before", before), (title, after))
        if before
    ]


def fleet_cards(listed: t.Sequence[Entry], now: datetime) -> list[Card]:
    schemes, issuers = breakdowns.shares(listed, "scheme"), breakdowns.shares(listed, "issuer")
    left = (ISSUER_RETIRES - now).days
    when = f"in {count(left, 'day')}" if left > 0 else "that is over"
    must = sum(issuer_retires(entry) for entry in listed)
    hint = (
        f"The Azure DevOps issuer retires on 2027-07-01, {when}. {must} must move by then; it stays supported in sovereign clouds and for multi-tenant "
        "applications, as far as those could be read."
    )
    return [
        *([{"title": "How they sign in", "kind": "bars", "shares": schemes, "part": "scheme"}] if schemes else []),
        *(
            [{"title": "Who issues their tokens", "kind": "bars", "shares": issuers, "part": "issuer", "hint": hint}]
            if issuers
            else []
        ),
    ]


def time_cards(listed: t.Sequence[Entry], now: datetime) -> list[Card]:
    months, use = times.expiry_by_month(listed, now), times.last_use(listed, now)
    return [
        *([{"title": "When secrets expire", "kind": "months", **_months(months)}] if months else []),
        *([{"title": "When they were last used", "kind": "bars", "shares": use, "part": ""}] if use else []),
    ]


def _months(shares: t.Sequence[Share]) -> Card:
    dated = [share for share in shares if len(share.key) == 7 and share.key[4] == "-"]
    return {
        "dated": [
            {
                "number": share.number,
                "name": _MONTHS[int(share.key[5:]) - 1],
                "year": share.key[:4],
                "shows_year": not place or share.key.endswith("-01"),
            }
            for place, share in enumerate(dated)
        ],
        "others": [share for share in shares if share not in dated],
        "most": max([share.number for share in dated] + [1]),
    }


def over_time(history: History) -> Card:
    """Lines of numbers that are to become none; places are parts of the width and of the height."""
    points = [point for track in history.tracks for point in track.points]
    first, last = min(moment for moment, _number in points), max(moment for moment, _number in points)
    most = max(1, *(number for _moment, number in points))
    whole = (last - first).total_seconds() or 1.0
    return {
        "sentences": history.sentences,
        "first": first,
        "last": last,
        "most": most,
        "lines": [
            {
                "title": track.title,
                "colour": _LINES[track.key],
                "now": track.now,
                "points": [
                    (1000 * (moment - first).total_seconds() / whole, 200 - 190 * number / most)
                    for moment, number in track.points
                ],
            }
            for track in history.tracks
        ],
        "rows": [
            (moment, [dict(track.points).get(moment, 0) for track in history.tracks])
            for moment in sorted({moment for moment, _number in points}, reverse=True)
        ],
    }


def target_cards(listed: t.Sequence[Entry], names: t.Mapping[str, str]) -> list[Card]:
    """What can go where, and what stands in the way; nothing for a target about which nobody asked."""
    made = []
    for target, title in TARGETS.items():
        if verdicts := breakdowns.verdicts(listed, target):
            told = ", ".join(f"{share.number:,} {share.label}" for share in verdicts)
            causes = breakdowns.causes(listed, target, names)
            card = {"key": target, "title": title, "verdicts": verdicts, "told": told, "causes": causes}
            made.append({**card, "open": target == FEDERATION})
    return made
