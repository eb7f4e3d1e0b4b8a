# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why Terraform matters to moving a connection.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._model.connection import (
    ENTRA_ISSUER,
    WIF,
    ArmConnection,
)
from ansible_collections.azdo.connections.plugins.module_utils._rules.reason_codes import REQUIRED, Reason
from ansible_collections.azdo.connections.plugins.module_utils._rules.situation import Situation
from ansible_collections.azdo.connections.plugins.module_utils._rules.terraform import (
    is_hinted,
    managed_result,
)


def reasons(connection: ArmConnection, target: str, situation: Situation) -> t.Iterator[Reason]:
    """A migration of the issuer Terraform does not see. Where nothing may break, nothing is converted of which nobody says that the first step is applied."""
    if target == ENTRA_ISSUER:
        return
    terraform, planned = situation.terraform, situation.planned_terraform
    places, id_ = terraform.of(connection.id), connection.id.lower()
    if places:
        known = terraform.is_confirmed(connection.id)
        barred = situation.readiness == "require" and target == WIF and not known
        yield Reason(
            "terraform_managed",
            "informs" if known else "blocks" if barred else "warns",
            {"places": managed_result(places), "confirmed": known, **({REQUIRED: True} if barred else {})},
        )
    elif is_hinted(connection):
        yield Reason("terraform_hint", "informs", {})
    if planned is not None and id_ in planned and planned[id_] != terraform.word(connection.id):
        yield Reason("changed_since_plan", "blocks", {"terraform": planned[id_], "now": terraform.word(connection.id)})
