# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules run as the front doors run them, against a simulator."""

from __future__ import annotations

import copy
import typing as t
from dataclasses import dataclass

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.azdo.connections.plugins.module_utils._run.runtime import Runtime, Shared, execute
from ansible_collections.azdo.connections.plugins.modules import (
    azdo_arm_connection,
    azdo_arm_connection_convert,
    azdo_arm_connection_info,
)

from simulator import Simulator

Row = dict[str, t.Any]


@dataclass
class Task:
    """A module that ran: its result, and the inside that the front door sees."""

    result: dict[str, t.Any]
    runtime: Runtime

    @property
    def failed(self) -> bool:
        return bool(self.result.get("failed"))

    @property
    def rows(self) -> list[Row]:
        return t.cast(list[Row], self.result["connections"])

    @property
    def names(self) -> list[str]:
        return [row["name"] for row in self.rows]

    @property
    def by_name(self) -> dict[str, Row]:
        return {row["name"]: row for row in self.rows}

    @property
    def statuses(self) -> dict[str, str]:
        return {row["name"]: row["status"] for row in self.rows}

    @property
    def coverage(self) -> dict[str, t.Any]:
        return t.cast(dict[str, t.Any], self.result["summary"]["coverage"])

    def codes(self, name: str) -> list[str]:
        return [reason["code"] for reason in self.by_name[name]["reasons"]]


def run_task(
    module: t.Any,
    simulator: Simulator,
    *,
    check: bool = False,
    environ: t.Mapping[str, str] | None = None,
    loop: Shared | None = None,
    progress: t.Callable[[str], None] = lambda line: None,
    **options: t.Any,
) -> Task:
    """Run ``module`` with the personal access token of the simulator unless the options say otherwise."""
    usual: dict[str, t.Any] = {"organization_url": simulator.organization_url}
    if not options.keys() & {"access_token", "auth_source", "tenant", "client_id"} and not environ:
        usual["personal_access_token"] = simulator.pat
    checked = ArgumentSpecValidator(module.ARGUMENT_SPEC).validate(copy.deepcopy({**usual, **options}))
    assert not checked.error_messages, checked.error_messages
    runtime = Runtime(
        params=checked.validated_parameters,
        check_mode=check,
        diff_mode=True,
        environ=environ or {},
        shared=Shared() if loop is None else loop,
        progress=progress,
    )
    return Task(execute(module.run, runtime), runtime)


def convert(simulator: Simulator, **options: t.Any) -> Task:
    """azdo_arm_connection_convert without patience and without a look at pipelines, by somebody who accepts that there may be no way back."""
    usual: dict[str, t.Any] = {
        "verify_timeout": 0,
        "allow_irreversible": options.get("to") != "service_principal",
        "readiness": "ignore",
    }
    return run_task(azdo_arm_connection_convert, simulator, **{**usual, **options})


def info(simulator: Simulator, **options: t.Any) -> Task:
    return run_task(azdo_arm_connection_info, simulator, **options)


def manage(simulator: Simulator, **options: t.Any) -> Task:
    """azdo_arm_connection with short pauses."""
    return run_task(azdo_arm_connection, simulator, **{"wait_timeout": 1, "verify_timeout": 0, **options})
