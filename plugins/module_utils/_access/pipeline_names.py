# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which pipeline of a project is meant by an id, a name or a path.

PRIVATE to the collection. Names are unique in a folder, not in a project, so a name alone that two folders have is refused.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._errors import NotPermittedError, OptionError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Project
from ansible_collections.azdo.connections.plugins.module_utils._model.nearest import did_you_mean
from ansible_collections.azdo.connections.plugins.module_utils._model.reading import read_strictly
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_pipelines import AzurePipelines

_PATTERNS = ("*", "?")
_ID = re.compile(r"[1-9][0-9]*")
# So many names of a project are listed when a name is not among them.
_MOST_HINTS = 2000


class PipelineNames:
    """The pipelines of an organization by what people call them; each name is asked for once."""

    def __init__(self, pipelines: AzurePipelines) -> None:
        self._pipelines = pipelines
        self._known: dict[tuple[str, str], int] = {}

    def id_of(self, option: str, project: Project, called: str) -> int:
        """The id of the one pipeline. :raises OptionError: it is none, or several."""
        if is_id(called):
            return int(called)
        key = (project.id.lower(), called.casefold())
        if key not in self._known:
            try:
                self._known[key] = self._find(option, project, called)
            except NotPermittedError as error:
                raise OptionError(
                    f"{option} has {called!r}, and this caller may not look up the pipelines of {project.name!r}: {error.message}",
                    remedy="Give the id of the pipeline (definitionId in its address), or a sign-in that may view builds: Build (Read), vso.build.",
                ) from error
        return self._known[key]

    def _find(self, option: str, project: Project, called: str) -> int:
        if any(sign in called for sign in _PATTERNS):
            raise OptionError(
                f"{option} has {called!r}, which is a pattern.",
                remedy="Name each pipeline; authorize_all_pipelines is for all of them.",
            )
        folder, name = split_path(called)
        found = [item for item in self._called(project, name) if folder is None or same_folder(item[1], folder)]
        if not found and folder is not None and "\\" not in called:
            # A name may have a slash in it.
            found = self._called(project, called)
        if len(found) == 1:
            return found[0][0]
        if found:
            places = ", ".join(f"{path_of(path, name)} ({id_})" for id_, path, name in found)
            raise OptionError(
                f"{option} has {called!r}, which several pipelines of {project.name!r} are called: {places}.",
                remedy="Give the path or the id of the one that is meant.",
            )
        raise OptionError(
            f"{option} has {called!r}, which no pipeline of {project.name!r} is called that this caller sees.{self._hint(project, called)}",
            remedy=r"Give its name, its path (\folder\name), or its id, which is the number at the end of its address (definitionId).",
        )

    def _called(self, project: Project, name: str) -> list[tuple[int, str, str]]:
        """Id, folder and name of the pipelines with exactly that name: whether the service compares loosely is its own business."""
        items = [_entry(item) for item in self._pipelines.pipeline_names(project.id, name)]
        return [item for item in items if item[2].casefold() == name.casefold()]

    def _hint(self, project: Project, called: str) -> str:
        names: list[str] = []
        for item in self._pipelines.pipeline_names(project.id):
            _id, path, name = _entry(item)
            names += [name, path_of(path, name)]
            if len(names) >= _MOST_HINTS:
                break
        return did_you_mean(called, names)


def is_id(called: str) -> bool:
    r"""A pipeline whose name is a number is called by its path: ``\41``."""
    return _ID.fullmatch(called) is not None


def _entry(item: t.Any) -> tuple[int, str, str]:
    found = read_strictly(
        "a pipeline", item, lambda fields: (fields.number("id"), fields.text("path"), fields.text("name"))
    )
    return found[0] or 0, found[1], found[2]


def split_path(called: str) -> tuple[str | None, str]:
    r"""Folder and name of what people write: ``\a\b\deploy``, ``a/b/deploy``; no folder for a name alone, and the topmost one for ``\deploy``."""
    text = called.replace("/", "\\")
    folder, slash, name = text.rpartition("\\")
    return (folder.strip("\\") if slash else None), name


def same_folder(path: str, folder: str) -> bool:
    r""":param path: as the service writes it, ``\`` or ``\a\b``."""
    return path.strip("\\").casefold() == folder.casefold()


def path_of(path: str, name: str) -> str:
    """What names a pipeline in any project: its folder and its name."""
    folder = path.strip("\\")
    return f"\\{folder}\\{name}" if folder else f"\\{name}"
