# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The auth gate of Azure DevOps: who is calling, and how a rejected credential looks."""

from __future__ import annotations

import base64
import binascii
import hmac

from .caller import Caller
from .calls import Call
from .errors import Failure, Refusal
from .identifiers import guid
from .replies import HTML, SIGN_IN_PAGE, Reply, text
from .tokens import AZURE_DEVOPS, Tokens

__all__ = ["ANONYMOUS", "Tokens", "authenticate", "bearer_token"]

ANONYMOUS = Caller(
    id="aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa",
    display_name="Anonymous",
    unique_name="",
    kind="anonymous",
    projects=frozenset(),
    level="none",
    creator=False,
    reads_identities=False,
)


def bearer_token(call: Call) -> str | None:
    scheme, _space, credential = call.headers.get("authorization", "").partition(" ")
    return credential.strip() if scheme.lower() == "bearer" else None


def authenticate(call: Call, *, bearer_only: bool = False) -> Caller:
    """The caller, or the refusal that the knob `rejection` asks for.

    A personal access token comes as Basic password with any user name; an Entra token comes as Bearer or as
    Basic password.  # documented and observed: 9.1
    """
    scheme, _space, credential = call.headers.get("authorization", "").partition(" ")
    caller: Caller | None = None
    cause = "none"
    if scheme.lower() == "bearer":
        cause = "bearer"
        call.bearer = True
        caller = call.site.tokens.find(credential.strip(), AZURE_DEVOPS)
        call.entra = caller is not None
    elif scheme.lower() == "basic" and not bearer_only:
        cause = "pat"
        password = _basic_password(credential)
        caller = _by_pat(call, password)
        if caller is None:
            caller = call.site.tokens.find(password, AZURE_DEVOPS)
            call.entra = caller is not None
    if caller is not None and caller.kind == "user" and cause == "pat" and caller.pat_expired:
        raise _rejection(call, "expired")
    if caller is not None and not caller.member:
        raise _not_a_member(caller)
    if caller is None:
        if call.knobs.anonymous and not bearer_only:
            return ANONYMOUS  # assumed: 1
        raise _rejection(call, cause)
    return caller


def _basic_password(credential: str) -> str:
    try:
        decoded = base64.b64decode(credential.strip(), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""
    return decoded.partition(":")[2]


def _by_pat(call: Call, password: str) -> Caller | None:
    given = password.encode()
    for caller in call.world.callers.values():
        if caller.pat and hmac.compare_digest(caller.pat.encode(), given):
            return caller
    return None


def _rejection(call: Call, cause: str) -> Failure | Refusal:
    """How the service refuses a credential; `cause` is none, pat, expired or bearer."""
    style = call.knobs.rejection
    suppressed = call.headers.get("x-tfs-fedauthredirect", "").lower() == "suppress"
    if style == "natural":
        if not call.site.profile.hosted:
            return Refusal(_server_401())
        style = {"expired": "expired_401", "bearer": "json_401", "pat": "redirect_302", "none": "html_203"}[cause]
        if style == "html_203" and suppressed:
            return Refusal(_empty_401(call))  # assumed: 9.2
    if style == "redirect_302":
        return Refusal(_empty_401(call) if suppressed else _redirect(call))  # observed: 9.2; Suppress: inferred 9.1
    if style == "html_203":
        return Refusal(text(SIGN_IN_PAGE, 203, HTML))  # observed: 9.2
    if style == "expired_401":
        return Refusal(text("Access Denied: The Personal Access Token used has expired.", 401))  # observed: 9.2
    if style == "json_401":
        message = "TF400813: The user '' is not authorized to access this resource."  # observed: 9.2
        return Failure(401, "UnauthorizedRequestException", message)
    return Refusal(_empty_401(call))


def _redirect(call: Call) -> Reply:
    target = f"{call.site.base_url}/_signin?realm=dev.azure.com&reply_to={call.site.organization_url}/"  # observed: 9.2
    page = f'<html><head><title>Object moved</title></head><body><h2>Object moved to <a href="{target}">here</a>.</h2></body></html>'
    return text(page, 302, HTML, {"Location": target})


def _empty_401(call: Call) -> Reply:
    realm = "https://tfsprodweu.app.visualstudio.com/"  # observed: 9.2
    return Reply(401, b"", "", {"WWW-Authenticate": f'Basic realm="{realm}"'})


def _server_401() -> Reply:
    """Azure DevOps Server offers Windows sign-in too."""  # observed: 9.5 (header); body assumed
    page = "<html><head><title>401 - Unauthorized: Access is denied due to invalid credentials.</title></head></html>"
    return text(page, 401, HTML, {"WWW-Authenticate": "Bearer, Basic, Negotiate, NTLM"})


def _not_a_member(caller: Caller) -> Failure:
    who = caller.unique_name if caller.is_user else guid("descriptor", caller.id)
    message = f"TF400813: The user '{who}' is not authorized to access this resource."  # observed: 9.2
    return Failure(401, "UnauthorizedRequestException", message)
