# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real browser, if this machine has one: Chromium without a window and without a network."""

from __future__ import annotations

import dataclasses
import shutil
import struct
import subprocess
import zlib
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
Colour = tuple[int, int, int]


def chromium() -> str | None:
    """Return the path of the browser, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@dataclasses.dataclass(frozen=True)
class Picture:
    """A screenshot: rows of colours."""

    rows: list[list[Colour]]

    def count(self, colour: str) -> int:
        """Return how many points have this colour, such as #1b1f24."""
        wanted = (int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16))
        return sum(row.count(wanted) for row in self.rows)


class Browser:
    """Opens pages; `folder` takes the browser's own files."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program = program
        self._folder = folder

    def picture(self, page: Path, *, dark: bool, width: int = 640, height: int = 1300) -> Picture:
        """Return what a page looks like to somebody who prefers light or dark surroundings."""
        target = self._folder / "picture.png"
        self._run(f"--screenshot={target}", f"--window-size={width},{height}", f"--blink-settings=preferredColorScheme={0 if dark else 1}", str(page))
        return _read_png(target.read_bytes())

    def text_after_scripts(self, page: Path) -> str:
        """Return the page as it stands after its scripts have run."""
        return self._run("--dump-dom", "--virtual-time-budget=2000", str(page))

    def _run(self, *options: str) -> str:
        command = [
            self._program, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--hide-scrollbars",
            "--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={self._folder / 'profile'}", *options[:-1],
            Path(options[-1]).as_uri(),
        ]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=120).stdout


def _read_png(data: bytes) -> Picture:
    """Read a PNG as browsers write it: 8 bits for each of red, green, blue and perhaps opacity, not interlaced."""
    width, height, depth, kind = struct.unpack(">IIBB", data[16:26])
    assert depth == 8
    size = {2: 3, 6: 4}[kind]
    place, packed = 8, b""
    while place < len(data):
        (length,) = struct.unpack(">I", data[place: place + 4])
        if data[place + 4: place + 8] == b"IDAT":
            packed += data[place + 8: place + 8 + length]
        place += length + 12
    raw, stride = zlib.decompress(packed), width * size
    above, rows = bytearray(stride), []
    for number in range(height):
        begin = number * (stride + 1)
        above = _unfiltered(raw[begin], bytearray(raw[begin + 1: begin + 1 + stride]), above, size)
        rows.append([(above[point], above[point + 1], above[point + 2]) for point in range(0, stride, size)])
    return Picture(rows)


def _unfiltered(kind: int, line: bytearray, above: bytearray, size: int) -> bytearray:
    for place, value in enumerate(line):
        left = line[place - size] if place >= size else 0
        corner = above[place - size] if place >= size else 0
        if kind == 4:
            guess = left + above[place] - corner
            predicted = min((left, above[place], corner), key=lambda one: abs(guess - one))
        else:
            predicted = (0, left, above[place], (left + above[place]) // 2)[kind]
        line[place] = (value + predicted) & 0xFF
    return line
