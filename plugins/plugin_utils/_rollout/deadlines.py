# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs out: deadlines that a fleet must not miss, from the rows of azdo_arm_connection_info.

PRIVATE to the collection, and pure. What was not read is said, and is never taken for "nothing runs out".
"""

from __future__ import annotations

import typing as t
from datetime import datetime

from ansible_collections.azdo.connections.plugins.module_utils._inspect.other_types import OLD, UNKNOWN
from ansible_collections.azdo.connections.plugins.module_utils._model.facts import AUTO_DISABLE_AFTER, ISSUER_RETIRES
from ansible_collections.azdo.connections.plugins.module_utils._model.printable import printable
from ansible_collections.azdo.connections.plugins.module_utils._times import format_time, parse_time
from ansible_collections.azdo.connections.plugins.plugin_utils._report.besides import of_other_types, types_of
from ansible_collections.azdo.connections.plugins.plugin_utils._results.merge import coverage_of
from ansible_collections.azdo.connections.plugins.plugin_utils._results.numbers import issuer_retires
from ansible_collections.azdo.connections.plugins.plugin_utils._results.other_types import others_by_project
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import (
    FEDERATION,
    SERVICE_PRINCIPAL,
    Result,
    Row,
    count,
    one_line,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.watched_states import (
    NO_BASELINE,
    STATES,
    Baseline,
    not_known,
)

DAY = 86400.0

# What a person does about each kind.
WHAT_TO_DO = {
    "revert": "Decide now: revert the connection while that is possible, or let the federation stay.",
    "secret": "Convert the connection to workload identity federation, or renew its secret.",
    "unused": "Use the connection in a pipeline if it is needed, or remove it.",
    "issuer": "Migrate the connection to the issuer of Microsoft Entra.",
    "leftover": "Remove the secret from the application, if nothing else signs in with it.",
    "not_ready": "Open the connection in the portal, repair it with Verify and save.",
    "unread": "Ask the owners of the connection for the Administrator role on it.",
    "new_secret": "Convert the connection, or allow it with fleet_watch_allowed_secrets.",
}

# Where this collection cannot do it.
ISSUER_BY_HAND = (
    "Move them to the issuer of Microsoft Entra in the portal, as Microsoft's page convert-service-connections says; this collection does not "
    "handle other types."
)

# What is watched, and what a connection does until then, and has done after that.
KINDS = {
    "revert": ("can be reverted to its secret only until", "could be reverted to its secret until"),
    "secret": ("signs in with a secret that ends on", "signs in with a secret that ended on"),
    "unused": (
        "is not used, and Azure DevOps disables it on",
        "is not used, and was to be disabled by Azure DevOps on",
    ),
    "issuer": (
        "has the issuer of Azure DevOps, which retires on",
        "has the issuer of Azure DevOps, which was retired on",
    ),
    "leftover": (
        "is federated, but its application still has a secret until",
        "is federated, and its application had a secret until",
    ),
}


def findings(
    result: Result, days: t.Mapping[str, int], now: datetime, baseline: Baseline = NO_BASELINE
) -> dict[str, t.Any]:
    """What is nearer than so many days, for each kind that days names, and what is not as it should be.

    Shape: ``{due: [{kind, project, name, id, when, days_left, message, remedy}], unknown: [sentence], lines: [sentence]}``; due in the order of time, before
    that what has none. Connections of other types are one of a project, without an id.

    :param baseline: what a secret is new against.
    """
    rows = result.get("connections", ())
    due = [found for kind, limit in days.items() for row in rows if (found := _found(kind, row, limit, now, baseline))]
    due += _of_other_types(result, days, now)
    due.sort(key=lambda item: (item["days_left"] or -1e9, str(item["project"]), str(item["name"]), item["kind"]))
    unknown = [text for kind in days if kind in _WHEN and (text := _unknown(kind, rows, now))]
    unknown += _unknown_elsewhere(result, days, now)
    unknown += [text for kind in days if kind in STATES and (text := not_known(kind, rows, baseline))]
    unknown += [f"{printable(problem['host'])}: {problem['message']}" for problem in result.get("problems") or ()]
    unknown += [
        f"{printable(gap.get('project'))}: {one_line(gap.get('reason'))}"
        for gap in coverage_of(result).get("unread") or ()
    ]
    # Of hosts that were not meant there is nothing to know; whether any was, the whole run tells.
    meant = (result.get("summary") or {}).get("hosts") != 0
    if meant and not unknown and not coverage_of(result).get("complete"):
        unknown.append("Not everything could be read; the report says what is missing.")
    return {
        "due": due,
        "unknown": unknown,
        "lines": [*(item["message"] for item in due), *(f"NOT KNOWN: {text}" for text in unknown)],
    }


def _found(kind: str, row: Row, limit: int, now: datetime, baseline: Baseline) -> dict[str, t.Any] | None:
    if kind in STATES:
        said = STATES[kind](row, baseline)
        return _item(kind, row, None, None, said) if said else None
    when = _WHEN[kind](row, now)
    if when is None:
        return None
    left = (when - now).total_seconds() / DAY
    if not _is_due(kind, left, limit):
        return None
    told = f"{KINDS[kind][left < 0]} {when:%Y-%m-%d %H:%M} UTC ({_in_days(left)})."
    return _item(kind, row, str(format_time(when)), round(left, 1), told)


def _of_other_types(result: Result, days: t.Mapping[str, int], now: datetime) -> list[dict[str, t.Any]]:
    """One for each project with connections of other types that have the issuer that retires."""
    left = (ISSUER_RETIRES - now).total_seconds() / DAY
    if "issuer" not in days or not _is_due("issuer", left, days["issuer"]):
        return []
    issuer = KINDS["issuer"][left < 0].removeprefix("has ")
    until = f"{issuer} {ISSUER_RETIRES:%Y-%m-%d %H:%M} UTC ({_in_days(left)})."
    found = []
    for place in others_by_project(result, OLD):
        which = f"{of_other_types(place.number)} ({types_of(place)})"
        told = f"{printable(place.project)} / {which} {'has' if place.number == 1 else 'have'} {until}"
        row = {"project": place.project, "name": "connections of other types", "id": None}
        item = _item("issuer", row, str(format_time(ISSUER_RETIRES)), round(left, 1), "")
        found.append({**item, "message": told, "remedy": ISSUER_BY_HAND})
    return found


def _unknown_elsewhere(result: Result, days: t.Mapping[str, int], now: datetime) -> list[str]:
    """Only within the days that are watched: this collection can do nothing about them, and nobody could make the watch green before."""
    left = (ISSUER_RETIRES - now).total_seconds() / DAY
    places = others_by_project(result, UNKNOWN)
    if not places or "issuer" not in days or not _is_due("issuer", left, days["issuer"]):
        return []
    number = sum(place.number for place in places)
    more = f" and {count(len(places) - 1, 'other project')}" if len(places) > 1 else ""
    return [
        f"the issuer of {of_other_types(number)} in {printable(places[0].project)}{more}. Look at them in the portal."
    ]


def _item(kind: str, row: Row, when: str | None, left: float | None, told: str) -> dict[str, t.Any]:
    return {
        "kind": kind,
        "project": row.get("project"),
        "name": row["name"],
        "id": row["id"],
        "when": when,
        "days_left": left,
        "message": f"{printable(row.get('project'))} / {printable(row['name'])} {told}",
        "remedy": WHAT_TO_DO[kind],
    }


def _is_due(kind: str, left: float, limit: int) -> bool:
    """A way back that is over needs no decision any more, and a secret that has ended opens nothing."""
    if kind == "leftover":
        return left > 0
    return left <= limit and (left > 0 or kind != "revert")


def _in_days(left: float) -> str:
    whole = abs(int(left))
    if whole == 0:
        return "within a day" if left >= 0 else "less than a day ago"
    return f"in {count(whole, 'day')}" if left > 0 else f"{count(whole, 'day')} ago"


def _revert(row: Row, now: datetime) -> datetime | None:
    revert = row.get("revert") or {}
    return parse_time(revert.get("deadline")) if revert.get("possible") else None


def _secret(row: Row, now: datetime) -> datetime | None:
    """The end of the stored secret; where that is not sure, the next end of one that it may be."""
    if row.get("scheme") != SERVICE_PRINCIPAL:
        return None
    coming = [end for end in _ends(row) if end > now]
    return parse_time(row.get("secret_expires")) or min(coming, default=None)


def _unused(row: Row, now: datetime) -> datetime | None:
    """Counted from the last use, as Azure DevOps counts; of what was never used nobody knows from when it counts."""
    last = parse_time((row.get("usage") or {}).get("last_used"))
    return last + AUTO_DISABLE_AFTER if last and row.get("enabled") is not False else None


def _issuer(row: Row, now: datetime) -> datetime | None:
    """Only where it retires: that of sovereign clouds and of multi-tenant applications stays supported."""
    return ISSUER_RETIRES if issuer_retires(row) else None


def _leftover(row: Row, now: datetime) -> datetime | None:
    """The last end of a secret that nobody needs: not while it is the way back, or may be."""
    if row.get("scheme") != FEDERATION or (row.get("revert") or {}).get("possible") or _way_back_is_unclear(row):
        return None
    return max(_ends(row), default=None)


def _ends(row: Row) -> list[datetime]:
    """When the secrets and certificates of the application end, as far as they say."""
    identity = row.get("identity") or {}
    texts = [text for kind in ("secrets_expire", "certificates_expire") for text in identity.get(kind) or []]
    return [end for text in texts if (end := parse_time(text))]


_WHEN: dict[str, t.Callable[[Row, datetime], datetime | None]] = {
    "revert": _revert,
    "secret": _secret,
    "unused": _unused,
    "issuer": _issuer,
    "leftover": _leftover,
}


def _unknown(kind: str, rows: t.Sequence[Row], now: datetime) -> str:
    """A sentence about the rows of which this cannot be told, or an empty text."""
    concerned = [row for row in rows if _concerns(kind, row)]
    blind = [row for row in concerned if _is_unread(kind, row, now)]
    if not blind:
        return ""
    first = f"{printable(blind[0].get('project'))} / {printable(blind[0]['name'])}"
    others = f" and {count(len(blind) - 1, 'other')}" if len(blind) > 1 else ""
    return f"{_NOT_READ[kind]} of {first}{others}. {_REMEDY[kind]}"


def _concerns(kind: str, row: Row) -> bool:
    if kind == "secret":
        return row.get("scheme") == SERVICE_PRINCIPAL
    if kind == "revert":
        return _way_back_is_unclear(row)
    return row.get("scheme") == FEDERATION if kind in ("leftover", "issuer") else kind == "unused"


def _is_unread(kind: str, row: Row, now: datetime) -> bool:
    if kind == "unused":
        return not (row.get("usage") or {}).get("readable")
    if kind == "revert" or (kind == "leftover" and _way_back_is_unclear(row)):
        return True
    if kind == "issuer":
        return row.get("issuer_kind") not in ("azure_devops", "entra")
    if kind == "secret":
        # Also where the application is gone, has no secret, or none of them says its end: it signs in with something.
        return _secret(row, now) is None
    identity = row.get("identity") or {}
    unread = not identity or identity.get("kind") == "missing"
    return unread or None in [
        end for key in ("secrets_expire", "certificates_expire") for end in identity.get(key) or ()
    ]


def _way_back_is_unclear(row: Row) -> bool:
    """Whether the service reports a deadline that cannot be understood. Neither "over" nor "possible" may be made of it."""
    return (row.get("revert") or {}).get("window") == "unknown" and row.get("scheme") == FEDERATION


_NOT_READ = {
    "revert": "the deadline of the way back",
    "unused": "the last use",
    "secret": "the end of the secret",
    "leftover": "the secrets of the application",
    "issuer": "the issuer",
}
_SIGN_IN = "They are read with a sign-in with Microsoft Entra that may read the applications; without one, leave this out of fleet_watch."
_REMEDY = {
    "revert": "Azure DevOps writes it in a form that is not understood: look at the connection in the portal.",
    "unused": "It takes the right to see the connection's history.",
    "secret": _SIGN_IN,
    "issuer": "It is none that Microsoft documents: look at it in the portal.",
    "leftover": _SIGN_IN,
}
