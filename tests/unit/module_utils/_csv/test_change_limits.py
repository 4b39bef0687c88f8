# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many joiners, movers and leavers a run may bring."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._csv.change_limits import (
    DEFAULT_LEAVERS,
    Limit,
    exceeded,
    most_allowed,
    read_limit,
    with_default,
)
from ansible_collections.community.staffbase.plugins.module_utils._csv.delta import KINDS, Delta


def delta(previous: int, **counts: int) -> Delta:
    return Delta(identifiers={kind: [str(number) for number in range(counts.get(kind, 0))] for kind in KINDS}, previous_count=previous)


@pytest.mark.parametrize(("text", "limit"), [
    ("0", (0, False)), ("20", (20, False)),
    (" 20 ", (20, False)), ("5%", (5, True)), ("5 %", (5, True)), ("0.5%", (0.5, True)), ("100%", (100, True)),
    ("150%", (150, True)), ("0%", (0, True)), ("007", (7, False)),
])
def test_numbers_and_percentages_are_read(text: str, limit: tuple[float, bool]) -> None:
    assert read_limit(text) == Limit(*limit)


@pytest.mark.parametrize(("text", "previous", "most"), [
    ("10% at least 10", 12, 10), ("10% at least 10", 99, 10), ("10% at least 10", 200, 20), ("0%  at  least 3", 1000, 3),
    ("10% at least 10", None, None),
])
def test_of_a_percentage_some_people_are_allowed_in_any_case(text: str, previous: int | None, most: int | None) -> None:
    assert most_allowed(text, previous) == most


@pytest.mark.parametrize(("limits", "leavers", "limit"), [
    ({}, "deactivate", DEFAULT_LEAVERS), ({"leavers": None}, "deactivate", DEFAULT_LEAVERS), ({"leavers": "100%"}, "deactivate", "100%"),
    ({"leavers": 0}, "deactivate", 0), ({}, "ignore", None),
])
def test_leavers_who_are_deactivated_have_a_limit_by_default(limits: dict[str, t.Any], leavers: str, limit: t.Any) -> None:
    assert with_default(limits, leavers).get("leavers") == limit


@pytest.mark.parametrize("text", [
    "20 at least 5", "5% at least", "5% at least 1.5",
    "", " ", "%", "-1", "-5%", "+5", "1e3", "5%%", "%5", "1,5%", "1.5", ".5%", "5.%", "five", "5 percent", "1 000", "nan", "None", "5\n6",
])
def test_what_is_no_limit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^it must be a number such as 20, or a percentage such as 5%$"):
        read_limit(text)


@pytest.mark.parametrize("kind", KINDS)
def test_a_number_is_the_highest_that_is_allowed(kind: str) -> None:
    assert exceeded({kind: "3"}, delta(100, **{kind: 3})) == []
    assert exceeded({kind: "3"}, delta(100, **{kind: 4})) == [f"4 {kind} (at most 3)"]
    assert exceeded({kind: "0"}, delta(100, **{kind: 0})) == []
    assert exceeded({kind: "0"}, delta(100, **{kind: 1})) == [f"1 {kind} (at most 0)"]


@pytest.mark.parametrize(("limit", "previous", "most"), [
    ("5%", 100, 5), ("5%", 30, 1), ("5%", 19, 0), ("5%", 20, 1), ("0%", 1000, 0), ("100%", 7, 7), ("0.1%", 1000, 1), ("0.1%", 999, 0),
    ("29%", 100, 29),
    ("57%", 100, 57), ("0.7%", 1000, 7), ("33.3%", 1000, 333), ("5%", 0, 0),
    ("150%", 2, 3),
])
def test_a_percentage_is_of_the_previous_rows_and_rounded_down(limit: str, previous: int, most: int) -> None:
    assert exceeded({"leavers": limit}, delta(previous, leavers=most)) == []
    (text,) = exceeded({"leavers": limit}, delta(previous, leavers=most + 1))
    assert text == f"{most + 1} leavers (at most {limit} of {previous} rows, that is {most})"


def test_all_that_are_exceeded_are_named_and_those_without_limit_are_not() -> None:
    much = delta(10, joiners=9, movers=9, leavers=9)
    assert exceeded({}, much) == []
    assert exceeded({"joiners": "1", "leavers": "50%"}, much) == ["9 joiners (at most 1)", "9 leavers (at most 50% of 10 rows, that is 5)"]
