# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sentences of the modules in the words of the role: a person who set fleet_include_disabled has to read that name.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._rules.reason_codes import RULES
from ansible_collections.azdo.connections.plugins.plugin_utils._input.role_variables import PREFIX, VARIABLES

# Options that the role has under another name.
_OTHER_NAMES = {
    "federated_credential.pairs": "fleet_credential_pairs",
    "federated_credential.pairs_file": "fleet_credential_pairs_file",
    "federated_credential.audience": "fleet_credential_audience",
    "federated_credential.probe": "fleet_credential_probe",
    "federated_credential.mode": "fleet_federated_credential",
    "batch.journal": "fleet_batch_journal",
    "batch.plan": "fleet_plan_path",
    "batch.ids": "fleet_batch_ids",
    "names": "fleet_connections",
    "ids": "fleet_connections",
}
NAMES = {**{name.removeprefix(PREFIX): name for name in VARIABLES}, **_OTHER_NAMES}
# A word such as "connections" is an option only where a sentence begins with it as one; what has an underscore or a dot is nothing else.
_PLAIN = sorted((name for name in NAMES if name.isalpha()), key=len, reverse=True)
_MARKED = sorted((name for name in NAMES if not name.isalpha()), key=len, reverse=True)
_AT_THE_BEGINNING = re.compile(
    rf"(?:(?<=^)|(?<=\. ))({'|'.join(_PLAIN)})(?=: | names | is null| has the entry | must | selects )"
    rf"|(?:(?<=made with another )|(?<=Give ))({'|'.join(_PLAIN)})(?= than this task | the value )"
)
_ANYWHERE = re.compile(rf"(?<![\w.])({'|'.join(map(re.escape, _MARKED))})(?![\w])")


def in_words_of_the_role(text: str) -> str:
    """A sentence of a module with the names of the role's variables instead of those of the module's options."""
    for pattern in (_AT_THE_BEGINNING, _ANYWHERE):
        text = pattern.sub(lambda found: NAMES[found[found.lastindex or 1]], text)
    return text


def told_again(result: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The result of a module with everything that it says to a person in the words of the role."""
    told = dict(result)
    if isinstance(told.get("msg"), str):
        told["msg"] = in_words_of_the_role(told["msg"])
    if isinstance(told.get("warnings"), list):
        told["warnings"] = [in_words_of_the_role(str(text)) for text in told["warnings"]]
    if isinstance(told.get("failure"), dict):
        told["failure"] = _sentences(told["failure"], "message", "remedy")
    if isinstance(told.get("connections"), list):
        told["connections"] = [_row(row) for row in told["connections"]]
    if isinstance(told.get("summary"), dict):
        told["summary"] = _summary(told["summary"])
    return told


def _row(row: t.Any) -> t.Any:
    """Of a row of what there is, what could not be read of its pipelines; of a row of a run everything."""
    if not isinstance(row, dict):
        return row
    if isinstance(row.get("readiness"), dict):
        row = {**row, "readiness": _sentences(row["readiness"], "unread")}
    if "status" not in row:
        return row
    told = {**row, "reasons": [_reason(reason) for reason in row.get("reasons") or ()]}
    if isinstance(row.get("error"), dict):
        told["error"] = _sentences(row["error"], "message", "remedy")
    if isinstance(row.get("hand_off"), dict):
        told["hand_off"] = _sentences(row["hand_off"], "why", "what_to_do")
    if row.get("notes"):
        told["notes"] = [in_words_of_the_role(str(text)) for text in row["notes"]]
    return told


def _reason(reason: t.Any) -> t.Any:
    rule = RULES.get(str(reason.get("code"))) if isinstance(reason, dict) else None
    if not rule:
        return reason
    evidence = reason.get("evidence")
    told = {"evidence": _sentences(evidence, "unread")} if isinstance(evidence, dict) else {}
    return {**reason, **told, "remedy": rule.remedy_for(NAMES)}


def _summary(summary: dict[str, t.Any]) -> dict[str, t.Any]:
    told = dict(summary)
    if isinstance(told.get("readiness"), dict):
        told["readiness"] = _sentences(told["readiness"], "unread")
    if isinstance(told.get("terraform"), list):
        told["terraform"] = [
            _sentences(work, "steps") if isinstance(work, dict) else work for work in told["terraform"]
        ]
    return told


def _sentences(said: t.Mapping[str, t.Any], *keys: str) -> dict[str, t.Any]:
    """:param keys: those of sentences, or of lists of some."""
    return {key: _words(value) if key in keys else value for key, value in said.items()}


def _words(value: t.Any) -> t.Any:
    if isinstance(value, list):
        return [_words(item) for item in value]
    return in_words_of_the_role(value) if isinstance(value, str) else value
