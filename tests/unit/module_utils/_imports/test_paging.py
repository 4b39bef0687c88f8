# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A list is read to its end, whatever the cursor's parameter is called."""

from __future__ import annotations

import contextlib
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.community.staffbase.plugins.module_utils._http.errors import CallError, Where
from ansible_collections.community.staffbase.plugins.module_utils._imports import paging

Params = dict[str, t.Any]
WHERE = Where("list", "GET", "https://intranet.example.com/api/users/imports")


class Lister:
    """A service with `count` entries in pages of `size` that takes its cursor as `name`; other parameters it ignores or refuses."""

    def __init__(self, count: int, size: int = 3, name: str = "cursor", *, refuses: bool = False, most: int = 100, limit_known: bool = True) -> None:
        self.count, self.size, self.name, self.refuses, self.most, self.limit_known = count, size, name, refuses, most, limit_known
        self.calls: list[Params] = []

    def __call__(self, params: Params) -> Params:
        self.calls.append(params)
        known = {self.name, "limit"} if self.limit_known else {self.name}
        if self.refuses and set(params) - known:
            raise CallError("HTTP 400 from the service", WHERE, status=400)
        asked = params.get("limit") if self.limit_known else None
        size = min(asked, self.most) if asked and asked > paging.PAGE_SIZE else self.size
        start = int(params.get(self.name, 0))
        end = min(start + size, self.count)
        page: Params = {"entries": [{"id": str(number)} for number in range(start, end)], "prevCursor": "x"}
        return {**page, "nextCursor": str(end)} if end < self.count else page


def ids(get_page: t.Callable[[Params], Params]) -> list[str]:
    return [entry["id"] for entry in paging.entries(get_page, WHERE)]


def numbers(count: int) -> list[str]:
    return [str(number) for number in range(count)]


@pytest.mark.parametrize("refuses", [False, True])
@pytest.mark.parametrize("name", paging.CURSOR_NAMES)
def test_each_name_of_the_cursor_is_found(name: str, refuses: bool) -> None:
    lister = Lister(8, name=name, refuses=refuses)
    assert ids(lister) == numbers(8)
    # Once found, the name is kept: no further guessing for the third page.
    assert len(lister.calls) == 3 + paging.CURSOR_NAMES.index(name)


@pytest.mark.parametrize(("count", "calls"), [(0, 1), (1, 1), (3, 1), (4, 2), (6, 2), (7, 3)])
def test_no_call_more_than_there_are_pages(count: int, calls: int) -> None:
    lister = Lister(count)
    assert ids(lister) == numbers(count)
    assert len(lister.calls) == calls


@pytest.mark.parametrize("refuses", [False, True])
def test_without_a_known_name_one_large_page_is_read(refuses: bool) -> None:
    lister = Lister(900, size=3, name="offsetToken", refuses=refuses, most=1000)
    assert ids(lister) == numbers(900)
    assert lister.calls[-1] == {"limit": 1000}


def test_without_a_known_name_and_a_large_page_it_is_an_error_and_no_short_list() -> None:
    with pytest.raises(CallError, match="does not accept its own cursor"):
        ids(Lister(900, size=3, name="offsetToken", most=100))


def test_a_service_that_refuses_limit_is_asked_without() -> None:
    lister = Lister(8, refuses=True, limit_known=False)
    assert ids(lister) == numbers(8)
    assert all("limit" not in call for call in lister.calls[1:])


def test_the_same_cursor_for_ever_ends_in_an_error() -> None:
    calls = []

    def page(params: Params) -> Params:
        calls.append(params)
        return {"entries": [{"id": "a"}, {"id": "b"}], "nextCursor": "again"}

    with pytest.raises(CallError, match="more than 2 entries"):
        ids(page)
    assert len(calls) == 1 + len(paging.CURSOR_NAMES) + len(paging.LARGE_PAGES)


def test_an_empty_page_in_the_middle_does_not_end_the_list() -> None:
    pages = {None: (["a"], "1"), "1": ([], "2"), "2": (["b"], None)}

    def page(params: Params) -> Params:
        found, cursor = pages[params.get("cursor")]
        return {"entries": [{"id": name} for name in found], "nextCursor": cursor}

    assert ids(page) == ["a", "b"]


def test_entries_that_move_to_the_next_page_while_reading_come_once() -> None:
    pages = {None: (["a", "b"], "1"), "1": (["b", "c"], None)}

    def page(params: Params) -> Params:
        found, cursor = pages[params.get("cursor")]
        return {"entries": [{"id": name} for name in found], "nextCursor": cursor}

    assert ids(page) == ["a", "b", "c"]


@pytest.mark.parametrize("cursor", [None, "", 0, False])
def test_an_empty_cursor_is_the_end(cursor: object) -> None:
    assert ids(lambda params: {"entries": [{"id": "a"}], "nextCursor": cursor}) == ["a"]


@pytest.mark.parametrize("answer", [{"message": "hello"}, {"entries": None}, {"entries": {"id": "a"}}, {"entries": "none"}, {"imports": []}])
def test_an_answer_that_is_no_list_is_not_read_as_an_empty_one(answer: Params) -> None:
    with pytest.raises(CallError, match="not the list of imports"):
        ids(lambda params: answer)


@pytest.mark.parametrize("answer", [{"message": "hello"}, {"entries": None}, {"entries": {"id": "c"}}])
def test_a_later_answer_that_is_no_list_is_not_read_as_its_end(answer: Params) -> None:
    def page(params: Params) -> Params:
        return answer if set(params) - {"limit"} or params["limit"] > 100 else {"entries": [{"id": "a"}], "nextCursor": "1"}

    with pytest.raises(CallError):
        ids(page)


CURSORS = ["\ud800", "a\r\nb", "\0", "x" * (paging.LONGEST_CURSOR + 1), "x" * 1_000_000, ["1"], {"a": "b"}, [[]], True, 1.5, {"limit": 5}, "\u202e"]


@pytest.mark.parametrize("cursor", CURSORS)
def test_a_cursor_that_would_not_come_back_as_it_was_given_is_not_sent(cursor: object) -> None:
    calls = []

    def page(params: Params) -> Params:
        calls.append(params)
        return {"entries": [{"id": "a"}], "nextCursor": cursor}

    with pytest.raises(CallError, match="the cursor of the next page cannot be used"):
        ids(page)
    assert calls == [{"limit": 100}]


@pytest.mark.parametrize("cursor", [7, "x" * paging.LONGEST_CURSOR, "a/../b?c=d&limit=1#e", "\u00fc", "=="])
def test_any_other_cursor_is_sent_back(cursor: object) -> None:
    assert ids(lambda params: {"entries": [{"id": "b"}]} if "cursor" in params else {"entries": [{"id": "a"}], "nextCursor": cursor}) == ["a", "b"]


def test_changing_cursors_for_ever_end_in_an_error() -> None:
    calls = []

    def page(params: Params) -> Params:
        calls.append(params)
        return {"entries": [], "nextCursor": str(len(calls))}

    with pytest.raises(CallError, match="did not end after 1000 pages"):
        ids(page)
    assert len(calls) <= paging.MOST_PAGES + 1


def test_a_million_entries_are_not_kept() -> None:
    taken: list[t.Any] = []
    with pytest.raises(CallError, match="did not end after 100000 entries"):
        taken.extend(paging.entries(lambda params: {"entries": [{"id": str(number)} for number in range(1_000_000)]}, WHERE))
    assert len(taken) == paging.MOST_ENTRIES


def test_as_many_entries_as_the_pages_can_hold_are_read() -> None:
    assert len(ids(lambda params: {"entries": [{"id": str(number)} for number in range(paging.MOST_ENTRIES)]})) == paging.MOST_ENTRIES


def test_pages_that_each_take_long_end_in_an_error() -> None:
    clock = iter(range(0, 1_000_000, 100))
    calls = []

    def page(params: Params) -> Params:
        calls.append(params)
        return {"entries": [{"id": str(len(calls))}], "nextCursor": str(len(calls))}

    with pytest.raises(CallError, match=r"did not end after 900 seconds .*with fewer forks"):
        list(paging.entries(page, WHERE, clock=lambda: next(clock)))
    assert len(calls) < 15


def test_of_a_long_id_only_a_digest_is_kept() -> None:
    entries: list[t.Any] = [{"id": "x" * 1_000_000}, {"id": "x" * 1_000_001}, [["y" * 1000]], {"id": "\ud800" * 500}]
    keys = set(map(paging._key, entries))
    assert {len(key) for key in keys} == {64}
    assert len(keys) == 4


def endless(pages: int | None) -> t.Callable[[Params], Params]:
    def page(params: Params) -> Params:
        number = int(params.get("cursor", 1))
        return {"entries": [{"id": str(number)}], "nextCursor": None if number == pages else str(number + 1)}

    return page


def test_a_list_of_a_thousand_pages_is_read() -> None:
    assert len(ids(endless(paging.MOST_PAGES))) == paging.MOST_PAGES


@pytest.mark.parametrize("pages", [paging.MOST_PAGES + 1, None])
def test_a_longer_list_is_an_error_and_no_short_list(pages: int | None) -> None:
    with pytest.raises(CallError, match="did not end after 1000 pages"):
        ids(endless(pages))


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_other_refusals_are_not_taken_for_an_unknown_parameter(status: int) -> None:
    def page(params: Params) -> Params:
        raise CallError("refused", WHERE, status=status)

    with pytest.raises(CallError) as caught:
        ids(page)
    assert caught.value.status == status


@given(st.integers(0, 60), st.integers(1, 20), st.sampled_from(paging.CURSOR_NAMES), st.booleans())
def test_every_entry_comes_once_whatever_the_sizes(count: int, size: int, name: str, refuses: bool) -> None:
    assert ids(Lister(count, size, name, refuses=refuses)) == numbers(count)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["id", "x"]), inner, max_size=3), max_leaves=8,
)


@given(st.fixed_dictionaries({}, optional={"entries": JSON, "nextCursor": JSON}))
def test_any_json_object_is_a_list_or_a_callerror(answer: Params) -> None:
    with contextlib.suppress(CallError):
        list(paging.entries(lambda params: answer, WHERE))
