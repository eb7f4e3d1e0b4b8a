# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a test of a connection says (5), and what may follow from it.

PRIVATE to the collection, and pure. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._errors import AzdoError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json
from ansible_collections.azdo.connections.plugins.module_utils._model.known_answers import OUTAGE_STATUSES
from ansible_collections.azdo.connections.plugins.module_utils._model.recognition import (
    entra_codes,
    of_entra,
    of_test,
)

# Every result, with what a person can do where the answer itself says nothing better.
RESULTS = {
    "ok": "",
    "federation_failed": "Compare issuer, subject and audience of the federated credential with those that are returned; a new one takes minutes to spread.",
    "credential_failed": "Check client_id, tenant_id and the secret: Entra does not accept them.",
    "identity_disabled": "Enable the identity's service principal in Microsoft Entra.",
    "identity_missing": "Make the identity's service principal in the tenant; a new one takes minutes to be known.",
    "tenant_not_found": "Check tenant_id: Entra does not know that tenant in this cloud.",
    "blocked_by_policy": "A Conditional Access policy for workload identities refuses it: have Azure DevOps or this identity exempted from it.",
    "azure_permission": "Give the identity at least the role Reader where the connection leads, with role_assignment or in Azure.",
    "subscription_gone": "Check where the connection leads: Azure does not know that subscription or management group any more.",
    "subscription_moved": "The subscription belongs to another tenant now: make a connection with an identity of that tenant.",
    "outage": "Test again later: this passes as a rule, and says nothing about the connection. If it stays, look whether its issuer is right and reachable.",
    "caller_not_allowed": "The caller needs the role User on the connection, and the token the scope 'Service Connections (Read, query & manage)'.",
    "not_testable": "",
    "unknown": "Look at the connection in the portal; this answer is not one that is known.",
}
# It signed in, and what went wrong did so afterwards, in Azure.
_BEHIND_A_TOKEN = ("azure_permission", "subscription_gone", "subscription_moved")
# What is wrong with the identity or around it: no way to sign in with it gets past that, so a move cannot be what broke it.
_OF_THE_IDENTITY = ("identity_disabled", "identity_missing", "tenant_not_found", "blocked_by_policy")
_PASSING = ("federation_failed", "credential_failed", "identity_missing", "azure_permission", "outage", "unknown")


@dataclass(frozen=True, kw_only=True)
class Verification:
    """How a test ended: ``result`` is a key of :data:`RESULTS`.

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
        known = of_entra(self.message)
        return known is not None and known.everywhere

    @property
    def got_a_token(self) -> bool:
        """Whether the sign-in worked, whatever came after it."""
        return self.result == "ok" or self.result in _BEHIND_A_TOKEN

    @property
    def proves_nothing(self) -> bool:
        """Whether the test did not come so far as to say anything about the connection: neither good nor a reason to go back."""
        return self.result == "outage"

    @property
    def transient(self) -> bool:
        """Whether another try a little later may end otherwise: credentials and roles take minutes to spread (8.3), outages pass."""
        return self.result in _PASSING

    @property
    def remedy(self) -> str:
        """What a person can do about it, by the answer itself where that is known; empty if nothing is to be done."""
        known = of_test(self.message)
        own = known.remedy if known is not None and known.means == self.result else ""
        return own or RESULTS[self.result]

    def to_result(self) -> Json:
        """Shape: ``{result, message}``."""
        return {"result": self.result, "message": self.message}


class VerificationError(AzdoError):
    """The connection was tested, and the test failed."""

    code = "verification_failed"


def classify(answer: t.Mapping[str, t.Any]) -> Verification:
    """Read an answer of TestConnection: it is good only if ``statusCode`` is ``ok``; everything else is 200, too."""
    status, message = str(answer.get("statusCode") or ""), " ".join(str(answer.get("errorMessage") or "").split())
    if status.lower() == "ok":
        return Verification(result="ok")
    known = of_test(message)
    if known is not None and known.means:
        return Verification(result=known.means, message=message)
    if status.lower() in OUTAGE_STATUSES and not entra_codes(message):
        return Verification(result="outage", message=message or f"The answer was {status}.")
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
        remedy=verification.remedy,
        verification=verification.result,
    )


def judge_move(
    before: Verification | None, after: Verification, resource_group: str | None
) -> t.Literal["good", "unproven", "bad"]:
    """What a test after a move says about the move: what was no better before is not its fault.

    ``unproven`` is what nobody could find out, before or now. Where :attr:`Verification.proves_nothing` nothing is known of the move itself.
    """
    if failure(after, resource_group) is None:
        return "good"
    if after.proves_nothing or after.result == "caller_not_allowed":
        return "unproven"
    same = before is not None and before.result == after.result
    if after.result in _BEHIND_A_TOKEN:
        if same:
            return "good"
        # It got a token, and how it would have gone on before could not be known without one.
        return "bad" if before is not None and before.result == "ok" else "unproven"
    if after.result in _OF_THE_IDENTITY:
        # Which of them is named depends on the way to sign in: a wrong key, for one, is noticed before a policy is.
        no_better = before is not None and before.result in (*_OF_THE_IDENTITY, "credential_failed")
        return "unproven" if no_better else "bad"
    return "unproven" if after.result == "unknown" and same else "bad"


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
