# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The auth gate: who gets in, and how a refusal looks."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
import requests

from simulator import Fleet, Simulator
from simulator.rest import Rest

Simulate = Callable[..., Simulator]
CONNECTION_DATA = "_apis/connectionData"
SUPPRESS = {"X-TFS-FedAuthRedirect": "Suppress"}


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def ask(simulator: Simulator, authorization: str | None, **headers: str) -> requests.Response:
    rest = Rest(simulator, authorization)
    return rest.send("GET", CONNECTION_DATA, params={"api-version": "7.1-preview"}, headers=headers)


@pytest.mark.parametrize("user", ["", "anybody", "sam@contoso.example"])
def test_a_pat_signs_in_with_any_user_name(simulate: Simulate, user: str) -> None:
    simulator = simulate()
    answer = ask(simulator, basic(user, simulator.pat))
    assert answer.status_code == 200
    assert answer.json()["authenticatedUser"]["providerDisplayName"] == "Sam Operator"
    assert answer.headers["X-VSS-UserData"].endswith("sam.operator@contoso.example")


def test_a_token_signs_in_as_bearer_and_as_basic_password(simulate: Simulate) -> None:
    simulator = simulate()
    token = simulator.token()
    for authorization in (f"Bearer {token}", basic("", token)):
        assert ask(simulator, authorization).status_code == 200


def test_a_wrong_pat_is_redirected_to_the_sign_in_page(simulate: Simulate) -> None:
    answer = ask(simulate(), basic("", "wrong"))
    assert answer.status_code == 302
    assert "/_signin?" in answer.headers["Location"]
    assert answer.headers["Content-Type"].startswith("text/html")
    followed = requests.get(answer.headers["Location"], timeout=10)
    assert (followed.status_code, "Sign In" in followed.text) == (200, True)


def test_suppress_turns_the_redirect_into_an_empty_401(simulate: Simulate) -> None:
    for authorization in (basic("", "wrong"), None):
        answer = ask(simulate(), authorization, **SUPPRESS)
        assert (answer.status_code, answer.content) == (401, b"")
        assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")


def test_no_credential_gets_a_203_page(simulate: Simulate) -> None:
    answer = ask(simulate(), None)
    assert answer.status_code == 203
    assert "Azure DevOps Services | Sign In" in answer.text


@pytest.mark.parametrize(
    ("rejection", "status", "text"),
    [
        ("redirect_302", 302, "Object moved"),
        ("html_203", 203, "Sign In"),
        ("empty_401", 401, ""),
        ("expired_401", 401, "Personal Access Token used has expired"),
        ("json_401", 401, "TF400813"),
    ],
)
def test_the_rejection_can_be_chosen(simulate: Simulate, rejection: str, status: int, text: str) -> None:
    answer = ask(simulate(rejection=rejection), basic("", "wrong"))
    assert answer.status_code == status
    assert text in answer.text


def test_an_expired_pat_says_so(simulate: Simulate) -> None:
    fleet = Fleet()
    fleet.caller("Old Timer", pat="expired-pat-of-old-timer", pat_expired=True)
    answer = ask(simulate(fleet), basic("", "expired-pat-of-old-timer"))
    assert (answer.status_code, answer.text) == (
        401,
        "Access Denied: The Personal Access Token used has expired.",
    )


def test_an_expired_token_gets_the_envelope(simulate: Simulate) -> None:
    simulator = simulate(token_lifetime_s=60)
    token = simulator.token()
    simulator.advance(minutes=2)
    answer = ask(simulator, f"Bearer {token}")
    assert answer.status_code == 401
    assert answer.json()["typeKey"] == "UnauthorizedRequestException"


def test_a_token_for_another_service_is_no_good(simulate: Simulate) -> None:
    simulator = simulate()
    assert ask(simulator, f"Bearer {simulator.token(resource='https://graph.microsoft.com')}").status_code == 401


def test_a_service_principal_that_nobody_added_is_refused_with_json(simulate: Simulate) -> None:
    fleet = Fleet()
    stranger = fleet.service_principal("stranger", member=False)
    simulator = simulate(fleet)
    answer = Rest(simulator, stranger).send("OPTIONS", "_apis", params={"api-version": None})
    assert answer.status_code == 401
    assert "TF400813" in answer.json()["message"]


def test_anonymous_is_an_answer_when_there_are_public_projects(simulate: Simulate) -> None:
    answer = ask(simulate(anonymous=True), None)
    assert answer.json()["authenticatedUser"]["providerDisplayName"] == "Anonymous"


def test_a_server_offers_windows_sign_in(simulate: Simulate) -> None:
    answer = ask(simulate(profile="server_2022"), basic("", "wrong"))
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer, Basic, Negotiate, NTLM")
