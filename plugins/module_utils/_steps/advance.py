# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bringing an import to its preview or to its end, and telling what became of it."""

from __future__ import annotations

import dataclasses
import typing as t

from .._errors import StaffbaseError
from .._files.private_file import PrivateFiles
from .._http.errors import CallError
from .._http.waiting import TimeIsUp, Waiter
from .._imports.imports import Imports, checked_id
from .._imports.records import ImportRecord
from .._imports.states import IDLE, STARTED, State, rank, reached
from . import limits as limits_of
from .end_check import harm_at_end, remarks_on_end
from .import_machine import Action, LimitCheck, next_action
from .outcome import Outcome
from .progress import Progress, Tell
from .row_errors_report import report_row_errors
from .state_history import StateHistory
from .transition import TRANSITION_REFUSED, PreviewUnderWay, Transition


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
        self._history = StateHistory(self._id, rules.last_known_state)
        self._transition = Transition(imports, self._id, waiter, self._history)
        #: The state that was asked for last; the service has accepted that.
        self._accepted: State | None = None
        #: Where the comparison of the limits begins, also when another client has the preview made again.
        self._not_compared = LimitCheck.NO_PREVIEW if rules.limits else LimitCheck.PASSED
        self._limit_check = LimitCheck.PASSED
        self._progress = Progress(tell)
        self.outcome = Outcome()
        self._preview_limits = limits_of.PreviewLimits(
            imports, rules.limits, self.outcome, self._progress, accept_zero_preview=rules.accept_zero_preview)

    def run(self, goal: State, *, check_mode: bool = False) -> Outcome:
        """`goal` is PREVIEW_READY or COMPLETED. An error carries what is known so far in its `details`."""
        try:
            self._run(goal, check_mode)
        except TimeIsUp:
            raise self.outcome.attach_to(self._timeout_error(), self._waiter.elapsed) from None
        except StaffbaseError as error:
            raise self.outcome.attach_to(error, self._waiter.elapsed) from None
        self.outcome.elapsed = self._waiter.elapsed
        return self.outcome

    def _run(self, goal: State, check_mode: bool) -> None:
        self.outcome.started_as = self._look("status").state
        if check_mode:
            self._predict(goal)
            return
        if goal is State.COMPLETED:
            self._import()
        else:
            self._preview()
        self._report(goal)

    def _import(self) -> None:
        """Do what `import_machine.TABLE` says until nothing is left to do."""
        self._wait_for_current_state()
        if self._state not in STARTED:
            self._limit_check = self._not_compared
        do: dict[Action, t.Callable[[], None]] = {
            Action.ASK_FOR_PREVIEW: self._ask_for_preview,
            Action.WAIT_FOR_PREVIEW: self._wait_for_preview,
            Action.COMPARE_PREVIEW: self._compare_preview,
            Action.ASK_FOR_IMPORT: self._ask_for_import,
            Action.WAIT_FOR_END: self._wait_for_end,
            Action.COMPARE_END: self._compare_end,
            Action.FAIL_NOT_COMPARED: self._fail_not_compared,
            Action.FAIL_CANCELLED: self._fail_cancelled,
        }
        while (action := next_action(self._state, self._limit_check, wait=self._rules.wait)) is not Action.DONE:
            do[action]()

    def _ask_for_preview(self) -> None:
        had_one = self._state == State.PREVIEW_READY.value
        self._limit_check = self._not_compared = LimitCheck.PREVIEW_ASKED
        try:
            self._ask(State.PREVIEW_PENDING, "preview")
        except CallError as error:
            # Whether a preview can be repeated is a guess (I); where it cannot, the one that stands there counts.
            if not had_one or error.status not in TRANSITION_REFUSED:
                raise
            self.outcome.warnings.append(
                f"The service does not make another preview of import {self._id}, so the limits are compared with the one that it has")

    def _wait_for_preview(self) -> None:
        self._wait_for(State.PREVIEW_READY, "preview")
        if self._limit_check is LimitCheck.NO_PREVIEW:
            self._limit_check = LimitCheck.PREVIEW_SEEN

    def _compare_preview(self) -> None:
        if not self._preview_limits.read(self._id):
            # Another client may just have it made again, or have started the import.
            self._look("preview")
        if self._state == State.PREVIEW_READY.value:
            self._preview_limits.compare(self._record)
            self._limit_check = LimitCheck.PASSED
        else:
            # These were no numbers of a preview.
            self.outcome.expected = None
            self._rest()

    def _ask_for_import(self) -> None:
        try:
            self._ask(State.IMPORT_PENDING, "import")
        except PreviewUnderWay:
            # So that client wants to import it, too; the preview that it has made is compared as well.
            self._look("preview")
            self._limit_check = self._not_compared
            self._rest()

    def _rest(self) -> None:
        """Pause before the table is asked again: a service that goes to and fro must not be asked without a pause, nor for ever."""
        self._waiter.rest(self._waiter.elapsed)

    def _wait_for_end(self) -> None:
        self._wait_for(State.COMPLETED, "import")

    def _compare_end(self) -> None:
        """Compare what the import has done: this run must not say "ok" to what it would have stopped."""
        reason = self._objection_to_end()
        if reason:
            raise self._started_by_another(f"before its limits could be compared, and it is {self._state} now: {reason}")
        self._limit_check = LimitCheck.PASSED

    def _objection_to_end(self) -> str | None:
        self.outcome.changes = self._imports.get_counters(self._id, expected=False)
        return limits_of.objection(self._rules.limits, self.outcome.changes, "import")

    def _fail_not_compared(self) -> t.NoReturn:
        raise self._started_by_another("before its limits could be compared; run again to see its result")

    def _started_by_another(self, then: str) -> StaffbaseError:
        return StaffbaseError(f"Import {self._id} was started by another client {then}", stage="import", import_id=self._id)

    def _fail_cancelled(self, stage: str = "import") -> t.NoReturn:
        raise StaffbaseError(
            f"Import {self._id} is CANCELLED: its file was removed, and it will not be imported. Upload the file again if it is still wanted",
            stage=stage, import_id=self._id)

    def _preview(self) -> None:
        self._wait_for_current_state()
        if not reached(self._state, State.PREVIEW_PENDING):
            self._ask(State.PREVIEW_PENDING, "preview")
        if self._rules.wait:
            self._wait_for(State.PREVIEW_READY, "preview")

    def _report(self, goal: State) -> None:
        if self._state == State.COMPLETED.value:
            self._report_end()
        elif goal is State.PREVIEW_READY and self._state == State.PREVIEW_READY.value:
            if self._rules.limits:
                self._preview_limits.compare(self._record)
            else:
                self.outcome.changes = self.outcome.expected = self._imports.get_counters(self._id, expected=True)

    def _report_end(self) -> None:
        """Read what was done, and the refused rows. What this run has not brought to its end is not held against it."""
        outcome = self.outcome
        outcome.changes = self._imports.get_counters(self._id, expected=False)
        harm = None
        if outcome.started_as != State.COMPLETED.value:
            harm = harm_at_end(self._rules.limits, self._record, outcome.expected, outcome.changes)
            outcome.warnings += remarks_on_end(
                self._record, outcome.expected, outcome.changes, accept_zero_preview=self._rules.accept_zero_preview)
        try:
            report_row_errors(self._imports, self._id, outcome, self._error_files, self._rules.max_row_errors)
        except StaffbaseError as error:
            if harm is None:
                raise
            # The next run tells of the rows again, but not of the people.
            raise StaffbaseError(f"{harm}. Besides: {error}", stage=harm.stage, import_id=self._id) from None
        if harm is not None:
            raise harm

    def _predict(self, goal: State) -> None:
        """Tell what a real run would do, by reading only."""
        self._history.forbid_second_start(self._state, "status")
        target = State.IMPORT_PENDING if goal is State.COMPLETED else State.PREVIEW_PENDING
        at_preview = self._state == State.PREVIEW_READY.value
        if self._state == State.COMPLETED.value or (at_preview and goal is State.PREVIEW_READY):
            self._report(goal)
            return
        if at_preview and self._rules.limits:
            self._preview_limits.compare(self._record)
        self.outcome.changed = not reached(self._state, target)
        end = goal if self._rules.wait else target
        if not reached(self._state, end):
            self.outcome.record = dataclasses.replace(self._record, state=end.value)

    def _ask(self, target: State, stage: str) -> None:
        self._history.forbid_second_start(self._state, stage)
        self._transition.ask(self._record, target, stage)
        if target is State.PREVIEW_PENDING:
            self._history.asked_for_preview()
        self._accepted = target
        self.outcome.changed = True
        self.outcome.record = dataclasses.replace(self._record, state=target.value)

    def _wait_for_current_state(self) -> None:
        """Wait while the state is not known, or is one that the import had already left."""
        if not self._is_current(self._record):
            self._waiter.until(lambda: self._look("status"), self._is_current)

    def _is_current(self, record: ImportRecord) -> bool:
        return rank(record.state) is not None and not self._history.is_back(record.state)

    def _wait_for(self, goal: State, stage: str) -> None:
        if not reached(self._state, goal):
            self._waiter.until(lambda: self._look(stage), lambda record: reached(record.state, goal))

    def _look(self, stage: str) -> ImportRecord:
        self.outcome.record = record = self._imports.get(self._id, stage)
        self._progress.seen(record, self._waiter.elapsed)
        if record.state == State.CANCELLED.value:
            self._fail_cancelled(stage)
        self._history.add(record.state, stage)
        return record

    @property
    def _record(self) -> ImportRecord:
        return self.outcome.record or ImportRecord(self._id)

    @property
    def _state(self) -> str:
        return self._record.state

    def _timeout_error(self) -> StaffbaseError:
        if self._accepted is not None and not reached(self._state, self._accepted) and rank(self._state) is not None:
            return StaffbaseError(
                f"Import {self._id} was asked to become {self._accepted.value} and the service accepted that, but after "
                f"{self._rules.wait_timeout:g} seconds (wait_timeout) it is still {self._state}. Look at it in Studio before you run again",
                stage="wait", import_id=self._id)
        if self._state in IDLE:
            return StaffbaseError(
                f"Import {self._id} could not be started within {self._rules.wait_timeout:g} seconds (wait_timeout): another import of "
                f"the tenant is in the way. Its state is {self._state} and nobody was changed; run again later",
                stage="wait", import_id=self._id)
        return StaffbaseError(
            f"Import {self._id} was still {self._state} after {self._rules.wait_timeout:g} seconds (wait_timeout). The service continues "
            "by itself. Run again to wait longer: the next run continues from there, and nothing is imported twice",
            stage="wait", import_id=self._id)
