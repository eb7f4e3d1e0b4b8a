# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTML from texts that other people chose: whatever is not marked as ours is escaped.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import functools
import html
import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._model.printable import printable


class Markup(str):
    """HTML that we made."""

    __slots__ = ()


# What has no end tag. Shapes of SVG are not among them: without one the next would lie inside.
_VOID = {"meta", "link", "input", "br"}


@functools.lru_cache(maxsize=65536)
def escaped(text: str) -> Markup:
    """Return the text for a place between tags or in a quoted attribute; what controls the direction of reading is written out."""
    return Markup(html.escape(text if text.isprintable() else printable(text), quote=True))


def element(tag: str, *children: object, **attributes: object) -> Markup:
    """Return an element. Children that are no Markup are escaped; None is left out.

    :param attributes: ``class_`` is class, ``aria_label`` is aria-label; True is an attribute without value, None and False are none.
    """
    opening = f"<{tag}{''.join(_attribute(key, value) for key, value in attributes.items())}>"
    if tag in _VOID:
        return Markup(opening)
    return Markup(f"{opening}{joined(children)}</{tag}>")


def _attribute(key: str, value: object) -> str:
    if value is None or value is False:
        return ""
    key = key.rstrip("_").replace("_", "-")
    return f" {key}" if value is True else f' {key}="{escaped(str(value))}"'


def joined(children: t.Iterable[object]) -> Markup:
    return Markup(
        "".join(child if isinstance(child, Markup) else escaped(str(child)) for child in children if child is not None)
    )
