# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One Azure Resource Manager service connection: from the API's spelling to ours.

PRIVATE to the collection, and pure. The API's names stop here: everything above sees :class:`ArmConnection`; request_bodies.py is the way back. Section
numbers are those of the fact sheet.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urlsplit

from ansible_collections.azdo.connections.plugins.module_utils._model.reading import (
    Fields,
    UnreadableError,
    unsound,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.revert_window import (
    RevertWindow,
    reported,
    revert_window,
)
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
# Where this collection keeps, if the service does, which secret was sent: a key of ``data`` that nobody else knows.
SECRET_VERSION = "azdoConnectionsSecretVersion"  # noqa: S105 - the name of a key
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
# Where Terraform's provider and others write down the resource group, and nothing else does (observed).
_GROUP_IN_SCOPE = re.compile(r"/?subscriptions/[^/]+/resourcegroups/([^/]+)(/.*)?", re.IGNORECASE)


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
    caller without rights gets (2.3): its gaps mean nothing. ``unreadable`` is the path of the first field that is not of its kind, else empty: such a one
    is shown, and nothing is done to it. ``raw`` is the whole answer, for sending it back; it is never shown.
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
    secret_version: str | None
    draft: bool
    service_management_reference: str | None
    created_by: str | None
    created: str | None
    revert_deadline: datetime | None
    revert_deadline_text: str | None
    partial: bool
    raw: Json = field(repr=False, compare=False)
    unreadable: str = ""

    @classmethod
    def from_api(cls, raw: t.Any, seen_in: Project) -> ArmConnection:
        """Read an answer of the service. ``seen_in`` is the project it was read through; old servers name no projects in the answer (9.5).

        :raises UnreadableError: one of its fields is not of its kind.
        """
        found = cls.listed(raw, seen_in)
        if found.unreadable:
            raise UnreadableError("a connection", found.unreadable)
        return found

    @classmethod
    def listed(cls, raw: t.Any, seen_in: Project) -> ArmConnection:
        """The same of an item of a list, where one that is unreadable must not hide the others: ``unreadable`` says so.

        :raises UnreadableError: it has no id, so that nobody can tell which one it is.
        """
        odd: list[str] = []
        fields = Fields(raw, odd)
        if not isinstance(raw, dict) or not isinstance(raw.get("id"), str) or unsound(raw["id"]) is not None:
            raise UnreadableError("a connection", "id")
        # Both are lists of texts, whatever they are about (SPEC).
        data, creator = fields.inner("data", loose=True).only_texts(), fields.inner("createdBy")
        references = _references(fields, seen_in)
        found = cls(
            id=fields.text("id"),
            name=references[0].connection_name,
            type=fields.text("type"),
            description=fields.text("description"),
            url=fields.text("url"),
            **_sign_in(fields.inner("authorization"), data),
            references=references,
            shared=fields.flag("isShared") is True or len(references) > 1,
            enabled=fields.flag("isDisabled") is not True,
            **_condition(fields),
            web_app_id=data.text("resourceId") or None,
            secret_version=data.text(SECRET_VERSION) or None,
            draft=data.text("isDraft").lower() == "true",
            service_management_reference=fields.text("serviceManagementReference") or None,
            created_by=creator.text("displayName") or creator.text("uniqueName") or None,
            created=fields.text("creationDate") or None,
            partial=not fields.has("data"),
            raw=raw,
        )
        partial = found.partial or not (found.type and found.scheme)
        # A type that nobody can read may be ours, so it must not be taken for another one.
        type_ = "" if "type" in odd else found.type
        return replace(found, type=type_, partial=partial, unreadable=_first_odd(odd, found, raw))

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

    def revert_window(self, now: datetime) -> RevertWindow:
        """Whether Azure DevOps offers the way back to the secret, as far as its deadline can be understood: see :func:`revert_window`."""
        return revert_window(self.revert_deadline_text, now)

    def revert_result(self, now: datetime) -> Json:
        """Shape: ``{possible, window, deadline, hours_left, reported}``.

        ``possible`` is null where that is not known, because the deadline cannot be understood; ``deadline`` and ``hours_left`` are null then, too, and
        ``reported`` is the deadline as the service writes it.
        """
        window = self.revert_window(now)
        deadline = self.revert_deadline if window in ("open", "over") else None
        offered = self.scheme == WIF and self.creation_mode == "automatic"
        return {
            "possible": None if offered and window == "unknown" else offered and window == "open",
            "window": window,
            "deadline": format_time(deadline),
            "hours_left": round((deadline - now).total_seconds() / 3600, 1) if deadline else None,
            "reported": self.revert_deadline_text,
        }

    def federation_result(self) -> Json:
        """The part of a connection that a conversion changes. Shape: ``{scheme, issuer, issuer_kind, subject}``."""
        return {"scheme": self.scheme, "issuer": self.issuer, "issuer_kind": self.issuer_kind, "subject": self.subject}


def issuer_kind(issuer: str | None) -> str:
    """``azure_devops``, ``entra`` or ``unknown`` (2.10)."""
    return _ISSUER_HOSTS.get((_host_of(issuer or "") or "").lower(), "unknown")


def _host_of(address: str) -> str | None:
    """The host of an address, empty for a text without one; None for what begins like an address and cannot be one, such as ``https://[``."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return None


def issuer_and_subject(parameters: t.Any) -> tuple[str, str] | None:
    """The pair that tokens are issued with, where the service tells it: in parameters, or in what it adds to a refusal."""
    odd: list[str] = []
    found = Fields(parameters, odd, loose=True)
    issuer, subject = found.text("workloadIdentityFederationIssuer"), found.text("workloadIdentityFederationSubject")
    return (issuer, subject) if issuer and subject and not odd else None


def _sign_in(authorization: Fields, data: Fields) -> Json:
    """How it signs in, where to, and for how long it can go back: fields of :class:`ArmConnection`."""
    parameters, scheme = authorization.inner("parameters", loose=True).only_texts(), authorization.text("scheme")
    deadline = reported(data.text("revertSchemeDeadline"))
    return {
        "scheme": _SCHEMES_BY_LOWER.get(scheme.lower(), scheme),
        "creation_mode": data.text("creationMode").lower() or None,
        "identity_type": data.text("identityType") or None,
        "environment": data.text("environment") or None,
        "scope": _scope(data, parameters.text("scope")),
        "tenant_id": parameters.text("tenantid") or None,
        "client_id": parameters.text("serviceprincipalid") or None,
        "issuer": parameters.text("workloadIdentityFederationIssuer") or None,
        "subject": parameters.text("workloadIdentityFederationSubject") or None,
        "authentication_type": parameters.text("authenticationType") or None,
        "revert_deadline": parse_time(deadline),
        "revert_deadline_text": deadline,
    }


def _condition(fields: Fields) -> Json:
    """How it is doing: fields of :class:`ArmConnection`."""
    status, ready = fields.inner("operationStatus", loose=True), fields.flag("isReady") is not False
    return {
        "ready": ready,
        "state": _state(status.text("state"), ready),
        "status_message": status.text("statusMessage"),
    }


def _first_odd(odd: t.Sequence[str], found: ArmConnection, raw: Json) -> str:
    """The path of the first thing that makes the answer unreadable; empty if nothing does. All of it is sent back one day, so all of it counts."""
    if odd:
        return odd[0]
    if _host_of(found.issuer or "") is None:
        return "authorization.parameters.workloadIdentityFederationIssuer"
    path = unsound(raw)
    return "" if path is None else path or "the whole of it"


def _references(fields: Fields, seen_in: Project) -> tuple[ProjectReference, ...]:
    found = []
    name = fields.text("name")
    for item in fields.objects("serviceEndpointProjectReferences"):
        project = item.inner("projectReference")
        if id_ := project.text("id"):
            here = (item.text("name") or name, item.text("description"))
            found.append(ProjectReference(id_, project.text("name"), *here))
    return tuple(found) or (ProjectReference(seen_in.id, seen_in.name, name, fields.text("description")),)


def known_scheme(scheme: str | None) -> str:
    """The scheme as a key of counts: ``unknown`` for one that is none of SCHEMES. Text of the service is no key, because up to ansible-core 2.18 nothing marks
    a key as what must not be evaluated."""
    return scheme if scheme and scheme in SCHEMES.values() else "unknown"


def _scope(data: Fields, azure_scope: str) -> dict[str, str | None]:
    """:param azure_scope: the ARM id of what it leads to, where the service has one."""
    level = data.text("scopeLevel")
    found = {name: data.text(key) or None for name, key in SCOPE_KEYS.items()}
    if found["resource_group"] is None and (group := _GROUP_IN_SCOPE.fullmatch(azure_scope.strip())):
        found["resource_group"] = group.group(1)
    return {"level": _LEVELS_BY_LOWER.get(level.lower(), level) or None, **found}


def _state(state: str, ready: bool) -> str:
    """``ready``, ``in_progress`` or ``failed``: what the service says, else what ``isReady`` implies (2.4)."""
    known = {"ready": "ready", "inprogress": "in_progress", "failed": "failed"}
    if state.lower() in known:
        return known[state.lower()]
    return "ready" if ready else "in_progress"
