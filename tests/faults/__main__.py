# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Try the whole matrix and write the page. `make fault-matrix` runs it.

    python -m faults [PAGE]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from . import table
from .matrix import STEPS, row
from .runner import MatrixRun


def main(arguments: list[str]) -> int:
    """Write the page, unless something is wrong in a cell."""
    target = Path(arguments[0]) if arguments else table.PAGE
    outcomes: table.Outcomes = {}
    wrong = 0
    for step in STEPS:
        with tempfile.TemporaryDirectory() as folder:
            cell_runs = MatrixRun(Path(folder), row(step)).run()
        outcomes |= {cell_run.cell: cell_run.word for cell_run in cell_runs}
        failed = [cell_run for cell_run in cell_runs if cell_run.wrong]
        wrong += len(failed)
        print(f"{step.name}: {len(cell_runs)} cells, {len(failed)} wrong", flush=True)
        for cell_run in failed:
            print(f"  {cell_run.cell}: {cell_run.wrong}", flush=True)
    if wrong:
        print(f"{wrong} cells are wrong, so {target} stays as it is.")
        return 1
    target.write_text(table.page(outcomes), encoding="utf-8")
    print(f"{len(outcomes)} cells; wrote {target}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
