# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person named although nobody knows it."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.plugin_utils._input.known_names import (
    canary_problem,
    sizes_nobody_reads,
    strangers,
    unknown_variables,
    unread_here,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._input.role_variables import hear
from ansible_collections.azdo.connections.plugins.plugin_utils._input.scope import Host

WEB = Host(project_id="P-1", project="Web", known=frozenset({"dev", "prod", "c-1", "c-2"}))
PAY = Host(project_id="P-2", project="Pay", known=frozenset({"test", "c-3"}))
DEV = Host(project_id="P-1", project="Web", connection_id="C-1", known=frozenset({"dev", "c-1"}))
UNREAD = Host(project_id="P-3", project="Old")
ORGANIZATION = Host()


@pytest.mark.parametrize(
    ("names", "of_inventory", "errors", "warnings"),
    [
        (["fleet_projects", "fleet_hosts"], [], 0, 0),
        (["fleet_project"], [], 1, 0),
        (["fleet_project"], ["fleet_project"], 1, 0),
        (["fleet_server_url"], [], 1, 0),
        (["fleet_server_url"], ["fleet_server_url"], 0, 1),
        (["fleet_a", "fleet_b", "fleet_a"], [], 2, 0),
    ],
)
def test_variables_that_nobody_knows(names: list[str], of_inventory: list[str], errors: int, warnings: int) -> None:
    found = unknown_variables(names, of_inventory)
    assert (len(found[0]), len(found[1])) == (errors, warnings)


@pytest.mark.parametrize(
    ("hosts", "said", "unknown"),
    [
        ([WEB], {"projects": "web", "connections": "dev, C-2", "exclude": "p*"}, []),
        ([WEB], {"projects": "Wbe", "connections": "dve", "exclude": "x*"}, ["projects", "connections", "exclude"]),
        ([WEB, DEV], {}, []),
        ([WEB, UNREAD], {"projects": "Wbe", "connections": "anything", "exclude": "anything"}, ["projects"]),
        ([WEB, ORGANIZATION], {"projects": "Wbe", "connections": "dve", "exclude": "x"}, []),
        ([WEB, PAY], {"connections": "dev, test"}, []),
        # Another slice of the job may have it.
        ([WEB], {"connections": "test", "slices": 2}, []),
        ([WEB], {"connections": "test", "slices": 1}, ["connections"]),
    ],
)
def test_what_no_host_stands_for(hosts: list[Host], said: dict[str, t.Any], unknown: list[str]) -> None:
    heard = hear("convert", {f"fleet_{name}": value for name, value in said.items()})
    found = strangers(heard, {f"h{number}": host for number, host in enumerate(hosts)})
    assert [sentence.split()[0] for sentence in found] == [f"fleet_{name}" for name in unknown]


@pytest.mark.parametrize(
    ("canary", "first", "says"),
    [
        ("web", ["web-host"], ""),
        ("P-1", ["web-host"], ""),
        ("WEB-HOST", ["web-host"], ""),
        ("Pay", ["web-host"], "Give the name of its host: pay-host."),
        ("Wbe", ["web-host"], "neither a host of this play nor the project or connection of one"),
        ("dev", ["web-host"], "neither a host"),
    ],
)
def test_who_goes_first_is_somebody_and_does(canary: str, first: list[str], says: str) -> None:
    found = canary_problem(hear("convert", {"fleet_canary": canary}), {"web-host": WEB, "pay-host": PAY}, first)
    assert says in found if says else found == ""


def test_a_connection_is_a_canary_where_it_is_the_host() -> None:
    heard = hear("convert", {"fleet_canary": "dev"})
    assert canary_problem(heard, {"web-dev": DEV}, ["web-dev"]) == ""
    assert canary_problem(heard, {"contoso": ORGANIZATION}, ["contoso"]) == ""


@pytest.mark.parametrize(
    ("entry", "values", "named"),
    [
        ("convert", {"fleet_to": "entra_issuer"}, ["fleet_to"]),
        ("convert", {"fleet_to": "workload_identity_federation", "fleet_schemes": None}, []),
        ("convert", {"fleet_to": "entra_isuer"}, ["fleet_to"]),
        ("convert", {"fleet_remove_old_credential": "yes"}, ["fleet_remove_old_credential"]),
        ("convert", {"fleet_remove_old_credential": "no"}, []),
        ("convert", {"fleet_schemes": "service_principal"}, ["fleet_schemes"]),
        ("migrate_issuer", {"fleet_to": "entra_issuer", "fleet_remove_old_credential": True}, []),
        ("migrate_issuer", {"fleet_to": "service_principal"}, ["fleet_to"]),
        ("revert", {"fleet_to": "service_principal"}, []),
        ("revert", {"fleet_to": "entra_issuer"}, ["fleet_to"]),
        ("plan", {"fleet_to": "entra_issuer"}, []),
        ("verify", {"fleet_schemes": "service_principal", "fleet_to": "nonsense"}, []),
    ],
)
def test_what_another_entry_point_would_obey(entry: str, values: dict[str, t.Any], named: list[str]) -> None:
    target = {"migrate_issuer": "entra_issuer", "revert": "service_principal"}.get(
        entry, "workload_identity_federation"
    )
    assert [sentence.split()[0] for sentence in unread_here(entry, target, values.get)] == named


@pytest.mark.parametrize(
    ("waves", "serial", "hosts", "organization", "says"),
    [
        ("1", "", 3, False, "give fleet_serial"),
        ("1", "1", 3, False, ""),
        (None, "1", 3, False, ""),
        (None, "1", 1, True, "give fleet_waves"),
        ("1", "1", 1, True, ""),
        ("1", None, 1, True, ""),
        (None, "1", 2, True, ""),
    ],
)
def test_sizes_of_waves_that_nobody_reads(
    waves: str | None, serial: str | None, hosts: int, organization: bool, says: str
) -> None:
    found = sizes_nobody_reads(hear("convert", {"fleet_waves": waves}), serial, hosts, organization=organization)
    assert says in found if says else found == ""
