# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the row of ``known_answers.py`` for what a service said.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._model.known_answers import (
    AZURE_ANSWERS,
    CODE,
    DEVOPS_ANSWERS,
    ENTRA,
    ENTRA_ANSWERS,
    FAMILY,
    POLICY_ANSWERS,
    TEST_ANSWERS,
    TEXT,
    KnownAnswer,
)


def entra_codes(text: str) -> tuple[str, ...]:
    """Microsoft Entra's codes in a text, without AADSTS, in their order."""
    return tuple(re.findall(r"AADSTS(\d+)", text))


def fits(row: KnownAnswer, text: str, codes: t.Collection[str]) -> bool:
    """Whether a row speaks of this answer.

    :param codes: what stands in it as a code. A code counts as a whole: one with a digit more is another one.
    """
    if row.kind == TEXT:
        return row.pattern.lower() in text.lower()
    if row.kind == FAMILY and row.seen != ENTRA:
        return re.search(row.pattern, text, re.IGNORECASE) is not None
    if row.kind == FAMILY:
        return any(re.fullmatch(row.pattern, code) for code in codes)
    return row.pattern in codes


def of_entra(text: str) -> KnownAnswer | None:
    """What Microsoft Entra means: by its code, else by its words."""
    codes = entra_codes(text)
    return next((row for row in ENTRA_ANSWERS if fits(row, text, codes)), None)


def of_test(text: str) -> KnownAnswer | None:
    """What the text of a connection's test means; None if no row has it. Behind a code of Entra there was no token to ask anything else with."""
    if found := of_entra(text):
        return found
    return None if entra_codes(text) else next((row for row in TEST_ANSWERS if fits(row, text, ())), None)


def of_policy(text: str) -> KnownAnswer | None:
    """The policy that keeps a caller out, by what a refusal of it says; None if it speaks of none."""
    found = of_entra(text)
    if found and found.means == "blocked_by_policy":
        return found
    return next((row for row in POLICY_ANSWERS if fits(row, text, ())), None)


def of_request(text: str, code: str) -> KnownAnswer | None:
    """What a refusal of Azure DevOps, Microsoft Graph or Azure Resource Manager means: by its code, else by its words."""
    by_code = next((row for row in AZURE_ANSWERS if row.kind == CODE and row.pattern == code), None)
    by_text = (row for row in (*DEVOPS_ANSWERS, *AZURE_ANSWERS) if row.kind == TEXT)
    return by_code or next((row for row in by_text if fits(row, text, ())), None)
