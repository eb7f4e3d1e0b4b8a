# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings with which no request can ever be answered are refused at once as what they are, and never tried again as a fault of the network."""

from __future__ import annotations

import sys
import typing as t
from pathlib import Path

import pytest
import requests
from ansible_collections.azdo.connections.plugins.module_utils._errors import MissingLibraryError, OptionError
from ansible_collections.azdo.connections.plugins.module_utils._rest.faults import check_proxy
from ansible_collections.azdo.connections.plugins.module_utils._sign_in.options import resolve

from simulator import Simulator
from unit.plugins._helpers.clients import Tokens, a_read, http, session

Simulate = t.Callable[..., Simulator]
TOKEN = "a-token-of-somebody"


# -- proxies -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("http://:8080", "names no host"),
        ("http://", "names no host"),
        ("proxy.example:abc", "is no address"),
        ("http://proxy.example:99999", "is no address"),
        ("http://proxy.example:0", "no port 0"),
        ("http://[nonsense", "is no address"),
        ("ftp://proxy.example:21", "ftp is no kind of proxy"),
        ("http://proxy example:80", "white space"),
        ("http:/proxy.example:80", "is no address"),
    ],
)
def test_a_proxy_that_cannot_be_one(
    value: str, fault: str, simulate: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator = simulate()
    monkeypatch.setenv("HTTP_PROXY", value)
    sent: list[str] = []
    monkeypatch.setattr(requests.Session, "request", lambda *args, **named: sent.append("sent"))
    with pytest.raises(OptionError, match=fault) as caught:
        http(max_retries=5).send(a_read(simulator), Tokens("Basic x"))
    assert "HTTPS_PROXY" in caught.value.remedy
    assert sent == []


def test_the_password_of_a_proxy_is_not_shown() -> None:
    with pytest.raises(OptionError) as caught:
        check_proxy("http://sam:pass-word@proxy.example:99999")
    assert "pass-word" not in str(caught.value)
    assert "proxy.example:99999" in str(caught.value)


@pytest.mark.parametrize("value", ["proxy.example:8080", "http://proxy", "https://u:p@[::1]:8080", "socks5h://proxy:1"])
def test_what_a_proxy_may_be(value: str) -> None:
    check_proxy(value)


def test_a_proxy_that_is_not_asked_is_not_looked_at(simulate: Simulate, monkeypatch: pytest.MonkeyPatch) -> None:
    simulator = simulate()
    monkeypatch.setenv("HTTP_PROXY", "http://:8080")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    http().send(a_read(simulator), Tokens(f"Bearer {simulator.token()}"))
    assert len(simulator.requests) == 1


def test_a_socks_proxy_without_its_library(simulate: Simulate, monkeypatch: pytest.MonkeyPatch) -> None:
    simulator = simulate()
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")
    monkeypatch.setitem(sys.modules, "socks", None)
    with pytest.raises(MissingLibraryError, match=r"PySocks is missing.*SOCKS proxy"):
        http(max_retries=5).send(a_read(simulator), Tokens("Basic x"))


@pytest.mark.parametrize("kind", ["InvalidURL", "InvalidProxyURL", "InvalidSchema", "MissingSchema"])
def test_what_requests_itself_refuses_is_not_tried_again(
    kind: str, simulate: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator = simulate()
    tried: list[str] = []

    def refuse(*args: t.Any, **named: t.Any) -> t.NoReturn:
        tried.append(kind)
        raise getattr(requests.exceptions, kind)("It cannot be.")

    monkeypatch.setattr(requests.Session, "request", refuse)
    with pytest.raises(OptionError, match=r"No request can be sent to .*: It cannot be"):
        http(max_retries=5).send(a_read(simulator), Tokens("Basic x"))
    assert tried == [kind]


# -- authorities -------------------------------------------------------------------------------------------------------
def _no_pem(folder: Path) -> str:
    path = folder / "ca.der"
    path.write_bytes(b"0\x82\x01\x0a no PEM")
    return str(path)


@pytest.mark.parametrize("validated", [True, False])
@pytest.mark.parametrize(
    ("make", "fault"),
    [
        (_no_pem, "no certificate of an authority"),
        (lambda folder: str(folder / "missing.pem"), "cannot be read: No such file"),
    ],
)
def test_a_ca_path_that_holds_no_authority(
    make: t.Callable[[Path], str], fault: str, validated: bool, simulate: Simulate, tmp_path: Path
) -> None:
    simulator, path = simulate(), make(tmp_path)
    if validated:
        with pytest.raises(OptionError, match=f"ca_path is '{path}', which .*{fault.partition(' ')[0]}") as caught:
            session(simulator, ca_path=path)
        assert fault in caught.value.message
    else:
        session(simulator, ca_path=path, validate_certs=False).azure_devops.projects()


def test_the_variable_that_names_no_authority_is_named(tmp_path: Path) -> None:
    from ansible_collections.azdo.connections.plugins.module_utils._rest.pacing import Stop
    from ansible_collections.azdo.connections.plugins.module_utils._sign_in.session import connect

    options = {"organization_url": "contoso", "personal_access_token": TOKEN, "validate_certs": True, "timeout": 1}
    with pytest.raises(OptionError, match=r"^REQUESTS_CA_BUNDLE is"):
        connect(resolve(options, {}), {"REQUESTS_CA_BUNDLE": _no_pem(tmp_path)}, Stop())


def test_a_folder_of_authorities_is_left_to_the_library(simulate: Simulate, tmp_path: Path) -> None:
    session(simulate(), ca_path=str(tmp_path)).azure_devops.projects()


# -- addresses of the other services -----------------------------------------------------------------------------------
@pytest.mark.parametrize("option", ["authority_url", "graph_url", "resource_manager_url"])
@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("https://host:99999", "not a web address"),
        ("https://host:abc", "not a web address"),
        ("host.example", "not a web address"),
        ("https://u:p@host", "user name or a password"),
        ("http://host.example", "plain http"),
        ("https://host?x=1", "query"),
    ],
)
def test_every_address_is_looked_at_before_the_first_request(
    option: str, value: str, fault: str, simulate: Simulate
) -> None:
    simulator = simulate()
    with pytest.raises(OptionError, match=f"{option} .*{fault}"):
        session(simulator, **t.cast(dict[str, t.Any], {option: value}))
    assert simulator.requests == []


def test_the_tenant_is_no_part_of_the_authority(simulate: Simulate) -> None:
    with pytest.raises(OptionError, match=r"authority_url.*more than the address") as caught:
        session(simulate(), authority_url="https://login.microsoftonline.com/contoso.com")
    assert "tenant" in caught.value.remedy


def test_the_version_of_graph_is_taken_off(simulate: Simulate) -> None:
    """It is copied along from the documentation; each request has its own."""
    one = session(simulate(), graph_url="https://graph.example/v1.0/")
    assert one.graph._api.url == "https://graph.example/v1.0"
