# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must stay as it is while a connection changes how it signs in, as flat facts that can be compared one by one.

PRIVATE to the collection, and pure. Everything counts but what a change of scheme or issuer is about: the scheme, issuer, subject and kind of issuer, the
secret and what describes it, the deadline of the way back, ``identityType``, who changed it when, and the state of the operation. Section numbers are those
of the fact sheet.
"""

from __future__ import annotations

import hashlib
import json
import re
import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._model.connection import (
    SECRET_PARAMETERS,
    ArmConnection,
    Json,
)

# Field -> value; None is "could not be read", which is never a difference.
Invariants = t.Mapping[str, t.Optional[str]]  # noqa: UP045 - ansible-test's pylint takes the short form for a calculation

_DATA_OF_THE_CHANGE = {"revertschemedeadline", "identitytype"}
# What a connection with a secret says about it (2.6) goes with the secret.
_PARAMETERS_OF_THE_CHANGE = {
    "workloadidentityfederationissuer",
    "workloadidentityfederationsubject",
    "workloadidentityfederationissuertype",
    "authenticationtype",
    "accesstokentype",
    *SECRET_PARAMETERS,
}
# Parameters whose values may be shown; of all others only a hash, because one of them may be a secret that nobody knows of.
_SHOWN_PARAMETERS = {"tenantid", "serviceprincipalid", "scope"}
# Ids, addresses and ARM ids, which Azure compares without regard to case.
_FREELY_SPELLED = re.compile(r"[0-9a-f-]{32,36}|https?://.*|/?(subscriptions|providers)/.*", re.IGNORECASE)


def invariants(connection: ArmConnection) -> dict[str, str | None]:
    """The connection itself. Keys count in any case, and what is empty counts as absent: the service shows it as null, ``""`` or not at all (2.4)."""
    fields: dict[str, t.Any] = {
        name: getattr(connection, name) for name in ("id", "name", "description", "url", "type", "shared", "enabled")
    }
    fields["service_management_reference"] = connection.service_management_reference
    fields["owning_project"] = connection.owner.id
    fields["owner"] = str(connection.raw.get("owner") or "").lower()
    fields["created_by"] = (connection.raw.get("createdBy") or {}).get("id")
    for reference in connection.references:
        told = (reference.connection_name, reference.description)
        fields[f"project {reference.id.lower()}"] = ": ".join(part.strip() for part in told)
    for key, value in (connection.raw.get("data") or {}).items():
        if key.lower() not in _DATA_OF_THE_CHANGE:
            fields[f"data.{key.lower()}"] = value
    for key, value in ((connection.raw.get("authorization") or {}).get("parameters") or {}).items():
        if key.lower() not in _PARAMETERS_OF_THE_CHANGE:
            shown = key.lower() in _SHOWN_PARAMETERS or not value
            fields[f"parameters.{key.lower()}"] = value if shown else f"hash {_hash(_plain(value))}"
    return {field: text for field, value in fields.items() if (text := _plain(value))}


def _plain(value: t.Any) -> str:
    text = "" if value is None else str(value).strip()
    return text.rstrip("/").casefold() if _FREELY_SPELLED.fullmatch(text) else text


def changes(before: Invariants, after: Invariants) -> list[Json]:
    """What is different. Shape: ``[{field, before, after}]``."""
    fields = [*before, *(field for field in after if field not in before)]
    return [
        {"field": field, "before": before.get(field, ""), "after": after.get(field, "")}
        for field in fields
        if None not in (old := before.get(field, ""), new := after.get(field, "")) and old != new
    ]


def hashes(fields: Invariants) -> dict[str, str | None]:
    """The same facts without names and values, for the journal."""
    return {_hash(field): None if value is None else _hash(value) for field, value in fields.items()}


def changes_since(before: Invariants, after: Invariants) -> list[Json]:
    """Like :func:`changes`, when only the :func:`hashes` of what was before are left: what it was, and the name of what is gone, are not known any more."""
    names = {_hash(field): field for field in after}
    return [
        {"field": name, "before": None, "after": after.get(name, "")}
        for item in changes(before, hashes(after))
        for name in (names.get(item["field"], "something that is gone"),)
    ]


def fingerprint(connection: ArmConnection) -> str:
    """Everything about a connection that an approval rests on."""
    return canonical_hash(
        {
            "id": connection.id.lower(),
            "project": connection.owner.id.lower(),
            "references": sorted(f"{item.id.lower()} {item.connection_name}" for item in connection.references),
            "scheme": connection.scheme,
            "creation_mode": connection.creation_mode,
            "identity": [(connection.tenant_id or "").lower(), (connection.client_id or "").lower()],
            "environment": connection.environment,
            "scope": {key: value for key, value in connection.scope.items() if value},
            "issuer": connection.issuer,
            "subject": connection.subject,
            "enabled": connection.enabled,
        }
    )


def canonical_hash(value: t.Any) -> str:
    """SHA-256 over canonical JSON: sorted keys, no spaces, ASCII."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _hash(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()[:16]
