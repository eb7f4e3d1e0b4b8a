# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The days in which a converted connection can go back to its secret, as far as the deadline that the service reports can be understood.

PRIVATE to the collection, and pure. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta

from ansible_collections.azdo.connections.plugins.module_utils._times import parse_time

RevertWindow = t.Literal["open", "over", "unknown", "none"]
WINDOWS: tuple[RevertWindow, ...] = t.get_args(RevertWindow)

# It lasts seven days (3.2). A deadline that is further away than that and a day for clocks was not understood, whatever it looks like.
_FURTHEST = timedelta(days=8)


# So long before it the conversion was (3.2).
_LASTS = timedelta(days=7)


def converted_at(deadline: datetime | None) -> datetime | None:
    """When a connection was converted, from its deadline; None if that is not known."""
    return None if deadline is None else deadline - _LASTS


def reported(text: str | None) -> str | None:
    """The deadline as the service writes it; None if there is none, which it may also write as the first moment of its calendar (2.4)."""
    return None if not text or text.strip().startswith(("0001-01-01", "1/1/0001", "01/01/0001")) else text


def revert_window(text: str | None, now: datetime) -> RevertWindow:
    """``open`` or ``over``; ``none`` if the service reports no deadline; ``unknown`` if it reports one that cannot be understood.

    :param text: see :func:`reported`.
    """
    if text is None:
        return "none"
    deadline = parse_time(text)
    if deadline is None or deadline - now > _FURTHEST:
        return "unknown"
    return "open" if deadline > now else "over"
