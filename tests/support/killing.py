# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that are killed with all of their processes, each time at the very same step."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import typing as t
from pathlib import Path

from simulator import Fault, Simulator

from .controller import Controller
from .waiting import until

GATE = Path(__file__).with_name("gate")


def killed_at_call(controller: Controller, tenant: Simulator, number: int, *, done: bool, **variables: t.Any) -> str:
    """Kill a run at its call of this number (1 is the first), which the tenant has `done` or will never do; return that call."""
    tenant.forget_requests()
    tenant.schedule(Fault("hold_after" if done else "hold", nth=number))
    # What is done has its status before it is held.
    killed(controller, tenant, lambda: any(request.fault and (request.status or not done) for request in tenant.requests), **variables)
    call = next(request.call for request in tenant.requests if request.fault)
    tenant.clear_faults()
    return call


def killed_at_file(controller: Controller, tenant: Simulator, folder: Path, number: int, **variables: t.Any) -> str:
    """Kill a run right before its step of this number (0 is the first) on the files of a folder; return that step."""
    with gated(controller, folder, stop=number) as log:
        killed(controller, tenant, lambda: len(steps(log)) > number, **variables)
        return steps(log)[number]


@contextlib.contextmanager
def gated(controller: Controller, folder: Path, stop: int | None = None) -> t.Iterator[Path]:
    """Have the steps on the files of a folder noted; gives the path of the notes."""
    log = controller.folder / "steps.log"
    log.unlink(missing_ok=True)
    before = dict(controller.environment)
    controller.environment.update(GATE_FOLDER=str(folder), GATE_LOG=str(log), PYTHONPATH=str(GATE), GATE_STOP="" if stop is None else str(stop))
    try:
        yield log
    finally:
        controller.environment = before


def run_and_die(code: str, *arguments: object) -> None:
    """Run Python code in a process of its own, which kills itself with `die()`."""
    prelude = "import os, signal, sys\n\ndef die():\n    os.kill(os.getpid(), signal.SIGKILL)\n\n"
    environment = {**os.environ, "PYTHONPATH": os.environ["ANSIBLE_COLLECTIONS_PATH"]}
    done = subprocess.run([sys.executable, "-c", prelude + code, *map(str, arguments)], env=environment, check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr


def steps(log: Path) -> list[str]:
    """Return the notes."""
    return log.read_text(encoding="utf-8").splitlines() if log.exists() else []


def killed(controller: Controller, tenant: Simulator, when: t.Callable[[], bool], **variables: t.Any) -> None:
    """Start a run and kill all of its processes as soon as it is time."""
    command = controller.command() + (["-e", json.dumps(variables)] if variables else [])
    log = controller.folder / "killed.log"
    with log.open("wb") as output, subprocess.Popen(
        command, env=controller.surroundings(), cwd=controller.folder, stdout=output, stderr=subprocess.STDOUT,
    ) as run:
        until(lambda: when() or run.poll() is not None, pause=0.005)
        reached = when()
        # One that is killed may just have started another.
        while run.poll() is None or list(processes_with(f"STAFFBASE_API_URL={tenant.url}")):
            for process in processes_with(f"STAFFBASE_API_URL={tenant.url}"):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
    assert reached, log.read_text(encoding="utf-8")


def processes_with(variable: str) -> t.Iterator[int]:
    """Yield the processes of a run, wherever they are: workers of Ansible are in sessions of their own."""
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if folder.name.isdigit() and variable.encode() in (folder / "environ").read_bytes().split(b"\0"):
                yield int(folder.name)
