# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every error that a creation can meet: the sentence for the person, what is left behind, and that the next run ends where an undisturbed one does.

Of the writes that something happens to, each in every way, one in four combinations is run, so that each write and each way is there; `make test-all` runs
them all.
"""

from __future__ import annotations

import dataclasses
import re
import threading
import typing as t
from dataclasses import dataclass, field

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._model import federated_credential
from ansible_collections.azdo.connections.plugins.module_utils._rest import http

from simulator import Simulator
from simulator.directory import Application, ManagedIdentity
from simulator.identity_fleet import assign, federate
from simulator.state import Connection
from unit.plugins._helpers.arm import CLIENT, KEY, SUBSCRIPTION, arm_fleet, person
from unit.plugins._helpers.tasks import Task, manage

Simulate = t.Callable[..., Simulator]
Options = dict[str, t.Any]
Prepare = t.Callable[[Simulator], None]
Who = t.Literal["application", "identity"]

IDENTITY = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-identities"
    "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-payments"
)
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-payments"
EXCHANGE = "api://AzureADTokenExchange"
CREATE = r"serviceendpoint/endpoints\?"
LOOKUP = r"endpoints\?.*endpointNames=azure-new"


@pytest.fixture
def world(simulate: Simulate, monkeypatch: pytest.MonkeyPatch) -> t.Callable[..., tuple[Simulator, Options]]:
    """A fresh world, and how the automation signs in to it."""

    def make(**knobs: t.Any) -> tuple[Simulator, Options]:
        simulator = simulate(arm_fleet(), **knobs)
        return simulator, person(simulator, "service principal", monkeypatch)

    return make


World = t.Callable[..., tuple[Simulator, Options]]


def wanted(simulator: Simulator, who: Who = "application", **more: t.Any) -> Options:
    """A creation with everything beside it: credential, role, pipelines and a share."""
    described: Options = {"managed_identity": {"resource_id": IDENTITY}}
    if who == "application":
        described = {"service_principal": {"tenant_id": simulator.fleet.tenant_id, "client_id": CLIENT}}
    return {
        "project": "Payments",
        "name": "azure-new",
        "scheme": "workload_identity_federation",
        "creation_mode": "manual",
        **described,
        "scope": {
            "subscription_id": SUBSCRIPTION,
            "subscription_name": "Contoso Production",
            "resource_group": "rg-payments",
        },
        "role_assignment": {"role": "Contributor"},
        "authorized_pipelines": [12],
        "shared_with": [{"project": "Web Shop", "name": "azure-shared", "authorized_pipelines": [31]}],
        **more,
    }


def automatic(simulator: Simulator, **more: t.Any) -> Options:
    return {
        "project": "Payments",
        "name": "azure-new",
        "scheme": "workload_identity_federation",
        "creation_mode": "automatic",
        "service_principal": {"tenant_id": simulator.fleet.tenant_id},
        "scope": {"subscription_id": SUBSCRIPTION, "subscription_name": "Contoso Production"},
        **more,
    }


def with_key(simulator: Simulator, **more: t.Any) -> Options:
    known = {"tenant_id": simulator.fleet.tenant_id, "client_id": CLIENT, "key": KEY}
    return {
        **automatic(simulator), "scheme": "service_principal", "creation_mode": "manual", "service_principal": known, **more,
    }  # fmt: skip


def connections_named(simulator: Simulator, name: str = "azure-new") -> list[Connection]:
    return [item for item in simulator.world.connections.values() if item.name == name]


def picture(simulator: Simulator) -> list[str]:
    """Everything that is stored, each thing once, without the ids that are new in every run."""
    found = []
    for item in simulator.world.connections.values():
        shares = sorted(
            (reference.project.name, reference.name, reference.description) for reference in item.references
        )
        permitted = {
            simulator.world.projects[project].name: (rights.all_pipelines is not None, sorted(rights.pipelines))
            for project, rights in item.permissions.items()
            if rights.all_pipelines or rights.pipelines
        }
        found.append(
            f"connection {item.scheme} {sorted(item.data.items())} {shares} {sorted(permitted.items())} {item.status.state} {item.ready}"
        )
    directory = simulator.world.directory
    identities: dict[str, Application | ManagedIdentity] = {**directory.applications, **directory.identities}
    for owner, identity in identities.items():
        for credential in identity.credentials:
            name = credential.name
            for item in simulator.world.connections.values():
                if name == federated_credential.our_name(item.id, credential.issuer, credential.subject):
                    name = f"ours for {item.name}"
            pair = f"{credential.issuer} {re.sub(r'[^/]*$', '', credential.subject)} {credential.audiences}"
            found.append(f"credential of {owner}: {name} {pair}")
    found += [
        f"role {key} {item.role_definition_id} {item.principal_id}" for key, item in directory.assignments.items()
    ]
    return sorted(found)


def devops(status: int, type_key: str, message: str) -> Options:
    """An error as Azure DevOps sends it (9.4), for a fault."""
    body = {
        "$id": "1", "innerException": None, "message": message, "typeName": f"Some.{type_key}, Some", "typeKey": type_key,
        "errorCode": 0, "eventId": 3000,
    }  # fmt: skip
    return {"status": status, "body": body, "headers": {"ActivityId": "7c9a0d0e-0000-4000-8000-000000000001"}}


def azure(status: int, code: str, message: str) -> Options:
    """An error as Graph and Resource Manager send it (8.2)."""
    inner = {"date": "2026-01-01T00:00:00", "request-id": "r", "client-request-id": "r"}
    return {"status": status, "body": {"error": {"code": code, "message": message, "innerError": inner}}}


def failed(task: Task, *sentences: str, remedy: t.Sequence[str] = ()) -> None:
    """It failed, says what happened and what to do, and what it says is in the message that everybody sees."""
    assert task.failed
    failure = task.result["failure"]
    for sentence in sentences:
        assert sentence in task.result["msg"], task.result["msg"]
    assert failure["remedy"].strip(), task.result["msg"]
    assert failure["remedy"] in task.result["msg"]
    for word in remedy:
        assert word in failure["remedy"], task.result["msg"]


# -- 2.9: the creation itself is refused -------------------------------------------------------------------------------
def test_a_hidden_connection_of_that_name(world: World) -> None:
    simulator, _signed_in = world()
    simulator.fleet.user.level = "none"
    before = picture(simulator)
    task = manage(simulator, **with_key(simulator, name="azure-old"))
    failed(
        task,
        "Service connection with name azure-old already exists.",
        remedy=["cannot see it", "Reader", "another name"],
    )
    assert task.result["failure"]["details"]["type_key"] == "DuplicateServiceConnectionException"
    assert not task.result["changed"]
    assert picture(simulator) == before
    assert len(simulator.writes) == 1


def test_a_name_that_is_taken_in_a_project_to_share_with(world: World) -> None:
    """It is the share's name that is taken, by a moment: "cannot see it" would send people the wrong way."""
    simulator, _signed_in = world()
    before = picture(simulator)
    simulator.fault(method="GET", path="endpointNames=shop-old", status=200, body={"count": 0, "value": []})
    options = with_key(simulator, shared_with=[{"project": "Web Shop", "name": "shop-old"}])
    task = manage(simulator, **options)
    failed(task, "Service connection with name shop-old already exists.", remedy=["shared_with"])
    assert "cannot see it" not in task.result["msg"]
    assert picture(simulator) == before


def test_somebody_was_faster_with_the_same_connection(world: World) -> None:
    simulator, signed_in = world()
    options = {**wanted(simulator), **signed_in}
    made = manage(simulator, **options)
    before = picture(simulator)
    simulator.forget()
    simulator.fault(method="GET", path=LOOKUP, status=200, body={"count": 0, "value": []})
    task = manage(simulator, **options)
    assert not task.failed, task.result["msg"]
    assert task.result["connection"]["id"] == made.result["connection"]["id"]
    assert [item.status for item in simulator.writes] == [500]
    assert picture(simulator) == before
    assert not task.result["changed"]
    assert task.result["federated_credential"]["state"] == "present"
    assert task.result["role_assignment"]["state"] == "present"


def test_somebody_was_faster_with_other_pipelines(world: World) -> None:
    """``authorized_pipelines`` is exact for what is found, too."""
    simulator, signed_in = world()
    options = {**wanted(simulator), **signed_in}
    manage(simulator, **{**options, "authorized_pipelines": [12, 99]})
    simulator.fault(method="GET", path=LOOKUP, status=200, body={"count": 0, "value": []})
    task = manage(simulator, **options)
    assert not task.failed, task.result["msg"]
    assert task.result["changed"]
    (found,) = connections_named(simulator)
    assert sorted(found.permissions[simulator.fleet.project("Payments").id].pipelines) == [12]


def test_somebody_was_faster_with_another_scheme(world: World) -> None:
    simulator, signed_in = world()
    simulator.fleet.connection(simulator.fleet.project("Payments"), "azure-new")
    before = picture(simulator)
    simulator.fault(method="GET", path=LOOKUP, status=200, body={"count": 0, "value": []})
    task = manage(simulator, **{**wanted(simulator), **signed_in})
    failed(task, "scheme", remedy=["azdo_arm_connection_convert"])
    assert picture(simulator) == before


def test_the_caller_is_no_creator(world: World) -> None:
    simulator, _signed_in = world()
    simulator.fleet.user.creator = False
    before = picture(simulator)
    task = manage(simulator, **with_key(simulator))
    failed(
        task,
        "You do not have permission to create a service connection. You need to be a Creator for service connections in this project.",
        remedy=["role Creator"],
    )
    assert task.result["failure"]["code"] == "not_permitted"
    assert not task.result["changed"]
    assert task.result["connection"] is None
    assert picture(simulator) == before


def test_a_fault_of_validation_with_status_500_is_not_sent_again(world: World) -> None:
    simulator, _signed_in = world()
    message = "Unable to cast the value 'x' of the parameter y."
    simulator.fault(method="POST", path=CREATE, **devops(500, "ServiceEndpointException", message), times=0)
    task = manage(simulator, **with_key(simulator))
    assert task.failed
    assert message in task.result["msg"]
    assert task.result["failure"]["details"]["type_key"] == "ServiceEndpointException"
    assert task.result["failure"]["details"]["activity_id"] == "7c9a0d0e-0000-4000-8000-000000000001"
    assert not task.result["changed"]
    assert len(simulator.writes) == 1


@pytest.mark.parametrize("status", [400, 500])
def test_an_internal_error_at_the_creation(status: int, world: World) -> None:
    simulator, _signed_in = world()
    message = "TF400898: An Internal Error Occurred. Activity Id: 7c9a0d0e-0000-4000-8000-000000000001."
    simulator.fault(method="POST", path=CREATE, **devops(status, "VssServiceException", message), times=0)
    task = manage(simulator, **with_key(simulator))
    assert task.failed
    assert message in task.result["msg"]
    assert len(simulator.writes) == 1
    assert connections_named(simulator) == []


# -- 2.7 and the last rows of 3.4: an automatic creation fails -----------------------------------------------------------
NO_AZURE_RIGHT = (
    "Failed to set Azure permission 'RoleAssignmentId: 1' for the service principal 'x' on subscription ID 'y': error code: Forbidden. "
    "Ensure that the user has 'Owner' or 'User Access Administrator' permissions on the Subscription."
)
NO_ENTRA_RIGHT = (
    "Failed to create an app in Microsoft Entra ID. Error: Insufficient privileges to complete the operation."
)
NO_TOKEN = "Failed to obtain an access token"
NO_REFRESH = "A valid refresh token was not found. To continue, sign out and then sign in again."
NO_SILENT = "GetUserAccessToken: Failed to obtain an access token of identity {x}. AAD returned silent failure."
AUTHENTICATION = "The requested resource requires user authentication"
AUTOMATIC_FAILURES = {
    "azure": (NO_AZURE_RIGHT, ["Owner", "User Access Administrator"]),
    "app": (NO_ENTRA_RIGHT, ["register applications"]),
    "token": (NO_TOKEN, ["ign in"]),
    "refresh": (NO_REFRESH, ["ign in"]),
    "silent": (NO_SILENT, ["ign in"]),
    "pat": (AUTHENTICATION, ["Token: Read & manage"]),
}


@pytest.mark.parametrize("row", AUTOMATIC_FAILURES)
def test_an_automatic_creation_that_fails_is_removed(row: str, world: World) -> None:
    message, remedy = AUTOMATIC_FAILURES[row]
    simulator, _signed_in = world(creation_failure=message)
    before = picture(simulator)
    task = manage(simulator, **automatic(simulator))
    failed(task, message.rstrip("."), remedy=["Removed again: the connection", *remedy])
    assert picture(simulator) == before
    assert not task.result["changed"]
    assert task.result["connection"] is None


@pytest.mark.parametrize("row", AUTOMATIC_FAILURES)
def test_an_automatic_creation_that_is_refused_at_once(row: str, world: World) -> None:
    message, remedy = AUTOMATIC_FAILURES[row]
    simulator, _signed_in = world()
    simulator.fault(method="POST", path=CREATE, **devops(400, "AadAccessSilentException", message))
    task = manage(simulator, **automatic(simulator))
    failed(task, message, remedy=remedy)
    assert connections_named(simulator) == []
    assert len(simulator.writes) == 1


def test_keep_failed_keeps_an_automatic_creation_that_failed(world: World) -> None:
    simulator, _signed_in = world(creation_failure=NO_AZURE_RIGHT)
    task = manage(simulator, **automatic(simulator, keep_failed=True))
    failed(task, "Failed to set Azure permission", remedy=["keep_failed"])
    (kept,) = connections_named(simulator)
    assert task.result["changed"]
    assert task.result["connection"]["id"] == kept.id
    assert task.result["connection"]["state"] == "failed"
    again = manage(simulator, **automatic(simulator))
    failed(again, "Failed to set Azure permission", remedy=["state absent"])
    assert connections_named(simulator) == [kept]


def test_an_automatic_creation_that_takes_too_long_stays_and_is_waited_for_by_the_next_run(world: World) -> None:
    simulator, _signed_in = world(creation_polls=10_000)
    task = manage(simulator, **automatic(simulator))
    failed(task, "did not finish", remedy=["Run again"])
    (left,) = connections_named(simulator)
    assert task.result["changed"]
    assert task.result["connection"]["id"] == left.id
    assert left.pending is not None
    left.pending.polls = 1
    simulator.forget()
    again = manage(simulator, **automatic(simulator))
    assert not again.failed, again.result["msg"]
    assert simulator.writes == []
    assert connections_named(simulator) == [left]


def test_a_service_principal_with_a_ready_token_cannot_create_automatically(world: World) -> None:
    """Who is behind a ready token is not known before, so here it is the service that refuses (2.7)."""
    simulator, _signed_in = world()
    automation = next(item for item in simulator.world.callers.values() if item.display_name == "automation")
    before = picture(simulator)
    task = manage(simulator, access_token=simulator.token(automation), **automatic(simulator))
    failed(task, "not supported for this identity type", remedy=["needs a person"])
    assert picture(simulator) == before


def test_federation_is_switched_off(world: World) -> None:
    simulator, signed_in = world(workload_identity_federation=False)
    before = picture(simulator)
    task = manage(simulator, **{**wanted(simulator), **signed_in})
    failed(
        task,
        "Unable to find service connection type 'azurerm' using authentication scheme 'WorkloadIdentityFederation'.",
        remedy=["switched off in this organization"],
    )
    assert picture(simulator) == before
    assert not task.result["changed"]


# -- 8.2 to 8.4: what is made beside the connection is refused -----------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class Row:
    """One error: how it comes about, the sentence, words of the remedy, and whether the connection (and the credential) were made before."""

    who: Who = "application"
    knobs: Options = field(default_factory=dict)
    fault: Options = field(default_factory=dict)
    prepare: Prepare = lambda simulator: None
    sentence: str
    remedy: tuple[str, ...] = ()
    made: tuple[str, ...] = ("the connection",)


def graph_write(status: int, code: str, message: str) -> Options:
    return {"method": "POST", "path": "federatedIdentityCredentials", "times": 0, **azure(status, code, message)}


def arm_write(status: int, code: str, message: str) -> Options:
    return {"method": "PUT", "path": "federatedIdentityCredentials", "times": 0, **azure(status, code, message)}


def role_write(status: int, code: str, message: str) -> Options:
    return {"method": "PUT", "path": "roleAssignments", "times": 0, **azure(status, code, message)}


def fill(simulator: Simulator) -> None:
    """Twenty credentials each: there is no room for one more."""
    directory = simulator.world.directory
    for identity in (directory.application(CLIENT), directory.identities[IDENTITY.lower()]):
        assert identity is not None
        for number in range(20):
            federate(identity, f"github-{number}", "https://token.actions.githubusercontent.com", f"repo:{number}")


def someone_is_writing(simulator: Simulator) -> None:
    simulator.world.busy.add(IDENTITY.lower())


def no_identity(simulator: Simulator) -> None:
    simulator.world.directory.identities.clear()


def no_application(simulator: Simulator) -> None:
    simulator.world.directory.remove_application(CLIENT)


def rights(**changed: str) -> Prepare:
    """Rights of the automation at Graph or Azure."""

    def prepare(simulator: Simulator) -> None:
        automation = next(item for item in simulator.world.callers.values() if item.display_name == "automation")
        for name, value in changed.items():
            setattr(automation, name, value)

    return prepare


BUSY = (
    f"Too many Federated Identity Credentials are written concurrently for the managed identity '{IDENTITY}'. Concurrent Federated Identity "
    "Credentials writes under the same managed identity are not supported."
)
CONCURRENT = "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity"
NAME_TAKEN = "FederatedIdentityCredential with name azdo-x already exists."
PAIR_TAKEN = (
    "The combination of issuer and subject must be unique for the application. Issuer i and Subject: s already exist. "
    "paramName: FederatedIdentityCredentials, objectType: Microsoft.Online.DirectoryServices.Application"
)
NOT_THERE = f"Resource '{CLIENT}' does not exist or one of its queried reference-property objects are not present."
DENIED = "Insufficient privileges to complete the operation."
PAIR_TAKEN_ARM = "Issuer and subject combination already exists for this Managed Identity."
BOTH = ("the connection", "the federated credential")
NOT_FOUND_PRINCIPAL = "Principal 1 does not exist in the directory 2. Check that you have the correct principal ID."

ROWS: dict[str, Row] = {
    # 8.2
    "graph: name exists": Row(fault=graph_write(409, "Request_MultipleObjectsWithSameKeyValue", NAME_TAKEN), sentence=NAME_TAKEN),
    "graph: pair exists": Row(fault=graph_write(400, "InvalidFederatedIdentityCredentialValue", PAIR_TAKEN), sentence=PAIR_TAKEN),
    "graph: no application": Row(
        prepare=no_application, sentence=f"knows no application with the client id {CLIENT}", remedy=("service_principal.client_id",), made=(),
    ),
    "graph: application vanished": Row(
        fault=graph_write(404, "Request_ResourceNotFound", NOT_THERE), sentence=NOT_THERE, remedy=("service_principal.client_id",),
    ),
    "graph: no rights": Row(
        prepare=rights(graph_rights="none"), sentence=DENIED, remedy=("Application.ReadWrite.OwnedBy", "Application.ReadWrite.All"), made=(),
    ),
    "graph: may read and not write": Row(
        fault=graph_write(403, "Authorization_RequestDenied", DENIED), sentence=DENIED,
        remedy=("Application.ReadWrite.OwnedBy", "Application.ReadWrite.All"),
    ),
    "graph: no room": Row(prepare=fill, sentence="has 20 federated credentials, the most", remedy=("Remove one",), made=()),
    "graph: no room since a moment": Row(
        fault=graph_write(403, "Directory_QuotaExceeded", "The application already has 20 federated identity credentials."),
        sentence="already has 20 federated identity credentials", remedy=("Remove one",),
    ),
    # 8.3
    "arm: concurrent": Row(who="identity", fault=arm_write(409, CONCURRENT, BUSY), sentence=BUSY, remedy=("again",)),
    "arm: concurrent, really": Row(who="identity", prepare=someone_is_writing, sentence=BUSY, remedy=("again",)),
    "arm: pair exists": Row(who="identity", fault=arm_write(400, "BadRequest", PAIR_TAKEN_ARM), sentence=PAIR_TAKEN_ARM),
    "arm: audiences": Row(
        who="identity", sentence="must have exactly one audience", remedy=("federated_credential.audience",),
        fault=arm_write(400, "BadRequest", "Federated Identity Credential 'n' must have exactly one audience."),
    ),
    "arm: empty": Row(
        who="identity", sentence="has empty properties",
        fault=arm_write(400, "BadRequest", "Federated Identity Credential 'n' has empty properties."),
    ),
    "arm: name": Row(
        who="identity", sentence="Federated Identity Credential name 'n' is invalid.",
        fault=arm_write(400, "BadRequest", "Federated Identity Credential name 'n' is invalid."),
    ),
    "arm: no identity": Row(
        who="identity", prepare=no_identity, sentence=f"Azure has no managed identity {IDENTITY}", remedy=("managed_identity.resource_id",),
        made=(),
    ),
    "arm: identity vanished": Row(
        who="identity", sentence="was not found", remedy=("managed_identity.resource_id",),
        fault=arm_write(404, "ParentResourceNotFound", "The Resource 'userAssignedIdentities/id-payments' was not found."),
    ),
    "arm: region": Row(
        who="identity", sentence="not enabled in the region", remedy=("region",),
        fault=arm_write(405, "MethodNotAllowed", "Federated Identity Credentials are not enabled in the region 'x'."),
    ),
    "arm: throttled": Row(
        who="identity", sentence="The request is being throttled.", remedy=("again",),
        fault=arm_write(429, "TooManyRequests", "The request is being throttled."),
    ),
    "arm: no rights": Row(
        who="identity", fault=arm_write(403, "AuthorizationFailed", "The client does not have authorization."),
        sentence="does not have authorization", remedy=("Managed Identity Contributor",),
    ),
    "arm: no room": Row(
        who="identity", prepare=fill, sentence="has 20 federated credentials, the most", remedy=("Remove one",), made=(),
    ),
    # 8.4
    "role: principal": Row(
        knobs={"principal_replication_tries": 1_000_000}, sentence="does not exist in the directory", remedy=("again",), made=BOTH,
    ),
    "role: principal, of an identity": Row(
        who="identity", fault=role_write(400, "PrincipalNotFound", NOT_FOUND_PRINCIPAL), sentence=NOT_FOUND_PRINCIPAL, remedy=("again",),
        made=BOTH,
    ),
    "role: update": Row(
        fault=role_write(
            400, "RoleAssignmentUpdateNotPermitted",
            "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
        ),
        sentence="are not allowed to be updated", made=BOTH,
    ),
    "role: no rights": Row(
        prepare=rights(azure_rights="contributor"), sentence="does not have authorization to perform action",
        remedy=("User Access Administrator", "Owner"), made=BOTH,
    ),
}  # fmt: skip


def fail(row: Row, world: World, **more: t.Any) -> tuple[Simulator, list[str], Task]:
    simulator, signed_in = world(**row.knobs)
    row.prepare(simulator)
    if row.fault:
        simulator.fault(**row.fault)
    before = picture(simulator)
    task = manage(simulator, **{**wanted(simulator, row.who), **signed_in, **more})
    return simulator, before, task


@pytest.mark.parametrize("name", ROWS)
def test_what_this_task_made_goes_again(name: str, world: World) -> None:
    row = ROWS[name]
    simulator, before, task = fail(row, world)
    failed(task, row.sentence)
    assert picture(simulator) == before
    # Nothing of it is in the result of a task that failed before it began.
    assert not task.result.get("changed")
    assert task.result.get("connection") is None
    if row.made:
        assert f"Removed again: {', '.join(reversed(row.made))}." in task.result["failure"]["remedy"]
    else:
        assert simulator.writes == []


@pytest.mark.parametrize("name", ["role: no rights", "role: principal, of an identity"])
def test_what_is_not_listed_yet_goes_again_too(name: str, world: World) -> None:
    """Microsoft Graph and Resource Manager do not show at once what was written."""
    row = dataclasses.replace(ROWS[name], knobs={"graph_lag_reads": 9, "arm_lag_reads": 9})
    simulator, before, task = fail(row, world)
    failed(task, row.sentence)
    assert picture(simulator) == before


@pytest.mark.parametrize("name", ROWS)
def test_the_remedy_says_what_a_person_can_do(name: str, world: World) -> None:
    row = ROWS[name]
    _simulator, _before, task = fail(row, world)
    failed(task, remedy=row.remedy)
    # "Removed again" tells what was done, not what to do.
    assert re.sub(r"\s*Removed again: [^.]*\.", "", task.result["failure"]["remedy"]).strip(), task.result["msg"]


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.made])
def test_keep_failed_keeps_what_was_made(name: str, world: World) -> None:
    row = ROWS[name]
    simulator, before, task = fail(row, world, keep_failed=True)
    failed(task, row.sentence, remedy=["keep_failed"])
    (kept,) = connections_named(simulator)
    assert task.result["connection"]["id"] == kept.id
    assert task.result["changed"]
    assert set(before) <= set(picture(simulator))
    assert len(picture(simulator)) == len(before) + len(row.made)
    assert not any(item.method == "DELETE" for item in simulator.writes)


@pytest.mark.parametrize("name", ROWS)
def test_check_mode_never_writes_and_foretells_what_it_can(name: str, world: World) -> None:
    simulator, signed_in = world(**ROWS[name].knobs)
    ROWS[name].prepare(simulator)
    task = manage(simulator, check=True, **{**wanted(simulator, ROWS[name].who), **signed_in})
    assert simulator.writes == []
    assert task.failed is not bool(ROWS[name].made)


# -- 8.2 to 8.4: what passes, or is as good as done ------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("who", "fault"),
    [
        ("application", graph_write(409, "Request_MultipleObjectsWithSameKeyValue", NAME_TAKEN)),
        ("application", graph_write(500, "UnknownError", "")),
        ("identity", arm_write(409, CONCURRENT, BUSY)),
        ("identity", arm_write(429, "TooManyRequests", "The request is being throttled.")),
        ("application", role_write(400, "PrincipalNotFound", NOT_FOUND_PRINCIPAL)),
        ("identity", role_write(429, "TooManyRequests", "The request is being throttled.")),
    ],
)
def test_what_passes_is_tried_again(who: Who, fault: Options, world: World) -> None:
    simulator, signed_in = world()
    undisturbed = undisturbed_picture(simulator, signed_in, who)
    simulator, signed_in = world()
    simulator.fault(**{**fault, "times": 1 if fault["status"] == 409 and who == "application" else 2})
    task = manage(simulator, **{**wanted(simulator, who), **signed_in})
    assert not task.failed, task.result["msg"]
    assert picture(simulator) == undisturbed
    assert task.result["federated_credential"]["state"] == "created"
    assert task.result["role_assignment"]["state"] == "created"


def test_a_principal_that_spreads_slowly(world: World) -> None:
    simulator, signed_in = world(principal_replication_tries=4)
    task = manage(simulator, **{**wanted(simulator), **signed_in})
    assert not task.failed, task.result["msg"]
    assert [item.status for item in simulator.writes if "roleAssignments" in item.path] == [400, 400, 400, 400, 201]
    assert all(
        item.body["properties"]["principalType"] == "ServicePrincipal"
        for item in simulator.writes
        if "roleAss" in item.path
    )


EXISTS = (
    "The role assignment already exists. The ID of the existing role assignment is 0123456789abcdef0123456789abcdef."
)


def test_a_role_that_exists_under_another_id_is_good_and_not_ours(world: World) -> None:
    simulator, signed_in = world()
    simulator.fault(**role_write(409, "RoleAssignmentExists", EXISTS))
    task = manage(simulator, **{**wanted(simulator), **signed_in})
    assert not task.failed, task.result["msg"]
    assert len([item for item in simulator.writes if "roleAssignments" in item.path]) == 1
    assert task.result["role_assignment"]["state"] == "present"


def test_a_role_that_somebody_assigned_before_is_found_and_stays(world: World) -> None:
    """Lists of role assignments lag behind; then the service says that it exists. It is not removed with the rest."""
    simulator, signed_in = world(propagation_tests=1000)
    application = simulator.world.directory.application(CLIENT)
    assert application is not None
    assign(simulator.world.directory, application.service_principal_id, GROUP, "contributor")
    before = picture(simulator)
    simulator.fault(method="GET", path="roleAssignments", status=200, body={"value": []}, times=2)
    task = manage(simulator, **{**wanted(simulator), **signed_in, "verify": "after"})
    failed(task, "ended with federation_failed")
    assert picture(simulator) == before
    assert not any(item.method == "DELETE" and "roleAssignments" in item.path for item in simulator.writes)


def test_a_role_that_another_connection_of_the_identity_made_stays(world: World) -> None:
    """Connections of one identity share the assignment, so its id is the same; a list that lags behind must not make it ours to remove."""
    simulator, signed_in = world()
    first = manage(simulator, **{**wanted(simulator), **signed_in, "name": "azure-first", "shared_with": None})
    assert not first.failed, first.result["msg"]
    simulator.knob(propagation_tests=1000)
    before = picture(simulator)
    simulator.fault(method="GET", path="roleAssignments", status=200, body={"value": []}, times=2)
    task = manage(simulator, **{**wanted(simulator), **signed_in, "verify": "after"})
    failed(task, "ended with federation_failed")
    assert picture(simulator) == before


def test_a_role_that_was_there_is_not_written_and_not_removed(world: World) -> None:
    simulator, signed_in = world(propagation_tests=1000)
    application = simulator.world.directory.application(CLIENT)
    assert application is not None
    assign(simulator.world.directory, application.service_principal_id, GROUP, "contributor")
    before = picture(simulator)
    task = manage(simulator, **{**wanted(simulator), **signed_in, "verify": "after"})
    failed(task, "ended with federation_failed")
    assert picture(simulator) == before
    assert not any("roleAssignments" in item.path for item in simulator.writes)


@pytest.mark.parametrize("who", ["application", "identity"])
def test_a_pair_that_was_there_before_is_used_and_stays(who: Who, world: World) -> None:
    """The subjects of the Azure DevOps issuer hold names, so a credential may be older than its connection."""
    simulator, signed_in = world(issuer="azure_devops")
    directory = simulator.world.directory
    identity = directory.application(CLIENT) if who == "application" else directory.identities[IDENTITY.lower()]
    assert identity is not None
    issuer = f"https://vstoken.dev.azure.com/{simulator.world.organization_id}"
    federate(identity, "older", issuer, "sc://contoso/Payments/azure-new")
    before = picture(simulator)
    task = manage(simulator, **{**wanted(simulator, who), **signed_in})
    assert not task.failed, task.result["msg"]
    assert [item.name for item in identity.credentials] == ["older"]
    assert task.result["federated_credential"]["state"] == "present"
    assert task.result["federated_credential"]["name"] == "older"
    assert set(before) <= set(picture(simulator))


def test_a_pair_that_was_there_before_stays_when_the_rest_is_taken_back(world: World) -> None:
    simulator, signed_in = world(issuer="azure_devops")
    application = simulator.world.directory.application(CLIENT)
    assert application is not None
    federate(
        application,
        "older",
        f"https://vstoken.dev.azure.com/{simulator.world.organization_id}",
        "sc://contoso/Payments/azure-new",
    )
    rights(azure_rights="contributor")(simulator)
    before = picture(simulator)
    task = manage(simulator, **{**wanted(simulator), **signed_in})
    failed(task, "does not have authorization", remedy=["Removed again: the connection."])
    assert picture(simulator) == before


# -- pages and limits of an identity -----------------------------------------------------------------------------------------
def test_the_limit_counts_all_pages(world: World) -> None:
    simulator, signed_in = world(arm_page_size=3)
    fill(simulator)
    task = manage(simulator, **{**wanted(simulator, "identity"), **signed_in})
    failed(task, "'id-payments' has 20 federated credentials", remedy=["Remove one"])
    assert len([item for item in simulator.requests if "federatedIdentityCredentials" in item.path]) == 7


def test_a_credential_on_the_last_page_is_found(world: World) -> None:
    simulator, signed_in = world(arm_page_size=2)
    identity = simulator.world.directory.identities[IDENTITY.lower()]
    for number in range(7):
        federate(identity, f"github-{number}", "https://token.actions.githubusercontent.com", f"repo:{number}")
    options = {**wanted(simulator, "identity"), **signed_in}
    assert not manage(simulator, **options).failed
    simulator.forget()
    again = manage(simulator, **options)
    assert not again.failed
    assert again.result["federated_credential"]["state"] == "present"
    assert simulator.writes == []


def test_two_tasks_with_one_identity_at_the_same_time(world: World) -> None:
    simulator, signed_in = world(latency_ms={"arm": 20})
    start = threading.Barrier(2)
    done: dict[str, Task] = {}

    def run(name: str) -> None:
        start.wait()
        options = {**wanted(simulator, "identity"), "shared_with": None, "name": name, "wait_timeout": 10}
        done[name] = manage(simulator, **options, **signed_in)

    threads = [threading.Thread(target=run, args=(name,)) for name in ("azure-1", "azure-2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [task.failed for task in done.values()] == [False, False], [task.result.get("msg") for task in done.values()]
    identity = simulator.world.directory.identities[IDENTITY.lower()]
    assert len(identity.credentials) == 2
    assert len(simulator.world.directory.assignments_of(identity.principal_id)) == 1


# -- taking back goes wrong itself ---------------------------------------------------------------------------------------------
def refuse_role(simulator: Simulator) -> None:
    simulator.fault(**role_write(403, "AuthorizationFailed", "The client does not have authorization."))


def test_a_connection_whose_removal_ends_in_failure_is_not_called_removed(world: World) -> None:
    """A deletion is accepted first and may fail afterwards (2.11)."""
    simulator, signed_in = world(deletion_failure="The service principal could not be deleted.")
    refuse_role(simulator)
    task = manage(simulator, **{**wanted(simulator), **signed_in})
    assert task.failed
    (left,) = connections_named(simulator)
    assert "Removed again: the federated credential, the connection" not in task.result["msg"]
    assert "could not be deleted" in task.result["msg"]
    assert task.result["connection"]["id"] == left.id


def test_what_could_not_be_taken_back_is_named(world: World) -> None:
    simulator, signed_in = world()
    refuse_role(simulator)
    simulator.fault(
        method="DELETE",
        path="federatedIdentityCredentials",
        times=0,
        **azure(403, "Authorization_RequestDenied", DENIED),
    )
    task = manage(simulator, **{**wanted(simulator), **signed_in})
    failed(
        task,
        "does not have authorization",
        remedy=["Removed again: the connection", "by hand", "the federated credential"],
    )
    assert connections_named(simulator) == []
    # "The connection as it is at the end, null when there is none."
    assert task.result["connection"] is None


def test_a_connection_that_could_not_be_taken_back_is_shown(world: World) -> None:
    simulator, signed_in = world()
    refuse_role(simulator)
    simulator.fault(
        method="DELETE", path="serviceendpoint", times=0, **devops(403, "AccessDeniedException", "Not you.")
    )
    task = manage(simulator, **{**wanted(simulator), **signed_in})
    failed(task, "does not have authorization", remedy=["by hand", "the connection (Not you.)"])
    (left,) = connections_named(simulator)
    assert task.result["connection"]["id"] == left.id
    assert task.result["changed"]


def test_taking_back_waits_for_a_busy_identity(world: World) -> None:
    """8.3: one write for each identity at a time, deletions too; another task may be writing just then."""
    simulator, signed_in = world()
    before = picture(simulator)
    refuse_role(simulator)
    simulator.fault(method="DELETE", path="federatedIdentityCredentials", **azure(409, CONCURRENT, BUSY))
    task = manage(simulator, **{**wanted(simulator, "identity"), **signed_in})
    failed(task, "does not have authorization")
    assert picture(simulator) == before


@pytest.mark.parametrize("path", ["serviceendpoint", "federatedIdentityCredentials"])
@pytest.mark.parametrize("kind", ["429", "reset_before", "reset_after"])
def test_taking_back_survives_a_lost_answer(path: str, kind: str, world: World) -> None:
    simulator, signed_in = world()
    before = picture(simulator)
    refuse_role(simulator)
    disturb(simulator, kind, "DELETE", path)
    task = manage(simulator, **{**wanted(simulator), **signed_in})
    failed(task, "does not have authorization")
    assert picture(simulator) == before


@pytest.mark.parametrize("who", ["application", "identity"])
def test_a_credential_whose_fate_is_not_known_is_taken_back_too(who: Who, world: World) -> None:
    """The answer is lost and the look at it fails: it may be there, and nobody would ever remove it."""
    undisturbed = undisturbed_picture(*world(), who)
    simulator, signed_in = world()
    before = picture(simulator)
    method = "POST" if who == "application" else "PUT"
    simulator.fault(kind="reset_after", method=method, path="federatedIdentityCredentials")
    # The first list is that before the creation.
    simulator.fault(
        method="GET", path="federatedIdentityCredentials", skip=1, **azure(500, "InternalServerError", "Broken.")
    )
    task = manage(simulator, **{**wanted(simulator, who), **signed_in})
    # Going on and taking back are both good ends; half of it is none.
    good = before if task.failed else undisturbed
    assert picture(simulator) == good, task.result.get("msg")


def test_a_role_whose_fate_is_not_known_is_taken_back_too(world: World) -> None:
    undisturbed = undisturbed_picture(*world(), "application")
    simulator, signed_in = world()
    before = picture(simulator)
    simulator.fault(kind="reset_after", method="PUT", path="roleAssignments")
    simulator.fault(method="GET", path="roleAssignments", skip=2, **azure(500, "InternalServerError", "Broken."))
    task = manage(simulator, **{**wanted(simulator), **signed_in})
    # Going on and taking back are both good ends; half of it is none.
    good = before if task.failed else undisturbed
    assert picture(simulator) == good, task.result.get("msg")


# -- lost answers and throttling at every write ----------------------------------------------------------------------------------
WRITES: dict[str, tuple[str, str, int]] = {
    "connection": ("POST", CREATE, 0),
    "credential": ("(POST|PUT)", "federatedIdentityCredentials", 0),
    "role": ("PUT", "roleAssignments", 0),
    "pipelines": ("PATCH", "pipelinepermissions", 0),
    "pipelines of the share": ("PATCH", "pipelinepermissions", 1),
}
KINDS = ("reset_before", "reset_after", "truncated", "cut", "429", "503", "sign-in")
SETTLED = ("pipelines", "pipelines of the share")


def disturb(simulator: Simulator, kind: str, method: str, path: str, *, skip: int = 0, times: int = 1) -> None:
    for verb in re.findall("[A-Z]+", method):
        order: Options = {"method": verb, "path": path, "skip": skip, "times": times}
        if kind.isdigit():
            simulator.fault(status=int(kind), **order)
        elif kind == "sign-in":
            # Twice: after the first a new token is tried.
            simulator.fault(kind="html", **{**order, "times": times and times * 2})
        else:
            simulator.fault(kind=t.cast(t.Any, kind), **order)


def undisturbed_picture(simulator: Simulator, signed_in: Options, who: Who) -> list[str]:
    task = manage(simulator, **{**wanted(simulator, who), **signed_in})
    assert not task.failed, task.result["msg"]
    return picture(simulator)


def run_to_the_end(simulator: Simulator, options: Options) -> Task:
    """As a person does who runs a playbook again after a failure."""
    task = manage(simulator, **options)
    for _again in range(2):
        if not task.failed:
            break
        task = manage(simulator, **options)
    return task


@pytest.mark.sampled(4)
@pytest.mark.parametrize("who", ["application", "identity"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("write", WRITES)
def test_after_a_disturbed_write_it_ends_as_undisturbed(write: str, kind: str, who: Who, world: World) -> None:
    undisturbed = undisturbed_picture(*world(), who)
    simulator, signed_in = world()
    options = {**wanted(simulator, who), **signed_in}
    method, path, skip = WRITES[write]
    disturb(simulator, kind, method, path, skip=skip)
    done = run_to_the_end(simulator, options)
    assert not done.failed, done.result["msg"]
    assert picture(simulator) == undisturbed
    simulator.clear_faults()
    simulator.forget()
    quiet = manage(simulator, **options)
    assert (quiet.failed, quiet.result["changed"]) == (False, False)
    assert simulator.writes == []


@pytest.mark.sampled(4)
@pytest.mark.parametrize("kind", ["429", "reset_after", "truncated"])
@pytest.mark.parametrize("write", WRITES)
def test_one_disturbed_answer_does_not_fail_the_task(write: str, kind: str, world: World) -> None:
    simulator, signed_in = world()
    method, path, skip = WRITES[write]
    disturb(simulator, kind, method, path, skip=skip)
    task = manage(simulator, **{**wanted(simulator), **signed_in})
    assert not task.failed, task.result["msg"]
    assert task.result["changed"]
    assert len([item for item in simulator.writes if item.method == "POST" and "endpoints" in item.path]) == (
        2 if (write, kind) == ("connection", "429") else 1
    )


@pytest.mark.sampled(4)
@pytest.mark.parametrize("kind", ["reset_before", "429", "503", "sign-in"])
@pytest.mark.parametrize("write", WRITES)
def test_a_write_that_never_succeeds(write: str, kind: str, world: World) -> None:
    """Nothing is left, or what works is left and the next run goes on from it."""
    undisturbed = undisturbed_picture(*world(), "application")
    simulator, signed_in = world()
    options = {**wanted(simulator), **signed_in}
    before = picture(simulator)
    method, path, skip = WRITES[write]
    disturb(simulator, kind, method, path, skip=skip, times=0)
    task = manage(simulator, **options)
    failed(task)
    if write not in SETTLED:
        assert picture(simulator) == before
    else:
        assert len(connections_named(simulator)) == 1
        assert task.result["changed"]
        assert task.result["connection"]["id"] == connections_named(simulator)[0].id
    simulator.clear_faults()
    done = manage(simulator, **options)
    assert not done.failed, done.result["msg"]
    assert picture(simulator) == undisturbed


@pytest.mark.parametrize("kind", ["reset_after", "truncated", "cut"])
def test_a_creation_whose_answer_was_lost_is_never_sent_twice(kind: str, world: World) -> None:
    simulator, signed_in = world()
    disturb(simulator, kind, "POST", CREATE, times=0)
    # The service takes its time to show it.
    simulator.fault(method="GET", path=LOOKUP, status=200, body={"count": 0, "value": []}, times=3)
    task = manage(simulator, **{**wanted(simulator), **signed_in})
    assert not task.failed, task.result["msg"]
    assert len(connections_named(simulator)) == 1
    assert len([item for item in simulator.writes if item.method == "POST" and "endpoints" in item.path]) == 1


def test_a_creation_whose_answer_was_lost_and_that_is_not_found(world: World) -> None:
    simulator, _signed_in = world()
    simulator.fault(kind="reset_before", method="POST", path=CREATE)
    task = manage(simulator, **with_key(simulator))
    failed(task, "Whether the connection was created is not known", remedy=["Run again"])
    assert len(simulator.writes) == 1


def test_what_was_found_after_a_lost_answer_is_not_removed(world: World) -> None:
    """It may be another task's."""
    simulator, signed_in = world(propagation_tests=1000)
    simulator.fault(kind="reset_after", method="POST", path=CREATE)
    task = manage(simulator, **{**wanted(simulator), **signed_in, "verify": "after"})
    failed(task, "ended with federation_failed")
    (kept,) = connections_named(simulator)
    assert task.result["connection"]["id"] == kept.id
    assert task.result["changed"]
    assert not any(item.method == "DELETE" for item in simulator.writes)


def test_throttling_with_a_date_to_come_back_is_waited_for(world: World) -> None:
    simulator, signed_in = world()
    simulator.fault(method="POST", path=CREATE, status=429, headers={"Retry-After": "0.2"})
    task = manage(simulator, **{**wanted(simulator), **signed_in})
    assert not task.failed, task.result["msg"]
    posts = [item for item in simulator.requests if item.method == "POST" and "endpoints" in item.path]
    assert [item.status for item in posts] == [429, 200]
    assert posts[1].at - posts[0].at > 0.15


# -- a task that is stopped ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["application", "identity"])
@pytest.mark.parametrize("after", range(1, 6))
def test_a_stopped_task_leaves_what_the_next_run_finishes(
    after: int, who: Who, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    undisturbed = undisturbed_picture(*world(), who)
    simulator, signed_in = world()
    options = {**wanted(simulator, who), **signed_in}
    with monkeypatch.context() as patch:
        original = http.HttpClient._once

        def once(client: http.HttpClient, request: http.Request, authorization: str) -> t.Any:
            found = original(client, request, authorization)
            if len(simulator.writes) == after:
                client._stop.set()
            return found

        patch.setattr(http.HttpClient, "_once", once)
        task = manage(simulator, **options)
    if after < len(WRITES):
        assert task.failed
        assert task.result["failure"]["code"] == "stopped"
        assert "Run it again" in task.result["msg"]
    assert len(simulator.writes) == after
    assert not any(item.method == "DELETE" for item in simulator.writes)
    done = manage(simulator, **options)
    assert not done.failed, done.result["msg"]
    assert picture(simulator) == undisturbed


def test_permissions_of_a_new_connection_that_are_not_found_at_first(world: World) -> None:
    simulator, signed_in = world(permission_delay_calls=3)
    task = manage(simulator, **{**wanted(simulator), **signed_in})
    assert not task.failed, task.result["msg"]
    (made,) = connections_named(simulator)
    assert sorted(made.permissions[simulator.fleet.project("Payments").id].pipelines) == [12]
    assert sorted(made.permissions[simulator.fleet.project("Web Shop").id].pipelines) == [31]


def test_no_error_shows_the_key(world: World) -> None:
    """The service quotes what it was sent; the task's key is known as a secret before the first request."""
    simulator, _signed_in = world()
    simulator.fault(method="POST", path=CREATE, **devops(500, "ServiceEndpointException", f"Bad value {KEY}."))
    task = manage(simulator, **with_key(simulator))
    assert task.failed
    assert KEY in task.runtime.secrets


# -- what hides behind an undo -----------------------------------------------------------------------------------------
def test_require_keeps_a_new_connection_for_whoever_writes_the_credential(world: World) -> None:
    simulator, signed_in = world()
    task = manage(simulator, **{**wanted(simulator), **signed_in, "federated_credential": {"mode": "require"}})
    failed(task, "has no federated credential for issuer")
    (kept,) = connections_named(simulator)
    assert task.result["connection"]["id"] == kept.id
    assert task.result["changed"]
    assert task.result["failure"]["details"]["subject"] == kept.subject
    assert task.result["federated_credential"]["state"] == "missing"
    assert not any("federatedIdentityCredentials" in item.path or item.method == "DELETE" for item in simulator.writes)


@pytest.mark.parametrize("check", [True, False])
def test_a_role_that_does_not_exist_is_noticed_before_the_creation(check: bool, world: World) -> None:
    simulator, signed_in = world()
    task = manage(
        simulator, check=check, **{**wanted(simulator), **signed_in, "role_assignment": {"role": "No such role"}}
    )
    failed(task, "Azure has no role of that name")
    assert simulator.writes == []


def test_what_cannot_be_read_is_not_removed(world: World) -> None:
    simulator, _signed_in = world(creation_polls=10_000)
    simulator.fault(method="GET", path=LOOKUP, skip=1, times=0, status=403)
    task = manage(simulator, **automatic(simulator))
    failed(task, "did not finish")
    (left,) = connections_named(simulator)
    assert task.result["connection"]["id"] == left.id
    assert not any(item.method == "DELETE" for item in simulator.writes)


def test_a_task_that_is_stopped_takes_nothing_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    simulator, signed_in = world()
    refuse_role(simulator)
    original = http.HttpClient._once

    def once(client: http.HttpClient, request: http.Request, authorization: str) -> t.Any:
        try:
            return original(client, request, authorization)
        finally:
            if any("roleAssignments" in item.path for item in simulator.writes):
                client._stop.set()

    monkeypatch.setattr(http.HttpClient, "_once", once)
    task = manage(simulator, **{**wanted(simulator), **signed_in})
    assert task.result["failure"]["code"] == "stopped", task.result["msg"]
    assert not any(item.method == "DELETE" for item in simulator.writes)


def test_no_room_for_the_credential_of_a_connection_that_exists(world: World) -> None:
    simulator, signed_in = world()
    options = {**wanted(simulator), **signed_in}
    assert not manage(simulator, **{**options, "federated_credential": {"mode": "skip"}}).failed
    fill(simulator)
    simulator.forget()
    failed(manage(simulator, **options), "has 20 federated credentials", remedy=["Remove one"])
    assert simulator.writes == []


@pytest.mark.parametrize(
    ("method", "path", "who"),
    [
        ("PUT", "roleAssignments", "application"),
        ("POST", "federatedIdentityCredentials", "application"),
        ("PUT", "federatedIdentityCredentials", "identity"),
    ],
)
def test_a_write_whose_answer_was_lost_is_looked_at_and_not_sent_again(
    method: str, path: str, who: Who, world: World
) -> None:
    simulator, signed_in = world()
    simulator.fault(kind="reset_after", method=method, path=path)
    task = manage(simulator, **{**wanted(simulator, who), **signed_in})
    assert not task.failed, task.result["msg"]
    assert len([item for item in simulator.writes if path in item.path]) == 1
    assert task.result["role_assignment"]["state"] == "created"
    assert task.result["federated_credential"]["state"] == "created"


@pytest.mark.parametrize(
    ("name", "role_id", "sentence"),
    [
        ("Contributor", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "could hand out rights"),
        ("Contributor (preview)", "acdd72a7-3385-48ef-bd42-f606fba81ae7", "no role of that name"),
    ],
)
def test_the_role_that_azure_names_is_checked(name: str, role_id: str, sentence: str, world: World) -> None:
    simulator, signed_in = world()
    found = {"id": f"/x/roleDefinitions/{role_id}", "properties": {"roleName": name}}
    simulator.fault(method="GET", path="roleDefinitions", status=200, body={"value": [found]})
    failed(manage(simulator, **{**wanted(simulator), **signed_in}), sentence)
    assert simulator.writes == []


def test_a_name_that_exists_is_looked_at_once(world: World) -> None:
    simulator, _before, task = fail(ROWS["graph: name exists"], world)
    assert task.failed
    assert len([item for item in simulator.writes if item.method == "POST" and "federated" in item.path]) == 2


def test_a_quote_in_the_name_of_a_role(world: World) -> None:
    simulator, signed_in = world()
    manage(simulator, **{**wanted(simulator), **signed_in, "role_assignment": {"role": "O'Brien's role"}})
    [asked] = [item for item in simulator.requests if "roleDefinitions" in item.path]
    assert asked.query["$filter"] == "roleName eq 'O''Brien''s role'"
