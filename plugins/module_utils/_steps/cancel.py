# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cancelling an import, or deleting its record."""

from __future__ import annotations

import dataclasses
import typing as t

from .._errors import StaffbaseError
from .._http.errors import CallError
from .._http.waiting import TimeIsUp, Waiter
from .._imports.imports import Imports, checked_id
from .._imports.records import ImportRecord
from .._imports.states import PREVIEWING, RUNNING, STARTED, State
from .outcome import Outcome
from .transition import TRANSITION_REFUSED, Transition

#: How long (seconds) a cancellation that was accepted may take to show.
LONGEST_CANCELLATION = 30.0


class CancelOrDelete:
    """Cancels or deletes one import."""

    def __init__(self, imports: Imports, import_id: str, waiter: Waiter, *, wait: bool) -> None:
        self._imports = imports
        self._id = checked_id(import_id)
        self._waiter = waiter
        self._wait = wait
        self.outcome = Outcome()

    def cancel(self, *, check_mode: bool = False) -> Outcome:
        """Bring the import to CANCELLED; where the service has no such verb, a draft is deleted instead, which has the same effect."""
        return self._run(self._cancel, check_mode)

    def remove(self, *, check_mode: bool = False) -> Outcome:
        """Delete the import's record and, before the import, the upload (D)."""
        return self._run(self._remove, check_mode)

    def remove_previewed(self, preview: Outcome, *, check_mode: bool = False) -> Outcome:
        """Delete a draft whose preview has been read; return what the preview has told. An error carries that in its `details`, too."""
        try:
            removed = self.remove(check_mode=check_mode)
        except StaffbaseError as error:
            error.details = {**preview.to_result(), **error.details, "changes": preview.changes, "expected": preview.expected}
            raise
        preview.gone, preview.changed = removed.gone, preview.changed or removed.changed
        preview.warnings += removed.warnings
        return preview

    def _run(self, step: t.Callable[[bool], None], check_mode: bool) -> Outcome:
        """Return the outcome. An error carries what is known so far in its `details`."""
        try:
            step(check_mode)
        except StaffbaseError as error:
            raise self.outcome.attach_to(error, self._waiter.elapsed) from None
        self.outcome.elapsed = self._waiter.elapsed
        return self.outcome

    def _cancel(self, check_mode: bool) -> None:
        record = self._find("cancel")
        if record is None:
            self.outcome.warnings.append(
                f"There is no import {self._id} any more, so there is nothing to cancel: it was deleted, it is older than 30 days, "
                "or the id is wrong")
            return
        if record.state == State.COMPLETED.value:
            raise self._error(f"Import {self._id} is COMPLETED: it cannot be cancelled any more, and deleting it does not undo it", "cancel")
        if record.state == State.CANCELLED.value:
            return
        if check_mode:
            self.outcome.changed = True
            self.outcome.record = dataclasses.replace(record, state=State.CANCELLED.value)
        elif not self._try_to_cancel(record):
            self._delete_instead()

    def _remove(self, check_mode: bool) -> None:
        record = self._find("delete")
        if record is None:
            return
        if record.state in RUNNING:
            self._wait_for_its_end(record.state, check_mode)
        if not check_mode:
            self._delete(record, "delete")
        self.outcome.changed = self.outcome.gone = True

    def _find(self, stage: str) -> ImportRecord | None:
        """Return the import, or None when there is none any more."""
        try:
            record = self._look(stage)
        except CallError as error:
            if error.status not in (404, 410) or self._is_listed():
                raise
            self.outcome.gone = True
            return None
        self.outcome.started_as = record.state
        return record

    def _look(self, stage: str) -> ImportRecord:
        self.outcome.record = record = self._imports.get(self._id, stage)
        return record

    def _is_listed(self) -> bool:
        """A 404 may mean that the token lacks the right (D). The list, which needs the same right, tells the two apart."""
        return any(record.id == self._id for record in self._imports.every(self._id))

    def _try_to_cancel(self, record: ImportRecord) -> bool:
        try:
            Transition(self._imports, self._id, self._waiter).ask(record, State.CANCELLED, "cancel")
        except CallError as error:
            if error.status not in TRANSITION_REFUSED | {405}:
                raise
            return False
        except TimeIsUp:
            # No time was left for the further try.
            return False
        self.outcome.changed = True
        short_waiter = Waiter(LONGEST_CANCELLATION, 2.0)
        try:
            now = short_waiter.until(lambda: self._look("cancel"), lambda record: record.state in (State.CANCELLED.value, State.COMPLETED.value))
        except TimeIsUp:
            return False
        if now.state == State.COMPLETED.value:
            self.outcome.changed = False
            raise self._error(f"Import {self._id} was COMPLETED before it could be cancelled", "cancel")
        return True

    def _delete_instead(self) -> None:
        record = self._look("cancel")
        if record.state in STARTED:
            raise self._error(f"Import {self._id} is {record.state}, and the service does not let it be cancelled any more", "cancel")
        self._delete(record, "cancel")
        self.outcome.changed = self.outcome.gone = True
        self.outcome.warnings.append(f"The service does not let a client cancel; import {self._id} was a draft and was deleted instead")

    def _delete(self, record: ImportRecord, stage: str) -> None:
        """Delete; where the service refuses that while it makes the preview (I), wait for the preview first."""
        try:
            self._imports.delete(self._id, stage)
        except CallError as error:
            if error.status not in TRANSITION_REFUSED or record.state not in PREVIEWING or not self._wait:
                raise
            try:
                self._waiter.until(lambda: self._look(stage), lambda now: now.state not in PREVIEWING)
            except TimeIsUp:
                raise error from None
            self._imports.delete(self._id, stage)

    def _wait_for_its_end(self, state: str, check_mode: bool) -> None:
        if not self._wait:
            raise self._error(f"Import {self._id} is {state}; deleting it would not stop it. Run again when it is done", "delete")
        if check_mode:
            return
        try:
            self._waiter.until(lambda: self._look("delete"), lambda record: record.state not in RUNNING)
        except TimeIsUp:
            raise self._error(f"Import {self._id} is still {state}; it was not deleted. Run again to wait longer", "delete") from None

    def _error(self, text: str, stage: str) -> StaffbaseError:
        return StaffbaseError(text, stage=stage, import_id=self._id)
