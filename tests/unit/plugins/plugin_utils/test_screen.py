# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A line of progress goes through ansible-core's own display, also where ansible-runner has put its own around it."""

from __future__ import annotations

import functools
import typing as t

import pytest
from ansible.utils.display import Display
from ansible_collections.azdo.connections.plugins.plugin_utils import _screen


def around(method: t.Callable[..., t.Any]) -> t.Callable[..., t.Any]:
    @functools.wraps(method)
    def display(*args: t.Any, **options: t.Any) -> t.Any:
        return method(*args, **options)

    return display


@pytest.mark.parametrize("times", [0, 1, 2])
def test_what_others_put_around_it_is_not_used(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    own = _screen.display_of_core()
    for _ in range(times):
        monkeypatch.setattr(Display, "display", around(Display.display))
    assert _screen.display_of_core() is own


def test_who_does_not_say_what_is_below_is_used_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def display(*args: t.Any, **options: t.Any) -> None:
        """Says nothing."""

    monkeypatch.setattr(Display, "display", display)
    assert _screen.display_of_core() is display
