# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of an import, for a module's result: one shape whatever happened."""

from __future__ import annotations

import dataclasses
import typing as t

from .._errors import StaffbaseError
from .._imports.counters import Counts
from .._imports.records import ImportRecord
from .._imports.row_errors import RowErrors

#: The state in a result when there is no import any more.
ABSENT = "absent"


@dataclasses.dataclass
class Outcome:
    """Filled while the step goes on, so that a failure can hand on what was known by then. `elapsed` in seconds.

    `changes`: the counters that were read last, at the end those of the import. `expected`: those of the preview, if this step has read it.
    """

    changed: bool = False
    record: ImportRecord | None = None
    started_as: str | None = None
    gone: bool = False
    changes: Counts | None = None
    expected: Counts | None = None
    row_errors: RowErrors | None = None
    elapsed: float = 0.0
    warnings: list[str] = dataclasses.field(default_factory=list)

    @property
    def state(self) -> str | None:
        if self.gone:
            return ABSENT
        return self.record.state if self.record else None

    def to_result(self) -> dict[str, t.Any]:
        """Return import, state, changes, expected, row_error_count, row_errors, elapsed."""
        return {
            "import": None if self.record is None or self.gone else self.record.to_result(),
            "state": self.state,
            "changes": self.changes,
            "expected": self.expected,
            "row_error_count": None if self.row_errors is None else self.row_errors.count,
            "row_errors": [] if self.row_errors is None else self.row_errors.listed,
            "elapsed": round(self.elapsed, 3),
        }

    def attach_to(self, error: StaffbaseError, elapsed: float) -> StaffbaseError:
        """Return `error` with what is known so far in its `details`; what it tells by itself stays."""
        self.elapsed = elapsed
        error.details = {**self.to_result(), "changed": self.changed, **error.details}
        return error
