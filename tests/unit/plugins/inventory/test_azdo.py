# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory plugin in front of projects whose names were made to do harm, and its selection of projects."""

from __future__ import annotations

import json
import os
import re
import subprocess
import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.inventory.azdo import select
from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError

from simulator import Fleet, Simulator

if t.TYPE_CHECKING:
    from pathlib import Path

HOSTILE = [
    "{{ 7 * 7 }}",
    "{{ lookup('pipe', 'id') }}",
    "{% raw %}",
    "Space Game",
    "space-game",
    "all",
    "localhost",
    "azdo_projects",
    "東京",
    "京都",
    "!web",
    "~web.*",
]

PLAYBOOK = """\
- hosts: azdo_projects
  gather_facts: false
  tasks:
    - ansible.builtin.copy:
        content: "{{ {'name': azdo_project, 'description': azdo_project_description, 'composed': composed} | to_json }}"
        dest: "{{ out }}/{{ azdo_project_id }}.json"
        mode: "0600"
"""

INVENTORY = """\
plugin: azdo.connections.azdo
strict: true
compose:
  composed: azdo_project ~ ''
keyed_groups:
  - key: azdo_project
    prefix: of
"""


@pytest.fixture(scope="module")
def hostile() -> t.Iterator[Simulator]:
    fleet = Fleet("contoso")
    for name in HOSTILE:
        fleet.project(name, description=f"{name} {{{{ 7 * 7 }}}}")
    with Simulator(fleet) as simulator:
        yield simulator


def run(simulator: Simulator, folder: Path, *command: str) -> str:
    environment = os.environ | {
        "AZDO_ORG_SERVICE_URL": simulator.organization_url,
        "AZDO_PERSONAL_ACCESS_TOKEN": simulator.pat,
        "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true",
    }
    (folder / "hostile.azdo.yml").write_text(INVENTORY, encoding="utf-8")
    done = subprocess.run(
        [command[0], "-i", "hostile.azdo.yml", *command[1:]],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_names_are_data_and_never_templates(hostile: Simulator, tmp_path: Path) -> None:
    (tmp_path / "play.yml").write_text(PLAYBOOK, encoding="utf-8")
    run(hostile, tmp_path, "ansible-playbook", "play.yml", "-e", f"out={tmp_path}")
    seen = [json.loads(path.read_text(encoding="utf-8")) for path in tmp_path.glob("*-*.json")]
    assert sorted(item["name"] for item in seen) == sorted(HOSTILE)
    assert sorted(item["composed"] for item in seen) == sorted(HOSTILE)
    assert sorted(item["description"] for item in seen) == sorted(f"{name} {{{{ 7 * 7 }}}}" for name in HOSTILE)


def test_hosts_and_groups_have_harmless_names(hostile: Simulator, tmp_path: Path) -> None:
    listing = json.loads(run(hostile, tmp_path, "ansible-inventory", "--list"))
    hosts = listing["_meta"]["hostvars"]
    assert len(hosts) == len(HOSTILE)
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9_.-]*", host) for host in hosts)
    assert not {"all", "localhost", "azdo_projects"} & set(hosts)
    assert all(re.fullmatch(r"\w+", group) for group in listing if group != "_meta")


def record(name: str, key: str = "11111111-aaaa-4aaa-8aaa-aaaaaaaaaaaa") -> dict[str, str]:
    return {"azdo_project": name, "azdo_project_id": key}


@pytest.mark.parametrize(
    ("include", "exclude", "names"),
    [
        ([], [], ["Web Shop", "Web Sandbox", "Payments"]),
        (["web*"], [], ["Web Shop", "Web Sandbox"]),
        (["WEB SHOP"], [], ["Web Shop"]),
        (["web*"], ["*sandbox"], ["Web Shop"]),
        ([], ["web*"], ["Payments"]),
        (["22222222-BBBB-*"], [], ["Payments"]),
        (["nothing-like-this-*"], [], []),
    ],
)
def test_selection(include: list[str], exclude: list[str], names: list[str]) -> None:
    records = [record("Web Shop"), record("Web Sandbox"), record("Payments", "22222222-bbbb-4bbb-8bbb-bbbbbbbbbbbb")]
    assert [item["azdo_project"] for item in select(records, include, exclude)] == names


def test_a_name_that_is_not_there_is_an_error() -> None:
    with pytest.raises(OptionError, match="include_projects names the project 'Web Shpo'"):
        select([record("Web Shop")], ["Web Shpo"], [])
