# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""429 windows (D: 429 until a window is over; no numbers are published, so the numbers are the test's)."""

from __future__ import annotations

import math
import threading
from email.utils import formatdate

from .clock import Clock
from .refusals import Refusal
from .switches import Switches


class RateLimit:
    """At most ``calls`` calls in a window of ``seconds``; ``calls=0`` is off."""

    def __init__(self, calls: int = 0, seconds: float = 1.0) -> None:
        self.calls = calls
        self.seconds = seconds
        self._start = 0.0
        self._used = 0
        self._lock = threading.Lock()

    def check(self, clock: Clock, switches: Switches) -> None:
        """Raise the 429 when the window is used up."""
        if not self.calls:
            return
        with self._lock:
            now = clock.now()
            if now >= self._start + self.seconds:
                self._start = now
                self._used = 0
            self._used += 1
            if self._used > self.calls:
                raise too_many(self._start + self.seconds, now, switches)


def too_many(free_at: float, now: float, switches: Switches) -> Refusal:
    """The 429 with Retry-After as the switch has it: none, whole seconds (rounded up), or an HTTP date (I)."""
    headers = {}
    if switches.retry_after == "seconds":
        headers["Retry-After"] = str(max(1, math.ceil(free_at - now)))
    elif switches.retry_after == "date":
        headers["Retry-After"] = formatdate(math.ceil(free_at), usegmt=True)
    return Refusal(429, "Too many requests", headers)
