# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The limits: how many people an import may touch, compared with what its preview expects."""

from __future__ import annotations

import typing as t

from .._errors import InputError
from .._imports.counters import COUNTERS, Counts, has_numbers

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
ZEROS = ("the preview shows zeros only although the file has records; a service that does not count before it imports looks the same, so the "
         "limits cannot be compared (accept_zero_preview takes the zeros for what they say)")


def objection(limits: Limits, counts: Counts | None, counted: str = "preview") -> str | None:
    """Return what is to be said against the numbers of what was `counted`, or None. No number is no pass: it is an objection too."""
    if not has_numbers(counts):
        return f"the service gives no numbers for the {counted}, so the limits cannot be compared"
    missing = [name for name in limits if counts[name] is None]
    if missing:
        return f"the service gives no number for {', '.join(missing)}, so these limits cannot be compared"
    over = [f"{name} {counts[name]} (at most {limits[name]})" for name in limits if (counts[name] or 0) > limits[name]]
    return f"limits exceeded: {', '.join(over)}" if over else None
