# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Between the JSON of Azure DevOps and the code that relies on it: texts that may be part of an address, lists, objects and projects.

PRIVATE to the collection, and pure. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t
from urllib.parse import quote

from ansible_collections.azdo.connections.plugins.module_utils._errors import ServiceError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json, Project
from ansible_collections.azdo.connections.plugins.module_utils._model.reading import is_sound_text, mended
from ansible_collections.azdo.connections.plugins.module_utils._rest.responses import Response

_REPORT = "Check organization_url and the proxy settings; if they are right, please report it with the output of -vvv."


def segment(text: str) -> str:
    """A name or id as one segment of a path: everything is encoded, spaces as %20 (1).

    :raises ServiceError: it is empty, which would ask for something else, or no text that can be sent.
    """
    try:
        quoted = quote(text, safe="")
    except UnicodeEncodeError:
        quoted = ""
    if not quoted:
        raise ServiceError("There is a name or an id that is empty or cannot be sent.", status=200, remedy=_REPORT)
    return quoted


def items_of(answer: Response, *, odd: bool = False) -> list[Json]:
    """The items of a ``{count, value}`` answer.

    :param odd: items that are no objects are empty ones, for readers who count what they cannot read; else the whole list is none.
    """
    data = answer.data
    if not isinstance(data, dict) or not isinstance(data.get("value"), list):
        raise unknown_shape("a list")
    items = data["value"]
    if not odd and not all(isinstance(item, dict) for item in items):
        raise unknown_shape("a list, in one of its items,")
    return [item if isinstance(item, dict) else {} for item in items]


def _written(value: t.Any) -> str:
    """A text that can be written; empty for anything else."""
    good = isinstance(value, str) and value.encode("utf-8", "replace").decode("utf-8") == value
    return value if good else ""


def object_of(answer: Response) -> Json:
    if not isinstance(answer.data, dict):
        raise unknown_shape("an object")
    return answer.data


def unknown_shape(what: str) -> ServiceError:
    """The error of an answer that is good JSON and not what it should be."""
    return ServiceError(f"The service answered {what} in an unknown shape.", status=200, remedy=_REPORT)


def project_of(data: t.Any) -> Project:
    """A project without an id is one whose connections cannot be read, and says so when they are; one without a name is called by its id."""
    data = data if isinstance(data, dict) else {}
    identifier, name = (_written(data.get(key)) for key in ("id", "name"))
    return Project(
        id=identifier,
        name=name or identifier or "(a project without an id)",
        state=_shown(data.get("state"), "wellFormed"),
        visibility=_shown(data.get("visibility"), "private"),
        description=_shown(data.get("description"), ""),
    )


def _shown(value: t.Any, absent: str) -> str:
    """A text that only people read: what cannot be written down in it is replaced, and what is no text at all is ``unknown``."""
    if value is None or value == "":
        return absent
    if not isinstance(value, str):
        return "unknown"
    return value if is_sound_text(value) else mended(value)
