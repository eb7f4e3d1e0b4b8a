# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests on the wire: reads are tried again, writes are not, and nobody sees a credential who should not."""

from __future__ import annotations

import base64
import dataclasses
import ssl
import threading
import typing as t
from pathlib import Path
from types import SimpleNamespace

import pytest
import requests
from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AmbiguousWriteError,
    AuthenticationError,
    BlockedByPolicyError,
    ForeignAnswerError,
    NotAcceptedError,
    OptionError,
    ServiceError,
    StoppedError,
    TransportError,
)
from ansible_collections.azdo.connections.plugins.module_utils._rest.pacing import Stop

from simulator import Fleet, Simulator
from unit.plugins._helpers.clients import Tokens, a_read, a_write, http

pytestmark = pytest.mark.loopback

Simulate = t.Callable[..., Simulator]
NOBODY = t.cast(Simulator, SimpleNamespace(organization_url="http://127.0.0.1:1/contoso"))


def basic(simulator: Simulator) -> Tokens:
    return Tokens("Basic " + base64.b64encode(f":{simulator.pat}".encode()).decode())


@pytest.fixture
def simulator(simulate: Simulate) -> Simulator:
    fleet = Fleet()
    fleet.connection(fleet.project("Payments"), "azure-prod")
    return simulate(fleet)


def the_connection(simulator: Simulator) -> t.Any:
    return next(iter(simulator.world.connections.values()))


# -- reads -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "fault",
    [
        {"status": 408},
        {"status": 429},
        {"status": 500},
        {"status": 500, "body": ""},
        {"status": 500, "body": {"typeKey": "SqlTimeoutException", "message": "busy"}},
        {"status": 502},
        {"status": 503},
        {"status": 504},
        {"status": 520, "body": "Web server is returning an unknown error"},
        {"kind": "reset_before"},
        {"kind": "reset_after"},
        {"kind": "truncated"},
        {"kind": "cut"},
        {"kind": "html", "status": 200, "body": "proxy"},
        {"kind": "html", "status": 500, "body": "proxy"},
        {"kind": "html", "status": 503, "body": "proxy"},
        {"status": 200, "body": "plain words"},
    ],
    ids=str,
)
def test_a_read_is_tried_again(simulator: Simulator, fault: dict[str, t.Any]) -> None:
    simulator.fault(times=3, **fault)
    answer = http().send(a_read(simulator), basic(simulator))
    assert answer.data["authenticatedUser"]["id"]
    assert len(simulator.requests) == 4


@pytest.mark.parametrize("retries", [0, 1, 3])
def test_but_not_for_ever(simulator: Simulator, retries: int) -> None:
    simulator.fault(times=0, status=503)
    with pytest.raises(ServiceError, match=rf"TF400898.*\(tried {retries + 1} times\)") as caught:
        http(max_retries=retries).send(a_read(simulator), basic(simulator))
    assert len(simulator.requests) == retries + 1
    assert caught.value.status == 503


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 400},
        {"status": 403},
        {"status": 404},
        {"status": 409},
        {"status": 500, "body": {"typeKey": "DuplicateServiceConnectionException", "message": "said"}},
        {"status": 500, "body": {"typeKey": "ProjectDoesNotExistException", "message": "said"}},
        {"status": 500, "body": {"typeKey": "AccessDeniedException", "message": "said"}},
        {"status": 500, "body": {"typeKey": "ArgumentException", "message": "said"}},
    ],
    ids=str,
)
def test_a_decision_of_the_service_is_not_asked_for_again(simulator: Simulator, fault: dict[str, t.Any]) -> None:
    simulator.fault(times=0, **fault)
    with pytest.raises(ServiceError):
        http().send(a_read(simulator), basic(simulator))
    assert len(simulator.requests) == 1


def test_what_reads_is_told_by_its_mark_and_not_by_its_method(simulator: Simulator) -> None:
    """TestConnection is a POST, and a GET could be marked as a write."""
    simulator.fault(times=2, status=500)
    read = dataclasses.replace(a_read(simulator), method="POST")
    with pytest.raises(ServiceError, match=r"^(?!.*tried)"):
        http().send(read, basic(simulator))
    assert len(simulator.requests) == 3
    simulator.forget()
    simulator.fault(status=500)
    with pytest.raises(AmbiguousWriteError):
        http().send(dataclasses.replace(a_read(simulator), write=True), basic(simulator))
    assert len(simulator.requests) == 1


def test_a_500_that_lasts_says_what_it_said(simulator: Simulator) -> None:
    simulator.fault(times=0, status=500)
    with pytest.raises(ServiceError, match=r"TF400898.* \(tried 3 times\)") as caught:
        http(max_retries=2).send(a_read(simulator), basic(simulator))
    assert (caught.value.status, caught.value.code) == (500, "service_error")


def test_after_a_stop_nothing_is_tried_again(simulator: Simulator) -> None:
    stop = Stop()
    simulator.fault(times=0, status=503, delay_ms=30)
    threading.Timer(0.01, stop.set).start()
    with pytest.raises(StoppedError):
        http(stop, max_retries=100).send(a_read(simulator), basic(simulator))
    assert len(simulator.requests) < 5


def test_nobody_listens() -> None:
    with pytest.raises(TransportError, match=r"no answer from 127\.0\.0\.1:1: .*refused.* \(tried 2 times\)") as caught:
        http(max_retries=1).send(a_read(NOBODY), Tokens("Basic x"))
    assert "object at" not in str(caught.value)
    assert "organization_url" in caught.value.remedy


# -- writes ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"status": 429}, NotAcceptedError),
        ({"status": 429, "headers": {"Retry-After": "0.01"}}, NotAcceptedError),
        ({"status": 407}, NotAcceptedError),
        ({"status": 502}, AmbiguousWriteError),
        ({"status": 503, "headers": {"Retry-After": "0.01"}}, AmbiguousWriteError),
        ({"status": 504}, AmbiguousWriteError),
        ({"kind": "reset_before"}, AmbiguousWriteError),
        ({"kind": "reset_after"}, AmbiguousWriteError),
        ({"kind": "truncated"}, AmbiguousWriteError),
        ({"kind": "cut"}, AmbiguousWriteError),
        ({"kind": "html", "status": 200, "body": "proxy"}, AmbiguousWriteError),
        ({"status": 500}, AmbiguousWriteError),
        ({"status": 500, "body": {"typeKey": "BusinessException", "message": "no"}}, ServiceError),
        ({"status": 400}, ServiceError),
        ({"kind": "html", "status": 203}, AuthenticationError),
    ],
    ids=str,
)
def test_a_write_is_sent_once(simulator: Simulator, fault: dict[str, t.Any], error: type[Exception]) -> None:
    simulator.fault(times=0, **fault)
    with pytest.raises(error) as caught:
        http().send(a_write(simulator, the_connection(simulator)), basic(simulator))
    assert caught.value.__class__ is error
    assert len(simulator.requests) == 1


def test_a_write_that_never_left_changed_nothing() -> None:
    some = SimpleNamespace(id="c", owning=SimpleNamespace(project=SimpleNamespace(id="p")))
    with pytest.raises(NotAcceptedError, match="refused"):
        http().send(a_write(NOBODY, some), Tokens("Basic x"))


def test_a_write_does_not_wait_long_at_the_gate(simulator: Simulator) -> None:
    """What it is based on would be out of date."""
    client = http()
    client.pace.hold(300)
    with pytest.raises(NotAcceptedError):
        client.send(a_write(simulator, the_connection(simulator)), basic(simulator))
    assert simulator.requests == []


def test_after_a_stop_no_write_is_sent(simulator: Simulator) -> None:
    stop = Stop()
    stop.set()
    with pytest.raises(StoppedError):
        http(stop).send(a_write(simulator, the_connection(simulator)), basic(simulator))
    assert simulator.requests == []


@pytest.mark.parametrize(
    ("cause", "read", "write"),
    [
        (ssl.SSLCertVerificationError(1, "unable to get local issuer certificate"), OptionError, OptionError),
        (ssl.SSLEOFError(8, "EOF occurred in violation of protocol"), TransportError, AmbiguousWriteError),
        (ssl.SSLError(1, "record layer failure"), TransportError, AmbiguousWriteError),
    ],
)
def test_not_every_trouble_with_tls_is_one_of_certificates(
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    cause: ssl.SSLError,
    read: type[Exception],
    write: type[Exception],
) -> None:
    def broken(*args: t.Any, **named: t.Any) -> t.NoReturn:
        raise requests.exceptions.SSLError(cause)

    monkeypatch.setattr(requests.Session, "request", broken)
    with pytest.raises(read):
        http(max_retries=0).send(a_read(simulator), basic(simulator))
    with pytest.raises(write):
        http().send(a_write(simulator, the_connection(simulator)), basic(simulator))


# -- what goes out -----------------------------------------------------------------------------------------------------
def test_what_every_request_says(simulator: Simulator) -> None:
    http().send(a_read(simulator), basic(simulator))
    headers = simulator.requests[0].headers
    assert headers["user-agent"].startswith("azdo.connections/")
    assert headers["accept-language"] == "en-US"
    assert headers["accept"] == "application/json"


def test_a_netrc_file_changes_nothing(simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """requests would put its entry in the place of our credential."""
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\ndefault login somebody password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    http().send(a_read(simulator), basic(simulator))
    assert simulator.requests[0].headers["authorization"] == basic(simulator)()


def test_a_redirect_is_not_followed(simulator: Simulator) -> None:
    elsewhere = f"{simulator.base_url}/elsewhere"
    simulator.fault(times=0, status=302, headers={"Location": elsewhere})
    with pytest.raises(AuthenticationError, match=r"redirects to 127\.0\.0\.1"):
        http().send(a_read(simulator), basic(simulator))
    assert len(simulator.requests) == 1


@pytest.mark.parametrize("rejection", ["redirect_302", "html_203", "empty_401", "expired_401", "json_401"])
def test_a_rejected_credential_is_told_once(simulator: Simulator, rejection: str) -> None:
    simulator.knob(rejection=rejection)
    with pytest.raises(AuthenticationError) as caught:
        http().send(a_read(simulator), Tokens("Basic bm90LWEtdG9rZW4="))
    assert "bm90LWEtdG9rZW4" not in str(caught.value)
    assert len(simulator.requests) == 1


# -- newer tokens ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("write", [False, True])
def test_a_rejected_token_is_replaced_once(simulator: Simulator, write: bool) -> None:
    tokens = Tokens("Bearer old", f"Bearer {simulator.token()}", "Bearer third")
    request = a_write(simulator, the_connection(simulator)) if write else a_read(simulator)
    http().send(request, tokens)
    assert tokens.rejected == ["Bearer old"]
    assert [record.status for record in simulator.requests] == [401, 200]


def test_two_rejected_tokens_are_enough(simulator: Simulator) -> None:
    tokens = Tokens("Bearer one", "Bearer two", "Bearer three")
    with pytest.raises(AuthenticationError):
        http().send(a_read(simulator), tokens)
    assert len(simulator.requests) == 2


def test_a_strangers_page_costs_no_token(simulator: Simulator) -> None:
    simulator.fault(times=0, kind="html", status=200, body="proxy")
    tokens = Tokens("Bearer one", "Bearer two")
    with pytest.raises(ForeignAnswerError, match="proxy or gateway"):
        http(max_retries=2).send(a_read(simulator), tokens)
    assert (tokens.rejected, len(simulator.requests)) == ([], 3)


def test_a_page_that_refuses_is_not_asked_for_again(simulator: Simulator) -> None:
    simulator.fault(times=0, kind="html", status=403, body="proxy")
    with pytest.raises(ForeignAnswerError):
        http().send(a_read(simulator), basic(simulator))
    assert len(simulator.requests) == 1


def test_a_policy_costs_no_token(simulator: Simulator) -> None:
    """A newer one is of the same caller at the same place."""
    simulator.fault(times=0, status=401, body={"message": "VS403463: The conditional access policy has failed."})
    tokens = Tokens("Bearer one", "Bearer two")
    with pytest.raises(BlockedByPolicyError):
        http().send(a_read(simulator), tokens)
    assert (tokens.rejected, len(simulator.requests)) == ([], 1)
