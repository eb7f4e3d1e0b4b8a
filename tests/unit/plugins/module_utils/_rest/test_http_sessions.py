# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions, proxies, TLS, the pace of all threads, and which addresses may see a credential."""

from __future__ import annotations

import threading
import time
import typing as t
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError, TransportError
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_devops import AzureDevOps
from ansible_collections.azdo.connections.plugins.module_utils._rest.http import USER_AGENT
from ansible_collections.azdo.connections.plugins.module_utils._rest.urls import (
    check_url,
    is_loopback,
    organization_url,
)

from simulator import Fleet, Simulator
from unit.plugins._helpers.clients import Tokens, a_read, client, http

pytestmark = pytest.mark.loopback

Simulate = t.Callable[..., Simulator]


# -- addresses ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("value", "url", "name"),
    [
        ("contoso", "https://dev.azure.com/contoso", "contoso"),
        ("con-toso1", "https://dev.azure.com/con-toso1", "con-toso1"),
        ("https://dev.azure.com/contoso", "https://dev.azure.com/contoso", "contoso"),
        ("https://dev.azure.com/contoso/", "https://dev.azure.com/contoso", "contoso"),
        ("  contoso\n", "https://dev.azure.com/contoso", "contoso"),
        (" https://dev.azure.com/contoso ", "https://dev.azure.com/contoso", "contoso"),
        ("HTTPS://DEV.Azure.com/contoso", "https://dev.azure.com/contoso", "contoso"),
        ("https://dev.azure.com:443/contoso", "https://dev.azure.com/contoso", "contoso"),
        ("dev.azure.com/contoso", "https://dev.azure.com/contoso", "contoso"),
        ("https://dev.azure.com/contoso/_settings/users?tab=2#here", "https://dev.azure.com/contoso", "contoso"),
        ("https://dev.azure.com/contoso?x=1", "https://dev.azure.com/contoso", "contoso"),
        ("https://contoso.visualstudio.com/", "https://contoso.visualstudio.com", "contoso"),
        ("https://Contoso.VisualStudio.com/DefaultCollection", "https://contoso.visualstudio.com", "contoso"),
        ("contoso.visualstudio.com", "https://contoso.visualstudio.com", "contoso"),
        ("https://contoso.visualstudio.com/_settings/", "https://contoso.visualstudio.com", "contoso"),
        ("https://server/tfs/DefaultCollection", "https://server/tfs/DefaultCollection", "DefaultCollection"),
        ("https://server:8443/c//", "https://server:8443/c", "c"),
        ("http://localhost:8080/c", "http://localhost:8080/c", "c"),
        ("http://127.0.0.1:8080/c", "http://127.0.0.1:8080/c", "c"),
        ("http://[::1]:8080/c", "http://[::1]:8080/c", "c"),
    ],
)
def test_addresses_of_organizations(value: str, url: str, name: str) -> None:
    assert organization_url(value) == url
    assert AzureDevOps(url, http(), Tokens("x")).name == name


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (None, "organization_url is not set"),
        ("", "organization_url is not set"),
        (" \n", "organization_url is not set"),
        ("server/tfs/DefaultCollection", "not a web address"),
        ("contoso/Payments", "not a web address"),
        ("ftp://dev.azure.com/contoso", "not a web address"),
        ("https://", "not a web address"),
        ("https://[::1/contoso", "not a web address"),
        ("https://[nonsense]/contoso", "not a web address"),
        ("con toso", "not a web address"),
        ("someone:a-token-of-somebody@dev.azure.com/contoso", "contains a user name or a password"),
        ("https://dev.azure.com", "exactly one organization"),
        ("https://dev.azure.com/", "exactly one organization"),
        ("https://dev.azure.com/contoso/Payments", "exactly one organization"),
        ("https://DEV.azure.com/contoso/Payments", "exactly one organization"),
        ("https://sam:pass-word@dev.azure.com/contoso", "user name or a password"),
        ("https://token-token@dev.azure.com/contoso", "user name or a password"),
        ("https://dev.azure.com/contoso/Web%20Shop/_settings/adminservices", "names the project 'Web Shop'"),
        ("https://contoso.visualstudio.com/Payments", "names the project 'Payments'"),
        ("https://contoso.visualstudio.com/DefaultCollection/Payments", "names the project 'Payments'"),
        ("https://dev.azure.com/_settings", "exactly one organization"),
        ("https://vsrm.dev.azure.com/contoso", "another service"),
        ("https://app.vssps.visualstudio.com/x", "exactly one organization"),
        ("https://server/tfs/c?x=1", "query or a fragment"),
        ("https://server/tfs/c#x", "query or a fragment"),
        ("https://server/tfs/c/_settings", "the address of a page"),
        ("https://127.0.0.1:99999/c", "organization_url is 'https://127.0.0.1:99999/c', which is not a web address"),
        ("https://server:abc/c", "not a web address"),
        ("https://server:0/c", "there is no port 0"),
        ("https://server:-1/c", "not a web address"),
        ("https://a..b/c", "no host can be called"),
        ("https://a b/c", "no host can be called"),
        ("https://dev.azure.com/con\ntoso", "a line break"),
        ("http://dev.azure.com/contoso", "plain http"),
        ("http://server/tfs/c", "plain http"),
        ("http://127.0.0.1.evil.example/c", "plain http"),
        ("http://localhost.evil.example/c", "plain http"),
    ],
)
def test_addresses_that_cannot_be_used(value: str | None, sentence: str) -> None:
    with pytest.raises(OptionError, match=sentence) as caught:
        organization_url(value)
    assert caught.value.remedy
    assert "pass-word" not in str(caught.value)
    assert "token-token" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "allowed"),
    [
        ("http://server:8080/tfs/c", True),
        ("http://notdev.azure.com.example/c", True),
        ("http://dev.azure.com/contoso", False),
        ("http://contoso.visualstudio.com", False),
    ],
)
def test_plain_http_is_for_servers_of_ones_own_only(value: str, allowed: bool) -> None:
    if allowed:
        assert organization_url(value, allow_plain_http=True) == value
    else:
        with pytest.raises(OptionError, match="plain http"):
            organization_url(value, allow_plain_http=True)


def test_the_option_at_fault_is_named() -> None:
    with pytest.raises(OptionError, match="graph_url"):
        check_url("graph_url", "http://graph.example")


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("LOCALHOST", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("10.0.0.1", False),
        ("0.0.0.0", False),
        ("localhost.", False),
        ("my-localhost", False),
    ],
)
def test_what_is_this_machine(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


# -- TLS ---------------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def over_tls() -> t.Iterator[Simulator]:
    with Simulator(Fleet(), tls=True) as simulator:
        yield simulator


def test_the_certificate_is_verified(over_tls: Simulator) -> None:
    over_tls.forget()
    with pytest.raises(OptionError, match=r"certificate of 127\.0\.0\.1:\d+ could not be verified") as caught:
        client(over_tls).projects()
    assert "ca_path" in caught.value.remedy
    assert over_tls.requests == []


def test_an_authority_of_ones_own(over_tls: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client(over_tls, ca_path=over_tls.ca_path).projects() == []
    assert over_tls.ca_path
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", over_tls.ca_path)
    assert client(over_tls).projects() == []


def test_verification_can_be_switched_off(over_tls: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere.pem")
    assert client(over_tls, validate_certs=False).projects() == []


# -- sessions ----------------------------------------------------------------------------------------------------------
def test_a_connection_is_used_again(simulate: Simulate) -> None:
    simulator = simulate()
    one = http()
    tokens = Tokens(f"Bearer {simulator.token()}")
    for _number in range(5):
        one.send(a_read(simulator), tokens)
    assert [len(idle) for idle in one._idle.values()] == [1]


def test_a_broken_connection_is_not(simulate: Simulate) -> None:
    simulator = simulate()
    one = http(max_retries=0)
    tokens = Tokens(f"Bearer {simulator.token()}")
    simulator.fault(kind="reset_before")
    with pytest.raises(TransportError):
        one.send(a_read(simulator), tokens)
    assert [len(idle) for idle in one._idle.values()] == [0]


# -- the pace of all ---------------------------------------------------------------------------------------------------
def test_a_good_answer_that_says_wait_holds_everybody_back(simulate: Simulate) -> None:
    simulator = simulate()
    one = http()
    tokens = Tokens(f"Bearer {simulator.token()}")
    simulator.fault(kind="headers", headers={"Retry-After": "0.15"})
    one.send(a_read(simulator), tokens)
    answered = time.monotonic()
    threads = [threading.Thread(target=one.send, args=(a_read(simulator), tokens)) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert min(record.at for record in simulator.requests[1:]) >= answered + 0.13
    assert one.pace.seconds_lost == pytest.approx(0.15, abs=0.02)


def test_a_read_that_is_told_to_wait_comes_back_after_that_time(simulate: Simulate) -> None:
    simulator = simulate()
    simulator.fault(status=429, headers={"Retry-After": "0.12"})
    http().send(a_read(simulator), Tokens(f"Bearer {simulator.token()}"))
    first, second = simulator.requests
    assert second.at - first.at >= 0.12


# -- proxies -----------------------------------------------------------------------------------------------------------
class Proxy(BaseHTTPRequestHandler):
    """Notes what it is asked for and refuses it."""

    asked: t.ClassVar[list[str]] = []

    def do_GET(self) -> None:
        type(self).asked.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<html><title>Corporate Gateway</title></html>")

    def log_message(self, format: str, *args: t.Any) -> None:
        pass


@pytest.fixture
def proxy() -> t.Iterator[str]:
    Proxy.asked.clear()
    server = HTTPServer(("127.0.0.1", 0), Proxy)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_the_proxy_of_the_environment_is_used(
    simulate: Simulate, proxy: str, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    simulator = simulate()
    monkeypatch.setenv(variable, proxy)
    with pytest.raises(Exception, match="'Corporate Gateway'"):
        http().send(a_read(simulator), Tokens("Basic x"))
    assert Proxy.asked
    assert simulator.requests == []


def test_no_proxy_is_respected(simulate: Simulate, proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    simulator = simulate()
    monkeypatch.setenv("HTTP_PROXY", proxy)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    http().send(a_read(simulator), Tokens(f"Bearer {simulator.token()}"))
    assert (len(simulator.requests), Proxy.asked) == (1, [])


def test_a_proxy_that_is_not_there_is_named(simulate: Simulate, monkeypatch: pytest.MonkeyPatch) -> None:
    simulator = simulate()
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with pytest.raises(TransportError, match="no answer from the proxy in front of 127"):
        http(max_retries=0).send(a_read(simulator), Tokens("Basic x"))


def test_the_version_in_the_user_agent() -> None:
    assert USER_AGENT.startswith("azdo.connections/0.")
