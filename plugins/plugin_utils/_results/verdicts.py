# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What reason codes come to: whether a connection can go to a target, and which one of several says why not.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import functools
import typing as t
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._model.printable import printable
from ansible_collections.azdo.connections.plugins.module_utils._rules.reason_codes import OF_THE_CALLER, RULES
from ansible_collections.azdo.connections.plugins.module_utils._rules.reason_codes import TARGETS as RULED_TARGETS
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import ARRIVED, Row

Code = tuple[str, str]
# A limit of the caller is no fact of the connection, and a fact that could not be read is no "no".
Verdict = t.Literal["yes", "not_as_this_caller", "already_there", "no", "unknown"]

BLOCKS, WARNS, INFORMS = "blocks", "warns", "informs"
UNKNOWN: t.Final = "unknown"


@dataclass(frozen=True)
class Judged:
    """:param codes: reason codes, each with its effect."""

    kind: Verdict
    codes: tuple[Code, ...] = ()

    @property
    def main_code(self) -> str:
        """The code that counts; ``unknown`` if there is none."""
        return next((code for code, effect in self.codes if effect == BLOCKS), UNKNOWN)


def verdict_of(row: Row, target: str) -> Judged:
    """:param row: of azdo_arm_connection_info. :param target: one of those of the modules."""
    found = (row.get("eligibility") or {}).get(target)
    if not isinstance(found, t.Mapping) or not isinstance(found.get("eligible"), bool):
        return Judged(UNKNOWN)
    return _judged(tuple(printable(code) for code in found.get("codes") or []), target, found["eligible"])


@functools.lru_cache(maxsize=4096)
def _judged(listed: tuple[str, ...], target: str, eligible: bool) -> Judged:
    codes = _with_effects(listed, target, eligible=eligible)
    if ARRIVED.get(target) in listed:
        return Judged("already_there", codes)
    if eligible:
        return Judged("yes", codes)
    blocking = {code for code, what in codes if what == BLOCKS}
    if blocking <= {UNKNOWN}:
        return Judged(UNKNOWN, codes)
    return Judged("not_as_this_caller" if blocking <= {*OF_THE_CALLER, UNKNOWN} else "no", codes)


def effect(code: str, target: str) -> str:
    """What the code does towards the target; a code that is not in our table may block."""
    rule = RULES.get(code)
    return (rule.effects[RULED_TARGETS.index(target)] or INFORMS) if rule and target in RULED_TARGETS else BLOCKS


def _with_effects(listed: t.Sequence[str], target: str, *, eligible: bool) -> tuple[Code, ...]:
    """Beside a yes nothing blocks, whatever it does elsewhere; beside a code that blocks, a fact that could not be read is a note. What is about the
    connection comes before what is about the caller."""
    effects = {code: effect(code, target) for code in listed}
    others = any(what == BLOCKS for code, what in effects.items() if code != UNKNOWN)
    found = [
        (code, INFORMS if what == BLOCKS and (eligible or (code == UNKNOWN and others)) else what)
        for code, what in effects.items()
    ]
    return tuple(sorted(found, key=lambda item: item[0] in OF_THE_CALLER and item[1] == BLOCKS))


def main_code(row: Row) -> str:
    """The reason code that says why a row of a run is as it is: what blocks before what does not, the connection before the caller."""
    reasons = [reason for reason in row.get("reasons") or () if isinstance(reason, t.Mapping)]
    ranked = sorted(reasons, key=lambda reason: (reason.get("effect") != BLOCKS, reason.get("code") in OF_THE_CALLER))
    return str(ranked[0].get("code") or UNKNOWN) if ranked else UNKNOWN


def label(code: str) -> str:
    """What a code makes of a number of connections: "disabled"."""
    return RULES[code].label if code in RULES else printable(code).replace("_", " ")
