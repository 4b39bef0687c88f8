# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An upload needs no more memory for a large file than for a small one: counted in bytes held by a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._http import client
from support.dialogue import TOKEN
from support.scripted_server import Reply, ScriptedServer

MIB = 1024 * 1024
SIZE = 64 * MIB

#: Uploads a small file, so that everything is loaded, then the large one; prints by how much its memory's peak grew (KiB).
PROGRAM = """
import re, sys
from ansible_collections.community.staffbase.plugins.module_utils._http.client import Client
from ansible_collections.community.staffbase.plugins.module_utils._http.connection import Connection
from ansible_collections.community.staffbase.plugins.module_utils._imports.imports import Imports
from ansible_collections.community.staffbase.plugins.module_utils._files.source import open_source

url, token, small, large, naive = sys.argv[1:]

def peak():
    with open("/proc/self/status") as status:
        return int(re.search(r"VmHWM:\\s*(\\d+)", status.read())[1])

def upload(path):
    with open_source(path, None) as source:
        pieces = source.pieces
        if naive == "naive" and path == large:
            pieces = lambda: iter([b"".join(source.pieces())])
        assert imports.upload("people.csv", source.size, pieces, lambda: None) == "69"

client = Client(Connection(url, token))
imports = Imports(client)
upload(small)
before = peak()
upload(large)
print(peak() - before)
client.close()
"""


def growth(folder: Path, how: str) -> int:
    """Return by how many bytes the peak grew."""
    small, large = folder / "small.csv", folder / "large.csv"
    small.write_bytes(b"id\n1\n")
    with large.open("wb") as stream:
        stream.truncate(SIZE)
    root = Path(client.__file__).parents[6]
    done = Reply(201, b"", {"Location": "/api/users/imports/69"})
    with ScriptedServer(done, done, keep_bodies=False) as server:
        run = subprocess.run(
            [sys.executable, "-c", PROGRAM, server.url, TOKEN, str(small), str(large), how],
            capture_output=True, text=True, check=False, timeout=120, env={"PYTHONPATH": str(root), "PATH": ""})
        assert run.returncode == 0, run.stderr
    assert int(server.requests[-1].headers["content-length"]) > SIZE
    return int(run.stdout) * 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads a process's memory from /proc")
@pytest.mark.parametrize(("how", "flat"), [("streamed", True), ("naive", False)])
def test_memory_stays_flat(tmp_path: Path, how: str, flat: bool) -> None:
    grown = growth(tmp_path, how)
    # The second case shows that the measure would notice a file that is held as a whole.
    assert (grown < 8 * MIB) is flat, f"{grown / MIB:.1f} MiB"
    assert flat or grown >= SIZE
