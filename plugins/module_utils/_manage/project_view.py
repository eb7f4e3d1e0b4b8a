# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The project of one task, the connection and the identity it names, and waiting until the connection is at rest.

PRIVATE to the collection. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import math
import re
import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._access.resolved import Names
from ansible_collections.azdo.connections.plugins.module_utils._access.wishes import HOW_EXACT, AccessIn
from ansible_collections.azdo.connections.plugins.module_utils._desired.desired_state import (
    Caller,
    Desired,
    Share,
    Target,
)
from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AzdoError,
    NotFoundError,
    NotPermittedError,
    OptionError,
)
from ansible_collections.azdo.connections.plugins.module_utils._manage.taken_names import the_one
from ansible_collections.azdo.connections.plugins.module_utils._model.completeness import incomplete
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ArmConnection, Json, Project
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_devops import AzureDevOps
from ansible_collections.azdo.connections.plugins.module_utils._rest.pacing import tries
from ansible_collections.azdo.connections.plugins.module_utils._run.runtime import Runtime

# What is left of 007, 1.10 or yes without quotes.
_LIKE_A_VALUE = re.compile(r"True|False|[-+]?\d+(\.\d+)?(e[-+]?\d+)?", re.IGNORECASE)


class UnfinishedError(AzdoError):
    """Azure DevOps is still at it, or has given up."""

    code = "not_ready"


class DeletionFailedError(AzdoError):
    """Azure DevOps tried to delete it and could not: it is still there."""

    code = "deletion_failed"


class OperationFailedError(AzdoError):
    """Azure DevOps accepted a request and could not carry it out in the end. What there was before is still there."""

    code = "operation_failed"


class ProjectView:
    """One project, as one task sees it."""

    def __init__(self, runtime: Runtime, desired: Desired) -> None:
        self.runtime = runtime
        self.desired = desired
        self.caller = caller_of(runtime)
        self.client: AzureDevOps = runtime.azure_devops
        self.project = self.resolve("project", desired.project)
        self.target = Target(project=self.project)

    def tries(self, at_most: float = math.inf) -> t.Iterator[float]:
        """Tries until ``wait_timeout`` (or the shorter time) is over."""
        return tries(self.runtime.stop, min(at_most, float(self.runtime.params["wait_timeout"])))

    def resolve_names(self) -> None:
        """Every name of the task resolved in ``target``, before anything is read about the connection. Whose identity it is comes later."""
        desired, shares = self.desired, None
        if desired.shares is not None:
            shares = tuple((self.resolve("shared_with", item.project), item) for item in desired.shares)
            ids = [project.id for project, _share in shares]
            if len(set(ids)) < len(ids) or self.project.id in ids:
                raise OptionError(
                    "shared_with names a project twice, or the owning project.", remedy="Name each other project once."
                )
        self.target = Target(project=self.project, shares=shares, access=self._access(shares or ()))

    def _access(self, shares: t.Iterable[tuple[Project, Share]]) -> tuple[AccessIn, ...]:
        names, desired = Names(self.client), self.desired
        how = {name: getattr(desired, name) for name in HOW_EXACT}
        return (
            names.resolve(self.project, desired.access, **how),
            *(names.resolve(project, share.access, "shared_with.", **how) for project, share in shares),
        )

    def resolve(self, option: str, name: str) -> Project:
        """A project by name or id. :raises NotFoundError: names the option."""
        try:
            return self.client.project(name)
        except NotFoundError as error:
            error.remedy = "Check the spelling and that the caller is a member of the project. Nothing was changed."
            if _LIKE_A_VALUE.fullmatch(name):
                error.remedy += (
                    f' A name that YAML could take for a number or a flag stands in quotes: {option}: "...".'
                )
            raise error.about(f"{option} {name!r}") from None

    @property
    def title(self) -> str:
        """What people call the connection of this task, in front of error messages."""
        return f"{self.client.name} / {self.project.name} / {self.desired.name or self.desired.id}"

    def find(self) -> ArmConnection | None:
        """The connection that the task names, whole; None if there is none.

        :raises NotPermittedError: only a part of it can be seen, which is never the base of a change (2.3).
        """
        raw = self._by_id(self.desired.id) if self.desired.id else self._by_name(str(self.desired.name))
        return self.read(raw) if raw else None

    def again(self, connection: ArmConnection) -> ArmConnection | None:
        """The same connection as it is now."""
        raw = self._by_id(connection.id)
        return self.read(raw) if raw else None

    def read(self, raw: Json) -> ArmConnection:
        """:raises OptionError: it is not an Azure Resource Manager connection. :raises NotPermittedError: see :meth:`find`."""
        connection = ArmConnection.from_api(raw, self.project)
        if connection.type and connection.type.lower() != "azurerm":
            raise OptionError(
                f"{connection.name!r} in {self.project.name!r} is a connection of the type {connection.type}, not one to Azure Resource Manager.",
                remedy="Names are unique in a project: choose another one.",
            )
        tells_references = not self.client.organization().writes_by_project
        if lacks := incomplete(connection, tells_references, (self.project.id,)):
            raise NotPermittedError(
                f"Only a part of the connection is visible to this caller: {lacks} cannot be read.",
                status=403,
                remedy="The caller needs the role Administrator on the connection, and must see the projects that share it.",
            )
        return connection

    def at_rest(self, connection: ArmConnection) -> ArmConnection | None:
        """Wait until the service has finished with it; None when it is gone by then. A failed one is at rest, too.

        :raises UnfinishedError: the service did not finish in time.
        """
        current: ArmConnection | None = connection
        for _left in self.tries():
            if current is None or current.state != "in_progress" or current.draft:
                return current
            current = self.again(connection)
        if current is None or current.state != "in_progress":
            return current
        raise UnfinishedError(
            f"Azure DevOps did not finish with it within {self.runtime.params['wait_timeout']} s.",
            remedy="Run again later: it goes on where this run ended. Nothing was removed.",
        )

    def wait_until_gone(self, connection: ArmConnection) -> None:
        """A deletion may take its time, and may fail in the end (2.11).

        :raises DeletionFailedError: it failed. :raises UnfinishedError: the service did not finish in time.
        """
        for _left in self.tries():
            latest = self.again(connection)
            if latest is None:
                return
            if latest.state == "failed":
                raise DeletionFailedError(
                    f"Azure DevOps could not delete it: {said(latest)}.", remedy="Look at the connection in the portal."
                )
        raise UnfinishedError(
            f"Azure DevOps did not finish deleting it within {self.runtime.params['wait_timeout']} s.",
            remedy="Run again later.",
        )

    def _by_id(self, connection_id: str) -> Json | None:
        return self.client.connection(self.project.id, connection_id, newest=True)

    def _by_name(self, name: str) -> Json | None:
        return the_one(self.client.connections_named(self.project.id, name), name, self.project)


def fails_anew(before: ArmConnection, after: ArmConnection) -> bool:
    """Whether the service says that its last operation failed, and did not say the same before that operation was asked for."""
    same_words = before.state == "failed" and before.status_message == after.status_message
    return after.state == "failed" and not same_words


def said(connection: ArmConnection) -> str:
    """What the service says about the last operation, without the full stop."""
    return connection.status_message.rstrip(". ") or "it does not say why"


def caller_of(runtime: Runtime) -> Caller:
    """Who runs the task, without a request."""
    authorizer = runtime.session.authorizer
    return Caller(kind=authorizer.caller, reaches_azure=authorizer.reaches_azure, tenant=runtime.session.tenant)
