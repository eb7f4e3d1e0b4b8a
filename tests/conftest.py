# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""For all tests: where things are, samples of what is too large for every change, and a run in which everything was skipped is no success."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path

import pytest

from tools.sampling import ALL, diagonals

BUILD = Path(__file__).resolve().parents[1] / ".build"

# make sets the first as well; this is for a pytest started by hand.
os.environ.setdefault("ANSIBLE_COLLECTIONS_PATH", str(BUILD / "collections"))
os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(BUILD / "hypothesis"))


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "sampled(one_in): only so many combinations of its parameters, unless AZDO_TEST_ALL is set"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of tests that are marked as sampled, take the sample; a combination that was asked for by its name is always run."""
    if os.environ.get(ALL) or any("[" in argument for argument in config.args):
        return
    of_test: dict[tuple[str, int], list[pytest.Function]] = defaultdict(list)
    for item in items:
        mark = item.get_closest_marker("sampled")
        if mark is not None and isinstance(item, pytest.Function) and hasattr(item, "callspec"):
            of_test[item.nodeid.partition("[")[0], mark.args[0]].append(item)
    left: set[pytest.Item] = set()
    for (_name, one_in), found in of_test.items():
        taken = diagonals([item.callspec.params for item in found], one_in)
        left.update(item for item, take in zip(found, taken, strict=True) if not take)
    config.hook.pytest_deselected(items=[item for item in items if item in left])
    items[:] = [item for item in items if item not in left]


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Like pytest's own answer to an empty selection, when tests were there and none was run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    worker = hasattr(session.config, "workerinput")
    if exitstatus != pytest.ExitCode.OK or worker or reporter is None or session.config.option.collectonly:
        return
    if not any(reporter.stats.get(outcome) for outcome in ("passed", "xfailed", "failed")):
        session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED
