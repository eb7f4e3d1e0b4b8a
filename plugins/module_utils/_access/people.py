# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which person or group of an organization is meant by a name, a mail address, a descriptor or an id.

PRIVATE to the collection. Nothing is guessed: of two people with one name neither is taken.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._access.wishes import Holder
from ansible_collections.azdo.connections.plugins.module_utils._errors import NotPermittedError, OptionError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json
from ansible_collections.azdo.connections.plugins.module_utils._model.identifiers import is_guid
from ansible_collections.azdo.connections.plugins.module_utils._model.reading import Fields, read_strictly
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_access import AzureAccess

# What the Graph of Azure DevOps calls somebody (aad., msa., vssgp., svc., ...), and what older parts do (kind;identifier).
_SUBJECT = re.compile(r"[a-z]{2,10}\.[A-Za-z0-9_-]{20,}")
_LEGACY = re.compile(r"[A-Za-z.]+;.+")
_ADD = "Who was never in this organization has to be added to it first. A group is called as its page says: [Project]\\Name, or [organization]\\Name."


class People:
    """The people and groups of an organization by what they are called; each is asked for once."""

    def __init__(self, access: AzureAccess) -> None:
        self._access = access
        self._known: dict[str, Holder] = {}

    def holder(self, option: str, who: str) -> Holder:
        """:raises OptionError: it is nobody, or several, or it cannot be looked up."""
        key = who.casefold()
        if key not in self._known:
            self._known[key] = self._find(option, who)
        return self._known[key]

    def _find(self, option: str, who: str) -> Holder:
        try:
            found = self._asked(who)
        except NotPermittedError as error:
            if is_guid(who):
                # It is used as it is; the service says whether it is somebody.
                return Holder(who.lower(), who)
            raise OptionError(
                f"{option} has {who!r}, and this caller may not look up people and groups: {error.message}",
                remedy="Give the id of the identity, or a sign-in that may read identities (scope vso.identity).",
            ) from error
        if len(found) == 1:
            return found[0]
        if found:
            raise OptionError(
                f"{option} has {who!r}, which is what {len(found)} people or groups are called: {', '.join(map(_told, found))}.",
                remedy="Give the mail address, the descriptor or the id of the one that is meant.",
            )
        raise OptionError(f"{option} has {who!r}, which this organization knows nobody by.", remedy=_ADD)

    def _asked(self, who: str) -> list[Holder]:
        if is_guid(who):
            return self._read({"identityIds": who}, lambda item: True)
        if _SUBJECT.fullmatch(who):
            return self._read({"subjectDescriptors": who}, lambda item: True)
        if _LEGACY.fullmatch(who):
            return self._read({"descriptors": who}, lambda item: True)
        wanted = who.casefold()
        found = self._read({"searchFilter": "General", "filterValue": who}, lambda item: wanted in _called(item))
        if not found and "@" in who:
            # Who signs in by another name than the mail address.
            found = self._read(
                {"searchFilter": "MailAddress", "filterValue": who}, lambda item: wanted in _called(item)
            )
        return found

    def _read(self, asked: t.Mapping[str, str], wanted: t.Callable[[Json], bool]) -> list[Holder]:
        items = [item for item in self._access.identities(**asked) if item.get("id") and wanted(item)]
        # Somebody who has left may still be known by the same name.
        active = [item for item in items if item.get("isActive") is not False] or items
        return list({holder.id: holder for holder in map(_holder, active)}.values())


def _holder(item: Json) -> Holder:
    def read(fields: Fields) -> Holder:
        id_ = fields.text("id")
        name = fields.text("providerDisplayName") or fields.text("customDisplayName")
        return Holder(id_.lower(), name or id_, next(iter(sorted(_of_directory(item))), ""))

    return read_strictly("a person or a group", item, read)


def _told(holder: Holder) -> str:
    """What tells namesakes apart."""
    return f"{holder.name} ({', '.join(filter(None, (holder.called, holder.id)))})"


def _called(item: Json) -> set[str]:
    """Everything that somebody is called by the directory, in lower case. What people call themselves proves nothing, so it does not count."""
    name = item.get("providerDisplayName")
    return {text.casefold() for text in (*([name] if isinstance(name, str) else []), *_of_directory(item))}


def _of_directory(item: Json) -> set[str]:
    """Account and mail address."""
    properties = item.get("properties")
    values = [properties.get(name) for name in ("Account", "Mail")] if isinstance(properties, dict) else []
    found = [value.get("$value") for value in values if isinstance(value, dict)]
    return {text for text in found if isinstance(text, str) and text}
