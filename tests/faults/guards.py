# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guards that keep a fault from doing harm, and for each the cell of the matrix that shows the harm without it."""

from __future__ import annotations

from pathlib import Path

from guards import calls
from guards.altered import altered_copy

from .matrix import Cell, Duration, cell

#: A guard, by its promise in tests/guards/calls.py -> the cell that is another without it.
CELLS: dict[str, Cell] = {
    "A status that passes by itself is tried again": cell("read the configuration", "500", Duration.ONCE),
    "An upload without an answer is looked for": cell("upload", "lost", Duration.ONCE),
    "... also after an error of a gateway": cell("upload", "504 late", Duration.ONCE),
    "A new state without an answer is looked for": cell("start the import", "lost", Duration.ONCE),
    "A single conflict is waited out": cell("start the import", "409", Duration.ONCE),
    "A redirect is not followed": cell("upload", "redirect", Duration.ONCE),
    "A web page is no answer of the service": cell("ask for the preview", "web page", Duration.LASTING),
    "JSON is no list of refused rows": cell("read the refused rows", "cut JSON", Duration.ONCE),
    "A fault does not end the waiting": cell("wait for the import", "reset", Duration.SPELL),
}


def without_guards(folder: Path) -> Path:
    """Copy the installed collection, take all of these guards out, and return the folder for ANSIBLE_COLLECTIONS_PATH."""
    guards = {guard.promise: guard for guard in calls.GUARDS}
    return altered_copy(folder, *(guards[promise].change for promise in CELLS))
