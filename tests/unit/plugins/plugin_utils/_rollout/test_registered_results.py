# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the hosts of a play have registered: of this run, in the order of time, and never nothing that looks like nothing wrong."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.registered_results import (
    RUN,
    NothingRegisteredError,
    registered,
)

ROW: dict[str, t.Any] = {"connections": [{"id": "1"}]}
HOSTS: dict[str, dict[str, t.Any]] = {
    "now": {"r": {**ROW, RUN: "b"}},
    "before": {"r": {**ROW, RUN: "a"}},
    "own": {"r": ROW},
    "skipped": {"r": {"skipped": True, RUN: "b"}},
}


def test_only_what_this_run_has_registered_counts() -> None:
    assert set(registered(HOSTS, HOSTS.__getitem__, ["r"], run="b")) == {"now", "own"}
    assert set(registered(HOSTS, HOSTS.__getitem__, ["r"])) == {"now", "before", "own"}


def test_a_host_with_results_of_an_earlier_run_alone_is_missing() -> None:
    found = registered(HOSTS, HOSTS.__getitem__, ["r"], missing="Its turn did not come.", run="b")
    assert found["before"] == [{"msg": "Its turn did not come."}]
    with pytest.raises(NothingRegisteredError):
        registered(["before"], HOSTS.__getitem__, ["r"], run="b")
