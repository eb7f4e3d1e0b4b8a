# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which connections a state of Terraform has, and under which addresses. Of everything else in it, secrets among it, nothing is kept.

PRIVATE to the collection, and pure. Read are state files of version 4, and what ``terraform show -json`` prints of a state or a plan. Facts: the provider's
resource azuredevops_serviceendpoint_azurerm, whose ``id`` is that of the connection.
"""

from __future__ import annotations

import json
import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._model.identifiers import is_guid

_OURS = "azuredevops_serviceendpoint_azurerm"
_VERSION = 4
# Modules in modules: nobody nests them that deep.
_DEEPEST = 64


class NoStateError(Exception):
    """The text is no state; the message says why, as the end of a sentence, and never what stands in it."""


class Managed(t.NamedTuple):
    """:param id: of the connection, in lower case. :param address: such as ``module.shop.azuredevops_serviceendpoint_azurerm.prod["west"]``."""

    id: str
    address: str


def connections_in(text: str) -> list[Managed]:
    """Every connection of the state, in its order. :raises NoStateError: it is none, or one of a form that nobody here can read."""
    try:
        state = json.loads(text)
    except (ValueError, RecursionError):
        # The error of the library may quote what stands there.
        raise NoStateError("is no JSON") from None
    if not isinstance(state, dict):
        raise NoStateError("is no state")
    if "format_version" in state:
        shown = state.get("values") or _object(state.get("prior_state")).get("values")
        found = list(_in_module(_object(_object(shown).get("root_module")), 0))
    elif "version" in state:
        if state["version"] != _VERSION:
            raise NoStateError(f"is a state of another version than {_VERSION}")
        if not isinstance(state.get("resources"), list) or "sops" in state:
            raise NoStateError("is encrypted, or no state")
        found = [item for resource in _objects(state.get("resources")) for item in _of_resource(resource)]
    else:
        raise NoStateError("is neither a state file nor what terraform show -json prints")
    if not found:
        raise NoStateError(f"has no {_OURS}, so nothing would be known by it")
    if any(not is_guid(item.id) for item in found):
        raise NoStateError("has a service connection whose ID is none")
    return found


def _in_module(module: dict[str, t.Any], depth: int) -> t.Iterator[Managed]:
    """What ``terraform show -json`` prints: addresses stand there whole."""
    if depth > _DEEPEST:
        raise NoStateError("is nested too deep")
    for resource in _objects(module.get("resources")):
        if resource.get("type") == _OURS and resource.get("mode", "managed") == "managed":
            yield Managed(_text(_object(resource.get("values")).get("id")).lower(), _text(resource.get("address")))
    for child in _objects(module.get("child_modules")):
        yield from _in_module(child, depth + 1)


def _of_resource(resource: dict[str, t.Any]) -> t.Iterator[Managed]:
    """What a state file has: the address is made of module, type, name and key, as Terraform writes it."""
    if str(resource.get("type")).startswith("ENC["):
        raise NoStateError("is encrypted")
    if resource.get("type") != _OURS or resource.get("mode", "managed") != "managed":
        return
    module = _text(resource.get("module"))
    base = ".".join(part for part in (module, _OURS, _text(resource.get("name"))) if part)
    for instance in _objects(resource.get("instances")):
        key = instance.get("index_key")
        index = (
            ""
            if key is None
            else f"[{key}]"
            if isinstance(key, int)
            else f"[{json.dumps(_text(key), ensure_ascii=False)}]"
        )
        yield Managed(_text(_object(instance.get("attributes")).get("id")).lower(), f"{base}{index}")


def _object(value: t.Any) -> dict[str, t.Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: t.Any) -> list[dict[str, t.Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _text(value: t.Any) -> str:
    return value if isinstance(value, str) else ""
