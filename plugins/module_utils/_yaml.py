# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that people write in YAML or JSON.

PRIVATE to the collection.
"""

from __future__ import annotations

import itertools
import typing as t
from dataclasses import dataclass

from ansible_collections.azdo.connections.plugins.module_utils._errors import MissingLibraryError

try:
    import yaml
except ImportError:
    HAS_YAML = False
else:
    HAS_YAML = True


class NotYamlError(ValueError):
    """What is wrong with a text, in the words of the library. They may quote the text itself, so they are nothing for a file with secrets.

    :param line: where it was seen, counted from 1; 0 if the library does not say.
    """

    def __init__(self, fault: str, line: int) -> None:
        super().__init__(fault)
        self.line = line


class RepeatedKeyError(NotYamlError):
    """One mapping has a key twice, as two entries of a list do with the dash of the second forgotten.

    :param key: as it stands there, which may be a secret in the wrong place. :param line: where it stands for the second time.
    """

    def __init__(self, key: str, line: int) -> None:
        super().__init__(f"line {line} gives {key!r} for the second time in one mapping", line)
        self.key = key


def yaml_value(text: str) -> t.Any:
    """What a YAML or JSON text says, read without anything that could run.

    :raises NotYamlError: it is none. :raises RepeatedKeyError: PyYAML would keep the last value of a key, and lose the others without a word.
    :raises MissingLibraryError: nobody can read it.
    """
    if not HAS_YAML:
        raise MissingLibraryError("PyYAML", "to read a file in YAML", "")
    try:
        _refuse_deep(text)
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
        try:
            return _constructed(loader)
        finally:
            loader.dispose()
    except NotYamlError:
        raise
    except Exception as error:  # noqa: BLE001 - besides errors of its own the library raises what a text makes of Python, such as ValueError for a date
        mark = getattr(error, "problem_mark", None)
        raise NotYamlError(" ".join(str(error).split()), mark.line + 1 if mark else 0) from None


@dataclass(frozen=True)
class Located:
    """A value, and the line in which it begins, counted from 1. Mappings have texts as keys and located values, lists located items; the rest are texts."""

    value: t.Any
    line: int


# A text that a service made is never that deep, nor that long once its aliases are put in.
_DEEPEST = 64
_MOST_NODES = 500_000


def located_value(text: str) -> Located:
    """What a YAML text says, with lines; scalars as they are written. Aliases and merges are put in.

    :raises NotYamlError: it is none, or too deep. :raises MissingLibraryError: nobody can read it.
    """
    if not HAS_YAML:
        raise MissingLibraryError("PyYAML", "to read a pipeline in YAML", "")
    try:
        _refuse_deep(text)
        root = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except NotYamlError:
        raise
    except Exception as error:  # noqa: BLE001 - see yaml_value
        mark = getattr(error, "problem_mark", None)
        raise NotYamlError(" ".join(str(error).split()), mark.line + 1 if mark else 0) from None
    return Located(None, 1) if root is None else _located(root, 0, itertools.count())


def _refuse_deep(text: str) -> None:
    """The library in C goes down without looking how deep it is, and takes the process along."""
    depth = 0
    for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                raise NotYamlError("it is nested too deep", event.start_mark.line + 1 if event.start_mark else 0)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _located(node: t.Any, depth: int, number: t.Iterator[int]) -> Located:
    line = node.start_mark.line + 1
    if depth > _DEEPEST or next(number) > _MOST_NODES:
        raise NotYamlError("it is nested too deep, or too long", line)
    if isinstance(node, yaml.MappingNode):
        return Located({str(key.value): _located(value, depth + 1, number) for key, value in node.value}, line)
    if isinstance(node, yaml.SequenceNode):
        return Located([_located(item, depth + 1, number) for item in node.value], line)
    return Located(node.value, line)


def refuse_repeated_keys(text: str) -> None:
    """The same for a text that somebody else reads, with tags of his own. What is no YAML passes: its reader says so. :raises RepeatedKeyError: see there."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return
    if root is not None:
        _refuse_repeated(root)


def _constructed(loader: t.Any) -> t.Any:
    root = loader.get_single_node()
    if root is None:
        return None
    _refuse_repeated(root)
    return loader.construct_document(root)


def _refuse_repeated(root: t.Any) -> None:
    """Compares keys as they are written: what a merge (``<<``) brings may be given again."""
    nodes, seen = [root], {id(root)}
    for node in nodes:
        if isinstance(node, yaml.MappingNode):
            _refuse_repeated_in(node)
        # An alias makes the same node stand in several places, or in itself.
        inside = [inner for inner in _children(node) if id(inner) not in seen]
        seen.update(map(id, inside))
        nodes += inside


def _refuse_repeated_in(mapping: t.Any) -> None:
    keys: set[tuple[str, str]] = set()
    for key, _value in mapping.value:
        if isinstance(key, yaml.ScalarNode):
            if (key.tag, key.value) in keys:
                raise RepeatedKeyError(key.value, key.start_mark.line + 1)
            keys.add((key.tag, key.value))


def _children(node: t.Any) -> t.Iterator[t.Any]:
    if isinstance(node, yaml.MappingNode):
        for pair in node.value:
            yield from pair
    elif isinstance(node, yaml.SequenceNode):
        yield from node.value
