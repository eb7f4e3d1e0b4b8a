# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pause that all tasks and hosts of one play keep: each of them is a process of its own, and the service counts them as one caller.

PRIVATE to the collection. The pause of a service is the moment of its end, in a file of the folder that the processes of a play share (the one with the
slots), which ansible-core removes with the play. Moments are of the machine's monotonic clock, which is one for all its processes.
"""

from __future__ import annotations

import fcntl
import hashlib
import math
import os
import time

# A moment further ahead was not written by us, or before the machine was started anew.
_LONGEST_SECONDS = 3600.0
# So that a reader never sees a part of it: all texts are of one length, and written at once.
_WIDTH = 20


class SharedPause:
    """The pause of one service. Whatever keeps the file from being read or written, the play goes on, and each task keeps its own pauses.

    :param folder: of the play; None if there is none. :param service: the service's host.
    """

    def __init__(self, folder: str | None = None, service: str = "") -> None:
        name = hashlib.sha256(service.lower().encode()).hexdigest()[:16]
        self._path = os.path.join(folder, f"pause-{name}") if folder else None

    def opens_at(self) -> float:
        """When requests may go out again (s, ``time.monotonic``); 0 if nobody was told to wait."""
        if self._path is None:
            return 0.0
        try:
            file = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            return 0.0
        try:
            return _moment(os.read(file, _WIDTH))
        except OSError:
            return 0.0
        finally:
            os.close(file)

    def hold_until(self, moment: float) -> None:
        """Nobody of the play sends before the moment; a later one that somebody else was told stays."""
        if self._path is None:
            return
        try:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError:
            return
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            if _moment(os.read(file, _WIDTH)) < moment:
                # Rounded down: who wrote it must not take it for a longer pause of somebody else.
                os.pwrite(file, f"{math.floor(moment * 1e6) / 1e6:0{_WIDTH}.6f}".encode(), 0)
        except OSError:
            return
        finally:
            # Lets go of the lock, too.
            os.close(file)


def _moment(text: bytes) -> float:
    try:
        moment = float(text or b"0")
    except ValueError:
        return 0.0
    return moment if moment - time.monotonic() <= _LONGEST_SECONDS else 0.0
