# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signing in by azure-identity from end to end, over TLS with an authority of its own."""

from __future__ import annotations

import typing as t
from collections.abc import Callable

import pytest
import yaml

from simulator import demo_fleet

INFO = "azdo.connections.azdo_arm_connection_info"
CONVERT = "azdo.connections.azdo_arm_connection_convert"
SECRET = "a-client-secret-of-the-simulator"


@pytest.fixture
def signed_in(stage: Callable[..., t.Any]) -> tuple[t.Any, dict[str, t.Any]]:
    """A stage with TLS, and the options with which its service principal signs in."""
    fleet = demo_fleet()
    caller = fleet.service_principal("automation", secret=SECRET)
    here = stage(fleet, tls=True)
    here.environment = {"AZDO_PERSONAL_ACCESS_TOKEN": "UNSET", "REQUESTS_CA_BUNDLE": "UNSET"}
    options = {
        "tenant": fleet.tenant_id,
        "client_id": caller.client_id,
        "secret": SECRET,
        "authority_url": here.simulator.authority_url,
        "ca_path": here.simulator.ca_path,
    }
    return here, options


def token_requests(here: t.Any) -> int:
    return len([request for request in here.simulator.requests if request.path.endswith("/oauth2/v2.0/token")])


def test_one_token_for_a_whole_task(door: str, signed_in: tuple[t.Any, dict[str, t.Any]]) -> None:
    here, options = signed_in
    played = here.play([{INFO: {"concurrency": 16, "include": ["usage"], **options}}], door=door)
    assert played.status == 0, played.output
    assert played.last["summary"]["coverage"]["projects"] == 8
    assert token_requests(here) == 1


def test_one_token_for_all_items_of_a_loop(signed_in: tuple[t.Any, dict[str, t.Any]]) -> None:
    here, options = signed_in
    played = here.play(
        [{INFO: {"projects": ["{{ item }}"], **options}, "loop": ["Payments", "Web Shop", "Mobile Apps"]}]
    )
    assert played.status == 0, played.output
    assert token_requests(here) == 1


def test_a_service_principal_is_not_a_person(signed_in: tuple[t.Any, dict[str, t.Any]]) -> None:
    here, options = signed_in
    played = here.play([{CONVERT: options}])
    assert played.status == 0, played.output
    assert played.last["summary"]["by_reason"]["caller_not_user"] >= 30
    assert "Sign in as a person" in played.output
    assert here.simulator.writes == []


def test_a_wrong_secret_is_named(door: str, signed_in: tuple[t.Any, dict[str, t.Any]]) -> None:
    here, options = signed_in
    played = here.play([{INFO: {**options, "secret": "not-the-secret-of-this-app"}}], door=door)
    assert played.status != 0
    assert "AADSTS7000215" in played.last["msg"]
    assert "Check secret" in played.last["msg"]


def test_the_token_of_the_inventory_serves_all_hosts(signed_in: tuple[t.Any, dict[str, t.Any]]) -> None:
    here, options = signed_in
    inventory = here.folder / "contoso.azdo.yml"
    source = {"plugin": "azdo.connections.azdo", "organization_url": here.simulator.organization_url, **options}
    inventory.write_text(yaml.safe_dump(source), encoding="utf-8")
    played = here.play(
        [{INFO: {"projects": ["{{ azdo_project_id }}"]}}],
        "-i",
        str(inventory),
        hosts="azdo_projects",
        module_defaults={"group/azdo.connections.azdo": options},
    )
    assert played.status == 0, played.output
    assert len(played.results) == 8
    assert token_requests(here) == 1
