# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages that are written from the code say what the code says."""

from __future__ import annotations

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._rules.reason_codes import RULES

from tools.docs_site import GUIDES
from tools.generated_pages import GENERATED, reason_codes, troubleshooting


@pytest.mark.parametrize("name", GENERATED)
def test_a_page_is_that_of_the_code(name: str) -> None:
    """If not: python -m tools.docs_site --write-pages."""
    assert (GUIDES / name).read_text(encoding="utf-8") == GENERATED[name]()


def test_every_reason_code_is_there_and_no_name_of_an_option_in_braces() -> None:
    text = reason_codes()
    assert all(f"\n``{code}``\n" in text for code in RULES)
    assert "{" not in text


@pytest.mark.parametrize(
    "met",
    [
        "``AADSTS700211``",
        "``AADSTS700213``, ``AADSTS7002137``",
        "``AADSTS530\u2026``",
        '"You need to be a Creator"',
    ],
)
def test_what_is_met_is_found(met: str) -> None:
    assert met in troubleshooting()


def test_no_expression_is_taken_for_a_text() -> None:
    assert not [line for line in troubleshooting().splitlines() if "\\d" in line or "(request|" in line]
