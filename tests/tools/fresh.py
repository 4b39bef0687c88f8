# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the two commands of README.md as a stranger does: on a machine that has only what the README asks for, in a clone of the last commit.

Run in the folder tests, or with `make test-fresh`:

    python -m tools.fresh                             make demo, then make test
    python -m tools.fresh demo                        make demo alone
    python -m tools.fresh --suite trixie --keep       on another release of the distribution; the machine is kept
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from . import fresh_root
from .collection_copy import untracked
from .reproducible import is_modified

REPOSITORY = Path(__file__).parents[2].resolve()
COMMANDS = ("demo", "test")
CANNOT = 2


def clone(target: Path) -> None:
    """Clone the last commit, without what git tells of the one who runs this."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "clone", "--quiet", f"file://{REPOSITORY}", str(target)]
    subprocess.run(command, env=env, check=True)


def say(text: str) -> None:
    """Print at once: the commands print, too."""
    print(f"test-fresh: {text}", flush=True)


def run(commands: list[str], root: Path, suite: str) -> list[str]:
    """Make the machine and run the commands, each even after another failed. Return those that failed."""
    way = fresh_root.own_root()
    source = fresh_root.this_mirror(suite)
    wanted = fresh_root.packages((REPOSITORY / "README.md").read_text(encoding="utf-8"))
    fresh_root.remove(root, way)
    say(f"{source.suite} with {', '.join(wanted)} from {source.address}")
    fresh_root.make(root, way, source, wanted, root.with_name("debootstrap.log"))
    if left_out := fresh_root.furnish(root, sys.executable):
        say(f"pip is not told of folders of this machine: {', '.join(left_out)}")
    clone(root / "srv/clone")
    failed = []
    for name in commands:
        begin = time.monotonic()
        say(f"make {name}")
        command = fresh_root.entering(root, way, "/srv/clone", f"make {name}")
        code = subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode
        say(f"make {name} ended with exit code {code} after {time.monotonic() - begin:.0f} s")
        failed += [name] if code else []
    return failed


def main(arguments: list[str]) -> int:
    """Return 0, 1 if a command failed, or 2 where such a machine cannot be made."""
    parser = argparse.ArgumentParser(prog="make test-fresh", description="make demo and make test on a machine that has nothing else")
    parser.add_argument("commands", nargs="*", choices=[*COMMANDS, []], metavar="demo|test", help="both without it")
    parser.add_argument("--suite", default="", help="the release, such as bookworm; that of this machine without it")
    parser.add_argument("--place", type=Path, default=REPOSITORY / "build/fresh", help="a folder for it; build/fresh without it")
    parser.add_argument("--keep", action="store_true", help="leave it there")
    options = parser.parse_args(arguments)
    root = options.place.resolve() / "root"
    # So that the machine is removed then, too.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    if is_modified(REPOSITORY) or untracked(REPOSITORY):
        say("what is not committed takes no part")
    try:
        failed = run(options.commands or list(COMMANDS), root, options.suite)
    except fresh_root.CannotMake as reason:
        say(f"cannot run here: {reason}")
        return CANNOT
    finally:
        if not options.keep and root.exists():
            fresh_root.remove(root, fresh_root.own_root())
    if failed:
        say("failed: " + ", ".join(f"make {name}" for name in failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
