# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file with persons' data: private at every moment, and whole or not there."""

from __future__ import annotations

import importlib
import os
import stat
import tempfile
import typing as t
from pathlib import Path

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._errors import InputError
from ansible_collections.community.staffbase.plugins.module_utils._files.private_file import PrivateFile
from ansible_collections.community.staffbase.plugins.module_utils._http.errors import CallError, Where
from support.killing import run_and_die

PIECES = [b"line;message\n", b"3;Anna M\xc3\xbcller\n"]


def private_file(path: Path, *, write: bool = True) -> PrivateFile:
    return PrivateFile("errors_dest", str(path), write=write)


def kept(file: PrivateFile, pieces: t.Iterable[bytes] = tuple(PIECES)) -> bytes:
    return b"".join(file.keep(iter(pieces)))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(autouse=True)
def _open_umask() -> t.Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def test_every_piece_is_handed_on_and_stored(tmp_path: Path) -> None:
    file = private_file(tmp_path / "errors.csv")
    assert kept(file) == b"".join(PIECES)
    assert (tmp_path / "errors.csv").read_bytes() == b"".join(PIECES)
    assert file.changed
    assert os.listdir(tmp_path) == ["errors.csv"]


def modes_while_written(path: Path) -> set[int]:
    """Write over `path`; return the modes of the files beside it after each piece."""
    path.write_bytes(b"old")
    path.chmod(0o644)
    seen = set()

    def pieces() -> t.Iterator[bytes]:
        for piece in PIECES:
            yield piece
            seen.update(mode(part) for part in path.parent.iterdir() if part != path)

    kept(private_file(path), pieces())
    return seen


def test_it_is_private_at_every_moment(tmp_path: Path) -> None:
    assert modes_while_written(tmp_path / "errors.csv") == {0o600}
    assert mode(tmp_path / "errors.csv") == 0o600


def test_that_it_was_ever_open_to_others_would_be_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(prefix: str, suffix: str, dir: str) -> tuple[int, str]:  # noqa: A002
        name = os.path.join(dir, f"{prefix}12345678{suffix}")
        return os.open(name, os.O_CREAT | os.O_WRONLY, 0o644), name

    monkeypatch.setattr(tempfile, "mkstemp", careless)
    assert modes_while_written(tmp_path / "errors.csv") == {0o644}


def test_until_it_is_whole_the_old_one_stays(tmp_path: Path) -> None:
    path = tmp_path / "errors.csv"
    path.write_bytes(b"old")
    going = private_file(path).keep(iter(PIECES))
    next(going)
    next(going)
    assert path.read_bytes() == b"old"
    list(going)
    assert path.read_bytes() == b"".join(PIECES)


def test_the_same_content_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "errors.csv"
    kept(private_file(path))
    before = path.stat()
    file = private_file(path)
    kept(file)
    assert not file.changed
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_the_same_content_that_others_can_read_is_written_anew(tmp_path: Path) -> None:
    path = tmp_path / "errors.csv"
    path.write_bytes(b"".join(PIECES))
    path.chmod(0o640)
    file = private_file(path)
    kept(file)
    assert file.changed
    assert mode(path) == 0o600


@pytest.mark.parametrize("old", [b"", b"line;message\n", b"".join(PIECES) + b"4;x\n", b"x" * 34])
def test_other_content_is_replaced(tmp_path: Path, old: bytes) -> None:
    path = tmp_path / "errors.csv"
    path.write_bytes(old)
    path.chmod(0o600)
    file = private_file(path)
    kept(file)
    assert file.changed
    assert path.read_bytes() == b"".join(PIECES)


def test_no_piece_is_an_empty_file(tmp_path: Path) -> None:
    kept(private_file(tmp_path / "errors.csv"), [])
    assert (tmp_path / "errors.csv").read_bytes() == b""


def test_in_check_mode_nothing_is_put_in_place(tmp_path: Path) -> None:
    file = private_file(tmp_path / "errors.csv", write=False)
    assert kept(file) == b"".join(PIECES)
    assert file.changed
    assert os.listdir(tmp_path) == []


def test_an_interruption_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "errors.csv"
    path.write_bytes(b"old")

    def pieces() -> t.Iterator[bytes]:
        yield PIECES[0]
        raise CallError("The answer was cut off", Where("errors"))

    with pytest.raises(CallError):
        kept(private_file(path), pieces())
    going = private_file(path).keep(iter(PIECES))
    next(going)
    going.close()  # type: ignore[attr-defined]
    assert os.listdir(tmp_path) == ["errors.csv"]
    assert path.read_bytes() == b"old"


def test_a_second_attempt_begins_anew(tmp_path: Path) -> None:
    file = private_file(tmp_path / "errors.csv")
    going = file.keep(iter(PIECES))
    next(going)
    going.close()  # type: ignore[attr-defined]
    kept(file)
    assert (tmp_path / "errors.csv").read_bytes() == b"".join(PIECES)


@pytest.mark.parametrize("there", [True, False], ids=["its target is there", "it leads nowhere"])
def test_a_link_is_refused_and_its_target_left_alone(tmp_path: Path, there: bool) -> None:
    target, link = tmp_path / "target", tmp_path / "errors.csv"
    if there:
        target.write_bytes(b"precious")
    link.symlink_to(target)
    with pytest.raises(InputError, match=r"^errors_dest: .*errors.csv is a symbolic link"):
        private_file(link)
    assert link.is_symlink()
    assert [path.name for path in tmp_path.iterdir() if path != link] == (["target"] if there else [])


def test_a_link_that_is_put_there_meanwhile_is_not_followed(tmp_path: Path) -> None:
    file, link = private_file(tmp_path / "errors.csv"), tmp_path / "errors.csv"
    (tmp_path / "target").write_bytes(b"precious")
    link.symlink_to(tmp_path / "target")
    kept(file)
    assert (tmp_path / "target").read_bytes() == b"precious"
    assert not link.is_symlink()
    assert mode(link) == 0o600


def test_a_fifo_that_is_put_there_meanwhile_is_not_waited_for(tmp_path: Path) -> None:
    file = private_file(tmp_path / "errors.csv")
    os.mkfifo(tmp_path / "errors.csv")
    kept(file)
    assert (tmp_path / "errors.csv").read_bytes() == b"".join(PIECES)


def test_a_folder_that_is_put_there_meanwhile_is_named(tmp_path: Path) -> None:
    file = private_file(tmp_path / "errors.csv")
    (tmp_path / "errors.csv").mkdir()
    with pytest.raises(InputError, match=r"errors.csv cannot be written: Is a directory"):
        kept(file)
    assert os.listdir(tmp_path) == ["errors.csv"]


def test_what_cannot_be_written_is_named_before_any_request(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "file").touch()
    for path, text in [
        (tmp_path, "is a directory"), (tmp_path / "none" / "x.csv", "not a directory"), (tmp_path / "file" / "x.csv", "not a directory"),
        (tmp_path / "fifo", "not a regular file"), (Path("/dev/null"), "not a regular file"),
    ]:
        with pytest.raises(InputError, match=rf"^errors_dest: .*{text}"):
            private_file(path)


def test_a_name_that_is_too_long_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^errors_dest: .*cannot be written: File name too long"):
        kept(private_file(tmp_path / ("x" * 255)))


def killed_while_writing(path: Path) -> None:
    """Let another process be killed when a piece is written."""
    run_and_die("""
from ansible_collections.community.staffbase.plugins.module_utils._files.private_file import PrivateFile
going = PrivateFile("errors_dest", sys.argv[1], write=True).keep(iter([b"3;Anna"]))
next(going)
die()
""", path)


def test_what_a_killed_writer_has_left_is_removed_by_the_next_one(tmp_path: Path) -> None:
    path = tmp_path / "errors.csv"
    killed_while_writing(path)
    killed_while_writing(tmp_path / "errors.csv.next")
    assert len(os.listdir(tmp_path)) == 2
    private_file(path, write=False)
    assert len(os.listdir(tmp_path)) == 2, "check mode changes nothing"
    private_file(path)
    assert [name.startswith(".errors.csv.next.") for name in os.listdir(tmp_path)] == [True], "the other file's is not this one's"


def test_without_that_it_would_lie_there_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    killed_while_writing(tmp_path / "errors.csv")
    monkeypatch.setattr(module(), "remove_abandoned", lambda path: None)
    kept(private_file(tmp_path / "errors.csv"))
    assert len(os.listdir(tmp_path)) == 2


def two_at_once(path: Path) -> None:
    """Begin to write while another one is at it, and let the other one end."""
    going = private_file(path).keep(iter(PIECES))
    next(going)
    private_file(path)
    list(going)


def test_what_somebody_is_writing_is_left_alone(tmp_path: Path) -> None:
    two_at_once(tmp_path / "errors.csv")
    assert (tmp_path / "errors.csv").read_bytes() == b"".join(PIECES)


def test_without_the_lock_it_would_be_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module().fcntl, "flock", lambda *_args: None)
    with pytest.raises(InputError, match="No such file"):
        two_at_once(tmp_path / "errors.csv")


def test_nothing_else_is_removed(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"precious")
    for name in (".errors.csv.swp", ".errors.csv.original", ".errors.csv.12345678.parts", ".errors.csv.UPPERCAS.part", "errors.csv.12345678.part"):
        (tmp_path / name).write_bytes(b"mine")
    (tmp_path / ".errors.csv.abcdefgh.part").symlink_to(tmp_path / "target")
    (tmp_path / ".errors.csv.abcdefgi.part").mkdir()
    os.mkfifo(tmp_path / ".errors.csv.abcdefgj.part")
    before = sorted(os.listdir(tmp_path))
    private_file(tmp_path / "errors.csv")
    assert sorted(os.listdir(tmp_path)) == before


def test_where_files_cannot_be_locked_it_is_written_all_the_same_and_nothing_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    killed_while_writing(tmp_path / "errors.csv")

    def refuse(*_args: object) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(module().fcntl, "flock", refuse)
    two_at_once(tmp_path / "errors.csv")
    assert (tmp_path / "errors.csv").read_bytes() == b"".join(PIECES)
    assert len(os.listdir(tmp_path)) == 2


def test_a_part_that_was_removed_before_it_was_locked_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = tempfile.mkstemp
    times = iter([True, False, False])

    def raced(**place: str) -> tuple[int, str]:
        descriptor, name = real(**place)
        if next(times):
            os.unlink(name)
        return descriptor, name

    monkeypatch.setattr(tempfile, "mkstemp", raced)
    kept(private_file(tmp_path / "errors.csv"))
    assert os.listdir(tmp_path) == ["errors.csv"]


def test_the_file_and_its_place_last_before_it_is_called_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    for name in ("fsync", "replace"):
        real = getattr(os, name)

        def noted(first: t.Any, *rest: t.Any, name: str = name, real: t.Any = real) -> None:
            is_folder = isinstance(first, int) and stat.S_ISDIR(os.fstat(first).st_mode)
            steps.append(f"{name} folder" if is_folder else name)
            real(first, *rest)

        monkeypatch.setattr(os, name, noted)
    kept(private_file(tmp_path / "errors.csv"))
    assert steps == ["fsync", "replace", "fsync folder"]


def module() -> t.Any:
    return importlib.import_module(PrivateFile.__module__)
