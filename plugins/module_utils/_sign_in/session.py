# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One caller at one organization: from the sign-in options to a client that is ready to ask.

PRIVATE to the collection.
"""

from __future__ import annotations

import os
import ssl
import threading
import typing as t
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_devops import AzureDevOps
from ansible_collections.azdo.connections.plugins.module_utils._rest.graph import Graph
from ansible_collections.azdo.connections.plugins.module_utils._rest.http import HttpClient, HttpSettings
from ansible_collections.azdo.connections.plugins.module_utils._rest.pacing import Pace, Slots, Stop
from ansible_collections.azdo.connections.plugins.module_utils._rest.resource_manager import ResourceManager
from ansible_collections.azdo.connections.plugins.module_utils._rest.shared_pause import SharedPause
from ansible_collections.azdo.connections.plugins.module_utils._rest.urls import check_url, organization_url
from ansible_collections.azdo.connections.plugins.module_utils._sign_in.credentials_file import for_organization
from ansible_collections.azdo.connections.plugins.module_utils._sign_in.options import SignInValues, check_range
from ansible_collections.azdo.connections.plugins.module_utils._sign_in.tokens import (
    NAMES,
    Authorizer,
    Resource,
    quiet_loggers,
)
from ansible_collections.azdo.connections.plugins.module_utils._sign_in.ways import is_public


class Remarks:
    """Sentences for the person at the screen that come up while requests are sent, from any thread. Each is told once, to the task that is running."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._said: set[str] = set()
        self._unheard: list[str] = []
        self._listener: list[str] | None = None

    def add(self, sentence: str) -> None:
        with self._lock:
            if sentence not in self._said:
                self._said.add(sentence)
                (self._unheard if self._listener is None else self._listener).append(sentence)

    def tell(self, listener: list[str]) -> None:
        """From now on to this list, and what nobody has heard yet. The items of a loop share a session, and each has a list of its own."""
        with self._lock:
            self._listener = listener
            listener += self._unheard
            self._unheard = []


@dataclass(frozen=True)
class Session:
    """One caller at one organization, and the secrets that signing in brought up.

    :param sign_in: the options with which it is signed in, those of a credentials file among them. :param remarks: what a person should know of it.
    """

    authorizer: Authorizer
    azure_devops: AzureDevOps
    graph: Graph
    resource_manager: ResourceManager
    secrets: set[str]
    paces: dict[str, Pace]
    sign_in: SignInValues
    remarks: Remarks = field(default_factory=Remarks)

    @property
    def tenant(self) -> str | None:
        """The tenant that the caller signs in to, if the options say so."""
        return self.sign_in["tenant"] or None

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


def connect(
    values: SignInValues,
    environ: t.Mapping[str, str],
    stop: Stop,
    slots: Slots | None = None,
    play_folder: str | None = None,
) -> Session:
    """Sign in lazily: nothing is sent before the first operation.

    :param play_folder: where the tasks of a play tell each other of pauses; None if it is one task alone.
    """
    quiet_loggers()
    url = organization_url(values["organization_url"], allow_plain_http=values["allow_plain_http"])
    settings = _settings(values, environ)
    values = for_organization(values, url)
    secrets = values.secrets
    paces: dict[str, Pace] = {}
    authorizer = Authorizer(values, environ, secrets.add)

    def way_to(resource: Resource, url: str) -> tuple[HttpClient, _ResourceAuthorization]:
        # A client for each service: when one of them asks for a pause, the others need not wait.
        client = HttpClient(settings, stop, slots, SharedPause(play_folder, urlsplit(url).netloc))
        paces[NAMES[resource]] = client.pace
        return client, _ResourceAuthorization(authorizer, resource)

    # The version belongs to each request, and is copied along from the documentation.
    graph_url = check_url("graph_url", values["graph_url"] or authorizer.cloud.graph).removesuffix("/v1.0")
    resource_manager_url = check_url(
        "resource_manager_url", values["resource_manager_url"] or authorizer.cloud.resource_manager
    )
    remarks = Remarks()
    if not values["validate_certs"]:
        asked = [authorizer.authority, graph_url, resource_manager_url] if authorizer.reaches_azure else []
        _warn_of_unverified([url, *asked], remarks)
    return Session(
        authorizer,
        AzureDevOps(url, *way_to("azure_devops", url), remarks.add),
        Graph(graph_url, *way_to("graph", graph_url)),
        ResourceManager(resource_manager_url, *way_to("resource_manager", resource_manager_url)),
        secrets,
        paces,
        values,
        remarks,
    )


def _settings(values: SignInValues, environ: t.Mapping[str, str]) -> HttpSettings:
    """:raises OptionError: one of the options cannot be used."""
    if values["validate_certs"]:
        _check_authorities(values["ca_path"], environ)
    check_range("timeout", values["timeout"], 1)
    check_range("max_retries", values["max_retries"], 0)
    return HttpSettings(
        verify=(values["ca_path"] or True) if values["validate_certs"] else False,
        timeout=values["timeout"],
        max_retries=values["max_retries"],
    )


def _warn_of_unverified(urls: t.Iterable[str], remarks: Remarks) -> None:
    """Microsoft's own hosts have certificates that every machine trusts, so there is no reason to look away."""
    hosts = dict.fromkeys(urlsplit(url).hostname or "" for url in urls)
    public = [host for host in hosts if is_public(host)]
    if public:
        remarks.add(
            f"validate_certs is false, so nobody knows whether it is {' or '.join(public)} that gets the credential and answers. Leave it out; where a "
            "proxy signs with an authority of its own, give that with ca_path (or REQUESTS_CA_BUNDLE)."
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
