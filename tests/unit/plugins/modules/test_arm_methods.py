# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every method x scope x environment x caller of azdo_arm_connection: created as foretold, quiet the second time, or refused with its sentence.

Of the methods and callers one in two combinations is run, each value among them; `make test-all` runs them all.
"""

from __future__ import annotations

import itertools
import typing as t

import pytest

from simulator import Fleet, Simulator
from unit.plugins._helpers.arm import AUDIENCE, CLIENT, KEY, PEM, SUBSCRIPTION, Person, arm_fleet, person
from unit.plugins._helpers.tasks import Task, manage

Simulate = t.Callable[..., Simulator]
Options = dict[str, t.Any]

IDENTITY = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-identities"
    "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-payments"
)
WIF: Options = {"scheme": "workload_identity_federation"}


def methods(fleet: Fleet) -> dict[str, Options]:
    """The options of each method, and nothing about scope and environment."""
    tenant = fleet.tenant_id
    secret = {"scheme": "service_principal"}
    known = {"tenant_id": tenant, "client_id": CLIENT}
    return {
        "automatic": {**WIF, "creation_mode": "automatic", "service_principal": {"tenant_id": tenant}},
        "automatic, managed identity": {
            **WIF, "creation_mode": "automatic", "managed_identity": {"resource_id": IDENTITY},
        },
        "manual": {**WIF, "creation_mode": "manual", "service_principal": known},
        "manual, managed identity": {**WIF, "creation_mode": "manual", "managed_identity": {"resource_id": IDENTITY}},
        "automatic secret": {**secret, "creation_mode": "automatic", "service_principal": {"tenant_id": tenant}},
        "key": {**secret, "creation_mode": "manual", "service_principal": {**known, "key": KEY}},
        "certificate": {**secret, "creation_mode": "manual", "service_principal": {**known, "certificate": PEM}},
        "agent": {"scheme": "managed_identity", "managed_identity": {"tenant_id": tenant}},
        "publish profile": {
            "scheme": "publish_profile",
            "service_principal": {"tenant_id": tenant},
            "publish_profile": f'<publishData><publishProfile userPWD="{KEY}"/></publishData>',
            "web_app_id": f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-web/providers/Microsoft.Web/sites/payments",
        },
    }  # fmt: skip


SUBSCRIBED: Options = {"subscription_id": SUBSCRIPTION, "subscription_name": "Contoso Production"}
SCOPES: dict[str, Options] = {
    "subscription": SUBSCRIBED,
    "resource group": {**SUBSCRIBED, "resource_group": "rg-payments"},
    "management group": {"management_group_id": "mg-platform", "management_group_name": "Platform"},
    "workspace": {
        **SUBSCRIBED,
        "level": "ml_workspace",
        "resource_group": "rg-research",
        "ml_workspace_name": "mlw-research",
        "ml_workspace_location": "westeurope",
    },
}
ENVIRONMENTS = ("AzureCloud", "AzureUSGovernment", "AzureChinaCloud", "AzureStack")
FEDERATED = ("manual", "manual, managed identity")
AUTOMATIC = ("automatic", "automatic, managed identity", "automatic secret")
METHODS = (*AUTOMATIC, *FEDERATED, "key", "certificate", "agent", "publish profile")


def refusal(method: str, scope: str, environment: str, who: Person) -> str | None:
    """The oracle, from Microsoft's article and the fact sheet: which sentence refuses it, if any."""
    if method in AUTOMATIC and who == "service principal":
        return "creation_mode automatic needs a person"
    if environment == "AzureStack" and method in (*AUTOMATIC, *FEDERATED, "publish profile"):
        return "environment AzureStack is not offered"
    if environment == "AzureUSGovernment" and method in AUTOMATIC:
        return "environment AzureUSGovernment is not offered"
    if scope == "workspace" and method in ("key", "certificate", "agent", "publish profile"):
        return "scope.level ml_workspace is not offered"
    if scope == "management group" and method == "publish profile":
        return "scope.level management_group is not offered"
    return None


def options_of(fleet: Fleet, method: str, scope: str, environment: str) -> Options:
    options = {"project": "Payments", "name": "azure-new", **methods(fleet)[method], "environment": environment}
    if environment == "AzureStack":
        options["server_url"] = "https://management.local.azurestack.external"
    if method in FEDERATED and environment != "AzureCloud":
        options["federated_credential"] = {"audience": AUDIENCE}
    return {**options, "scope": SCOPES[scope]}


@pytest.mark.sampled(2)
@pytest.mark.parametrize("who", ["person", "service principal"])
@pytest.mark.parametrize("method", METHODS)
def test_every_scope_and_environment(
    method: str, who: Person, simulate: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    for scope, environment in itertools.product(SCOPES, ENVIRONMENTS):
        fleet = arm_fleet()
        simulator = simulate(fleet)
        signed_in = person(simulator, who, monkeypatch)
        options = {**options_of(fleet, method, scope, environment), **signed_in}
        sentence = refusal(method, scope, environment, who)
        where = f"{method}, {scope}, {environment}, {who}"
        if sentence:
            refused = manage(simulator, **options)
            assert refused.failed, where
            assert sentence in refused.result["msg"], where
            assert refused.result["failure"]["remedy"], where
            assert simulator.requests == [], where
        else:
            assert_created_once(simulator, options, where)


def assert_created_once(simulator: Simulator, options: Options, where: str) -> None:
    """Check mode foretells the creation, the run makes it, and neither a second run nor its check mode changes anything."""
    check = manage(simulator, check=True, **options)
    assert not check.failed, (where, check.result["msg"])
    assert check.result["changed"], where
    assert simulator.writes == [], where
    made = manage(simulator, **options)
    assert not made.failed, (where, made.result["msg"])
    assert made.result["changed"], where
    assert_same_but_for_ids(check, made, where)
    for checking in (True, False):
        simulator.forget()
        again = manage(simulator, check=checking, **options)
        assert not again.failed, (where, again.result["msg"])
        assert not again.result["changed"], (where, again.result["diff"])
        assert simulator.writes == [], where
    assert again.result["connection"]["id"] == made.result["connection"]["id"], where


def assert_same_but_for_ids(check: Task, made: Task, where: str) -> None:
    """What check mode says of the connection is what it then is, but for what only the service can know."""
    unknown = {"id", "client_id", "created", "created_by", "issuer", "issuer_kind", "subject", "identity_type"}
    foretold, found = check.result["connection"], made.result["connection"]
    for key in foretold.keys() - unknown:
        assert foretold[key] == found[key], (where, key)


# -- by names, by ids ----------------------------------------------------------------------------------------------------
NAMED: dict[str, dict[str, tuple[str, ...]]] = {
    "names": {
        "subscription": ("subscription_name",),
        "resource group": ("subscription_name", "resource_group"),
        "management group": ("management_group_name",),
        "workspace": ("level", "subscription_name", "ml_workspace_name"),
    },
    "ids": {
        "subscription": ("subscription_id",),
        "resource group": ("subscription_id", "resource_group"),
        "management group": ("management_group_id",),
        "workspace": ("level", "subscription_id", "ml_workspace_name"),
    },
}
CONTRADICTING: dict[str, Options] = {
    "subscription": {"subscription_name": "Another"},
    "resource group": {"subscription_name": "Another"},
    "management group": {"management_group_name": "Another"},
    "workspace": {"ml_workspace_location": "northeurope"},
}


def world_of_places() -> Fleet:
    fleet = arm_fleet()
    fleet.management_group("Platform", "mg-platform")
    fleet.workspace("mlw-research", SUBSCRIPTION, "rg-research", "westeurope")
    return fleet


@pytest.mark.parametrize("method", METHODS)
def test_every_scope_by_names_by_ids_by_both_and_contradicting(
    method: str, simulate: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    for scope, entire in SCOPES.items():
        if refusal(method, scope, "AzureCloud", "person"):
            continue
        stored: list[Options] = []
        for form in ("both", *NAMED):
            simulator = simulate(world_of_places())
            options = {
                **options_of(simulator.fleet, method, scope, "AzureCloud"),
                **person(simulator, "person", monkeypatch),
            }
            if form in NAMED:
                options["scope"] = {part: entire[part] for part in NAMED[form][scope]}
            assert_created_once(simulator, options, f"{method}, {scope}, {form}")
            made = next(item for item in simulator.world.connections.values() if item.name == "azure-new")
            stored.append({key: value for key, value in made.data.items() if not key.lower().endswith("objectid")})
        assert all(item.keys() == stored[0].keys() for item in stored), (method, scope)
        places = [
            {key: item[key] for key in item if "subscription" in key.lower() or "group" in key.lower()}
            for item in stored
        ]
        assert all(item == places[0] for item in places), (method, scope)
        simulator = simulate(world_of_places())
        options = {
            **options_of(simulator.fleet, method, scope, "AzureCloud"),
            **person(simulator, "person", monkeypatch),
        }
        options["scope"] = {**entire, **CONTRADICTING[scope]}
        task = manage(simulator, **options)
        assert next(iter(CONTRADICTING[scope])) in task.result["msg"], (method, scope)
        assert simulator.writes == [], (method, scope)
