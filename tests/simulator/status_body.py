# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The body of /status: five counters (D) in an enclosing shape that nobody knows (I)."""

from __future__ import annotations

from typing import Any

from .effect import COUNTERS
from .import_store import Import
from .refusals import not_found
from .states import COMPLETED, CREATING_PREVIEW, DRAFT, PREVIEW_PENDING
from .switches import Switches


def status_body(entry: Import, switches: Switches) -> dict[str, Any]:
    """What GET answers; 404 before the import when ``preview_numbers`` says so."""
    base: dict[str, Any] = {"id": entry.id, "state": entry.state, "progress": 100 if entry.state == COMPLETED else 0}
    if entry.state != COMPLETED and switches.preview_numbers == "not_found":
        raise not_found()
    numbers = _numbers(entry, switches)
    if numbers is None:
        return base
    return {**base, **_shaped(numbers, entry, switches)}


def _numbers(entry: Import, switches: Switches) -> dict[str, int | None] | None:
    """The counters of this moment, or None when there are none."""
    names = [name for name in COUNTERS if name != "reactivated" or switches.reactivated == "present"]
    if entry.changes is not None:
        return _folded(entry.changes, names)
    if switches.preview_numbers == "null":
        return dict.fromkeys(names, None)
    if switches.preview_numbers == "zeros":
        return dict.fromkeys(names, 0)
    early = entry.state in (DRAFT, PREVIEW_PENDING, CREATING_PREVIEW)
    if switches.preview_numbers != "present" or entry.expected is None or early:
        return None
    return _folded(entry.expected, names)


def _folded(counts: dict[str, int], names: list[str]) -> dict[str, int | None]:
    """Without the newer counter, reactivated people count as updated (I)."""
    numbers: dict[str, int | None] = {name: counts[name] for name in names}
    if "reactivated" not in names:
        numbers["updated"] = counts["updated"] + counts["reactivated"]
    return numbers


def _shaped(numbers: dict[str, int | None], entry: Import, switches: Switches) -> dict[str, Any]:
    shape = switches.status_shape
    if shape in ("summary", "changes"):
        return {shape: numbers}
    if shape == "nested":
        return {"result": {"users": {"processed": entry.records - 1, "summary": {"changes": numbers}}}}
    if shape == "list":
        return {"changes": [{"type": name, "count": count} for name, count in numbers.items()]}
    if shape == "strings":
        return {"summary": {name: None if count is None else str(count) for name, count in numbers.items()}}
    if shape == "blocks":
        return (
            {"preview": None, "import": numbers} if entry.changes is not None else {"preview": numbers, "import": None}
        )
    return dict(numbers)
