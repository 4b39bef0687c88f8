# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many joiners, movers and leavers a run may bring: numbers, or percentages of the previous rows."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .delta import KINDS, Delta

#: The limit on leavers who are deactivated, where none is set: without one, half an export deactivates the other half. A small site may lose ten
#: people at once. Identity providers stop likewise: Google's GCDS at a percentage, Microsoft Entra at a number.
DEFAULT_LEAVERS = "10% at least 10"

_LIMIT = re.compile(r"(?P<number>\d+(\.\d+)?)\s*(?P<percent>%?)(\s+at\s+least\s+(?P<floor>\d+))?")


@dataclasses.dataclass(frozen=True)
class Limit:
    """A number of people, or a percentage of the previous rows; of a percentage, `floor` people are allowed in any case."""

    number: float
    is_percentage: bool = False
    floor: int = 0

    def most(self, previous_count: int | None) -> int | None:
        """Return how many people are allowed; None for a percentage of an unknown number. 5% of 30 rows allow 1."""
        if not self.is_percentage:
            return int(self.number)
        return None if previous_count is None else max(self.floor, int(previous_count * self.number / 100 + 1e-9))


def read_limit(text: str) -> Limit:
    """Read `20`, `5%` or `5% at least 10`; raise ValueError with a text for the admin."""
    found = _LIMIT.fullmatch(str(text).strip())
    if not found or (not found["percent"] and ("." in found["number"] or found["floor"])):
        raise ValueError("it must be a number such as 20, or a percentage such as 5%")
    return Limit(float(found["number"]), bool(found["percent"]), int(found["floor"] or 0))


def most_allowed(limit: str, previous_count: int | None) -> int | None:
    """Return how many people a limit allows; None for a percentage of an unknown number. Raises as read_limit does."""
    return read_limit(limit).most(previous_count)


def with_default(limits: dict[str, t.Any], leavers: str) -> dict[str, t.Any]:
    """Return the limits with the one on leavers that is taken when they are deactivated and none is set. `100%` sets none."""
    if leavers != "deactivate" or limits.get("leavers") is not None:
        return limits
    return {**limits, "leavers": DEFAULT_LEAVERS}


def exceeded(limits: dict[str, str], delta: Delta) -> list[str]:
    """Return a text for each limit that is exceeded. A percentage is of the previous rows."""
    texts = []
    for kind in KINDS:
        if limits.get(kind) is None:
            continue
        most = most_allowed(limits[kind], delta.previous_count)
        if most is not None and delta.limited(kind) > most:
            told = f"{limits[kind]} of {delta.previous_count} rows, that is {most}" if "%" in limits[kind] else str(most)
            texts.append(f"{delta.limited(kind)} {kind} (at most {told})")
    return texts
