# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run of one source, from its export to the next baseline, with several that may work at once."""

from __future__ import annotations

import contextlib
import dataclasses

from .._errors import InputError
from .._http.waiting import Waiter
from .baseline import Baseline
from .baseline_lock import TAKEN_OVER, BaselineLock, locked, look
from .regular_file import refuse_other_than_a_file

#: What the other run does, whoever it is: it cannot begin anew before it has finished this one.
SUPERSEDED = "Another run of this source has taken over the baseline and updates it"


@dataclasses.dataclass(frozen=True)
class BaselineRequest:
    """What is to become of a run. `run`: the one that begun it, as `Kept.run` told; None if runs are not kept apart."""

    state: str
    src: str | None = None
    sha256: str | None = None
    source: str | None = None
    run: str | None = None
    identifier: str = ""
    errors: str | None = None


@dataclasses.dataclass
class Kept:
    """What came of it. `same`: the run that is pending, or half begun, is of the same export."""

    exists: bool
    pending: bool
    same: bool = False
    changed: bool = False
    superseded: bool = False
    run: str | None = None


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
    kept = Kept(baseline.exists(), baseline.is_pending(), run=wanted.run)
    if wanted.state == "dropped":
        kept.changed = baseline.drop(check_mode=check_mode)
    elif wanted.state == "finished":
        if wanted.run is not None and not baseline.is_begun():
            kept.superseded = True
        else:
            kept.changed = baseline.finish(wanted.identifier, wanted.errors, wanted.sha256, check_mode=check_mode)
    elif not wanted.src:
        raise InputError("src", "it is needed to begin a run")
    else:
        kept.same = wanted.sha256 is not None and baseline.is_of(wanted.sha256)
        if wanted.run is not None and kept.pending and not kept.same:
            raise InputError("lock", f"{baseline.lock_path}: {TAKEN_OVER}")
        if lock is not None and wanted.source is not None:
            lock.check_source(wanted.source)
            if not (kept.same and lock.is_of(wanted.sha256)):
                lock.take(wanted.source, wanted.sha256)
            kept.run = lock.run
        if not kept.pending:
            kept.changed = baseline.begin(wanted.src, wanted.sha256, check_mode=check_mode)
    return kept


def check_places(baseline: str, errors_dest: str | None) -> None:
    """Raise InputError if the baseline, or the refused rows, cannot be written where they shall be: before anything is sent."""
    for option, path in (("baseline", baseline), ("errors_dest", errors_dest)):
        if path:
            refuse_other_than_a_file(path, option)


def _run_of(lock: BaselineLock | None) -> str | None:
    return lock.run if lock is not None else None
