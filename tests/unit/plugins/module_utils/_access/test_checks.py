# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks: the table reads what it writes, what nobody spoke of stays, and nothing that is unknown here is removed."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._access.check_kinds import (
    KINDS,
    check_body,
    differences,
    read_check,
)
from ansible_collections.azdo.connections.plugins.module_utils._access.check_plan import CheckPlan, check_plan
from ansible_collections.azdo.connections.plugins.module_utils._access.wishes import AccessIn, Check
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json
from ansible_collections.azdo.connections.plugins.module_utils._model.reading import UnreadableError

from unit.plugins._helpers.connections import PAYMENTS

ANN, BOB = "aaaaaaaa-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000002"
GENERIC = "cccccccc-0000-4000-8000-000000000003"

# Every suboption of every kind.
WHOLE: dict[str, dict[str, t.Any]] = {
    "approval": {
        "approvers": [BOB, ANN],
        "minimum_approvers": 1,
        "in_order": True,
        "instructions": "Look at the change ticket",
        "requester_can_approve": False,
    },
    "branch_control": {
        "branches": ["refs/heads/main", "refs/heads/release/*"],
        "protected_branches_only": True,
        "allow_unknown_protection": True,
        "display_name": "Main only",
    },
    "business_hours": {
        "days": ["Monday", "Friday"],
        "start_time": "08:00",
        "end_time": "17:30",
        "time_zone": "UTC",
        "display_name": "By day",
    },
    "rest_api": {
        "connection": GENERIC,
        "method": "POST",
        "url_suffix": "/gate",
        "headers": '{"Accept": "application/json"}',
        "body": "{}",
        "success_criteria": "eq(root['ok'], true)",
        "waits_for_callback": True,
        "variable_group": "gate",
        "retry_interval": 5,
        "display_name": "Gate",
    },
    "required_template": {
        "templates": [
            {
                "repository_type": "git",
                "repository": "Platform/templates",
                "ref": "refs/heads/main",
                "path": "deploy.yml",
            }
        ]
    },
    "exclusive_lock": {},
}


def stored(kind: str, number: int = 1, **settings: t.Any) -> Json:
    """A check as the service would tell of it after it was made."""
    said = {**WHOLE[kind], **settings}
    return {"id": number, "timeout": 1440, "isDisabled": False, **check_body("c", Check(kind, said))}


def plan(found: t.Sequence[Json], *checks: Check, **how: t.Any) -> CheckPlan:
    wanted = AccessIn(project=PAYMENTS, checks=checks, **how)
    return check_plan("c", [read_check(item) for item in found], wanted)


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_written_reads_as_it_was_said(kind: str) -> None:
    known = read_check(stored(kind))
    assert known.kind == kind
    assert {option: known.settings[option] for option in WHOLE[kind]} == WHOLE[kind]
    assert set(WHOLE[kind]) == set(KINDS[kind].takes), "every suboption is tried"
    assert not plan([stored(kind)], Check(kind, WHOLE[kind]))


@pytest.mark.parametrize(("kind", "option"), [(kind, option) for kind, said in WHOLE.items() for option in said])
def test_each_suboption_is_compared_and_changed_alone(kind: str, option: str) -> None:
    before = WHOLE[kind][option]
    other = {
        bool: lambda: not before,
        int: lambda: before + 1,
        str: lambda: '{"X": "1"}' if option == "headers" else "PUT" if option == "method" else f"{before}x",
        list: lambda: list(reversed(before)) if option == "approvers" else [],
    }[type(before)]()
    wanted = Check(kind, {**WHOLE[kind], option: other})
    found = plan([stored(kind)], wanted)
    assert (len(found.added), len(found.changed), len(found.removed)) == (0, 1, 0)
    id_, body = found.changed[0]
    after = read_check({**stored(kind), **body})
    assert id_ == body["id"] == 1
    assert {name: after.settings[name] for name in WHOLE[kind]} == {**WHOLE[kind], option: other}
    assert after.settings["timeout"] == 1440, "nobody spoke of it"


def test_what_the_service_adds_by_itself_stays_and_is_no_difference() -> None:
    item = stored("branch_control")
    item["settings"] |= {"linkedVariableGroup": None, "retryInterval": 7}
    item["settings"]["definitionRef"]["version"] = "9.9"
    item["settings"]["inputs"] = {"ALLOWEDBRANCHES": "refs/heads/main", "another": "x"}
    wanted = Check("branch_control", {"branches": ["refs/heads/main"]})
    assert not plan([item], wanted)
    _id, body = plan([item], Check("branch_control", {"branches": ["refs/heads/next"]})).changed[0]
    assert body["settings"]["inputs"] == {"ALLOWEDBRANCHES": "refs/heads/next", "another": "x"}
    assert body["settings"]["definitionRef"]["version"] == "9.9"
    assert body["settings"]["retryInterval"] == 7


def test_a_disabled_check_stops_nobody_and_is_enabled() -> None:
    item = {**stored("approval"), "isDisabled": True}
    _id, body = plan([item], Check("approval", {"approvers": [ANN, BOB]})).changed[0]
    assert body["isDisabled"] is False


def test_one_that_is_to_be_disabled_eases() -> None:
    found = plan([stored("exclusive_lock")], Check("exclusive_lock", {"enabled": False}))
    assert (found.guards, found.eases) == (False, True)
    assert [body["isDisabled"] for _id, body in found.eased] == [True]
    assert not plan([{**stored("exclusive_lock"), "isDisabled": True}], Check("exclusive_lock", {"enabled": False}))


def test_approvers_count_as_a_set_unless_they_are_asked_in_order() -> None:
    any_order = stored("approval", in_order=False)
    assert not plan([any_order], Check("approval", {"approvers": [ANN, BOB]}))
    assert plan([any_order], Check("approval", {"approvers": [ANN]}))
    assert plan([stored("approval")], Check("approval", {"approvers": [ANN, BOB]})), "these are asked in order"


def test_neither_the_order_of_templates_nor_that_of_their_parts_matters() -> None:
    one = WHOLE["required_template"]["templates"][0]
    other = {**one, "path": "other.yml"}
    turned = [dict(reversed(other.items())), dict(reversed(one.items()))]
    assert not plan(
        [stored("required_template", templates=[one, other])], Check("required_template", {"templates": turned})
    )


def test_headers_are_compared_as_what_they_mean() -> None:
    assert not plan(
        [stored("rest_api")], Check("rest_api", {**WHOLE["rest_api"], "headers": '{ "Accept":"application/json" }'})
    )
    assert plan([stored("rest_api", headers="no json")], Check("rest_api", WHOLE["rest_api"]))


def test_the_nearest_one_becomes_what_is_wanted_and_the_rest_goes() -> None:
    found = [
        stored("branch_control", 1, branches=["refs/heads/a"]),
        stored("branch_control", 2, branches=["refs/heads/b"], display_name="Other"),
        stored("exclusive_lock", 3),
    ]
    wanted = [
        Check("branch_control", {"branches": ["refs/heads/b"], "display_name": "Another"}),
        Check("approval", {"approvers": [ANN]}),
    ]
    result = plan(found, *wanted)
    assert [id_ for id_, _body in result.changed] == [2]
    assert [body["type"]["name"] for body in result.added] == ["Approval"]
    assert result.removed == (1, 3)
    appended = plan(found, *wanted, append_checks=True)
    assert appended.removed == ()
    assert len(appended.added) == len(appended.changed) == 1
    assert any("refs/heads/a" in text for text in result.taken)
    assert any(ANN in text for text in result.after)


def test_the_body_and_the_headers_of_a_request_are_not_shown() -> None:
    result = plan([], Check("rest_api", {**WHOLE["rest_api"], "body": "hush", "headers": '{"a": "hush"}'}))
    assert "hush" not in str(result.after)
    assert "(not shown)" in str(result.after)


@pytest.mark.parametrize(
    "strange",
    [
        {"id": 9, "type": {"id": "0f52a19b-c67e-468f-b8eb-0ae83b532c99", "name": "Evaluate artifact"}, "settings": {}},
        {"id": 9, "type": {"id": KINDS["rest_api"].type_id}, "settings": {"definitionRef": {"id": "another"}}},
        {"id": 9, "type": {"id": KINDS["rest_api"].type_id}},
        {"id": 9},
    ],
)
def test_a_check_of_an_unknown_kind_is_never_removed_unless_asked_for(strange: Json) -> None:
    kept = plan([strange])
    assert not kept
    assert len(kept.strange) == 1
    assert plan([strange], remove_unknown_checks=True).removed == (9,)
    assert plan([strange], append_checks=True).strange == ()
    assert not plan([strange], append_checks=True, remove_unknown_checks=True)


@pytest.mark.parametrize(
    "odd",
    [
        {"type": {"id": KINDS["approval"].type_id}},
        {"id": "1"},
        {"id": True},
        {"id": 1, "settings": []},
        {"id": 1, "type": 7},
    ],
)
def test_an_answer_that_cannot_be_read_is_no_answer(odd: Json) -> None:
    with pytest.raises(UnreadableError, match="a check"):
        read_check(odd)


def test_a_difference_says_before_and_after() -> None:
    wanted = Check("approval", {"approvers": [BOB, ANN], "minimum_approvers": 2})
    assert differences(wanted, read_check(stored("approval"))) == {"minimum_approvers": (1, 2)}
