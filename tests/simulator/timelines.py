# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The timeline of a run: its stages, phases, jobs and tasks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from . import task_catalog
from .access import need_right
from .calls import Call
from .clock import iso_ticks
from .errors import Failure
from .identifiers import guid
from .implicit_pipelines import build_of
from .pipeline_state import Build
from .replies import Reply, answer


def get_timeline(call: Call) -> Reply:
    """Every task that ran, whatever file, template or variable it came from."""  # documented: pipeline readiness 3
    need_right(call, "reads_pipelines", "View builds")
    text = call.parameters["build_id"]
    build = build_of(call.world, call.the_project, int(text)) if text.isdigit() else None
    if build is None or _gone(call, build):
        raise Failure(404, "BuildNotFoundException", f"The requested build {text} could not be found.")  # assumed: text
    identifier = guid("timeline", call.the_project.id, build.id)
    return answer(
        {
            "records": _Records(call, build).rows,
            "lastChangedBy": "00000002-0000-8888-8000-000000000000",
            "lastChangedOn": iso_ticks(build.finished or build.started),
            "id": identifier,
            "changeId": 17,
            "url": f"{call.site.organization_url}/{call.the_project.id}/_apis/build/builds/{build.id}/Timeline/{identifier}",
        }
    )


def _gone(call: Call, build: Build) -> bool:
    """Runs are deleted after a while, and executions stay."""  # assumed
    days = call.knobs.build_retention_days
    return days > 0 and build.finished is not None and call.site.clock.now() - build.finished > timedelta(days=days)


class _Records:
    def __init__(self, call: Call, build: Build) -> None:
        self.call, self.build = call, build
        self.rows: list[dict[str, Any]] = []
        state = None if build.finished is None else build.result
        stage = self._add("Stage", "__default", None, state, identifier="__default")
        self._add("Checkpoint", "Checkpoint", stage, "succeeded", identifier="Checkpoint")
        phase = self._add("Phase", "Job", stage, state, identifier="Job")
        job = self._add("Job", "Job", phase, state, identifier="Job.__default")
        self._add("Task", "Initialize job", job, "succeeded")
        self._checkout(job)
        for number, (reference, result) in enumerate(results(build), 1):
            self._task(job, number, reference, result)
        self._add("Task", "Finalize Job", job, state)

    def _checkout(self, job: str) -> None:
        """Whether it names its task, which is installed nowhere, is a knob."""
        shown = self.call.knobs.checkout_in_timeline == "task"
        name = f"Checkout {self.build.pipeline.repository.name}@main to s"
        self._add("Task", name, job, "succeeded", task=_checkout() if shown else None)

    def _task(self, job: str, number: int, reference: str, result: str | None) -> None:
        task = task_catalog.reference(reference, self.call.world.pipelines.installed_tasks)
        self._add("Task", task["name"], job, result, task=task, identifier=f"Job.__default.{task['name']}{number}")

    def _add(
        self,
        kind: str,
        name: str,
        parent: str | None,
        result: str | None,
        *,
        task: dict[str, str] | None = None,
        identifier: str | None = None,
    ) -> str:
        """`result` None: it is at work still."""
        place = len(self.rows) + 1
        made = guid("record", self.call.the_project.id, self.build.id, place)
        started = self.build.started + timedelta(seconds=place)
        end = None if result is None else self.build.finished or started + timedelta(seconds=1)
        self.rows.append(
            {
                "previousAttempts": [],
                "id": made,
                "parentId": parent,
                "type": kind,
                "name": name,
                "startTime": iso_ticks(started),
                "finishTime": None if end is None else iso_ticks(end),
                "currentOperation": None,
                "percentComplete": None,
                "state": "inProgress" if result is None else "completed",
                "result": result,
                "resultCode": None,
                "changeId": place,
                "lastModified": "0001-01-01T00:00:00",
                "workerName": "Hosted Agent" if kind in ("Job", "Task") else None,
                "order": place,
                "details": None,
                "errorCount": 1 if result == "failed" else 0,
                "warningCount": 0,
                "url": None,
                "log": None,
                "task": task,
                "attempt": 1,
                "identifier": identifier,
            }
        )
        return made


def results(build: Build) -> list[tuple[str, str | None]]:
    """Each task with its result; of a run that failed the last one failed, of one at work it is at work."""
    found: list[tuple[str, str | None]] = [
        (item, "succeeded") if isinstance(item, str) else (item[0], item[1]) for item in build.tasks
    ]
    if found and isinstance(build.tasks[-1], str) and (build.finished is None or build.result == "failed"):
        found[-1] = (found[-1][0], None if build.finished is None else "failed")
    return found


def _checkout() -> dict[str, str]:
    return {"id": task_catalog.CHECKOUT, "name": "Checkout", "version": "1.0.0"}
