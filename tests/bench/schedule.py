# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part `schedule`: what was measured with many branches, simulated; and ten thousand of them, simulated in the same way."""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import statistics
import typing as t
from pathlib import Path

from ansible_collections.community.staffbase.plugins.module_utils._http import retry
from ansible_collections.community.staffbase.plugins.module_utils._imports import paging

from .job_slices import BRANCHES, SCHEDULES, SLICES, Instance
from .schedule_simulation import Outcome, Schedule, simulate

NAME = "schedule"
PAGE = Path(__file__).parents[2] / "docs/benchmarks.md"

#: What was measured ran on two cores, against a tenant on the same machine: a call takes milliseconds.
MEASURED_CORES = 2
LOCAL_CALL = (0.005, 0.005)
#: From here on a measured run has enough branches that its start does not count.
BRANCHES_TO_COMPARE = 50
SEEDS = range(1, 6)

#: Those of SCHEDULES that are simulated, with how many retries, and with which forks.
SIMULATED = ((SCHEDULES[2], 20, (1, 10, 25)), (SCHEDULES[2], 5, (1, 10, 25)), (SCHEDULES[0], 20, (10,)))


@dataclasses.dataclass(frozen=True)
class Measured:
    """A line of the measured table."""

    branches: int
    forks: int
    seconds: float
    cpu_seconds: float
    requests: int
    refused: int


def measured(page: Path) -> list[Measured]:
    """Read the table of the part `many`."""
    part = page.read_text(encoding="utf-8").partition("<!-- measured:many -->")[2].partition("**Computed")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines() if line.startswith("| ") and line[2].isdigit()]
    return [Measured(int(row[0]), int(row[1]), float(row[2]), float(row[4]), int(row[6]), int(row[7])) for row in rows]


def run(options: argparse.Namespace) -> str:
    """Simulate both and return the tables. What a branch costs is read from the page."""
    page = options.write or PAGE
    return "\n".join([*compared(page), "", *ten_thousand(measured(page)[-1].cpu_seconds)])


def compared(page: Path) -> t.Iterator[str]:
    """Yield the table that holds the simulation against what was measured, and tells what it would be if one thing were another."""
    yield (
        f"**Simulated, beside what was measured:** {MEASURED_CORES} cores, the CPU seconds of the measured run, calls of 5 to 10 ms; medians of "
        f"{len(SEEDS)} simulated runs, with the least and the most. The columns on the right say how long it would take if one thing were another: "
        "each branch goes on by itself (`ANSIBLE_STRATEGY=free`), tasks that need no processor, no limit, pauses a tenth as long.")
    yield ""
    yield (
        "| branches | forks | s, measured | s, simulated | refused, measured | refused, simulated | rate used | s, free | s, no CPU | s, no limit "
        "| s, short pauses | refused, short pauses |")
    yield "| ---: " * 12 + "|"
    for row in measured(page):
        if row.branches < BRANCHES_TO_COMPARE:
            continue
        schedule = Schedule(row.branches, row.forks, cores=MEASURED_CORES, cpu_seconds=row.cpu_seconds, call_seconds=LOCAL_CALL)
        runs = _runs(schedule)
        seconds = [run.seconds for run in runs]
        short = _runs(schedule, pause=_short, retries=10**6)
        figures = [
            f"{row.branches}", f"{row.forks}", f"{row.seconds:.0f}", f"{statistics.median(seconds):.0f} ({min(seconds):.0f} to {max(seconds):.0f})",
            f"{row.refused / row.requests:.0%}", _refused(runs), f"{statistics.median(_used(schedule, run) for run in runs):.0%}",
            _seconds(_runs(schedule, linear=False)), _seconds(_runs(schedule, cpu_seconds=0.0)), _seconds(_runs(schedule, rate=(0, 1.0))),
            _seconds(short),
            _refused(short),
        ]
        yield f"| {' | '.join(figures)} |"


def _runs(schedule: Schedule, **change: t.Any) -> list[Outcome]:
    return [simulate(dataclasses.replace(schedule, seed=seed, **change)) for seed in SEEDS]


def _seconds(runs: list[Outcome]) -> str:
    return f"{statistics.median(run.seconds for run in runs):.0f}"


def _refused(runs: list[Outcome]) -> str:
    return f"{statistics.median(run.refused_share for run in runs):.0%}"


def _short(*arguments: t.Any, **options: t.Any) -> float:
    return retry.pause_before(*arguments, **options) / 10


def _used(schedule: Schedule, found: Outcome) -> float:
    calls, seconds = schedule.rate
    return found.accepted / (found.seconds * calls / seconds)


def ten_thousand(cpu_seconds: float) -> t.Iterator[str]:
    """Yield the table of ten thousand branches."""
    least, more = Schedule.call_seconds
    yield (
        f"**Simulated, not measured:** {BRANCHES:,} branches in AWX job slices, each slice on an instance of its own with {Instance.cores} cores, "
        f"from {cpu_seconds:.2f} CPU seconds a branch, calls of {least:g} to {least + more:g} s, and "
        f"one tenant that takes {Schedule.rate[0]} calls in "
        f"{Schedule.rate[1]:g} s. A branch gives up when one call is refused more often than `retries`, or when the list is not read within "
        f"{paging.MOST_SECONDS:g} s; then the hours are short because of it.")
    yield ""
    yield "| schedule | `retries` | slices | forks | hours | calls | refused | gave up | by a slow list | what binds |"
    yield "| --- " + "| ---: " * 8 + "| --- |"
    for (name, changed, _looking, kept), retries, few_or_many in SIMULATED:
        for slices, forks in itertools.product(SLICES, few_or_many):
            schedule = Schedule(BRANCHES, forks, slices, Instance.cores, cpu_seconds, changed=changed, kept=kept, retries=retries)
            found = simulate(schedule)
            line = (
                f"| {name} | {retries} | {slices} | {forks} | {found.seconds / 3600:.2f} | {found.accepted + found.refused:,} "
                f"| {found.refused_share:.0%} | {found.gave_up:,} | {found.slow_lists:,} | {binding(schedule, found)} |")
            print(f"  {line}", flush=True)
            yield line


def binding(schedule: Schedule, found: Outcome) -> str:
    """Return what it is that a schedule meets: the largest of what it would take by each limit alone."""
    if found.gave_up:
        return f"{'time to read the list' if found.slow_lists * 2 > found.gave_up else 'refusals'}: branches give up"
    least, more = schedule.call_seconds
    cpu = schedule.cpu_seconds * schedule.branches / schedule.slices
    bounds = {
        "rate limit of the tenant": found.accepted * schedule.rate[1] / schedule.rate[0] if schedule.rate[0] else 0.0,
        "CPU of the instances": cpu / min(schedule.cores, schedule.forks),
        "one call after the other": (cpu + found.accepted * (least + more / 2) / schedule.slices) / schedule.forks,
    }
    return max(bounds, key=bounds.__getitem__)
