# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The known name that a misspelt one is nearest to.

PRIVATE to the collection, and pure.
"""

from __future__ import annotations

import difflib
import typing as t

# Less alike than that, another name would be a guess that misleads.
_ALIKE = 0.6
# So many misspelt names are compared with those that are there.
_MOST = 5


def nearest(name: str, known: t.Iterable[str]) -> str:
    """The known name that is most like it, as it is written there; empty where none is near. Neither case nor blanks around it matter."""
    spelt: dict[str, str] = {}
    for text in known:
        spelt.setdefault(text.strip().casefold(), text)
    found = difflib.get_close_matches(name.strip().casefold(), spelt, n=1, cutoff=_ALIKE)
    return spelt[found[0]] if found else ""


def did_you_mean(name: str, known: t.Iterable[str]) -> str:
    """The same as a sentence with a blank in front, to be put behind a message; empty where none is near."""
    near = nearest(name, known)
    return f" Did you mean {near!r}?" if near else ""


def hints(missing: t.Sequence[str], known: t.Iterable[str]) -> str:
    """The same for several names that are not there; of many, the first ones count."""
    known = list(known)
    if len(missing) == 1:
        return did_you_mean(missing[0], known)
    near = [f"{found!r} instead of {name!r}" for name in missing[:_MOST] if (found := nearest(name, known))]
    return f" Did you mean {', '.join(near)}?" if near else ""
