# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a result comes from, so that a later report knows what it may be compared with.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t
from dataclasses import asdict, dataclass

REACHES = ("organization", "projects", "connections")


@dataclass(frozen=True)
class Origin:
    """Nothing is said of it where these are empty.

    :param entry: the entry point of the role. :param reach: how far it was meant to look, one of REACHES: organizations with all their projects, whole
        projects, or single connections. :param run_id: what no other run has.
    """

    entry: str = ""
    reach: str = ""
    run_id: str = ""

    @classmethod
    def from_result(cls, said: t.Any) -> Origin:
        """As a file says it, or fleet_check; what makes no sense is not said."""
        texts = said if isinstance(said, t.Mapping) else {}
        return cls(*(str(texts.get(name) or "") for name in ("entry", "reach", "run_id")))

    def to_result(self) -> dict[str, str]:
        return asdict(self)


NOWHERE = Origin()
