# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person gives for single connections, in a variable or in a file: issuer and subject, or the managed identity behind one.

PRIVATE to the collection.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._convert.pairs import read_pairs_file
from ansible_collections.azdo.connections.plugins.module_utils._errors import AzdoError
from ansible_collections.azdo.connections.plugins.plugin_utils._input.role_variables import Said

Json = dict[str, t.Any]
_FILE = "fleet_credential_pairs_file"


def given_pairs(said: Said) -> list[Json]:
    """As the option ``federated_credential.pairs`` takes them. :raises AzdoError: the file cannot be meant."""
    path = said.get("credential_pairs_file")
    of_file = read_pairs_file(path, _FILE) if path else []
    return [
        *(said.get("credential_pairs") or ()),
        *(
            {
                "connection": pair.connection,
                **(dict(zip(("issuer", "subject"), pair.federation, strict=True)) if pair.federation else {}),
                **({"managed_identity": pair.managed_identity} if pair.managed_identity else {}),
            }
            for pair in of_file
        ),
    ]


def pairs_problem(said: Said) -> str:
    """Why they would do nothing, or nothing could be done with them; an empty text if all is well."""
    try:
        given = given_pairs(said)
    except AzdoError as error:
        return str(error)
    if given and not said.get("federated_credential"):
        name = _FILE if said.get("credential_pairs_file") else "fleet_credential_pairs"
        return (
            f"{name} says nothing without fleet_federated_credential. Set that to create, or to require if the credentials are made elsewhere. Nothing was "
            "changed."
        )
    return ""
