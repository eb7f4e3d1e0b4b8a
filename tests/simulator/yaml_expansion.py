# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the YAML file of a pipeline to the `finalYaml` of a preview: templates, parameters, conditions, loops and shortcuts.

What the real answer looks like was observed by others and is in the fact sheet about pipeline readiness or in public records of previews; where a comment
says nothing, the language is as documented (learn.microsoft.com, templates and template expressions).
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .yaml_expressions import Unexpandable, as_text, evaluate, filled, truth, whole
from .yaml_forms import load, normal, wrapped

Read = Callable[[str, str], str]
"""Repository (an alias, empty for that of the pipeline) and path, to text. Raises Unexpandable."""

_SECTIONS = ("stages", "jobs", "steps")
_IF, _ELSEIF, _ELSE, _EACH, _INSERT = "if ", "elseif ", "else", "each ", "insert"
_DEEPEST = 50


@dataclass(frozen=True)
class Scope:
    """What expressions see at a place of a file."""

    names: Mapping[str, Any]
    repository: str = ""
    path: str = ""
    depth: int = 0

    def knowing(self, **more: Any) -> Scope:
        return replace(self, names={**self.names, **more})

    def variables(self, rows: list[Any]) -> Scope:
        found = {row["name"]: row.get("value") for row in rows if isinstance(row, dict) and "name" in row}
        return self.knowing(variables={**self.names["variables"], **found})


@dataclass
class Expander:
    read: Read
    variables: Mapping[str, str] = field(default_factory=dict)
    """Of the definition."""

    def expand(self, path: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """The whole document. Raises Unexpandable."""
        scope = Scope({"parameters": {}, "variables": dict(self.variables)}, "", path)
        return wrapped(self._file(load(self.read("", path), path), given, scope))

    def _file(self, document: Mapping[str, Any], given: Mapping[str, Any], scope: Scope) -> dict[str, Any]:
        """A root or a template with its parameters bound."""
        scope = scope.knowing(parameters=_bound(document.get("parameters"), given, scope))
        extended = document.get("extends")
        body = self._mapping({k: v for k, v in document.items() if k not in ("parameters", "extends")}, scope)
        if extended is None:
            return body
        own = body.get("variables", [])
        base = self._template(self._mapping(extended, scope), scope.variables(own))
        rows = [*own, *base.get("variables", [])]
        return {**base, **body, **({"variables": rows} if rows else {})}

    def _template(self, item: Mapping[str, Any], scope: Scope) -> dict[str, Any]:
        """The body of the file that an item names, relative to the file that names it."""
        if scope.depth > _DEEPEST:
            raise Unexpandable("The maximum depth of templates was exceeded.")  # assumed
        name, _at, alias = as_text(item["template"]).partition("@")
        repository = ("" if alias == "self" else alias) or ("" if alias else scope.repository)
        start = "" if alias else posixpath.dirname(scope.path)
        path = posixpath.normpath(posixpath.join("/", start, name)).lstrip("/")
        document = load(self.read(repository, path), path)
        inner = Scope({"parameters": {}, "variables": scope.names["variables"]}, repository, path, scope.depth + 1)
        return self._file(document, item.get("parameters") or {}, inner)

    # -- mappings and lists ----------------------------------------------------------------------------------------
    def _value(self, value: Any, scope: Scope) -> Any:
        if isinstance(value, str):
            return filled(value, scope.names)
        if isinstance(value, dict):
            return self._mapping(value, scope)
        if isinstance(value, list):
            return [self._value(item, inner) for item, inner in self._items(value, scope)]
        return value

    def _mapping(self, value: Mapping[str, Any], scope: Scope) -> dict[str, Any]:
        rows = list(self._pairs(value, scope))
        for place, (key, item, inner) in enumerate(rows):  # first: the other keys see them
            if key == "variables" and isinstance(item, (dict, list)):
                made = self._variables(item, inner)
                rows[place] = (key, made, inner)
                scope = scope.variables(made)
        seen, found = scope.names["variables"], dict[str, Any]()
        for key, item, inner in rows:
            around = inner.knowing(variables=seen)
            if key in _SECTIONS and isinstance(item, (list, str)):
                found[key] = self._section(key, item, around)
            elif key == "parameters":
                found[key] = self._plain(item, around)
            else:
                found[key] = self._value(item, around)
        return found

    def _plain(self, value: Any, scope: Scope) -> Any:
        """What is given to a template: nothing in it is a section yet."""
        if isinstance(value, dict):
            return {key: self._plain(item, inner) for key, item, inner in self._pairs(value, scope)}
        if isinstance(value, list):
            return [self._plain(item, inner) for item, inner in self._items(value, scope)]
        return self._value(value, scope)

    def _section(self, kind: str, value: list[Any] | str, scope: Scope) -> list[Any]:
        found: list[Any] = []
        raw = self._value(value, scope) if isinstance(value, str) else value
        for item, inner in self._items(raw or [], scope):
            if isinstance(item, dict) and "template" in item:
                body = self._template(self._value(item, inner), inner)
                found += body.get(kind) or []
            elif isinstance(item, dict):
                made = self._mapping(item, inner)
                found.append(normal(kind, made))
        return found

    def _variables(self, value: dict[str, Any] | list[Any], scope: Scope) -> list[Any]:
        """Always a list in the end; each sees those before it."""  # observed: public records of previews
        known = dict(scope.names["variables"])
        scope, found = scope.knowing(variables=known), list[Any]()
        rows = self._named(value, scope) if isinstance(value, dict) else self._items(value, scope)
        for item, inner in rows:
            made = self._value(item, inner)
            if isinstance(made, dict) and "template" in made:
                found += self._template(made, inner).get("variables") or []
            else:
                found.append(made)
            known.update(scope.variables(found).names["variables"])
        return found

    def _named(self, value: dict[str, Any], scope: Scope) -> Iterator[tuple[Any, Scope]]:
        for key, item, inner in self._pairs(value, scope):
            yield {"name": key, "value": item}, inner

    def _pairs(self, value: Mapping[str, Any], scope: Scope) -> Iterator[tuple[str, Any, Scope]]:
        """The entries of a mapping, those of conditions, loops and `insert` among them."""
        taken: bool | None = None
        for key, item in value.items():
            word = whole(key) if isinstance(key, str) else None
            if word is None or not _directive(word):
                taken = None
                yield as_text(filled(str(key), scope.names)), item, scope
                continue
            taken, scopes = _decided(word, taken, scope)
            for inner in scopes:
                body = self._value(item, inner) if isinstance(item, str) else item
                yield from self._pairs(body or {}, inner)

    def _items(self, value: list[Any], scope: Scope) -> Iterator[tuple[Any, Scope]]:
        """The items of a list; a list in the place of an item becomes part of it."""
        taken: bool | None = None
        for item in value:
            only = next(iter(item)) if isinstance(item, dict) and len(item) == 1 else None
            word = whole(only) if isinstance(only, str) else None
            if word is not None and _directive(word):
                taken, scopes = _decided(word, taken, scope)
                for inner in scopes:
                    body = self._value(item[only], inner) if isinstance(item[only], str) else item[only]
                    yield from self._items(body if isinstance(body, list) else [body], inner)
                continue
            taken = None
            made = filled(item, scope.names) if isinstance(item, str) else item
            if isinstance(made, list) and isinstance(item, str):
                yield from ((part, scope) for part in made)
            else:
                yield made, scope


def _directive(word: str) -> bool:
    return word in (_ELSE, _INSERT) or word.startswith((_IF, _ELSEIF, _EACH))


def _decided(word: str, taken: bool | None, scope: Scope) -> tuple[bool | None, list[Scope]]:
    """Whether a branch of this chain is taken by now, and the scopes in which the body counts."""
    if word.startswith(_EACH):
        name, _in, text = word[len(_EACH) :].strip().partition(" in ")
        values = evaluate(text, scope.names) or []
        rows = [{"key": key, "value": item} for key, item in values.items()] if isinstance(values, dict) else values
        return None, [scope.knowing(**{name.strip(): row}) for row in rows]
    if word == _INSERT:
        return None, [scope]
    if word.startswith(_IF):
        now = truth(evaluate(word[len(_IF) :], scope.names))
        return now, [scope] if now else []
    now = not taken and (word == _ELSE or truth(evaluate(word[len(_ELSEIF) :], scope.names)))
    return bool(taken) or now, [scope] if now else []


def _bound(declared: Any, given: Mapping[str, Any], scope: Scope) -> dict[str, Any]:
    """Parameters as the file declares them, with what is given; the older form is a mapping of defaults."""
    rows = declared if isinstance(declared, list) else [{"name": k, "default": v} for k, v in (declared or {}).items()]
    names = {row["name"].lower(): row for row in rows}
    for name in given:
        if name.lower() not in names:
            raise Unexpandable(f"/{scope.path}: Unexpected parameter '{name}'")  # observed: azure-cli 27653
    sent = {name.lower(): value for name, value in given.items()}
    found = {}
    for name, row in names.items():
        if name not in sent and "default" not in row:
            # observed: text in reports of others; that the preview says it so: assumed
            raise Unexpandable(f"/{scope.path}: A value for the '{row['name']}' parameter must be provided.")
        found[row["name"]] = _typed(sent.get(name, row.get("default")), row.get("type"))
    return found


def _typed(value: Any, kind: Any) -> Any:
    return truth(value) if kind == "boolean" and isinstance(value, str) else value
