# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated part of the measurements: the tenant's windows, what becomes of each branch, and what more workers do."""

from __future__ import annotations

import dataclasses
import types
import typing as t
from pathlib import Path

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._http import retry
from ansible_collections.community.staffbase.plugins.module_utils._imports import paging
from bench import job_slices, schedule
from bench.schedule_simulation import Outcome, Schedule, Tenant, simulate
from simulator.rate_limit import RateLimit
from simulator.refusals import Refusal
from simulator.switches import Switches

PAGE = Path(__file__).parents[2] / "docs/benchmarks.md"
SMALL = Schedule(branches=60, forks=10, cores=2, cpu_seconds=0.2)
NO_LIMIT = (0, 1.0)


@pytest.mark.parametrize("rate", [(20, 1.0), (3, 0.5), (100, 60.0)])
def test_the_tenant_takes_no_more_calls_in_a_window_than_it_allows(rate: tuple[int, float]) -> None:
    found = simulate(dataclasses.replace(SMALL, rate=rate))
    assert max(found.windows) == rate[0]
    assert sum(found.windows) == found.accepted


def test_the_windows_are_those_of_the_simulated_staffbase() -> None:
    limit, tenant = RateLimit(2, 1.5), Tenant(dataclasses.replace(SMALL, rate=(2, 1.5)), Outcome())
    for now in (10.0, 10.1, 10.2, 11.4, 11.5, 11.6, 12.9, 20.0, 20.5, 21.0):
        try:
            limit.check(types.SimpleNamespace(now=lambda now=now: now), Switches(retry_after="seconds"))  # type: ignore[arg-type]
            told = None
        except Refusal as refusal:
            told = float(refusal.headers["Retry-After"])
        assert told == (None if tenant.takes(now) else tenant.retry_after(now))


@pytest.mark.parametrize(("kept", "rate"), [(0, NO_LIMIT), (95, NO_LIMIT), (95, (20, 1.0))])
def test_every_call_of_a_branch_is_made(kept: int, rate: tuple[int, float]) -> None:
    found = simulate(dataclasses.replace(SMALL, forks=1, kept=kept, rate=rate))
    assert (found.finished, found.gave_up) == (60, 0)
    assert found.accepted == job_slices.requests(60, 0, kept)


@pytest.mark.parametrize("retries", [0, 1, 2, 5])
@pytest.mark.parametrize("linear", [True, False])
def test_a_branch_finishes_or_gives_up(retries: int, *, linear: bool) -> None:
    found = simulate(dataclasses.replace(SMALL, slices=4, retries=retries, linear=linear))
    assert found.finished + found.gave_up == 60
    assert (found.gave_up > 0) is (retries < 5)


def test_a_list_that_is_not_read_in_time_is_given_up() -> None:
    slow = dataclasses.replace(SMALL, branches=3, forks=3, kept=1000, rate=(1, 120.0), retries=100)
    found = simulate(slow)
    assert (found.slow_lists, found.gave_up, found.finished) == (3, 3, 0)
    assert found.seconds > paging.MOST_SECONDS
    # A shorter list is read in time, also when it begins late.
    assert simulate(dataclasses.replace(slow, kept=98, branches=1, cpu_seconds=9 * paging.MOST_SECONDS)).finished == 1


def test_more_workers_are_refused_more_often() -> None:
    shares = [simulate(dataclasses.replace(SMALL, branches=200, forks=forks, slices=slices)).refused_share for forks, slices in (
        (1, 1), (10, 1), (25, 1), (10, 10))]
    assert shares == sorted(set(shares))


def test_branches_with_nothing_new_take_processors_only() -> None:
    found = simulate(dataclasses.replace(SMALL, branches=400, changed=0, cpu_seconds=1.0))
    assert (found.accepted, found.refused, found.finished) == (0, 0, 400)
    assert found.seconds == pytest.approx(400 / SMALL.cores, rel=0.1)
    four = simulate(dataclasses.replace(SMALL, branches=400, changed=0, cpu_seconds=1.0, slices=4))
    assert four.seconds == pytest.approx(found.seconds / 4, rel=0.1)


def test_so_many_branches_have_something_new_as_are_said_to() -> None:
    found = simulate(dataclasses.replace(SMALL, branches=100, changed=7, forks=1, rate=NO_LIMIT))
    assert found.accepted == job_slices.requests(7, 0, 0)


def test_no_branch_begins_a_task_before_the_others_are_through_with_the_one_before() -> None:
    waits = [simulate(dataclasses.replace(SMALL, linear=linear)).seconds for linear in (True, False)]
    assert waits[0] > waits[1]


@pytest.mark.parametrize("retries", [0, 1, 3])
def test_a_refused_call_is_tried_again_as_often_as_the_option_says(retries: int) -> None:
    asked: set[int] = set()

    def pause(attempt: int, *_rest: t.Any, **_options: t.Any) -> float:
        asked.add(attempt)
        return 1.0

    assert simulate(dataclasses.replace(SMALL, retries=retries, pause=pause, rate=(1, 60.0))).gave_up
    assert asked == set(range(1, retries + 1))


@pytest.mark.parametrize("retry_after", [True, False])
def test_the_pauses_are_those_of_the_collection(*, retry_after: bool) -> None:
    asked: list[tuple[int, float | None]] = []

    def pause(attempt: int, wanted: float | None, chance: t.Callable[[], float], *, limited: bool) -> float:
        assert limited
        asked.append((attempt, wanted))
        return retry.pause_before(attempt, wanted, chance, limited=True)

    found = simulate(dataclasses.replace(SMALL, pause=pause, retry_after=retry_after, rate=(20, 4.0)))
    assert Schedule.pause is retry.pause_before
    assert found == simulate(dataclasses.replace(SMALL, retry_after=retry_after, rate=(20, 4.0)))
    assert len(asked) == found.refused
    assert {attempt for attempt, _wanted in asked} >= {1, 2, 3}
    wishes = {wanted for _attempt, wanted in asked}
    assert {3.0, 4.0} <= wishes <= {1.0, 2.0, 3.0, 4.0} if retry_after else wishes == {None}


def test_a_run_comes_out_alike_each_time() -> None:
    assert simulate(SMALL) == simulate(SMALL)
    assert simulate(SMALL) != simulate(dataclasses.replace(SMALL, seed=2))


@pytest.mark.parametrize(("change", "binding"), [
    ({"rate": (5, 1.0)}, "rate limit of the tenant"), ({"cpu_seconds": 9.0}, "CPU of the instances"),
    ({"forks": 1}, "one call after the other"), ({"retries": 0}, "refusals: branches give up"),
    ({"kept": 1000, "rate": (1, 120.0), "branches": 3, "retries": 100}, "time to read the list: branches give up"),
])
def test_what_binds_is_named(change: dict[str, t.Any], binding: str) -> None:
    asked = dataclasses.replace(SMALL, **change)
    assert schedule.binding(asked, simulate(asked)) == binding


def test_the_documentation_shows_what_the_simulation_gives() -> None:
    """For the smaller one of the two tables; the other one takes a minute."""
    told = PAGE.read_text(encoding="utf-8").partition("<!-- measured:schedule -->\n\n")[2]
    wanted = list(schedule.compared(PAGE))
    assert len(wanted) > 5
    assert told.splitlines()[:len(wanted)] == wanted
