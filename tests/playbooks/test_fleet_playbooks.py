# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks of the collection, by their names, with the projects of an inventory as hosts."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Callable

import pytest
import yaml


@pytest.fixture
def fleet(stage: Callable[..., t.Any]) -> t.Any:
    """A stage whose inventory has the projects of the demo fleet as hosts."""
    here = stage()
    source = {"plugin": "azdo.connections.azdo", "organization_url": here.simulator.organization_url}
    (here.folder / "contoso.azdo.yml").write_text(yaml.safe_dump(source), encoding="utf-8")
    here.on_projects = ("-i", "contoso.azdo.yml", "-e", "fleet_hosts=azdo_projects")
    return here


def test_the_report_of_projects_is_the_report_of_the_organization(fleet: t.Any) -> None:
    whole = fleet.run("azdo.connections.report", "-e", "fleet_report_path=whole.json")
    parts = fleet.run("azdo.connections.report", *fleet.on_projects, "-e", "fleet_report_path=parts.json")
    assert (whole.status, parts.status) == (0, 0), whole.output + parts.output
    reports = [json.loads((fleet.folder / name).read_text(encoding="utf-8")) for name in ("whole.json", "parts.json")]
    ids = [[(row["id"], row["scheme"]) for row in report["connections"]] for report in reports]
    assert ids[0] == ids[1]
    assert [report["summary"]["coverage"]["projects"] for report in reports] == [8, 8]


@pytest.mark.parametrize("playbook", ["report", "convert"])
def test_a_misspelt_project_is_an_error_and_no_empty_success(playbook: str, fleet: t.Any) -> None:
    played = fleet.run(f"azdo.connections.{playbook}", *fleet.on_projects, "-e", "fleet_projects=Payments,Paymnets")
    assert played.status != 0
    assert "fleet_projects names paymnets, which no host of this play stands for" in played.output
    assert fleet.simulator.writes == []


def test_named_projects_narrow_the_hosts(fleet: t.Any) -> None:
    played = fleet.run("azdo.connections.convert", *fleet.on_projects, "-e", "fleet_projects=payments", "--check")
    assert played.status == 0, played.output
    assert "azure-prod" in played.stdout
    assert "storefront-prod" not in played.stdout
