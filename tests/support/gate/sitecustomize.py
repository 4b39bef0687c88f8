# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every Python of a run loads this, because its folder is in PYTHONPATH: it notes what is done to the files of one folder.

Each step is a line in GATE_LOG, written before the step is done. At step number GATE_STOP the process stops, so that it can be killed there.
"""

from __future__ import annotations

import fcntl
import os
import re
import signal
import typing as t

FOLDER, LOG, STOP = (os.environ.get(f"GATE_{name}", "") for name in ("FOLDER", "LOG", "STOP"))
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT

real_open, real_write = os.open, os.write


def label(path: t.Any) -> str | None:
    """Return the file's name, with what mkstemp made up taken out; None for a file that is not watched."""
    if isinstance(path, int):
        path = os.readlink(f"/proc/self/fd/{path}")
    path = os.path.abspath(os.fsdecode(path))
    if path == FOLDER:
        return "the folder"
    return re.sub(r"^\.(.*)\.[a-z0-9_]{8}\.part$", r"\1.part", os.path.basename(path)) if os.path.dirname(path) == FOLDER else None


def passed(step: str) -> None:
    log = real_open(LOG, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    fcntl.flock(log, fcntl.LOCK_EX)
    number = os.pread(log, 1 << 16, 0).count(b"\n")
    real_write(log, f"{step}\n".encode())
    os.close(log)
    if STOP and number == int(STOP):
        os.kill(os.getpid(), signal.SIGSTOP)


def watch(name: str, place: int = 0, matters: t.Callable[..., bool] = lambda *_args: True) -> None:
    """Let the function `name` of os, whose argument number `place` is a path or a descriptor, pass the gate first."""
    real = getattr(os, name)

    def gated(*args: t.Any, **options: t.Any) -> t.Any:
        found = label(args[place]) if len(args) > place and matters(*args) else None
        if found is not None:
            passed(f"{name} {found}")
        return real(*args, **options)

    setattr(os, name, gated)


if FOLDER and LOG:
    watch("open", matters=lambda _path, flags, *_mode: bool(flags & WRITING))
    for function in ("replace", "rename"):
        watch(function, 1)
    for function in ("fsync", "pwrite", "unlink"):
        watch(function)
