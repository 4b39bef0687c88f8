# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an import has done, held against its limits and against what its preview had shown.

Whether a preview's numbers are those of the end is not documented (I). It is too late to stop anything, but nobody must think that all is well.
"""

from __future__ import annotations

import typing as t

from .._errors import StaffbaseError
from .._imports.counters import COUNTERS, Counts, has_numbers, is_all_zero
from .._imports.records import ImportRecord
from .beyond_preview import beyond_preview
from .limits import Limits, exceeded


def harm_at_end(limits: Limits, record: ImportRecord, expected: Counts | None, done: Counts | None) -> StaffbaseError | None:
    """Return the error that a COMPLETED import ends in if it has changed more people than its limits allow or than its preview explains, or None."""
    if not has_numbers(done):
        return None
    over = exceeded(limits, done)
    if over:
        seen = [name for name in limits if (done[name] or 0) > limits[name]]
        preview = f"Its preview had shown {told(expected, seen)}" if has_numbers(expected) else "This run has not read its preview"
        return StaffbaseError(
            f"Import {record.id} is {record.state} and has changed more people than the limits allow: {', '.join(over)}. {preview}. "
            f"In all, this is done: {told(done)}. Look at these people in Studio, and import what they should be",
            stage="limits", import_id=record.id)
    beyond = beyond_preview(expected, done).unexplained
    if beyond:
        return StaffbaseError(
            f"Import {record.id} is {record.state} and has changed more people than its preview had shown: {', '.join(beyond)}. Somebody has "
            f"changed people or the import after the preview, or the service counts otherwise. In all, this is done: {told(done)}. "
            "Look at these people in Studio, and import what they should be", stage="limits", import_id=record.id)
    return None


def remarks_on_end(record: ImportRecord, expected: Counts | None, done: Counts | None, *, accept_zero_preview: bool) -> list[str]:
    """Return the warnings about a COMPLETED import whose numbers are others than those of its preview, and do no harm."""
    if accept_zero_preview and is_all_zero(expected) and has_numbers(done) and not is_all_zero(done):
        return [
            f"The preview of import {record.id} had shown zeros only, and the import has changed people: {told(done)}. If that happens "
            "again, the previews of this tenant show no numbers: remove accept_zero_preview"]
    explained = beyond_preview(expected, done).explained
    if not explained:
        return []
    return [
        f"Import {record.id} has changed more people than its preview had shown: {', '.join(explained)}. People have changed since the preview, "
        "or have logged in for the first time"]


def told(counts: Counts | None, names: t.Iterable[str] = COUNTERS) -> str:
    """Return counters in words; one that the service does not tell is left out."""
    known = {name: (counts or {}).get(name) for name in names}
    return ", ".join(f"{name} {count}" for name, count in known.items() if count is not None) or "no numbers"
