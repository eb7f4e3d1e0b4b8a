# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What uses a connection: tasks of pipelines and other holders, as far as they could be read, and what could not.

PRIVATE to the collection, and pure. What that means for a conversion is said by the rules.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

# Whether a step reads the key of the service principal: it does; its script gets it, and nobody can look at that; nobody has looked; it does not.
KeyUse = t.Literal["reads", "unseen", "not_looked_at", ""]
# How one knows of a use: a run that used the connection, the definition, its YAML as the service expands it, or the thing itself that holds the connection.
Source = t.Literal["run", "definition", "expanded_yaml", "setting"]


@dataclass(frozen=True, kw_only=True)
class ConnectionUse:
    """One use of a connection.

    :param kind: ``build``, ``release``, ``check``, ``variable_group`` or ``scale_set_pool``; ``id`` and ``name`` say which.
    :param task: name of the task, or what holds the connection where that is no task; empty if it is not known. :param version: its major version.
    :param place: where the step stands. :param line: its line in the expanded YAML.
    :param run: the id of the run that shows it. :param at: when that ended, or when the rest was read; ISO 8601, UTC.
    :param foreign: whether the task comes with an extension.
    :param doubt: why nobody can tell what this use is; empty if one can.
    """

    project: str
    project_id: str
    kind: str
    id: int
    name: str
    source: Source
    at: str
    repository: str = ""
    task: str = ""
    version: str = ""
    place: str = ""
    line: int | None = None
    run: int | None = None
    doubt: str = ""
    key_use: KeyUse = ""
    foreign: bool = False


@dataclass(frozen=True)
class PipelineFacts:
    """All uses of one connection that were seen, and sentences about what could not be read."""

    uses: tuple[ConnectionUse, ...] = ()
    unread: tuple[str, ...] = ()
