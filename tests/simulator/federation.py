# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Issuer and subject of a connection: which pair it gets, and whether a federated credential matches it."""

from __future__ import annotations

from .directory import Application, Directory, Identity
from .identifiers import (
    TOKEN_EXCHANGE_AUDIENCE,
    azure_devops_issuer,
    azure_devops_subject,
    entra_issuer,
    entra_subject,
)
from .knobs import Knobs
from .state import Connection, World

ISSUER = "workloadIdentityFederationIssuer"
SUBJECT = "workloadIdentityFederationSubject"
ISSUER_TYPE = "workloadIdentityFederationIssuerType"
READ_ONLY = {ISSUER.lower(), SUBJECT.lower(), ISSUER_TYPE.lower()}  # documented: 2.6

Pair = tuple[str, str]


def pair(world: World, connection: Connection, issuer: str) -> Pair:
    """Issuer and subject for `issuer` = entra | azure_devops."""  # documented: 2.10
    if issuer == "entra":
        tenant_id = connection.parameter("tenantid") or world.tenant_id
        return entra_issuer(tenant_id), entra_subject(tenant_id, world.organization_id, connection.id)
    organization = world.organization.rsplit("/", 1)[-1]
    owning = connection.owning
    return (
        azure_devops_issuer(world.organization_id),
        azure_devops_subject(organization, owning.project.name, owning.name),
    )


def put_pair(connection: Connection, found: Pair, issuer: str) -> None:
    """Write the read-only parameters."""
    connection.parameters[ISSUER], connection.parameters[SUBJECT] = found
    connection.parameters.pop(ISSUER_TYPE, None)
    if issuer == "entra":
        connection.parameters[ISSUER_TYPE] = "EntraID"  # documented: 2.6; the value for the old issuer is unknown


def identity_of(directory: Directory, connection: Connection) -> Identity | None:
    client_id = connection.parameter("serviceprincipalid")
    return directory.by_client(client_id) if client_id else None


def in_entra_scope(directory: Directory, connection: Connection) -> bool:
    """The Entra issuer is for the public cloud and single-tenant identities."""  # documented: 4.1
    if connection.data.get("environment", "AzureCloud") != "AzureCloud":
        return False
    identity = identity_of(directory, connection)
    return not (isinstance(identity, Application) and identity.sign_in_audience == "AzureADMultipleOrgs")


def issuer_for(directory: Directory, connection: Connection, wanted: str) -> str:
    return wanted if in_entra_scope(directory, connection) else "azure_devops"


def accepted_pairs(world: World, connection: Connection, knobs: Knobs) -> list[Pair]:
    """Which existing federated credential lets a manual connection convert."""  # assumed: 12.2
    style = knobs.manual_issuer
    if style == "same":
        style = issuer_for(world.directory, connection, knobs.issuer)
    wanted = ("entra", "azure_devops") if style == "either" else (style,)
    return [pair(world, connection, item) for item in wanted]


def trusts(identity: Identity, found: Pair) -> bool:
    """Whether a federated credential has exactly this issuer, subject and the exchange audience."""
    return any(
        (item.issuer, item.subject) == found and TOKEN_EXCHANGE_AUDIENCE in item.audiences
        for item in identity.credentials
    )
