# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make a sequence of steps shorter that ends untrue. Steps can be played alone, so this takes a fraction of what hypothesis takes for it."""

from __future__ import annotations

import tempfile
import typing as t
from pathlib import Path

from .machine import bring_back
from .world import Starter, Step, World


def outcome(start: Starter, steps: t.Sequence[Step], *, baseline: bool, switches: t.Mapping[str, t.Any]) -> str:
    """Return what is untrue after these steps, or after the run that must put everything right; nothing if all is true."""
    with tempfile.TemporaryDirectory(prefix="staffbase-model-") as folder:
        world = World(Path(folder), start, baseline=baseline, switches=switches)
        try:
            world.play(*steps)
            bring_back(world)
        except AssertionError as error:
            return str(error)
        finally:
            world.close()
    return ""


def shortest(steps: t.Sequence[Step], is_untrue: t.Callable[[t.Sequence[Step]], bool]) -> list[Step]:
    """Leave out as many steps as can be left out, in pieces of half the length, a quarter and so on."""
    left = list(steps)
    piece = max(1, len(left) // 2)
    while True:
        for start in range(len(left) - piece, -1, -piece):
            fewer = left[:start] + left[start + piece:]
            if fewer and is_untrue(fewer):
                left = fewer
        if piece == 1:
            return left
        piece = max(1, piece // 2)


def kind_of(told: str) -> str:
    """Return the first line of what is untrue without names and values, to tell one finding from another."""
    first = told.split("\n", 1)[0].partition("steps: ")[0].partition(": [")[0]
    return "".join(sign for sign in first.split(": ", 1)[-1] if not sign.isdigit())[:90]
