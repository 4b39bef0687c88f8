# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One TCP connection: HTTP/1.1 keep-alive, and resets that are real.

werkzeug's own handler closes every connection after one answer. This one keeps it open, reads what is left of a request
body after an early answer (so that a client sees the 401 to its upload), and can reset the connection.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
from collections.abc import Iterable
from typing import Any

from werkzeug.serving import WSGIRequestHandler

from .application import Hangup

DRAIN_CHUNK = 1 << 16
DRAIN_LIMIT = 1 << 31


class LimitedInput:
    """A request body of known length; ``read`` never goes past it."""

    def __init__(self, stream: Any, length: int) -> None:
        self._stream = stream
        self._left = length

    def read(self, size: int = -1) -> bytes:
        """Up to ``size`` bytes."""
        wanted = self._left if size is None or size < 0 else min(size, self._left)
        data: bytes = self._stream.read(wanted) if wanted else b""
        self._left = self._left - len(data) if data else 0
        return data

    def readline(self, size: int = -1) -> bytes:
        """Up to the next line end."""
        wanted = self._left if size is None or size < 0 else min(size, self._left)
        data: bytes = self._stream.readline(wanted) if wanted else b""
        self._left -= len(data)
        return data


class Connection(WSGIRequestHandler):
    """Serves requests one after another until the client leaves or a fault resets the connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 60

    def setup(self) -> None:
        """Register the socket, so that stopping the server ends idle connections too."""
        super().setup()
        self.open_sockets.add(self.connection)

    def finish(self) -> None:
        """Forget the socket."""
        self.open_sockets.discard(self.connection)
        # Both, whatever happens: when the client has left, closing the first raises, and the second would keep the socket open.
        for stream in (self.wfile, self.rfile):
            with contextlib.suppress(OSError):
                stream.close()

    @property
    def open_sockets(self) -> set[socket.socket]:
        """All sockets of the server."""
        sockets: set[socket.socket] = self.server.open_sockets  # type: ignore[attr-defined]
        return sockets

    def run_wsgi(self) -> None:
        """One request."""
        if self.headers.get("Expect", "").strip().lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.wfile.flush()
        environ = self.make_environ()
        if not environ.get("wsgi.input_terminated"):
            environ["wsgi.input"] = LimitedInput(self.rfile, int(self.headers.get("Content-Length") or 0))
            environ["wsgi.input_terminated"] = True
        started: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]]) -> None:
            started[:] = [status, headers]

        try:
            body: Iterable[bytes] = self.server.app(environ, start_response)  # type: ignore[arg-type]
        except Hangup:
            self._reset()
            return
        except ConnectionError:
            self.close_connection = True
            return
        self._answer(started[0], started[1], b"".join(body))
        self._drain(environ["wsgi.input"])

    def _answer(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        code, _blank, reason = status.partition(" ")
        self.send_response(int(code), reason)
        promised = len(body)
        for name, value in headers:
            self.send_header(name, value)
            if name == "Content-Length":
                promised = int(value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()
        if promised > len(body):
            self.close_connection = True

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The Date header, by the tenant's clock."""
        return super().date_time_string(self.server.app.world.clock.now() if timestamp is None else timestamp)  # type: ignore[attr-defined]

    def _drain(self, stream: Any) -> None:
        """Read the rest of the body; give the connection up when it is endless."""
        total = 0
        try:
            while chunk := stream.read(DRAIN_CHUNK):
                total += len(chunk)
                if total > DRAIN_LIMIT:
                    self.close_connection = True
                    return
        except (OSError, ValueError):
            self.close_connection = True

    def _reset(self) -> None:
        """Close with RST instead of FIN, so that the client sees a reset connection."""
        self.close_connection = True
        self.open_sockets.discard(self.connection)
        try:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            os.close(self.connection.detach())
        except OSError:
            pass

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Silent: the request log has it all."""

    def log(self, *_message: Any) -> None:
        """Silent."""
