# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person gives for single connections: issuer and subject, or which managed identity is behind one; one by one, or hundreds from a file.

PRIVATE to the collection.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json
from ansible_collections.azdo.connections.plugins.module_utils._model.name_patterns import says_nothing
from ansible_collections.azdo.connections.plugins.module_utils._model.nearest import hints
from ansible_collections.azdo.connections.plugins.module_utils._table_file import TableForm, read_table

PAIRS = "federated_credential.pairs"
PAIRS_FILE = "federated_credential.pairs_file"
_KEYS = ("connection", "issuer", "subject", "managed_identity")
_FORM = TableForm(_KEYS, ("connection",), hints)


@dataclass(frozen=True, kw_only=True)
class Pair:
    """What was given for one connection.

    :param connection: its name or id.
    :param federation: issuer and subject of its tokens.
    :param managed_identity: Azure's id of the identity behind it.
    """

    connection: str
    federation: tuple[str, str] | None = None
    managed_identity: str | None = None


def pairs_of(credential: Json | None) -> tuple[Pair, ...]:
    """Everything that the option ``federated_credential`` gives. :raises OptionError: something of it cannot be meant."""
    if credential is None:
        return ()
    listed = [_pair(item, PAIRS) for item in credential["pairs"] or ()]
    path = credential["pairs_file"]
    return (*listed, *(read_pairs_file(path) if path else ()))


def read_pairs_file(path: str, option: str = PAIRS_FILE) -> list[Pair]:
    """:param path: a table, see :func:`read_table`. :raises OptionError: it is none, names the file and the line or entry."""
    return [_pair(item, where) for where, item in read_table(path, option, _FORM)]


def _pair(item: t.Mapping[str, t.Any], where: str) -> Pair:
    values = {key: _text(item.get(key), key, where) for key in _KEYS}
    name = values["connection"]
    if not name or says_nothing(name):
        at = f"{where}.connection" if where == PAIRS else f"{where}: connection"
        raise OptionError(f"{at} is empty.", remedy="Give the name or id of the connection.")
    issuer, subject, identity = values["issuer"], values["subject"], values["managed_identity"]
    if bool(issuer) != bool(subject) or not (issuer or identity):
        raise OptionError(
            f"{where}: issuer or subject of {name!r} is empty.",
            remedy="Give both as the portal shows them, or managed_identity, or leave the entry out.",
        )
    if identity and "/userassignedidentities/" not in identity.lower():
        raise OptionError(
            f"{where}: managed_identity of {name!r} is {identity!r}, which is not the id of a user-assigned managed identity.",
            remedy="It looks like /subscriptions/.../resourceGroups/.../providers/Microsoft.ManagedIdentity/userAssignedIdentities/NAME.",
        )
    pair = (issuer, subject) if issuer else None
    return Pair(connection=name, federation=pair, managed_identity=identity or None)


def _text(value: t.Any, key: str, where: str) -> str:
    """Without the blanks around it, which a copied line has."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise OptionError(
            f"{where}: {key} is {value!r}, which is no text.", remedy="Put it in quotes, as the portal shows it."
        )
    return value.strip()
