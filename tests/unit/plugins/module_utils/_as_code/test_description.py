# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options -> the body that creates a connection -> the connection -> options: the same, for every method, scope and cloud."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._as_code.description import (
    SECRETS,
    options_of,
)
from ansible_collections.azdo.connections.plugins.module_utils._as_code.estate_code import described
from ansible_collections.azdo.connections.plugins.module_utils._as_code.faults import fault_of
from ansible_collections.azdo.connections.plugins.module_utils._desired.changes import references_of
from ansible_collections.azdo.connections.plugins.module_utils._desired.creation_defaults import complete
from ansible_collections.azdo.connections.plugins.module_utils._desired.creation_methods import METHODS, Method
from ansible_collections.azdo.connections.plugins.module_utils._desired.desired_state import Caller, Desired, Target
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ArmConnection
from ansible_collections.azdo.connections.plugins.module_utils._model.request_bodies import creation_body
from ansible_collections.azdo.connections.plugins.modules.azdo_arm_connection import ARGUMENT_SPEC

from unit.plugins._helpers.certificates import certificate_and_key
from unit.plugins._helpers.connections import CLIENT, CONNECTION_ID, LOGISTICS, PAYMENTS, TENANT, WEB_SHOP, raw

Json = dict[str, t.Any]
SUBSCRIPTION = "eeeeeeee-0000-4000-8000-000000000001"
PERSON = Caller(kind="user", reaches_azure=True)
PROJECTS = {project.name: project for project in (PAYMENTS, WEB_SHOP, LOGISTICS)}
SCOPES: dict[str, list[Json]] = {
    "subscription": [
        {"subscription_id": SUBSCRIPTION, "subscription_name": "Contoso Production"},
        {"subscription_id": SUBSCRIPTION, "subscription_name": "{{ x }}", "resource_group": "rg-payments"},
    ],
    "management_group": [{"management_group_id": "mg-platform", "management_group_name": "Platform"}],
    "ml_workspace": [
        {
            "subscription_id": SUBSCRIPTION,
            "subscription_name": "Contoso Production",
            "resource_group": "rg-research",
            "ml_workspace_name": "mlw-research",
            "ml_workspace_location": "westeurope",
        }
    ],
}
SECRET: dict[str, Json] = {
    "key": {"service_principal": {"key": "k" * 40}},
    "certificate": {"service_principal": {"certificate": certificate_and_key()}},
    "publish_profile": {"publish_profile": "p" * 40},
}
WEB_APP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-web/providers/Microsoft.Web/sites/web"
CASES = [
    pytest.param(title, level, environment, number, id=f"{title}-{level}-{environment}-{number}")
    for title, method in METHODS.items()
    for level in method.levels
    for environment in method.environments
    for number in range(len(SCOPES[level]))
]


def identity(title: str, method: Method) -> Json:
    if title in ("automatic_federation_identity", "manual_federation_identity"):
        skipped = {} if method.automatic else {"federated_credential": {"mode": "skip"}}
        return {"managed_identity": {"tenant_id": TENANT, "client_id": CLIENT}, **skipped}
    if title == "agent_identity":
        return {"managed_identity": {"tenant_id": TENANT}}
    if title == "publish_profile":
        return {"service_principal": {"tenant_id": TENANT}, "web_app_id": WEB_APP}
    if method.automatic:
        return {"service_principal": {"tenant_id": TENANT}}
    skipped = {"federated_credential": {"mode": "skip"}} if title == "manual_federation" else {}
    return {"service_principal": {"tenant_id": TENANT, "client_id": CLIENT}, **skipped}


CHECKS: list[Json] = [
    {"kind": "approval", "approvers": ["ann@contoso.example"], "minimum_approvers": 1, "timeout": 1440},
    {"kind": "exclusive_lock", "enabled": False},
]


def options(title: str, level: str = "subscription", environment: str = "AzureCloud", number: int = 0) -> Json:
    method = METHODS[title]
    return {
        "project": "Payments",
        "name": "a: b # c {{ x }}",
        "description": "of\nPayments",
        "scheme": method.scheme,
        **({"creation_mode": method.creation_mode} if method.creation_mode else {}),
        "environment": environment,
        **({"server_url": "https://management.local.azurestack.external"} if environment == "AzureStack" else {}),
        "scope": {"level": level, **SCOPES[level][number]},
        **identity(title, method),
        "enabled": number == 0,
        **({"service_management_reference": "crm-7"} if number else {}),
        "authorize_all_pipelines": bool(number),
        "authorized_pipelines": ["7", "\\deploy"],
        "checks": CHECKS,
        "roles": [{"role": "administrator", "identity": "[Payments]\\Deployers"}],
        "shared_with": [
            {
                "project": "Web Shop",
                "name": "azure-payments",
                "description": "",
                "authorize_all_pipelines": False,
                "authorized_pipelines": ["31"],
                "checks": [],
            }
        ],
        "append_roles": True,
    }


def as_params(given: Json, spec: Json | None = None) -> Json:
    """Options as Ansible hands them to the module."""
    spec = ARGUMENT_SPEC if spec is None else spec
    found: Json = {name: given.get(name, about.get("default")) for name, about in spec.items()}
    for name, about in spec.items():
        if "options" in about and found[name] is not None:
            below, item = about["options"], found[name]
            found[name] = [as_params(one, below) for one in item] if isinstance(item, list) else as_params(item, below)
    return found


def with_secret(given: Json, title: str) -> Json:
    secret = SECRET.get(title, {})
    nested = {name: {**given[name], **value} for name, value in secret.items() if isinstance(value, dict)}
    return {**given, **secret, **nested}


def created(given: Json, title: str) -> ArmConnection:
    """What the service answers when the connection of these options was made."""
    desired = Desired.from_params(as_params(with_secret(given, title)))
    shares = tuple((PROJECTS[item.project], item) for item in desired.shares or ())
    target = Target(project=PAYMENTS, client_id=desired.client_id, tenant_id=desired.tenant_id, shares=shares)
    draft = complete(desired, target, PERSON, hosted=True)
    body = creation_body(draft, references_of(draft, target))
    if METHODS[title].automatic:
        body["authorization"]["parameters"]["serviceprincipalid"] = CLIENT
    shown = {"id": CONNECTION_ID, "isShared": len(shares) > 0, "creationDate": "2026-01-01T00:00:00Z"}
    return ArmConnection.from_api({**body, **shown}, PAYMENTS)


def permissions(given: Json) -> list[Json]:
    return [
        {
            "all_pipelines": place["authorize_all_pipelines"],
            "pipelines": place["authorized_pipelines"],
            "roles": place.get("roles", []),
            "checks": place["checks"],
            "losses": [],
        }
        for place in (given, *given["shared_with"])
    ]


@pytest.mark.parametrize(("title", "level", "environment", "number"), CASES)
def test_there_and_back_again(title: str, level: str, environment: str, number: int) -> None:
    given = options(title, level, environment, number)
    connection = created(given, title)
    found = described(connection, permissions(given), hosted=True)
    assert found.options == given
    assert (found.reason, found.only_adopts) == ("", "")
    assert list(found.options) == list(given)
    assert not {"key", "certificate", "publish_profile"} & {*given, *given.get("service_principal", {})}


@pytest.mark.parametrize(
    ("title", "option"),
    [
        ("key", "service_principal.key"),
        ("certificate", "service_principal.certificate"),
        ("publish_profile", "publish_profile"),
        ("automatic_secret", ""),
        ("manual_federation", ""),
        ("agent_identity", ""),
    ],
)
def test_where_a_secret_comes_from_is_data(title: str, option: str) -> None:
    given = options(title)
    found = described(created(given, title), permissions(given), hosted=True).to_result()
    wanted = {
        "option": option,
        "variable": SECRETS,
        "entry": "Payments/a: b # c {{ x }}",
        "key": option.rsplit(".", maxsplit=1)[-1],
    }
    assert found["as_code_secret"] == (wanted if option else None)


def test_every_option_of_a_description_is_one_of_the_module() -> None:
    """The shapes, too: what a row has is what a task may have."""
    for title in METHODS:
        for name, value in options(title).items():
            spec = ARGUMENT_SPEC[name]
            if "options" in spec:
                items = value if isinstance(value, list) else [value]
                assert all(set(item) <= set(spec["options"]) for item in items)


def test_what_a_service_does_not_tell_is_not_declared() -> None:
    given = options("key")
    connection = ArmConnection.from_api(raw(projects=(PAYMENTS, WEB_SHOP)), PAYMENTS)
    assert "enabled" not in options_of(connection, permissions(given))


@pytest.mark.parametrize(
    ("unread", "what"),
    [
        (("all_pipelines", "pipelines"), "which pipelines may use it"),
        (("checks",), "which checks stand before it"),
        (("all_pipelines", "checks"), "which pipelines may use it and which checks stand before it"),
    ],
)
def test_what_could_not_be_read_is_not_nothing(unread: tuple[str, ...], what: str) -> None:
    given = options("key")
    shared = {**permissions(given)[1], **dict.fromkeys(unread)}
    found = described(created(given, "key"), [permissions(given)[0], shared], hosted=True)
    assert (found.options, [place.name for place in found.unread]) == (None, ["Web Shop"])
    assert found.reason == f"{what[0].upper()}{what[1:]} could not be read in Web Shop."


def test_roles_that_could_not_be_read_are_left_as_they_are() -> None:
    """A reader of connections may not see them."""
    given = options("key")
    told = [{**item, "roles": None} for item in permissions(given)]
    found = described(created(given, "key"), told, hosted=True)
    assert found.options is not None
    assert not {"roles", "append_roles"} & found.options.keys()
    assert (
        found.only_adopts
        == "It would lack something: who has which role on it could not be read in Payments, Web Shop."
    )


def test_what_a_new_one_would_lack_is_told() -> None:
    given = options("key")
    told = [
        {**permissions(given)[0], "losses": ["its check 'x' is of a kind that is not known here"]},
        permissions(given)[1],
    ]
    found = described(created(given, "key"), told, hosted=True)
    assert found.options is not None
    assert found.only_adopts == "It would lack something: its check 'x' is of a kind that is not known here."


@pytest.mark.parametrize(
    "check",
    [
        {"kind": "rest_api", "connection": "x", "method": "BREW"},
        {"kind": "business_hours", "days": ["Someday"], "start_time": "08:00", "end_time": "09:00", "time_zone": "UTC"},
        {
            "kind": "required_template",
            "templates": [{"repository_type": "svn", "repository": "a/b", "ref": "x", "path": "y"}],
        },
    ],
)
def test_a_check_that_the_module_would_not_take_is_no_description(check: Json) -> None:
    given = {**options("key"), "checks": [check]}
    assert "which the module does not know" in fault_of(given, created(options("key"), "key"))


def changed(data: Json | None = None, parameters: Json | None = None, **other: t.Any) -> ArmConnection:
    return ArmConnection.from_api(raw(data=data, parameters=parameters, **other), PAYMENTS)


@pytest.mark.parametrize(
    ("connection", "says"),
    [
        (changed(scheme="OAuth2"), "Its scheme is 'OAuth2', which the module does not know."),
        (changed({"environment": "AzureGermanCloud"}), "Its environment is 'AzureGermanCloud'"),
        (changed({"scopeLevel": "Galaxy"}), "Its level is 'Galaxy'"),
        (changed({"creationMode": "Sideways"}), "Its creation mode is 'sideways'"),
        (changed(parameters={"tenantid": "contoso.example"}), "tenant_id is 'contoso.example', which is not a GUID"),
        (changed({"environment": "AzureUSGovernment"}), "environment AzureUSGovernment is not offered"),
        (changed(name="None"), "name is 'None'"),
        (changed(name="two\tparts"), "a line break or a tab"),
        (changed({"subscriptionId": "/subscriptions/x/y"}), "the id of something else"),
    ],
)
def test_what_the_module_would_refuse_is_no_description(connection: ArmConnection, says: str) -> None:
    given = options("key")
    assert says in fault_of(options_of(connection, permissions(given)[:1]), connection)


def test_what_the_module_would_change_is_no_description() -> None:
    connection = changed()
    given = options_of(connection, permissions(options("key"))[:1])
    assert fault_of(given, connection) == ""
    other = {**given, "description": "another one"}
    assert (
        fault_of(other, connection)
        == "The module would change it, because its answer is not what its options say: description."
    )


def test_what_only_adopts_says_what_a_creation_lacks() -> None:
    """Older clients store no name of the subscription; that is looked up."""
    found = described(changed({"subscriptionName": None}), permissions(options("key"))[:1], hosted=True)
    assert found.options is not None
    assert found.only_adopts == "", "a creation looks the name up"
    on_a_server = described(changed(), permissions(options("key"))[:1], hosted=False)
    assert "needs Azure DevOps Services" in on_a_server.only_adopts


def test_the_resource_group_that_only_the_scope_tells() -> None:
    """As Terraform's provider stores it."""
    stored = {"scope": f"/subscriptions/{SUBSCRIPTION}/resourcegroups/rg-x"}
    found = described(changed(parameters=stored), permissions(options("key"))[:1], hosted=True)
    assert found.options is not None
    assert found.options["scope"]["resource_group"] == "rg-x"
