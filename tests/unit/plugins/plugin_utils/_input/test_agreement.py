# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing is moved that nobody has agreed to, and what narrows never comes to mean everything."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.plugin_utils._input.agreement import (
    OF_THE_PLAY,
    Occasion,
    differs,
    missing_from_plan,
    refusal,
)
from ansible_collections.azdo.connections.plugins.plugin_utils._input.role_variables import VARIABLES, Said, hear
from ansible_collections.azdo.connections.plugins.plugin_utils._input.scope import Host

ORGANIZATION, PROJECT = Host(), Host(project_id="P-1", project="Web")
CONNECTION = Host(project_id="P-1", project="Web", connection_id="C-1")
DIGEST = "ab" * 32


def said(entry: str, blank: t.Sequence[str] = (), **values: t.Any) -> Said:
    return hear(entry, {f"fleet_{name}": value for name, value in values.items()}, blank)


@pytest.mark.parametrize("entry", ["convert", "migrate_issuer"])
@pytest.mark.parametrize(
    ("values", "host", "hosts", "says"),
    [
        ({}, PROJECT, 1, "Nobody has agreed to this."),
        ({"plan_digest": DIGEST}, PROJECT, 1, ""),
        ({"plan_digest": DIGEST}, ORGANIZATION, 1, ""),
        ({"plan_digest": DIGEST}, PROJECT, 2, "give the file that holds them with fleet_plan_path"),
        ({"plan_digest": DIGEST, "plan_path": "p"}, PROJECT, 2, ""),
        ({"confirm": "none"}, PROJECT, 2, ""),
        ({"confirm": "none"}, CONNECTION, 2, ""),
        ({"confirm": "none"}, ORGANIZATION, 1, "This is about a whole organization."),
        ({"confirm": "none", "whole_organization": True}, ORGANIZATION, 1, ""),
        ({"confirm": "none", "projects": "Web"}, ORGANIZATION, 1, ""),
        ({"confirm": "none", "connections": "a"}, ORGANIZATION, 1, ""),
        ({"confirm": "none", "exclude": "a"}, ORGANIZATION, 1, "This is about a whole organization."),
        ({"confirm": "each"}, ORGANIZATION, 1, ""),
    ],
)
def test_what_a_move_takes(values: dict[str, t.Any], host: Host, hosts: int, says: str, entry: str) -> None:
    heard = said(entry, **values)
    found = refusal(heard, Occasion(host, hosts, check_mode=False))
    assert says in found if says else found == ""
    assert refusal(heard, Occasion(host, hosts, check_mode=True)) == ""


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize("confirm", ["none", "each"])
@pytest.mark.parametrize("name", ["plan_digest", "plan_path"])
def test_a_plan_is_not_given_in_vain(name: str, confirm: str, check_mode: bool) -> None:
    value = DIGEST if name == "plan_digest" else "p"
    found = refusal(said("convert", confirm=confirm, **{name: value}), Occasion(PROJECT, 1, check_mode))
    assert found.startswith(f"fleet_{name} names a plan, and fleet_confirm={confirm} would not look at it.")
    assert "does not say which one" in refusal(said("convert", plan_path="p"), Occasion(PROJECT, 1, check_mode))


@pytest.mark.parametrize(
    "name", ["projects", "connections", "exclude", "hold_pipelines", "terraform_state", "readiness"]
)
def test_what_came_out_blank_is_not_everything(name: str) -> None:
    heard = said("convert", [f"fleet_{name}"], confirm="none", whole_organization=True)
    for host in (ORGANIZATION, PROJECT, CONNECTION):
        assert f"fleet_{name} was set and came out blank" in refusal(heard, Occasion(host, 1, check_mode=False))
    planned = said("convert", [f"fleet_{name}"], plan_digest=DIGEST)
    assert refusal(planned, Occasion(ORGANIZATION, 1, check_mode=False)) == ""


def test_a_removal_of_credentials_has_no_plan() -> None:
    assert "there is no plan of it" in refusal(
        said("migrate_issuer", remove_old_credential=True), Occasion(PROJECT, 1, check_mode=False)
    )
    agreed = said("migrate_issuer", remove_old_credential=True, confirm="none")
    assert refusal(agreed, Occasion(PROJECT, 1, check_mode=False)) == ""
    assert "whole organization" in refusal(agreed, Occasion(ORGANIZATION, 1, check_mode=False))


@pytest.mark.parametrize(
    ("values", "host", "says"),
    [
        ({}, PROJECT, "Nothing says what is to be taken back."),
        ({}, CONNECTION, "Nothing says what is to be taken back."),
        ({"connections": "a"}, ORGANIZATION, ""),
        ({"revert_all": True}, PROJECT, ""),
        ({"revert_all": True}, ORGANIZATION, "This is about a whole organization."),
        ({"revert_all": True, "whole_organization": True}, ORGANIZATION, ""),
        ({"batch_journal": "j"}, ORGANIZATION, ""),
        ({"batch_journal": "j", "connections": "a"}, ORGANIZATION, "do not go with it"),
        ({"batch_journal": "j"}, CONNECTION, "do not go with it"),
        ({"plan_path": "p", "plan_digest": DIGEST}, PROJECT, ""),
        ({"plan_path": "p"}, PROJECT, "does not say which one was approved"),
        ({"plan_digest": DIGEST, "revert_all": True}, PROJECT, "does not say where it is"),
    ],
)
def test_what_a_way_back_takes(values: dict[str, t.Any], host: Host, says: str) -> None:
    found = refusal(said("revert", **values), Occasion(host, 1, check_mode=False))
    assert says in found if says else found == ""


@pytest.mark.parametrize("entry", ["report", "plan", "verify", "watch"])
def test_reading_takes_nothing(entry: str) -> None:
    assert refusal(said(entry, ["fleet_projects"]), Occasion(ORGANIZATION, 3, check_mode=False)) == ""


def test_what_is_one_for_all_hosts() -> None:
    heard = said("watch", watch_secret_days=30).values
    assert differs(said("watch", watch_secret_days=30, connections="a"), heard) == ""
    assert differs(said("watch", watch_secret_days=90), heard).startswith(
        "fleet_watch_secret_days differs by host, and is"
    )
    assert differs(said("watch", watch_secret_days=90, watch="secret"), heard).startswith(
        "fleet_watch, fleet_watch_secret_days differ by host, and are"
    )


def test_hosts_without_a_plan_are_named_unless_names_leave_them_out() -> None:
    assert "nothing about b, so" in missing_from_plan(said("convert"), ["a", "b"], ["a"])
    assert missing_from_plan(said("convert", projects="A"), ["a", "b"], ["a"]) == ""
    assert missing_from_plan(said("convert"), ["a"], ["a", "b"]) == ""


# What the task of each host hears for itself. Of a plan the digest is one for all, and another one would not have it.
OF_A_HOST = {
    "plan",
    *("projects", "connections", "exclude", "schemes", "include", "whole_organization", "shared", "include_disabled"),
    *("allow_in_use", "allow_irreversible", "attempt_as_non_user", "hold_pipelines", "federated_credential"),
    *("readiness_expand", "task_support", "task_support_file", "runs_since"),
    *("terraform_state", "terraform_confirmed"),
    *("credential_audience", "credential_probe", "credential_pairs", "credential_pairs_file", "migration_grace"),
    *("resend", "revert_all", "batch_journal", "batch_ids", "migrated_ids", "reconvert_on_failure", "plan_max_age"),
    *("max_failures", "verify", "compare", "verify_timeout", "wait_timeout", "journal", "concurrency"),
}


def test_every_variable_is_one_for_the_play_or_heard_by_each_host() -> None:
    """One that only the first host is asked for must not differ: what another host says would be lost, or count for all."""
    known = {name.removeprefix("fleet_") for name in VARIABLES}
    assert {*OF_THE_PLAY} | OF_A_HOST == known
    assert not {*OF_THE_PLAY} & OF_A_HOST
