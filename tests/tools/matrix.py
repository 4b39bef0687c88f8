# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print what `make test-all` ran, and what not and why, as one table made from nox's report.

Run in the folder tests: python -m tools.matrix ../build/report.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from .cores import CORES, Core
from .interpreters import OLDEST_CONTROLLER, VERSIONS, usable, version_key

WORDS = {"success": "ok", "failed": "FAILED", "aborted": "FAILED", "skipped": "SKIPPED"}


def results(report: Path) -> dict[str, str]:
    """Return the result of each session by its name."""
    data = json.loads(report.read_text(encoding="utf-8"))
    return {session["signatures"][0]: WORDS.get(session["result"], session["result"]) for session in data["sessions"]}


def _cell(core: Core, python: str, ran: dict[str, str]) -> str:
    for name, result in ran.items():
        if name.endswith(f"tests({core.version}-py{python})"):
            return result
    if python not in core.official + core.also:
        return "-"
    return "not run" if python in usable() else "no Python"


def _sanity(core: Core, ran: dict[str, str]) -> str:
    for name, result in ran.items():
        if f"sanity_core({core.version}-py" in name:
            return f"{result} (py{name.rpartition('-py')[2].rstrip(')')})"
    return "not run" if set(core.official) & set(usable()) else "no Python"


def table(ran: dict[str, str]) -> str:
    """Return a row for each core: the tests on each Python, then sanity."""
    pythons = [version for version in VERSIONS if version_key(version) >= version_key(OLDEST_CONTROLLER)]
    rows = [["ansible-core", *(f"py{python}" for python in pythons), "sanity"]]
    rows += [[core.version, *(_cell(core, python, ran) for python in pythons), _sanity(core, ran)] for core in CORES]
    width = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(size) for cell, size in zip(row, width, strict=True)).rstrip() for row in rows]
    others = {name: result for name, result in ran.items() if "(" not in name}
    lines += ["", *(f"{name.partition('-')[0]}: {result}" for name, result in others.items())]
    lines += ["", "-: this core does not run on this Python.  no Python: not found on this machine, so skipped."]
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Print the table."""
    report = Path(arguments[0])
    if not report.is_file():
        print("nox ended without a report: nothing to show.", file=sys.stderr)
        return 1
    print(table(results(report)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
