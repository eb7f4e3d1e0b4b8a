# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of a wave: whether the next one may start, what goes back, and whether pipelines have shown that it works.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime, timedelta

from ansible_collections.azdo.connections.plugins.module_utils._times import parse_time
from ansible_collections.azdo.connections.plugins.plugin_utils._results.numbers import FAILED, UNFINISHED
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import Result, Row, count

# For so long Azure DevOps offers the way back, so its end tells when a connection was converted.
WAY_BACK = timedelta(days=7)


# Somebody else has edited or moved these: taking them back would overwrite that.
_NOT_OURS_ANY_MORE = ("changed_besides", "moved_by_others")


@dataclass(frozen=True)
class Verdict:
    """What became of a wave. ``back``: by host, the ids of the connections that are to be taken back; ``moved``: those that were moved and still are."""

    failures: int
    stop: bool
    why: str
    back: dict[str, list[str]]
    moved: dict[str, list[str]]

    def to_result(self) -> dict[str, t.Any]:
        return dict(vars(self))


def judge(results: t.Mapping[str, Result], *, allowed: int, scope: str) -> Verdict:
    """Whether the next wave may start: not after more failures than allowed, not while something is not confirmed, and not after nothing but refusals.

    A result without rows is a failure, too. Only failures send anything back: what is not confirmed or was refused is no reason to.

    :param scope: ``wave``: after too many failures all that the wave has moved is to be taken back; else what failed only, which the module has done itself.
    """
    rows = [row for result in results.values() for row in result.get("connections", ())]
    silent = [host for host, result in results.items() if "connections" not in result]
    failures = len(silent) + sum(row["status"] in FAILED for row in rows)
    too_many = failures > allowed
    back = {host: ids for host, result in results.items() if (ids := _to_take_back(result))} if scope == "wave" else {}
    moved = {
        host: ids
        for host, result in results.items()
        if (ids := [row["id"] for row in result.get("connections", ()) if row["status"] in ("converted", "migrated")])
    }
    why = _too_many(failures, silent, allowed) if too_many else _unfinished(rows, moved)
    return Verdict(
        failures, bool(why), f"This wave is the last one: {why}" if why else "", back if too_many else {}, moved
    )


def _too_many(failures: int, silent: list[str], allowed: int) -> str:
    hosts = f", {count(len(silent), 'host')} without a result among them" if silent else ""
    return f"{count(failures, 'failure')}{hosts}, and {allowed} allowed (fleet_wave_failures)."


def _unfinished(rows: t.Sequence[Row], moved: t.Mapping[str, list[str]]) -> str:
    """Why the next wave must not begin although not too much has failed; an empty text if it may. One person's part may wait while the rest goes on."""
    waiting, refused = (sum(row["status"] == status for row in rows) for status in UNFINISHED)
    if waiting:
        return f"{count(waiting, 'connection')} not confirmed, so nobody knows whether it works. Nothing was taken back; the next run looks at them first."
    if refused and not moved:
        return f"{count(refused, 'connection')} refused until a person has done something, and none moved. Their rows say what to do."
    return ""


def failed_with(result: Result) -> str:
    """The message of a result that failed; empty if it did not, or is only unfinished."""
    if "msg" not in result or (result.get("failure") or {}).get("code") == "unfinished":
        return ""
    return str(result["msg"])


def _to_take_back(result: Result) -> list[str]:
    """What this wave moved and what can go back for sure; a secret that may have ended would be worse than a federation that works."""
    return [
        row["id"]
        for row in result.get("connections", ())
        if (row["status"] == "converted" or _moved_and_failed(row)) and row.get("rollback") == "possible"
    ]


def _moved_and_failed(row: Row) -> bool:
    scheme = (row.get("after") or {}).get("scheme")
    return (
        row["status"] == "failed"
        and scheme not in (None, (row.get("before") or {}).get("scheme"))
        and (row.get("error") or {}).get("code") not in _NOT_OURS_ANY_MORE
    )


_UNPROVEN = (
    "No pipeline has run with success on what this wave converted, and fleet_require_successful_run wants one. Nothing was taken back. Run it again when one "
    "has; what was converted stays as it is."
)


def proof(rows: t.Sequence[Row], since: datetime | None = None) -> dict[str, t.Any]:
    """Whether pipelines have shown that a wave works. Shape: ``{proven: number of connections, stop, why}``.

    :param rows: of azdo_arm_connection_info, with their usage. :param since: when they were moved, for moves that leave no deadline to tell it.
    """
    number = sum(proven(row, since) for row in rows)
    return {"proven": number, "stop": not number, "why": "" if number else _UNPROVEN}


def proven(row: Row, since: datetime | None = None) -> bool:
    """Whether a pipeline has used the connection with success since it was converted; or since a time, where no way back tells when that was."""
    ends = parse_time((row.get("revert") or {}).get("deadline"))
    success = parse_time((row.get("usage") or {}).get("last_success"))
    start = since or (ends - WAY_BACK if ends else None)
    return start is not None and success is not None and success >= start
