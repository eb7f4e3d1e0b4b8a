# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One caller at one organization: from the sign-in options to a client that is ready to ask.

PRIVATE to the collection.
"""

from __future__ import annotations

import os
import ssl
import typing as t
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_devops import AzureDevOps
from ansible_collections.azdo.connections.plugins.module_utils._rest.graph import Graph
from ansible_collections.azdo.connections.plugins.module_utils._rest.http import HttpClient, HttpSettings
from ansible_collections.azdo.connections.plugins.module_utils._rest.pacing import Pace, Slots, Stop
from ansible_collections.azdo.connections.plugins.module_utils._rest.resource_manager import ResourceManager
from ansible_collections.azdo.connections.plugins.module_utils._rest.sign_in_options import SignInValues, check_range
from ansible_collections.azdo.connections.plugins.module_utils._rest.tokens import (
    NAMES,
    Authorizer,
    Resource,
    quiet_loggers,
)
from ansible_collections.azdo.connections.plugins.module_utils._rest.urls import check_url, organization_url


@dataclass(frozen=True)
class Session:
    """One caller at one organization, and the secrets that signing in brought up.

    :param tenant: the tenant that the caller signs in to, if the options say so.
    """

    authorizer: Authorizer
    azure_devops: AzureDevOps
    graph: Graph
    resource_manager: ResourceManager
    secrets: set[str]
    paces: dict[str, Pace]
    tenant: str | None

    @property
    def held_back(self) -> dict[str, float]:
        """The time (s) for which each service asked us to wait, by its name."""
        return {name: pace.seconds_lost for name, pace in self.paces.items()}

    @property
    def seconds_held_back(self) -> float:
        """The same for all of them together."""
        return sum(self.held_back.values())


@dataclass(frozen=True)
class _ResourceAuthorization:
    """The ``Authorization`` header for one resource, as the HTTP client wants it."""

    authorizer: Authorizer
    resource: Resource

    @property
    def renewable(self) -> bool:
        return self.authorizer.renewable

    def __call__(self, *, rejected: str = "") -> str:
        return self.authorizer.header(self.resource, rejected=rejected)


def connect(values: SignInValues, environ: t.Mapping[str, str], stop: Stop, slots: Slots | None = None) -> Session:
    """Sign in lazily: nothing is sent before the first operation."""
    quiet_loggers()
    url = organization_url(values["organization_url"], allow_plain_http=values["allow_plain_http"])
    if values["validate_certs"]:
        _check_authorities(values["ca_path"], environ)
    check_range("timeout", values["timeout"], 1)
    check_range("max_retries", values["max_retries"], 0)
    settings = HttpSettings(
        verify=(values["ca_path"] or True) if values["validate_certs"] else False,
        timeout=values["timeout"],
        max_retries=values["max_retries"],
    )
    secrets: set[str] = set()
    paces: dict[str, Pace] = {}
    authorizer = Authorizer(values, environ, secrets.add)

    def way_to(resource: Resource) -> tuple[HttpClient, _ResourceAuthorization]:
        # A client for each service: when one of them asks for a pause, the others need not wait.
        client = HttpClient(settings, stop, slots)
        paces[NAMES[resource]] = client.pace
        return client, _ResourceAuthorization(authorizer, resource)

    # The version belongs to each request, and is copied along from the documentation.
    graph_url = check_url("graph_url", values["graph_url"] or authorizer.cloud.graph).removesuffix("/v1.0")
    resource_manager_url = check_url(
        "resource_manager_url", values["resource_manager_url"] or authorizer.cloud.resource_manager
    )
    return Session(
        authorizer,
        AzureDevOps(url, *way_to("azure_devops")),
        Graph(graph_url, *way_to("graph")),
        ResourceManager(resource_manager_url, *way_to("resource_manager")),
        secrets,
        paces,
        values["tenant"] or None,
    )


def _check_authorities(ca_path: str | None, environ: t.Mapping[str, str]) -> None:
    """With a file that cannot be read as authorities no TLS connection could ever be made, and libraries take that for a fault of the network.

    :raises OptionError: names the option or variable that says which file.
    """
    # The order of requests, which azure-identity stands on too.
    variable = next((name for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE") if environ.get(name)), "")
    path, source = (ca_path, "ca_path") if ca_path else (environ.get(variable), variable)
    if not path or os.path.isdir(path):
        return
    try:
        with open(path, "rb") as stream:
            stream.read(1)
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except ssl.SSLError:
        fault = "which holds no certificate of an authority in PEM format"
    except (OSError, ValueError) as error:
        fault = f"which cannot be read: {getattr(error, 'strerror', None) or error}"
    else:
        return
    raise OptionError(
        f"{source} is {path!r}, {fault}.",
        remedy="Give the file with the certificates of the authorities, in PEM format.",
    )
