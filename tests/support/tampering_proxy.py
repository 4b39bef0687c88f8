# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A proxy in front of the simulated tenant that alters some of the answers: requests arrive, answers lie."""

from __future__ import annotations

import json
import re
import typing as t

from .scripted_server import Answer, Relay, Reply, Request, ScriptedServer

#: Makes of the tenant's true answer what the client gets.
Tamper = t.Callable[[Reply], Answer]

_ID = re.compile(r"(/users/imports/)[^/?]+")


class TamperingProxy(ScriptedServer):
    """Relays to the server at `url`; `rules`: call, as the simulator's log spells it -> what becomes of its answer."""

    def __init__(self, url: str, rules: dict[str, Tamper]) -> None:
        super().__init__(choose=lambda request: Relay(url, request, rules.get(call_of(request), lambda reply: reply)))


def call_of(request: Request) -> str:
    """Return the call as the simulator's log spells it."""
    path = _ID.sub(r"\1{id}", request.target.partition("?")[0].removeprefix("/api"))
    call = f"{request.method} {path}"
    if request.method == "PATCH" and path.endswith("{id}"):
        call += f" {json.loads(request.body)['state']}"
    return call


def says(body: bytes, **headers: str) -> Tamper:
    """Let the answer be 200 with this body."""
    return lambda reply: Reply(200, body, {"Content-Type": "application/json", **headers})


def with_fields(**fields: t.Any) -> Tamper:
    """Let a JSON object have these fields."""
    return lambda reply: Reply(reply.status, json.dumps({**json.loads(reply.body), **fields}).encode(), reply.headers)


def with_states(*states: t.Any) -> Tamper:
    """Let an import's record show these states in turn, the last one for ever; None stands for the true one."""
    left = list(states)

    def tamper(reply: Reply) -> Answer:
        state = left.pop(0) if len(left) > 1 else left[0]
        return reply if state is None or reply.status != 200 else with_fields(state=state)(reply)

    return tamper


def with_location(value: str) -> Tamper:
    """Let the answer to an upload have this `Location`."""
    return lambda reply: Reply(reply.status, reply.body, {"Location": value})
