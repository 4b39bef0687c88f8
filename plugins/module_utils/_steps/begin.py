# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Beginning a run of a source with a baseline: keep a copy of its export, and finish first what a run before it left unfinished.

A run that died may have had its delta imported, and the baseline does not know that yet. So the service is asked what became of it.
"""

from __future__ import annotations

import dataclasses

from .._errors import StaffbaseError
from .._files.baseline import Baseline
from .._files.baseline_lock import LONGEST_PAUSE, held
from .._files.baseline_run import SUPERSEDED, BaselineRequest, Kept, keep
from .._files.memory import Memory
from .._files.next_told import OVER, End
from .._files.private_file import PrivateFile, PrivateFiles
from .._files.run_record import Asked
from .._files.source import open_source
from .._http.waiting import Waiter
from .._imports.imports import Imports
from .._imports.records import ImportRecord
from .._imports.states import UNSTARTED, State
from .advance import Advance, ImportRules
from .cancel import CancelOrDelete
from .last_import import started_since
from .outcome import Outcome
from .progress import Tell
from .stored_name import stem_of
from .upload import Upload

#: What became of a delta that was sent, and of which the service has no import (records vanish 30 days after the upload, D).
LOST = (
    "The previous run sent its rows, but the service has no import of them any more: it was deleted, or is older than 30 days. So it is not known "
    "whether those rows were imported. They are sent again, and whoever of them is not in the export is counted as a leaver")


@dataclasses.dataclass(frozen=True)
class Beginning:
    """What is begun. `source` and `file_name`: the source's name, and the name of its uploads. `errors_dest`: a copy of refused rows, or nothing.

    `cancel_unstarted`: an import of another export that a run before uploaded and did not start is cancelled; else this run fails if there is one.
    `asked`: what this run is asked for; without it nothing is remembered of what the tenant is told. `resend`: everybody is to be sent. Times in
    seconds.
    """

    src: str
    sha256: str
    source: str
    file_name: str
    identifier: str
    errors_dest: str | None = None
    cancel_unstarted: bool = True
    wait_timeout: float = 3600.0
    wait_interval: float = 10.0
    asked: Asked | None = None
    resend: bool = False


@dataclasses.dataclass
class Begun:
    """What came of it. `kept`: the files as they are now; `pending`: a run before it was not over.

    `resumed`: what became of the import of that run, if it had started one, or if it was cancelled. `unstarted_id`: its import, if this run may go
    on with it.
    """

    kept: Kept
    pending: bool
    changed: bool = False
    resumed: Outcome | None = None
    unstarted_id: str | None = None
    warnings: list[str] = dataclasses.field(default_factory=list)

    @property
    def switched_on(self) -> list[str]:
        """What is asked for now beside the mapping, and was not when the tenant was told last."""
        told, record = self.kept.memory.told, self.kept.record
        if told is None or record is None:
            return []
        return [name for name, wanted in record.asked.flags.items() if wanted and not told.flags.get(name)]


class Begin:
    """Begins one run; `begun` is filled on the way."""

    def __init__(self, imports: Imports, baseline: Baseline, wanted: Beginning, *, tell: Tell | None = None) -> None:
        self._imports = imports
        self._baseline = baseline
        self._wanted = wanted
        self._tell = tell

    def run(self, *, check_mode: bool = False) -> Begun:
        """Keep the copy; in check mode only look.

        Raises StaffbaseError, with `resuming` in its `details` if it was the run before that could not be finished.
        """
        first = self._begin(check_mode)
        begun = Begun(first, first.pending)
        was_moved = first.memory.was_moved
        if begun.pending and not check_mode:
            try:
                self._resume(begun)
            except StaffbaseError as error:
                # That it is not what was approved is no matter of the run before.
                error.details = {**error.details, "resuming": error.stage != "approval"}
                raise
        # A run that was pending may have been put back, too. It is finished, and is not the last one.
        if was_moved:
            self._look_for_newer(begun.kept.memory)
        begun.warnings += filter(None, (begun.kept.memory.reason, begun.kept.memory.warning))
        return begun

    def _look_for_newer(self, memory: Memory) -> None:
        """Where the files of the baseline were put back, look whether the tenant was told something since: if so, everybody has to be sent.

        Nobody may have changed since these files, so nothing would be sent, and nothing looked at.
        """
        last = memory.last_import
        if last is None:
            return
        known = ImportRecord(last["id"], created_at=last["created_at"])
        newer = started_since(known, self._imports.every(), stem_of(self._wanted.file_name))
        if newer is not None:
            memory.everybody = True
            memory.reason = (
                f"The files of {self._baseline.path} were put back, and import {newer.id} was started after them, so it is not known what the tenant "
                "was told. Therefore the whole export is sent once. Nobody outside it is touched")

    def _begin(self, check_mode: bool = False, run: str | None = None) -> Kept:
        wanted = self._wanted
        request = BaselineRequest(
            "begun", src=wanted.src, sha256=wanted.sha256, source=wanted.source, run=run, asked=wanted.asked, resend=wanted.resend)
        return keep(self._baseline, request, self._waiter(LONGEST_PAUSE), check_mode=check_mode)

    def _resume(self, begun: Begun) -> None:
        kept = begun.kept
        found = self._uploads(kept)
        record = next((one for one in found if one.state != State.CANCELLED.value), None)
        if record is not None and record.state not in UNSTARTED:
            # Its people were changed, or are being changed.
            begun.resumed = self._to_its_end(record, kept)
            begun.warnings += begun.resumed.warnings
            refused = begun.resumed.row_errors
            errors = self._baseline.errors_path if refused is not None and refused.count else None
            self._settle(begun, "finished", errors, End(import_id=record.id, created_at=record.created_at or ""))
        elif not kept.same:
            self._forget(begun, record, unknown=not found)
        elif record is not None:
            begun.unstarted_id = record.id
        begun.changed |= begun.resumed is not None and begun.resumed.changed

    def _forget(self, begun: Begun, record: ImportRecord | None, *, unknown: bool) -> None:
        """Forget a run of another export whose import was not started; where the service does not know its import, not all of it."""
        if record is not None and not self._wanted.cancel_unstarted and begun.kept.before is not None:
            is_same = self._baseline.is_of(self._wanted.sha256)
            what = "its variables are not the ones of now" if is_same else "the export has changed since its preview"
            raise StaffbaseError(
                f"This is not what was approved for {self._wanted.source}, so nothing was imported. Import {record.id} was previewed, but {what}. It "
                "was left alone. Run the preview again and have it approved, or put back what was previewed", stage="approval", import_id=record.id)
        if record is not None and self._wanted.cancel_unstarted:
            # Before it is forgotten: an order to start it that is still on its way comes to nothing then, or this run fails.
            begun.resumed = CancelOrDelete(self._imports, record.id, self._waiter(), wait=True).cancel()
            begun.warnings += begun.resumed.warnings
        if record is None and unknown and begun.kept.before is not None and self._baseline.was_sending():
            begun.warnings.append(LOST)
            self._settle(begun, "finished", end=End(unsure=True))
        else:
            self._settle(begun, "dropped")

    def _uploads(self, kept: Kept) -> list[ImportRecord]:
        """Return the imports of the delta that the run before has made, if it got so far; one that was started comes first. It sends no write."""
        with open_source(self._baseline.delta_path, None) as source:
            if kept.before is not None:
                return Upload(self._imports, source, self._wanted.file_name, variant=kept.before.token).under_this_name()
            # Begun by a version that gave its imports no token.
            found = Upload(self._imports, source, self._wanted.file_name).run(delete_orphaned_drafts=True, check_mode=True).record
            return [found] if found.id else []

    def _to_its_end(self, record: ImportRecord, kept: Kept) -> Outcome:
        waiter = self._waiter()
        files = [PrivateFile("baseline", self._baseline.errors_path, write=True)]
        if self._wanted.errors_dest:
            files.append(PrivateFile("errors_dest", self._wanted.errors_dest, write=True))
        rules = ImportRules(wait_timeout=self._wanted.wait_timeout)
        with held(self._baseline.lock_of(kept.run), waiter):
            return Advance(self._imports, record.id, rules, waiter, PrivateFiles(*files), tell=self._tell).run(State.COMPLETED)

    def _settle(self, begun: Begun, state: str, errors: str | None = None, end: End = OVER) -> None:
        """Bring the baseline up to date, or forget the run before; then begin this one."""
        run = begun.kept.run
        request = BaselineRequest(state, run=run, identifier=self._wanted.identifier, errors=errors, end=end)
        settled = keep(self._baseline, request, self._waiter(LONGEST_PAUSE))
        if settled.superseded:
            begun.warnings.append(SUPERSEDED)
        begun.changed |= settled.changed
        begun.kept = self._begin(run=run)

    def _waiter(self, interval: float | None = None) -> Waiter:
        return Waiter(self._wanted.wait_timeout, self._wanted.wait_interval if interval is None else interval)
