# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan that people approve: what it is a promise about, its digest, and whether what is found later is still what was approved.

PRIVATE to the collection, and pure. The document holds ids, words of ours and hashes, no text that somebody else wrote: names and subjects may look like
templates, and Ansible evaluates what it reads from files. The digest protects against drift and mistakes, not against a person who can edit both.
"""

from __future__ import annotations

import json
import re
import typing as t
from datetime import datetime, timedelta

from ansible_collections.azdo.connections.plugins.module_utils._errors import AzdoError, OptionError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ArmConnection, Json
from ansible_collections.azdo.connections.plugins.module_utils._model.invariants import canonical_hash, fingerprint
from ansible_collections.azdo.connections.plugins.module_utils._rules.reason_codes import (
    OF_THE_CALLER,
    REQUIRED,
    Reason,
)
from ansible_collections.azdo.connections.plugins.module_utils._times import format_time, parse_time

# 2: the connections stand under connections and no longer under items, which templates take for the method of dictionaries.
SCHEMA = 2
# Something could not be seen, and stands in it under unread. A plan that misses nothing has no such key, and the digest that it always had.
SCHEMA_WITH_GAPS = 3
# So far a clock may be ahead.
_AHEAD = timedelta(minutes=5)
_ITEM = {"id": str, "project_id": str, "action": bool, "rollback": str, "decision": str, "fingerprint": str}
# Reasons that depend on who asks, on what only some may read, or on the hour: two administrators a day apart approve the same plan.
_NOT_OF_THE_PLAN = {
    *OF_THE_CALLER,
    "in_use_now",
    "pipeline_not_ready",
    "pipeline_unknown",
    "application_missing",
    "federated_credential_limit",
    "issuer_migration_unconfirmed",
    "changed_since_plan",
    "excluded",
    "unknown",
}
_MAKE_ANEW = "Make a new plan with check mode, look at it and apply that. Nothing was changed."
_OLD_SCHEMAS = ("1",)
# What could not be seen, where everything could.
NO_GAP: Json = {"projects": [], "connections": []}


class PlanChangedError(AzdoError):
    """What is there is not what was approved."""

    code = "plan_changed"


def item_of(
    connection: ArmConnection, reasons: t.Iterable[Reason], rollback: str, terraform: str | None = None
) -> Json:
    """Shape: ``{id, project_id, action: bool, rollback, decision: act or exclude, fingerprint}``.

    ``accepted: true`` comes to it where a pipeline is known to break and the connection is to be moved all the same, and ``terraform``, ``open`` or
    ``confirmed``, where Terraform manages it.
    """
    reasons = list(reasons)
    action = not any(r.effect == "blocks" and _is_of_the_plan(r) for r in reasons)
    breaks = any(r.code == "pipeline_not_ready" and r.effect == "warns" for r in reasons)
    return {
        "id": connection.id.lower(),
        "project_id": connection.owner.id.lower(),
        "action": action,
        # Of what is left alone it does not matter, and would change with the hour.
        "rollback": rollback if action else "none",
        "decision": "exclude" if any(r.code == "excluded" for r in reasons) else "act",
        "fingerprint": fingerprint(connection),
        **({"accepted": True} if action and breaks else {}),
        **({"terraform": terraform} if terraform else {}),
    }


def _is_of_the_plan(reason: Reason) -> bool:
    """That nothing may break is an option, and what it leaves alone nobody agrees to moving: what is repaired later has to be planned anew."""
    return reason.code not in _NOT_OF_THE_PLAN or REQUIRED in reason.evidence


def document(
    organization_id: str, options: Json, items: t.Sequence[Json], created: datetime, unread: Json | None = None
) -> Json:
    """Shape: ``{schema, digest, created, organization_id, options, connections}``, and ``unread`` where something could not be seen.

    :param unread: see :meth:`Coverage.to_plan`; who approves the plan has seen that, too.
    """
    gaps = _gaps(unread or NO_GAP)
    content = {
        "schema": SCHEMA_WITH_GAPS if gaps else SCHEMA,
        "organization_id": organization_id,
        "options": options,
        "connections": list(items),
        **gaps,
    }
    return {**content, "digest": digest(content), "created": format_time(created)}


def digest(plan: Json) -> str:
    """Of everything but the time: each connection counts by its own hash, so that one that is done already can stand in with the hash it had."""
    hashes = {item["id"]: item_hash(item) for item in plan["connections"]}
    return digest_of(plan["organization_id"], plan["options"], hashes, plan.get("unread", NO_GAP))


def digest_of(organization_id: str, options: Json, hashes: t.Mapping[str, str], unread: Json) -> str:
    """:param hashes: that of each item, by connection id. :param unread: what could not be seen."""
    gaps = _gaps(unread)
    return canonical_hash(
        {
            "schema": SCHEMA_WITH_GAPS if gaps else SCHEMA,
            "organization": organization_id,
            "options": options,
            "connections": sorted(f"{id_} {hash_}" for id_, hash_ in hashes.items()),
            **gaps,
        }
    )


def _gaps(unread: Json) -> Json:
    return {} if unread == NO_GAP else {"unread": unread}


def item_hash(item: Json) -> str:
    return canonical_hash(item)


_DIGEST = re.compile(r"[0-9a-f]{64}")


def check_digest(given: str) -> str:
    """The digest that a task was given, in lower case and without blanks around it. :raises OptionError: it cannot be one."""
    text = given.strip().lower()
    if not _DIGEST.fullmatch(text):
        short = f"{given[:80]}..." if len(given) > 80 else given
        cut = f": it has {len(text)} of the 64 characters" if re.fullmatch(r"[0-9a-f]{1,63}", text) else ""
        raise OptionError(
            f"plan_digest is {short!r}, which is no digest{cut}.",
            remedy="Give the 64 characters (0 to 9 and a to f) without quotes: copy the whole line that the plan printed, or plan.digest of an earlier run in "
            "check mode. Nothing was changed.",
        )
    return text


def check_document(plan: Json, option: str = "plan") -> None:
    """:raises OptionError: it is no plan of ours, or one of the old schema. :raises PlanChangedError: it was altered."""
    _check_not_old(plan, option)
    items = plan.get("connections")
    whole = (
        isinstance(items, list)
        and isinstance(plan.get("options"), dict)
        and isinstance(plan.get("organization_id"), str)
        and _tells_gaps(plan)
        and all(isinstance(item, dict) and set(item) - {"accepted", "terraform"} == set(_ITEM) for item in items)
    )
    if not whole:
        raise OptionError(
            f"{option} is no plan of this module.",
            remedy="Give plan of an earlier result in check mode, whole and as it was.",
        )
    ids = [item["id"] for item in t.cast("list[Json]", items)]
    odd = [
        f"{item['id']}: {name}"
        for item in t.cast("list[Json]", items)
        for name, kind in _ITEM.items()
        if not isinstance(item[name], kind)
    ]
    odd += [
        f"{item['id']}: terraform"
        for item in t.cast("list[Json]", items)
        if item.get("terraform", "open") not in ("open", "confirmed")
    ]
    odd += [f"{item['id']}: accepted" for item in t.cast("list[Json]", items) if item.get("accepted", True) is not True]
    if odd or len(set(ids)) < len(ids) or _digest_of_any(plan) != plan.get("digest"):
        censored = (
            " A secret of this sign-in occurs in it, so Ansible has censored it." if "****" in json.dumps(plan) else ""
        )
        where = f" Look at {odd[0]}." if odd else ""
        raise PlanChangedError(f"{option} was altered after it was made.{censored}{where}", remedy=_MAKE_ANEW)


def _tells_gaps(plan: Json) -> bool:
    """Whether its schema is one of ours, and what could not be seen stands in it if its schema says so."""
    if "unread" not in plan:
        return str(plan.get("schema")) == str(SCHEMA)
    unread = plan["unread"]
    return (
        str(plan.get("schema")) == str(SCHEMA_WITH_GAPS)
        and isinstance(unread, dict)
        and unread != NO_GAP
        and set(unread) == set(NO_GAP)
        and isinstance(unread["projects"], list)
        and isinstance(unread["connections"], list)
        and all(isinstance(item, dict) and set(item) == {"id", "project_id"} for item in unread["connections"])
    )


def _check_not_old(plan: Json, option: str) -> None:
    """A plan of the old schema was a good one: whoever gives it must not be told that it is none, or that somebody altered it.

    :raises OptionError: it is one.
    """
    if str(plan.get("schema")) in _OLD_SCHEMAS or "items" in plan:
        # A new plan has nothing to do for what is converted already, so it is no way back.
        back = " What it converted is taken back with batch.journal, connections or revert_all."
        raise OptionError(
            f"{option} was made by an older version of this collection, in a form that this version does not read.",
            remedy="Make a new plan with the playbook azdo.connections.plan, or with this module in check mode. Nothing was changed."
            + (back if option == "batch.plan" else ""),
        )


def _digest_of_any(plan: Json) -> str | None:
    try:
        return digest(plan)
    except ValueError:
        # Numbers that canonical JSON has no words for.
        return None


def check_organization(plan: Json, organization_id: str, option: str) -> None:
    """:raises PlanChangedError: it is about another one, none of whose connections is here."""
    if plan["organization_id"] != organization_id:
        raise PlanChangedError(f"{option} was made for another organization.", remedy=_MAKE_ANEW)


def check_plan(plan: Json, *, organization_id: str, options: Json, max_age_hours: int, now: datetime) -> None:
    """Whether a task may apply the plan. :raises PlanChangedError: other organization, other options, too old."""
    check_organization(plan, organization_id, "plan")
    # What came later is in a plan only if it was set.
    for name in (*options, *plan["options"].keys() - options.keys()):
        if plan["options"].get(name) != options.get(name):
            raise PlanChangedError(
                f"plan was made with another {name} than this task has.",
                remedy=f"Give {name} the value that it had, or make a new plan. Nothing was changed.",
            )
    said = plan.get("created")
    created = parse_time(said) if isinstance(said, str) else None
    # The age guards against forgetting, not against a person who edits it: the digest leaves the time out. A plan from the future would never get too old.
    if created is None or not -_AHEAD <= now - created <= timedelta(hours=max_age_hours):
        raise PlanChangedError(
            f"plan says that it was made at {said}, which is not within plan_max_age ({max_age_hours} hours).",
            remedy=_MAKE_ANEW,
        )


def check_gaps(plan: Json, found: Json, project_ids: t.Collection[str] | None) -> None:
    """Whether what cannot be seen now is what could not be seen when the plan was made: its approval was about the rest.

    :param found: see :meth:`Coverage.to_plan`. :param project_ids: those that the task is about, in lower case; None: all.
    :raises PlanChangedError: it is not.
    """

    def within(gaps: Json) -> tuple[set[str], set[tuple[str, str]]]:
        projects = {str(id_).lower() for id_ in gaps["projects"]}
        partial = {(str(item["id"]).lower(), str(item["project_id"]).lower()) for item in gaps["connections"]}
        if project_ids is None:
            return projects, partial
        return projects.intersection(project_ids), {item for item in partial if item[1] in project_ids}

    (then, then_partial), (now, now_partial) = within(plan.get("unread", NO_GAP)), within(found)
    told = [
        _ids("these projects could not be read, and now they can", then - now),
        _ids("these projects could be read, and now they cannot", now - then),
        _ids(
            "of these connections only a part was visible, and now they can be seen", _first(then_partial - now_partial)
        ),
        _ids("these connections could be seen, and now only a part is visible", _first(now_partial - then_partial)),
    ]
    if differences := "; ".join(text for text in told if text):
        raise PlanChangedError(
            f"plan was made when not the same could be seen as now: {differences}.", remedy=_MAKE_ANEW
        )


def _first(pairs: t.Iterable[tuple[str, str]]) -> set[str]:
    return {first for first, _second in pairs}


def _ids(text: str, ids: t.Collection[str]) -> str:
    return f"{text}: {', '.join(sorted(ids))}" if ids else ""


def digest_error(given: str, found: str, gaps: str) -> PlanChangedError:
    """:param gaps: what cannot be seen now, in words."""
    unseen = f" {gaps} If it could be seen when the plan was made, that is the difference." if gaps else ""
    return PlanChangedError(
        f"The plan of now has the digest {found}, and plan_digest is {given}.{unseen}",
        remedy="A connection, a share, an option, what could be seen or what is known of a secret is not what it was. To go on with a run that was "
        f"interrupted, give its journal, or apply plan itself. {_MAKE_ANEW}",
        found=found,
        given=given,
    )


def text_hash(texts: t.Iterable[str]) -> str:
    """What a plan keeps of texts that people wrote."""
    return canonical_hash(sorted(texts))
