# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task of azdo_arm_connection_convert orders, and what is refused before anything is asked."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.azdo.connections.plugins.module_utils._convert import approval
from ansible_collections.azdo.connections.plugins.module_utils._convert.options import Options, read_options
from ansible_collections.azdo.connections.plugins.module_utils._errors import NotFoundError, OptionError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import (
    ENTRA_ISSUER,
    SERVICE_PRINCIPAL,
    WIF,
    Json,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.estate import Estate, survey
from ansible_collections.azdo.connections.plugins.modules import azdo_arm_connection_convert

from unit.plugins._helpers.connections import CONNECTION_ID, NOW, PAYMENTS, WEB_SHOP, raw

ORGANIZATION = "991f33d9-d0b4-574a-bbcf-2913bc4ba189"
REVERT: Json = {"to": SERVICE_PRINCIPAL, "connections": ["x"]}
MIGRATE: Json = {"to": ENTRA_ISSUER, "journal": "/tmp/journal"}
OTHER_ID = CONNECTION_ID[:-1] + "2"


def item(connection_id: str = CONNECTION_ID, **changed: t.Any) -> Json:
    usual = {
        "project_id": PAYMENTS.id,
        "action": True,
        "rollback": "possible",
        "decision": "act",
        "fingerprint": "0" * 64,
    }
    return {"id": connection_id, **usual, **changed}


def plan(*items: Json, **options: t.Any) -> Json:
    return approval.document(ORGANIZATION, {"to": WIF, "projects": None, **options}, items or (item(),), NOW)


PLAN = plan()
DIGEST = PLAN["digest"]


def order(**options: t.Any) -> Options:
    """The order that these options give, all others being as the module says."""
    given = copy.deepcopy({"organization_url": "https://dev.azure.com/contoso", **options})
    checked = ArgumentSpecValidator(azdo_arm_connection_convert.ARGUMENT_SPEC).validate(given)
    assert not checked.error_messages, checked.error_messages
    return read_options(checked.validated_parameters)


def estate(*answers: Json) -> Estate:
    return survey([(PAYMENTS, list(answers or [raw()]))], named=False)


# -- what is refused: the options, the option that is named, and what is said about it ---------------------------------
REFUSED: list[tuple[Json, str, str]] = [
    ({"concurrency": 0}, "concurrency is 0", "from 1 to 64"),
    ({"concurrency": 65}, "concurrency is 65", "from 1 to 64"),
    ({"wait_timeout": -1}, "wait_timeout is -1", "0 or more"),
    ({"verify_timeout": -1}, "verify_timeout is -1", "0 or more"),
    ({"migration_grace": -1}, "migration_grace is -1", "0 or more"),
    ({"max_failures": -1}, "max_failures is -1", "0 or more"),
    ({"plan_max_age": 0}, "plan_max_age is 0", "1 or more"),
    ({"exclude": ["a", " "]}, "exclude contains an empty entry", "name what you mean"),
    ({"hold_pipelines": [""]}, "hold_pipelines contains an empty entry", "name what you mean"),
    ({**REVERT, "revert_on_failure": True}, "revert_on_failure has no meaning with to=service_principal", "leave revert_on_failure out"),
    ({**MIGRATE, "revert_on_failure": True}, "revert_on_failure has no meaning with to=entra_issuer", "leave revert_on_failure out"),
    ({"revert_on_failure": True, "verify": "after"}, "revert_on_failure needs tests before and after", "Set verify to both"),
    ({"revert_on_failure": True, "verify": "before"}, "and verify is before", "Set verify to both"),
    ({"revert_on_failure": True, "verify": "none"}, "and verify is none", "Set verify to both"),
    ({"resend": True}, "resend goes with to=entra_issuer only", "resend"),
    ({**REVERT, "resend": True}, "resend goes with to=entra_issuer only", "resend"),
    ({**MIGRATE, "verify": "none"}, "to=entra_issuer needs a test after each migration", "Set verify to after or both"),
    ({**MIGRATE, "verify": "before"}, "and verify is before", "Set verify to after or both"),
    ({"to": ENTRA_ISSUER}, "to=entra_issuer needs a journal", "Set journal to a file"),
    ({"to": ENTRA_ISSUER, "journal": ""}, "to=entra_issuer needs a journal", "Set journal to a file"),
    ({"batch": {"plan": PLAN}}, "batch goes with to=service_principal only", "connections or plan"),
    ({**MIGRATE, "batch": {"journal": "j"}}, "batch goes with to=service_principal only", "connections or plan"),
    ({"to": SERVICE_PRINCIPAL, "batch": {}}, "batch needs plan, journal or ids", "Name the one"),
    ({"to": SERVICE_PRINCIPAL, "batch": {"journal": ""}}, "batch needs plan, journal or ids", "Name the one"),
    ({"to": SERVICE_PRINCIPAL, "batch": {"journal": "j", "plan": PLAN}}, "batch needs plan, journal or ids", "Name the one"),
    ({"plan": PLAN, "plan_digest": DIGEST}, "plan and plan_digest exclude each other", "plan says everything"),
    ({"plan": PLAN, "connections": []}, "connections and plan exclude each other", "which connections are meant"),
    ({"plan": PLAN, "to": SERVICE_PRINCIPAL, "revert_all": True}, "plan and revert_all exclude each other", "which connections are meant"),
    ({**REVERT, "batch": {"plan": PLAN}}, "connections and batch exclude each other", "which connections are meant"),
    ({"to": SERVICE_PRINCIPAL, "plan": PLAN, "batch": {"plan": PLAN}}, "plan and batch exclude each other", "which connections are meant"),
    ({"to": SERVICE_PRINCIPAL, "revert_all": True, "batch": {"journal": "j"}}, "batch and revert_all exclude each other", "are meant"),
    ({**REVERT, "federated_credential": {}}, "federated_credential has no meaning with to=service_principal", "Leave it out"),
    ({"plan_digest": "0" * 63}, "plan_digest is '000", "Give the 64 characters"),
    ({"plan_digest": "z" * 64}, "plan_digest is 'zzz", "Give the 64 characters"),
    ({"plan_digest": ""}, "plan_digest is ''", "Give the 64 characters"),
    ({"plan": {}}, "plan is no plan of this module", "Give plan of an earlier result"),
    ({"to": SERVICE_PRINCIPAL, "batch": {"plan": {"connections": []}}}, "batch.plan is no plan of this module", "Give plan of an earlier"),
    ({"plan": {"schema": 1, "items": []}}, "plan was made by an older version", "Make a new plan"),
    ({"to": SERVICE_PRINCIPAL, "batch": {"plan": {"schema": 1}}}, "batch.plan was made by an older version", "with batch.journal, connections or"),
]  # fmt: skip


@pytest.mark.parametrize(("options", "said", "remedy"), REFUSED, ids=[str(number) for number in range(len(REFUSED))])
def test_what_cannot_be_meant_is_refused_with_option_and_remedy(options: Json, said: str, remedy: str) -> None:
    with pytest.raises(OptionError) as caught:
        order(**options)
    assert said in caught.value.message
    assert remedy in str(caught.value)


@pytest.mark.parametrize("option", ["plan", "batch"])
def test_a_plan_that_was_altered_is_refused(option: str) -> None:
    altered = copy.deepcopy(PLAN) | {"connections": [*PLAN["connections"], item(OTHER_ID)]}
    options = {"plan": altered} if option == "plan" else {"batch": {"plan": altered}, "to": SERVICE_PRINCIPAL}
    with pytest.raises(approval.PlanChangedError, match="was altered after it was made"):
        order(**options)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"connections": [], "projects": []},
        {"concurrency": 64, "wait_timeout": 0, "verify_timeout": 0, "migration_grace": 0, "max_failures": 0, "plan_max_age": 1},
        {"revert_on_failure": True},
        {"exclude": [], "hold_pipelines": []},
        {"plan": PLAN},
        {"plan": PLAN, "exclude": ["x"]},
        {"plan": PLAN, "projects": ["Payments"]},
        {"plan": PLAN, "projects": []},
        {"connections": ["x"], "only_candidates": True},
        {"only_candidates": True},
        {"plan_digest": DIGEST, "projects": ["Payments"], "connections": ["x"]},
        {**REVERT, "verify": "none"},
        {"to": SERVICE_PRINCIPAL, "revert_all": True, "plan_digest": DIGEST},
        {"to": SERVICE_PRINCIPAL, "batch": {"plan": PLAN}, "projects": ["Payments"]},
        {"to": SERVICE_PRINCIPAL, "batch": {"journal": "j"}},
        {"to": SERVICE_PRINCIPAL, "plan": PLAN},
        MIGRATE,
        {**MIGRATE, "verify": "after", "resend": True},
        {**MIGRATE, "federated_credential": {"mode": "require"}},
        {"federated_credential": {}},
    ],
    ids=str,
)  # fmt: skip
def test_what_can_be_meant(options: Json) -> None:
    assert order(**options).target == options.get("to", WIF)


# -- what it means -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("verify", "before", "after"),
    [("before", True, False), ("after", False, True), ("both", True, True), ("none", False, False)],
)
def test_when_it_tests(verify: str, before: bool, after: bool) -> None:
    found = order(verify=verify)
    assert (found.tests_before, found.terms.test) == (before, after)


def test_a_digest_may_be_written_in_capitals() -> None:
    assert order(plan_digest=f" {DIGEST.upper()} ").digest == DIGEST


def test_a_plan_says_which_connections_and_projects() -> None:
    found = order(plan=plan(item(), item(OTHER_ID), projects=[PAYMENTS.id])).wanted(None)
    assert (found.ids, found.projects, found.connections) == ((CONNECTION_ID, OTHER_ID), (PAYMENTS.id,), None)
    assert order(plan=PLAN).wanted(None).projects is None


def test_a_batch_is_what_the_plan_was_about_to_move() -> None:
    items = (item(), item(OTHER_ID, action=False), item(CONNECTION_ID[:-1] + "3", decision="exclude"))
    found = order(to=SERVICE_PRINCIPAL, batch={"plan": plan(*items)}).wanted(None)
    assert (found.ids, found.projects) == ((CONNECTION_ID,), None)


def test_a_batch_of_a_journal_is_what_the_journal_says() -> None:
    found = order(to=SERVICE_PRINCIPAL, batch={"journal": "j"}).wanted([OTHER_ID])
    assert found.ids == (OTHER_ID,)
    assert order(to=SERVICE_PRINCIPAL, batch={"journal": "j"}).wanted([]).ids == ()


def test_federated_credentials_are_left_alone_unless_asked_for() -> None:
    assert order().credential is None
    assert order().conditions(estate())["federation"] is None
    assert order(federated_credential={"mode": "require"}).conditions(estate())["federation"].mode == "require"
    assert order(federated_credential={}).conditions(estate())["federation"].mode == "create"


def test_a_migration_sees_to_its_credentials_by_itself() -> None:
    credential = order(**MIGRATE).credential
    assert credential == {"mode": "create", "audience": None, "probe": False}


def test_pairs_and_exclusions_are_found_by_name_or_id() -> None:
    pair = {"issuer": "https://issuer", "subject": "Sub/Ject"}
    everything = estate(raw(name="one"), raw(id=OTHER_ID, name="two"))
    found = order(
        federated_credential={"pairs": [{"connection": "ONE", **pair}, {"connection": OTHER_ID, **pair}]},
        exclude=[CONNECTION_ID.upper(), "two"],
    ).conditions(everything)
    assert found["pairs"] == dict.fromkeys([CONNECTION_ID, OTHER_ID], ("https://issuer", "Sub/Ject"))
    assert found["excluded"] == {CONNECTION_ID, OTHER_ID}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"exclude": ["nobody"]}, "exclude: 'nobody' not found"),
        (
            {"federated_credential": {"pairs": [{"connection": "nobody", "issuer": "i", "subject": "s"}]}},
            "federated_credential.pairs: 'nobody' not found",
        ),
    ],
)
def test_a_name_that_means_nothing_is_refused(options: Json, said: str) -> None:
    """A slip of the pen must not convert what was to be left out."""
    with pytest.raises(NotFoundError, match=said):
        order(**options).conditions(estate())


def test_what_a_plan_decides_is_left_out_and_what_it_saw_is_compared() -> None:
    found = order(plan=plan(item(fingerprint="a" * 64), item(OTHER_ID, decision="exclude"))).conditions(estate())
    assert found["excluded"] == {OTHER_ID}
    assert found["approved"] == {CONNECTION_ID: "a" * 64, OTHER_ID: "0" * 64}
    assert order().conditions(estate())["approved"] == {}


def test_what_a_plan_did_not_approve_is_not_done_either() -> None:
    found = order(plan=plan(item(), item(OTHER_ID, action=False))).conditions(estate())
    assert found["not_approved"] == {OTHER_ID}
    assert order().conditions(estate())["not_approved"] == set()


def test_the_ways_back_that_a_plan_promises() -> None:
    items = (item(), item(OTHER_ID, rollback="unknown"), item(CONNECTION_ID[:-1] + "3", rollback="impossible"))
    assert order(plan=plan(*items)).conditions(estate())["promised_back"] == {CONNECTION_ID}
    assert order().conditions(estate())["promised_back"] == set()


# -- what a plan is made for -------------------------------------------------------------------------------------------
def promise(**options: t.Any) -> Json:
    found = order(**options)
    return found.promise(estate(), found.conditions(estate())["pairs"])


PAIR = {"connection": "azure-prod", "issuer": "https://issuer", "subject": "s"}


@pytest.mark.parametrize(
    "options",
    [
        REVERT,
        {"shared": "include"},
        {"include_disabled": True},
        {"allow_in_use": True},
        {"allow_irreversible": True},
        {"attempt_as_non_user": True},
        {"revert_on_failure": True},
        {"max_failures": 0},
        {"verify": "after"},
        {"projects": ["Payments"]},
        {"hold_pipelines": ["deploy"]},
        {"federated_credential": {}},
    ],
    ids=str,
)
def test_what_a_run_does_is_part_of_the_promise(options: Json) -> None:
    assert promise(**options) != promise()


@pytest.mark.parametrize(
    "options",
    [
        {"concurrency": 1},
        {"wait_timeout": 1},
        {"verify_timeout": 1},
        {"migration_grace": 1},
        {"plan_max_age": 1},
        {"journal": "j"},
        {"hold_pipelines": []},
        {"plan_digest": DIGEST},
    ],
    ids=str,
)
def test_how_fast_it_does_it_is_not(options: Json) -> None:
    assert promise(**options) == promise()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"hold_pipelines": ["a", "b"]}, {"hold_pipelines": ["B ", "a"]}, True),
        ({"hold_pipelines": ["a"]}, {"hold_pipelines": ["b"]}, False),
        ({"federated_credential": {}}, {"federated_credential": {"mode": "require"}}, False),
        ({"federated_credential": {}}, {"federated_credential": {"probe": True}}, False),
        ({"federated_credential": {}}, {"federated_credential": {"audience": "api://x"}}, False),
        ({"federated_credential": {}}, {"federated_credential": {"pairs": [PAIR]}}, False),
        ({"federated_credential": {"pairs": [PAIR]}}, {"federated_credential": {"pairs": [{**PAIR, "subject": "S"}]}}, False),
        ({"federated_credential": {"pairs": [PAIR]}}, {"federated_credential": {"pairs": [{**PAIR, "connection": CONNECTION_ID}]}}, True),
    ],
)  # fmt: skip
def test_the_promise_compares_meanings(one: Json, other: Json, same: bool) -> None:
    assert (promise(**one) == promise(**other)) is same


def test_projects_are_promised_by_id_and_in_no_order() -> None:
    lists = [(PAYMENTS, [raw()]), (WEB_SHOP, [raw(id=OTHER_ID, projects=(WEB_SHOP,))])]
    one, other = survey(lists, named=True), survey(reversed(lists), named=True)
    found = order(projects=["Payments", "Web Shop"])
    assert found.promise(one, {})["projects"] == found.promise(other, {})["projects"] == [PAYMENTS.id, WEB_SHOP.id]
    assert order().promise(one, {})["projects"] is None


def test_no_text_that_somebody_wrote_is_in_the_promise() -> None:
    """Ansible would evaluate it when the plan is read from a file."""
    hostile = "{{ lookup('pipe', 'id') }}"
    pairs = [{"connection": "azure-prod", "issuer": hostile, "subject": hostile}]
    credential = {"audience": hostile, "pairs": pairs}
    assert "{{" not in str(promise(hold_pipelines=[hostile], federated_credential=credential))
