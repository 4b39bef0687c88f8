# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Computed, not measured: ten thousand branches through AWX job slices, and which limit it is that they meet."""

from __future__ import annotations

import dataclasses
import math
import typing as t

#: Calls of a branch with something new, and how many of them are the first page of the list (counted: `least_requests`).
CALLS = 11
LISTS = 2
#: Entries on a page of the list (plugins/module_utils/_imports/paging.py), and how many are read at most.
PAGE_SIZE = 100
MOST_ENTRIES = 100_000

BRANCHES = 10_000
SLICES = (1, 10, 100)
#: How many branches have something new, how many only look, and how many imports the tenant keeps from earlier runs (30 days, D).
SCHEDULES = (
    ("all branches changed, an empty tenant", 10_000, 0, 0),
    ("nothing new, no baseline", 0, 10_000, 10_000),
    ("with baselines, 5 % changed", 500, 0, 29 * 500),
    ("with baselines, nobody changed", 0, 0, 29 * 500),
    ("all branches changed each day, the eleventh", 10_000, 0, 100_000),
)


@dataclasses.dataclass(frozen=True)
class Costs:
    """What was measured: CPU seconds of a branch, MiB of a run with one worker and of each further one, the part of the calls refused with 429."""

    cpu_seconds: float
    base_mebibytes: float
    fork_mebibytes: float
    refused: float = 0.0


@dataclasses.dataclass(frozen=True)
class Instance:
    """A machine of the instance group, which takes one slice."""

    cores: int = 4
    mebibytes: int = 8192
    forks: int = 25


@dataclasses.dataclass(frozen=True)
class Estimate:
    """`seconds` by each limit; the larger one is how long it takes."""

    cpu: float
    tenant: float
    mebibytes: float
    fits: bool
    listed: bool

    @property
    def seconds(self) -> float:
        """How long the schedule takes at least."""
        return max(self.cpu, self.tenant)

    @property
    def binding(self) -> str:
        """Which limit it meets."""
        if not self.listed:
            return f"not possible: a list of more than {MOST_ENTRIES:,} imports is not read"
        if not self.fits:
            return "memory"
        return "rate limit of the tenant" if self.tenant > self.cpu else "CPU of the instances"


def requests(changed: int, looking: int, kept: int) -> int:
    """Return the calls of a schedule. Every list is read to its end, as its order is not documented, and each import makes it longer."""
    lists = pages(kept) * looking
    for made in range(changed):
        lists += pages(kept + made) + pages(kept + made + 1)
    return lists + changed * (CALLS - LISTS)


def pages(entries: int) -> int:
    """Return the calls that a list of so many imports takes."""
    return max(1, math.ceil(entries / PAGE_SIZE))


def estimate(
    costs: Costs, slices: int, calls: int, rate: float, instance: Instance | None = None, *, branches: int = BRANCHES, imports: int = 0,
) -> Estimate:
    """Return what bounds `branches` in so many slices, each on an instance of its own.

    `rate`: calls a second that the tenant takes of all; `imports`: how many it holds in the end.
    """
    instance = instance or Instance()
    mebibytes = costs.base_mebibytes + instance.forks * costs.fork_mebibytes
    return Estimate(
        cpu=costs.cpu_seconds * branches / slices / min(instance.cores, instance.forks), tenant=calls / rate, mebibytes=mebibytes,
        fits=mebibytes <= instance.mebibytes, listed=imports <= MOST_ENTRIES)


def tables(costs: Costs, rate: float) -> t.Iterator[str]:
    """Yield the lines of the computed table."""
    instance = Instance()
    yield (
        f"**Computed, not measured:** {BRANCHES:,} branches in AWX job slices, each slice on an instance of its own with {instance.cores} cores, "
        f"{instance.mebibytes / 1024:g} GiB and {instance.forks} forks, "
        f"from {costs.cpu_seconds:.2f} CPU seconds a branch, {costs.base_mebibytes:.0f} MiB "
        f"and {costs.fork_mebibytes:.0f} MiB a fork, and {rate:g} calls a second for the tenant.")
    yield ""
    yield "| schedule | slices | calls | hours by CPU | hours by the rate limit | MiB | what binds |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | --- |"
    for name, changed, looking, kept in SCHEDULES:
        calls = requests(changed, looking, kept)
        for slices in SLICES:
            found = estimate(costs, slices, calls, rate, imports=kept + changed)
            yield (
                f"| {name} | {slices} | {calls:,} | {found.cpu / 3600:.2f} | {found.tenant / 3600:.2f} | {found.mebibytes:.0f} | {found.binding} |")
