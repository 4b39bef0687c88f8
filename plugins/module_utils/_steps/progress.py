# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Telling how far an import is, while it is waited for: few lines, each of which says something."""

from __future__ import annotations

import typing as t

from .._imports.counters import Counts, has_numbers
from .._imports.records import ImportRecord

#: As long as the state stays the same, a line comes this often at most (seconds).
EVERY = 5.0

#: Takes one line of text.
Tell = t.Callable[[str], None]


class Progress:
    """Tells a line when the state changes, and from time to time in between. It sends nothing: it tells what was seen anyway."""

    def __init__(self, tell: Tell | None) -> None:
        """With `tell` None, nothing is told."""
        self._tell = tell
        self._state = ""
        self._told_at = 0.0
        self.expected: Counts | None = None

    def seen(self, record: ImportRecord, elapsed: float) -> None:
        """Take notice of a look; `elapsed` in seconds since the step began."""
        if self._tell is None or (record.state == self._state and elapsed - self._told_at < EVERY):
            return
        self._state = record.state
        self._told_at = elapsed
        rows = "" if record.record_count is None else f", {record.record_count} records"
        self._tell(f"import {record.id}: {record.state} after {elapsed:.0f} s{rows}{self._counts()}")

    def _counts(self) -> str:
        if not has_numbers(self.expected):
            return ""
        return ", preview: " + ", ".join(f"{name} {count}" for name, count in self.expected.items() if count is not None)
