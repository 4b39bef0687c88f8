# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures and prints tables. `make bench` runs it; `--write FILE` puts them into a page of the documentation."""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import typing as t
from pathlib import Path

from .contestants import CONTESTANTS
from .exports import COLUMNS, write_exports

#: csv-diff needs minutes and gigabytes for a million rows: it takes part in the smaller sizes.
SLOW = {"csv-diff": 200_000}


class Measured(t.NamedTuple):
    """Seconds of the whole process, peak memory in MiB, and what it printed."""

    seconds: float
    mebibytes: float
    counts: str


def measure(name: str, previous: Path, current: Path, dest: Path) -> Measured:
    """Run one contestant in a process of its own; GNU time is not needed, wait4 tells the peak."""
    command = [sys.executable, "-m", "bench.contestants", name, str(previous), str(current), str(dest)]
    begun = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        output = process.stdout.read() if process.stdout else ""
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{name} failed")
    return Measured(time.perf_counter() - begun, usage.ru_maxrss / 1024, output.strip())


def compare(folder: Path, rows: int, repeat: int) -> str:
    """Return a table of all contestants for one size."""
    previous, current = write_exports(folder, rows)
    names = [name for name in CONTESTANTS if rows <= SLOW.get(name, rows)]
    runs: dict[str, list[Measured]] = {name: [] for name in names}
    for _round in range(repeat):
        # In turn, so that a noisy moment of the machine does not meet one of them only.
        for name in names:
            runs[name].append(measure(name, previous, current, folder / "delta.csv"))
            print(f"  {rows:>9,} rows  {name:20} {runs[name][-1].seconds:8.2f} s {runs[name][-1].mebibytes:8.0f} MiB", flush=True)
    if len({run.counts for all_runs in runs.values() for run in all_runs}) != 1:
        found = {name: all_runs[0].counts for name, all_runs in runs.items()}
        raise SystemExit(f"The contestants disagree: {found}")
    ours = statistics.median(run.seconds for run in runs["community.staffbase"])
    lines = [f"### {rows:,} rows", "", "| | min s | median s | max s | ratio to ours | peak MiB |", "| --- | ---: | ---: | ---: | ---: | ---: |"]
    for name in names:
        seconds = [run.seconds for run in runs[name]]
        middle = statistics.median(seconds)
        peak = max(run.mebibytes for run in runs[name])
        lines.append(f"| {name} | {min(seconds):.2f} | {middle:.2f} | {max(seconds):.2f} | {middle / ours:.2f} | {peak:.0f} |")
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000, 2_000_000])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--write", type=Path, metavar="FILE")
    options = parser.parse_args()
    tables = []
    for rows in options.rows:
        with tempfile.TemporaryDirectory(prefix="staffbase-bench-") as folder:
            tables.append(compare(Path(folder), rows, options.repeat))
    text = "\n\n".join([
        f"Two exports with {len(COLUMNS)} columns, 2 % of the rows changed, 0.2 % joined, 0.2 % left; whole processes, "
        f"{options.repeat} runs each, in turn.",
        f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores.", *tables])
    print(f"\n{text}")
    if options.write:
        head, mark, _old = options.write.read_text(encoding="utf-8").partition("<!-- measured -->\n")
        options.write.write_text(f"{head}{mark}\n{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
