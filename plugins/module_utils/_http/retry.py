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

#: The first pause in seconds, and how many times as long each further one is.
FIRST_PAUSE = 0.5
GROWTH = 2

#: The same where the call was one too many (429). How long the service's windows are is not published (D). So many controllers can share a limit
#: with hardly one of them giving up (simulated in test_retry.py; with the two above, one in seven does); and a single refusal costs little.
FIRST_PAUSE_WHEN_LIMITED = 1.0
GROWTH_WHEN_LIMITED = 3

#: No pause of our own choice is longer than this (seconds).
LONGEST_PAUSE = 30.0

#: A `Retry-After` up to here (seconds) is obeyed; who asks for more gets no further try of the call.
LONGEST_RETRY_AFTER = 300.0


def pause_before(
    attempt: int, retry_after: float | None = None, chance: t.Callable[[], float] = random.random, *, limited: bool = False,
) -> float:
    """Return the seconds to wait before attempt number `attempt` + 1.

    Grows from the first pause up to LONGEST_PAUSE; half of it is jitter, so that many controllers do not come back at once.
    A `Retry-After` of the service takes its place; the jitter then is added, never taken off. `limited`: the call was one too many (429).
    Then those of others were, too, and all of them are told the same time: it is the least, and the pauses grow all the same.
    """
    first, growth = (FIRST_PAUSE_WHEN_LIMITED, GROWTH_WHEN_LIMITED) if limited else (FIRST_PAUSE, GROWTH)
    own = min(LONGEST_PAUSE, first * growth ** min(attempt - 1, 16)) * (0.5 + 0.5 * chance())
    if retry_after is None:
        return own
    asked = retry_after + FIRST_PAUSE * chance()
    return max(asked, own) if limited else asked


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
