# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Taking an import back: cancelling it, or deleting its record."""

from __future__ import annotations

import dataclasses

from .._api.errors import CallError, StaffbaseError
from .._api.imports import Imports, checked_id
from .._api.records import ImportRecord
from .._api.states import PREVIEWING, RUNNING, State, reached
from .._api.waiting import TimeIsUp, Waiter
from .outcome import Outcome
from .transition import REFUSALS, Transition

#: How long (seconds) a cancellation that was accepted may take to show.
LONGEST_CANCELLATION = 30.0


class Withdraw:
    """Takes one import back."""

    def __init__(self, imports: Imports, import_id: str, waiter: Waiter, *, wait: bool) -> None:
        self._imports = imports
        self._id = checked_id(import_id)
        self._waiter = waiter
        self._wait = wait
        self.outcome = Outcome()

    def cancel(self, *, check_mode: bool = False) -> Outcome:
        """Bring the import to CANCELLED; where the service has no such verb, a draft is deleted instead, which has the same effect."""
        record = self._imports.get(self._id, "cancel")
        self.outcome.record, self.outcome.started_as = record, record.state
        if record.state == State.COMPLETED.value:
            raise self._error(f"Import {self._id} is COMPLETED: it cannot be cancelled any more, and deleting it does not undo it", "cancel")
        if record.state != State.CANCELLED.value:
            self.outcome.changed = True
            if check_mode:
                self.outcome.record = dataclasses.replace(record, state=State.CANCELLED.value)
            elif not self._cancelled(record):
                self._delete_instead()
        self.outcome.elapsed = self._waiter.elapsed
        return self.outcome

    def remove(self, *, check_mode: bool = False) -> Outcome:
        """Delete the import's record and, before the import, the upload (D)."""
        try:
            record = self._imports.get(self._id, "delete")
        except CallError as error:
            if error.status not in (404, 410) or self._is_listed():
                raise
            self.outcome.gone = True
            self.outcome.started_as = None
            return self.outcome
        self.outcome.record, self.outcome.started_as = record, record.state
        if record.state in RUNNING:
            self._wait_for_its_end(record.state, check_mode)
        if not check_mode:
            self._delete(record, "delete")
        self.outcome.changed = self.outcome.gone = True
        self.outcome.elapsed = self._waiter.elapsed
        return self.outcome

    def _is_listed(self) -> bool:
        """A 404 may mean that the token lacks the right (D). The list, which needs the same right, tells the two apart."""
        return any(record.id == self._id for record in self._imports.every())

    def _cancelled(self, record: ImportRecord) -> bool:
        try:
            Transition(self._imports, self._id, self._waiter).ask(record, State.CANCELLED, "cancel")
        except CallError as error:
            if error.status not in REFUSALS | {405}:
                raise
            return False
        short = Waiter(LONGEST_CANCELLATION, 2.0)
        try:
            self.outcome.record = short.until(
                lambda: self._imports.get(self._id, "cancel"),
                lambda record: record.state in (State.CANCELLED.value, State.COMPLETED.value))
        except TimeIsUp:
            return False
        if self.outcome.record.state == State.COMPLETED.value:
            raise self._error(f"Import {self._id} was COMPLETED before it could be cancelled", "cancel")
        return True

    def _delete_instead(self) -> None:
        record = self._imports.get(self._id, "cancel")
        if reached(record.state, State.IMPORT_PENDING):
            raise self._error(f"Import {self._id} is {record.state}, and the service does not let it be cancelled any more", "cancel")
        self._delete(record, "cancel")
        self.outcome.gone = True
        self.outcome.warnings.append(f"The service does not let a client cancel; import {self._id} was a draft and was deleted instead")

    def _delete(self, record: ImportRecord, stage: str) -> None:
        """Delete; where the service refuses that while it makes the preview (I), wait for the preview first."""
        try:
            self._imports.delete(self._id, stage)
        except CallError as error:
            if error.status not in REFUSALS or record.state not in PREVIEWING or not self._wait:
                raise
            try:
                self._waiter.until(lambda: self._imports.get(self._id, stage), lambda now: now.state not in PREVIEWING)
            except TimeIsUp:
                raise error from None
            self._imports.delete(self._id, stage)

    def _wait_for_its_end(self, state: str, check_mode: bool) -> None:
        if check_mode:
            return
        if not self._wait:
            raise self._error(f"Import {self._id} is {state}; deleting it would not stop it. Run again when it is done", "delete")
        try:
            self._waiter.until(lambda: self._imports.get(self._id, "delete"), lambda record: record.state not in RUNNING)
        except TimeIsUp:
            raise self._error(f"Import {self._id} is still {state}; it was not deleted. Run again to wait further", "delete") from None

    def _error(self, text: str, stage: str) -> StaffbaseError:
        return StaffbaseError(text, stage=stage, import_id=self._id)
