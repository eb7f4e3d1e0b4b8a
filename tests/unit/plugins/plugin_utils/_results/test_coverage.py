# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What many hosts have seen together: an organization hides nothing of another one, and an allowance nothing but what it names."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.plugin_utils._report import headline as facts
from ansible_collections.azdo.connections.plugins.plugin_utils._results.merge import merge
from ansible_collections.azdo.connections.plugins.plugin_utils._results.missing import missing, without
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.deadlines import findings

from unit.plugins._helpers.reports import NOW, Result, info_row, result

Json = dict[str, t.Any]
UNREAD = {"id": "9", "project": "Pay", "reason": "No right."}


def seen(*projects: str, complete: bool = True, **more: t.Any) -> Json:
    ids = [f"id-{name}" for name in projects]
    lists: Json = {"unread": [], "empty": [], "partial": []}
    return {"complete": complete, "projects": len(projects), "project_ids": ids, **lists, **more}


def of(organization: str, *rows: Json, **coverage: t.Any) -> Result:
    projects = coverage.pop("projects", ["A", "B"])
    return result(*rows, coverage=seen(*projects, **coverage), organization=organization)


CONTOSO = of("contoso", info_row())
# The caller may see nothing there, or there is nothing.
FABRIKAM = of("fabrikam", projects=["X", "Y"], complete=False, empty=["X", "Y"])


def is_complete(*results: Result) -> bool:
    merged = merge({str(number): [one] for number, one in enumerate(results)})
    return bool(merged["summary"]["coverage"]["complete"])


PARTS = {
    "seen": CONTOSO,
    "empty": FABRIKAM,
    "some are empty": of("northwind", info_row("n"), empty=["B"]),
    "one that was named is empty": of("adventure", info_row("v"), complete=False, empty=["B"]),
    "no project": of("tailspin", projects=[], complete=False),
    "no project was asked for": of("wingtip", projects=[]),
    "unread": of("litware", complete=False, unread=[UNREAD]),
}


@pytest.mark.parametrize("one", PARTS)
@pytest.mark.parametrize("other", PARTS)
def test_organizations_together_are_as_complete_as_each_alone(one: str, other: str) -> None:
    each = [result for name, result in PARTS.items() if name in (one, other)]
    assert is_complete(*each) is all(is_complete(result) for result in each)
    assert is_complete(*each) is all(result["summary"]["coverage"]["complete"] for result in each)


def test_an_organization_that_shows_nothing_is_not_known_to_a_watch() -> None:
    merged = merge({"contoso": [CONTOSO], "fabrikam": [FABRIKAM]})
    assert findings(merged, {"revert": 2}, NOW)["unknown"]
    assert facts.headline(merged).startswith("1 service connection that could be seen: ")
    assert missing(merged).unseen == [
        "Project X of fabrikam shows no connection: none there, or the caller may not see them.",
        "Project Y of fabrikam shows no connection: none there, or the caller may not see them.",
    ]


def test_projects_as_hosts_are_judged_by_organization() -> None:
    """A host that stands for a project doubts an empty one; the others of its organization tell whether that is a doubt."""
    x, y = (of("fabrikam", projects=[name], complete=False, empty=[name]) for name in "XY")
    z = of("fabrikam", info_row("z"), projects=["Z"])
    assert not is_complete(CONTOSO, x)
    assert not is_complete(CONTOSO, x, y)
    assert is_complete(CONTOSO, x, y, z)
    assert is_complete(x, z)


def test_what_cannot_be_read_shows_nothing_either() -> None:
    empty = of("fabrikam", projects=["X"], complete=False, empty=["X"])
    pay = of("fabrikam", projects=["Pay"], complete=False, unread=[UNREAD])
    merged = without(merge({"x": [empty], "pay": [pay]}), ["Pay"])
    assert not merged["summary"]["coverage"]["complete"]
    assert missing(merged).doubts == [
        "Project X of fabrikam shows no connection: none there, or the caller may not see them."
    ]


def test_servers_may_have_collections_of_one_name() -> None:
    one, other = (
        {
            **part,
            "summary": {**part["summary"], "organization": "Default", "organization_url": f"https://{name}/Default"},
        }
        for part, name in ((CONTOSO, "a"), (FABRIKAM, "b"))
    )
    assert not is_complete(one, other)


def test_two_steps_of_a_host_are_as_complete_as_one() -> None:
    named = PARTS["one that was named is empty"]
    assert merge({"a": [named, named]})["summary"]["coverage"] == merge({"a": [named]})["summary"]["coverage"]
    assert not is_complete(named, named)


@pytest.mark.parametrize(
    ("allowed", "complete"),
    [
        ([], False),
        (["A"], False),
        (["Pay"], False),
        (["X"], False),
        (["X", "Y"], True),
        (["id-X", "y*"], True),
        (["*"], True),
    ],
)
def test_an_allowance_covers_what_it_names(allowed: list[str], complete: bool) -> None:
    merged = without(merge({"contoso": [CONTOSO], "fabrikam": [FABRIKAM]}), allowed)
    assert merged["summary"]["coverage"]["complete"] is complete
    assert bool(findings(merged, {"revert": 2}, NOW)["unknown"]) is not complete
    assert without(FABRIKAM, allowed)["summary"]["coverage"]["complete"] is complete


def test_an_organization_without_projects_is_allowed_with_any() -> None:
    merged = merge({"a": [PARTS["no project"]]})
    assert missing(merged).doubts == ["tailspin: not everything could be seen, and the result does not say what."]
    assert not without(merged, ["tailspin"])["summary"]["coverage"]["complete"]
    assert without(merged, ["*"])["summary"]["coverage"]["complete"]


def test_an_allowance_makes_nothing_of_no_result() -> None:
    assert not without(merge({}), ["*"])["summary"]["coverage"]["complete"]


def test_what_is_allowed_is_said_as_allowed_and_nothing_claims_to_be_all() -> None:
    partial = {"id": "1", "project": "Pay"}
    one = of("litware", info_row(), complete=False, unread=[UNREAD], partial=[partial])
    merged = without(merge({"litware": [one], "fabrikam": [FABRIKAM]}), ["*"])
    assert without(merged, ["*"]) == merged
    found = missing(merged, {"allow_unread": "fleet_allow_unread"})
    assert found.allowed == [
        "Project Pay: No right. fleet_allow_unread allows that.",
        "1 connection could be read only in part: the caller lacks permission to view them. fleet_allow_unread allows that.",
        "Project X of fabrikam shows no connection: none there, or the caller may not see them. fleet_allow_unread allows that.",
        "Project Y of fabrikam shows no connection: none there, or the caller may not see them. fleet_allow_unread allows that.",
    ]
    assert (found.unseen, found.empty) == ([], [])
    assert facts.headline(merged).startswith("1 service connection that could be seen: ")


def test_an_empty_project_among_others_is_neither_gap_nor_doubt() -> None:
    found = missing(merge({"a": [PARTS["some are empty"]]}))
    assert found.unseen == []
    assert found.empty == ["Project B shows no connection: none there, or the caller may not see them."]
