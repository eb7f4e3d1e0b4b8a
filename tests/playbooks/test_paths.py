# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a path begins: in the folder where Ansible was started, whoever reads it, through which door, and wherever the playbook lies."""

from __future__ import annotations

import shutil
import typing as t
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from simulator import Fleet

INFO = "azdo.connections.azdo_arm_connection_info"
NOBODY = {"AZDO_ORG_SERVICE_URL": "UNSET", "AZDO_PERSONAL_ACCESS_TOKEN": "UNSET"}
NAME = "creds.yml"
# The folder of a stage is the home, too.
SPELLINGS = (NAME, f"./{NAME}", f"~/{NAME}", f"$HOME/{NAME}")


@pytest.fixture
def here(stage: Callable[..., t.Any]) -> t.Any:
    """A stage with a file of credentials where the person stands, and one that leads nowhere beside the playbook."""
    fleet = Fleet("north")
    fleet.connection(fleet.project("Web"), "azure-north")
    made = stage(fleet)
    entry = {"organization_url": made.simulator.organization_url, "personal_access_token": made.simulator.pat}
    (made.folder / NAME).write_text(yaml.safe_dump([entry]), encoding="utf-8")
    (made.folder / "plays").mkdir()
    (made.folder / "plays" / NAME).write_text("- of somebody else", encoding="utf-8")
    made.environment = {**NOBODY, "HOME": str(made.folder), "ANSIBLE_ASYNC_DIR": str(made.folder / ".async")}
    return made


def play(here: t.Any, task: dict[str, t.Any], env: dict[str, str] | None = None, **keywords: t.Any) -> t.Any:
    """Play one task from a folder in which nobody stands."""
    written: Path = here.write([task], **keywords)
    return here.run(written.rename(here.folder / "plays" / written.name), env=env)


def organization(here: t.Any) -> dict[str, t.Any]:
    return {"organization_url": here.simulator.organization_url}


@pytest.mark.parametrize("said", SPELLINGS)
def test_a_path_in_the_environment(door: str, said: str, here: t.Any) -> None:
    played = play(here, {INFO: organization(here)}, {"AZDO_CREDENTIALS_FILE": said}, door=door)
    assert played.status == 0, played.output
    assert played.last["summary"]["total"] == 1


@pytest.mark.parametrize("said", SPELLINGS)
def test_a_path_in_module_defaults(door: str, said: str, here: t.Any) -> None:
    options = {**organization(here), "credentials_file": said}
    # The newest ansible-core tells it only where somebody asks for it.
    told = {"ANSIBLE_INJECT_INVOCATION": "true"}
    played = play(here, {INFO: {}}, told, door=door, module_defaults={"group/azdo.connections.azdo": options})
    assert played.status == 0, played.output
    assert played.last["summary"]["total"] == 1
    assert played.last["invocation"]["module_args"]["credentials_file"] == str(here.folder / NAME)


@pytest.mark.parametrize(
    "keyword",
    [{"async": 60, "poll": 1}, {"environment": {"AZDO_CREDENTIALS_FILE": NAME}}],
    ids=["async", "environment"],
)
def test_a_process_of_its_own_knows_where_the_person_stands(keyword: dict[str, t.Any], here: t.Any) -> None:
    played = play(here, {INFO: organization(here), **keyword}, {"AZDO_CREDENTIALS_FILE": NAME})
    assert played.status == 0, played.output


@pytest.mark.parametrize("by_option", [True, False], ids=["ca_path", "REQUESTS_CA_BUNDLE"])
def test_the_file_of_authorities(door: str, by_option: bool, stage: Callable[..., t.Any]) -> None:
    """The libraries read this variable themselves."""
    here = stage(tls=True)
    (here.folder / "plays").mkdir()
    shutil.copy(here.simulator.ca_path, here.folder / "own-ca.pem")
    options = {"projects": ["Payments"], **({"ca_path": "own-ca.pem"} if by_option else {})}
    here.environment = {"REQUESTS_CA_BUNDLE": "UNSET" if by_option else "own-ca.pem"}
    played = play(here, {INFO: options}, door=door)
    assert played.status == 0, played.output


def test_inventory_and_rollout_mean_the_same_file(here: t.Any) -> None:
    (here.folder / "orgs.azdo.yml").write_text(
        "plugin: azdo.connections.azdo\nhosts_from: organization\n", encoding="utf-8"
    )
    played = here.run(
        "azdo.connections.report", "-i", "orgs.azdo.yml", "-e", "fleet_hosts=all", env={"AZDO_CREDENTIALS_FILE": NAME}
    )
    assert played.status == 0, played.output


def test_an_organization_is_not_lost_with_a_dash(here: t.Any) -> None:
    """PyYAML would keep the last of two: the inventory would be one organization short, and everything after it green."""
    text = "- organization_url: contoso\n  auth_source: azure_cli\n  organization_url: fabrikam\n"
    (here.folder / NAME).write_text(text, encoding="utf-8")
    played = play(here, {INFO: organization(here)}, {"AZDO_CREDENTIALS_FILE": NAME})
    assert played.status != 0
    assert f"{NAME}, line 3 gives organization_url for the second time" in played.last["msg"]
    assert here.simulator.requests == []
