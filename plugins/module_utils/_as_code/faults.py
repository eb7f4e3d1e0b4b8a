# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds a connection as code against the rules of azdo_arm_connection: what those would refuse, or would change, is no description of the connection.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace
from datetime import datetime, timezone

from ansible_collections.azdo.connections.plugins.module_utils._access.options import CHECK_OPTIONS
from ansible_collections.azdo.connections.plugins.module_utils._access.wishes import ROLES
from ansible_collections.azdo.connections.plugins.module_utils._as_code.description import secret_option
from ansible_collections.azdo.connections.plugins.module_utils._desired.changes import compare
from ansible_collections.azdo.connections.plugins.module_utils._desired.creation_defaults import complete
from ansible_collections.azdo.connections.plugins.module_utils._desired.creation_methods import METHODS, SCOPE_PARTS
from ansible_collections.azdo.connections.plugins.module_utils._desired.desired_state import Caller, Desired, Target
from ansible_collections.azdo.connections.plugins.module_utils._desired.refusals import refuse_contradictions
from ansible_collections.azdo.connections.plugins.module_utils._errors import AzdoError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import (
    ArmConnection,
    Json,
    Project,
    ProjectReference,
)

# Where no method tells: a person, who can do everything that anybody can.
_ANYBODY = Caller(kind="user", reaches_azure=True)
# No deadline counts here: nothing is to be changed.
_EVERYTHING_IS_OVER = datetime.max.replace(tzinfo=timezone.utc)
# It stands for the secret that a creation would bring; nobody sees it.
_SOME_SECRET = "a-secret-that-a-creation-brings"  # noqa: S105


def fault_of(options: Json, connection: ArmConnection) -> str:
    """Why the options are no description of the connection, in a sentence; empty if they are."""
    if odd := _unknown_word(options):
        return f"{odd}, which the module does not know."
    try:
        _refuse_another(_desired(options), connection)
    except _AnotherError as error:
        return str(error)
    except AzdoError as error:
        return f"The module would refuse its description: {error.message}"
    return ""


def _desired(options: Json) -> Desired:
    return Desired.from_params(_AsParams(options))


class _AnotherError(Exception):
    """The options do not come to this very connection."""


class _AsParams(dict[str, t.Any]):
    """Options as a task has them: what was not set is None, below a list, too."""

    def __init__(self, options: t.Mapping[str, t.Any]) -> None:
        super().__init__(options)
        if self.get("shared_with"):
            self["shared_with"] = [_AsParams(item) for item in self["shared_with"]]

    def __missing__(self, _option: str) -> None:
        return None


def _unknown_word(options: Json) -> str:
    """The choices of the module's options, which Ansible checks before it runs."""
    schemes = {method.scheme for method in METHODS.values()}
    environments = {place for method in METHODS.values() for place in method.environments}
    words = (
        ("scheme", options["scheme"], schemes),
        ("creation mode", options.get("creation_mode") or "automatic", {"automatic", "manual"}),
        ("environment", options["environment"], environments),
        ("level", options["scope"]["level"], SCOPE_PARTS),
    )
    for what, word, known in (*words, *_words_of_access(options)):
        if word not in known:
            return f"Its {what} is {word!r}"
    return ""


def _words_of_access(options: Json) -> t.Iterator[tuple[str, str, t.Collection[str]]]:
    for place in (options, *options["shared_with"]):
        yield from (("role of somebody", item["role"], ROLES) for item in place.get("roles", ()))
        for check in place["checks"]:
            for name in ("method", "days"):
                found = check.get(name, [])
                for word in [found] if isinstance(found, str) else found:
                    yield f"check has a {name.removesuffix('s')}, which", word, CHECK_OPTIONS[name]["choices"]
            for template in check.get("templates", ()):
                known = CHECK_OPTIONS["templates"]["options"]["repository_type"]["choices"]
                yield "check has a repository, whose type", template["repository_type"], known


def _target(desired: Desired, connection: ArmConnection) -> Target:
    def project(reference: ProjectReference) -> Project:
        return Project(reference.id, reference.name)

    shares = tuple(zip(map(project, connection.references[1:]), desired.shares or (), strict=True))
    return Target(
        project=project(connection.owner), client_id=desired.client_id, tenant_id=desired.tenant_id, shares=shares
    )


def _refuse_another(desired: Desired, connection: ArmConnection) -> None:
    """:raises AzdoError: the module would refuse the options. :raises _AnotherError: it would change something."""
    refuse_contradictions(desired, _ANYBODY)
    plan = compare(desired, connection, _target(desired, connection), _ANYBODY, _EVERYTHING_IS_OVER)
    if plan.changes:
        changed = ", ".join(change.option for change in plan.changes)
        raise _AnotherError(f"The module would change it, because its answer is not what its options say: {changed}.")


def only_adopts(options: Json, connection: ArmConnection, *, hosted: bool) -> str:
    """Why nobody could create the connection anew from its options, or an empty text. :param hosted: whether it is one of Azure DevOps Services."""
    secret: dict[str, t.Any] = {}
    if option := secret_option(connection):
        secret[option.removeprefix("service_principal.")] = _SOME_SECRET
    desired = _desired(options)
    scope = {**desired.scope}
    for part in ("subscription", "management_group"):
        # Of both one is enough: the other one is looked up.
        named = scope.get(f"{part}_id") or scope.get(f"{part}_name")
        if named:
            scope = {f"{part}_id": named, f"{part}_name": named, **scope}
    try:
        complete(replace(desired, scope=scope, **secret), _target(desired, connection), _ANYBODY, hosted=hosted)
    except AzdoError as error:
        return error.message
    return ""
