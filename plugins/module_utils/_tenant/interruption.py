# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Being asked to end (SIGTERM, SIGHUP): the check stops where it is and removes its drafts first."""

from __future__ import annotations

import contextlib
import signal
import typing as t

from .._errors import StaffbaseError

SIGNALS = (signal.SIGTERM, signal.SIGHUP)


class Interrupted(StaffbaseError):
    """Somebody asked for the end."""


@contextlib.contextmanager
def ends_tidily() -> t.Iterator[t.Callable[[], None]]:
    """Turn the signals into Interrupted, and yield what makes them wait: from then on they are ignored, until the block ends.

    In a thread that is not the main one, signals cannot be handled; then nothing is changed.
    """
    def interrupt(number: int, _frame: t.Any) -> None:
        raise Interrupted(f"The check was stopped by a signal ({signal.Signals(number).name})", stage="interrupted")

    before: dict[signal.Signals, t.Any] = {}
    try:
        for number in SIGNALS:
            before[number] = signal.signal(number, interrupt)
    except ValueError:
        pass

    def wait() -> None:
        for number in before:
            signal.signal(number, signal.SIG_IGN)

    try:
        yield wait
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
