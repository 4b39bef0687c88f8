# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file to upload: its bytes are those the digest was taken of, or nothing arrives."""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.community.staffbase.plugins.module_utils._errors import InputError
from ansible_collections.community.staffbase.plugins.module_utils._files import source as source_module
from ansible_collections.community.staffbase.plugins.module_utils._files.source import PIECE, Source, SourceChanged, open_source


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_module, "PIECE", 4)


def opened(path: Path, data: bytes) -> contextlib.AbstractContextManager[Source]:
    path.write_bytes(data)
    return open_source(str(path), None)


@given(st.binary(min_size=1, max_size=100))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_size_digest_and_bytes_are_those_of_the_file(small_pieces: None, tmp_path: Path, data: bytes) -> None:
    with opened(tmp_path / "people.csv", data) as source:
        assert source.size == len(data)
        assert source.sha256 == hashlib.sha256(data).hexdigest()
        assert b"".join(source.pieces()) == data
        assert b"".join(source.pieces()) == data


def test_a_file_of_several_pieces(tmp_path: Path) -> None:
    data = os.urandom(2 * PIECE + 3)
    with opened(tmp_path / "people.csv", data) as source:
        pieces = list(source.pieces())
    assert b"".join(pieces) == data
    assert max(map(len, pieces)) <= PIECE


def test_content_is_sent_as_utf8() -> None:
    with open_source(None, "name\nMüller\n") as source:
        assert b"".join(source.pieces()) == "name\nMüller\n".encode()


DATA = b"id;name\n1;Anna\n2;Bert\n"


@pytest.mark.parametrize("changed", [
    DATA.replace(b"Anna", b"Anne"), DATA.replace(b"Bert", b"Bart"), DATA[:-1], DATA[:4], b"", DATA + b"3;Carl\n", DATA + b"x" * 99, b"x" * len(DATA),
])
def test_a_file_that_changes_after_the_digest_never_arrives_whole(small_pieces: None, tmp_path: Path, changed: bytes) -> None:
    arrived: list[bytes] = []
    with opened(tmp_path / "people.csv", DATA) as source:
        (tmp_path / "people.csv").write_bytes(changed)
        with pytest.raises(SourceChanged, match="changed or could not be read"):
            arrived.extend(source.pieces())
    assert sum(map(len, arrived)) < source.size


def test_a_file_that_grows_while_it_is_read_never_arrives_whole(small_pieces: None, tmp_path: Path) -> None:
    arrived: list[bytes] = []

    def take(piece: bytes) -> bytes:
        with (tmp_path / "people.csv").open("ab") as stream:
            stream.write(b"3;Carl\n")
        return piece

    with opened(tmp_path / "people.csv", DATA) as source, pytest.raises(SourceChanged):
        arrived.extend(map(take, source.pieces()))
    assert sum(map(len, arrived)) < source.size


def test_a_file_that_is_replaced_is_uploaded_as_it_was_opened(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    with opened(path, DATA) as source:
        (tmp_path / "new").write_bytes(b"other")
        os.replace(tmp_path / "new", path)
        assert b"".join(source.pieces()) == DATA


def test_without_the_second_digest_a_changed_file_would_arrive(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with opened(tmp_path / "people.csv", DATA) as source:
        changed = DATA.replace(b"Anna", b"Anne")
        (tmp_path / "people.csv").write_bytes(changed)
        monkeypatch.setattr(source, "sha256", hashlib.sha256(changed).hexdigest())
        assert b"".join(source.pieces()) == changed


def refused(src: str | None, content: str | None = None) -> str:
    with pytest.raises(InputError) as caught, open_source(src, content):
        pass
    return str(caught.value)


def test_what_cannot_be_uploaded_is_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "empty.csv").touch()
    assert refused(str(tmp_path)) == f"src: {tmp_path} is a directory"
    assert refused(str(tmp_path / "fifo")).endswith("is not a regular file")
    assert refused("/dev/zero").endswith("is not a regular file")
    assert "No such file" in refused(str(tmp_path / "none.csv"))
    assert "it is empty" in refused(str(tmp_path / "empty.csv"))
    assert refused(None, "").startswith("content: it is empty")
    assert refused("a\0b").startswith("src: ")
    assert refused("").startswith("src: ")
    assert refused(None, "\ud800").startswith("content: ")


def test_no_descriptor_stays_open(tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    with opened(tmp_path / "people.csv", DATA):
        pass
    refused(str(tmp_path))
    (tmp_path / "empty.csv").touch()
    refused(str(tmp_path / "empty.csv"))
    assert len(os.listdir("/proc/self/fd")) == before
