# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every answer of a broad exercise is what Microsoft's OpenAPI says, or a deviation that the overlay names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import requests

from contract import exercise, openapi, overlay
from simulator import Simulator
from simulator.operations import table
from simulator.rest import Rest

pytestmark = pytest.mark.contract

ENVELOPE = {  # fact sheet 9.4
    "type": "object",
    "required": ["$id", "innerException", "message", "typeName", "typeKey", "errorCode", "eventId"],
    "properties": {
        "$id": {"type": "string"},
        "innerException": {"type": "null"},
        "message": {"type": "string", "minLength": 1},
        "typeName": {"type": "string", "pattern": "^[A-Za-z.]+, [A-Za-z.]+$"},
        "typeKey": {"type": "string", "minLength": 1},
        "errorCode": {"type": "integer"},
        "eventId": {"type": "integer"},
        "customProperties": {"type": "object"},
    },
    "additionalProperties": False,
}


@dataclass
class Findings:
    """What the exercise of one API version gave."""

    wrong: list[str] = field(default_factory=list)
    templates: set[str] = field(default_factory=set)
    answers: int = 0


def check(answer: requests.Response, known: list[openapi.Operation], lines: list[overlay.Line]) -> Iterator[str]:
    """The deviations of one answer that no line covers."""
    parts = urlsplit(answer.request.url or "")
    method, path = answer.request.method or "", unquote(parts.path)
    body = json.loads(answer.content.decode("utf-8-sig")) if answer.content else None
    operation = next((item for item in known if item.describes(method, path, parse_qs(parts.query))), None)
    if operation is None:
        route = f"route {method} {general(path)}"
        line = overlay.use(lines, route)
        if line is None:
            yield f"{route}: not described"
            return
        operation = next((item for item in known if item.id == line.like), None)
        if operation is None:
            return
    for item in _compare(answer, body, operation, lines):
        if overlay.use(lines, f"{operation.id} {item}") is None:
            yield f"{operation.id} {item}"


def _compare(
    answer: requests.Response, body: Any, operation: openapi.Operation, lines: list[overlay.Line]
) -> Iterator[str]:
    schema, definitions = operation.schema, operation.definitions
    if answer.status_code >= 400:
        yield from openapi.deviations(ENVELOPE, {}, body)
        return
    if answer.status_code != 200:
        yield f"status {answer.status_code}"
    if schema is None:
        if body is not None:
            yield "body without description"
        return
    if schema.get("type") == "array" and isinstance(body, dict):
        right = next((item for item in lines if item.deviation == f"{operation.id} schema"), None)
        if right is not None and right.like:
            right.used += 1
            yield from openapi.deviations(definitions[right.like], definitions, body)
            return
        yield "envelope"
        body = body.get("value") if set(body) == {"count", "value"} else body
    yield from openapi.deviations(schema, definitions, body)


def general(path: str) -> str:
    """/contoso/Payments/_apis/x/<guid> as /{org}/{project}/_apis/x/{id}."""
    head, _separator, tail = path.partition("/_apis")
    start = "/".join(["", *("{org}", "{project}")[: head.count("/")]])
    tail = re.sub(r"/[0-9a-f]{8}-[0-9a-f-]{27}", "/{id}", tail)
    return f"{start}/_apis{tail}"


@pytest.fixture(scope="module")
def lines() -> list[overlay.Line]:
    return overlay.load()


@pytest.fixture(scope="module")
def findings(contracts: Path, lines: list[overlay.Line]) -> dict[str, Findings]:
    found: dict[str, Findings] = {}
    for version, asked in (("7.1", "7.1"), ("7.2", "7.2-preview.4")):
        known = openapi.operations(contracts, version)
        result = found.setdefault(version, Findings())
        with Simulator(exercise.fleet()) as simulator:
            rest = Rest(simulator, version=asked)

            def look(answer: requests.Response, *_args: object, **_more: object) -> None:
                result.answers += 1  # noqa: B023
                result.wrong.extend(check(answer, known, lines))  # noqa: B023

            rest.session.hooks["response"].append(look)
            exercise.run(simulator, rest)
            result.templates = {item.operation or "unknown" for item in simulator.requests}
    return found


@pytest.mark.parametrize("version", ["7.1", "7.2"])
def test_every_answer_is_as_described(findings: dict[str, Findings], version: str) -> None:
    assert findings[version].answers > 100
    assert sorted(set(findings[version].wrong)) == []


def test_the_exercise_knows_every_route(findings: dict[str, Findings]) -> None:
    served = {item.template for item in table().operations if item.service == "azure_devops"}
    assert served - findings["7.1"].templates == set()


def test_every_line_of_the_overlay_is_needed(findings: dict[str, Findings], lines: list[overlay.Line]) -> None:
    assert findings
    assert [line.deviation for line in lines if not line.used] == []
