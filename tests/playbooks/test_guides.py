# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guides of the documentation: commands as people paste them, and playbooks as they are written, but for the address of the organization."""

from __future__ import annotations

import json
import re
import shlex
import textwrap
import typing as t
from collections.abc import Callable
from datetime import timedelta

import pytest
import yaml

from simulator import Fleet, federation
from simulator.identity_fleet import assign
from tools.docs_site import GUIDES

CONTOSO = "https://dev.azure.com/contoso"
SUBSCRIPTION = "5a1d2c3b-0000-4000-8000-000000000001"
PAGES = {path.stem: path.read_text(encoding="utf-8") for path in sorted(GUIDES.glob("*.rst"))}


def blocks(page: str, language: str) -> list[str]:
    """The code blocks of a guide in this language, in their order."""
    found = re.findall(rf"\.\. code-block:: {re.escape(language)}\n\n((?:  .*\n|\n)+)", PAGES[page])
    return [textwrap.dedent(text).strip() + "\n" for text in found]


WITH_COMMANDS = [page for page in PAGES if blocks(page, "console")]


def test_no_block_is_in_a_language_that_nobody_reads() -> None:
    used = {name for text in PAGES.values() for name in re.findall(r"\.\. code-block:: (\S+)", text)}
    assert used == {"console", "yaml", "yaml+jinja"}
    assert len(WITH_COMMANDS) == 3


def fleet_of_the_guides() -> Fleet:
    fleet = Fleet("contoso")
    for name in ("Payments", "Web Shop", "sandbox-one"):
        project = fleet.project(name)
        for kind in ("dev", "prod"):
            fleet.connection(project, f"azure-{kind}", last_used=timedelta(days=2))
    return fleet


@pytest.mark.parametrize("page", WITH_COMMANDS)
def test_the_commands_of_a_guide_do_what_it_says(page: str, stage: Callable[..., t.Any]) -> None:
    here = stage(fleet_of_the_guides())
    for text in blocks(page, "yaml+jinja"):
        name = text.partition("\n")[0].removeprefix("# ")
        (here.folder / name).write_text(text.replace(CONTOSO, here.simulator.organization_url), encoding="utf-8")
    lines = [line.removeprefix("$ ") for text in blocks(page, "console") for line in text.splitlines()]
    hosts = next((shlex.split(line[7:-1]) for line in lines if line.startswith("hosts=(")), [])
    digest, played = "", 0
    for line in lines:
        if not line.startswith("ansible-playbook "):
            continue
        words = [word for part in shlex.split(line)[1:] for word in (hosts if part == "${hosts[@]}" else [part])]
        run = here.run(*(re.sub(r"(?<=fleet_plan_digest=).*", digest, word) for word in words))
        assert run.status == 0, (words, run.output)
        found = re.search(r"fleet_plan_digest=([0-9a-f]{64})", json.dumps(run.results) + run.output)
        digest, played = (found[1] if found else digest), played + 1
    assert played
    schemes = [item.scheme for item in here.simulator.world.connections.values()]
    converted = {"guide_first_report": 0, "guide_plan_and_approve": 0, "guide_fleet_and_waves": 4}
    assert schemes.count("WorkloadIdentityFederation") == converted[page]
    assert bool(here.simulator.writes) is (page != "guide_first_report")


def test_the_playbooks_of_the_guide_on_modules_run_as_written(
    stage: Callable[..., t.Any], az: Callable[..., str]
) -> None:
    fleet = fleet_of_the_guides()
    manual = fleet.connection(fleet.project("Payments"), "azure-erp", creation_mode="Manual")
    fleet.connection(fleet.project("Web Shop"), "azure-old", scheme="WorkloadIdentityFederation", issuer="azure_devops")
    automation = fleet.service_principal("automation", secret="s" * 40)
    fleet.application("5a1d2c3b-0000-4000-8000-000000000011", "team")
    here = stage(fleet, tls=True)
    simulator = here.simulator
    issuer, subject = federation.pair(fleet.world, manual, "entra")
    assign(fleet.world.directory, str(automation.object_id), f"/subscriptions/{SUBSCRIPTION}", "Owner")
    here.environment = {
        "AZDO_AUTHORITY_URL": simulator.authority_url,
        "AZDO_GRAPH_URL": simulator.graph_url,
        "AZDO_RESOURCE_MANAGER_URL": simulator.resource_manager_url,
        "REQUESTS_CA_BUNDLE": str(simulator.ca_path),
        "PATH": az(simulator),
        "AZDO_PERSONAL_ACCESS_TOKEN": "UNSET",
        "AZDO_AUTH_SOURCE": "azure_cli",
        "AZURE_TENANT": fleet.tenant_id,
        "AZURE_CLIENT_ID": str(automation.client_id),
        "AZURE_SECRET": "s" * 40,
    }
    team = {
        "project": "Payments",
        "subscription_id": SUBSCRIPTION,
        "subscription_name": "Contoso Production",
        "client_id": "5a1d2c3b-0000-4000-8000-000000000011",
    }
    known = {"issuer_from_the_portal": issuer, "subject_from_the_portal": subject, "teams": [team]}
    done: dict[str, str] = {}
    for text in blocks("guide_modules", "yaml"):
        for item in _plays(yaml.safe_load(text.replace(CONTOSO, simulator.organization_url))):
            played = here.play(**{**item, "vars": known})
            assert played.status == 0, played.output
            for one in played.results:
                done |= {row["name"]: row["status"] for row in one["result"].get("connections") or ()}
    assert done["azure-erp"] == "converted"
    assert done["azure-old"] == "migrated"
    assert {item.references[0].name for item in simulator.world.connections.values()} >= {"azure-production"}


def _plays(items: list[dict[str, t.Any]]) -> list[dict[str, t.Any]]:
    """Plays as they are, tasks as one play."""
    if "tasks" not in items[0]:
        return [{"tasks": items}]
    return items
