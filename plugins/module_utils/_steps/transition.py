# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking the service to move an import, and understanding a refusal."""

from __future__ import annotations

from .._errors import StaffbaseError
from .._http.errors import CallError
from .._http.waiting import Waiter
from .._imports.imports import Imports
from .._imports.records import ImportRecord
from .._imports.states import PREVIEWING, RUNNING, STARTED, State, reached
from .state_history import StateHistory

#: With one of these the service may refuse a transition; which one is unknown (I). A body is refused with fewer: `config.BODY_REFUSED`.
TRANSITION_REFUSED = frozenset({400, 403, 409, 422, 423})


class PreviewUnderWay(Exception):
    """The import cannot be started at the moment: another client has its preview made again."""


class Transition:
    """Moves one import. A lost answer is made good by looking; a tenant that is busy with another import is waited for, but not to cancel."""

    def __init__(self, imports: Imports, import_id: str, waiter: Waiter, history: StateHistory | None = None) -> None:
        self._imports = imports
        self._id = import_id
        self._waiter = waiter
        self._history = history or StateHistory(import_id)
        self._ended: frozenset[str] | None = None

    def ask(self, record: ImportRecord, target: State, stage: str) -> None:
        """PATCH the state to `target`. Raises CallError when the service refuses, TimeIsUp when it stays busy, PreviewUnderWay."""
        begun = self._waiter.elapsed
        idle_refusals = 0
        while True:
            try:
                self._imports.ask_for(self._id, target, stage, lambda: self._has_moved(record, self._look(target, stage), target))
                return
            except CallError as error:
                if error.status not in TRANSITION_REFUSED:
                    raise
                now = self._look(target, stage)
                if self._has_moved(record, now, target):
                    return
                if target is State.IMPORT_PENDING and now in PREVIEWING:
                    raise PreviewUnderWay from None
                if target is State.CANCELLED or not self._tenant_is_busy():
                    # A cancellation needs no free tenant. Else the other import, or another client's preview of this one, may have ended between
                    # the refusal and these looks: one more try decides.
                    idle_refusals += 1
                    if (error.status != 409 and target is not State.IMPORT_PENDING) or idle_refusals > 1:
                        raise self._refused(error, record, target) from None
            self._waiter.rest(self._waiter.elapsed - begun)

    def _look(self, target: State, stage: str) -> str:
        now = self._imports.get(self._id, stage).state
        if now == State.CANCELLED.value != target.value:
            raise StaffbaseError(
                f"Import {self._id} was cancelled by another client; nothing was imported. Upload the file again if it is still wanted",
                stage=stage, import_id=self._id)
        if target is not State.PREVIEW_PENDING or now in STARTED:
            # A preview that is made again is a step back, but one that was asked for.
            self._history.add(now, stage)
        return now

    def _has_moved(self, before: ImportRecord, now: str, target: State) -> bool:
        return now != before.state and (now == target.value or reached(now, target))

    def _tenant_is_busy(self) -> bool:
        """Tell whether another import runs, or one has ended since this was asked before: it may have been in the way, however short it was."""
        others = [other for other in self._imports.every(self._id) if other.id != self._id]
        before, self._ended = self._ended, frozenset(other.id for other in others if other.state == State.COMPLETED.value)
        return any(other.state in RUNNING for other in others) or (before is not None and not self._ended <= before)

    def _refused(self, error: CallError, record: ImportRecord, target: State) -> CallError:
        return CallError(
            f"HTTP {error.status}: the service refuses to move import {self._id} from {record.state} to {target.value}",
            error.where, status=error.status, code=error.code, message=error.message, attempts=error.attempts,
            next_step="check its configuration, and that the token has administrator level",
        )
