# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an answer may cost: bytes, seconds and pages. Nobody has to trust who sends it.

PRIVATE to the collection. Bodies are unpacked here and not by urllib3, which unpacks a whole piece at once, however much comes of it.
"""

from __future__ import annotations

import queue
import threading
import time
import typing as t
import zlib
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._errors import ServiceError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json

# Five thousand connections in one list are about 10 MB; an answer of more than this is none that the services give.
LARGEST_BYTES = 64 * 1024 * 1024
_STEP_BYTES = 256 * 1024
# Both gzip and zlib, told by their first bytes.
_ANY_HEADER = 47
_ASK_EVERY_SECONDS = 0.2
# A list may be long, but no list of the services is longer than this, and none is worth waiting longer for.
MOST_PAGES = 500
_LARGEST_LIST_BYTES = 256 * 1024 * 1024
_LONGEST_LIST_SECONDS = 900.0

Done = t.TypeVar("Done")


# -- bytes -------------------------------------------------------------------------------------------------------------
class UnfitError(Exception):
    """An answer that no service gives: too large, too slow, packed in a way that was not asked for. Another try would end the same."""


class DamagedError(Exception):
    """A body that was damaged on its way."""


def read_body(pieces: t.Iterable[bytes], encoding: str, largest: int | None = None) -> bytes:
    """All of the body, unpacked.

    :param pieces: as they come from the wire. :param encoding: the header ``Content-Encoding``. :param largest: bytes; :data:`LARGEST_BYTES` if None.
    :raises UnfitError: it is larger than that, or packed twice or in an unknown way. :raises DamagedError: it cannot be unpacked.
    """
    largest = LARGEST_BYTES if largest is None else largest
    kind = encoding.strip().lower()
    if kind in ("", "identity"):
        unpacked = iter(pieces)
    elif kind in ("gzip", "x-gzip", "deflate"):
        unpacked = _unpacked(pieces)
    else:
        raise UnfitError(f"its answer is packed as {kind[:40]!r}, which was not asked for")
    body = bytearray()
    for piece in unpacked:
        body += piece
        if len(body) > largest:
            raise UnfitError(f"its answer is larger than {largest // (1024 * 1024)} MB")
    return bytes(body)


def _unpacked(pieces: t.Iterable[bytes]) -> t.Iterator[bytes]:
    """Small steps of what comes out; what follows the end of the packed data is left out."""
    unpacker = zlib.decompressobj(_ANY_HEADER)
    came = False
    try:
        for piece in pieces:
            came = came or bool(piece)
            rest = piece
            while rest and not unpacker.eof:
                yield unpacker.decompress(rest, _STEP_BYTES)
                rest = unpacker.unconsumed_tail
            while not unpacker.eof and (more := unpacker.decompress(b"", _STEP_BYTES)):
                yield more
    except zlib.error as error:
        raise DamagedError(f"its packed answer is damaged ({error})") from None
    if came and not unpacker.eof:
        raise DamagedError("its packed answer was cut short")


# -- seconds -------------------------------------------------------------------------------------------------------------
def within(seconds: float, work: t.Callable[[], Done]) -> Done:
    """What ``work`` returns or raises, if that takes no longer.

    It runs in a daemon thread of its own, because nothing else ends a name that is not resolved, a handshake, headers or a body of which one byte comes
    now and then. A thread that is late is left alone: it ends with its connection, and nobody waits for it.

    :raises UnfitError: it takes longer.
    """
    finished: queue.SimpleQueue[tuple[Done | BaseException, bool]] = queue.SimpleQueue()

    def run() -> None:
        try:
            finished.put((work(), True))
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            finished.put((error, False))

    threading.Thread(target=run, name="azdo-request", daemon=True).start()
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        try:
            # In pieces: a signal that comes just before a long wait is heard only after it.
            done, good = finished.get(timeout=min(left, _ASK_EVERY_SECONDS))
        except queue.Empty:
            continue
        if good:
            return t.cast(Done, done)
        raise t.cast(BaseException, done)
    raise UnfitError(f"its answer did not end within {seconds:.0f} seconds")


# -- pages -------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Page:
    """``mark`` is what the next page is asked for with, an empty text at the end of the list; ``size`` the bytes of the answer."""

    items: list[Json]
    mark: str
    size: int = 0


def pages(ask: t.Callable[[str], Page], what: str, most: int | None = None) -> t.Iterator[Page]:
    """Page after page of a list. Whoever has seen enough stops asking.

    :param ask: gives the page of a mark, the first one for an empty text. :param what: the list in words, at the beginning of a sentence.
    :param most: pages; :data:`MOST_PAGES` if None.
    :raises ServiceError: it does not come to an end. A part of a list must not pass for the whole.
    """
    most = MOST_PAGES if most is None else most
    seen: set[str] = set()
    mark, size, end = "", 0, time.monotonic() + _LONGEST_LIST_SECONDS
    for _number in range(most):
        page = ask(mark)
        yield page
        if not page.mark:
            return
        mark, size = page.mark, size + page.size
        if mark in seen:
            raise _endless(what, "the same page comes again")
        if size > _LARGEST_LIST_BYTES:
            raise _endless(what, f"more than {_LARGEST_LIST_BYTES // (1024 * 1024)} MB have come")
        if time.monotonic() > end:
            raise _endless(what, f"it took more than {_LONGEST_LIST_SECONDS:.0f} seconds")
        seen.add(mark)
    raise _endless(what, f"it has more than {most} pages")


def _endless(what: str, why: str) -> ServiceError:
    return ServiceError(
        f"{what} does not come to an end: {why}.",
        status=200,
        remedy="Run it again later; if it stays so, report it to who runs the service.",
    )
