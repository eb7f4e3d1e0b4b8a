# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values in the forms that people have: a survey sends a list as one text and a blank answer as an empty one, YAML makes numbers of names, and a template
makes the text "None" of nothing.

PRIVATE to the collection, and pure. Each function takes a value that is not blank and returns what it means. :raises ValueError: it means nothing of the kind;
the message completes a sentence that begins with the name of the variable.
"""

from __future__ import annotations

import json
import re
import typing as t
from datetime import datetime

from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.azdo.connections.plugins.module_utils._model.identifiers import is_guid
from ansible_collections.azdo.connections.plugins.module_utils._model.name_patterns import says_nothing
from ansible_collections.azdo.connections.plugins.module_utils._model.nearest import did_you_mean
from ansible_collections.azdo.connections.plugins.module_utils._times import parse_time

DEFAULT_SIZES = "1,10%,100%"

Size = tuple[float, bool]
_TASK = {"task", "major", "support", "use_instead"}
_PAIR = frozenset({"connection", "issuer", "subject", "managed_identity"})
_DIGEST = re.compile(r"[0-9a-f]{64}")


def filled(value: t.Any) -> t.Any:
    """The value, or None for an answer that was left blank."""
    return None if value is None or (isinstance(value, str) and not value.strip()) else value


def listed(value: t.Any) -> list[str] | None:
    """A list, also from one text with commas or line breaks between its values; None if nothing was given. An empty list was given, and means "none".

    :raises TypeError: it is no list.
    """
    given = filled(value)
    if given is None:
        return None
    parts = ",".join(given.splitlines()).split(",") if isinstance(given, str) else given
    if not isinstance(parts, t.Sequence):
        raise TypeError(f"a value of type {type(value).__name__}")
    return [text for part in parts if (text := str(part).strip())]


def names(value: t.Any) -> list[str]:
    """Names or ids, as a list, as JSON of one, or as one text with commas or line breaks between them."""
    if isinstance(value, str) and value.strip() == "[]":
        value = []
    elif isinstance(value, str):
        value = _from_json(value, "[") or [part for part in re.split(r"[,\n]", value) if part.strip()]
        if not value:
            raise ValueError("has commas only, so it names nothing. Leave it out, or say what is meant")
    elif not isinstance(value, t.Sequence):
        value = [value]
    found = [_name(part) for part in value]
    if "" in found:
        raise ValueError("has an empty entry, which would be taken for nothing or for everything. Take it out")
    return found


def _name(value: t.Any) -> str:
    if isinstance(value, bool | float) or not isinstance(value, str | int | None):
        raise ValueError(f"has the entry {value!r}, which is no text any more as it was written. Put it in quotes")  # noqa: TRY004
    text = "" if value is None else str(value).strip()
    if says_nothing(text):
        raise ValueError(f"{_nothing(text)}; if something has that name, give its id")
    return text


def _from_json(text: str, start: str) -> list[t.Any]:
    """The list in a text that is one; empty for any other text."""
    try:
        found = json.loads(text) if text.strip().startswith(start) else []
    except ValueError:
        return []
    # A name may look like a list of numbers.
    return found if isinstance(found, list) and not any(isinstance(part, int | float) for part in found) else []


def text(value: t.Any) -> str:
    if isinstance(value, bool | float) or not isinstance(value, str | int):
        raise ValueError(f"must be a text, not {value!r}. Put it in quotes")  # noqa: TRY004
    if says_nothing(str(value)):
        raise ValueError(_nothing(str(value)))
    return str(value)


def _nothing(text: str) -> str:
    return f"is the text {text.strip()!r}, which a template makes of nothing. Leave it out, or say what is meant"


def path(value: t.Any) -> str:
    return text(value).strip()


def flag(value: t.Any) -> bool:
    try:
        return bool(boolean(value))
    except TypeError:
        raise ValueError(f"must be true or false, not {value!r}") from None


def number(value: t.Any) -> int:
    """A whole number that is not negative."""
    digits = str(value).strip()
    if isinstance(value, bool) or not (digits.isascii() and digits.isdecimal()):
        raise ValueError(f"must be a whole number, not {value!r}")
    return int(digits)


def ids(value: t.Any) -> list[str]:
    """IDs of connections, in lower case."""
    found = [text.lower() for text in names(value)]
    odd = [text for text in found if not is_guid(text)]
    if odd:
        raise ValueError(f"has the entry {odd[0]!r}, which is no ID of a connection")
    return found


def plan(value: t.Any) -> t.Mapping[str, t.Any]:
    """The plan of a fleet, as a dictionary or as JSON of one."""
    found = value
    if isinstance(value, str):
        try:
            found = json.loads(value)
        except ValueError:
            found = None
    if not isinstance(found, t.Mapping) or not isinstance(found.get("hosts"), t.Mapping):
        raise ValueError("must be what the playbook azdo.connections.plan has handed on, whole and as it was")  # noqa: TRY004
    return found


def choice(value: t.Any, choices: t.Sequence[str]) -> str:
    wanted = str(value).strip()
    if wanted not in choices:
        known = [text for text in choices if text]
        raise ValueError(f"must be one of {', '.join(known)}, not {value!r}.{did_you_mean(wanted, known)}".rstrip("."))
    return wanted


def choices(value: t.Any, known: t.Sequence[str]) -> list[str]:
    return [choice(name, known) for name in names(value)]


def digest(value: t.Any) -> str:
    """The digest of a plan."""
    found = str(value).strip().strip("'\"").lower()
    if not _DIGEST.fullmatch(found):
        raise ValueError(
            f"must be the digest that the playbook azdo.connections.plan showed, all 64 characters of it, not {value!r}. Copy the whole line that begins with "
            "'To do just that'"
        )
    return found


def sizes_of(value: t.Any) -> list[Size]:
    """The sizes of waves from ``[1, "10%", "100%"]``, from the same as one text with commas, or from one number.

    Shape: ``[(number, whether it is a percentage)]``. :raises ValueError: something else; the message names it.
    """
    parts = value if isinstance(value, list | tuple) else str(value).split(",")
    texts = [str(part).strip() for part in parts if str(part).strip()]
    found: list[Size] = []
    for text in texts:
        match = re.fullmatch(r"(\d+(?:\.\d+)?)(%?)", text)
        number = float(match[1]) if match else 0.0
        if not match or number <= 0 or (not match[2] and number != int(number)):
            raise ValueError(f"{text!r} is no size of a wave: give a whole number, or a percentage such as 10%")
        found.append((number, bool(match[2])))
    if not found:
        raise ValueError("there is no size: give at least one, such as 100%")
    return found


def sizes(value: t.Any) -> t.Any:
    """Sizes of waves, as they were given."""
    sizes_of(value)
    return value


def pairs(value: t.Any) -> list[dict[str, t.Any]]:
    """Issuer and subject of connections, or the managed identities behind them."""
    given = _from_json(value, "[") if isinstance(value, str) else value
    wrong = not isinstance(given, t.Sequence) or not all(
        isinstance(item, t.Mapping) and "connection" in item and _PAIR.issuperset(item) for item in given
    )
    if wrong or not given:
        raise ValueError(
            "must be a list of dictionaries, each with connection, and with issuer and subject, or managed_identity, or all of them"
        )
    return [{key: text(item[key]) for key in sorted(_PAIR.intersection(item))} for item in given]


def tasks(value: t.Any) -> list[dict[str, t.Any]]:
    """Rows about tasks of pipelines; what they may say is told by the module."""
    given = _from_json(value, "[") if isinstance(value, str) else value
    if (
        not isinstance(given, t.Sequence)
        or not given
        or not all(isinstance(item, t.Mapping) and {"task", "support"} <= item.keys() <= _TASK for item in given)
    ):
        raise ValueError(
            "must be a list of dictionaries, each with task and support, and perhaps major and use_instead"
        )
    return [{key: item[key] for key in sorted(item)} for item in given]


def moment_of(text: str) -> datetime | None:
    """A time, or a day, which begins at midnight in UTC; None if it is neither."""
    return parse_time(text) or parse_time(f"{text.strip()}T00:00:00Z")
