# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known before a move and judged only when it is needed."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

from ansible_collections.azdo.connections.plugins.module_utils._model.connection import WIF
from ansible_collections.azdo.connections.plugins.module_utils._model.estate import Found
from ansible_collections.azdo.connections.plugins.module_utils._model.facts import Facts, IdentityFacts
from ansible_collections.azdo.connections.plugins.module_utils._move.effects import LiveEffects
from ansible_collections.azdo.connections.plugins.module_utils._rules.assessment import assess

from unit.plugins._helpers.connections import NOW, PAYMENTS, connection, situation


def test_a_secret_that_ends_while_the_service_is_at_work_is_no_way_back() -> None:
    soon = NOW + timedelta(minutes=1)
    facts = Facts(identity=IdentityFacts(kind="application", passwords=(soon,)))
    found = Found(connection(), frozenset({PAYMENTS.id}))
    assessment = assess(found.connection, WIF, situation(), found.seen_in, facts)
    clock = [NOW]
    runtime = SimpleNamespace(azure_devops=None, now=lambda: clock[0])
    task = SimpleNamespace(runtime=runtime)
    effects = LiveEffects(task, found, assessment, None, lambda: True)  # type: ignore[arg-type]
    effects._facts = facts
    assert effects.can_go_back
    clock[0] = soon + timedelta(seconds=1)
    assert not effects.can_go_back
