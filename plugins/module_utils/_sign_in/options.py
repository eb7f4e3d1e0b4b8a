# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one table of sign-in options.

PRIVATE to the collection. The argument specs of all modules, the options of the inventory plugin, the environment variables and the documentation
(checked by a test) come from here. Nothing here reads the environment by itself: it is always passed in.
"""

from __future__ import annotations

import os
import typing as t
from dataclasses import dataclass, field

from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError


@dataclass(frozen=True, kw_only=True)
class Option:
    """One option: ``env`` are the environment variables it falls back to, first one that is set and not empty wins."""

    type: str = "str"
    env: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    default: t.Any = None
    secret: bool = False

    def to_spec(self) -> dict[str, t.Any]:
        """The entry of an Ansible argument spec. ``no_log`` is always explicit, because names like ``access_token`` ask for it."""
        spec: dict[str, t.Any] = {"type": self.type, "no_log": self.secret}
        if self.aliases:
            spec["aliases"] = list(self.aliases)
        if self.choices:
            spec["choices"] = list(self.choices)
        if self.default is not None:
            spec["default"] = self.default
        return spec


AUTH_SOURCES = (
    "auto",
    "personal_access_token",
    "access_token",
    "service_principal",
    "managed_identity",
    "workload_identity",
    "azure_cli",
)

# Options with a fallback to the environment have no default in the spec: a default would hide the environment.
SIGN_IN_OPTIONS: dict[str, Option] = {
    "organization_url": Option(env=("AZDO_ORG_SERVICE_URL", "SYSTEM_COLLECTIONURI"), aliases=("organization",)),
    "credentials_file": Option(type="path", env=("AZDO_CREDENTIALS_FILE",)),
    "auth_source": Option(env=("AZDO_AUTH_SOURCE",), choices=AUTH_SOURCES),
    "personal_access_token": Option(env=("AZDO_PERSONAL_ACCESS_TOKEN", "AZURE_DEVOPS_EXT_PAT"), secret=True),
    "access_token": Option(env=("AZDO_ACCESS_TOKEN", "SYSTEM_ACCESSTOKEN"), secret=True),
    "tenant": Option(env=("AZURE_TENANT", "AZURE_TENANT_ID")),
    "client_id": Option(env=("AZURE_CLIENT_ID", "AZDO_CLIENT_ID")),
    "secret": Option(env=("AZURE_SECRET", "AZURE_CLIENT_SECRET"), secret=True),
    "x509_certificate_path": Option(type="path", env=("AZURE_CLIENT_CERTIFICATE_PATH",)),
    "x509_certificate_password": Option(env=("AZURE_CLIENT_CERTIFICATE_PASSWORD",), secret=True),
    "cloud_environment": Option(
        env=("AZURE_CLOUD_ENVIRONMENT",), choices=("AzureCloud", "AzureUSGovernment", "AzureChinaCloud")
    ),
    "authority_url": Option(env=("AZDO_AUTHORITY_URL",)),
    "graph_url": Option(env=("AZDO_GRAPH_URL",)),
    "resource_manager_url": Option(env=("AZDO_RESOURCE_MANAGER_URL",)),
    "validate_certs": Option(type="bool", default=True),
    "ca_path": Option(type="path"),
    "timeout": Option(type="int", default=60),
    "max_retries": Option(type="int", default=5),
    "allow_plain_http": Option(type="bool", default=False),
}


def argument_spec(**own: dict[str, t.Any]) -> dict[str, dict[str, t.Any]]:
    """The argument spec of a module: the sign-in options and its own."""
    return {**{name: option.to_spec() for name, option in SIGN_IN_OPTIONS.items()}, **own}


@dataclass(frozen=True)
class SignInValues:
    """The sign-in options after the environment was asked.

    ``given`` names those that the task, play or ``module_defaults`` set: they beat every value of the environment, even for another way to
    sign in (a token from the task wins over a client secret from the environment, and the other way round).
    """

    values: t.Mapping[str, t.Any]
    given: frozenset[str] = field(default_factory=frozenset)

    def __getitem__(self, name: str) -> t.Any:
        return self.values[name]

    @property
    def secrets(self) -> set[str]:
        """Texts that must never be shown: the secret options, and what somebody put in front of the host of an address."""
        found = {
            str(self.values[name]) for name, option in SIGN_IN_OPTIONS.items() if option.secret and self.values[name]
        }
        for name in SIGN_IN_OPTIONS:
            if name.endswith("_url") and "@" in str(self.values[name] or ""):
                before_host = str(self.values[name]).rpartition("@")[0].rpartition("/")[2]
                found |= {before_host, *before_host.split(":")}
        return found - {""}


def resolve(params: t.Mapping[str, t.Any], environ: t.Mapping[str, str]) -> SignInValues:
    """Settle every sign-in option: the option itself, else its environment variables in order, else nothing.

    An empty text counts as not set, because an optional question of an AWX survey that was left blank arrives as ``""``.
    """
    given = frozenset(name for name in SIGN_IN_OPTIONS if params.get(name) not in (None, ""))
    values = {
        name: params[name] if name in given else _of_environment(option, environ)
        for name, option in SIGN_IN_OPTIONS.items()
    }
    return SignInValues(values, given)


def _of_environment(option: Option, environ: t.Mapping[str, str]) -> str | None:
    found = next((environ[key] for key in option.env if environ.get(key)), None)
    # No shell expands what a file of variables, a unit or a container has set.
    return expanded(found) if found and option.type == "path" else found


def expanded(path: str) -> str:
    """A path with what stands for the home folder or a variable put in, as Ansible does it for options of the type path."""
    return os.path.expanduser(os.path.expandvars(path))


def check_range(option: str, value: int | None, least: int, most: int | None = None) -> None:
    """:raises OptionError: the value is out of range; None is not checked."""
    if value is not None and not (least <= value and (most is None or value <= most)):
        raise OptionError(
            f"{option} is {value}.", remedy=f"It must be {f'from {least} to {most}' if most else f'{least} or more'}."
        )
