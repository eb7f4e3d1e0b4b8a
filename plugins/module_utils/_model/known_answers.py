# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts and codes of the services that have been seen, what each means and what a person can do about it. A table only: ``recognition.py`` reads it.

State of 2026-11-29. Sources: Microsoft's pages *Troubleshoot workload identity federation* and *Microsoft Entra error codes*; sections of the fact sheet;
public reports. Each row says how sure it is and from when; ``assumed`` is what nobody wrote down.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

from dataclasses import dataclass

# Where a row is met: a code or text of Microsoft Entra, a text of Azure DevOps, a code or text of Microsoft Graph and Azure Resource Manager.
ENTRA, DEVOPS, AZURE = "entra", "azure_devops", "azure"
# What a pattern is: the whole code; all codes that the expression matches whole; a part of the text, whatever its case.
CODE, FAMILY, TEXT = "code", "family", "text"


@dataclass(frozen=True, kw_only=True)
class KnownAnswer:
    """One row.

    :param pattern: of Entra without AADSTS.
    :param means: the result of a connection's test that ends so (``verification.RESULTS``); empty for what no test answers.
    :param remedy: one sentence for whoever looks at a connection; empty where the result's own, or the caller's, is as good.
    :param sign_in: one sentence where the task's own sign-in ends so.
    :param everywhere: the next connection of the tenant would end the same way.
    :param sure: ``documented``, ``observed`` or ``assumed``.
    """

    seen: str
    kind: str
    pattern: str
    means: str = ""
    remedy: str = ""
    sign_in: str = ""
    everywhere: bool = False
    source: str
    sure: str = "documented"
    date: str = "2026-08"


_ERRORS, _FIELD = "troubleshooting page (4.4)", "public reports, 2026-11"
_CODES = "Microsoft Entra error codes"
_POLICY = (
    "A Conditional Access policy refuses it: sign in from a place or device that it allows, or have an exemption made."
)
_ALIKE = "Compare issuer, subject and audience of the federated credential with those that are returned; a new one takes minutes to spread."
_UNMATCHED = "The application has no federated credential for this token's issuer and subject, to the letter."
_NO_FEDERATION = (
    "Ask the administrator of the tenant: workload identity federation, or this issuer, is not allowed there."
)


def _entra(pattern: str, means: str, kind: str = CODE, **more: str | bool) -> KnownAnswer:
    return KnownAnswer(seen=ENTRA, kind=kind, pattern=pattern, means=means, **{"source": _CODES, **more})  # type: ignore[arg-type]


# The first row that fits counts. A wrong identity or secret stands before the federation, because a federated credential would not help.
ENTRA_ANSWERS = (
    _entra(
        "700016", "credential_failed", source=_ERRORS,
        sign_in="Check client_id and tenant: the application is not in this tenant.",
    ),
    _entra(
        "7000215", "credential_failed", source=_ERRORS,
        sign_in="Check secret: Entra says it is not a valid client secret (its value is needed, not its id).",
    ),
    _entra(
        "7000222", "credential_failed", date="2026-11",
        remedy="The client secret has expired: store a new one, or convert the connection to workload identity federation.",
        sign_in="The client secret has expired: create a new one, or sign in with a certificate or a workload identity.",
    ),
    _entra("700027", "credential_failed", remedy="Check the certificate of the connection: it is not one of the application's."),
    _entra("700030", "credential_failed", sure="assumed", remedy="Check the certificate of the connection: Entra does not accept it."),
    _entra("7000216|7000218", "credential_failed", FAMILY, sure="assumed", remedy="Store a secret in the connection: none was sent."),
    # The identity is there, and something else about it or around it keeps it out. No move of a connection changes that.
    _entra(
        "7000112", "identity_disabled", source=_FIELD, sure="observed", date="2026-11",
        remedy="Enable the application's service principal in Microsoft Entra (Enterprise applications, Enabled for users to sign in).",
        sign_in="The application is disabled: enable its service principal in Microsoft Entra.",
    ),
    _entra(
        "7000229", "identity_missing", source=_FIELD, sure="observed", date="2026-11",
        remedy="Make the application's service principal in the tenant (az ad sp create --id CLIENT_ID); a new one takes minutes to be known.",
        sign_in="The application has no service principal in this tenant: make one with az ad sp create.",
    ),
    _entra(
        "90002|900023", "tenant_not_found", FAMILY, source=f"{_CODES}; {_FIELD}", date="2026-11",
        remedy="Check tenant_id of the connection: Entra does not know that tenant in this cloud.",
        sign_in="Check tenant: Entra does not know it.",
    ),
    # 53000 to 53011 and 530001 to 530099 are Conditional Access, all of them.
    _entra(r"530\d{2,3}|50005|50097|50131", "blocked_by_policy", FAMILY, source=f"{_CODES}; {_FIELD}", date="2026-11", sign_in=_POLICY),
    # Federation cannot work in this tenant, application or cloud.
    _entra("700223", "federation_failed", source=_ERRORS, everywhere=True, remedy=_NO_FEDERATION),
    _entra("700238", "federation_failed", source=_ERRORS, everywhere=True, remedy=_NO_FEDERATION),
    _entra(
        "900382", "federation_failed", source=_ERRORS, everywhere=True,
        remedy="Use an identity of the cloud that the connection leads to: federation does not reach across clouds.",
    ),
    _entra(
        "70052", "federation_failed", source=_ERRORS,
        remedy="Use a managed identity or an application that accepts one tenant only: the Microsoft Entra issuer takes no other.",
    ),
    # No matching federated credential: 70021, 700211 (issuer), 700212 (audience), 700213, 7002137, 7002138 (subject); new members appear.
    _entra(
        "7002138", "federation_failed", source=_FIELD, sure="observed", date="2026-11",
        remedy="The subject of a federated credential differs from the connection's in upper and lower case only, and Entra compares to the letter: "
        "correct the credential to the subject that is returned.",
        sign_in="The subject of a federated credential differs from this token's in upper and lower case only, and Entra compares to the letter.",
    ),
    _entra(
        "700211", "federation_failed", source=_ERRORS,
        remedy="No federated credential has the issuer that is returned, to the letter (a slash at its end counts): correct it, or add one; "
        "a new one takes minutes to spread.",
        sign_in=_UNMATCHED,
    ),
    _entra("700212", "federation_failed", source=_FIELD, sure="observed", date="2026-11", remedy="Correct the audience of the federated credential."),
    _entra(
        "700213|7002137", "federation_failed", FAMILY, source=f"{_ERRORS}; {_FIELD}", date="2026-11",
        remedy="No federated credential has the subject that is returned, to the letter (case, blanks and %20 count): correct it, or add one; "
        "a new one takes minutes to spread.",
        sign_in=_UNMATCHED,
    ),
    _entra("70025", "federation_failed", source=_ERRORS, remedy="The application has no federated credential: add one; a new one takes minutes to spread."),
    _entra(
        r"70021\d{0,2}", "federation_failed", FAMILY, source=f"{_ERRORS}; {_FIELD}", date="2026-11", remedy=_ALIKE,
        sign_in=_UNMATCHED,
    ),
    # Passes by itself, as a rule. Lasting ones with a wrong or unreachable issuer were seen, so nothing is proven by it.
    _entra("90061", "outage", source="azure-cli issue 28863; azure-workload-identity issue 1130", sure="observed", date="2026-11"),
    _entra("50166", "outage", source="azure-cli issue 28863; azure-workload-identity issue 1130", sure="observed", date="2026-11"),
    _entra("90006|90012|90024|90033|90055", "outage", FAMILY),
    # A matter of clocks: another try may end well, and nothing may be taken back for it.
    _entra(
        "700024", "unknown", source=_ERRORS,
        sign_in="The federated token has expired: the job ran longer than its token lives.",
    ),
    # Texts, for the numbers that nobody has seen yet.
    _entra(
        "No matching federated identity record", "federation_failed", TEXT, source=_FIELD, sure="observed", date="2026-11",
        remedy=_ALIKE, sign_in=_UNMATCHED,
    ),
    _entra(
        "may not be used for federated identity credential flows", "federation_failed", TEXT, source=_ERRORS, everywhere=True, remedy=_NO_FEDERATION,
    ),
    _entra("has no configured federated identity credentials", "federation_failed", TEXT, source=_ERRORS, remedy=_ALIKE),
    _entra("is missing service principal in the tenant", "identity_missing", TEXT, source=_FIELD, sure="observed", date="2026-11"),
    _entra("blocked by Conditional Access", "blocked_by_policy", TEXT, source=_FIELD, sure="observed", date="2026-11", sign_in=_POLICY),
    _entra("Request to External OIDC endpoint failed", "outage", TEXT, source="azure-cli issue 28863", sure="observed", date="2026-11"),
)  # fmt: skip


def _azure(pattern: str, means: str = "", kind: str = CODE, **more: str) -> KnownAnswer:
    return KnownAnswer(seen=AZURE, kind=kind, pattern=pattern, means=means, **{"source": "8.2 to 8.4", **more})  # type: ignore[arg-type]


_TEST, _WRAPPED = "5, ARM error codes", "5; texts of .NET"
# What Azure Resource Manager answers to the test, behind a token that was had: codes stand in the text.
TEST_ANSWERS = (
    _azure("SubscriptionNotFound", "subscription_gone", TEXT, source=f"{_TEST}; {_FIELD}", sure="observed", date="2026-11"),
    _azure("InvalidSubscriptionId", "subscription_gone", TEXT, source=_TEST),
    _azure("ManagementGroupNotFound", "subscription_gone", TEXT, source=_TEST, sure="assumed"),
    _azure("InvalidAuthenticationTokenTenant", "subscription_moved", TEXT, source=f"{_TEST}; {_FIELD}", sure="observed", date="2026-11"),
    _azure("AuthorizationFailed", "azure_permission", TEXT, source=_TEST),
    _azure("does not have authorization", "azure_permission", TEXT, source=_TEST),
    # Known to say nothing.
    _azure("Object reference not set to an instance of an object", "unknown", TEXT, source=_FIELD, sure="observed", date="2026-11"),
    # No answer of the service that was asked, in the words of Azure DevOps, which quotes its own HTTP client.
    _azure(
        r"Status Code: '(InternalServerError|BadGateway|ServiceUnavailable|GatewayTimeout|RequestTimeout|TooManyRequests|429|5\d\d)'",
        "outage", FAMILY, source=_TEST,
    ),
    _azure(
        r"\b(5\d\d|429)\b.{0,40}(Internal Server Error|Bad Gateway|(Service|Server) Unavailable|Gateway Time-?out|Too Many Requests)|TF400898",
        "outage", FAMILY, source=_WRAPPED, sure="assumed",
    ),
    _azure(
        r"(request|operation) (has |was )?timed out|A task was canceled|Unable to connect to the remote server|remote name could not be resolved"
        r"|No such host is known|connection was (forcibly )?closed|An error occurred while sending the request",
        "outage", FAMILY, source=_WRAPPED, sure="assumed",
    ),
)  # fmt: skip
# The ``statusCode`` of a test whose text says nothing, in small letters. Not internalServerError: Azure DevOps calls so whatever it did not expect.
OUTAGE_STATUSES = {"badgateway", "serviceunavailable", "gatewaytimeout", "requesttimeout", "toomanyrequests"}  # fmt: skip


def _devops(pattern: str, remedy: str, source: str, sure: str = "observed", date: str = "2026-08") -> KnownAnswer:
    return KnownAnswer(seen=DEVOPS, kind=TEXT, pattern=pattern, remedy=remedy, source=source, sure=sure, date=date)


_OWNER = "The caller must own the application. If it was changed by hand, have its owner add the credential that the portal shows under Convert."
_SIGN_IN_ONCE = "Sign in to the Azure DevOps portal once as this user"
# Most refusals of Azure DevOps share one code, so they are known by their text.
DEVOPS_ANSWERS = (
    _devops("could not be configured automatically", _OWNER, "3.4"),
    _devops("Automatic authentication conversion failed", _OWNER, "3.4"),
    _devops("neither an upgrade or a downgrade", "Somebody has changed its scheme meanwhile: run again, it starts with a read.", "3.4"),
    _devops("Azure Stack environment", "Azure Stack does not support workload identity federation; keep the service principal.", "3.4"),
    _devops(
        "Failed to obtain an access token of identity", f"{_SIGN_IN_ONCE}; if that does not help, use an account of the connection's own tenant.", "3.4",
    ),
    _devops("A valid refresh token was not found", f"{_SIGN_IN_ONCE}, then run again.", "3.4", "documented"),
    _devops("Failed to obtain an access token", f"{_SIGN_IN_ONCE}, then run again.", "3.4", "documented"),
    _devops(
        "requires user authentication",
        "Make the personal access token with full access (or the scope 'Token: Read & manage'), or sign in with az login and auth_source azure_cli.",
        "azure-cli issue 22126 (2.7)",
    ),
    _devops(
        "Failed to set Azure permission",
        "The caller needs Owner or User Access Administrator where the connection leads, or creation_mode manual.", "2.7",
    ),
    _devops(
        "You need to be a Creator",
        "Have a project administrator give the caller the role Creator for service connections (Project settings, Service connections, Security).", "2.9",
    ),
    _devops(
        "using authentication scheme 'WorkloadIdentityFederation'",
        "Workload identity federation is switched off in this organization: have its administrator switch it on.", "2.7",
    ),
    _devops(
        "ClaimsIdentity", "An automatic creation needs a person: set creation_mode to manual, or sign in with a personal access token or az login.", "2.7",
    ),
    _devops(
        "Automatic creation of service connections is not supported", "Set creation_mode to manual, or run this as a person.", "2.7", "assumed",
    ),
)  # fmt: skip

# Whom Azure DevOps names where it did not take the credential at all.
ANONYMOUS_USER = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"


def _policy(pattern: str, kind: str = TEXT, sure: str = "observed") -> KnownAnswer:
    return KnownAnswer(
        seen=DEVOPS, kind=kind, pattern=pattern, means="blocked_by_policy", source=_FIELD, sure=sure, date="2026-11"
    )


# What a refused caller (401, 403) is told where a policy of the tenant or organization refuses it; the codes of Entra are above.
POLICY_ANSWERS = (
    _policy("VS403463"),
    _policy("conditional access policy"),
    _policy(r"\bIP (address )?(fenc|restriction|validation|is not allowed)", FAMILY, "assumed"),
    _policy(ANONYMOUS_USER),
)

_GRAPH = "8.2"
# Microsoft Graph and Azure Resource Manager. An empty remedy: what rights are needed depends on which of the two says so.
AZURE_ANSWERS = (
    _azure("Authorization_RequestDenied", source=_GRAPH),
    _azure("AuthorizationFailed", source="8.4"),
    _azure(
        "Request_MultipleObjectsWithSameKeyValue", source=_GRAPH, sure="observed",
        remedy="A federated credential of that name is there already: run again, it starts with a look at what there is.",
    ),
    _azure(
        "Directory_QuotaExceeded", source=_GRAPH, sure="assumed",
        remedy="Remove one that nothing uses any more, or use another identity for this connection.",
    ),
    _azure(
        "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity", source="8.3",
        remedy="Something else writes federated credentials of this managed identity: run again later, or raise wait_timeout.",
    ),
    _azure("PrincipalNotFound", source="8.4", remedy="A new identity takes minutes to be known everywhere: run again later, or raise wait_timeout."),
    _azure("RoleAssignmentUpdateNotPermitted", source="8.4", remedy="Remove the role assignment of that id in Azure, then run again."),
    _azure("ParentResourceNotFound", source="8.3", remedy="Check managed_identity.resource_id: there is no such managed identity."),
    _azure(
        "InvalidFederatedIdentityCredentialValue", source=_GRAPH, sure="observed",
        remedy="Look at the federated credentials of the application: one may hold this issuer and subject already, "
        "or federated_credential.audience is not accepted.",
    ),
    _azure("Request_ResourceNotFound", source=_GRAPH, sure="observed", remedy="Check service_principal.client_id and the tenant that the task signs in to."),
    _azure("SubscriptionNotFound", source="ARM error codes", remedy="Check scope.subscription_id: Azure does not know that subscription, or it is gone."),
    _azure(
        "InvalidAuthenticationTokenTenant", source=_FIELD, sure="observed", date="2026-11",
        remedy="The subscription belongs to another tenant than the one that the task signs in to: sign in to that one.",
    ),
    _azure(
        "already exists for this Managed Identity", kind=TEXT, source="8.3",
        remedy="The managed identity has a federated credential with this issuer and subject: look at it in Azure, then run again.",
    ),
    _azure("must have exactly one audience", kind=TEXT, source="8.3", remedy="Check federated_credential.audience."),
    _azure(
        "has empty properties", kind=TEXT, source="8.3",
        remedy="Check federated_credential.audience; run again when the portal shows issuer and subject of the connection.",
    ),
    _azure(
        "Insufficient privileges", kind=TEXT, source=_GRAPH,
        remedy="Ask for the right to register applications in Microsoft Entra (role Application Developer), or have the application's owner run this.",
    ),
    _azure("Federated Identity Credential name", kind=TEXT, source="8.3", remedy="The name is made by this collection: please report this."),
)  # fmt: skip
