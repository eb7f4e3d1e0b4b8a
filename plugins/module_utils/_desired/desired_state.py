# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task wants of one connection, who wants it and where. None is "not managed".

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from ansible_collections.azdo.connections.plugins.module_utils._access.options import access_of
from ansible_collections.azdo.connections.plugins.module_utils._access.wishes import HOW_EXACT, Access, AccessIn
from ansible_collections.azdo.connections.plugins.module_utils._desired import pem, values
from ansible_collections.azdo.connections.plugins.module_utils._desired.identity_options import (
    RoleWish,
    application_wish,
    identity_wish,
    roles_of,
)
from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError
from ansible_collections.azdo.connections.plugins.module_utils._identity.identity_wishes import (
    ApplicationWish,
    ManagedIdentityWish,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Project
from ansible_collections.azdo.connections.plugins.module_utils._rest.urls import check_url
from ansible_collections.azdo.connections.plugins.module_utils._sign_in.ways import SHORTEST_SECRET, check_secret

_IDENTITY = re.compile(
    r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.ManagedIdentity/userAssignedIdentities/[^/]+",
    re.IGNORECASE,
)
_WEB_APP = re.compile(
    r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.Web/sites/[^/]+(/slots/[^/]+)?", re.IGNORECASE
)


# In place of the client id of an identity that the task has yet to make, so that all rules see that it will be another one.
TO_BE_MADE = "(made by this task)"


@dataclass(frozen=True, kw_only=True)
class Share:
    """Another project that is to use the connection. ``project`` is its name or id."""

    project: str
    name: str | None = None
    description: str | None = None
    access: Access = field(default_factory=Access)


@dataclass(frozen=True, kw_only=True)
class Desired:
    """The options of a task about one connection. ``scope`` holds only what was set.

    :param identity: the resource id of a user-assigned managed identity.
    :param application: an application that is made if it is not there; :param made_identity: the same for the managed identity.
    :param managed_identity: whether the task speaks of a managed identity at all.
    :param federation: ``create``, ``require``, ``skip`` or None.
    """

    project: str
    name: str | None = None
    id: str | None = None
    description: str | None = None
    service_management_reference: str | None = None
    enabled: bool | None = None
    scheme: str | None = None
    creation_mode: str | None = None
    environment: str | None = None
    server_url: str | None = None
    scope: t.Mapping[str, str] = field(default_factory=dict)
    tenant_id: str | None = None
    client_id: str | None = None
    key: str | None = field(default=None, repr=False)
    certificate: str | None = field(default=None, repr=False)
    managed_identity: bool = False
    identity: str | None = None
    publish_profile: str | None = field(default=None, repr=False)
    web_app_id: str | None = None
    federation: str | None = None
    audience: str | None = None
    application: ApplicationWish | None = None
    made_identity: ManagedIdentityWish | None = None
    roles: tuple[RoleWish, ...] = ()
    access: Access = field(default_factory=Access)
    append_pipelines: bool = False
    append_roles: bool = False
    append_checks: bool = False
    remove_unknown_checks: bool = False
    remove_all_checks: bool = False
    shares: tuple[Share, ...] | None = None
    append_shares: bool = False
    renew_secret: bool = False
    secret_version: str | None = None
    allow_unreached: bool = False
    verify_before: bool = False
    verify_after: bool = False

    @classmethod
    def from_params(cls, params: t.Mapping[str, t.Any]) -> Desired:
        """Read the module's options. :raises OptionError: one of them cannot be what it is."""
        application = _given(params, "service_principal")
        if params["application"] and (application.get("client_id") or params["managed_identity"]):
            raise OptionError(
                "application is set, and service_principal.client_id or managed_identity, too.",
                remedy="A connection has one identity: keep the option that describes it.",
            )
        identity = _given(params, "managed_identity")
        if application and identity:
            raise OptionError(
                "service_principal and managed_identity are both set.",
                remedy="A connection has one identity: keep the option that describes it.",
            )
        federated, made = _given(params, "federated_credential"), identity_wish(identity, _given(params, "scope"))
        shares, described_by = params["shared_with"], "managed_identity" if identity else "service_principal"
        desired = cls(
            **{name: params[name] for name in _PLAIN},
            project=params["project"].strip(),
            id=values.guid("id", params["id"]),
            server_url=_address("server_url", params["server_url"]),
            scope=values.scope(_given(params, "scope")),
            tenant_id=values.guid(f"{described_by}.tenant_id", (application or identity).get("tenant_id")),
            client_id=values.guid(f"{described_by}.client_id", (application or identity).get("client_id")),
            key=application.get("key"),
            certificate=_certificate(application.get("certificate")),
            managed_identity=params["managed_identity"] is not None,
            identity=made.resource_id
            if made
            else _resource_id("managed_identity.resource_id", identity.get("resource_id"), _IDENTITY),
            web_app_id=_resource_id("web_app_id", params["web_app_id"], _WEB_APP),
            federation=federated.get("mode"),
            audience=federated.get("audience"),
            application=application_wish(params["application"]),
            made_identity=made,
            roles=roles_of(params),
            access=access_of(params),
            shares=None if shares is None else tuple(_share(item) for item in shares),
            renew_secret=params["update_secret"] == "always",  # noqa: S105 - a choice, not a secret
            verify_before=params["verify"] in ("before", "both"),
            verify_after=params["verify"] in ("after", "both"),
        )
        desired._check_shapes()
        return desired

    @property
    def secret(self) -> str | None:
        """The secret that the task brings along."""
        return self.key or self.certificate or self.publish_profile

    def secret_texts(self) -> set[str]:
        """Everything that must not be shown: the secrets, the lines of those that have several, and the passwords inside a publish profile.

        Services quote what they were sent in messages of one line, so whole texts alone would not be recognised.
        """
        secrets = [text for text in (self.key, self.certificate, self.publish_profile) if text]
        lines = [line.strip() for text in secrets for line in text.splitlines()]
        passwords = re.findall(r"userPWD=[\"']([^\"']+)", self.publish_profile or "", re.IGNORECASE)
        flat = [" ".join(text.split()) for text in secrets]
        found = {*secrets, *flat, *passwords, *(line for line in lines if not line.startswith("-----"))}
        return {text for text in found if len(text) >= SHORTEST_SECRET}

    @property
    def has_identity(self) -> bool:
        """Whether the task says whose identity it is, or brings a secret of it."""
        return bool(self.client_id or self.identity or self.application or self.key or self.certificate)

    @property
    def level(self) -> str | None:
        """The scope level: as set, else what the other parts of the scope imply."""
        if "level" in self.scope or not self.scope:
            return self.scope.get("level")
        if {"management_group_id", "management_group_name"} & set(self.scope):
            return "management_group"
        ml = {"ml_workspace_name", "ml_workspace_location"} & set(self.scope)
        return "ml_workspace" if ml else "subscription"

    def _check_shapes(self) -> None:
        if self.name is None and self.id is None:
            raise OptionError("Neither name nor id is set.", remedy="Name the connection that this task is about.")
        for option, text in (
            ("project", self.project),
            ("name", self.name),
            ("federated_credential.audience", self.audience),
            ("secret_version", self.secret_version),
        ):
            values.refuse_nothing(option, text)
        values.refuse_lines("name", self.name)
        self._check_secrets()

    def _check_secrets(self) -> None:
        if self.key and self.certificate:
            raise OptionError(
                "service_principal.key and service_principal.certificate are both set.", remedy="Give one of them."
            )
        check_secret("service_principal.key", self.key)
        if self.publish_profile is not None and len(self.publish_profile.strip()) < SHORTEST_SECRET:
            raise OptionError(
                f"publish_profile is shorter than {SHORTEST_SECRET} characters, too short to be real and too short to be kept out of the output.",
                remedy="Check the variable that it comes from.",
            )

    @property
    def identity_option(self) -> str:
        """The option under which the task describes the identity."""
        return "managed_identity" if self.managed_identity else "service_principal"


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where a task works, with every name resolved.

    :param client_id: of the identity that the task describes, looked up if it gave only a resource.
    :param shares: the projects of ``shared_with`` beside what is wanted of them; None if sharing is not managed.
    :param access: what is wanted of pipelines, rights and checks in each project that the task speaks of, its own first.
    """

    project: Project
    client_id: str | None = None
    tenant_id: str | None = None
    shares: tuple[tuple[Project, Share], ...] | None = None
    access: tuple[AccessIn, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who runs the task.

    :param kind: ``user``, ``non_user`` or ``unknown``.
    :param reaches_azure: whether the sign-in gives tokens for Graph and Resource Manager.
    :param tenant: the tenant of the sign-in, if it is known.
    """

    kind: str
    reaches_azure: bool
    tenant: str | None = None


# Options that are taken over under their own name.
_PLAIN = (
    "name",
    "description",
    "service_management_reference",
    "enabled",
    "scheme",
    "creation_mode",
    "environment",
    "publish_profile",
    "secret_version",
    "append_shares",
    "allow_unreached",
    *HOW_EXACT,
)


def _given(params: t.Mapping[str, t.Any], option: str) -> dict[str, t.Any]:
    """The suboptions that were set."""
    return {key: value for key, value in (params[option] or {}).items() if value is not None}


def _address(option: str, value: str | None) -> str | None:
    """As it was written: whether it ends with a slash is not ours to say."""
    values.refuse_nothing(option, value, "leave it out")
    if value is None:
        return None
    check_url(option, value)
    return value.strip()


def _certificate(value: str | None) -> str | None:
    return None if value is None else pem.mended("service_principal.certificate", value)


def _resource_id(option: str, value: str | None, pattern: re.Pattern[str]) -> str | None:
    found = None if value is None else value.strip().rstrip("/")
    if found is not None and not pattern.fullmatch(found):
        raise OptionError(
            f"{option} is {value!r}, which is not the id of such a resource.",
            remedy="It starts with /subscriptions/ and is shown in the Azure portal under Properties.",
        )
    return found


def _share(item: t.Mapping[str, t.Any]) -> Share:
    for option in ("project", "name"):
        values.refuse_nothing(f"shared_with.{option}", item[option])
    values.refuse_lines("shared_with.name", item["name"])
    return Share(
        project=item["project"].strip(),
        name=item["name"],
        description=item["description"],
        access=access_of(item, "shared_with."),
    )
