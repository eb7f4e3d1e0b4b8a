# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The snippets of the README as people paste them: bash and zsh make the same words of them, and the words do what the README says."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import typing as t
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from simulator import Fleet
from tools.tree import REPOSITORY

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
CONSOLE = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
(SHOWN,) = re.findall(r"```text\n(.*?)```", README, re.DOTALL)
COMMANDS = [line.removeprefix("$ ") for block in CONSOLE for line in block.splitlines() if line.startswith("$ ")]
INVENTORIES = dict(re.findall(r"```yaml\n# (\S+\.azdo\.yml)\n(.*?)```", README, re.DOTALL))
SHELLS = [shell for shell in ("bash", "zsh") if shutil.which(shell)]
# What nobody can run without an organization of that name, or without a run before it.
NOT_HERE = ("all.azdo.yml", "run.journal")


def words(shell: str, folder: Path) -> list[list[str]]:
    """What each ansible-playbook of the README gets from a shell, in one session."""
    tool = folder / "bin" / "ansible-playbook"
    tool.parent.mkdir(exist_ok=True)
    tool.write_text('#!/bin/sh\nprintf "%s\\0" "$@" >> "$WORDS"\nprintf "\\n" >> "$WORDS"\n', encoding="utf-8")
    tool.chmod(0o755)
    script = "\n".join(line for line in COMMANDS if line.startswith(("hosts=", "ansible-playbook ")))
    (folder / "words").write_text("", encoding="utf-8")
    environment = {"PATH": f"{tool.parent}:/usr/bin:/bin", "WORDS": str(folder / "words")}
    subprocess.run([shutil.which(shell) or shell, "-c", script], cwd=folder, env=environment, check=True)
    lines = (folder / "words").read_text(encoding="utf-8").splitlines()
    return [line.split("\0")[:-1] for line in lines]


def test_every_shell_makes_the_same_words_of_them(tmp_path: Path) -> None:
    found = {shell: words(shell, tmp_path) for shell in SHELLS}
    assert len(found["bash"]) == sum(line.startswith("ansible-playbook ") for line in COMMANDS) > 5
    assert all(one == found["bash"] for one in found.values())


def contoso() -> Fleet:
    fleet = Fleet()
    for name in ("Payments", "Web Shop", "sandbox-one"):
        project = fleet.project(name)
        for kind in ("dev", "prod"):
            fleet.connection(project, f"azure-{kind}", last_used=timedelta(days=2))
    return fleet


def test_the_screen_is_that_of_the_demo(stage: Callable[..., t.Any]) -> None:
    """Which is what `make play` serves, so whoever tries it sees this."""
    (command,) = [line for line in COMMANDS if "fleet_include=usage" in line]
    here = stage()
    played = here.run(*shlex.split(command)[1:])
    assert played.status == 0, played.output
    assert SHOWN in played.stdout


def test_they_do_what_the_readme_says(tmp_path: Path, stage: Callable[..., t.Any]) -> None:
    here = stage(contoso())
    (here.folder / "history").mkdir()
    for name, text in INVENTORIES.items():
        kept = text.replace("https://dev.azure.com/contoso", here.simulator.organization_url)
        (here.folder / name).write_text(kept, encoding="utf-8")
    digest, seen = "", []
    for command in words("bash", tmp_path):
        if any(text in word for word in command for text in NOT_HERE):
            continue
        agreed = [re.sub(r"(?<=fleet_plan_digest=).*", digest, word) for word in command]
        played = here.run(agreed[0], *agreed[1:])
        assert played.status == 0, (agreed, played.output)
        seen.append(agreed[0].rpartition(".")[2])
        plan = re.search(r"fleet_plan_digest=([0-9a-f]{64})", json.dumps(played.results) + played.output)
        digest = plan[1] if plan else digest
    assert seen == ["report", "readiness", "plan", "convert", "plan", "convert", "revert", "watch", "report", "watch"]
    schemes = {
        (item.references[0].project.name, item.references[0].name): item.scheme
        for item in here.simulator.world.connections.values()
    }
    federated = {place for place, scheme in schemes.items() if scheme == "WorkloadIdentityFederation"}
    assert federated == {("Payments", "azure-dev"), ("Web Shop", "azure-dev"), ("Web Shop", "azure-prod")}
