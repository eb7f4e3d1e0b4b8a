# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make test` takes of large sets is a fair part of them, and `make test-all` takes everything."""

from __future__ import annotations

import itertools

import pytest

from tools.sampling import ALL, diagonals, examples, sample


def combinations(**parameters: tuple[object, ...]) -> list[dict[str, object]]:
    return [dict(zip(parameters, values, strict=True)) for values in itertools.product(*parameters.values())]


def test_a_sample_is_even_and_starts_where_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ALL, raising=False)
    assert sample(range(9), 4) == [0, 4, 8]
    assert sample(range(9), 4, 6) == [2, 6]
    assert [examples(number) for number in (1, 5, 25, 30)] == [1, 2, 7, 8]


def test_with_everything_nothing_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ALL, "1")
    assert sample(range(9), 4, 6) == list(range(9))
    assert examples(25) == 25


def test_one_in_two_combinations_has_each_value_beside_every_second_one_of_the_others() -> None:
    found = combinations(what=("a", "b", "c"), where=("here", "there", "elsewhere", "nowhere"))
    taken = [tuple(item.values()) for item, take in zip(found, diagonals(found, 2), strict=True) if take]
    assert taken == [
        ("a", "here"),
        ("a", "elsewhere"),
        ("b", "there"),
        ("b", "nowhere"),
        ("c", "here"),
        ("c", "elsewhere"),
    ]


@pytest.mark.parametrize("one_in", [2, 3, 5])
@pytest.mark.parametrize("found", [
    combinations(what=tuple("abcdefg")),
    combinations(what=tuple("abcdefg"), where=("here",)),
    combinations(what=tuple("abc"), where=(1, 4), when=(True, False)),
    # Given together, not crossed.
    [{"what": "400", "where": "a"}, {"what": "404", "where": "a"}, {"what": "500", "where": "b"}],
    # Values that cannot be hashed, and equal ones that are two.
    combinations(what=({}, {}, []), where=([1], [1])),
], ids=["one", "one and a single", "three", "together", "not hashable"])  # fmt: skip
def test_no_value_is_left_out(found: list[dict[str, object]], one_in: int) -> None:
    taken = diagonals(found, one_in)
    for name in found[0]:
        every = {id(item[name]) for item in found}
        assert {id(item[name]) for item, take in zip(found, taken, strict=True) if take} == every


def test_whoever_has_one_parameter_keeps_all() -> None:
    assert all(diagonals(combinations(what=tuple("abcdefg")), 3))
