# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What hosts of each kind say and which groups they are in, and how filters narrow both."""

from __future__ import annotations

import random
import re
import typing as t
from datetime import datetime, timezone

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError
from ansible_collections.azdo.connections.plugins.plugin_utils._inventory import hosts as hosts_file
from ansible_collections.azdo.connections.plugins.plugin_utils._inventory.host_names import organization_key
from ansible_collections.azdo.connections.plugins.plugin_utils._inventory.host_selection import Selection, warnings
from ansible_collections.azdo.connections.plugins.plugin_utils._inventory.hosts import Frame, Host, identity

from simulator.identifiers import guid

Json = dict[str, t.Any]
NOW = datetime(2026, 11, 26, 12, 0, tzinfo=timezone.utc)
PRODUCTION = re.compile(r"(^|[^a-z])(prod|production|prd|live)([^a-z]|$)", re.IGNORECASE)
WIF, BACK, ENTRA = "workload_identity_federation", "service_principal", "entra_issuer"


def project(name: str, problem: str | None = None) -> Json:
    return {
        "id": guid("project", name),
        "name": name,
        "description": f"{name} team",
        "state": "wellFormed",
        "visibility": "private",
        "problem": problem,
    }


def connection(name: str, *places: str, eligible: t.Collection[str] = (WIF,), **changes: t.Any) -> Json:
    """Of these projects; the first one owns it. In another project it has another name."""
    here = [
        {"id": guid("project", place), "name": place, "connection": name if number == 0 else f"{name} ({place})"}
        for number, place in enumerate(places)
    ]
    return {
        "id": guid("connection", places[0], name),
        "name": name,
        "owner": {"id": here[0]["id"], "name": places[0]},
        "places": here,
        "seen_in": [place["id"] for place in here],
        "scheme": "service_principal",
        "creation_mode": "automatic",
        "environment": "AzureCloud",
        "issuer": None,
        "codes": {WIF: [], BACK: ["already_service_principal"], ENTRA: ["already_service_principal"]},
        "eligible": {target: target in eligible for target in (WIF, BACK, ENTRA)},
        "shared": len(places) > 1,
        "enabled": True,
        "state": "ready",
        "subscription_id": "5a1d2c3b-0000-4000-8000-000000000001",
        "subscription_name": "Contoso",
        "tenant_id": None,
        "client_id": None,
        "revert_deadline": None,
        "use": None,
        **changes,
    }


def organization(projects: list[Json], connections: list[Json], name: str = "contoso", *, usage: bool = False) -> Json:
    return {
        "name": name,
        "url": f"https://dev.azure.com/{name}",
        "key": organization_key(f"https://dev.azure.com/{name}"),
        "usage": usage,
        "odd": [],
        "nameless": 0,
        "projects": projects,
        "connections": connections,
    }


def federated(issuer: str) -> Json:
    return {"scheme": WIF, "issuer": issuer, "eligible": (ENTRA,) if issuer == "azure_devops" else ()}


CONTOSO = organization(
    [project("Docs", problem="Azure DevOps says no"), project("Payments"), project("Web Shop")],
    [
        connection("azure-prod", "Payments"),
        connection("settlement", "Payments", **federated("azure_devops")),
        connection("hub", "Payments", "Web Shop", eligible=()),
        connection("azure-test", "Web Shop", creation_mode="manual", eligible=()),
    ],
)


def hosts(*organizations: Json, kind: str = "project", frame: Json | None = None, **filters: t.Any) -> dict[str, Host]:
    made = Frame(kind=kind, production=PRODUCTION, now=NOW, **(frame or {}))
    found = hosts_file.hosts(organizations, Selection(**filters), made)
    assert len({host.name for host in found}) == len(found)
    return {host.name: host for host in found}


def test_an_organization_is_its_name_and_address() -> None:
    (host,) = hosts(CONTOSO, kind="organization").values()
    said = {name: value for name, value in host.variables.items() if value is not None}
    assert said == {
        "azdo_kind": "organization",
        "azdo_organization": "contoso",
        "azdo_organization_url": "https://dev.azure.com/contoso",
        "azdo_connection_names": [],
        "azdo_connection_ids": [],
        "azdo_connections_left_out": [],
    }
    assert (host.name, host.groups) == ("contoso", ("azdo_organizations", "azdo_organization_contoso"))


def test_a_project_counts_its_connections_and_names_those_it_shares_with() -> None:
    host = hosts(CONTOSO)["payments"]
    said = {name: value for name, value in host.variables.items() if value is not None}
    assert said == {
        "azdo_kind": "project",
        "azdo_organization": "contoso",
        "azdo_organization_url": "https://dev.azure.com/contoso",
        "azdo_project": "Payments",
        "azdo_project_id": guid("project", "Payments"),
        "azdo_project_description": "Payments team",
        "azdo_project_state": "wellFormed",
        "azdo_project_visibility": "private",
        "azdo_connection_names": ["azure-prod", "hub", "settlement"],
        "azdo_connections_left_out": [],
        "azdo_connection_ids": sorted(
            guid("connection", "Payments", name) for name in ("azure-prod", "settlement", "hub")
        ),
        "azdo_connection_count": 3,
        "azdo_by_scheme": {WIF: 1, BACK: 2, "managed_identity": 0, "publish_profile": 0},
        "azdo_by_issuer": {"azure_devops": 1, "entra": 0, "unknown": 0},
        "azdo_eligible": {WIF: 1, BACK: 0, ENTRA: 1},
        "azdo_shares_with": ["Web Shop"],
    }
    shared = next(group for group in host.groups if re.fullmatch("azdo_shared_[0-9a-f]{8}", group))
    assert set(host.groups) == {
        *("azdo_projects", "azdo_organization_contoso", "azdo_incomplete", shared, "azdo_issuer_azure_devops"),
        *(f"azdo_scheme_{name}" for name in (WIF, BACK)),
        *(f"azdo_eligible_{name}" for name in (WIF, ENTRA)),
    }
    assert shared in hosts(CONTOSO)["web-shop"].groups


def test_a_project_knows_its_own_name_of_a_shared_connection() -> None:
    assert hosts(CONTOSO)["web-shop"].variables["azdo_connection_names"] == ["azure-test", "hub (Web Shop)"]


def test_a_project_that_could_not_be_read_is_there_with_an_unknown_number_and_conditions_work() -> None:
    host = hosts(CONTOSO)["docs"]
    assert host.variables["azdo_connection_count"] is None
    assert host.variables["azdo_by_scheme"][BACK] == host.variables["azdo_eligible"][WIF] == 0
    assert host.groups == ("azdo_projects", "azdo_organization_contoso", "azdo_incomplete")
    assert "docs" in hosts(CONTOSO, schemes=["service_principal"]), (
        "whether one of its connections matches is not known"
    )
    assert warnings([CONTOSO], "project") == [
        "Organization contoso: the connections of 1 of 3 projects could not be read and have no variables on them: 'Docs'. The first one: Azure DevOps says no"
    ]


def test_a_connection_is_one_host_of_its_owning_project() -> None:
    found = hosts(CONTOSO, kind="connection")
    assert list(found) == ["payments-azure-prod", "payments-settlement", "payments-hub", "web-shop-azure-test"]
    hub = found["payments-hub"]
    assert {name: value for name, value in hub.variables.items() if value is not None} == {
        "azdo_kind": "connection",
        "azdo_organization": "contoso",
        "azdo_organization_url": "https://dev.azure.com/contoso",
        "azdo_project": "Payments",
        "azdo_project_id": guid("project", "Payments"),
        "azdo_project_description": "Payments team",
        "azdo_project_state": "wellFormed",
        "azdo_project_visibility": "private",
        "azdo_connection": "hub",
        "azdo_connection_id": guid("connection", "Payments", "hub"),
        "azdo_connection_names": ["hub"],
        "azdo_connections_left_out": [],
        "azdo_connection_ids": [guid("connection", "Payments", "hub")],
        "azdo_projects": ["Payments", "Web Shop"],
        "azdo_scheme": BACK,
        "azdo_creation_mode": "automatic",
        "azdo_environment": "AzureCloud",
        "azdo_codes": {WIF: [], BACK: ["already_service_principal"], ENTRA: ["already_service_principal"]},
        "azdo_eligible": {WIF: False, BACK: False, ENTRA: False},
        "azdo_shared": True,
        "azdo_enabled": True,
        "azdo_state": "ready",
        "azdo_revert_window": "none",
        "azdo_subscription_id": "5a1d2c3b-0000-4000-8000-000000000001",
        "azdo_subscription_name": "Contoso",
    }
    assert hub.groups == (
        *("azdo_connections", "azdo_organization_contoso", "azdo_incomplete"),
        *("azdo_project_payments", f"azdo_scheme_{BACK}"),
    )
    assert "azdo_production" in found["payments-azure-prod"].groups


def test_every_variable_is_defined_on_every_kind_of_host() -> None:
    kinds = [next(iter(hosts(CONTOSO, kind=kind).values())) for kind in ("organization", "project", "connection")]
    assert len({frozenset(host.variables) for host in kinds}) == 1


def test_an_owner_that_is_not_visible_is_known_by_name_only() -> None:
    shared = connection("hub", "Hidden", "Web Shop", seen_in=[guid("project", "Web Shop")])
    host = hosts(organization([project("Web Shop")], [shared]), kind="connection")["hidden-hub"]
    assert host.variables["azdo_project"] == "Hidden"
    assert host.variables["azdo_project_description"] is None
    assert "azdo_project_hidden" in host.groups


@pytest.mark.parametrize(
    ("filters", "kept"),
    [
        ({}, ["azure-prod", "settlement", "hub", "azure-test"]),
        ({"include_connections": ["AZURE-*"]}, ["azure-prod", "azure-test"]),
        ({"include_connections": ["hub (web shop)"]}, ["hub"]),
        ({"include_connections": [guid("connection", "Payments", "settlement").upper()]}, ["settlement"]),
        ({"exclude_connections": ["azure-*"]}, ["settlement", "hub"]),
        ({"include_connections": ["azure-*"], "exclude_connections": ["*prod"]}, ["azure-test"]),
        ({"schemes": [WIF]}, ["settlement"]),
        ({"issuers": ["azure_devops", "entra"]}, ["settlement"]),
        ({"creation_modes": ["manual"]}, ["azure-test"]),
        ({"eligible_for": [WIF]}, ["azure-prod"]),
        ({"eligible_for": [WIF, ENTRA]}, ["azure-prod", "settlement"]),
        ({"include_projects": ["web*"]}, ["azure-test"]),
        ({"exclude_projects": ["pay*"]}, ["azure-test"]),
        ({"eligible_for": [WIF], "schemes": [WIF]}, []),
    ],
)
def test_filters_of_connections(filters: Json, kept: list[str]) -> None:
    found = hosts(CONTOSO, kind="connection", **filters)
    assert [host.variables["azdo_connection"] for host in found.values()] == kept
    assert set(found) <= set(hosts(CONTOSO, kind="connection")), "a filter must not rename a host"


def test_filters_of_connections_keep_projects_with_one_that_matches_and_say_which() -> None:
    found = hosts(CONTOSO, exclude_projects=["docs"], issuers=["azure_devops"])
    assert list(found) == ["payments"]
    assert found["payments"].variables["azdo_connection_names"] == ["settlement"]
    assert found["payments"].variables["azdo_connection_count"] == 1
    assert found["payments"].variables["azdo_shares_with"] == ["Web Shop"]
    assert f"azdo_scheme_{BACK}" not in found["payments"].groups


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ({"include_projects": ["Paymnets"]}, "include_projects names the project 'Paymnets', which does not exist or is not visible to the caller. Instead of"),
        ({"exclude_projects": ["Paymnets"]}, "exclude_projects names the project 'Paymnets', which does not exist or is not visible to the caller. Instead of"),
        ({"include_projects": ["Paymnets"]}, "did you mean 'Payments'?"),
        ({"include_projects": ["x*"]}, "include_projects names the pattern 'x*', which matches no project that the caller can see. Check the name"),
        ({"exclude_projects": ["payments", "x*"]}, "exclude_projects names the pattern 'x*', which matches no project"),
        ({"include_projects": ["Zzz", "web shop", "x*"]}, "include_projects names the projects 'Zzz', 'x*', which do not exist or are not visible"),
        ({"include_connections": ["azure-prd"]}, "include_connections names the connection 'azure-prd', which does not exist or is not visible to the caller."),
        ({"include_connections": ["azure-prd"]}, "The connections of 1 project could not be read. Instead of 'azure-prd', did you mean 'azure-prod'?"),
        ({"exclude_connections": ["azure-prd"]}, "exclude_connections names the connection 'azure-prd'"),
        ({"exclude_connections": ["x*"]}, "exclude_connections names the pattern 'x*', which matches no connection"),
        ({"include_projects": ["docs"], "include_connections": ["hub"]}, "include_connections names 'hub', which is in none of the projects that"),
        ({"exclude_projects": ["pay*", "web*"], "include_connections": ["azure-*"]}, "include_connections names 'azure-*', which is in none of the projects"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["project", "connection"])
def test_what_is_named_and_not_there_is_an_error(filters: Json, message: str, kind: str) -> None:
    with pytest.raises(OptionError) as raised:
        Selection(**filters).check([CONTOSO], kind)
    assert message in str(raised.value)


@pytest.mark.parametrize("kind", ["project", "connection"])
def test_what_is_named_and_there_is_none(kind: str) -> None:
    Selection(
        include_projects=["p*", "WEB shop"],
        exclude_projects=["docs"],
        include_connections=["azure-*", "HUB"],
        exclude_connections=["*-prod"],
    ).check([CONTOSO], kind)


def test_a_shared_connection_is_where_its_hosts_are() -> None:
    chosen = Selection(include_projects=["web shop"], include_connections=["hub"])
    chosen.check([CONTOSO], "project")
    with pytest.raises(OptionError, match="'hub', which is in none of the projects"):
        chosen.check([CONTOSO], "connection")


def test_a_project_that_cannot_be_seen_is_one_for_its_connections_only() -> None:
    fleet = organization([project("Payments")], [connection("hub", "Hidden", "Payments")])
    Selection(include_projects=["hidden"]).check([fleet], "connection")
    with pytest.raises(OptionError, match="include_projects names the project 'hidden'"):
        Selection(include_projects=["hidden"]).check([fleet], "project")


def test_a_name_with_signs_of_a_pattern_can_be_written_as_it_is() -> None:
    odd = organization([project("[Old] Shop")], [])
    assert list(hosts(odd, include_projects=["[old] shop"])) == ["old-shop"]


def test_several_organizations_stand_in_front_of_names_and_one_does_not() -> None:
    one = organization([project("Payments")], [connection("a", "Payments")], "fabrikam")
    two = organization([project("Payments")], [], "contoso")
    assert list(hosts(one, two)) == ["contoso-payments", "fabrikam-payments"]
    assert list(hosts(one)) == ["payments"]
    assert list(hosts(one, two, kind="connection")) == ["fabrikam-payments-a"]
    assert "azdo_project_fabrikam_payments" in hosts(one, two, kind="connection")["fabrikam-payments-a"].groups
    assert list(hosts(one, two, kind="organization")) == ["contoso", "fabrikam"]


def test_organizations_of_one_name_on_different_servers_are_different_hosts() -> None:
    here = organization([project("Payments")], [connection("a", "Payments")])
    there = {**here, "url": "https://server/tfs/contoso", "key": "0badcafe"}
    for kind in ("organization", "project", "connection"):
        found = hosts(here, there, kind=kind)
        assert len(found) == 2
        assert all(re.fullmatch(r"[a-z0-9][a-z0-9_.-]*", name) for name in found)
        assert len({next(g for g in host.groups if g.startswith("azdo_organization_")) for host in found.values()}) == 2


def test_the_order_of_what_was_read_changes_nothing() -> None:
    names = ["東京", "京都", "a b", "A-B", "all", "{{ x }}"]
    one = organization([project(name) for name in names], [connection(f"{name}!", name) for name in names])
    two = organization([project("a b")], [], "fabrikam")
    shuffled = random.Random(4).sample(one["projects"], len(names))
    again = {**one, "projects": shuffled}
    for kind in ("organization", "project", "connection"):
        assert hosts(one, two, kind=kind) == hosts(two, again, kind=kind)
    assert all(re.fullmatch(r"\w+", group, re.ASCII) for host in hosts(one).values() for group in host.groups)


def test_a_connection_without_a_usable_letter_is_not_named_like_its_project() -> None:
    (name,) = hosts(organization([project("Web")], [connection("東京", "Web")]), kind="connection")
    assert name == f"web-{guid('connection', 'Web', '東京')[:8]}"


def test_names_that_are_there_already_are_left_to_whom_they_belong() -> None:
    mine = hosts(CONTOSO)["payments"]
    again = {"taken": {"payments": identity(mine.variables), "web-shop": ""}, "reserved": ["docs"]}
    found = list(hosts(CONTOSO, frame=again))
    assert found == [
        *(f"docs-{guid('project', 'Docs')[:8]}", "payments", f"web-shop-{guid('project', 'Web Shop')[:8]}"),
    ]
    assert identity({"ansible_host": "192.0.2.1"}) == ""


@pytest.mark.parametrize(
    ("project_name", "names", "production"),
    [
        ("Payments", ["azure-prod"], True),
        ("Payments", ["azure-prod", "azure-test"], False),
        ("Payments Production", ["azure-test"], True),
        ("Payments", [], False),
        ("Products", ["delivery", "reproduce"], False),
    ],
)
def test_a_project_looks_like_production_if_all_of_it_does(
    project_name: str, names: list[str], production: bool
) -> None:
    one = organization([project(project_name)], [connection(name, project_name) for name in names])
    (host,) = hosts(one).values()
    assert ("azdo_production" in host.groups) is production


USED = {"never_used": False, "last_used": "2026-11-20T12:00:00Z"}
LONG_AGO = {"never_used": False, "last_used": "2026-09-01T12:00:00Z"}
NEVER = {"never_used": True, "last_used": None}


@pytest.mark.parametrize(
    ("uses", "last_used", "never", "days", "lately"),
    [
        ([USED, LONG_AGO, NEVER, None], "2026-11-20T12:00:00Z", False, 94, True),
        ([LONG_AGO, None], "2026-09-01T12:00:00Z", False, 14, False),
        ([NEVER, NEVER], None, True, None, False),
        ([NEVER, None], None, None, None, False),
        ([], None, None, None, False),
    ],
)
def test_the_use_of_a_project_is_the_latest_of_its_connections(
    uses: list[Json | None], last_used: str | None, never: bool | None, days: int | None, lately: bool
) -> None:
    held = [connection(f"c{number}", "Payments", use=use) for number, use in enumerate(uses)]
    (host,) = hosts(organization([project("Payments")], held, usage=True)).values()
    names = ("azdo_last_used", "azdo_never_used", "azdo_days_until_auto_disable")
    assert tuple(host.variables[name] for name in names) == (last_used, never, days)
    assert ("azdo_used_lately" in host.groups) is lately


def test_use_that_was_asked_for_and_could_not_be_read_is_a_warning() -> None:
    held = [connection(f"c{number:02}", "Payments", use=None) for number in range(22)]
    (text,) = warnings([organization([project("Payments")], held, usage=True)], "project")
    assert "the use of 22 connections could not be read" in text
    assert "'c19' and 2 more" in text
    assert warnings([organization([project("Payments")], held)], "project") == []


@pytest.mark.parametrize("kind", ["organization", "project", "connection"])
def test_what_could_not_be_read_is_a_group_of_all_hosts_there(kind: str) -> None:
    whole = organization([project("Payments")], [connection("azure-prod", "Payments")], "fabrikam")
    gaps: list[Json] = [
        {"odd": ["1 in 'Payments' (unreadable: name)"]},
        {"nameless": 1},
        {"projects": []},
        {"usage": True},
        {"projects": [project("Payments", "no")]},
    ]
    for gap in gaps:
        partial = {**organization([project("Payments")], [connection("hub", "Payments")]), **gap}
        found = {name for name, host in hosts(whole, partial, kind=kind).items() if "azdo_incomplete" in host.groups}
        assert all(name.startswith("contoso") for name in found)
        assert found or kind == "organization" or (gap == {"projects": []} and kind == "project")
        assert ("azdo_incomplete" in hosts_file.standing_groups([whole, partial], kind)) is (kind != "organization")
    assert not any("azdo_incomplete" in host.groups for host in hosts(whole, kind=kind).values())
    assert "azdo_incomplete" not in hosts_file.standing_groups([whole], kind)


def shared_groups(found: dict[str, Host]) -> dict[str, str]:
    pairs = ((name, group) for name, host in found.items() for group in host.groups)
    return {name: group for name, group in pairs if group.startswith("azdo_shared_")}


def test_projects_hang_together_through_others_and_filters_do_not_loosen_that() -> None:
    fleet = organization(
        [project(name) for name in "ABCDEF"],
        [
            connection("ab", "A", "B"),
            connection("cb", "C", "B"),
            connection("de", "D", "E"),
            connection("alone", "F"),
            connection("to-somebody-unseen", "F", "Hidden", seen_in=[guid("project", "F")]),
        ],
    )
    groups = shared_groups(hosts(fleet))
    assert groups.keys() == set("abcde")
    assert groups["a"] == groups["b"] == groups["c"] != groups["d"] == groups["e"]
    assert shared_groups(hosts(fleet, exclude_projects=["b", "e"])) == {"a": groups["a"], "c": groups["c"]}
    assert hosts(fleet)["f"].variables["azdo_shares_with"] == ["Hidden"]


def test_two_clusters_that_a_connection_joins_become_one() -> None:
    pairs = ("ab", "cd", "ef", "bd", "ce")
    fleet = organization([project(name) for name in "ABCDEF"], [connection(pair, *pair.upper()) for pair in pairs])
    groups = shared_groups(hosts(fleet))
    assert groups.keys() == set("abcdef")
    assert len(set(groups.values())) == 1
