# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to change so that a connection is as a task wants it: the plan that check mode shows and a run carries out.

PRIVATE to the collection, and pure. Only what the task declares is compared; what the service added is never drift. Section numbers are those of the
fact sheet.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace
from datetime import datetime

from ansible_collections.azdo.connections.plugins.module_utils._desired.ansible_diff import HIDDEN, Change
from ansible_collections.azdo.connections.plugins.module_utils._desired.change_limits import (
    MOVABLE,
    NEWER_FIELDS,
    refuse_harm,
    refuse_immutable,
    refuse_untold,
)
from ansible_collections.azdo.connections.plugins.module_utils._desired.desired_state import (
    Caller,
    Desired,
    Share,
    Target,
)
from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import (
    SECRET_VERSION,
    WIF,
    ArmConnection,
    Project,
    ProjectReference,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.federated_credential import our_name
from ansible_collections.azdo.connections.plugins.module_utils._model.identifiers import same
from ansible_collections.azdo.connections.plugins.module_utils._model.request_bodies import (
    Draft,
    Edits,
    scope_edits,
    secret_parameters,
)

# Only labels: Azure DevOps does not let them be changed, and somebody may have renamed the subscription in Azure since.
_LABELS = ("subscription_name", "management_group_name")


@dataclass(frozen=True, kw_only=True)
class ConnectionPlan:
    """Everything that is to be done to the connection itself; pipelines, federated credential and role have plans of their own.

    :param edits: what a PUT changes; None if none is needed.
    :param added: the references of new shares. :param dropped: the ids of projects that lose it.
    """

    changes: tuple[Change, ...] = ()
    edits: Edits | None = None
    added: tuple[ProjectReference, ...] = ()
    dropped: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def by_update(self) -> list[Change]:
        """What the PUT changes."""
        return [item for item in self.changes if not is_sharing(item)]

    @property
    def by_sharing(self) -> list[Change]:
        """What sharing and unsharing change."""
        return [item for item in self.changes if is_sharing(item)]


def is_sharing(change: Change) -> bool:
    """Whether a project gets or loses the connection; its name and description there are settings."""
    return change.option.startswith("shared_with.") and None in (change.before, change.after)


def references_of(draft: Draft, target: Target) -> list[ProjectReference]:
    """The owning project first, then those of ``shared_with``."""
    own = ProjectReference(target.project.id, target.project.name, draft.name, draft.description)
    return [own, *(_reference(project, share, own) for project, share in target.shares or ())]


def _reference(project: Project, share: Share, own: ProjectReference) -> ProjectReference:
    # The portal calls a shared connection like this (2.11).
    name = share.name or f"{own.connection_name}-{project.name}"
    description = own.description if share.description is None else share.description
    return ProjectReference(project.id, project.name, name, description)


def compare(
    desired: Desired, connection: ArmConnection, target: Target, caller: Caller, now: datetime
) -> ConnectionPlan:
    """The plan for a connection that exists.

    :raises ImmutableError: something cannot be changed; nothing is ever deleted and made anew.
    :raises NotNowError: the change could take away a way back, or the federation.
    :raises OptionError: the options cannot be applied to this connection.
    :raises UnreachedError: something that the task declares cannot be seen, see :func:`refuse_untold`.
    """
    own = connection.reference_in(target.project.id)
    if own is None:
        raise OptionError(
            f"{connection.name!r} is not used by the project {target.project.name!r}.", remedy="Check project and id."
        )
    refuse_immutable(desired, connection, target)
    changes, edits = edits_of(desired, connection, target, own)
    warnings = [*_labels(desired, connection), *refuse_untold(desired, connection)]
    shares = shares_of(desired, connection, target, afterwards(own, edits))
    changes += shares.changes
    edits = replace(edits, aliases=shares.edits.aliases if shares.edits else {})
    _refuse_from_outside(edits, connection, target)
    if "serviceprincipalid" in edits.parameters and connection.scheme == WIF and connection.client_id:
        name = our_name(connection.id, connection.issuer or "", connection.subject or "")
        warnings.append(
            f"The federated credential {name}, if it was made for this connection, stays with the identity {connection.client_id}: remove it there."
        )
    if edits == Edits(project_id=target.project.id):
        return replace(shares, edits=None, changes=tuple(changes), warnings=tuple(warnings))
    refuse_harm(edits, connection, caller, now)
    if connection.masks_secret_as_empty and connection.scheme != WIF and not edits.secret:
        edits = replace(edits, secret=_secret_again(desired, connection))
        changes.append(Change("secret", HIDDEN, HIDDEN))
        warnings.append(
            "Azure DevOps masks the stored secret with an empty text, which might wipe it when it is sent back: the task's own was sent with the change."
        )
    return replace(shares, edits=edits, changes=tuple(changes), warnings=tuple(warnings))


def _refuse_from_outside(edits: Edits, connection: ArmConnection, target: Target) -> None:
    """From a project that it was shared into only its name and description there can be changed: everything else is everybody's."""
    if same(connection.owner.id, target.project.id):
        return
    if replace(edits, name=None, description=None) != Edits(project_id=target.project.id):
        raise OptionError(
            f"{connection.name!r} belongs to {connection.owner.name!r}; from {target.project.name!r} only name, description and pipelines are managed.",
            remedy="Set project to the owning one.",
        )


def afterwards(own: ProjectReference, edits: Edits) -> ProjectReference:
    """The reference of this project as it will be: new shares take after it."""
    return replace(
        own,
        connection_name=own.connection_name if edits.name is None else edits.name,
        description=own.description if edits.description is None else edits.description,
    )


def edits_of(
    desired: Desired, connection: ArmConnection, target: Target, own: ProjectReference
) -> tuple[list[Change], Edits]:
    """What is different about the connection itself, beside its shares, and the edits that mend it."""
    changes: list[Change] = []
    edits: dict[str, t.Any] = {}

    def compare_one(option: str, before: t.Any, after: t.Any) -> None:
        if after is not None and after != before:
            changes.append(Change(option, before, after))
            edits[option] = after

    compare_one("name", own.connection_name, desired.name if desired.id else None)
    compare_one("description", own.description, desired.description)
    if connection.offers("isDisabled", *NEWER_FIELDS):
        compare_one("enabled", connection.enabled, desired.enabled)
    if connection.offers("serviceManagementReference", *NEWER_FIELDS):
        before = connection.service_management_reference or ""
        compare_one("service_management_reference", before, desired.service_management_reference)
    moved = {part: desired.scope[part] for part in MOVABLE if not _fits(desired, connection, part)}
    changes += [Change(f"scope.{part}", connection.scope[part], value) for part, value in moved.items()]
    data, parameters = scope_edits(connection.raw, moved)
    other_identity = False
    if target.client_id and not same(target.client_id, connection.client_id):
        changes.append(Change("client_id", connection.client_id, target.client_id))
        parameters["serviceprincipalid"], other_identity = target.client_id, True
        if connection.identity_type and desired.managed_identity != same(connection.identity_type, "ManagedIdentity"):
            data["identityType"] = "ManagedIdentity" if desired.managed_identity else "AppRegistrationManual"
        if connection.draft:
            # Not taken away: what a PUT leaves out may stay as it is (12).
            data["isDraft"] = "false"
    rotated = desired.secret_version is not None and desired.secret_version != connection.secret_version
    if rotated:
        changes.append(Change("secret_version", connection.secret_version, desired.secret_version))
        data[SECRET_VERSION] = str(desired.secret_version)
    secret = _new_secret(desired, connection, again=other_identity or rotated)
    if secret:
        changes.append(Change("secret", HIDDEN, f"{HIDDEN}, sent"))
    return changes, Edits(project_id=target.project.id, data=data, parameters=parameters, secret=secret, **edits)


def _fits(desired: Desired, connection: ArmConnection, part: str) -> bool:
    return part not in desired.scope or same(desired.scope[part], connection.scope[part])


def _new_secret(desired: Desired, connection: ArmConnection, *, again: bool) -> dict[str, str]:
    """The secret to send: a stored one cannot be compared (2.4), so only on request, or if it is of another kind.

    :param again: it is another one for sure: for another identity, or of another version.
    """
    renew = desired.renew_secret or again
    if desired.publish_profile and renew:
        return {"publishProfile": desired.publish_profile}
    if not (desired.key or desired.certificate):
        return {}
    wanted = secret_parameters(desired.key, desired.certificate)
    other_kind = not same(wanted["authenticationType"], connection.authentication_type or "spnKey")
    return wanted if renew or other_kind else {}


def _secret_again(desired: Desired, connection: ArmConnection) -> dict[str, str]:
    if desired.publish_profile:
        return {"publishProfile": desired.publish_profile}
    if desired.key or desired.certificate:
        return secret_parameters(desired.key, desired.certificate)
    raise OptionError(
        f"{connection.name!r} cannot be changed without its secret: Azure DevOps masks the stored one with an empty text, and sending that back might wipe it.",
        remedy="Its secret was made by Azure DevOps, so change it in the portal."
        if connection.creation_mode == "automatic"
        else "Set service_principal.key, service_principal.certificate or publish_profile in the task.",
    )


def _labels(desired: Desired, connection: ArmConnection) -> list[str]:
    return [
        f"scope.{part} of {connection.name!r} is {connection.scope[part] or 'not set'} and stays so: only a label, which Azure DevOps does not let be changed."
        for part in _LABELS
        if part in desired.scope and not same(desired.scope[part], connection.scope[part])
    ]


def shares_of(desired: Desired, connection: ArmConnection, target: Target, own: ProjectReference) -> ConnectionPlan:
    """The part of the plan that is about other projects. :param own: the reference of this project as it will be."""
    if target.shares is None:
        return ConnectionPlan()
    if connection.owner.id.lower() != target.project.id.lower():
        raise OptionError(
            f"shared_with is managed from the owning project of {connection.name!r}, which is {connection.owner.name!r}.",
            remedy="Set project to it, or leave shared_with out.",
        )
    others = {reference.id.lower(): reference for reference in connection.references[1:]}
    wanted = {project.id.lower(): (project, share) for project, share in target.shares}
    added = [_reference(project, share, own) for key, (project, share) in wanted.items() if key not in others]
    dropped = [] if desired.append_shares else [item for key, item in others.items() if key not in wanted]
    changes = [Change(f"shared_with.{item.name}", None, item.connection_name) for item in added]
    changes += [Change(f"shared_with.{item.name}", item.connection_name, None) for item in dropped]
    aliases: dict[str, dict[str, str]] = {}
    for key, (project, share) in wanted.items():
        if key not in others:
            continue
        for attribute, name, after in (
            ("connection_name", "name", share.name),
            ("description", "description", share.description),
        ):
            before = getattr(others[key], attribute)
            if after is not None and after != before:
                changes.append(Change(f"shared_with.{project.name}.{name}", before, after))
                aliases.setdefault(others[key].id, {})[name] = after
    return ConnectionPlan(
        changes=tuple(changes),
        edits=Edits(project_id=target.project.id, aliases=aliases),
        added=tuple(added),
        dropped=tuple(item.id for item in dropped),
    )
