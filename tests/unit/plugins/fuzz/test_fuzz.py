# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service that answers anything: one field of one answer is something else, in everything that the collection does.

Nothing of it may end in a fault of ours, hide what the other answers say, or be taken for a conversion. ``make test`` takes a sample of 2,000 of these
mutations, ``make fuzz`` takes 20,000, or ``MUTATIONS=100000``; ``SEED=7`` takes others.
"""

from __future__ import annotations

import json
import os
import random
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._sign_in import tokens

from simulator import Simulator
from unit.plugins.fuzz.mutations import SENSIBLE, VALUES, Place, changed, concerned, places
from unit.plugins.fuzz.scenarios import FEDERATION, SCENARIOS, SECRET, Json, Scenario, sign_in
from unit.plugins.fuzz.transport import Answer, InProcess, in_process

MUTATIONS = int(os.environ.get("AZDO_MUTATIONS") or 2000)
SEED = os.environ.get("AZDO_SEED") or "1"
# So that two processes have something to share.
PARTS = 2
_DONE = {"converted": FEDERATION, "reverted": SECRET}


@dataclass
class World:
    """One scenario, which can be played again and again."""

    scenario: Scenario
    simulator: Simulator
    transport: InProcess
    folder: Path
    signed_in: Json = field(default_factory=dict)

    def play(self, place: Place | None = None, value: str = "", *, lasting: bool = False) -> Json:
        # Here nobody waits, so the service's work goes on by being asked and not by time.
        by_asking: Json = {"creation_polls": 1, "update_polls": 1}
        self.simulator.reset(self.scenario.fleet(), **by_asking, **self.scenario.knobs)
        self.transport.answers.clear()
        tokens._TOKENS.clear()

        def change(number: int, answer: Answer) -> bytes:
            if place is None:
                return answer.body
            same = answer.method == place.answer.method and answer.target == place.answer.target
            if number == place.number or (lasting and same and number > place.number):
                return changed(answer.body, place.path, value)
            return answer.body

        self.transport.change = change
        return self.scenario.run(self.simulator, self.folder, self.signed_in)


@pytest.fixture
def world(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> World:
    scenario = SCENARIOS[request.getfixturevalue("name")]
    simulator = Simulator(scenario.fleet())
    made = World(scenario, simulator, in_process(monkeypatch, simulator), tmp_path)
    # Nothing here outlives the test.
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    made.signed_in = sign_in(simulator, monkeypatch)
    return made


def faults_of(world: World, clean: Json, place: Place, kind: str, result: Json) -> list[str]:
    """What is wrong with what a run said while one field was odd."""
    found = list(_unfit(result))
    if "connections" in clean:
        found += [*_lost(world, clean, place, kind, result), *_untrue(world, result)]
    return found


def _unfit(result: Json) -> t.Iterator[str]:
    message = str(result.get("msg") or "")
    try:
        json.dumps(result, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        yield "the result cannot be written down"
    if "fault of azdo.connections" in message:
        yield f"{message} {str(result.get('exception'))[-500:]}"
    if not message.isprintable():
        yield "the message is not fit for a screen"


def _lost(world: World, clean: Json, place: Place, kind: str, result: Json) -> t.Iterator[str]:
    """Rows of connections that the field was not about, and silence about others."""
    rows = {row["id"]: row for row in result.get("connections") or ()}
    before = {row["id"]: row for row in clean["connections"]}
    projects = {
        id_: {ref.project.id for ref in one.references} for id_, one in world.simulator.world.connections.items()
    }
    for id_ in set(before) - concerned(place, projects):
        if id_ not in rows:
            yield f"no row for {id_}, which is another one: {result.get('msg')}"
        elif rows[id_].get("status") != before[id_].get("status"):
            why = rows[id_].get("error") or [reason["code"] for reason in rows[id_].get("reasons") or ()]
            if "not_started" in why and clean["summary"].get("to") == "entra_issuer":
                # The first migration is alone, and what becomes of it decides for the others.
                continue
            yield f"{id_} is {rows[id_].get('status')}, which is another one: {why}"
    if kind in SENSIBLE:
        # It may well be another connection then, which is not meant.
        return
    seen = (result.get("summary") or {}).get("coverage", {}).get("complete")
    if set(before) - set(rows) and not (result.get("failed") or result.get("incomplete") or seen is False):
        yield f"no word of {set(before) - set(rows)}"


def _untrue(world: World, result: Json) -> t.Iterator[str]:
    """Rows that claim more than what the service holds."""
    stored = world.simulator.world.connections
    for row in result.get("connections") or ():
        here = stored.get(row["id"])
        wanted = _DONE.get(row.get("status") or "")
        if wanted and (here is None or here.scheme != wanted):
            yield f"{row['id']} is said to be {row['status']}, and is {here.scheme if here else 'gone'}"
        if row.get("status") == "migrated" and "login.microsoftonline.com" not in str(here and here.parameters):
            yield f"{row['id']} is said to be migrated, and is not"


def _sample(name: str, part: int, number: int) -> random.Random:
    return random.Random(f"{SEED} {name} {part} {number}")


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("part", range(PARTS))
def test_no_answer_is_too_odd(world: World, name: str, part: int) -> None:
    clean = world.play()
    assert not clean.get("failed"), clean["msg"]
    everywhere = places(world.transport.answers)
    assert len(everywhere) > 100
    number = MUTATIONS // (len(SCENARIOS) * PARTS)
    chosen = _sample(name, part, number)
    found: list[str] = []
    for _time in range(number):
        place, kind, lasting = chosen.choice(everywhere), chosen.choice(list(VALUES)), chosen.random() < 0.5
        result = world.play(place, VALUES[kind], lasting=lasting)
        where = f"{place.title} = {kind}{' from then on' if lasting else ''}"
        found += [f"{where}: {fault[:600]}" for fault in faults_of(world, clean, place, kind, result)]
    assert not found, f"{len(found)} faults in {number} mutations:\n" + "\n".join(found[:40])
