# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run commands and show their output line by line while they run."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path


def run(
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    show: Callable[[str], None] | None = None,
) -> tuple[int, str]:
    """Run one command. Return its exit code and all that it printed."""
    show = show or (lambda line: print(line, flush=True))
    lines = []
    with subprocess.Popen(
        command,
        env=env,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout
        for line in process.stdout:
            lines.append(line)
            show(line.rstrip("\n"))
    return process.returncode, "".join(lines)


def side_by_side(commands: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Run the commands, each line with its command's name in front: one more at once than there are processors, because some wait for downloads."""

    def one(item: tuple[str, Sequence[str]]) -> tuple[str, int]:
        name, command = item
        return name, run(command, show=lambda line: print(f"[{name}] {line}", flush=True))[0]

    with ThreadPoolExecutor(max_workers=min(len(commands), (os.cpu_count() or 1) + 1)) as pool:
        return dict(pool.map(one, commands.items()))
