# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plans of many hosts as one text with one digest."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._model.invariants import canonical_hash
from ansible_collections.azdo.connections.plugins.plugin_utils._input.scope import Host
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.plan_file import (
    Approved,
    PlanFileError,
    digest_of,
    read,
    written,
)

PLANS: dict[str, t.Any] = {
    "web": {"digest": "a" * 64, "connections": [{"id": "1"}]},
    "pay": {"digest": "b" * 64, "connections": []},
}


def test_what_was_written_is_read_under_its_digest() -> None:
    text = written(PLANS)
    assert read(text, f" {digest_of(PLANS).upper()} ").hosts == PLANS
    assert json.loads(text)["digest"] == digest_of(PLANS)


def test_a_single_host_has_the_digest_of_its_plan() -> None:
    assert digest_of({"localhost": PLANS["web"]}) == "a" * 64


def test_the_order_of_hosts_does_not_matter_but_their_names_do() -> None:
    assert digest_of(PLANS) == digest_of(dict(reversed(PLANS.items())))
    assert digest_of(PLANS) != digest_of({"web": PLANS["pay"], "pay": PLANS["web"]})


@pytest.mark.parametrize(
    ("made", "now", "same"),
    [
        (None, None, True),
        (["A", "b"], ["B", "a"], True),
        (None, ["a"], False),
        (["a", "b"], ["a"], False),
        ([], None, False),
    ],
)
def test_a_plan_is_for_the_connections_that_were_named(made: t.Any, now: t.Any, same: bool) -> None:
    approved = read(written(PLANS, made), digest_of(PLANS))
    if same:
        approved.check_connections(now)
    else:
        with pytest.raises(PlanFileError, match="another fleet_connections"):
            approved.check_connections(now)


@pytest.mark.parametrize(
    ("text", "digest", "message"),
    [
        (written(PLANS), "c" * 64, "was approved"),
        (written(PLANS), "", "no digest was approved"),
        (written(PLANS).replace("b" * 64, "d" * 64), digest_of(PLANS), "was approved"),
        ("", "a", "no plan of a fleet"),
        ("[]", "a", "no plan of a fleet"),
        ('{"hosts": [1]}', "a", "no plan of a fleet"),
        ('{"schema": 2, "hosts": [1]}', "a", "no plan of a fleet"),
        ('{"schema": 2, "hosts": {"a": 1, "b": 2}}', "a", "no plan of a fleet"),
        ('{"schema": 2, "hosts": {"a": {}}}', "a", "no plan of a fleet"),
        ('{"schema": 2}', "a", "no plan of a fleet"),
        ('{"schema": 2, "hosts": {}}', "a", "was approved"),
    ],
)
def test_anything_else_is_refused(text: str, digest: str, message: str) -> None:
    with pytest.raises(PlanFileError, match=message):
        read(text, digest)


def _plan(digest: str, projects: list[str] | None, *connections: str) -> dict[str, t.Any]:
    items = [{"id": id_, "action": True} for id_ in connections]
    return {"digest": digest * 64, "options": {"projects": projects}, "connections": items}


WEB, PAY = _plan("a", ["p-1"], "c-1", "c-2"), _plan("b", ["p-2"], "c-3")
NOTHING = _plan("e", ["p-1"])
FIRST, SECOND = _plan("c", ["p-1"], "c-1"), _plan("d", ["p-1"], "c-2")


@pytest.mark.parametrize(
    ("plans", "name", "host", "found"),
    [
        ({"web": WEB, "pay": PAY}, "web", Host(project_id="P-1"), WEB),
        ({"web": WEB, "pay": PAY}, "internet", Host(project_id="p-1"), WEB),
        ({"web": WEB, "pay": PAY}, "pay", Host(project_id="p-1"), WEB),
        ({"web": WEB, "pay": PAY}, "pay", Host(project_id="p-3"), None),
        ({"web": WEB, "pay": PAY}, "pay", Host(project="Pay"), PAY),
        ({"web": WEB, "pay": PAY}, "internet", Host(project="Web"), None),
        ({"web-a": FIRST, "web-b": SECOND}, "internet-b", Host(project_id="p-1", connection_id="C-2"), SECOND),
        ({"web-a": FIRST, "web-b": SECOND}, "web-a", Host(project_id="p-1", connection_id="c-3"), None),
        ({"web-a": NOTHING}, "web-a", Host(project_id="p-1", connection_id="c-3"), NOTHING),
        ({"web-a": NOTHING}, "internet-a", Host(project_id="p-1", connection_id="c-3"), None),
        ({"web-a": NOTHING}, "web-a", Host(project_id="p-2", connection_id="c-3"), None),
        ({"contoso": _plan("e", None, "c-1")}, "contoso", Host(), _plan("e", None, "c-1")),
        ({"odd": {"digest": "f" * 64, "connections": "x"}}, "odd", Host(project_id="p-1"), None),
    ],
)
def test_a_plan_is_that_of_what_a_host_stands_for(
    plans: dict[str, t.Any], name: str, host: Host, found: dict[str, t.Any] | None
) -> None:
    assert Approved(plans, "").plan_of(name, host) == found


def _of_schema(schema: t.Any) -> str:
    return json.dumps({**json.loads(written(PLANS)), "schema": schema})


def test_a_file_of_the_old_schema_is_refused_as_that_and_not_for_its_digest() -> None:
    """As the version before wrote it; the digest that was approved is its own."""
    digest = canonical_hash({"schema": 1, "hosts": {host: plan["digest"] for host, plan in PLANS.items()}})
    hosts = {host: {"schema": 1, "digest": plan["digest"], "items": []} for host, plan in PLANS.items()}
    old = json.dumps({"schema": 1, "digest": digest, "connections": canonical_hash(None), "hosts": hosts})
    with pytest.raises(PlanFileError) as caught:
        read(old, digest)
    assert str(caught.value) == (
        "the plan was written by an older version of the collection, in a form that this version does not read. "
        "Make a new plan with the playbook azdo.connections.plan. "
        "What the old one converted is taken back with fleet_connections, fleet_batch_journal or fleet_revert_all."
    )


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        (
            3,
            "written by a newer version .* Use that version, or make a new plan with the playbook azdo.connections.plan",
        ),
        (99, "written by a newer version"),
        (None, "no plan of a fleet"),
        (True, "no plan of a fleet"),
        (0, "no plan of a fleet"),
        (2.0, "no plan of a fleet"),
        ("2", "no plan of a fleet"),
    ],
)
def test_a_file_of_any_other_schema_is_refused_under_every_digest(schema: t.Any, message: str) -> None:
    """Also under that of a single host, which does not depend on the schema of the file."""
    one = {**json.loads(_of_schema(schema)), "hosts": {"web": PLANS["web"]}}
    for text, digest in ((_of_schema(schema), digest_of(PLANS)), (json.dumps(one), "a" * 64)):
        with pytest.raises(PlanFileError, match=message):
            read(text, digest)


def test_a_file_without_a_schema_is_refused() -> None:
    content = json.loads(written(PLANS))
    assert content.pop("schema") == 2
    with pytest.raises(PlanFileError, match="no plan of a fleet"):
        read(json.dumps(content), digest_of(PLANS))
