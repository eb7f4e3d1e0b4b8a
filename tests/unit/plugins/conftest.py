# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""For all tests of plugins: a simulator with a world of its own for every test, no socket to it and no test that waits."""

from __future__ import annotations

import typing as t

import pytest
import requests
from ansible_collections.azdo.connections.plugins.module_utils._inspect import states_of_many
from ansible_collections.azdo.connections.plugins.module_utils._move import conversion, credential_preparation, move
from ansible_collections.azdo.connections.plugins.module_utils._rest import http, pacing
from ansible_collections.azdo.connections.plugins.module_utils._sign_in import tokens
from hypothesis import settings

from simulator import Fleet, Simulator
from unit.plugins._helpers.in_process import InProcess, Remembering

# The same examples every time, on machines of any speed.
settings.register_profile("unit", derandomize=True, deadline=None, database=None, max_examples=100)
settings.load_profile("unit")

Simulate = t.Callable[..., Simulator]


@pytest.fixture(scope="session")
def running() -> t.Iterator[Simulator]:
    with Simulator() as simulator:
        yield simulator


@pytest.fixture
def simulate(running: Simulator) -> t.Iterator[Simulate]:
    """simulate(fleet, **knobs): the running simulator with this world."""

    def reset(fleet: Fleet | None = None, **knobs: t.Any) -> Simulator:
        running.reset(fleet, **knobs)
        return running

    yield reset
    running.reset()


@pytest.fixture(scope="session")
def in_process(running: Simulator) -> InProcess:
    return InProcess(running)


@pytest.fixture(autouse=True)
def no_socket(
    request: pytest.FixtureRequest, running: Simulator, in_process: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requests to the simulator stay in this process, except those of tests marked as loopback."""
    if request.node.get_closest_marker("loopback") is not None:
        return
    make = http.HttpClient._new_session

    def make_and_mount(client: http.HttpClient, url: str) -> requests.Session:
        session = make(client, url)
        session.__class__ = Remembering
        session.mount(f"{running.base_url}/", in_process)
        return session

    monkeypatch.setattr(http.HttpClient, "_new_session", make_and_mount)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses between attempts are there, but far too short to notice."""
    monkeypatch.setattr(http, "backoff", lambda attempt: 0.001)
    monkeypatch.setattr(move, "_FIRST_PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(move, "_LONGEST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(states_of_many, "_FRESH_SECONDS", 0.005)
    monkeypatch.setattr(conversion, "GRACE_SECONDS", 0.05)
    monkeypatch.setattr(credential_preparation, "_OWN_CREDENTIAL_SECONDS", 0.02)
    monkeypatch.setattr(pacing, "_LOW_BUDGET_PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(pacing, "_FIRST_TRY_PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(pacing, "_LONGEST_TRY_PAUSE_SECONDS", 0.01)


@pytest.fixture(autouse=True)
def no_remembered_tokens() -> t.Iterator[None]:
    """Tokens are kept for the process: what one test got is not for the next."""
    tokens._TOKENS.clear()
    yield
    tokens._TOKENS.clear()


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the machine that runs the tests decides anything."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NETRC"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
