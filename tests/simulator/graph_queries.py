# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every list of Microsoft Graph takes: `$filter`, `$select`, `$top`, and the pages that it comes in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlencode

from .calls import Call
from .errors import AzureFailure
from .replies import Reply, answer

Item = TypeVar("Item")
Field = Callable[[Item], "str | list[str]"]
_TEXT = r"'(?P<{0}>(?:[^']|'')*)'"
_CLAUSE = re.compile(
    rf"\s*(?:(?P<name>\w+)\s+eq\s+{_TEXT.format('value')}"
    rf"|(?P<list>\w+)/any\(\s*(?P<each>\w+)\s*:\s*(?P=each)\s+eq\s+{_TEXT.format('one')}\s*\))\s*(?P<then>and\b|or\b|$)",
    re.IGNORECASE,
)
_PAGE = 100  # documented: Graph, paging


def failure(status: int, code: str, message: str) -> AzureFailure:
    return AzureFailure(status, code, message, graph=True)


def not_found(what: str) -> AzureFailure:
    return failure(  # observed: 8.2
        404,
        "Request_ResourceNotFound",
        f"Resource '{what}' does not exist or one of its queried reference-property objects are not present.",
    )


def filtered(call: Call, items: list[Item], fields: Mapping[str, Field[Item]]) -> list[Item]:
    """What `$filter` leaves of these: `name eq 'text'` and `names/any(n:n eq 'text')`, joined by `and` and `or`.

    Anything else is refused, so that nobody takes a list for filtered that is not. Texts are compared without regard to case.
    """  # assumed: 8.2 (the case)
    asked = call.ask("$filter")
    if not asked:
        return items
    choices = _parse(asked, {name.lower() for name in fields})
    readers = {name.lower(): reader for name, reader in fields.items()}

    def matches(item: Item) -> bool:
        return any(all(_holds(readers[name](item), value) for name, value in clauses) for clauses in choices)

    return [item for item in items if matches(item)]


def _holds(actual: str | list[str], wanted: str) -> bool:
    return wanted.lower() in [text.lower() for text in ([actual] if isinstance(actual, str) else actual)]


def _parse(asked: str, known: set[str]) -> list[list[tuple[str, str]]]:
    """As a choice of lists of (name in lower case, text): `and` binds closer than `or`."""
    choices: list[list[tuple[str, str]]] = [[]]
    place, joint = 0, "and"
    while joint:
        found = _CLAUSE.match(asked, place)
        name = ((found["name"] or found["list"]) if found else asked).lower()
        if found is None or name not in known:
            message = f"Unsupported or invalid query filter clause specified for property '{name}'."
            raise failure(400, "Request_UnsupportedQuery", message)  # assumed: 8.2
        text = found["value"] if found["name"] else found["one"]
        choices[-1].append((name, text.replace("''", "'")))
        place, joint = found.end(), found["then"].lower()
        if joint == "or":
            choices.append([])
    return choices


def selected(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    wanted = call.ask_list("$select")
    return {key: value for key, value in body.items() if key in wanted} if wanted else body


def page(call: Call, found: list[dict[str, Any]]) -> Reply:
    """100 at a time unless `$top` says else."""  # documented: Graph, paging
    size, start = call.ask_number("$top", _PAGE), call.ask_number("$skiptoken", 0)
    body: dict[str, Any] = {"value": found[start : start + size]}
    if size and start + size < len(found):
        query = {key: value for key, value in call.query.items() if key.lower() != "$skiptoken"}
        query["$skiptoken"] = str(start + size)
        body["@odata.nextLink"] = f"{call.site.base_url}{call.path}?{urlencode(query)}"
    return answer(body)
