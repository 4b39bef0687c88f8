# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong with a call, and what to do then by its status."""

from __future__ import annotations

import dataclasses
import typing as t

from .._errors import StaffbaseError

NOT_FOUND = "there is no import with this id (it is wrong, deleted, or older than 30 days), or the token lacks the right"

#: What to do next, by status (401, 404 and their reasons: D; the others: HTTP).
NEXT_STEPS: dict[int, str] = {
    400: "check the options of this task",
    401: "the token was refused: give api_token exactly as Studio shows it, and check that it is enabled and allowed from this address",
    403: "the token lacks the right: the CSV import needs a token of administrator level",
    404: NOT_FOUND,
    405: "the service does not support this HTTP method here: check that api_url is the Staffbase API",
    409: "another import is running, or another client is working on this one: run again when it is done",
    413: "the file is larger than the service accepts",
    429: "the service received too many calls: run again later",
}


@dataclasses.dataclass(frozen=True)
class Where:
    """What was being done when it went wrong.

    `stage` is one of list, upload, config, preview, import, status, errors, cancel, delete; `url` carries no query.
    """

    stage: str
    method: str | None = None
    url: str | None = None
    import_id: str | None = None


class CallError(StaffbaseError):
    """A call that was sent, or tried, and did not end as it should.

    `status` is the HTTP status, or None without an answer. `passing`: it may be gone by itself in a while.
    `unsure`: the service may have acted although no usable answer came.
    """

    def __init__(
        self, what: str, where: Where, *, status: int | None = None, code: str | None = None, message: str = "",
        attempts: int = 1, passing: bool = False, unsure: bool = False, retry_after: float | None = None, next_step: str = "",
    ) -> None:
        self.where = where
        self.status = status
        self.code = code
        self.message = message
        self.attempts = attempts
        self.passing = passing
        self.unsure = unsure
        self.retry_after = retry_after
        self.what = what
        self.next_step = next_step or NEXT_STEPS.get(status or 0, "run again: it resumes where it stopped" if passing else "")
        super().__init__(self._sentence(), where.stage, where.import_id)

    def _sentence(self) -> str:
        place = f"stage {self.where.stage}" + (f", import {self.where.import_id}" if self.where.import_id else "")
        tries = f" after {self.attempts} attempts" if self.attempts > 1 else ""
        said = f" ({self.message})" if self.message else ""
        then = f"; {self.next_step}" if self.next_step else ""
        return f"{self.what}{said}{tries} [{place}]{then}"

    def after(self, attempts: int) -> CallError:
        """Return the same error with the number of attempts that were made."""
        return self._but(attempts, self.next_step)

    def going_on(self, next_step: str) -> CallError:
        """Return the same error with a further sentence about what to do next."""
        return self._but(self.attempts, f"{self.next_step}; {next_step}" if self.next_step else next_step)

    def _but(self, attempts: int, next_step: str) -> CallError:
        return type(self)(
            self.what, self.where, status=self.status, code=self.code, message=self.message, attempts=attempts,
            passing=self.passing, unsure=self.unsure, retry_after=self.retry_after, next_step=next_step,
        )

    def failure(self) -> dict[str, t.Any]:
        return {
            "stage": self.where.stage, "method": self.where.method, "url": self.where.url, "status": self.status,
            "code": self.code, "message": self.message or self.what, "import_id": self.where.import_id, "attempts": self.attempts,
        }
