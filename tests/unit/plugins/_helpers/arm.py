# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A world in which connections can be created by every method, and who does it."""

from __future__ import annotations

import time
import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._sign_in import tokens

from simulator import Fleet, Simulator
from unit.plugins._helpers.certificates import certificate_and_key

SUBSCRIPTION = "5a1d2c3b-0000-4000-8000-000000000001"
CLIENT = "5a1d2c3b-0000-4000-8000-000000000011"
KEY = "a-made-up-key-of-the-service-principal"
SECRET = "a-made-up-secret-of-the-automation"
PEM = certificate_and_key()
AUDIENCE = "api://AzureADTokenExchangeOfThisCloud"
_AUDIENCES = {
    "azure_devops": "499b84ac-1321-427f-aa17-267ca6975798",
    "graph": "https://graph.microsoft.com",
    "resource_manager": "https://management.azure.com",
}
Person = t.Literal["person", "service principal"]


def arm_fleet(**options: t.Any) -> Fleet:
    """Two projects with a connection each, an application with key and certificate, a managed identity, and an automation that may do everything."""
    fleet = Fleet("contoso", **options)
    payments, shop = fleet.project("Payments"), fleet.project("Web Shop")
    fleet.connection(payments, "azure-old")
    fleet.connection(shop, "shop-old")
    application = fleet.application(CLIENT, "payments")
    fleet.service_principal("payments", secret=KEY, certificate_pem=PEM, client_id=CLIENT)
    fleet.managed_identity("id-payments", subscription_id=SUBSCRIPTION)
    fleet.service_principal("automation", secret=SECRET)
    fleet.subscription("Contoso Production", SUBSCRIPTION)
    assert application.app_id == CLIENT
    return fleet


def person(simulator: Simulator, who: Person, monkeypatch: pytest.MonkeyPatch) -> dict[str, t.Any]:
    """Sign-in options with which Azure DevOps, Graph and Resource Manager can be reached.

    The tokens are the simulator's own: azure-identity takes them over TLS only, which tests/playbooks do.
    """
    automation = next(item for item in simulator.fleet.world.callers.values() if item.display_name == "automation")

    def ask(authorizer: tokens.Authorizer, scope: str, resource: tokens.Resource) -> tuple[str, float]:
        caller = simulator.fleet.user if authorizer.method == "azure_cli" else automation
        return simulator.token(caller, _AUDIENCES[resource]), time.time() + 3600

    monkeypatch.setattr(tokens.Authorizer, "_ask", ask)
    tokens._TOKENS.clear()
    where = {"graph_url": simulator.graph_url, "resource_manager_url": simulator.resource_manager_url}
    if who == "person":
        return {**where, "auth_source": "azure_cli"}
    return {
        **where,
        "authority_url": simulator.authority_url,
        "tenant": simulator.fleet.tenant_id,
        "client_id": automation.client_id,
        "secret": SECRET,
        "auth_source": "service_principal",
    }
