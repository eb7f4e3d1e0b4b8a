# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an answer may cost: bytes, seconds, pages."""

from __future__ import annotations

import gzip
import threading
import time
import typing as t
import zlib

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._errors import ServiceError
from ansible_collections.azdo.connections.plugins.module_utils._rest import limits
from ansible_collections.azdo.connections.plugins.module_utils._rest.limits import (
    DamagedError,
    Page,
    UnfitError,
    pages,
    read_body,
    within,
)

BODY = b'{"count": 2, "value": [{"name": "one"}, {"name": "two"}]}' * 50
MEGABYTE = 1024 * 1024


def packed_as_gzip(data: bytes) -> bytes:
    """The same at any time of the day."""
    return gzip.compress(data, mtime=0)


def cut(data: bytes, size: int) -> t.Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


# -- bytes -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("size", [1, 7, 1000, 10_000])
@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("", BODY),
        ("identity", BODY),
        ("gzip", packed_as_gzip(BODY)),
        (" GZIP ", packed_as_gzip(BODY)),
        ("x-gzip", packed_as_gzip(BODY)),
        ("deflate", zlib.compress(BODY)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_body_in_whatever_pieces_it_comes(encoding: str, packed: bytes, size: int) -> None:
    assert read_body(cut(packed, size), encoding) == BODY


@pytest.mark.parametrize("encoding", ["", "gzip", "deflate"])
def test_nothing_at_all(encoding: str) -> None:
    assert read_body([], encoding) == b""
    assert read_body([b""], encoding) == b""


def test_a_body_without_an_end_is_given_up() -> None:
    came = 0

    def for_ever() -> t.Iterator[bytes]:
        nonlocal came
        while True:
            came += 1
            yield b"x" * 1024

    with pytest.raises(UnfitError, match="larger than 1 MB"):
        read_body(for_ever(), "", MEGABYTE)
    assert came == 1025


def test_little_that_becomes_much_is_given_up_before_it_is_much() -> None:
    """One piece, of which a thousand times as much comes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = b"".join(packer.compress(b"\0" * MEGABYTE) for _number in range(64)) + packer.flush()
    assert len(packed) < MEGABYTE // 10
    steps = limits._unpacked([packed])
    assert max(len(next(steps)) for _number in range(20)) <= 256 * 1024
    with pytest.raises(UnfitError, match="larger than 3 MB"):
        read_body([packed], "gzip", 3 * MEGABYTE)


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "zstd", "chunked", "x" * 5000])
def test_what_was_not_asked_for_is_not_unpacked(encoding: str) -> None:
    with pytest.raises(UnfitError, match="not asked for") as caught:
        read_body([packed_as_gzip(packed_as_gzip(BODY))], encoding)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    "packed",
    [b"no gzip at all", packed_as_gzip(BODY)[:40], packed_as_gzip(BODY)[:-1] + b"x"],
    ids=["none", "half", "odd"],
)
def test_a_packed_body_that_is_damaged(packed: bytes) -> None:
    with pytest.raises(DamagedError):
        read_body(cut(packed, 10), "gzip")


def test_what_follows_the_packed_data_is_left_out() -> None:
    assert read_body([packed_as_gzip(BODY) + b"more", b"and more"], "gzip") == BODY


# -- seconds -----------------------------------------------------------------------------------------------------------
def test_what_ends_in_time_is_as_if_nobody_had_looked() -> None:
    assert within(60, lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        within(60, lambda: 1 // 0)


def test_what_does_not_end_is_given_up() -> None:
    end, begun = threading.Event(), time.monotonic()
    with pytest.raises(UnfitError, match="did not end within 0 seconds"):
        within(0.05, end.wait)
    assert time.monotonic() - begun < 30
    end.set()


# -- pages -------------------------------------------------------------------------------------------------------------
def items(*names: str) -> list[dict[str, t.Any]]:
    return [{"name": name} for name in names]


def test_page_after_page() -> None:
    book = {"": Page(items("a"), "2"), "2": Page([], "3"), "3": Page(items("b", "c"), "")}
    assert [item["name"] for page in pages(book.__getitem__, "The list") for item in page.items] == ["a", "b", "c"]


def test_who_has_seen_enough_asks_no_more() -> None:
    asked: list[str] = []

    def ask(mark: str) -> Page:
        asked.append(mark)
        return Page(items("a"), f"{mark}x")

    next(pages(ask, "The list"))
    assert asked == [""]


@pytest.mark.parametrize(
    ("ask", "why"),
    [
        (lambda mark: Page([], "1"), "the same page comes again"),
        (lambda mark: Page([], "2" if mark == "1" else "1"), "the same page comes again"),
        (lambda mark: Page([], f"{mark}x"), "more than 30 pages"),
        (lambda mark: Page([], f"{mark}x", 100 * MEGABYTE), "more than 256 MB"),
    ],
)
def test_a_list_without_an_end_is_none(ask: t.Callable[[str], Page], why: str) -> None:
    with pytest.raises(ServiceError, match=f"^The list does not come to an end: .*{why}"):
        list(pages(ask, "The list", 30))


def test_a_list_that_takes_for_ever_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter(range(0, 100_000, 500))
    monkeypatch.setattr(limits.time, "monotonic", lambda: float(next(now)))  # type: ignore[attr-defined]
    with pytest.raises(ServiceError, match="took more than 900 seconds"):
        list(pages(lambda mark: Page([], f"{mark}x"), "The list"))
