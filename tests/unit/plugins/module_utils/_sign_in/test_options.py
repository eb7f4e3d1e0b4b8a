# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sign-in options: what the task says, what the environment says, and which of them counts."""

from __future__ import annotations

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._sign_in.options import (
    SIGN_IN_OPTIONS,
    argument_spec,
    resolve,
)

BY_ENVIRONMENT = [(name, variable) for name, option in SIGN_IN_OPTIONS.items() for variable in option.env]
SECRETS = {"personal_access_token", "access_token", "secret", "x509_certificate_password"}


@pytest.mark.parametrize(("name", "variable"), BY_ENVIRONMENT)
def test_each_variable_gives_its_option(name: str, variable: str) -> None:
    values = resolve({}, {variable: "from-environment"})
    assert values[name] == "from-environment"
    assert values.given == frozenset()


@pytest.mark.parametrize(("name", "variable"), BY_ENVIRONMENT)
def test_the_task_beats_the_environment(name: str, variable: str) -> None:
    values = resolve({name: "from-task"}, {variable: "from-environment"})
    assert values[name] == "from-task"
    assert values.given == {name}


@pytest.mark.parametrize("unset", [None, ""])
@pytest.mark.parametrize(("name", "variable"), BY_ENVIRONMENT)
def test_an_option_left_blank_is_not_set(name: str, variable: str, unset: str | None) -> None:
    values = resolve({name: unset}, {variable: "from-environment"})
    assert values[name] == "from-environment"
    assert name not in values.given


@pytest.mark.parametrize(
    ("name", "variables"), [(name, option.env) for name, option in SIGN_IN_OPTIONS.items() if len(option.env) > 1]
)
def test_the_first_variable_that_is_not_empty_wins(name: str, variables: tuple[str, ...]) -> None:
    first, second = variables
    assert resolve({}, {first: "one", second: "two"})[name] == "one"
    assert resolve({}, {first: "", second: "two"})[name] == "two"


def test_the_variables_are_those_of_the_product() -> None:
    wanted = {
        "organization_url": ("AZDO_ORG_SERVICE_URL", "SYSTEM_COLLECTIONURI"),
        "auth_source": ("AZDO_AUTH_SOURCE",),
        "personal_access_token": ("AZDO_PERSONAL_ACCESS_TOKEN", "AZURE_DEVOPS_EXT_PAT"),
        "access_token": ("AZDO_ACCESS_TOKEN", "SYSTEM_ACCESSTOKEN"),
        "tenant": ("AZURE_TENANT", "AZURE_TENANT_ID"),
        "client_id": ("AZURE_CLIENT_ID", "AZDO_CLIENT_ID"),
        "secret": ("AZURE_SECRET", "AZURE_CLIENT_SECRET"),
        "x509_certificate_path": ("AZURE_CLIENT_CERTIFICATE_PATH",),
        "cloud_environment": ("AZURE_CLOUD_ENVIRONMENT",),
        "authority_url": ("AZDO_AUTHORITY_URL",),
        "graph_url": ("AZDO_GRAPH_URL",),
        "resource_manager_url": ("AZDO_RESOURCE_MANAGER_URL",),
    }
    assert {name: SIGN_IN_OPTIONS[name].env for name in wanted} == wanted


@pytest.mark.parametrize("name", SIGN_IN_OPTIONS)
def test_no_option_with_a_variable_has_a_default(name: str) -> None:
    """A default would hide the environment."""
    option = SIGN_IN_OPTIONS[name]
    assert not (option.env and option.default is not None)


@pytest.mark.parametrize("name", SIGN_IN_OPTIONS)
def test_secrets_and_only_they_are_kept_out_of_logs(name: str) -> None:
    assert argument_spec()[name]["no_log"] is (name in SECRETS)


def test_the_secrets_of_the_task_and_of_the_environment_are_known() -> None:
    environment = {"AZURE_CLIENT_SECRET": "secret-from-environment", "AZURE_CLIENT_ID": "no-secret"}
    values = resolve({"personal_access_token": "token-from-task", "access_token": ""}, environment)
    assert values.secrets == {"token-from-task", "secret-from-environment"}


def test_false_is_a_value() -> None:
    values = resolve({"validate_certs": False}, {})
    assert values["validate_certs"] is False
    assert "validate_certs" in values.given


def test_a_module_adds_its_own_options() -> None:
    spec = argument_spec(to={"type": "str"})
    assert spec["to"] == {"type": "str"}
    assert spec["organization_url"] == {"type": "str", "no_log": False, "aliases": ["organization"]}
    assert spec["timeout"]["default"] == 60
    assert "service_principal" in spec["auth_source"]["choices"]
