# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done while the service answers oddly: each module and the inventory, and what each claims to have done."""

from __future__ import annotations

import json
import re
import typing as t
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.azdo.connections.plugins.module_utils._errors import AzdoError
from ansible_collections.azdo.connections.plugins.module_utils._run.runtime import Runtime
from ansible_collections.azdo.connections.plugins.module_utils._sign_in.options import argument_spec
from ansible_collections.azdo.connections.plugins.plugin_utils._inventory.host_selection import Selection, warnings
from ansible_collections.azdo.connections.plugins.plugin_utils._inventory.hosts import Frame, hosts
from ansible_collections.azdo.connections.plugins.plugin_utils._inventory.read_service import read_organizations

from simulator import Fleet, Simulator
from simulator.identifiers import guid
from unit.plugins._helpers import tasks
from unit.plugins._helpers.arm import person

Json = dict[str, t.Any]
SECRET, FEDERATION = "ServicePrincipal", "WorkloadIdentityFederation"
LATELY = timedelta(days=2)
KEY = "a-made-up-secret-of-the-automation"


class Scenario(t.NamedTuple):
    """A world, and what is done in it.

    :param run: gives a result of a module, or one in its shape.
    """

    fleet: t.Callable[[], Fleet]
    run: t.Callable[[Simulator, Path, Json], Json]
    knobs: Json


def _fleet(**options: t.Any) -> Fleet:
    """Two projects that share a connection, and one of every kind that is looked into more closely."""
    fleet = Fleet("contoso", **options)
    payments, shop = fleet.project("Payments"), fleet.project("Web Shop")
    scheme = FEDERATION if options.get("issuer") == "azure_devops" else SECRET
    fleet.connection(payments, "azure-dev", scheme=scheme, last_used=LATELY, pipelines=[7], all_pipelines=True)
    fleet.connection(payments, "azure-test", scheme=scheme, last_used=LATELY, shared_with=[shop])
    fleet.connection(shop, "azure-shop", scheme=scheme, resource_group="rg-shop")
    fleet.service_principal("automation", secret=KEY)
    return fleet


def _converted() -> Fleet:
    fleet = Fleet("contoso")
    payments, shop = fleet.project("Payments"), fleet.project("Web Shop")
    for project, name in ((payments, "azure-dev"), (payments, "azure-test"), (shop, "azure-shop")):
        fleet.connection(project, name, scheme=FEDERATION, converted_ago=timedelta(days=1), last_used=LATELY)
    fleet.service_principal("automation", secret=KEY)
    return fleet


COMMON: Json = {"concurrency": 1, "max_retries": 0}


def _info(simulator: Simulator, _folder: Path, sign_in: Json) -> Json:
    include = ["usage", "permissions", "checks", "identity", "verification", "as_code"]
    return tasks.info(simulator, include=include, **COMMON, **sign_in).result


def _convert(to: str) -> t.Callable[[Simulator, Path, Json], Json]:
    choices: dict[str, Json] = {
        "workload_identity_federation": {"shared": "include"},
        "service_principal": {"revert_all": True, "allow_irreversible": False},
        "entra_issuer": {"shared": "include", "migration_grace": 0},
    }
    own = choices[to]

    def run(simulator: Simulator, folder: Path, sign_in: Json) -> Json:
        journal = folder / "journal"
        journal.unlink(missing_ok=True)
        return tasks.convert(
            simulator,
            **{
                "to": to,
                "journal": str(journal),
                "allow_irreversible": True,
                "wait_timeout": 30,
                "max_failures": 99,
                **own,
            },
            **COMMON,
            **sign_in,
        ).result

    return run


def _manage(**options: t.Any) -> t.Callable[[Simulator, Path, Json], Json]:
    def run(simulator: Simulator, _folder: Path, sign_in: Json) -> Json:
        own = {key: value for key, value in COMMON.items() if key != "concurrency"}
        return tasks.manage(simulator, **{"wait_timeout": 30, **options}, **own, **sign_in).result

    return run


def _inventory(simulator: Simulator, _folder: Path, sign_in: Json) -> Json:
    """The hosts in place of rows, as the plugin makes them."""
    frame = Frame(kind="connection", production=re.compile("prod"), now=datetime.now(timezone.utc))
    checked = ArgumentSpecValidator(argument_spec(concurrency={"type": "int"})).validate(
        {"organization_url": simulator.organization_url, **COMMON, **sign_in}
    )
    runtime = Runtime(params=checked.validated_parameters, check_mode=True, diff_mode=False, environ={})
    try:
        found = read_organizations([runtime], lists=True, usage=True)
        rows = [
            {"id": host.variables["azdo_connection_id"], "groups": host.groups, **host.variables}
            for host in hosts(found, Selection(), frame)
        ]
        said = warnings(found, "connection")
    except AzdoError as error:
        return {"failed": True, "msg": str(error), "connections": None}
    return {"connections": rows, "kept": json.loads(json.dumps(found)), "said": said, "incomplete": bool(said)}


_NEW: Json = {
    "project": "Payments",
    "name": "azure-new",
    "creation_mode": "automatic",
    "service_principal": {"tenant_id": guid("tenant", "contoso")},
}
_SCOPE: Json = {"subscription_id": "5a1d2c3b-0000-4000-8000-000000000001", "subscription_name": "Contoso"}


def _guarded() -> Fleet:
    """People, groups, pipelines and places by name, and a connection with checks and roles."""
    fleet = _fleet()
    payments = fleet.project("Payments")
    ann = fleet.caller("Ann Example", mail="ann@contoso.example")
    team = fleet.group("[Payments]\\Deployers", [ann])
    fleet.yaml_pipeline(payments, "deploy", "steps: []", folder="\\a")
    fleet.subscription("Contoso", _SCOPE["subscription_id"])
    connection = fleet.connection(payments, "azure-guarded", scheme=FEDERATION, creation_mode="Manual", pipelines=[7])
    fleet.role(connection, ann, "User")
    fleet.role(connection, team, "Administrator")
    fleet.check(connection, "2ef31ad6-baa0-403a-8b45-2cbc9b4e5563", "ExclusiveLock", {})
    fleet.check(connection, "aaaaaaaa-0000-4000-8000-000000000009", "Evaluate artifact", {"a": [1]})
    return fleet


_ACCESS: Json = {
    "project": "Payments",
    "authorized_pipelines": ["\\a\\deploy"],
    "checks": [
        {"kind": "approval", "approvers": ["[Payments]\\Deployers"]},
        {"kind": "branch_control", "branches": ["refs/heads/main"]},
    ],
    "roles": [{"role": "administrator", "identity": "ann@contoso.example"}],
}
_ROLES: Json = {"role_assignments": [{"role": "Reader"}, {"role": "Contributor", "condition": "x"}]}
_WHOLE: Json = {"name": "azure-whole", "scope": {**_SCOPE, "resource_group": "rg"}}
_APPLICATION: Json = {"unique_name": "whole", "owners": ["ann@contoso.example"]}
_CREATE = {"name": "id-new", "resource_group": "ids", "location": "westeurope"}


def _made() -> Fleet:
    """A connection whose application an earlier task has made."""
    fleet = _guarded()
    application = fleet.application(name="whole")
    application.unique_name = "whole"
    application.tags = [f"azdo.connections:{fleet.organization_id}"]
    fleet.connection(
        fleet.project("Payments"),
        "azure-whole",
        scheme=FEDERATION,
        creation_mode="Manual",
        client_id=application.app_id,
    )
    return fleet


SCENARIOS: dict[str, Scenario] = {
    "info": Scenario(_fleet, _info, {}),
    "convert": Scenario(_fleet, _convert("workload_identity_federation"), {}),
    "revert": Scenario(_converted, _convert("service_principal"), {}),
    "migrate": Scenario(lambda: _fleet(issuer="azure_devops"), _convert("entra_issuer"), {"issuer": "azure_devops", "migration_polls": 1}),
    "create": Scenario(_fleet, _manage(state="present", scope=_SCOPE, **_NEW), {}),
    "change": Scenario(_fleet, _manage(state="present", project="Payments", name="azure-dev", description="new", verify="after"), {}),
    "remove": Scenario(_fleet, _manage(state="absent", project="Payments", name="azure-dev"), {}),
    "access": Scenario(_guarded, _manage(name="azure-guarded", shared_with=[{"project": "Web Shop"}], **_ACCESS), {}),
    "whole": Scenario(_guarded, _manage(**_WHOLE, application=_APPLICATION, **_ROLES, **_ACCESS), {}),
    "whole with an identity": Scenario(_guarded, _manage(**_WHOLE, managed_identity={"create": _CREATE}, **_ROLES, **_ACCESS), {}),
    "remove the whole": Scenario(_made, _manage(state="absent", project="Payments", name="azure-whole", application=_APPLICATION), {}),
    "inventory": Scenario(_fleet, _inventory, {}),
}  # fmt: skip


def sign_in(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Json:
    return person(simulator, "person", monkeypatch)
