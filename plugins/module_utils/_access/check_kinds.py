# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of approvals and checks: from the service's settings to the options of a task, and back (6.2).

PRIVATE to the collection, and pure. One table, read both ways, so that what is compared, sent and exported cannot differ. Ids of kinds and of task
definitions are those of the fact sheet; names and versions of task definitions are assumed, and those of a check that is there stay.
"""

from __future__ import annotations

import copy
import json
import typing as t
from dataclasses import dataclass, field

from ansible_collections.azdo.connections.plugins.module_utils._access.wishes import Check
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json
from ansible_collections.azdo.connections.plugins.module_utils._model.reading import (
    Fields,
    UnreadableError,
    read_strictly,
    unsound,
)

_APPROVAL = "8c6f20a7-a545-4486-9777-f762fafe0d4d"
_TASK = "fe1de3ee-a436-41b4-bb20-f6eb4cb879a7"
_TEMPLATE = "4020e66e-b0f3-47e1-bc88-48f3cc59b5f3"
_LOCK = "2ef31ad6-baa0-403a-8b45-2cbc9b4e5563"

Settings = dict[str, t.Any]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of check.

    :param definition: id, name and version of the task that evaluates it, for those that are tasks.
    :param needs: the options that a new one cannot do without; ``takes`` all that it has.
    :param read: settings of the service to options; :param write: options to the keys of the settings that they are.
    :param fresh: what a new one says where the task says nothing, because the portal does.
    """

    title: str
    type_id: str
    type_name: str
    takes: tuple[str, ...]
    needs: tuple[str, ...] = ()
    definition: tuple[str, str, tuple[int, int, int]] | None = None
    fresh: t.Mapping[str, t.Any] = field(default_factory=dict)
    read: t.Callable[[Fields], Settings]
    write: t.Callable[[t.Mapping[str, t.Any]], Settings]


# -- approval ------------------------------------------------------------------------------------------------------------
def _read_approval(settings: Fields) -> Settings:
    order = settings.text("executionOrder")
    return {
        "approvers": [item.text("id").lower() for item in settings.objects("approvers")],
        # "Defaults to all": the contract.
        "minimum_approvers": settings.number("minRequiredApprovers") or 0,
        "in_order": order.casefold() == "insequence",
        "instructions": settings.text("instructions"),
        "requester_can_approve": settings.flag("requesterCannotBeApprover") is not True,
    }


def _write_approval(options: t.Mapping[str, t.Any]) -> Settings:
    forms: dict[str, t.Callable[[t.Any], Settings]] = {
        "approvers": lambda ids: {"approvers": [{"id": id_} for id_ in ids]},
        "minimum_approvers": lambda number: {"minRequiredApprovers": number},
        "in_order": lambda flag: {"executionOrder": "inSequence" if flag else "anyOrder"},
        "instructions": lambda text: {"instructions": text},
        "requester_can_approve": lambda flag: {"requesterCannotBeApprover": not flag},
    }
    return _written(forms, options)


# -- tasks: everything that they are told is a text in their inputs ----------------------------------------------------------
def _read_branches(settings: Fields) -> Settings:
    inputs = settings.inner("inputs", loose=True)
    return {
        "branches": _listed(inputs.text("allowedBranches")),
        "protected_branches_only": _flag(inputs.text("ensureProtectionOfBranch")),
        "allow_unknown_protection": _flag(inputs.text("allowUnknownStatusBranch")),
    }


def _write_branches(options: t.Mapping[str, t.Any]) -> Settings:
    forms: dict[str, t.Callable[[t.Any], Settings]] = {
        "branches": lambda names: {"allowedBranches": ",".join(names)},
        "protected_branches_only": lambda flag: {"ensureProtectionOfBranch": _text(flag)},
        "allow_unknown_protection": lambda flag: {"allowUnknownStatusBranch": _text(flag)},
    }
    return {"inputs": _written(forms, options)}


def _read_hours(settings: Fields) -> Settings:
    inputs = settings.inner("inputs", loose=True)
    return {
        "days": [day.capitalize() for day in _listed(inputs.text("businessDays"))],
        "start_time": inputs.text("startTime"),
        "end_time": inputs.text("endTime"),
        "time_zone": inputs.text("timeZone"),
    }


def _write_hours(options: t.Mapping[str, t.Any]) -> Settings:
    forms: dict[str, t.Callable[[t.Any], Settings]] = {
        "days": lambda names: {"businessDays": ", ".join(names)},
        "start_time": lambda text: {"startTime": text},
        "end_time": lambda text: {"endTime": text},
        "time_zone": lambda text: {"timeZone": text},
    }
    return {"inputs": _written(forms, options)}


def _read_request(settings: Fields) -> Settings:
    inputs = settings.inner("inputs", loose=True)
    return {
        "connection": inputs.text("connectedServiceName").lower(),
        "method": inputs.text("method").upper(),
        "url_suffix": inputs.text("urlSuffix"),
        "headers": inputs.text("headers"),
        "body": inputs.text("body"),
        "success_criteria": inputs.text("successCriteria"),
        "waits_for_callback": _flag(inputs.text("waitForCompletion")),
        "variable_group": settings.text("linkedVariableGroup"),
        "retry_interval": settings.number("retryInterval") or 0,
    }


def _write_request(options: t.Mapping[str, t.Any]) -> Settings:
    inputs: dict[str, t.Callable[[t.Any], Settings]] = {
        "connection": lambda id_: {"connectedServiceNameSelector": "connectedServiceName", "connectedServiceName": id_},
        "method": lambda text: {"method": text},
        "url_suffix": lambda text: {"urlSuffix": text},
        "headers": lambda text: {"headers": text},
        "body": lambda text: {"body": text},
        "success_criteria": lambda text: {"successCriteria": text},
        "waits_for_callback": lambda flag: {"waitForCompletion": _text(flag)},
    }
    beside: dict[str, t.Callable[[t.Any], Settings]] = {
        "variable_group": lambda text: {"linkedVariableGroup": text},
        "retry_interval": lambda number: {"retryInterval": number},
    }
    return {"inputs": _written(inputs, options), **_written(beside, options)}


# -- required template, exclusive lock -----------------------------------------------------------------------------------
_TEMPLATE_KEYS = {
    "repository_type": "repositoryType",
    "repository": "repositoryName",
    "ref": "repositoryRef",
    "path": "templatePath",
}


def _read_templates(settings: Fields) -> Settings:
    return {
        "templates": [
            {ours: item.text(theirs) for ours, theirs in _TEMPLATE_KEYS.items()}
            for item in settings.objects("extendsChecks")
        ]
    }


def _write_templates(options: t.Mapping[str, t.Any]) -> Settings:
    def write(templates: t.Iterable[t.Mapping[str, str]]) -> Settings:
        return {
            "extendsChecks": [{theirs: item[ours] for ours, theirs in _TEMPLATE_KEYS.items()} for item in templates]
        }

    return _written({"templates": write}, options)


def _nothing(_options: t.Any) -> Settings:
    return {}


KINDS: dict[str, Kind] = {
    "approval": Kind(
        title="an approval", type_id=_APPROVAL, type_name="Approval", needs=("approvers",),
        takes=("approvers", "minimum_approvers", "in_order", "instructions", "requester_can_approve"),
        fresh={"minimum_approvers": 0, "in_order": False, "instructions": "", "requester_can_approve": True},
        read=_read_approval, write=_write_approval,
    ),
    "branch_control": Kind(
        title="branch control", type_id=_TASK, type_name="Task Check", needs=("branches",),
        takes=("branches", "protected_branches_only", "allow_unknown_protection", "display_name"),
        definition=("86b05a0c-73e6-4f7d-b3cf-e38f3b39a75b", "evaluatebranchProtection", (0, 0, 1)),
        fresh={"protected_branches_only": False, "allow_unknown_protection": False, "display_name": "Branch control"},
        read=_read_branches, write=_write_branches,
    ),
    "business_hours": Kind(
        title="business hours", type_id=_TASK, type_name="Task Check", needs=("days", "start_time", "end_time", "time_zone"),
        takes=("days", "start_time", "end_time", "time_zone", "display_name"),
        definition=("445fde2f-6c39-441c-807f-8a59ff2e075f", "evaluateBusinessHours", (0, 0, 1)),
        fresh={"display_name": "Business hours"},
        read=_read_hours, write=_write_hours,
    ),
    "rest_api": Kind(
        title="a REST request", type_id=_TASK, type_name="Task Check", needs=("connection", "method"),
        takes=(
            "connection", "method", "url_suffix", "headers", "body", "success_criteria", "waits_for_callback", "variable_group",
            "retry_interval", "display_name",
        ),
        definition=("9c3e8943-130d-4c78-ac63-8af81df62dfb", "InvokeRESTAPI", (1, 220, 0)),
        fresh={"waits_for_callback": False, "display_name": "Invoke REST API"},
        read=_read_request, write=_write_request,
    ),
    "required_template": Kind(
        title="a required template", type_id=_TEMPLATE, type_name="ExtendsCheck", needs=("templates",), takes=("templates",),
        read=_read_templates, write=_write_templates,
    ),
    "exclusive_lock": Kind(
        title="an exclusive lock", type_id=_LOCK, type_name="ExclusiveLock", takes=(), read=_nothing, write=_nothing,
    ),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Known:
    """A check as the service tells of it. ``kind`` is None for one that this collection does not know, which has no ``settings`` in our words."""

    id: int
    kind: str | None
    label: str
    settings: t.Mapping[str, t.Any]
    raw: Json


def read_check(item: Json) -> Known:
    """:raises UnreadableError: it has no id, or a field of it is not of its kind."""
    if (path := unsound(item)) is not None:
        raise UnreadableError("a check", path)

    def read(fields: Fields) -> Known:
        id_, type_ = fields.number("id"), fields.inner("type")
        settings = fields.inner("settings")
        name = _kind_of(type_.text("id"), settings)
        if id_ is None:
            fields.odd.append("id")
        found: Settings = {}
        if name is not None:
            kind = KINDS[name]
            found = kind.read(settings)
            if "display_name" in kind.takes:
                found["display_name"] = settings.text("displayName")
            found |= {"timeout": fields.number("timeout"), "enabled": fields.flag("isDisabled") is not True}
        label = settings.text("displayName") or type_.text("name") or type_.text("id")
        return Known(id=id_ or 0, kind=name, label=label, settings=found, raw=item)

    return read_strictly("a check", item, read)


def _kind_of(type_id: str, settings: Fields) -> str | None:
    definition = settings.inner("definitionRef").text("id").lower()
    for name, kind in KINDS.items():
        if kind.type_id == type_id.lower() and (kind.definition is None or kind.definition[0] == definition):
            return name
    return None


def differences(wanted: Check, known: Known) -> dict[str, tuple[t.Any, t.Any]]:
    """What a check says otherwise than the task wants it, by option: before and after."""
    found: dict[str, tuple[t.Any, t.Any]] = {}
    # A check that is disabled stops nobody.
    for option, after in {"enabled": True, **wanted.settings}.items():
        before = known.settings.get(option)
        if not _alike(option, before, after, wanted, known):
            found[option] = (before, after)
    return found


def is_the_same(wanted: Check, known: Known) -> bool:
    """Whether both say the same in what a check of that kind cannot do without; whatever the order."""
    needs = KINDS[wanted.kind].needs
    return all(
        _as_set(_several(wanted.settings[need])) == _as_set(_several(known.settings.get(need))) for need in needs
    )


def _several(value: t.Any) -> list[t.Any]:
    return value if isinstance(value, list) else [value]


def _alike(option: str, before: t.Any, after: t.Any, wanted: Check, known: Known) -> bool:
    if option == "headers":
        return bool(_parsed(before) == _parsed(after))
    ordered = wanted.settings.get("in_order", known.settings.get("in_order"))
    if option in ("approvers", "branches", "days", "templates") and not (option == "approvers" and ordered):
        return _as_set(before or ()) == _as_set(after)
    return bool(before == after)


def _as_set(items: t.Iterable[t.Any]) -> list[str]:
    """Neither the order of items nor that of the keys in one of them matters."""
    return sorted(json.dumps(item, sort_keys=True) for item in items)


def check_body(connection_id: str, wanted: Check, known: Known | None = None) -> Json:
    """The body that makes a check, or the one that changes ``known``: what the task does not speak of stays as it is."""
    kind = KINDS[wanted.kind]
    if known:
        said = wanted.settings
        # What the service shows as null is described as a text or a number.
        settings = {
            key: copy.deepcopy(value) for key, value in (known.raw.get("settings") or {}).items() if value is not None
        }
        body: Json = {"id": known.id, "timeout": known.settings.get("timeout")}
    else:
        said, body = {**kind.fresh, **wanted.settings}, {}
        settings = _definition(*kind.definition) if kind.definition else {}
    for key, value in kind.write(said).items():
        settings[key] = _edited(settings.get(key) or {}, value) if key == "inputs" else value
    if "display_name" in said:
        settings["displayName"] = said["display_name"]
    if wanted.settings.get("timeout"):
        body["timeout"] = wanted.settings["timeout"]
    enabled = wanted.settings.get("enabled", True)
    if known or not enabled:
        body["isDisabled"] = not enabled
    return {
        **{key: value for key, value in body.items() if value is not None},
        "type": {"id": kind.type_id, "name": kind.type_name},
        "settings": settings,
        "resource": {"type": "endpoint", "id": connection_id},
    }


def _definition(id_: str, name: str, version: tuple[int, int, int]) -> Settings:
    return {"definitionRef": {"id": id_, "name": name, "version": ".".join(map(str, version))}}


def _edited(inputs: t.Mapping[str, t.Any], edits: t.Mapping[str, t.Any]) -> Settings:
    """Each input at the key that is there in any case."""
    spelled = {key.lower(): key for key in inputs}
    return {**inputs, **{spelled.get(key.lower(), key): value for key, value in edits.items()}}


def _written(forms: t.Mapping[str, t.Callable[[t.Any], Settings]], options: t.Mapping[str, t.Any]) -> Settings:
    found: Settings = {}
    for option, form in forms.items():
        if option in options:
            found |= form(options[option])
    return found


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _flag(text: str) -> bool:
    return text.strip().casefold() == "true"


def _text(flag: bool) -> str:
    return "true" if flag else "false"


def _parsed(text: t.Any) -> t.Any:
    try:
        return json.loads(text or "{}")
    except (TypeError, ValueError):
        return text
