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

from . import ROWS
from .altered import altered_copy
from .guard import Guard
from .page import PAGE, ROOT, page
from .places import Code, NotOnce

#: No test takes so long (seconds), with or without its guard.
LONGEST = 240


class End(enum.Enum):
    """How a test ended without its guard."""

    FAILED = "failed"
    ENDLESS = "never ended"
    PASSED = "PASSED: it does not need the guard"
    TOO_LONG = "DID NOT END IN TIME"
    OTHER = "COULD NOT BE RUN"


SEEN = (End.FAILED, End.ENDLESS)


def pytest(collections: str, *tests: str, processes: int = 0, longest: float = LONGEST) -> tuple[int, str]:
    """Run tests against the collection that lies below `collections`; TimeoutExpired after `longest` seconds."""
    command = [sys.executable, "-m", "pytest", f"--numprocesses={processes}", "-q", "--durations=0", "-p", "no:cacheprovider", *tests]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "ANSIBLE_COLLECTIONS_PATH": collections}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, check=False, timeout=longest)
    return done.returncode, done.stdout


def taken_out(guard: Guard) -> tuple[Guard, End, str]:
    """Run a guard's test against a copy of the collection without the guard."""
    with tempfile.TemporaryDirectory(prefix="staffbase-guard-") as folder:
        collections = os.pathsep.join([str(altered_copy(Path(folder), guard.change)), os.environ["ANSIBLE_COLLECTIONS_PATH"]])
        try:
            code, said = pytest(collections, "-x", guard.test, longest=guard.endless_after or LONGEST)
        except subprocess.TimeoutExpired:
            return guard, End.ENDLESS if guard.endless_after else End.TOO_LONG, ""
    return guard, {0: End.PASSED, 1: End.FAILED}.get(code, End.OTHER), said


def chosen(wanted: str) -> tuple[dict[Guard, str], list[str]]:
    """Return the guards whose promise, file or test holds a text, with their files; and what is wrong with those whose place is not found."""
    code = Code(ROOT)
    guards, lost = {}, []
    for guard in (guard for row in ROWS.values() for guard in row):
        try:
            file = code.place(guard.change).file
        except NotOnce as error:
            lost += [f"{guard.promise}: {error}"] if wanted in f"{guard.promise}\n{guard.test}" else []
        else:
            guards.update({guard: file} if wanted in f"{guard.promise}\n{file}\n{guard.test}" else {})
    return guards, lost


def main() -> int:
    """Return 0 when the tests pass with all guards, and each fails without its own."""
    parser = argparse.ArgumentParser(prog="guards", description=__doc__)
    parser.add_argument("--only", default="", help="only guards whose promise, file or test holds this text; nothing is written then")
    wanted = parser.parse_args().only
    guards, lost = chosen(wanted)
    if lost:
        print("These guards are not in the collection as tests/guards has them:", *lost, sep="\n")
        return 1
    code, said = pytest(os.environ["ANSIBLE_COLLECTIONS_PATH"], *sorted({guard.test for guard in guards}), processes=2, longest=LONGEST * 5)
    if code:
        print(said)
        print("With all guards in place, these tests have to pass.")
        return 1
    print(f"With all guards in place: {said.strip().splitlines()[-1].strip('= ')}")
    wrong = 0
    with ThreadPoolExecutor(2) as threads:
        for guard, end, told in threads.map(taken_out, guards):
            print(f"{end.value:>12}  {guard.promise} ({guards[guard]})", flush=True)
            if end not in SEEN:
                wrong += 1
                print(told[-1500:], flush=True)
    print(f"{len(guards)} guards were taken out; without {len(guards) - wrong} of them, the test failed.")
    if not wrong and not wanted:
        PAGE.write_text(page(), encoding="utf-8")
        print(f"Written: {PAGE.relative_to(ROOT)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
