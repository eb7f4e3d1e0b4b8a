# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each step of `make lint` and of `make sanity` sees a fault where it really looks. A check that cannot fail is worse than none.

`make test` plants faults for the steps that take a second; the others, of which some take minutes, have theirs in `make test-all`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from tools import ansible_test
from tools.sampling import ALL
from tools.staging import staged
from tools.tree import REPOSITORY, write

HEADER = """\
# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations
"""


class Fault(t.NamedTuple):
    """A file that a target of the Makefile must refuse, naming it or what is wrong in it."""

    target: str
    file: str
    text: str
    told: str


FAULTS = [
    Fault("ruff", "plugins/module_utils/_model/planted.py", f"{HEADER}\nimport os\n", "F401"),
    Fault("ruff", "tests/planted.py", f"{HEADER}\nx = [ 1 ]\n", "tests/planted.py"),
    Fault("yamllint", "roles/planted.yml", "---\na: 1\na: 2\n", "roles/planted.yml"),
]


def instead(file: str, text: str, fault: str) -> str:
    """The file with a fault in the place of a text."""
    content = (REPOSITORY / file).read_text(encoding="utf-8")
    assert text in content
    return content.replace(text, fault, 1)


INFO = "plugins/modules/azdo_arm_connection_info.py"
GUIDE = "docs/docsite/rst/guide_awx.rst"
ROLE = "roles/fleet/meta/argument_specs.yml"
SLOW_FAULTS = [
    # It once looked where it could see nothing, and passed whatever was wrong.
    Fault("docs-lint", INFO, instead(INFO, "O(projects)", "O(nonsense_option)"), "nonsense_option"),
    Fault("docs-lint", INFO, instead(INFO, "M(azdo.connections.", "M(azdo.connections.nonsense_"), "nonsense_"),
    Fault("docs-lint", ROLE, instead(ROLE, "O(fleet_plan_digest)", "O(nonsense_variable)"), "nonsense_variable"),
    Fault("docs", GUIDE, instead(GUIDE, "azdo.connections.awx#role", "azdo.connections.nonsense#role"), "nonsense"),
    Fault("changelog-lint", "changelogs/fragments/planted.yml", "---\nnonsense:\n  - Planted.\n", "planted.yml"),
    Fault("changelog-lint", "changelogs/changelog.yaml", "---\nreleases: nonsense\n", "changelog.yaml"),
    Fault("mypy", "plugins/module_utils/_model/planted.py", f'{HEADER}\nx: int = "no number"\n', "planted.py"),
    Fault("mypy", "tests/planted.py", f'{HEADER}\nx: int = "no number"\n', "planted.py"),
    Fault("ansible-lint", "playbooks/planted.yml", "---\n- hosts: all\n  tasks:\n    - shell: echo\n", "planted.yml"),
]
# One fault for each sanity test that reads our files, in a file of its own: what its output names.
SANITY_FAULTS = {
    "plugins/module_utils/_model/planted_compile.py": f"{HEADER}x = (\n",
    "plugins/module_utils/_model/planted_import.py": f"{HEADER}import nonsense_library\n",
    "plugins/module_utils/_model/planted_pep8.py": f"{HEADER}x=1 \n",
    "plugins/module_utils/_model/planted_pylint.py": f"{HEADER}\n\ndef f():\n    return undefined_name\n",
    "plugins/module_utils/_model/planted_assert.py": f"{HEADER}assert True\n",
    "plugins/module_utils/_model/planted_quotes.py": f"{HEADER}# \u201cplanted\u201d\n",
    "plugins/modules/planted_module.py": f"#!/usr/bin/python\n{HEADER}DOCUMENTATION = 'a: b'\n",
    "plugins/modules/planted_shebang.py": f"#!/usr/bin/planted\n{HEADER}",
    "plugins/action/planted_action.py": HEADER,
    "plugins/module_utils/_model/planted_ending.py": "# planted\r\n",
    "tests/planted_shell.sh": "#!/bin/sh\nif [ $x == 1 ]; then echo $y; fi\n",
    "changelogs/planted_yaml.yml": "---\na: 1\na: 2\n",
    "meta/runtime.yml": "requires_ansible: nonsense\n",
}
SANITY_FINDS = (
    "planted_compile.py",
    "planted_import.py",
    "planted_pep8.py",
    "planted_pylint.py",
    "planted_assert.py",
    "planted_quotes.py",
    "planted_module.py",
    "planted_shebang.py",
    "planted_action.py",
    "planted_ending.py",
    "planted_shell.sh",
    "planted_yaml.yml",
    "meta/runtime.yml",
    "planted_link.py",
)
SANITY = Fault("sanity", "", "", "")
everything = bool(os.environ.get(ALL))


@pytest.fixture(scope="module")
def clone() -> t.Iterator[Path]:
    """A clone in which make finds the tools of this one and puts what it makes below a folder of its own."""
    with staged(REPOSITORY) as folder:
        (folder / ".build").mkdir()
        (folder / ".build/venv").symlink_to(sys.prefix)
        # make must take the tools as they are: what is newer than they are would have it empty and fill them again.
        for requirements in folder.glob("requirements*"):
            os.utime(requirements, (0, 0))
        if everything and (REPOSITORY / ".build/mypy").exists():
            shutil.copytree(REPOSITORY / ".build/mypy", folder / ".build/mypy")
        for command in (["init", "-q"], ["add", "."]):
            subprocess.run(["git", *command], cwd=folder, check=True)
        yield folder


@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    "fault",
    [*FAULTS, *((*SLOW_FAULTS, SANITY) if everything else ())],
    ids=lambda fault: f"{fault.target}-{fault.told}",
)
def test_a_step_finds_its_fault(fault: Fault, clone: Path, capfd: pytest.CaptureFixture[str]) -> None:
    if fault is SANITY:
        find_faults_of_sanity(capfd)
        return
    path = clone / fault.file
    before = path.read_text(encoding="utf-8") if path.exists() else None
    try:
        write(clone, {fault.file: fault.text})
        done = subprocess.run(["make", fault.target], cwd=clone, capture_output=True, text=True, check=False)
    finally:
        path.unlink() if before is None else write(clone, {fault.file: before})
    assert done.returncode != 0
    assert fault.told in done.stdout + done.stderr


def find_faults_of_sanity(capfd: pytest.CaptureFixture[str]) -> None:
    tool = str(Path(sys.executable).with_name("ansible-test"))
    ansible_test.prepare_home(ansible_test.HOME)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    with staged(REPOSITORY) as collection:
        write(collection, SANITY_FAULTS)
        (collection / "plugins/planted_link.py").symlink_to("/nonexistent")
        status = ansible_test.run(
            [tool, "sanity", "--python", version], collection, ansible_test.environment(ansible_test.HOME)
        )
    told = capfd.readouterr().out
    assert status != 0
    assert [fault for fault in SANITY_FINDS if fault not in told] == []


def test_every_step_of_lint_has_its_fault() -> None:
    """A new step comes with one."""
    (line,) = [
        line for line in (REPOSITORY / "Makefile").read_text(encoding="utf-8").splitlines() if line.startswith("lint:")
    ]
    steps = set(line.partition(":")[2].partition("##")[0].split())
    assert steps | {"docs"} == {fault.target for fault in (*FAULTS, *SLOW_FAULTS)}
