# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""For all tests: where things are, and a run in which everything was skipped is no success."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

BUILD = Path(__file__).resolve().parents[1] / ".build"

# make sets the first as well; this is for a pytest started by hand.
os.environ.setdefault("ANSIBLE_COLLECTIONS_PATH", str(BUILD / "collections"))
os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(BUILD / "hypothesis"))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Like pytest's own answer to an empty selection, when tests were there and none was run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    worker = hasattr(session.config, "workerinput")
    if exitstatus != pytest.ExitCode.OK or worker or reporter is None or session.config.option.collectonly:
        return
    if not any(reporter.stats.get(outcome) for outcome in ("passed", "xfailed", "failed")):
        session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED
