# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Uploads: bytes, Location, refusals, size."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

import pytest
import requests
from simulator_client import Start, config, csv_file, csv_row

NOT_UTF8 = csv_file(csv_row("a", first="J\u00f6rg")).decode().encode("cp1252")
NEITHER = csv_file(csv_row("a")) + b"\x81\x8d\n"


def test_the_bytes_are_stored_as_they_came(start: Start) -> None:
    client = start()
    content = b'\xef\xbb\xbfid;user\r\n\r\na;b\n\nc;"d\r\n--e"\r' + bytes(range(32, 127))
    assert client.sim.uploaded_bytes(client.upload(content)) == content


@pytest.mark.parametrize(
    ("form", "shape"),
    [
        ("absolute", "{url}/api/users/imports/{id}"),
        ("relative", "/api/users/imports/{id}"),
        ("relative_without_api", "/users/imports/{id}"),
        ("id_only", "{id}"),
        ("trailing_slash", "{url}/api/users/imports/{id}/"),
    ],
)
def test_forms_of_location(start: Start, form: str, shape: str) -> None:
    client = start(location=form)
    answer = client.post(csv_file(csv_row("a")))
    (entry,) = client.sim.imports()
    assert answer.headers["Location"] == shape.format(url=client.sim.url, id=entry["id"])
    assert (answer.status_code, answer.content) == (201, b"")


def test_without_a_file_part(start: Start) -> None:
    client = start()
    assert client.post(b"id\n1\n", part="other").json()["message"] == "Missing form file"
    assert client.call("POST", data=b"id\n1\n").json()["message"] == "Missing form file"
    assert client.call("POST", data={"file": "text"}).json()["message"] == "Missing form file"
    assert client.sim.imports() == []


@pytest.mark.parametrize(
    ("switch", "content", "upload", "write"),
    [
        ("undecodable", NOT_UTF8, 201, 400),
        ("undecodable", NEITHER, 400, None),
        ("strict", NOT_UTF8, 400, None),
        ("config", NEITHER, 201, 400),
        ("replace", NEITHER, 201, 204),
    ],
)
def test_where_bad_utf8_is_noticed(start: Start, switch: str, content: bytes, upload: int, write: int | None) -> None:
    client = start(encoding_check=switch)
    answer = client.post(content)
    assert answer.status_code == upload
    if write is None:
        assert answer.json()["message"] == "invalid UTF8 format"
    else:
        assert client.configure(client.sim.imports()[0]["id"], config()).status_code == write


@pytest.mark.parametrize(("switch", "codes"), [("foreign", [400, 201]), ("required", [400, 400]), ("off", [201, 201])])
def test_foreign_separators(start: Start, switch: str, codes: list[int]) -> None:
    client = start(separator_check=switch)
    assert [client.post(content).status_code for content in (b"id|user\n1|2\n", b"id\n1\n")] == codes


def test_ids_are_opaque(start: Start) -> None:
    client = start()
    assert {len(client.upload(b"id\n1\n")) for _time in range(30)} == {24, 25}


def test_a_large_upload_needs_no_memory(start: Start) -> None:
    client = start(checked=False)
    line = b"a;b;c;" + b"x" * 994 + b"\n"

    def body() -> Iterator[bytes]:
        yield b'--B\r\nContent-Disposition: form-data; name="file"; filename="big.csv"\r\n'
        yield b"Content-Type: text/csv\r\n\r\n"
        for _block in range(40):
            yield line * 1000
        yield b"\r\n--B--\r\n"

    tracemalloc.start()
    answer = client.call("POST", data=body(), headers={"Content-Type": "multipart/form-data; boundary=B"})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert answer.status_code == 201
    assert client.sim.imports()[0]["file_size"] == 40_040_000
    assert peak < 12_000_000


def test_an_early_answer_to_a_large_upload_is_seen(start: Start) -> None:
    client = start()
    root = client.root
    with requests.Session() as session:
        session.trust_env = False
        answer = session.post(root, files={"file": ("a.csv", b"x" * 5_000_000)}, timeout=10)
        assert answer.status_code == 401
        assert session.get(root, timeout=10).status_code == 401
