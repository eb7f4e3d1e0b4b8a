# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The EXAMPLES of every module run as they are written, but for the address of the organization."""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from ansible_collections.azdo.connections.plugins.modules import (
    azdo_arm_connection,
    azdo_arm_connection_convert,
    azdo_arm_connection_info,
    fleet_ask,
    fleet_judge,
    fleet_write,
)

from simulator import Fleet, federation
from simulator.identity_fleet import assign
from unit.plugins._helpers.certificates import certificate_and_key

SUBSCRIPTION = "5a1d2c3b-0000-4000-8000-000000000001"


def fleet_of_the_examples() -> Fleet:
    fleet = Fleet("contoso")
    payments, shop = fleet.project("Payments"), fleet.project("Web Shop")
    fleet.connection(payments, "azure-production", last_used=timedelta(days=1))
    fleet.connection(payments, "azure-shared", shared_with=[shop])
    fleet.connection(shop, "azure-storefront")
    return fleet


def fleet_to_create_in() -> Fleet:
    """Two projects with a connection each, the applications and the identity that the examples name, and an automation that may do everything."""
    fleet = Fleet("contoso")
    for name in ("Payments", "Web Shop"):
        fleet.connection(fleet.project(name), f"azure-{name.lower()}")
    fleet.application("5a1d2c3b-0000-4000-8000-000000000011", "payments")
    principal = fleet.service_principal("key", secret="k" * 40, client_id="5a1d2c3b-0000-4000-8000-000000000012")
    assign(fleet.world.directory, str(principal.object_id), f"/subscriptions/{SUBSCRIPTION}", "Reader")
    fleet.managed_identity("id-payments", subscription_id=SUBSCRIPTION, resource_group="ids")
    automation = fleet.service_principal("automation", secret="s" * 40)
    fleet.yaml_pipeline(fleet.project("Payments"), "deploy-payments", "steps: []")
    fleet.subscription("Contoso Production", SUBSCRIPTION)
    fleet.group("[Payments]\\Project Administrators", [automation, fleet.user])
    fleet.group("[Payments]\\Release Managers")
    fleet.group("[Payments]\\Contributors")
    return fleet


def test_examples_of_info_run_as_written(stage: Callable[..., t.Any]) -> None:
    here = stage(fleet_of_the_examples())
    text = azdo_arm_connection_info.EXAMPLES.replace("https://dev.azure.com/contoso", here.simulator.organization_url)
    assert text != azdo_arm_connection_info.EXAMPLES
    here.environment = {"AZDO_PERSONAL_ACCESS_TOKEN": "UNSET", "AZDO_ORG_SERVICE_URL": "UNSET"}
    tasks = yaml.safe_load(text)
    played = here.play(tasks, vars={"azdo_pat": here.simulator.pat})
    assert played.status == 0, played.output
    assert len(played.results) == len(tasks)


def test_examples_of_conversion_run_as_written_and_are_quiet_the_second_time(
    stage: Callable[..., t.Any], az: Callable[..., str]
) -> None:
    fleet = fleet_of_the_examples()
    payments = fleet.project("Payments")
    manual = fleet.connection(payments, "azure-manual", creation_mode="Manual")
    fleet.connection(payments, "azure-old-issuer", scheme="WorkloadIdentityFederation", issuer="azure_devops")
    automation = fleet.service_principal("automation", secret="s" * 40)
    here = stage(fleet, tls=True)
    simulator = here.simulator
    issuer, subject = federation.pair(fleet.world, manual, "entra")
    here.environment = {
        "AZDO_PERSONAL_ACCESS_TOKEN": "UNSET",
        "AZDO_ORG_SERVICE_URL": "UNSET",
        "AZDO_AUTHORITY_URL": simulator.authority_url,
        "AZDO_GRAPH_URL": simulator.graph_url,
        "AZDO_RESOURCE_MANAGER_URL": simulator.resource_manager_url,
        "REQUESTS_CA_BUNDLE": str(simulator.ca_path),
        "PATH": az(simulator),
    }
    known = {
        "azdo_pat": simulator.pat,
        "tenant_id": fleet.tenant_id,
        "automation_client_id": automation.client_id,
        "automation_secret": "s" * 40,
        "issuer_from_the_portal": issuer,
        "subject_from_the_portal": subject,
    }
    text = azdo_arm_connection_convert.EXAMPLES.replace("https://dev.azure.com/contoso", simulator.organization_url)
    tasks = yaml.safe_load(text)
    played = here.play(tasks, vars=known)
    assert played.status == 0, played.output
    done = {row["name"]: row["status"] for item in played.results for row in item["result"].get("connections", ())}
    assert done == {
        "azure-production": "reverted",
        "azure-shared": "converted",
        "azure-manual": "converted",
        "azure-old-issuer": "migrated",
    }
    assert (here.folder / "issuer-migration.journal").stat().st_mode & 0o777 == 0o600

    simulator.forget()
    again = here.play(tasks[4:], vars=known)
    assert again.status == 0, again.output
    assert not [item for item in again.results if item["result"]["changed"]]
    assert simulator.writes == []


def test_examples_of_creation_run_as_written_and_are_quiet_the_second_time(stage: Callable[..., t.Any]) -> None:
    fleet = fleet_to_create_in()
    here = stage(fleet, tls=True)
    simulator = here.simulator
    text = azdo_arm_connection.EXAMPLES.replace("https://dev.azure.com/contoso", simulator.organization_url)
    here.environment = {
        "AZDO_PERSONAL_ACCESS_TOKEN": "UNSET",
        "AZDO_ORG_SERVICE_URL": "UNSET",
        "AZDO_AUTHORITY_URL": simulator.authority_url,
        "AZDO_GRAPH_URL": simulator.graph_url,
        "AZDO_RESOURCE_MANAGER_URL": simulator.resource_manager_url,
        "REQUESTS_CA_BUNDLE": str(simulator.ca_path),
    }
    automation = next(item for item in fleet.world.callers.values() if item.display_name == "automation")
    identity = fleet.managed_identity("id-payments", subscription_id=SUBSCRIPTION, resource_group="ids")
    known = {
        "azdo_pat": simulator.pat,
        "entra_tenant": fleet.tenant_id,
        "automation_client_id": automation.client_id,
        "automation_secret": "s" * 40,
        "identity_client_id": identity.client_id,
        "payments_key": "k" * 40,
        "payments_certificate": certificate_and_key(),
        "web_publish_profile": f'<publishData><publishProfile userPWD="{"p" * 40}"/></publishData>',
    }
    tasks = yaml.safe_load(text)
    played = here.play(tasks, vars=known)
    assert played.status == 0, played.output
    assert [item["result"]["changed"] for item in played.results] == [True] * len(tasks)
    assert identity.credentials
    schemes = {
        (item["result"]["connection"]["scheme"], item["result"]["connection"]["creation_mode"])
        for item in played.results[:11]
    }
    assert len(schemes) == 6

    lasting = [task for task in tasks[:-1] if "update_secret" not in str(task)]
    here.play(lasting, vars=known)
    simulator.forget()
    again = here.play(lasting, vars=known)
    assert again.status == 0, again.output
    assert not [item for item in again.results if item["result"]["changed"]]
    assert simulator.writes == []


@pytest.mark.parametrize("module", [fleet_judge, fleet_write, fleet_ask])
def test_examples_of_the_steps_of_a_rollout_run_as_written(module: t.Any, stage: Callable[..., t.Any]) -> None:
    """azdo.connections.fleet_judge, azdo.connections.fleet_write and azdo.connections.fleet_ask, with projects as hosts."""
    here = stage(fleet_of_the_examples())
    (here.folder / "fleet.azdo.yml").write_text("plugin: azdo.connections.azdo\n", encoding="utf-8")
    tasks = yaml.safe_load(module.EXAMPLES)
    played = here.run(here.write(tasks, hosts="azdo_projects"), "-i", "fleet.azdo.yml")
    # Nobody is there to answer.
    assert played.status == (2 if module is fleet_ask else 0), played.output
    last = played.last
    if module is fleet_judge:
        assert played.results[2]["result"]["moved"].keys() == {"payments", "web-shop"}
    elif module is fleet_write:
        assert [Path(name).name for name in last["files"]] == ["fleet.html", "fleet.csv"]
        assert "azure-storefront" in (here.folder / "fleet.csv").read_text(encoding="utf-8")
    else:
        assert "there is no terminal to ask on" in last["msg"]


STEPS: tuple[tuple[str, dict[str, t.Any], str], ...] = (
    ("fleet_judge", {"about": "wave", "registered": ["rum"]}, "no host has registered rum"),
    ("fleet_judge", {"about": "wave", "registered": ["run"], "hosts": []}, "no host has registered run"),
    ("fleet_judge", {"about": "wave", "registered": ["run"], "hosts": ["nowhere"]}, "there is no host nowhere"),
    ("fleet_judge", {"about": "waves", "registered": ["run"]}, "value of about must be one of"),
    ("fleet_judge", {"about": "course", "registered": ["run"], "sizes": "0"}, "is no size of a wave"),
    ("fleet_judge", {"about": "deadlines", "registered": ["run"], "days": {"secrets": 1}}, "days has secrets, which is none of revert, secret"),
    ("fleet_write", {"registered": ["rum"], "report": "r.html"}, "no host has registered rum"),
    ("fleet_write", {"registered": ["run"], "report": "nodir/r.html"}, "fleet_report_path: nodir/r.html cannot be written, because there is no folder"),
    ("fleet_write", {"registered": ["run"], "report": "r.pdf"}, "fleet_report_path: the ending of r.pdf is none of .html"),
    ("fleet_write", {"registered": ["run"], "plan": "."}, "fleet_plan_path: . is a link, a folder"),
    ("fleet_judge", {"about": "deadlines", "registered": ["run"], "days": {"secret": "soon"}}, "secret must be a whole number, not 'soon'"),
    ("fleet_judge", {"about": "wave", "registered": ["plan"], "allowed": -1}, "allowed must be a whole number"),
    ("fleet_judge", {"about": "wave", "registered": ["plan"], "rows": -1}, "rows must be a whole number"),
    ("fleet_judge", {"about": "wave", "registered": ["run"]}, "the rows have no 'status', so about=wave cannot judge them"),
    ("fleet_judge", {"about": "course", "registered": ["plan"], "canary": 5}, "canary must be a list"),
    ("fleet_judge", {"about": "proof", "registered": ["run"], "since": "yesterday"}, "now must be a time such as"),
    ("fleet_write", {"registered": ["run"], "report": "x" * 300 + ".csv"}, "is no name of a file: File name too long"),
    ("fleet_write", {"registered": ["plan"], "report": "r.json", "plan": "r.json"}, "name a file twice"),
    ("fleet_write", {"registered": ["plan"], "report": "r.json", "plan": "./r.json"}, "name a file twice"),
    ("fleet_write", {"registered": ["run"], "checked": "run", "report": "r.html"}, "run holds no result of azdo.connections.fleet_check"),
    ("fleet_ask", {"question": []}, "Unsupported parameters"),
    ("fleet_ask", {"questions": [{"host": "h", "id": "i", "name": "n"}]}, "there is no terminal to ask on"),
)  # fmt: skip


def test_a_step_that_is_used_wrongly_says_so_and_is_no_success(stage: Callable[..., t.Any]) -> None:
    """A misspelt name must not look like nothing wrong."""
    here = stage(fleet_of_the_examples())
    tasks: list[dict[str, t.Any]] = [
        {"azdo.connections.azdo_arm_connection_info": {}, "register": "run"},
        {"azdo.connections.azdo_arm_connection_convert": {}, "check_mode": True, "register": "plan"},
    ]
    tasks += [{f"azdo.connections.{name}": options, "ignore_errors": True} for name, options, _said in STEPS]
    played = here.play(tasks)
    outcomes = [(item["outcome"], item["result"]["msg"]) for item in played.results[2:]]
    assert len(outcomes) == len(STEPS)
    for (outcome, message), (_name, options, said) in zip(outcomes, STEPS, strict=True):
        assert outcome == "failed", options
        assert said in message
    assert not list(here.folder.glob("r.*"))
