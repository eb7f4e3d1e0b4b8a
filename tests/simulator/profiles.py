# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the cloud and the three Azure DevOps Servers offer: versions, routes and kinds of sign-in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Profile:
    name: str
    latest: tuple[int, int]
    """The highest API version that is understood."""
    released: tuple[int, int]
    """The highest API version that may be asked for without -preview (0.0 resources always need it)."""
    hosted: bool
    collection_writes: bool
    """Writes of service connections at the level of the organization (collection)."""
    endpoints_version: int
    """Resource version of the service endpoint routes, the N of -preview.N."""


PROFILES: dict[str, Profile] = {
    "cloud": Profile("cloud", (7, 2), (7, 1), True, True, 4),  # observed: 1 (rows of OPTIONS _apis)
    "server_2019": Profile("server_2019", (5, 1), (5, 1), False, False, 2),  # documented: 9.5
    "server_2020": Profile("server_2020", (6, 1), (6, 0), False, True, 4),  # documented: 9.5
    "server_2022": Profile("server_2022", (7, 1), (7, 1), False, True, 4),  # documented: 9.5
}
