# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The border: what a filter returns is never a template for ansible-core, and neither is what an expression makes of it. `make cores` runs this on each."""

from __future__ import annotations

import typing as t

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.azdo.connections.plugins.plugin_utils._untrusted import TRUST, as_data, as_text, returns_data
from jinja2 import StrictUndefined, UndefinedError

from unit.plugins._helpers.filters import called

COMMAND, NUMBER = "{{ 7**9 }}", "40353607"
VALUE = {"name": COMMAND, "rows": [{COMMAND: (COMMAND, 1, None, True)}], "long": COMMAND * 100}
# What a play goes on to do with a value that it has kept.
USES = (
    "kept",
    "kept | string",
    "kept ~ ''",
    "kept.rows | to_json",
    "[kept.name, kept.long] | join(' ')",
    "kept.rows[0] | list | first",
)


class Play:
    """Expressions over variables, one after the other, as ansible-core evaluates those of a play."""

    def __init__(self, **variables: t.Any) -> None:
        self.variables = variables

    def __call__(self, expression: str) -> t.Any:
        text = f"{{{{ {expression} }}}}"
        templar = Templar(loader=DataLoader(), variables=self.variables)
        return templar.template(text if TRUST is None else TRUST(text))


@pytest.mark.parametrize("use", USES)
def test_nothing_of_it_is_ever_evaluated(use: str) -> None:
    play = Play(kept=as_data(VALUE))
    play.variables["again"] = play(use)
    assert NUMBER not in str(play("again"))
    assert COMMAND in str(play("again"))


def test_that_would_be_seen() -> None:
    """The same without the border: evaluated before ansible-core 2.19, and since then if it is trusted."""
    play = Play(kept=COMMAND if TRUST is None else TRUST(COMMAND))
    assert NUMBER in str(play("kept"))


@pytest.mark.parametrize(
    "text", ["", "x", COMMAND, "x" * 1000, '{"a":  1}', "['a',  'b']", "True", "1.10", "{% raw %}"]
)
def test_a_text_stays_what_it_is(text: str) -> None:
    assert as_text(text) == text
    assert as_data([text]) == [text]


def test_words_of_ours_stay_as_they_are() -> None:
    own = "workload_identity_federation"
    assert as_data({own: [own]}, {own: own}).popitem()[1][0] is own


def test_other_values_are_not_touched() -> None:
    value = [1, 1.5, None, True, b"x"]
    assert as_data(value) == value
    assert [type(item) for item in as_data(value)] == [type(item) for item in value]


def applied(function: t.Callable[..., t.Any], *arguments: t.Any, **options: t.Any) -> t.Any:
    return called(returns_data(function), *arguments, **options)


def test_a_filter_returns_what_its_function_returns() -> None:
    assert applied(lambda value, more=(): [value, *more], COMMAND, more=("x",)) == [COMMAND, "x"]
    assert applied(str.upper, "x") == "X"


@pytest.mark.parametrize(
    ("arguments", "options"), [((StrictUndefined(name="r"),), {}), (("x",), {"to": StrictUndefined(name="r")})]
)
def test_what_is_undefined_is_named(arguments: tuple[t.Any, ...], options: dict[str, t.Any]) -> None:
    with pytest.raises(UndefinedError, match="'r' is undefined"):
        applied(lambda value, to="": value, *arguments, **options)
