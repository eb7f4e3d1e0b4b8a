# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ids and addresses, which Azure compares without regard to case.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import re

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def is_guid(text: str) -> bool:
    return _GUID.fullmatch(text) is not None


def same(one: str | None, other: str | None) -> bool:
    """Whether two ids, names of clouds or addresses are the same: Azure compares them without regard to case."""
    return (one or "").rstrip("/").lower() == (other or "").rstrip("/").lower()


def same_region(one: str, other: str) -> bool:
    """Azure writes a region as ``westeurope`` and as ``West Europe``."""
    return same(one.replace(" ", ""), other.replace(" ", ""))
