# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections of other types that use federation with the issuer that retires: counted, and never handled.

PRIVATE to the collection, and pure. Documented (learn.microsoft.com, convert-service-connections): the retirement concerns Docker registry connections and
those of extensions, too. Assumed: they carry ``authorization.scheme`` and ``authorization.parameters.workloadIdentityFederationIssuer`` as azurerm ones do.
Terraform's provider reads those of Azure Container Registry so; of extensions nobody has seen one.
"""

from __future__ import annotations

import typing as t
from collections import Counter

from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json
from ansible_collections.azdo.connections.plugins.module_utils._model.estate import Estate

OLD, UNKNOWN = "azure_devops", "unknown"
# What those have in common that are counted together, in the order in which they are told.
_ALIKE = ("project", "project_id", "type", "issuer_kind")


def other_types(estate: Estate) -> Json:
    """The documented ``summary.other_types``. One that does not show its scheme counts nowhere: most of other types have nothing to do with federation."""
    seen = [found.connection for found in estate.others]
    return in_numbers(
        [
            {
                "id": connection.id,
                "name": connection.name,
                "project": connection.owner.name,
                "project_id": connection.owner.id,
                "type": connection.type,
                "issuer_kind": connection.issuer_kind,
            }
            for connection in seen
            if connection.issuer_kind in (OLD, UNKNOWN)
        ]
    )


def in_numbers(connections: t.Sequence[Json]) -> Json:
    """Shape: ``{old_issuer: n, unknown_issuer: n, by_project: [{project, project_id, type, issuer_kind, number}], connections}``.

    :param connections: each once, of one organization or of many, as :func:`other_types` lists them.
    """
    alike = Counter(tuple(str(item.get(key) or "") for key in _ALIKE) for item in connections)
    return {
        "old_issuer": sum(item.get("issuer_kind") == OLD for item in connections),
        "unknown_issuer": sum(item.get("issuer_kind") != OLD for item in connections),
        "by_project": [{**dict(zip(_ALIKE, key, strict=True)), "number": alike[key]} for key in sorted(alike)],
        "connections": list(connections),
    }
