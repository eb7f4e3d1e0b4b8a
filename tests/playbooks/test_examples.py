# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The EXAMPLES of every module run as they are written, but for the address of the organization."""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from datetime import timedelta

import pytest
import yaml
from ansible_collections.azdo.connections.plugins.modules import azdo_arm_connection_convert, azdo_arm_connection_info

from simulator import Fleet


def fleet_of_the_examples() -> Fleet:
    fleet = Fleet("contoso")
    payments, shop = fleet.project("Payments"), fleet.project("Web Shop")
    fleet.connection(payments, "azure-production", last_used=timedelta(days=1))
    fleet.connection(payments, "azure-shared", shared_with=[shop])
    fleet.connection(shop, "azure-storefront")
    return fleet


@pytest.mark.parametrize(
    "module",
    [azdo_arm_connection_info, azdo_arm_connection_convert],
    ids=lambda module: module.__name__.rsplit(".", 1)[1],
)
def test_examples_run_as_written(module: t.Any, stage: Callable[..., t.Any]) -> None:
    here = stage(fleet_of_the_examples())
    text = module.EXAMPLES.replace("https://dev.azure.com/contoso", here.simulator.organization_url)
    assert text != module.EXAMPLES
    here.environment = {"AZDO_PERSONAL_ACCESS_TOKEN": "UNSET", "AZDO_ORG_SERVICE_URL": "UNSET"}
    tasks = yaml.safe_load(text)
    played = here.play(tasks, vars={"azdo_pat": here.simulator.pat})
    assert played.status == 0, played.output
    assert len(played.results) == len(tasks)
