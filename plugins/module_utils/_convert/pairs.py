# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person gives for single connections: issuer and subject, or which managed identity is behind one; one by one, or hundreds from a file.

PRIVATE to the collection.
"""

from __future__ import annotations

import csv
import io
import typing as t
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json
from ansible_collections.azdo.connections.plugins.module_utils._model.name_patterns import says_nothing
from ansible_collections.azdo.connections.plugins.module_utils._model.nearest import hints
from ansible_collections.azdo.connections.plugins.module_utils._yaml import (
    NotYamlError,
    RepeatedKeyError,
    yaml_value,
)

PAIRS = "federated_credential.pairs"
PAIRS_FILE = "federated_credential.pairs_file"
_KEYS = ("connection", "issuer", "subject", "managed_identity")
_FORM = (
    f"A CSV file has a first line with {', '.join(_KEYS)}; a YAML or JSON file is a list of mappings with these keys."
)
# Spreadsheets write one or the other, by the language of their user.
_DELIMITERS = ",;\t"


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
    """:param path: a file that ends with .csv, .yml, .yaml or .json, in UTF-8. :raises OptionError: it is none, names the file and the line or entry."""
    try:
        text = Path(path).expanduser().read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise OptionError(f"{option}: {path} cannot be read: {why}.", remedy="Name a file that exists.") from None
    found = _from_csv(text, path, option) if path.lower().endswith(".csv") else _from_yaml(text, path, option)
    if not found:
        raise OptionError(f"{option}: there is nothing in {path}.", remedy=f"{_FORM} Leave {option} out to give none.")
    return [_pair(item, where) for where, item in found]


def _from_csv(text: str, path: str, option: str) -> list[tuple[str, Json]]:
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter, skipinitialspace=True, strict=True)
    try:
        names = [str(name).strip().lower() for name in rows.fieldnames or ()]
        _check_keys(names, f"{option}: {path}")
        rows.fieldnames = names
        found = [(f"{option}: {path}, line {rows.line_num}", row) for row in rows]
    except csv.Error as error:
        raise OptionError(f"{option}: {path} is no CSV file: {error}.", remedy=_FORM) from None
    for where, row in found:
        if None in row or None in row.values():
            raise OptionError(f"{where} has not {len(names)} fields.", remedy=_FORM)
    return [(where, row) for where, row in found if any(str(value).strip() for value in row.values())]


def _from_yaml(text: str, path: str, option: str) -> list[tuple[str, Json]]:
    try:
        content = yaml_value(text)
    except RepeatedKeyError as error:
        raise OptionError(
            f"{option}: {path}, line {error.line} gives {error.key!r} for the second time in one entry.",
            remedy="Begin each entry with a dash of its own, and give each key once.",
        ) from None
    except NotYamlError as error:
        raise OptionError(f"{option}: {path} is no YAML: {error}.", remedy=_FORM) from None
    if content is None:
        return []
    if not isinstance(content, list) or not all(isinstance(item, dict) for item in content):
        raise OptionError(f"{option}: {path} is no list of mappings.", remedy=_FORM)
    found = [(f"{option}: {path}, entry {number}", item) for number, item in enumerate(content, 1)]
    for where, item in found:
        _check_keys([str(key) for key in item], where, whole=False)
    return found


def _check_keys(names: t.Sequence[str], where: str, *, whole: bool = True) -> None:
    """:param whole: whether a line of a table tells everything: then what is never there cannot be given."""
    strange = [name for name in names if name not in _KEYS]
    if strange or (whole and "connection" not in names) or len(set(names)) < len(names):
        fault = f"has {', '.join(map(repr, strange))}" if strange else "does not say which column is what, each once"
        raise OptionError(f"{where} {fault}.{hints(strange, _KEYS)}", remedy=_FORM)


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
