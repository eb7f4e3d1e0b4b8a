# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs ansible-playbook and ansible-inventory in a fork of a process that has imported them, where that cannot be told from the command."""

from __future__ import annotations

import array
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import typing as t
from pathlib import Path

SERVER = Path(__file__).with_name("server.py")
# What nothing reads before a run has begun: neither Python, nor a library, nor ansible-core while it is imported.
READ_WHEN_USED = ("AZDO_", "AZURE_", "PYTEST_", "SYSTEM_", "RECORD_TO", "PATH", "REQUESTS_CA_BUNDLE", "M")


def read_at_import(environment: t.Mapping[str, str]) -> dict[str, str]:
    """The part of an environment that a server must share with its runs; anything unknown belongs to it."""
    prefixes = tuple(name for name in READ_WHEN_USED if name.endswith("_"))
    return {
        name: value
        for name, value in environment.items()
        if name not in READ_WHEN_USED and not name.startswith(prefixes)
    }


class Server:
    """One process that waits for runs; started by the first one."""

    def __init__(self, environment: t.Mapping[str, str]) -> None:
        self.environment = dict(environment)
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None

    def serves(self, environment: t.Mapping[str, str], folder: Path) -> bool:
        """Whether ansible-core would read the same at its import: from the environment, and from a file in the folder."""
        return read_at_import(environment) == read_at_import(self.environment) and not (folder / "ansible.cfg").exists()

    def _connection(self) -> socket.socket:
        if self._socket is None:
            self._socket, theirs = socket.socketpair()
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, str(SERVER), str(theirs.fileno())],
                    cwd=SERVER.parent,
                    env=self.environment,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno()],
                )
        return self._socket

    def run(
        self, command: list[str], *, cwd: Path, env: t.Mapping[str, str], timeout: float
    ) -> subprocess.CompletedProcess[str]:
        """As `subprocess.run` with `capture_output` and `text`."""
        with (
            open(os.devnull, encoding="utf-8") as stdin,
            tempfile.TemporaryFile("w+", encoding="utf-8") as out,
            tempfile.TemporaryFile("w+", encoding="utf-8") as err,
            tempfile.TemporaryFile("w+", encoding="utf-8") as request,
        ):
            json.dump({"command": command, "folder": str(cwd), "environment": dict(env)}, request)
            request.seek(0)
            files = array.array("i", [file.fileno() for file in (stdin, out, err, request)])
            connection = self._connection()
            connection.sendmsg([b"\n"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, files)])
            try:
                status = self._status(connection, timeout)
            except TimeoutError:
                self.stop()
                raise subprocess.TimeoutExpired(command, timeout) from None
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(command, status, out.read(), err.read())

    @staticmethod
    def _status(connection: socket.socket, timeout: float) -> int:
        with connection.makefile("r", encoding="ascii") as answers:
            process = int(answers.readline())
            connection.settimeout(timeout)
            try:
                status = int(answers.readline())
            except TimeoutError:
                os.kill(process, signal.SIGKILL)
                raise
            connection.settimeout(None)
            return status

    def stop(self) -> None:
        """Let the server end; the next run starts another."""
        if self._socket is not None and self._process is not None:
            self._socket.close()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._socket = self._process = None
