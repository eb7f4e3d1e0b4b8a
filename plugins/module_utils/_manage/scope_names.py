# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of subscriptions, management groups and workspaces in place of ids, and the other way round, as the portal's dialog offers them.

PRIVATE to the collection. Azure Resource Manager is asked where the sign-in opens it, else the portal's own lists. Several of one name are refused with
their ids, and where a task says both, what can be seen of them must fit together.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._desired.desired_state import Desired
from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AuthenticationError,
    AzdoError,
    OptionError,
    ServiceError,
    TransportError,
)
from ansible_collections.azdo.connections.plugins.module_utils._manage.project_view import ProjectView
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import ArmConnection, Json
from ansible_collections.azdo.connections.plugins.module_utils._model.identifiers import same, same_region
from ansible_collections.azdo.connections.plugins.module_utils._model.nearest import did_you_mean
from ansible_collections.azdo.connections.plugins.module_utils._model.reading import (
    Fields,
    UnreadableError,
    read_strictly,
)
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_portal import AzurePortal

_SIGN_IN = (
    "Set both. To have the other one looked up, sign in with Microsoft Entra as somebody with a role in Azure there (service_principal, "
    "managed_identity, workload_identity or azure_cli)."
)
# The parts of a workspace's scope that are looked up, and how two of them are compared.
_ALIKE: dict[str, t.Callable[[str, str], bool]] = {"resource_group": same, "ml_workspace_location": same_region}
_GROUP = re.compile(r"/resourceGroups/([^/]+)/", re.IGNORECASE)


@dataclass(frozen=True)
class Place:
    """Something in Azure with an id and a name, which need not be unique."""

    id: str
    name: str


@dataclass(frozen=True)
class _Pair:
    """The two parts of a scope that name one place. :param what: in words."""

    id_part: str
    name_part: str
    what: str


_PAIRS = {
    "subscription": _Pair("subscription_id", "subscription_name", "subscription"),
    "ml_workspace": _Pair("subscription_id", "subscription_name", "subscription"),
    "management_group": _Pair("management_group_id", "management_group_name", "management group"),
}


class ScopeNames:
    """The look-ups of one task."""

    def __init__(self, view: ProjectView) -> None:
        self._view = view

    def for_creation(self, desired: Desired) -> dict[str, str]:
        """The scope of a new connection with what can be looked up put in. :raises OptionError: it is none or several, or does not fit together."""
        level, scope = desired.level or "subscription", dict(desired.scope)
        environment = desired.environment or "AzureCloud"
        pair = _PAIRS[level]
        given = [part for part in (pair.id_part, pair.name_part) if part in scope]
        if len(given) == 1:
            found = self._the_one(environment, pair, scope)
            scope |= {pair.id_part: found.id, pair.name_part: found.name}
        elif given:
            self._compare(environment, pair, scope)
        if level == "ml_workspace" and "ml_workspace_name" in scope and pair.id_part in scope:
            scope |= self._workspace(scope)
        return scope

    def of_existing(self, desired: Desired, connection: ArmConnection) -> dict[str, str]:
        """The scope that a task wants of a connection that is there: a name alone that is not its label is looked up, because it may be another place."""
        scope = dict(desired.scope)
        pair = _PAIRS.get(connection.scope["level"] or "subscription")
        if pair is None:
            # What level that is, nobody knows here.
            return scope
        name, label = scope.get(pair.name_part), connection.scope[pair.name_part]
        if name is None or pair.id_part in scope or same(name, label):
            return scope
        return {**scope, pair.id_part: self._the_one(connection.environment or "AzureCloud", pair, scope).id}

    def _the_one(self, environment: str, pair: _Pair, scope: t.Mapping[str, str]) -> Place:
        """The place that one part names. :raises OptionError: it is not exactly one, or nobody could look."""
        part, other = (pair.id_part, pair.name_part) if pair.id_part in scope else (pair.name_part, pair.id_part)
        wanted = scope[part].strip()
        try:
            places = self._places(environment, pair)
        except UnreadableError:
            # An answer that cannot be understood is nobody's right that is missing.
            raise
        except AzdoError as error:
            raise OptionError(
                f"scope.{other} is not set, and could not be looked up by scope.{part} {wanted!r}: {error.message}",
                remedy=_SIGN_IN,
            ) from error
        found = [item for item in places if same(item.id if part == pair.id_part else item.name, wanted)]
        if len(found) == 1:
            return found[0]
        if found:
            raise OptionError(
                f"scope.{part} is {wanted!r}, which {len(found)} {pair.what}s are called: {', '.join(sorted(item.id for item in found))}.",
                remedy=f"Set scope.{pair.id_part} to the one that is meant.",
            )
        known = (item.id if part == pair.id_part else item.name for item in places)
        raise OptionError(
            f"scope.{part} is {wanted!r}, which is no {pair.what} that this caller sees in Azure.{did_you_mean(wanted, known)}",
            remedy=f"Correct it. For a {pair.what} that the caller may not see, set scope.{pair.id_part} and scope.{pair.name_part}.",
        )

    def _compare(self, environment: str, pair: _Pair, scope: t.Mapping[str, str]) -> None:
        """Both were given: where this sign-in sees the place, its name has to be the one. :raises OptionError: it is not."""
        if not self._view.caller.reaches_azure:
            return
        try:
            places = self._places(environment, pair)
        except (OptionError, ServiceError, TransportError, AuthenticationError):
            # Both are there, so nobody has to look.
            return
        found = next((item for item in places if same(item.id, scope[pair.id_part])), None)
        if found is not None and not same(found.name, scope[pair.name_part].strip()):
            raise OptionError(
                f"scope.{pair.name_part} is {scope[pair.name_part]!r}, but the {pair.what} {found.id} is called {found.name!r}.",
                remedy="Correct one of them, or leave one out: it is looked up.",
            )

    def _places(self, environment: str, pair: _Pair) -> list[Place]:
        """:raises AzdoError: nobody could look."""
        signed_in_to = self._view.runtime.session.sign_in["cloud_environment"] or "AzureCloud"
        if environment != signed_in_to:
            raise OptionError(f"this sign-in is one to {signed_in_to}, and the connection leads to {environment}.")
        groups = pair.id_part == "management_group_id"
        if self._view.caller.reaches_azure:
            azure = self._view.runtime.session.resource_manager
            return _groups(azure.management_groups()) if groups else _subscriptions(azure.subscriptions())
        portal = AzurePortal(self._view.client)
        return _portal_groups(portal.management_groups()) if groups else _subscriptions(portal.subscriptions())

    def _workspace(self, scope: t.Mapping[str, str]) -> dict[str, str]:
        """Resource group and region of a workspace. :raises OptionError: there are several, or it is not where the task says."""
        wanted = {part: scope[part] for part in _ALIKE if part in scope}
        name = scope["ml_workspace_name"]
        try:
            if not self._view.caller.reaches_azure:
                raise OptionError("this sign-in opens Azure DevOps only")
            listed = self._view.runtime.session.resource_manager.workspaces(scope["subscription_id"])
        except UnreadableError:
            raise
        except AzdoError as error:
            if len(wanted) == 2:
                return {}
            raise OptionError(
                f"scope.resource_group and scope.ml_workspace_location are needed, and could not be looked up for {name!r}: {error.message}",
                remedy=_SIGN_IN,
            ) from error
        found = [item for item in map(_workspace, listed) if same(item["ml_workspace_name"], name)]
        fitting = [item for item in found if all(_ALIKE[part](item[part], value) for part, value in wanted.items())]
        if len(fitting) == 1:
            return fitting[0] | wanted
        if not found and len(wanted) == 2:
            # Nobody has to be able to see it.
            return {}
        raise OptionError(
            _told(name, found, fitting, wanted),
            remedy="Set scope.ml_workspace_name to the id of the workspace, or all parts of the scope.",
        )


def _told(
    name: str,
    found: t.Sequence[t.Mapping[str, str]],
    fitting: t.Sequence[t.Mapping[str, str]],
    wanted: t.Mapping[str, str],
) -> str:
    places = ", ".join(
        sorted(f"{item['resource_group']} ({item['ml_workspace_location']})" for item in fitting or found)
    )
    if not found:
        return f"scope.ml_workspace_name is {name!r}, which is no workspace that this caller sees in the subscription."
    if fitting:
        return f"scope.ml_workspace_name is {name!r}, which several workspaces of the subscription are called, in {places}."
    said = " and ".join(f"scope.{part} {value!r}" for part, value in wanted.items())
    return f"scope.ml_workspace_name is {name!r}, which lies in {places}, not where {said} would have it."


def _subscriptions(items: t.Iterable[Json]) -> list[Place]:
    return [
        read_strictly(
            "a subscription", item, lambda fields: Place(fields.text("subscriptionId"), fields.text("displayName"))
        )
        for item in items
    ]


def _groups(items: t.Iterable[Json]) -> list[Place]:
    def read(fields: Fields) -> Place:
        return Place(fields.text("name"), fields.inner("properties").text("displayName"))

    return [read_strictly("a management group", item, read) for item in items]


def _portal_groups(items: t.Iterable[Json]) -> list[Place]:
    return [
        read_strictly("a management group", item, lambda fields: Place(fields.text("name"), fields.text("displayName")))
        for item in items
    ]


def _workspace(item: Json) -> dict[str, str]:
    def read(fields: Fields) -> dict[str, str]:
        group = _GROUP.search(fields.text("id"))
        return {
            "resource_group": group[1] if group else "",
            "ml_workspace_name": fields.text("name"),
            "ml_workspace_location": fields.text("location"),
        }

    return read_strictly("a workspace", item, read)
