# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters as Jinja calls them."""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.plugin_utils._untrusted import TRUST


def called(filter_function: t.Callable[..., t.Any], *arguments: t.Any, **options: t.Any) -> t.Any:
    """What the filter returns: up to ansible-core 2.18 it gets the context of the expression first."""
    context = [] if TRUST is not None else [type("Context", (), {"unsafe": False})()]
    return filter_function(*context, *arguments, **options)
