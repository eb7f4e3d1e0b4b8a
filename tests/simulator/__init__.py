# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stateful Azure DevOps + Entra + Graph + ARM server on the loopback interface. See README.md."""

from __future__ import annotations

from .caller import Caller
from .demo import bench_fleet, demo_fleet, fleet_by_name
from .faults import Fault
from .fleet import Fleet
from .knobs import Knobs
from .pipeline_parts import designer_step
from .pipeline_state import Pipeline, Variable
from .recorder import Moment, Observer, Recorded
from .server import Simulator
from .state import Connection, Project
from .writes import is_write

__all__ = [
    "Caller",
    "Connection",
    "Fault",
    "Fleet",
    "Knobs",
    "Moment",
    "Observer",
    "Pipeline",
    "Project",
    "Recorded",
    "Simulator",
    "Variable",
    "bench_fleet",
    "demo_fleet",
    "designer_step",
    "fleet_by_name",
    "is_write",
]
