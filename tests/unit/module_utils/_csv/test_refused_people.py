# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose rows were refused, and whether that is sure: however the service counts, who was refused is among them, and sure is never wrong."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.community.staffbase.plugins.module_utils._csv import next_baseline
from ansible_collections.community.staffbase.plugins.module_utils._csv.next_baseline import refused_identifiers, refused_people
from support.told_delta import table_of

#: How many lines each row has.
Heights = t.Sequence[int]


def delta_with(heights: Heights) -> bytes:
    """Return a difference; the row of number n (1 is the first) is of a person of this name."""
    rows = [f'{number};"{chr(10).join("x" * height)}"' if height > 1 else f"{number};x" for number, height in enumerate(heights, 1)]
    return "".join(f"{row}\n" for row in ["id;name", *rows]).encode()


def first_line(heights: Heights, number: int) -> int:
    """Return the physical line on which a row starts; the header is 1."""
    return 2 + sum(heights[: number - 1])


#: What the service may call the row of a number.
WAYS: dict[str, t.Callable[[Heights, int], int]] = {
    "the header is record 1": lambda heights, number: number + 1,
    "the header is record 0, or the first row is 1": lambda heights, number: number,
    "the first row is 0": lambda heights, number: number - 1,
    "the header is line 1, the first line": first_line,
    "the header is line 1, the last line": lambda heights, number: first_line(heights, number) + heights[number - 1] - 1,
    "the header is line 0, the first line": lambda heights, number: first_line(heights, number) - 1,
    "the header is line 0, the last line": lambda heights, number: first_line(heights, number) + heights[number - 1] - 2,
}


def found(heights: Heights, lines: t.Iterable[int]) -> dict[int, bool]:
    return {int(name): sure for name, sure in refused_people(table_of(delta_with(heights)), set(lines)).items()}


@given(st.lists(st.integers(1, 3), min_size=1, max_size=8), st.sampled_from(sorted(WAYS)), st.data())
@example(heights=[1] * 8, way="the header is record 1", data=None)
def test_who_was_refused_is_found_however_the_service_counts(heights: list[int], way: str, data: st.DataObject | None) -> None:
    numbers = range(1, len(heights) + 1)
    refused = set(numbers) if data is None else data.draw(st.sets(st.sampled_from(numbers), min_size=1))
    people = found(heights, {WAYS[way](heights, number) for number in refused})
    assert refused <= people.keys()
    if all(people.values()):
        assert people.keys() == refused, "sure, and wrong"
    assert len(set(people.values())) == 1, "one way of counting holds for all"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("heights", [[1] * 5, [1, 3, 1, 2, 1], [3, 3]])
def test_where_every_row_was_refused_that_is_sure_unless_it_can_be_less(heights: list[int], way: str) -> None:
    """Only one way of counting has room for so many numbers, where each row is one line."""
    lines = {WAYS[way](heights, number) for number in range(1, len(heights) + 1)}
    people = found(heights, lines)
    assert people.keys() == set(range(1, len(heights) + 1))
    if heights == [1] * 5 and 0 not in lines:
        assert all(people.values())


@pytest.mark.parametrize("line", [1, 2, 3, 4, 5])
def test_one_of_many_rows_is_not_sure(line: int) -> None:
    assert found([1] * 8, {line}) == dict.fromkeys({line - 1, line, line + 1} - {0}, False)


@pytest.mark.parametrize(("rows", "line", "people"), [
    (1, 1, {1: True}), (1, 2, {1: True}), (2, 3, {2: True}), (2, 1, {1: False, 2: False}), (2, 2, {1: False, 2: False}),
    (8, 9, {8: True}), (8, 8, {7: False, 8: False}),
])
def test_a_number_that_only_one_row_can_have_is_sure(rows: int, line: int, people: dict[int, bool]) -> None:
    """The last line of the file can only be the last row."""
    assert found([1] * rows, {line}) == people


def test_a_second_number_rules_ways_of_counting_out() -> None:
    """9 is the last of 8 rows where the header counts, and nobody's else; so 4 is the third row for certain."""
    assert found([1] * 8, {4, 9}) == {3: True, 8: True}
    assert found([1] * 8, {4}) == {3: False, 4: False, 5: False}


def test_a_line_within_a_row_rules_out_that_records_are_counted() -> None:
    """There is no eighth record, so lines are counted; with the header or without it is not sure, but that changes nothing for these."""
    heights = [1, 1, 5, 1]
    assert found(heights, {7}) == {3: True}
    assert found(heights, {8}) == {3: False, 4: False}
    assert found(heights, {9}) == {4: True}


@pytest.mark.parametrize("lines", [{10}, {4711}, {-1}, {2, 10}, {2, -5}, {1, 9}])
def test_a_number_that_is_nobodys_means_anybody(lines: set[int]) -> None:
    assert found([1] * 8, lines) == dict.fromkeys(range(1, 9), False)


@pytest.mark.parametrize(("lines", "people"), [
    ({0}, set(range(1, 9))), ({0, 3}, set(range(1, 9))), ({0, 8}, set(range(1, 9))), ({0, 4711}, set(range(1, 9))),
])
def test_line_0_may_stand_for_the_file_so_anybody_may_be_meant(lines: set[int], people: set[int]) -> None:
    assert found([1] * 8, lines) == dict.fromkeys(people, False)


def test_no_line_is_nobody() -> None:
    assert found([1, 1], set()) == {}


@given(st.lists(st.integers(1, 3), min_size=1, max_size=6), st.sets(st.integers(0, 9), min_size=1, max_size=3))
def test_it_is_never_more_people_than_without_a_memory(heights: list[int], lines: set[int]) -> None:
    """What tells of no person beside those who may be meant by one number; only sets of numbers rule some of them out."""
    before = {int(name) for name in refused_identifiers(table_of(delta_with(heights)), lines)}
    people = found(heights, lines)
    assert people.keys() <= before or not any(people.values())


def test_that_every_way_of_counting_is_needed_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without physical lines, a row of several lines hides who was refused."""
    assert 3 in found([1, 3, 1], {WAYS["the header is line 1, the last line"]([1, 3, 1], 3)})
    monkeypatch.setattr(next_baseline, "range", lambda *numbers: range(0) if len(numbers) == 2 else range(*numbers), raising=False)
    assert found([1, 3, 1], {6}) == dict.fromkeys((1, 2, 3), False), "nobody's: then it may be anybody"
