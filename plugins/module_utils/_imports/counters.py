# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The five counters of an import, from an answer whose shape is not documented.

`GET /status` holds created, updated, deactivated, deleted and, since 2026-01-07, reactivated (D). The keys around them are unknown,
and so is whether the expected numbers of a preview stand there. So the counters are looked for at any depth, and
where two readings are possible the careful one is taken.
"""

from __future__ import annotations

import re
import typing as t

COUNTERS = ("created", "updated", "deactivated", "reactivated", "deleted")

#: Words in an enclosing key that tell which of two blocks is meant.
EXPECTED_WORDS = ("preview", "expected", "planned")
DONE_WORDS = ("import", "result", "actual", "applied", "done")

#: How deep a block of counters is looked for.
DEEPEST = 12

#: No counter is told as more than this; whatever the limit is, it is above it.
HIGHEST = 10**15

#: How much of a key is looked at for the words above.
LONGEST_KEY = 100

Counts = dict[str, t.Optional[int]]


def read_counters(answer: t.Any, *, expected: bool) -> Counts | None:
    """Return the counters in `answer`, or None if there are none.

    `expected`: those of the preview are wanted, else those of the import. What one block does not tell is None. Several
    blocks that fit equally well are joined by the highest number: limits must not pass by reading the wrong one.
    """
    blocks = list(_blocks(answer, ()))
    wanted, other = (EXPECTED_WORDS, DONE_WORDS) if expected else (DONE_WORDS, EXPECTED_WORDS)
    named = [counts for path, counts in blocks if _mentions(path, wanted) and not _mentions(path, other)]
    unnamed = [counts for path, counts in blocks if not _mentions(path, other)]
    found = named or unnamed or [counts for _path, counts in blocks]
    return _highest(found) if found else None


def has_numbers(counts: Counts | None) -> t.TypeGuard[Counts]:
    """Tell whether at least one counter has a number; zero is one."""
    return counts is not None and any(value is not None for value in counts.values())


def is_all_zero(counts: Counts | None) -> bool:
    """Tell whether there are numbers, and each of them is zero. A counter without a number does not matter."""
    return has_numbers(counts) and not any(counts.values())


def _blocks(node: t.Any, path: tuple[str, ...]) -> t.Iterator[tuple[tuple[str, ...], Counts]]:
    if len(path) > DEEPEST:
        return
    if isinstance(node, dict):
        counts = {name: _count(node.get(name)) for name in COUNTERS}
        if has_numbers(counts):
            yield path, counts
        for key, value in node.items():
            yield from _blocks(value, (*path, str(key)[:LONGEST_KEY].lower()))
    elif isinstance(node, list):
        counts = _from_list(node)
        if has_numbers(counts):
            yield path, counts
        else:
            for value in node[:1000]:
                yield from _blocks(value, (*path, ""))


def _from_list(entries: list[t.Any]) -> Counts:
    """Read `[{"type": "created", "count": 3}, ...]`, whatever the two keys are called."""
    counts: Counts = dict.fromkeys(COUNTERS)
    for entry in entries[:1000]:
        if isinstance(entry, dict):
            names = [value.lower() for value in entry.values() if isinstance(value, str) and value.lower() in COUNTERS]
            numbers = [number for number in map(_count, entry.values()) if number is not None]
            if len(names) == 1 and len(numbers) == 1:
                counts[names[0]] = max(numbers[0], counts[names[0]] or 0)
    return counts


def _count(value: t.Any) -> int | None:
    """A counter may be a number, a number as text, or an object such as `{"count": 3}`."""
    if isinstance(value, dict):
        return next((found for found in (_number(value.get(name)) for name in ("count", "total", "value")) if found is not None), None)
    return len(value) if isinstance(value, list) else _number(value)


def _number(value: t.Any) -> int | None:
    """A negative number counts nobody: it may stand for "not counted yet", which must not pass a limit."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and re.fullmatch(r"\s*[0-9]+\s*", value):
        digits = value.strip().lstrip("0") or "0"
        return int(digits) if len(digits) < len(str(HIGHEST)) else HIGHEST
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return min(int(value), HIGHEST) if value >= 0 else None
    return None


def _mentions(path: tuple[str, ...], words: tuple[str, ...]) -> bool:
    return any(word in key for key in path for word in words)


def _highest(blocks: list[Counts]) -> Counts:
    joined: Counts = {}
    for name in COUNTERS:
        told = [value for value in (block[name] for block in blocks) if value is not None]
        joined[name] = max(told) if told else None
    return joined
