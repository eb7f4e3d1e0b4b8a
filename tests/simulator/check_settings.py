# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings of checks: which are refused, and what the service adds of its own when it shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from . import typed
from .calls import Call
from .errors import argument
from .rendering import identity_ref

APPROVAL = "8c6f20a7-a545-4486-9777-f762fafe0d4d"  # documented: 6.2
TASK_CHECK = "fe1de3ee-a436-41b4-bb20-f6eb4cb879a7"  # observed: 6.2, as those below
REQUIRED_TEMPLATE = "4020e66e-b0f3-47e1-bc88-48f3cc59b5f3"
EXCLUSIVE_LOCK = "2ef31ad6-baa0-403a-8b45-2cbc9b4e5563"
TYPES = {  # documented: 6.2 (the first), observed: 6.2
    APPROVAL: "Approval",
    TASK_CHECK: "Task Check",
    REQUIRED_TEMPLATE: "ExtendsCheck",
    EXCLUSIVE_LOCK: "ExclusiveLock",
}
LONGEST = 43200  # documented: 6.2 (the default); that no more is taken is assumed
_ORDERS = ("anyOrder", "inSequence")  # documented: 6.2


@dataclass(frozen=True)
class Definition:
    """A task that is a check."""

    name: str
    version: str
    inputs: tuple[str, ...]
    """Those that it cannot do without."""


DEFINITIONS: dict[str, Definition] = {  # observed: 6.2 (ids); names, versions and what is needed: assumed
    "86b05a0c-73e6-4f7d-b3cf-e38f3b39a75b": Definition("evaluatebranchProtection", "0.0.1", ("allowedBranches",)),
    "445fde2f-6c39-441c-807f-8a59ff2e075f": Definition(
        "evaluateBusinessHours", "0.0.1", ("businessDays", "timeZone", "startTime", "endTime")
    ),
    "9c3e8943-130d-4c78-ac63-8af81df62dfb": Definition("InvokeRESTAPI", "1.220.0", ("connectedServiceName", "method")),
}


def refuse_timeout(minutes: int) -> None:
    if not 1 <= minutes <= LONGEST:
        raise argument(f"The timeout of a check is between 1 and {LONGEST} minutes, not {minutes}.")  # assumed: 6.2


def refuse(call: Call, type_id: str, settings: Mapping[str, Any]) -> None:
    """Raises the refusal of what this type of check cannot be made of."""  # assumed: 6.2 (that it is refused, and the texts)
    rule = _RULES.get(type_id.lower())
    if rule is None:
        raise argument(f"No check of the type {type_id} can be added.")
    rule(call, settings)


def refuse_second_lock(type_id: str, others: Iterable[str]) -> None:
    """`others` are the types of the checks that the resource has."""  # assumed: 6.2
    if type_id.lower() == EXCLUSIVE_LOCK and EXCLUSIVE_LOCK in {item.lower() for item in others}:
        raise argument("The resource has an exclusive lock already.")


def _approval(call: Call, settings: Mapping[str, Any]) -> None:
    ids = [typed.text(item, "id", "settings.approvers.").lower() for item in _people(settings, "approvers")]
    blocked = [typed.text(item, "id", "settings.blockedApprovers.") for item in _people(settings, "blockedApprovers")]
    if not ids:
        raise argument("An approval needs at least one approver.")
    for identity in (*ids, *blocked):
        if identity.lower() not in call.world.callers:
            raise argument(f"No identity {identity}.")
    least = typed.number(settings, "minRequiredApprovers", "settings.")
    if not 0 <= least <= len(set(ids)):
        raise argument(f"{least} of {len(set(ids))} approvers cannot be required.")
    if (typed.text(settings, "executionOrder", "settings.") or _ORDERS[0]) not in _ORDERS:
        raise argument(f"The order of an approval is one of {', '.join(_ORDERS)}.")
    typed.text(settings, "instructions", "settings.")
    typed.flag(settings, "requesterCannotBeApprover", "settings.")


def _people(settings: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    return typed.items(settings, name, "settings.")


def _task(call: Call, settings: Mapping[str, Any]) -> None:
    reference = typed.mapping(settings, "definitionRef", "settings.")
    wanted = typed.text(reference, "id", "settings.definitionRef.")
    definition = DEFINITIONS.get(wanted.lower())
    if definition is None:
        raise argument(f"No task {wanted} can be a check.")
    inputs = typed.strings(settings, "inputs", "settings.")
    missing = [name for name in definition.inputs if not (inputs.get(name) or "").strip()]
    if missing:
        raise argument(f"{definition.name} needs the inputs {', '.join(missing)}.")


def _template(call: Call, settings: Mapping[str, Any]) -> None:
    if not typed.items(settings, "extendsChecks", "settings."):
        raise argument("A required template needs at least one template in extendsChecks.")


def _lock(call: Call, settings: Mapping[str, Any]) -> None:
    """It has none."""


_RULES: dict[str, Callable[[Call, Mapping[str, Any]], None]] = {
    APPROVAL: _approval,
    TASK_CHECK: _task,
    REQUIRED_TEMPLATE: _template,
    EXCLUSIVE_LOCK: _lock,
}


def shown(call: Call, type_id: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """As stored, with what the service adds: who takes that for a change of somebody else is wrong."""
    if type_id.lower() == APPROVAL:
        defaults = {
            "executionOrder": _ORDERS[0],  # documented: 6.2 (the values); that it is added is assumed, as all of this
            "minRequiredApprovers": 0,
            "instructions": "",
            "requesterCannotBeApprover": False,
        }
        people = {name: _identities(call, settings.get(name)) for name in ("approvers", "blockedApprovers")}
        return {**defaults, **settings, **people}
    reference = settings.get("definitionRef")
    if type_id.lower() == TASK_CHECK and isinstance(reference, Mapping):
        known = DEFINITIONS.get(str(reference.get("id")).lower())
        named = {"name": known.name, "version": known.version} if known else {}  # assumed: 6.2 (whatever was sent)
        return {"linkedVariableGroup": None, **settings, "definitionRef": {**reference, **named}}
    return dict(settings)


def _identities(call: Call, sent: Any) -> list[Any]:
    """Whole identities for the ids that were sent; what a fleet says of nobody stays as it is."""  # documented: 6.2 (IdentityRef)
    found: list[Any] = []
    for item in sent if isinstance(sent, list) else []:
        caller = call.world.callers.get(str(item.get("id")).lower()) if isinstance(item, Mapping) else None
        found.append(identity_ref(call.site, caller) if caller else item)
    return found
