# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests that may be repeated, and taking back what was done.

PRIVATE to the collection. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AmbiguousWriteError,
    AzdoError,
    NotAcceptedError,
    NotFoundError,
    ServiceError,
    StoppedError,
)
from ansible_collections.azdo.connections.plugins.module_utils._rest.pacing import Stop, persist, tries


def patiently(write: t.Callable[[], object], stop: Stop, patience: float, *, gone_is_good: bool = True) -> object:
    """A request that may be sent again, because it says how things shall be, or takes away what may be gone already. Conflicts pass (8.3).

    :param gone_is_good: for what takes something away: then the result is None when it is not there.
    """

    def attempt() -> object:
        try:
            return write()
        except NotFoundError:
            if not gone_is_good:
                raise
            return None

    return persist(attempt, tries(stop, patience), _passes)


def _passes(error: AzdoError) -> bool:
    """Not sent, not known, or in the way of somebody else (8.3)."""
    if isinstance(error, NotAcceptedError | AmbiguousWriteError):
        return True
    return isinstance(error, ServiceError) and (error.status == 409 or error.status >= 500)


class KeptError(AzdoError):
    """It must not be taken back, because something else uses it by now."""

    code = "in_use"


@dataclass(frozen=True, eq=False)
class Step:
    """Something that was done or tried. ``take_back`` says with False that there was nothing to take back.

    :param without: the label of what needs it: as long as that is there, it stays.
    """

    label: str
    take_back: t.Callable[[], object]
    without: str = ""


class Undo:
    """What a task did, and how each of it is taken back. A step is written down before its request goes out, whose answer may be lost.

    :param restores: taking back means to make something again, not to remove it.
    """

    def __init__(self, stop: Stop, patience: float, *, restores: bool = False) -> None:
        self._stop = stop
        self._patience = patience
        self._restores = restores
        self._steps: list[Step] = []

    def add(self, label: str, take_back: t.Callable[[], object], *, without: str = "") -> Step:
        step = Step(label, take_back, without)
        self._steps.append(step)
        return step

    def forget(self, step: Step) -> None:
        """It was not done after all, or not by this task."""
        self._steps.remove(step)

    @property
    def labels(self) -> list[str]:
        return [step.label for step in self._steps]

    def run(self, error: AzdoError, *, done: str, failed: str) -> set[str]:
        """Newest first. What came of it goes into the remedy of the error that made it necessary. The labels of what could not be taken back.

        :raises StoppedError: the task is over.
        """
        good: list[str] = []
        bad: dict[str, str] = {}
        kept: dict[str, str] = {}
        for step in reversed(self._steps):
            if step.without in bad | kept:
                kept[step.label] = f"{step.label} (it belongs to {step.without})"
                continue
            try:
                took = patiently(step.take_back, self._stop, self._patience, gone_is_good=not self._restores)
                if took is not False:
                    good.append(step.label)
            except StoppedError:
                raise
            except KeptError as why:
                kept[step.label] = f"{step.label} ({why.message})"
            except AzdoError as problem:
                bad[step.label] = f"{step.label} ({problem.message})"
        told = [
            f"{words}: {', '.join(labels)}."
            for words, labels in (
                (done, good),
                (failed, bad.values()),
                ("It stays, because it is in use", kept.values()),
            )
            if labels
        ]
        error.remedy = " ".join(text for text in (error.remedy, *told) if text)
        return {*bad, *kept}
