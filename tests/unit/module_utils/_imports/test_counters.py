# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The five counters are found in whatever shape they come, and in doubt the careful reading is taken."""

from __future__ import annotations

import json
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.community.staffbase.plugins.module_utils._imports import counters
from ansible_collections.community.staffbase.plugins.module_utils._imports.counters import COUNTERS, has_numbers, is_all_zero, read_counters

FIVE = {"created": 3, "updated": 40, "deactivated": 2, "reactivated": 1, "deleted": 0}
FOUR = {name: value for name, value in FIVE.items() if name != "reactivated"}
ZEROS = dict.fromkeys(COUNTERS, 0)


@pytest.mark.parametrize("answer", [
    FIVE,
    {"summary": FIVE},
    {"data": {"attributes": {"summary": FIVE}}},
    {"status": "IMPORTING", "progress": 0.5, "changes": FIVE},
    [FIVE],
    {"summaries": [FIVE]},
    {name: str(value) for name, value in FIVE.items()},
    {name: f" {value} " for name, value in FIVE.items()},
    {name: float(value) for name, value in FIVE.items()},
    {name: {"count": value} for name, value in FIVE.items()},
    {name: {"total": value, "ids": []} for name, value in FIVE.items()},
    {name: [{"id": number} for number in range(value)] for name, value in FIVE.items()},
    [{"type": name, "count": value} for name, value in FIVE.items()],
    {"changes": [{"action": name.upper(), "n": str(value)} for name, value in FIVE.items()]},
    {"preview": FIVE},
    {"import": FIVE},
])
@pytest.mark.parametrize("expected", [True, False])
def test_every_shape_tells_the_same_numbers(answer: t.Any, expected: bool) -> None:
    assert read_counters(answer, expected=expected) == FIVE


def test_before_2026_there_was_no_reactivated_and_its_number_is_not_made_up() -> None:
    assert read_counters(FOUR, expected=True) == {**FOUR, "reactivated": None}


@pytest.mark.parametrize("names", [("preview", "import"), ("expected", "actual"), ("plannedChanges", "appliedChanges"), ("previewSummary", "result")])
def test_preview_and_import_are_told_apart(names: tuple[str, str]) -> None:
    planned, done = names
    answer = {"summary": {planned: FIVE, done: ZEROS}}
    assert read_counters(answer, expected=True) == FIVE
    assert read_counters(answer, expected=False) == ZEROS


def test_a_block_without_a_telling_name_goes_before_the_other_one() -> None:
    answer = {"changes": FIVE, "importResult": ZEROS}
    assert read_counters(answer, expected=True) == FIVE


def test_of_several_blocks_that_fit_the_highest_numbers_count() -> None:
    answer = {"a": {"created": 1, "deleted": 9}, "b": {"created": 5, "deleted": 0}}
    assert read_counters(answer, expected=True) == {"created": 5, "updated": None, "deactivated": None, "reactivated": None, "deleted": 9}


def test_of_several_entries_of_a_list_for_one_counter_the_highest_counts() -> None:
    answer = [{"type": "deleted", "count": 9, "phase": "preview"}, {"type": "deleted", "count": 0, "phase": "import"}]
    counts = read_counters(answer, expected=True)
    assert counts is not None
    assert counts["deleted"] == 9


@pytest.mark.parametrize("answer", [
    {}, [], None, "", "3", 3, True, {"status": "DRAFT"}, dict.fromkeys(COUNTERS), {"created": None}, {"created": True, "deleted": False},
    {"created": "many"}, {"created": "1e3"}, {"created": "٣"}, {"created": {}}, {"created": {"at": "2026-01-31"}}, {"created": "2026-01-31"},
    {"created": 1.5}, {"createdAt": 5}, [{"type": "created"}], [{"type": "created", "count": True}], [{"type": "other", "count": 3}],
])
def test_what_tells_no_number_is_none_and_no_zero(answer: t.Any) -> None:
    assert read_counters(answer, expected=True) is None


@pytest.mark.parametrize("value", [-1, "-1", -1.0, float("nan"), float("inf"), {"count": -1}])
def test_a_number_that_counts_nobody_is_no_number(value: t.Any) -> None:
    # With a limit set, "not counted yet" must not pass as "less than the limit".
    counts = read_counters({"created": 1, "deleted": value}, expected=True)
    assert counts is not None
    assert counts["deleted"] is None


@pytest.mark.parametrize("value", [10**30, 1e300, "9" * 5000, "0" * 30 + "9" * 20, 10**15, [None] * 3 + ["x"]])
def test_an_enormous_number_is_above_any_limit_and_stays_readable(value: t.Any) -> None:
    counts = read_counters({"deleted": value}, expected=True)
    assert counts is not None
    assert counts["deleted"] == (4 if isinstance(value, list) else counters.HIGHEST)


@pytest.mark.parametrize(("text", "number"), [("0" * 18 + "5", 5), ("000", 0), ("0" * 4000 + "70000", 70000), (f"{10**14}", 10**14)])
def test_leading_zeros_do_not_hide_a_number(text: str, number: int) -> None:
    counts = read_counters({"deleted": text}, expected=True)
    assert counts is not None
    assert counts["deleted"] == number


def test_of_a_long_key_only_the_beginning_is_looked_at() -> None:
    answer = {"preview" + "x" * 10**6: FIVE, "x" * 10**6 + "import": ZEROS}
    assert read_counters(answer, expected=True) == FIVE
    looked_at = {key for path, _counts in counters._blocks(answer, ()) for key in path}
    assert {len(key) for key in looked_at} == {counters.LONGEST_KEY}


@pytest.mark.parametrize("depth", [5, 100, 900])
def test_a_deeply_nested_answer_is_no_crash(depth: int) -> None:
    nested: t.Any = {"created": 5}
    for _level in range(depth):
        nested = {"count": nested, "created": nested} if depth < 10 else {"created": {"count": nested}}
    read_counters(nested, expected=True)
    read_counters(json.loads('{"created":' + '{"count":' * depth + "5" + "}" * (depth + 1)), expected=True)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(COUNTERS),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(
        st.sampled_from([*COUNTERS, "preview", "import", "count", "type", "value"]) | st.text(max_size=4), inner, max_size=6),
    max_leaves=40,
)


@given(JSON, st.booleans())
def test_any_json_is_counters_or_none(answer: t.Any, expected: bool) -> None:
    counts = read_counters(answer, expected=expected)
    if counts is not None:
        assert tuple(counts) == COUNTERS
        assert has_numbers(counts)
        assert all(value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0) for value in counts.values())


@given(st.fixed_dictionaries({name: st.integers(0, 10**6) for name in COUNTERS}), st.lists(st.sampled_from(["data", "changes", "x"]), max_size=8))
def test_the_keys_around_do_not_matter(counts: dict[str, int], path: list[str]) -> None:
    answer: t.Any = counts
    for key in path:
        answer = {key: answer, "id": "1"}
    assert read_counters(answer, expected=True) == counts


@pytest.mark.parametrize(("counts", "numbers", "zero"), [
    (None, False, False),
    (dict.fromkeys(COUNTERS), False, False),
    ({**dict.fromkeys(COUNTERS), "deleted": 0}, True, True),
    (ZEROS, True, True),
    ({**ZEROS, "reactivated": None}, True, True),
    ({**ZEROS, "deleted": 1}, True, False),
    ({**dict.fromkeys(COUNTERS), "deleted": 1}, True, False),
    (FIVE, True, False),
])
def test_no_numbers_and_zeros_are_told_apart(counts: dict[str, int | None] | None, numbers: bool, zero: bool) -> None:
    assert (has_numbers(counts), is_all_zero(counts)) == (numbers, zero)
