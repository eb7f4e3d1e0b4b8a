# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One Azure Resource Manager service connection: from the API's spelling to ours.

PRIVATE to the collection, and pure. The API's names stop here: everything above sees :class:`ArmConnection`; _bodies.py is the way back. Section
numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from ansible_collections.azdo.connections.plugins.module_utils._times import format_time, parse_time

Json = dict[str, t.Any]

WIF = "workload_identity_federation"
SERVICE_PRINCIPAL = "service_principal"
# A target, not a scheme: federation whose issuer is Microsoft Entra.
ENTRA_ISSUER = "entra_issuer"

# Authorization schemes (2.6). Compared without regard to case; an unknown one keeps the service's spelling.
SCHEMES = {
    "WorkloadIdentityFederation": WIF,
    "ServicePrincipal": SERVICE_PRINCIPAL,
    "ManagedServiceIdentity": "managed_identity",
    "PublishProfile": "publish_profile",
}
_ISSUER_HOSTS = {
    "login.microsoftonline.com": "entra",
    "vstoken.dev.azure.com": "azure_devops",
    "app.vstoken.visualstudio.com": "azure_devops",
}
SECRET_PARAMETERS = ("serviceprincipalkey", "serviceprincipalcertificate", "publishprofile")
SCOPE_LEVELS = {
    "Subscription": "subscription",
    "ManagementGroup": "management_group",
    "AzureMLWorkspace": "ml_workspace",
}
SCOPE_KEYS = {
    "subscription_id": "subscriptionId",
    "subscription_name": "subscriptionName",
    "resource_group": "resourceGroupName",
    "management_group_id": "managementGroupId",
    "management_group_name": "managementGroupName",
    "ml_workspace_name": "mlWorkspaceName",
    "ml_workspace_location": "mlWorkspaceLocation",
}
API_SCHEMES = {ours: theirs for theirs, ours in SCHEMES.items()}
_LEVELS_BY_LOWER = {theirs.lower(): ours for theirs, ours in SCOPE_LEVELS.items()}
_SCHEMES_BY_LOWER = {theirs.lower(): ours for theirs, ours in SCHEMES.items()}


@dataclass(frozen=True)
class Project:
    """A project that the caller can see."""

    id: str
    name: str
    state: str = "wellFormed"
    visibility: str = "private"
    description: str = ""


@dataclass(frozen=True)
class ProjectReference:
    """A project that may use the connection, and the connection's name and description there."""

    id: str
    name: str
    connection_name: str
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class ArmConnection:
    """A connection as one read showed it. Everything is as the service said; what it left out is None or empty.

    ``references[0]`` is the owning project, by the convention of Microsoft's own scripts (2.4). ``partial`` marks the trimmed object that a
    caller without rights gets (2.3): its gaps mean nothing. ``raw`` is the whole answer, for sending it back; it is never shown.
    """

    id: str
    name: str
    type: str
    description: str
    url: str
    scheme: str
    creation_mode: str | None
    identity_type: str | None
    environment: str | None
    scope: t.Mapping[str, str | None]
    tenant_id: str | None
    client_id: str | None
    issuer: str | None
    subject: str | None
    references: tuple[ProjectReference, ...]
    shared: bool
    enabled: bool
    ready: bool
    state: str
    status_message: str
    authentication_type: str | None
    web_app_id: str | None
    draft: bool
    service_management_reference: str | None
    created_by: str | None
    created: str | None
    revert_deadline: datetime | None
    revert_deadline_text: str | None
    partial: bool
    raw: Json = field(repr=False, compare=False)

    @classmethod
    def from_api(cls, raw: Json, seen_in: Project) -> ArmConnection:
        """Read an answer of the service. ``seen_in`` is the project it was read through; old servers name no projects in the answer (9.5)."""
        authorization = raw.get("authorization") or {}
        parameters, data = _Loose(authorization.get("parameters")), _Loose(raw.get("data"))
        status = _Loose(raw.get("operationStatus"))
        references = _references(raw, seen_in)
        ready = raw.get("isReady") is not False
        creator = raw.get("createdBy") or {}
        return cls(
            id=str(raw["id"]),
            name=references[0].connection_name,
            type=str(raw.get("type") or ""),
            description=str(raw.get("description") or ""),
            url=str(raw.get("url") or ""),
            scheme=_scheme(authorization.get("scheme")),
            creation_mode=(data.text("creationMode") or "").lower() or None,
            identity_type=data.text("identityType"),
            environment=data.text("environment"),
            scope=_scope(data),
            tenant_id=parameters.text("tenantid"),
            client_id=parameters.text("serviceprincipalid"),
            issuer=parameters.text("workloadIdentityFederationIssuer"),
            subject=parameters.text("workloadIdentityFederationSubject"),
            references=references,
            shared=raw.get("isShared") is True or len(references) > 1,
            enabled=raw.get("isDisabled") is not True,
            ready=ready,
            state=_state(status.text("state"), ready),
            status_message=status.text("statusMessage") or "",
            authentication_type=parameters.text("authenticationType"),
            web_app_id=data.text("resourceId"),
            draft=(data.text("isDraft") or "").lower() == "true",
            service_management_reference=raw.get("serviceManagementReference") or None,
            created_by=creator.get("displayName") or creator.get("uniqueName"),
            created=raw.get("creationDate"),
            revert_deadline=parse_time(data.text("revertSchemeDeadline")),
            revert_deadline_text=_deadline_text(data.text("revertSchemeDeadline")),
            partial=not raw.get("type") or raw.get("data") is None or not authorization.get("scheme"),
            raw=raw,
        )

    @property
    def owner(self) -> ProjectReference:
        """The owning project."""
        return self.references[0]

    @property
    def issuer_kind(self) -> str | None:
        """``azure_devops`` (retires 2027-07-01), ``entra``, ``unknown``, or None for a scheme without an issuer (2.10)."""
        return issuer_kind(self.issuer) if self.scheme == WIF else None

    def reference_in(self, project_id: str) -> ProjectReference | None:
        """How the connection is known in one project; None if that project does not use it."""
        return next((ref for ref in self.references if ref.id.lower() == project_id.lower()), None)

    def offers(self, *keys: str) -> bool:
        """Whether the answer has any of these fields; what is empty is left out of answers, so the absence of one alone means little (2.4)."""
        return any(key in self.raw for key in keys)

    @property
    def masks_secret_as_empty(self) -> bool:
        """Whether a stored secret shows as an empty text, which might wipe it when it is sent back (2.4, 12)."""
        parameters = (self.raw.get("authorization") or {}).get("parameters") or {}
        return any(key.lower() in SECRET_PARAMETERS and value == "" for key, value in parameters.items())

    def to_result(self, now: datetime) -> Json:
        """What playbooks see. Only what is named here leaves the module, so a secret that the service might send by mistake cannot."""
        return {
            "id": self.id,
            "name": self.name,
            "project": self.owner.name,
            "project_id": self.owner.id,
            "projects": [
                {"id": ref.id, "name": ref.name, "connection_name": ref.connection_name, "description": ref.description}
                for ref in self.references
            ],
            "description": self.description,
            "url": self.url,
            "scheme": self.scheme,
            "creation_mode": self.creation_mode,
            "identity_type": self.identity_type,
            "environment": self.environment,
            "scope": dict(self.scope),
            "tenant_id": self.tenant_id,
            "client_id": self.client_id,
            "issuer": self.issuer,
            "issuer_kind": self.issuer_kind,
            "subject": self.subject,
            "shared": self.shared,
            "enabled": self.enabled,
            "ready": self.ready,
            "state": self.state,
            "status_message": self.status_message,
            "created_by": self.created_by,
            "created": self.created,
            "revert": self.revert_result(now),
        }

    def revert_window(self, now: datetime) -> t.Literal["open", "over", "unknown", "none"]:
        """Whether Azure DevOps still offers the way back; ``none``: it reports no deadline."""
        if self.revert_deadline is None:
            return "unknown" if self.revert_deadline_text else "none"
        return "open" if self.revert_deadline > now else "over"

    def revert_result(self, now: datetime) -> Json:
        """Shape: ``{possible, deadline, hours_left}``. A deadline that is missing or cannot be read means that no revert is possible."""
        deadline = self.revert_deadline
        left = (deadline - now).total_seconds() / 3600 if deadline else None
        possible = self.scheme == WIF and self.creation_mode == "automatic" and left is not None and left > 0
        return {
            "possible": possible,
            "deadline": format_time(deadline),
            "hours_left": round(left, 1) if left is not None else None,
        }

    def federation_result(self) -> Json:
        """The part of a connection that a conversion changes. Shape: ``{scheme, issuer, issuer_kind, subject}``."""
        return {"scheme": self.scheme, "issuer": self.issuer, "issuer_kind": self.issuer_kind, "subject": self.subject}


def issuer_kind(issuer: str | None) -> str:
    """``azure_devops``, ``entra`` or ``unknown`` (2.10)."""
    return _ISSUER_HOSTS.get((urlsplit(issuer or "").hostname or "").lower(), "unknown")


def issuer_and_subject(parameters: t.Any) -> tuple[str, str] | None:
    """The pair that tokens are issued with, where the service tells it: in parameters, or in what it adds to a refusal."""
    found = _Loose(parameters)
    issuer, subject = found.text("workloadIdentityFederationIssuer"), found.text("workloadIdentityFederationSubject")
    return (issuer, subject) if issuer and subject else None


def _deadline_text(text: str | None) -> str | None:
    return None if text and text.startswith("0001-01-01") else text


class _Loose:
    """A mapping of texts whose keys differ in case from one answer to the next (2.5)."""

    def __init__(self, mapping: t.Any) -> None:
        self._items = {str(key).lower(): value for key, value in mapping.items()} if isinstance(mapping, dict) else {}

    def text(self, key: str) -> str | None:
        value = self._items.get(key.lower())
        return str(value) if value not in (None, "") else None


def _references(raw: Json, seen_in: Project) -> tuple[ProjectReference, ...]:
    found = []
    for item in raw.get("serviceEndpointProjectReferences") or []:
        project = item.get("projectReference") or {}
        if project.get("id"):
            name = str(item.get("name") or raw.get("name") or "")
            found.append(
                ProjectReference(
                    str(project["id"]), str(project.get("name") or ""), name, str(item.get("description") or "")
                )
            )
    return tuple(found) or (
        ProjectReference(seen_in.id, seen_in.name, str(raw.get("name") or ""), str(raw.get("description") or "")),
    )


def known_scheme(scheme: str | None) -> str:
    """The scheme as a key of counts: ``unknown`` for one that is none of SCHEMES. Text of the service is no key, because up to ansible-core 2.18 nothing marks
    a key as what must not be evaluated."""
    return scheme if scheme and scheme in SCHEMES.values() else "unknown"


def _scheme(text: t.Any) -> str:
    return _SCHEMES_BY_LOWER.get(str(text or "").lower(), str(text or ""))


def _scope(data: _Loose) -> dict[str, str | None]:
    level = data.text("scopeLevel")
    return {
        "level": _LEVELS_BY_LOWER.get(level.lower(), level) if level else None,
        **{name: data.text(key) for name, key in SCOPE_KEYS.items()},
    }


def _state(state: str | None, ready: bool) -> str:
    """``ready``, ``in_progress`` or ``failed``: what the service says, else what ``isReady`` implies (2.4)."""
    known = {"ready": "ready", "inprogress": "in_progress", "failed": "failed"}
    if state and state.lower() in known:
        return known[state.lower()]
    return "ready" if ready else "in_progress"
