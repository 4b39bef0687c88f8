# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was asked of the simulator, in order of arrival."""

from __future__ import annotations

import dataclasses
import threading
from typing import Any

HEADERS_KEPT = ("content-type", "content-length", "accept", "user-agent", "transfer-encoding", "cookie")


@dataclasses.dataclass
class Record:
    """One call.

    ``status`` is what was (or, for a lost answer, would have been) answered; None for a reset before acting.
    ``headers`` holds a few harmless ones; the token is never kept, ``authorization`` says only which scheme came.
    """

    number: int
    method: str
    path: str
    template: str
    query: dict[str, str]
    content_type: str
    headers: dict[str, str]
    authorization: str
    body: Any = None
    state: str | None = None
    import_id: str | None = None
    status: int | None = None
    fault: str | None = None

    @property
    def call(self) -> str:
        """``METHOD template``, followed by the target state of a state PATCH."""
        return f"{self.method} {self.template}" + (f" {self.state}" if self.state else "")

    def as_dict(self) -> dict[str, Any]:
        """For the control plane."""
        return dataclasses.asdict(self)


class RequestLog:
    """A list with a lock."""

    def __init__(self) -> None:
        self._records: list[Record] = []
        self._lock = threading.Lock()
        self._number = 0

    def add(self, **values: Any) -> Record:
        """Append a call as it arrives."""
        with self._lock:
            self._number += 1
            record = Record(number=self._number, **values)
            self._records.append(record)
        return record

    def all(self) -> list[Record]:
        """All calls since the last ``forget``."""
        with self._lock:
            return list(self._records)

    def forget(self) -> None:
        """Start over."""
        with self._lock:
            self._records.clear()


def calls_of(records: list[Record]) -> list[str]:
    """The compact list that tests compare."""
    return [record.call for record in records]


def writes_of(records: list[Record]) -> list[str]:
    """The same without GETs."""
    return [record.call for record in records if record.method != "GET"]
