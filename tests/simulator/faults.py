# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults that are scheduled for single calls."""

from __future__ import annotations

import dataclasses
import threading
import time
from email.utils import formatdate
from typing import Any

DATE_AFTER = "date+"

KINDS = {
    "leave": "the call is done and answered; then nobody listens for 'delay' seconds, or, when lasting, until the faults are cleared",
    "reset_before": "the connection is reset before anything is done",
    "lost_answer": "the call is done, then the connection is reset without an answer",
    "status:<code>": "an error answer, nothing is done (429, 500, 401, 403, 404, 405, 409; as HTML: 502, 503, 504)",
    "late_status:<code>": "the call is done, then the error answer (a gateway that gave up too early)",
    "html": "502 with an HTML page, nothing is done",
    "html:200": "200 with an HTML page, nothing is done",
    "truncated": "the call is done, the answer breaks off in the middle of its Content-Length",
    "cut_json": "the call is done, the answer is JSON that ends in the middle, with the Content-Length of what is there",
    "wrong_type": "the call is done, the answer is JSON of another type than expected",
    "slow": "waits 'delay' real seconds, then does the call",
    "slow_after": "does the call, then waits 'delay' real seconds with the answer",
    "hold": "nothing is done and nothing is answered until the faults are cleared, then the connection is reset",
    "hold_after": "the call is done, then the same",
    "redirect": "307 to another host with a query string, nothing is done",
}


@dataclasses.dataclass(frozen=True)
class Fault:
    """What goes wrong, and with which call.

    ``method``, ``path`` (template such as ``/users/imports/{id}/config``) and ``state`` (target of a state PATCH)
    select calls; None matches all. The fault hits the ``nth`` matching call after it was scheduled and ``times`` calls
    in a row; ``times=None`` is lasting. ``retry_after`` is the literal header value, or ``date+<seconds>`` for the HTTP
    date that many seconds after the answer; ``location`` is a redirect's target.
    """

    kind: str
    method: str | None = None
    path: str | None = None
    state: str | None = None
    nth: int = 1
    times: int | None = 1
    delay: float = 0.2
    retry_after: str | None = None
    location: str = "https://login.example.invalid/sso?next=%2Fapi&ticket=secret-ticket"

    def __post_init__(self) -> None:
        name, colon, code = self.kind.partition(":")
        known = {kind.partition(":")[0] for kind in KINDS}
        coded = name in ("status", "late_status")
        if name not in known or (coded and not code.isdigit()) or (colon and not coded and self.kind != "html:200"):
            raise ValueError(f"{self.kind!r} is no fault; known: {', '.join(KINDS)}")
        if self.nth < 1 or (self.times is not None and self.times < 1) or self.delay < 0:
            raise ValueError("nth and times start at 1, delay at 0")
        if (self.retry_after or "").startswith(DATE_AFTER) and not self.retry_after_seconds.isdigit():
            raise ValueError(f"{self.retry_after!r} is no fault: {DATE_AFTER} needs whole seconds")

    @property
    def code(self) -> int:
        """The status code in the kind, 502 for a bare ``html``, else 0."""
        digits = self.kind.partition(":")[2]
        return int(digits) if digits else (502 if self.kind == "html" else 0)

    @property
    def retry_after_seconds(self) -> str:
        """What follows DATE_AFTER in ``retry_after``."""
        return (self.retry_after or "").removeprefix(DATE_AFTER)

    @property
    def retry_after_header(self) -> str | None:
        """The header as it is to be sent now, or None."""
        if self.retry_after is None or not self.retry_after.startswith(DATE_AFTER):
            return self.retry_after
        return formatdate(time.time() + int(self.retry_after_seconds), usegmt=True)

    def matches(self, method: str, template: str, state: str | None) -> bool:
        """Whether the selectors fit this call."""
        return (
            (self.method is None or self.method == method)
            and (self.path is None or self.path.rstrip("/") == template.rstrip("/"))
            and (self.state is None or self.state == state)
        )

    def as_dict(self) -> dict[str, Any]:
        """For the control plane."""
        return dataclasses.asdict(self)


class FaultPlan:
    """Counts matching calls and hands out the fault that is due; the first scheduled one wins."""

    def __init__(self) -> None:
        self._entries: list[list[Any]] = []
        self._cleared = threading.Event()
        self._lock = threading.Lock()

    def schedule(self, fault: Fault) -> None:
        """Add a fault; its counting starts now."""
        with self._lock:
            self._entries.append([fault, 0])

    def clear(self) -> None:
        """Forget all faults."""
        with self._lock:
            self._entries.clear()
            self._cleared.set()
            self._cleared = threading.Event()

    def next_clearing(self) -> threading.Event:
        """What is set by the next ``clear``. A call takes it before it meets a fault, so that it misses none."""
        with self._lock:
            return self._cleared

    def pending(self) -> list[Fault]:
        """Faults that can still hit."""
        with self._lock:
            return [fault for fault, seen in self._entries if fault.times is None or seen < fault.nth - 1 + fault.times]

    def due(self, method: str, template: str, state: str | None) -> Fault | None:
        """The fault for this call, or None; every matching fault counts the call."""
        found: Fault | None = None
        with self._lock:
            for entry in self._entries:
                fault: Fault = entry[0]
                if not fault.matches(method, template, state):
                    continue
                entry[1] += 1
                last = None if fault.times is None else fault.nth - 1 + fault.times
                if found is None and entry[1] >= fault.nth and (last is None or entry[1] <= last):
                    found = fault
        return found
