# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the inventory keeps of organizations: plain data without a secret, read with one token and a few requests."""

from __future__ import annotations

import json
import typing as t
from datetime import datetime, timezone

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._errors import AzdoError, TransportError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ArmConnection, Project
from ansible_collections.azdo.connections.plugins.module_utils._model.estate import Found
from ansible_collections.azdo.connections.plugins.module_utils._rules.situation import Situation
from ansible_collections.azdo.connections.plugins.module_utils._run.runtime import Runtime, Shared
from ansible_collections.azdo.connections.plugins.plugin_utils._inventory.read_service import (
    connection_record,
    read_organizations,
)

from simulator import Fleet, Simulator

SECRET = "s" * 40


def runtimes(*addresses: str, **options: t.Any) -> list[Runtime]:
    common = {"validate_certs": True, "timeout": 10, "max_retries": 0, "concurrency": 4, **options}
    shared = Shared()
    return [
        Runtime(
            params={**common, "organization_url": address}, check_mode=True, diff_mode=False, environ={}, shared=shared
        )
        for address in addresses
    ]


def test_a_record_keeps_no_secret_and_fits_into_json() -> None:
    raw = {
        "id": "5a1d2c3b-0000-4000-8000-000000000001",
        "name": "azure-prod",
        "type": "azurerm",
        "authorization": {
            "scheme": "ServicePrincipal",
            "parameters": {"tenantid": "t", "serviceprincipalid": "c", "serviceprincipalkey": "planted-key"},
        },
        "data": {"creationMode": "Automatic", "subscriptionId": "s", "accessToken": "planted-token"},
        "unknown": {"password": "planted-password"},
    }
    connection = ArmConnection.from_api(raw, Project("p", "Payments"))
    situation = Situation(
        hosted=True,
        caller="user",
        entra_token=False,
        project_ids=frozenset("p"),
        now=datetime(2026, 11, 26, tzinfo=timezone.utc),
    )
    record = connection_record(Found(connection, frozenset("p")), situation)
    assert json.loads(json.dumps(record)) == record
    assert "planted" not in json.dumps(record)
    assert (record["scheme"], record["subscription_id"], record["client_id"]) == ("service_principal", "s", "c")


def test_several_organizations_take_one_token() -> None:
    fleet = Fleet("contoso")
    for name in ("Payments", "Web Shop"):
        fleet.connection(fleet.project(name), "azure-prod")
    caller = fleet.service_principal("automation", secret=SECRET)
    with Simulator(fleet, tls=True, latency_ms={"token": 200}) as simulator:
        # The service takes names in any case, so that one simulator can stand for two.
        addresses = [simulator.organization_url, simulator.organization_url.replace("contoso", "CONTOSO")]
        found = read_organizations(
            runtimes(
                *addresses,
                tenant=fleet.tenant_id,
                client_id=caller.client_id,
                secret=SECRET,
                authority_url=simulator.authority_url,
                ca_path=str(simulator.ca_path),
            ),
            lists=True,
            usage=True,
        )
        asked = [request.path.rpartition("/")[2].lower() for request in simulator.requests]
    assert [len(one["connections"]) for one in found] == [2, 2]
    assert asked.count("token") == 1
    assert {name: asked.count(name) for name in ("connectiondata", "projects", "endpoints", "executionhistory")} == {
        "connectiondata": 2,
        "projects": 2,
        "endpoints": 4,
        "executionhistory": 4,
    }


def test_all_organizations_that_cannot_be_read_are_named() -> None:
    with Simulator(Fleet("contoso")) as simulator:
        addresses = [simulator.organization_url.replace("contoso", name) for name in ("contoso", "one", "two")]
        with pytest.raises(AzdoError, match=r"Organization 'one' could not be read: .* So it is with '.*/two'"):
            read_organizations(runtimes(*addresses, personal_access_token=simulator.pat), lists=False, usage=False)


def test_a_service_that_goes_away_ends_the_reading_at_once() -> None:
    fleet = Fleet("contoso")
    for number in range(30):
        fleet.project(f"Project {number}")
    with Simulator(fleet) as simulator:
        simulator.fault(path="/_apis/serviceendpoint", times=0, kind="reset_before")
        reading = runtimes(simulator.organization_url, personal_access_token=simulator.pat)
        with pytest.raises(TransportError, match="Organization 'contoso' could not be read"):
            read_organizations(reading, lists=True, usage=False)
        assert len(simulator.requests) < 30
