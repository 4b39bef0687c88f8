# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers as people read them."""

from __future__ import annotations

import typing as t


def whole(count: int | None) -> str:
    """Return a count, or what stands in its place when nobody told it."""
    return "not known" if count is None else f"{count:,}"


def percent(part: int, whole_count: int) -> str:
    """Return a share; something is never 0 %, and not all is never 100 %."""
    if not part or not whole_count:
        return "0 %"
    share = 100 * part / whole_count
    if share < 1:
        return "under 1 %"
    return f"{min(round(share), 99) if share < 100 else round(share)} %"


def duration(seconds: float) -> str:
    """Return a time in the unit that fits."""
    if 0 < seconds < 0.01:
        return "under 0.01 s"
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds:.2f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def ranges(lines: t.Iterable[int]) -> str:
    """Return line numbers, neighbours in one piece: `3, 7-9`. They are in order."""
    pieces: list[list[int]] = []
    for line in lines:
        if pieces and line == pieces[-1][-1] + 1:
            pieces[-1] = [pieces[-1][0], line]
        else:
            pieces.append([line])
    return ", ".join("-".join(map(str, piece)) for piece in pieces)
