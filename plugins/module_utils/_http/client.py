# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP manners: one session, the token, time limits, refusals, retries. Knows nothing of imports."""

from __future__ import annotations

import contextlib
import time
import typing as t

from . import retry, transport
from .answer import Answer, refusal, refuse_json, refuse_page
from .connection import Connection
from .errors import CallError, Where

READING = frozenset({"GET", "HEAD"})

T = t.TypeVar("T")


class WriteRefused(AssertionError):
    """A write was about to be sent in check mode: a mistake in this collection, never one of the admin."""


class Client:
    """Sends calls and returns good answers; whatever else comes is a CallError.

    With `read_only` (check mode) it refuses to send a write, whoever asks for it.
    """

    def __init__(
        self, connection: Connection, *, read_only: bool = False,
        pause: t.Callable[[float], None] = time.sleep, session: t.Any = None,
    ) -> None:
        self.connection = connection.checked()
        self.read_only = read_only
        self._pause = pause
        self._session = session or transport.new_session(self.connection)

    def close(self) -> None:
        self._session.close()

    def where(self, method: str, path: str, stage: str, import_id: str | None = None) -> Where:
        """Return what an error says about this call."""
        return Where(stage, method, self.connection.api_url + path, import_id)

    def get_json(self, path: str, stage: str, *, import_id: str | None = None, params: dict[str, t.Any] | None = None) -> t.Any:
        """GET JSON of any shape; an answer that is something else, or is cut, is asked for again."""
        def attempt(where: Where) -> t.Any:
            with self._exchange("GET", path, where, params=params) as response:
                return transport.read_answer(response, where, self.connection.timeout).json(where)

        return self._retried(self.where("GET", path, stage, import_id), attempt)

    def get_object(self, path: str, stage: str, *, import_id: str | None = None, params: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """GET a JSON object."""
        found = self.get_json(path, stage, import_id=import_id, params=params)
        if not isinstance(found, dict):
            raise CallError("The answer is not a JSON object", self.where("GET", path, stage, import_id), status=200)
        return found

    def send(
        self, method: str, path: str, stage: str, *, import_id: str | None = None,
        body: t.Any = None, upload: t.Any = None, settled: t.Callable[[], Answer | None] | None = None,
    ) -> Answer:
        """Send a write, again after a passing fault, and return its answer (2xx).

        `body` is sent as JSON; `upload` is a stream with a `content_type`. `settled` makes repeating safe: it is asked
        before a further attempt when the service may have acted on the last one, and its answer, when there is one, stands.
        """
        def attempt(where: Where) -> Answer:
            with self._exchange(method, path, where, body=body, upload=upload) as response:
                return transport.read_answer(response, where, self.connection.timeout).of_service(where)

        return self._retried(self.where(method, path, stage, import_id), attempt, settled)

    def download(self, path: str, stage: str, take: t.Callable[[t.Iterator[bytes]], T], *, import_id: str | None = None) -> T:
        """GET a CSV of any size and return what `take` makes of its pieces; `take` starts anew at each attempt."""
        def attempt(where: Where) -> T:
            with self._exchange("GET", path, where) as response:
                content_type = response.headers.get("content-type", "")
                refuse_page(content_type, response.status_code, where)
                return take(refuse_json(content_type, transport.pieces(response, where), response.status_code, where))

        return self._retried(self.where("GET", path, stage, import_id), attempt)

    @contextlib.contextmanager
    def _response(
        self, method: str, path: str, where: Where, *, params: dict[str, t.Any] | None = None, body: t.Any = None, upload: t.Any = None,
    ) -> t.Iterator[t.Any]:
        headers = {"Accept": "*/*"}
        if upload is not None:
            headers["Content-Type"] = upload.content_type
        with transport.faults_named(where, self.connection.timeout):
            response = self._session.request(
                method, self.connection.api_url + path, params=params, json=body, data=upload, headers=headers,
                timeout=self.connection.timeout, verify=transport.verification(self.connection), allow_redirects=False, stream=True,
            )
            with contextlib.closing(response):
                yield response

    def _retried(
        self, where: Where, attempt: t.Callable[[Where], T], settled: t.Callable[[], T | None] | None = None,
    ) -> T:
        if self.read_only and where.method not in READING:
            raise WriteRefused(f"{where.method} {where.url} in check mode")
        attempts = 0
        while True:
            attempts += 1
            try:
                return attempt(where)
            except CallError as error:
                if not error.passing or attempts > self.connection.retries or (error.retry_after or 0) > retry.LONGEST_RETRY_AFTER:
                    raise error.after(attempts) from None
                self._pause(retry.pause_before(attempts, error.retry_after, limited=error.status == 429))
                if settled is not None and error.unsure:
                    already = settled()
                    if already is not None:
                        return already

    @contextlib.contextmanager
    def _exchange(self, method: str, path: str, where: Where, **what: t.Any) -> t.Iterator[t.Any]:
        """Yield a good answer while it is read; every other one is raised as a refusal."""
        with self._response(method, path, where, **what) as response:
            if not 200 <= response.status_code < 300:
                raise refusal(transport.read_answer(response, where, self.connection.timeout), where)
            yield response

    def probe(
        self, method: str, path: str, stage: str, *, import_id: str | None = None, params: dict[str, t.Any] | None = None,
        body: t.Any = None, settled: t.Callable[[], Answer | None] | None = None,
    ) -> Answer:
        """Send a call to learn how the service answers it, and return its answer, a refusal or a redirect too.

        Tried again like every call; a server error (5xx) that stays is an answer as well. What is none is a CallError: no connection, a
        web page in the place of a good answer, and a service that asks for fewer calls.
        """
        stays: list[Answer] = []

        def attempt(where: Where) -> Answer:
            stays.clear()
            with self._response(method, path, where, params=params, body=body) as response:
                answer = transport.read_answer(response, where, self.connection.timeout)
            if answer.status in retry.PASSING_STATUSES:
                stays.append(answer)
                raise refusal(answer, where)
            return answer.of_service(where) if 200 <= answer.status < 300 else answer

        try:
            return self._retried(self.where(method, path, stage, import_id), attempt, settled)
        except CallError as error:
            if not stays or error.status == 429 or error.retry_after is not None:
                raise
            return stays[0]
