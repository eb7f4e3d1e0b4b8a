# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every variable of the role x every way to say it, through the task that hears them, in one play: refused by its name or taken, and never a template error.

One in four of them is played, all of them by `make test-all`; test_role_variables.py looks at all of them without a play.
"""

from __future__ import annotations

import json
import typing as t
from collections.abc import Callable

import yaml
from ansible_collections.azdo.connections.plugins.plugin_utils._input.role_variables import VARIABLES, Variable

from tools.sampling import sample

Json = dict[str, t.Any]
UNSET = "{{ a_variable_that_nobody_set }}"


def ways(name: str, variable: Variable) -> dict[str, tuple[Json, str]]:
    """What is set, and a part of the sentence that refuses it; empty if it is taken."""
    own = f"{name} "
    found: dict[str, tuple[Json, str]] = {
        "null": ({name: None}, ""),
        "blank": ({name: "  "}, ""),
        "a template that comes out blank": ({name: "{{ a_variable_that_nobody_set | default('') }}"}, ""),
        "the text None": ({name: "None"}, own),
        "a dictionary": ({name: {"a": 1}}, own),
        "a template of nothing": ({name: UNSET}, f"{name} cannot be evaluated"),
        "misspelt": ({f"{name}s" if f"{name}s" not in VARIABLES else f"{name}es": "x"}, "is no variable of this role."),
    }
    if name == "fleet_export_path":
        # Nothing else comes of an export, so it has to be said.
        blank = {
            way: said for way, (said, _refused) in found.items() if way in ("null", "blank") or way.endswith("blank")
        }
        found |= {way: (said, f"{own}names no file") for way, said in blank.items()}
    if variable.choices:
        found["a wrong choice"] = ({name: "nonsense"}, f"{own}must be one of")
        found["a choice"] = ({name: next(filter(None, variable.choices))}, "")
    elif variable.kind == "number":
        # More slices than one take no names, and the play below has some.
        found["a number as text"] = ({name: "1" if name == "fleet_slices" else "3"}, "")
        found["no number"] = ({name: "three"}, f"{own}must be a whole number")
    elif variable.kind == "flag":
        found["a flag as text"] = ({name: "no"}, "")
        found["no flag"] = ({name: "perhaps"}, f"{own}must be true or false")
    elif variable.kind == "digest":
        found["a digest that was cut"] = ({name: "0123abcd"}, f"{own}must be the digest")
    elif variable.kind == "sizes":
        found["no size"] = ({name: "most"}, "size of a wave")
    return found


def test_every_variable_in_every_way(stage: Callable[..., t.Any]) -> None:
    here = stage()
    cases = sample(
        (
            (f"{name}: {way}", variable.entries[0], said, refused)
            for name, variable in VARIABLES.items()
            for way, (said, refused) in ways(name, variable).items()
        ),
        4,
    )
    tasks = [
        {"name": title, "azdo.connections.fleet_check": {"entry": entry}, "vars": said, "ignore_errors": True}
        for title, entry, said, _refused in cases
    ]
    # In check mode nobody has to have agreed; a way back has to be named, and a migration has a journal.
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {"fleet_connections": "a", "fleet_confirm": "plan", "fleet_journal": "run.journal"},
        "tasks": tasks,
    }
    path = here.folder / "every.yml"
    path.write_text(yaml.safe_dump([play], sort_keys=False), encoding="utf-8")
    played = here.run(path, "--check")

    results = {result["task"]: (result["outcome"], result["result"]) for result in played.results}
    faults = []
    for title, _entry, _said, refused in cases:
        outcome, result = results[title]
        message = str(result.get("msg", ""))
        if (outcome == "ok") is bool(refused) or refused not in message or "Traceback" in message:
            faults.append((title, json.dumps(result)[:300]))
    assert faults == []
    assert here.simulator.requests == []
