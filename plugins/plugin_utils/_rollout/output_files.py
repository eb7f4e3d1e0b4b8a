# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that a rollout leaves on the controller: reports and plans.

PRIVATE to the collection. A path is relative to where ansible-playbook was started. What is there already is replaced as a whole or not at all, and only if it
is an ordinary file of the same user: a link may lead anywhere, and a pipe may wait for ever.
"""

from __future__ import annotations

import os
import stat
import tempfile
import typing as t

REPORT_MODE = 0o644
# A plan is an agreement: whoever may write it may change what is agreed, and it names what there is.
PLAN_MODE = 0o600
# What is tried before anything is done, so that a disk that is full is known then.
_TRIED_BYTES = 1 << 16


class OutputError(Exception):
    """A file cannot be written; the message says why, without the name of the variable that named it."""


def check(path: str) -> str:
    """The absolute path, if a file can be written there; one beside it is written for a trial.

    :raises OutputError: it cannot.
    """
    absolute = _allowed(path)
    _try(path, os.path.dirname(absolute))
    return absolute


def _allowed(path: str) -> str:
    """The absolute path, if its folder and what is there already allow a file."""
    absolute = os.path.abspath(os.path.expanduser(path))
    folder = os.path.dirname(absolute)
    if not os.path.isdir(folder):
        raise OutputError(f"{path} cannot be written, because there is no folder {folder}. Make it first.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OutputError(f"{path} cannot be written, because this user may not write to the folder {folder}.")
    try:
        there = os.lstat(absolute)
    except FileNotFoundError:
        return absolute
    except OSError as error:
        raise OutputError(f"{path} is no name of a file: {error.strerror}.") from None
    if not stat.S_ISREG(there.st_mode):
        raise OutputError(f"{path} is a link, a folder, a pipe or a device. Remove it, or name another file.")
    if there.st_uid != os.geteuid():
        raise OutputError(f"{path} is a file of another user. Remove it, or name another file.")
    return absolute


def _try(path: str, folder: str) -> None:
    try:
        with tempfile.TemporaryFile(dir=folder, prefix=".azdo-") as file:
            file.write(bytes(_TRIED_BYTES))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}.") from None


def write(path: str, text: str, mode: int = REPORT_MODE) -> str:
    """Write the text, and return the absolute path. Who reads the file meanwhile sees the old one or the new one.

    :raises OutputError: it could not be written; what was there is as it was.
    """
    absolute = _allowed(path)
    try:
        handle, temporary = tempfile.mkstemp(dir=os.path.dirname(absolute), prefix=".azdo-")
        try:
            with os.fdopen(handle, "wb") as file:
                # Half a character has no place in a file; as an escape it has.
                file.write(text.encode("utf-8", "backslashreplace"))
            os.chmod(temporary, mode)
            os.replace(temporary, absolute)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}.") from None
    return absolute


def split(paths: t.Iterable[str], endings: t.Collection[str]) -> dict[str, str]:
    """The ending of each path. :raises OutputError: one has none of these endings."""
    found = {path: os.path.splitext(path)[1].lower() for path in paths}
    odd = [path for path, ending in found.items() if ending not in endings]
    if odd:
        raise OutputError(f"the ending of {', '.join(odd)} is none of {', '.join(endings)}.")
    return found
