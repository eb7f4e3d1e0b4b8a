# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A leash between a task and the process that runs its module: when the task lets go, for whatever reason, the module starts nothing new.

PRIVATE to the collection. Ansible does not end a module when its task times out, when a worker is killed or when ansible-playbook dies: the module
runs on, unseen. So the worker holds the write end of a fifo for as long as it waits, and the module asks at its read end whether that end is still
held. The kernel closes it when the holder dies, however it dies, and nothing is left behind in the file system.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile

# Tells the module's process where the fifo is.
VARIABLE = "AZDO_LEASH"
# Tells it with whom it shares: how many tasks run side by side, where they count their requests, and which play they belong to.
SHARERS, SLOTS, PLAY = "AZDO_SHARERS", "AZDO_SLOTS", "AZDO_PLAY"

# Tells it in which folder Ansible was started: relative paths begin there, and not in the folder of the playbook, which may be a collection's.
STARTED_IN = "AZDO_STARTED_IN"


class Holder:
    """The worker's end: held from construction until :meth:`let_go`, or until this process is no more."""

    def __init__(self) -> None:
        self._folder = tempfile.mkdtemp(prefix="azdo-leash-")
        self.path = os.path.join(self._folder, "fifo")
        os.mkfifo(self.path, 0o600)
        # Opened for reading too, because opening for writing alone waits for a reader. Programs started from here do not inherit it.
        self._ends = [os.open(self.path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)]

    def let_go(self) -> None:
        """May be called from any thread, and more than once."""
        with contextlib.suppress(IndexError):
            os.close(self._ends.pop())
        shutil.rmtree(self._folder, ignore_errors=True)


class Leash:
    """The module's end. A path that cannot be opened counts as let go: better nothing is changed than by a process that nobody waits for."""

    def __init__(self, path: str) -> None:
        self._end: int | None = None
        try:
            end = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            return
        found = os.fstat(end)
        if not stat.S_ISFIFO(found.st_mode) or found.st_uid != os.getuid():
            os.close(end)
            return
        self._end = end
        # Both ends are open: the file has done its work. Nothing else is removed, whatever the variable names.
        with contextlib.suppress(OSError):
            os.unlink(path)
            os.rmdir(os.path.dirname(path))

    def is_let_go(self) -> bool:
        if self._end is None:
            return True
        try:
            # Not poll(): it reports a hang-up only if there was a writer after we opened our end.
            return os.read(self._end, 1) == b""
        except BlockingIOError:
            return False
