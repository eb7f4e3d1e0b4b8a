# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values in the forms that people have: ids of Azure where the last part is meant, blanks around, and what a template made of nothing.

PRIVATE to the collection, and pure. Nothing is guessed: what can mean two things is refused.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError
from ansible_collections.azdo.connections.plugins.module_utils._model.identifiers import is_guid, same
from ansible_collections.azdo.connections.plugins.module_utils._model.name_patterns import says_nothing

_WHERE_FROM = "Check the variable that it comes from"
_SUBSCRIPTION = r"/subscriptions/(?P<subscription_id>[^/]+)"
_GROUP = rf"{_SUBSCRIPTION}/resourceGroups/(?P<resource_group>[^/]+)"
# The parts of a scope that the Azure portal and its tools show as a resource id.
_IDS = {
    "subscription_id": _SUBSCRIPTION,
    "resource_group": _GROUP,
    "management_group_id": r"/providers/Microsoft\.Management/managementGroups/(?P<management_group_id>[^/]+)",
    "ml_workspace_name": rf"{_GROUP}/providers/Microsoft\.MachineLearningServices/workspaces/(?P<ml_workspace_name>[^/]+)",
}
_SCOPE_ID = re.compile(r"(/[^/\s][^/]*/[^/\s][^/]*)+")


def refuse_nothing(option: str, value: str | None, instead: str = "") -> None:
    """What came out empty is not "all", and not "the default" either.

    :param instead: what to do for somebody who means that. :raises OptionError: there is nothing in it.
    """
    if value is None or (value.strip() and not says_nothing(value)):
        return
    said = (
        f"is {value.strip()!r}, which is what a template makes of a variable without a value"
        if value.strip()
        else "is empty"
    )
    raise OptionError(f"{option} {said}.", remedy=f"{_WHERE_FROM}{f', or {instead}' if instead else ''}.")


def refuse_lines(option: str, value: str | None) -> None:
    """:raises OptionError: a name has a line break or a tab, as what was read from a file or a command has."""
    if value is not None and any(character.isspace() and character != " " for character in value):
        raise OptionError(
            f"{option} has a line break or a tab in it.", remedy="Take it off, for example with the filter trim."
        )


def guid(option: str, value: str | None) -> str | None:
    """An id, with blanks and braces around it taken away. :raises OptionError: it is none."""
    if value is None:
        return None
    refuse_nothing(option, value)
    found = value.strip().removeprefix("{").removesuffix("}")
    if not is_guid(found):
        raise OptionError(f"{option} is {value!r}, which is not a GUID.", remedy="Give the id, not the name.")
    return found


def scope(given: t.Mapping[str, str]) -> dict[str, str]:
    """The parts of ``scope`` that were set, each as Azure DevOps has it.

    A resource id gives its last part, and what it says beside that must be what the other parts say.

    :raises OptionError: a part is empty, contradicts another, or is the id of something else.
    """
    found: dict[str, str] = {}
    for part, value in given.items():
        refuse_nothing(f"scope.{part}", value, "leave it out: empty does not mean everything")
        told = _told_by(part, value.strip()) if part in _IDS else {part: value}
        for name, text in told.items():
            other = given.get(name, text)
            if name != part and not same(_last(other), text):
                raise OptionError(
                    f"scope.{part} is {value!r}, but scope.{name} is {other!r}.", remedy="Give both of the same place."
                )
            found.setdefault(name, text)
    if "subscription_id" in found:
        found["subscription_id"] = str(guid("scope.subscription_id", found["subscription_id"]))
    return found


def _told_by(part: str, value: str) -> dict[str, str]:
    """What a part says: itself, and the places that the resource id names on the way to it."""
    if "/" not in value:
        return {part: value}
    match = re.fullmatch(f"{_IDS[part]}/?", value, re.IGNORECASE)
    if match is None:
        shape = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", _IDS[part]).replace("\\", "")
        raise OptionError(
            f"scope.{part} is {value!r}, which is the id of something else.",
            remedy=f"Give the short form, or an id like {shape}.",
        )
    return match.groupdict()


def _last(value: str) -> str:
    return value.strip().rstrip("/").rpartition("/")[2]


def azure_scope(option: str, value: str | None) -> str | None:
    """The scope of a role assignment, whole: one part that is missing would make it another place.

    :raises OptionError: it is none.
    """
    refuse_nothing(option, value, "leave it out for the scope of the connection")
    if value is None:
        return None
    found = value.strip()
    if not _SCOPE_ID.fullmatch(found.removesuffix("/") if found.count("/") % 2 else found):
        raise OptionError(
            f"{option} is {value!r}, which is not a scope.",
            remedy="It is the id of a subscription, resource group, management group or resource, starts with a slash, and has no part that is empty.",
        )
    return found
