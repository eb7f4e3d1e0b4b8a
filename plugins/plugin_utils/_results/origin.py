# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a result comes from, so that a later report knows what it may be compared with.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import hashlib
import typing as t
from dataclasses import asdict, dataclass, replace

from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import Result

REACHES = ("organization", "projects", "connections")


@dataclass(frozen=True)
class Origin:
    """Nothing is said of it where these are empty.

    :param entry: the entry point of the role. :param reach: how far it was meant to look, one of REACHES: organizations with all their projects, whole
        projects, or single connections. :param run_id: what no other run has. :param of: what tells these organizations or projects from others.
    """

    entry: str = ""
    reach: str = ""
    run_id: str = ""
    of: str = ""

    @classmethod
    def from_result(cls, said: t.Any) -> Origin:
        """As a file says it, or fleet_check; what makes no sense is not said."""
        texts = said if isinstance(said, t.Mapping) else {}
        return cls(*(str(texts.get(name) or "") for name in ("entry", "reach", "run_id", "of")))

    def about(self, result: Result) -> Origin:
        """With what the result is about: its organizations, or where it was meant to look into some projects only, these."""
        summary = result.get("summary") or {}
        rows = result.get("connections") or ()
        organizations = {str(row.get("organization") or summary.get("organization")) for row in rows}
        projects = map(str, (summary.get("coverage") or {}).get("project_ids") or ())
        names = sorted(organizations if self.reach == "organization" else projects)
        return replace(self, of=hashlib.sha256("\n".join(names).encode("utf-8", "surrogatepass")).hexdigest()[:16])

    def to_result(self) -> dict[str, str]:
        return asdict(self)


NOWHERE = Origin()
