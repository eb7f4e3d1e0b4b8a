# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the fields of a result read, in a column of a table or in a sentence.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._model.printable import printable, shorten

Row = t.Mapping[str, t.Any]
Result = t.Mapping[str, t.Any]

FEDERATION = "workload_identity_federation"
SERVICE_PRINCIPAL = "service_principal"

# Short enough for a column, and still the words of the portal.
SCHEMES = {
    FEDERATION: "workload identity",
    SERVICE_PRINCIPAL: "service principal",
    "managed_identity": "managed identity",
    "publish_profile": "publish profile",
}
TARGETS = {
    FEDERATION: ("CONVERTIBLE", "can be converted to workload identity federation"),
    SERVICE_PRINCIPAL: ("REVERTIBLE", "can be reverted to their service principal's secret"),
    "entra_issuer": ("MIGRATABLE", "can be migrated to the issuer of Microsoft Entra"),
}
ISSUERS = {"azure_devops": "Azure DevOps", "entra": "Entra"}
# What a person reads of a row that nothing was done to: one phrase in tables, filters and sentences, of one and of many. Programs read the status itself.
LEFT_ALONE = "left alone"
STATUSES = {
    "skipped": LEFT_ALONE,
    "unchanged": LEFT_ALONE,
    "would_convert": "would be converted",
    "would_revert": "would be reverted",
    "would_migrate": "would be migrated",
    "would_clean": "would be cleaned",
    "would_attempt": "would be tried",
    "would_wait": "would wait",
    "would_need_person": "would need a person",
    "waiting": "not confirmed",
    "needs_person": "needs a person",
    "rolled_back": "rolled back",
}
# The code of a connection that has arrived where the question asks to go.
ARRIVED = {
    FEDERATION: "already_federated",
    SERVICE_PRINCIPAL: "already_service_principal",
    "entra_issuer": "already_entra_issuer",
}

MESSAGE_CELLS = 400
# Under the table at most this many failures are explained: when hundreds fail, they fail for the same reason.
EXPLAINED = 20


def whose(summary: Result) -> Row:
    """The organization that everything in a result is of, by the keys of a row."""
    return {key: summary.get(key) for key in ("organization", "organization_url")}


def scheme(row: Row) -> str:
    return scheme_name(row.get("scheme"))


def scheme_name(value: t.Any) -> str:
    return SCHEMES.get(value, str(value or "unknown"))


def issuer(row: Row) -> str:
    kind = str(row.get("issuer_kind") or "-")
    return ISSUERS.get(kind, kind)


def state(row: Row) -> str:
    if row.get("enabled") is False:
        return "disabled"
    return str(row.get("state") or "unknown").replace("_", " ")


def _verdict(row: Row, to: str) -> t.Mapping[str, t.Any]:
    return (row.get("eligibility") or {}).get(to) or {}


def eligibility(row: Row, to: str) -> str:
    """Whether the connection can go to the target, and what blocks or accompanies it."""
    verdict = _verdict(row, to)
    codes = list(verdict.get("codes") or [])
    if not verdict:
        return "unknown"
    if ARRIVED[to] in codes:
        return "already there"
    if not verdict.get("eligible"):
        return f"no: {', '.join(codes) or 'unknown'}"
    hours = (row.get("revert") or {}).get("hours_left") if to == SERVICE_PRINCIPAL else None
    notes = ([f"{hours:.0f} hours left"] if hours is not None else []) + codes
    return f"yes: {', '.join(notes)}" if notes else "yes"


def scheme_now(row: Row) -> str:
    """The scheme that a row of a run ends with."""
    return scheme_name((row.get("after") or row.get("before") or {}).get("scheme"))


def status_name(status: str) -> str:
    return STATUSES.get(status, status.replace("_", " "))


_DONE = ("converted", "reverted", "migrated", "cleaned")


def is_done(row: Row) -> bool:
    """Whether what was to be done to it is done: nothing stands in its way any more."""
    return row.get("status") in _DONE


def why(row: Row) -> str:
    """Reason codes, or for how long the conversion can be undone. Facts that decide nothing, or no more, are left to the full report."""
    codes = [
        str(reason.get("code"))
        for reason in row.get("reasons") or []
        if reason.get("code") not in ("unknown", "pipeline_unknown")
        or (reason.get("effect") != "informs" and not is_done(row))
    ]
    if row["status"] == "converted" and deadline(row):
        codes.append(f"way back until {deadline(row)}")
    if row["status"] in ("failed", "rolled_back", "waiting", "needs_person") and not codes:
        return "see below"
    return ", ".join(codes)


def deadline(row: Row) -> str:
    """Until when it can be taken back; empty if that is not said."""
    return _moment(str(row["revert_deadline"])) if row.get("revert_deadline") else ""


def _moment(text: str) -> str:
    """2026-11-30T06:40:12.345Z -> 2026-11-30 06:40 UTC"""
    return f"{text[:10]} {text[11:16]} UTC" if len(text) >= 16 else text


def told(row: Row) -> str:
    """What the row says about its own failure. Project and name stand in front of it."""
    error = (row.get("hand_off") or {}).get("what_to_do") or row.get("error")
    if isinstance(error, t.Mapping):
        error = " ".join(str(error.get(key) or "") for key in ("message", "remedy"))
    text = one_line(
        error or "; ".join(str(reason.get("message")) for reason in row.get("reasons") or []) or "no reason was given"
    )
    # An error names what it is about, and those of many connections are the same but for that.
    before, name, rest = text.partition(f"{printable(row['name'])}: ")
    return rest if name and (not before or before.endswith(" / ")) else text


def is_run(result: Result) -> bool:
    """Whether connections were moved, or would be: what azdo_arm_connection_convert returned."""
    summary = result.get("summary") or {}
    return "by_status" in summary or "to" in summary or any("status" in row for row in result.get("connections") or [])


def failure(result: Result) -> str:
    """Why a result without rows has none."""
    return one_line(result.get("msg") or "The task ended without a result.")


def one_line(text: object) -> str:
    return shorten(printable(" ".join(str(text).split())), MESSAGE_CELLS)


def count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
