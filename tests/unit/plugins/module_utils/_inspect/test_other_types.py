# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which connections of other types count, and how they are counted."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._inspect.other_types import in_numbers, other_types
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json
from ansible_collections.azdo.connections.plugins.module_utils._model.estate import survey

from unit.plugins._helpers.connections import PAYMENTS, VSTOKEN, federated, partial, raw

ISSUER = "workloadIdentityFederationIssuer"


def numbers(*answers: Json) -> tuple[int, int]:
    found = other_types(survey([(PAYMENTS, list(answers))], named=False, apart=True))
    assert sum(item["number"] for item in found["by_project"]) == len(found["connections"])
    return found["old_issuer"], found["unknown_issuer"]


def docker(**other: t.Any) -> Json:
    return federated(type="dockerregistry", **other)


@pytest.mark.parametrize(
    ("answer", "old", "unknown"),
    [
        (docker(issuer=VSTOKEN), 1, 0),
        (docker(), 0, 0),
        (docker(issuer="https://sts.example.com"), 0, 1),
        (docker(parameters={ISSUER: None}), 0, 1),
        (docker(parameters={ISSUER: "https://["}), 0, 1),
        ({**docker(), "authorization": {"scheme": "workloadidentityfederation"}}, 0, 1),
        # Neither is known to use federation.
        ({**docker(issuer=VSTOKEN), "authorization": None}, 0, 0),
        ({**partial(), "type": "dockerregistry"}, 0, 0),
        (raw(type="github", scheme="Token"), 0, 0),
        # Ours, or perhaps.
        (federated(issuer=VSTOKEN), 0, 0),
        (docker(issuer=VSTOKEN) | {"type": None}, 0, 0),
        # What else of it cannot be read is nobody's loss.
        (docker(issuer=VSTOKEN) | {"data": {"registries": []}}, 1, 0),
    ],
)
def test_what_says_federation_counts_unless_its_issuer_stays(answer: Json, old: int, unknown: int) -> None:
    assert numbers(answer) == (old, unknown)


def test_equal_ones_of_a_project_are_counted_together() -> None:
    item = {"project": "Web", "project_id": "w", "type": "x", "issuer_kind": "azure_devops"}
    found = in_numbers([{**item, "id": "1"}, {**item, "id": "2"}, {**item, "id": "3", "issuer_kind": "unknown"}])
    assert found["by_project"] == [{**item, "number": 2}, {**item, "issuer_kind": "unknown", "number": 1}]
    assert in_numbers([]) == {"old_issuer": 0, "unknown_issuer": 0, "by_project": [], "connections": []}
