# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real server on a loopback socket that answers from a script, for what a well-behaved server never does."""

from __future__ import annotations

import contextlib
import dataclasses
import http.client
import http.server
import socket
import socketserver
import ssl
import struct
import threading
import typing as t
from urllib.parse import urlsplit


@dataclasses.dataclass(frozen=True)
class Request:
    """What arrived. `headers` with names in lower case; `body` is what came, even if it was cut off."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


class Answer(t.Protocol):
    """Plays one answer to one request."""

    def play(self, handler: http.server.BaseHTTPRequestHandler, stopped: threading.Event) -> None:
        """Write to the handler; give up when `stopped` is set."""


@dataclasses.dataclass(frozen=True)
class Reply:
    """An answer with status, headers and body. `promised` is the Content-Length, when it is not the truth."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    promised: int | None = None

    def play(self, handler: http.server.BaseHTTPRequestHandler, stopped: threading.Event) -> None:
        length = len(self.body) if self.promised is None else self.promised
        lines = [f"HTTP/1.1 {self.status} X", "Connection: close"]
        if self.status != 204:
            lines.append(f"Content-Length: {length}")
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        handler.wfile.write("\r\n".join([*lines, "", ""]).encode("latin-1") + self.body)


@dataclasses.dataclass(frozen=True)
class HangUp:
    """Closes the connection after the request, without an answer."""

    def play(self, handler: http.server.BaseHTTPRequestHandler, stopped: threading.Event) -> None:
        return


@dataclasses.dataclass(frozen=True)
class Silence:
    """Keeps the connection open and says nothing until the server stops or `seconds` are over."""

    seconds: float = 30.0

    def play(self, handler: http.server.BaseHTTPRequestHandler, stopped: threading.Event) -> None:
        stopped.wait(self.seconds)


@dataclasses.dataclass(frozen=True)
class Drip:
    """Sends a body of `length` bytes, one each `every` seconds: never silent for long, and never at its end."""

    every: float
    length: int = 100_000
    status: int = 200

    def play(self, handler: http.server.BaseHTTPRequestHandler, stopped: threading.Event) -> None:
        Reply(self.status, headers={"Content-Type": "application/json"}, promised=self.length).play(handler, stopped)
        for _byte in range(self.length):
            handler.wfile.write(b" ")
            if stopped.wait(self.every):
                return


@dataclasses.dataclass(frozen=True)
class Pour:
    """Sends `count` times `piece` in chunks without telling the length."""

    piece: bytes
    count: int

    def play(self, handler: http.server.BaseHTTPRequestHandler, stopped: threading.Event) -> None:
        handler.wfile.write(b"HTTP/1.1 200 X\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n")
        chunk = b"%x\r\n%s\r\n" % (len(self.piece), self.piece)
        for _piece in range(self.count):
            handler.wfile.write(chunk)
        handler.wfile.write(b"0\r\n\r\n")


@dataclasses.dataclass
class Raw:
    """Sends these bytes and nothing else: `head`, then `count` times `piece` (None: for ever), one each `every` seconds, then `tail`.

    `sent` counts the bytes that were taken from it. With `reset` the connection is torn down at the end, not closed.
    """

    head: bytes
    piece: bytes = b""
    count: int | None = 0
    tail: bytes = b""
    every: float = 0.0
    reset: bool = False
    sent: int = 0

    def play(self, handler: http.server.BaseHTTPRequestHandler, stopped: threading.Event) -> None:
        self._send(handler, self.head)
        number = 0
        while (self.count is None or number < self.count) and not stopped.wait(self.every):
            self._send(handler, self.piece)
            number += 1
        self._send(handler, self.tail)
        if self.reset:
            handler.wfile.flush()
            # With a time of zero to linger, closing sends RST.
            handler.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def _send(self, handler: http.server.BaseHTTPRequestHandler, data: bytes) -> None:
        handler.wfile.write(data)
        self.sent += len(data)


@dataclasses.dataclass(frozen=True)
class Relay:
    """Hands the request on to the server at `url`, and that one's answer back; `change` may spoil it."""

    url: str
    request: Request
    change: t.Callable[[Reply], Answer] = lambda reply: reply

    def play(self, handler: http.server.BaseHTTPRequestHandler, stopped: threading.Event) -> None:
        there = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        with contextlib.closing(there):
            headers = {name: value for name, value in self.request.headers.items() if name not in ("host", "connection")}
            there.request(self.request.method, self.request.target, self.request.body or None, headers)
            answer = there.getresponse()
            body = answer.read()
        kept = {name: value for name, value in answer.getheaders() if name.lower() in ("location", "content-type", "retry-after")}
        self.change(Reply(answer.status, body, kept)).play(handler, stopped)


class ScriptedServer:
    """Serves the answers of `script` in turn; the last one stands for all further requests if `repeat_last`.

    `requests` lists what came. A request beyond the script is answered with 418 and makes leaving the context fail. In place of a script,
    `choose` may give the answer to each request.
    """

    def __init__(
        self, *script: Answer, repeat_last: bool = False, tls: ssl.SSLContext | None = None, keep_bodies: bool = True,
        choose: t.Callable[[Request], Answer] | None = None,
    ) -> None:
        self.requests: list[Request] = []
        self._choose = choose
        self._script = list(script)
        self._repeat_last = repeat_last
        self.tls = tls
        self._keep_bodies = keep_bodies
        self._beyond = 0
        self._lock = threading.Lock()
        self._stopped = threading.Event()

    def __enter__(self) -> ScriptedServer:
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self._stopped.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        if kind is None:
            assert not self._beyond, f"{self._beyond} requests more than the script has: {self.methods}"

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"{'http' if self.tls is None else 'https'}://127.0.0.1:{self.port}"

    @property
    def methods(self) -> list[str]:
        return [request.method for request in self.requests]

    def answer(self, request: Request) -> Answer:
        with self._lock:
            self.requests.append(request)
            if self._choose is not None:
                return self._choose(request)
            if len(self._script) > (1 if self._repeat_last else 0):
                return self._script.pop(0)
            if self._repeat_last:
                return self._script[0]
            self._beyond += 1
            return Reply(418)

    def play(self, handler: http.server.BaseHTTPRequestHandler) -> None:
        headers = {name.lower(): value for name, value in handler.headers.items()}
        body = self._body(handler, headers)
        answer = self.answer(Request(handler.command, handler.path, headers, body))
        handler.close_connection = True
        answer.play(handler, self._stopped)

    def _body(self, handler: http.server.BaseHTTPRequestHandler, headers: dict[str, str]) -> bytes:
        left = int(headers.get("content-length", "0"))
        body = bytearray()
        while left > 0:
            piece = handler.rfile.read(min(left, 1 << 16))
            if not piece:
                break
            left -= len(piece)
            if self._keep_bodies:
                body += piece
        return bytes(body)


class _Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = False
    block_on_close = True

    def __init__(self, scripted: ScriptedServer) -> None:
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                if scripted.tls is not None:
                    # On failure the plain connection is closed, and the client reports why.
                    with contextlib.closing(self.request):
                        self.request = scripted.tls.wrap_socket(self.request.dup(), server_side=True, do_handshake_on_connect=False)
                super().setup()

            def handle(self) -> None:
                # The other end may hang up at any time; that is what some tests are about.
                with contextlib.suppress(OSError):
                    super().handle()

            def finish(self) -> None:
                with contextlib.suppress(OSError):
                    super().finish()
                if scripted.tls is not None:
                    self.request.close()

            def __getattr__(self, name: str) -> t.Any:
                if name.startswith("do_"):
                    return lambda: scripted.play(self)
                raise AttributeError(name)

            def log_message(self, format: str, *args: t.Any) -> None:  # noqa: A002
                """Nothing: the requests are listed."""

        super().__init__(("127.0.0.1", 0), Handler)

    def handle_error(self, request: t.Any, client_address: t.Any) -> None:
        """A broken TLS handshake is the client's to report."""

    def get_request(self) -> tuple[t.Any, t.Any]:
        connection, address = super().get_request()
        connection.settimeout(30)
        # What was taken from the server was taken by the client, but for some kilobytes.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 64 * 1024)
        return connection, address
