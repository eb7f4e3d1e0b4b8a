# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one border at which text that other people chose becomes data for ansible-core: no version of it may take such text for a template.

PRIVATE to the collection. Names, descriptions and error texts come from the service, from files and from hosts. Since ansible-core 2.19 a text is a template
only if it is marked as trusted; before, unless it is marked as unsafe. What an action or a module returns is marked by ansible-core itself, on every version.
What a filter, a lookup or an inventory plugin returns is not, so all of it passes through here; tests/unit/guards/test_untrusted.py sees to that.
"""

from __future__ import annotations

import functools
import typing as t

from ansible import template
from ansible.utils.unsafe_proxy import wrap_var
from jinja2 import Undefined, pass_context

# The function with which ansible-core 2.19 and newer mark a text as a template; None before.
TRUST: t.Callable[[str], str] | None = getattr(template, "trust_as_template", None)


if TRUST is None:
    from ansible.utils.native_jinja import NativeJinjaText  # type: ignore[import-not-found, unused-ignore]

# Names and states are those of many connections, so each is marked once; whole reports are not worth keeping.
_LONGEST_KEPT = 200


def as_text(text: str) -> str:
    """The text as one that is never a template."""
    return _kept(text) if len(text) <= _LONGEST_KEPT else _marked(text)


def _marked(text: str) -> str:
    return str(text) if TRUST is not None else t.cast(str, wrap_var(text))


_kept = functools.lru_cache(4096)(_marked)


def as_data(value: t.Any, own_words: t.Mapping[str, str] | None = None) -> t.Any:
    """The value, new from the ground up, so that no text in it is ever a template; keys of dictionaries are texts as well.

    :param own_words: texts of the collection's own, which stay as they are given here.
    """
    if isinstance(value, str):
        return (own_words or {}).get(value) or as_text(str(value))
    if isinstance(value, t.Mapping):
        return {as_data(key, own_words): as_data(item, own_words) for key, item in value.items()}
    if isinstance(value, t.Sequence) and not isinstance(value, bytes | bytearray):
        return [as_data(item, own_words) for item in value]
    return value


def returns_data(function: t.Callable[..., t.Any]) -> t.Callable[..., t.Any]:
    """Make a filter of the function: what it returns passes the border, and so does what an expression goes on to make of it.

    Up to ansible-core 2.18 a mark on a value is lost as soon as an expression joins it to another, so the whole expression is marked as well, as ansible-core
    does it for lookups. A text stays a text there: without that, one that looks like JSON or a list becomes one.
    """

    def checked(arguments: tuple[t.Any, ...], options: dict[str, t.Any]) -> t.Any:
        for argument in (*arguments, *options.values()):
            if isinstance(argument, Undefined):
                # Fails with the name of what is undefined, as ansible-core 2.19 does before it calls a filter.
                str(argument)
        return function(*arguments, **options)

    @functools.wraps(function)
    def filter_function(*arguments: t.Any, **options: t.Any) -> t.Any:
        return as_data(checked(arguments, options))

    @pass_context
    @functools.wraps(function)
    def old_filter_function(context: t.Any, *arguments: t.Any, **options: t.Any) -> t.Any:
        context.unsafe = True
        found = checked(arguments, options)
        return wrap_var(NativeJinjaText(found)) if isinstance(found, str) else as_data(found)

    return filter_function if TRUST is not None else old_filter_function
