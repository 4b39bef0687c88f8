# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How often, how long and for what a call is tried again."""

from __future__ import annotations

import collections
import heapq
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.community.staffbase.plugins.module_utils._http import retry

NOW = 1_769_824_800.0  # 2026-01-31 02:00:00 UTC


def test_without_jitter_the_pause_doubles_up_to_its_cap() -> None:
    pauses = [retry.pause_before(attempt, chance=lambda: 1.0) for attempt in range(1, 10)]
    assert pauses == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]


@given(st.integers(1, 10**9), st.floats(0, 1, exclude_max=True))
def test_jitter_takes_off_half_at_most_and_nothing_is_longer_than_the_cap(attempt: int, chance: float) -> None:
    full = min(retry.LONGEST_PAUSE, retry.FIRST_PAUSE * 2.0 ** min(attempt - 1, 60))
    assert full / 2 <= retry.pause_before(attempt, chance=lambda: chance) <= full


def test_many_controllers_do_not_come_back_at_once() -> None:
    assert len({retry.pause_before(3) for _controller in range(100)}) > 90


def test_the_default_of_five_retries_rides_out_about_fifteen_seconds() -> None:
    assert sum(retry.pause_before(attempt, chance=lambda: 1.0) for attempt in range(1, 6)) == pytest.approx(15.5)


@given(st.floats(0, retry.LONGEST_RETRY_AFTER), st.floats(0, 1, exclude_max=True))
def test_the_service_is_never_asked_earlier_than_it_wants(wanted: float, chance: float) -> None:
    assert wanted <= retry.pause_before(1, wanted, chance=lambda: chance) <= wanted + retry.FIRST_PAUSE


@pytest.mark.parametrize(("value", "seconds"), [
    ("0", 0.0), ("7", 7.0), (" 120 ", 120.0), ("Sat, 31 Jan 2026 02:00:30 GMT", 30.0), ("Saturday, 31-Jan-26 02:00:30 GMT", 30.0),
    ("Sat Jan 31 02:00:30 2026", 30.0), ("Sat, 31 Jan 2026 01:00:00 GMT", 0.0),
    (None, None), ("", None), ("  ", None), ("-5", None), ("1.5", None), ("soon", None), ("٣", None), ("99 Jan", None),
])
def test_both_forms_of_retry_after(value: str | None, seconds: float | None) -> None:
    assert retry.read_retry_after(value, NOW) == seconds


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York"])
@pytest.mark.parametrize("value", ["Sat, 31 Jan 2026 02:00:30 GMT", "Sat Jan 31 02:00:30 2026", "Sat, 31 Jan 2026 02:00:30 -0000"])
def test_a_date_is_utc_wherever_the_controller_stands(monkeypatch: pytest.MonkeyPatch, zone: str, value: str) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert retry.read_retry_after(value, NOW) == 30.0
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_date_is_measured_with_the_clock_of_the_service() -> None:
    # The controller's clock is an hour behind; the service asks for ten seconds.
    date, wanted = "Sat, 31 Jan 2026 02:00:00 GMT", "Sat, 31 Jan 2026 02:00:10 GMT"
    assert retry.read_retry_after(wanted, NOW - 3600, date) == 10.0
    assert retry.read_retry_after(wanted, NOW - 3600, "no date") == 3610.0


@given(st.text() | st.from_regex(r"[A-Z][a-z]{2}, \d{1,3} [A-Z][a-z]{2} \d{1,6} \d\d:\d\d:\d\d( .*)?", fullmatch=True), st.text())
def test_any_header_is_seconds_or_nothing(value: str, date: str) -> None:
    seconds = retry.read_retry_after(value, NOW, date)
    assert seconds is None or seconds >= 0


def test_a_huge_number_of_seconds_is_too_long_and_no_crash() -> None:
    seconds = retry.read_retry_after("9" * 5000, NOW)
    assert seconds is not None
    assert seconds > retry.LONGEST_RETRY_AFTER


def test_what_passes_by_itself() -> None:
    assert frozenset({408, 425, 429, 500, 502, 503, 504}) == retry.PASSING_STATUSES


def test_for_too_many_calls_the_pauses_grow_sooner() -> None:
    pauses = [retry.pause_before(attempt, chance=lambda: 1.0, limited=True) for attempt in range(1, 7)]
    assert pauses == [1.0, 3.0, 9.0, 27.0, 30.0, 30.0]


def test_who_meets_the_limit_waits_as_long_as_was_asked_for_and_longer_each_time() -> None:
    pauses = [retry.pause_before(attempt, 1.0, chance=lambda: 0.0, limited=True) for attempt in range(1, 6)]
    assert pauses == [1.0, 1.5, 4.5, 13.5, 15.0]
    assert retry.pause_before(5, 60.0, chance=lambda: 0.0, limited=True) == 60.0


@pytest.mark.parametrize("retry_after", [None, 1.0])
def test_of_many_controllers_at_one_limit_hardly_one_gives_up(retry_after: float | None) -> None:
    """25 workers, 11 calls for each of 400 branches, 20 calls a second: on a clock of its own."""
    assert _gave_up(retry_after, limited=True) <= 10
    assert _gave_up(retry_after, limited=False) > 20


def _gave_up(retry_after: float | None, *, limited: bool) -> int:
    chance = random.Random(1)
    windows: collections.Counter[int] = collections.Counter()
    # When, whose, calls made, tries of the next one.
    queue = [(chance.random(), worker, 0, 0) for worker in range(25)]
    waiting, gave_up = 400 - len(queue), 0
    while queue:
        now, worker, made, tries = heapq.heappop(queue)
        if windows[int(now)] < 20:
            windows[int(now)] += 1
            made, tries, now = made + 1, 0, now + 0.05 + 0.15 * chance.random()
        else:
            tries += 1
            now += retry.pause_before(tries, retry_after, chance.random, limited=limited)
        if tries > 5 or made == 11:
            gave_up += tries > 5
            if not waiting:
                continue
            waiting, made, tries, now = waiting - 1, 0, 0, now + 0.4
        heapq.heappush(queue, (now, worker, made, tries))
    return gave_up
