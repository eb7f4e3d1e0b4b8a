# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An identity that a task makes if it is not there.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ApplicationWish:
    """:param owners: people by mail address or user principal name, and anybody by object id; they are added, and nobody is taken away."""

    unique_name: str
    display_name: str | None = None
    owners: tuple[str, ...] = ()
    service_management_reference: str | None = None


@dataclass(frozen=True, kw_only=True)
class ManagedIdentityWish:
    resource_id: str
    location: str
