# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unpacking in pieces: the same bytes however they are cut, and never more at once than a piece."""

from __future__ import annotations

import contextlib
import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.community.staffbase.plugins.module_utils._http.packing import PIECE, CutOff, Unreadable, unpacked

DATA = b"line;message\n" * 50_000


def cut(body: bytes, size: int) -> list[bytes]:
    return [body[start:start + size] for start in range(0, len(body), size)]


def unpack(pieces: list[bytes], encoding: str | None = "gzip") -> bytes:
    made = list(unpacked(iter(pieces), encoding))
    assert all(0 < len(piece) <= PIECE for piece in made)
    return b"".join(made)


@pytest.mark.parametrize("size", [1, 7, 100, 10**6])
@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_the_same_bytes_come_out_however_they_are_cut(pack: object, size: int) -> None:
    assert unpack(cut(pack(DATA), size)) == DATA  # type: ignore[operator]


@pytest.mark.parametrize("length", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_the_last_byte_comes_out_at_each_length(length: int) -> None:
    assert unpack(cut(gzip.compress(b"x" * length), 1000)) == b"x" * length


@pytest.mark.parametrize("encoding", [None, "", "identity", " Identity "])
def test_what_is_not_packed_goes_through(encoding: str | None) -> None:
    assert list(unpacked(iter([b"a", b"bc"]), encoding)) == [b"a", b"bc"]


def test_nothing_is_nothing() -> None:
    assert unpack([]) == b""


@pytest.mark.parametrize("end", [1, 5, 12, -9, -1])
def test_what_ends_in_the_middle_is_cut_off(end: int) -> None:
    with pytest.raises(CutOff):
        unpack([gzip.compress(DATA)[:end]])


@pytest.mark.parametrize("body", [
    b"{}", gzip.compress(b"{}") + b"x", gzip.compress(b"") * 2, b"\x1f\x8b\x08\xff" + b"\xff" * 50,
], ids=["plain", "more behind", "two parts", "broken"])
@pytest.mark.parametrize("size", [1, 1000])
def test_what_is_something_else_is_unreadable(body: bytes, size: int) -> None:
    with pytest.raises((Unreadable, CutOff)):
        unpack(cut(body, size))


@given(st.binary(max_size=300), st.integers(1, 50))
def test_any_bytes_are_unpacked_or_refused(body: bytes, size: int) -> None:
    with contextlib.suppress(Unreadable, CutOff):
        unpack(cut(body, size))
