# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what uses a connection goes on working with workload identity federation: a verdict for each use, and the worst of them for the connection.

PRIVATE to the collection, and pure. What nobody can tell is ``unknown``, and never ``ready``.
"""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json
from ansible_collections.azdo.connections.plugins.module_utils._model.pipeline_facts import (
    ConnectionUse,
    PipelineFacts,
)
from ansible_collections.azdo.connections.plugins.module_utils._rules.task_support import HOLDERS, TaskSupport

READY, UNKNOWN, UNUSED = "ready", "unknown", "unused"
# The worst first. ``unused``: everything was read, and nothing uses the connection.
VERDICTS = ("not_supported", "update_task", "reads_secret", UNKNOWN, READY, UNUSED)
# Not a doubt about the task, and said all the same.
_UNLOOKED = "The task supports it; whether its script reads the key of the service principal was not looked at."
# What is known to break.
BREAKS = ("not_supported", "update_task", "reads_secret")


@dataclass(frozen=True)
class JudgedUse:
    """A use, what becomes of it, and why; ``use_instead`` is the task that would do, such as ``AzureFileCopy@6``."""

    use: ConnectionUse
    verdict: str
    why: str = ""
    use_instead: str = ""

    def to_result(self) -> Json:
        """The documented shape of one of the ``pipelines`` of a connection, without its link."""
        use = self.use
        return {
            "project": use.project,
            "project_id": use.project_id,
            "kind": use.kind,
            "id": use.id,
            "name": use.name,
            "repository": use.repository or None,
            "task": use.task or None,
            "version": use.version or None,
            "place": use.place or None,
            "line": use.line,
            "verdict": self.verdict,
            "why": self.why or None,
            "use_instead": self.use_instead or None,
            "evidence": {"source": use.source, "run": use.run, "at": use.at},
        }


@dataclass(frozen=True)
class Readiness:
    """All of one connection. ``unread`` are sentences about what could not be read."""

    verdict: str
    uses: tuple[JudgedUse, ...]
    unread: tuple[str, ...]

    @property
    def breaking(self) -> tuple[JudgedUse, ...]:
        return tuple(item for item in self.uses if item.verdict in BREAKS)

    @property
    def unknown(self) -> tuple[JudgedUse, ...]:
        return tuple(item for item in self.uses if item.verdict == UNKNOWN)


def readiness(facts: PipelineFacts, support: TaskSupport, *, strictly: bool = False) -> Readiness:
    """Judge all that is known of a connection. :param strictly: whether a script that nobody has looked at is no less unknown than a task."""
    uses = tuple(judged(use, support, strictly=strictly) for use in facts.uses)
    found = {item.verdict for item in uses} | ({UNKNOWN} if facts.unread else set())
    return Readiness(next((verdict for verdict in VERDICTS if verdict in found), UNUSED), uses, facts.unread)


def judged(use: ConnectionUse, support: TaskSupport, *, strictly: bool = False) -> JudgedUse:
    """One use. A task that is too old counts more than the secret that it reads: both have to go."""
    if use.doubt:
        return JudgedUse(use, UNKNOWN, use.doubt)
    known = support.of(use.task, use.version, foreign=use.foreign)
    name = f"{use.task}@{use.version}" if use.version else use.task
    if known is None:
        return JudgedUse(use, UNKNOWN, _no_row(use, name, support))
    if not known.supported:
        verdict = "update_task" if known.use_instead else "not_supported"
        return JudgedUse(use, verdict, f"{name} does not support workload identity federation.", known.use_instead)
    if use.key_use == "reads":
        return JudgedUse(
            use,
            "reads_secret",
            f"The script of {name} reads the key of the service principal: after a conversion there is none, and idToken instead.",
        )
    if use.key_use == "unseen":
        return JudgedUse(
            use,
            UNKNOWN,
            f"{name} hands the key of the service principal to its script, and what that does could not be looked at.",
        )
    if use.key_use == "not_looked_at":
        return JudgedUse(use, UNKNOWN if strictly else READY, _UNLOOKED)
    return JudgedUse(use, READY)


def _no_row(use: ConnectionUse, name: str, support: TaskSupport) -> str:
    if use.task in HOLDERS:
        return f"Whether a {HOLDERS[use.task]} goes on working is in no table."
    if not use.version:
        return f"Which version of {name} runs is not said."
    if support.names(use.task) and not use.foreign:
        return f"{name} is a version that is in no table."
    return f"{name} is in no table: its publisher knows."
