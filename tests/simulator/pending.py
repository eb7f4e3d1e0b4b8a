# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Azure DevOps does in the background: creations, updates, conversions, deletions and issuer migrations that end later."""

from __future__ import annotations

from datetime import timedelta

from . import federation, identity_fleet, losses, provisioning
from .calls import Site
from .rendering import is_secret
from .state import Connection, Pending, Previous, Status


def start(site: Site, connection: Connection, pending: Pending, delay_ms: float = 0) -> None:
    """Begin. It goes on by time, however often it is asked for; only with polls (0 or more) it ends after so many reads."""
    if pending.polls < 0:
        pending.polls = 0
        pending.due = site.clock.now() + timedelta(milliseconds=delay_ms)
    connection.pending = pending
    if pending.kind != "migration":  # assumed: 4.3 (how a pending migration shows is unknown; it stays ready)
        connection.status = Status("InProgress", "", None)
        connection.ready = False
    settle(site, connection, counts=False)


def settle(site: Site, connection: Connection, *, counts: bool) -> None:
    """Called before every read: `counts` says that this read is one of the polls."""
    pending = connection.pending
    if pending is None:
        return
    if pending.polls > 0:
        if counts:
            pending.polls -= 1
        return
    if pending.due is not None and site.clock.now() < pending.due:
        return
    connection.pending = None
    connection.modified = site.clock.now()
    if pending.failure:
        _fail(connection, pending)
        return
    connection.status = Status()
    connection.ready = True
    if pending.kind in ("creation", "update"):
        provisioning.provision(site, connection, pending.caller or connection.created_by)
    elif pending.kind == "conversion":
        finish_conversion(site, connection, pending.target)
    elif pending.kind == "deletion":
        _finish_deletion(site, connection, pending)
    else:
        finish_migration(site, connection)


def finish_conversion(site: Site, connection: Connection, target: str) -> None:
    """To federation: remember what a revert needs. Back: restore it."""
    world, knobs = site.world, site.knobs
    if target == "ServicePrincipal":
        previous = connection.previous
        connection.scheme = target
        if previous is not None:
            connection.parameters = dict(previous.parameters)
        connection.previous = None
        return
    by_tool = connection.creation_mode == "Automatic"
    deadline = site.clock.now() + timedelta(days=knobs.revert_days)  # documented: 3.3 (seven days)
    connection.previous = Previous(connection.scheme, dict(connection.parameters), deadline, by_tool)
    wanted = federation.issuer_for(world.directory, connection, knobs.issuer)
    identity = federation.identity_of(world.directory, connection)
    found = federation.pair(world, connection, wanted)
    if identity is not None and not federation.trusts(identity, found):
        other = "azure_devops" if wanted == "entra" else "entra"
        if not by_tool and federation.trusts(identity, federation.pair(world, connection, other)):
            wanted, found = other, federation.pair(world, connection, other)  # assumed: 12.2
        elif knobs.conversion_credential == "create":
            identity_fleet.federate(identity, connection.id, *found)
    connection.scheme = target
    connection.parameters = {
        key: value
        for key, value in connection.parameters.items()
        if not is_secret(key) and key.lower() != "authenticationtype"
    }
    federation.put_pair(connection, found, wanted)
    if by_tool:
        connection.data.setdefault("identityType", "AppRegistrationAutomatic")
    losses.lose(world, connection, knobs.conversion_drops)


def _fail(connection: Connection, pending: Pending) -> None:
    provisioned = pending.kind in ("creation", "update")
    connection.status = Status("Failed", pending.failure, "" if provisioned else None)
    connection.ready = (
        not provisioned
    )  # observed: 2.7 for creation; assumed for update; 3.4 "not modified" for conversion


def _finish_deletion(site: Site, connection: Connection, pending: Pending) -> None:
    left = [item for item in connection.references if item.project.id not in pending.remove_from]
    if left:
        site.world.set_references(connection, left)
        return
    site.world.remove_connection(connection)
    if pending.deep and connection.creation_mode == "Automatic":
        site.world.directory.remove_application(connection.parameter("serviceprincipalid"))  # documented: 2.11


def finish_migration(site: Site, connection: Connection) -> None:
    """Issuer and subject flip to the Entra pair; the id stays."""  # assumed: 4.2
    world = site.world
    found = federation.pair(world, connection, "entra")
    identity = federation.identity_of(world.directory, connection)
    if identity is None or (site.knobs.migration_credential == "require" and not federation.trusts(identity, found)):
        connection.status = Status(
            "Failed", "The federated credential for the Microsoft Entra issuer is missing.", None
        )
        return
    if not federation.trusts(identity, found) and site.knobs.migration_credential != "forget":
        identity_fleet.federate(identity, f"{connection.id}-entra", *found)
    federation.put_pair(connection, found, "entra")
