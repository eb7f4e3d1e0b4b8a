# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet as a playbook: one play for each organization, one task for each connection.

PRIVATE to the collection, and pure. What other people wrote stands there in quotes, and as data where it looks like a template; templates are ours alone.
"""

from __future__ import annotations

import re
import typing as t
from datetime import datetime

from ansible_collections.azdo.connections.plugins.module_utils._model.printable import printable
from ansible_collections.azdo.connections.plugins.module_utils._times import format_time
from ansible_collections.azdo.connections.plugins.plugin_utils._export.fleet_code import (
    Export,
    Organization,
    title,
    why_not,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._report.command_line import yaml_text
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import Row, count

_MODULE = "azdo.connections.azdo_arm_connection"
# What may stand in an expression of Jinja between single quotes, and in YAML between double ones, as it is.
_PLAIN_ENTRY = re.compile(r"""[^'"\\{}%#]+""")
# Options whose values are words of the module.
_OF_WORDS = ("scheme", "creation_mode", "environment", "level", "mode")
# The variable of a task that holds the entry, where that may not.
_ENTRY = "azdo_secrets_entry"
_FEDERATION = "{{ azdo_federated_credential | default('skip') }}"


class _Template(str):
    """An expression that ansible-core is to evaluate."""

    __slots__ = ()


def playbook_text(export: Export, now: datetime) -> str:
    """The whole file."""
    plays = [_play(place, export.several) for place in export.organizations]
    return "\n".join(["---", *_head(export, now), *(line for play in plays for line in play)]) + "\n"


# -- comments ------------------------------------------------------------------------------------------------------------
def _head(export: Export, now: datetime) -> list[str]:
    names = ", ".join(printable(place.name) for place in export.organizations)
    told = [
        f"{count(len(export.rows), 'service connection')} of {names} as code, made by azdo.connections.export at {format_time(now)}.",
        "Played back where it comes from, it changes nothing. What it would change says --check --diff.",
        "No sign-in stands here: the environment brings it, or module_defaults do, as for every module of azdo.connections.",
        "What has creation_mode automatic is for a person to play: nobody else can create it, so the module refuses it from the start.",
        "For another organization change organization_url. Its projects, pipelines, people and groups must be there: what is named and missing is refused.",
        *_about_secrets(export),
        *_about_federation(export),
        *_about_gaps(export),
    ]
    return [f"# {line}".rstrip() for line in told]


def _about_secrets(export: Export) -> list[str]:
    rows = [row for row in export.rows if row.get("as_code_secret")]
    if not rows:
        return []
    variable = rows[0]["as_code_secret"]["variable"]
    return [
        f"No secret stands here, and none is needed while the connections exist. {count(len(rows), 'connection')} would need one to be created: the variable",
        f"{variable} is a dictionary with an entry for each, which has key, certificate or publish_profile.",
    ]


def _about_federation(export: Export) -> list[str]:
    if not any(_writes_credential(row) for row in export.rows):
        return []
    return [
        "With azdo_federated_credential=create the federated credentials of manual connections are written, too, which takes a sign-in with Microsoft Entra.",
    ]


def _about_gaps(export: Export) -> list[str]:
    lines = [f"May be missing: {printable(note)}" for note in export.notes]
    if export.left_out:
        lines += [f"Not here: {count(len(export.left_out), 'connection')}.", *map(_listed, export.left_out)]
    return lines


def _listed(row: Row) -> str:
    return f"  {why_not(row)}"


# -- plays and tasks -----------------------------------------------------------------------------------------------------
def _play(place: Organization, several: bool) -> list[str]:
    head = {
        "name": f"Service connections of {place.name}",
        "hosts": _Word("localhost"),
        "connection": _Word("local"),
        "gather_facts": False,
        "module_defaults": {"group/azdo.connections.azdo": {"organization_url": place.url}},
    }
    tasks = [line for row in place.rows for line in ("", *_task(row, place.name if several else ""))]
    return [*_item(head, ""), *(["  tasks:", *tasks] if tasks else ["  tasks: []"])]


def _task(row: Row, organization: str) -> list[str]:
    """:param organization: its name where entries of secrets have to say it."""
    options = _plain(row["as_code"])
    if row.get("as_code_only_adopts"):
        # By its id it is found or refused, never created.
        options = {"project": options.pop("project"), "id": str(row["id"]), **options}
    variables: dict[str, t.Any] = {}
    if secret := row.get("as_code_secret"):
        entry = "/".join(filter(None, (organization, str(secret["entry"]))))
        expression, variables = _reference(secret, entry)
        _put(options, str(secret["option"]), expression)
    if _writes_credential(row):
        _put(options, "federated_credential.mode", _Template(_FEDERATION))
    comment = (
        [f"    # Not to be created anew, so it is named by its id: {printable(why)}"]
        if (why := row.get("as_code_only_adopts"))
        else []
    )
    head = {"name": title(row), **({"vars": variables} if variables else {}), _MODULE: options}
    return [*comment, *_item(head, "    ")]


def _reference(secret: Row, entry: str) -> tuple[_Template, dict[str, t.Any]]:
    """Where the secret comes from, and the variables of the task that this takes."""
    if _PLAIN_ENTRY.fullmatch(entry) and printable(entry) == entry:
        where, variables = f"'{entry}'", {}
    else:
        where, variables = _ENTRY, {_ENTRY: entry}
    return _Template(f"{{{{ {secret['variable']}[{where}].{secret['key']} | default(omit) }}}}"), variables


def _writes_credential(row: Row) -> bool:
    """Of a managed identity the id of its resource would be needed, which Azure DevOps does not know."""
    code = row.get("as_code") or {}
    return "federated_credential" in code and "service_principal" in code


def _put(options: dict[str, t.Any], path: str, value: t.Any) -> None:
    *outer, last = path.split(".")
    for name in outer:
        options = options.setdefault(name, {})
    options[last] = value


def _plain(value: t.Any) -> t.Any:
    """A copy in ordinary types: ansible-core has kinds of its own."""
    if isinstance(value, t.Mapping):
        return {
            str(key): _Word(item) if key in _OF_WORDS and isinstance(item, str) else _plain(item)
            for key, item in value.items()
        }
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


# -- YAML ----------------------------------------------------------------------------------------------------------------
class _Word(str):
    """A word of ours, which needs no quotes."""

    __slots__ = ()


def _item(mapping: t.Mapping[str, t.Any], indent: str) -> list[str]:
    """A mapping as an item of a list."""
    first, *others = _mapping(mapping, f"{indent}  ")
    return [f"{indent}- {first[len(indent) + 2 :]}", *others]


def _mapping(mapping: t.Mapping[str, t.Any], indent: str) -> list[str]:
    lines: list[str] = []
    for key, value in mapping.items():
        if isinstance(value, t.Mapping) and value:
            lines += [f"{indent}{key}:", *_mapping(value, f"{indent}  ")]
        elif isinstance(value, list) and value:
            lines.append(f"{indent}{key}:")
            for item in value:
                below = f"{indent}  "
                lines += _item(item, below) if isinstance(item, t.Mapping) else [f"{below}- {_scalar(item)}"]
        else:
            lines.append(f"{indent}{key}: {_scalar(value)}")
    return lines


def _scalar(value: t.Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, _Word):
        return str(value)
    if isinstance(value, _Template):
        return f'"{value}"'
    if isinstance(value, t.Mapping | list):
        return "{}" if isinstance(value, t.Mapping) else "[]"
    return "null" if value is None else yaml_text(value)
