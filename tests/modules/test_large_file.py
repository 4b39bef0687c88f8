# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file of 5 GiB: more than 32 bits can count, and more than a machine should hold."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import http.server
import json
import os
import re
import subprocess
import sys
import threading
import typing as t
from pathlib import Path

import pytest

from support.dialogue import TOKEN

MIB = 1024 * 1024
SIZE = 5 * 1024 * MIB
#: Something else than zeros: at the start, around 2 and 4 GiB, and at the end.
MARKS = {0: b"id;name\n", 2 * 1024 * MIB - 4: b"zwei GiB", 4 * 1024 * MIB - 4: b"vier GiB", SIZE - 4: b"end\n"}

#: Runs the module and prints its result and the peak of its memory (KiB).
PROGRAM = """
import json, re, sys
from support.module_runner import run_module
result = run_module("staffbase_import_upload", json.loads(sys.argv[1]))
with open("/proc/self/status") as status:
    print(json.dumps([result, int(re.search(r"VmHWM:\\s*(\\d+)", status.read())[1])]))
"""


@dataclasses.dataclass
class Received:
    """What the server saw of the upload."""

    name: str = ""
    length: int = 0
    size: int = 0
    sha256: str = ""


@contextlib.contextmanager
def discarding() -> t.Iterator[tuple[str, Received]]:
    """A service that keeps nothing of a file but its digest; gives its address."""
    received = Received()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            record = {"id": "69", "fileName": received.name, "fileSize": received.size, "state": "DRAFT"}
            self._answer(200, record if self.path.endswith("/69") else {"entries": [record] if received.name else []})

        def do_POST(self) -> None:
            received.length = left = int(self.headers["Content-Length"])
            head = b""
            while b"\r\n\r\n" not in head:
                head += self.rfile.read(1)
            boundary = head.partition(b"\r\n")[0]
            left -= len(head)
            received.size = left - len(b"\r\n" + boundary + b"--\r\n")
            digest = hashlib.sha256()
            for start in range(0, received.size, MIB):
                digest.update(self.rfile.read(min(MIB, received.size - start)))
            received.sha256 = digest.hexdigest()
            assert self.rfile.read(left - received.size) == b"\r\n" + boundary + b"--\r\n"
            found = re.search(rb'filename="([^"]+)"', head)
            assert found
            received.name = found[1].decode()
            self._answer(201, {}, Location="/api/users/imports/69")

        def _answer(self, status: int, body: t.Any, **headers: str) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", "Content-Length": str(len(data)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: t.Any) -> None:  # noqa: A002
            """Nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", received
        server.shutdown()
        thread.join()


def upload(path: Path) -> tuple[dict[str, t.Any], int, Received]:
    """Upload with a process of its own; return the result, the peak of its memory in bytes, and what arrived."""
    search = [str(Path(__file__).parents[1]), *os.environ["ANSIBLE_COLLECTIONS_PATH"].split(os.pathsep)]
    with discarding() as (url, received):
        options = {"api_url": url, "api_token": TOKEN, "src": str(path), "retries": 0}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, json.dumps(options)], env={**os.environ, "PYTHONPATH": os.pathsep.join(search)},
            check=True, capture_output=True, text=True, timeout=600)
    result, peak = json.loads(done.stdout)
    return result, peak * 1024, received


@pytest.mark.matrix
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads a process's memory from /proc")
def test_a_file_of_5_gib_arrives_whole_and_in_flat_memory(tmp_path: Path) -> None:
    path, small = tmp_path / "people.csv", tmp_path / "small.csv"
    small.write_bytes(b"id;name\n1;Anna\n")
    with path.open("wb") as file:
        for place, mark in MARKS.items():
            file.seek(place)
            file.write(mark)
    assert path.stat().st_size == SIZE

    _result, usual, _received = upload(small)
    result, peak, received = upload(path)

    assert not result.get("failed"), result
    assert received.size == result["import"]["file_size"] == SIZE
    assert SIZE < received.length < SIZE + 500
    assert received.sha256 == result["sha256"]
    assert received.name == f"people.{received.sha256[:16]}.csv"
    assert peak - usual < 16 * MIB
