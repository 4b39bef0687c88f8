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
from .cells import PLACES, row
from .trial import Trials


def main(arguments: list[str]) -> int:
    """Write the page, unless something is wrong in a cell."""
    target = Path(arguments[0]) if arguments else table.PAGE
    outcomes: table.Outcomes = {}
    wrong = 0
    for place in PLACES:
        with tempfile.TemporaryDirectory() as folder:
            trials = Trials(Path(folder), row(place)).run()
        outcomes |= {trial.cell: trial.word for trial in trials}
        failed = [trial for trial in trials if trial.wrong]
        wrong += len(failed)
        print(f"{place.name}: {len(trials)} cells, {len(failed)} wrong", flush=True)
        for trial in failed:
            print(f"  {trial.cell}: {trial.wrong}", flush=True)
    if wrong:
        print(f"{wrong} cells are wrong, so {target} stays as it is.")
        return 1
    target.write_text(table.page(outcomes), encoding="utf-8")
    print(f"{len(outcomes)} cells; wrote {target}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
