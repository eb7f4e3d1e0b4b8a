# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a long task has come, in one line.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import math
import typing as t

# What was done in the first moments says nothing of the rest: the first ones end together, or wait for a connection to the service.
_FEWEST, _SHORTEST_SECONDS = 5, 3.0


def progress_line(
    done: int,
    total: int,
    *,
    elapsed: float,
    what: str = "connections",
    failed: int | None = None,
    held_back: t.Mapping[str, float] | None = None,
) -> str:
    """Such as ``57 of 200 connections, 1 failed, 12.3/s, about 12 s left, held back by Azure DevOps for 4 s``.

    :param elapsed: seconds since it began.
    :param failed: None where nothing can fail.
    :param held_back: seconds for which services asked the task to wait, by the name of the service.
    """
    parts = [f"{done} of {total} {what}"]
    if failed is not None:
        parts.append(f"{failed} failed")
    if done >= _FEWEST and elapsed >= _SHORTEST_SECONDS:
        parts.append(_rate(done / elapsed))
        if done < total:
            parts.append(f"about {duration((total - done) * elapsed / done)} left")
    waited = {name: seconds for name, seconds in (held_back or {}).items() if seconds >= 1}
    if waited:
        parts.append("held back " + " and ".join(f"by {name} for {duration(waited[name])}" for name in waited))
    return ", ".join(parts)


def duration(seconds: float) -> str:
    """Rounded as people say it: ``12 s``, ``3 min``, ``2 h 10 min``."""
    if seconds <= 59:
        return f"{math.ceil(seconds)} s"
    minutes = max(1, round(seconds / 60))
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def _rate(per_second: float) -> str:
    """In the unit in which it is at least one."""
    for unit, seconds in (("s", 1), ("min", 60)):
        if per_second * seconds >= 0.95:
            return f"{per_second * seconds:.1f}/{unit}"
    return f"{per_second * 3600:.1f}/h"
