# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of the role as options of the module."""

from __future__ import annotations

import typing as t

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from ansible_collections.azdo.connections.plugins.filter.host_scope import host_scope
from ansible_collections.azdo.connections.plugins.modules.azdo_arm_connection_convert import ARGUMENT_SPEC
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.role_variables import convert_options

from tools.tree import REPOSITORY

FEDERATION = "workload_identity_federation"
DEFAULTS: dict[str, t.Any] = yaml.safe_load((REPOSITORY / "roles/fleet/defaults/main.yml").read_text(encoding="utf-8"))


def options(to: str = FEDERATION, check_mode: bool = False, **changes: t.Any) -> dict[str, t.Any]:
    variables = {**DEFAULTS, **{f"fleet_{name}": value for name, value in changes.items()}}
    return convert_options(variables, to=to, check_mode=check_mode, exclude=["a"], pairs=[{"connection": "x"}])


def test_by_default_the_module_gets_its_own_defaults_but_for_what_protects() -> None:
    """What fails after its conversion goes back by default in a rollout."""
    found = options()
    differing = {
        name: value for name, value in found.items() if value != ARGUMENT_SPEC[name].get("default", "no default")
    }
    assert differing == {"revert_on_failure": True, "exclude": ["a"]}


def test_every_option_exists() -> None:
    everything = options(
        "entra_issuer",
        hold_pipelines="12",
        journal="x",
        max_failures="0",
        federated_credential="create",
        remove_old_credential=True,
    )
    assert set(everything) <= set(ARGUMENT_SPEC)


@pytest.mark.parametrize(
    ("changes", "name", "value"),
    [
        ({"hold_pipelines": " 12 \nWeb/deploy, "}, "hold_pipelines", ["12", "Web/deploy"]),
        ({"hold_pipelines": ""}, "hold_pipelines", None),
        ({"hold_pipelines": []}, "hold_pipelines", None),
        ({"journal": " "}, "journal", None),
        ({"journal": "run.journal"}, "journal", "run.journal"),
        ({"max_failures": "0"}, "max_failures", "0"),
        ({"max_failures": 0}, "max_failures", 0),
        ({"confirm": "each"}, "shared", "include"),
        ({"confirm": "each", "check_mode": True}, "shared", "skip"),
        ({"confirm": "none", "shared": "include"}, "shared", "include"),
        ({"rollback_scope": "none"}, "revert_on_failure", False),
        ({"rollback_scope": "wave"}, "revert_on_failure", True),
        ({"verify": "after"}, "revert_on_failure", False),
        ({"to": "entra_issuer"}, "revert_on_failure", False),
        ({"to": "entra_issuer", "remove_old_credential": "true"}, "remove_old_credential", True),
        ({"remove_old_credential": "true"}, "remove_old_credential", False),
        ({"federated_credential": ""}, "federated_credential", None),
        ({"to": "service_principal", "federated_credential": "create"}, "federated_credential", None),
        ({"resend": "true"}, "resend", False),
        ({"to": "entra_issuer", "resend": "true"}, "resend", True),
        (
            {"federated_credential": "require", "credential_probe": "yes", "credential_audience": "api://x"},
            "federated_credential",
            {"mode": "require", "audience": "api://x", "probe": True, "pairs": [{"connection": "x"}]},
        ),
    ],
)
def test_what_a_survey_sends_is_understood(changes: dict[str, t.Any], name: str, value: t.Any) -> None:
    assert options(**changes).get(name) == value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, True),
        ("True", True),
        ("yes", True),
        (1, True),
        (False, False),
        ("false", False),
        ("", False),
        (None, False),
    ],
)
def test_flags(value: t.Any, expected: bool) -> None:
    assert options("entra_issuer", remove_old_credential=value)["remove_old_credential"] is expected


@pytest.mark.parametrize(
    ("changes", "to", "check_mode", "refused"),
    [
        ({}, FEDERATION, False, True),
        ({"fleet_plan_digest": "a" * 64}, FEDERATION, False, False),
        ({"fleet_plan_digest": " "}, FEDERATION, False, True),
        ({"fleet_confirm": "none"}, FEDERATION, False, False),
        ({"fleet_confirm": "each"}, FEDERATION, False, False),
        ({}, FEDERATION, True, False),
        ({"fleet_remove_old_credential": True}, FEDERATION, False, True),
        ({"fleet_remove_old_credential": True}, "entra_issuer", False, False),
    ],
)
def test_no_host_is_moved_that_nobody_agreed_to(
    changes: dict[str, t.Any], to: str, check_mode: bool, refused: bool
) -> None:
    """Whatever another host of the same wave has for fleet_confirm."""
    variables = {**DEFAULTS, **changes}
    assert host_scope(variables, to, check_mode)["concerned"]
    if refused:
        with pytest.raises(AnsibleFilterError, match="nobody has agreed"):
            host_scope(variables, to, check_mode, moves=True)
    else:
        assert host_scope(variables, to, check_mode, moves=True)["concerned"]


class Watched(dict[str, t.Any]):
    """Variables that remember which of them were asked for."""

    def __init__(self, *args: t.Any) -> None:
        super().__init__(*args)
        self.asked: set[str] = set()

    def get(self, name: str, default: t.Any = None) -> t.Any:
        self.asked.add(name)
        return super().get(name, default)


def test_the_role_passes_every_variable_that_counts_and_no_other() -> None:
    """They stand in a list, because a template that named each of them would be compiled anew for every host."""
    variables = Watched({**DEFAULTS, "fleet_federated_credential": "create"})
    for to in (FEDERATION, "entra_issuer"):
        host_scope(variables, to, check_mode=True, moves=True)
        host_scope(variables, to)
    passed = yaml.safe_load((REPOSITORY / "roles/fleet/vars/main.yml").read_text(encoding="utf-8"))["__fleet_names"]
    assert variables.asked == set(passed)
