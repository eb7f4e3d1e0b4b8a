# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of the role as options of the module."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.modules.azdo_arm_connection_convert import ARGUMENT_SPEC
from ansible_collections.azdo.connections.plugins.modules.azdo_arm_connection_info import ARGUMENT_SPEC as INFO
from ansible_collections.azdo.connections.plugins.plugin_utils._input.role_variables import PARTS, Said, hear
from ansible_collections.azdo.connections.plugins.plugin_utils._input.scope import Host, scope_of
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.module_options import (
    back_options,
    convert_options,
    days,
    info_options,
    target_of,
)

FEDERATION = "workload_identity_federation"
ENTRIES = {FEDERATION: "convert", "entra_issuer": "migrate_issuer", "service_principal": "revert"}
PAIR = {"connection": "x", "issuer": "https://i", "subject": "s"}


def said(entry: str, **values: t.Any) -> Said:
    return hear(entry, {f"fleet_{name}": value for name, value in values.items()})


def options(to: str = FEDERATION, check_mode: bool = False, **changes: t.Any) -> dict[str, t.Any]:
    heard = said(ENTRIES[to], **changes)
    assert target_of(heard) == to
    scope = scope_of(Host(), None, None, ["a"], [PAIR])
    return convert_options(heard, scope, check_mode=check_mode)


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
        allow_unread="*",
        federated_credential="create",
        remove_old_credential=True,
    )
    assert set(everything) <= set(ARGUMENT_SPEC)


@pytest.mark.parametrize(
    ("changes", "name", "value"),
    [
        ({"hold_pipelines": " 12 \nWeb/deploy, "}, "hold_pipelines", ["12", "Web/deploy"]),
        ({"hold_pipelines": ""}, "hold_pipelines", None),
        ({"hold_pipelines": []}, "hold_pipelines", []),
        ({"journal": " "}, "journal", None),
        ({"journal": "run.journal"}, "journal", "run.journal"),
        ({"max_failures": "0"}, "max_failures", 0),
        ({"max_failures": 0}, "max_failures", 0),
        ({"confirm": "each"}, "shared", "include"),
        ({"confirm": "each", "check_mode": True}, "shared", "skip"),
        ({"confirm": "none", "shared": "include"}, "shared", "include"),
        ({"rollback_scope": "none"}, "revert_on_failure", False),
        ({"rollback_scope": "wave"}, "revert_on_failure", True),
        ({"verify": "after"}, "revert_on_failure", False),
        ({"to": "entra_issuer"}, "revert_on_failure", False),
        ({"to": "entra_issuer", "remove_old_credential": "true"}, "remove_old_credential", True),
        ({"federated_credential": ""}, "federated_credential", None),
        ({"to": "service_principal", "federated_credential": "create"}, "federated_credential", None),
        ({"to": "entra_issuer", "resend": "true"}, "resend", True),
        (
            {"federated_credential": "require", "credential_probe": "yes", "credential_audience": "api://x"},
            "federated_credential",
            {"mode": "require", "audience": "api://x", "probe": True, "pairs": [PAIR]},
        ),
    ],
)
def test_what_a_survey_sends_is_understood(changes: dict[str, t.Any], name: str, value: t.Any) -> None:
    assert options(**changes).get(name) == value


def test_what_is_read_at_each_entry_point() -> None:
    scope = scope_of(Host(project_id="P-1"), None, None, None, [])
    assert info_options(said("report"), scope) == {"projects": ["P-1"], "concurrency": 8, "include": ["other_types"]}
    assert info_options(said("report", include="usage, checks"), scope)["include"] == ["usage", "checks", "other_types"]
    judged = info_options(
        said("report", readiness="warn", include="usage", task_support=[{"task": "A@1", "support": True}]), scope
    )
    assert judged["include"] == ["usage", "pipelines", "other_types"]
    assert (judged["readiness_expand"], judged["task_support"]) == (False, [{"task": "A@1", "support": True}])
    assert info_options(said("report", readiness="ignore"), scope)["include"] == ["other_types"]
    assert info_options(said("readiness", readiness_expand="yes"), scope)["include"] == ["usage", "pipelines"]
    verified = info_options(said("verify", schemes="service_principal"), scope)
    assert (verified["include"], verified["schemes"]) == (["verification"], ["service_principal"])
    assert info_options(said("watch"), scope)["include"] == ["usage", "identity", "other_types"]
    assert info_options(said("watch", watch="issuer"), scope)["include"] == ["other_types"]
    assert info_options(said("watch", watch="revert"), scope)["include"] == []
    assert set(verified) | {"names", "ids"} <= set(INFO)


@pytest.mark.parametrize(("entry", "include"), [("report", None), ("watch", ["usage", "identity"])])
def test_who_names_connections_asks_about_no_others(entry: str, include: list[str] | None) -> None:
    scope = scope_of(Host(), None, ["azure-prod"], None, [])
    assert info_options(said(entry, connections="azure-prod"), scope).get("include") == include


def test_nobody_has_to_say_what_is_always_read() -> None:
    assert "other_types" not in PARTS
    assert {*PARTS, "as_code", "other_types"} == set(INFO["include"]["choices"])


def test_only_what_is_watched_has_days() -> None:
    assert days(said("watch", watch="secret, leftover", watch_secret_days="5")) == {"secret": 5, "leftover": 0}


def test_a_way_back_is_about_what_the_wave_moved() -> None:
    found = back_options(said("convert", include_disabled="yes", verify="none"), ["C-1"], ["P-1"])
    assert (found["to"], found["connections"], found["projects"]) == ("service_principal", ["C-1"], ["P-1"])
    assert (found["verify"], found["shared"], found["include_disabled"]) == ("none", "include", True)
    assert set(found) <= set(ARGUMENT_SPEC)
