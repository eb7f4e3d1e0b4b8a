# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a row of a result says in each column of a report.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import functools
import typing as t
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote

from ansible_collections.azdo.connections.plugins.module_utils._model.printable import printable as written_out
from ansible_collections.azdo.connections.plugins.module_utils._times import format_time, parse_time
from ansible_collections.azdo.connections.plugins.plugin_utils._results import wording as words
from ansible_collections.azdo.connections.plugins.plugin_utils._results import worklist
from ansible_collections.azdo.connections.plugins.plugin_utils._results.merge import place_of
from ansible_collections.azdo.connections.plugins.plugin_utils._results.numbers import LEFT
from ansible_collections.azdo.connections.plugins.plugin_utils._results.verdicts import (
    BLOCKS,
    INFORMS,
    UNKNOWN,
    WARNS,
    Code,
    verdict_of,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import (
    FEDERATION,
    SERVICE_PRINCIPAL,
    Row,
)

YES, NO, THERE, NOT_AS_CALLER = "yes", "no", "already_there", "not_as_this_caller"

# How each value of these is meant; what is not here is neither good nor bad.
TONES = {
    YES: "good",
    NOT_AS_CALLER: "warn",
    "converted": "good",
    "reverted": "good",
    "migrated": "good",
    "cleaned": "good",
    "ok": "good",
    "failed": "bad",
    "rolled_back": "bad",
    "federation_failed": "bad",
    "credential_failed": "bad",
    "azure_permission": "bad",
    "identity_disabled": "bad",
    "identity_missing": "bad",
    "tenant_not_found": "bad",
    "blocked_by_policy": "bad",
    "subscription_gone": "bad",
    "subscription_moved": "bad",
    "impossible": "warn",
    "waiting": "warn",
    "needs_person": "warn",
    "in_progress": "warn",
    "disabled": "warn",
    "would_wait": "warn",
    "would_need_person": "warn",
    "would_attempt": "warn",
    "caller_not_allowed": "unknown",
    "outage": "unknown",
    "not_testable": "unknown",
    "ready": "good",
    "update_task": "warn",
    "reads_secret": "warn",
    "not_supported": "bad",
    UNKNOWN: "unknown",
}


@dataclass(frozen=True)
class Cell:
    """What stands at one place.

    :param text: for people, printable; empty if there is nothing to say.
    :param value: for programs, where that differs: the value as the module returned it.
    :param codes: reason codes, each with its effect.
    :param order: what to sort by, where that is not the text; a number.
    :param moment: the time that the text says.
    :param tone: ``good``, ``bad``, ``warn`` or ``unknown``: how it is meant. The text alone must say it too.
    :param link: where it can be looked at. :param notes: what could not be read, where a code says just that.
    """

    text: str = ""
    value: str = ""
    codes: tuple[Code, ...] = ()
    order: float | None = None
    moment: datetime | None = None
    tone: str = ""
    link: str = ""
    notes: tuple[str, ...] = ()

    @property
    def plain(self) -> str:
        return self.value or self.text


NOTHING = Cell()
# What would be where it is to go; a migration changes only the issuer.
_MOVES = ("would_convert", "would_revert")
NOT_KNOWN = Cell(UNKNOWN, tone=UNKNOWN)


def printable(value: object) -> str:
    """Most texts are printable as they are; asking that first takes a tenth of the time."""
    text = str(value)
    return text if text.isprintable() else written_out(text)


def name(value: object) -> Cell:
    return Cell(printable(value)) if value not in (None, "") else NOT_KNOWN


def connection(row: Row) -> Cell:
    return _linked(name(row.get("name")), row, f"?resourceId={_in_address(row.get('id'))}")


def project(row: Row) -> Cell:
    return _linked(name(row.get("project")), row, "")


def _linked(cell: Cell, row: Row, which: str) -> Cell:
    """With its page of the portal: the connection's own, or all of its project (observed in public scripts, 2026-11)."""
    url, project_id = str(row.get("organization_url") or ""), row.get("project_id")
    if not url.startswith(("https://", "http://")) or not project_id:
        return cell
    return replace(cell, link=f"{url}/{_in_address(project_id)}/_settings/adminservices{which}")


def _in_address(value: t.Any) -> str:
    """Half a character is none in an address."""
    return quote(str(value).encode(errors="replace"), safe="")


def organization(row: Row) -> Cell:
    return name(row["organization"]) if row.get("organization") else NOTHING


@functools.lru_cache(maxsize=1024)
def _word(value: object) -> Cell:
    """One of the values of the modules; null is unknown."""
    if value in (None, ""):
        return NOT_KNOWN
    return Cell(printable(str(value).replace("_", " ")), printable(value), tone=TONES.get(str(value), ""))


def status(row: Row) -> Cell:
    if "status" not in row:
        return NOTHING
    value = str(row["status"] or UNKNOWN)
    return Cell(printable(words.status_name(value)), printable(value), order=place_of(value), tone=TONES.get(value, ""))


def _side(row: Row, *sides: str) -> t.Mapping[str, t.Any]:
    """The first of the sides (before, after) that is there; the row of an estate is its own."""
    if "before" not in row and "after" not in row:
        return row
    return next((row[side] for side in sides if row.get(side)), {})


def _scheme(side: t.Mapping[str, t.Any]) -> Cell:
    value = side.get("scheme")
    return Cell(printable(words.scheme_name(value)), printable(value)) if value else NOT_KNOWN


def scheme(row: Row) -> Cell:
    return _scheme(_side(row, "after", "before"))


def scheme_expected(row: Row) -> Cell:
    """Where a row of a plan would end, if all goes well."""
    moves = row.get("status") in _MOVES
    return _scheme({"scheme": row.get("target")}) if moves else scheme(row)


def scheme_before(row: Row) -> Cell:
    return _scheme(_side(row, "before")) if "before" in row else NOTHING


def _issuer(side: t.Mapping[str, t.Any]) -> Cell:
    kind = side.get("issuer_kind")
    if not kind:
        return NOTHING if side.get("scheme") and side.get("scheme") != FEDERATION else NOT_KNOWN
    return Cell(printable(words.ISSUERS.get(kind, str(kind))), printable(kind), tone=UNKNOWN if kind == UNKNOWN else "")


def issuer(row: Row) -> Cell:
    return _issuer(_side(row, "after", "before"))


def issuer_before(row: Row) -> Cell:
    return _issuer(_side(row, "before")) if "before" in row else NOTHING


def creation_mode(row: Row) -> Cell:
    if "creation_mode" not in row or (
        not row["creation_mode"] and row.get("scheme") not in (FEDERATION, SERVICE_PRINCIPAL)
    ):
        return NOTHING
    return _word(row["creation_mode"])


def state(row: Row) -> Cell:
    if row.get("enabled") is False:
        return _word("disabled")
    return _word(row["state"]) if "state" in row else NOTHING


_VERDICT_TEXTS = {"already_there": "already there", "not_as_this_caller": "not as this caller"}
_VERDICT_ORDER = (YES, THERE, NOT_AS_CALLER, NO, UNKNOWN)


def verdict(row: Row, target: str) -> Cell:
    """Whether the connection can go to the target. ``unknown`` is no "no": what stands against it is only that a fact could not be read."""
    if "eligibility" not in row:
        return NOTHING
    found = verdict_of(row, target)
    text = _VERDICT_TEXTS.get(found.kind, found.kind)
    return Cell(text, found.kind, found.codes, order=_VERDICT_ORDER.index(found.kind), tone=TONES.get(found.kind, ""))


def target(row: Row) -> Cell:
    value = row.get("target")
    return (
        Cell(printable(words.SCHEMES.get(value, str(value).replace("_", " "))), printable(value)) if value else NOTHING
    )


def reasons(row: Row) -> Cell:
    listed = [reason for reason in row.get("reasons") or [] if isinstance(reason, t.Mapping)]
    codes = tuple((printable(reason.get("code")), str(reason.get("effect") or BLOCKS)) for reason in listed)
    text = ", ".join(code for code, _effect in codes)
    notes = tuple(_not_known(row, BLOCKS, WARNS, INFORMS))
    return Cell(text, "; ".join(code for code, _effect in codes), codes, notes=notes)


def error(row: Row) -> Cell:
    """What went wrong and what to do, or what a person has to do first."""
    failed, hand_off = row.get("error"), row.get("hand_off")
    texts = [str(failed.get(key) or "") for key in ("message", "remedy")] if isinstance(failed, t.Mapping) else []
    if failed and not texts:
        texts = [str(failed)]
    if isinstance(hand_off, t.Mapping):
        texts.append(str(hand_off.get("what_to_do") or ""))
    texts += [f"Not known: {fact}." for fact in _not_known(row, BLOCKS, WARNS)]
    found = printable(" ".join(" ".join(texts).split()))
    if not found and row.get("status") in ("failed", "rolled_back"):
        return Cell("no reason was given", tone=UNKNOWN)
    return Cell(found)


def _not_known(row: Row, *effects: str) -> list[str]:
    """What reasons with these effects say could not be read, with why; of what is done it does not matter any more."""
    facts = [
        reason.get("evidence") or {}
        for reason in row.get("reasons") or []
        if isinstance(reason, t.Mapping)
        and reason.get("code") == UNKNOWN
        and reason.get("effect") in effects
        and not words.is_done(row)
    ]
    return [
        f"{fact['fact']}{f' ({why})' if (why := str(fact.get('why') or '').rstrip('.')) else ''}"
        for fact in facts
        if isinstance(fact, t.Mapping) and fact.get("fact")
    ]


def verification(row: Row) -> Cell:
    """How the test ended; of a run, both of them."""
    tested = row.get("verification")
    if "verification" not in row:
        return NOTHING
    if not isinstance(tested, t.Mapping):
        return NOT_KNOWN
    if "result" in tested:
        return _word(tested["result"])
    sides = [(side, _word(tested[side].get("result"))) for side in ("before", "after") if tested.get(side)]
    if not sides:
        return NOTHING
    text = ", ".join(f"{side}: {cell.text}" for side, cell in sides)
    return Cell(text, ", ".join(f"{side}: {cell.plain}" for side, cell in sides), tone=sides[-1][1].tone)


def rollback(row: Row) -> Cell:
    """Of what is left alone nobody has to go back."""
    return _word(row["rollback"]) if "rollback" in row and row.get("status") not in LEFT else NOTHING


@functools.lru_cache(maxsize=16384)
def _time(value: object) -> Cell:
    """A time; what cannot be read as one stands there as it came, because it is not nothing."""
    moment = parse_time(str(value))
    if moment is None:
        return Cell(printable(value), tone=UNKNOWN)
    return Cell(f"{moment:%Y-%m-%d %H:%M} UTC", str(format_time(moment)), order=moment.timestamp(), moment=moment)


def revert_deadline(row: Row) -> Cell:
    """One that cannot be understood is unknown, which is neither over nor nothing."""
    revert = row.get("revert") or {}
    if revert.get("window") == UNKNOWN:
        return Cell(f"{UNKNOWN}: {printable(revert.get('reported'))}", UNKNOWN, tone=UNKNOWN)
    value = row.get("revert_deadline") or (row.get("revert") or {}).get("deadline")
    return _time(value) if value else NOTHING


def secret_expires(row: Row) -> Cell:
    """Empty if nobody asked, or if it has no secret; unknown if Microsoft Entra could not be asked, or does not say which of several it is."""
    if row.get("secret_expires"):
        return _time(row["secret_expires"])
    return NOT_KNOWN if "secret_expires" in row and row.get("scheme") == SERVICE_PRINCIPAL else NOTHING


def last_used(row: Row) -> Cell:
    usage = row.get("usage")
    if "usage" in row:
        if not isinstance(usage, t.Mapping) or usage.get("readable") is False:
            return NOT_KNOWN
        if usage.get("never_used"):
            return Cell("never", order=0)
        return _time(usage["last_used"]) if usage.get("last_used") else NOT_KNOWN
    if row.get("never_used"):
        return Cell("never", order=0)
    if "last_used" in row:
        # About what is left alone nobody has asked.
        nothing = NOTHING if row.get("status") in LEFT else NOT_KNOWN
        return _time(row["last_used"]) if row["last_used"] else nothing
    return NOTHING


def auto_disable(row: Row) -> Cell:
    """Days until Azure DevOps disables it. Of one that is disabled there is nothing to foretell; of one that was never used nobody knows."""
    if "usage" not in row or row.get("enabled") is False:
        return NOTHING
    days = (row["usage"] or {}).get("days_until_auto_disable")
    if not isinstance(days, int) or isinstance(days, bool):
        return NOT_KNOWN
    return Cell(str(days) if days >= 0 else "overdue", str(days), order=days)


def text_of(key: str) -> t.Callable[[Row], Cell]:
    """A text that people wrote, as it is."""
    return lambda row: Cell(printable(" ".join(str(row[key]).split()))) if row.get(key) else NOTHING


def subscription(row: Row) -> Cell:
    """What it leads to, by name or else by id."""
    scope = row.get("scope")
    names = ("subscription_name", "subscription_id", "management_group_name", "management_group_id")
    found = next((str(scope[key]) for key in names if scope.get(key)), "") if isinstance(scope, t.Mapping) else ""
    return Cell(printable(found)) if found else NOTHING


def last_pipeline(row: Row) -> Cell:
    """Which pipeline was the last one that used it."""
    usage = row.get("usage")
    listed = usage.get("definitions") if isinstance(usage, t.Mapping) else None
    names = [item.get("name") for item in listed or () if isinstance(item, t.Mapping)]
    return Cell(printable(names[0])) if names and names[0] else NOTHING


def readiness(row: Row) -> Cell:
    """What a conversion means for its pipelines."""
    value = worklist.verdict_of(row)
    return _word(value) if value else NOTHING


def pipelines_to_change(row: Row) -> Cell:
    """The pipelines that would break or that nobody can judge, with their tasks."""
    found = dict.fromkeys(
        f"{use.get('name')}: {use['task']}@{use.get('version') or '?'}"
        if use.get("task")
        else f"{use.get('name')}: unknown"
        for use in worklist.uses_of(row)
    )
    return Cell(printable(", ".join(found)), printable("; ".join(found))) if found else NOTHING


def shared_with(row: Row) -> Cell:
    """The other projects that use it."""
    listed = [item.get("name") if isinstance(item, t.Mapping) else item for item in row.get("projects") or []]
    others = [printable(item) for item in listed[1:]]
    return Cell(", ".join(others), "; ".join(others), order=len(others)) if others else NOTHING
