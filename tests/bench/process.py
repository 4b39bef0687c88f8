# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes that are measured, and servers that run in one of their own meanwhile."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
import typing as t

from .ratios import Measured

#: How much of what a failed process said is shown (characters).
SHOWN = 4000


def measure(command: t.Sequence[str], env: t.Mapping[str, str] | None = None) -> Measured:
    """Run a command to its end; raise SystemExit if it fails.

    GNU time is not needed, wait4 tells the peak: that of the largest process in it, and never less than the peak of this one.
    """
    begun = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env) as process:
        output = process.stdout.read() if process.stdout else ""
        _pid, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}:\n{output[-SHOWN:]}")
    return Measured(seconds, usage.ru_maxrss / 1024, output.strip())


@contextlib.contextmanager
def server(module: str, *arguments: str) -> t.Iterator[dict[str, t.Any]]:
    """Run a module that prints a line of JSON once it listens, and yield what it says; it is ended at the end."""
    with subprocess.Popen([sys.executable, "-m", module, *arguments], stdout=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line:
                raise SystemExit(f"{module} did not start")
            yield json.loads(line)
        finally:
            process.terminate()


def told(text: str, run: Measured) -> None:
    """Say how long something took, while the rest goes on."""
    print(f"  {text:50} {run.seconds:8.2f} s {run.mebibytes:8.0f} MiB", flush=True)
