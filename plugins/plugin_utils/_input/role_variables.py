# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of the role fleet: which there are, at which entry points, of what kind, and what a person said with them.

PRIVATE to the collection, and pure. meta/argument_specs.yml of the role says what each of them means; a test compares the two.
"""

from __future__ import annotations

import difflib
import re
import typing as t
from dataclasses import dataclass, field

from ansible_collections.azdo.connections.plugins.plugin_utils._input import value_forms
from ansible_collections.azdo.connections.plugins.plugin_utils._input.value_forms import DEFAULT_SIZES, filled

PREFIX = "fleet_"
# What only the playbooks know: they are needed before any action runs.
OF_PLAYBOOKS = ("fleet_hosts", "fleet_serial")

READING = ("report", "readiness", "verify", "watch", "export")
WRITING = ("convert", "migrate_issuer")
PLANNED = ("plan", *WRITING)
MOVING = (*PLANNED, "revert")
# Those that look at pipelines.
JUDGING = ("report", "readiness", *PLANNED)
EVERY = (*READING, *MOVING)

TARGETS = ("workload_identity_federation", "service_principal", "entra_issuer")
SCHEMES = ("workload_identity_federation", "service_principal", "managed_identity", "publish_profile")
# What can run out; a sentence for each is in _rollout/deadlines.py.
WATCHED = ("revert", "secret", "unused", "issuer", "leftover")
# What is not as it should be, whenever that began; only where somebody asks for it.
WATCHED_STATES = ("not_ready", "unread", "new_secret")
PARTS = ("usage", "permissions", "checks", "identity", "verification", "pipelines")


@dataclass(frozen=True)
class Variable:
    """One variable of the role.

    :param entries: the entry points that know it. :param kind: the function of value_forms.py that reads it.
    :param choices: what it may be. :param narrows: whether it says which connections are meant, so that blank must never come to mean "everything".
    :param holds: whether it keeps some of them from being moved, so that blank must never come to mean "none".
    """

    entries: t.Sequence[str]
    kind: t.Literal[
        "names",
        "ids",
        "text",
        "path",
        "flag",
        "number",
        "choice",
        "choices",
        "digest",
        "plan",
        "sizes",
        "pairs",
        "tasks",
    ]
    default: t.Any = None
    choices: t.Sequence[str] = ()
    narrows: bool = False
    holds: bool = False

    @property
    def must_say_something(self) -> bool:
        """Whether blank, where something was to be said, would let more be moved."""
        return self.narrows or self.holds

    @property
    def is_text(self) -> bool:
        """Whether a number or a flag was a text before something made one of it."""
        return self.kind in ("names", "ids", "text", "path", "digest")

    def read(self, value: t.Any) -> t.Any:
        """What the value means; the default for one that was left blank. :raises ValueError: nothing of the kind."""
        if filled(value) is None or value == self.default:
            return self.default
        form: t.Callable[..., t.Any] = getattr(value_forms, self.kind)
        return form(value, self.choices) if self.choices else form(value)


VARIABLES: dict[str, Variable] = {
    "fleet_projects": Variable(EVERY, "names", narrows=True),
    "fleet_connections": Variable(EVERY, "names", narrows=True),
    "fleet_exclude": Variable(MOVING, "names", narrows=True),
    "fleet_schemes": Variable(("verify",), "choices", choices=SCHEMES, narrows=True),
    "fleet_include": Variable(("report",), "choices", choices=PARTS),
    "fleet_to": Variable(("report", "plan"), "choice", TARGETS[0], choices=TARGETS),
    "fleet_allow_unread": Variable(EVERY, "names"),
    "fleet_whole_organization": Variable((*WRITING, "revert"), "flag", False),
    "fleet_shared": Variable(MOVING, "choice", "skip", choices=("skip", "include")),
    "fleet_include_disabled": Variable(MOVING, "flag", False),
    "fleet_allow_in_use": Variable(MOVING, "flag", False),
    "fleet_allow_irreversible": Variable(MOVING, "flag", False),
    "fleet_attempt_as_non_user": Variable(PLANNED, "flag", False),
    "fleet_hold_pipelines": Variable(PLANNED, "names", holds=True),
    "fleet_readiness": Variable(JUDGING, "choice", choices=("", "require", "warn", "ignore"), holds=True),
    "fleet_readiness_expand": Variable(JUDGING, "flag", False),
    "fleet_task_support": Variable(JUDGING, "tasks"),
    "fleet_task_support_file": Variable(JUDGING, "path", ""),
    "fleet_terraform_state": Variable((*JUDGING, "revert"), "names", holds=True),
    "fleet_terraform_confirmed": Variable((*JUDGING, "revert"), "names"),
    "fleet_federated_credential": Variable(PLANNED, "choice", "", choices=("", "create", "require")),
    "fleet_credential_audience": Variable(PLANNED, "text", ""),
    "fleet_credential_probe": Variable(PLANNED, "flag", False),
    "fleet_credential_pairs": Variable(PLANNED, "pairs"),
    "fleet_credential_pairs_file": Variable(PLANNED, "path", ""),
    "fleet_migration_grace": Variable(("plan", "migrate_issuer"), "number", 120),
    "fleet_resend": Variable(("plan", "migrate_issuer"), "flag", False),
    "fleet_remove_old_credential": Variable(("migrate_issuer",), "flag", False),
    "fleet_revert_all": Variable(("revert",), "flag", False),
    "fleet_batch_journal": Variable(("revert",), "path", ""),
    "fleet_batch_ids": Variable(("verify", "revert"), "ids", narrows=True),
    "fleet_migrated_ids": Variable(("verify",), "ids", narrows=True),
    "fleet_runs_since": Variable(("verify",), "flag", False),
    "fleet_reconvert_on_failure": Variable(("revert",), "flag", False),
    "fleet_confirm": Variable(WRITING, "choice", "plan", choices=("plan", "none", "each")),
    "fleet_plan_digest": Variable((*WRITING, "revert"), "digest", ""),
    "fleet_plan_path": Variable(MOVING, "path", ""),
    "fleet_plan": Variable(WRITING, "plan"),
    "fleet_plan_max_age": Variable(PLANNED, "number", 72),
    "fleet_waves": Variable(WRITING, "sizes", DEFAULT_SIZES),
    "fleet_canary": Variable(WRITING, "names"),
    "fleet_wave_failures": Variable(WRITING, "number", 0),
    "fleet_max_failures": Variable(MOVING, "number", ""),
    "fleet_soak": Variable(WRITING, "number", 0),
    "fleet_require_successful_run": Variable(WRITING, "flag", False),
    "fleet_rollback_scope": Variable(PLANNED, "choice", "failed", choices=("none", "failed", "wave")),
    "fleet_verify": Variable(MOVING, "choice", "both", choices=("before", "after", "both", "none")),
    "fleet_compare": Variable(MOVING, "choice", "all", choices=("all", "none")),
    "fleet_verify_timeout": Variable(MOVING, "number", 300),
    "fleet_wait_timeout": Variable(MOVING, "number", 300),
    "fleet_journal": Variable(MOVING, "path", ""),
    "fleet_concurrency": Variable(EVERY, "number", 8),
    "fleet_slices": Variable(EVERY, "number", 1),
    # Nothing to watch would look like nothing that runs out.
    "fleet_watch": Variable(("watch",), "choices", list(WATCHED), choices=(*WATCHED, *WATCHED_STATES)),
    "fleet_watch_secrets_since": Variable(("watch",), "text", ""),
    "fleet_watch_allowed_secrets": Variable(("watch",), "names"),
    "fleet_history": Variable(("report", "watch"), "path", ""),
    "fleet_watch_revert_days": Variable(("watch",), "number", 2),
    "fleet_watch_secret_days": Variable(("watch",), "number", 30),
    "fleet_watch_unused_days": Variable(("watch",), "number", 14),
    "fleet_watch_issuer_days": Variable(("watch",), "number", 90),
    "fleet_export_path": Variable(("export",), "names"),
    "fleet_report_path": Variable(EVERY, "names"),
    "fleet_report_folder": Variable(EVERY, "path", ""),
    "fleet_report_title": Variable(EVERY, "text", ""),
    "fleet_report_handed_on": Variable(EVERY, "flag", False),
    "fleet_report_people": Variable(EVERY, "flag", True),
    "fleet_owner_by": Variable(EVERY, "text", ""),
    "fleet_table_rows": Variable(EVERY, "number", 200),
}
# Jobs of AWX hand on under names that end with the number of the job, so that those of slices do not overwrite each other.
_OF_JOBS = ("fleet_batch_ids", "fleet_migrated_ids")
_PART = re.compile(r"(fleet_[a-z_]+?)(_[0-9]+)+")
# So alike are two words that differ by a slip of the hand; of what is less alike somebody may have made a variable of their own.
_A_SLIP = 0.8
# A blank or an empty list of these would be nothing to do, and look like success.
_NEVER_EMPTY = ("fleet_watch", "fleet_schemes")


class VariablesError(Exception):
    """What a person said makes no sense; the message has a sentence for each variable."""


@dataclass(frozen=True)
class Said:
    """What was said for one host.

    :param values: by the name of the variable, without its prefix, in the types of the table. :param blank: what narrows or holds, was set, and came out blank.
    """

    entry: str
    values: t.Mapping[str, t.Any]
    blank: tuple[str, ...] = field(default=())

    @property
    def removes(self) -> bool:
        """Whether nothing is migrated, and credentials that migrations have left behind are removed."""
        return bool(self.values.get("remove_old_credential"))

    @property
    def in_slices(self) -> bool:
        """Whether the hosts of this job are only some of those that are meant."""
        return int(self.values["slices"]) > 1

    @property
    def ids(self) -> list[str]:
        """The connections that earlier jobs have moved, as those hand them on."""
        return [*(self.values.get("batch_ids") or ()), *(self.values.get("migrated_ids") or ())]

    @property
    def moved_nothing(self) -> bool:
        """Whether earlier jobs say that they have moved nothing, and nobody has named anything else to look at."""
        lists = [self.values.get(name) for name in ("batch_ids", "migrated_ids")]
        return [] in lists and not self.ids and not self.values.get("connections")

    @property
    def named(self) -> list[str] | None:
        """The connections that are meant: those that a person named, and where the entry point only looks, what earlier jobs have moved, too."""
        named: list[str] | None = self.values.get("connections")
        return [*(named or ()), *self.ids] if self.ids and self.entry in READING else named

    def __getitem__(self, name: str) -> t.Any:
        return self.values[name]

    def get(self, name: str) -> t.Any:
        """The value, or None where the entry point does not know the variable."""
        return self.values.get(name)


def hear(entry: str, values: t.Mapping[str, t.Any], blank: t.Iterable[str] = ()) -> Said:
    """What a person said. :param values: of the variables that are set, evaluated, by their full names.

    :param blank: the names of those that were set to something, and came out blank. :raises VariablesError: of all that is wrong.
    """
    found: dict[str, t.Any] = {}
    wrong: list[str] = []
    for name, variable in VARIABLES.items():
        if entry not in variable.entries:
            continue
        try:
            found[name.removeprefix(PREFIX)] = variable.read(values.get(name, variable.default))
            if name in _NEVER_EMPTY and found[name.removeprefix(PREFIX)] == []:
                raise ValueError("is an empty list, so nothing would be looked at. Leave it out, or name something")
        except ValueError as error:
            told = f"{name} {error}"
            wrong.append(told if told.endswith("?") else f"{told}.")
    if found.get("slices") == 0:
        wrong.append("fleet_slices is 0: it is the number of jobs among which the hosts are divided, at least 1.")
    if wrong:
        raise VariablesError(" ".join(wrong))
    # The jobs of all slices run side by side, and share the budget of the caller.
    found["concurrency"] = max(1, found["concurrency"] // found["slices"])
    return Said(entry, found, tuple(name for name in blank if name in VARIABLES and VARIABLES[name].must_say_something))


def of_jobs(name: str) -> str:
    """The variable of which a job has handed on a part under this name, such as ``fleet_batch_ids_17``; empty for any other name."""
    part = _PART.fullmatch(name)
    return part[1] if part and part[1] in _OF_JOBS else ""


def known() -> list[str]:
    """The names of all variables, for what a misspelt one may have meant."""
    return [*VARIABLES, *OF_PLAYBOOKS]


def meant(name: str) -> str:
    """The variable that a misspelt name is so near to that nothing else can be meant, or an empty text."""
    if name in VARIABLES or name in OF_PLAYBOOKS or of_jobs(name):
        return ""
    bare = {text.removeprefix(PREFIX): text for text in known()}
    near = difflib.get_close_matches(name.removeprefix(PREFIX), bare, n=1, cutoff=_A_SLIP)
    return bare[near[0]] if near else ""
