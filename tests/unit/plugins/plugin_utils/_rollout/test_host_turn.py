# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host has to do at a step of a rollout, and when nothing may be done."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.plugin_utils._input.play_view import PlayView
from ansible_collections.azdo.connections.plugins.plugin_utils._input.role_variables import hear
from ansible_collections.azdo.connections.plugins.plugin_utils._input.scope import Host
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.host_turn import Turn, TurnError

Json = dict[str, t.Any]
STORED: dict[str, Json] = {
    "asked": {"terminal": True, "excluded": {"web": ["C-2"]}},
    "nobody": {"terminal": False},
    "plan": {"plan": {"connections": [{"id": "C-1", "action": True}, {"id": "C-2", "action": False}]}},
    "course": {"waves": {"web": [["P-1"], []]}, "questions": [{}]},
    "nothing": {"waves": {"web": [["P-1"]]}, "questions": []},
    "verdict": {"back": {"web": ["C-1"]}},
}


class View:
    """What a turn asks of its play."""

    host_name, hosts, check_mode = "web", ["web"], False

    def host(self) -> Host:
        return Host(project_id="P-1", project="Web", known=frozenset({"dev", "c-1"}))

    def stored(self, name: str) -> Json:
        return STORED.get(name, {})


def turn(step: str, entry: str = "convert", said: Json | None = None, **options: t.Any) -> Turn:
    heard = hear(entry, {f"fleet_{name}": value for name, value in (said or {}).items()})
    given = {"step": step, **dict.fromkeys(("plan", "course", "wave", "answers", "verdict")), **options}
    return Turn(t.cast(PlayView, View()), heard, given)


@pytest.mark.parametrize(
    ("options", "refused"),
    [
        ({}, True),
        ({"answers": "nobody"}, True),
        ({"answers": "asked"}, False),
        ({"answers": "nobody", "course": "nothing"}, False),
        ({"answers": "nobody", "course": "course"}, True),
    ],
)
def test_who_wants_to_be_asked_was_asked(options: Json, refused: bool) -> None:
    asking = turn("move", said={"confirm": "each"}, plan="plan", wave=0, **{"course": "course", **options})
    if refused:
        with pytest.raises(TurnError, match="nobody was asked"):
            asking.arguments()
    else:
        assert (asking.arguments() or {}).get("exclude") == (["C-2"] if options["answers"] == "asked" else None)


def test_a_wave_moves_what_its_plan_has() -> None:
    moving = turn("move", said={"confirm": "none"}, plan="plan", course="course", wave=0)
    found = moving.arguments() or {}
    assert (found["projects"], found["plan"]) == (["P-1"], STORED["plan"]["plan"])
    assert turn("move", said={"confirm": "none"}, plan="plan", course="course", wave=1).arguments() is None
    with pytest.raises(TurnError, match="plam holds no plan"):
        turn("move", said={"confirm": "none"}, plan="plam", course="course", wave=0).arguments()


def test_what_was_agreed_is_remembered() -> None:
    planned = turn("move", said={"plan_digest": "ab" * 32}, plan="plan", course="course", wave=0)
    planned.arguments()
    assert planned.asked == {"agreed": ["C-1"], "named": []}
    named = turn("move", said={"confirm": "none", "connections": "dev, other"})
    assert (named.arguments() or {})["connections"] == ["dev"]
    assert named.asked == {"named": ["dev"]}


def test_a_wave_takes_back_what_the_verdict_names() -> None:
    back = turn("take_back", said={"confirm": "none"}, course="course", wave=0, verdict="verdict")
    assert (back.arguments() or {})["connections"] == ["C-1"]
    assert turn("take_back", said={"confirm": "none"}, verdict="none").arguments() is None


def test_nothing_is_done_without_agreement_or_of_an_empty_list() -> None:
    with pytest.raises(TurnError, match="Nobody has agreed"):
        turn("move").arguments()
    assert turn("read", "report", {"connections": []}).arguments() is None
    assert turn("read", "report", {"connections": "elsewhere"}).arguments() is None
