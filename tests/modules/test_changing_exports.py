# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An export that somebody writes to, or replaces, while a module reads it."""

from __future__ import annotations

import contextlib
import hashlib
import io
import typing as t
from pathlib import Path

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._steps import export_check, export_delta
from support.admin import Admin
from support.module_runner import Result, run_module

#: More than is read at once, so that the change comes in between.
ROWS = [b"E-%06d;name%06d@example.com;Activated\n" % (number, number) for number in range(60_000)]
EXPORT = b"id;mail;state\n" + b"".join(ROWS)
#: Of the same length, and another one from its first row to its last.
OTHER = EXPORT.replace(b"@example.com", b"@example.net")
MAPPING = {"externalId": "id", "eMail": "mail", "status": "state"}
STEPS = {"staffbase_csv_info": export_check, "staffbase_csv_delta": export_delta}


class Read(io.FileIO):
    """A file to which something happens before it is read at a place for the `nth` time, counted by reads; what came of the last pass is kept."""

    def __init__(self, path: str, nth: int, happens: t.Callable[[], t.Any]) -> None:
        super().__init__(path)
        self._left = nth
        self._happens = happens
        self.seen = b""

    def read(self, size: int = -1, /) -> bytes:
        self._left -= 1
        if not self._left:
            self._happens()
        if not self.tell():
            self.seen = b""
        piece = super().read(size)
        self.seen += piece
        return piece


def append(path: Path) -> None:
    with path.open("ab") as stream:
        stream.write(b"E-9;late@example.com;Activated\n")


CHANGES: dict[str, t.Callable[[Path], t.Any]] = {
    "rewritten": lambda path: path.write_bytes(OTHER),
    "longer": append,
    "shorter": lambda path: path.write_bytes(EXPORT[:-100_000]),
    "emptied": lambda path: path.write_bytes(b""),
}


@pytest.fixture
def export(tmp_path: Path) -> Path:
    for name in ("people.csv", "last.csv"):
        (tmp_path / name).write_bytes(EXPORT)
    return tmp_path / "people.csv"


def run(export: Path, module: str, **options: t.Any) -> Result:
    if module == "staffbase_csv_info":
        return run_module(module, {"src": str(export), "mapping": MAPPING, **options})
    folder = export.parent
    return run_module(module, {
        "previous": str(folder / "last.csv"), "current": str(export), "dest": str(folder / "delta.csv"), "identifier": "id", **options})


def happening(monkeypatch: pytest.MonkeyPatch, module: str, export: Path, nth: int, happens: t.Callable[[Path], t.Any]) -> list[Read]:
    """Let something happen to the export while the module reads it, and return what it reads it with."""
    real = STEPS[module].open_regular
    made: list[Read] = []

    def opened(path: str, option: str) -> t.BinaryIO:
        if path != str(export):
            return real(path, option)
        made.append(Read(path, nth, lambda: happens(export)))
        return t.cast(t.BinaryIO, made[-1])

    monkeypatch.setattr(STEPS[module], "open_regular", opened)
    return made


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("nth", [2, 3])
@pytest.mark.parametrize("module", STEPS)
def test_an_export_that_is_written_to_meanwhile_is_refused(
    export: Path, monkeypatch: pytest.MonkeyPatch, module: str, nth: int, change: str,
) -> None:
    made = happening(monkeypatch, module, export, nth, CHANGES[change])
    result = run(export, module)
    assert made
    assert result.failed
    assert f"{export} changed while it was read; run again when the export is finished" in result["msg"]
    assert sorted(path.name for path in export.parent.iterdir()) == ["last.csv", "people.csv"]


@pytest.mark.parametrize("module", STEPS)
def test_an_export_that_is_replaced_meanwhile_is_read_as_it_was(export: Path, monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    new = export.with_name("new.csv")
    new.write_bytes(OTHER)
    happening(monkeypatch, module, export, 2, new.replace)
    result = run(export, module)
    assert not result.failed, result["msg"]
    if module == "staffbase_csv_info":
        assert (result["row_count"], result["sha256"]) == (len(ROWS), hashlib.sha256(EXPORT).hexdigest())
    else:
        assert (result["movers"], result["unchanged"]) == (0, len(ROWS))


def test_the_digest_is_that_of_what_was_checked_and_of_nothing_else(admin: Admin, export: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the change does not show, as within one tick of the file system's clock, the digest does not fit the file, so it is not sent."""
    monkeypatch.setattr(export_check, "left_alone", lambda *_args: contextlib.nullcontext())
    made = happening(monkeypatch, "staffbase_csv_info", export, 3, CHANGES["rewritten"])
    result = run(export, "staffbase_csv_info")
    (read,) = made
    assert not result.failed, result["msg"]
    assert read.seen not in (EXPORT, OTHER)
    assert result["sha256"] == hashlib.sha256(read.seen).hexdigest()
    sent = admin.run("upload", src=str(export), sha256=result["sha256"])
    assert "it has changed since it was checked" in sent["msg"]
    assert admin.sim.requests == []
