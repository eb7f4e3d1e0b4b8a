# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a misspelt name is nearest to."""

from __future__ import annotations

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._model.nearest import did_you_mean, hints, nearest

KNOWN = ("Payments", "Web Shop", "Mobile", "fleet_projects")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Paymentz", "Payments"),
        ("payments", "Payments"),
        (" PAYMENT ", "Payments"),
        ("web-shop", "Web Shop"),
        ("fleet_project", "fleet_projects"),
        ("Ledger", ""),
        ("", ""),
    ],
)
def test_the_nearest_name_is_told_as_it_is_written(name: str, expected: str) -> None:
    assert nearest(name, KNOWN) == expected


def test_nothing_is_near_where_nothing_is_known() -> None:
    assert nearest("Payments", ()) == ""


def test_as_a_sentence_it_goes_behind_a_message() -> None:
    assert did_you_mean("Paymentz", iter(KNOWN)) == " Did you mean 'Payments'?"
    assert did_you_mean("Ledger", KNOWN) == ""


def test_of_several_each_has_its_own() -> None:
    assert hints(["Paymentz"], KNOWN) == " Did you mean 'Payments'?"
    assert (
        hints(["Paymentz", "Ledger", "mobil"], KNOWN)
        == " Did you mean 'Payments' instead of 'Paymentz', 'Mobile' instead of 'mobil'?"
    )
    assert hints(["Ledger", "?"], KNOWN) == ""
