# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests a connection as the portal's *Verify* does, before it is saved and when all is done.

PRIVATE to the collection. Section numbers are those of the fact sheet.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._errors import (
    AzdoError,
    NotPermittedError,
    ServiceError,
    TransportError,
)
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json
from ansible_collections.azdo.connections.plugins.module_utils._model.verification import Verification, classify
from ansible_collections.azdo.connections.plugins.module_utils._rest.azure_devops import AzureDevOps
from ansible_collections.azdo.connections.plugins.module_utils._rest.pacing import Stop, tries


def is_final(found: Verification) -> bool:
    """Whether another try would end no better."""
    return not found.transient


def passes(error: AzdoError) -> bool:
    """Whether a test that could not be carried out may be another time: nothing usable came back, or the service had an accident of its own."""
    return isinstance(error, TransportError) or (
        isinstance(error, ServiceError) and (error.status >= 500 or error.status == 429)
    )


def test_until(
    client: AzureDevOps,
    stop: Stop,
    project_id: str,
    details: Json,
    connection_id: str,
    seconds: float,
    enough: t.Callable[[Verification], bool],
) -> Verification:
    """Tested again until it is ``enough`` or the time (s) is over: credentials and roles take minutes to spread (5, 8.3)."""
    found = Verification(result="unknown", message="It was not tested.")
    times = 0
    for _left in tries(stop, seconds):
        try:
            latest = classify(client.test_connection(project_id, connection_id, details))
        except NotPermittedError as error:
            return Verification(result="caller_not_allowed", message=error.message)
        except (TransportError, ServiceError) as error:
            if not passes(error):
                raise
            latest = Verification(result="outage", message=error.message)
        times = times + 1 if latest.result == found.result else 1
        found = dataclasses.replace(latest, times=times)
        if enough(found) or is_final(found):
            break
    return found
