# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What azure-identity tells of a sign-in that failed becomes one sentence with the one cause."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AuthenticationError,
    AzdoError,
    OptionError,
)
from ansible_collections.azdo.connections.plugins.module_utils._sign_in.token_errors import explain

ENTRA = "https://login.microsoftonline.com"
# As azure-identity 1.27 writes it.
CHAIN = (
    "DefaultAzureCredential failed to retrieve a token from the included credentials.\nAttempted credentials:\n"
    "\tWorkloadIdentityCredential: WorkloadIdentityCredential authentication unavailable. The workload options are not fully configured. "
    "See the troubleshooting guide for more information: https://aka.ms/x. Missing required arguments: 'tenant_id'.\n"
    "\tManagedIdentityCredential: ManagedIdentityCredential authentication unavailable.\n"
    "\tSharedTokenCacheCredential: SharedTokenCacheCredential authentication unavailable. No accounts were found in the cache.\n"
    "\tVisualStudioCodeCredential: VisualStudioCodeCredential requires the 'azure-identity-broker' package to be installed.\n"
    "\tAzureCliCredential: {cli}\n"
    "\tAzurePowerShellCredential: PowerShell is not installed\n"
    "\tAzureDeveloperCliCredential: Azure Developer CLI could not be found. Please visit https://aka.ms/azure-dev for instructions.\n"
    "\tBrokerCredential: InteractiveBrowserBrokerCredential unavailable. The 'azure-identity-broker' package is required.\n"
    "To mitigate this issue, please refer to the troubleshooting guidelines here at https://aka.ms/azsdk/troubleshoot."
)


def told(text: str, method: str = "service_principal", kind: type[Exception] = RuntimeError) -> AzdoError:
    return explain(kind(text), method, "Azure DevOps", ENTRA)


@pytest.mark.parametrize(
    ("cli", "cause"),
    [
        ("Azure CLI not found on path", "there is no managed identity, no workload identity and no Azure CLI"),
        ("Please run 'az login' to set up an account", "AzureCli says: Please run 'az login' to set up an account."),
        ("ERROR: AADSTS53003: Access has been blocked.", "AzureCli says: ERROR: AADSTS53003: Access has been blocked."),
    ],
)
def test_of_the_default_chain_the_one_cause(cli: str, cause: str) -> None:
    error = told(CHAIN.format(cli=cli), "default_chain")
    assert isinstance(error, AuthenticationError)
    assert cause in error.message
    assert len(error.message) < 200
    assert "broker" not in str(error)
    assert "aka.ms" not in str(error)
    assert ("Conditional Access" in error.remedy) is ("AADSTS53003" in cli)


def test_what_is_for_support_is_a_detail() -> None:
    number = "0eeb8b40-5600-4206-ab33-40d9a3c68fda"
    text = f"Authentication failed: AADSTS700016: Application not found. Trace ID: {number} Correlation ID: {number} Timestamp: 2026-01-01"
    error = told(text)
    assert (
        error.message == "Signing in to Azure DevOps by service principal failed: AADSTS700016: Application not found."
    )
    assert error.details["correlation_id"] == number
    assert "client_id" in error.remedy


def test_a_wall_of_text_is_cut() -> None:
    assert len(told("no " * 2000).message) < 500


@pytest.mark.parametrize(
    ("method", "option"),
    [("service_principal", "ca_path"), ("default_chain", "ca_path"), ("azure_cli", "REQUESTS_CA_BUNDLE")],
)
def test_the_certificate_is_named_where_only_the_text_tells(method: str, option: str) -> None:
    text = "HTTPSConnectionPool: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate"
    error = told(CHAIN.format(cli=text) if method == "default_chain" else text, method)
    assert isinstance(error, OptionError)
    assert "TLS certificate of" in error.message
    assert option in error.remedy
    assert "client_id" not in str(error)


@pytest.mark.parametrize(
    ("text", "option"),
    [
        (
            "'http://127.0.0.1:1' is an invalid authority. The value must be a TLS protected (https) URL.",
            "authority_url",
        ),
        ("Invalid tenant ID provided. You can locate your tenant ID at https://x", "tenant"),
        ("Failed to deserialize certificate in PEM or PKCS12 format", "x509_certificate_path"),
    ],
)
def test_what_the_library_refuses_itself_names_the_option(text: str, option: str) -> None:
    error = told(text, kind=ValueError)
    assert isinstance(error, OptionError)
    assert option in error.message
    assert "https://x" not in str(error)


def test_a_certificate_file_that_cannot_be_read() -> None:
    error: t.Any = explain(FileNotFoundError(2, "No such file or directory", "/x"), "service_principal", "Graph", ENTRA)
    assert str(error).startswith("The file of x509_certificate_path cannot be used: No such file or directory.")


def test_a_machine_without_its_identity() -> None:
    error = told("ManagedIdentityCredential authentication unavailable.", "managed_identity")
    assert "machine" in error.remedy
    assert "client_id" not in error.remedy
