# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task says is fit for a screen, and what it returns is what the service said."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError, ServiceError
from ansible_collections.azdo.connections.plugins.module_utils._run.runtime import Result, Runtime, Shared, execute
from ansible_collections.azdo.connections.plugins.module_utils._run.shown import shown_result

NASTY = "a\x1b[31m\u202e\x9b2J\nb"
LONG = "a name with blanks " * 40
SECRET = "s3cret/" * 60


def sentences(result: t.Any) -> t.Iterator[str]:
    """Everything in a result that is said to a person."""
    if isinstance(result, dict):
        for key, value in result.items():
            if key in ("msg", "message", "remedy", "reason", "rollback_reason") and isinstance(value, str):
                yield value
            elif key == "warnings":
                yield from value
            elif key not in ("details", "hand_off"):
                yield from sentences(value)
    elif isinstance(result, list):
        for item in result:
            yield from sentences(item)


def run(result: t.Callable[[Runtime], Result], **params: t.Any) -> tuple[dict[str, t.Any], Runtime]:
    runtime = Runtime(
        params={"organization_url": "https://dev.azure.com/contoso", **params},
        check_mode=False,
        diff_mode=True,
        environ={},
        shared=Shared(),
        no_log_values={SECRET},
    )
    return execute(result, runtime), runtime


def failing(task: Runtime) -> Result:
    task.warnings.append(f"{NASTY} and {LONG}: not tested.")
    error = ServiceError(f"{LONG}: {NASTY}", status=400, remedy=f"Look at {LONG}.", name=LONG, nasty=NASTY)
    row = {
        "name": LONG,
        "project": NASTY,
        "error": error.to_failure(),
        "rollback_reason": f"The test says: {NASTY}",
        "hand_off": {"what_to_do": "one\ntwo", "message": NASTY},
        "verification": {"before": {"result": "unknown", "message": NASTY}},
    }
    coverage = {"unread": [{"project": NASTY, "reason": NASTY}]}
    diff = {"before": f"{NASTY}: old\n", "after": {"name": NASTY}}
    return Result(values={"connections": [row], "summary": {"coverage": coverage}}, diff=diff, failure=error)


def test_every_sentence_is_fit_for_a_screen() -> None:
    result, runtime = run(failing)
    said = [*sentences(result), *runtime.warnings, *result["diff"].values()]
    assert len(said) >= 9
    for text in said:
        assert text.replace("\n", "").isprintable()
        assert LONG.strip() not in text
    assert all("\n" not in text for text in [*sentences(result), *runtime.warnings])
    assert result["diff"]["before"].endswith(": old\n")
    assert runtime.warnings[0].endswith(": not tested.")


def test_values_are_what_the_service_said() -> None:
    (row,) = run(failing)[0]["connections"]
    assert (row["name"], row["project"]) == (LONG, NASTY)
    assert row["error"]["details"] == {"status": 400, "name": LONG, "nasty": NASTY}
    assert row["hand_off"] == {"what_to_do": "one\ntwo", "message": NASTY}


def test_a_name_of_the_options_is_known() -> None:
    def refused(task: Runtime) -> Result:
        raise OptionError(f"contoso / Payments / {LONG}: it is not there.", remedy="Check it.")

    result, _runtime = run(refused, name=LONG)
    assert len(result["msg"]) < 200
    assert result["msg"].endswith(": it is not there. Check it.")


@pytest.mark.parametrize("text", [f"The key {SECRET} was refused.", f"The key {SECRET}\x1b was refused."])
def test_no_piece_of_a_secret_is_left_by_the_cut(text: str) -> None:
    def refused(task: Runtime) -> Result:
        task.warnings.append(text)
        raise OptionError(text)

    result, runtime = run(refused)
    for said in (result["msg"], result["failure"]["message"], *runtime.warnings):
        assert "s3cret" not in said
        assert "refused" in said


def test_a_fault_of_ours_is_a_sentence_too() -> None:
    def broken(task: Runtime) -> Result:
        raise ValueError(NASTY)

    result, _runtime = run(broken)
    assert result["msg"].isprintable()
    assert "\x1b" not in result["exception"]
    assert "\n" in result["exception"]


def test_what_needs_no_cleaning_costs_nothing() -> None:
    rows = [{"name": "a", "projects": [{"id": "1"}]}]
    assert shown_result({"rows": rows}, ["All is well."], {}, str) == {"rows": rows, "warnings": ["All is well."]}
