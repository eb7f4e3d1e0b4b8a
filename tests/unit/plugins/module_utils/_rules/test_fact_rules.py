# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reason codes that come from the facts around a connection: each with its effect towards each target, and with near misses that have it not."""

from __future__ import annotations

import dataclasses
import typing as t
from datetime import datetime, timedelta

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import (
    ENTRA_ISSUER,
    SERVICE_PRINCIPAL,
    WIF,
    ArmConnection,
    Json,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.facts import Definition, Facts, IdentityFacts, Use
from ansible_collections.azdo.connections.plugins.module_utils._model.federated_credential import Credential
from ansible_collections.azdo.connections.plugins.module_utils._model.pipeline_facts import (
    ConnectionUse,
    PipelineFacts,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.verification import Verification
from ansible_collections.azdo.connections.plugins.module_utils._rules.assessment import assess
from ansible_collections.azdo.connections.plugins.module_utils._rules.reason_codes import TARGETS, Reason

from unit.plugins._helpers.connections import (
    CONNECTION_ID,
    ENTRA,
    NOW,
    TENANT,
    VSTOKEN,
    connection,
    converted,
    federated,
    federation,
    raw,
    situation,
)
from unit.plugins.module_utils._rules.test_connection_rules import OF_FACTS

Effects: t.TypeAlias = "tuple[str | None, str | None, str | None]"
About = dict[str, t.Any]

ORGANIZATION = "dddddddd-0000-4000-8000-000000000001"
SUBJECT = "sc://contoso/Payments/azure-prod"
# What can be moved towards each target, if nothing around it is against that.
ORDINARY: dict[str, Json] = {WIF: raw(), SERVICE_PRINCIPAL: converted(), ENTRA_ISSUER: federated(issuer=VSTOKEN)}
ENTRA_SUBJECT = f"/eid1/c/pub/t/x/a/y/sc/{ORGANIZATION}/{CONNECTION_ID}"
PAIR: About = {"pairs": {CONNECTION_ID: (VSTOKEN, SUBJECT)}}
PAST, LATER = NOW - timedelta(days=1), NOW + timedelta(days=90)


def credential(issuer: str = VSTOKEN, subject: str = SUBJECT, name: str = "by-hand") -> Credential:
    return Credential(name=name, issuer=issuer, subject=subject, audience="api://AzureADTokenExchange")


def others(count: int) -> tuple[Credential, ...]:
    return tuple(
        credential(subject=f"sc://contoso/Payments/{number}", name=f"other-{number}") for number in range(count)
    )


def app(*passwords: datetime | None, **changed: t.Any) -> Facts:
    """An application with a secret that works, for one tenant, unless told."""
    usual: dict[str, t.Any] = {"kind": "application", "audience": "AzureADMyOrg", "passwords": passwords or (LATER,)}
    return Facts(use=UNUSED, identity=IdentityFacts(**{**usual, **changed}))


def has(*credentials: Credential) -> Facts:
    return app(credentials=credentials)


def used(*, by: str = "deploy", project: str = "Payments", running: bool = False) -> Facts:
    definition = Definition(project=project, kind="build", id=7, name=by)
    runs = ((definition, "2026-06-01T11:00:00Z"),) if running else ()
    use = Use(never_used=False, last_used=NOW, definitions=(definition,), running=runs)
    return Facts(use=use, identity=app().identity)


def by_task(task: str, **changed: t.Any) -> Facts:
    """Used by a step with this task."""
    name, _at, version = task.partition("@")
    use = ConnectionUse(
        project="Payments",
        project_id="p",
        kind="build",
        id=7,
        name="deploy",
        source="run",
        at="",
        task=name,
        version=version,
        **changed,
    )
    return dataclasses.replace(app(), pipelines=PipelineFacts((use,)))


UNUSED = Use(never_used=True, last_used=None, definitions=(), running=())
GOOD = app()
MISSING = Facts(use=UNUSED, identity=IdentityFacts(kind="missing"))
MANAGED = Facts(use=UNUSED, identity=IdentityFacts(kind="managed_identity"))
OTHER_ID = CONNECTION_ID[:-1] + "9"


class Case(t.NamedTuple):
    """``facts`` have the code, with these effects towards each target; each of ``near`` (in the situation ``near_about``, if given) has it towards none."""

    code: str
    effects: Effects
    facts: Facts
    near: tuple[Facts, ...]
    about: About = {}  # noqa: RUF012
    near_about: About | None = None


CASES = [
    Case("secret_expired", ("informs", "blocks", None), app(PAST), (app(NOW + timedelta(seconds=1)), app(PAST, LATER), app(None))),
    Case("secret_missing", ("informs", "blocks", None), app(passwords=()), (app(), app(PAST), MISSING, Facts(use=UNUSED))),
    Case("secret_missing", ("informs", "blocks", None), MANAGED, (GOOD,)),
    Case("application_missing", ("blocks", "blocks", "blocks"), MISSING, (app(passwords=()), MANAGED, Facts(use=UNUSED))),
    Case(
        "application_multi_tenant",
        ("informs", None, "blocks"),
        app(audience="AzureADMultipleOrgs"),
        (GOOD, app(audience=None), MANAGED),
    ),
    Case("other_tenant", ("warns", "informs", "blocks"), GOOD, (GOOD,), {"tenant": OTHER_ID}, {"tenant": TENANT.upper()}),
    Case("other_tenant", ("warns", "informs", "blocks"), Facts(), (Facts(),), {"tenant": OTHER_ID}, {"tenant": None}),
    Case("federated_credential_limit", ("blocks", None, "blocks"), has(*others(20)), (has(*others(19)), MISSING)),
    Case(
        "federated_credential_limit",
        ("blocks", None, "blocks"),
        has(*others(19), credential(ENTRA, ENTRA_SUBJECT.replace(CONNECTION_ID, OTHER_ID))),
        (has(*others(19), credential(ENTRA, ENTRA_SUBJECT)),),
    ),
    Case(
        "federated_credential_limit",
        ("blocks", None, "blocks"),
        has(*others(19), credential(ENTRA, "a pair that nobody gave")),
        (has(*others(18), credential(ENTRA, "a pair that nobody gave")),),
    ),
    Case(
        "federated_credential_mismatch",
        ("warns", None, "warns"),
        has(credential(subject=SUBJECT.upper())),
        (has(credential()), has(credential(subject=SUBJECT.upper()), credential()), has(*others(3)), has(), MANAGED),
        PAIR,
    ),
    Case(
        "federated_credential_mismatch",
        ("warns", None, "warns"),
        has(credential(issuer=VSTOKEN.replace("vstoken", "VSTOKEN"))),
        (has(credential(issuer=ENTRA)),),
        PAIR,
    ),
    Case(
        "federated_credential_mismatch",
        ("warns", None, "warns"),
        has(credential(issuer=f"{VSTOKEN}/")),
        (has(credential(issuer=f"{VSTOKEN}/other")),),
        PAIR,
    ),
    Case("in_use_now", ("blocks", "blocks", "blocks"), used(running=True), (used(), GOOD)),
    Case(
        "pipeline_not_ready",
        ("blocks", None, None),
        used(),
        (used(by="deploy-all"), GOOD),
        {"hold_pipelines": ("other", "payments/DEPLOY")},
    ),
    Case("pipeline_not_ready", ("blocks", None, None), used(), (used(project="Web Shop"),), {"hold_pipelines": ("Payments/7",)}),
    Case("pipeline_not_ready", ("warns", None, None), by_task("AzureFileCopy@4"), (by_task("AzureFileCopy@6"), GOOD), {"readiness": "warn"}),
    Case("pipeline_not_ready", ("blocks", None, None), by_task("AzureFileCopy@4"), (by_task("AzureCLI@3"),), {"readiness": "require"}),
    Case("pipeline_not_ready", ("blocks", None, None), by_task("AzureCLI@2", key_use="reads"), (by_task("AzureCLI@2"),), {"readiness": "require"}),
    Case(
        "pipeline_not_ready",
        ("blocks", None, None),
        by_task("AzureFileCopy@4"),
        (by_task("AzureCLI@2"),),
        {"readiness": "warn", "accepted": frozenset()},
    ),
    Case(
        "pipeline_not_ready",
        ("warns", None, None),
        by_task("AzureFileCopy@4"),
        (by_task("AzureFileCopy@4"),),
        {"readiness": "warn", "accepted": frozenset({CONNECTION_ID})},
        {"readiness": "ignore"},
    ),
    Case("pipeline_unknown", ("informs", None, None), by_task("AzureCLI@3"), (by_task("AzureCLI@2"), by_task("AzureFileCopy@4"), GOOD), {"readiness": "warn"}),
    Case("pipeline_unknown", ("blocks", None, None), by_task("AzureCLI@2", doubt="why"), (by_task("AzureCLI@2"),), {"readiness": "require"}),
    Case("irreversible", ("blocks", None, "blocks"), app(PAST), (app(PAST),), {"allow_irreversible": False}, {}),
    Case("irreversible", ("blocks", None, "blocks"), Facts(), (GOOD,), {"allow_irreversible": False}, {}),
]  # fmt: skip


def found(target: str, facts: Facts | None, about: About, answer: ArmConnection | None = None) -> tuple[Reason, ...]:
    usual: About = {"organization": "contoso", "organization_id": ORGANIZATION}
    return assess(answer or connection(ORDINARY[target]), target, situation(**{**usual, **about}), (), facts).reasons


def effects(target: str, facts: Facts | None, about: About, answer: ArmConnection | None = None) -> dict[str, str]:
    return {reason.code: reason.effect for reason in found(target, facts, about, answer)}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("case", CASES, ids=[f"{number}-{case.code}" for number, case in enumerate(CASES)])
def test_the_effect_towards_each_target_and_near_misses_without_it(case: Case, target: str) -> None:
    assert effects(target, case.facts, case.about).get(case.code) == case.effects[TARGETS.index(target)]
    for near in case.near:
        assert case.code not in effects(target, near, case.about if case.near_about is None else case.near_about)


def test_every_code_that_needs_facts_is_shown_here() -> None:
    assert {case.code for case in CASES} == OF_FACTS


@pytest.mark.parametrize("target", TARGETS)
def test_good_facts_say_nothing(target: str) -> None:
    assert found(target, GOOD, {"allow_irreversible": None if target == ENTRA_ISSUER else False}) == ()
    assert found(target, None, {}) == ()


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("case", CASES, ids=[f"{number}-{case.code}" for number, case in enumerate(CASES)])
def test_a_reason_comes_with_evidence(case: Case, target: str) -> None:
    assert all(reason.evidence for reason in found(target, case.facts, case.about) if reason.code == case.code)


# -- the way back ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("target", "facts", "state"),
    [
        (WIF, Facts(), "unknown"),
        (WIF, app(PAST, LATER), "unknown"),
        (WIF, app(PAST), "impossible"),
        (WIF, GOOD, None),
        (SERVICE_PRINCIPAL, app(PAST), None),
        (ENTRA_ISSUER, GOOD, "impossible"),
    ],
)
def test_a_move_that_cannot_be_taken_back_for_sure_must_be_allowed(
    target: str, facts: Facts, state: str | None
) -> None:
    evidence = [
        r.evidence["rollback"] for r in found(target, facts, {"allow_irreversible": False}) if r.code == "irreversible"
    ]
    assert evidence == ([state] if state else [])


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("facts", "state"), [(app(PAST), "impossible"), (Facts(), "unknown"), (GOOD, "possible")])
def test_a_way_back_that_was_approved_must_still_be_there(target: str, facts: Facts, state: str) -> None:
    promised: About = {"promised_back": frozenset({CONNECTION_ID}), "allow_irreversible": True}
    lost = target == ENTRA_ISSUER or (target == WIF and state != "possible")
    assert effects(target, facts, promised).get("changed_since_plan") == ("blocks" if lost else None)
    assert "changed_since_plan" not in effects(target, facts, {**promised, "promised_back": frozenset({OTHER_ID})})


# -- the migration that may have been asked for ------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("credentials", "effect"),
    [
        ((credential(ENTRA, ENTRA_SUBJECT),), "blocks"),
        ((*others(2), credential(ENTRA, ENTRA_SUBJECT.upper())), "blocks"),
        ((credential(ENTRA, ENTRA_SUBJECT.replace(CONNECTION_ID, OTHER_ID)),), None),
        ((credential(ENTRA, ENTRA_SUBJECT.replace(ORGANIZATION, OTHER_ID)),), None),
        ((credential(VSTOKEN, ENTRA_SUBJECT),), None),
        ((credential(),), None),
        ((), None),
    ],
)
def test_a_credential_of_the_new_issuer_may_mean_that_it_is_under_way(
    credentials: tuple[Credential, ...], effect: str | None
) -> None:
    code = "issuer_migration_unconfirmed"
    assert effects(ENTRA_ISSUER, has(*credentials), {}).get(code) == effect
    assert code not in effects(WIF, has(*credentials), {})
    assert code not in effects(SERVICE_PRINCIPAL, has(*credentials), {})
    if effect:
        assert effects(ENTRA_ISSUER, has(*credentials), {"resend": True})[code] == "informs"


def test_room_for_a_credential_is_needed_unless_it_is_there() -> None:
    """The old one of a connection is no room for the new one."""
    full = has(*others(19), credential())
    assert effects(ENTRA_ISSUER, full, {})["federated_credential_limit"] == "blocks"
    assert "federated_credential_limit" not in effects(WIF, full, {})
    elsewhere = has(*others(19), credential(ENTRA, "given by hand"))
    given = {"pairs": {CONNECTION_ID: (ENTRA, "given by hand")}}
    assert effects(WIF, elsewhere, {})["federated_credential_limit"] == "blocks"
    assert "federated_credential_limit" not in effects(WIF, elsewhere, given)


def test_without_a_pair_nothing_can_nearly_fit() -> None:
    near = has(credential(subject=SUBJECT.upper()))
    assert "federated_credential_mismatch" not in effects(WIF, near, {})
    assert effects(WIF, near, PAIR)["federated_credential_mismatch"] == "warns"
    assert "federated_credential_mismatch" not in effects(WIF, near, {"pairs": {OTHER_ID: (VSTOKEN, SUBJECT)}})


# -- what could not be read --------------------------------------------------------------------------------------------
def unknowns(target: str, facts: Facts, **about: t.Any) -> list[tuple[str, str]]:
    return [(r.effect, r.evidence["fact"]) for r in found(target, facts, about) if r.code == "unknown"]


@pytest.mark.parametrize("target", TARGETS)
def test_a_use_that_could_not_be_read_blocks_unless_that_is_accepted(target: str) -> None:
    facts = Facts(identity=GOOD.identity, unread={"use": "TF400813"})
    ((effect, fact),) = unknowns(target, facts)
    assert (effect, fact) == ("blocks", "whether a pipeline uses it just now, and which ones did")
    assert unknowns(target, facts, allow_in_use=True) == []
    assert [effect for effect, _fact in unknowns(target, facts, allow_in_use=True, hold_pipelines=("x",))] == ["blocks"]
    assert [effect for effect, _fact in unknowns(target, facts, hold_pipelines=("x",))] == ["blocks"]
    assert unknowns(target, Facts(identity=GOOD.identity)) == []


@pytest.mark.parametrize(("target", "effect"), list(zip(TARGETS, ("informs", "warns", "blocks"), strict=True)))
def test_an_identity_that_could_not_be_read(target: str, effect: str) -> None:
    (reason,) = [
        r for r in found(target, Facts(use=UNUSED, unread={"identity": "HTTP 403"}), {}) if r.code == "unknown"
    ]
    assert (reason.effect, reason.evidence["why"]) == (effect, "HTTP 403")
    assert unknowns(target, GOOD) == []


@pytest.mark.parametrize(
    ("facts", "blocked"),
    [(Facts(use=UNUSED), True), (app(audience=None), True), (GOOD, False), (MANAGED, False), (app(audience="AzureADMultipleOrgs"), False)],
)  # fmt: skip
def test_the_migration_must_know_whether_the_application_is_for_one_tenant(facts: Facts, blocked: bool) -> None:
    assert [effect for effect, _fact in unknowns(ENTRA_ISSUER, facts)] == (["blocks"] if blocked else [])
    assert unknowns(WIF, facts) == unknowns(SERVICE_PRINCIPAL, facts) == []


# -- what the user may lift --------------------------------------------------------------------------------------------
UNCONFIRMED: About = {"unconfirmed": frozenset({CONNECTION_ID})}
# Held pipelines make a run read the use although nobody minds it.
HELD: About = {"hold_pipelines": ("another",)}
LIFTS = [
    (WIF, "in_use_now", used(running=True), HELD, {"allow_in_use": True}, "informs"),
    (SERVICE_PRINCIPAL, "in_use_now", used(running=True), HELD, {"allow_in_use": True}, "informs"),
    (ENTRA_ISSUER, "in_use_now", used(running=True), HELD, {"allow_in_use": True}, "informs"),
    (WIF, "irreversible", app(PAST), {"allow_irreversible": False}, {"allow_irreversible": True}, "informs"),
    (ENTRA_ISSUER, "irreversible", GOOD, {"allow_irreversible": False}, {"allow_irreversible": True}, "informs"),
    (ENTRA_ISSUER, "issuer_migration_unconfirmed", GOOD, UNCONFIRMED, {"resend": True}, "informs"),
    (WIF, "caller_not_user", GOOD, {"caller": "non_user"}, {"attempt_as_non_user": True}, "warns"),
]  # fmt: skip


@pytest.mark.parametrize(("target", "code", "facts", "about", "lift", "instead"), LIFTS)
def test_what_the_user_allowed_is_still_told(
    target: str, code: str, facts: Facts, about: About, lift: About, instead: str
) -> None:
    assert effects(target, facts, about)[code] == "blocks"
    assert effects(target, facts, {**about, **lift})[code] == instead


@pytest.mark.parametrize("target", [WIF, SERVICE_PRINCIPAL, ENTRA_ISSUER])
def test_where_nothing_depends_on_the_use_a_plan_says_no_more_of_it_than_a_run(target: str) -> None:
    """Which does not read it."""
    assert "in_use_now" not in effects(target, used(running=True), {"allow_in_use": True})


@pytest.mark.parametrize("mode", ["create", "require"])
def test_a_connection_that_a_person_created_needs_the_word_and_is_then_an_attempt(mode: str) -> None:
    manual = connection(raw(data={"creationMode": "Manual"}))
    assert effects(WIF, GOOD, {}, manual) == {"manual_needs_federated_credential": "blocks"}
    assert effects(WIF, GOOD, {"federation": federation(mode)}, manual) == {
        "manual_needs_federated_credential": "informs",
        "unknown": "warns",
    }


@pytest.mark.parametrize(
    "lift",
    ["allow_in_use", "allow_irreversible", "resend", "attempt_as_non_user", "include_shared", "include_disabled"],
)
def test_what_lifts_one_thing_lifts_nothing_else(lift: str) -> None:
    about: About = {"hold_pipelines": ("deploy",), "excluded": frozenset({CONNECTION_ID}), "hosted": False, lift: True}
    facts = Facts(use=used().use, identity=app(credentials=others(20)).identity)
    reasons = effects(WIF, facts, about)
    for code in ("pipeline_not_ready", "excluded", "server_not_supported", "federated_credential_limit"):
        assert reasons[code] == "blocks"


def test_a_test_that_shows_an_expired_secret_is_told_like_the_directory() -> None:
    tested = Verification(
        result="credential_failed", message="AADSTS7000222: The provided client secret keys are expired."
    )
    assert effects(WIF, Facts(use=UNUSED, tested=tested), {}) == {"secret_expired": "informs"}
    assert effects(WIF, Facts(use=UNUSED, tested=Verification(result="ok"), identity=app(PAST).identity), {}) == {}


def test_facts_do_not_hide_what_the_connection_says_itself() -> None:
    answer = connection(raw(isDisabled=True))
    assert effects(WIF, used(running=True), {}, answer) == {"in_use_now": "blocks", "disabled": "blocks"}
