# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads organizations for the inventory, into plain data that a cache can keep.

PRIVATE to the collection. Shape of an organization::

    {name, url, key, usage, odd: [text], nameless: n, projects: [project], connections: [connection]}

``key`` tells it from others of the same name, ``usage`` says whether the use of its connections was asked for, ``odd`` names connections that are unreadable,
and ``nameless`` counts projects without a readable id. A project is ``{id, name, description, state, visibility, problem}``, with why its connections could
not be read, else null. A connection is what :func:`connection_record` makes.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AuthenticationError,
    AzdoError,
    ServiceError,
    StoppedError,
    TransportError,
)
from ansible_collections.azdo.connections.plugins.module_utils._inspect.use_and_access import read_use
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json, Project
from ansible_collections.azdo.connections.plugins.module_utils._model.estate import Estate, Found, survey
from ansible_collections.azdo.connections.plugins.module_utils._model.facts import Use
from ansible_collections.azdo.connections.plugins.module_utils._rules.assessment import assess
from ansible_collections.azdo.connections.plugins.module_utils._rules.reason_codes import TARGETS
from ansible_collections.azdo.connections.plugins.module_utils._rules.situation import Situation
from ansible_collections.azdo.connections.plugins.module_utils._run.concurrency import each
from ansible_collections.azdo.connections.plugins.module_utils._run.runtime import Runtime, situation
from ansible_collections.azdo.connections.plugins.module_utils._times import format_time
from ansible_collections.azdo.connections.plugins.plugin_utils._inventory.host_names import organization_key

Listed = tuple[Project, list[Json] | AzdoError]


def read_organizations(runtimes: t.Sequence[Runtime], *, lists: bool, usage: bool) -> list[Json]:
    """Read each organization: that it is there and lets us in; with ``lists`` its projects and their connections; with ``usage`` who used these last.

    The lists of all organizations are read side by side, so that one large one is not read alone at the end.

    :param runtimes: one for each organization.
    :raises AzdoError: nobody is signed in, or an organization cannot be read. An inventory without its hosts would look as if there were none.
    """
    first = runtimes[0]
    # Before anything is read in parallel, so that one token serves all organizations of the same sign-in.
    for runtime in runtimes:
        _sign_in(runtime, alone=len(runtimes) == 1)
    concurrency, stop = first.concurrency, first.stop
    projects = _readable(
        runtimes, each(runtimes, lambda one: _introduce(one, lists), concurrency=concurrency, stop=stop)
    )
    places = [(runtime, project) for runtime in runtimes for project in projects[runtime.azure_devops.url]]
    answers = each(places, lambda place: _list(*place), concurrency=concurrency, stop=stop)
    listed: dict[str, list[Listed]] = {runtime.azure_devops.url: [] for runtime in runtimes}
    for (runtime, _project), answer in zip(places, answers, strict=True):
        if answer is not None:
            listed[runtime.azure_devops.url].append(answer)
    for runtime in runtimes:
        _check_any_read(runtime, listed[runtime.azure_devops.url])
    estates = [
        (
            runtime,
            survey(
                listed[runtime.azure_devops.url],
                named=False,
                names_projects=runtime.azure_devops.organization().hosted,
            ),
        )
        for runtime in runtimes
    ]
    wanted = [(runtime, found) for runtime, estate in estates for found in estate.found] if usage else []
    uses = each(wanted, lambda pair: _use(*pair), concurrency=concurrency, stop=stop)
    known = {
        (runtime.azure_devops.url, found.connection.id): use for (runtime, found), use in zip(wanted, uses, strict=True)
    }
    return [_organization_record(runtime, estate, usage, known) for runtime, estate in estates]


def _sign_in(runtime: Runtime, *, alone: bool) -> None:
    try:
        runtime.session.authorizer.header()
    except AzdoError as error:
        raise error if alone else error.about(f"Organization {runtime.azure_devops.name!r} could not be read") from None


def _introduce(runtime: Runtime, lists: bool) -> list[Project] | AzdoError:
    try:
        runtime.azure_devops.organization()
        return runtime.azure_devops.projects() if lists else []
    except StoppedError:
        raise
    except AzdoError as error:
        return error


def _readable(
    runtimes: t.Sequence[Runtime], answers: t.Sequence[list[Project] | AzdoError | None]
) -> dict[str, list[Project]]:
    """The projects of each organization by its address. :raises AzdoError: one could not be read; it tells of all of them."""
    clients = [runtime.azure_devops for runtime in runtimes]
    errors = [
        (client, answer) for client, answer in zip(clients, answers, strict=True) if isinstance(answer, AzdoError)
    ]
    if errors:
        client, error = errors[0]
        if len(errors) > 1:
            error.message += f" So it is with {', '.join(repr(other.url) for other, _error in errors[1:])}."
        raise error.about(f"Organization {client.name!r} could not be read")
    return {client.url: answer for client, answer in zip(clients, answers, strict=True) if isinstance(answer, list)}


def _list(runtime: Runtime, project: Project) -> Listed:
    client = runtime.azure_devops
    try:
        return project, client.connections(project)
    except (AuthenticationError, TransportError) as error:
        # Not about this project: the others would each try for as long and end the same.
        raise error.about(f"Organization {client.name!r} could not be read") from None
    except StoppedError:
        raise
    except AzdoError as error:
        return project, error


def _check_any_read(runtime: Runtime, listed: t.Sequence[Listed]) -> None:
    """:raises AzdoError: there are projects and not one could be read, which is an organization that cannot be read."""
    errors = [answer for _project, answer in listed if isinstance(answer, AzdoError)]
    if errors and len(errors) == len(listed):
        where = f"Organization {runtime.azure_devops.name!r}, projects that the caller can see: {len(listed)}"
        raise errors[0].about(f"{where}, of none of which the connections could be read")


def _use(runtime: Runtime, found: Found) -> Use | None:
    try:
        return read_use(runtime.azure_devops, found.connection, runtime.now())
    except (ServiceError, TransportError):
        # Null in the variables, and a warning.
        return None


def _organization_record(
    runtime: Runtime, estate: Estate, usage: bool, uses: t.Mapping[tuple[str, str], Use | None]
) -> Json:
    client = runtime.azure_devops
    problems = {item.id: item.reason for item in estate.coverage.unread}
    judged_by = situation(runtime, estate)
    return {
        "name": client.name,
        "url": client.url,
        "key": organization_key(client.url),
        "usage": usage,
        "odd": [
            f"{item.id} in {item.project!r} ({item.lacks})"
            for item in estate.coverage.partial
            if item.id == "?" or item.lacks.startswith("unreadable")
        ],
        "projects": [
            {
                "id": project.id,
                "name": project.name,
                "description": project.description,
                "state": project.state,
                "visibility": project.visibility,
                "problem": problems.get(project.id),
            }
            for project in estate.projects
            if project.id
        ],
        "nameless": sum(not project.id for project in estate.projects),
        "connections": [
            connection_record(item, judged_by, uses.get((client.url, item.connection.id))) for item in estate.found
        ],
    }


def connection_record(found: Found, judged_by: Situation, use: Use | None = None) -> Json:
    """What the inventory says of a connection. Only what is named here is kept, so a secret that the service might send by mistake is not."""
    connection = found.connection
    assessed = {target: assess(connection, target, judged_by, found.seen_in) for target in TARGETS}
    return {
        "id": connection.id,
        "name": connection.name,
        "owner": {"id": connection.owner.id, "name": connection.owner.name},
        "places": [
            {"id": ref.id, "name": ref.name, "connection": ref.connection_name} for ref in connection.references
        ],
        "seen_in": sorted(found.seen_in),
        "scheme": connection.scheme or None,
        "creation_mode": connection.creation_mode,
        "environment": connection.environment,
        "issuer": connection.issuer_kind,
        "codes": {target: [reason.code for reason in item.reasons] for target, item in assessed.items()},
        "eligible": {target: not item.blocked for target, item in assessed.items()},
        "shared": connection.shared,
        "enabled": connection.enabled,
        "state": connection.state,
        "subscription_id": connection.scope["subscription_id"],
        "subscription_name": connection.scope["subscription_name"],
        "tenant_id": connection.tenant_id,
        "client_id": connection.client_id,
        "revert_deadline": connection.revert_deadline_text,
        "use": use and {"never_used": use.never_used, "last_used": format_time(use.last_used)},
    }
