# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft's OpenAPI 2.0 files as strict JSON schemas: unknown fields, wrong types and wrong formats are errors."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Container, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema

FILES = {
    "7.1": ("serviceEndpoint-7.1", "core-7.1", "pipelinePermissions-7.1", "pipelinesChecks-7.1"),
    "7.2": ("serviceEndpoint-7.2",),
}
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?(Z|[+-]\d\d:\d\d)?")


@dataclass(frozen=True)
class Operation:
    id: str
    method: str
    path: re.Pattern[str]
    status: int
    schema: dict[str, Any] | None
    """None when the answer has no body."""
    definitions: dict[str, Any]
    needs: frozenset[str]
    """Query parameters without which the request is another one."""

    def describes(self, method: str, path: str, query: Container[str]) -> bool:
        return self.method == method and bool(self.path.fullmatch(path)) and all(name in query for name in self.needs)


def operations(folder: Path, version: str) -> list[Operation]:
    """All operations that the files of this API version describe; those that need more of the query come first."""
    found = []
    for name in FILES[version]:
        document = json.loads((folder / f"{name}.json").read_text(encoding="utf-8-sig"))
        definitions = {key: _strict(value, document["definitions"]) for key, value in document["definitions"].items()}
        for path, method, operation in entries(document):
            answer = operation["responses"]["200"]
            schema = _strict(answer["schema"], document["definitions"]) if "schema" in answer else None
            needs = frozenset(
                item["name"]
                for item in operation.get("parameters", [])
                if item.get("in") == "query" and item.get("required") and item["name"] != "api-version"
            )
            operation_id = operation["operationId"]
            found.append(Operation(operation_id, method.upper(), _pattern(path), 200, schema, definitions, needs))
    return sorted(found, key=lambda item: -len(item.needs))


def entries(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, method and description of every operation. `x-ms-paths` has those that differ from another one by their query alone."""
    for key in ("paths", "x-ms-paths"):
        for path, methods in document.get(key, {}).items():
            for method, operation in methods.items():
                if method != "parameters":
                    yield path.partition("?")[0], method, operation


def _pattern(path: str) -> re.Pattern[str]:
    parts = (("[^/]+" if part.startswith("{") else re.escape(part)) for part in path.strip("/").split("/"))
    return re.compile("/" + "/".join(parts) + "/?", re.IGNORECASE)


def _strict(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """The same schema with inheritance flattened and objects closed."""
    if "$ref" in schema:
        return {"$ref": schema["$ref"].replace("#/definitions/", "#/$defs/")}
    if schema.get("type") == "array":
        return {"type": "array", "items": _strict(schema["items"], definitions)}
    extra = schema.get("additionalProperties")
    if isinstance(extra, dict):
        return {"type": "object", "additionalProperties": _strict(extra, definitions)}
    properties = _properties(schema, definitions)
    if properties:
        return {
            "type": "object",
            "properties": {key: _strict(value, definitions) for key, value in properties.items()},
            "additionalProperties": False,
        }
    return {key: value for key, value in schema.items() if key in ("type", "format", "enum")}


def _properties(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for base in schema.get("allOf", []):
        parent = definitions[base["$ref"].rpartition("/")[2]] if "$ref" in base else base
        found.update(_properties(parent, definitions))
    found.update(schema.get("properties", {}))
    return found


def _formats() -> jsonschema.FormatChecker:
    checker = jsonschema.FormatChecker(formats=())

    @checker.checks("uuid", raises=ValueError)
    def is_uuid(value: object) -> bool:
        return not isinstance(value, str) or bool(uuid.UUID(value))

    @checker.checks("date-time")
    def is_date_time(value: object) -> bool:
        return not isinstance(value, str) or _DATE_TIME.fullmatch(value) is not None

    return checker


_FORMATS = _formats()


def deviations(schema: dict[str, Any], definitions: dict[str, Any], body: Any) -> Iterator[str]:
    """`/data/x type null`, `/isDisabled additional`: where and how the body differs from the schema."""
    full = {**schema, "$defs": definitions}
    validator = jsonschema.Draft202012Validator(full, format_checker=_FORMATS)
    for error in validator.iter_errors(body):
        where = "/" + "/".join("*" if isinstance(part, int) else str(part) for part in error.absolute_path)
        if error.validator == "additionalProperties":
            known = error.schema.get("properties", {})
            for name in sorted(set(error.instance) - set(known)):
                yield f"{where.rstrip('/')}/{name} additional"
        elif error.validator == "type":
            yield f"{where} type {_kind(error.instance)}"
        else:
            yield f"{where} {error.validator} {error.instance!r}"


def _kind(value: object) -> str:
    names = {type(None): "null", bool: "boolean", int: "integer", float: "number", str: "string", list: "array"}
    return names.get(type(value), "object")
