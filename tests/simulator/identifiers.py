# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deterministic identifiers, and the identifiers Azure DevOps derives from others."""

from __future__ import annotations

import base64
import hashlib
import re
import uuid

NAMESPACE = uuid.UUID("6f2b7a52-3d0c-5c1e-9f57-6a9d0f1f4c11")
AZURE_DEVOPS_APPLICATION = "499b84ac-1321-427f-aa17-267ca6975798"
TOKEN_EXCHANGE_AUDIENCE = "api://AzureADTokenExchange"

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def guid(*parts: object) -> str:
    """The same words give the same GUID, in every run: uuid5, written out because fleets ask for many."""
    text = "\x1f".join(map(str, parts))
    digest = hashlib.sha1(NAMESPACE.bytes + text.encode(), usedforsecurity=False).hexdigest()
    variant = "89ab"[int(digest[16], 16) & 3]
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:32]}"


def is_guid(text: str) -> bool:
    return _GUID.fullmatch(text) is not None


def encoded_guid(text: str) -> str:
    """base64url without padding of the 16 bytes in .NET order."""  # observed: 2.10
    return base64.urlsafe_b64encode(uuid.UUID(text).bytes_le).rstrip(b"=").decode()


def entra_issuer(tenant_id: str) -> str:
    return f"https://login.microsoftonline.com/{tenant_id}/v2.0"  # documented: 2.10


def entra_subject(tenant_id: str, organization_id: str, connection_id: str) -> str:
    prefix = f"/eid1/c/pub/t/{encoded_guid(tenant_id)}/a/{encoded_guid(AZURE_DEVOPS_APPLICATION)}"  # observed: 2.10
    return f"{prefix}/sc/{organization_id}/{connection_id}"


def azure_devops_issuer(organization_id: str) -> str:
    return f"https://vstoken.dev.azure.com/{organization_id}"  # documented: 2.10


def azure_devops_subject(organization: str, project: str, connection: str) -> str:
    return f"sc://{organization}/{project}/{connection}"  # documented: 2.10 (raw names)
