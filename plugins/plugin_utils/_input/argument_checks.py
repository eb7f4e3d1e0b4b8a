# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check what a playbook passes to a filter, and say in one sentence what is wrong with it.

PRIVATE to the collection.
"""

from __future__ import annotations

import typing as t
from datetime import datetime, timezone

from ansible.errors import AnsibleFilterError
from ansible_collections.azdo.connections.plugins.module_utils._times import parse_time
from ansible_collections.azdo.connections.plugins.plugin_utils._input.value_forms import Size, listed, sizes_of
from ansible_collections.azdo.connections.plugins.plugin_utils._results.reading import ResultError, read_result

if t.TYPE_CHECKING:
    from ansible_collections.azdo.connections.plugins.plugin_utils._results.wording import Result


def as_result(name: str, value: t.Any) -> Result:
    """Return the value if it can be the result of a module, without what is null."""
    try:
        return read_result(value)
    except ResultError as error:
        raise AnsibleFilterError(
            f"{name}: the input must be the registered result of a module of this collection, {error}."
        ) from None


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


def as_steps(name: str, value: t.Any) -> dict[str, list[Result]]:
    """Return the value as a list of results for each host; a single result is a list of one."""
    if not isinstance(value, t.Mapping):
        raise AnsibleFilterError(f"{name}: the input must be a dictionary of results by host name, not {_kind(value)}.")
    return {
        str(host): [as_result(name, result) for result in (taken if isinstance(taken, list | tuple) else [taken])]
        for host, taken in value.items()
    }


def given(name: str, option: str, value: t.Any) -> list[str] | None:
    """Return a list of texts, which may come as a survey sends it; None if nothing was given."""
    try:
        return listed(value)
    except TypeError as error:
        raise AnsibleFilterError(f"{name}: {option} must be a list, not {error}.") from None


def texts(name: str, option: str, value: t.Any) -> list[str]:
    """The same where nothing and none is the same."""
    return given(name, option, value) or []


def wave_sizes(name: str, value: t.Any) -> list[Size]:
    """Return the sizes of waves."""
    try:
        return sizes_of(value)
    except ValueError as error:
        raise AnsibleFilterError(f"{name}: {error}.") from None


def moment(name: str, value: t.Any) -> datetime:
    """Return a time; the present if there is none."""
    if value in (None, ""):
        return datetime.now(timezone.utc)
    found = parse_time(str(value))
    if found is None:
        raise AnsibleFilterError(f"{name}: now must be a time such as 2026-11-30T09:15:00Z, not {value!r}.")
    return found
