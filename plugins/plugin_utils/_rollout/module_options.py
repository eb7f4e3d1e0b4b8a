# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was said of a rollout as options of the modules.

PRIVATE to the collection, and pure. It is Python and not templates, because Ansible compiles every template anew for each host and task.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.plugin_utils._input.role_variables import Said
from ansible_collections.azdo.connections.plugins.plugin_utils._input.scope import Scope
from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import FEDERATION, SERVICE_PRINCIPAL

Json = dict[str, t.Any]
ENTRA_ISSUER = "entra_issuer"

# Variables that are an option of azdo_arm_connection_convert of the same name.
_SAME = (
    "allow_unread",
    "include_disabled",
    "allow_in_use",
    "allow_irreversible",
    "attempt_as_non_user",
    "verify",
    "compare",
    "verify_timeout",
    "migration_grace",
    "concurrency",
    "wait_timeout",
    "plan_max_age",
    "hold_pipelines",
    "journal",
    "max_failures",
)
# How pipelines are judged, as all modules that look at them are told.
_OF_PIPELINES = ("readiness_expand", "task_support", "task_support_file")
# What Terraform manages, for the same.
_OF_TERRAFORM = ("terraform_state", "terraform_confirmed")
# What a way back after a wave has of them.
_OF_A_WAY_BACK = (
    "include_disabled",
    "allow_in_use",
    "compare",
    "verify_timeout",
    "journal",
    "concurrency",
    "wait_timeout",
)
_TARGETS = {"migrate_issuer": ENTRA_ISSUER, "revert": SERVICE_PRINCIPAL}


def target_of(said: Said) -> str:
    """Where the entry point moves connections to."""
    return _TARGETS.get(said.entry) or str(said.get("to") or FEDERATION)


def convert_options(said: Said, scope: Scope, *, check_mode: bool, skipped: t.Sequence[str] = ()) -> Json:
    """How connections are moved on a host, the same for the plan of it as for itself.

    :param skipped: ids of connections that the person at the terminal wants to leave alone.
    """
    to = target_of(said)
    asked = said.get("confirm") == "each" and not check_mode
    return _given(
        {
            **{name: said.get(name) for name in (*_SAME, *_OF_PIPELINES, *_OF_TERRAFORM, "readiness")},
            "to": to,
            "exclude": [*scope.exclude, *skipped] or None,
            # Who is asked about each connection is asked about the shared ones, too; Enter leaves them alone.
            "shared": "include" if asked else said["shared"],
            # Only what a conversion broke is taken back, and that takes a test before and one after.
            "revert_on_failure": to == FEDERATION and said["verify"] == "both" and said["rollback_scope"] != "none",
            # What is about another target has no meaning here, and the module says so; variables may be those of a whole fleet.
            "reconvert_on_failure": to == SERVICE_PRINCIPAL and bool(said.get("reconvert_on_failure")),
            "resend": to == ENTRA_ISSUER and bool(said.get("resend")),
            "remove_old_credential": said.removes,
            "federated_credential": None if to == SERVICE_PRINCIPAL else _credential(said, scope),
        }
    )


def back_options(said: Said, ids: t.Sequence[str], projects: t.Sequence[str] | None) -> Json:
    """How what a wave has moved is taken back."""
    return _given(
        {
            **{name: said[name] for name in _OF_A_WAY_BACK},
            "to": SERVICE_PRINCIPAL,
            "projects": projects,
            "connections": list(ids),
            "shared": "include",
            "verify": "none" if said["verify"] == "none" else "after",
        }
    )


def info_options(said: Said, scope: Scope) -> Json:
    """What is read on a host."""
    return _given(
        {
            **scope.read,
            "concurrency": said["concurrency"],
            "schemes": said.get("schemes"),
            "include": _parts(said),
            **{name: said.get(name) for name in _OF_TERRAFORM},
            **({name: said.get(name) for name in _OF_PIPELINES} if "pipelines" in (_parts(said) or ()) else {}),
        }
    )


def _parts(said: Said) -> list[str] | None:
    """What is read beside the connections themselves; those of other types with the old issuer always where that is told, so nobody has to ask for them."""
    own = _of_each(said)
    return [*(own or ()), "other_types"] if _tells_other_types(said) else own


def _tells_other_types(said: Said) -> bool:
    """Whoever names connections asks about those, and not about all of their projects."""
    told = said.entry == "report" or (said.entry == "watch" and "issuer" in said["watch"])
    return told and said.named is None


def _of_each(said: Said) -> list[str] | None:
    if said.entry == "verify":
        return ["verification", *(["usage"] if said["runs_since"] else [])]
    if said.entry == "watch":
        kinds = set(said["watch"])
        return [*(["usage"] if "unused" in kinds else []), *(["identity"] if kinds & {"secret", "leftover"} else [])]
    if said.entry == "readiness":
        return ["usage", "pipelines"]
    if said.entry == "export":
        return ["as_code"]
    parts: list[str] | None = said.get("include")
    if said.get("readiness") in ("require", "warn") and "pipelines" not in (parts or ()):
        return [*(parts or ()), "pipelines"]
    return parts


def days(said: Said) -> dict[str, int]:
    """How many days ahead to look, for each kind that is watched."""
    return {kind: said.get(f"watch_{kind}_days") or 0 for kind in said["watch"]}


def _credential(said: Said, scope: Scope) -> Json | None:
    mode = said.get("federated_credential")
    if not mode:
        return None
    return {
        "mode": mode,
        "audience": said["credential_audience"] or None,
        "probe": said["credential_probe"],
        "pairs": scope.pairs,
    }


def _given(options: Json) -> Json:
    return {name: value for name, value in options.items() if value is not None and value != ""}
