# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people can do about refusals that have been seen.

PRIVATE to the collection, and pure. Refusals are recognised by their code, where they have one of their own, else by their text: most refusals of Azure
DevOps share one code. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

# Azure DevOps (2.7, 2.9, 3.4), by a part of the text.
_BY_TEXT = (
    (
        "could not be configured automatically",
        "The caller must own the application. If it was changed by hand, have its owner add the credential that the portal shows under Convert.",
    ),
    (
        "Automatic authentication conversion failed",
        "The caller must own the application. If it was changed by hand, have its owner add the credential that the portal shows under Convert.",
    ),
    (
        "neither an upgrade or a downgrade",
        "Somebody has changed its scheme meanwhile: run again, it starts with a read.",
    ),
    ("Azure Stack", "Azure Stack does not support workload identity federation; keep the service principal."),
    (
        "Failed to obtain an access token of identity",
        "Sign in to the Azure DevOps portal once as this user; if that does not help, use an account of the connection's own tenant.",
    ),
    ("A valid refresh token was not found", "Sign in to the Azure DevOps portal once as this user, then run again."),
    ("Failed to obtain an access token", "Sign in to the Azure DevOps portal once as this user, then run again."),
    (
        "requires user authentication",
        "Make the personal access token with full access (or the scope 'Token: Read & manage'), or sign in with az login and auth_source azure_cli.",
    ),
    (
        "Failed to set Azure permission",
        "The caller needs Owner or User Access Administrator where the connection leads, or creation_mode manual.",
    ),
    (
        "You need to be a Creator",
        "Have a project administrator give the caller the role Creator for service connections (Project settings, Service connections, Security).",
    ),
    (
        "using authentication scheme 'WorkloadIdentityFederation'",
        "Workload identity federation is switched off in this organization: have its administrator switch it on.",
    ),
    (
        "ClaimsIdentity",
        "An automatic creation needs a person: set creation_mode to manual, or sign in with a personal access token or az login.",
    ),
    (
        "Automatic creation of service connections is not supported",
        "Set creation_mode to manual, or run this as a person.",
    ),
)

# Microsoft Graph and Azure Resource Manager (8.2 to 8.4), by their code.
_BY_CODE = {
    # What rights are needed depends on which of the two services says so.
    "Authorization_RequestDenied": "",
    "AuthorizationFailed": "",
    "Request_MultipleObjectsWithSameKeyValue": "A federated credential of that name is there already: run again, it starts with a look at what there is.",
    "Directory_QuotaExceeded": "Remove one that nothing uses any more, or use another identity for this connection.",
    "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity": (
        "Something else writes federated credentials of this managed identity: run again later, or raise wait_timeout."
    ),
    "PrincipalNotFound": "A new identity takes minutes to be known everywhere: run again later, or raise wait_timeout.",
    "RoleAssignmentUpdateNotPermitted": "Remove the role assignment of that id in Azure, then run again.",
    "ParentResourceNotFound": "Check managed_identity.resource_id: there is no such managed identity.",
    "InvalidFederatedIdentityCredentialValue": (
        "Look at the federated credentials of the application: one may hold this issuer and subject already, or federated_credential.audience is not accepted."
    ),
    "Request_ResourceNotFound": "Check service_principal.client_id and the tenant that the task signs in to.",
}
# The same, by a part of the text, where the code says little.
_AZURE_BY_TEXT = (
    (
        "already exists for this Managed Identity",
        "The managed identity has a federated credential with this issuer and subject: look at it in Azure, then run again.",
    ),
    ("must have exactly one audience", "Check federated_credential.audience."),
    (
        "has empty properties",
        "Check federated_credential.audience; run again when the portal shows issuer and subject of the connection.",
    ),
    (
        "Insufficient privileges",
        "Ask for the right to register applications in Microsoft Entra (role Application Developer), or have the application's owner run this.",
    ),
    ("Federated Identity Credential name", "The name is made by this collection: please report this."),
)


def remedy_for(message: str, code: str = "", status: int = 0) -> str:
    """One sentence, or an empty text where nothing is known."""
    if code in _BY_CODE:
        return _BY_CODE[code]
    lower = message.lower()
    for text, remedy in (*_BY_TEXT, *_AZURE_BY_TEXT):
        if text.lower() in lower:
            return remedy
    if status == 405:
        return (
            "The region of the managed identity may not offer federated credentials: use an identity in another region."
        )
    return ""
