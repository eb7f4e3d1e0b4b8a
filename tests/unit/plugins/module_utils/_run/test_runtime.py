# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inside of a task: what comes out of it, and what must not."""

from __future__ import annotations

import base64
import os
import typing as t
import warnings as python_warnings

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError, ServiceError
from ansible_collections.azdo.connections.plugins.module_utils._rest import http
from ansible_collections.azdo.connections.plugins.module_utils._run.runtime import Result, Runtime, Shared, execute
from ansible_collections.azdo.connections.plugins.module_utils._sign_in.options import SIGN_IN_OPTIONS

from simulator import Simulator

Simulate = t.Callable[..., Simulator]
DEFAULTS = {name: option.default for name, option in SIGN_IN_OPTIONS.items()}
PAT = "canary+personal/access=token"


def runtime(environ: dict[str, str] | None = None, shared: Shared | None = None, **params: t.Any) -> Runtime:
    usual = {**DEFAULTS, "organization_url": "https://dev.azure.com/contoso", "personal_access_token": PAT}
    return Runtime(
        params={**usual, **params},
        check_mode=False,
        diff_mode=True,
        environ=environ or {},
        shared=Shared() if shared is None else shared,
    )


# -- results -----------------------------------------------------------------------------------------------------------
def test_a_result() -> None:
    result = execute(lambda task: Result(changed=True, values={"rows": [1]}, diff={"before": "a"}), runtime())
    assert result == {"changed": True, "rows": [1], "diff": {"before": "a"}}


def test_a_diff_only_where_it_was_asked_for() -> None:
    task = runtime()
    task.diff_mode = False
    assert "diff" not in execute(lambda task: Result(diff={"before": "a"}), task)


def test_a_failure_with_values() -> None:
    """A run in which something failed still tells what it did."""
    error = ServiceError("It did not work.", status=400, remedy="Repair it.", activity_id="7")
    result = execute(lambda task: Result(changed=True, values={"rows": [1]}, failure=error), runtime())
    assert result == {
        "changed": True,
        "rows": [1],
        "failed": True,
        "msg": "It did not work. Repair it.",
        "failure": {
            "code": "service_error",
            "message": "It did not work.",
            "remedy": "Repair it.",
            "details": {"status": 400, "activity_id": "7"},
        },
    }


def test_an_error_of_ours_is_a_failure_and_ends_no_thread() -> None:
    def run(task: Runtime) -> Result:
        raise OptionError("no")

    task = runtime()
    result = execute(run, task)
    assert (result["failed"], result["msg"], result["failure"]["code"]) == (True, "no", "invalid_option")
    assert not task.stop


def test_a_fault_is_a_failure_that_asks_for_a_report_and_stops_everything() -> None:
    def run(task: Runtime) -> Result:
        raise KeyError("id")

    task = runtime()
    result = execute(run, task)
    assert result["failed"]
    assert result["msg"].startswith("This is a fault of azdo.connections: KeyError: 'id'.")
    assert "Traceback" in result["exception"]
    assert task.stop


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_the_end_of_the_task_passes_through_and_stops_everything(error: type[BaseException]) -> None:
    def run(task: Runtime) -> Result:
        raise error

    task = runtime()
    with pytest.raises(error):
        execute(run, task)
    assert task.stop


def test_a_missing_library_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "REQUESTS_MISSING", "Traceback: no requests")

    def run(task: Runtime) -> Result:
        return Result(values={"projects": task.azure_devops.projects()})

    result = execute(run, runtime())
    assert result["failed"]
    assert "requests" in result["msg"]
    assert "ansible_playbook_python" in result["msg"]
    assert result["failure"]["details"]["library"] == "requests"


@pytest.mark.parametrize(("option", "value"), [("timeout", 0), ("timeout", -1), ("max_retries", -1)])
def test_numbers_that_are_too_small(option: str, value: int) -> None:
    with pytest.raises(OptionError, match=f"{option} is {value}"):
        _session = runtime(**t.cast(dict[str, t.Any], {option: value})).session


# -- secrets -----------------------------------------------------------------------------------------------------------
def spellings(text: str) -> set[str]:
    return {text, text.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")}


def test_secrets_are_known_before_anything_is_done() -> None:
    task = runtime({"AZURE_CLIENT_SECRET": "secret-from-environment"})
    assert spellings(PAT) <= task.secrets
    assert "secret-from-environment" in task.secrets


def test_secrets_are_known_although_the_options_cannot_work() -> None:
    task = runtime(organization_url="http://plain.example/c")
    execute(lambda task: Result(values={"x": task.azure_devops}), task)
    assert task.secrets >= {PAT}


@pytest.mark.parametrize("secret", ["quo\"te'd-secret", "back\\slash-secret", "ünïcode-secret"])
def test_secrets_are_known_as_error_messages_spell_them(secret: str) -> None:
    import json

    found = runtime(personal_access_token=secret).secrets
    assert {secret, repr(secret)[1:-1], json.dumps(secret)[1:-1]} <= found


def test_every_item_of_a_loop_knows_the_secrets_that_signing_in_made(simulate: Simulate) -> None:
    """The first item signs in, the others use its session."""
    simulator = simulate()
    shared = Shared()
    pair = base64.b64encode(f":{simulator.pat}".encode()).decode()
    for _item in range(3):
        task = runtime(shared=shared, organization_url=simulator.organization_url, personal_access_token=simulator.pat)
        assert execute(lambda task: Result(values={"n": len(task.azure_devops.projects())}), task)["n"] == 0
        assert pair in task.secrets


def test_nothing_is_no_secret() -> None:
    assert "" not in runtime(secret="", access_token=None).secrets


# -- what items of a loop share ----------------------------------------------------------------------------------------
def test_the_same_options_share_a_session() -> None:
    shared = Shared()
    assert runtime(shared=shared).session is runtime(shared=shared).session


@pytest.mark.parametrize(
    "other",
    [
        {"personal_access_token": "another-token"},
        {"organization_url": "https://dev.azure.com/fabrikam"},
        {"timeout": 61},
        {"validate_certs": False},
        {"ca_path": "/"},
    ],
)
def test_other_options_have_another_session(other: dict[str, t.Any]) -> None:
    shared = Shared()
    with python_warnings.catch_warnings():
        assert runtime(shared=shared).session is not runtime(shared=shared, **other).session


def test_the_same_values_from_another_place_may_sign_in_in_another_way() -> None:
    shared = Shared()
    environ = {"AZDO_PERSONAL_ACCESS_TOKEN": PAT, "AZDO_ACCESS_TOKEN": "ready-bearer-token"}
    given = runtime(environ, shared, personal_access_token=None, access_token="ready-bearer-token").session
    found = runtime(environ, shared, personal_access_token=None, access_token=None).session
    assert given.authorizer.method == "access_token"
    assert found.authorizer.method == "personal_access_token"


def test_after_a_stop_nothing_is_shared_any_more() -> None:
    shared = Shared()
    assert shared.usable
    shared.stop.set()
    assert not shared.usable


def test_behind_a_fork_nothing_is_shared_any_more() -> None:
    shared = Shared()
    shared._process = os.getpid() + 1
    assert not shared.usable


def test_a_task_that_ended_without_a_word() -> None:
    over = [False]
    shared = Shared(lambda: over[0])
    usable = [shared.usable]
    over[0] = True
    usable.append(shared.usable)
    assert usable == [True, False]
    assert shared.stop
