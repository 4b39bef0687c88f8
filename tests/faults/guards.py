# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps a fault from doing harm, how it is taken out of a copy of the collection, and the cell that shows the harm."""

from __future__ import annotations

import dataclasses
import os
import shutil
from pathlib import Path

from .cells import KINDS, PLACES, Cell, Time

COLLECTION = "ansible_collections/community/staffbase"


@dataclasses.dataclass(frozen=True)
class Guard:
    """A line in `file` (below module_utils), what stands there without the guard, and the cell that is another without it."""

    name: str
    file: str
    line: str
    without: str
    place: str
    kind: str
    time: Time

    @property
    def cell(self) -> Cell:
        place = next(place for place in PLACES if place.name == self.place)
        return Cell(place, next(kind for kind in KINDS if kind.name == self.kind), self.time)


GUARDS = [
    Guard("a passing status is tried again", "_api/retry.py",
          "frozenset({408, 425, 429, 500, 502, 503, 504})", "frozenset()", "read the configuration", "500", Time.ONCE),
    Guard("an upload without an answer is looked for", "_steps/upload.py",
          "for seconds in LOOKS_AFTER_LOSS:", "for seconds in ():", "upload", "lost", Time.ONCE),
    Guard("after a gateway's error it is not sure that nothing was done", "_api/answer.py",
          "unsure=answer.status >= 500 or answer.status == 408,", "unsure=False,", "upload", "504 late", Time.ONCE),
    Guard("a new state without an answer is looked for", "_steps/transition.py",
          "return now != before.state and (now == target.value or reached(now, target))", "return False", "start the import", "lost", Time.ONCE),
    Guard("a single conflict is waited out", "_steps/transition.py",
          "if (error.status != 409 and target is not State.IMPORT_PENDING) or idle_refusals > 1:", "if True:", "start the import", "409", Time.ONCE),
    Guard("a redirect is refused", "_api/transport.py",
          "session.get_redirect_target = _no_target",
          'session.request = lambda *args, _real=session.request, **options: _real(*args, **{**options, "allow_redirects": True})',
          "upload", "redirect", Time.ONCE),
    Guard("a web page is no answer", "_api/answer.py",
          'if "html" in content_type.lower():', "if False:", "ask for the preview", "web page", Time.LASTING),
    Guard("JSON is no list of refused rows", "_api/answer.py",
          'said = "json" in content_type.lower()', "said = False", "read the refused rows", "cut JSON", Time.ONCE),
    Guard("a passing fault does not end the waiting", "_api/waiting.py",
          "if not error.passing:", "if True:", "wait for the import", "reset", Time.SPELL),
]


def without_guards(folder: Path) -> Path:
    """Copy the installed collection, take all guards out, and return the folder for ANSIBLE_COLLECTIONS_PATH."""
    return without(folder, *((f"plugins/module_utils/{guard.file}", guard.line, guard.without) for guard in GUARDS))


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
