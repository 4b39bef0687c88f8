# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Take out each guard and see its test fail: `python -m guards [--only TEXT]`. Writes docs/guards.md when all of them did."""

from __future__ import annotations

import argparse
import enum
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from faults.guards import without

from . import ROWS
from .guard import Guard
from .page import page

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/guards.md"

#: A test that has not ended by then (seconds) waits for what will never come.
LONGEST = 240


class End(enum.Enum):
    """How a test ended without its guard."""

    FAILED = "failed"
    WAITED = "did not end"
    PASSED = "PASSED: it does not need the guard"
    OTHER = "could not be run"


def pytest(collections: str, *tests: str, processes: int = 0) -> tuple[int, str]:
    """Run tests against the collection that lies below `collections`."""
    command = [sys.executable, "-m", "pytest", f"--numprocesses={processes}", "-q", "--durations=0", "-p", "no:cacheprovider", *tests]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "ANSIBLE_COLLECTIONS_PATH": collections}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, check=False, timeout=LONGEST * 5 if processes else LONGEST)
    return done.returncode, done.stdout


def taken_out(guard: Guard) -> tuple[Guard, End, str]:
    """Run a guard's test against a copy of the collection without the guard."""
    with tempfile.TemporaryDirectory(prefix="staffbase-guard-") as folder:
        copy = without(Path(folder), guard.change)
        try:
            code, said = pytest(os.pathsep.join([str(copy), os.environ["ANSIBLE_COLLECTIONS_PATH"]]), "-x", guard.test)
        except subprocess.TimeoutExpired:
            return guard, End.WAITED, ""
    return guard, {0: End.PASSED, 1: End.FAILED}.get(code, End.OTHER), said


def main() -> int:
    """Return 0 when the tests pass with all guards, and each fails without its own."""
    parser = argparse.ArgumentParser(prog="guards", description=__doc__)
    parser.add_argument("--only", default="", help="only guards whose promise, file or test holds this text; nothing is written then")
    wanted = parser.parse_args().only
    guards = [guard for row in ROWS.values() for guard in row if wanted in f"{guard.promise}\n{guard.file}\n{guard.test}"]
    code, said = pytest(os.environ["ANSIBLE_COLLECTIONS_PATH"], *sorted({guard.test for guard in guards}), processes=2)
    if code:
        print(said)
        print("With all guards in place, these tests have to pass.")
        return 1
    print(f"With all guards in place: {said.strip().splitlines()[-1].strip('= ')}")
    wrong = 0
    with ThreadPoolExecutor(2) as threads:
        for guard, end, told in threads.map(taken_out, guards):
            print(f"{end.value:>12}  {guard.promise} ({guard.file})", flush=True)
            if end in (End.PASSED, End.OTHER):
                wrong += 1
                print(told[-1500:], flush=True)
    print(f"{len(guards)} guards were taken out; without {len(guards) - wrong} of them, the test failed.")
    if not wrong and not wanted:
        PAGE.write_text(page(), encoding="utf-8")
        print(f"Written: {PAGE.relative_to(ROOT)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
