# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an answer lacks for being trusted and sent back whole. Rows, coverage and changes all go by this one rule.

PRIVATE to the collection, and pure. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ArmConnection

# The three ways in which an answer can be short of something. They are reason codes, too.
Shortness = t.Literal["unreadable_answer", "no_permission", "incomplete_answer"]


def incomplete(connection: ArmConnection, names_projects: bool, seen_in: t.Collection[str] = ()) -> str:
    """What the answer lacks for being sent back whole, or an empty text. Sending back less than there is would take it away (2.11).

    :param names_projects: whether this service names the projects of a connection at all.
    :param seen_in: the ids of the projects whose lists show it.
    """
    if connection.unreadable:
        return f"unreadable: {connection.unreadable}"
    if connection.partial:
        return "data, type or authorization"
    if not names_projects:
        return ""
    if not connection.raw.get("serviceEndpointProjectReferences"):
        return "project references"
    if len(connection.references) != len(connection.raw["serviceEndpointProjectReferences"]):
        return "ids of project references"
    if connection.raw.get("isShared") is True and len(connection.references) < 2:
        return "project references of a shared connection"
    if not {reference.id for reference in connection.references}.issuperset(seen_in):
        return "the reference to a project that shows it"
    return ""


def shortness(connection: ArmConnection) -> Shortness:
    """The kind of what is :func:`incomplete`: a field of the wrong kind; what a caller without rights is shown (2.3); or a whole answer with a gap."""
    if connection.unreadable:
        return "unreadable_answer"
    return "no_permission" if connection.partial else "incomplete_answer"
