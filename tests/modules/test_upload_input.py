# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What cannot be uploaded is refused before any request."""

from __future__ import annotations

import os
import stat
import typing as t
from pathlib import Path

import pytest

from support.admin import Admin
from support.small_tenant import CSV


def refused(admin: Admin, **options: t.Any) -> str:
    """Run the upload, for real and as a rehearsal, and return the message; nothing may have been sent."""
    texts = set()
    for check in (False, True):
        result = admin.run("upload", check=check, **options)
        assert result.failed
        texts.add(result["msg"])
    assert admin.sim.requests == []
    assert admin.sim.imports() == []
    (text,) = texts
    return text


def test_missing_file(admin: Admin, tmp_path: Path) -> None:
    path = tmp_path / "nowhere.csv"
    assert refused(admin, src=str(path)) == f"src: {path} cannot be opened: No such file or directory"


def test_unreadable_file(admin: Admin, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(CSV)
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user (root) may read every file")
    assert refused(admin, src=str(path)) == f"src: {path} cannot be opened: Permission denied"


def test_a_file_that_fails_while_it_is_read(admin: Admin) -> None:
    """The memory of this process is a regular file that opens and then cannot be read at its start."""
    path = Path("/proc/self/mem")
    if not (path.exists() and stat.S_ISREG(path.stat().st_mode)):
        pytest.skip("there is no such file on this system")
    assert refused(admin, src=str(path)) == f"src: {path} cannot be read: Input/output error"


def test_empty_file(admin: Admin, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.touch()
    assert refused(admin, src=str(path)).startswith("src: it is empty (0 bytes)")


def test_empty_content(admin: Admin) -> None:
    assert refused(admin, content="", file_name="people.csv").startswith("content: it is empty (0 bytes)")


def test_directory(admin: Admin, tmp_path: Path) -> None:
    assert refused(admin, src=str(tmp_path)) == f"src: {tmp_path} is a directory"


def test_fifo_without_a_writer(admin: Admin, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    os.mkfifo(path)
    assert refused(admin, src=str(path)) == f"src: {path} is not a regular file"


def test_dangling_link(admin: Admin, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.symlink_to(tmp_path / "gone.csv")
    assert "No such file" in refused(admin, src=str(path))


def test_content_without_a_name(admin: Admin) -> None:
    text = refused(admin, content="id\n1\n")
    assert "content" in text
    assert "file_name" in text


def test_neither_and_both(admin: Admin, tmp_path: Path) -> None:
    assert refused(admin, file_name="a.csv") == "one of the following is required: src, content"
    both = refused(admin, src=str(tmp_path / "a.csv"), content="id\n", file_name="a.csv")
    assert both == "parameters are mutually exclusive: src|content"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("hr/people.csv", "it must be a name, not a path"),
        ("hr\\people.csv", "it must be a name, not a path"),
        ("../people.csv", "it must be a name, not a path"),
        ("people\n.csv", "it must not hold control characters"),
        ("{{ people }}.csv", "it must not hold the beginning of a template ({{, {% or {#)"),
        ("{% people %}.csv", "it must not hold the beginning of a template ({{, {% or {#)"),
        ("people.{# csv #}", "it must not hold the beginning of a template ({{, {% or {#)"),
        ("x" * 201, "it must not be longer than 200 characters"),
        ("", "it must have a stem, such as 'people' in people.csv"),
        ("  ", "it must have a stem, such as 'people' in people.csv"),
        (".csv", "it must have a stem, such as 'people' in people.csv"),
        ("..csv", "it must have a stem, such as 'people' in people.csv"),
    ],
)
def test_names_that_cannot_be_stored(admin: Admin, name: str, reason: str) -> None:
    assert refused(admin, content="id\n1\n", file_name=name) == f"file_name: {reason}"


@pytest.mark.parametrize(
    ("option", "value", "text"),
    [
        ("api_url", "http://intranet.example.com", "http:// would show the token to the network"),
        ("api_url", "intranet.example.com", "it must be a URL like https://intranet.example.com"),
        ("api_url", "https://admin:word@intranet.example.com", "it must not hold a user name or a password"),
        ("api_token", "", "it is empty"),
        ("api_token", "two words", "it holds white space"),
        ("timeout", 0, "it must be more than 0 seconds"),
        ("retries", -1, "it must not be negative"),
        ("ca_path", "/nowhere/ca.pem", "/nowhere/ca.pem does not exist"),
    ],
)
def test_connections_that_cannot_be_right(admin: Admin, option: str, value: t.Any, text: str) -> None:
    message = refused(admin, content="id\n1\n", file_name="a.csv", **{option: value})
    assert message.startswith(f"{option}: ")
    assert text in message
    assert "admin:word" not in message


def test_neither_a_path_nor_a_content_names_the_options(admin: Admin) -> None:
    result = admin.upload(src=None, content=None)
    assert result.failed
    assert "src" in result["msg"]
    assert admin.calls() == []
