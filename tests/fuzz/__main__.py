# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look for bytes that break the reading of CSV files. `make fuzz` runs it.

    python -m fuzz [SECONDS] [TARGET ...]
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TARGETS = ("lint", "detect", "compare", "tables", "row_errors")


def main(arguments: list[str]) -> int:
    """Search in one target after the other, and say where something was found."""
    seconds = int(arguments.pop(0)) if arguments and arguments[0].isdigit() else 120
    names = arguments or list(TARGETS)
    if unknown := [name for name in names if name not in TARGETS]:
        print(f"There is no target {', '.join(unknown)}; there are {', '.join(TARGETS)}.")
        return 2
    folder = Path(os.environ.get("FUZZ_FOLDER", "build/fuzz")).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for name in names:
        each = max(1, seconds // len(names))
        print(f"\n{name}: {each} seconds", flush=True)
        # A process for each: atheris ends the one in which it runs.
        if subprocess.run([sys.executable, "-m", "fuzz.search", name, str(each), str(folder)], check=False).returncode:
            found.append(name)
    print(f"\nFound something in {', '.join(found)}; the input is above or in {folder}." if found else f"\nNothing found in {', '.join(names)}.")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
