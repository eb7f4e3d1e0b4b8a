# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages of the documentation that say what the code says: reason codes, and answers of the services that are known."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._model.known_answers import (
    AZURE_ANSWERS,
    DEVOPS_ANSWERS,
    ENTRA,
    ENTRA_ANSWERS,
    FAMILY,
    TEST_ANSWERS,
    TEXT,
    KnownAnswer,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.verification import RESULTS
from ansible_collections.azdo.connections.plugins.module_utils._rules.reason_codes import RULES, TARGETS

_SERVICES = {
    "Microsoft Entra": ENTRA_ANSWERS,
    "Azure DevOps": DEVOPS_ANSWERS,
    "Azure, when a connection is tested": TEST_ANSWERS,
    "Microsoft Graph and Azure Resource Manager": AZURE_ANSWERS,
}
_PASSING = ("outage", "unknown")
_HEADER = (
    "..",
    "  Copyright: (c) 2026, azdo.connections contributors",
    "  GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)",
    "  SPDX-License-Identifier: GPL-3.0-or-later",
    "",
    "  Written from the code by tests/tools/generated_pages.py: change it there, or what it reads.",
    "",
)
_EFFECTS = {"blocks": "left out", "warns": "a warning", "informs": "said", None: "-"}
_TITLES = {
    "workload_identity_federation": "to workload identity federation",
    "service_principal": "back to the secret",
    "entra_issuer": "to the issuer of Microsoft Entra",
}


def reason_codes() -> str:
    """The page of all reason codes, in reStructuredText, in the order of the code."""
    lines = _head(
        "reason_codes",
        "Reason codes",
        "Why a service connection is left out of a conversion, or what is worth knowing of it, as rows and reports say it. A code is never renamed.",
    )
    for code, rule in RULES.items():
        effects = [
            f"{_TITLES[target]}: {_EFFECTS[effect]}"
            for target, effect in zip(TARGETS, rule.effects, strict=True)
            if effect
        ]
        lines += [*_heading(f"``{code}``", "-"), _text(rule.message), "", _text(rule.remedy_for()), ""]
        lines += [f"*{'; '.join(effects)}*", ""]
    return "\n".join(lines).rstrip() + "\n"


def troubleshooting() -> str:
    """The page of all answers of the services that are known, in reStructuredText."""
    lines = _head(
        "troubleshooting",
        "Troubleshooting, by what the services say",
        "Errors end with what to do. This is the same list, to look up a text or code that was met elsewhere, such as in the log of a pipeline. "
        "What passes by itself, such as an outage, is not in it.",
    )
    for title, answers in _SERVICES.items():
        lines += _heading(title, "-")
        for answer in answers:
            if told := _advice(answer):
                lines += [
                    _names(answer),
                    *(f"  {text}" if text else "" for text in told),
                    f"  *{answer.sure}, {answer.date}*",
                    "",
                ]
    return "\n".join(lines).rstrip() + "\n"


def _advice(answer: KnownAnswer) -> list[str]:
    """Paragraphs with an empty line behind each; none for what nobody can do anything about, or where the pattern is no text that anybody meets."""
    if answer.means in _PASSING or (answer.kind == FAMILY and not re.fullmatch(r"[\w|{},\\]+", answer.pattern)):
        return []
    of_test = answer.remedy or RESULTS.get(answer.means, "")
    own = answer.sign_in if answer.sign_in != of_test else ""
    told = [of_test, f"Where the task itself signs in so: {own}" if own else ""]
    return [line for text in told if text for line in (_text(text), "")]


def _names(answer: KnownAnswer) -> str:
    """What is met, as people meet it."""
    if answer.kind == TEXT:
        return f'"{_text(answer.pattern)}"'
    before = "AADSTS" if answer.seen == ENTRA else ""
    parts = [re.sub(r"\\d\{[^}]*\}", "\u2026", part) for part in answer.pattern.split("|")]
    return ", ".join(f"``{before}{part}``" for part in parts)


def _head(label: str, title: str, said: str) -> list[str]:
    return [*_HEADER, f".. _ansible_collections.azdo.connections.docsite.{label}:", "", *_heading(title, "="), said, ""]


def _heading(title: str, line: str) -> list[str]:
    return [title, line * len(title), ""]


def _text(said: str) -> str:
    """Names as they are: nothing of it is markup."""
    return re.sub(r"([\\*`|_])", r"\\\1", said)


GENERATED: dict[str, t.Callable[[], str]] = {"reason_codes.rst": reason_codes, "troubleshooting.rst": troubleshooting}
