# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON of strangers: one odd field costs one field."""

from __future__ import annotations

import json
import math
import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._rest.json_text import DEEPEST, parse

DEEP = '{"a":' * 400 + "1" + "}" * 400
VERY_DEEP = "[" * 200_000 + "]" * 200_000


def depth(value: t.Any) -> int:
    found = 0
    level = [value]
    while level := [inner for item in level if isinstance(item, dict | list) for inner in _inner(item)]:
        found += 1
    return found


def _inner(item: t.Any) -> t.Any:
    return item.values() if isinstance(item, dict) else item


@pytest.mark.parametrize(
    ("body", "data"),
    [
        (b"", None),
        (b"  \r\n", None),
        (b"null", None),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        ('{"a": "ü"}'.encode(), {"a": "ü"}),
        (b'[1, -2, 1.5, 1e3, true, "x"]', [1, -2, 1.5, 1000.0, True, "x"]),
        (b'{"n": 1234567890123456789012345678901234567890}', {"n": 1234567890123456789012345678901234567890}),
    ],
)
def test_what_services_write(body: bytes, data: t.Any) -> None:
    assert parse(body) == data


@pytest.mark.parametrize(
    "body", [b'{"half": ', b"\xff\xfe{}", b"}{", b"[" * 100_000, b'"' * 3, b'["' + b"\\" * 99], ids=range(6)
)
def test_no_json(body: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse(body)


@pytest.mark.parametrize(
    "number",
    ["9" * 5000, "-" + "9" * 5000, "NaN", "Infinity", "-Infinity", "1e999", "1e-9e"],
    ids=lambda text: text[:9],
)
def test_a_number_that_is_none_is_not_a_number(number: str) -> None:
    if number == "1e-9e":
        with pytest.raises(ValueError, match=r".+"):
            parse(f"[{number}]".encode())
        return
    (found,) = parse(f"[{number}]".encode())
    assert math.isnan(found)


@pytest.mark.parametrize("deep", [DEEP, VERY_DEEP], ids=["deep", "very deep"])
def test_what_is_nested_too_deep_costs_only_itself(deep: str) -> None:
    body = f'{{"value": [{{"id": "1", "data": {deep}}}, {{"id": "2", "data": {{"text": "[{{"}}}}]}}'
    found = parse(body.encode())
    assert [item["id"] for item in found["value"]] == ["1", "2"]
    assert found["value"][1]["data"] == {"text": "[{"}
    assert depth(found) <= DEEPEST + 1
    assert "NaN" in json.dumps(found)


def test_what_is_just_not_too_deep_stays() -> None:
    body = "[" * DEEPEST + "]" * DEEPEST
    assert json.dumps(parse(body.encode())) == body
    assert "NaN" in json.dumps(parse(f"[{body}]".encode()))


def test_brackets_and_quotes_in_texts_are_text() -> None:
    odd = 'a\\"]}[{\\\\'
    body = f'{{"x": {"[" * 100}"{odd}"{"]" * 100}, "y": "{odd}"}}'
    assert parse(body.encode())["y"] == 'a"]}[{\\'


def test_half_a_character_stays_as_it_is() -> None:
    """A body goes back as it came; who reads a field sees that it is no text."""
    found = parse(b'{"name": "a\\ud800b"}')
    assert json.dumps(found) == '{"name": "a\\ud800b"}'
