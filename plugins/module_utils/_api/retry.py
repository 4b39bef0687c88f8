# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The retry rule: what is tried again, and how long the pause before it is."""

from __future__ import annotations

import datetime
import email.utils
import random
import typing as t

#: Statuses that pass by themselves: time-outs and overload on the way, restarts, too many calls (D for 429).
PASSING_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})

#: The first pause in seconds; it doubles with every attempt.
FIRST_PAUSE = 0.5

#: No pause of our own choice is longer than this (seconds).
LONGEST_PAUSE = 30.0

#: A `Retry-After` up to here (seconds) is obeyed; who asks for more gets no further try of the call.
LONGEST_RETRY_AFTER = 300.0


def pause_before(attempt: int, retry_after: float | None = None, chance: t.Callable[[], float] = random.random) -> float:
    """Return the seconds to wait before attempt number `attempt` + 1.

    Doubles from FIRST_PAUSE up to LONGEST_PAUSE; half of it is jitter, so that many controllers do not come back at once.
    A `Retry-After` of the service takes the place of the doubling; the jitter then is added, never taken off.
    """
    if retry_after is not None:
        return retry_after + FIRST_PAUSE * chance()
    full = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(attempt - 1, 16))
    return full * (0.5 + 0.5 * chance())


def read_retry_after(value: str | None, now: float, service_date: str | None = None) -> float | None:
    """Return the seconds that a `Retry-After` header asks for, or None.

    Both forms are read: seconds, and an HTTP date. The date is compared with the `Date` header of the same answer
    where there is one, because the clocks of the controller and the service may differ. `now` is Unix time in seconds.
    """
    text = (value or "").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return float(text[:12])
    wanted = _unix_time(text)
    if wanted is None:
        return None
    return max(0.0, wanted - (_unix_time(service_date or "") or now))


def _unix_time(http_date: str) -> float | None:
    try:
        moment = email.utils.parsedate_to_datetime(http_date)
        # HTTP dates are UTC, also in the old form that does not say so.
        return (moment if moment.tzinfo else moment.replace(tzinfo=datetime.timezone.utc)).timestamp()
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
