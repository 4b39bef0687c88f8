# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run did, from the results of its steps in their order."""

from __future__ import annotations

import dataclasses
import typing as t

from .._imports.states import State

Data = dict[str, t.Any]

#: The steps of a run in their order, and what a reader calls them.
STEPS = {
    "inputs": "Check the inputs",
    "check": "Check the export",
    "begin": "Keep a copy of the export",
    "resume": "Finish the previous run",
    "delta": "Compare with the baseline",
    "upload": "Upload",
    "config": "Map the columns",
    "approval": "Compare with what was approved",
    "replace": "Delete drafts that must not be imported",
    "state": "Preview, import and wait",
    "remove": "Delete the draft",
    "baseline": "Replace the baseline",
    "outcome": "Look at what was refused",
}

#: Earlier names of steps. They are part of the options of a public module, so they keep working.
EARLIER_NAMES = {"night_before": "resume"}


@dataclasses.dataclass(frozen=True)
class Failed:
    """The step that failed: what it said, its `failure` (see the connection's modules), and all that it returned."""

    step: str
    message: str
    failure: Data
    result: Data

    @property
    def stage(self) -> str:
        """The stage within the step, such as `wait`; empty when the step did not come from this collection."""
        return text(self.failure.get("stage"))


@dataclasses.dataclass(frozen=True)
class Facts:
    """`ran`: step and result of each task that ran, in order."""

    ran: list[tuple[str, Data]]

    def last(self, step: str) -> Data:
        """Return the last result of a step, or an empty one if it did not run."""
        return next((result for name, result in reversed(self.ran) if name == step), {})

    def has(self, step: str) -> bool:
        return any(name == step for name, _result in self.ran)

    @property
    def failed(self) -> Failed | None:
        if not self.ran or not self.ran[-1][1].get("failed"):
            return None
        step, result = self.ran[-1]
        return Failed(step, text(result.get("msg")) or "There is no message.", data(result.get("failure")), result)

    @property
    def seconds(self) -> list[tuple[str, float]]:
        """How long each step took, as far as its results tell; in order, what belongs together in one sum."""
        sums: dict[str, float] = {}
        for step, result in self.ran:
            elapsed = result.get("elapsed")
            if isinstance(elapsed, (int, float)) and not isinstance(elapsed, bool):
                sums[step] = sums.get(step, 0.0) + float(elapsed)
        return list(sums.items())

    @property
    def is_nothing_new(self) -> bool:
        """Whether nobody has changed, or this content had been imported before."""
        upload = self.last("upload")
        imported_before = bool(upload.get("reused")) and data(upload.get("import")).get("state") == State.COMPLETED.value
        # Imported with another configuration, it has to be imported again.
        return bool(self.last("delta").get("empty")) or (imported_before and not self.last("config").get("changed"))

    @property
    def import_state(self) -> str:
        """The last state of the import that a step told of, or nothing."""
        return text(self.last("remove").get("state") or self.last("state").get("state") or data(self.last("upload").get("import")).get("state"))

    @property
    def refused_count(self) -> int | None:
        """How many rows were refused, as far as the service has told."""
        return number(self.last("state").get("row_error_count"))


def read_steps(steps: t.Iterable[Data]) -> Facts:
    """Read `{"step": name, "result": registered result}`; tasks that were skipped or did not come to run are left out.

    The first failure ends the run: what is registered behind it is left over from another run of the same play.
    """
    ran: list[tuple[str, Data]] = []
    for item in steps:
        result = data(item.get("result"))
        if result and not result.get("skipped"):
            ran.append((_name_of(text(item.get("step")), result), result))
            if result.get("failed"):
                break
    return Facts(ran)


def _name_of(step: str, result: Data) -> str:
    if step == "begin" and result.get("failed") and result.get("resuming"):
        return "resume"
    return EARLIER_NAMES.get(step, step)


def data(value: t.Any) -> Data:
    """Return `value` if it is a dictionary, else an empty one."""
    return value if isinstance(value, dict) else {}


def entries(value: t.Any) -> list[Data]:
    """Return the dictionaries in a list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def text(value: t.Any) -> str:
    """Return `value` as text; nothing is an empty one."""
    return "" if value is None else str(value)


def number(value: t.Any) -> int | None:
    """Return `value` if it is a whole number."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None
