# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-playbook and ansible-inventory, imported once and forked for each run: a third of what a short playbook costs is imports, and the compiling of the
collection.

Started by `forking.Server` with a socket as its only argument. A request is one byte with four files: the run's stdin, stdout and stderr, and a JSON object of
its `command`, `folder` and `environment`. The answers are lines: the process id, then the exit status as `subprocess` has it.

A run begins where the command's own process would be after its imports and before it looks at its arguments. What ansible-core reads from the environment while
it is imported is therefore that of the server: `forking.Server.serves` refuses a run for which it would be another.
"""

from __future__ import annotations

import array
import atexit
import contextlib
import gc
import importlib
import inspect
import json
import os
import socket
import sys
import threading
import typing as t
import warnings
from pathlib import Path

COLLECTION = "ansible_collections.azdo.connections.plugins"
ROOMS = ("module_utils", "plugin_utils", "action", "filter", "inventory", "modules")
# What azure-identity and requests import only when they are used.
LIBRARIES = ("azure.identity", "cryptography.hazmat.primitives.serialization", "msal", "requests", "urllib3.util.ssl_")
# What any playbook takes.
PLUGINS = {
    "action": ("assert", "command", "debug", "fail", "include_role", "set_fact"),
    "inventory": ("advanced_host_list", "auto", "host_list", "ini", "script", "toml", "yaml"),
    "strategy": ("linear",),
    "vars": ("host_group_vars",),
}
# Of these, ansible-core loads all classes at the beginning of a run and reads their documentation.
LOADED = ("connection", "shell", "become", "callback")
# Of these, it loads all when the first expression is compiled, which is in the process of a task: in each anew.
COMPILED = ("filter", "test")
FILES = 4


def prepare() -> dict[str, t.Callable[[], t.Any]]:
    """Everything that comes before the arguments. Returns the commands by their names."""
    from ansible.cli import inventory, playbook
    from ansible.plugins.loader import init_plugin_loader

    # The command does that itself, and for every run it must be a surprise that it was done.
    init_plugin_loader()
    warnings.filterwarnings("ignore", message="AnsibleCollectionFinder has already been configured")
    plugins = (f"ansible.plugins.{kind}.{name}" for kind, names in PLUGINS.items() for name in names)
    for name in (*LIBRARIES, *plugins, *collection_modules()):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    loaders = importlib.import_module("ansible.plugins.loader")
    for kind in LOADED:
        list(getattr(loaders, f"{kind}_loader").all(class_only=True))
    for kind in COMPILED:
        list(getattr(loaders, f"{kind}_loader").all())
    # Since 2.19 a condition that is false takes the stack. Python then looks for the file of every module, and remembers it.
    inspect.stack()
    return {"ansible-inventory": inventory.main, "ansible-playbook": playbook.main}


def collection_modules() -> t.Iterator[str]:
    plugins = importlib.import_module(COLLECTION)
    (root, *_others) = (Path(folder) for folder in plugins.__path__)
    for room in ROOMS:
        for path in sorted((root / room).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            yield ".".join([COLLECTION, *(part for part in parts if part != "__init__")])


def receive(connection: socket.socket) -> list[int]:
    """The files of a request; none when nobody is there any more."""
    files = array.array("i")
    _byte, attached, _flags, _address = connection.recvmsg(1, socket.CMSG_SPACE(FILES * files.itemsize))
    for _level, _kind, data in attached:
        files.frombytes(data)
    return list(files)


def become(files: list[int]) -> None:
    """What a process has from its beginning."""
    with open(files[-1], encoding="utf-8") as file:
        request = json.load(file)
    for number, given in enumerate(files[:-1]):
        os.dup2(given, number)
        os.close(given)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv = request["command"]
    # ansible-core made it at its import, and the run before this one has removed it at its end.
    os.makedirs(importlib.import_module("ansible.constants").DEFAULT_LOCAL_TMP, mode=0o700, exist_ok=True)


def serve(connection: socket.socket) -> bool:
    """Answer requests, one at a time. True in the process of a run, False at the end."""
    while files := receive(connection):
        process = os.fork()
        if process == 0:
            connection.close()
            become(files)
            return True
        for file in files:
            os.close(file)
        connection.sendall(f"{process}\n".encode())
        _process, status = os.waitpid(process, 0)
        # Nobody waits any more for a run that took too long.
        with contextlib.suppress(BrokenPipeError):
            connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
    return False


def end(command: t.Callable[[], t.Any]) -> t.NoReturn:
    """Run the command and end as its process does: threads, what is registered for the exit, what is not yet written.

    But for the last that Python does, which nobody sees: it takes apart whatever was imported. All of that memory is the server's, and would be copied for it,
    which is half of what a short run costs.
    """
    status = 0
    try:
        command()
    except SystemExit as error:
        if not isinstance(error.code, int | None):
            raise
        status = error.code or 0
    t.cast(t.Any, threading)._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    # A command's folder comes first there, and it is the one of the tools.
    sys.path[0] = os.path.dirname(sys.executable)
    commands = prepare()
    gc.collect()
    gc.freeze()
    if serve(socket.socket(fileno=int(sys.argv[1]))):
        end(commands[os.path.basename(sys.argv[0])])
    # What a run removes at its end must not be removed by the server, too.
    os._exit(0)
