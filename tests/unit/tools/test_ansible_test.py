# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""tests/tools/ansible_test.py: what surrounds ansible-test."""

from __future__ import annotations

import configparser
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tools import ansible_test


def run(text: str, code: int, cwd: Path) -> int:
    return ansible_test.run([sys.executable, "-c", f"print({text!r}); raise SystemExit({code})"], cwd, os.environ)


@pytest.mark.parametrize(
    ("text", "code", "expected"),
    [
        ("Running sanity test", 0, 0),
        ("Running sanity test", 3, 3),
        ("WARNING: All targets skipped.", 0, 1),
        ("WARNING: All targets skipped.", 3, 3),
    ],
)
def test_nothing_tested_is_no_success(
    text: str, code: int, expected: int, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(text, code, tmp_path) == expected
    seen = capfd.readouterr()
    assert text in seen.out
    assert ("nothing was tested" in seen.err) == (expected == 1)


def test_pip_finds_its_settings_without_the_callers_home() -> None:
    listing = "\n".join(
        [
            ":env:.index-url='https://second.example/simple'",
            "global.cert='/etc/ssl/ca.pem'",
            "global.extra-index-url='https://a.example/%7Eb\\nhttps://c.example'",
            "global.index-url='https://first.example/simple'",
            "freeze.all='true'",
        ]
    )
    parsed = configparser.RawConfigParser()
    parsed.read_string(ansible_test.pip_settings(listing))
    assert dict(parsed["global"]) == {
        "quiet": "2",
        "cert": "/etc/ssl/ca.pem",
        "extra-index-url": "https://a.example/%7Eb\nhttps://c.example",
        "index-url": "https://second.example/simple",
    }


def test_the_home_has_a_stand_in_for_every_get_pip_and_closed_settings(tmp_path: Path) -> None:
    ansible_test.prepare_home(tmp_path)
    ansible_test.prepare_home(tmp_path)
    stand_ins = sorted(path.name for path in (tmp_path / ".ansible/test/cache").iterdir())
    assert stand_ins == ["get_pip_23_1_2.py", "get_pip_24_2.py", "get_pip_25_2.py"]
    assert sys.executable in (tmp_path / ".ansible/test/cache/get_pip_24_2.py").read_text(encoding="utf-8")
    assert (tmp_path / ".config/pip/pip.conf").stat().st_mode & 0o077 == 0


def test_an_environment_gets_pip_from_the_one_that_was_installed_before(tmp_path: Path) -> None:
    """As ansible-test does it: the environment's own Python runs the stand-in, which has nothing to install any more."""
    ansible_test.prepare_home(tmp_path)
    cache = tmp_path / ".ansible" / "test" / "cache"
    (cache / "with_pip==25.2" / "pip").mkdir(parents=True)
    (cache / "with_pip==25.2" / "pip" / "__init__.py").write_text("ready = True\n", encoding="utf-8")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "venv")], check=True)
    python = tmp_path / "venv" / "bin" / "python"
    for stand_in in cache.glob("get_pip_*.py"):
        subprocess.run([python, stand_in, "--no-setuptools", "--no-wheel", "pip==25.2"], check=True)
    subprocess.run([python, "-c", "import pip; assert pip.ready"], check=True, env={})


@pytest.mark.parametrize("everything", ["", "1"])
def test_integration_targets_learn_where_things_are(
    everything: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZDO_TEST_ALL", everything)
    ansible_test.write_integration_config(tmp_path, "/venv/bin/python")
    variables = yaml.safe_load((tmp_path / "tests/integration/integration_config.yml").read_text(encoding="utf-8"))
    assert variables == {
        "azdo_python": "/venv/bin/python",
        "azdo_tests": str(tmp_path / "tests"),
        "azdo_playbooks": str(tmp_path / "playbooks"),
        "azdo_test_all": everything == "1",
    }


def test_no_setting_of_the_caller_reaches_ansible_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSIBLE_CONFIG", "/mine")
    monkeypatch.setenv("PYTHONPATH", "/mine")
    environment = ansible_test.environment(tmp_path)
    assert not {"ANSIBLE_CONFIG", "PYTHONPATH"} & environment.keys()
    assert environment["HOME"] == str(tmp_path)
    assert environment["PATH"].split(":")[0] == str(Path(sys.executable).parent)
