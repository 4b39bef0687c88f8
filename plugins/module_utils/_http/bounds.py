# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How much of an answer is read, and for how long: kept where its bytes leave the socket, whatever they pretend to be.

The library above has a time limit for silence only, and reads some things for as long as they come: interim answers (100
Continue), trailers of a chunked body, extensions of chunks. A server that is never silent for long would never be left.
"""

from __future__ import annotations

import http.client
import io
import socket
import time
import typing as t

#: The longest head (bytes): interim answers, status line and headers. The library's own limit is 100 headers of 64 KiB each.
LONGEST_HEAD = 256 * 1024

#: In chunks of one byte, a body needs six times its size on the wire.
WIRE_OVERHEAD = 8


class TooMuch(http.client.HTTPException):
    """More bytes came than are read."""


class TooLong(socket.timeout):
    """It did not end in time, although it was never silent for long."""


class Watched(io.RawIOBase):
    """The stream of a socket, ended at a time and after a number of bytes. `ended` tells which of the two it was, if any."""

    def __init__(self, stream: t.Any, sock: socket.socket) -> None:
        self._stream = stream
        self._sock = sock
        self.ended: type[Exception] | None = None
        self.allow(LONGEST_HEAD, sock.gettimeout())

    def allow(self, count: int, seconds: float | None) -> None:
        """Allow `count` further bytes (less what is read ahead) and `seconds` from now on."""
        self._left = count
        self._end = None if seconds is None else time.monotonic() + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: t.Any) -> int | None:
        count = self._in_time(buffer)
        self._left -= count or 0
        if self._left < 0:
            self.ended = TooMuch
            raise TooMuch
        return count

    def _in_time(self, buffer: t.Any) -> int | None:
        if self._end is None:
            return self._stream.readinto(buffer)
        left = self._end - time.monotonic()
        if left <= 0:
            self.ended = TooLong
            raise TooLong
        silence = self._sock.gettimeout()
        is_last = silence is None or left < silence
        # Also one byte at a time must not outlast the end.
        self._sock.settimeout(left if is_last else silence)
        try:
            return self._stream.readinto(buffer)
        except socket.timeout:
            self.ended = TooLong if is_last else None
            raise
        finally:
            # The connection may be used again.
            self._sock.settimeout(silence)

    def close(self) -> None:
        try:
            self._stream.close()
        finally:
            super().close()


class BoundedResponse(http.client.HTTPResponse):
    """An answer whose head is bounded; the reader of its body says what that may be (`watched`)."""

    def __init__(self, sock: socket.socket, *arguments: t.Any, **options: t.Any) -> None:
        super().__init__(sock, *arguments, **options)
        self.watched = Watched(self.fp.detach(), sock)
        self.fp = io.BufferedReader(self.watched)


def bounded(connection: t.Any) -> t.Any:
    """Return the class of connections `connection` with answers that are bounded."""
    if issubclass(getattr(connection, "response_class", object), BoundedResponse):
        return connection
    return type(connection.__name__, (connection,), {"response_class": BoundedResponse})
