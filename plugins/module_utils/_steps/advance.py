# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bringing an import to its preview or to its end, and telling what became of it."""

from __future__ import annotations

import dataclasses

from .._errors import InputError, StaffbaseError
from .._files.private_file import PrivateFiles
from .._http.errors import CallError
from .._http.waiting import TimeIsUp, Waiter
from .._imports.counters import has_numbers, is_all_zero
from .._imports.imports import Imports, checked_id
from .._imports.records import ImportRecord
from .._imports.states import PREVIEWING, State, rank, reached
from . import limits as limits_of
from .outcome import Outcome
from .progress import Progress, Tell
from .state_history import StateHistory
from .transition import REFUSALS, PreviewUnderWay, Transition

#: How many lines of refused rows a sentence names; all of them stand in the error file.
LINES_NAMED = 10


@dataclasses.dataclass(frozen=True)
class ImportRules:
    """What an import has to keep to. `wait`: wait for the end, not only for what must be known before the start.

    `last_known_state`: the state in which an earlier step saw it; an import that had been started is not started again.
    """

    limits: limits_of.Limits = dataclasses.field(default_factory=dict)
    max_row_errors: int | None = None
    accept_zero_preview: bool = False
    wait: bool = True
    wait_timeout: float = 3600.0
    last_known_state: str = ""


class Advance:
    """Takes one import from wherever it stands to the goal; `outcome` is filled on the way."""

    def __init__(
        self, imports: Imports, import_id: str, rules: ImportRules, waiter: Waiter, error_files: PrivateFiles | None = None, *,
        tell: Tell | None = None,
    ) -> None:
        self._imports = imports
        self._id = checked_id(import_id)
        self._rules = rules
        self._waiter = waiter
        self._error_files = error_files or PrivateFiles()
        self._course = StateHistory(self._id, rules.last_known_state)
        self._transition = Transition(imports, self._id, waiter, self._course)
        self._accepted: State | None = None
        self._progress = Progress(tell)
        self._has_previewed = False
        self.outcome = Outcome()

    def run(self, goal: State, *, check_mode: bool = False) -> Outcome:
        """`goal` is PREVIEW_READY or COMPLETED. An error carries what is known so far in its `details`."""
        try:
            self._run(goal, check_mode)
        except TimeIsUp:
            raise self.outcome.told_with(self._too_late(), self._waiter.elapsed) from None
        except StaffbaseError as error:
            raise self.outcome.told_with(error, self._waiter.elapsed) from None
        self.outcome.elapsed = self._waiter.elapsed
        return self.outcome

    def _run(self, goal: State, check_mode: bool) -> None:
        record = self._look("status")
        self.outcome.started_as = record.state
        if check_mode:
            self._predict(goal)
            return
        if goal is State.COMPLETED:
            self._import()
        else:
            self._preview()
        self._report(goal)

    def _import(self) -> None:
        self._wait_for_sure_state()
        compared = not self._rules.limits or reached(self._state, State.IMPORT_PENDING)
        while not reached(self._state, State.IMPORT_PENDING):
            if self._rules.limits:
                compared = self._compare()
            elif self._state in PREVIEWING:
                # From there the service does not take IMPORT_PENDING (C).
                self._wait_for(State.PREVIEW_READY, "preview")
            if not compared or reached(self._state, State.IMPORT_PENDING):
                continue
            try:
                self._ask(State.IMPORT_PENDING, "import")
            except PreviewUnderWay:
                # So that client wants to import it, too; the preview that it has made is compared as well.
                self._look("preview")
                compared = not self._rules.limits
        if not compared and not self._rules.wait:
            raise self._started_by_another("before its limits could be compared; run again to see its end")
        if self._rules.wait:
            self._wait_for(State.COMPLETED, "import")
        if not compared:
            self._compare_the_end()

    def _compare(self) -> bool:
        """Compare a fresh preview with the limits; return False if another client has moved the import on, so that nothing was compared."""
        self._fresh_preview()
        if self._state == State.PREVIEW_READY.value and not self._preview_tells_something():
            # Another client may just have it made again, or have started the import.
            self._look("preview")
        if self._state != State.PREVIEW_READY.value:
            return False
        self._keep_to_limits()
        return True

    def _compare_the_end(self) -> None:
        """Another client was faster, so what the import has done is compared: this run must not say "ok" to what it would have stopped."""
        self.outcome.changes = self._imports.get_counters(self._id, expected=False)
        reason = limits_of.objection(self._rules.limits, self.outcome.changes, "import")
        if reason:
            raise self._started_by_another(f"before its limits could be compared, and it is {self._state} now: {reason}")

    def _started_by_another(self, then: str) -> StaffbaseError:
        return StaffbaseError(f"Import {self._id} was started by another client {then}", stage="import", import_id=self._id)

    def _preview(self) -> None:
        self._wait_for_sure_state()
        if not reached(self._state, State.PREVIEW_PENDING):
            self._ask(State.PREVIEW_PENDING, "preview")
        if self._rules.wait:
            self._wait_for(State.PREVIEW_READY, "preview")

    def _fresh_preview(self) -> None:
        """Have a preview made now: one that stands there may be older than the configuration and the people it counts.

        Once, so that several clients do not keep each other from importing. Another client may start the import meanwhile.
        """
        if self._state not in PREVIEWING and not self._has_previewed:
            self._has_previewed = True
            had_one = self._state == State.PREVIEW_READY.value
            try:
                self._ask(State.PREVIEW_PENDING, "preview")
            except CallError as error:
                # Whether a preview can be repeated is a guess (I); where it cannot, the one that stands there counts.
                if not had_one or error.status not in REFUSALS:
                    raise
                self.outcome.warnings.append(
                    f"The service does not make the preview of import {self._id} again, so the limits are compared with the one that stands there")
        self._wait_for(State.PREVIEW_READY, "preview")

    def _preview_tells_something(self) -> bool:
        self.outcome.changes = self._progress.expected = self._imports.get_counters(self._id, expected=True)
        return has_numbers(self.outcome.changes) and not is_all_zero(self.outcome.changes)

    def _keep_to_limits(self) -> None:
        record = self._record
        if not has_numbers(self.outcome.changes) or is_all_zero(self.outcome.changes):
            self._preview_tells_something()
        reason = limits_of.objection(self._rules.limits, self.outcome.changes)
        if reason is None and is_all_zero(self.outcome.changes) and not self._zeros_are_harmless():
            reason = limits_of.ZEROS
        if reason:
            raise StaffbaseError(
                f"Import {self._id} was not started: {reason}. It stands at {record.state} and nobody was changed; look at the preview, "
                "then correct the file, or change the limits and run again", stage="preview", import_id=self._id)

    def _zeros_are_harmless(self) -> bool:
        """Tell whether zeros can be taken for what they say, or do not matter.

        A delta import touches only people in its file (D): where there are no more records than the smallest limit, no limit
        can be exceeded, whatever the zeros mean.
        """
        records = self._record.record_count
        if self._rules.accept_zero_preview or records == 0:
            return True
        few = records is not None and records <= min(self._rules.limits.values())
        return few and self._imports.get_config(self._id).get("delta") is True

    def _report(self, goal: State) -> None:
        if self._state == State.COMPLETED.value:
            self.outcome.changes = self._imports.get_counters(self._id, expected=False)
            self._read_row_errors()
        elif goal is State.PREVIEW_READY and self._state == State.PREVIEW_READY.value:
            if self._rules.limits:
                self._keep_to_limits()
            else:
                self.outcome.changes = self._imports.get_counters(self._id, expected=True)

    def _read_row_errors(self) -> None:
        try:
            self.outcome.row_errors = found = self._imports.get_row_errors(self._id, self._error_files.keep)
        except InputError as error:
            # Of the disk. Whoever reads only that must not think that nothing was imported.
            raise StaffbaseError(
                f"{error}. Import {self._id} itself is {self._state}: mend this and run again, which reads the refused rows "
                "again and imports nothing twice", stage="errors", import_id=self._id) from None
        self.outcome.changed |= self._error_files.changed
        if not found.count:
            return
        lines = [str(row["line"]) for row in found.listed if row["line"] is not None][:LINES_NAMED]
        named = f" (line {', '.join(lines)}{', ...' if found.count > len(lines) else ''})" if lines else ""
        text = f"{found.count} {'row' if found.count == 1 else 'rows'} of import {self._id} refused{named}"
        most = self._rules.max_row_errors
        if most is None:
            self.outcome.warnings.append(f"{text}; all other rows were imported")
        elif found.count > most:
            raise StaffbaseError(
                f"{text}; at most {most} are allowed (max_row_errors). All other rows were imported: correct these "
                "in the source and import again", stage="errors", import_id=self._id)

    def _predict(self, goal: State) -> None:
        """Tell what a real run would do, by reading only."""
        self._course.may_ask(self._state, "status")
        target = State.IMPORT_PENDING if goal is State.COMPLETED else State.PREVIEW_PENDING
        at_preview = self._state == State.PREVIEW_READY.value
        if self._state == State.COMPLETED.value or (at_preview and goal is State.PREVIEW_READY):
            self._report(goal)
            return
        if at_preview and self._rules.limits:
            self._keep_to_limits()
        self.outcome.changed = not reached(self._state, target)
        end = goal if self._rules.wait else target
        if not reached(self._state, end):
            self.outcome.record = dataclasses.replace(self._record, state=end.value)

    def _ask(self, target: State, stage: str) -> None:
        self._course.may_ask(self._state, stage)
        self._transition.ask(self._record, target, stage)
        if target is State.PREVIEW_PENDING:
            self._course.asked_for_preview()
        self._accepted = target
        self.outcome.changed = True
        self.outcome.record = dataclasses.replace(self._record, state=target.value)

    def _wait_for_sure_state(self) -> None:
        """Wait while the state is none that is known, or one that the import had already left."""
        if not self._is_sure(self._record):
            self._waiter.until(lambda: self._look("status"), self._is_sure)

    def _is_sure(self, record: ImportRecord) -> bool:
        return rank(record.state) is not None and not self._course.is_back(record.state)

    def _wait_for(self, goal: State, stage: str) -> None:
        if not reached(self._state, goal):
            self._waiter.until(lambda: self._look(stage), lambda record: reached(record.state, goal))

    def _look(self, stage: str) -> ImportRecord:
        self.outcome.record = record = self._imports.get(self._id, stage)
        self._progress.seen(record, self._waiter.elapsed)
        if record.state == State.CANCELLED.value:
            raise StaffbaseError(
                f"Import {self._id} is CANCELLED: its file was removed, and it will not be imported. Upload the file again if it is still wanted",
                stage=stage, import_id=self._id)
        self._course.see(record.state, stage)
        return record

    @property
    def _record(self) -> ImportRecord:
        return self.outcome.record or ImportRecord(self._id)

    @property
    def _state(self) -> str:
        return self._record.state

    def _too_late(self) -> StaffbaseError:
        if self._accepted is not None and not reached(self._state, self._accepted) and rank(self._state) is not None:
            return StaffbaseError(
                f"Import {self._id} was asked to become {self._accepted.value}, and the service has agreed; but after "
                f"{self._rules.wait_timeout:g} seconds (wait_timeout) it still stands at {self._state}. Look at it in Studio before you run again",
                stage="wait", import_id=self._id)
        if self._state in (State.DRAFT.value, State.PREVIEW_READY.value):
            return StaffbaseError(
                f"Import {self._id} could not be started within {self._rules.wait_timeout:g} seconds (wait_timeout): another import of "
                f"the tenant is in the way. It stands at {self._state} and nobody was changed; run again later",
                stage="wait", import_id=self._id)
        return StaffbaseError(
            f"Import {self._id} was still {self._state} after {self._rules.wait_timeout:g} seconds (wait_timeout). The service goes on "
            "with it by itself; run again to wait further: it goes on where it stands, and nothing is imported twice",
            stage="wait", import_id=self._id)
