# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Without names the selection is that of Microsoft's conversion script (fact sheet 3.2), for any fleet.

The filter is written here a second time, from the script's expression and on the service's own JSON, so that the two can be compared.
"""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._convert.selection import Selection, select
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import WIF, Json, Project
from ansible_collections.azdo.connections.plugins.module_utils._model.estate import Found, survey
from hypothesis import given
from hypothesis import strategies as st

from unit.plugins._helpers.connections import PAYMENTS, WEB_SHOP, raw, reference

PROJECTS = [PAYMENTS, WEB_SHOP, Project("9" * 8, "alpha")]
EVERYTHING = Selection(target=WIF, projects=None, connections=None)


def listed(answers: t.Iterable[Json], *, ready: bool = True) -> list[Json]:
    """What the service leaves of them with type=azurerm and includeFailed=false, as the script asks (2.2); or else what it leaves out."""
    return [
        answer
        for answer in answers
        if str(answer["type"]).lower() == "azurerm"
        and (answer["isReady"] and (answer["operationStatus"] or {}).get("state") != "Failed") == ready
    ]


def script(answers: t.Iterable[Json], project: Project, *, ready: bool = True) -> list[str]:
    """sort_by([?authorization.scheme=='ServicePrincipal' && data.creationMode=='Automatic'
    && !(isShared && serviceEndpointProjectReferences[0].projectReference.name!=Project)], &name)"""
    chosen = []
    for answer in listed(answers, ready=ready):
        references = answer["serviceEndpointProjectReferences"]
        owner = references[0]["projectReference"]["name"] if references else None
        if (
            answer["authorization"]["scheme"] == "ServicePrincipal"
            and answer["data"].get("creationMode") == "Automatic"
            and not (answer["isShared"] and owner != project.name)
        ):
            chosen.append(answer)
    return [answer["id"] for answer in sorted(chosen, key=lambda answer: (answer["name"], answer["id"]))]


STATES = [
    (True, {"state": "Ready", "statusMessage": ""}),
    (False, {"state": "InProgress"}),
    (False, {"state": "Failed"}),
    (True, {"state": "Failed"}),
    (True, None),
    (False, None),
]


@st.composite
def fleets(draw: st.DrawFn) -> dict[Project, list[Json]]:
    """What each project lists: connections of its own, and those shared into it under another name."""
    lists: dict[Project, list[Json]] = {project: [] for project in PROJECTS}
    for number in range(draw(st.integers(0, 8))):
        owner = draw(st.sampled_from(PROJECTS))
        others = draw(st.lists(st.sampled_from([item for item in PROJECTS if item != owner]), unique=True))
        name = draw(st.text("aAzZ0ä-", min_size=1, max_size=3))
        aliases = {owner: name, **{other: draw(st.sampled_from(["a", "Z", name])) for other in others}}
        ready, status = draw(st.sampled_from(STATES))
        common: dict[str, t.Any] = {
            "id": f"id-{number}",
            "scheme": draw(
                st.sampled_from(["ServicePrincipal"] * 3 + ["WorkloadIdentityFederation", "PublishProfile"])
            ),
            "data": {"creationMode": draw(st.sampled_from(["Automatic", "Automatic", "Manual", None]))},
            "type": draw(st.sampled_from(["azurerm", "AzureRM"])),
            "isReady": ready,
            "operationStatus": status,
            "isShared": bool(others),
            "isDisabled": draw(st.booleans()),
            "serviceEndpointProjectReferences": [reference(item, alias) for item, alias in aliases.items()],
        }
        for project, alias in aliases.items():
            lists[project].append(raw(**{**common, "name": alias}))
    return lists


@given(fleets(), st.sampled_from(PROJECTS))
def test_one_project_selects_what_the_script_selects_in_the_same_order(
    fleet: dict[Project, list[Json]], project: Project
) -> None:
    found = select(survey([(project, fleet[project])], named=True), EVERYTHING)
    assert chosen(found, ready=True) == script(fleet[project], project)
    assert chosen(found, ready=False) == script(fleet[project], project, ready=False)


def chosen(found: t.Iterable[Found], *, ready: bool) -> list[str]:
    """A candidate that is not ready just now has a row, too; its state says that nothing is done to it."""
    at_rest = [(item.connection.ready and item.connection.state == "ready", item.connection.id) for item in found]
    return [identifier for rests, identifier in at_rest if rests == ready]


@given(fleets(), st.permutations(PROJECTS), st.integers(0, 3))
def test_several_projects_select_what_the_script_selects_in_each(
    fleet: dict[Project, list[Json]], projects: list[Project], size: int
) -> None:
    """Each connection once, by projects and then by name."""
    some = projects[:size]
    found = select(survey([(project, fleet[project]) for project in some], named=True), EVERYTHING)
    in_order = sorted(some, key=lambda project: project.name.casefold())
    for ready in (True, False):
        wanted = [identifier for project in in_order for identifier in script(fleet[project], project, ready=ready)]
        assert chosen(found, ready=ready) == wanted


@pytest.mark.parametrize(
    "answer",
    [
        raw(isShared=True, serviceEndpointProjectReferences=None),
        raw(type="github"),
    ],
    ids=["shared-by-nobody", "another-type"],
)
def test_what_the_script_does_not_see_is_not_selected(answer: Json) -> None:
    assert script([answer], PAYMENTS) == []
    assert select(survey([(PAYMENTS, [answer])], named=False), EVERYTHING) == []


def test_a_secret_that_expired_is_not_looked_at() -> None:
    """Converting repairs such a connection."""
    assert len(select(survey([(PAYMENTS, [raw()])], named=False), EVERYTHING)) == 1
