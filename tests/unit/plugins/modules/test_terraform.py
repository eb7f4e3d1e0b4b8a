# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections that Terraform manages: marked with their addresses, told what to do in which order, and not a word of what else a state holds."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from simulator import Fleet, Simulator
from unit.plugins._helpers.tasks import Task, convert, info

SECRET = "planted-secret-of-a-state"
Json = dict[str, t.Any]


def a_fleet(count: int = 3, description: str = "") -> Fleet:
    fleet = Fleet()
    project = fleet.project("Payments")
    for number in range(count):
        fleet.connection(project, f"azure-{number}", description=description)
    return fleet


def ids(simulator: Simulator) -> list[str]:
    return sorted(simulator.world.connections, key=lambda id_: simulator.world.connections[id_].name)


def resource(id_: str, **more: t.Any) -> Json:
    attributes = {"id": id_, "credentials": [{"serviceprincipalkey": SECRET}], "service_endpoint_name": SECRET}
    usual = {"mode": "managed", "type": "azuredevops_serviceendpoint_azurerm", "name": "prod"}
    return {**usual, "instances": [{"schema_version": 2, "attributes": attributes}], **more}


def state_file(folder: Path, *resources: Json, name: str = "prod.tfstate", **more: t.Any) -> str:
    path = folder / name
    content = {"version": 4, "outputs": {"key": {"value": SECRET}}, "resources": list(resources), **more}
    path.write_text(json.dumps(content), encoding="utf-8")
    return str(path)


def shown(id_: str, address: str) -> Json:
    return {
        "address": address,
        "mode": "managed",
        "type": "azuredevops_serviceendpoint_azurerm",
        "values": {"id": id_, "key": SECRET},
    }


def places(task: Task) -> dict[str, list[str]]:
    return {row["name"]: [place["address"] for place in row["terraform"]["places"]] for row in task.rows}


def test_addresses_are_those_that_terraform_shows(tmp_path: Path) -> None:
    with Simulator(a_fleet()) as simulator:
        one, two, three = ids(simulator)
        keyed = [
            {"index_key": 'we"st', "attributes": {"id": two.upper()}},
            {"index_key": 0, "attributes": {"id": three}},
        ]
        path = state_file(
            tmp_path,
            resource(one),
            resource("", module='module.shop["x"]', name="all", instances=keyed),
            resource(one, mode="data", name="looked_up"),
            {"mode": "managed", "type": "azuredevops_project", "name": "p", "instances": [{"attributes": {"id": two}}]},
        )
        task = info(simulator, terraform_state=[path])
    kind = "azuredevops_serviceendpoint_azurerm"
    assert places(task) == {
        "azure-0": [f"{kind}.prod"],
        "azure-1": [f'module.shop["x"].{kind}.all["we\\"st"]'],
        "azure-2": [f'module.shop["x"].{kind}.all[0]'],
    }
    assert SECRET not in json.dumps(task.result)


@pytest.mark.parametrize(
    "nested", [lambda values: {"values": values}, lambda values: {"prior_state": {"values": values}}]
)
def test_what_terraform_shows_as_json_is_read_too(tmp_path: Path, nested: t.Callable[[Json], Json]) -> None:
    with Simulator(a_fleet()) as simulator:
        one, two, three = ids(simulator)
        values = {
            "root_module": {
                "resources": [shown(one, "azuredevops_serviceendpoint_azurerm.a")],
                "child_modules": [
                    {
                        "resources": [shown(two, "module.x.azuredevops_serviceendpoint_azurerm.b")],
                        "child_modules": [
                            {"resources": [shown(three, "module.x.module.y.azuredevops_serviceendpoint_azurerm.c")]}
                        ],
                    }
                ],
            }
        }
        path = tmp_path / "shown.json"
        path.write_text(json.dumps({"format_version": "1.0", **nested(values)}), encoding="utf-8")
        task = info(simulator, terraform_state=[str(path)])
    assert [address.rpartition(".")[2] for (address,) in places(task).values()] == ["a", "b", "c"]
    assert SECRET not in json.dumps(task.result)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f'{{"version": 4, "x": {SECRET}', "is no JSON"),
        ("[]", "is no state"),
        ('{"version": 3, "resources": []}', "is a state of another version than 4"),
        ('{"resources": []}', "is neither a state file nor what terraform show -json prints"),
        ('{"version": 4, "resources": []}', "has no azuredevops_serviceendpoint_azurerm"),
        ('{"format_version": "1.0"}', "has no azuredevops_serviceendpoint_azurerm"),
        (None, "cannot be read"),
    ],
)
@pytest.mark.parametrize("module", [info, convert])
def test_what_is_no_state_is_refused_before_anything_is_asked(
    tmp_path: Path, module: t.Callable[..., Task], text: str | None, told: str
) -> None:
    path = tmp_path / "odd.tfstate"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with Simulator(a_fleet()) as simulator:
        task = module(simulator, terraform_state=[str(path)])
        assert simulator.requests == []
    assert task.failed
    assert f"terraform_state: {path} {told}" in task.result["msg"]
    assert SECRET not in json.dumps(task.result)


def test_what_is_confirmed_must_be_in_a_state(tmp_path: Path) -> None:
    with Simulator(a_fleet()) as simulator:
        path = state_file(tmp_path, resource(ids(simulator)[0]))
        wrong = "azuredevops_serviceendpoint_azurerm.prd"
        task = convert(simulator, terraform_state=[path], terraform_confirmed=[wrong])
        without = convert(simulator, terraform_confirmed=["azuredevops_serviceendpoint_azurerm.prod"])
        assert simulator.requests == []
    assert task.failed
    assert "Did you mean 'azuredevops_serviceendpoint_azurerm.prod'?" in task.result["msg"]
    assert without.failed


@pytest.mark.parametrize(
    ("mode", "confirmed", "statuses"),
    [
        ("ignore", False, ["converted", "converted"]),
        ("warn", False, ["converted", "converted"]),
        ("require", False, ["skipped", "converted"]),
        ("require", True, ["converted", "converted"]),
    ],
)
def test_what_the_mode_does(tmp_path: Path, mode: str, confirmed: bool, statuses: list[str]) -> None:
    with Simulator(a_fleet(2)) as simulator:
        one, _two = ids(simulator)
        path = state_file(tmp_path, resource(one))
        named = [one.upper()] if confirmed else None
        task = convert(simulator, readiness=mode, terraform_state=[path], terraform_confirmed=named)
    assert [row["status"] for row in task.rows] == statuses
    (reason,) = [item for item in task.rows[0]["reasons"] if item["code"] == "terraform_managed"]
    assert reason["effect"] == ("informs" if confirmed else "blocks" if mode == "require" else "warns")
    assert reason["evidence"]["places"] == [{"state": path, "address": "azuredevops_serviceendpoint_azurerm.prod"}]
    (work,) = task.result["summary"]["terraform"]
    assert [item["name"] for item in work["connections"]] == ["azure-0"]
    assert ("must be replaced" in work["plan_would_say"]) is not confirmed
    assert "WorkloadIdentityFederation" in " ".join(work["steps"])


def test_a_revert_has_the_steps_in_its_own_order_and_is_not_kept_from_anything(tmp_path: Path) -> None:
    with Simulator(a_fleet(1)) as simulator:
        path = state_file(tmp_path, resource(ids(simulator)[0]))
        convert(simulator)
        task = convert(simulator, to="service_principal", revert_all=True, readiness="require", terraform_state=[path])
    assert [row["status"] for row in task.rows] == ["reverted"]
    (work,) = task.result["summary"]["terraform"]
    assert '"ServicePrincipal"' in " ".join(work["steps"])
    assert "revert them" in " ".join(work["steps"])


def test_the_description_alone_is_a_hint_and_no_claim(tmp_path: Path) -> None:
    with Simulator(a_fleet(1, "Managed by Terraform")) as simulator:
        path = state_file(tmp_path, resource("0f5d541c-0000-4000-8000-000000000001", name="elsewhere"))
        task = convert(simulator, readiness="require", terraform_state=[path])
    assert [row["status"] for row in task.rows] == ["converted"]
    assert ("terraform_hint", "informs") in [(item["code"], item["effect"]) for item in task.rows[0]["reasons"]]
    assert "terraform" not in task.result["summary"]


def test_a_plan_holds_what_is_managed_and_what_was_confirmed(tmp_path: Path) -> None:
    with Simulator(a_fleet(2)) as simulator:
        one, two = ids(simulator)
        path = state_file(tmp_path, resource(one))
        given: Json = {"readiness": "ignore", "terraform_state": [path]}
        plan = convert(simulator, check=True, **given).result["plan"]
        assert [item.get("terraform") for item in sorted(plan["connections"], key=lambda item: item["id"] != one)] == [
            "open",
            None,
        ]
        # States grow, and what is of elsewhere changes nothing.
        state_file(tmp_path, resource(one), resource("0f5d541c-0000-4000-8000-000000000001", name="elsewhere"))
        grown = convert(simulator, check=True, **given).result["plan"]
        assert grown["digest"] == plan["digest"]
        others = [
            convert(simulator, check=True, readiness="ignore", plan=plan),
            convert(simulator, check=True, **given, terraform_confirmed=[one], plan=plan),
        ]
        state_file(tmp_path, resource(one), resource(two, name="too"))
        others.append(convert(simulator, check=True, **given, plan=plan))
    left = [{name for name, status in task.statuses.items() if status == "skipped"} for task in others]
    assert left == [{"azure-0"}, {"azure-0"}, {"azure-1"}]
    assert all("changed_since_plan" in task.codes(next(iter(names))) for task, names in zip(others, left, strict=True))
    assert SECRET not in json.dumps([plan, *(task.result for task in others)])


def test_an_address_that_two_states_have_confirms_neither(tmp_path: Path) -> None:
    with Simulator(a_fleet(2)) as simulator:
        one, two = ids(simulator)
        states = [state_file(tmp_path, resource(one), name="dev.tfstate"), state_file(tmp_path, resource(two))]
        address = "azuredevops_serviceendpoint_azurerm.prod"
        task = convert(simulator, readiness="require", terraform_state=states, terraform_confirmed=[address])
        by_id = convert(simulator, readiness="require", terraform_state=states, terraform_confirmed=[two])
    assert task.failed
    assert f"{address!r} is the address of 2 connections" in task.result["msg"]
    assert by_id.statuses == {"azure-0": "skipped", "azure-1": "converted"}


def test_a_connection_in_two_states_is_confirmed_in_both_or_not_at_all(tmp_path: Path) -> None:
    with Simulator(a_fleet(1)) as simulator:
        (one,) = ids(simulator)
        states = [state_file(tmp_path, resource(one, name=name), name=f"{name}.tfstate") for name in ("a", "b")]
        half = convert(
            simulator,
            readiness="require",
            terraform_state=states,
            terraform_confirmed=["azuredevops_serviceendpoint_azurerm.a"],
        )
        assert half.statuses == {"azure-0": "skipped"}
        whole = convert(simulator, readiness="require", terraform_state=states, terraform_confirmed=[one])
    assert whole.statuses == {"azure-0": "converted"}


@pytest.mark.parametrize(
    "content",
    [
        {"version": 4, "resources": {}},
        {"version": 4, "resources": [], "sops": {}},
        {"version": 4, "resources": [{"type": "ENC[AES256]"}]},
        {"version": 4, "resources": [resource("ENC[AES256]")]},
        {"version": 4, "resources": [resource("")]},
    ],
)
def test_a_state_that_cannot_be_understood_is_none(tmp_path: Path, content: Json) -> None:
    path = tmp_path / "odd.tfstate"
    path.write_text(json.dumps(content), encoding="utf-8")
    deep = tmp_path / "deep.tfstate"
    deep.write_text("[" * 200_000, encoding="utf-8")
    with Simulator(a_fleet(1)) as simulator:
        for odd in (path, deep):
            task = convert(simulator, terraform_state=[str(odd)])
            assert task.failed
            assert task.result["failure"]["code"] == "invalid_option"
        assert simulator.requests == []
