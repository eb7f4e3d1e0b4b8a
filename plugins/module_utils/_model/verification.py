# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a test of a connection says (5), and what may follow from it.

PRIVATE to the collection, and pure. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._errors import AzdoError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json

# Entra's codes (4.4). Those of the federation say that no token can be had although the identity is there.
_FEDERATION = {"70021", "700211", "700213", "700223", "70025", "700238", "70052", "900382"}
_OF_THE_TENANT = {"700223", "700238", "900382"}
# The identity itself or its secret is wrong: the connection never worked, and a federated credential would not help.
_CREDENTIAL = {"700016", "7000215", "7000222", "700027"}
_NO_PERMISSION = ("AuthorizationFailed", "does not have authorization", "LinkedAuthorizationFailed")

_REMEDIES = {
    "federation_failed": "Compare issuer, subject and audience of the federated credential with those that are returned; a new one takes minutes to spread.",
    "credential_failed": "Check client_id, tenant_id and the secret: Entra does not accept them.",
    "azure_permission": "Give the identity at least the role Reader where the connection leads, with role_assignment or in Azure.",
    "caller_not_allowed": "The caller needs the role User on the connection, and the token the scope 'Service Connections (Read, query & manage)'.",
    "unknown": "Look at the connection in the portal; this answer is not one that is known.",
}


@dataclass(frozen=True, kw_only=True)
class Verification:
    """``ok``, ``federation_failed``, ``credential_failed``, ``azure_permission``, ``caller_not_allowed``, ``not_testable`` or ``unknown``.

    :param times: how often in a row it ended so.
    """

    result: str
    message: str = ""
    times: int = 1

    @property
    def persistent(self) -> bool:
        """Whether it ended so more than once, the last time when the time was over."""
        return self.times > 1

    @property
    def of_the_tenant(self) -> bool:
        """Whether Entra says that no federation can work in this tenant or cloud (4.4), so that the next connection would fail the same way."""
        return bool(set(re.findall(r"AADSTS(\d+)", self.message)) & _OF_THE_TENANT)

    @property
    def got_a_token(self) -> bool:
        return self.result in ("ok", "azure_permission")

    @property
    def proves_nothing(self) -> bool:
        """Whether it could not be made, because something between was not there."""
        return self.result == "outage"

    @property
    def transient(self) -> bool:
        """Whether another try a little later may end otherwise: credentials and roles take minutes to spread (8.3)."""
        return self.result in ("federation_failed", "credential_failed", "azure_permission", "unknown")

    def to_result(self) -> Json:
        return {"result": self.result, "message": self.message}


class VerificationError(AzdoError):
    """The connection was tested, and the test failed."""

    code = "verification_failed"


def classify(answer: t.Mapping[str, t.Any]) -> Verification:
    """Read an answer of TestConnection: it is good only if ``statusCode`` is ``ok``; everything else is 200, too."""
    status, message = str(answer.get("statusCode") or ""), " ".join(str(answer.get("errorMessage") or "").split())
    if status.lower() == "ok":
        return Verification(result="ok")
    codes = set(re.findall(r"AADSTS(\d+)", message))
    if codes & _CREDENTIAL:
        return Verification(result="credential_failed", message=message)
    if codes & _FEDERATION:
        return Verification(result="federation_failed", message=message)
    if not codes and any(text in message for text in _NO_PERMISSION):
        return Verification(result="azure_permission", message=message)
    return Verification(result="unknown", message=message or f"The answer was {status or 'empty'}.")


def not_testable(scheme: str, environment: str | None, *, enabled: bool = True) -> Verification | None:
    """What cannot be tested from the service: the agent's token comes from the agent (5, and the type definition)."""
    if scheme == "managed_identity":
        return Verification(
            result="not_testable", message="The token of an agent's managed identity exists on the agent only."
        )
    if scheme == "publish_profile" or environment == "AzureStack":
        return Verification(result="not_testable", message="Azure DevOps has no test for this kind of connection.")
    if not enabled:
        return Verification(result="not_testable", message="It is disabled, and Azure DevOps does not use it.")
    return None


def failure(verification: Verification, resource_group: str | None) -> VerificationError | None:
    """The error of a test that failed, None if the connection can be used, as far as one knows.

    The test asks for the whole subscription (5), which an identity with rights in one resource group cannot read.
    """
    narrow = verification.result == "azure_permission" and resource_group
    if verification.result in ("ok", "not_testable") or narrow:
        return None
    return VerificationError(
        f"The test of the connection ended with {verification.result}: {verification.message}",
        remedy=_REMEDIES[verification.result],
        verification=verification.result,
    )


def judge_move(
    before: Verification | None, after: Verification, resource_group: str | None
) -> t.Literal["good", "unproven", "bad"]:
    """What a test after a move says about the move: what was no better before is not its fault.

    A role that was missing before is still missing; what nobody could find out before is still open.
    """
    if failure(after, resource_group) is None:
        return "good"
    same = before is not None and before.result == after.result
    if after.result == "azure_permission" and same:
        return "good"
    # It got a token, and whether the role was there before could not be known without one.
    no_worse = after.result == "azure_permission" and (before is None or before.result != "ok")
    if after.result == "caller_not_allowed" or (after.result == "unknown" and same) or no_worse:
        return "unproven"
    return "bad"


def remark(verification: Verification, resource_group: str | None) -> str | None:
    """What a person should know although nothing failed."""
    if verification.result == "not_testable":
        return f"The connection was not tested. {verification.message}"
    if verification.result == "azure_permission" and resource_group:
        return (
            "The test asks for the whole subscription, which the identity may not read. That is usual for a connection to one resource group; "
            f"whether it has a role in {resource_group} was not tested."
        )
    return None
