# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The call that moves a connection from the Azure DevOps issuer to the Entra issuer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from simulator import Connection, Fleet, Simulator
from simulator.rest import Rest

Simulate = Callable[..., Simulator]
PATH = "_apis/public/serviceendpoint/externalfederatedcredentialmigration"


def one(name: str = "c", **knobs: Any) -> tuple[Fleet, Connection]:
    fleet = Fleet()
    knobs.setdefault("issuer", "azure_devops")
    return fleet, fleet.connection(fleet.project("Space game"), name, scheme="WorkloadIdentityFederation", **knobs)


def migrate(simulator: Simulator, subject: object, authorization: str | None = None) -> requests.Response:
    rest = Rest(simulator, authorization or f"Bearer {simulator.token()}", version="7.2-preview.1")
    return rest.send("POST", PATH, json={"serviceConnectionInput": subject})


def test_issuer_and_subject_flip_after_a_while(simulate: Simulate) -> None:
    fleet, connection = one()
    simulator = simulate(fleet, migration_polls=2)
    assert connection.subject == "sc://contoso/Space game/c"
    answer = migrate(simulator, connection.subject)
    assert (answer.status_code, answer.json()) == (200, {"success": True, "message": "Migration initiated."})
    assert answer.headers["Content-Type"].endswith("api-version=7.2-preview.1")
    rest = Rest(simulator)
    seen = [rest.read(connection)["authorization"]["parameters"] for _time in range(3)]
    flags = [item["workloadIdentityFederationIssuer"].startswith("https://login.microsoftonline.com/") for item in seen]
    assert flags == [False, False, True]
    assert seen[-1]["workloadIdentityFederationIssuerType"] == "EntraID"
    application = fleet.application(connection.parameter("serviceprincipalid"))
    assert [item.issuer[:15] for item in application.credentials] == ["https://vstoken", "https://login.m"]


def test_a_pat_is_not_enough(simulate: Simulate) -> None:
    fleet, connection = one()
    simulator = simulate(fleet)
    rest = Rest(simulator, version="7.2-preview.1")
    answer = rest.send("POST", PATH, json={"serviceConnectionInput": connection.subject})
    assert answer.status_code == 203
    assert (connection.issuer or "").startswith("https://vstoken")


@pytest.mark.parametrize("subject", ["", "c", None, "sc://contoso/only"])
def test_nonsense_is_invalid(simulate: Simulate, subject: object) -> None:
    answer = migrate(simulate(), subject)
    assert (answer.status_code, answer.json()["message"]) == (400, "The request or token is invalid.")


def test_an_unknown_one_is_not_found(simulate: Simulate) -> None:
    fleet, connection = one(issuer="entra")
    answer = migrate(simulate(fleet), "sc://contoso/Space game/c")
    assert (answer.status_code, answer.json()["success"]) == (404, False)
    assert connection.subject is not None


@pytest.mark.parametrize(
    "knobs", [{"multi_tenant": True}, {"environment": "AzureChinaCloud"}, {"application_writable": False}]
)
def test_out_of_scope_is_invalid(simulate: Simulate, knobs: dict[str, Any]) -> None:
    fleet, connection = one(**knobs)
    assert migrate(simulate(fleet), connection.subject).status_code == 400


def test_a_service_principal_is_refused_unless_the_knob_says_so(simulate: Simulate) -> None:
    fleet, connection = one()
    robot = fleet.service_principal("robot")
    simulator = simulate(fleet)
    token = f"Bearer {simulator.token(robot)}"
    assert migrate(simulator, connection.subject, token).status_code == 400
    simulator.knob(migration_non_user=True)
    assert migrate(simulator, connection.subject, token).status_code == 200


@pytest.mark.parametrize("knobs", [{"migration_credential": "require"}, {"migration_failure": "No right to write."}])
def test_it_may_fail_later(simulate: Simulate, knobs: dict[str, Any]) -> None:
    fleet, connection = one()
    simulator = simulate(fleet, migration_polls=0, **knobs)
    migrate(simulator, connection.subject)
    assert Rest(simulator).read(connection)["operationStatus"]["state"] == "Failed"
    assert (connection.issuer or "").startswith("https://vstoken")


def test_the_issuer_may_flip_without_a_credential(simulate: Simulate) -> None:
    fleet, connection = one()
    simulator = simulate(fleet, migration_polls=0, migration_credential="forget")
    rest = Rest(simulator)
    test = {"dataSourceDetails": {"dataSourceName": "TestConnection"}}
    params = {"endpointId": connection.id}
    assert migrate(simulator, connection.subject).status_code == 200
    assert (connection.issuer or "").startswith("https://login.microsoftonline.com/")
    for _time in range(3):
        found = rest.send("POST", "Space%20game/_apis/serviceendpoint/endpointproxy", params=params, json=test).json()
        assert "AADSTS700211" in found["errorMessage"]


# -- which connection is meant -----------------------------------------------------------------------------------------
def test_the_one_that_bears_the_name_now_is_migrated(simulate: Simulate) -> None:
    fleet, renamed = one("old")
    renamed.owning.name = "new"
    project = renamed.owning.project
    heir = fleet.connection(
        project, "old", scheme="WorkloadIdentityFederation", issuer="azure_devops", identifier=fleet.organization_id
    )
    heir.parameters["workloadIdentityFederationSubject"] = "sc://contoso/Space game/before"
    simulator = simulate(fleet, migration_polls=0)
    assert migrate(simulator, renamed.subject).status_code == 200
    assert (renamed.issuer or "").startswith("https://vstoken")
    assert (heir.issuer or "").startswith("https://login.microsoftonline.com/")


def test_a_stale_subject_names_nobody(simulate: Simulate) -> None:
    fleet, connection = one("old")
    connection.owning.name = "new"
    simulator = simulate(fleet, migration_polls=0)
    assert migrate(simulator, connection.subject).status_code == 404
    assert migrate(simulator, "sc://contoso/Space game/new").status_code == 200
    assert (connection.issuer or "").startswith("https://login.microsoftonline.com/")


def test_a_renamed_project_is_found_by_its_new_name(simulate: Simulate) -> None:
    fleet, connection = one()
    connection.owning.project.name = "Time game"
    simulator = simulate(fleet)
    assert migrate(simulator, connection.subject).status_code == 404
    assert migrate(simulator, "sc://contoso/Time game/c").status_code == 200


@pytest.mark.parametrize(
    ("subject", "status"),
    [
        ("SC://CONTOSO/SPACE GAME/C", 200),
        ("sc://fabrikam/Space game/c", 404),
        ("sc://contoso/Elsewhere/c", 404),
        ("sc://contoso/Space game/c/d", 404),
    ],
)
def test_case_does_not_matter_and_every_part_counts(simulate: Simulate, subject: str, status: int) -> None:
    fleet, _connection = one()
    assert migrate(simulate(fleet), subject).status_code == status


def test_a_shared_one_is_found_by_its_name_in_that_project(simulate: Simulate) -> None:
    fleet, connection = one(shared_with=[])
    fleet.connection(
        fleet.project("Owner"), "theirs", scheme="WorkloadIdentityFederation", issuer="azure_devops",
        shared_with=[(connection.owning.project, "alias")],
    )  # fmt: skip
    simulator = simulate(fleet)
    assert migrate(simulator, "sc://contoso/Space game/theirs").status_code == 404
    assert migrate(simulator, "sc://contoso/Space game/alias").status_code == 200


def test_what_the_caller_cannot_see_is_not_found(simulate: Simulate) -> None:
    fleet, connection = one()
    guest = fleet.caller("Guest", projects=[fleet.project("Other")])
    simulator = simulate(fleet)
    assert migrate(simulator, connection.subject, f"Bearer {simulator.token(guest)}").status_code == 404
