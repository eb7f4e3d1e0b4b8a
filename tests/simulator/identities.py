# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Identities: people, service principals and groups, looked up by name or by one of their ids.

In the cloud they are on a host of their own (vssps.dev.azure.com/{organization}), here they are below the organization.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from .access import need_right
from .caller import Caller
from .calls import Call
from .errors import argument
from .replies import Reply, collection


def read_identities(call: Call) -> Reply:
    """?descriptors=, ?identityIds= or ?subjectDescriptors=, with commas, or ?searchFilter=&filterValue=; &queryMembership="""  # documented: IMS
    need_right(call, "reads_identities", "View identities")
    for parameter, key in _KEYS.items():
        if call.ask(parameter):
            known = {key(item).lower(): item for item in _members(call)}
            found = [known.get(wanted.lower()) for wanted in call.ask_list(parameter)]
            return collection([item and _render(call, item) for item in found])  # assumed: null for what there is not
    return collection([_render(call, item) for item in _search(call)])


_KEYS: dict[str, Callable[[Caller], str]] = {
    "descriptors": lambda item: item.descriptor,
    "identityIds": lambda item: item.id,
    "subjectDescriptors": lambda item: item.subject_descriptor,
}
"""Where several are asked for, the first counts."""  # assumed: IMS


def _search(call: Call) -> list[Caller]:
    """Names are whole, in any case; several may have the same one."""  # assumed: IMS
    asked, value = (call.ask("searchFilter") or "").lower(), (call.ask("filterValue") or "").lower()
    names = _NAMES.get(asked)
    if names is None or not value:
        raise argument("Value cannot be null. Parameter name: searchFilter, filterValue")  # assumed: IMS
    return [item for item in _members(call) if value in {name.lower() for name in names(item) if name}]


def _accounts(item: Caller) -> tuple[str, ...]:
    return (item.account, f"{item.tenant_id}\\{item.account}")


def _general(item: Caller) -> tuple[str, ...]:
    return (item.display_name, item.account, item.unique_name, item.mail)


def _group_names(item: Caller) -> tuple[str, ...]:
    return (item.display_name, item.account) if item.kind == "group" else ()


_NAMES: dict[
    str, Callable[[Caller], tuple[str, ...]]
] = {  # documented: IMS (names of the filters and what they compare)
    "accountname": _accounts,
    "displayname": lambda item: (item.display_name,),
    "mailaddress": lambda item: (item.mail,),
    "general": _general,
    "localgroupname": _group_names,  # assumed: IMS (a group is found without its place, too)
}


def _members(call: Call) -> list[Caller]:
    """Whom the organization knows."""  # assumed: IMS
    return [item for item in call.world.callers.values() if item.member and item.kind != "anonymous"]


def _render(call: Call, item: Caller) -> dict[str, Any]:
    """The shape is documented, which properties there are is assumed."""  # documented: IMS
    group, direct = item.kind == "group", (call.ask("queryMembership") or "").lower() == "direct"
    everybody = _members(call) if direct else []
    account = {"Account": item.account, "Mail": item.mail, "Description": ""}
    place = {"ScopeName": item.display_name[1:].partition("]")[0]} if group else {"Domain": item.tenant_id}
    return {
        "id": item.id,
        "descriptor": item.descriptor,
        "subjectDescriptor": item.subject_descriptor,
        "providerDisplayName": item.display_name,
        "isActive": True,
        "isContainer": group,
        "members": _descriptors(other for other in everybody if other.id in item.members),
        "memberOf": _descriptors(other for other in everybody if item.id in other.members),
        "properties": _properties({"SchemaClassName": "Group" if group else "User", **account, **place}),
        "resourceVersion": 2,
        "metaTypeId": 0 if item.is_user else 255,  # assumed: IMS
    }


def _descriptors(found: Iterable[Caller]) -> list[str]:
    return [item.descriptor for item in found]


def _properties(found: dict[str, str]) -> dict[str, Any]:
    return {name: {"$type": "System.String", "$value": value} for name, value in found.items()}
