# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that are taken, that two connections have, or that YAML made something else of: refused before the first write, in check mode too."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._errors import NotPermittedError
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_devops import AzureDevOps

from simulator import Connection, Fleet, Simulator
from unit.plugins._helpers.arm import CLIENT, KEY, SUBSCRIPTION, arm_fleet
from unit.plugins._helpers.certificates import certificate_and_key
from unit.plugins._helpers.tasks import Task, manage

Simulate = t.Callable[..., Simulator]
Options = dict[str, t.Any]
OTHER = "5a1d2c3b-0000-4000-8000-0000000000ff"
both_modes = pytest.mark.parametrize("check", [True, False])


def with_key(fleet: Fleet, name: str = "azure-key", project: str = "Payments", **more: t.Any) -> Connection:
    known: Options = {"creation_mode": "Manual", "secret": KEY, "subscription_id": SUBSCRIPTION, "client_id": CLIENT}
    return fleet.connection(fleet.project(project), name, **{**known, **more})


def new(simulator: Simulator, **options: t.Any) -> Options:
    return {
        "project": "Payments",
        "name": "azure-new",
        "scheme": "service_principal",
        "creation_mode": "manual",
        "scope": {"subscription_id": SUBSCRIPTION, "subscription_name": "Contoso Production"},
        "service_principal": {"tenant_id": simulator.fleet.tenant_id, "client_id": CLIENT, "key": KEY},
        **options,
    }


def refused(simulator: Simulator, task: Task, code: str) -> str:
    assert task.failed, task.result
    assert task.result["failure"]["code"] == code, task.result["msg"]
    assert not task.result["changed"]
    assert simulator.writes == []
    return str(task.result["msg"])


# -- taken -------------------------------------------------------------------------------------------------------------
@both_modes
@pytest.mark.parametrize("name", ["azure-old", "AZURE-Old"])
def test_renamed_onto_the_name_of_another(check: bool, name: str, simulate: Simulate) -> None:
    fleet = arm_fleet()
    found = with_key(fleet)
    simulator = simulate(fleet)
    task = manage(simulator, check=check, project="Payments", id=found.id, name=name)
    message = refused(simulator, task, "name_taken")
    assert f"The name {name!r} is taken in 'Payments'" in message
    assert "Set name to another one" in message


@both_modes
@pytest.mark.parametrize("share", [{"name": "shop-old"}, {}])
def test_shared_onto_the_name_of_another(check: bool, share: Options, simulate: Simulate) -> None:
    """Also the name that the share would get by itself."""
    fleet = arm_fleet()
    found = with_key(fleet)
    with_key(fleet, "azure-key-Web Shop", "Web Shop")
    simulator = simulate(fleet)
    options: Options = {"shared_with": [{"project": "Web Shop", **share}]}
    task = manage(simulator, check=check, project="Payments", name=found.name, **options)
    assert "is taken in 'Web Shop'" in refused(simulator, task, "name_taken")


@both_modes
def test_a_share_renamed_onto_the_name_of_another(check: bool, simulate: Simulate) -> None:
    fleet = arm_fleet()
    found = with_key(fleet, shared_with=[(fleet.project("Web Shop"), "alias")])
    simulator = simulate(fleet)
    shares = [{"project": "Web Shop", "name": "shop-old"}]
    task = manage(simulator, check=check, project="Payments", name=found.name, shared_with=shares)
    assert "Set shared_with.name" in refused(simulator, task, "name_taken")


@both_modes
def test_created_into_a_project_where_the_name_is_taken(check: bool, simulate: Simulate) -> None:
    simulator = simulate(arm_fleet())
    shares = [{"project": "Web Shop", "name": "shop-old"}]
    task = manage(simulator, check=check, **new(simulator, shared_with=shares))
    assert "is taken in 'Web Shop'" in refused(simulator, task, "name_taken")


def test_its_own_name_in_another_case_is_free(simulate: Simulate) -> None:
    fleet = arm_fleet()
    found = with_key(fleet)
    simulator = simulate(fleet)
    task = manage(simulator, project="Payments", id=found.id, name="Azure-KEY")
    assert not task.failed, task.result["msg"]
    assert found.references[0].name == "Azure-KEY"


def test_names_that_cannot_be_read_are_left_to_the_service(simulate: Simulate, monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = arm_fleet()
    found = with_key(fleet)
    simulator = simulate(fleet)

    def refuse(client: AzureDevOps, project_id: str, name: str) -> t.NoReturn:
        raise NotPermittedError("No.", status=403)

    monkeypatch.setattr(AzureDevOps, "connections_named", refuse)
    task = manage(simulator, project="Payments", id=found.id, name="azure-free")
    assert not task.failed, task.result["msg"]


# -- twins -------------------------------------------------------------------------------------------------------------
@both_modes
@pytest.mark.parametrize("wish", [{"state": "absent"}, {"description": "changed"}, {}])
def test_a_name_that_two_connections_have(check: bool, wish: Options, simulate: Simulate) -> None:
    fleet = arm_fleet()
    twins = [with_key(fleet, "twin"), with_key(fleet, "twin", identifier=OTHER)]
    simulator = simulate(fleet)
    message = refused(
        simulator, manage(simulator, check=check, project="Payments", name="twin", **wish), "ambiguous_name"
    )
    assert all(twin.id in message for twin in twins)
    assert "with id" in message
    task = manage(simulator, check=check, project="Payments", name="twin", id=twins[1].id, **wish)
    assert not task.failed, task.result["msg"]
    assert simulator.connection(twins[0].id) is not None


def test_names_that_differ_in_case_alone(simulate: Simulate) -> None:
    """The exact one is meant; without one nobody knows."""
    fleet = arm_fleet()
    small, large = with_key(fleet, "twin"), with_key(fleet, "TWIN")
    simulator = simulate(fleet)
    task = manage(simulator, project="Payments", name="TWIN", description="x")
    assert (task.failed, task.result["connection"]["id"]) == (False, large.id)
    simulator.forget()
    message = refused(simulator, manage(simulator, project="Payments", name="Twin", state="absent"), "ambiguous_name")
    assert small.id in message
    assert large.id in message


# -- what YAML made of a name ------------------------------------------------------------------------------------------
def test_a_project_with_a_number_for_a_name(simulate: Simulate) -> None:
    fleet = arm_fleet()
    fleet.connection(fleet.project("7"), "12")
    task = manage(simulate(fleet), project=7, name=12)
    assert (task.failed, task.result["connection"]["name"]) == (False, "12")


@pytest.mark.parametrize("project", [8, True, 1.10])
def test_a_project_that_is_not_found_because_of_its_quotes(project: t.Any, simulate: Simulate) -> None:
    task = manage(simulate(arm_fleet()), project=project, name="azure-old")
    assert task.failed
    assert "stands in quotes" in task.result["msg"]


# -- secrets -----------------------------------------------------------------------------------------------------------
@both_modes
def test_a_key_with_a_line_break_is_not_stored(check: bool, simulate: Simulate) -> None:
    simulator = simulate(arm_fleet())
    options = new(simulator)
    options["service_principal"]["key"] += "\n"
    task = manage(simulator, check=check, **options)
    assert "service_principal.key contains white space or a line break" in task.result["msg"]
    assert KEY not in task.result["msg"]
    assert simulator.requests == []


def test_an_escaped_certificate_is_stored_as_it_belongs(simulate: Simulate) -> None:
    simulator, pem = simulate(arm_fleet()), certificate_and_key()
    options = new(simulator)
    options["service_principal"] |= {"key": None, "certificate": pem.replace("\n", "\\n")}
    task = manage(simulator, **options)
    assert not task.failed, task.result["msg"]
    made = simulator.connection(task.result["connection"]["id"])
    assert made is not None
    assert made.secrets["servicePrincipalCertificate"] == pem
    assert pem in task.runtime.secrets


@both_modes
def test_an_expired_certificate_is_refused_where_it_would_be_sent(check: bool, simulate: Simulate) -> None:
    simulator = simulate(arm_fleet())
    options = new(simulator)
    options["service_principal"] |= {"key": None, "certificate": certificate_and_key(days=-1)}
    task = manage(simulator, check=check, **options)
    assert "The certificate in service_principal.certificate has expired" in task.result["msg"]
    assert simulator.writes == []


def test_an_expired_certificate_is_no_obstacle_to_a_removal(simulate: Simulate) -> None:
    fleet = arm_fleet()
    found = with_key(fleet)
    simulator = simulate(fleet)
    pem = certificate_and_key(days=-1)
    task = manage(
        simulator, project="Payments", name=found.name, state="absent", service_principal={"certificate": pem}
    )
    assert not task.failed, task.result["msg"]


@both_modes
def test_an_expired_certificate_is_not_sent_to_a_connection_that_exists(check: bool, simulate: Simulate) -> None:
    """Where it is not to be sent it is only what the task says of a connection that may have a newer one."""
    simulator = simulate(arm_fleet())
    options = new(simulator)
    options["service_principal"] |= {"key": None, "certificate": certificate_and_key()}
    assert not manage(simulator, **options).failed
    simulator.forget()
    options["service_principal"]["certificate"] = certificate_and_key(days=-1)
    assert not manage(simulator, check=check, **options).failed
    task = manage(simulator, check=check, **options, update_secret="always")
    assert "has expired" in task.result["msg"]
    assert simulator.writes == []
