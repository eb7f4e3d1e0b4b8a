# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens, and the ``Authorization`` header that each way to sign in gives.

PRIVATE to the collection. Which way is taken is decided in ways.py. Tokens come from azure-identity, which is
imported only when a way needs it (it costs 0.2 s). Tokens for Azure DevOps, Microsoft Graph and Azure Resource Manager are separate (fact sheet 9.1).
"""

from __future__ import annotations

import base64
import hashlib
import logging
import threading
import time
import traceback
import typing as t
from urllib.parse import urlsplit

from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    MissingLibraryError,
    OptionError,
)
from ansible_collections.azdo.connections.plugins.module_utils._rest.http import refuse_proxy
from ansible_collections.azdo.connections.plugins.module_utils._rest.urls import check_url
from ansible_collections.azdo.connections.plugins.module_utils._sign_in.options import SignInValues
from ansible_collections.azdo.connections.plugins.module_utils._sign_in.token_errors import explain
from ansible_collections.azdo.connections.plugins.module_utils._sign_in.ways import (
    CALLERS,
    CLOUDS,
    Caller,
    _where,
    check_secret,
    choose,
    cloud_of,
    require,
)

Resource = t.Literal["azure_devops", "graph", "resource_manager"]
# The application id of Azure DevOps in Microsoft Entra (fact sheet 9.1).
AZURE_DEVOPS_SCOPE = "499b84ac-1321-427f-aa17-267ca6975798/.default"
# A token that ends sooner than this is replaced before it is used.
RENEW_BEFORE_SECONDS = 300


class Authorizer:
    """Gives the ``Authorization`` header for each resource; safe to use from several threads."""

    def __init__(self, sign_in: SignInValues, environ: t.Mapping[str, str], on_secret: t.Callable[[str], None]) -> None:
        self._sign_in = sign_in
        self._environ = environ
        self._on_secret = on_secret
        self._lock = threading.Lock()
        self._credential: t.Any = None
        self.method = choose(sign_in, environ)
        self.caller: Caller = CALLERS.get(self.method, "unknown")
        self.cloud = cloud_of(sign_in)
        if sign_in["authority_url"]:
            _check_authority("authority_url", sign_in["authority_url"])
        elif "://" in self.authority:
            _check_authority("AZURE_AUTHORITY_HOST", self.authority)
        for name in ("personal_access_token", "access_token", "secret", "x509_certificate_password"):
            check_secret(name, sign_in[name])
        if self.method in ("personal_access_token", "access_token"):
            require(self.method, **{self.method: sign_in[self.method]})

    def header(self, resource: Resource = "azure_devops", *, rejected: str = "") -> str:
        """The header's value. ``rejected`` is one that the service did not accept: if it is still the current one, a new token is asked for."""
        if self.method == "personal_access_token":
            if resource != "azure_devops":
                raise OptionError(
                    f"A personal access token signs in to Azure DevOps only, not to {NAMES[resource]}.",
                    remedy="Sign in with Microsoft Entra (service_principal, managed_identity, workload_identity or azure_cli) for this.",
                )
            pair = base64.b64encode(f":{self._sign_in['personal_access_token']}".encode()).decode()
            self._on_secret(pair)
            return f"Basic {pair}"
        if self.method == "access_token":
            if resource != "azure_devops":
                raise OptionError(
                    f"access_token is for Azure DevOps only; a token for {NAMES[resource]} is needed too.",
                    remedy="Sign in with Microsoft Entra (service_principal, managed_identity, workload_identity or azure_cli) for this.",
                )
            return f"Bearer {self._sign_in['access_token']}"
        return f"Bearer {self._token(resource, rejected.removeprefix('Bearer '))}"

    @property
    def renewable(self) -> bool:
        """Whether a rejected header may be replaced by a newer one."""
        return self.method not in ("personal_access_token", "access_token")

    @property
    def reaches_azure(self) -> bool:
        """Whether it gives tokens for Microsoft Graph and Azure Resource Manager, too."""
        return self.method not in ("personal_access_token", "access_token")

    @property
    def authority(self) -> str:
        """Where tokens come from: a URL, or a host alone as the environment may have it."""
        # A Kubernetes cluster in another cloud says so in AZURE_AUTHORITY_HOST; what the options say comes first.
        host = None if self._sign_in["cloud_environment"] else self._environ.get("AZURE_AUTHORITY_HOST")
        return str(self._sign_in["authority_url"] or host or self.cloud.authority)

    def _token(self, resource: Resource, rejected: str) -> str:
        scope = self._scope(resource)
        key = self._cache_key(scope)
        with self._lock:
            text, expires = _TOKENS.get(key, ("", 0.0))
            if rejected and text == rejected:
                # A credential of azure-identity would answer from its own memory.
                self._credential, expires = None, 0.0
            if expires - time.time() < RENEW_BEFORE_SECONDS:
                text, expires = self._ask(scope, resource)
                _TOKENS[key] = (text, expires)
        self._on_secret(text)
        return text

    def _scope(self, resource: Resource) -> str:
        if resource == "azure_devops":
            return AZURE_DEVOPS_SCOPE
        # A token is made for the cloud's own resource, even where a rehearsal sends it to another host.
        return f"{self.cloud.graph if resource == 'graph' else self.cloud.resource_manager}/.default"

    def _cache_key(self, scope: str) -> str:
        names = ("tenant", "client_id", "secret", "x509_certificate_path", "x509_certificate_password")
        parts = [scope, self.method, self.authority, *(str(self._sign_in[name] or "") for name in names)]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def _ask(self, scope: str, resource: Resource) -> tuple[str, float]:
        identity = _azure_identity(self.method)
        from azure.core.exceptions import AzureError

        if self.method in ("service_principal", "workload_identity"):
            # The library would try a proxy that cannot be one again and again.
            refuse_proxy(self.authority)
        try:
            if self._credential is None:
                self._credential = self._build(identity)
            token = self._credential.get_token(scope)
        except (AzureError, ValueError, OSError) as error:
            raise explain(error, self.method, NAMES[resource], self.authority) from None
        return str(token.token), float(token.expires_on)

    def _build(self, identity: t.Any) -> t.Any:
        """The azure-identity credential of the chosen way. Built after the fork, never inherited."""
        value = self._sign_in
        verify = (value["ca_path"] or True) if value["validate_certs"] else False
        # Left alone, azure-core honours REQUESTS_CA_BUNDLE, as every other tool on the machine does.
        transport: dict[str, t.Any] = {} if verify is True else {"connection_verify": verify}
        entra = {"authority": self.authority, **transport}
        if value["authority_url"]:
            # A private authority is not in Microsoft's list of instances, so asking there for it could only fail.
            entra["disable_instance_discovery"] = True
        if self.method == "service_principal":
            return self._service_principal(identity, entra)
        if self.method == "managed_identity":
            return identity.ManagedIdentityCredential(client_id=value["client_id"], **transport)
        if self.method == "workload_identity":
            require(self.method, tenant=value["tenant"], client_id=value["client_id"])
            return identity.WorkloadIdentityCredential(tenant_id=value["tenant"], client_id=value["client_id"], **entra)
        if self.method == "azure_cli":
            return identity.AzureCliCredential(tenant_id=value["tenant"] or "")
        # A complete service principal in the environment was chosen before. The chain's own reading of it takes a variable that is set but
        # empty for a value, and breaks.
        return identity.DefaultAzureCredential(
            exclude_environment_credential=True,
            managed_identity_client_id=value["client_id"],
            workload_identity_client_id=value["client_id"],
            **entra,
        )

    def _service_principal(self, identity: t.Any, entra: dict[str, t.Any]) -> t.Any:
        value = self._sign_in
        require(self.method, tenant=value["tenant"], client_id=value["client_id"])
        # Of two ways to prove the same identity, the one that the task itself gave is meant.
        prefer_certificate = "x509_certificate_path" in value.given and "secret" not in value.given
        if value["secret"] and not prefer_certificate:
            return identity.ClientSecretCredential(value["tenant"], value["client_id"], value["secret"], **entra)
        if not value["x509_certificate_path"]:
            raise OptionError(
                "auth_source is service_principal, but neither secret nor x509_certificate_path is set.",
                remedy=_where("secret"),
            )
        return identity.CertificateCredential(
            value["tenant"],
            value["client_id"],
            value["x509_certificate_path"],
            password=value["x509_certificate_password"],
            **entra,
        )


NAMES: dict[str, str] = {
    "azure_devops": "Azure DevOps",
    "graph": "Microsoft Graph",
    "resource_manager": "Azure Resource Manager",
}

# Text and end of life of tokens, by a hash of all that a token depends on. Plain values, so that they survive a fork: the tokens that
# the inventory plugin got in the parent serve all workers. Credential objects and sessions are never kept here.
_TOKENS: dict[str, tuple[str, float]] = {}


def quiet_loggers() -> None:
    """Keep the request logs of azure-identity, MSAL and urllib3 out of Ansible's log file, which takes every INFO line."""
    for name in ("azure", "msal", "urllib3"):
        logger = logging.getLogger(name)
        logger.setLevel(logging.WARNING)
        logger.propagate = False
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())


def _azure_identity(method: str) -> t.Any:
    try:
        import azure.identity
    except ImportError:
        why = (
            "because neither personal_access_token nor access_token is set"
            if method == "default_chain"
            else f"to sign in with {method.replace('_', ' ')}"
        )
        raise MissingLibraryError("azure-identity", why, traceback.format_exc()) from None
    return azure.identity


def _check_authority(option: str, url: str) -> None:
    """:raises OptionError: no token can come from there."""
    check_url(option, url)
    parts = urlsplit(url.strip())
    if parts.hostname in {urlsplit(cloud.authority).hostname for cloud in CLOUDS.values()} and parts.path.strip("/"):
        raise OptionError(
            f"{option} is {url!r}, which is more than the address of Microsoft Entra.",
            remedy=f"Give https://{parts.hostname}, and the tenant with the option tenant.",
        )
