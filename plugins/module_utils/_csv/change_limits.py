# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many joiners, movers and leavers a run may bring: numbers, or percentages of the previous rows."""

from __future__ import annotations

import re

from .delta import KINDS, Delta

_LIMIT = re.compile(r"(?P<number>\d+(\.\d+)?)\s*(?P<percent>%?)")


def read_limit(text: str) -> tuple[float, bool]:
    """Return the number and whether it is a percentage; raise ValueError with a text for the admin."""
    found = _LIMIT.fullmatch(str(text).strip())
    if not found or (not found["percent"] and "." in found["number"]):
        raise ValueError("it must be a number such as 20, or a percentage such as 5%")
    return float(found["number"]), bool(found["percent"])


def most_allowed(limit: str, previous_count: int | None) -> int | None:
    """Return how many a limit allows; None for a percentage of an unknown number. 5% of 30 rows allow 1. Raises as read_limit does."""
    number, is_percent = read_limit(limit)
    if not is_percent:
        return int(number)
    return None if previous_count is None else int(previous_count * number / 100 + 1e-9)


def exceeded(limits: dict[str, str], delta: Delta) -> list[str]:
    """Return a text for each limit that is exceeded. A percentage is of the previous rows."""
    texts = []
    for kind in KINDS:
        if limits.get(kind) is None:
            continue
        most = most_allowed(limits[kind], delta.previous_count)
        if most is not None and delta.count(kind) > most:
            told = f"{limits[kind]} of {delta.previous_count} rows, that is {most}" if "%" in limits[kind] else str(most)
            texts.append(f"{delta.count(kind)} {kind} (at most {told})")
    return texts
