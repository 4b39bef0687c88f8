# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The WSGI application: log, rate limit and faults around every API call."""

from __future__ import annotations

import dataclasses
import json
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

from .answer import Answer, Call
from .api import act
from .control import control
from .faults import Fault
from .refusals import Refusal, error_answer, html_page
from .request_log import HEADERS_KEPT, Record
from .routes import template_of
from .upload import SpoolingRequest
from .world import World

REASONS = {
    200: "OK",
    201: "Created",
    204: "No Content",
    307: "Temporary Redirect",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}
PROXY_CODES = (502, 503, 504)
StartResponse = Callable[[str, list[tuple[str, str]]], Any]


class Hangup(Exception):
    """The connection is to be reset without an answer."""


class Application:
    """``/api/...`` is the service, ``/_simulator/...`` the control plane, everything else a 404 page."""

    def __init__(self, world: World, leave: Callable[[float | None], None]) -> None:
        self.world = world
        self._leave = leave
        self._served = threading.Condition()
        self._being_served = 0

    def settle(self) -> None:
        """Wait until every call that has arrived was done, also those whose client has given up."""
        with self._served:
            self._served.wait_for(lambda: not self._being_served)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        environ["simulator.folder"] = self.world.folder
        request = SpoolingRequest(environ)
        path = request.path
        if path.startswith("/_simulator/"):
            return _send(control(self.world, request, path.removeprefix("/_simulator")), start_response)
        if not path.startswith("/api/"):
            return _send(Answer(404, html_page(404, "Not Found"), "text/html; charset=utf-8"), start_response)
        call = _parse(request, path.removeprefix("/api"))
        # Before it can be seen in the log: who sees it there and waits until it was done must not come too early.
        with self._served:
            self._being_served += 1
        try:
            record = self._log(call)
            cleared = self.world.faults.next_clearing()
            fault = self.world.faults.due(call.method, call.template, call.state)
            if fault is not None:
                record.fault = fault.kind
            return self._serve(call, record, fault, cleared, start_response)
        finally:
            with self._served:
                self._being_served -= 1
                self._served.notify_all()

    def _serve(
        self, call: Call, record: Record, fault: Fault | None, cleared: threading.Event, start_response: StartResponse
    ) -> Iterable[bytes]:
        name = fault.kind.partition(":")[0] if fault else ""
        if name == "reset_before":
            raise Hangup
        if name == "hold":
            _hold(cleared)
        if fault is not None and name == "slow":
            time.sleep(fault.delay)
        early = self._instead(fault, name) if fault is not None else None
        answer = early or self._act(call)
        record.import_id = answer.created_id or call.import_id
        record.status = answer.status
        if fault is not None and early is None:
            answer = self._afterwards(fault, name, answer)
            record.status = answer.status
        if name == "hold_after":
            _hold(cleared)
        if name == "lost_answer" or (name == "truncated" and not answer.body):
            raise Hangup
        return _send(answer, start_response, half=name == "truncated")

    def _act(self, call: Call) -> Answer:
        try:
            self.world.rate_limit.check(self.world.clock, self.world.switches)
            return act(self.world, call)
        except Refusal as refusal:
            return self._error(refusal.status, refusal.message, refusal.headers)

    def _error(self, status: int, message: str, headers: dict[str, str] | None = None) -> Answer:
        content_type, body = error_answer(status, message, self.world.switches)
        return Answer(status, body, content_type, headers or {})

    def _instead(self, fault: Fault, name: str) -> Answer | None:
        """The answer of a fault that keeps the call from being done."""
        if name == "status":
            return self._coded(fault)
        if name == "html":
            return Answer(
                fault.code, html_page(fault.code, REASONS.get(fault.code, "Error")), "text/html; charset=utf-8"
            )
        if name == "redirect":
            return Answer(307, b"", "text/plain", {"Location": fault.location})
        return None

    def _afterwards(self, fault: Fault, name: str, answer: Answer) -> Answer:
        """The answer of a fault that strikes after the call was done."""
        if name == "late_status":
            return self._coded(fault)
        if name == "slow_after":
            time.sleep(fault.delay)
        if name == "wrong_type":
            return Answer(200, json.dumps(["unexpected", 1]).encode(), "application/json")
        if name == "cut_json":
            is_json = answer.body and answer.content_type.startswith("application/json")
            body = answer.body if is_json else json.dumps({"id": "5f0c", "state": "DRAFT"}).encode()
            status = 200 if answer.status == 204 else answer.status
            return Answer(status, body[: len(body) // 2], "application/json", answer.headers)
        if name == "leave":
            # Nobody must be able to connect once the answer is there, and nobody shall send a further call on this connection.
            self._leave(None if fault.times is None else fault.delay)
            return dataclasses.replace(answer, headers={**answer.headers, "Connection": "close"})
        return answer

    def _coded(self, fault: Fault) -> Answer:
        """Error answers of the platform are JSON, those of a proxy (502, 503, 504) HTML (D)."""
        wanted = fault.retry_after_header
        headers = {"Retry-After": wanted} if wanted is not None else {}
        reason = REASONS.get(fault.code, "Error")
        if fault.code in PROXY_CODES:
            return Answer(fault.code, html_page(fault.code, reason), "text/html; charset=utf-8", headers)
        return self._error(fault.code, reason, headers)

    def _log(self, call: Call) -> Record:
        headers = call.request.headers
        return self.world.log.add(
            method=call.method,
            path=call.path,
            template=call.template,
            query=call.query,
            body=call.body,
            state=call.state,
            content_type=headers.get("Content-Type", ""),
            import_id=call.import_id,
            headers={name: headers[name] for name in HEADERS_KEPT if name in headers},
            authorization=_scheme(headers.get("Authorization", "")),
        )


def _hold(cleared: threading.Event) -> None:
    cleared.wait()
    raise Hangup


def _scheme(header: str) -> str:
    """Basic, Bearer, "other" or nothing: never a part of what may be the token."""
    scheme = header.partition(" ")[0]
    return scheme if scheme in ("", "Basic", "Bearer") else "other"


def _parse(request: SpoolingRequest, path: str) -> Call:
    template, import_id = template_of(path)
    body, is_json = None, False
    if request.mimetype == "application/json":
        try:
            body = json.loads(request.get_data())
            is_json = True
        except ValueError:
            body = None
    return Call(request, request.method, path, template, import_id, request.args.to_dict(), body, is_json)


def _send(answer: Answer, start_response: StartResponse, half: bool = False) -> Iterable[bytes]:
    """Status line, headers and body; ``half`` sends only half of what Content-Length promises."""
    headers = [(name, quote(value, safe=":/?&=%#,;+ ")) for name, value in answer.headers.items() if name == "Location"]
    headers += [(name, value) for name, value in answer.headers.items() if name != "Location"]
    if answer.content_type:
        headers.append(("Content-Type", answer.content_type))
    if answer.status != 204:
        headers.append(("Content-Length", str(len(answer.body))))
    start_response(f"{answer.status} {REASONS.get(answer.status, 'Unknown')}", headers)
    return [answer.body[: len(answer.body) // 2] if half else answer.body]
