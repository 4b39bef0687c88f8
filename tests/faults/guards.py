# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps a fault from doing harm, how it is taken out of a copy of the collection, and the cell that shows the harm."""

from __future__ import annotations

import dataclasses
import os
import shutil
from pathlib import Path

from guards import calls
from guards.guard import STEPS, Guard

from .cells import KINDS, PLACES, Cell, Time

COLLECTION = "ansible_collections/community/staffbase"

#: The guards against a call that breaks, and one that only a whole run shows.
AT_HAND = {guard.promise: guard for guard in [
    *calls.GUARDS,
    Guard("A single conflict is waited out", f"{STEPS}/transition.py",
          "if (error.status != 409 and target is not State.IMPORT_PENDING) or idle_refusals > 1:", "if True:", "tests/system/test_fault_matrix.py"),
]}


@dataclasses.dataclass(frozen=True)
class Shown:
    """A guard, by its promise, and the cell that is another without it."""

    promise: str
    place: str
    kind: str
    time: Time

    @property
    def guard(self) -> Guard:
        return AT_HAND[self.promise]

    @property
    def cell(self) -> Cell:
        place = next(place for place in PLACES if place.name == self.place)
        return Cell(place, next(kind for kind in KINDS if kind.name == self.kind), self.time)


GUARDS = [
    Shown("A status that passes by itself is tried again", "read the configuration", "500", Time.ONCE),
    Shown("An upload without an answer is looked for", "upload", "lost", Time.ONCE),
    Shown("... also after an error of a gateway", "upload", "504 late", Time.ONCE),
    Shown("A new state without an answer is looked for", "start the import", "lost", Time.ONCE),
    Shown("A single conflict is waited out", "start the import", "409", Time.ONCE),
    Shown("A redirect is not followed", "upload", "redirect", Time.ONCE),
    Shown("A web page is no answer of the service", "ask for the preview", "web page", Time.LASTING),
    Shown("JSON is no list of refused rows", "read the refused rows", "cut JSON", Time.ONCE),
    Shown("A fault does not end the waiting", "wait for the import", "reset", Time.SPELL),
]


def without_guards(folder: Path) -> Path:
    """Copy the installed collection, take all guards out, and return the folder for ANSIBLE_COLLECTIONS_PATH."""
    return without(folder, *(shown.guard.change for shown in GUARDS))


def without(folder: Path, *changes: tuple[str, str, str]) -> Path:
    """Copy the installed collection with changes (file, what stands there once, what shall), and return the folder for ANSIBLE_COLLECTIONS_PATH."""
    paths = os.environ["ANSIBLE_COLLECTIONS_PATH"].split(os.pathsep)
    installed = next(Path(path) / COLLECTION for path in paths if (Path(path) / COLLECTION).is_dir())
    shutil.copytree(installed, folder / COLLECTION)
    for name, line, other in changes:
        file = folder / COLLECTION / name
        text = file.read_text(encoding="utf-8")
        assert text.count(line) == 1, f"{name} has not the line {line!r}"
        file.write_text(text.replace(line, other), encoding="utf-8")
    return folder
