# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Security roles that are taken away, groups that have them, and reads that lag behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from simulator import Connection, Fleet, Simulator
from simulator.rest import Rest

from .test_roles import BASE, listed, one, send

Simulate = Callable[..., Simulator]


def test_roles_are_taken_away(simulate: Simulate) -> None:
    fleet, connection, ann = one()
    team = fleet.group("[P]\\Contributors")
    fleet.role(connection, ann, "User")
    fleet.role(connection, team, "Reader")
    simulator = simulate(fleet)
    answer = send(simulator, "PATCH", connection, json=[ann.id.upper(), team.id])
    assert (answer.status_code, answer.content) == (204, b"")
    assert listed(simulator, connection) == [("Sam Operator", "Administrator", "assigned")]


def remove(simulator: Simulator, connection: Connection, identity: str, caller: Any = "user") -> requests.Response:
    path = f"{BASE}/{connection.owning.project.id}_{connection.id}/{identity}"
    return Rest(simulator, caller, version="7.1-preview.1").send("DELETE", path)


def test_one_role_is_taken_away(simulate: Simulate) -> None:
    fleet, connection, ann = one()
    fleet.role(connection, ann, "User")
    simulator = simulate(fleet)
    assert remove(simulator, connection, ann.id).status_code == 204
    assert len(listed(simulator, connection)) == 1
    assert remove(simulator, connection, ann.id).status_code == 204, "who has none is no error"
    assert remove(simulator, connection, "somebody").status_code == 400


def test_a_removal_is_of_one_project(simulate: Simulate) -> None:
    fleet = Fleet()
    guest, ann = fleet.project("Guest"), fleet.caller("Ann Other")
    connection = fleet.connection(fleet.project("P"), "c", shared_with=[guest])
    for project in (None, guest):
        fleet.role(connection, ann, "User", project=project)
    simulator = simulate(fleet)
    assert remove(simulator, connection, ann.id).status_code == 204
    assert len(listed(simulator, connection, guest)) == 2


def test_what_is_inherited_stays_below_what_is_given(simulate: Simulate) -> None:
    fleet, connection, ann = one()
    fleet.role(connection, ann, "Reader", inherited=True)
    simulator = simulate(fleet)
    send(simulator, "PUT", connection, json=[{"roleName": "User", "userId": ann.id}])
    assert listed(simulator, connection)[1:] == [("Ann Other", "User", "assigned")]
    for _time in range(2):
        remove(simulator, connection, ann.id)
        assert listed(simulator, connection)[1:] == [("Ann Other", "Reader", "inherited")]


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
@pytest.mark.parametrize("level", ["user", "reader", "none"])
def test_who_may_not_take_roles_away(simulate: Simulate, method: str, level: Any) -> None:
    fleet, connection, ann = one()
    fleet.role(connection, ann, "User")
    caller = fleet.caller("Somebody", pat="pat-of-somebody", level=level)
    simulator = simulate(fleet)
    many: dict[str, Any] = {"caller": caller, "json": [ann.id]}
    answer = (
        send(simulator, "PATCH", connection, **many)
        if method == "PATCH"
        else remove(simulator, connection, ann.id, caller)
    )
    assert (answer.status_code, answer.json()["typeKey"]) == (403, "AccessDeniedException")
    assert len(listed(simulator, connection)) == 2


def test_the_last_administrator_may_lock_himself_out(simulate: Simulate) -> None:
    fleet, connection, ann = one()
    me = fleet.caller("Me", pat="pat-of-me", level="none")
    fleet.role(connection, me, "Administrator")
    simulator = simulate(fleet)
    assert remove(simulator, connection, fleet.user.id, me).status_code == 204
    assert remove(simulator, connection, me.id, me).status_code == 204
    body = [{"roleName": "User", "userId": ann.id}]
    assert send(simulator, "PUT", connection, caller=me, json=body).status_code == 403
    assert listed(simulator, connection) == [], "an administrator of the project reads them still"


def test_a_group_gives_its_members_its_role(simulate: Simulate) -> None:
    fleet, connection, ann = one()
    me = fleet.caller("Me", pat="pat-of-me", level="none")
    team = fleet.group("[P]\\Connection Admins", [me])
    fleet.role(connection, team, "Administrator")
    simulator = simulate(fleet)
    body = [{"roleName": "User", "userId": ann.id}]
    assert send(simulator, "PUT", connection, caller=me, json=body).status_code == 200
    assert send(simulator, "PATCH", connection, caller=me, json=[team.id]).status_code == 204
    assert send(simulator, "PUT", connection, caller=me, json=body).status_code == 403


def test_a_group_in_a_list_of_roles(simulate: Simulate) -> None:
    fleet, connection, _ann = one()
    team = fleet.group("[P]\\Contributors")
    simulator = simulate(fleet)
    body = [{"roleName": "User", "userId": team.id}]
    (item,) = send(simulator, "PUT", connection, json=body).json()["value"]
    project = connection.owning.project.id
    assert item["identity"] == {
        "id": team.id,
        "displayName": "[P]\\Contributors",
        "uniqueName": f"vstfs:///Classification/TeamProject/{project}\\Contributors",
    }


def test_a_group_does_not_sign_in_and_has_a_whole_name(simulate: Simulate) -> None:
    fleet, _connection, _ann = one()
    team = fleet.group("[contoso]\\Everybody")
    with pytest.raises(LookupError, match="a group, which does not sign in"):
        simulate(fleet).token(team)
    for name in ("Contributors", "[P]", "[P]\\", "P]\\Contributors", "[]\\Contributors"):
        with pytest.raises(ValueError, match="a group is called"):
            fleet.group(name)


def test_what_was_just_written_is_not_shown_for_some_reads(simulate: Simulate) -> None:
    fleet, connection, ann = one()
    simulator = simulate(fleet, role_lag_reads=2)

    def names() -> list[str]:
        return [name for name, _role, _access in listed(simulator, connection)]

    send(simulator, "PUT", connection, json=[{"roleName": "User", "userId": ann.id}])
    assert [len(names()) for _time in range(4)] == [1, 1, 2, 2]
    send(simulator, "PUT", connection, json=[{"roleName": "Reader", "userId": ann.id}])
    assert [listed(simulator, connection)[1][1] for _time in range(3)] == ["User", "User", "Reader"]
    remove(simulator, connection, ann.id)
    assert [len(names()) for _time in range(3)] == [2, 2, 1]


def test_several_writes_in_a_row_are_shown_at_once(simulate: Simulate) -> None:
    fleet, connection, ann = one()
    simulator = simulate(fleet, role_lag_reads=1)
    for identity in (ann, fleet.group("[P]\\Contributors")):
        send(simulator, "PUT", connection, json=[{"roleName": "User", "userId": identity.id}])
    assert [len(listed(simulator, connection)) for _time in range(2)] == [1, 3]
