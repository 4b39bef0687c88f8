# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The write guard: the check's client writes to the check's own drafts only, never starts an import, and limits its calls."""

from __future__ import annotations

import contextlib
import re
import typing as t

from .._errors import StaffbaseError
from .._http import transport
from .._http.client import READING, Client
from .._http.errors import Where
from .._imports.imports import IMPORTS
from .._imports.states import State

#: The only states that the check may ask for. DRAFT is one that no client can ask for (D): it shows how a refusal looks.
ALLOWED_STATES = frozenset({State.PREVIEW_PENDING.value, State.CANCELLED.value, State.DRAFT.value})

#: After so many exchanges, repeated ones too, the check gives up; removing its drafts may take CALLS_TO_TIDY more.
MOST_CALLS = 400
CALLS_TO_TIDY = 100

_WRITABLE = re.compile(rf"{re.escape(IMPORTS)}/([^/]+)(?:/config)?")


class ForbiddenWrite(AssertionError):
    """The check was about to do what it must never do: a mistake in this collection, never one of the admin."""


class GuardedClient(Client):
    """Refuses every write that is not to a draft of this check, and every one that could start an import.

    `own`: the ids of the check's drafts. `config_verb`: writes the configuration; a probe finds it out. What is seen in passing is kept:
    `location` of the last upload (None if its answer was lost), `retry_after` of answers 429 (as they were written), and `tls`.
    """

    def __init__(self, *arguments: t.Any, **options: t.Any) -> None:
        super().__init__(*arguments, **options)
        self.own: set[str] = set()
        self.calls = 0
        self.most_calls = MOST_CALLS
        self.config_verb = "PATCH"
        self.location: str | None = None
        self.retry_after: list[str | None] = []
        self.tls: transport.TlsSeen | None = None

    @contextlib.contextmanager
    def _response(self, method: str, path: str, where: Where, **what: t.Any) -> t.Iterator[t.Any]:
        self.check_write(method, path, what.get("body"))
        self.calls += 1
        if self.calls > self.most_calls:
            raise StaffbaseError(f"The check gave up after {self.most_calls} calls: too many had to be repeated. Run it again later", where.stage)
        if method == "POST":
            self.location = None
        with super()._response(method, path, where, **what) as response:
            self.tls = self.tls or transport.tls_of(response)
            if response.status_code == 429:
                self.retry_after.append(response.headers.get("Retry-After"))
            if method == "POST" and 200 <= response.status_code < 300:
                self.location = response.headers.get("Location", "")
            yield response

    def check_write(self, method: str, path: str, body: t.Any) -> None:
        """Raise ForbiddenWrite for a write that is not allowed."""
        if method in READING:
            return
        if isinstance(body, dict) and "state" in body and body["state"] not in ALLOWED_STATES:
            raise ForbiddenWrite(f"{method} {path} asks for a state that may start an import")
        if (method, path) == ("POST", IMPORTS):
            return
        found = _WRITABLE.fullmatch(path)
        if method not in ("PATCH", "PUT", "DELETE") or found is None or found.group(1) not in self.own:
            raise ForbiddenWrite(f"{method} {path} is no write to a draft of this check")
