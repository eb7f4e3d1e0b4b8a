# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values as a survey sends them: a list as one text, an answer that was left blank as an empty one.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t


def filled(value: t.Any) -> t.Any:
    """The value, or None for an answer that was left blank."""
    return None if value is None or (isinstance(value, str) and not value.strip()) else value


def listed(value: t.Any) -> list[str] | None:
    """A list, also from one text with commas or line breaks between its values; None if nothing was given. An empty list was given, and means "none".

    :raises TypeError: it is no list.
    """
    given = filled(value)
    if given is None:
        return None
    parts = ",".join(given.splitlines()).split(",") if isinstance(given, str) else given
    if not isinstance(parts, t.Sequence):
        raise TypeError(f"a value of type {type(value).__name__}")
    return [text for part in parts if (text := str(part).strip())]
