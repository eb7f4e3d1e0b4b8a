# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One caller at one organization: from the sign-in options to a client that is ready to ask.

PRIVATE to the collection.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

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

    graph_url = check_url("graph_url", values["graph_url"] or authorizer.cloud.graph)
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
