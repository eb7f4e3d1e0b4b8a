# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options about access in one project, and what a task says with them.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import json
import re
import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._access.check_kinds import KINDS
from ansible_collections.azdo.connections.plugins.module_utils._access.wishes import (
    ROLES,
    Access,
    Check,
    Pipelines,
    Right,
)
from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError
from ansible_collections.azdo.connections.plugins.module_utils._model.name_patterns import says_nothing

# Minutes: thirty days, the longest that the portal takes.
_LONGEST = 43200
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_TEXTS = {"type": "list", "elements": "str"}

CHECK_OPTIONS: dict[str, t.Any] = {
    "kind": {"type": "str", "required": True, "choices": list(KINDS)},
    "enabled": {"type": "bool", "default": True},
    "timeout": {"type": "int"},
    "display_name": {"type": "str"},
    "approvers": dict(_TEXTS),
    "minimum_approvers": {"type": "int"},
    "in_order": {"type": "bool"},
    "instructions": {"type": "str"},
    "requester_can_approve": {"type": "bool"},
    "branches": dict(_TEXTS),
    "protected_branches_only": {"type": "bool"},
    "allow_unknown_protection": {"type": "bool"},
    "days": {**_TEXTS, "choices": list(_DAYS)},
    "start_time": {"type": "str"},
    "end_time": {"type": "str"},
    "time_zone": {"type": "str"},
    "templates": {
        "type": "list",
        "elements": "dict",
        "options": {
            "repository_type": {
                "type": "str",
                "choices": ["git", "github", "githubenterprise", "bitbucket"],
                "default": "git",
            },
            "repository": {"type": "str", "required": True},
            "ref": {"type": "str", "default": "refs/heads/main"},
            "path": {"type": "str", "required": True},
        },
    },
    "connection": {"type": "str"},
    "method": {"type": "str", "choices": ["OPTIONS", "GET", "HEAD", "POST", "PUT", "DELETE", "TRACE", "PATCH"]},
    "url_suffix": {"type": "str"},
    "headers": {"type": "json"},
    "body": {"type": "json"},
    "success_criteria": {"type": "str"},
    "waits_for_callback": {"type": "bool"},
    "variable_group": {"type": "str"},
    "retry_interval": {"type": "int"},
}

# Those of one project; no managed option has a default.
ACCESS_OPTIONS: dict[str, t.Any] = {
    "authorize_all_pipelines": {"type": "bool"},
    "authorized_pipelines": dict(_TEXTS),
    "roles": {
        "type": "list",
        "elements": "dict",
        "options": {
            "role": {"type": "str", "required": True, "choices": list(ROLES)},
            "identity": {"type": "str", "required": True},
        },
    },
    "checks": {"type": "list", "elements": "dict", "options": CHECK_OPTIONS},
}


def access_of(params: t.Mapping[str, t.Any], where: str = "") -> Access:
    """What a task says of one project. :param where: in front of the names of options. :raises OptionError: something cannot be what it is."""
    called, rights, checks = (params[option] for option in ("authorized_pipelines", "roles", "checks"))
    return Access(
        pipelines=Pipelines(
            everyone=params["authorize_all_pipelines"],
            called=None if called is None else tuple(_pipeline(where, item) for item in called),
        ),
        rights=None if rights is None else tuple(_right(where, item) for item in rights),
        checks=None if checks is None else _checks(f"{where}checks", checks),
    )


def _pipeline(where: str, called: str) -> str:
    option = f"{where}authorized_pipelines"
    text = _text(option, called)
    if text in ("True", "False"):
        # What YAML makes of yes and no without quotes.
        raise OptionError(
            f"{option} has {text!r}, which is no pipeline.",
            remedy="A name that YAML takes for a flag stands in quotes; authorize_all_pipelines is for all of them.",
        )
    if re.fullmatch(r"-?0*|-.*|0[0-9]+", text) and not text.strip("-0123456789"):
        raise OptionError(
            f"{option} has {text!r}, which is no id of a pipeline.",
            remedy="Give the number at the end of the pipeline's address (definitionId), or its name.",
        )
    return text


def _right(where: str, item: t.Mapping[str, str]) -> Right:
    return Right(item["role"], _text(f"{where}roles.identity", item["identity"]))


def _text(option: str, value: str | None) -> str:
    text = (value or "").strip()
    if not text or says_nothing(text):
        raise OptionError(
            f"{option} has {text!r}, which names nothing." if text else f"{option} has an empty entry.",
            remedy="Check the variable that it comes from.",
        )
    return text


def _checks(option: str, items: t.Sequence[t.Mapping[str, t.Any]]) -> tuple[Check, ...]:
    checks = tuple(_check(option, item) for item in items)
    for place, check in enumerate(checks):
        if check in checks[:place] or (
            check.kind == "exclusive_lock" and check.kind in [item.kind for item in checks[:place]]
        ):
            raise OptionError(f"{option} has {KINDS[check.kind].title} twice.", remedy="Name each check once.")
    return checks


def _check(option: str, item: t.Mapping[str, t.Any]) -> Check:
    kind = item["kind"]
    takes = {*KINDS[kind].takes, "timeout", "enabled"}
    given = {name: value for name, value in item.items() if name != "kind" and value is not None}
    for name in sorted(set(given) - takes):
        owners = " and ".join(known for known, one in KINDS.items() if name in one.takes)
        raise OptionError(
            f"{option}.{name} does not belong to {kind}.",
            remedy=f"It belongs to {owners}. {kind} takes {', '.join(sorted(takes))}.",
        )
    missing = [name for name in KINDS[kind].needs if given.get(name) in (None, "", [])]
    if missing:
        raise OptionError(
            f"{option}: {kind} needs {' and '.join(missing)}.",
            remedy="Set what is missing: an empty check would stop nobody, or everybody.",
        )
    _refuse_odd(option, given)
    return Check(kind, {name: _settled(f"{option}.{name}", value) for name, value in given.items()})


def _refuse_odd(option: str, given: t.Mapping[str, t.Any]) -> None:
    timeout = given.get("timeout")
    if timeout is not None and not 1 <= timeout <= _LONGEST:
        raise OptionError(
            f"{option}.timeout is {timeout}.",
            remedy=f"It is a number of minutes from 1 to {_LONGEST}, which is 30 days.",
        )
    least, approvers = given.get("minimum_approvers"), given.get("approvers") or ()
    if least is not None and not 0 <= least <= len(approvers):
        raise OptionError(
            f"{option}.minimum_approvers is {least}, and there are {len(approvers)} approvers.",
            remedy="0 means all of them; a group is one approver.",
        )
    for name in ("start_time", "end_time"):
        if name in given and not _TIME.fullmatch(given[name].strip()):
            raise OptionError(
                f"{option}.{name} is {given[name]!r}, which is no time of day.",
                remedy='Write it as "09:30", in quotes: without them YAML takes 10:00 for the number 600.',
            )
    for branch in given.get("branches") or ():
        if "," in branch:
            raise OptionError(
                f"{option}.branches has {branch!r}, with a comma in it.", remedy="Give each branch an entry of its own."
            )
        if "*" not in branch and not branch.strip().startswith("refs/"):
            raise OptionError(
                f"{option}.branches has {branch!r}, which is no full name of a branch.",
                remedy=f"Write it as refs/heads/{branch.strip()}; a pattern as refs/heads/release/*, and * is all of them.",
            )
    if given.get("headers") and not _is_object(given["headers"]):
        raise OptionError(
            f"{option}.headers is no dictionary.", remedy='Give the headers by name, as {"Accept": "application/json"}.'
        )


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _settled(option: str, value: t.Any) -> t.Any:
    """Texts without the blanks around them; in lists, none is empty."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return [
            {key: _text(f"{option}.{key}", text) for key, text in item.items()}
            if isinstance(item, dict)
            else _text(option, item)
            for item in value
        ]
    return value
