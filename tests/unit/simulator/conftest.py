# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One simulator for all tests of this folder; every test gets a world of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from simulator import Fleet, Simulator

Simulate = Callable[..., Simulator]


@pytest.fixture(scope="session")
def running() -> Iterator[Simulator]:
    with Simulator() as simulator:
        yield simulator


@pytest.fixture
def simulate(running: Simulator) -> Iterator[Simulate]:
    """simulate(fleet, **knobs): the running simulator with this world."""

    def reset(fleet: Fleet | None = None, **knobs: object) -> Simulator:
        running.reset(fleet, **knobs)  # type: ignore[arg-type]
        return running

    yield reset
    running.reset()
