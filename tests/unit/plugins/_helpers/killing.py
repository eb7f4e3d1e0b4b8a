# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks in processes of their own, which can be killed at any request, and what must be the same afterwards.

The processes come from a fork server that has imported everything and has no threads, so that one costs some milliseconds. What runs in them are the
functions without an underscore below "in the other process"; they take and return what can be pickled.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import resource
import signal
import sys
import threading
import time
import typing as t
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import partial
from multiprocessing import connection, forkserver
from types import SimpleNamespace

from ansible_collections.azdo.connections.plugins.module_utils._inspect import states_of_many, verify
from ansible_collections.azdo.connections.plugins.module_utils._move import conversion, credential_preparation, move
from ansible_collections.azdo.connections.plugins.module_utils._move.journal import Journal
from ansible_collections.azdo.connections.plugins.module_utils._rest import http, pacing
from ansible_collections.azdo.connections.plugins.module_utils._run.runtime import Runtime
from ansible_collections.azdo.connections.plugins.module_utils._sign_in import tokens as tokens_file
from ansible_collections.azdo.connections.plugins.modules import azdo_arm_connection_convert

from simulator import Moment, Recorded, Simulator
from simulator.directory import Application, ManagedIdentity, principal_of
from unit.plugins._helpers import tasks

_FAR_TOO_LONG = 60.0
_AUDIENCES = {
    "azure_devops": "499b84ac-1321-427f-aa17-267ca6975798",
    "graph": "https://graph.microsoft.com",
    "resource_manager": "https://management.azure.com",
}
_context = multiprocessing.get_context("forkserver")


# -- in the other process ----------------------------------------------------------------------------------------------
def convert_elsewhere(order: dict[str, t.Any], answer: t.Any = None, file_size: int | None = None) -> None:
    """azdo_arm_connection_convert; its result goes to ``answer``.

    :param file_size: no file may become longer (bytes), as on a disk that is full.
    """
    _hurry()
    if tokens := order["tokens"]:
        setattr(  # noqa: B010 - a method is replaced
            tokens_file.Authorizer, "_ask", lambda _self, _scope, resource: (tokens[resource], time.time() + 3600)
        )
    if order["play"]:
        setattr(tasks, "Runtime", partial(Runtime, play=order["play"]))  # noqa: B010
    if order["tests"]:
        setattr(verify, "tries", so_many_tests(order["tests"]))  # noqa: B010
    if file_size is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))
    place = SimpleNamespace(organization_url=order["organization_url"], pat=order["pat"])
    task = tasks.run_task(azdo_arm_connection_convert, t.cast(Simulator, place), **order["options"])
    if answer is not None:
        answer.send(task.result)


def write_lines(path: str, organization: str, threads: int, lines: int) -> None:
    """Append to a journal from several threads at once."""
    journal = Journal(path, organization, _now)

    def write(number: int) -> None:
        for line in range(lines):
            journal.sent(f"{os.getpid()}-{number}-{line}", operation="move", filler="x" * (line * 37 % 900))

    crew = [threading.Thread(target=write, args=(number,)) for number in range(threads)]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()


def hold_journal(path: str, organization: str, ready: t.Any, lines: list[tuple[str, str, dict[str, t.Any]]]) -> None:
    """A run that has written ``lines`` (event, connection, what it tells) and stays alive until somebody ends it."""
    journal = Journal(path, organization, _now)
    for event, connection_id, told in lines:
        getattr(journal, event)(connection_id, **told)
    ready.send(True)
    with contextlib.suppress(EOFError):
        ready.recv()


def hold_gate(
    path: str, organization: str, ready: t.Any, play: str, tell: t.Literal["proven", "stopped"] | None
) -> None:
    """A run at its first migration: it holds the gate until it is told to go on, then tells how that ended."""
    journal = Journal(path, organization, _now, play=play)
    with journal.gate(pacing.Stop()):
        ready.send(True)
        with contextlib.suppress(EOFError):
            ready.recv()
        if tell:
            journal.tell(tell)


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _hurry() -> None:
    """No pauses, as in the fixture ``no_waiting``."""
    setattr(http, "backoff", lambda _attempt: 0.001)  # noqa: B010
    move._FIRST_PAUSE_SECONDS, move._LONGEST_PAUSE_SECONDS = 0.001, 0.01
    states_of_many._FRESH_SECONDS = 0.005
    conversion.GRACE_SECONDS = 0.05
    credential_preparation._OWN_CREDENTIAL_SECONDS = 0.02
    pacing._LOW_BUDGET_PAUSE_SECONDS = 0.001
    pacing._FIRST_TRY_PAUSE_SECONDS, pacing._LONGEST_TRY_PAUSE_SECONDS = 0.001, 0.01


# -- in the test -------------------------------------------------------------------------------------------------------
def process(target: t.Callable[..., None], *args: t.Any) -> multiprocessing.process.BaseProcess:
    """A process that was not started yet, and that dies with this one."""
    _preload()
    return _context.Process(target=target, args=args, daemon=True)


def pipe() -> tuple[t.Any, t.Any]:
    return _context.Pipe()


def _preload() -> None:
    """The fork server looks for modules where this process does only if the environment says so."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    try:
        _context.set_forkserver_preload(["unit.plugins._helpers.killing"])
        forkserver.ensure_running()
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


def so_many_tests(times: int) -> t.Callable[..., t.Iterator[float]]:
    """In place of :func:`pacing.tries` for tests of connections: so many, without a pause, so that requests can be counted."""
    return lambda _stop, seconds: iter(range(times - 1, -1, -1) if seconds else [0])


def order(
    simulator: Simulator, *, entra: bool = False, tests: int = 0, play: str = "", **options: t.Any
) -> dict[str, t.Any]:
    """What :func:`convert_elsewhere` needs.

    :param play: which tasks hear of each other.
    :param entra: signed in as the fleet's user through the Azure CLI, else with the personal access token.
    :param tests: see :func:`so_many_tests`; 0 leaves it as it is.
    """
    tokens = {name: simulator.token(None, audience) for name, audience in _AUDIENCES.items()} if entra else None
    usual: dict[str, t.Any] = {"verify_timeout": 0, "allow_irreversible": options.get("to") != "service_principal"}
    return {
        "organization_url": simulator.organization_url,
        "pat": simulator.pat,
        "tokens": tokens,
        "tests": tests,
        "play": play,
        "options": {**usual, **options},
    }


def run_elsewhere(order: dict[str, t.Any], file_size: int | None = None) -> dict[str, t.Any]:
    """The result of a task that ran to its end in a process of its own."""
    here, there = pipe()
    task = process(convert_elsewhere, order, there, file_size)
    task.start()
    there.close()
    assert here.poll(_FAR_TOO_LONG), "the task gave no result"
    result = here.recv()
    task.join(_FAR_TOO_LONG)
    return t.cast("dict[str, t.Any]", result)


@contextlib.contextmanager
def alive(target: t.Callable[..., None], path: str, organization: str, *args: t.Any) -> t.Iterator[t.Any]:
    """A process that holds something of a journal; yields the end of the pipe that lets it go on. It is killed at the end."""
    here, there = pipe()
    holder = process(target, path, organization, there, *args)
    holder.start()
    there.close()
    try:
        assert here.poll(_FAR_TOO_LONG), "it did not start"
        here.recv()
        yield here
    finally:
        holder.kill()
        holder.join(_FAR_TOO_LONG)


@dataclass
class Death:
    """How a task was killed. ``at`` is the request at which it happened, None if the task ended before."""

    at: Recorded | None = None
    troubles: list[BaseException] = field(default_factory=list)


def kill_at(simulator: Simulator, order: dict[str, t.Any], number: int, moment: Moment) -> Death:
    """Run a task in a process of its own and kill it (SIGKILL) at its request of this number, counted from 0.

    ``arrived``: the request never happened. ``applied``: it took effect, and nobody heard the answer.
    """
    death = Death()
    started = threading.Event()
    task = process(convert_elsewhere, order)
    count = -1

    def look(record: Recorded, now: Moment) -> None:
        nonlocal count
        count += now == moment
        if now != moment or count != number or death.at is not None:
            return
        try:
            death.at = record
            assert started.wait(_FAR_TOO_LONG)
            task.kill()
            # Not joined here: only one thread may do that.
            assert connection.wait([task.sentinel], _FAR_TOO_LONG), "it lives on"
            if moment == "arrived":
                simulator.fault(kind="reset_before")
        except BaseException as error:
            death.troubles.append(error)

    simulator.observe(look)
    task.start()
    started.set()
    task.join(_FAR_TOO_LONG)
    assert task.exitcode is not None, "the task does not end"
    end = time.monotonic() + _FAR_TOO_LONG
    while simulator.in_flight and time.monotonic() < end:
        time.sleep(0.001)
    simulator.observe(None)
    simulator.clear_faults()
    assert not death.troubles, death.troubles
    assert task.exitcode == (0 if death.at is None else -signal.SIGKILL), task.exitcode
    return death


# -- what must be the same ---------------------------------------------------------------------------------------------
def state(simulator: Simulator) -> dict[str, t.Any]:
    """All that a run may have changed, without times."""
    world = simulator.world
    found: dict[str, t.Any] = {}
    for stored in world.connections.values():
        found[f"{stored.name} {stored.id}"] = {
            "scheme": stored.scheme,
            "parameters": dict(stored.parameters),
            "secrets": dict(stored.secrets),
            "data": dict(stored.data),
            "references": [(item.project.id, item.name, item.description) for item in stored.references],
            "description": stored.description,
            "enabled": not stored.disabled,
            "ready": stored.ready,
            "status": stored.status.state,
            "pending": stored.pending is not None,
            "can go back": stored.previous is not None,
            "permissions": {
                project: (given.all_pipelines is not None, sorted(given.pipelines))
                for project, given in stored.permissions.items()
            },
            "roles": {
                project: sorted((given.caller.display_name, given.role) for given in roles)
                for project, roles in stored.roles.items()
            },
        }
    identities: list[Application | ManagedIdentity] = [*world.directory.applications.values()]
    identities += world.directory.identities.values()
    for identity in identities:
        found[f"credentials of {principal_of(identity)}"] = sorted(
            (item.name, item.issuer, item.subject, tuple(item.audiences)) for item in identity.credentials
        )
    found["checks"] = sorted(
        (check.connection_id, check.type_id, str(check.settings)) for check in world.checks.values()
    )
    return found


def what_is_written(record: Recorded) -> str:
    body = record.body if isinstance(record.body, dict) else {}
    scheme = (body.get("authorization") or {}).get("scheme", "")
    told = [str(body.get(key, "")) for key in ("name", "issuer", "subject", "serviceConnectionInput")]
    return " ".join([record.method, record.path.lower(), scheme, *told]).strip()


def applied(records: t.Iterable[Recorded]) -> Counter[str]:
    """The same for a record: what was answered well took effect. A request whose client was killed counts by its status, too."""
    return Counter(
        what_is_written(record)
        for record in records
        if record.write and record.status is not None and 200 <= record.status < 300
    )
