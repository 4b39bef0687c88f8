# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counters of the end that are higher than those of the preview, and which of them people explain, as they come and go."""

from __future__ import annotations

import typing as t

from .._imports.counters import COUNTERS, Counts, has_numbers, is_all_zero


class BeyondPreview(t.NamedTuple):
    """Texts such as `deleted 3 (previewed 1)`, one for each counter that is higher at the end, in the order of the counters."""

    unexplained: list[str]
    explained: list[str]


def beyond_preview(expected: Counts | None, done: Counts | None) -> BeyondPreview:
    """Compare the counters of a preview with those of the end.

    Only more than previewed is told. Fewer harms nobody: a row was refused at the end, or another client had done it before.
    """
    unexplained: list[str] = []
    explained: list[str] = []
    # No preview, no numbers, or zeros only, which may be places that are filled in later: there is nothing to compare with.
    if not has_numbers(expected) or is_all_zero(expected) or not has_numbers(done):
        return BeyondPreview(unexplained, explained)
    for names in _compared(expected, done):
        before, after = _sum(expected, names), _sum(done, names)
        # A counter that one side does not tell cannot be compared.
        if before is None or after is None or after <= before:
            continue
        told = f"{' and '.join(names)} {after} (previewed {before})"
        (explained if after - before <= _explained(names[0], expected, done) else unexplained).append(told)
    return BeyondPreview(unexplained, explained)


def _compared(expected: Counts, done: Counts) -> list[tuple[str, ...]]:
    """Return what is compared. Where one side has no counter `reactivated`, it counts these people as updated (I): so the sums are compared."""
    if (expected.get("reactivated") is None) == (done.get("reactivated") is None):
        return [(name,) for name in COUNTERS]
    return [(name,) if name != "updated" else ("updated", "reactivated") for name in COUNTERS if name != "reactivated"]


def _sum(counts: Counts, names: tuple[str, ...]) -> int | None:
    told = [count for count in map(counts.get, names) if count is not None]
    return sum(told) if counts.get(names[0]) is not None else None


def _explained(counter: str, expected: Counts, done: Counts) -> float:
    """Return how many more people than previewed are explained."""
    if counter == "deactivated":
        # Whoever logs in for the first time between preview and end is deactivated in place of being deleted for good (D). So both are one sum.
        return max((expected.get("deleted") or 0) - (done.get("deleted") or 0), 0)
    if counter == "deleted":
        # Only who has never logged in is deleted (D), and nobody gets back to that by himself: the file met somebody who was not previewed.
        return 0
    if counter == "created":
        # Somebody in the file may have been deleted meanwhile. But the same numbers come of identifiers that no longer match: second accounts of
        # people who have one, and invitations to them. So somebody has to look.
        return 0
    # `updated` and `reactivated`: these people get what the file says of them. Since the preview they may have been edited, also by themselves, or
    # deactivated; and a preview may count other people as updated than the import does (I).
    return float("inf")
