# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan of connections that Terraform manages: it names their addresses, the steps in an order that destroys nothing, and no secret of the state."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Callable

import pytest

from playbooks.conftest import DOORS
from playbooks.test_readiness import digest_of, play
from simulator import Fleet

SECRET = "planted-secret-of-a-state"
KIND = "azuredevops_serviceendpoint_azurerm"


def staged(stage: Callable[..., t.Any], count: int = 10) -> t.Any:
    fleet = Fleet("contoso")
    project = fleet.project("Payments")
    made = [fleet.connection(project, f"azure-{number}") for number in range(count)]
    here = stage(fleet)
    instances = [
        {"index_key": item.name, "attributes": {"id": item.id, "credentials": [{"serviceprincipalkey": SECRET}]}}
        for item in made
    ]
    state = {
        "version": 4,
        "outputs": {"key": {"value": SECRET, "sensitive": True}},
        "resources": [{"module": "module.shop", "mode": "managed", "type": KIND, "name": "of", "instances": instances}],
    }
    (here.folder / "prod.tfstate").write_text(json.dumps(state), encoding="utf-8")
    return here


def addresses(count: int = 10) -> list[str]:
    return [f'module.shop.{KIND}.of["azure-{number}"]' for number in range(count)]


PATHS = "plan.html,plan.md,plan.json,plan.csv"


def test_the_plan_names_all_addresses_and_no_secret(stage: Callable[..., t.Any]) -> None:
    here = staged(stage)
    about = {"fleet_allow_irreversible": True, "fleet_terraform_state": ["prod.tfstate"], "fleet_report_path": PATHS}
    plan = play(here, "plan", **about, fleet_plan_path="plan.plan")
    assert plan.status == 0, plan.output
    screen = " ".join(plan.stdout.split())
    assert all(address in screen for address in addresses())
    for told in (
        "must be replaced",
        "ignore_changes = [service_endpoint_authentication_scheme]",
        "fleet_terraform_confirmed",
    ):
        assert told in screen
    texts = {name: (here.folder / name).read_text(encoding="utf-8") for name in (*PATHS.split(","), "plan.plan")}
    for name in ("plan.html", "plan.md"):
        assert all(f"azure-{number}" in texts[name] for number in range(10))
        assert "prevent_destroy = true" in texts[name]
    assert "U+000A" not in texts["plan.html"]
    assert not [name for name, text in texts.items() if SECRET in text]
    assert SECRET not in plan.output + json.dumps(plan.results)
    # Nobody reads the state by accident: with all details it is no other.
    detailed = here.run("azdo.connections.plan", "-vvvv", "-e", json.dumps(about))
    assert SECRET not in detailed.output


def test_require_waits_for_the_first_step_and_the_confirmed_are_converted(stage: Callable[..., t.Any]) -> None:
    here = staged(stage, 3)
    about: dict[str, t.Any] = {
        "fleet_allow_irreversible": True,
        "fleet_terraform_state": "prod.tfstate",
        "fleet_readiness": "require",
        "fleet_plan_path": "plan.json",
        "fleet_terraform_confirmed": addresses(3)[:2],
    }
    plan = play(here, "plan", **about)
    assert plan.status == 0, plan.output
    assert "1 managed by Terraform: Payments / azure-2" in " ".join(plan.stdout.split())
    converted = play(here, "convert", **about, fleet_plan_digest=digest_of(plan))
    assert converted.status == 0, converted.output
    schemes = {item.name: item.scheme for item in here.simulator.world.connections.values()}
    assert {name for name, scheme in schemes.items() if scheme == "WorkloadIdentityFederation"} == {
        "azure-0",
        "azure-1",
    }


def test_what_is_said_slightly_wrong_is_refused(stage: Callable[..., t.Any]) -> None:
    here = staged(stage, 1)
    for variables, told in (
        ({"fleet_terraform_state": "prod.state"}, "fleet_terraform_state: "),
        (
            {"fleet_terraform_state": "prod.tfstate", "fleet_terraform_confirmed": f"{KIND}.of"},
            "fleet_terraform_confirmed: ",
        ),
        ({"fleet_terraform_states": "prod.tfstate"}, "fleet_terraform_state"),
    ):
        refused = play(here, "plan", **variables)
        assert refused.status != 0
        assert told in " ".join(refused.output.split())


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("value", [["prod.tfstate"], "prod.tfstate"])
def test_a_relative_path_begins_where_the_person_stands_through_both_doors(
    stage: Callable[..., t.Any], door: str, value: t.Any
) -> None:
    here = staged(stage, 1)
    task = {"azdo.connections.azdo_arm_connection_info": {"terraform_state": value}}
    played = here.play([task], door=door)
    assert played.status == 0, played.output
    (row,) = played.last["connections"]
    (place,) = row["terraform"]["places"]
    assert place["state"] == str(here.folder / "prod.tfstate")


def test_a_state_of_the_controller_is_not_read_elsewhere(stage: Callable[..., t.Any]) -> None:
    here = staged(stage, 1)
    task = {"azdo.connections.azdo_arm_connection_info": {"terraform_state": ["prod.tfstate"]}, "async": 60, "poll": 1}
    played = here.play([task])
    assert played.status != 0
    assert "terraform_state names a file on the controller, which does not go with async" in played.output
