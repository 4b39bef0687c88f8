# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting, on a clock that only moves when the waiter pauses."""

from __future__ import annotations

import math
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.community.staffbase.plugins.module_utils._errors import StaffbaseError
from ansible_collections.community.staffbase.plugins.module_utils._http.errors import CallError, Where
from ansible_collections.community.staffbase.plugins.module_utils._http.waiting import SHARE_OF_ELAPSED, SHORTEST_PAUSE, TimeIsUp, Waiter

WHERE = Where("status", "GET")


class Clock:
    """Time that passes only in pauses, and while a look lasts."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.pauses: list[float] = []

    def __call__(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        assert seconds > 0
        self.pauses.append(seconds)
        # However short the pause, a clock goes on.
        self.now = max(self.now + seconds, math.nextafter(self.now, math.inf))

    def waiter(self, timeout: float = 3600.0, interval: float = 10.0) -> Waiter:
        return Waiter(timeout, interval, clock=self, pause=self.pause)


def looks_until(clock: Clock, end: float, waiter: Waiter) -> int:
    """Wait until the clock shows `end` seconds after the start; return the number of looks."""
    count = 0

    def look() -> bool:
        nonlocal count
        count += 1
        return clock.now - 1000.0 >= end

    assert waiter.until(look, lambda seen: seen)
    return count


def test_what_is_done_at_the_first_look_is_not_waited_for() -> None:
    clock = Clock()
    assert clock.waiter().until(lambda: "COMPLETED", lambda seen: seen == "COMPLETED") == "COMPLETED"
    assert clock.pauses == []


@given(st.floats(0.001, 100_000))
def test_the_end_is_noticed_within_a_tenth_and_the_shortest_pause(end: float) -> None:
    clock = Clock()
    looks_until(clock, end, clock.waiter(10**9, 10**9))
    assert clock.now - 1000.0 - end <= end * SHARE_OF_ELAPSED + SHORTEST_PAUSE + 1e-6


@given(st.floats(1, 1_000_000))
def test_the_number_of_looks_grows_with_the_logarithm(end: float) -> None:
    clock = Clock()
    looks = looks_until(clock, end, clock.waiter(10**9, 10**9))
    even = SHORTEST_PAUSE / SHARE_OF_ELAPSED  # until here the pauses are even
    bound = 2 + even / SHORTEST_PAUSE + max(0.0, math.log(end / even)) / math.log(1 + SHARE_OF_ELAPSED)
    assert looks <= bound + 2


def test_pauses_grow_and_are_never_longer_than_the_interval() -> None:
    clock = Clock()
    looks_until(clock, 600, clock.waiter(interval=10.0))
    assert clock.pauses == sorted(clock.pauses)
    assert clock.pauses[0] == SHORTEST_PAUSE
    assert max(clock.pauses) == 10.0


def test_an_interval_shorter_than_the_shortest_pause_is_obeyed() -> None:
    clock = Clock()
    looks_until(clock, 1, clock.waiter(interval=0.05))
    assert set(clock.pauses) == {0.05}


@given(st.floats(0.01, 10_000), st.floats(0.01, 1000))
def test_time_is_up_exactly_at_the_deadline_after_a_last_look(timeout: float, interval: float) -> None:
    clock = Clock()
    seen = []
    with pytest.raises(TimeIsUp):
        clock.waiter(timeout, interval if timeout / interval < 1000 else timeout).until(lambda: seen.append(clock.now), lambda _seen: False)
    assert clock.now - 1000.0 == pytest.approx(timeout)
    assert seen[-1] == clock.now


def test_without_time_there_is_one_look() -> None:
    clock = Clock()
    seen = []
    with pytest.raises(TimeIsUp):
        clock.waiter(0).until(lambda: seen.append(1), lambda _seen: False)
    assert seen == [1]
    assert clock.waiter(0).until(lambda: "done", lambda _seen: True) == "done"


def test_one_waiter_has_one_deadline_for_all_its_waits() -> None:
    clock = Clock()
    waiter = clock.waiter(100)
    looks_until(clock, 60, waiter)
    with pytest.raises(TimeIsUp):
        waiter.until(lambda: None, lambda _seen: False)
    assert waiter.elapsed == pytest.approx(100)


def test_a_second_wait_begins_with_short_pauses_again() -> None:
    clock = Clock()
    waiter = clock.waiter()
    looks_until(clock, 500, waiter)
    before = len(clock.pauses)
    looks_until(clock, clock.now - 1000.0 + 1, waiter)
    assert clock.pauses[before] == SHORTEST_PAUSE


def test_looks_that_take_long_count_as_time() -> None:
    clock = Clock()

    def look() -> None:
        clock.now += 40

    with pytest.raises(TimeIsUp):
        clock.waiter(100).until(look, lambda _seen: False)
    assert clock.now - 1000.0 < 150


def played(*scenes: t.Any) -> t.Callable[[], t.Any]:
    left = list(scenes)

    def look() -> t.Any:
        scene = left.pop(0)
        if isinstance(scene, Exception):
            raise scene
        return scene

    return look


def test_a_passing_fault_does_not_end_the_waiting() -> None:
    fault = CallError("HTTP 503", WHERE, status=503, passing=True)
    assert Clock().waiter().until(played("IMPORTING", fault, fault, "COMPLETED"), lambda seen: seen == "COMPLETED") == "COMPLETED"


@pytest.mark.parametrize("fault", [CallError("HTTP 401", WHERE, status=401), StaffbaseError("cancelled", stage="import"), ValueError("bug")])
def test_any_other_fault_ends_it_at_once(fault: Exception) -> None:
    clock = Clock()
    with pytest.raises(type(fault)) as caught:
        clock.waiter().until(played("IMPORTING", fault), lambda _seen: False)
    assert caught.value is fault
    assert len(clock.pauses) == 1


def busy(seconds: float) -> CallError:
    return CallError("HTTP 429", WHERE, status=429, passing=True, retry_after=seconds)


def test_who_asks_for_a_pause_while_waiting_gets_it() -> None:
    clock = Clock()
    assert clock.waiter(100, 1).until(played(busy(20), busy(0), "COMPLETED"), bool) == "COMPLETED"
    assert clock.pauses == [20, pytest.approx(1)]


def test_who_asks_for_a_pause_beyond_the_deadline_ends_the_waiting_without_it() -> None:
    clock = Clock()
    with pytest.raises(CallError, match="HTTP 429"):
        clock.waiter(100).until(played(busy(101)), bool)
    assert clock.pauses == []


def test_a_fault_at_the_deadline_is_what_is_told() -> None:
    clock = Clock()

    def look() -> None:
        raise CallError("HTTP 503", WHERE, status=503, passing=True)

    with pytest.raises(CallError, match="HTTP 503"):
        clock.waiter(5).until(look, lambda _seen: False)
    assert clock.now == pytest.approx(1005)
