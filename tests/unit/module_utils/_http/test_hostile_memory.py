# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a hostile server makes a client hold in memory and on disk: counted in bytes of a process of its own, with and without the guards."""

from __future__ import annotations

import subprocess
import sys
import typing as t
import zlib
from pathlib import Path

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._http import client as client_module
from support.dialogue import TOKEN
from support.scripted_server import Answer, Raw, Reply, ScriptedServer

MIB = 1024 * 1024

#: What is offered in each way to do harm.
OFFERED = 48 * MIB

#: Asks once for something harmless, so that everything is loaded, then for the harmful; prints by how much its memory's peak grew (KiB).
PROGRAM = """
import re, sys
from ansible_collections.community.staffbase.plugins.module_utils._http import bounds, packing, strict_json, transport
from ansible_collections.community.staffbase.plugins.module_utils._imports import row_errors
from ansible_collections.community.staffbase.plugins.module_utils._http.client import Client
from ansible_collections.community.staffbase.plugins.module_utils._http.connection import Connection
from ansible_collections.community.staffbase.plugins.module_utils._http.errors import CallError
from ansible_collections.community.staffbase.plugins.module_utils._imports.imports import Imports
from ansible_collections.community.staffbase.plugins.module_utils._files.private_file import PrivateFile

url, token, what, folder, without_guard = sys.argv[1:]
exec(without_guard)

def peak():
    with open("/proc/self/status") as status:
        return int(re.search(r"VmHWM:\\s*(\\d+)", status.read())[1])

client = Client(Connection(url, token, timeout=60.0, retries=0))
imports = Imports(client)
client.get_json("/harmless", "status")
before = peak()
try:
    if what == "errors":
        imports.get_row_errors("69", PrivateFile("errors_dest", folder + "/errors.csv", write=True).keep)
    else:
        client.get_json("/x", "status")
except CallError as error:
    print(error, file=sys.stderr)
print(peak() - before)
client.close()
"""


def bomb() -> bytes:
    press = zlib.compressobj(9, wbits=31)
    return b"".join([*(press.compress(b" " * MIB) for _mib in range(OFFERED // MIB)), press.flush()])


def pour(head: bytes, piece: bytes, begun: bytes = b"") -> Raw:
    return Raw(head + b"\r\nConnection: close\r\n\r\n" + begun, piece, OFFERED // len(piece))


class Harm(t.NamedTuple):
    """What is asked for, what comes, the most that the memory may grow, and what takes the guard out."""

    what: str
    answer: t.Callable[[], Answer]
    most: int
    without_guard: str


UNBOUNDED = "transport.LONGEST_ANSWER = 1 << 60"

HARM = {
    "a bomb": Harm("json", lambda: Reply(200, bomb(), {"Content-Encoding": "gzip"}), 24 * MIB, UNBOUNDED),
    "a bomb at once": Harm("errors", lambda: Reply(200, bomb(), {"Content-Encoding": "gzip"}), 24 * MIB, "packing.PIECE = 1 << 40"),
    "a body": Harm("json", lambda: pour(b"HTTP/1.1 200 X", b" " * 65536), 24 * MIB, UNBOUNDED),
    "the body of a redirect": Harm(
        "json", lambda: pour(b"HTTP/1.1 302 X\r\nLocation: /y", b" " * 65536), 24 * MIB,
        "del transport._no_target; import requests; transport._no_target = requests.Session().get_redirect_target; bounds.LONGEST_HEAD = 1 << 60"),
    "a quoted row": Harm(
        "errors", lambda: pour(b"HTTP/1.1 200 X", (b'";"' + b"is " * 300 + b"\n") * 100, b'3;"is\n'), 24 * MIB, "row_errors.LONGEST_ROW = 1 << 60"),
    "a line": Harm("errors", lambda: pour(b"HTTP/1.1 200 X", b"x" * 65536), 24 * MIB, "row_errors.LONGEST_CELL = 1 << 60"),
}


def growth(harm: Harm, folder: Path, without_guard: str) -> int:
    """Return by how many bytes the peak grew."""
    root = Path(client_module.__file__).parents[6]
    with ScriptedServer(Reply(200, b"{}"), harm.answer()) as server:
        run = subprocess.run(
            [sys.executable, "-c", PROGRAM, server.url, TOKEN, harm.what, str(folder), without_guard],
            capture_output=True, text=True, check=False, timeout=300, env={"PYTHONPATH": str(root), "PATH": ""})
    assert run.returncode == 0, run.stderr
    return int(run.stdout) * 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads a process's memory from /proc")
@pytest.mark.parametrize("guarded", [True, False])
@pytest.mark.parametrize("name", HARM)
def test_memory_stays_bounded_whatever_comes(tmp_path: Path, name: str, guarded: bool) -> None:
    harm = HARM[name]
    grown = growth(harm, tmp_path, "" if guarded else harm.without_guard)
    assert (grown < harm.most) is guarded, f"{grown / MIB:.1f} MiB"
