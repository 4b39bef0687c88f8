# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A schedule on a clock of its own: job slices with workers and processors, and one tenant that refuses calls beyond a rate.

A worker does one task of one branch, as those of Ansible do, and keeps its place while it waits to try a refused call again. The pauses are
those of the collection. What a task takes of a processor, it takes before its calls. Not simulated: the memory, the start of the jobs, the import's
own time, and that Ansible starts its workers one after the other.
"""

from __future__ import annotations

import collections
import dataclasses
import heapq
import math
import random
import typing as t

from ansible_collections.community.staffbase.plugins.module_utils._http import retry
from ansible_collections.community.staffbase.plugins.module_utils._imports import paging

from .job_slices import CALLS, LISTS, pages

LIST = -1
POST = -2

#: The tasks of the role that Ansible gives to a worker, also those that are skipped, and the calls of the last one of each step (counted:
#: `least_requests`): what is checked before, the upload, the configuration, the state, and what follows. So it was when many branches were
#: measured; since then, the role has one task more.
STEPS = ((4, ()), (1, (LIST, POST, LIST)), (2, (3,)), (4, (CALLS - LISTS - 1 - 3,)), (7, ()))
TASKS = sum(tasks for tasks, _calls in STEPS)

Pause = t.Callable[..., float]


@dataclasses.dataclass(frozen=True)
class Schedule:
    """What is simulated. `changed` branches have something new, spread evenly; the others take processors only, as with a baseline."""

    branches: int
    forks: int
    slices: int = 1
    cores: int = 4
    #: Of all tasks of a branch together.
    cpu_seconds: float = 1.0
    changed: int | None = None
    kept: int = 0
    #: Calls in a window of seconds; none of the first for no limit.
    rate: tuple[int, float] = (20, 1.0)
    retries: int = 20
    #: A call takes the first at least, and up to the second more.
    call_seconds: tuple[float, float] = (0.05, 0.15)
    #: All branches of a slice through one task before the next one, or each branch as soon as a worker is free.
    linear: bool = True
    retry_after: bool = False
    pause: Pause = retry.pause_before
    seed: int = 1


@dataclasses.dataclass
class Outcome:
    """What came of it.

    `slow_lists`: how many of the branches that gave up had a list that was not read in time. `windows`: the accepted calls in each window.
    """

    seconds: float = 0.0
    accepted: int = 0
    refused: int = 0
    finished: int = 0
    gave_up: int = 0
    slow_lists: int = 0
    windows: list[int] = dataclasses.field(default_factory=list)

    @property
    def refused_share(self) -> float:
        """The part of the calls that was refused."""
        return self.refused / max(1, self.refused + self.accepted)


@dataclasses.dataclass(slots=True)
class Branch:
    """Where a branch is: the step, the calls that are left of it, how many are left of the one at hand and since when, and its refusals."""

    place: Slice
    changed: bool
    step: int = 0
    calls: list[int] = dataclasses.field(default_factory=list)
    left: int = 0
    kind: int = 0
    since: float = 0.0
    tries: int = 0


@dataclasses.dataclass
class Slice:
    """A job on an instance of its own: free workers and processors, and who waits for which, or for the others."""

    forks: int
    cores: int
    ready: collections.deque[Branch] = dataclasses.field(default_factory=collections.deque)
    for_core: collections.deque[Branch] = dataclasses.field(default_factory=collections.deque)
    ahead: list[Branch] = dataclasses.field(default_factory=list)
    busy: int = 0


class Tenant:
    """Windows as those of the simulated Staffbase (tests/simulator/rate_limit.py): one begins with the first call after the last one."""

    def __init__(self, schedule: Schedule, outcome: Outcome) -> None:
        self._calls, self._seconds = schedule.rate
        self._start = -self._seconds
        self._windows = outcome.windows
        self.imports = schedule.kept

    def takes(self, now: float) -> bool:
        """Return whether a call is accepted."""
        if not self._calls:
            return True
        if now >= self._start + self._seconds:
            self._start = now
            self._windows.append(0)
        if self._windows[-1] == self._calls:
            return False
        self._windows[-1] += 1
        return True

    def retry_after(self, now: float) -> float:
        """Return the whole seconds until the window is over, at least one."""
        return float(max(1, math.ceil(self._start + self._seconds - now)))


class _Run:
    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        self._chance = random.Random(schedule.seed).random
        self._outcome = Outcome()
        self._tenant = Tenant(schedule, self._outcome)
        self._now = 0.0
        self._number = 0
        self._events: list[tuple[float, int, t.Callable[[Branch], None], Branch]] = []

    def outcome(self) -> Outcome:
        """Let the schedule pass."""
        schedule = self._schedule
        slices = [Slice(schedule.forks, schedule.cores) for _number in range(schedule.slices)]
        changed = schedule.branches if schedule.changed is None else schedule.changed
        for number in range(schedule.branches):
            place = slices[number * schedule.slices // schedule.branches]
            is_changed = (number + 1) * changed // schedule.branches > number * changed // schedule.branches
            place.ready.append(Branch(place, is_changed))
        for place in slices:
            self._hire(place)
        while self._events:
            self._now, _number, act, branch = heapq.heappop(self._events)
            act(branch)
        self._outcome.seconds = self._now
        return self._outcome

    def _after(self, seconds: float, act: t.Callable[[Branch], None], branch: Branch) -> None:
        self._number += 1
        heapq.heappush(self._events, (self._now + seconds, self._number, act, branch))

    def _hire(self, place: Slice) -> None:
        """Give workers to the branches that are ready; when the last one of a task is done, the next task begins."""
        if not place.busy and not place.ready:
            place.ready.extend(place.ahead)
            place.ahead.clear()
        while place.busy < place.forks and place.ready:
            place.busy += 1
            branch = place.ready.popleft()
            if place.cores:
                self._compute(branch)
            else:
                place.for_core.append(branch)

    def _compute(self, branch: Branch) -> None:
        branch.place.cores -= 1
        typical = self._schedule.cpu_seconds * STEPS[branch.step][0] / TASKS
        self._after(typical * (0.75 + 0.5 * self._chance()), self._computed, branch)

    def _computed(self, branch: Branch) -> None:
        branch.place.cores += 1
        if branch.place.for_core:
            self._compute(branch.place.for_core.popleft())
        branch.calls = list(STEPS[branch.step][1]) if branch.changed else []
        self._call(branch)

    def _call(self, branch: Branch) -> None:
        """Make the next call of the task, or end it."""
        if not branch.left:
            if not branch.calls:
                self._end(branch)
                return
            branch.kind = branch.calls.pop(0)
            branch.left = {LIST: pages(self._tenant.imports), POST: 1}.get(branch.kind, branch.kind)
            branch.since = self._now
        if branch.kind == LIST and self._now > branch.since + paging.MOST_SECONDS:
            self._outcome.slow_lists += 1
            self._give_up(branch)
        elif self._tenant.takes(self._now):
            self._outcome.accepted += 1
            self._tenant.imports += branch.kind == POST
            branch.left -= 1
            branch.tries = 0
            least, more = self._schedule.call_seconds
            self._after(least + more * self._chance(), self._call, branch)
        else:
            self._refuse(branch)

    def _refuse(self, branch: Branch) -> None:
        self._outcome.refused += 1
        branch.tries += 1
        if branch.tries > self._schedule.retries:
            self._give_up(branch)
            return
        asked = self._tenant.retry_after(self._now) if self._schedule.retry_after else None
        self._after(self._schedule.pause(branch.tries, asked, self._chance, limited=True), self._call, branch)

    def _give_up(self, branch: Branch) -> None:
        self._outcome.gave_up += 1
        self._release(branch.place)

    def _end(self, branch: Branch) -> None:
        branch.step += 1
        if branch.step == len(STEPS):
            self._outcome.finished += 1
        elif self._schedule.linear:
            branch.place.ahead.append(branch)
        else:
            branch.place.ready.append(branch)
        self._release(branch.place)

    def _release(self, place: Slice) -> None:
        place.busy -= 1
        self._hire(place)


def simulate(schedule: Schedule) -> Outcome:
    """Return what comes of a schedule. The same schedule always comes out alike."""
    return _Run(schedule).outcome()
