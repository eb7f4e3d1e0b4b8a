# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal: what a task is about to send and what became of it, one JSON object a line, so that a run that was killed can be taken up again.

PRIVATE to the collection, and the only file that writes to the controller's disk. A line holds ids, schemes and hashes, never a name, a secret or a body. The
line about a request is on the disk before the request goes out. Many tasks may share a journal on a local file system: lines are appended whole.

Lines: ``sent`` before a request (``operation``: ``move``, ``rollback`` or ``credential``), ``answered`` after it (``result``: ``accepted``,
``not_accepted`` or ``unknown``, which a refusal is, too, since it need not be true; for a credential also the code of an error; ``refused`` stands for a
connection in older journals alone), ``ended`` when it is known what became of a connection, ``proven`` and ``stopped`` about the issuer migration as a whole.
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
import zlib
from datetime import datetime

from ansible_collections.azdo.connections.plugins.module_utils._errors import NotSentError, OptionError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json
from ansible_collections.azdo.connections.plugins.module_utils._move.journal_entries import JournalState, OpenItem
from ansible_collections.azdo.connections.plugins.module_utils._rest.pacing import Stop
from ansible_collections.azdo.connections.plugins.module_utils._rules.situation import EarlierRun
from ansible_collections.azdo.connections.plugins.module_utils._times import format_time

_VERSION = 1
_MODE = 0o600
# Bytes far behind the end of every journal, for locks: one for lines, one for the first migration, one for each run.
_LINES = 1 << 40
_GATE = _LINES + 1
_RUNS = 1 << 41

# Room (bytes) for the lines of some connections: what a disk must still take before the first request goes out.
_ROOM = 1 << 16

# Journals that this process has open. They stay open: the kernel drops a process's locks when it closes any descriptor of the file.
_OPEN: dict[tuple[int, str, bool], t.BinaryIO] = {}


class JournalError(NotSentError):
    """A line could not be written, so the request that it announces did not go out."""

    code = "journal"
    usual_remedy = "Make room on the disk or name another file, then run again: what is done already is recognised."


class BusyError(NotSentError):
    """Another run, which is still alive, is at work on the connection; nothing was sent."""

    code = "busy"
    usual_remedy = "Run again when the other run has ended."


class Journal:
    """One journal file, as one task uses it for one organization; without a path everything here does nothing.

    :param now: the present, in UTC.
    :param play: what the tasks of one ansible-playbook have in common.
    :param read_only: for check mode: nothing is made or written.
    """

    def __init__(
        self,
        path: str | None,
        organization_id: str,
        now: t.Callable[[], datetime],
        *,
        play: str = "",
        read_only: bool = False,
    ) -> None:
        self._path = path or ""
        self._organization = organization_id
        self._now = now
        self._run = str(uuid.uuid4())
        self._play = play
        # The locks of the operating system are between processes; the threads of one share them.
        self._threads = threading.RLock()
        self._read_only = read_only
        self._file = _opened(path, read_only=read_only) if path else None
        self._record = JournalState(self._play)
        self._read_until = 0
        self._began_at = self._tried(self._file) if self._file else 0
        self.is_new = self._began_at == 0
        # An answer that could not be written down: what was sent stays sent, but nothing more may be.
        self.broken: JournalError | None = None

    def _tried(self, file: t.BinaryIO) -> int:
        """Its size; when lines can be locked, written and brought to the disk, while there is nothing yet that could not be written down.

        :raises OptionError: they cannot.
        """
        if self._read_only:
            return os.fstat(file.fileno()).st_size
        try:
            # Held until this process ends: while it is held, what this run left open is not up for others.
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _place_of(self._run))
            with self._lines_locked(file):
                return _reserve(file.fileno())
        except OSError as error:
            raise _unusable(self._path, error.strerror or str(error)) from None

    # -- writing ---------------------------------------------------------------------------------------------------
    def sent(self, connection_id: str, **told: t.Any) -> None:
        """Before a request. :raises JournalError: it is not on the disk. :raises BusyError: another run is at work on the connection."""
        self._write("sent", connection_id, told, before_request=True)

    def answered(self, connection_id: str, **told: t.Any) -> None:
        """After a request; a line that cannot be written changes nothing about what became of it."""
        self._write_later("answered", connection_id, told)

    def ended(self, connection_id: str, **told: t.Any) -> None:
        """When it is known what became of it."""
        self._write_later("ended", connection_id, told)

    def _write_later(self, event: str, connection_id: str, told: Json) -> None:
        try:
            self._write(event, connection_id, told)
        except JournalError as error:
            self.broken = error

    def _write(self, event: str, connection_id: str, told: Json, *, before_request: bool = False) -> None:
        if self._file is None or self._read_only:
            return
        line = {
            "v": _VERSION,
            "at": format_time(self._now()),
            "play": self._play,
            "run": self._run,
            "organization": self._organization,
            "id": connection_id.lower(),
            "event": event,
            **told,
        }
        try:
            with self._lines_locked(self._file):
                if before_request and any(map(self.in_other_hands, self._read().open.get(line["id"], ()))):
                    raise BusyError("Another run with this journal, which has not ended, is at work on it.")
                _append(self._file.fileno(), json.dumps(line, sort_keys=True), to_disk=before_request)
        except OSError as error:
            raise JournalError(f"The journal {self._path} cannot be written: {error.strerror or error}.") from None

    @contextlib.contextmanager
    def _lines_locked(self, file: t.BinaryIO) -> t.Iterator[None]:
        with self._threads:
            fcntl.lockf(file, fcntl.LOCK_EX, 1, _LINES)
            try:
                yield
            finally:
                fcntl.lockf(file, fcntl.LOCK_UN, 1, _LINES)

    # -- reading ---------------------------------------------------------------------------------------------------
    def open_items(self) -> dict[str, OpenItem]:
        """By connection id in lower case: what runs sent in this organization and did not see through."""
        return {connection_id: requests[-1] for connection_id, requests in self._read().open.items()}

    def in_other_hands(self, item: OpenItem) -> bool:
        """Whether another run left it open, and is still alive."""
        if self._file is None or item.run == self._run:
            return False
        place = _place_of(item.run)
        try:
            fcntl.lockf(self._file, fcntl.LOCK_SH | fcntl.LOCK_NB, 1, place)
        except OSError:
            return True
        fcntl.lockf(self._file, fcntl.LOCK_UN, 1, place)
        return False

    def items_of(self, digest: str) -> dict[str, str]:
        """The hash of each item of a plan that was begun under its digest, by connection id."""
        return dict(self._read().items.get(digest, {}))

    def earlier(self) -> dict[str, EarlierRun]:
        """What this journal knows of each connection, by id in lower case, whatever became of the work on it."""
        return dict(self._read().earlier)

    def converted(self) -> list[str]:
        """The ids of the connections that are converted as far as this journal knows, in the order in which that happened."""
        return [connection_id for connection_id, converted in self._read().converted.items() if converted]

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
        """Tell the tasks of this play that the first migration was tested and works, or that none may begin any more."""
        self._write_later(event, "", {})

    def told(self) -> set[str]:
        """What this task or others of the same play told."""
        return set(self._read().told)

    def _read(self) -> JournalState:
        """The record, after the lines that were added since it was asked last."""
        with self._threads:
            if self._file is None:
                return self._record
            descriptor = self._file.fileno()
            size = os.fstat(descriptor).st_size
            news = os.pread(descriptor, max(0, size - self._read_until), self._read_until)
            for text in news.splitlines(keepends=True):
                line = self._ours(text.decode("utf-8", errors="replace"))
                if line is None and not text.endswith(b"\n"):
                    # Torn, or not written to its end yet.
                    break
                self._read_until += len(text)
                if line is not None:
                    self._record.take(line, new=self._read_until > self._began_at)
            return self._record

    def _ours(self, text: str) -> Json | None:
        """A line of this organization; what is none, a torn one for example, is passed over."""
        try:
            line = json.loads(text)
        except ValueError:
            return None
        known = isinstance(line, dict) and line.get("v") == _VERSION and line.get("organization") == self._organization
        whole = known and isinstance(line.get("id"), str) and isinstance(line.get("event"), str)
        return t.cast(Json, line) if whole else None


def _place_of(run: str) -> int:
    return _RUNS + zlib.crc32(run.encode())


def _opened(path: str, *, read_only: bool) -> t.BinaryIO | None:
    """:raises OptionError: it is not a plain file that belongs to this user alone."""
    key = (os.getpid(), os.path.abspath(path), read_only)
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
        try:
            _to_disk(os.path.dirname(os.path.abspath(path)))
        except OSError as error:
            os.close(descriptor)
            raise _unusable(path, f"its folder cannot be written to the disk: {error.strerror or error}") from None
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


def _reserve(descriptor: int) -> int:
    """Write blanks behind the end and take them away again; returns where the end is.

    Without a line break they are a torn line to whoever reads meanwhile, or after a crash.
    """
    size = os.fstat(descriptor).st_size
    blanks = b" " * _ROOM
    try:
        while blanks:
            blanks = blanks[os.write(descriptor, blanks) :]
        os.fsync(descriptor)
    finally:
        os.ftruncate(descriptor, size)
    return size


def _append(descriptor: int, text: str, *, to_disk: bool) -> None:
    """A whole line, after the end of one that a crash may have torn."""
    size = os.fstat(descriptor).st_size
    torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
    data = f"{chr(10) if torn else ''}{text}\n".encode()
    while data:
        data = data[os.write(descriptor, data) :]
    if to_disk:
        os.fsync(descriptor)


def _unusable(path: str, reason: str) -> OptionError:
    return OptionError(
        f"journal: {path} cannot be used: {reason}.",
        remedy="Name a file in an existing folder that only this user can read. Nothing was sent.",
    )
