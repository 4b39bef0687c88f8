# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the Python interpreters of this machine that really run.

Looks on PATH and in the folders of the usual version managers. A shim that is there but only prints an error, and a
Python that cannot make a virtual environment, are named as skipped and never chosen.

Run in the folder tests:

    python -m tools.interpreters                 what was found, what is skipped and why
    python -m tools.interpreters --choose        the path of the one that `make` uses
    python -m tools.interpreters --choose 3.11   the same, when the user asks for one: a version, a name or a path
"""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from .cores import best_python, version_key

# 3.9 runs no controller any more, but modules still have to compile and import there.
VERSIONS = ("3.9", "3.10", "3.11", "3.12", "3.13", "3.14")
OLDEST_CONTROLLER = "3.10"

# Printed by the interpreter itself. The base executable, so that an active virtual environment is never built upon.
# ssl and sqlite3 can be missing from a Python that was compiled without their headers; the simulator needs both.
PROBE = """
import os, sys
real = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
print("%d.%d" % sys.version_info[:2], sys.implementation.name, real)
try:
    import sqlite3, ssl, venv
    from ensurepip import version
    version()
except Exception as error:
    print("lacks " + (getattr(error, "name", None) or str(error)))
"""


class Interpreter(NamedTuple):
    """A Python that runs, or why it does not."""

    version: str
    path: str
    problem: str = ""


def _manager_folders() -> list[Path]:
    """Return the bin folders of pyenv, uv, asdf and mise."""
    home = Path.home()
    data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local/share")
    roots = [
        Path(os.environ.get("PYENV_ROOT") or home / ".pyenv") / "versions",
        Path(os.environ.get("UV_PYTHON_INSTALL_DIR") or data / "uv/python"),
        Path(os.environ.get("ASDF_DATA_DIR") or home / ".asdf") / "installs/python",
        Path(os.environ.get("MISE_DATA_DIR") or data / "mise") / "installs/python",
    ]
    return [folder for root in roots if os.access(root, os.R_OK | os.X_OK) for folder in sorted(root.glob("*/bin"))]


def _probe(path: str) -> Interpreter | None:
    """Run one interpreter. None when it is not a CPython of a wanted version."""
    name = Path(path).name.removeprefix("python")
    try:
        done = subprocess.run(
            [path, "-I", "-c", PROBE], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Interpreter(name, path, f"does not start ({error})")
    lines = done.stdout.splitlines()
    if done.returncode or not lines:
        error = (done.stderr.strip().splitlines() or ["no output"])[0]
        return Interpreter(name, path, f"does not run ({error})")
    version, implementation, real = lines[0].split(" ", 2)
    if implementation != "cpython" or version not in VERSIONS:
        return None
    if len(lines) > 1:
        return Interpreter(version, real, f"{lines[1]} (on Debian: apt-get install python{version}-venv)")
    return Interpreter(version, real)


@functools.lru_cache(maxsize=1)
def search() -> tuple[dict[str, Interpreter], list[Interpreter]]:
    """Return the usable interpreters by version, and those that were skipped."""
    found: dict[str, Interpreter] = {}
    skipped: list[Interpreter] = []
    folders = [Path(entry) for entry in os.environ.get("PATH", os.defpath).split(os.pathsep) if entry]
    candidates = [str(folder / f"python{version}") for folder in folders + _manager_folders() for version in VERSIONS]
    for path in dict.fromkeys(candidates):
        if not os.access(path, os.X_OK) or Path(path).name.removeprefix("python") in found:
            continue
        result = _probe(path)
        if result and result.problem:
            skipped.append(result)
        elif result:
            found.setdefault(result.version, result)
    ordered = sorted(found, key=version_key)
    return {version: found[version] for version in ordered}, skipped


def usable() -> dict[str, Interpreter]:
    """Return the usable interpreters, oldest first."""
    return search()[0]


def clean_path() -> str:
    """Return PATH with the real bin folders first and without the shims of version managers.

    ansible-test takes the first pythonX.Y that it sees and dies when that is a shim for a version not activated.
    """
    real = [str(Path(interpreter.path).parent) for interpreter in reversed(usable().values())]
    outer = [e for e in os.environ.get("PATH", os.defpath).split(os.pathsep) if e and Path(e).name != "shims"]
    return os.pathsep.join(dict.fromkeys(real + outer))


def describe() -> list[str]:
    """Return a line for each version: where it is, or why it is skipped."""
    found, skipped = search()
    lines = []
    for version in VERSIONS:
        if version in found:
            lines.append(f"Python {version:5} {found[version].path}")
            continue
        reasons = [f"{item.path} {item.problem}" for item in skipped if item.version == version]
        lines.append(f"Python {version:5} SKIPPED: " + ("; ".join(dict.fromkeys(reasons)) or "not found"))
    return lines


def choose(wanted: str = "") -> Interpreter | None:
    """Return the interpreter that the user asks for, or the best one."""
    if not wanted:
        best = best_python(usable())
        return usable()[best] if best else None
    if os.sep in wanted:
        found = _probe(wanted)
        return found if found and not found.problem else None
    # By its version, not by its name: the name can lead to a shim.
    return usable().get(wanted.removeprefix("python"))


def main(arguments: list[str]) -> int:
    """Print the chosen interpreter or the whole list."""
    if arguments[:1] != ["--choose"]:
        print("\n".join(describe()))
        return 0
    chosen = choose(*arguments[1:2])
    if chosen is None or version_key(chosen.version) < version_key(OLDEST_CONTROLLER):
        wanted = " ".join(arguments[1:]) or f"Python {OLDEST_CONTROLLER} or newer"
        print("\n".join([f"Not usable here: {wanted}. What was found:", *describe()]), file=sys.stderr)
        return 1
    print(chosen.path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
