# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet for those who stay with Terraform: import blocks for the provider microsoft/azuredevops, with a resource for each.

PRIVATE to the collection, and pure. The arguments, and what the provider reads back after an import, are those of its source.
"""

from __future__ import annotations

import re
import typing as t
import unicodedata
from collections import Counter
from datetime import datetime

from ansible_collections.azdo.connections.plugins.module_utils._model.connection import API_SCHEMES
from ansible_collections.azdo.connections.plugins.module_utils._model.printable import printable
from ansible_collections.azdo.connections.plugins.module_utils._times import format_time
from ansible_collections.azdo.connections.plugins.plugin_utils._export.fleet_code import Export, title, why_not
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import Row, count

_TYPE = "azuredevops_serviceendpoint_azurerm"
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_OPENS = re.compile(r"[$%]+(?=\{)")
_LAST_OF_FOUR_DIGITS = 0xFFFF
_LONGEST_LABEL = 80


def terraform_text(export: Export, now: datetime) -> str:
    """The whole file."""
    rows = [row for row in export.rows if not not_in_terraform(row)]
    blocks = [_blocks(row, label, several=export.several) for row, label in zip(rows, labels(rows), strict=True)]
    return "\n".join([*_head(export, rows, now), *(line for block in blocks for line in ("", *block))]) + "\n"


def not_in_terraform(row: Row) -> str:
    """Why the provider has no resource for a connection that is code otherwise, or an empty text."""
    code = row["as_code"]
    if code["scheme"] == "publish_profile":
        return "The provider has no connections with a publish profile."
    if code["scope"]["level"] == "ml_workspace":
        return "The provider has no connections to a machine learning workspace."
    return ""


def labels(rows: t.Sequence[Row]) -> list[str]:
    """The name of each resource, from project and connection. What would be the same has the connection's id, so that none takes over another's name when one
    is added."""
    bare = [_label(row) for row in rows]
    known = Counter(bare)
    return [
        label if label and known[label] == 1 else _word(f"{label or 'connection'}_{row['id']}")
        for label, row in zip(bare, rows, strict=True)
    ]


def _label(row: Row) -> str:
    found = _word(f"{row.get('project')}_{row.get('name')}")[:_LONGEST_LABEL].strip("_")
    # A label begins with a letter.
    return f"c_{found}" if found[:1].isdigit() else found


def _word(text: str) -> str:
    """What is left of a text in small letters without accents, digits and underscores."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(char for char in letters if not unicodedata.combining(char))
    return re.sub(r"[^a-z0-9]+", "_", bare).strip("_")


def _head(export: Export, rows: t.Sequence[Row], now: datetime) -> list[str]:
    names = ", ".join(printable(place.name) for place in export.organizations)
    others = [(row, why) for row in export.rows if (why := not_in_terraform(row))]
    lines = [
        f"{count(len(rows), 'service connection')} of {names} for the provider microsoft/azuredevops, made by azdo.connections.export at {format_time(now)}.",
        "Import blocks need Terraform 1.5. No sign-in and no secret stands here. With a change the provider sends the secret that it was given,",
        "so give it that first. Pipelines, shares, and whether a connection is enabled are nothing of this resource.",
    ]
    if export.several:
        lines.append(
            "Each organization takes a configuration of the provider of its own, with the alias that stands in its blocks."
        )
    lines += [f"May be missing: {printable(note)}" for note in export.notes]
    if export.left_out or others:
        lines.append(f"Not here: {count(len(export.left_out) + len(others), 'connection')}.")
        lines += [f"  {why_not(row)}" for row in export.left_out]
        lines += [f"  {printable(title(row))}: {why}" for row, why in others]
    return [f"# {line}".rstrip() for line in lines]


def _blocks(row: Row, label: str, *, several: bool) -> list[str]:
    provider = {"provider": f"azuredevops.{_alias(row)}"} if several else {}
    place = hcl_text(f"{row.get('project_id')}/{row.get('id')}")
    return [
        f"# {printable(title(row))}",
        "import {",
        *_aligned({"to": f"{_TYPE}.{label}", "id": place, **provider}),
        "}",
        "",
        f'resource "{_TYPE}" "{label}" {{',
        *_aligned(provider),
        *([""] if provider else []),
        *_arguments(row),
        "}",
    ]


def _aligned(arguments: t.Mapping[str, str], indent: str = "  ") -> list[str]:
    """As terraform fmt writes them."""
    width = max(map(len, arguments), default=0)
    return [f"{indent}{name:<{width}} = {value}" for name, value in arguments.items()]


def _alias(row: Row) -> str:
    found = re.sub(r"[^A-Za-z0-9_-]+", "_", str(row.get("organization")))
    return found if found[:1].isalpha() else f"o_{found}"


def _arguments(row: Row) -> list[str]:
    code = row["as_code"]
    scope, manual = code["scope"], code.get("creation_mode") == "manual"
    identity: t.Mapping[str, t.Any] = code.get("service_principal") or code.get("managed_identity") or {}
    group = scope.get("resource_group")
    plain = {
        "project_id": row.get("project_id"),
        "service_endpoint_name": code["name"],
        # Without it the provider would write one of its own.
        "description": code["description"],
        "service_endpoint_authentication_scheme": API_SCHEMES[code["scheme"]],
        "environment": code["environment"],
        "server_url": code.get("server_url"),
        "azurerm_spn_tenantid": identity.get("tenant_id"),
        "azurerm_subscription_id": scope.get("subscription_id"),
        "azurerm_subscription_name": scope.get("subscription_name"),
        "azurerm_management_group_id": scope.get("management_group_id"),
        "azurerm_management_group_name": scope.get("management_group_name"),
        "resource_group": None if manual else group,
    }
    lines = _aligned({name: hcl_text(value) for name, value in plain.items() if value is not None})
    if manual:
        lines += ["", "  credentials {", f"    serviceprincipalid = {hcl_text(identity.get('client_id') or '')}"]
        lines += _secret(row)
        lines.append("  }")
    return [*lines, "", *_lifecycle(beside_credentials=bool(manual and group))]


def _secret(row: Row) -> list[str]:
    secret = row.get("as_code_secret")
    argument = "serviceprincipalcertificate" if secret and secret["key"] == "certificate" else "serviceprincipalkey"
    return [f"    # {argument} = from a variable, before anything is changed"] if secret else []


def _lifecycle(*, beside_credentials: bool) -> list[str]:
    """Some arguments replace a connection when they change, which would take it away from its pipelines."""
    # The provider takes no resource group beside credentials, and may read one back.
    ignored = {"ignore_changes": "[resource_group]"} if beside_credentials else {}
    return ["  lifecycle {", *_aligned({"prevent_destroy": "true", **ignored}, "    "), "  }"]


def hcl_text(value: object) -> str:
    """A text in HCL, in which nothing is evaluated."""
    escaped = "".join(_escaped(char) for char in str(value))
    return f'"{_OPENS.sub(lambda found: _sign(found[0]), escaped)}"'


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if printable(char) == char:
        return char
    return f"\\u{ord(char):04x}" if ord(char) <= _LAST_OF_FOUR_DIGITS else f"\\U{ord(char):08x}"


def _sign(run: str) -> str:
    """One sign before a brace is doubled; of several, HCL would take the last one for the beginning of an expression all the same."""
    return run * 2 if len(run) == 1 else "".join(f"\\u{ord(sign):04x}" for sign in run)
