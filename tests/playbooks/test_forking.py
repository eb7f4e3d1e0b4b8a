# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run in a fork cannot be told from one by the command: what makes these tests quick takes nothing from what they say.

Of the tests that are marked as sampled, one in two combinations of their parameters is run, so that each value is there; `make test-all` runs them all.
"""

from __future__ import annotations

import re
import subprocess
import typing as t
from collections.abc import Callable

import pytest

from playbooks._helpers.forking import Server
from simulator import Fleet

Task = dict[str, t.Any]
INFO = "azdo.connections.azdo_arm_connection_info"
INSIDE: list[Task] = [
    {"ansible.builtin.debug": {"msg": "{{ lookup('ansible.builtin.env', 'AZDO_ORG_SERVICE_URL') }}"}},
    {"ansible.builtin.debug": {"msg": "{{ lookup('ansible.builtin.pipe', 'pwd; test -t 0 || echo none') }}"}},
    {"ansible.builtin.debug": {"msg": "{{ ansible_playbook_python }} {{ ansible_version.full }} {{ playbook_dir }}"}},
    {"ansible.builtin.debug": {"msg": "{{ ansible_run_tags }} {{ ansible_verbosity }} {{ ansible_config_file }}"}},
    {"ansible.builtin.command": "no-such-command", "ignore_errors": True},
    {INFO: {}},
    {INFO: {"projects": ["nowhere"]}},
]


def fleet() -> Fleet:
    made = Fleet()
    made.connection(made.project("Web"), "azure")
    return made


def told(played: t.Any) -> tuple[t.Any, ...]:
    """All that a test sees, but for how long it took."""
    times = re.compile(r'"(start|end|delta)": "[^"]*"|[\d-]+ [\d:.]+')
    results = [times.sub("", str(item)) for item in played.results]
    return played.status, times.sub("", played.stdout), times.sub("", played.stderr), results


@pytest.mark.sampled(2)
@pytest.mark.parametrize("verbosity", [(), ("-vv",)], ids=["quiet", "verbose"])
def test_a_fork_tells_what_the_command_tells(
    verbosity: tuple[str, ...], door: str, server: Server, stage: Callable[..., t.Any]
) -> None:
    here = stage(fleet())
    playbook = here.write(INSIDE, door=door)
    here.environment["ANSIBLE_HOME"] = server.environment["ANSIBLE_HOME"]
    own, forked, again = (here.run(playbook, *verbosity, own=own) for own in (True, False, False))
    assert told(forked) == told(own)
    assert told(again) == told(own)
    assert own.status == 2
    assert len(own.results) == len(INSIDE)


@pytest.mark.parametrize("arguments", [("--no-such-option",), ("--version",), ("no-such-file.yml",)], ids=" ".join)
def test_a_command_line_that_runs_nothing(
    arguments: tuple[str, ...], server: Server, stage: Callable[..., t.Any]
) -> None:
    here = stage(fleet())
    playbook = here.write(INSIDE)
    here.environment["ANSIBLE_HOME"] = server.environment["ANSIBLE_HOME"]
    own, forked = (here.run(playbook, *arguments, own=own) for own in (True, False))
    assert (forked.status, forked.stderr) == (own.status, own.stderr)
    assert forked.stdout == own.stdout


def test_no_run_leaves_anything_to_the_next_one(stage: Callable[..., t.Any]) -> None:
    here = stage(fleet())
    assert here.play([{INFO: {}}], env={"AZDO_PERSONAL_ACCESS_TOKEN": "wrong"}).status == 2
    assert here.play([{INFO: {}}]).status == 0
    assert here.play([{INFO: {}}], env={"AZDO_PERSONAL_ACCESS_TOKEN": "UNSET"}).status == 2


def test_a_setting_that_ansible_reads_at_its_import_is_refused(server: Server, stage: Callable[..., t.Any]) -> None:
    here = stage(fleet())
    fitting = {**here.variables(), "ANSIBLE_HOME": server.environment["ANSIBLE_HOME"]}
    assert server.serves(fitting, here.folder)
    for name in ("ANSIBLE_DEBUG", "PYTHONWARNINGS", "HOME", "LC_ALL", "ANYTHING"):
        assert not server.serves({**fitting, name: "another"}, here.folder)
    assert not server.serves({name: value for name, value in fitting.items() if name != "HOME"}, here.folder)
    (here.folder / "ansible.cfg").write_text("[defaults]\nforks = 1\n", encoding="utf-8")
    assert not server.serves(fitting, here.folder)


def test_a_run_that_takes_too_long_is_ended_and_the_next_one_works(stage: Callable[..., t.Any]) -> None:
    here = stage(fleet())
    server = Server({**here.variables(), "ANSIBLE_HOME": str(here.folder / "home")})
    slow = here.write([{"ansible.builtin.command": "sleep 30"}])
    try:
        with pytest.raises(subprocess.TimeoutExpired):
            server.run(here.command(slow), cwd=here.folder, env=server.environment, timeout=2)
        quick = here.write([{"ansible.builtin.debug": {}}])
        done = server.run(here.command(quick), cwd=here.folder, env=server.environment, timeout=60)
        assert done.returncode == 0, done.stderr
    finally:
        server.stop()
