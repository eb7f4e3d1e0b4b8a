# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ready fleets: the demo (about 60 connections in 8 projects), an empty organization, and fleets of any size."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from . import demo_pipelines
from .fleet import DEFAULT_PAT, Fleet
from .identifiers import guid
from .state import Project

Row = tuple[str, str, dict[str, Any]]

PLAIN: dict[str, tuple[str, ...]] = {
    "Payments": ("azure-prod", "azure-acceptance", "ledger-prod", "fraud-detection"),
    "Web Shop": ("storefront-prod", "storefront-test", "search-prod", "checkout-prod"),
    "Data Platform": ("lake-prod", "lake-dev", "reporting"),
    "Mobile Apps": ("backend-prod", "backend-dev", "notifications"),
    "Shared Services": ("dns", "key-vaults"),
    "Machine Learning": ("features", "inference-prod"),
    "Büro München": ("zeiterfassung-prod", "zeiterfassung-test"),
    "物流 Logistics": ("tracking-prod", "tracking-dev"),
}

HOSTILE: tuple[tuple[str, str], ...] = (
    ("Büro München", "Größe / Maß \u2013 Abrechnung"),
    ("Büro München", "quo\"ted 'name'"),
    ("物流 Logistics", "仓库 生产环境"),
    ("物流 Logistics", "rocket 🚀 deploy"),
    ("Web Shop", "{{ 7*7 }}"),
    ("Web Shop", "100%25 & a+b=c?"),
    ("Data Platform", "lake, prod, west europe"),
    ("Mobile Apps", "{% raw %} $(whoami) ; -rf"),
    ("Machine Learning", "=HYPERLINK(A1) " + "very long name " * 14 + "end"),
)


def demo_fleet(organization: str = "contoso", pat: str = DEFAULT_PAT, *, canary: str | None = None) -> Fleet:
    """The fleet of `make demo`. With `canary` every hidden secret begins with that text."""
    fleet = Fleet(organization, pat)
    projects = {name: fleet.project(name, description=f"{name} team") for name in PLAIN}
    for number, (project, name, knobs) in enumerate(_rows(fleet, projects)):
        if canary and knobs.get("scheme") not in ("ManagedServiceIdentity", "WorkloadIdentityFederation"):
            knobs.setdefault("secret", f"{canary}-{number}")
        fleet.connection(projects[project], name, **knobs)
    fleet.service_principal("deploy-robot", secret=f"{canary or 'simulated'}-secret-of-the-deploy-robot")
    fleet.agent_identity("build-agent")
    other = projects["Shared Services"]
    fleet.connection(
        other, "container-registry", type="dockerregistry", scheme="WorkloadIdentityFederation",
        url="https://contoso.azurecr.io", role=None,
    )  # fmt: skip
    fleet.connection(
        other, "github.com_contoso", type="github", scheme="Token", creation_mode=None, url="https://github.com"
    )
    approver = [{"id": fleet.user.id, "displayName": fleet.user.display_name}]
    prod = fleet.world.connections[guid("connection", organization, "Payments", "azure-prod")]
    fleet.check(
        prod, "8c6f20a7-a545-4486-9777-f762fafe0d4d", "Approval",
        {"approvers": approver, "executionOrder": "anyOrder", "minRequiredApprovers": 1, "instructions": ""},
    )  # fmt: skip
    demo_pipelines.describe(fleet)
    return fleet


def _rows(fleet: Fleet, projects: dict[str, Project]) -> Iterator[Row]:
    yield from _plain_rows(fleet)
    for project, name in HOSTILE:
        yield project, name, {"last_used": timedelta(days=5), "description": "A name that a person could give."}
    yield from _secret_rows(projects)
    yield from _federated_rows(fleet, projects)
    yield from _special_rows(projects)


def _plain_rows(fleet: Fleet) -> Iterator[Row]:
    """Automatic connections with a secret, used lately: the ones to convert."""
    number = 0
    for project, names in PLAIN.items():
        for name in names:
            number += 1
            production = "prod" in name
            knobs: dict[str, Any] = {
                "subscription_name": "Contoso Production" if production else "Contoso Development",
                "subscription_id": guid("subscription", fleet.organization, production),
                "last_used": timedelta(hours=7 * number),
                "runs": 1 + number % 9,
                "created": timedelta(days=200 + 11 * number),
                "secret_expires": timedelta(days=3 * number),
                "description": f"{name} of {project}",
            }
            if number % 5 == 0:
                knobs["resource_group"] = f"rg-{name}"
            if number % 3 == 0:
                knobs["pipelines"] = (12, 103) if project == "Payments" else (12,)
            if number == 1:
                knobs["all_pipelines"] = True
            yield project, name, knobs


def _secret_rows(projects: dict[str, Project]) -> Iterator[Row]:
    """Secrets that are not simply converted."""
    shared = [(projects["Payments"], "hub-network-payments"), (projects["Web Shop"], "hub network (shared)")]
    yield "Shared Services", "hub-network", {"shared_with": shared, "last_used": timedelta(days=2)}
    yield "Shared Services", "artifacts", {"shared_with": [projects["Mobile Apps"]], "last_used": timedelta(days=40)}
    yield "Payments", "legacy-erp", {"creation_mode": "Manual", "last_used": timedelta(days=1)}
    yield "Data Platform", "vendor-access", {"creation_mode": "Manual", "secret_expires": timedelta(days=-20)}
    yield "Web Shop", "certificate-login", {"creation_mode": "Manual", "certificate": _PLACEHOLDER_CERTIFICATE}
    yield "Payments", "expired-secret", {"secret_expires": timedelta(days=-3), "last_used": timedelta(days=9)}
    yield "Mobile Apps", "never-used", {"created": timedelta(days=500)}
    yield "Mobile Apps", "old-beta", {"enabled": False, "last_used": timedelta(days=130)}
    yield "Data Platform", "warehouse-2019", {"enabled": False, "last_used": timedelta(days=210)}
    yield (
        "Machine Learning",
        "no-permission",
        {"state": "failed", "status_message": _ROLE_FAILURE, "created": timedelta(1)},
    )
    yield "Web Shop", "creation-failed", {
        "state": "failed", "status_message": _APP_FAILURE, "error_code": 1, "application_exists": False,
    }  # fmt: skip
    yield "Data Platform", "being-created", {"state": "in_progress", "created": timedelta(minutes=2)}
    yield (
        "Shared Services",
        "partner-tenant",
        {"tenant_id": guid("tenant", "fabrikam"), "creation_mode": "Manual", "last_used": timedelta(days=12)},
    )
    # Nothing here may be refused by the service alone: what check mode foretells is what a run converts, and a second run writes nothing.
    yield (
        "Mobile Apps",
        "application-deleted",
        {"application_exists": False, "creation_mode": "Manual", "last_used": timedelta(days=95)},
    )


def _federated_rows(fleet: Fleet, projects: dict[str, Project]) -> Iterator[Row]:
    """Already federated: both issuers, automatic and manual, applications and managed identities."""
    federated: dict[str, Any] = {"scheme": "WorkloadIdentityFederation", "last_used": timedelta(hours=30)}
    identity = fleet.managed_identity("id-deploy")
    yield "Payments", "settlement-prod", {**federated, "issuer": "entra"}
    yield "Web Shop", "images", {**federated, "issuer": "entra", "creation_mode": "Manual"}
    yield "Data Platform", "ingest", {**federated, "issuer": "entra", "client_id": identity.client_id}
    yield "Shared Services", "policy", {**federated, "issuer": "entra", "shared_with": [projects["Payments"]]}
    yield "Machine Learning", "just-converted", {**federated, "converted_ago": timedelta(days=3)}
    yield "Machine Learning", "almost-too-late", {**federated, "converted_ago": timedelta(days=6, hours=20)}
    yield "Machine Learning", "too-late", {**federated, "converted_ago": timedelta(days=9)}
    yield "Payments", "settlement-dev", {**federated, "issuer": "azure_devops"}
    yield "Web Shop", "loyalty-prod", {**federated, "issuer": "azure_devops", "creation_mode": "Manual"}
    yield "Data Platform", "multi-tenant", {
        **federated, "issuer": "azure_devops", "creation_mode": "Manual", "multi_tenant": True,
    }  # fmt: skip
    yield "物流 Logistics", "旧发行者", {**federated, "issuer": "azure_devops"}


def _special_rows(projects: dict[str, Project]) -> Iterator[Row]:
    """Other schemes, clouds and scopes."""
    yield "Shared Services", "agent-identity", {"scheme": "ManagedServiceIdentity", "last_used": timedelta(days=3)}
    yield "Machine Learning", "gpu-agents", {"scheme": "ManagedServiceIdentity"}
    yield "Web Shop", "old-website", {"scheme": "PublishProfile", "last_used": timedelta(days=320)}
    yield "Shared Services", "datacenter", {"environment": "AzureStack", "creation_mode": "Manual"}
    yield "Shared Services", "us-government", {"environment": "AzureUSGovernment", "creation_mode": "Manual"}
    yield "物流 Logistics", "china-north", {"environment": "AzureChinaCloud", "last_used": timedelta(days=6)}
    yield "Shared Services", "landing-zones", {"scope_level": "ManagementGroup", "last_used": timedelta(days=8)}
    yield "Machine Learning", "workspace", {"scope_level": "AzureMLWorkspace", "resource_group": "rg-research"}


_ROLE_FAILURE = (  # observed: 2.7
    "Failed to set Azure permission 'RoleAssignmentId: 6a1b0d1e-0000-0000-0000-000000000000' for the service principal. "
    "Ensure that the user has 'Owner' or 'User Access Administrator' permissions on the Subscription."
)
_APP_FAILURE = (  # documented: 3.4
    "Failed to create an app in Microsoft Entra ID. Error: Insufficient privileges to complete the operation."
)
_PLACEHOLDER_CERTIFICATE = "-----BEGIN CERTIFICATE-----\nbm90IGEgcmVhbCBjZXJ0aWZpY2F0ZQ==\n-----END CERTIFICATE-----\n"


def bench_fleet(
    projects: int,
    connections: int,
    organization: str = "bench",
    pat: str = DEFAULT_PAT,
    *,
    scheme: str = "ServicePrincipal",
) -> Fleet:
    """`connections` in all, convertible ones by default, dealt round the projects; as many applications without one, and somebody who may use them."""
    fleet = Fleet(organization, pat)
    fleet.service_principal("bench-robot", secret="simulated-secret-of-the-bench-robot")
    made = [fleet.project(f"Project {number:04d}") for number in range(projects)]
    for number in range(connections):
        fleet.connection(made[number % projects], f"connection-{number:05d}", scheme=scheme)
        fleet.application(name=f"application-{number:05d}")
    return fleet


def fleet_by_name(name: str) -> Fleet:
    """demo, empty, bench:<projects>x<connections> or the same with :federated. Raises ValueError for anything else."""
    if name == "demo":
        return demo_fleet()
    if name == "empty":
        return Fleet()
    sizes = re.fullmatch(r"bench:(\d+)x(\d+)(:federated)?", name)
    if sizes is None or int(sizes[1]) < 1:
        raise ValueError(
            f"no fleet {name!r}: demo, empty, bench:<projects>x<connections> or bench:<projects>x<connections>:federated"
        )
    scheme = "WorkloadIdentityFederation" if sizes[3] else "ServicePrincipal"
    return bench_fleet(int(sizes[1]), int(sizes[2]), scheme=scheme)
