# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``state: absent`` of azdo_arm_connection: what this collection made goes, everything else stays, and what went too early comes back.

Of the writes that something happens to, each in every way, one in four combinations is run, so that each value is there; `make test-all` runs them all.
"""

from __future__ import annotations

import dataclasses
import typing as t
from dataclasses import dataclass

import pytest
import yaml
from ansible_collections.azdo.connections.plugins.module_utils._model import role_assignment
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_devops import AzureDevOps
from ansible_collections.azdo.connections.plugins.module_utils._run.runtime import Shared
from ansible_collections.azdo.connections.plugins.modules import azdo_arm_connection

from simulator import Fleet, Simulator, graph, identity_fleet
from simulator.directory import (
    ROLE_DEFINITIONS,
    Application,
    FederatedCredential,
    Identity,
    ManagedIdentity,
    RoleAssignment,
)
from simulator.federation import pair
from simulator.state import Connection, Pending, Project
from unit.plugins._helpers.arm import CLIENT, KEY, PEM, SUBSCRIPTION, Person, arm_fleet, person
from unit.plugins._helpers.tasks import Task, manage

Simulate = t.Callable[..., Simulator]
Options = dict[str, t.Any]
Kind = t.Literal["application", "managed identity"]

KINDS: tuple[Kind, ...] = ("application", "managed identity")
IDENTITIES = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-identities/providers/Microsoft.ManagedIdentity/userAssignedIdentities"
IDENTITY = f"{IDENTITIES}/id-payments"
SCOPE = {
    "subscription_id": SUBSCRIPTION,
    "subscription_name": "Contoso Production",
    "resource_group": "rg-payments",
}
READER: Options = {"role_assignment": {"role": "Reader"}}
# A refusal that is a decision of the service, not an accident in it.
REFUSED = {
    "$id": "1",
    "message": "The service connection is protected.",
    "typeKey": "ServiceEndpointException",
    "errorCode": 0,
}
DELETION = "/_apis/serviceendpoint/endpoints/"


@dataclass
class Scene:
    """A simulator, and somebody who makes and removes the connection ``azure-new`` of Payments."""

    simulator: Simulator
    signed_in: Options
    options: Options

    @property
    def world(self) -> t.Any:
        return self.simulator.world

    @property
    def identity(self) -> Identity:
        if "managed_identity" in self.options:
            return t.cast(ManagedIdentity, self.world.directory.identities[IDENTITY.lower()])
        return t.cast(Application, self.world.directory.application(CLIENT))

    @property
    def credentials(self) -> list[FederatedCredential]:
        return list(self.identity.credentials)

    @property
    def roles(self) -> list[RoleAssignment]:
        return list(self.world.directory.assignments_of(identity_fleet.principal_of(self.identity)))

    @property
    def writes(self) -> list[str]:
        """What was changed, in order: method and the last words of the path."""
        return [f"{item.method} {_short(item.path)}" for item in self.simulator.writes]

    def make(self, **options: t.Any) -> Connection:
        """Create it with the module itself, and forget the requests."""
        task = manage(self.simulator, **{**self.options, **self.signed_in, **options})
        assert not task.failed, task.result["msg"]
        made = self.simulator.connection(task.result["connection"]["id"])
        assert made is not None
        self.simulator.forget()
        return made

    def remove(self, **options: t.Any) -> Task:
        """The task that made it, with state absent."""
        return manage(self.simulator, **{**self.options, **self.signed_in, "state": "absent", **options})

    def named(self, **options: t.Any) -> Task:
        """A task that says no more than project and name, as most people write it."""
        where = {name: self.options[name] for name in ("project", "name")}
        return manage(self.simulator, **{**where, **self.signed_in, "state": "absent", **options})

    def stays(self, connection: Connection) -> bool:
        return self.simulator.connection(connection.id) is not None


def _short(path: str) -> str:
    kinds = {
        "federatedIdentityCredentials": "credential",
        "roleAssignments": "role",
        "serviceendpoint/endpoints": "connection",
    }
    return next(short for long, short in kinds.items() if long in path)


Stage = t.Callable[..., Scene]


@pytest.fixture
def stage(simulate: Simulate, monkeypatch: pytest.MonkeyPatch) -> Stage:
    def build(
        kind: Kind = "application", *, fleet: Fleet | None = None, who: Person = "person", **knobs: t.Any
    ) -> Scene:
        fleet = fleet or arm_fleet()
        simulator = simulate(fleet, **knobs)
        identity: Options = {"managed_identity": {"resource_id": IDENTITY}}
        if kind == "application":
            identity = {"service_principal": {"tenant_id": fleet.tenant_id, "client_id": CLIENT}}
        options = {"project": "Payments", "name": "azure-new", "scope": SCOPE, **identity}
        return Scene(simulator, person(simulator, who, monkeypatch), options)

    return build


def azure(simulator: Simulator) -> set[tuple[str, ...]]:
    """Everything in Entra and Azure that a removal could touch, comparable before and after."""
    directory = simulator.world.directory
    found: set[tuple[str, ...]] = set()
    identities: list[Identity] = [*directory.applications.values(), *directory.identities.values()]
    for identity in identities:
        client = identity.app_id if isinstance(identity, Application) else identity.client_id
        found.add(("identity", client))
        found |= {
            ("credential", client, item.name, item.issuer, item.subject, *item.audiences, item.description)
            for item in identity.credentials
        }
        if isinstance(identity, Application):
            found |= {("password", client, item.key_id) for item in identity.passwords}
    return found | {
        ("role", item.scope, item.name, item.role_definition_id, item.principal_id)
        for item in directory.assignments.values()
    }


def devops(simulator: Simulator) -> dict[str, list[tuple[str, str]]]:
    """Every connection with its projects and its names there."""
    return {
        key: [(item.project.name, item.name) for item in connection.references]
        for key, connection in simulator.world.connections.items()
    }


def project(scene: Scene, name: str) -> Project:
    return t.cast(Project, scene.world.find_project(name))


# -- exactly what the creation made ------------------------------------------------------------------------------------
def methods(tenant: str) -> dict[str, tuple[Options, bool]]:
    """Every method, and whether it takes a role from us."""
    wif, secret = {"scheme": "workload_identity_federation"}, {"scheme": "service_principal"}
    known = {"tenant_id": tenant, "client_id": CLIENT}
    return {
        "automatic": ({**wif, "creation_mode": "automatic", "service_principal": {"tenant_id": tenant}}, False),
        "automatic, managed identity": (
            {**wif, "creation_mode": "automatic", "managed_identity": {"resource_id": IDENTITY}},
            False,
        ),
        "manual": ({**wif, "creation_mode": "manual", "service_principal": known}, True),
        "manual, managed identity": (
            {**wif, "creation_mode": "manual", "managed_identity": {"resource_id": IDENTITY}},
            True,
        ),
        "automatic secret": (
            {**secret, "creation_mode": "automatic", "service_principal": {"tenant_id": tenant}},
            False,
        ),
        "key": ({**secret, "creation_mode": "manual", "service_principal": {**known, "key": KEY}}, True),
        "certificate": (
            {**secret, "creation_mode": "manual", "service_principal": {**known, "certificate": PEM}},
            True,
        ),
        "agent": ({"scheme": "managed_identity", "managed_identity": {"tenant_id": tenant}}, False),
        "publish profile": (
            {
                "scheme": "publish_profile",
                "service_principal": {"tenant_id": tenant},
                "publish_profile": f'<publishData><publishProfile userPWD="{KEY}"/></publishData>',
                "web_app_id": f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-web/providers/Microsoft.Web/sites/payments",
            },
            False,
        ),
    }


METHODS = tuple(methods(""))
CALLERS: tuple[Person, ...] = ("person", "service principal")
POSSIBLE = [
    (method, who) for method in METHODS for who in CALLERS if who == "person" or not method.startswith("automatic")
]
ELSEWHERE = "azdo-00000000-0000-4000-8000-000000000000-0123abcd"


def crowded(fleet: Fleet) -> Fleet:
    """Both identities have credentials and roles of others already, with names and places as near to ours as possible."""
    directory = fleet.world.directory
    for identity in (fleet.application(CLIENT), fleet.managed_identity("id-payments", subscription_id=SUBSCRIPTION)):
        identity_fleet.federate(identity, "github", "https://token.actions.githubusercontent.com", "repo:contoso/shop")
        identity_fleet.federate(identity, ELSEWHERE, "https://vstoken.dev.azure.com/1", "sc://other/other/other")
        principal = identity_fleet.principal_of(identity)
        for scope in (f"/subscriptions/{SUBSCRIPTION}", f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-payments"):
            identity_fleet.assign(directory, principal, scope, "Contributor")
    return fleet


@pytest.mark.parametrize(("method", "who"), POSSIBLE)
def test_absent_takes_away_what_the_creation_made_and_nothing_that_was_there_before(
    method: str, who: Person, stage: Stage
) -> None:
    scene = stage(fleet=crowded(arm_fleet()), who=who)
    simulator = scene.simulator
    options, takes_role = methods(simulator.fleet.tenant_id)[method]
    scope = {key: SCOPE[key] for key in ("subscription_id", "subscription_name")}
    task = {"project": "Payments", "name": "azure-new", "scope": scope, **options, **scene.signed_in}
    task |= READER if takes_role else {}
    before, others = azure(simulator), devops(simulator)
    made = manage(simulator, **task)
    assert not made.failed, made.result["msg"]
    mid = azure(simulator)
    assert (mid > before) == (takes_role or method.startswith("automatic"))
    assert len(devops(simulator)) == len(others) + 1
    simulator.forget()
    check = manage(simulator, check=True, **{**task, "state": "absent"})
    assert check.result["changed"]
    assert simulator.writes == []
    gone = manage(simulator, **{**task, "state": "absent"})
    assert not gone.failed, gone.result["msg"]
    assert gone.result["changed"]
    assert gone.result["diff"] == check.result["diff"]
    assert gone.result["connection"] is None
    assert devops(simulator) == others
    # What Azure DevOps made in Entra for an automatic connection is only taken along on demand (delete_identity).
    assert azure(simulator) == (mid if method.startswith("automatic") else before)
    simulator.forget()
    for checking in (True, False):
        again = manage(simulator, check=checking, **{**task, "state": "absent"})
        assert not again.failed
        assert not again.result["changed"]
        assert again.runtime.warnings == []
    assert simulator.writes == []


@pytest.mark.parametrize("who", CALLERS)
@pytest.mark.parametrize("kind", KINDS)
def test_name_and_project_are_enough_to_find_what_was_made(kind: Kind, who: Person, stage: Stage) -> None:
    scene = stage(kind, fleet=crowded(arm_fleet()), who=who, arm_page_size=1)
    before = azure(scene.simulator)
    made = scene.make(**READER)
    gone = scene.named()
    assert not gone.failed, gone.result["msg"]
    assert gone.runtime.warnings == []
    assert not scene.stays(made)
    assert azure(scene.simulator) == before
    assert sorted(scene.writes) == ["DELETE connection", "DELETE credential", "DELETE role"]
    assert scene.writes[-1] == "DELETE connection"


def test_the_id_is_enough_and_in_any_case(stage: Stage) -> None:
    scene = stage()
    before = azure(scene.simulator)
    made = scene.make()
    gone = manage(scene.simulator, project="Payments", id=made.id.upper(), state="absent", **scene.signed_in)
    assert gone.result["changed"]
    assert not scene.stays(made)
    assert azure(scene.simulator) == before


@pytest.mark.parametrize("kind", KINDS)
def test_a_credential_with_our_pair_but_a_foreign_name_stays(kind: Kind, stage: Stage) -> None:
    scene = stage(kind)
    made = scene.make(federated_credential={"mode": "skip"})
    identity_fleet.federate(scene.identity, "by-hand", str(made.issuer), str(made.subject))
    # Adopted by a later task, which finds its pair there and writes nothing.
    adopted = manage(scene.simulator, **scene.options, **scene.signed_in)
    assert adopted.result["federated_credential"]["state"] == "present"
    gone = scene.remove()
    assert gone.result["changed"]
    assert not scene.stays(made)
    assert [item.name for item in scene.credentials] == ["by-hand"]
    assert scene.writes == ["DELETE connection"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_credential_with_our_name_but_another_pair_stays(kind: Kind, stage: Stage) -> None:
    scene = stage(kind)
    made = scene.make()
    ours = scene.identity.credentials[0]
    scene.identity.credentials[0] = dataclasses.replace(ours, subject="repo:contoso/somebody-took-the-name")
    gone = scene.remove()
    assert gone.result["changed"]
    assert not scene.stays(made)
    assert [item.name for item in scene.credentials] == [ours.name]


@pytest.mark.parametrize("kind", KINDS)
def test_the_credential_of_another_connection_with_the_same_identity_stays(kind: Kind, stage: Stage) -> None:
    scene = stage(kind)
    first = scene.make()
    second = scene.make(project="Web Shop", name="shop-new")
    gone = scene.remove()
    assert gone.result["changed"]
    assert not scene.stays(first)
    assert [item.subject for item in scene.credentials] == [second.subject]


@pytest.mark.parametrize("kind", KINDS)
def test_both_credentials_of_ours_go_after_the_issuer_has_changed(kind: Kind, stage: Stage) -> None:
    scene = stage(kind, issuer="azure_devops")
    before = azure(scene.simulator)
    made = scene.make()
    # As an issuer migration leaves it: the old credential stays, and a run of the module writes the new one.
    new_pair = pair(scene.world, made, "entra")
    made.parameters["workloadIdentityFederationIssuer"], made.parameters["workloadIdentityFederationSubject"] = new_pair
    assert manage(scene.simulator, **scene.options, **scene.signed_in).result["changed"]
    assert len(scene.credentials) == 2
    assert scene.remove().result["changed"]
    assert azure(scene.simulator) == before


@pytest.mark.parametrize("kind", KINDS)
def test_a_role_that_was_assigned_before_stays(kind: Kind, stage: Stage) -> None:
    scene = stage(kind)
    where = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-payments"
    principal = identity_fleet.principal_of(scene.identity)
    known = identity_fleet.assign(scene.world.directory, principal, where, "Reader")
    made = scene.make(**READER)
    gone = scene.remove(**READER)
    assert gone.result["changed"]
    assert gone.runtime.warnings == []
    assert not scene.stays(made)
    assert scene.roles == [known]
    assert scene.writes == ["DELETE credential", "DELETE connection"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_role_at_a_place_of_its_own_goes_if_the_task_names_the_place(kind: Kind, stage: Stage) -> None:
    scene = stage(kind)
    before = azure(scene.simulator)
    role = {"role_assignment": {"role": "Contributor", "scope": f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-dns"}}
    scene.make(**role)
    assert scene.remove(**role).result["changed"]
    assert azure(scene.simulator) == before


@pytest.mark.parametrize("kind", KINDS)
def test_a_role_that_another_connection_of_the_identity_uses_stays_with_a_warning_until_the_last_one_goes(
    kind: Kind, stage: Stage
) -> None:
    scene = stage(kind)
    before = azure(scene.simulator)
    first = scene.make(**READER)
    other = {"project": "Web Shop", "name": "shop-new"}
    second = scene.make(**READER, **other)
    [role] = scene.roles
    for checking in (True, False):
        gone = scene.remove(check=checking, **READER)
        assert gone.result["changed"]
        [warning] = gone.runtime.warnings
        assert "stays" in warning
        assert "other connections use it" in warning
        assert role.name in warning
    assert not scene.stays(first)
    assert scene.stays(second)
    assert scene.roles == [role]
    last = scene.remove(**READER, **other)
    assert last.runtime.warnings == []
    assert azure(scene.simulator) == before


def test_a_role_stays_when_a_project_cannot_be_read_that_might_use_the_identity(stage: Stage) -> None:
    scene = stage()
    made = scene.make(**READER)
    shop = project(scene, "Web Shop")
    scene.simulator.fault(method="GET", path=f"{shop.id}{DELETION[:-1]}", times=0, status=403, body=REFUSED)
    gone = scene.remove()
    assert gone.result["changed"]
    assert "may use it where this caller cannot see them" in gone.runtime.warnings[0]
    assert not scene.stays(made)
    assert len(scene.roles) == 1
    assert scene.credentials == []


def test_another_managed_identity_named_by_mistake_keeps_its_role(stage: Stage) -> None:
    """A role is the other identity's, however it came there: the connection that goes does not use it."""
    scene = stage("managed identity")
    scene.simulator.fleet.managed_identity("id-shop", subscription_id=SUBSCRIPTION)
    scene.make(**READER)
    other = {"managed_identity": {"resource_id": f"{IDENTITIES}/id-shop"}}
    shop = scene.make(project="Web Shop", name="shop-new", **other, **READER)
    principal = scene.world.directory.identities[f"{IDENTITIES}/id-shop".lower()].principal_id
    theirs = {item for item in azure(scene.simulator) if item[0] == "role" and item[-1] == principal}
    scene.remove(**other)
    assert scene.stays(shop)
    assert theirs
    assert theirs <= azure(scene.simulator)


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_made_does_not_stay_in_silence_when_the_task_names_another_identity(kind: Kind, stage: Stage) -> None:
    scene = stage(kind)
    scene.simulator.fleet.managed_identity("id-shop", subscription_id=SUBSCRIPTION)
    scene.make()
    [credential] = scene.credentials
    identity = {"service_principal": None, "managed_identity": {"resource_id": f"{IDENTITIES}/id-shop"}}
    task = scene.remove(**identity)
    assert task.failed or task.runtime.warnings or credential not in scene.credentials


def test_a_role_that_was_made_for_the_connections_of_another_organization_stays(stage: Stage) -> None:
    scene = stage()
    made = scene.make()
    where = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-payments"
    principal = identity_fleet.principal_of(scene.identity)
    definition = identity_fleet.role_definition_id(where, ROLE_DEFINITIONS["reader"])
    name = role_assignment.our_name("5a1d2c3b-0000-4000-8000-0000000000ee", where, definition, principal)
    theirs = scene.world.directory.assign(RoleAssignment(name, where, definition, principal))
    assert scene.named().result["changed"]
    assert not scene.stays(made)
    assert scene.roles == [theirs]


SUBSCRIBED = {key: SCOPE[key] for key in ("subscription_id", "subscription_name")}


@pytest.mark.parametrize(
    "scope",
    [
        SUBSCRIBED,
        {"management_group_id": "mg-platform", "management_group_name": "Platform"},
        {
            **SUBSCRIBED,
            "level": "ml_workspace",
            "resource_group": "rg-research",
            "ml_workspace_name": "mlw-research",
            "ml_workspace_location": "westeurope",
        },
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_the_role_is_found_at_every_level_of_scope(kind: Kind, scope: Options, stage: Stage) -> None:
    scene = stage(kind)
    before = azure(scene.simulator)
    scene.make(scope=scope, **READER)
    gone = scene.remove(scope=scope)
    assert gone.runtime.warnings == []
    assert azure(scene.simulator) == before


def test_rights_in_graph_alone_are_enough_for_the_credential(stage: Stage) -> None:
    """Without a role the module never needed Azure Resource Manager to create it, so it must not need it to remove it."""
    scene = stage()
    before = azure(scene.simulator)
    made = scene.make()
    denied = {"error": {"code": "AuthorizationFailed", "message": "does not have authorization to perform action"}}
    scene.simulator.fault(method="GET", path="/roleAssignments", times=0, status=403, body=denied)
    gone = scene.remove()
    assert gone.result["changed"]
    assert not scene.stays(made)
    assert azure(scene.simulator) == before


# -- what is not looked at, or cannot be ------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", KINDS)
def test_mode_skip_leaves_the_credential_without_a_word(kind: Kind, stage: Stage) -> None:
    scene = stage(kind)
    made = scene.make()
    kept = scene.credentials
    gone = scene.remove(federated_credential={"mode": "skip"})
    assert gone.result["changed"]
    assert gone.runtime.warnings == []
    assert not scene.stays(made)
    assert scene.credentials == kept
    assert not [item for item in scene.simulator.requests if "federatedIdentityCredentials" in item.path]


def test_mode_skip_with_a_role_removes_the_role_only(stage: Stage) -> None:
    scene = stage()
    scene.make(**READER)
    kept = scene.credentials
    scene.remove(federated_credential={"mode": "skip"}, **READER)
    assert scene.credentials == kept
    assert scene.roles == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", ["personal_access_token", "access_token"])
def test_a_sign_in_for_azure_devops_only_says_what_stays_behind(way: str, kind: Kind, stage: Stage) -> None:
    scene = stage(kind)
    made = scene.make()
    kept = scene.credentials
    token = scene.simulator.pat if way == "personal_access_token" else scene.simulator.token()
    for checking in (True, False):
        gone = manage(
            scene.simulator, check=checking, project="Payments", name="azure-new", state="absent", **{way: token}
        )
        assert gone.result["changed"]
        [warning] = gone.runtime.warnings
        for part in (str(made.issuer), str(made.subject), made.parameter("serviceprincipalid"), "stays"):
            assert part in warning
    assert not scene.stays(made)
    assert scene.credentials == kept
    assert scene.writes == ["DELETE connection"]


def test_a_sign_in_for_azure_devops_only_with_mode_skip_is_quiet(stage: Stage) -> None:
    scene = stage()
    scene.make()
    options = {"project": "Payments", "name": "azure-new", "state": "absent", "federated_credential": {"mode": "skip"}}
    gone = manage(scene.simulator, **options)
    assert gone.result["changed"]
    assert gone.runtime.warnings == []


def test_a_role_that_the_task_names_does_not_stay_in_silence_when_the_sign_in_cannot_reach_azure(stage: Stage) -> None:
    scene = stage()
    known = {"tenant_id": scene.simulator.fleet.tenant_id, "client_id": CLIENT, "key": KEY}
    scene.make(scheme="service_principal", creation_mode="manual", service_principal=known, **READER)
    assert len(scene.roles) == 1
    gone = manage(scene.simulator, project="Payments", name="azure-new", state="absent", **READER)
    said = " ".join([*gone.runtime.warnings, gone.result.get("msg", "")])
    assert "role" in said


@pytest.mark.parametrize("rights", ["none", "owned"])
def test_a_caller_without_rights_in_graph_removes_the_connection_and_is_told_what_stays(
    rights: t.Any, stage: Stage
) -> None:
    scene = stage()
    made = scene.make()
    kept = scene.credentials
    scene.simulator.fleet.user.graph_rights = rights
    for checking in (True, False):
        gone = scene.named(check=checking)
        assert gone.result["changed"]
        [warning] = gone.runtime.warnings
        assert "stays there" in warning
        assert "Insufficient privileges" in warning
    assert not scene.stays(made)
    assert scene.credentials == kept


def test_an_owner_of_the_application_needs_no_more_rights_in_graph(stage: Stage) -> None:
    scene = stage()
    before = azure(scene.simulator)
    scene.make()
    user = scene.simulator.fleet.user
    user.graph_rights = "owned"
    t.cast(Application, scene.identity).owners.add(user.object_id)
    gone = scene.named()
    assert gone.runtime.warnings == []
    assert azure(scene.simulator) == before


def test_a_managed_identity_of_another_subscription_is_found_where_it_can_be_read(stage: Stage) -> None:
    """Its role must not stay behind."""
    scene = stage("managed identity")
    elsewhere = {**SCOPE, "subscription_id": "5a1d2c3b-0000-4000-8000-000000000099"}
    before = azure(scene.simulator)
    scene.make(scope=elsewhere)
    assert azure(scene.simulator) != before
    gone = scene.named()
    assert gone.runtime.warnings == []
    assert azure(scene.simulator) == before


def test_where_it_cannot_be_read_its_id_is_asked_for(stage: Stage) -> None:
    scene = stage("managed identity")
    elsewhere = {**SCOPE, "subscription_id": "5a1d2c3b-0000-4000-8000-000000000099"}
    before = azure(scene.simulator)
    scene.make(scope=elsewhere)
    kept = azure(scene.simulator)
    for path in ("servicePrincipals", r"/subscriptions\?"):
        denied = {"error": {"code": "AuthorizationFailed", "message": "No."}}
        scene.simulator.fault(path=path, times=0, status=403, body=denied)
    foretold = scene.named(check=True)
    [warning] = foretold.runtime.warnings
    assert "managed_identity.resource_id would name it" in warning
    assert azure(scene.simulator) == kept
    scene.simulator.clear_faults()
    gone = scene.remove(scope=elsewhere)
    assert gone.runtime.warnings == []
    assert azure(scene.simulator) == before


def test_an_application_that_is_gone_already_is_no_obstacle(stage: Stage) -> None:
    scene = stage()
    made = scene.make()
    scene.world.directory.remove_application(CLIENT)
    gone = scene.named()
    assert not gone.failed, gone.result["msg"]
    assert not scene.stays(made)


# -- check mode and diff ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", KINDS)
def test_check_mode_sends_no_write_and_foretells_every_removal(kind: Kind, stage: Stage) -> None:
    scene = stage(kind)
    made = scene.make(**READER)
    [credential], [role] = scene.credentials, scene.roles
    before = azure(scene.simulator)
    check = scene.named(check=True)
    assert check.result["changed"]
    assert scene.writes == []
    assert scene.stays(made)
    assert azure(scene.simulator) == before
    diff = check.result["diff"]
    for part in ("azure-new", made.id, credential.name, str(made.subject), role.name, "rg-payments"):
        assert part in diff["before"]
    assert diff["after"] == ""
    assert "contoso / Payments / azure-new" in diff["before_header"]


def test_the_result_has_every_key_that_the_documentation_promises(stage: Stage) -> None:
    scene = stage()
    scene.make()
    documented = yaml.safe_load(azdo_arm_connection.RETURN)
    promised = {key for key, value in documented.items() if value["returned"].startswith("always")}
    assert "connection" in promised
    gone = scene.remove()
    assert promised <= gone.result.keys()
    assert promised <= scene.remove().result.keys()


# -- not there, or not ours -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("shape", ["null", "empty", "404"])
@pytest.mark.parametrize("checking", [True, False])
def test_what_is_not_there_is_as_it_should_be(shape: str, checking: bool, stage: Stage) -> None:
    scene = stage(missing_connection=shape)
    unknown = "5a1d2c3b-0000-4000-8000-0000000000ff"
    for options in ({"name": "nobody"}, {"id": unknown}, {"id": unknown, "name": "nobody", "delete_identity": True}):
        gone = manage(scene.simulator, check=checking, project="Payments", state="absent", **options, **scene.signed_in)
        assert not gone.failed, gone.result["msg"]
        assert not gone.result["changed"]
        assert gone.result["connection"] is None
    assert scene.writes == []


def test_the_connection_of_another_project_is_not_there(stage: Stage) -> None:
    scene = stage()
    shop_old = next(iter(project(scene, "Web Shop").connections.values()))
    for options in ({"name": "shop-old"}, {"id": shop_old.id}):
        gone = manage(scene.simulator, project="Payments", state="absent", **options, **scene.signed_in)
        assert not gone.result["changed"]
    assert scene.stays(shop_old)
    assert scene.writes == []


def test_an_unknown_project_is_an_error_and_not_an_absent_connection(stage: Stage) -> None:
    scene = stage()
    task = scene.named(project="Paymnets")
    assert task.failed
    assert "'Paymnets'" in task.result["msg"]
    assert "Check the spelling" in task.result["failure"]["remedy"]
    assert scene.writes == []


def test_a_name_with_a_comma_is_one_name(stage: Stage) -> None:
    fleet = arm_fleet()
    payments = fleet.project("Payments")
    kept = [fleet.connection(payments, name) for name in ("azure", "prod")]
    wanted = fleet.connection(payments, "azure,prod")
    scene = stage(fleet=fleet)
    assert scene.named(name="azure,prod").result["changed"]
    assert not scene.stays(wanted)
    assert all(map(scene.stays, kept))


@pytest.mark.parametrize("by", ["name", "id"])
def test_another_type_of_connection_is_never_removed(by: str, stage: Stage) -> None:
    fleet = arm_fleet()
    other = fleet.connection(fleet.project("Payments"), "github", type="github", scheme="Token", creation_mode=None)
    scene = stage(fleet=fleet)
    options = {"name": "github"} if by == "name" else {"id": other.id}
    task = manage(scene.simulator, project="Payments", state="absent", **options, **scene.signed_in)
    assert task.failed
    assert "of the type github" in task.result["msg"]
    assert task.result["failure"]["remedy"]
    assert scene.writes == []
    assert scene.stays(other)


@pytest.mark.parametrize("checking", [True, False])
def test_a_partial_object_is_never_removed(checking: bool, stage: Stage) -> None:
    fleet = arm_fleet()
    partial = fleet.connection(fleet.project("Payments"), "hidden", partial=True)
    scene = stage(fleet=fleet)
    task = manage(scene.simulator, check=checking, project="Payments", id=partial.id, state="absent", **scene.signed_in)
    assert task.failed
    assert task.result["failure"]["code"] == "not_permitted"
    assert "Only a part of the connection is visible" in task.result["msg"]
    assert "Administrator" in task.result["failure"]["remedy"]
    assert scene.writes == []
    assert scene.stays(partial)


def test_an_answer_that_hides_its_shares_is_no_proof_that_there_are_none(stage: Stage) -> None:
    """A connection that says it is shared, but not with whom, could be taken from projects nobody thought of."""
    scene = stage()
    made = scene.make()
    raw = {
        "id": made.id,
        "name": made.name,
        "type": "azurerm",
        "data": dict(made.data),
        "authorization": {"scheme": made.scheme, "parameters": dict(made.parameters)},
        "isShared": True,
        "isReady": True,
        "serviceEndpointProjectReferences": [
            {"projectReference": {"id": project(scene, "Payments").id, "name": "Payments"}, "name": made.name}
        ],
    }
    scene.simulator.fault(method="GET", path=f"{DELETION}{made.id}", times=0, status=200, body=raw)
    task = manage(scene.simulator, project="Payments", id=made.id, state="absent", **scene.signed_in)
    assert task.failed
    assert "project references of a shared connection" in task.result["msg"]
    assert scene.writes == []


# -- no right ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("checking", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_without_the_right_to_administer_nothing_at_all_is_removed(kind: Kind, checking: bool, stage: Stage) -> None:
    scene = stage(kind)
    made = scene.make(**READER)
    before = azure(scene.simulator)
    scene.simulator.fleet.user.level = "user"
    task = scene.remove(check=checking)
    assert task.failed
    assert task.result["failure"]["code"] == "not_permitted"
    assert "no administrator of the connection in 'Payments'" in task.result["msg"]
    assert "Administrator" in task.result["failure"]["remedy"]
    assert scene.writes == []
    assert scene.stays(made)
    assert azure(scene.simulator) == before


@pytest.mark.parametrize("level", ["user", "none"])
def test_the_right_is_needed_in_every_project_that_loses_it(level: t.Any, stage: Stage) -> None:
    scene = stage()
    made = scene.make(shared_with=[{"project": "Web Shop"}])
    shop = project(scene, "Web Shop")
    scene.simulator.fleet.user.levels[shop.id] = level
    task = scene.named(delete_shared=True)
    assert task.failed
    assert "'Web Shop'" in task.result["msg"]
    assert scene.writes == []
    assert len(made.references) == 2
    assert len(scene.credentials) == 1


def test_a_project_that_the_caller_cannot_see_keeps_the_shared_connection(stage: Stage) -> None:
    scene = stage()
    made = scene.make(shared_with=[{"project": "Web Shop"}])
    scene.simulator.fleet.user.projects = frozenset({project(scene, "Payments").id})
    task = scene.named(delete_shared=True)
    assert task.failed
    assert task.result["failure"]["remedy"]
    assert scene.writes == []
    assert len(made.references) == 2
    assert len(scene.credentials) == 1


# -- shared -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("extra", [{}, {"delete_shared": True}, {"delete_identity": True}])
@pytest.mark.parametrize("kind", KINDS)
def test_from_a_project_that_it_was_shared_into_it_only_goes_out_of_that_project(
    kind: Kind, extra: Options, stage: Stage
) -> None:
    scene = stage(kind)
    made = scene.make(shared_with=[{"project": "Web Shop", "name": "from-payments"}], **READER)
    before = azure(scene.simulator)
    share = {"project": "Web Shop", "name": "from-payments"}
    check = scene.named(check=True, **share, **extra)
    assert check.result["changed"]
    assert scene.writes == []
    gone = scene.named(**share, **extra)
    assert gone.result["changed"]
    assert gone.result["connection"] is None
    assert gone.result["diff"] == check.result["diff"]
    [write] = scene.simulator.writes
    assert write.query["projectIds"] == project(scene, "Web Shop").id
    assert write.query["deep"] == "false"
    assert devops(scene.simulator)[made.id] == [("Payments", "azure-new")]
    assert azure(scene.simulator) == before
    scene.simulator.forget()
    assert not scene.named(**share, **extra).result["changed"]
    assert scene.writes == []


def test_unsharing_that_is_refused_says_so_and_changes_nothing(stage: Stage) -> None:
    scene = stage()
    made = scene.make(shared_with=[{"project": "Web Shop", "name": "from-payments"}])
    scene.simulator.fleet.user.levels[project(scene, "Web Shop").id] = "user"
    task = scene.named(project="Web Shop", name="from-payments")
    assert task.failed
    assert "contoso / Web Shop / from-payments" in task.result["msg"]
    assert task.result["failure"]["code"] == "not_permitted"
    assert task.result["failure"]["remedy"]
    assert len(made.references) == 2
    assert len(scene.credentials) == 1


@pytest.mark.parametrize("checking", [True, False])
@pytest.mark.parametrize("extra", [{}, {"delete_identity": True}])
def test_the_owner_is_refused_while_others_share_it(extra: Options, checking: bool, stage: Stage) -> None:
    scene = stage()
    made = scene.make(shared_with=[{"project": "Web Shop"}])
    task = scene.named(check=checking, **extra)
    assert task.failed
    assert task.result["failure"]["code"] == "in_use"
    assert "shared with Web Shop" in task.result["msg"]
    assert "delete_shared" in task.result["failure"]["remedy"]
    assert task.result["failure"]["details"]["projects"] == ["Web Shop"]
    assert scene.writes == []
    assert len(made.references) == 2
    assert len(scene.credentials) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_delete_shared_takes_it_from_all_projects_with_what_was_made(kind: Kind, stage: Stage) -> None:
    scene = stage(kind)
    before, others = azure(scene.simulator), devops(scene.simulator)
    made = scene.make(shared_with=[{"project": "Web Shop", "name": "from-payments"}], **READER)
    check = scene.named(check=True, delete_shared=True)
    assert "from-payments" in check.result["diff"]["before"]
    gone = scene.named(delete_shared=True)
    assert gone.result["changed"]
    assert set(scene.simulator.writes[-1].query["projectIds"].split(",")) == {
        project(scene, name).id for name in ("Payments", "Web Shop")
    }
    assert not scene.stays(made)
    assert azure(scene.simulator) == before
    assert devops(scene.simulator) == others


def test_the_owner_alone_goes_on_after_the_last_share_was_taken_away(stage: Stage) -> None:
    scene = stage()
    before = azure(scene.simulator)
    made = scene.make(shared_with=[{"project": "Web Shop", "name": "from-payments"}])
    assert scene.named(project="Web Shop", name="from-payments").result["changed"]
    assert scene.named().result["changed"]
    assert not scene.stays(made)
    assert azure(scene.simulator) == before


def test_a_share_that_is_added_meanwhile_stops_the_removal_and_the_credential_comes_back(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = stage()
    made = scene.make()
    before = azure(scene.simulator)
    original = AzureDevOps.connection
    shop = project(scene, "Web Shop")

    def shared_meanwhile(self: AzureDevOps, *args: t.Any, **named: t.Any) -> t.Any:
        if "DELETE credential" in scene.writes and len(made.references) == 1:
            share = dataclasses.replace(made.references[0], project=shop)
            scene.world.set_references(made, [*made.references, share])
        return original(self, *args, **named)

    monkeypatch.setattr(AzureDevOps, "connection", shared_meanwhile)
    task = scene.named()
    assert task.failed
    assert "changed by somebody else" in task.result["msg"]
    assert task.result["failure"]["remedy"]
    assert len(made.references) == 2
    assert azure(scene.simulator) == before


# -- refused: everything comes back -----------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", KINDS)
def test_what_went_first_comes_back_when_the_service_refuses_the_deletion(kind: Kind, stage: Stage) -> None:
    scene = stage(kind)
    made = scene.make(**READER)
    before = azure(scene.simulator)
    [credential], [role] = scene.credentials, scene.roles
    scene.simulator.fault(method="DELETE", path=DELETION, status=400, body=REFUSED)
    task = scene.named()
    assert task.failed
    assert "contoso / Payments / azure-new: The service connection is protected." in task.result["msg"]
    remedy = task.result["failure"]["remedy"]
    assert f"Put back: federated credential {credential.name}, role assignment" in remedy
    assert role.name in remedy
    assert scene.stays(made)
    assert azure(scene.simulator) == before
    put_back = "POST" if kind == "application" else "PUT"
    assert scene.writes == [
        "DELETE role", "DELETE credential", "DELETE connection", f"{put_back} credential", "PUT role",
    ]  # fmt: skip
    # And then a run that is not refused removes it all, the second time unchanged.
    assert scene.named().result["changed"]
    assert not scene.credentials + scene.roles
    assert not scene.named().result["changed"]


@pytest.mark.parametrize("polls", [0, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_what_went_first_comes_back_when_the_deletion_fails_later(kind: Kind, polls: int, stage: Stage) -> None:
    scene = stage(kind)
    made = scene.make(**READER)
    before = azure(scene.simulator)
    scene.simulator.knob(deletion_failure="The directory did not answer.", deletion_polls=polls)
    task = scene.named()
    assert task.failed
    assert "could not delete it: The directory did not answer." in task.result["msg"]
    assert "Put back: federated credential" in task.result["failure"]["remedy"]
    assert scene.stays(made)
    assert azure(scene.simulator) == before
    scene.simulator.knob(deletion_failure="", deletion_polls=0)
    assert scene.named().result["changed"]
    assert not scene.stays(made)


def test_a_credential_comes_back_as_it_was_and_not_as_we_would_write_it(stage: Stage) -> None:
    scene = stage()
    scene.make()
    scene.identity.credentials[0].description = "Deployments of Payments; ask Sam"
    scene.identity.credentials[0].audiences = ["api://AzureADTokenExchangeOfAnotherCloud"]
    before = azure(scene.simulator)
    scene.simulator.fault(method="DELETE", path=DELETION, status=400, body=REFUSED)
    assert scene.named().failed
    assert azure(scene.simulator) == before


def test_a_role_comes_back_with_its_condition_and_description(stage: Stage) -> None:
    """A condition limits what the role allows: without it the identity could do more than before."""
    scene = stage()
    scene.make(**READER)
    [role] = scene.roles
    own = {
        "roleDefinitionId": role.role_definition_id,
        "principalId": role.principal_id,
        "principalType": "ServicePrincipal",
        "condition": "((!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'})))",
        "conditionVersion": "2.0",
        "description": "Agreed with the platform team",
    }
    facts = {
        "scope": role.scope,
        "createdOn": "2026-01-01T00:00:00Z",
        "updatedBy": "somebody",
        "delegatedManagedIdentityResourceId": None,
    }
    listed = {
        "id": f"{role.scope}/providers/Microsoft.Authorization/roleAssignments/{role.name}",
        "name": role.name,
        "properties": {**own, **facts},
    }
    scene.simulator.fault(method="GET", path="/roleAssignments", times=0, status=200, body={"value": [listed]})
    scene.simulator.fault(method="DELETE", path=DELETION, status=400, body=REFUSED)
    assert scene.named().failed
    [sent] = [item for item in scene.simulator.writes if item.method == "PUT"]
    assert sent.body == {"properties": own}
    limits = {"condition": own["condition"], "condition_version": "2.0", "description": own["description"]}
    assert scene.roles == [dataclasses.replace(role, **limits)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_sign_in_page_in_place_of_the_deletion_brings_everything_back(kind: Kind, stage: Stage) -> None:
    scene = stage(kind)
    made = scene.make(**READER)
    before = azure(scene.simulator)
    scene.simulator.fault(kind="html", method="DELETE", path=DELETION, times=0)
    task = scene.named()
    assert task.failed
    assert "sign-in page" in task.result["msg"]
    assert scene.stays(made)
    assert azure(scene.simulator) == before


PASSING: dict[str, Options] = {
    "429": {"status": 429},
    "503": {"status": 503},
    "reset before": {"kind": "reset_before"},
    "reset after": {"kind": "reset_after"},
}


@pytest.mark.sampled(4)
@pytest.mark.parametrize("fault", PASSING)
@pytest.mark.parametrize("what", ["/federatedIdentityCredentials", "/roleAssignments", DELETION])
@pytest.mark.parametrize("kind", KINDS)
def test_a_deletion_that_is_not_answered_or_not_accepted_is_made_sure_of(
    kind: Kind, what: str, fault: str, stage: Stage
) -> None:
    scene = stage(kind)
    before = azure(scene.simulator)
    made = scene.make(**READER)
    scene.simulator.fault(method="DELETE", path=what, **PASSING[fault])
    gone = scene.named()
    assert not gone.failed, gone.result["msg"]
    assert gone.result["changed"]
    assert not scene.stays(made)
    assert azure(scene.simulator) == before


def test_a_managed_identity_that_is_being_written_is_waited_for(stage: Stage) -> None:
    scene = stage("managed identity")
    before = azure(scene.simulator)
    scene.make()
    busy = {
        "error": {"code": "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity", "message": "Too many"}
    }
    scene.simulator.fault(method="DELETE", path="/federatedIdentityCredentials", times=2, status=409, body=busy)
    assert scene.named().result["changed"]
    assert azure(scene.simulator) == before


@pytest.mark.sampled(4)
@pytest.mark.parametrize("fault", PASSING)
@pytest.mark.parametrize("what", ["/federatedIdentityCredentials", "/roleAssignments"])
@pytest.mark.parametrize("kind", KINDS)
def test_what_comes_back_is_made_sure_of(kind: Kind, what: str, fault: str, stage: Stage) -> None:
    scene = stage(kind)
    scene.make(**READER)
    before = azure(scene.simulator)
    scene.simulator.fault(method="DELETE", path=DELETION, status=400, body=REFUSED)
    method = "POST" if kind == "application" and what == "/federatedIdentityCredentials" else "PUT"
    scene.simulator.fault(method=method, path=what, **PASSING[fault])
    task = scene.named()
    assert task.failed
    assert azure(scene.simulator) == before
    assert "Could not be put back" not in task.result["msg"]


@pytest.mark.parametrize("kind", KINDS)
def test_what_cannot_come_back_is_named(kind: Kind, stage: Stage) -> None:
    scene = stage(kind)
    made = scene.make(**READER)
    [credential], [role] = scene.credentials, scene.roles
    denied = {"error": {"code": "AuthorizationFailed", "message": "Not any more."}}
    scene.simulator.fault(method="DELETE", path=DELETION, status=400, body=REFUSED)
    method = "POST" if kind == "application" else "PUT"
    scene.simulator.fault(method=method, path="/federatedIdentityCredentials", times=0, status=403, body=denied)
    task = scene.named()
    assert task.failed
    remedy = task.result["failure"]["remedy"]
    assert f"Could not be put back, so the connection may not work: federated credential {credential.name}" in remedy
    assert "Not any more." in remedy
    assert f"roleAssignments/{role.name}" in remedy.partition("Could not be put back")[0]
    assert scene.stays(made)
    assert scene.roles == [role]


@pytest.mark.parametrize("kind", KINDS)
def test_a_credential_that_may_not_be_removed_stays_and_so_does_everything_else(kind: Kind, stage: Stage) -> None:
    scene = stage(kind)
    made = scene.make(**READER)
    before = azure(scene.simulator)
    [credential] = scene.credentials
    denied = {"error": {"code": "AuthorizationFailed", "message": "Insufficient privileges."}}
    scene.simulator.fault(method="DELETE", path="/federatedIdentityCredentials", times=0, status=403, body=denied)
    task = scene.named()
    assert task.failed
    assert "Insufficient privileges." in task.result["msg"]
    assert task.result["failure"]["code"] == "not_permitted"
    assert "the caller" in task.result["failure"]["remedy"].lower()
    assert scene.stays(made)
    assert azure(scene.simulator) == before
    assert "DELETE connection" not in scene.writes
    # It never left, so it cannot have come back.
    assert f"federated credential {credential.name}" not in task.result["failure"]["remedy"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_role_that_may_not_be_removed_is_not_reported_as_lost(kind: Kind, stage: Stage) -> None:
    scene = stage(kind)
    made = scene.make(**READER)
    before = azure(scene.simulator)
    # May read role assignments and write credentials, but not assign roles.
    scene.simulator.fleet.user.azure_rights = "contributor"
    task = scene.named()
    assert task.failed
    assert "does not have authorization" in task.result["msg"]
    assert scene.stays(made)
    assert azure(scene.simulator) == before
    assert scene.writes == ["DELETE role"]
    assert "may not work" not in task.result["msg"]


# -- unclear answers and slow services --------------------------------------------------------------------------------
@pytest.mark.parametrize("patience", [0, 1])
def test_a_lost_answer_to_a_deletion_that_was_carried_out_is_a_success(patience: int, stage: Stage) -> None:
    scene = stage()
    before = azure(scene.simulator)
    made = scene.make()
    scene.simulator.fault(kind="reset_after", method="DELETE", path=DELETION)
    gone = scene.named(wait_timeout=patience)
    assert not scene.stays(made)
    assert scene.writes.count("DELETE connection") == 1
    # Above all nothing is put back for a connection that is gone.
    assert azure(scene.simulator) == before
    assert not gone.failed, gone.result["msg"]
    assert gone.result["changed"]


def test_a_deletion_that_is_under_way_after_a_lost_answer_is_not_ordered_again(stage: Stage) -> None:
    scene = stage()
    made = scene.make()
    scene.simulator.knob(deletion_polls=3)
    scene.simulator.fault(kind="reset_after", method="DELETE", path=DELETION)
    assert scene.named().result["changed"]
    assert not scene.stays(made)
    assert scene.writes.count("DELETE connection") == 1


def test_somebody_who_deletes_it_at_the_same_time_is_no_error(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = stage()
    before = azure(scene.simulator)
    made = scene.make()
    original = AzureDevOps.remove

    def too_late(self: AzureDevOps, *args: t.Any, **named: t.Any) -> None:
        scene.world.remove_connection(made)
        original(self, *args, **named)

    monkeypatch.setattr(AzureDevOps, "remove", too_late)
    gone = scene.named()
    # Nothing is put back for a connection that is gone.
    assert azure(scene.simulator) == before
    assert not gone.failed, gone.result["msg"]


def test_a_service_that_stays_busy_keeps_the_connection_and_its_credential(stage: Stage) -> None:
    scene = stage()
    made = scene.make(**READER)
    before = azure(scene.simulator)
    scene.simulator.fault(method="DELETE", path=DELETION, times=0, status=429)
    task = scene.named(wait_timeout=0)
    assert task.failed
    assert "TF400733" in task.result["msg"]
    assert "run it again later" in task.result["failure"]["remedy"]
    assert scene.stays(made)
    assert azure(scene.simulator) == before


@pytest.mark.parametrize("polls", [1, 5])
@pytest.mark.parametrize("shape", ["null", "empty", "404"])
def test_a_slow_deletion_is_waited_for(shape: str, polls: int, stage: Stage) -> None:
    scene = stage(missing_connection=shape, deletion_polls=polls, ready_status="omitted")
    before = azure(scene.simulator)
    made = scene.make()
    assert scene.named().result["changed"]
    assert not scene.stays(made)
    assert azure(scene.simulator) == before
    assert scene.writes.count("DELETE connection") == 1


def test_a_deletion_that_does_not_end_in_time_puts_nothing_back_and_a_later_run_ends_it(stage: Stage) -> None:
    """What is being deleted must not get its credential back: it would be left over for good."""
    scene = stage(deletion_polls=1_000_000)
    before = azure(scene.simulator)
    made = scene.make(**READER)
    task = scene.named(wait_timeout=0)
    assert task.failed
    assert task.result["failure"]["code"] == "not_ready"
    assert "did not finish deleting it within 0 s" in task.result["msg"]
    assert "Run again later" in task.result["failure"]["remedy"]
    assert azure(scene.simulator) == before
    assert scene.stays(made)
    # Still at it: no second order.
    scene.simulator.forget()
    assert scene.named(wait_timeout=0).failed
    assert scene.writes == []
    assert made.pending is not None
    made.pending.polls = 0
    last = scene.named()
    assert not last.failed
    assert not scene.stays(made)
    assert scene.writes == []
    assert azure(scene.simulator) == before


@pytest.mark.parametrize("checking", [True, False])
def test_a_connection_that_is_still_being_made_is_left_alone_when_the_time_is_over(
    checking: bool, stage: Stage
) -> None:
    fleet = arm_fleet()
    busy = fleet.connection(fleet.project("Payments"), "busy", state="in_progress")
    scene = stage(fleet=fleet)
    task = scene.named(name="busy", check=checking, wait_timeout=0)
    assert task.failed
    assert task.result["failure"]["code"] == "not_ready"
    assert "did not finish with it within 0 s" in task.result["msg"]
    assert "Nothing was removed" in task.result["failure"]["remedy"]
    assert scene.writes == []
    assert scene.stays(busy)


def test_a_connection_that_is_still_being_made_is_removed_when_it_is_ready(stage: Stage) -> None:
    fleet = arm_fleet()
    busy = fleet.connection(fleet.project("Payments"), "busy", state="in_progress")
    scene = stage(fleet=fleet)
    busy.pending = Pending("creation", 2)
    assert scene.named(name="busy").result["changed"]
    assert not scene.stays(busy)


@pytest.mark.parametrize("scheme", ["WorkloadIdentityFederation", "ServicePrincipal"])
def test_the_wreck_of_a_failed_creation_can_be_removed(scheme: str, stage: Stage) -> None:
    fleet = arm_fleet()
    wreck = fleet.connection(
        fleet.project("Payments"), "wreck", scheme=scheme, state="failed", status_message="No rights in Entra."
    )
    scene = stage(fleet=fleet)
    assert scene.named(name="wreck").result["changed"]
    assert not scene.stays(wreck)


def test_a_task_that_is_stopped_between_the_two_removals_is_finished_by_the_next(stage: Stage) -> None:
    scene = stage()
    before = azure(scene.simulator)
    made = scene.make()
    stopped = scene.named(loop=Shared(lambda: "DELETE credential" in scene.writes))
    assert stopped.failed
    assert "stopped" in stopped.result["msg"]
    assert scene.writes == ["DELETE credential"]
    assert scene.stays(made)
    assert scene.named().result["changed"]
    assert not scene.stays(made)
    assert azure(scene.simulator) == before


def test_the_items_of_a_loop_see_what_the_items_before_removed(stage: Stage) -> None:
    """The last connection of an identity takes the role along, in the same loop, too."""
    scene = stage()
    before = azure(scene.simulator)
    other = {"project": "Web Shop", "name": "shop-new"}
    scene.make(**READER)
    scene.make(**READER, **other)
    loop = Shared()
    first, last = scene.remove(loop=loop), scene.remove(loop=loop, **other)
    assert first.runtime.warnings
    assert last.runtime.warnings == []
    assert azure(scene.simulator) == before


# -- delete_identity --------------------------------------------------------------------------------------------------
APP = "5a1d2c3b-0000-4000-8000-0000000000aa"
FEDERATED: Options = {"scheme": "WorkloadIdentityFederation", "client_id": APP}


def with_automatic(**options: t.Any) -> tuple[Fleet, Connection]:
    """A fleet with a connection ``auto`` of Payments whose application Azure DevOps made."""
    fleet = arm_fleet()
    return fleet, fleet.connection(fleet.project("Payments"), "auto", **{**FEDERATED, **options})


def assert_deep_refused(
    scene: Scene, connection: Connection, *parts: str, code: str = "in_use", **options: t.Any
) -> None:
    """Refused in check mode, too, with these words, and nothing happened."""
    before = azure(scene.simulator)
    for checking in (True, False):
        task = scene.named(check=checking, **{"name": "auto", "delete_identity": True, **options})
        assert task.failed
        assert task.result["failure"]["code"] == code
        for part in parts:
            assert part in task.result["msg"]
        assert "delete_identity" in task.result["failure"]["remedy"]
    assert scene.writes == []
    assert scene.stays(connection)
    assert azure(scene.simulator) == before


@pytest.mark.parametrize("scheme", ["WorkloadIdentityFederation", "ServicePrincipal"])
@pytest.mark.parametrize("who", CALLERS)
def test_the_application_goes_along_when_nothing_else_uses_it(scheme: str, who: Person, stage: Stage) -> None:
    fleet, auto = with_automatic(scheme=scheme)
    scene = stage(fleet=fleet, who=who)
    check = scene.named(check=True, name="auto", delete_identity=True)
    assert APP in check.result["diff"]["before"]
    assert scene.writes == []
    gone = scene.named(name="auto", delete_identity=True)
    assert not gone.failed, gone.result["msg"]
    assert gone.result["diff"] == check.result["diff"]
    [write] = scene.simulator.writes
    assert write.query["deep"] == "true"
    assert not scene.stays(auto)
    assert scene.world.directory.application(APP) is None
    assert not scene.named(name="auto", delete_identity=True).result["changed"]


def test_without_being_asked_for_the_application_stays(stage: Stage) -> None:
    fleet, auto = with_automatic()
    scene = stage(fleet=fleet)
    before = azure(scene.simulator)
    assert scene.named(name="auto").result["changed"]
    [write] = scene.simulator.writes
    assert write.query["deep"] == "false"
    assert not scene.stays(auto)
    assert azure(scene.simulator) == before


@pytest.mark.parametrize("where", ["Payments", "Web Shop"])
@pytest.mark.parametrize(
    "options",
    [
        {"scheme": "WorkloadIdentityFederation"},
        {"scheme": "ServicePrincipal", "creation_mode": "Manual", "secret_expires": None},
        {"scheme": "ServicePrincipal", "creation_mode": "Manual", "secret_expires": None, "client_id": APP.upper()},
        {"scheme": "ServicePrincipal", "secret_expires": None, "state": "failed"},
        {"scheme": "ServicePrincipal", "secret_expires": None, "enabled": False},
    ],
)
def test_a_second_user_of_the_application_is_named_and_nothing_is_removed(
    options: Options, where: str, stage: Stage
) -> None:
    fleet, auto = with_automatic()
    second = fleet.connection(fleet.project(where), "second", **{"client_id": APP, **options})
    scene = stage(fleet=fleet)
    assert_deep_refused(scene, auto, f"{where} / second", "used by other connections")
    assert scene.stays(second)


def test_a_foreign_credential_on_the_application_keeps_it(stage: Stage) -> None:
    fleet, auto = with_automatic()
    identity_fleet.federate(fleet.application(APP), "github", "https://token.actions.githubusercontent.com", "repo:a/b")
    assert_deep_refused(stage(fleet=fleet), auto, "other federated credentials (github)")


def test_a_credential_of_a_connection_that_cannot_be_seen_keeps_the_application(stage: Stage) -> None:
    """The lists do not show what the caller may not see, and say nothing about it: the application's credentials do."""
    fleet, auto = with_automatic()
    hidden = fleet.connection(fleet.project("Hidden"), "hidden", **FEDERATED)
    fleet.user.projects = frozenset({fleet.project("Payments").id})
    scene = stage(fleet=fleet)
    assert_deep_refused(scene, auto, "other federated credentials")
    assert scene.stays(hidden)


@pytest.mark.parametrize("scheme", ["WorkloadIdentityFederation", "ServicePrincipal"])
def test_a_second_secret_on_the_application_keeps_it(scheme: str, stage: Stage) -> None:
    fleet, auto = with_automatic(scheme=scheme)
    for secret in ("a-script-of-somebody", "another-script-of-somebody"):
        identity_fleet.add_password(fleet.application(APP), secret, fleet.now, fleet.now)
    assert_deep_refused(stage(fleet=fleet), auto, "secrets", "something else may sign in with it")


@pytest.mark.parametrize("status", [403, 500])
def test_a_project_that_cannot_be_read_keeps_the_application(status: int, stage: Stage) -> None:
    fleet, auto = with_automatic()
    scene = stage(fleet=fleet)
    path = f"{fleet.project('Web Shop').id}{DELETION[:-1]}"
    scene.simulator.fault(method="GET", path=path, times=0, status=status, body=REFUSED)
    assert_deep_refused(scene, auto, "cannot be told")
    task = scene.named(name="auto", delete_identity=True)
    assert task.result["failure"]["details"]["coverage"]["unread"][0]["project"] == "Web Shop"


@pytest.mark.parametrize("way", ["personal_access_token", "access_token"])
def test_without_graph_the_application_is_never_removed(way: str, stage: Stage) -> None:
    fleet, auto = with_automatic()
    scene = stage(fleet=fleet)
    scene.signed_in = {way: scene.simulator.pat if way == "personal_access_token" else scene.simulator.token()}
    assert_deep_refused(scene, auto, "needs Microsoft Graph", code="invalid_option")


def test_without_rights_in_graph_the_application_is_never_removed(stage: Stage) -> None:
    fleet, auto = with_automatic()
    fleet.user.graph_rights = "none"
    scene = stage(fleet=fleet)
    task = scene.named(name="auto", delete_identity=True)
    assert task.failed
    assert task.result["failure"]["code"] == "not_permitted"
    assert "Microsoft Graph" in task.result["msg"]
    assert task.result["failure"]["remedy"]
    assert scene.writes == []
    assert scene.stays(auto)


@pytest.mark.parametrize(
    "options",
    [
        {"creation_mode": "Manual"},
        {"scheme": "ServicePrincipal", "creation_mode": "Manual"},
        {"identity_type": "ManagedIdentity"},
        {"scheme": "ManagedServiceIdentity"},
        {"scheme": "PublishProfile"},
    ],
)
def test_an_identity_that_azure_devops_did_not_make_is_never_removed(options: Options, stage: Stage) -> None:
    fleet, made = with_automatic(**options)
    assert_deep_refused(stage(fleet=fleet), made, "was not made by Azure DevOps", code="invalid_option")


def test_the_application_goes_with_the_last_project_only(stage: Stage) -> None:
    fleet = arm_fleet()
    shop = fleet.project("Web Shop")
    auto = fleet.connection(fleet.project("Payments"), "auto", shared_with=[shop], **FEDERATED)
    scene = stage(fleet=fleet)
    refused = scene.named(name="auto", delete_identity=True)
    assert "shared with Web Shop" in refused.result["msg"]
    assert scene.writes == []
    gone = scene.named(name="auto", delete_identity=True, delete_shared=True)
    assert not gone.failed, gone.result["msg"]
    assert not scene.stays(auto)
    assert scene.world.directory.application(APP) is None


def test_a_refused_deletion_keeps_the_application(stage: Stage) -> None:
    fleet, auto = with_automatic()
    scene = stage(fleet=fleet, deletion_failure="No rights to delete the application.")
    before = azure(scene.simulator)
    task = scene.named(name="auto", delete_identity=True)
    assert task.failed
    assert "No rights to delete the application." in task.result["msg"]
    assert task.result["failure"]["remedy"]
    assert scene.stays(auto)
    assert azure(scene.simulator) == before


def test_an_application_that_is_gone_already_is_as_delete_identity_wants_it(stage: Stage) -> None:
    fleet, auto = with_automatic()
    scene = stage(fleet=fleet)
    scene.world.directory.remove_application(APP)
    gone = scene.named(name="auto", delete_identity=True)
    assert not gone.failed, gone.result["msg"]
    assert not scene.stays(auto)


def test_the_wreck_of_an_automatic_creation_has_no_application_that_others_could_use(stage: Stage) -> None:
    """Connections without any client id, such as the agent's identity, are no second users of the same application."""
    fleet = arm_fleet()
    fleet.connection(fleet.project("Web Shop"), "agent", scheme="ManagedServiceIdentity")
    wreck = fleet.connection(fleet.project("Payments"), "auto", scheme="WorkloadIdentityFederation", state="failed")
    wreck.parameters["serviceprincipalid"] = ""
    for key in ("appObjectId", "spnObjectId"):
        wreck.data.pop(key, None)
    scene = stage(fleet=fleet)
    task = scene.named(name="auto", delete_identity=True)
    assert "None" not in task.result.get("msg", "")
    assert not task.failed, task.result["msg"]
    assert not scene.stays(wreck)


# -- Azure DevOps Server ----------------------------------------------------------------------------------------------
SERVERS = ("server_2022", "server_2020", "server_2019")


@pytest.mark.parametrize("profile", SERVERS)
@pytest.mark.parametrize("method", ["key", "certificate", "agent", "publish profile"])
def test_servers_remove_what_they_made(method: str, profile: str, simulate: Simulate) -> None:
    fleet = arm_fleet()
    simulator = simulate(fleet, profile=profile)
    options, _takes_role = methods(fleet.tenant_id)[method]
    scope = {key: SCOPE[key] for key in ("subscription_id", "subscription_name")}
    task = {"project": "Payments", "name": "azure-new", "scope": scope, **options}
    before, others = azure(simulator), devops(simulator)
    made = manage(simulator, **task)
    assert not made.failed, made.result["msg"]
    simulator.forget()
    assert manage(simulator, check=True, **{**task, "state": "absent"}).result["changed"]
    assert simulator.writes == []
    gone = manage(simulator, **{**task, "state": "absent"})
    assert not gone.failed, gone.result["msg"]
    assert gone.result["changed"]
    [write] = simulator.writes
    by_project = f"/{fleet.project('Payments').id}/_apis" in write.path
    assert by_project == (profile == "server_2019")
    assert ("projectIds" in write.query) == (profile != "server_2019")
    assert devops(simulator) == others
    assert azure(simulator) == before
    assert not manage(simulator, **{**task, "state": "absent"}).result["changed"]


@pytest.mark.parametrize("profile", SERVERS)
def test_servers_keep_the_connection_of_somebody_without_the_right(profile: str, simulate: Simulate) -> None:
    fleet = arm_fleet()
    kept = fleet.connection(fleet.project("Payments"), "kept", creation_mode="Manual")
    fleet.user.level = "user"
    simulator = simulate(fleet, profile=profile)
    task = manage(simulator, project="Payments", name="kept", state="absent")
    assert task.failed
    assert task.result["failure"]["code"] == "not_permitted"
    assert task.result["failure"]["remedy"]
    assert simulator.connection(kept.id) is not None
    # Only the newest server says beforehand what the caller may do.
    assert len(simulator.writes) == (0 if profile == "server_2022" else 1)


@pytest.mark.parametrize("profile", ["server_2022", "server_2020"])
def test_servers_that_share_unshare(profile: str, simulate: Simulate) -> None:
    fleet = arm_fleet()
    shared = fleet.connection(
        fleet.project("Payments"), "kept", creation_mode="Manual", shared_with=[(fleet.project("Web Shop"), "alias")]
    )
    simulator = simulate(fleet, profile=profile)
    refused = manage(simulator, project="Payments", name="kept", state="absent")
    assert "shared with Web Shop" in refused.result["msg"]
    assert simulator.writes == []
    assert manage(simulator, project="Web Shop", name="alias", state="absent").result["changed"]
    assert devops(simulator)[shared.id] == [("Payments", "kept")]
    assert manage(simulator, project="Payments", name="kept", state="absent").result["changed"]
    assert simulator.connection(shared.id) is None


@pytest.mark.parametrize("profile", SERVERS)
def test_servers_have_no_application_to_delete(profile: str, simulate: Simulate) -> None:
    fleet = arm_fleet()
    kept = fleet.connection(fleet.project("Payments"), "kept", creation_mode="Manual")
    simulator = simulate(fleet, profile=profile)
    task = manage(simulator, project="Payments", name="kept", state="absent", delete_identity=True)
    assert task.failed
    assert "was not made by Azure DevOps" in task.result["msg"]
    assert simulator.writes == []
    assert simulator.connection(kept.id) is not None


# -- options ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({}, "Neither name nor id is set."),
        ({"name": " "}, "name is empty."),
        ({"id": "azure-new"}, "id is 'azure-new', which is not a GUID."),
        ({"name": "azure-new", "wait_timeout": -1}, "wait_timeout"),
    ],
)
def test_a_task_that_names_nothing_is_refused_before_the_first_request(
    options: Options, sentence: str, stage: Stage
) -> None:
    scene = stage()
    task = manage(scene.simulator, project="Payments", state="absent", **options, **scene.signed_in)
    assert task.failed
    assert sentence in task.result["msg"]
    assert task.result["failure"]["remedy"]
    assert scene.simulator.requests == []


# -- what hides behind other evidence ----------------------------------------------------------------------------------
def test_one_secret_on_an_application_that_never_had_one_keeps_it(stage: Stage) -> None:
    fleet, auto = with_automatic()
    identity_fleet.add_password(fleet.application(APP), "a-script-of-somebody", fleet.now, fleet.now)
    assert_deep_refused(stage(fleet=fleet), auto, "secrets (1)", "something else may sign in with it")


def test_nothing_was_made_for_an_automatic_connection_so_nothing_is_said(stage: Stage) -> None:
    fleet, _auto = with_automatic()
    scene = stage(fleet=fleet)
    gone = manage(scene.simulator, project="Payments", name="auto", state="absent")
    assert gone.result["changed"]
    assert gone.runtime.warnings == []


def test_a_credential_comes_back_although_the_list_still_shows_it(stage: Stage) -> None:
    scene = stage()
    made = scene.make()
    [ours] = scene.credentials
    stale = {key: getattr(ours, key) for key in ("id", "name", "issuer", "subject")} | {
        "audiences": list(ours.audiences)
    }
    scene.simulator.fault(
        method="GET", path="federatedIdentityCredentials", skip=1, times=0, status=200, body={"value": [stale]}
    )
    scene.simulator.fault(method="DELETE", path=DELETION, status=400, body=REFUSED)
    assert scene.remove().failed
    assert scene.stays(made)
    assert [item.subject for item in scene.credentials] == [made.subject]


def test_a_certificate_on_the_application_keeps_it(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    fleet, auto = with_automatic()
    original = graph._application
    monkeypatch.setattr(graph, "_application", lambda item: {**original(item), "keyCredentials": [{"keyId": "1"}]})
    assert_deep_refused(stage(fleet=fleet), auto, "secrets (1)")
