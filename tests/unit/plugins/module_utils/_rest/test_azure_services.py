# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Microsoft Graph and Azure Resource Manager: lists in pages, answers in shapes that nobody expects, and refusals."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AuthenticationError,
    AzdoError,
    BlockedByPolicyError,
    NotPermittedError,
    ServiceError,
)
from ansible_collections.azdo.connections.plugins.module_utils._rest import limits
from ansible_collections.azdo.connections.plugins.module_utils._rest.graph import Graph
from ansible_collections.azdo.connections.plugins.module_utils._rest.http import HttpClient, Request
from ansible_collections.azdo.connections.plugins.module_utils._rest.resource_manager import ResourceManager
from ansible_collections.azdo.connections.plugins.module_utils._rest.responses import CHECK_CREDENTIAL, Response

from unit.plugins._helpers.clients import Tokens

IDENTITY = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i"


class Answers:
    """Gives these answers one after the other, then the last one again and again, and keeps what was asked."""

    def __init__(self, *answers: t.Any) -> None:
        self._answers = list(answers)
        self.asked: list[Request] = []

    def send(self, request: Request, authorization: t.Any) -> Response:
        self.asked.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if callable(answer):
            answer = answer(len(self.asked))
        if isinstance(answer, AzdoError):
            raise answer
        return Response(200, {}, answer, 100)


def graph(answers: Answers) -> Graph:
    return Graph("https://graph.example", t.cast(HttpClient, answers), Tokens("x"))


def resource_manager(answers: Answers) -> ResourceManager:
    return ResourceManager("https://arm.example", t.cast(HttpClient, answers), Tokens("x"))


LISTS: dict[str, tuple[str, t.Callable[[Answers], t.Any]]] = {
    "credentials of applications": ("@odata.nextLink", lambda answers: graph(answers).federated_credentials("c")),
    "identities": ("nextLink", lambda answers: resource_manager(answers).identities("s")),
    "credentials of identities": (
        "nextLink",
        lambda answers: resource_manager(answers).federated_credentials(IDENTITY),
    ),
    "role assignments": (
        "nextLink",
        lambda answers: resource_manager(answers).role_assignments("/subscriptions/s", "p"),
    ),
}


@pytest.mark.parametrize("name", LISTS)
def test_all_pages_of_a_list(name: str) -> None:
    link, ask = LISTS[name]
    answers = Answers(
        {"value": [{"id": "1"}], link: "https://elsewhere.example/x?$skiptoken=a%20b&api-version=7"},
        {"value": [], link: "?$skiptoken=c"},
        {"value": [{"id": "2"}], link: None},
    )
    assert [item["id"] for item in ask(answers)] == ["1", "2"]
    first, second, third = answers.asked
    # Never to another host: the credential goes along.
    assert first.url == second.url == third.url
    assert second.params == {"$skiptoken": "a b", "api-version": "7"}
    assert third.params == {"$skiptoken": "c"}


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    ("more", "why"),
    [
        (lambda number: "?$skiptoken=1", "the same page comes again"),
        (lambda number: f"?$skiptoken={number}", "more than 7 pages"),
    ],
)
def test_a_list_without_an_end_is_none(
    name: str, more: t.Callable[[int], str], why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A part of it must not pass for the whole."""
    monkeypatch.setattr(limits, "MOST_PAGES", 7)
    link, ask = LISTS[name]
    answers = Answers(lambda number: {"value": [{"id": "1"}], link: more(number)})
    with pytest.raises(ServiceError, match=f"does not come to an end: .*{why}"):
        ask(answers)
    assert len(answers.asked) <= 7


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    "answer",
    [None, [], "text", 7, {}, {"value": None}, {"value": {"id": 1}}, {"value": [None]}, {"value": [{"id": 1}, "x"]}],
    ids=str,
)
def test_a_list_that_is_none(name: str, answer: t.Any) -> None:
    with pytest.raises(ServiceError, match="unknown shape"):
        LISTS[name][1](Answers(answer))


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("more", ["https://[", "no link at all", ["x"], 7], ids=str)
def test_a_link_that_leads_nowhere(name: str, more: t.Any) -> None:
    link, ask = LISTS[name]
    with pytest.raises(ServiceError, match="unknown shape"):
        ask(Answers({"value": [], link: more}))


@pytest.mark.parametrize("answer", [None, [], "text", 7], ids=str)
@pytest.mark.parametrize(
    "ask",
    [
        lambda answers: graph(answers).application("c"),
        lambda answers: graph(answers).service_principal("c"),
        lambda answers: resource_manager(answers).identity(IDENTITY),
    ],
)
def test_an_object_that_is_none(answer: t.Any, ask: t.Callable[[Answers], t.Any]) -> None:
    with pytest.raises(ServiceError, match="unknown shape"):
        ask(Answers(answer))


@pytest.mark.parametrize(
    ("definition", "found"),
    [
        ({"id": "/r/1", "properties": {"roleName": "Reader"}}, "/r/1"),
        ({"id": "/r/1", "properties": {"roleName": "READER"}}, "/r/1"),
        ({"id": ["x"], "properties": {"roleName": "Reader"}}, None),
        ({"properties": {"roleName": "Reader"}}, None),
        ({"id": "/r/1", "properties": ["Reader"]}, None),
        ({"id": "/r/1", "properties": {"roleName": None}}, None),
    ],
)
def test_a_role_by_its_name(definition: dict[str, t.Any], found: str | None) -> None:
    answers = Answers({"value": [definition]})
    assert resource_manager(answers).role_definition("/subscriptions/s", "Reader") == found


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (AuthenticationError("no", remedy=CHECK_CREDENTIAL, status=401), "cloud_environment"),
        (AuthenticationError("no", remedy="Known by its text.", status=401), "Known by its text."),
        (AuthenticationError("no token", remedy="Run 'az login'."), "az login"),
        (BlockedByPolicyError("no", status=403), "place and a device"),
        (NotPermittedError("no", status=403), "must own the application"),
    ],
)
def test_a_refusal_comes_with_the_remedy_that_fits(error: AzdoError, remedy: str) -> None:
    with pytest.raises(type(error), match=r"^Microsoft Graph: no") as caught:
        graph(Answers(error)).application("c")
    assert remedy in caught.value.remedy
