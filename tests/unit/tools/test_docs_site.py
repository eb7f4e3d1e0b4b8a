# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of reason codes says what the code says."""

from __future__ import annotations

from ansible_collections.azdo.connections.plugins.module_utils._rules.reason_codes import RULES

from tools.docs_site import REASON_CODES, reason_codes


def test_the_page_of_reason_codes_is_that_of_the_code() -> None:
    """If not: python -m tools.docs_site --reason-codes."""
    assert REASON_CODES.read_text(encoding="utf-8") == reason_codes()


def test_it_has_every_code_and_no_name_of_an_option_in_braces() -> None:
    text = reason_codes()
    assert all(f"\n``{code}``\n" in text for code in RULES)
    assert "{" not in text
