# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A leash between a task and the process that runs its module: when the task lets go, for whatever reason, the module starts nothing new.

PRIVATE to the collection. Ansible does not end a module when its task times out, when ansible-playbook is terminated or when a worker is killed:
the module runs on, unseen. So the task holds a lock on a file for as long as it waits, and the module looks whether the lock is still held. The
kernel drops the lock when the holder dies, however it dies.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
import threading

from ansible_collections.azdo.connections.plugins.module_utils._pacing import Stop

# Tells the module's process where the leash is; also documented for people who wonder about it in verbose output.
VARIABLE = "AZDO_LEASH"
_LOOK_EVERY_SECONDS = 0.1


class Leash:
    """The task's end: held from construction until :meth:`let_go`, or until this process is no more."""

    def __init__(self) -> None:
        descriptor, self.path = tempfile.mkstemp(prefix="azdo-leash-")
        # Not inherited by programs that this process starts, and 0600 by mkstemp.
        self._descriptor: int | None = descriptor
        fcntl.flock(descriptor, fcntl.LOCK_EX)

    def let_go(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            os.unlink(self.path)
            self._descriptor = None


def is_held(path: str) -> bool:
    """Whether somebody holds the leash. A file that is gone was let go; one that may not be opened says nothing, so it counts as held."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def obey(path: str, stop: Stop) -> None:
    """The module's end: stop as soon as the leash is let go. Looks from a thread of its own, which ends with the process."""

    def look() -> None:
        nap = threading.Event()
        while is_held(path):
            nap.wait(_LOOK_EVERY_SECONDS)
        stop.set()

    threading.Thread(target=look, name="azdo-leash", daemon=True).start()
