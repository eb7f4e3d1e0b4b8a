# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables that people write: a CSV file of a spreadsheet, or a list of mappings in YAML or JSON.

PRIVATE to the collection.
"""

from __future__ import annotations

import csv
import io
import typing as t
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError
from ansible_collections.azdo.connections.plugins.module_utils._yaml import (
    NotYamlError,
    RepeatedKeyError,
    yaml_value,
)

Row = dict[str, t.Any]
# Spreadsheets write one or the other, by the language of their user.
_DELIMITERS = ",;\t"


@dataclass(frozen=True)
class TableForm:
    """Which columns a table has. :param needed: the first of them that every line of a CSV file must tell.

    :param near: makes a hint of misspelt names.
    """

    columns: tuple[str, ...]
    needed: tuple[str, ...]
    near: t.Callable[[t.Sequence[str], t.Sequence[str]], str]

    @property
    def told(self) -> str:
        names = ", ".join(self.columns)
        return f"A CSV file has a first line with {names}; a YAML or JSON file is a list of mappings with these keys."


def read_table(path: str, option: str, form: TableForm) -> list[tuple[str, Row]]:
    """The rows, each with where it stands, in words. :param path: a file that ends with .csv, .yml, .yaml or .json, in UTF-8.

    :raises OptionError: it is none, names the file and the line or entry.
    """
    try:
        text = Path(path).expanduser().read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise OptionError(f"{option}: {path} cannot be read: {why}.", remedy="Name a file that exists.") from None
    read = _from_csv if path.lower().endswith(".csv") else _from_yaml
    found = read(text, path, option, form)
    if not found:
        raise OptionError(
            f"{option}: there is nothing in {path}.", remedy=f"{form.told} Leave {option} out to give none."
        )
    return found


def _from_csv(text: str, path: str, option: str, form: TableForm) -> list[tuple[str, Row]]:
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter, skipinitialspace=True, strict=True)
    try:
        names = [str(name).strip().lower() for name in rows.fieldnames or ()]
        _check_keys(names, f"{option}: {path}", form)
        rows.fieldnames = names
        found = [(f"{option}: {path}, line {rows.line_num}", row) for row in rows]
    except csv.Error as error:
        raise OptionError(f"{option}: {path} is no CSV file: {error}.", remedy=form.told) from None
    for where, row in found:
        if None in row or None in row.values():
            raise OptionError(f"{where} has not {len(names)} fields.", remedy=form.told)
    return [(where, row) for where, row in found if any(str(value).strip() for value in row.values())]


def _from_yaml(text: str, path: str, option: str, form: TableForm) -> list[tuple[str, Row]]:
    try:
        content = yaml_value(text)
    except RepeatedKeyError as error:
        raise OptionError(
            f"{option}: {path}, line {error.line} gives {error.key!r} for the second time in one entry.",
            remedy="Begin each entry with a dash of its own, and give each key once.",
        ) from None
    except NotYamlError as error:
        raise OptionError(f"{option}: {path} is no YAML: {error}.", remedy=form.told) from None
    if content is None:
        return []
    if not isinstance(content, list) or not all(isinstance(item, dict) for item in content):
        raise OptionError(f"{option}: {path} is no list of mappings.", remedy=form.told)
    found = [(f"{option}: {path}, entry {number}", item) for number, item in enumerate(content, 1)]
    for where, item in found:
        _check_keys([str(key) for key in item], where, form, whole=False)
    return found


def _check_keys(names: t.Sequence[str], where: str, form: TableForm, *, whole: bool = True) -> None:
    """:param whole: whether a line of a table tells everything: then what is never there cannot be given."""
    strange = [name for name in names if name not in form.columns]
    if strange or (whole and not set(form.needed) <= set(names)) or len(set(names)) < len(names):
        fault = f"has {', '.join(map(repr, strange))}" if strange else "does not say which column is what, each once"
        raise OptionError(f"{where} {fault}.{form.near(strange, form.columns)}", remedy=form.told)
