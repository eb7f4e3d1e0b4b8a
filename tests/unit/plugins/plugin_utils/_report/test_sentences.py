# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every sentence about a connection, as a table: no pronoun without a noun, no name of another door, no future for the past."""

from __future__ import annotations

import re
import typing as t
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._rules.reason_codes import RULES, TARGETS
from ansible_collections.azdo.connections.plugins.modules import azdo_arm_connection_convert as convert
from ansible_collections.azdo.connections.plugins.plugin_utils._render.formats import report
from ansible_collections.azdo.connections.plugins.plugin_utils._render.terminal import conversion_lines, fleet_lines
from ansible_collections.azdo.connections.plugins.plugin_utils._report.about import About
from ansible_collections.azdo.connections.plugins.plugin_utils._report.attention import points
from ansible_collections.azdo.connections.plugins.plugin_utils._report.rows import entries
from ansible_collections.azdo.connections.plugins.plugin_utils._results.merge import URGENCY
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.deadlines import KINDS, findings
from ansible_collections.azdo.connections.plugins.plugin_utils._rollout.door_words import NAMES, told_again

NOW = datetime(2026, 11, 30, 9, 15, tzinfo=timezone.utc)
PRONOUN = re.compile(r"\b(it|its|they|them|their|this one|that one)\b", re.IGNORECASE)
NOUN = re.compile(
    r"\b(connections?|applications?|secrets?|pipelines?|owners|projects?|credentials?|issuer|organization|run|conversion|answer|server|plan)\b"
    r"|\bservice principal\b",
    re.IGNORECASE,
)
# Words of ours that are options, too.
PLAIN = {"projects", "connections", "plan", "verify", "batch", "compare", "journal", "concurrency", "to"}
OPTION = re.compile(
    rf"(?<![\w.])({'|'.join(sorted(set(convert.ARGUMENT_SPEC) - PLAIN - {'shared', 'exclude', 'resend', 'timeout', 'secret', 'tenant', 'auth_source'}))})(?!\w)"
)
Row = dict[str, t.Any]


def row(code: str, target: str, status: str = "skipped") -> Row:
    """A row of a run, with a code and what else could be said of it."""
    rule = RULES[code]
    effect = rule.effects[TARGETS.index(target)] or "informs"
    reason = {"code": code, "effect": effect, "message": rule.message, "remedy": rule.remedy_for(), "evidence": {}}
    return {
        "id": "1",
        "name": "azure-prod",
        "project": "Payments",
        "projects": [{"id": "p", "name": "Payments"}],
        "target": target,
        "status": status,
        "reasons": [reason],
        "error": None,
        "hand_off": None,
        "revert_deadline": None,
        "before": {"scheme": "service_principal", "issuer_kind": None},
        "after": None,
        "notes": [],
    }


@pytest.mark.parametrize("code", RULES)
def test_a_rule_has_a_subject(code: str) -> None:
    rule = RULES[code]
    for text in (rule.message, rule.remedy_for(), rule.remedy_for(NAMES)):
        assert re.fullmatch(r"[A-Z].*\.", text), text
        pronoun, noun = PRONOUN.search(text), NOUN.search(text)
        assert pronoun is None or (noun and noun.start() < pronoun.start()), text
    assert "connection" in rule.message or code == "server_not_supported"
    # It stands behind a number: "3 disabled".
    assert re.fullmatch(r"[a-z][^.]*", rule.label), rule.label
    assert len(rule.label) <= 40


@pytest.mark.sampled(8)
@pytest.mark.parametrize("code", RULES)
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("status", [*URGENCY, "unchanged"])
def test_what_the_role_says_has_the_names_of_the_role(code: str, target: str, status: str) -> None:
    told = told_again({"connections": [row(code, target, status)], "summary": {"to": target}})
    for short in (True, False):
        for line in conversion_lines(told, short=short):
            assert not OPTION.search(line), line
            assert "{" not in line
    for wanted in ("markdown", "html"):
        text = report(told, wanted, NOW, about=About(names=NAMES))
        assert RULES[code].remedy not in text or "{" not in RULES[code].remedy
        found = [word for word in OPTION.findall(text) if word != code]
        assert not found, found


@pytest.mark.parametrize("code", RULES)
@pytest.mark.parametrize("target", TARGETS)
def test_what_is_done_is_told_without_what_stood_in_its_way(code: str, target: str) -> None:
    told = told_again({"connections": [row(code, target, "converted")], "summary": {"to": target}})
    lines = " ".join(" ".join(conversion_lines(told)).split())
    assert RULES[code].remedy_for(NAMES) not in lines


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("days", [-219, -1, 1, 12])
def test_the_past_is_past(kind: str, days: int) -> None:
    when = (NOW + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
    used = (NOW + timedelta(days=days - 100)).strftime("%Y-%m-%dT%H:%M:%SZ")
    connection: Row = {
        "id": "1",
        "name": "azure-prod",
        "project": "Payments",
        "scheme": "service_principal" if kind == "secret" else "workload_identity_federation",
        "enabled": True,
        "issuer_kind": "azure_devops",
        "revert": {"possible": kind == "revert", "deadline": when},
        "secret_expires": when,
        "identity": {"kind": "application", "secrets_expire": [when], "certificates_expire": []},
        "usage": {"readable": True, "last_used": used},
        "eligibility": {},
    }
    found = findings({"connections": [connection], "summary": {"coverage": {"complete": True}}}, {kind: 300}, NOW)
    for item in found["due"]:
        # The issuer has a date of its own.
        past = item["days_left"] < 0
        assert (" ago)" in item["message"]) is past, item["message"]
        future = re.search(r"\b(disables|ends on|retires on|only until|still has)\b", item["message"])
        assert bool(future) is not past, item["message"]
        assert item["message"].startswith("Payments / azure-prod ")


@pytest.mark.parametrize("code", ["sovereign_cloud", "application_multi_tenant"])
def test_an_issuer_that_stays_supported_does_not_retire(code: str) -> None:
    federated: Row = {
        "id": "1",
        "name": "us-gov",
        "project": "Payments",
        "scheme": "workload_identity_federation",
        "issuer_kind": "azure_devops",
        "enabled": True,
        "state": "ready",
        "revert": {},
        "eligibility": {
            "workload_identity_federation": {"eligible": False, "codes": ["already_federated"]},
            "entra_issuer": {"eligible": False, "codes": [code]},
        },
    }
    value = {"connections": [federated], "summary": {"coverage": {"complete": True, "projects": 1}}}
    assert findings(value, {"issuer": 10_000}, NOW)["due"] == []
    assert "old_issuer" not in [point.key for point in points(entries(value), NOW)]
    assert "0 with the issuer that retires" in report(value, "html", NOW).replace("<b>", "").replace("</b><span>", " ")
    federated["eligibility"]["entra_issuer"]["codes"] = []
    assert len(findings(value, {"issuer": 10_000}, NOW)["due"]) == 1
    assert "old_issuer" in [point.key for point in points(entries(value), NOW)]


def test_a_test_before_anything_was_moved_is_no_failed_conversion() -> None:
    skipped = row("irreversible", TARGETS[0])
    skipped["verification"] = {"before": {"result": "credential_failed"}, "after": None}
    value = {"connections": [skipped], "summary": {"to": TARGETS[0]}}
    assert [point.key for point in points(entries(value), NOW)] == ["failed_before"]
    skipped["verification"]["after"] = {"result": "federation_failed"}
    assert [point.key for point in points(entries(value), NOW)] == ["test_failed"]


def test_a_limit_of_the_caller_is_told_as_one() -> None:
    barred: Row = {
        **row("caller_not_user", TARGETS[0]),
        "eligibility": {target: {"eligible": False, "codes": ["caller_not_user"]} for target in TARGETS},
    }
    value = {
        "connections": [{key: barred[key] for key in barred if key not in ("status", "target", "reasons")}],
        "summary": {"coverage": {"complete": True}},
    }
    told = " ".join(fleet_lines(value))
    assert "1 could move to workload identity federation, but not as this caller" in " ".join(told.split())
    assert "not as this caller" in report(value, "csv", NOW) or "not_as_this_caller" in report(value, "csv", NOW)
