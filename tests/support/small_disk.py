# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Disks that refuse: a small one that can be filled, and one that is read-only."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import subprocess
import typing as t
from pathlib import Path

import pytest

PAGE = 4096


@dataclasses.dataclass(frozen=True)
class SmallDisk:
    """A file system of its own at `path`."""

    path: Path

    @property
    def _ballast(self) -> Path:
        return self.path / "ballast"

    def fill(self, *, leave: int = 0) -> None:
        """Fill it up to `leave` bytes; a file takes whole pages."""
        self.free()
        with self._ballast.open("wb", buffering=0) as file:
            with contextlib.suppress(OSError):
                while file.write(b"x" * PAGE):
                    pass
            file.truncate(max(0, file.tell() - -(-leave // PAGE) * PAGE))

    def free(self) -> None:
        """Give the space back."""
        self._ballast.unlink(missing_ok=True)

    def files(self) -> list[str]:
        """Return the names of what lies there."""
        return sorted(name for name in os.listdir(self.path) if name != self._ballast.name)


@contextlib.contextmanager
def small_disk(path: Path, kib: int = 256) -> t.Iterator[SmallDisk]:
    """Mount one; skip where that is not allowed."""
    with _mounted(path, ["-t", "tmpfs", "-o", f"size={kib}k,mode=0700", "none"]):
        yield SmallDisk(path)


@contextlib.contextmanager
def read_only(path: Path) -> t.Iterator[None]:
    """Let nobody write below `path`, which exists. Root may write where the mode forbids it, so it needs a mount."""
    if os.geteuid():
        mode = path.stat().st_mode
        path.chmod(0o500)
        try:
            yield
        finally:
            path.chmod(mode)
        return
    with _mounted(path, ["--bind", str(path)]):
        subprocess.run(["mount", "-o", "remount,ro,bind", str(path)], check=True)
        yield


@contextlib.contextmanager
def _mounted(path: Path, options: list[str]) -> t.Iterator[None]:
    if shutil.which("mount") is None:
        pytest.skip("mount is not installed, so no disk can be filled or made read-only")
    path.mkdir(exist_ok=True)
    done = subprocess.run(["mount", *options, str(path)], check=False, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"this user may not mount a file system ({done.stderr.strip()}), so no disk can be filled or made read-only")
    try:
        yield
    finally:
        subprocess.run(["umount", str(path)], check=True)
