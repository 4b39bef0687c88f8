# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that takes uploads and throws them away: `python -m bench.sink [--digest]`.

It answers as much of the API as an upload needs. `GET /seen` tells of the last upload: bytes of the file, the seconds in which they came, and with
`--digest` their SHA-256.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import time
import typing as t
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PIECE = 1024 * 1024
IMPORTS = "/api/users/imports"


class Handler(BaseHTTPRequestHandler):
    """Counts what comes."""

    protocol_version = "HTTP/1.1"
    seen: t.ClassVar[dict[str, object]] = {}
    record: t.ClassVar[dict[str, object]] = {}
    count = 0
    digest = False

    def do_POST(self) -> None:
        """Read a form of one file."""
        begun = time.perf_counter()
        left = int(self.headers["Content-Length"])
        # The end of the form is as long as its first line and some more: boundary, two dashes and two line ends.
        first = self.rfile.readline()
        head = [first]
        while head[-1] != b"\r\n":
            head.append(self.rfile.readline())
        end = len(first) + 4
        left -= sum(map(len, head))
        size = left - end
        digest = hashlib.sha256() if self.digest else None
        buffer = memoryview(bytearray(PIECE))
        while size:
            count = self.rfile.readinto1(buffer[:min(PIECE, size)])
            if not count:
                self.close_connection = True
                return
            if digest:
                digest.update(buffer[:count])
            size -= count
        self.rfile.read(end)
        Handler.count += 1
        name = re.search(rb'filename="([^"]*)"', b"".join(head))
        Handler.record = {
            "id": f"import-{self.count}", "fileName": name[1].decode() if name else "", "state": "DRAFT", "createdAt": "2026-01-01T00:00:00Z",
            "fileSize": left - end,
        }
        Handler.seen = {"bytes": left - end, "seconds": time.perf_counter() - begun, "sha256": digest.hexdigest() if digest else None}
        self._answer(201, b"", {"Location": f"{IMPORTS}/import-{self.count}"})

    def do_GET(self) -> None:
        """Tell of the last upload. The list is empty before the first one and after `GET /seen`."""
        if self.path == "/seen":
            found: object = self.seen
            Handler.record = {}
        elif self.path.partition("?")[0] == IMPORTS:
            found = {"entries": [self.record] if self.record else []}
        else:
            found = self.record
        self._answer(200, json.dumps(found).encode(), {"Content-Type": "application/json"})

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


def main() -> None:
    """Serve until the process is ended."""
    Handler.digest = "--digest" in sys.argv[1:]
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(json.dumps({"url": f"http://127.0.0.1:{server.server_port}"}), flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
