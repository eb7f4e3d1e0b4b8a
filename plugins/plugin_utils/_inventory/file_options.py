# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person wrote into an inventory file, held against the documentation of the plugin before anything is read.

PRIVATE to the collection, and pure: the file is read elsewhere. ansible-core ignores an option that it does not know, takes a flag that it cannot read for
false, and does not look into lists; each of these makes hosts of what nobody meant.
"""

from __future__ import annotations

import typing as t

import yaml
from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.azdo.connections.plugins.module_utils._errors import OptionError
from ansible_collections.azdo.connections.plugins.module_utils._model.connection import Json
from ansible_collections.azdo.connections.plugins.module_utils._model.name_patterns import says_nothing
from ansible_collections.azdo.connections.plugins.module_utils._model.nearest import nearest

# How ansible-core gives the documentation of options: {name: {type, elements, choices, aliases, suboptions}}.
Documented = t.Mapping[str, t.Mapping[str, t.Any]]
# What stands in the file for an option, as texts; None for what is no plain text.
Written = t.Mapping[str, t.Sequence[str | None]]


def checked(
    said: t.Mapping[str, t.Any],
    documented: Documented,
    narrowing: t.Mapping[str, str],
    written: t.Callable[[], Written],
) -> Json:
    """The options of a file as their documentation wants them, without those that are null or blank, which are as good as left out.

    :param narrowing: options that must not come out empty, with what it would mean: ``{name: meaning}``.
    :param written: reads the file as texts, for what YAML took for a number, a flag or a date.
    :raises OptionError: an option that is not known, or a value that cannot be what somebody meant.
    """
    names = {alias: name for name, option in documented.items() for alias in (name, *option.get("aliases", ()))}
    _check_known(said, names, "")
    found: Json = {}
    words: dict[str, str] = {}
    for word, value in said.items():
        name = names[word]
        if words.setdefault(name, word) != word:
            raise OptionError(f"{words[name]} and {word} are the same option.", remedy="Leave one of them out.")
        if _is_blank(value) or (isinstance(value, list) and not value):
            if name in narrowing:
                raise OptionError(
                    f"{word} is empty, which would mean {narrowing[name]}.",
                    remedy="Leave it out to mean that, or write what you mean.",
                )
        else:
            found[name] = _Option(word, documented[name], narrowing.get(name, ""), written).value(value)
    return found


def as_written(text: str) -> dict[str, list[str | None]]:
    """What stands in an inventory file without quotes, such as ``007`` and ``yes``: ``{option: [text]}``. What is in quotes may be a template."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return {}
    return {
        key.value: [
            item.value if isinstance(item, yaml.ScalarNode) and not item.style else None for item in _items(value)
        ]
        for key, value in (root.value if isinstance(root, yaml.MappingNode) else ())
        if isinstance(key, yaml.ScalarNode)
    }


def _items(node: yaml.Node) -> t.Sequence[yaml.Node]:
    return t.cast("list[yaml.Node]", node.value) if isinstance(node, yaml.SequenceNode) else [node]


def _check_known(said: t.Iterable[t.Any], known: t.Iterable[str], inside: str) -> None:
    known = list(known)
    unknown = [str(word) for word in said if word not in known]
    if unknown:
        hints = [(word, nearest(word, known)) for word in unknown]
        meant = " ".join(f"Instead of {word}, did you mean {hint}?" for word, hint in hints if hint)
        several = "are no options" if len(unknown) > 1 else "is no option"
        where = f"of {inside}" if inside else "of this inventory"
        raise OptionError(
            f"{', '.join(unknown)} {several} {where}.",
            remedy=meant or f"Known are {', '.join(known)}.",
        )


def _is_blank(value: t.Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _is_no_value(value: t.Any) -> bool:
    return isinstance(value, str) and says_nothing(value)


class _Option:
    """One option of the file, under the name that stands there."""

    def __init__(
        self, word: str, documented: t.Mapping[str, t.Any], meaning: str, written: t.Callable[[], Written]
    ) -> None:
        self.word = word
        self.documented = documented
        self.written = written
        self.leave_out = f"Leave it out to mean {meaning}, or write what you mean." if meaning else "Leave it out."

    def value(self, value: t.Any) -> t.Any:
        """:raises OptionError: the value is not of the option's type, or none of its choices."""
        if _is_no_value(value):
            raise OptionError(
                f"{self.word} is the text {value!r}, as a template without a value leaves it.", remedy=self.leave_out
            )
        kind = self.documented.get("type", "str")
        by_kind: dict[str, t.Callable[[t.Any], t.Any]] = {
            "list": self._list,
            "dict": self._mapping,
            **dict.fromkeys(("bool", "boolean"), self._flag),
            **dict.fromkeys(("int", "integer"), self._number),
            **dict.fromkeys(("str", "string", "path"), self._text),
        }
        return by_kind[kind](value) if kind in by_kind else value

    def _wrong(self, wanted: str) -> OptionError:
        return OptionError(f"{self.word} is not {wanted}.", remedy=f"Write {self.word} as {wanted}.")

    def _flag(self, value: t.Any) -> bool:
        try:
            return bool(boolean(value, strict=True))
        except TypeError:
            raise self._wrong("true or false") from None

    def _number(self, value: t.Any) -> int:
        try:
            if isinstance(value, bool) or int(value) != float(value):
                raise ValueError
            return int(value)
        except (TypeError, ValueError, OverflowError):
            raise self._wrong("a whole number") from None

    def _mapping(self, value: t.Any) -> t.Any:
        if not isinstance(value, dict):
            raise self._wrong("a mapping of names to expressions")
        return value

    def _text(self, value: t.Any) -> t.Any:
        if isinstance(value, list | dict):
            raise self._wrong("one text")
        return self._chosen(self._as_text(value, self.word, 0, alone=True))

    def _list(self, value: t.Any) -> list[t.Any]:
        """A text with commas or line breaks is a list, as everywhere in Ansible."""
        alone = not isinstance(value, list)
        if alone and isinstance(value, str):
            value = [text.strip() for text in ",".join(value.splitlines()).split(",")]
        entries = value if isinstance(value, list) else [value]
        check = self._inner_mapping if self.documented.get("elements") == "dict" else self._entry
        return [check(entry, number, alone) for number, entry in enumerate(entries)]

    def _entry(self, value: t.Any, number: int, alone: bool) -> t.Any:
        if isinstance(value, list | dict):
            raise OptionError(
                f"Entry {number + 1} of {self.word} is no text.",
                remedy="Write names as a list, and quote one that has a colon or brackets in it.",
            )
        if _is_blank(value):
            raise OptionError(f"{self.word} contains an empty entry.", remedy=self.leave_out)
        if _is_no_value(value):
            raise OptionError(
                f"{self.word} contains the text {value!r}, as a template without a value leaves it.",
                remedy=f"{self.leave_out} What is really called so has an ID.",
            )
        return self._chosen(self._as_text(value, f"Entry {number + 1} of {self.word}", number, alone=alone))

    def _inner_mapping(self, value: t.Any, number: int, alone: bool) -> t.Any:
        where = f"entry {number + 1} of {self.word}"
        if not isinstance(value, dict):
            raise OptionError(f"{where[0].upper()}{where[1:]} is no mapping.", remedy="Write it as key: value.")
        _check_known(value, self.documented.get("suboptions") or value, where)
        if "key" in (self.documented.get("suboptions") or ()) and _is_blank(value.get("key")):
            raise OptionError(f"{where[0].upper()}{where[1:]} has no key.", remedy="Write the expression as its key.")
        return value

    def _as_text(self, value: t.Any, what: str, number: int, *, alone: bool) -> t.Any:
        """What YAML took for a number, a flag or a date is a name like 007, as it stands in the file. Other objects hold a text from a vault."""
        if not isinstance(value, bool | int | float) and not hasattr(value, "isoformat"):
            return value
        texts = self.written().get(self.word, ())
        text = texts[number] if number < len(texts) and not (alone and len(texts) > 1) else None
        if text is None:
            raise OptionError(f"{what} is a number, a flag or a date to YAML, not a text.", remedy="Quote it.")
        return text

    def _chosen(self, value: t.Any) -> t.Any:
        choices = self.documented.get("choices")
        if choices and value not in choices:
            hint = nearest(value, choices) if isinstance(value, str) else ""
            raise OptionError(
                f"{self.word} contains {value!r}, which is not known."
                if self.documented.get("type") == "list"
                else f"{self.word} is {value!r}, which is not known.",
                remedy=f"{f'Did you mean {hint}? ' if hint else ''}Known are {', '.join(choices)}.",
            )
        return value
