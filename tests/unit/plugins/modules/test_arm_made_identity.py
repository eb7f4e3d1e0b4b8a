# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""azdo_arm_connection with an identity that it makes itself: once, taken back if the rest fails, found again by whoever goes on."""

from __future__ import annotations

import contextlib
import typing as t
from datetime import timedelta

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._rest import http

from simulator import Fleet, Recorded, Simulator
from simulator.directory import Application, FederatedCredential, ManagedIdentity
from simulator.identity_fleet import add_password, assign
from simulator.state import Connection
from unit.plugins._helpers.arm import SUBSCRIPTION, arm_fleet, person
from unit.plugins._helpers.tasks import manage

Simulate = t.Callable[..., Simulator]
Options = dict[str, t.Any]

RESOURCE = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-ids/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-new"
WHO: dict[str, Options] = {
    "application": {
        "application": {
            "unique_name": "contoso-payments",
            "display_name": "Payments deployments",
            "owners": ["ann@contoso.example"],
            "service_management_reference": "4711",
        }
    },
    "managed identity": {
        "managed_identity": {"create": {"name": "id-new", "resource_group": "rg-ids", "location": "westeurope"}}
    },
}
ROLES = [
    {"role": "Reader"},
    {
        "role": "Storage Blob Data Contributor",
        "scope": f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-data",
        "condition": "@Resource[x] StringEquals 'y'",
    },
]
TEAM = "[Payments]\\Deployers"


def world() -> Fleet:
    fleet = arm_fleet()
    fleet.caller("Ann Example", mail="ann@contoso.example")
    fleet.group(TEAM)
    fleet.yaml_pipeline(fleet.project("Payments"), "deploy", "steps: []")
    return fleet


def everything(who: str, **options: t.Any) -> Options:
    return {
        "project": "Payments",
        "name": "azure-whole",
        "scope": {"subscription_id": SUBSCRIPTION, "subscription_name": "Contoso Production"},
        **WHO[who],
        "role_assignments": ROLES,
        "checks": [{"kind": "branch_control", "branches": ["refs/heads/main"]}, {"kind": "exclusive_lock"}],
        "authorized_pipelines": ["deploy"],
        "roles": [{"role": "user", "identity": TEAM}],
        "append_roles": True,
        "verify": "after",
        **options,
    }


def signed_in(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Options:
    return person(simulator, "service principal", monkeypatch)


def application(simulator: Simulator) -> Application | None:
    found = [item for item in simulator.world.directory.applications.values() if item.unique_name == "contoso-payments"]
    return found[0] if found else None


def identity(simulator: Simulator) -> ManagedIdentity | None:
    return simulator.world.directory.identities.get(RESOURCE.lower())


def made(simulator: Simulator) -> Connection | None:
    return next((item for item in simulator.world.connections.values() if item.name == "azure-whole"), None)


def whole(simulator: Simulator, who: str) -> Options:
    """Everything that the task is about, in a form that can be compared."""
    connection, directory = made(simulator), simulator.world.directory
    someone: t.Any = application(simulator) if who == "application" else identity(simulator)
    principal = (
        "" if someone is None else someone.service_principal_id if who == "application" else someone.principal_id
    )
    roles = sorted(
        (item.role_definition_id.rpartition("/")[2], item.scope, item.condition)
        for item in directory.assignments_of(principal)
    )
    access = None
    if connection is not None:
        project = simulator.fleet.project("Payments").id
        access = {
            "checks": sorted(
                item.type_name for item in simulator.world.checks.values() if item.connection_id == connection.id
            ),
            "pipelines": len(connection.permissions[project].pipelines) if project in connection.permissions else 0,
            "team": [item.role for item in connection.roles.get(project, []) if item.caller.display_name == TEAM],
            "sign in": connection.scheme,
        }
    return {
        "identity": someone is not None,
        "credentials": len(someone.credentials) if someone else 0,
        "roles": roles if principal else [],
        "connection": access,
        "applications": len(directory.applications),
        "identities": len(directory.identities),
    }


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("lag", [{}, {"graph_lag_reads": 2, "arm_lag_reads": 2, "principal_replication_tries": 2}])
def test_the_whole_is_made_in_one_task_and_once(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch, who: str, lag: Options
) -> None:
    simulator = simulate(world(), **lag)
    options = {**signed_in(simulator, monkeypatch), **everything(who)}
    before = whole(simulator, who)
    foretold = manage(simulator, **options, check=True)
    assert not foretold.failed, foretold.result
    assert foretold.result["changed"] is True
    assert simulator.writes == []
    task = manage(simulator, **options)
    assert not task.failed, task.result
    assert task.result["verification"]["after"]["result"] == "ok"
    after = whole(simulator, who)
    assert (after["credentials"], len(after["roles"]), after["connection"]["pipelines"]) == (1, 2, 1)
    assert after["connection"]["checks"] == ["ExclusiveLock", "Task Check"]
    assert after["applications"] + after["identities"] == before["applications"] + before["identities"] + 1
    assert [item["state"] for item in task.result["role_assignments"]] == ["created", "created"]
    assert [item["state"] for item in foretold.result["role_assignments"]] == ["would_create", "would_create"]
    for line in (
        "application" if who == "application" else "managed_identity",
        "federated_credential",
        "role_assignments",
    ):
        assert line in foretold.result["diff"]["after"]
    for _read in range(lag.get("arm_lag_reads", 0)):
        # What was written a moment ago is in every list by then.
        manage(simulator, **options, check=True)
    simulator.forget()
    again = manage(simulator, **options)
    assert not again.failed, again.result
    assert again.result["changed"] is False
    assert simulator.writes == []


@pytest.mark.parametrize("who", WHO)
def test_what_is_made_knows_its_tenant(simulate: Simulate, monkeypatch: pytest.MonkeyPatch, who: str) -> None:
    """The sign-in of a person does not say it."""
    fleet = world()
    simulator = simulate(fleet)
    options = {**person(simulator, "person", monkeypatch), **everything(who)}
    foretold = manage(simulator, **options, check=True)
    assert not foretold.failed, foretold.result
    assert simulator.writes == []
    task = manage(simulator, **options)
    assert not task.failed, task.result
    assert task.result["connection"]["tenant_id"] == fleet.tenant_id
    simulator.forget()
    assert manage(simulator, **options).result["changed"] is False
    assert simulator.writes == []


def test_an_application_is_as_the_task_says(simulate: Simulate, monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = world()
    simulator = simulate(fleet)
    options = {**signed_in(simulator, monkeypatch), **everything("application")}
    assert not manage(simulator, **options).failed
    found = application(simulator)
    assert found is not None
    ann = next(item for item in fleet.world.callers.values() if item.display_name == "Ann Example")
    assert ann.object_id in found.owners
    assert (found.display_name, found.service_management_reference, found.sign_in_audience) == (
        "Payments deployments",
        "4711",
        "AzureADMyOrg",
    )
    changed = {
        **options["application"],
        "display_name": "Another",
        "owners": ["ann@contoso.example", fleet.user.object_id],
    }
    simulator.forget()
    foretold = manage(simulator, **{**options, "application": changed}, check=True)
    assert simulator.writes == []
    task = manage(simulator, **{**options, "application": changed})
    assert task.result["changed"] is foretold.result["changed"] is True
    assert found.display_name == "Another"
    assert fleet.user.object_id in found.owners


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("where", ["endpoints", "federatedIdentityCredentials", "roleAssignments"])
def test_what_this_task_made_goes_again_and_nothing_else(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch, who: str, where: str
) -> None:
    simulator = simulate(world())
    before = whole(simulator, who)
    simulator.fault(
        path=f"(?i){where}",
        method="POST" if where == "endpoints" or (who == "application" and where != "roleAssignments") else "PUT",
        status=403,
        times=0,
    )
    task = manage(simulator, **signed_in(simulator, monkeypatch), **everything(who))
    assert task.failed
    assert task.result["changed"] is False, task.result
    assert whole(simulator, who) == before
    assert "Removed again" in task.result["msg"]
    simulator.clear_faults()
    assert not manage(simulator, **signed_in(simulator, monkeypatch), **everything(who)).failed


@pytest.mark.parametrize("who", WHO)
def test_one_that_was_there_is_used_and_stays(simulate: Simulate, monkeypatch: pytest.MonkeyPatch, who: str) -> None:
    fleet = world()
    simulator = simulate(fleet)
    options = {**signed_in(simulator, monkeypatch), **everything(who)}
    assert not manage(simulator, **options, keep_failed=False).failed
    someone: t.Any = application(simulator) if who == "application" else identity(simulator)
    if who == "application":
        someone.tags = []
    else:
        someone.tags = {}
    connection = made(simulator)
    assert connection is not None
    # Who creates another connection with it is told before it is relied upon.
    other = manage(simulator, **{**options, "name": "another"}, check=True)
    assert any("was there before and was not made for this organization" in text for text in other.runtime.warnings)
    task = manage(simulator, **options, state="absent")
    assert not task.failed, task.result
    after = whole(simulator, who)
    assert after["identity"] is True
    assert (after["credentials"], after["roles"], after["connection"]) == (0, [], None)
    assert any("was not made by this collection" in text for text in task.runtime.warnings)


@pytest.mark.parametrize("who", WHO)
def test_absent_leaves_what_was_there_before(simulate: Simulate, monkeypatch: pytest.MonkeyPatch, who: str) -> None:
    simulator = simulate(world())
    before = whole(simulator, who)
    options = {**signed_in(simulator, monkeypatch), **everything(who)}
    assert not manage(simulator, **options).failed
    simulator.forget()
    foretold = manage(simulator, **options, state="absent", check=True)
    assert simulator.writes == []
    task = manage(simulator, **options, state="absent")
    assert not task.failed, task.result
    assert task.result["changed"] is foretold.result["changed"] is True
    assert task.result["diff"] == foretold.result["diff"]
    assert whole(simulator, who) == before
    simulator.forget()
    again = manage(simulator, **options, state="absent")
    assert again.result["changed"] is False
    assert simulator.writes == []


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("reason", ["connection", "credential", "role", "secret", "unread"])
def test_absent_never_takes_what_something_else_uses(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch, who: str, reason: str
) -> None:
    if reason == "secret" and who != "application":
        return
    fleet = world()
    simulator = simulate(fleet)
    options = {**signed_in(simulator, monkeypatch), **everything(who)}
    assert not manage(simulator, **options).failed
    someone: t.Any = application(simulator) if who == "application" else identity(simulator)
    client_id = someone.app_id if who == "application" else someone.client_id
    principal = someone.service_principal_id if who == "application" else someone.principal_id
    if reason == "connection":
        fleet.connection(
            fleet.project("Web Shop"),
            "another",
            scheme="WorkloadIdentityFederation",
            creation_mode="Manual",
            client_id=client_id,
        )
    elif reason == "credential":
        someone.credentials.append(
            FederatedCredential("theirs", "https://issuer.example", "subject", ["api://x"], "", "theirs")
        )
    elif reason == "role":
        assign(
            fleet.world.directory, principal, f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-theirs", "Contributor"
        )
    elif reason == "secret":
        add_password(someone, "a-made-up-secret-of-theirs", simulator.clock.now(), simulator.clock.now())
    else:
        simulator.fault(path=f"{fleet.project('Web Shop').id}.*/endpoints", status=500, times=0)
    task = manage(simulator, **options, state="absent")
    assert not task.failed, task.result
    assert made(simulator) is None
    assert whole(simulator, who)["identity"] is True
    assert any("stays" in text for text in task.runtime.warnings), task.runtime.warnings


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"application": {"unique_name": " "}}, "application.unique_name is empty"),
        ({"application": {"unique_name": "None"}}, "application.unique_name is 'None'"),
        ({"application": {"unique_name": "a b"}}, "which cannot be one"),
        ({"application": {"unique_name": "a/../b"}}, "which cannot be one"),
        (
            {"application": {"unique_name": "x", "owners": ["nobody@contoso.example"]}},
            "Microsoft Entra knows nobody by that",
        ),
        ({"application": {"unique_name": "x", "owners": [""]}}, "application.owners is empty"),
        (
            {
                "application": {"unique_name": "x"},
                "service_principal": {"client_id": "5a1d2c3b-0000-4000-8000-000000000011"},
            },
            "A connection has one identity",
        ),
        (
            {
                "application": {"unique_name": "x"},
                "managed_identity": {"tenant_id": "5a1d2c3b-0000-4000-8000-000000000011"},
            },
            "A connection has one identity",
        ),
        ({"application": {"unique_name": "x"}, "scheme": "service_principal"}, "application does not go together with"),
        ({"application": {"unique_name": "x"}, "creation_mode": "automatic"}, "application does not go together with"),
        (
            {"managed_identity": {"create": {"name": "x", "resource_group": "g", "location": "l"}}},
            "which cannot be one",
        ),
        (
            {"managed_identity": {"create": {"name": "id-x", "resource_group": "", "location": "l"}}},
            "managed_identity.create.resource_group is empty",
        ),
        (
            {
                "managed_identity": {
                    "create": {"name": "id-x", "resource_group": "g", "location": "l"},
                    "resource_id": RESOURCE,
                }
            },
            "leave the others out",
        ),
        (
            {
                "managed_identity": {
                    "create": {"name": "id-payments", "resource_group": "rg-identities", "location": "northeurope"}
                }
            },
            "is in westeurope, and managed_identity.create.location is 'northeurope'",
        ),
        (
            {"application": {"unique_name": "x"}, "role_assignments": [{"role": "Raeder"}]},
            "role_assignments.role is 'Raeder', and Azure has no role of that name",
        ),
        ({"application": {"unique_name": "x"}, "role_assignments": [{"role": "Owner"}]}, "hand out rights"),
        (
            {"application": {"unique_name": "x"}, "role_assignments": [{"role": "Reader"}, {"role": "reader"}]},
            "'reader' twice at one scope",
        ),
        (
            {"application": {"unique_name": "x"}, "role_assignments": [{"role": "Reader", "condition": " "}]},
            "role_assignments.condition is empty",
        ),
        (
            {"application": {"unique_name": "x"}, "role_assignment": {"role": "Reader"}, "role_assignments": []},
            "are both set",
        ),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_made(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch, options: Options, told: str
) -> None:
    simulator = simulate(world())
    usual = {
        key: value for key, value in everything("application").items() if key not in ("application", "role_assignments")
    }
    task = manage(simulator, **signed_in(simulator, monkeypatch), **{**usual, **options})
    assert task.failed
    assert told in task.result["msg"]
    assert simulator.writes == []


@pytest.mark.parametrize("who", WHO)
def test_a_personal_access_token_makes_no_identity(simulate: Simulate, who: str) -> None:
    simulator = simulate(world())
    usual = {key: value for key, value in everything(who).items() if key != "role_assignments"}
    task = manage(simulator, **usual, federated_credential={"mode": "skip"})
    assert "a personal access token or a ready access token opens Azure DevOps only" in task.result["msg"]
    assert simulator.writes == []


def test_a_role_of_somebody_else_with_another_condition_is_not_changed(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator = simulate(world())
    options = {**signed_in(simulator, monkeypatch), **everything("application")}
    assert not manage(simulator, **options).failed
    wanted = [{**ROLES[1], "condition": "another"}]
    changed = manage(simulator, **{**options, "role_assignments": wanted})
    assert changed.result["changed"] is True
    assert changed.result["role_assignments"][0]["state"] == "updated"
    conditions = [
        item.condition for item in simulator.world.directory.assignments.values() if item.scope.endswith("rg-data")
    ]
    assert conditions == ["another"]
    (theirs,) = [item for item in simulator.world.directory.assignments.values() if item.scope.endswith("rg-data")]
    simulator.world.directory.unassign(theirs)
    theirs.name = "aaaaaaaa-0000-4000-8000-000000000001"
    simulator.world.directory.assign(theirs)
    simulator.forget()
    task = manage(simulator, **{**options, "role_assignments": [ROLES[1]]})
    assert "was not made by this collection" in task.result["msg"]
    assert simulator.writes == []


# -- what was found by somebody else, and what stays -----------------------------------------------------------------------
@pytest.mark.parametrize("who", WHO)
def test_what_somebody_else_uses_by_now_stays(simulate: Simulate, monkeypatch: pytest.MonkeyPatch, who: str) -> None:
    """Another task has found it and finished, before this one fails."""
    simulator = simulate(world())
    options = signed_in(simulator, monkeypatch)

    def somebody(record: Recorded, moment: str) -> None:
        if "roleAssignments/" in record.path and record.write and moment == "arrived":
            someone: t.Any = application(simulator) if who == "application" else identity(simulator)
            someone.credentials.append(
                FederatedCredential("theirs", "https://issuer.example", "s", ["api://x"], "", "theirs")
            )

    simulator.observe(somebody)
    simulator.fault(path="roleAssignments/", method="PUT", status=403, times=0)
    task = manage(simulator, **options, **everything(who))
    assert task.failed
    assert "It stays, because it is in use" in task.result["msg"]
    assert whole(simulator, who)["identity"] is True
    assert made(simulator) is None


@pytest.mark.parametrize("who", WHO)
def test_the_identity_of_a_connection_that_could_not_be_removed_again_stays(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    simulator = simulate(world())
    simulator.fault(path="roleAssignments/", method="PUT", status=403, times=0)
    simulator.fault(path="endpoints/", method="DELETE", status=403, times=0)
    task = manage(simulator, **signed_in(simulator, monkeypatch), **everything(who))
    assert task.failed
    assert task.result["changed"] is True
    assert "it belongs to the connection" in task.result["msg"]
    assert made(simulator) is not None
    assert whole(simulator, who)["identity"] is True


def test_a_tenant_is_that_of_the_application(simulate: Simulate, monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = world()
    other = "5a1d2c3b-0000-4000-8000-0000000000bb"
    fleet.connection(
        fleet.project("Payments"), "azure-theirs", scheme="WorkloadIdentityFederation", creation_mode="Manual",
        subscription_id=SUBSCRIPTION, tenant_id=other,
    )  # fmt: skip
    simulator = simulate(fleet)
    usual = {**signed_in(simulator, monkeypatch), **everything("application", role_assignments=[])}
    task = manage(simulator, **usual, service_principal={"tenant_id": other})
    assert (
        f"service_principal.tenant_id is {other}, and the application 'contoso-payments' is in the tenant"
        in task.result["msg"]
    )
    moved = manage(simulator, **{**usual, "name": "azure-theirs"})
    assert moved.result["failure"]["code"] == "immutable"
    assert simulator.writes == []


@pytest.mark.parametrize("kind", ["automatic", "secret", "agent", "elsewhere", "converted"])
@pytest.mark.parametrize("check", [True, False])
def test_a_connection_that_cannot_have_it_is_refused_before_it_is_made(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch, kind: str, check: bool
) -> None:
    fleet = world()
    payments, shop = fleet.project("Payments"), fleet.project("Web Shop")
    federation: Options = {"scheme": "WorkloadIdentityFederation", "subscription_id": SUBSCRIPTION}
    how: dict[str, Options] = {
        "automatic": federation,
        "secret": {"creation_mode": "Manual", "subscription_id": SUBSCRIPTION},
        "agent": {"scheme": "ManagedServiceIdentity", "subscription_id": SUBSCRIPTION},
        "elsewhere": {**federation, "creation_mode": "Manual", "shared_with": [payments]},
        "converted": {**federation, "creation_mode": "Manual", "converted_ago": timedelta(days=1)},
    }
    fleet.connection(shop if kind == "elsewhere" else payments, "azure-theirs", **how[kind])
    simulator = simulate(fleet)
    name = next(
        ref.name
        for item in fleet.world.connections.values()
        for ref in item.references
        if ref.project.id == payments.id and "theirs" in ref.name
    )
    options = {**signed_in(simulator, monkeypatch), "project": "Payments", "name": name, **WHO["application"]}
    task = manage(simulator, **options, check=check)
    assert task.failed, task.result
    assert simulator.writes == []
    assert application(simulator) is None


def test_check_mode_foretells_that_a_connection_gets_another_identity(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet = world()
    fleet.connection(
        fleet.project("Payments"),
        "azure-moves",
        scheme="WorkloadIdentityFederation",
        creation_mode="Manual",
        subscription_id=SUBSCRIPTION,
    )
    simulator = simulate(fleet)
    options = {**signed_in(simulator, monkeypatch), "project": "Payments", "name": "azure-moves", **WHO["application"]}
    foretold = manage(simulator, **options, check=True)
    assert simulator.writes == []
    for line in ("application:", "client_id: (made by this task)", "federated_credential: "):
        assert line in foretold.result["diff"]["after"]
    assert any("stays with the identity" in text for text in foretold.runtime.warnings)
    task = manage(simulator, **options)
    assert not task.failed, task.result
    found = application(simulator)
    assert found is not None
    assert task.result["connection"]["client_id"] == found.app_id
    simulator.fault(path="endpoints/", method="PUT", status=403, times=0)
    again = manage(simulator, **{**options, "application": {"unique_name": "another"}})
    assert again.failed
    assert "Removed again: the federated credential, the application 'another'" in again.result["msg"]
    assert again.result["changed"] is False


def test_what_was_changed_of_an_application_that_was_there_is_said(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator = simulate(world())
    options = {**signed_in(simulator, monkeypatch), **everything("application")}
    assert not manage(simulator, **options).failed
    simulator.fault(path="roleAssignments/", method="PUT", status=403, times=0)
    named = {**options["application"], "display_name": "Another"}
    task = manage(
        simulator,
        **{**options, "name": "azure-second", "application": named, "role_assignments": [{"role": "Contributor"}]},
    )
    assert task.failed
    assert task.result["changed"] is True


def test_a_condition_comes_back(simulate: Simulate, monkeypatch: pytest.MonkeyPatch) -> None:
    simulator = simulate(world())
    options = {**signed_in(simulator, monkeypatch), **everything("application")}
    assert not manage(simulator, **options).failed
    simulator.fault(path="resourceGroups/rg-other/.*roleAssignments/", method="PUT", status=403, times=0)
    wanted = [
        {**ROLES[1], "condition": "wider"},
        {"role": "Reader", "scope": f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-other"},
    ]
    task = manage(simulator, **{**options, "name": "azure-second", "role_assignments": wanted})
    assert task.failed
    (role,) = [item for item in simulator.world.directory.assignments.values() if item.scope.endswith("rg-data")]
    assert role.condition == ROLES[1]["condition"]


def test_an_application_whose_making_was_not_answered_stays_and_that_is_said(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator = simulate(world())
    simulator.fault(kind="reset_after", path="uniqueName=", method="PATCH")
    simulator.fault(path="roleAssignments/", method="PUT", status=403, times=0)
    task = manage(simulator, **signed_in(simulator, monkeypatch), **everything("application"))
    assert "Whether this task made the application 'contoso-payments' is not known, so it stays." in task.result["msg"]
    assert task.result["changed"] is True
    assert application(simulator) is not None
    simulator.clear_faults()
    assert not manage(simulator, **signed_in(simulator, monkeypatch), **everything("application")).failed


def test_absent_asks_for_no_owner(simulate: Simulate, monkeypatch: pytest.MonkeyPatch) -> None:
    simulator = simulate(world())
    options = {**signed_in(simulator, monkeypatch), **everything("application")}
    assert not manage(simulator, **options).failed
    left = {**options["application"], "owners": ["left@contoso.example"]}
    task = manage(simulator, **{**options, "application": left}, state="absent")
    assert not task.failed, task.result
    assert application(simulator) is None


def test_absent_finds_the_roles_of_a_connection_that_is_gone(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator = simulate(world())
    before = whole(simulator, "application")
    options = {**signed_in(simulator, monkeypatch), **everything("application")}
    assert not manage(simulator, **options).failed
    connection = made(simulator)
    assert connection is not None
    simulator.world.remove_connection(connection)
    task = manage(simulator, **options, state="absent")
    assert not task.failed, task.result
    assert whole(simulator, "application") == before
    assert list(simulator.world.directory.assignments) == list(simulate(world()).world.directory.assignments)


def test_absent_of_a_mistyped_application_removes_nothing(simulate: Simulate, monkeypatch: pytest.MonkeyPatch) -> None:
    simulator = simulate(world())
    options = {**signed_in(simulator, monkeypatch), **everything("application")}
    assert not manage(simulator, **options).failed
    simulator.forget()
    task = manage(simulator, **{**options, "application": {"unique_name": "contoso-pyaments"}}, state="absent")
    assert "the application 'contoso-pyaments' is not there" in task.result["msg"]
    assert simulator.writes == []


def test_keep_failed_says_what_was_kept(simulate: Simulate, monkeypatch: pytest.MonkeyPatch) -> None:
    simulator = simulate(world())
    simulator.fault(path="endpoints", method="POST", status=403, times=0)
    task = manage(simulator, **signed_in(simulator, monkeypatch), **everything("application"), keep_failed=True)
    assert "The application 'contoso-payments' was kept, as keep_failed asks." in task.result["msg"]


@pytest.mark.parametrize(
    "twice",
    [
        [{"role": "Reader"}, {"role": "Reader", "scope": f"/subscriptions/{SUBSCRIPTION}"}],
        [{"role": "Reader"}, {"role": "acdd72a7-3385-48ef-bd42-f606fba81ae7"}],
    ],
)
def test_one_role_under_two_names_is_refused(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch, twice: list[Options]
) -> None:
    simulator = simulate(world())
    task = manage(simulator, **signed_in(simulator, monkeypatch), **everything("application", role_assignments=twice))
    assert "twice at /subscriptions/" in task.result["msg"]
    assert simulator.writes == []


def test_a_reference_that_the_organization_asks_for_is_named(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator = simulate(world(), requires_service_management_reference=True)
    options = {**everything("application"), "application": {"unique_name": "contoso-payments"}}
    task = manage(simulator, **signed_in(simulator, monkeypatch), **options)
    assert "Set application.service_management_reference" in task.result["msg"]


def test_a_managed_identity_that_may_not_be_made_names_the_role(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator = simulate(world())
    simulator.fault(
        method="PUT",
        path="userAssignedIdentities/[^/]+$",
        status=403,
        body={"error": {"code": "AuthorizationFailed", "message": "No."}},
        times=0,
    )
    task = manage(simulator, **signed_in(simulator, monkeypatch), **everything("managed identity"))
    assert "Managed Identity Contributor on the resource group" in task.result["msg"]


def test_a_resource_group_that_is_not_there_is_refused(simulate: Simulate, monkeypatch: pytest.MonkeyPatch) -> None:
    simulator = simulate(world(), resource_groups=["rg-others"])
    for check in (True, False):
        task = manage(simulator, **signed_in(simulator, monkeypatch), **everything("managed identity"), check=check)
        assert (
            "managed_identity.create.resource_group is 'rg-ids', which the subscription does not have"
            in task.result["msg"]
        )
        assert simulator.writes == []


# -- killed at every request -------------------------------------------------------------------------------------------
class Killed(BaseException):
    """The process is gone: nothing of it cleans up."""


def die_at(number: int, moment: str) -> t.Callable[[pytest.MonkeyPatch], list[str]]:
    """The request with this number never leaves (``arrived``), or takes effect and nobody hears of it (``applied``)."""

    def arrange(patch: pytest.MonkeyPatch) -> list[str]:
        sent: list[str] = []
        send = http.HttpClient.send

        def mortal(self: t.Any, request: t.Any, *rest: t.Any) -> t.Any:
            sent.append(f"{request.method} {request.url}")
            last = len(sent) - 1 == number
            if last and moment == "arrived":
                raise Killed
            answer = send(self, request, *rest)
            if last:
                raise Killed
            return answer

        patch.setattr(http.HttpClient, "send", mortal)
        return sent

    return arrange


def requests_of(simulate: Simulate, monkeypatch: pytest.MonkeyPatch, who: str, state: str) -> int:
    simulator = simulate(world())
    options = {**signed_in(simulator, monkeypatch), **everything(who)}
    if state == "absent":
        assert not manage(simulator, **options).failed
    with pytest.MonkeyPatch.context() as patch:
        sent = die_at(-1, "never")(patch)
        assert not manage(simulator, **options, state=state).failed
    return len(sent)


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("state", ["present", "absent"])
@pytest.mark.parametrize("moment", ["arrived", "applied"])
def test_killed_anywhere_and_run_again_the_end_is_the_same(
    simulate: Simulate, monkeypatch: pytest.MonkeyPatch, who: str, state: str, moment: str
) -> None:
    calm = simulate(world())
    nothing = whole(calm, who)
    assert not manage(calm, **signed_in(calm, monkeypatch), **everything(who)).failed
    expected = whole(calm, who) if state == "present" else nothing
    for number in range(requests_of(simulate, monkeypatch, who, state)):
        simulator = simulate(world())
        options = {**signed_in(simulator, monkeypatch), **everything(who)}
        if state == "absent":
            assert not manage(simulator, **options).failed
        with pytest.MonkeyPatch.context() as patch, contextlib.suppress(Killed):
            # A run that had to wait less may be over before.
            sent = die_at(number, moment)(patch)
            manage(simulator, **options, state=state)
        task = manage(simulator, **options, state=state)
        assert not task.failed, (number, sent[-1], task.result["msg"])
        assert whole(simulator, who) == expected, (number, sent[-1])
        gone = manage(simulator, **options, state="absent")
        assert not gone.failed, (number, sent[-1], gone.result["msg"])
        assert whole(simulator, who) == nothing, (number, sent[-1])
