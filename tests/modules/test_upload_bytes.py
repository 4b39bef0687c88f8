# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bytes that arrive are the bytes on disk, or nothing arrives."""

from __future__ import annotations

import hashlib
import io
import typing as t
from pathlib import Path

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._files import source
from support.admin import Admin
from support.api_calls import LIST, POST
from support.small_tenant import CSV

CONTENTS = {
    "crlf": CSV,
    "no_line_end": CSV.rstrip(),
    "windows_1252": "id;Name\r\n1;J\u00f6rg\r\n".encode("cp1252"),
    "bom": b"\xef\xbb\xbfid;name\n1;a\n",
    "like_a_boundary": b"id;name\r\n--boundary--\r\n\r\n--\r\nContent-Disposition: form-data\r\n",
    "header_only": b"id;name\n",
}


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_bytes_are_not_changed(admin: Admin, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(content)
    result = admin.run("upload", src=str(file))
    assert admin.calls() == [LIST, POST, LIST]
    assert admin.sim.uploaded_bytes(result["import_id"]) == content
    assert result["sha256"] == hashlib.sha256(content).hexdigest()
    assert result["import"]["file_name"] == f"people.{result['sha256'][:16]}.csv"
    assert result["import"]["file_size"] == len(content)


def test_a_large_file_arrives_whole_and_in_one_part(admin: Admin, tmp_path: Path) -> None:
    content = CSV + b"".join(b"B%d;b%d@company.example;Vor;Nach;Activated\r\n" % (number, number) for number in range(90_000))
    assert len(content) > 2 * source.PIECE
    file = tmp_path / "people.csv"
    file.write_bytes(content)
    result = admin.run("upload", src=str(file))
    assert admin.sim.uploaded_bytes(result["import_id"]) == content
    (post,) = [request for request in admin.sim.requests if request.method == "POST"]
    assert post.content_type.startswith("multipart/form-data; boundary=")
    assert len(content) < int(post.headers["content-length"]) < len(content) + 500
    assert "transfer-encoding" not in post.headers


def test_text_is_sent_as_utf_8(admin: Admin) -> None:
    text = "id;Name\n1;J\u00f6rg \u0141\n"
    assert admin.sim.uploaded_bytes(admin.upload(text)["import_id"]) == text.encode()


def test_the_name_of_the_source_may_be_another_than_the_file(admin: Admin, tmp_path: Path) -> None:
    (tmp_path / "export 17.csv").write_bytes(CSV)
    result = admin.upload(src=str(tmp_path / "export 17.csv"), name="berlin-people.csv")
    assert result["import"]["file_name"].startswith("berlin-people.")


def change_once_hashed(monkeypatch: pytest.MonkeyPatch, file: Path, change: t.Callable[[Path], t.Any]) -> None:
    """Let somebody change `file` after its digest was taken."""
    taken = source.Source.__init__

    def take(self: source.Source, stream: t.BinaryIO, name: str) -> None:
        taken(self, stream, name)
        change(file)

    monkeypatch.setattr(source.Source, "__init__", take)


def append(file: Path) -> None:
    with file.open("ab") as stream:
        stream.write(b"late;row;;;\r\n")


CHANGES = {
    "longer": append,
    "shorter": lambda file: file.write_bytes(CSV[:-20]),
    "same_length": lambda file: file.write_bytes(CSV.replace(b"U1", b"U7")),
    "emptied": lambda file: file.write_bytes(b""),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_file_that_changes_meanwhile_is_refused(
    admin: Admin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: t.Callable[[Path], t.Any],
) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(CSV)
    change_once_hashed(monkeypatch, file, change)
    result = admin.run("upload", src=str(file))
    assert result.failed
    assert "changed" in result["msg"]
    assert result["failure"]["stage"] == "upload"
    assert admin.sim.imports() == []


def test_without_the_second_digest_the_changed_file_would_arrive(admin: Admin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard is what keeps it out: without it, other bytes are stored than the name says."""
    file = tmp_path / "people.csv"
    file.write_bytes(CSV)
    change_once_hashed(monkeypatch, file, CHANGES["same_length"])
    monkeypatch.setattr(source.Source, "pieces", lambda self: iter([file.read_bytes()]))
    result = admin.run("upload", src=str(file))
    assert hashlib.sha256(admin.sim.uploaded_bytes(result["import_id"])).hexdigest() != result["sha256"]


def test_a_replaced_file_does_not_matter(admin: Admin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An export that is put in place by renaming leaves the open file as it was."""
    file = tmp_path / "people.csv"
    file.write_bytes(CSV)
    (tmp_path / "new").write_bytes(b"id\n9\n")
    change_once_hashed(monkeypatch, file, (tmp_path / "new").replace)
    assert admin.sim.uploaded_bytes(admin.run("upload", src=str(file))["import_id"]) == CSV


def test_pieces_start_anew_at_each_attempt() -> None:
    opened = source.Source(io.BytesIO(CSV), "people.csv")
    assert b"".join(opened.pieces()) == b"".join(opened.pieces()) == CSV
