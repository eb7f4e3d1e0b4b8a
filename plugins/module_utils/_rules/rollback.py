# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a connection can be taken back to where it was, and why.

PRIVATE to the collection, and pure. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime

from ansible_collections.azdo.connections.plugins.module_utils._model.connection import (
    ENTRA_ISSUER,
    SERVICE_PRINCIPAL,
    WIF,
    ArmConnection,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.facts import Facts, secret_of
from ansible_collections.azdo.connections.plugins.module_utils._times import format_time

State = t.Literal["possible", "impossible", "unknown"]


@dataclass(frozen=True)
class Rollback:
    """``possible`` only if everything that decides was read; ``why`` is a sentence."""

    state: State
    why: str


def rollback(before: ArmConnection, target: str, facts: Facts, now: datetime, known: str | None = None) -> Rollback:
    """The way back after a move of ``before`` to ``target`` (3.2, 4.1); from where it is, if it is there already.

    :param known: what an earlier run, which has moved it, knew of its way back.
    """
    if target == SERVICE_PRINCIPAL:
        return Rollback("possible", "It can be converted again.")
    if target == ENTRA_ISSUER:
        return Rollback("impossible", "There is no way back to the Azure DevOps issuer.")
    if before.scheme == WIF:
        return rollback_of_converted(before, facts, now, known)
    if before.creation_mode != "automatic":
        return Rollback("impossible", "Azure DevOps cannot revert a connection that a person created.")
    return _to_secret(before, facts, now)


def rollback_of_converted(connection: ArmConnection, facts: Facts, now: datetime, known: str | None = None) -> Rollback:
    """The way back from where a federated connection is now: its deadline says whether Azure DevOps still offers it."""
    if connection.scheme != WIF:
        return Rollback("unknown", "Nothing is done to it, so there is nothing to take back.")
    if connection.creation_mode != "automatic":
        return Rollback("impossible", "Azure DevOps cannot revert a connection that a person created.")
    window = connection.revert_window(now)
    if window == "unknown":
        return Rollback("unknown", f"Its deadline cannot be relied on: {connection.revert_deadline_text}.")
    if window == "none":
        return Rollback("impossible", "Azure DevOps reports no deadline, so it offers no way back.")
    if window == "over":
        return Rollback("impossible", "The seven days to go back are over.")
    found = _to_secret(connection, facts, now)
    if found.state == "unknown" and known in ("possible", "impossible"):
        worked = "worked" if known == "possible" else "did not work"
        found = Rollback(t.cast(State, known), f"The run that converted it knew that its secret {worked}.")
    return Rollback(found.state, f"{found.why} The deadline is {format_time(connection.revert_deadline)}.")


def _to_secret(connection: ArmConnection, facts: Facts, now: datetime) -> Rollback:
    """Azure DevOps offers it whatever became of the secret."""
    secret = secret_of(connection, facts, now)
    if secret.state == "unknown":
        return Rollback(
            "unknown",
            f"Azure DevOps offers to go back for seven days; whether the old secret works is not known. {secret.why}",
        )
    if secret.state != "works":
        return Rollback("impossible", f"There is no secret to go back to. {secret.why}")
    until = f", but not after {format_time(secret.ends)}, when a secret ends" if secret.ends else ""
    return Rollback("possible", f"Azure DevOps offers to go back for seven days{until}. {secret.why}")
