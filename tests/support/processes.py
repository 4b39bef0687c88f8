# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several controllers at the same moment: each one a process of its own, all of them let go at once."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import typing as t
from pathlib import Path

from simulator import Simulator

from .hooks import when_called

# Everything that takes time to import is there before the starting signal.
CONTROLLER = """
import importlib, json, sys
from support.module_runner import MODULES
from support.processes import follow
tasks = json.loads(sys.stdin.readline())
for name, _options in tasks:
    importlib.import_module(f"{MODULES}.{name}")
print("ready", flush=True)
sys.stdin.readline()
print(json.dumps(follow(tasks)), flush=True)
"""

Tasks = t.Sequence[tuple[str, dict[str, t.Any]]]

#: From these states on, an import is not configured any more.
STARTED = ("IMPORT_PENDING", "IMPORTING", "COMPLETED")

#: How long (seconds) one that has come waits for the others: not all of them make each call.
PATIENCE = 2.0


def at_once(module: str, each: t.Sequence[dict[str, t.Any]]) -> list[dict[str, t.Any]]:
    """Run `module` once for each options, all at the same moment, and return the results in this order."""
    return [results[-1] for results in all_at_once([[(module, options)] for options in each])]


def all_at_once(controllers: t.Sequence[Tasks]) -> list[list[dict[str, t.Any]]]:
    """Run the tasks of each controller, all controllers at the same moment, and return the results of each."""
    tests = Path(__file__).parents[1]
    paths = [str(tests), *os.environ["ANSIBLE_COLLECTIONS_PATH"].split(os.pathsep)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    running = [
        subprocess.Popen([sys.executable, "-c", CONTROLLER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True)
        for _tasks in controllers
    ]
    try:
        for process, tasks in zip(running, controllers, strict=True):
            _tell(process, json.dumps(tasks))
        for process in running:
            assert _line(process) == "ready\n"
        for process in running:
            _tell(process, "go")
        return [json.loads(process.communicate(timeout=120)[0]) for process in running]
    finally:
        for process in running:
            process.kill()
            process.communicate()


def follow(tasks: Tasks) -> list[dict[str, t.Any]]:
    """Run one task after the other as a playbook does, each with the import of the first; stop at a failure."""
    from .module_runner import run_module  # noqa: PLC0415 - only the processes need Ansible

    results: list[dict[str, t.Any]] = []
    for name, options in tasks:
        if name == "staffbase_import_config" and results[0]["import"]["state"] in STARTED:
            continue
        found = {"import_id": results[0]["import_id"]} if results else {}
        results.append(run_module(name, {**options, **found}))
        if results[-1].get("failed"):
            break
    return results


def meet(sim: Simulator, call: str, many: int, patience: float = PATIENCE) -> t.Callable[[], bool]:
    """Let calls of this kind wait until `many` of them have arrived, so that they are carried out at the same moment.

    `patience`: how long at first; later calls wait for PATIENCE. What is returned tells whether they have met.
    """
    met = threading.Event()
    barrier = threading.Barrier(many, action=met.set)

    def wait_for_the_others(arrived: str) -> None:
        if arrived == call:
            # Once one has lost its patience, nobody waits any more.
            with contextlib.suppress(threading.BrokenBarrierError):
                barrier.wait(PATIENCE if met.is_set() else patience)

    when_called(sim, wait_for_the_others)
    return met.is_set


def _tell(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{line}\n")
    process.stdin.flush()


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()
