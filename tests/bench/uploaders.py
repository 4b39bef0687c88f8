# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One upload in a process of its own: `python -m bench.uploaders NAME PATH URL`. Prints its peak of memory (MiB)."""

from __future__ import annotations

import functools
import hashlib
import re
import sys
import time
import typing as t
from pathlib import Path

import requests

PIECE = 1024 * 1024


def collection(path: str, url: str, *, is_digested: bool = True) -> None:
    """What staffbase_import_upload does: digest, list, upload with the digest taken again on the way, list, record.

    Without `is_digested` the upload takes no digest: for the profile only, since a file that changes meanwhile would arrive.
    """
    from ansible_collections.community.staffbase.plugins.module_utils._files.source import open_source
    from ansible_collections.community.staffbase.plugins.module_utils._http.client import Client
    from ansible_collections.community.staffbase.plugins.module_utils._http.connection import Connection
    from ansible_collections.community.staffbase.plugins.module_utils._imports.imports import Imports
    from ansible_collections.community.staffbase.plugins.module_utils._steps.upload import Upload

    client = Client(Connection(url, "YmVuY2g6YmVuY2g=", timeout=600))
    with open_source(path, None) as source:
        if not is_digested:
            source.pieces = functools.partial(_pieces, path)  # type: ignore[method-assign]
        Upload(Imports(client), source, "people.csv").run()
    client.close()


def undigested(path: str, url: str) -> None:
    """The same without the digest on the way."""
    collection(path, url, is_digested=False)


def _pieces(path: str) -> t.Iterator[bytes]:
    with open(path, "rb", buffering=0) as file:
        while piece := file.read(PIECE):
            yield piece


def naive(path: str, url: str) -> None:
    """An open file, as the manual of `requests` has it."""
    with open(path, "rb") as file:
        requests.post(f"{url}/api/users/imports", files={"file": ("people.csv", file, "text/csv")}, timeout=600).raise_for_status()


def digest(path: str, _url: str) -> None:
    """The SHA-256 of the file and nothing sent: what an upload that takes it on the way cannot be faster than."""
    begun = time.perf_counter()
    taken = hashlib.sha256()
    for piece in _pieces(path):
        taken.update(piece)
    print(time.perf_counter() - begun)


def idle(_path: str, _url: str) -> None:
    """Nothing, with `requests` loaded."""


UPLOADERS: dict[str, t.Callable[[str, str], None]] = {
    "collection": collection, "undigested": undigested, "naive": naive, "digest": digest, "idle": idle}


def peak() -> float:
    """Return the peak of this process in MiB; what wait4 tells includes that of the process which started it."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    assert found, "the kernel tells no peak"
    return int(found[1]) / 1024


if __name__ == "__main__":
    UPLOADERS[sys.argv[1]](*sys.argv[2:])
    print(peak())
