# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal: what a task is about to send and what became of it, one JSON object a line, so that a run that was killed can be taken up again.

PRIVATE to the collection, and the only file that writes to the controller's disk. A line holds ids, schemes and hashes, never a body. The line about a
request is on the disk before the request goes out. Many tasks may share a journal on a local file system: lines are appended whole, under a lock.

Lines: ``sent`` before a request (``operation``: ``move``, ``rollback`` or ``credential``), ``answered`` after it (``result``: ``accepted``, ``refused``,
``not_accepted`` or ``unknown``), ``ended`` when a connection's row is decided, ``proven`` and ``stopped`` about the issuer migration as a whole.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import stat
import threading
import typing as t
import uuid
from dataclasses import dataclass, field
from datetime import datetime

from ansible_collections.azdo.connections.plugins.module_utils._connection import ENTRA_ISSUER, Json
from ansible_collections.azdo.connections.plugins.module_utils._errors import NotAcceptedError, OptionError
from ansible_collections.azdo.connections.plugins.module_utils._pacing import Stop
from ansible_collections.azdo.connections.plugins.module_utils._times import format_time, parse_time

_VERSION = 1
_MODE = 0o600
# Bytes far behind the end of every journal, for locks that are about other things than its lines.
_GATE = 1 << 40
_RUNS = 1 << 41

# Journals that this process has open, by path. They stay open: the kernel drops a process's locks when it closes any descriptor of the file.
_OPEN: dict[tuple[int, str], t.BinaryIO] = {}


class JournalError(NotAcceptedError):
    """A line could not be written, so the request that it announces did not go out."""

    code = "journal"
    usual_remedy = "Make room on the disk or name another file, then run again: what is done already is recognised."


@dataclass(frozen=True, kw_only=True)
class OpenItem:
    """A connection whose last request, as far as the journal knows, was not seen through.

    :param answered: whether the service is known to have taken it.
    :param going_back: whether it was the way back after a failed test.
    :param kept: hashes of what must stay as it is, from before the first request.
    :param tested: how the test before it ended.
    :param rollback: whether it could be taken back.
    :param run: who sent it.
    """

    target: str
    sent_at: datetime | None
    run: str
    answered: bool = False
    going_back: bool = False
    kept: Json = field(default_factory=dict)
    tested: str | None = None
    rollback: str | None = None


class Journal:
    """One journal file, as one task uses it for one organization; without a path everything here does nothing.

    :param now: the present, in UTC.
    :param read_only: for check mode: nothing is made or written.
    """

    def __init__(
        self, path: str | None, organization_id: str, now: t.Callable[[], datetime], *, read_only: bool = False
    ) -> None:
        self._path = path or ""
        self._organization = organization_id
        self._now = now
        self._run = str(uuid.uuid4())
        # The lock of the operating system is between processes; the threads of one share it.
        self._threads = threading.Lock()
        self._read_only = read_only
        self._file = _opened(path, read_only=read_only) if path else None
        self._heard_until = os.fstat(self._file.fileno()).st_size if self._file else 0
        self._heard: set[str] = set()
        self.is_new = self._heard_until == 0
        # An answer that could not be written down: what was sent stays sent, but nothing more may be.
        self.broken: JournalError | None = None
        if self._file and not read_only:
            # Held until this process ends: while it is held, what this run left open is not up for others.
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _place_of(self._run))

    # -- writing ---------------------------------------------------------------------------------------------------
    def sent(self, connection_id: str, **told: t.Any) -> None:
        """Before a request. :raises JournalError: it is not on the disk, so the request must not go out."""
        self._write("sent", connection_id, told, to_disk=True)

    def answered(self, connection_id: str, **told: t.Any) -> None:
        """After a request; a line that cannot be written changes nothing about what became of it."""
        self._write_later("answered", connection_id, told)

    def ended(self, connection_id: str, **told: t.Any) -> None:
        """When the row is decided."""
        self._write_later("ended", connection_id, told)

    def _write_later(self, event: str, connection_id: str, told: Json) -> None:
        try:
            self._write(event, connection_id, told, to_disk=False)
        except JournalError as error:
            self.broken = error

    def _write(self, event: str, connection_id: str, told: Json, *, to_disk: bool) -> None:
        if self._file is None or self._read_only:
            return
        line = {
            "v": _VERSION,
            "at": format_time(self._now()),
            "run": self._run,
            "organization": self._organization,
            "id": connection_id.lower(),
            "event": event,
            **told,
        }
        try:
            with self._threads:
                _append(self._file, json.dumps(line, sort_keys=True), to_disk=to_disk)
        except OSError as error:
            raise JournalError(f"The journal {self._path} cannot be written: {error.strerror or error}.") from None

    # -- reading ---------------------------------------------------------------------------------------------------
    def open_items(self) -> dict[str, OpenItem]:
        """By connection id in lower case: what earlier runs sent in this organization and did not see through."""
        found: dict[str, OpenItem] = {}
        for line in self._lines():
            if line["event"] == "ended":
                found.pop(line["id"], None)
            elif line["event"] == "sent" and line.get("operation") in ("move", "rollback"):
                found[line["id"]] = _opened_by(line, found.get(line["id"]))
            elif line["event"] == "answered" and line.get("operation") in ("move", "rollback") and line["id"] in found:
                _answer(found, line)
        return found

    def in_other_hands(self, item: OpenItem) -> bool:
        """Whether the run that left it open is still alive."""
        if self._file is None or item.run == self._run:
            return False
        try:
            fcntl.lockf(self._file, fcntl.LOCK_SH | fcntl.LOCK_NB, 1, _place_of(item.run))
        except OSError:
            return True
        fcntl.lockf(self._file, fcntl.LOCK_UN, 1, _place_of(item.run))
        return False

    def items_of(self, digest: str) -> dict[str, str]:
        """The hash of each item of a plan that was begun under its digest, by connection id."""
        return {
            line["id"]: str(line["item"])
            for line in self._lines()
            if line["event"] == "sent" and line.get("plan") == digest and line.get("item")
        }

    def converted(self) -> list[str]:
        """The ids of the connections that are converted as far as this journal knows, in the order in which that happened."""
        found: dict[str, bool] = {}
        for line in self._lines():
            if line["event"] == "ended" and line.get("changed"):
                found.pop(line["id"], None)
                found[line["id"]] = line.get("scheme") == "workload_identity_federation"
            elif line["event"] == "answered" and line.get("operation") == "move" and line.get("result") == "accepted":
                found.setdefault(line["id"], True)
        return [connection_id for connection_id, converted in found.items() if converted]

    # -- the issuer migration as a whole ---------------------------------------------------------------------------
    @contextlib.contextmanager
    def gate(self, stop: Stop) -> t.Iterator[None]:
        """Hold back the first migrations of other tasks that share the journal."""
        if self._file is None:
            yield
            return
        while True:
            try:
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _GATE)
                break
            except BlockingIOError:
                stop.wait(0.1)
        try:
            yield
        finally:
            fcntl.lockf(self._file, fcntl.LOCK_UN, 1, _GATE)

    def tell(self, event: t.Literal["proven", "stopped"]) -> None:
        """Tell the other tasks that the first migration was tested and works, or that none may begin any more."""
        self._write_later(event, "", {"target": ENTRA_ISSUER})

    def told(self) -> set[str]:
        """What this task or others told since this task began."""
        with self._threads:
            news = self._read(self._heard_until)
            self._heard_until += news.rfind(b"\n") + 1
            self._heard |= {str(line["event"]) for line in self._parsed(news) if line["event"] in ("proven", "stopped")}
            return set(self._heard)

    def _lines(self) -> t.Iterator[Json]:
        return self._parsed(self._read(0))

    def _read(self, start: int) -> bytes:
        if self._file is None:
            return b""
        descriptor = self._file.fileno()
        return os.pread(descriptor, max(0, os.fstat(descriptor).st_size - start), start)

    def _parsed(self, data: bytes) -> t.Iterator[Json]:
        """Those of this organization. What is no line of ours, a torn last one for example, is passed over."""
        for text in data.decode("utf-8", errors="replace").splitlines():
            try:
                line = json.loads(text)
            except ValueError:
                continue
            known = (
                isinstance(line, dict) and line.get("v") == _VERSION and line.get("organization") == self._organization
            )
            if known and isinstance(line.get("id"), str) and isinstance(line.get("event"), str):
                yield line


def _opened_by(line: Json, before: OpenItem | None) -> OpenItem:
    """A second request of the same work does not know what was before the first one."""
    going_back = line["operation"] == "rollback"
    first = before if before is not None and (before.run == line.get("run") or going_back) else None
    return OpenItem(
        target=first.target if first and going_back else str(line.get("target")),
        sent_at=parse_time(line.get("at")),
        run=str(line.get("run")),
        going_back=going_back,
        kept=first.kept if first else dict(line.get("kept") or {}),
        tested=first.tested if first else line.get("tested"),
        rollback=first.rollback if first else line.get("rollback"),
    )


def _answer(found: dict[str, OpenItem], line: Json) -> None:
    item = found[line["id"]]
    if line.get("result") in ("refused", "not_accepted") and not item.going_back:
        del found[line["id"]]
    elif line.get("result") == "accepted":
        found[line["id"]] = OpenItem(**{**vars(item), "answered": True})


def _place_of(run: str) -> int:
    return _RUNS + int(run.replace("-", "")[:8], 16)


def _opened(path: str, *, read_only: bool) -> t.BinaryIO | None:
    """:raises OptionError: it is not a plain file that belongs to this user alone."""
    key = (os.getpid(), os.path.abspath(path))
    known = _OPEN.get(key)
    if known and _same_file(known, path):
        return known
    flags = os.O_RDONLY if read_only else os.O_RDWR | os.O_APPEND | os.O_CREAT
    try:
        descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, _MODE)
    except FileNotFoundError:
        if read_only:
            return None
        raise _unusable(path, "its folder does not exist") from None
    except OSError as error:
        reason = "it is a symbolic link" if os.path.islink(path) else error.strerror or str(error)
        raise _unusable(path, reason) from None
    if reason := _unfit(os.fstat(descriptor)):
        os.close(descriptor)
        raise _unusable(path, reason)
    if not read_only:
        _to_disk(os.path.dirname(os.path.abspath(path)))
    file = t.cast(t.BinaryIO, os.fdopen(descriptor, "rb" if read_only else "r+b", buffering=0))
    _OPEN[key] = file
    return file


def _unfit(found: os.stat_result) -> str:
    if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
        return "it is not a plain file with one name"
    if found.st_uid != os.geteuid():
        return "it belongs to another user"
    if found.st_mode & 0o077:
        return f"others may read it (its mode is {stat.S_IMODE(found.st_mode):04o}, and 0600 is needed)"
    return ""


def _same_file(file: t.BinaryIO, path: str) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), os.lstat(path))
    except OSError:
        return False


def _to_disk(folder: str) -> None:
    """A new file is lost in a power cut as long as its folder does not know it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _append(file: t.BinaryIO, text: str, *, to_disk: bool) -> None:
    """A whole line, after the end of one that a crash may have torn."""
    descriptor = file.fileno()
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        size = os.fstat(descriptor).st_size
        torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        data = f"{chr(10) if torn else ''}{text}\n".encode()
        while data:
            data = data[os.write(descriptor, data) :]
        if to_disk:
            os.fsync(descriptor)
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


def _unusable(path: str, reason: str) -> OptionError:
    return OptionError(
        f"journal: {path} cannot be used: {reason}.",
        remedy="Name a file in an existing folder that only this user can read. Nothing was sent.",
    )
