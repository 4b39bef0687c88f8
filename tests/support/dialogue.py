# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client of a scripted server, with pauses that are written down in place of being slept."""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

from ansible_collections.community.staffbase.plugins.module_utils._http.client import Client
from ansible_collections.community.staffbase.plugins.module_utils._http.connection import Connection

from .scripted_server import Answer, ScriptedServer

TOKEN = "aWQ6c2VjcmV0"


@dataclasses.dataclass
class Dialogue:
    """A server with a script and a client that talks to it; `pauses` are the seconds it would have slept."""

    server: ScriptedServer
    client: Client
    pauses: list[float]


class Converse(t.Protocol):
    """Starts a server with a script and a client for it."""

    def __call__(self, *script: Answer, read_only: bool = False, repeat_last: bool = False, **connection: t.Any) -> Dialogue:
        """Return the two of them; `connection` are options of Connection."""
        raise NotImplementedError


@contextlib.contextmanager
def conversations() -> t.Iterator[Converse]:
    """Stop all servers and close all clients at the end."""
    with contextlib.ExitStack() as stack:

        def converse(*script: Answer, read_only: bool = False, repeat_last: bool = False, **connection: t.Any) -> Dialogue:
            server = stack.enter_context(ScriptedServer(*script, repeat_last=repeat_last))
            pauses: list[float] = []
            options: dict[str, t.Any] = {"timeout": 10.0, **connection}
            client = Client(Connection(server.url, TOKEN, **options), read_only=read_only, pause=pauses.append)
            stack.callback(client.close)
            return Dialogue(server, client, pauses)

        yield converse
