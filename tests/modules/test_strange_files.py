# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every path that a module takes meets a link, a FIFO, a device, a folder, an empty file: never waited for, never written through."""

from __future__ import annotations

import os
import signal
import typing as t
from pathlib import Path

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._files import private_file, source
from support.admin import Admin
from support.api_calls import POST
from support.module_runner import Result, run_module
from support.small_tenant import CSV

EXPORT = b"id;name\n1;Anna\n2;Bert\n"

#: Module -> the options that it is run with; `{}` is the folder.
MODULES: dict[str, dict[str, t.Any]] = {
    "staffbase_csv_info": {"src": "{}/people.csv"},
    "staffbase_csv_delta": {"previous": "{}/last.csv", "current": "{}/people.csv", "dest": "{}/delta.csv", "identifier": "id"},
    "staffbase_csv_baseline": {
        "baseline": "{}/base.csv", "state": "begun", "src": "{}/people.csv", "errors_dest": "{}/refused.csv", "source": "berlin"},
}
READ = [("staffbase_csv_info", "src"), ("staffbase_csv_delta", "previous"), ("staffbase_csv_delta", "current"), ("staffbase_csv_baseline", "src")]
WRITTEN = [("staffbase_csv_delta", "dest"), ("staffbase_csv_baseline", "baseline"), ("staffbase_csv_baseline", "errors_dest")]


@pytest.fixture(autouse=True)
def _never_wait() -> t.Iterator[None]:
    """End a test that hangs at a FIFO."""

    def hanging(*_signal: t.Any) -> None:
        raise AssertionError("it hangs")

    before = signal.signal(signal.SIGALRM, hanging)
    signal.alarm(30)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("people.csv", "last.csv"):
        (tmp_path / name).write_bytes(EXPORT)
    return tmp_path


def run(folder: Path, module: str, **options: str) -> Result:
    given = {name: value.format(folder) if isinstance(value, str) else value for name, value in MODULES[module].items()}
    return run_module(module, {**given, **options})


def strange(folder: Path, kind: str) -> Path:
    """Return the path of something that is no regular file."""
    path = folder / "strange"
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "device":
        return Path("/dev/null")
    elif kind == "endless device":
        return Path("/dev/zero")
    elif kind == "link":
        (folder / "target").write_bytes(b"precious")
        path.symlink_to(folder / "target")
    elif kind == "link to a fifo":
        os.mkfifo(folder / "target")
        path.symlink_to(folder / "target")
    else:
        path.symlink_to(folder / "nowhere")
    return path


def seen(folder: Path) -> dict[str, t.Any]:
    """Return what lies there, by name: kind, mode, content."""
    return {path.name: (path.lstat().st_mode, path.read_bytes() if path.is_file() else b"") for path in folder.iterdir()}


@pytest.mark.parametrize("kind", ["fifo", "folder", "device", "endless device", "link to a fifo", "link to nowhere"])
@pytest.mark.parametrize(("module", "option"), READ)
def test_what_is_read_must_be_a_file(folder: Path, module: str, option: str, kind: str) -> None:
    path = strange(folder, kind)
    before = seen(folder)
    result = run(folder, module, **{option: str(path)})
    assert result.failed
    assert str(path) in result["msg"]
    reason = {"folder": "is a directory", "link to nowhere": "No such file or directory"}.get(kind, "is not a regular file")
    assert reason in result["msg"]
    assert {name: what for name, what in seen(folder).items() if name != "base.csv.source"} == before


@pytest.mark.parametrize("kind", ["fifo", "folder", "device", "link", "link to a fifo", "link to nowhere"])
@pytest.mark.parametrize(("module", "option"), WRITTEN)
def test_what_is_written_is_a_file_or_nothing(folder: Path, module: str, option: str, kind: str) -> None:
    path = strange(folder, kind)
    before = seen(folder)
    result = run(folder, module, **{option: str(path)})
    assert result.failed
    reason = {"folder": "is a directory", "fifo": "is not a regular file", "device": "is not a regular file"}.get(kind, "is a symbolic link")
    assert f"{option}: {path} {reason}" in result["msg"]
    assert seen(folder) == before
    assert Path("/dev/null").is_char_device()
    assert not Path("/dev/null.source").exists()


@pytest.mark.parametrize("kind", ["fifo", "folder", "device", "link", "link to nowhere"])
def test_refused_rows_are_written_to_a_file_or_nothing(admin: Admin, folder: Path, kind: str) -> None:
    path = strange(folder, kind)
    before = seen(folder)
    result = admin.state(admin.prepared(), "imported", errors_dest=str(path))
    assert result.failed
    assert f"errors_dest: {path} is " in result["msg"]
    assert admin.calls() == []
    assert admin.nobody_changed()
    assert seen(folder) == before


def test_without_the_look_at_it_a_link_would_be_replaced(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private_file, "refuse_other_than_a_file", lambda path, option: None)
    path = strange(folder, "link")
    assert not run(folder, "staffbase_csv_delta", dest=str(path)).failed
    assert not path.is_symlink()


@pytest.mark.parametrize("name", ["base.csv.next", "base.csv.delta.csv"])
def test_a_link_that_somebody_put_beside_the_baseline_is_not_written_through(folder: Path, name: str) -> None:
    (folder / "target").write_bytes(b"precious")
    (folder / name).symlink_to(folder / "target")
    result = run(folder, "staffbase_csv_baseline")
    assert not result.failed, result["msg"]
    assert (folder / "target").read_bytes() == b"precious"
    assert (folder / name).read_bytes() == EXPORT
    assert not (folder / name).is_symlink()


@pytest.mark.parametrize("kind", ["fifo", "folder", "link to nowhere", "link"])
def test_a_mark_of_the_owner_that_is_none_is_refused(folder: Path, kind: str) -> None:
    strange(folder, kind).rename(folder / "base.csv.source")
    before = seen(folder)
    result = run(folder, "staffbase_csv_baseline")
    assert result.failed
    assert "base.csv.source" in result["msg"]
    assert seen(folder) == before


def test_an_empty_export_is_refused(admin: Admin, folder: Path) -> None:
    empty = folder / "empty.csv"
    empty.touch()
    assert "the file is empty" in run(folder, "staffbase_csv_info", src=str(empty))["msg"]
    assert run(folder, "staffbase_csv_delta", current=str(empty)).failed
    assert "it is empty (0 bytes)" in admin.run("upload", src=str(empty))["msg"]
    assert admin.calls() == []


def test_an_export_that_is_a_link_is_followed_once(admin: Admin, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The link is moved to another file after the digest was taken: what was opened is what is sent."""
    link, other = folder / "latest.csv", folder / "other.csv"
    (folder / "export.csv").write_bytes(CSV)
    other.write_bytes(EXPORT)
    link.symlink_to(folder / "export.csv")
    real = source.Source.__init__

    def take(self: source.Source, stream: t.BinaryIO, name: str) -> None:
        real(self, stream, name)
        link.unlink()
        link.symlink_to(other)

    monkeypatch.setattr(source.Source, "__init__", take)
    result = admin.run("upload", src=str(link))
    assert admin.sim.uploaded_bytes(result["import_id"]) == CSV
    assert result["import"]["file_name"].startswith("latest.")


def rewrite(path: Path) -> None:
    with path.open("r+b") as stream:
        stream.seek(-20, os.SEEK_END)
        stream.write(b"X")


CHANGES: dict[str, t.Callable[[Path], t.Any]] = {
    "rewritten in place": rewrite,
    "grown": lambda path: path.write_bytes(path.read_bytes() + CSV),
    "truncated": lambda path: os.truncate(path, len(CSV) // 2),
    "emptied": lambda path: os.truncate(path, 0),
}


def changed_on_the_way(admin: Admin, folder: Path, monkeypatch: pytest.MonkeyPatch, change: t.Callable[[Path], t.Any]) -> Result:
    """Upload a file that is changed when its first piece has been sent."""
    path = folder / "export.csv"
    path.write_bytes(CSV)
    monkeypatch.setattr(source, "PIECE", 64)
    real = source.Source.pieces

    def pieces(self: source.Source) -> t.Iterator[bytes]:
        for number, piece in enumerate(real(self)):
            yield piece
            if number == 0:
                change(path)

    monkeypatch.setattr(source.Source, "pieces", pieces)
    return admin.run("upload", src=str(path))


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_file_that_changes_while_it_is_sent_never_arrives(
    admin: Admin, folder: Path, monkeypatch: pytest.MonkeyPatch, change: t.Callable[[Path], t.Any],
) -> None:
    result = changed_on_the_way(admin, folder, monkeypatch, change)
    assert result.failed
    assert "changed or could not be read while it was being uploaded" in result["msg"]
    assert admin.sim.imports() == []
    assert admin.calls().count(POST) <= 1


def test_without_the_digest_on_the_way_it_would_arrive(admin: Admin, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class NoDigest:
        def update(self, piece: bytes) -> None:
            pass

        def hexdigest(self) -> str:
            return "0" * 64

    monkeypatch.setattr(source.hashlib, "sha256", NoDigest)
    result = changed_on_the_way(admin, folder, monkeypatch, rewrite)
    assert admin.sim.uploaded_bytes(result["import_id"]) != CSV
