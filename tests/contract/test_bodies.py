# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every request of azdo_arm_connection to Azure DevOps is what Microsoft's OpenAPI takes, or a deviation that the overlay names.

Strictly: a field or a query parameter that the description does not have, or one of another JSON type, is an error. Lines of the overlay with the word
`request` are about requests only.
"""

from __future__ import annotations

import copy
import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._rest import http, pacing
from ansible_collections.azdo.connections.plugins.module_utils._sign_in import tokens

from contract import openapi, overlay
from contract.test_contract import general
from simulator import Fleet, Recorded, Simulator
from unit.plugins._helpers.arm import AUDIENCE, CLIENT, KEY, arm_fleet, person
from unit.plugins._helpers.tasks import Task, manage
from unit.plugins.module_utils._model.test_request_bodies import IDENTITY, SCOPES, STACK, SUBSCRIBED, rows

pytestmark = pytest.mark.contract

Options = dict[str, Any]

NO_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


# -- what the files say about requests -------------------------------------------------------------------------------
@dataclass(frozen=True)
class Request:
    """What one operation takes."""

    operation: openapi.Operation
    body: dict[str, Any] | None
    query: dict[str, dict[str, Any]]


def requests_of(folder: Path, version: str) -> list[Request]:
    """All requests that the files of this API version describe."""
    known = {item.id: item for item in openapi.operations(folder, version)}
    found = []
    for name in openapi.FILES[version]:
        document = json.loads((folder / f"{name}.json").read_text(encoding="utf-8-sig"))
        for _path, _method, operation in openapi.entries(document):
            parameters = operation.get("parameters", [])
            body = next((item["schema"] for item in parameters if item.get("in") == "body"), None)
            query = {item["name"]: item for item in parameters if item.get("in") == "query"}
            found.append(Request(known[operation["operationId"]], _referring(body), query))
    return sorted(found, key=lambda item: -len(item.operation.needs))


def _referring(schema: Any) -> Any:
    """The same schema, with references as `openapi.deviations` resolves them."""
    return json.loads(json.dumps(schema).replace("#/definitions/", "#/$defs/"))


def version_of(record: Recorded) -> str:
    """The description that is meant: the newest model is spoken where connections are made and changed."""
    return "7.2" if record.query["api-version"].startswith("7.2") else "7.1"


def check(record: Recorded, known: dict[str, list[Request]], lines: list[overlay.Line]) -> Iterator[str]:
    """The deviations of one request that no line covers."""
    described = known[version_of(record)]
    request = next((i for i in described if i.operation.describes(record.method, record.path, record.query)), None)
    if request is None:
        route = f"route {record.method} {general(record.path)}"
        line = overlay.use(lines, route)
        if line is None:
            yield f"{route}: not described"
            return
        request = next((item for item in described if item.operation.id == line.like), None)
        if request is None:
            # Not described anywhere: then it is a question, and asks with its address alone.
            if record.body is not None:
                yield f"{route}: a body without description"
            return
    for item in [*_query(record.query, request), *_body(record.body, request, lines)]:
        if overlay.use(lines, f"{request.operation.id} request {item}") is None:
            yield f"{request.operation.id} request {item}"


def _body(body: Any, request: Request, lines: list[overlay.Line]) -> Iterator[str]:
    if request.body is None or body is None:
        if (request.body is None) != (body is None):
            yield "body missing" if body is None else "body without description"
        return
    schema, definitions = request.body, request.operation.definitions
    right = next((item for item in lines if item.deviation == f"{request.operation.id} request schema"), None)
    if right is not None and right.like:
        right.used += 1
        schema = definitions[right.like]
    yield from openapi.deviations(schema, definitions, body)


def _query(query: dict[str, str], request: Request) -> Iterator[str]:
    for name, value in query.items():
        if name == "api-version":
            continue
        if name not in request.query:
            yield f"query {name} additional"
        elif not _fits(value, request.query[name]):
            yield f"query {name} is {value!r}"


def _fits(value: str, parameter: dict[str, Any]) -> bool:
    """Whether the text is a value of this kind; of a list, every item."""
    kind = parameter["type"]
    if "enum" in parameter:
        return value in parameter["enum"]
    if kind == "boolean":
        return value in ("true", "false")
    if kind == "integer":
        return re.fullmatch(r"\d+", value) is not None
    if kind.startswith("array"):
        return all(item and ("uuid" not in kind or uuid.UUID(item)) for item in value.split(","))
    return bool(value)


def nulls(value: Any, where: str = "") -> Iterator[str]:
    """Where a body says null."""
    if value is None:
        yield where
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in pairs:
        yield from nulls(item, f"{where}/{key}")


# -- the exercise ----------------------------------------------------------------------------------------------------
@dataclass
class Exercise:
    """One simulator, and every request to Azure DevOps that the tasks sent."""

    simulator: Simulator
    signed_in: dict[str, Any]
    records: list[Recorded] = field(default_factory=list)

    def run(self, *, fails: bool = False, **options: Any) -> Task:
        task = manage(self.simulator, **{"project": "Payments", **self.signed_in, **options})
        assert task.failed is fails, task.result.get("msg", options)
        organization = f"/{self.simulator.fleet.organization}/"
        self.records += [item for item in self.simulator.requests if item.path.startswith(organization)]
        self.simulator.forget()
        return task


def _creations(exercise: Exercise) -> None:
    """All methods and scopes, every field that a creation can have, and a second run of each."""
    tenant = exercise.simulator.fleet.tenant_id
    for method, row in rows(tenant).items():
        for scope in row.scopes:
            options = {"name": f"{method} in {scope}", "scope": SCOPES[scope], **row.options}
            assert exercise.run(**options).result["changed"]
            assert not exercise.run(**options).result["changed"]
    for environment in ("AzureUSGovernment", "AzureChinaCloud", "AzureStack"):
        server: Options = {"server_url": STACK} if environment == "AzureStack" else {}
        key = rows(tenant)["key"].options
        exercise.run(name=f"key in {environment}", scope=SUBSCRIBED, environment=environment, **key, **server)
    manual = rows(tenant)["manual"].options
    exercise.run(
        name="with everything, and a comma",
        description="Grüße",
        service_management_reference="tree-1",
        enabled=False,
        scope=SCOPES["resource group"],
        environment="AzureChinaCloud",
        federated_credential={"audience": AUDIENCE},
        role_assignment={"role": "Reader"},
        authorize_all_pipelines=True,
        authorized_pipelines=[5],
        shared_with=[{"project": "Web Shop", "name": "of theirs", "description": "d", "authorized_pipelines": [7]}],
        **manual,
    )


def _changes(exercise: Exercise) -> None:
    tenant = exercise.simulator.fleet.tenant_id
    key: Options = {"name": "key in resource group"}
    proof = {"tenant_id": tenant, "client_id": CLIENT}
    exercise.run(**key, description="new", enabled=False, service_management_reference="tree-2")
    exercise.run(**key, scope={"resource_group": "rg-other"}, enabled=True)
    # The application has no role for the subscription, which is only remarked upon for a resource group.
    renewed: Options = {"service_principal": {"key": KEY}, "update_secret": "always", "scheme": "service_principal"}
    exercise.run(**key, **renewed, scope={"resource_group": "rg-other"}, verify="both")
    changed = {**rows(tenant)["certificate"].options, "scope": SUBSCRIBED}
    exercise.run(**key, service_principal=changed["service_principal"], scheme="service_principal")
    other = {**proof, "client_id": str(uuid.UUID(int=7)), "key": KEY}
    exercise.run(**key, service_principal=other, scheme="service_principal")
    renamed = exercise.run(name="manual in subscription")
    exercise.run(id=renamed.result["connection"]["id"], name="renamed")
    exercise.run(name="automatic in subscription", description="new")
    profile = rows(tenant)["publish profile"].options["publish_profile"]
    exercise.run(name="publish profile in subscription", publish_profile=profile, update_secret="always")
    exercise.run(name="manual in workspace", scope={"level": "ml_workspace", "ml_workspace_name": "mlw-other"})


def _shares_and_pipelines(exercise: Exercise) -> None:
    key: Options = {"name": "key in subscription"}
    shop: Options = {"project": "Web Shop"}
    exercise.run(**key, shared_with=[{**shop, "authorize_all_pipelines": True}], authorized_pipelines=[1, 2])
    exercise.run(**key, shared_with=[{**shop, "name": "alias", "description": "d"}], authorized_pipelines=[2, 3])
    exercise.run(**key, shared_with=[shop], authorize_all_pipelines=True, authorized_pipelines=[])
    exercise.run(**key, authorized_pipelines=[9], append_pipelines=True, authorize_all_pipelines=False)
    exercise.run(**key, shared_with=[])
    exercise.run(**key, shared_with=[{**shop, "name": "again"}], append_shares=True)


# Every kind of check, as it is made and as it is changed.
CHECKS: list[tuple[Options, Options]] = [
    ({"kind": "approval", "approvers": ["Ann Example"]}, {"minimum_approvers": 1, "instructions": "Look"}),
    (
        {"kind": "branch_control", "branches": ["refs/heads/main"]},
        {"protected_branches_only": True, "display_name": "x"},
    ),
    (
        {"kind": "business_hours", "days": ["Monday"], "start_time": "08:00", "end_time": "09:00", "time_zone": "UTC"},
        {"days": ["Monday", "Friday"]},
    ),
    (
        {"kind": "rest_api", "connection": str(uuid.UUID(int=9)), "method": "GET", "headers": {"a": "b"}},
        {"method": "POST", "body": {"c": 1}, "retry_interval": 5, "variable_group": "g"},
    ),
    (
        {"kind": "required_template", "templates": [{"repository": "a/b", "path": "x.yml"}]},
        {"templates": [{"repository": "a/b", "path": "y.yml"}]},
    ),
    ({"kind": "exclusive_lock"}, {"timeout": 60, "enabled": False}),
]


def _access(exercise: Exercise) -> None:
    """Checks and roles, by names and by ids."""
    key: Options = {"name": "azure-old"}
    exercise.run(**key, authorized_pipelines=["deploy", 2], checks=[before for before, _after in CHECKS])
    exercise.run(**key, checks=[{**before, **after} for before, after in CHECKS])
    exercise.run(**key, checks=[], remove_all_checks=True)
    ann = {"role": "user", "identity": "ann@contoso.example"}
    exercise.run(**key, roles=[ann], append_roles=True)
    exercise.run(**key, roles=[{"role": "administrator", "identity": exercise.simulator.fleet.user.unique_name}])


def _fleet() -> Fleet:
    fleet = arm_fleet()
    fleet.caller("Ann Example", mail="ann@contoso.example")
    fleet.yaml_pipeline(fleet.project("Payments"), "deploy", "steps: []")
    return fleet


def _tests(exercise: Exercise) -> None:
    tenant = exercise.simulator.fleet.tenant_id
    for method in ("key", "certificate"):
        options = {"name": f"tested {method}", "scope": SUBSCRIBED, **rows(tenant)[method].options}
        exercise.run(**options, role_assignment={"role": "Reader"}, verify="after")
        exercise.run(**{**options, "name": f"tested {method} first"}, verify="both")
    exercise.run(
        name="renamed", verify="after", role_assignment={"role": "Reader"}, service_principal={"client_id": CLIENT}
    )


def _removals(exercise: Exercise) -> None:
    exercise.run(project="Web Shop", name="of theirs", state="absent")
    exercise.run(name="key in subscription", state="absent", fails=True)
    exercise.run(name="key in subscription", state="absent", delete_shared=True)
    exercise.run(name="manual in resource group", state="absent")
    exercise.run(
        name="manual, managed identity in subscription", managed_identity={"resource_id": IDENTITY}, state="absent"
    )
    exercise.run(name="agent in subscription", state="absent")
    exercise.run(name="not there", state="absent")


@pytest.fixture(scope="module")
def lines() -> list[overlay.Line]:
    found = overlay.load()
    for line in found:
        line.used = 0
    return found


@pytest.fixture(scope="module")
def known(contracts: Path) -> dict[str, list[Request]]:
    return {version: requests_of(contracts, version) for version in openapi.FILES}


def _no_waiting(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(http, "backoff", lambda attempt: 0.001)
    patch.setattr(pacing, "_FIRST_TRY_PAUSE_SECONDS", 0.001)
    patch.setattr(pacing, "_LONGEST_TRY_PAUSE_SECONDS", 0.01)
    for name in NO_PROXIES:
        patch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def records() -> Iterator[list[Recorded]]:
    """Everything that was sent to Azure DevOps Services."""
    with pytest.MonkeyPatch.context() as patch, Simulator(arm_fleet()) as simulator:
        _no_waiting(patch)
        exercise = Exercise(simulator, person(simulator, "person", patch))
        for part in (_creations, _changes, _shares_and_pipelines, _tests, _removals):
            part(exercise)
        # Last, and in a world of its own, because all applications of the first are used by several connections.
        simulator.reset(arm_fleet())
        exercise.signed_in = person(simulator, "person", patch)
        automatic = rows(simulator.fleet.tenant_id)["automatic"].options
        exercise.run(name="deep", scope=SUBSCRIBED, **automatic)
        exercise.run(name="deep", state="absent", delete_identity=True)
        yield exercise.records
        tokens._TOKENS.clear()


@pytest.fixture(scope="module")
def of_servers() -> Iterator[list[Recorded]]:
    """Everything that was sent to a server that speaks 7.1."""
    with pytest.MonkeyPatch.context() as patch, Simulator(arm_fleet(), profile="server_2022") as simulator:
        _no_waiting(patch)
        exercise = Exercise(simulator, {})
        for method in ("key", "certificate", "agent", "publish profile"):
            row = rows(simulator.fleet.tenant_id)[method]
            for scope in row.scopes:
                options = {"name": f"{method} in {scope}", "scope": SCOPES[scope], **row.options}
                exercise.run(**options, shared_with=[{"project": "Web Shop"}], authorized_pipelines=[3])
                exercise.run(**options, description="new", shared_with=[])
                exercise.run(name=options["name"], state="absent")
        yield exercise.records


# -- what must be true -----------------------------------------------------------------------------------------------
def test_every_request_is_as_described(
    records: list[Recorded], known: dict[str, list[Request]], lines: list[overlay.Line]
) -> None:
    assert len(records) > 200
    wrong = {item for record in records for item in check(record, known, lines)}
    assert sorted(wrong) == []


def test_every_request_to_a_server_is_as_described(
    of_servers: list[Recorded], known: dict[str, list[Request]], lines: list[overlay.Line]
) -> None:
    assert {version_of(record) for record in of_servers} == {"7.1"}
    wrong = {item for record in of_servers for item in check(record, known, lines)}
    assert sorted(wrong) == []


def test_what_a_server_does_not_know_is_not_sent_to_it(
    known: dict[str, list[Request]], lines: list[overlay.Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service management reference is a field of 7.2 (2.4), which no server speaks."""
    _no_waiting(monkeypatch)
    with Simulator(arm_fleet(), profile="server_2022") as simulator:
        exercise = Exercise(simulator, {})
        row = rows(simulator.fleet.tenant_id)["key"]
        wanted: Options = {
            "name": "new",
            "scope": SUBSCRIBED,
            "service_management_reference": "tree-1",
            "allow_unreached": True,
        }
        task = exercise.run(**wanted, **row.options)
    assert "service_management_reference" in " ".join(task.runtime.warnings)
    assert [item for record in exercise.records for item in check(record, known, lines)] == []


def test_the_exercise_sends_every_kind_of_write(records: list[Recorded]) -> None:
    """Otherwise nothing was proven about it."""
    sent = {f"{item.method} {general(item.path)}" for item in records if item.write or item.method == "POST"}
    endpoints = "_apis/serviceendpoint/endpoints"
    assert sent == {
        f"POST /{{org}}/{endpoints}",
        f"PUT /{{org}}/{{project}}/{endpoints}/{{id}}",
        f"PATCH /{{org}}/{endpoints}/{{id}}",
        f"DELETE /{{org}}/{endpoints}/{{id}}",
        "POST /{org}/{project}/_apis/serviceendpoint/endpointproxy",
        "PATCH /{org}/{project}/_apis/pipelines/pipelinepermissions/endpoint/{id}",
    }
    deletions = [item for item in records if item.method == "DELETE"]
    assert {item.query["deep"] for item in deletions} == {"true", "false"}
    assert {item.query["projectIds"].count(",") for item in deletions} == {0, 1}
    proxied = [item.query["endpointId"] for item in records if item.path.endswith("/endpointproxy")]
    assert str(uuid.UUID(int=0)) in proxied
    assert len(set(proxied)) > 2


# What the settings of a check are, by the name of its type.
SETTINGS = {"Approval": "ApprovalConfigSettings", "Task Check": "TaskCheckConfig"}


@pytest.fixture(scope="module")
def of_access() -> Iterator[list[Recorded]]:
    """Everything that was sent about checks and roles, with names to look up."""
    with pytest.MonkeyPatch.context() as patch, Simulator(_fleet()) as simulator:
        _no_waiting(patch)
        exercise = Exercise(simulator, {})
        _access(exercise)
        yield exercise.records


def test_every_request_about_access_is_as_described(
    of_access: list[Recorded], known: dict[str, list[Request]], lines: list[overlay.Line]
) -> None:
    sent = {f"{item.method} {item.path.partition('/_apis/')[2].rpartition('/')[0]}" for item in of_access if item.write}
    checks = "pipelines/checks/configurations"
    roles = "securityroles/scopes/distributedtask.serviceendpointrole/roleassignments/resources"
    assert {
        f"POST {checks.rpartition('/')[0]}",
        f"PATCH {checks}",
        f"DELETE {checks}",
        f"PUT {roles}",
        f"PATCH {roles}",
    } <= sent
    # Nobody has described those of roles.
    described = [item for item in of_access if "/securityroles/" not in item.path]
    wrong = {item for record in described for item in check(record, known, lines)}
    assert sorted(wrong) == []


def test_the_settings_of_checks_are_as_described(of_access: list[Recorded], known: dict[str, list[Request]]) -> None:
    """An operation takes the settings of any kind; what each of them is, is described apart."""
    definitions = next(
        item.operation.definitions for item in known["7.1"] if "TaskCheckConfig" in item.operation.definitions
    )
    sent = [item.body for item in of_access if "/checks/configurations" in item.path and item.body]
    assert {body["type"]["name"] for body in sent} == {*SETTINGS, "ExtendsCheck", "ExclusiveLock"}
    wrong = {
        f"{kind} {item}"
        for body in sent
        if (kind := SETTINGS.get(body["type"]["name"]))
        for item in openapi.deviations(definitions[kind], definitions, body["settings"])
    }
    assert sorted(wrong) == []


def test_roles_are_sent_as_public_clients_send_them(of_access: list[Recorded]) -> None:
    sent = [item for item in of_access if "/securityroles/" in item.path and item.write]
    given = [entry for item in sent if item.method == "PUT" for entry in item.body]
    assert given
    assert all(set(entry) == {"roleName", "userId"} and uuid.UUID(entry["userId"]) for entry in given)
    taken = [entry for item in sent if item.method == "PATCH" for entry in item.body]
    assert taken
    assert all(uuid.UUID(entry) for entry in taken)


def test_connections_are_made_and_changed_in_the_newest_model(records: list[Recorded]) -> None:
    assert {version_of(item) for item in records if item.method in ("POST", "PUT") and item.write} == {"7.2"}


def test_what_is_not_saved_yet_says_null_nowhere(records: list[Recorded], of_servers: list[Recorded]) -> None:
    """The overlay allows null for masked secrets, which only an existing connection has."""
    made = [item for item in [*records, *of_servers] if item.method == "POST" and item.path.endswith("/endpoints")]
    made += [item for item in records if item.query.get("endpointId") == str(uuid.UUID(int=0))]
    assert len(made) > 40
    assert [found for item in made for found in nulls(item.body)] == []


def test_a_change_sends_null_for_masked_secrets_and_for_nothing_else(records: list[Recorded]) -> None:
    """Whether an empty text would wipe the stored secret is not known (12)."""
    secrets = {"serviceprincipalkey", "serviceprincipalcertificate", "publishprofile"}
    changes = [item.body for item in records if item.method == "PUT"]
    found = {where.lower().rpartition("/")[2] for body in changes for where in nulls(body)}
    assert found <= secrets
    assert found
    sent = [(key, value) for body in changes for key, value in body["authorization"]["parameters"].items()]
    assert [key for key, value in sent if key.lower() in secrets and value == ""] == []


def test_every_line_about_requests_is_needed(
    records: list[Recorded], of_servers: list[Recorded], known: dict[str, list[Request]], lines: list[overlay.Line]
) -> None:
    about = [line for line in lines if " request " in line.deviation]
    assert about
    for record in [*records, *of_servers]:
        assert list(check(record, known, lines)) == []
    assert [line.deviation for line in about if not line.used] == []


# -- and it can fail -------------------------------------------------------------------------------------------------
def _first(records: list[Recorded], method: str, end: str = "") -> Recorded:
    return next(item for item in records if item.method == method and item.path.endswith(end) and item.body)


def _spoiled(record: Recorded, path: str, value: Any) -> Recorded:
    """The same request with another value at a place; {} is taken along."""
    copied = copy.copy(record)
    copied.body = where = copy.deepcopy(record.body)
    *way, last = path.split("/")
    for part in way:
        where = where[int(part) if isinstance(where, list) else part]
    where[last] = value
    return copied


@pytest.mark.parametrize(
    ("method", "end", "path", "value", "sentence"),
    [
        ("POST", "/endpoints", "colour", "red", "Endpoints_Create request /colour additional"),
        ("POST", "/endpoints", "data/subscriptionId", 5, "Endpoints_Create request /data/subscriptionId type integer"),
        ("POST", "/endpoints", "data/creationMode", None, "Endpoints_Create request /data/creationMode type null"),
        ("POST", "/endpoints", "data/isDraft", True, "Endpoints_Create request /data/isDraft type boolean"),
        ("POST", "/endpoints", "isDisabled", "true", "Endpoints_Create request /isDisabled type string"),
        ("POST", "/endpoints", "authorization/key", "x", "Endpoints_Create request /authorization/key additional"),
        ("POST", "/endpoints", "authorization/parameters/scope", ["x"],
         "Endpoints_Create request /authorization/parameters/scope type array"),
        ("POST", "/endpoints", "serviceEndpointProjectReferences/0/alias", "x",
         "Endpoints_Create request /serviceEndpointProjectReferences/*/alias additional"),
        ("PUT", "", "data/subscriptionId", 5, "Endpoints_Update Service Endpoint request /data/subscriptionId type integer"),
        ("PUT", "", "operation", "x", "Endpoints_Update Service Endpoint request /operation additional"),
        ("POST", "/endpointproxy", "serviceEndpointDetails/name", "x",
         "Endpointproxy_Execute Service Endpoint Request request /serviceEndpointDetails/name additional"),
        ("POST", "/endpointproxy", "dataSourceName", "x", "Endpointproxy_Execute Service Endpoint Request request /dataSourceName additional"),
        ("PATCH", "", "0/projectIds", "x", "Endpoints_Share Service Endpoint request /*/projectIds additional"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_noticed(
    method: str, end: str, path: str, value: Any, sentence: str, records: list[Recorded],
    known: dict[str, list[Request]], lines: list[overlay.Line],
) -> None:  # fmt: skip
    chosen = [item for item in records if "pipelinepermissions" not in item.path]
    record = _first(chosen, method, end)
    assert list(check(record, known, lines)) == []
    assert list(check(_spoiled(record, path, value), known, lines)) == [sentence]


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("pipelines/0/id", "12", "/pipelines/*/id type string"),
        ("pipelines/0/authorized", "true", "/pipelines/*/authorized type string"),
        ("everyone", True, "/everyone additional"),
    ],
)
def test_a_wrong_field_of_permissions_is_noticed(
    path: str, value: Any, sentence: str, records: list[Recorded], known: dict[str, list[Request]],
    lines: list[overlay.Line],
) -> None:  # fmt: skip
    chosen = [item for item in records if "pipelinepermissions" in item.path and (item.body or {}).get("pipelines")]
    spoiled = _spoiled(_first(chosen, "PATCH"), path, value)
    wanted = f"Pipeline Permissions_Update Pipeline Permisions For Resource request {sentence}"
    assert list(check(spoiled, known, lines)) == [wanted]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"deep": "yes"}, "Endpoints_Delete request query deep is 'yes'"),
        ({"projectIds": ""}, "Endpoints_Delete request query projectIds is ''"),
        ({"force": "true"}, "Endpoints_Delete request query force additional"),
    ],
)
def test_a_wrong_query_parameter_is_noticed(
    query: dict[str, str], sentence: str, records: list[Recorded], known: dict[str, list[Request]],
    lines: list[overlay.Line],
) -> None:  # fmt: skip
    record = copy.copy(next(item for item in records if item.method == "DELETE"))
    record.query = {**record.query, **query}
    assert list(check(record, known, lines)) == [sentence]


def test_a_request_to_nowhere_is_noticed(
    records: list[Recorded], known: dict[str, list[Request]], lines: list[overlay.Line]
) -> None:
    record = copy.copy(records[0])
    record.path = "/contoso/_apis/somewhere"
    assert list(check(record, known, lines)) == [f"route {record.method} /{{org}}/_apis/somewhere: not described"]
