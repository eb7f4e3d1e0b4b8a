# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values in the forms that people have: what is taken, and what is refused because it could mean two things, or nothing."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.azdo.connections.plugins.module_utils._desired.desired_state import Desired
from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError
from ansible_collections.azdo.connections.plugins.modules.azdo_arm_connection import ARGUMENT_SPEC

from unit.plugins._helpers.arm import CLIENT, SUBSCRIPTION

Options = dict[str, t.Any]
OTHER = "5a1d2c3b-0000-4000-8000-0000000000ff"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-payments"
WORKSPACE = f"{GROUP}/providers/Microsoft.MachineLearningServices/workspaces/mlw"
MANAGEMENT = "/providers/Microsoft.Management/managementGroups/mg-platform"
IDENTITY = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-payments"


def desired(**options: t.Any) -> Desired:
    usual = {"organization_url": "contoso", "project": "Payments", "name": "azure-new"}
    checked = ArgumentSpecValidator(ARGUMENT_SPEC).validate(copy.deepcopy({**usual, **options}))
    assert not checked.error_messages, checked.error_messages
    return Desired.from_params(checked.validated_parameters)


def refused(**options: t.Any) -> str:
    with pytest.raises(OptionError) as caught:
        desired(**options)
    assert caught.value.remedy
    return caught.value.message


# -- ids of Azure ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ({"subscription_id": f"/subscriptions/{SUBSCRIPTION}"}, {"subscription_id": SUBSCRIPTION}),
        ({"subscription_id": f"/Subscriptions/{SUBSCRIPTION}/"}, {"subscription_id": SUBSCRIPTION}),
        ({"subscription_id": f" {{{SUBSCRIPTION}}}\n"}, {"subscription_id": SUBSCRIPTION}),
        ({"management_group_id": MANAGEMENT}, {"management_group_id": "mg-platform"}),
        ({"management_group_id": MANAGEMENT.lower()}, {"management_group_id": "mg-platform"}),
        ({"management_group_id": "mg-platform"}, {"management_group_id": "mg-platform"}),
        ({"resource_group": GROUP}, {"subscription_id": SUBSCRIPTION, "resource_group": "rg-payments"}),
        (
            {"subscription_id": SUBSCRIPTION.upper(), "resource_group": f"{GROUP}/"},
            {"subscription_id": SUBSCRIPTION.upper(), "resource_group": "rg-payments"},
        ),
        (
            {"ml_workspace_name": WORKSPACE, "subscription_id": f"/subscriptions/{SUBSCRIPTION}", "resource_group": GROUP},
            {"subscription_id": SUBSCRIPTION, "resource_group": "rg-payments", "ml_workspace_name": "mlw"},
        ),
        (
            {"resource_group": "rg-payments", "ml_workspace_name": WORKSPACE},
            {"subscription_id": SUBSCRIPTION, "resource_group": "rg-payments", "ml_workspace_name": "mlw"},
        ),
        ({"subscription_name": "Contoso / Production"}, {"subscription_name": "Contoso / Production"}),
    ],
)  # fmt: skip
def test_the_last_part_of_an_id_is_taken(given: Options, taken: Options) -> None:
    assert desired(scope=given).scope == taken


@pytest.mark.parametrize(
    ("given", "part"),
    [
        ({"subscription_id": GROUP}, "scope.subscription_id"),
        ({"subscription_id": "/subscriptions/"}, "scope.subscription_id"),
        ({"subscription_id": "/subscriptions/Contoso"}, "scope.subscription_id"),
        ({"management_group_id": f"/subscriptions/{SUBSCRIPTION}"}, "scope.management_group_id"),
        ({"management_group_id": "/mg-platform"}, "scope.management_group_id"),
        ({"resource_group": f"/subscriptions/{SUBSCRIPTION}"}, "scope.resource_group"),
        ({"resource_group": WORKSPACE}, "scope.resource_group"),
        ({"resource_group": "https://portal.azure.com/#@contoso/resource" + GROUP}, "scope.resource_group"),
        ({"resource_group": GROUP, "subscription_id": OTHER}, "scope.resource_group"),
        ({"ml_workspace_name": WORKSPACE, "resource_group": "rg-other"}, "scope.ml_workspace_name"),
        ({"ml_workspace_name": GROUP}, "scope.ml_workspace_name"),
    ],
)
def test_an_id_of_something_else_or_of_two_places_is_refused(given: Options, part: str) -> None:
    assert refused(scope=given).startswith(part)


@pytest.mark.parametrize(
    ("options", "attribute", "taken"),
    [
        ({"service_principal": {"client_id": f" {CLIENT}\n"}}, "client_id", CLIENT),
        ({"service_principal": {"tenant_id": f"{{{CLIENT}}}"}}, "tenant_id", CLIENT),
        ({"managed_identity": {"resource_id": f"{IDENTITY}/\n"}}, "identity", IDENTITY),
        ({"id": f"{CLIENT} "}, "id", CLIENT),
        ({"project": " Payments\n"}, "project", "Payments"),
        ({"server_url": "https://stack.example/ "}, "server_url", "https://stack.example/"),
        ({"role_assignment": {"role": "Reader", "scope": f"{GROUP}/"}}, "roles", f"{GROUP}/"),
    ],
)
def test_blanks_and_braces_around_an_id(options: Options, attribute: str, taken: str) -> None:
    found = getattr(desired(**options), attribute)
    assert (found[0].scope if attribute == "roles" else found) == taken


@pytest.mark.parametrize(
    "scope",
    [
        "rg-payments",
        "subscriptions/x",
        f"https://management.azure.com{GROUP}",
        "/",
        "//",
        "/subscriptions/",
        "/subscriptions",
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/",
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups",
        "/subscriptions//resourceGroups/rg",
        "/providers/Microsoft.Management/managementGroups/",
    ],
)
def test_the_scope_of_a_role_is_an_id_without_a_part_that_is_missing(scope: str) -> None:
    """A variable that came out empty would move the role to another place, which may hold much more."""
    assert f"role_assignment.scope is {scope!r}" in refused(role_assignment={"role": "Reader", "scope": scope})


# -- empty is not "all" ------------------------------------------------------------------------------------------------
PARTS = sorted(set(t.cast(Options, ARGUMENT_SPEC["scope"]["options"])) - {"level"})


@pytest.mark.parametrize("nothing", ["", " ", "\n", "None", "null", " None "])
@pytest.mark.parametrize("part", PARTS)
def test_a_part_of_a_scope_that_came_out_empty(part: str, nothing: str) -> None:
    message = refused(scope={"subscription_id": SUBSCRIPTION, part: nothing}, role_assignment={"role": "Contributor"})
    assert message.startswith(f"scope.{part} is ")


@pytest.mark.parametrize("nothing", ["", " ", "None", "null"])
@pytest.mark.parametrize(
    ("option", "build"),
    [
        ("project", lambda value: {"project": value}),
        ("name", lambda value: {"name": value}),
        ("id", lambda value: {"id": value}),
        ("server_url", lambda value: {"server_url": value}),
        ("service_principal.client_id", lambda value: {"service_principal": {"client_id": value}}),
        ("managed_identity.tenant_id", lambda value: {"managed_identity": {"tenant_id": value}}),
        ("role_assignment.role", lambda value: {"role_assignment": {"role": value}}),
        ("role_assignment.scope", lambda value: {"role_assignment": {"role": "Reader", "scope": value}}),
        ("federated_credential.audience", lambda value: {"federated_credential": {"audience": value}}),
        ("shared_with.project", lambda value: {"shared_with": [{"project": value}]}),
        ("shared_with.name", lambda value: {"shared_with": [{"project": "Web Shop", "name": value}]}),
    ],
)  # fmt: skip
def test_nothing_else_may_come_out_empty(option: str, build: t.Callable[[str], Options], nothing: str) -> None:
    assert refused(**build(nothing)).startswith(f"{option} is ")


@pytest.mark.parametrize("options", [{"description": ""}, {"service_management_reference": ""}])
def test_a_description_may_be_empty(options: Options) -> None:
    desired(**options)


@pytest.mark.parametrize("item", [0, -1, True])
@pytest.mark.parametrize("shared", [False, True])
def test_what_is_no_pipeline(item: t.Any, shared: bool) -> None:
    ids: Options = {"authorized_pipelines": [item]}
    options = {"shared_with": [{"project": "Web Shop", **ids}]} if shared else ids
    assert "authorized_pipelines has" in refused(**options)


@pytest.mark.parametrize("name", ["a\nb", "tab\tinside"])
def test_a_name_in_two_lines(name: str) -> None:
    assert refused(name=name).startswith("name has a line break")
    assert refused(shared_with=[{"project": "Web Shop", "name": name}]).startswith("shared_with.name has a line break")


@pytest.mark.parametrize(
    "url", ["https://stack:99999", "stack.example", "https://u:p@stack.example", "https://stack?x"]
)
def test_the_address_of_a_stack_is_an_address(url: str) -> None:
    assert refused(server_url=url).startswith("server_url ")
