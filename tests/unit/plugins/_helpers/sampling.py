# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make test` runs of sets that are too large for every change; `make test-all` runs all of them."""

from __future__ import annotations

import os
import typing as t

T = t.TypeVar("T")
ALL = "AZDO_TEST_ALL"


def sample(items: t.Iterable[T], one_in: int, start: int = 0) -> list[T]:
    """One of so many, evenly, the same ones every time; callers with the same set start elsewhere, so that together they cover more of it."""
    found = list(items)
    return found if os.environ.get(ALL) else found[start % one_in :: one_in]
