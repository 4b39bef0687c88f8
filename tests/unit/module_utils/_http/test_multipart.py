# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The upload's body, read back by a multipart parser that is not ours."""

from __future__ import annotations

import contextlib
import io
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.formparser import parse_form_data

from ansible_collections.community.staffbase.plugins.module_utils._http.multipart import FilePart


def part_of(name: str, data: bytes, size: int = 7) -> FilePart:
    return FilePart(name, len(data), lambda: (data[at: at + size] for at in range(0, len(data), size)))


def parsed(part: FilePart) -> tuple[str, str, str, bytes]:
    """Return the part's field name, file name, type and content as a server sees them."""
    body = b"".join(part)
    environ: dict[str, t.Any] = {
        "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(part)), "CONTENT_TYPE": part.content_type, "REQUEST_METHOD": "POST",
    }
    _stream, form, files = parse_form_data(environ, silent=False)
    assert not form
    (field, stored), = files.items(multi=True)
    with contextlib.closing(stored):
        return field, str(stored.filename), stored.mimetype, stored.read()


@given(st.binary(max_size=500))
def test_the_bytes_arrive_as_they_are(data: bytes) -> None:
    assert parsed(part_of("people.0123456789abcdef.csv", data)) == ("file", "people.0123456789abcdef.csv", "text/csv", data)


@pytest.mark.parametrize("data", [
    b"", b"\r\n", b"--", b"\r\n--", b"a;b\r\n--x--\r\n", b"\xef\xbb\xbfa;b\n", "Müller;€\n".encode("windows-1252"), b"\0" * 9,
])
def test_nothing_in_a_file_is_taken_for_its_end(data: bytes) -> None:
    assert parsed(part_of("people.csv", data))[3] == data


@pytest.mark.parametrize("name", ["people.csv", "Köln people.csv", "人事.csv", 'the "new" list.csv', "a;b=c.csv", "a'b.csv", "100%.csv"])
def test_the_file_name_arrives_as_it_is(name: str) -> None:
    assert parsed(part_of(name, b"a;b\n"))[1] == name


def test_a_line_end_in_a_name_makes_no_header() -> None:
    head = next(iter(part_of('x"\r\nX-Evil: 1\r\n\r\n.csv', b"a")))
    assert b"X-Evil" not in b"".join(line for line in head.split(b"\r\n") if not line.startswith(b"Content-Disposition"))


@given(st.text(alphabet=st.characters(categories=["L", "N", "Zs"]), max_size=20), st.binary(max_size=300), st.integers(1, 50))
def test_the_length_is_right_and_every_attempt_sends_the_same(name: str, data: bytes, size: int) -> None:
    part = part_of(name, data, size)
    body = b"".join(part)
    assert len(part) == len(body)
    assert b"".join(part) == body


def test_two_uploads_have_two_boundaries() -> None:
    assert part_of("a", b"").content_type != part_of("a", b"").content_type
