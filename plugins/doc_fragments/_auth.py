# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the sign-in options. A test compares it with the option table in module_utils/_sign_in/options.py."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  organization_url:
    description:
      - Address of the Azure DevOps organization, such as V(https://dev.azure.com/contoso), or of the collection of an Azure DevOps Server.
        A bare organization name works too, and so does the address of any page of the organization, with or without C(https://).
      - The address of a project is refused, because it would narrow nothing. Name projects with the options that are there for them.
      - If not set, the environment variables E(AZDO_ORG_SERVICE_URL) and E(SYSTEM_COLLECTIONURI) are used, the first one that is set.
    type: str
    aliases:
      - organization
  credentials_file:
    description:
      - File that says who signs in to which organization, for plays and inventories with several of them. It is a YAML or JSON file with a list of mappings.
        Each has C(organization_url), and O(auth_source), O(personal_access_token), O(access_token), O(tenant), O(client_id), O(secret),
        O(x509_certificate_path), O(x509_certificate_password) or O(cloud_environment) as far as they are needed. A file in Ansible's vault is not read.
      - It is used unless the task itself sets one of these options (but O(cloud_environment)). It beats all environment variables, and an entry is
        complete. What it leaves out is not taken from the environment. An organization that is not in the file is an error.
      - If not set, the environment variable E(AZDO_CREDENTIALS_FILE) is used.
      - A relative path starts at the folder in which Ansible was started, here as in the environment and in an inventory. Paths inside the file start at the
        folder of the file.
    type: path
  auth_source:
    description:
      - How to sign in.
      - With V(auto), the default, the options that the task sets decide; only if it sets none, the environment is asked. The order is
        O(personal_access_token), O(access_token), a service principal (O(tenant), O(client_id) and O(secret) or O(x509_certificate_path)), workload
        identity (E(AZURE_FEDERATED_TOKEN_FILE) is set), and last the default chain of the C(azure-identity) library, which knows managed
        identities and the Azure CLI.
      - All ways but O(personal_access_token) and O(access_token) need the C(azure-identity) library.
      - If not set, the environment variable E(AZDO_AUTH_SOURCE) is used, unless the task brings a token, a secret or a certificate of its own.
    type: str
    choices:
      - auto
      - personal_access_token
      - access_token
      - service_principal
      - managed_identity
      - workload_identity
      - azure_cli
  personal_access_token:
    description:
      - Personal access token of a person.
      - If not set, the environment variables E(AZDO_PERSONAL_ACCESS_TOKEN) and E(AZURE_DEVOPS_EXT_PAT) are used.
    type: str
  access_token:
    description:
      - Ready bearer token for Azure DevOps.
      - If not set, the environment variables E(AZDO_ACCESS_TOKEN) and E(SYSTEM_ACCESSTOKEN) are used.
    type: str
  tenant:
    description:
      - Microsoft Entra tenant of O(client_id), as id or domain.
      - If not set, the environment variables E(AZURE_TENANT) and E(AZURE_TENANT_ID) are used.
    type: str
  client_id:
    description:
      - Application (client) id of the service principal, or client id of a user-assigned managed identity.
      - If not set, the environment variables E(AZURE_CLIENT_ID) and E(AZDO_CLIENT_ID) are used.
    type: str
  secret:
    description:
      - Client secret of the service principal.
      - If not set, the environment variables E(AZURE_SECRET) and E(AZURE_CLIENT_SECRET) are used.
    type: str
  x509_certificate_path:
    description:
      - File with the certificate and private key of the service principal, in PEM or PKCS12. A relative path starts as for O(credentials_file).
      - If not set, the environment variable E(AZURE_CLIENT_CERTIFICATE_PATH) is used.
    type: path
  x509_certificate_password:
    description:
      - Password of the file in O(x509_certificate_path).
      - If not set, the environment variable E(AZURE_CLIENT_CERTIFICATE_PASSWORD) is used.
    type: str
  cloud_environment:
    description:
      - The Azure cloud in which O(client_id) lives. V(AzureCloud) if nothing says otherwise.
      - If not set, the environment variable E(AZURE_CLOUD_ENVIRONMENT) is used.
    type: str
    choices:
      - AzureCloud
      - AzureUSGovernment
      - AzureChinaCloud
  authority_url:
    description:
      - Address of Microsoft Entra, for private clouds and for rehearsals. The tenant is no part of it.
      - If not set, the environment variable E(AZDO_AUTHORITY_URL) is used. Then, unless O(cloud_environment) is set, C(AZURE_AUTHORITY_HOST).
    type: str
  graph_url:
    description:
      - Address of Microsoft Graph, for private clouds and for rehearsals.
      - If not set, the environment variable E(AZDO_GRAPH_URL) is used.
    type: str
  resource_manager_url:
    description:
      - Address of Azure Resource Manager, for private clouds and for rehearsals.
      - If not set, the environment variable E(AZDO_RESOURCE_MANAGER_URL) is used.
    type: str
  validate_certs:
    description:
      - Whether to verify TLS certificates. Prefer O(ca_path) to switching this off. Where it is off for a host of Microsoft's clouds there is a warning.
    type: bool
    default: true
  ca_path:
    description:
      - File with the certificate authorities to trust, in PEM. It holds for Azure DevOps, Microsoft Entra, Microsoft Graph and Azure Resource Manager, also
        where a proxy looks into TLS. A file that is missing or holds no certificate is refused at once. A relative path starts as for O(credentials_file).
      - If not set, E(REQUESTS_CA_BUNDLE) is honoured.
    type: path
  timeout:
    description:
      - Seconds to wait for Azure DevOps, for a connection and between two parts of an answer. A request that changes something is given at least
        120 seconds, because impatience would only make its outcome unknown.
      - A whole answer may take three times as long. One that takes longer, or is larger than 64 MB, is given up.
    type: int
    default: 60
  max_retries:
    description:
      - How often a request that only reads is tried again after a passing failure; also after an internal error of the service (HTTP 500), a damaged
        answer, and a web page of a proxy or gateway. What changes something is never sent again as it was.
      - What the service asks for with C(Retry-After) is always honoured, by all tasks and hosts of a play (but those that are run elsewhere, or with
        C(become) or C(async), keep their own pauses only).
    type: int
    default: 5
  allow_plain_http:
    description:
      - Allow plain C(http) to an on-premises Azure DevOps Server. This machine itself (loopback) needs no permission; Azure DevOps Services, Microsoft
        Entra, Microsoft Graph and Azure Resource Manager are never reached over it.
    type: bool
    default: false
notes:
  - The proxy settings of the environment (E(HTTPS_PROXY), E(HTTP_PROXY), E(ALL_PROXY), E(NO_PROXY)) are honoured. One that cannot be an address is refused at
    once. A SOCKS proxy needs the C(PySocks) library.
requirements:
  - requests >= 2.31
  - azure-identity >= 1.15, for every way to sign in except O(personal_access_token) and O(access_token)
"""
