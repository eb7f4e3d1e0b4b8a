# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an answer means: every row of fact sheet 9.2, every envelope of 9.4."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AmbiguousWriteError,
    AuthenticationError,
    AzdoError,
    BlockedByPolicyError,
    ForeignAnswerError,
    NotFoundError,
    NotPermittedError,
    ServiceError,
    TransportError,
    UnfitAnswerError,
    VersionOutOfRangeError,
)
from ansible_collections.azdo.connections.plugins.module_utils._rest.responses import (
    ProxyRefusalError,
    RawResponse,
    TransientError,
    judge,
    may_pass,
    service_error,
)
from requests.structures import CaseInsensitiveDict

JSON = "application/json; charset=utf-8; api-version=7.1"
HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
SIGN_IN = "<html><head><title>Azure DevOps Services | Sign In</title></head></html>"
MOVED = '<html><head><title>Object moved</title></head><body><a href="https://x">here</a></body></html>'
TF400813 = "TF400813: The user '' is not authorized to access this resource."


def answer(status: int = 200, body: t.Any = None, kind: str = JSON, **headers: str) -> RawResponse:
    content = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    names = {key.replace("_", "-"): value for key, value in headers.items()}
    return RawResponse(status, CaseInsensitiveDict({"Content-Type": kind, **names}), content, "dev.azure.com")


def envelope(message: str, type_key: str = "VssServiceException") -> dict[str, t.Any]:
    return {
        "$id": "1", "innerException": None, "message": message, "typeName": f"X.{type_key}, X", "typeKey": type_key,
        "errorCode": 0, "eventId": 3000,
    }  # fmt: skip


# -- good answers ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("raw", "data"),
    [
        (answer(body={"count": 0, "value": []}), {"count": 0, "value": []}),
        (answer(body=b"\xef\xbb\xbf" + b'{"a": 1}'), {"a": 1}),
        (answer(body="null"), None),
        (answer(body=""), None),
        (answer(body="  \r\n"), None),
        (answer(204, body="", kind=""), None),
        (answer(body='{"a": 1}', kind="application/vnd.x+json"), {"a": 1}),
        (answer(201, body='{"a": "ü"}'), {"a": "ü"}),
    ],
)
@pytest.mark.parametrize("write", [False, True])
def test_good_answers(raw: RawResponse, data: t.Any, write: bool) -> None:
    assert judge(raw, write).data == data


# -- rejected credentials and strangers (9.2) --------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (
            answer(302, MOVED, HTML, Location="https://spsprodweu1.vssps.visualstudio.com/_signin?realm=dev.azure.com"),
            "sign-in page",
        ),
        (answer(203, SIGN_IN, HTML), "sign-in page"),
        (answer(203, {"value": []}), "sign-in page"),
        (answer(200, SIGN_IN, HTML), "sign-in page"),
        (answer(401, "Access Denied: The Personal Access Token used has expired.", TEXT), "has expired"),
        (answer(401, "", ""), "did not accept the credential."),
        (answer(401, envelope(TF400813, "UnauthorizedRequestException")), "TF400813"),
        (answer(401, "<html><title>401 - Unauthorized</title></html>", HTML), "did not accept the credential."),
    ],
)
@pytest.mark.parametrize("write", [False, True])
def test_a_rejected_credential(raw: RawResponse, sentence: str, write: bool) -> None:
    """Told with what to check, and marked as an answer that a newer token may change."""
    with pytest.raises(AuthenticationError, match=sentence) as caught:
        judge(raw, write)
    assert "scopes" in caught.value.remedy
    assert caught.value.details["status"] == raw.status


@pytest.mark.parametrize(
    ("raw", "sentence", "remedy"),
    [
        (answer(301, MOVED, HTML, Location="https://dev.azure.com/contoso"), "redirects to dev.azure.com", "https://"),
        (answer(307, "", "", Location="/elsewhere"), "redirects to another place", "organization_url"),
        (answer(300, "", ""), "redirects to another place", "organization_url"),
        (answer(200, "<html><title>\n Zscaler  Cloud </title>", HTML), "titled 'Zscaler Cloud'", "HTTPS_PROXY"),
        (answer(200, "<p>no title", HTML), "A web page came back", "HTTPS_PROXY"),
        (answer(200, "plain words", TEXT), "A web page came back", "NO_PROXY"),
        (answer(302, "", "", Location="https://["), "redirects to another place", "organization_url"),
    ],
)
def test_somebody_else_answered(raw: RawResponse, sentence: str, remedy: str) -> None:
    """Another token would not help."""
    with pytest.raises(ForeignAnswerError, match=sentence) as caught:
        judge(raw, False)
    assert remedy in caught.value.remedy
    assert "status" not in caught.value.details


def test_a_page_of_somebody_else_says_nothing_about_a_change() -> None:
    with pytest.raises(AmbiguousWriteError, match="web page"):
        judge(answer(200, "<html><title>Gateway</title></html>", HTML), True)


def test_a_very_long_title_is_cut() -> None:
    with pytest.raises(AuthenticationError) as caught:
        judge(answer(200, f"<title>{'x' * 5000}</title>", HTML), False)
    assert len(caught.value.message) < 300


def test_who_is_asking_is_never_told() -> None:
    raw = answer(400, envelope("no"), X_VSS_UserData="id:sam@contoso.example", ActivityId="act")
    error = service_error(raw)
    assert "sam@" not in json.dumps(error.to_failure())
    assert error.details["activity_id"] == "act"


# -- damaged answers ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("body", ['{"count": 3, "value": [{"id', b"\xff\xfe{}", "}{"])
def test_damaged_json(body: t.Any) -> None:
    with pytest.raises(TransportError, match="damaged JSON"):
        judge(answer(body=body), False)
    with pytest.raises(AmbiguousWriteError, match="damaged JSON"):
        judge(answer(body=body), True)


# -- not now -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("status", [429, 502, 503, 504])
@pytest.mark.parametrize(
    ("headers", "told"), [({}, False), ({"Retry_After": "3"}, True), ({"Retry_After": "x"}, False)]
)
def test_not_now(status: int, headers: dict[str, str], told: bool) -> None:
    with pytest.raises(TransientError) as caught:
        judge(answer(status, envelope("TF400733: The request has been canceled"), **headers), False)
    assert caught.value.told_when is told
    assert "TF400733" in caught.value.message


@pytest.mark.parametrize("status", [502, 503, 504])
def test_behind_a_gateway_a_change_may_have_been_made(status: int) -> None:
    with pytest.raises(AmbiguousWriteError):
        judge(answer(status, "", "", Retry_After="3"), True)


@pytest.mark.parametrize(
    "raw",
    [
        answer(500, envelope("TF400898: An Internal Error Occurred. Activity Id: 7.")),
        answer(500, "<html>Runtime Error</html>", HTML),
        answer(500, "", ""),
    ],
)
def test_an_accident_in_the_service_is_no_decision_of_it(raw: RawResponse) -> None:
    with pytest.raises(AmbiguousWriteError):
        judge(raw, True)
    with pytest.raises((ServiceError, TransportError)):
        judge(raw, False)


@pytest.mark.parametrize("status", [403, 404, 451, 511])
def test_a_page_without_an_activity_id_was_written_by_somebody_in_between(status: int) -> None:
    page = "<html><title>Blocked by policy</title></html>"
    with pytest.raises(AuthenticationError, match=r"titled 'Blocked by policy'.*proxy"):
        judge(answer(status, page, HTML), False)
    with pytest.raises(ServiceError):
        judge(answer(status, page, HTML, ActivityId="7"), False)


def test_too_many_requests_means_that_a_change_was_not_made() -> None:
    with pytest.raises(TransientError):
        judge(answer(429, ""), True)


@pytest.mark.parametrize("status", [502, 503, 504, 500, 520])
def test_a_page_that_tells_of_an_accident_is_one_on_the_way(status: int) -> None:
    """Nobody who is signed in is told otherwise by it: the project is unread, and the others go on."""
    raw = answer(status, "<html><title>Gateway</title></html>", HTML)
    for write, kinds in ((False, (ServiceError, TransportError)), (True, (AmbiguousWriteError,))):
        with pytest.raises(kinds):
            judge(raw, write)


# -- what may pass ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("raw", "passes"),
    [
        (answer(500, envelope("TF400898: An Internal Error Occurred.")), True),
        (answer(500, ""), True),
        (answer(500, envelope("x", "SqlTimeoutException")), True),
        (answer(501, ""), True),
        (answer(503, envelope("TF24668: stopped")), True),
        (answer(408, ""), True),
        (answer(429, ""), True),
        (answer(200, "<title>Gateway</title>", HTML), True),
        (answer(500, "<title>Gateway</title>", HTML), True),
        (answer(200, '{"half":'), True),
        (answer(500, envelope("x", "DuplicateServiceConnectionException")), False),
        (answer(500, envelope("x", "ServiceEndpointNotFoundException")), False),
        (answer(500, envelope("x", "AccessDeniedException")), False),
        (answer(500, envelope("x is out of range for this server")), False),
        (answer(400, ""), False),
        (answer(401, ""), False),
        (answer(403, ""), False),
        (answer(404, ""), False),
        (answer(407, ""), False),
        (answer(203, SIGN_IN, HTML), False),
        (answer(302, "", Location="/x"), False),
        (answer(403, "<title>Blocked</title>", HTML), False),
        (answer(511, "<title>Sign in to the hotel</title>", HTML), False),
    ],
)
def test_what_another_try_may_mend(raw: RawResponse, passes: bool) -> None:
    with pytest.raises(AzdoError) as caught:
        judge(raw, False)
    assert may_pass(caught.value) is passes


def test_what_was_given_up_ends_the_same() -> None:
    assert not may_pass(UnfitAnswerError("too large"))
    assert may_pass(TransportError("reset"))


# -- policies --------------------------------------------------------------------------------------------------------------
ANONYMOUS = "TF400813: The user 'aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa' is not authorized to access this resource."
CONDITIONAL = "VS403463: The conditional access policy defined by your Azure Active Directory administrator has failed."
TOKENS_SCOPE = "The requested resource requires user authentication"


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (403, CONDITIONAL),
        (401, CONDITIONAL),
        (403, "The Conditional Access policy defined by your Microsoft Entra administrator has failed."),
        (403, "VS403463: In another language."),
        (401, ANONYMOUS),
        (401, ANONYMOUS.upper()),
        (401, "AADSTS53003: Access has been blocked by Conditional Access policies."),
        (403, "AADSTS53000: Device is not in required device state."),
        (403, "Access is denied by an IP fencing policy."),
    ],
)
@pytest.mark.parametrize("kind", [JSON, TEXT])
@pytest.mark.parametrize("write", [False, True])
def test_a_policy_is_named_as_one(status: int, said: str, kind: str, write: bool) -> None:
    body = envelope(said, "AccessDeniedException") if kind == JSON else said
    with pytest.raises(BlockedByPolicyError) as caught:
        judge(answer(status, body, kind, ActivityId="7"), write)
    error = caught.value
    assert "policy" in error.message
    assert said in error.message
    assert "place and a device" in error.remedy
    assert "exemption" in error.remedy
    assert "scopes" not in str(error)
    assert error.to_failure()["code"] == "blocked_by_policy"
    assert error.details == {"status": status, "activity_id": "7"}


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (answer(401, envelope(TF400813, "UnauthorizedRequestException")), AuthenticationError),
        (
            answer(403, envelope("TF400813: The user 'sam' is not authorized.", "AccessDeniedException")),
            NotPermittedError,
        ),
        (answer(403, envelope("Resource was disallowed by policy.")), NotPermittedError),
        (answer(400, envelope(CONDITIONAL)), ServiceError),
    ],
)
def test_not_every_refusal_is_a_policy(raw: RawResponse, kind: type[AzdoError]) -> None:
    with pytest.raises(AzdoError) as caught:
        judge(raw, False)
    assert caught.value.__class__ is kind


@pytest.mark.parametrize("status", [400, 401, 403, 500])
def test_a_remedy_that_is_known_by_the_text_comes_with_any_status(status: int) -> None:
    with pytest.raises(AzdoError) as caught:
        judge(answer(status, envelope(TOKENS_SCOPE, "BusinessException")), True)
    assert "Token: Read & manage" in caught.value.remedy


# -- errors of the service (9.4) ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("raw", "message", "type_key"),
    [
        (answer(400, envelope("said", "ArgumentException")), "said", "ArgumentException"),
        (answer(500, envelope("said\r\n twice")), "said twice", "VssServiceException"),
        (answer(400, b"\xef\xbb\xbf" + json.dumps(envelope("said")).encode()), "said", "VssServiceException"),
        (answer(400, {"count": 1, "value": {"Message": "bound badly"}}), "bound badly", ""),
        (
            answer(400, {"ClassName": "System.Exception", "Message": "old", "InnerException": None}),
            "old",
            "System.Exception",
        ),
        (answer(400, {"success": False, "message": "no"}), "no", ""),
        (answer(400, {"error": {"code": "Request_BadRequest", "message": "graph"}}), "graph", "Request_BadRequest"),
        (answer(400, "just words", TEXT), "just words", ""),
        (answer(400, "<html>words</html>", HTML), "dev.azure.com answered 400 without saying why.", ""),
        (answer(400, ""), "dev.azure.com answered 400 without saying why.", ""),
        (answer(400, {"message": None}), "dev.azure.com answered 400 without saying why.", ""),
        (answer(400, '["a list"]'), '["a list"]', ""),
        (
            answer(400, {"message": ["no", "text"], "typeKey": {"no": "text"}, "customProperties": 7}),
            "['no', 'text']",
            "",
        ),
        (answer(400, '{"message": "half \\ud800 of one"}'), "half ? of one", ""),
        (answer(400, '{"message": ' + "[" * 500 + "]" * 500 + "}"), None, ""),
        (answer(400, '{"half": '), '{"half":', ""),
    ],
)
def test_every_envelope(raw: RawResponse, message: str | None, type_key: str) -> None:
    error = service_error(raw)
    assert (error.type_key, error.status) == (type_key, raw.status)
    assert message is None or error.message == message


def test_a_very_long_message_is_cut() -> None:
    assert len(service_error(answer(400, envelope("x" * 100_000))).message) <= 1000


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (answer(404, envelope("TF200016: ...", "ProjectDoesNotExistWithNameException")), NotFoundError),
        (answer(400, envelope("VS800075: ...", "ProjectDoesNotExistException")), NotFoundError),
        (answer(404, "The controller for path '/x' was not found", TEXT), NotFoundError),
        (answer(403, envelope(TF400813, "AccessDeniedException")), NotPermittedError),
        (answer(400, envelope("VS403...", "AccessDeniedException")), NotPermittedError),
        (answer(403, "", ""), NotPermittedError),
        (answer(407, "", ""), ProxyRefusalError),
        (answer(500, envelope("A name twice.", "DuplicateServiceConnectionException")), ServiceError),
        (answer(409, envelope("conflict")), ServiceError),
    ],
)
@pytest.mark.parametrize("write", [False, True])
def test_kinds_of_errors(raw: RawResponse, kind: type[AzdoError], write: bool) -> None:
    with pytest.raises(AzdoError) as caught:
        judge(raw, write)
    assert caught.value.__class__ is kind


@pytest.mark.parametrize(
    ("message", "type_key", "latest"),
    [
        (
            "The requested REST API version of 7.2 is out of range for this server. The latest REST API version this server supports is 6.1.",
            "VssVersionOutOfRangeException",
            "6.1",
        ),
        (
            "... is out of range for this server. The latest REST API version this server supports is 5.0.",
            "Other",
            "5.0",
        ),
        ("In another language.", "VssVersionOutOfRangeException", None),
    ],
)
def test_a_version_that_the_server_does_not_know(message: str, type_key: str, latest: str | None) -> None:
    error = service_error(answer(400, envelope(message, type_key)))
    assert isinstance(error, VersionOutOfRangeError)
    assert error.details.get("latest") == latest


@pytest.mark.parametrize("header", ["ActivityId", "X_VSS_E2EID"])
def test_the_id_that_support_asks_for_is_kept(header: str) -> None:
    assert service_error(answer(500, envelope("x"), **{header: "1234"})).details["activity_id"] == "1234"
