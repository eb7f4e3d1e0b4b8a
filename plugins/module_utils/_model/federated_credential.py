# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Federated credentials: their names, which of them are ours, and what a list of them means for a connection.

PRIVATE to the collection, and pure. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import hashlib
import typing as t
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._errors import AzdoError, OptionError
from ansible_collections.azdo.connections.plugins.module_utils._model import near_misses
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ArmConnection, issuer_kind

# The most that Entra allows for one application or managed identity (8.2, 8.3).
MOST_CREDENTIALS = 20
_PUBLIC_AUDIENCE = "api://AzureADTokenExchange"


class FederationError(AzdoError):
    """A federated credential that is not there, cannot be made, or is another one than it should be."""

    code = "federated_credential"


@dataclass(frozen=True, kw_only=True)
class Credential:
    """A federated credential. ``key`` is what its service calls it by: the id in Graph, the name in Resource Manager."""

    name: str
    issuer: str
    subject: str
    audience: str
    description: str = ""
    key: str = ""

    @property
    def pair(self) -> tuple[str, str]:
        """What tokens are matched with, to the letter (8.2)."""
        return self.issuer, self.subject


def audience(environment: str | None, given: str | None) -> str:
    """The audience of the tokens. :raises OptionError: it is not known for this cloud (8.1)."""
    if known := known_audience(environment, given):
        return known
    raise OptionError(
        f"federated_credential.audience is not set, and which audience Azure DevOps uses in {environment} is not documented.",
        remedy="Set it to what the portal shows for such a connection, or set federated_credential.mode to skip.",
    )


def known_audience(environment: str | None, given: str | None) -> str | None:
    """The audience of the tokens as far as it is known (8.1)."""
    return given or (_PUBLIC_AUDIENCE if environment in (None, "AzureCloud") else None)


def wanted(connection_id: str, issuer: str | None, subject: str | None, audience: str) -> Credential:
    """The credential that lets a connection sign in. :raises FederationError: the service named no issuer and subject."""
    if not issuer or not subject:
        raise FederationError(
            "Azure DevOps did not say with which issuer and subject the connection signs in.",
            remedy="Look at the connection in the portal; run again when it shows both.",
        )
    return Credential(name=our_name(connection_id, issuer, subject), issuer=issuer, subject=subject, audience=audience)


def our_name(connection_id: str, issuer: str, subject: str) -> str:
    """The name under which we write it: it follows from connection and pair, so a run that was killed finds it again.

    Both services take letters, digits and hyphens (8.2, 8.3). Names cannot be changed, so each pair has one of its own.
    """
    digest = hashlib.sha256(f"{issuer}\n{subject}".encode()).hexdigest()[:8]
    return f"azdo-{connection_id.lower()}-{digest}"


def is_ours(credential: Credential, connection_id: str) -> bool:
    """Whether this collection wrote it for this connection; nothing else may be removed."""
    return credential.name == our_name(connection_id, credential.issuer, credential.subject)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """``present``, or ``missing``, or ``outdated``: ours, with another audience. ``found`` is the credential with the wanted pair."""

    state: str
    found: Credential | None = None


def judge(existing: t.Sequence[Credential], wish: Credential, identity: str) -> Verdict:
    """What to do so that the wish is there.

    :param identity: the application or managed identity, in words.
    :raises FederationError: something is in the way that is not ours to change.
    """
    found = next((item for item in existing if item.pair == wish.pair), None)
    if found is not None and found.audience == wish.audience:
        return Verdict(state="present", found=found)
    if found is not None and found.name == wish.name:
        return Verdict(state="outdated", found=found)
    if found is not None:
        raise FederationError(
            f"{identity} has the federated credential {found.name!r} with the issuer and subject of this connection, but with the audience "
            f"{found.audience!r} in place of {wish.audience!r}.",
            remedy="Correct its audience, or set federated_credential.audience if it is the right one.",
        )
    if taken := next((item for item in existing if item.name.lower() == wish.name.lower()), None):
        raise FederationError(
            f"{identity} has a federated credential named {taken.name!r} with another issuer or subject ({taken.issuer}, {taken.subject}).",
            remedy="Somebody has changed it: remove it, then run again.",
        )
    return Verdict(state="missing")


def refuse_full(existing: t.Sequence[Credential], identity: str) -> None:
    """:raises FederationError: there is no room for one more."""
    if len(existing) >= MOST_CREDENTIALS:
        raise FederationError(
            f"{identity} has {len(existing)} federated credentials, the most that Microsoft Entra allows.",
            remedy="Remove one that nothing uses any more, or use another identity for this connection.",
        )


def near_miss(existing: t.Iterable[Credential], issuer: str, subject: str) -> Credential | None:
    """A credential that a person would take for the wanted one, see :func:`near_misses.differences`; None if the right one is there, too.

    Of several it is the one with the fewest differences.
    """
    pair, near = (issuer, subject), []
    for item in existing:
        if item.pair == pair:
            return None
        found = near_misses.differences(item.pair, pair)
        near += [(len(found), item)] if found else []
    return min(near, key=lambda entry: entry[0])[1] if near else None


def told_difference(near: Credential, issuer: str, subject: str) -> str:
    """In what a near miss differs, for the middle of a sentence: "a slash at the end of the issuer"."""
    return " and ".join(near_misses.differences(near.pair, (issuer, subject)))


def names_connection(
    credential: Credential, connection: ArmConnection, organization: str, organization_id: str
) -> str | None:
    """The kind of issuer for which a credential was made for this very connection, as both kinds of subject tell (2.10); None if it was not.

    That is read off what somebody wrote, to find it again. A subject is never made up from it.
    """
    kind = issuer_kind(credential.issuer)
    if kind == "entra" and credential.subject.lower().endswith(f"/sc/{organization_id}/{connection.id}".lower()):
        return kind
    owner = connection.owner
    start, own = f"sc://{organization}/", f"{owner.name}/{owner.connection_name}"
    if kind == "azure_devops" and credential.subject.lower().startswith(start.lower()):
        return kind if credential.subject[len(start) :] == own else None
    return None


def missing_error(wish: Credential, existing: t.Sequence[Credential], identity: str) -> FederationError:
    """What a person is to add, with the facts in ``details``; names a credential that nearly fits, and what about it does not."""
    near = near_miss(existing, *wish.pair)
    hint, remedy = "", f"Add one with the audience {wish.audience}, then run again."
    if near is not None:
        what = told_difference(near, *wish.pair)
        hint = f" {near.name!r} differs in {what}, and Entra compares to the letter."
        remedy = f"Correct {near.name!r}, or add one with the audience {wish.audience}, then run again."
    return FederationError(
        f"{identity} has no federated credential for issuer {wish.issuer} and subject {wish.subject}.{hint}",
        remedy=remedy,
        issuer=wish.issuer,
        subject=wish.subject,
        audience=wish.audience,
        near_miss=near.name if near else None,
    )
