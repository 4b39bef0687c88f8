# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run of one source, from its export to the next baseline, with several that may work at once."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib

from .._errors import InputError
from .._http.waiting import Waiter
from .baseline import Baseline
from .baseline_lock import TAKEN_OVER, BaselineLock, locked, look
from .memory import Memory, recall
from .next_told import OVER, End
from .regular_file import refuse_other_than_a_file
from .run_record import Asked, RunRecord, read_run

#: What the other run does, whoever it is: it cannot begin anew before it has finished this one.
SUPERSEDED = "Another run of this source has taken over the baseline and updates it"


@dataclasses.dataclass(frozen=True)
class BaselineRequest:
    """What is to become of a run. `run`: the one that begun it, as `Kept.run` told; None if runs are not kept apart.

    `asked`: what it is asked for, to begin it; None if nothing is to be remembered of what the tenant is told. `resend`: everybody is to be sent,
    whatever is remembered. `end`: how it has ended, to finish it.
    """

    state: str
    src: str | None = None
    sha256: str | None = None
    source: str | None = None
    run: str | None = None
    identifier: str = ""
    errors: str | None = None
    asked: Asked | None = None
    resend: bool = False
    end: End = OVER

    @property
    def digest(self) -> str | None:
        """Of the export and of what is asked for: runs with the same one want the same."""
        if self.sha256 is None or self.asked is None:
            return self.sha256
        return hashlib.sha256(f"{self.sha256} {self.asked.digest}".encode()).hexdigest()


@dataclasses.dataclass
class Kept:
    """What came of it. `same`: the run that is pending, or half begun, is of the same export, and is asked for the same.

    `before`: the run that was pending when this one came, and `record` the one that is under way now, if it was said what they are asked for.
    `memory`: what the tenant was told so far.
    """

    exists: bool
    pending: bool
    same: bool = False
    changed: bool = False
    superseded: bool = False
    run: str | None = None
    before: RunRecord | None = None
    record: RunRecord | None = None
    memory: Memory = dataclasses.field(default_factory=Memory)


def keep(baseline: Baseline, wanted: BaselineRequest, waiter: Waiter, *, check_mode: bool = False) -> Kept:
    """Begin, finish or drop a run. Only the run that has the baseline does so, and no two at the same moment."""
    if check_mode:
        lock = look(baseline.lock_path)
        if lock is not None and wanted.source is not None:
            lock.check_source(wanted.source)
        return _kept(baseline, wanted, None, check_mode=True)
    with contextlib.ExitStack() as stack:
        lock = None
        if wanted.state == "finished" and wanted.run is not None:
            # Looked at before, too: whoever has taken the baseline over may have it for hours.
            if _run_of(look(baseline.lock_path)) == wanted.run:
                lock = stack.enter_context(locked(baseline.lock_path, waiter))
            if _run_of(lock) != wanted.run:
                return Kept(baseline.exists(), baseline.is_pending(), superseded=True)
        elif wanted.run is not None or wanted.source is not None:
            run = wanted.run if wanted.state == "dropped" else None
            lock = stack.enter_context(locked(baseline.lock_path, waiter, run))
        return _kept(baseline, wanted, lock, check_mode=False)


def _kept(baseline: Baseline, wanted: BaselineRequest, lock: BaselineLock | None, *, check_mode: bool) -> Kept:
    if wanted.state == "begun" and wanted.asked is not None and not check_mode:
        baseline.finish_what_was_interrupted()
    kept = Kept(baseline.exists(), baseline.is_pending(), run=wanted.run)
    if wanted.state == "dropped":
        kept.changed = baseline.drop(check_mode=check_mode)
    elif wanted.state == "finished":
        if wanted.run is not None and not baseline.is_begun():
            kept.superseded = True
        else:
            kept.changed = baseline.finish(wanted.identifier, wanted.errors, wanted.sha256, end=wanted.end, check_mode=check_mode)
    elif not wanted.src:
        raise InputError("src", "it is needed to begin a run")
    else:
        _begin(baseline, wanted, kept, lock, check_mode=check_mode)
    return kept


def _begin(baseline: Baseline, wanted: BaselineRequest, kept: Kept, lock: BaselineLock | None, *, check_mode: bool) -> None:
    if lock is not None and wanted.source is not None:
        lock.check_source(wanted.source)
    if kept.pending:
        kept.before = read_run(baseline.run_path)
    if wanted.asked is not None:
        _recall(baseline, wanted.asked, wanted.resend, kept, check_mode=check_mode)
    kept.same = wanted.sha256 is not None and baseline.is_of(wanted.sha256) and baseline.is_asked_for(wanted.asked)
    if wanted.run is not None and kept.pending and not kept.same:
        raise InputError("lock", f"{baseline.lock_path}: {TAKEN_OVER}")
    if lock is not None and wanted.source is not None:
        if not (kept.same and lock.is_of(wanted.digest)):
            lock.take(wanted.source, wanted.digest)
        kept.run = lock.run
    if not kept.pending:
        kept.changed = baseline.begin(wanted.src or "", wanted.sha256, wanted.asked, check_mode=check_mode)
    if not check_mode and wanted.asked is not None:
        kept.record = read_run(baseline.run_path)


def _recall(baseline: Baseline, asked: Asked, resend: bool, kept: Kept, *, check_mode: bool) -> None:
    kept.memory = recall(baseline, asked, resend=resend)
    if kept.before is not None and kept.before.asked.tenant != asked.tenant:
        # With a resend alone a run comes so far: the service of this tenant knows nothing of the run before.
        kept.pending = False
        baseline.drop(check_mode=check_mode)


def check_places(baseline: str, errors_dest: str | None) -> None:
    """Raise InputError if the baseline, or the refused rows, cannot be written where they shall be: before anything is sent."""
    for option, path in (("baseline", baseline), ("errors_dest", errors_dest)):
        if path:
            refuse_other_than_a_file(path, option)


def _run_of(lock: BaselineLock | None) -> str | None:
    return lock.run if lock is not None else None
