# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several controllers at the same moment: each one a process of its own, all of them let go at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t
from pathlib import Path

# Everything that takes time to import is there before the starting signal.
CONTROLLER = """
import importlib, json, sys
from support.module_runner import MODULES, run_module
name, options = json.loads(sys.stdin.readline())
importlib.import_module(f"{MODULES}.{name}")
print("ready", flush=True)
sys.stdin.readline()
print(json.dumps(run_module(name, options)), flush=True)
"""


def at_once(module: str, each: t.Sequence[dict[str, t.Any]]) -> list[dict[str, t.Any]]:
    """Run `module` once for each options, all at the same moment, and return the results in this order."""
    tests = Path(__file__).parents[1]
    paths = [str(tests), *os.environ["ANSIBLE_COLLECTIONS_PATH"].split(os.pathsep)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    running = [
        subprocess.Popen([sys.executable, "-c", CONTROLLER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True)
        for _options in each
    ]
    try:
        for process, options in zip(running, each, strict=True):
            _tell(process, json.dumps([module, options]))
        for process in running:
            assert _line(process) == "ready\n"
        for process in running:
            _tell(process, "go")
        return [json.loads(process.communicate(timeout=60)[0]) for process in running]
    finally:
        for process in running:
            process.kill()
            process.communicate()


def _tell(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{line}\n")
    process.stdin.flush()


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()
