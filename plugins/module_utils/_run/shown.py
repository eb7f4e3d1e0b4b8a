# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one border at which what a task says to a person is made fit for a screen.

PRIVATE to the collection, and pure. Sentences are cleaned and cut: they hold names and error texts that other people wrote, and a terminal obeys them. Values
are not: playbooks compare names, ids and subjects, ``details`` of a failure and a ``hand_off`` among them, and have to get them as the service knows them.
"""

from __future__ import annotations

import typing as t

from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json
from ansible_collections.azdo.connections.plugins.module_utils._model.printable import LONGEST_NAME, lines, prose

Censor = t.Callable[[str], str]

# What holds a sentence wherever it stands in a result.
_SENTENCES = ("msg", "message", "remedy", "reason", "rollback_reason", "notes")
# What stands below these is for programs, or is none of the service's text.
_VALUES = ("details", "hand_off", "reasons", "plan", "invocation")


def shown_result(result: Json, warnings: t.Iterable[str], params: t.Mapping[str, t.Any], censored: Censor) -> Json:
    """The result, with ``warnings`` in it, whose sentences are fit for a screen.

    :param params: the options; names that stand there or in the result are known as such in sentences.
    :param censored: takes secrets out of a sentence before it is cut, because a piece of one would be recognised by nobody.
    """
    clean = _Cleaner({**result, "params": params}, censored)
    shown: Json = clean.values(result)
    if isinstance(shown.get("diff"), dict):
        shown["diff"] = {side: lines(text) if isinstance(text, str) else text for side, text in shown["diff"].items()}
    if isinstance(shown.get("exception"), str):
        shown["exception"] = lines(shown["exception"])
    return {**shown, "warnings": [clean.sentence(text) for text in warnings]}


class _Cleaner:
    def __init__(self, around: Json, censored: Censor) -> None:
        self._around = around
        self._censored = censored
        self._names: list[str] | None = None

    def values(self, value: t.Any) -> t.Any:
        """The value with all of its sentences cleaned; what has none is the same object."""
        if isinstance(value, dict):
            return {key: self._inner(key, item) for key, item in value.items()}
        if isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
            return [self.values(item) for item in value]
        return value

    def _inner(self, key: t.Any, value: t.Any) -> t.Any:
        if key in _VALUES:
            return value
        if key in _SENTENCES and isinstance(value, str):
            return self.sentence(value)
        if key in _SENTENCES and isinstance(value, list):
            return [self.sentence(item) if isinstance(item, str) else item for item in value]
        return self.values(value) if isinstance(value, dict | list) else value

    def sentence(self, text: str) -> str:
        if len(text) <= LONGEST_NAME and text.isprintable():
            return text
        return prose(self._censored(text), self._long_names())

    def _long_names(self) -> list[str]:
        """Looked for once, and only if there is a sentence that may hold one."""
        if self._names is None:
            self._names = list({text for text in _texts(self._around) if LONGEST_NAME < len(text) <= _LONGEST})
        return self._names


# What is longer is no name. It comes to an end with the sentence.
_LONGEST = 2000


def _texts(value: t.Any, key: t.Any = None) -> t.Iterator[str]:
    """All texts in it but sentences, in which names are to be found."""
    if isinstance(value, str):
        if key not in _SENTENCES:
            yield value
    elif isinstance(value, t.Mapping):
        for name, item in value.items():
            yield from _texts(item, name)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item, key)
