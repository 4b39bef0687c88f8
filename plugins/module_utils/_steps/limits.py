# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The limits: how many people an import may touch, compared with its preview before anybody is changed. The end: `end_check.py`."""

from __future__ import annotations

import typing as t

from .._errors import InputError, StaffbaseError
from .._imports.counters import COUNTERS, Counts, has_numbers, is_all_zero
from .._imports.imports import Imports
from .._imports.records import ImportRecord
from .outcome import Outcome
from .progress import Progress

Limits = dict[str, int]


def checked(limits: dict[str, t.Any] | None) -> Limits:
    """Return the limits that are set; raise InputError for unknown names and negative numbers."""
    given = {name: value for name, value in (limits or {}).items() if value is not None}
    unknown = sorted(set(given) - set(COUNTERS))
    if unknown:
        raise InputError("limits", f"unknown: {', '.join(unknown)}; known: {', '.join(COUNTERS)}")
    for name, value in given.items():
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise InputError(f"limits.{name}", "it must be a whole number, 0 or more")
    return given


#: Whether a preview's numbers stand there at all is unknown: zeros may be the places where they are not yet filled in.
ZEROS = ("the preview shows zeros only although the file has records; a service that counts only while it imports looks the same, so the "
         "limits cannot be compared (if the zeros are right, set accept_zero_preview)")


def objection(limits: Limits, counts: Counts | None, counted: str = "preview") -> str | None:
    """Return what is to be said against the numbers of what was `counted`, or None. No number is no pass: it is an objection too."""
    if not has_numbers(counts):
        return f"the service gives no numbers for the {counted}, so the limits cannot be compared"
    missing = [name for name in limits if counts[name] is None]
    if missing:
        return f"the service gives no number for {', '.join(missing)}, so these limits cannot be compared"
    over = exceeded(limits, counts)
    return f"limits exceeded: {', '.join(over)}" if over else None


def exceeded(limits: Limits, counts: Counts) -> list[str]:
    """Return a text for each limit that is exceeded."""
    return [f"{name} {counts[name]} (at most {limits[name]})" for name in limits if (counts[name] or 0) > limits[name]]


class PreviewLimits:
    """Reads the numbers of the preview into `outcome` and compares them."""

    def __init__(
        self, imports: Imports, limits: Limits, outcome: Outcome, progress: Progress, *, accept_zero_preview: bool,
    ) -> None:
        self._imports = imports
        self._limits = limits
        self._outcome = outcome
        self._progress = progress
        self._accept_zero_preview = accept_zero_preview

    def read(self, import_id: str) -> bool:
        """Ask the service for the numbers; return whether they tell something: zeros may only be the places for numbers."""
        numbers = self._imports.get_counters(import_id, expected=True)
        self._outcome.changes = self._outcome.expected = self._progress.expected = numbers
        return self._tell_something()

    def compare(self, record: ImportRecord) -> None:
        """Raise StaffbaseError if the import may not start."""
        if not self._tell_something():
            self.read(record.id)
        reason = objection(self._limits, self._outcome.changes)
        if reason is None and is_all_zero(self._outcome.changes) and not self._zeros_are_harmless(record):
            reason = ZEROS
        if reason:
            raise StaffbaseError(
                f"Import {record.id} was not started: {reason}. Its state is {record.state} and nobody was changed. Look at the preview, "
                "then correct the file, or change the limits and run again", stage="preview", import_id=record.id)

    def _tell_something(self) -> bool:
        return has_numbers(self._outcome.changes) and not is_all_zero(self._outcome.changes)

    def _zeros_are_harmless(self, record: ImportRecord) -> bool:
        """Tell whether zeros can be taken for what they say, or do not matter.

        A delta import touches only people in its file (D): where there are no more records than the smallest limit, no limit
        can be exceeded, whatever the zeros mean.
        """
        records = record.record_count
        if self._accept_zero_preview or records == 0:
            return True
        few = records is not None and records <= min(self._limits.values())
        return few and self._imports.get_config(record.id).get("delta") is True
