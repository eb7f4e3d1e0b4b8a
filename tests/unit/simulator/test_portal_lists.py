# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lists of subscriptions and management groups that the portal shows, and whom they answer."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

from simulator import Caller, Fleet, Simulator
from simulator.rest import Rest

Simulate = Callable[..., Simulator]
SUBSCRIPTIONS = "_apis/serviceendpoint/endpointproxy/azurermsubscriptions"
GROUPS = "_apis/serviceendpoint/endpointproxy/azurermmanagementgroups"
OLD = "_apis/distributedtask/serviceendpointproxy/azurermsubscriptions"
ALL = [SUBSCRIPTIONS, GROUPS, OLD]


def azure() -> Fleet:
    fleet = Fleet()
    fleet.subscription("Contoso Production")
    fleet.management_group("Platform", "mg-platform")
    return fleet


def asked(simulator: Simulator, path: str, caller: Caller | str) -> Any:
    answer = Rest(simulator, caller, version="7.1-preview.1").get(path)
    assert answer.status_code == 200
    return answer.json()


def bearer(simulator: Simulator, caller: Caller | None = None) -> str:
    return f"Bearer {simulator.token(caller)}"


@pytest.mark.parametrize("path", [SUBSCRIPTIONS, OLD])
def test_the_shape_of_a_subscription(simulate: Simulate, path: str) -> None:
    fleet = azure()
    fleet.subscription("Contoso Production", "22222222-2222-2222-2222-222222222222", tenant_id="other")
    simulator = simulate(fleet)
    body = asked(simulator, path, bearer(simulator))
    assert body["errorMessage"] is None
    assert [item["displayName"] for item in body["value"]] == ["Contoso Production"] * 2, "names are not unique"
    assert body["value"][1] == {
        "displayName": "Contoso Production",
        "subscriptionId": "22222222-2222-2222-2222-222222222222",
        "subscriptionTenantId": "other",
        "subscriptionTenantName": None,
    }


def test_the_shape_of_a_management_group(simulate: Simulate) -> None:
    fleet = azure()
    simulator = simulate(fleet)
    assert asked(simulator, GROUPS, bearer(simulator)) == {
        "errorMessage": None,
        "value": [
            {
                "displayName": "Platform",
                "id": "/providers/Microsoft.Management/managementGroups/mg-platform",
                "name": "mg-platform",
                "tenantId": fleet.tenant_id,
            }
        ],
    }


@pytest.mark.parametrize("path", ALL)
def test_a_personal_access_token_is_no_token_of_entra(simulate: Simulate, path: str) -> None:
    fleet = azure()
    simulator = simulate(fleet)
    body = asked(simulator, path, fleet.user)
    assert body["value"] == []
    assert "Microsoft Entra ID" in body["errorMessage"]
    simulator.knob(proxy_lists_for_pat=True)
    body = asked(simulator, path, fleet.user)
    assert (body["errorMessage"], len(body["value"])) == (None, 1)


def test_an_entra_token_as_a_password_is_one(simulate: Simulate) -> None:
    simulator = simulate(azure())
    basic = b64encode(f":{simulator.token()}".encode()).decode()
    assert len(asked(simulator, SUBSCRIPTIONS, f"Basic {basic}")["value"]) == 1


@pytest.mark.parametrize("path", ALL)
@pytest.mark.parametrize(("rights", "count"), [("owner", 1), ("contributor", 1), ("reader", 1), ("none", 0)])
def test_rights_in_azure_decide(simulate: Simulate, path: str, rights: Any, count: int) -> None:
    fleet = azure()
    callers = [fleet.caller("Somebody", azure_rights=rights), fleet.service_principal("pipeline", azure_rights=rights)]
    callers.append(fleet.agent_identity("agent", azure_rights=rights))
    simulator = simulate(fleet)
    for caller in callers:
        body = asked(simulator, path, bearer(simulator, caller))
        assert (body["errorMessage"], len(body["value"])) == (None, count)


def test_an_anonymous_user_learns_nothing(simulate: Simulate) -> None:
    simulator = simulate(azure(), anonymous=True, proxy_lists_for_pat=True)
    answer = Rest(simulator, None, version="7.1-preview.1").get(SUBSCRIPTIONS).json()
    assert answer["value"] == []
    assert answer["errorMessage"]


def test_they_are_previews(simulate: Simulate) -> None:
    simulator = simulate(azure())
    for path in ALL:
        answer = Rest(simulator).get(path)
        assert (answer.status_code, answer.json()["typeKey"]) == (400, "VssInvalidPreviewVersionException")


def test_what_a_connection_names_need_not_exist(simulate: Simulate) -> None:
    fleet = Fleet()
    fleet.connection(fleet.project("P"), "c")
    simulator = simulate(fleet)
    assert asked(simulator, SUBSCRIPTIONS, bearer(simulator))["value"] == []


def test_places_have_ids_of_their_own() -> None:
    fleet = Fleet()
    one = fleet.subscription("One", "ABCDEF00-0000-0000-0000-000000000000", state="Disabled")
    two, group = fleet.subscription("Two"), fleet.management_group("Platform Team")
    space = fleet.workspace("mlw", two.id, "rg")
    places = fleet.world.places
    assert list(places.subscriptions) == ["abcdef00-0000-0000-0000-000000000000", two.id]
    assert (one.state, two.state, two.tenant_id) == ("Disabled", "Enabled", fleet.tenant_id)
    assert places.management_groups == {"platform-team": group}
    assert (places.workspaces, space.location) == ([space], "westeurope")
