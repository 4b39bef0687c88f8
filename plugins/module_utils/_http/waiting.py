# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting: look, pause a little longer each time, and stop at the deadline."""

from __future__ import annotations

import time
import typing as t

from .errors import CallError

#: The pause after the first look, in seconds: a short import is seen soon.
SHORTEST_PAUSE = 0.2

#: Each pause is this part of the time waited so far: the number of looks grows with the logarithm of the waiting time,
#: and the end is noticed within a tenth of what the import took, also when the look itself takes its time.
SHARE_OF_ELAPSED = 0.08

T = t.TypeVar("T")


class TimeIsUp(Exception):
    """The deadline has passed before the goal was reached."""


class Waiter:
    """Looks until a goal is reached, for `timeout` seconds at most and with pauses of `interval` seconds at most.

    The clock is monotonic: a change of the machine's time neither ends nor prolongs the waiting. One waiter
    serves all waits of a step, so its timeout is the timeout of the step.
    """

    def __init__(
        self, timeout: float, interval: float, *,
        clock: t.Callable[[], float] = time.monotonic, pause: t.Callable[[float], None] = time.sleep,
    ) -> None:
        self._clock = clock
        self._pause_for = pause
        self._interval = interval
        self._timeout = timeout
        self._start = clock()

    @property
    def elapsed(self) -> float:
        """Seconds since the step began."""
        return self._clock() - self._start

    def until(self, look: t.Callable[[], T], done: t.Callable[[T], bool]) -> T:
        """Return the first thing seen that is `done`.

        A passing fault of a look does not end the waiting: the next look may work. Raises TimeIsUp at the deadline,
        or the fault, if the last look ended in one; what `look` raises otherwise ends the waiting at once.
        """
        begun = self._clock()
        while True:
            fault: CallError | None = None
            try:
                seen = look()
                if done(seen):
                    return seen
            except CallError as error:
                if not error.passing:
                    raise
                fault = error
            self.rest(self._clock() - begun, fault)

    def rest(self, waited: float, fault: CallError | None = None) -> None:
        """Pause as long as `waited` seconds of waiting call for, or as long as the service asks for; raise at the deadline."""
        left = self._timeout - self.elapsed
        asked = (fault.retry_after if fault else None) or 0.0
        if left <= 0 or asked > left:
            raise fault or TimeIsUp
        wished = max(SHORTEST_PAUSE, waited * SHARE_OF_ELAPSED)
        self._pause_for(max(asked, min(self._interval, wished, left)))
