# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many branches as hosts of one inventory, against one tenant that refuses calls beyond a rate; and what that means for ten thousand."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import typing as t
from pathlib import Path

from simulator.remote import RemoteSimulator
from support.controller import HEADER, Controller

from . import job_slices

#: (branches, forks). Left out: more forks than branches, which are the same as fewer.
CELLS = ((1, 1), (10, 1), (10, 10), (50, 1), (50, 10), (50, 25), (200, 1), (200, 10), (200, 25))
PEOPLE = 20
#: Calls in a window of seconds. The service publishes no numbers (D: 429 until a window is over), so this is a guess, a strict one.
RATE = (20, 1.0)
#: More than the default of 5: when many workers share a rate, five refusals in a row are rare bad luck, and the run of a branch then fails.
RETRIES = 20
MEBIBYTE_IN_KIB = 1024


@dataclasses.dataclass(frozen=True)
class Cell:
    """What one run took: seconds, seconds of the processors, peak MiB of the controller, requests and how many of them were refused with 429."""

    branches: int
    forks: int
    seconds: float
    cpu_seconds: float
    mebibytes: float
    requests: int
    refused: int

    @property
    def row(self) -> str:
        """The line of the table."""
        return (
            f"| {self.branches} | {self.forks} | {self.seconds:.1f} | {self.seconds / self.branches:.2f} | {self.cpu_seconds / self.branches:.2f} "
            f"| {self.mebibytes:.0f} | {self.requests} | {self.refused} | {self.refused / self.requests:.0%} |")


def measure(branches: int, forks: int, rate: tuple[int, float] = RATE) -> Cell:
    """Import the files of all branches in one run; SystemExit if anybody is missing."""
    with tempfile.TemporaryDirectory(prefix="staffbase-bench-") as place, tenant(rate) as there:
        folder = Path(place)
        controller = Controller(folder, there)  # type: ignore[arg-type]
        controller.environment["STAFFBASE_RETRIES"] = str(RETRIES)
        wanted = set()
        for number in range(branches):
            people = [f"{number:05}-{person:03}" for person in range(PEOPLE)]
            wanted.update(people)
            path = folder / f"people-{number:05}.csv"
            path.write_text(HEADER + "".join(f"{name};{name}@company.example;First;Activated\n" for name in people), encoding="utf-8")
            controller.hosts[f"branch-{number:05}"] = {"delta_import_src": str(path)}
        del controller.hosts["berlin"]
        begun = time.perf_counter()
        code, cpu_seconds, mebibytes = _watched(controller, forks)
        seconds = time.perf_counter() - begun
        found = {person["external_id"] for person in there.people()}
        if code or found != wanted:
            raise SystemExit(f"{branches} branches, {forks} forks: ended with {code}; {len(wanted - found)} of {len(wanted)} people are missing")
        statuses = [each.status for each in there.requests]
    return Cell(branches, forks, seconds, cpu_seconds, mebibytes, len(statuses), statuses.count(429))


@contextlib.contextmanager
def tenant(rate: tuple[int, float]) -> t.Iterator[RemoteSimulator]:
    """An empty tenant in a process of its own."""
    command = [sys.executable, "-m", "simulator", "--rate-limit", *map(str, rate)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            told = json.loads(process.stdout.readline())
            yield RemoteSimulator(told["url"], told["token"])
        finally:
            process.terminate()


def _watched(controller: Controller, forks: int) -> tuple[int, float, float]:
    """Run the playbook; return its exit code, the processors' seconds, and the peak of the proportional memory of it and its workers in MiB."""
    log = controller.folder / "output.txt"
    with log.open("w", encoding="utf-8") as output, subprocess.Popen(
        controller.command("--forks", str(forks)), env=controller.surroundings(), cwd=controller.folder, stdout=output, stderr=subprocess.STDOUT,
    ) as process:
        peak, over = [0.0], threading.Event()
        sampler = threading.Thread(target=_sample, args=(process.pid, peak, over))
        sampler.start()
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        over.set()
        sampler.join()
    if process.returncode:
        failed = [line for line in log.read_text(encoding="utf-8").splitlines() if line.startswith("fatal:")]
        print(*(line[:500] for line in failed[:10]), sep="\n", file=sys.stderr)
    return process.returncode, usage.ru_utime + usage.ru_stime, peak[0]


def _sample(pid: int, peak: list[float], over: threading.Event) -> None:
    while not over.wait(0.2):
        peak[0] = max(peak[0], sum(map(_proportional, _family(pid))))


def _family(pid: int) -> list[int]:
    """Return a process and its descendants."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents.setdefault(int(stat.read_text().rpartition(")")[2].split()[1]), []).append(int(stat.parent.name))
    found = [pid]
    for one in found:
        found += parents.get(one, [])
    return found


def _proportional(pid: int) -> float:
    """Return the PSS in MiB: what several processes share is counted once, in parts."""
    with contextlib.suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines()
        return int(next(line for line in lines if line.startswith("Pss:")).split()[1]) / MEBIBYTE_IN_KIB
    return 0.0


def run(options: object) -> str:
    """Measure all cells and return the tables. `options.cells`: other pairs of branches and forks; `options.rate`: calls and seconds."""
    rate = getattr(options, "rate", None) or RATE
    cells = []
    for branches, forks in getattr(options, "cells", None) or CELLS:
        cells.append(measure(branches, forks, rate))
        print(f"  {cells[-1].row}", flush=True)
    return "\n".join([
        f"{PEOPLE} people in each file, a tenant that works at once and takes {rate[0]:g} calls in {rate[1]:g} s, `retries` {RETRIES}, "
        f"{os.cpu_count()} cores for the controller and the simulated tenant together. "
        "Memory is the highest sum of the PSS of `ansible-playbook` and its workers, looked at five "
        "times a second.", "",
        "| branches | forks | s | s / branch | CPU s / branch | peak MiB | requests | 429s | refused |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |", *(cell.row for cell in cells), "",
        *job_slices.tables(_costs(cells), rate[0] / rate[1])])


def _costs(cells: list[Cell]) -> job_slices.Costs:
    """What a branch, and a worker, costs by the largest run; the start of the run is what the smallest one needed."""
    small, large = min(cells, key=lambda cell: (cell.branches, cell.forks)), max(cells, key=lambda cell: (cell.branches, cell.forks))
    return job_slices.Costs(
        cpu_seconds=large.cpu_seconds / large.branches, base_mebibytes=small.mebibytes,
        fork_mebibytes=max(0.0, large.mebibytes - small.mebibytes) / large.forks, refused=large.refused / large.requests)
