# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Terraform would do to a connection that is converted or reverted behind its back, and the steps in an order in which it does nothing.

PRIVATE to the collection, and pure. Facts: in the provider ``service_endpoint_authentication_scheme`` is optional, forces a new resource, and is read from the
service. So after a conversion its plan says that the connection must be replaced; and with the new scheme set before, it destroys the connection.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.azdo.connections.plugins.module_utils._model.connection import (
    ENTRA_ISSUER,
    SERVICE_PRINCIPAL,
    WIF,
    ArmConnection,
    Json,
)

# What the provider writes if nobody gives a description. People write it, too, and it stays when the state is gone: a hint, and no claim.
_HINT = "Managed by Terraform"
_SCHEMES = {WIF: "WorkloadIdentityFederation", SERVICE_PRINCIPAL: "ServicePrincipal"}
LIFECYCLE = "lifecycle {\n  ignore_changes  = [service_endpoint_authentication_scheme]\n  prevent_destroy = true\n}"


class Place(t.NamedTuple):
    """Where a connection stands: the file of the state, and the address in it."""

    state: str
    address: str


@dataclass(frozen=True)
class Terraform:
    """:param places: by id of the connection, in lower case. :param confirmed: those of which somebody says that the first step is applied."""

    places: t.Mapping[str, tuple[Place, ...]] = field(default_factory=dict)
    confirmed: frozenset[Place] = frozenset()

    def of(self, connection_id: str) -> tuple[Place, ...]:
        return self.places.get(connection_id.lower(), ())

    def is_confirmed(self, connection_id: str) -> bool:
        """Whether it is, in every state that has the connection: each of them would replace it."""
        places = self.of(connection_id)
        return bool(places) and self.confirmed.issuperset(places)

    def word(self, connection_id: str) -> str | None:
        """What a plan keeps of it."""
        if not self.of(connection_id):
            return None
        return "confirmed" if self.is_confirmed(connection_id) else "open"


def is_hinted(connection: ArmConnection) -> bool:
    """Whether its description alone says that Terraform made it."""
    return any(reference.description.strip() == _HINT for reference in connection.references)


def terraform_result(connection: ArmConnection, terraform: Terraform) -> Json:
    """Shape: ``{places: [{state, address}], confirmed, hint}``."""
    places = terraform.of(connection.id)
    return {
        "places": managed_result(places),
        "confirmed": terraform.is_confirmed(connection.id),
        "hint": not places and is_hinted(connection),
    }


def managed_result(places: t.Iterable[Place]) -> list[Json]:
    """Where a connection stands. Shape: ``[{state, address}]``."""
    return [place._asdict() for place in places]


def hand_offs(connections: t.Iterable[ArmConnection], target: str, terraform: Terraform) -> list[Json]:
    """One for each state that has some of the connections.

    Shape: ``{state, connections: [{id, name, project, address, confirmed}], plan_would_say, steps: [text], configuration}``.
    """
    if target == ENTRA_ISSUER:
        return []
    by_state: dict[str, list[Json]] = {}
    for connection in connections:
        for place in terraform.of(connection.id):
            by_state.setdefault(place.state, []).append(
                {
                    "id": connection.id,
                    "name": connection.name,
                    "project": connection.owner.name,
                    "address": place.address,
                    "confirmed": place in terraform.confirmed,
                }
            )
    return [
        {
            "state": state,
            "connections": listed,
            "plan_would_say": would_say(listed),
            "steps": _steps(target),
            "configuration": LIFECYCLE,
        }
        for state, listed in sorted(by_state.items())
    ]


def would_say(listed: t.Sequence[t.Mapping[str, t.Any]]) -> str:
    """What ``terraform plan`` says after the move. :param listed: the connections of a state, as :func:`hand_offs` lists them."""
    return _NOTHING_CHANGES if all(item.get("confirmed") for item in listed) else _MUST_BE_REPLACED


_MUST_BE_REPLACED = "What is not confirmed must be replaced: apply would destroy the connection and make another one."
_NOTHING_CHANGES = "No changes, as long as ignore_changes stays."


def _steps(target: str) -> list[str]:
    verb = "convert" if target == WIF else "revert"
    last = f'Only then set service_endpoint_authentication_scheme = "{_SCHEMES[target]}" and take ignore_changes out. The plan must say: No changes.'
    return [
        "Add the lifecycle block to each of these resources and apply that, before anything else. The plan must show no change of the scheme.",
        f"Name them in terraform_confirmed, {verb} them, and see that they sign in.",
        f"{last} Set earlier, it makes apply destroy the connection.",
    ]
