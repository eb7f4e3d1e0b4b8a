# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check what a playbook passes to a filter, and say in one sentence what is wrong with it.

PRIVATE to the collection.
"""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

if t.TYPE_CHECKING:
    from ansible_collections.azdo.connections.plugins.plugin_utils._wording import Result


def as_result(name: str, value: t.Any) -> Result:
    """Return the value if it can be the result of a module."""
    if not isinstance(value, t.Mapping) or not isinstance(value.get("connections", []), t.Sequence):
        raise AnsibleFilterError(
            f"{name}: the input must be the registered result of a module of this collection, not {_kind(value)}."
        )
    return value


def as_results(name: str, value: t.Any) -> dict[str, Result]:
    """Return the value if it can be a dictionary of results by host name."""
    if not isinstance(value, t.Mapping):
        raise AnsibleFilterError(f"{name}: the input must be a dictionary of results by host name, not {_kind(value)}.")
    return {str(host): as_result(name, result) for host, result in value.items()}


def choice(name: str, option: str, value: t.Any, choices: t.Iterable[str]) -> str:
    """Return the value if it is one of the choices."""
    if value not in choices:
        raise AnsibleFilterError(f"{name}: {option} must be one of {', '.join(choices)}, not {value!r}.")
    return str(value)


def whole_number(name: str, option: str, value: t.Any) -> int:
    """Return the value, which may be a text as surveys send it, as a number that is not negative."""
    text = str(value).strip()
    if isinstance(value, bool) or not text.isdecimal():
        raise AnsibleFilterError(f"{name}: {option} must be a whole number, not {value!r}.")
    return int(text)


def _kind(value: t.Any) -> str:
    return f"a value of type {type(value).__name__}"
