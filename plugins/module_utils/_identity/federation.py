# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The federated credential that lets a connection sign in as an identity, written once and only once.

PRIVATE to the collection. The loop reads, decides and writes, so a lost answer, a busy service or another task that was faster end well. Section
numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AmbiguousWriteError,
    AzdoError,
    NotAcceptedError,
    NotFoundError,
    NotPermittedError,
    ServiceError,
)
from ansible_collections.azdo.connections.plugins.module_utils._identity.identity import Identity
from ansible_collections.azdo.connections.plugins.module_utils._model import federated_credential
from ansible_collections.azdo.connections.plugins.module_utils._model.federated_credential import Credential
from ansible_collections.azdo.connections.plugins.module_utils._rest.pacing import Stop, tries

_NAME_TAKEN = "Request_MultipleObjectsWithSameKeyValue"


@dataclass(frozen=True, kw_only=True)
class Federation:
    """The federated credential that a connection wants, and what there is of it: ``present``, ``missing`` or ``outdated``."""

    identity: Identity
    wish: Credential
    state: str
    found: Credential | None
    existing: tuple[Credential, ...]


def look_at_federation(identity: Identity, wish: Credential, *, to_write: bool = True) -> Federation:
    """:raises FederationError: something is in the way that is not ours to change, or there is no room ``to_write`` it."""
    existing = identity.credentials()
    verdict = federated_credential.judge(existing, wish, identity.label)
    if verdict.state == "missing" and to_write:
        federated_credential.refuse_full(existing, identity.label)
    return Federation(identity=identity, wish=wish, state=verdict.state, found=verdict.found, existing=tuple(existing))


def federate(plan: Federation, stop: Stop, patience: float, *, look_first: bool = True) -> bool:
    """Make sure of the credential; whether this call wrote it.

    :param look_first: False when nobody can have written it yet, which saves a request.
    :raises FederationError: there is no room, or it is taken. :raises ServiceError: it was refused.
    """
    problem: AzdoError | None = None
    for _left in tries(stop, patience):
        if problem or look_first:
            plan = look_at_federation(plan.identity, plan.wish)
        if plan.state == "present":
            # After a lost answer it is most likely our own; after a refusal it is not.
            return isinstance(problem, AmbiguousWriteError)
        try:
            if plan.found:
                plan.identity.change(plan.wish, plan.found)
            else:
                plan.identity.add(plan.wish)
        except (NotAcceptedError, AmbiguousWriteError) as error:
            problem = error
        except ServiceError as error:
            if not _worth_another_look(error, problem):
                raise
            problem = error
        else:
            return True
    raise t.cast(AzdoError, problem)


def unfederate(plan: Federation, *, written: bool = False) -> bool:
    """Take back the credential that :func:`federate` wrote, if it is there. It is looked up, because what it is called by is the service's choice.

    :param written: it surely was; then it may only be too new to be listed (8.3), and its name has to do, which is ours and which both services take (8.2).
    """
    named = [item for item in plan.identity.credentials() if item.name == plan.wish.name]
    found = next((item for item in named if item.pair == plan.wish.pair), None)
    if found is None and (named or not written):
        return False
    try:
        plan.identity.remove(found or replace(plan.wish, key=plan.wish.name))
    except NotFoundError:
        return False
    return True


def _worth_another_look(error: ServiceError, before: AzdoError | None) -> bool:
    """Conflicts pass (8.3: one write at a time for each identity). "It exists" is looked at once: the list says what exists (8.2, 8.3)."""
    if isinstance(error, NotPermittedError):
        return False
    exists = error.type_key == _NAME_TAKEN or "already exist" in error.message
    if exists:
        return before is None or str(before) != str(error)
    return error.status == 409 or error.status >= 500
