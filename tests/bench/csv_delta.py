# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part `csv`: the difference of two exports."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from .contestants import CONTESTANTS
from .exports import COLUMNS, write_exports
from .process import measure, told
from .ratios import Measured, table

NAME = "csv"
OURS = "community.staffbase"

#: How many rows a contestant is given at most, and why.
MOST_ROWS = {"csv-diff": 200_000}
WHY = (
    f"csv-diff takes part up to {MOST_ROWS['csv-diff']:,} rows only: it keeps each row of both exports as a dictionary, which took 2.4 GiB for a "
    "million rows when it was tried once.")


def run(options: argparse.Namespace) -> str:
    """Measure every size in `options.rows` and return a table for each."""
    tables = [
        f"Two exports with {len(COLUMNS)} columns, 2 % of the rows changed, 0.2 % joined, 0.2 % left; whole processes, {options.repeat} runs each, "
        f"in turn. {WHY}",
    ]
    for rows in options.rows:
        with tempfile.TemporaryDirectory(prefix="staffbase-bench-") as folder:
            tables.append(f"### {rows:,} rows\n\n{_compare(Path(folder), rows, options.repeat)}")
    return "\n\n".join(tables)


def _compare(folder: Path, rows: int, repeat: int) -> str:
    """Return a table of all contestants for one size."""
    previous, current = write_exports(folder, rows)
    names = [name for name in CONTESTANTS if rows <= MOST_ROWS.get(name, rows)]
    runs: dict[str, list[Measured]] = {name: [] for name in names}
    for _round in range(repeat):
        # In turn, so that a noisy moment of the machine does not meet one of them only.
        for name in names:
            command = [sys.executable, "-m", "bench.contestants", name, str(previous), str(current), str(folder / "delta.csv")]
            runs[name].append(measure(command))
            told(f"{rows:>9,} rows  {name}", runs[name][-1])
    if len({run.output for all_runs in runs.values() for run in all_runs}) != 1:
        found = {name: all_runs[0].output for name, all_runs in runs.items()}
        raise SystemExit(f"The contestants disagree: {found}")
    return table(runs, OURS, "ours")
