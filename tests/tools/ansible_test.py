# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs ``ansible-test`` for this collection: ``python -m tools.ansible_test sanity|integration [arguments]``.

The Python that runs this file is the Python that ansible-test uses. Besides the staged copy it needs:

- a HOME of its own, so that a developer's ``~/.ansible`` plays no part; it is kept, because the environments of the sanity tests live in it
- a stand-in for the ``get-pip.py`` that ansible-test downloads from a site of its own: our pip gets pip from the index
- pip's settings in that HOME, because ansible-test passes no ``PIP_*`` variable on and a package index may be set there
- a second look at its exit code: when all targets were skipped it is 0
"""

from __future__ import annotations

import ast
import json
import os
import signal
import subprocess
import sys
import tempfile
import typing as t
from pathlib import Path

from tools.sampling import ALL
from tools.staging import staged

REPOSITORY = Path(__file__).resolve().parents[2]
ENVIRONMENT = Path(sys.prefix).resolve()
# Those of `make sanity-cores` may run beside the one of `make sanity`, and have another pip.
HOME = ENVIRONMENT / "home" if ENVIRONMENT.name.startswith("core-") else REPOSITORY / ".build" / "home"
NOTHING_RAN = "All targets skipped"

# Each sanity test has an environment of its own, and wants the same pip for it: it is installed and compiled once, and copied from there.
GET_PIP = """\
import os, shutil, subprocess, sys, sysconfig, tempfile
cache = {cache!r}
arguments = [a for a in sys.argv[1:] if a not in ("--no-setuptools", "--no-wheel")]
ready = os.path.join(cache, "_".join(["with", *(a for a in arguments if not a.startswith("-"))]))
if not os.path.isdir(ready):
    folder = tempfile.mkdtemp(dir=cache)
    pip = [{python!r}, "-m", "pip", "--python", sys.executable]
    subprocess.check_call([*pip, "install", "--target", folder, *arguments])
    try:
        os.rename(folder, ready)
    except OSError:  # another ansible-test was first
        shutil.rmtree(folder)
shutil.copytree(ready, sysconfig.get_path("purelib"), dirs_exist_ok=True, ignore=shutil.ignore_patterns("bin"))
"""
GET_PIP_VERSIONS = ("23_1_2", "24_2", "25_2")  # ansible-core 2.16 and 2.17; 2.18 and 2.19; 2.20 to 2.22


def pip_settings(listing: str) -> str:
    """A pip.conf with what ``pip config list`` shows, wherever it came from: files, or variables (``:env:``), which win."""
    settings = {"quiet": "2"}
    for line in sorted(listing.splitlines(), key=lambda line: line.startswith(":env:")):
        name, equals, value = line.partition("=")
        section, _dot, option = name.rpartition(".")
        if equals and section in {"global", "install", ":env:"}:
            settings[option] = str(ast.literal_eval(value)).replace("\n", "\n    ")
    return "".join(["[global]\n", *(f"{option} = {value}\n" for option, value in settings.items())])


def put(path: Path, text: str) -> None:
    """Write a file at one go, because another ansible-test beside this one may read it, or write the same."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as file:
        file.write(text)
    os.replace(file.name, path)


def prepare_home(home: Path) -> None:
    """Put the stand-ins for get-pip.py and pip's settings where ansible-test and pip look."""
    cache = home / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    for version in GET_PIP_VERSIONS:
        put(cache / f"get_pip_{version}.py", GET_PIP.format(python=sys.executable, cache=str(cache)))
    listing = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], check=True, capture_output=True, text=True
    ).stdout
    settings = home / ".config" / "pip" / "pip.conf"
    settings.parent.mkdir(parents=True, exist_ok=True)
    put(settings, pip_settings(listing))  # an index URL may hold a password: temporary files are for their owner alone


def write_integration_config(collection: Path, python: str) -> None:
    """Extra variables for every integration target; ansible-test passes no environment variable on. JSON is YAML."""
    variables = {
        "azdo_python": python,
        "azdo_tests": str(collection / "tests"),
        "azdo_playbooks": str(collection / "playbooks"),
        "azdo_test_all": bool(os.environ.get(ALL)),
    }
    config = collection / "tests" / "integration" / "integration_config.yml"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(json.dumps(variables, indent=2) + "\n", encoding="utf-8")


def environment(home: Path) -> dict[str, str]:
    """Our tools first on PATH, no Ansible or Python setting of the caller."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PYTHON"))}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    return {**inherited, "HOME": str(home), "PATH": path, "LC_ALL": "C.UTF-8", "PYTHONUNBUFFERED": "1"}


def run(command: t.Sequence[str], cwd: Path, env: t.Mapping[str, str]) -> int:
    """The exit code of ``command``, whose output is shown as it comes; 1 instead of 0 when it says that it ran nothing."""
    nothing_ran = False
    with subprocess.Popen(
        command,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        try:
            for line in process.stdout or ():
                nothing_ran = nothing_ran or NOTHING_RAN in line
                print(line, end="", flush=True)
        except BaseException:
            process.terminate()
            raise
    if process.returncode == 0 and nothing_ran:
        print(f"{' '.join(command)}: nothing was tested, and that is no success.", file=sys.stderr)
        return 1
    return process.returncode


def main(arguments: t.Sequence[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the staged copy is removed then, too
    prepare_home(HOME)
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    with staged(REPOSITORY) as collection:
        write_integration_config(collection, sys.executable)
        tool = str(Path(sys.executable).with_name("ansible-test"))
        return run([tool, *arguments, "--python", python], collection, environment(HOME))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
