# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands that a reader copies into a shell: the one place that quotes, because what is in them may have been written by others.

PRIVATE to the collection, and pure. ansible-playbook evaluates what an ``-e`` says, so a text that looks like a template is marked with ``!unsafe``. Every
ansible-core takes that inside of the JSON on a command line, and reads it as YAML then.
"""

from __future__ import annotations

import json
import re
import shlex
import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._model.printable import printable

# The second one gives a template other signs than these.
_TEMPLATE = re.compile(r"\{[{%#]|\A#jinja2:")
# What ansible-playbook takes apart in name=value, or reads as the beginning of JSON.
_TAKEN_APART = frozenset("\"'{}\\=,")
_LAST_OF_FOUR_DIGITS = 0xFFFF


def command(entry: str, *words: str, **variables: t.Any) -> str:
    """A line for a shell that plays an entry point.

    :param words: that say where, as ansible-playbook takes them. :param variables: by their names, in any type that JSON has.

    Empty if a word has a character that nobody sees: what would be copied is not what stands there. Values of variables have escapes for such characters.
    """
    said = [word for name, value in variables.items() for word in variable(name, value)]
    parts = ["ansible-playbook", f"azdo.connections.{entry}", *words, *said]
    return shlex.join(parts) if all(printable(part) == part for part in parts) else ""


def variable(name: str, value: t.Any) -> tuple[str, str]:
    """The words of a command that give a variable this value: text as text, and nothing in it as a template."""
    plain = isinstance(value, str) and value and printable(value) == value
    if plain and not any(char.isspace() or char in _TAKEN_APART for char in value):
        return "-e", f"{name}={value}"
    return "-e", _written({name: value}, as_yaml=_has_template(value))


def yaml_text(text: object) -> str:
    """A text of somebody else as YAML that ansible-core takes for nothing but data: in double quotes, and marked if it looks like a template."""
    return _written(str(text), as_yaml=True)


def _has_template(value: t.Any) -> bool:
    if isinstance(value, str):
        return bool(_TEMPLATE.search(value))
    if isinstance(value, t.Mapping):
        return any(_has_template(item) for item in value.values())
    return isinstance(value, t.Sequence) and any(_has_template(item) for item in value)


def _written(value: t.Any, *, as_yaml: bool) -> str:
    if isinstance(value, str):
        return f"{'!unsafe ' if _TEMPLATE.search(value) else ''}{_text(value, as_yaml=as_yaml)}"
    if isinstance(value, t.Mapping):
        items = (
            f"{_text(str(key), as_yaml=as_yaml)}: {_written(item, as_yaml=as_yaml)}" for key, item in value.items()
        )
        return f"{{{', '.join(items)}}}"
    if isinstance(value, t.Sequence):
        return f"[{', '.join(_written(item, as_yaml=as_yaml) for item in value)}]"
    return json.dumps(value, default=str)


def _text(text: str, *, as_yaml: bool) -> str:
    """In double quotes, as JSON and YAML both have them. Only a character of more than four digits has an escape that one of them does not know."""
    quoted = json.dumps(str(text), ensure_ascii=False)
    return "".join(char if printable(char) == char else _escape(char, as_yaml=as_yaml) for char in quoted)


def _escape(char: str, *, as_yaml: bool) -> str:
    if ord(char) <= _LAST_OF_FOUR_DIGITS:
        return f"\\u{ord(char):04x}"
    return f"\\U{ord(char):08x}" if as_yaml else json.dumps(char)[1:-1]
