# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Most tests reach the simulator without a socket: here the same requests go both ways, and nothing that anybody could see may differ."""

from __future__ import annotations

import re
import threading
import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
import requests
from ansible_collections.azdo.connections.plugins.module_utils._errors import AzdoError
from ansible_collections.azdo.connections.plugins.module_utils._rest.faults import causes
from ansible_collections.azdo.connections.plugins.module_utils._rest.http import HttpClient
from starlette.types import Receive, Scope, Send

from simulator import Fleet, Simulator
from simulator.direct import exchange
from simulator.recorder import Recorded
from simulator.turns import Turns, pause
from unit.plugins._helpers.clients import Tokens, a_read, a_write, http
from unit.plugins._helpers.in_process import InProcess, Remembering

pytestmark = pytest.mark.loopback

Json = dict[str, t.Any]
# Of these only the names are the same at every request.
RANDOM = {"activityid", "x-vss-e2eid", "x-tfs-session", "date"}
CONVERSION = "{owner}/_apis/serviceendpoint/endpoints/{id}?operation=ConvertAuthenticationScheme&api-version=7.1"
CONVERTED = {"type": "azurerm", "authorization": {"scheme": "WorkloadIdentityFederation"}}
FAULTS: list[Json] = [
    {"status": 429, "headers": {"Retry-After": "3", "X-Why": "Grüße"}},
    {"status": 503, "body": "busy"},
    {"status": 302, "headers": {"Location": "/_signin"}},
    {"status": 204, "body": ""},
    {"status": 500, "body": {"message": "東京"}},
    {"kind": "reset_before"},
    {"kind": "reset_after"},
    {"kind": "html", "body": "sign-in"},
    {"kind": "html", "body": "proxy", "status": 407},
    {"kind": "truncated"},
    {"kind": "cut"},
    {"kind": "delay", "delay_ms": 5},
    {"kind": "headers", "headers": {"X-RateLimit-Remaining": "0"}},
]


@dataclass
class Asked:
    """A request as a test of requests would write it; ``{owner}`` and ``{id}`` are the connection's."""

    method: str
    path: str
    named: Json = field(default_factory=dict)
    signed_in: bool = True


REQUESTS = {
    "read": Asked("GET", "contoso/_apis/projects?api-version=7.1"),
    "names": Asked("GET", "contoso/B%C3%BCro {{ 7*7 }}/_apis/x/ä", {"params": {"name": "a b&c=%ü", "$top": [1, 2]}}),
    "nobody": Asked("GET", "contoso/_apis/connectionData", signed_in=False),
    "no such page": Asked("GET", "nowhere"),
    "conversion": Asked("PUT", f"contoso/{CONVERSION}", {"json": CONVERTED}),
    "no object": Asked("PUT", f"contoso/{CONVERSION}", {"data": "tö no object".encode()}),
    "nothing to send": Asked("POST", "contoso/_apis/projects?api-version=7.1"),
    "form": Asked("POST", "common/oauth2/v2.0/token", {"data": {"grant_type": "password", "scope": "ü x"}}),
    "other method": Asked("POST", "contoso/_apis/projects", {"headers": {"X-HTTP-Method-Override": "PATCH"}}),
    "a cookie": Asked("GET", "contoso/_apis/projects", {"headers": {"Cookie": "x=y", "Accept": "text/html"}}),
    "control": Asked("GET", "_control/state"),
}


def settled(text: str) -> str:
    """Without what is another one each time: moments, addresses of objects, and GUIDs that were drawn (the others are made from names)."""
    drawn = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"
    return re.sub(rf"\d{{4}}-\d\d-\d\d[T ][\d:.]+Z|0x[0-9a-f]+|{drawn}", "*", text)


class Both:
    """One transport and then the other, each with the same new world."""

    def __init__(self, simulator: Simulator, in_process: InProcess) -> None:
        self.simulator, self._in_process = simulator, in_process

    def start(self) -> t.Any:
        fleet = Fleet()
        made = fleet.connection(fleet.project("Payments", description="Grüße"), "azure-prod")
        self.simulator.reset(fleet)
        return made

    def play(self, way: t.Callable[[requests.Session], t.Any]) -> list[t.Any]:
        """What ``way`` makes of a session of each transport."""
        found = []
        for adapter in (None, self._in_process):
            with requests.Session() if adapter is None else Remembering() as session:
                if adapter is not None:
                    session.mount(self.simulator.base_url, adapter)
                found.append(way(session))
        return found

    def ask(self, asked: Asked, fault: Json | None = None, timeout: float | None = 5) -> list[Json]:
        """What came back, what was recorded, and what is stored then."""

        def way(session: requests.Session) -> Json:
            made = self.start()
            if fault is not None:
                self.simulator.fault(**fault)
            if asked.signed_in:
                session.headers["Authorization"] = f"Bearer {self.simulator.token()}"
            path = asked.path.replace("{owner}", made.owning.project.id).replace("{id}", made.id)
            url = f"{self.simulator.base_url}/{path}"
            seen: t.Any
            try:
                answer = session.request(asked.method, url, timeout=timeout, allow_redirects=False, **asked.named)
                seen = response(answer)
            except requests.RequestException as error:
                seen = told(error)
            records = [recorded(record) for record in self.simulator.requests]
            return {"seen": seen, "recorded": records, "stored": stored(self.simulator, made.id)}

        return self.play(way)


def stored(simulator: Simulator, identifier: str) -> t.Any:
    found = simulator.connection(identifier)
    return found and (found.scheme, found.status.state)


def told(error: BaseException) -> list[tuple[str, str]]:
    return [(type(item).__name__, settled(str(item))) for item in causes(error)]


def response(answer: requests.Response) -> Json:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return {
        "status": (answer.status_code, answer.reason, answer.raw.version),
        "order": list(headers),
        "headers": {name: "*" if name in RANDOM else value for name, value in headers.items()},
        "body": settled(answer.content.decode("latin-1")),
        "encoding": answer.encoding,
    }


def recorded(record: Recorded) -> tuple[t.Any, ...]:
    # Which token it is differs.
    headers = {
        name: value.partition(" ")[0] if name == "authorization" else value for name, value in record.headers.items()
    }
    own = (record.method, record.raw_path, record.path, record.query, headers, record.body, record.write)
    return *own, record.status, record.caller, record.operation, record.in_flight


@pytest.fixture
def both(running: Simulator, in_process: InProcess) -> t.Iterator[Both]:
    yield Both(running, in_process)
    running.reset()


@pytest.mark.parametrize("name", REQUESTS)
def test_requests_and_answers_are_the_same(name: str, both: Both) -> None:
    loopback, direct = both.ask(REQUESTS[name])
    assert direct == loopback
    assert isinstance(direct["seen"], dict), "there was no answer"


@pytest.mark.parametrize("changed", [{"params": {"a": "2"}}, {"headers": {"X-A": "2"}}, {"json": {"a": 2}}], ids=str)
def test_only_the_same_words_are_remembered(changed: Json, both: Both) -> None:
    def way(session: requests.Session) -> list[t.Any]:
        both.start()
        for named in ({"params": {"a": "1"}, "headers": {"X-A": "1"}}, changed, {"params": {"a": "1"}}, changed):
            session.get(f"{both.simulator.organization_url}/_apis/projects", **named)
        session.headers["X-A"] = "3"
        session.get(f"{both.simulator.organization_url}/_apis/projects", **changed)
        return [recorded(record) for record in both.simulator.requests]

    loopback, direct = both.play(way)
    assert direct == loopback
    assert len(direct) == 5


@pytest.mark.parametrize("fault", FAULTS, ids=str)
@pytest.mark.parametrize("name", ["read", "conversion"])
def test_faults_are_the_same(name: str, fault: Json, both: Both) -> None:
    loopback, direct = both.ask(REQUESTS[name], fault)
    assert direct == loopback
    assert isinstance(direct["seen"], list) is (fault.get("kind") in ("reset_before", "reset_after", "cut"))
    took_effect = name == "conversion" and fault.get("kind", "status") not in ("status", "html", "reset_before")
    assert (direct["stored"][0] == "WorkloadIdentityFederation") is took_effect


def test_an_answer_that_takes_too_long_is_the_same_and_the_request_goes_on(both: Both) -> None:
    def way(session: requests.Session) -> t.Any:
        made = both.start()
        applied = threading.Event()
        both.simulator.observe(lambda _record, moment: applied.set() if moment == "applied" else None)
        both.simulator.fault(kind="delay", delay_ms=500)
        asked = a_write(both.simulator, made)
        session.headers["Authorization"] = f"Bearer {both.simulator.token()}"
        with pytest.raises(requests.ReadTimeout) as caught:
            session.put(asked.url, params=asked.params, json=asked.body, timeout=0.05)
        assert stored(both.simulator, made.id)[0] == "ServicePrincipal"
        # Waited for, so that it does not go on in the world of another test.
        assert applied.wait(30)
        return told(caught.value), stored(both.simulator, made.id)

    loopback, direct = both.play(way)
    assert direct == loopback
    assert direct[1][0] == "WorkloadIdentityFederation"


def test_a_simulator_that_breaks_answers_the_same(both: Both) -> None:
    def way(session: requests.Session) -> Json:
        both.start()

        def broken(record: Recorded, moment: str) -> None:
            raise RuntimeError("a fault of the simulator")

        both.simulator.observe(broken)
        return response(session.get(f"{both.simulator.organization_url}/_apis/projects", timeout=5))

    loopback, direct = both.play(way)
    assert direct == loopback
    assert direct["status"][0] == 500


# -- what the collection makes of it -----------------------------------------------------------------------------------
@pytest.mark.parametrize("fault", FAULTS, ids=str)
@pytest.mark.parametrize("write", [False, True], ids=["read", "write"])
def test_our_client_says_the_same(write: bool, fault: Json, both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    def way(session: requests.Session) -> t.Any:
        made = both.start()
        both.simulator.fault(**{**fault, "times": 0, "headers": {**fault.get("headers", {}), "Retry-After": "0"}})
        monkeypatch.setattr(HttpClient, "_new_session", lambda _client, _url: session)
        request = a_write(both.simulator, made) if write else a_read(both.simulator)
        try:
            answer = http(max_retries=1).send(request, Tokens(f"Bearer {both.simulator.token()}"))
        except AzdoError as error:
            return (
                type(error),
                settled(str(error)),
                error.remedy,
                settled(str(error.details)),
                len(both.simulator.requests),
            )
        return answer.status, settled(str(answer.data)), len(both.simulator.requests)

    loopback, direct = both.play(way)
    assert direct == loopback


def test_requests_that_pause_are_under_way_at_the_same_time() -> None:
    arrived: list[str] = []

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        arrived.append(scope["path"])
        while len(arrived) < 4:
            await pause(0.001)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    turns = Turns(application)
    with ThreadPoolExecutor(4) as threads:
        found = threads.map(lambda number: exchange(turns, "GET", f"/{number}", [], b"", 60).status, range(4))
        assert list(found) == [204] * 4
