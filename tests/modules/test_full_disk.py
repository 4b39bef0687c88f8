# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each file that a module writes meets a full disk: named, nothing half written, and done by the next run."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import typing as t
from pathlib import Path

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._errors import InputError
from ansible_collections.community.staffbase.plugins.module_utils._files import baseline_lock as lock_module
from ansible_collections.community.staffbase.plugins.module_utils._files import private_file
from ansible_collections.community.staffbase.plugins.module_utils._files.private_file import PrivateFile
from ansible_collections.community.staffbase.plugins.module_utils._steps import row_errors_report
from support.admin import Admin
from support.api_calls import ERRORS, GET, IMPORT, STATUS
from support.module_runner import Result, run_module
from support.small_disk import PAGE, SmallDisk, small_disk
from support.small_tenant import csv_of, row

FULL = "cannot be written: No space left on device"
ROWS = 300
BEFORE = b"id;name\n" + b"".join(b"%d;Anna Ann Annemarie\n" % number for number in range(ROWS))
AFTER = BEFORE.replace(b"Anna", b"Anne")


@pytest.fixture
def disk(tmp_path: Path) -> t.Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk") as mounted:
        yield mounted


def keep(disk: SmallDisk, state: str, **options: t.Any) -> Result:
    needed = {"begun": {"source": "berlin"}, "finished": {"identifier": "id"}, "dropped": {}}[state]
    return run_module("staffbase_csv_baseline", {"baseline": str(disk.path / "last.csv"), "state": state, **needed, **options})


def refused(result: Result, path: Path) -> None:
    assert result.failed
    assert "Anna" not in result.output
    assert f"{path} {FULL}" in result["msg"]


#: One row is refused.
FAULTY = csv_of([row("U0", "Activated").replace("u0@", "u0 "), row("U1", "Activated", first="Anders")])


def test_the_error_file_of_an_import_that_went_through(admin: Admin, disk: SmallDisk) -> None:
    import_id = admin.prepared(content=FAULTY)
    path = disk.path / "refused.csv"
    disk.fill()

    result = admin.state(import_id, "imported", errors_dest=str(path), max_row_errors=0)

    refused(result, path)
    assert f"Import {import_id} itself is COMPLETED" in result["msg"]
    assert (result["state"], result["failure"]["stage"], result["failure"]["import_id"]) == ("COMPLETED", "errors", import_id)
    assert admin.calls() == [GET, IMPORT, GET, STATUS, ERRORS]
    assert disk.files() == []

    disk.free()
    again = admin.state(import_id, "imported", errors_dest=str(path))
    assert (again["state"], again["row_error_count"]) == ("COMPLETED", 1)
    assert admin.sim.writes() == []
    assert path.read_bytes()
    assert admin.sim.import_(import_id)["applied_count"] == 1


def test_without_its_sentence_the_error_would_not_tell_that_the_import_went_through(
    admin: Admin, disk: SmallDisk, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(row_errors_report, "InputError", ())
    disk.fill()
    result = admin.state(admin.prepared(content=FAULTY), "imported", errors_dest=str(disk.path / "refused.csv"))
    assert result.failed
    assert "COMPLETED" not in result["msg"]


def test_the_delta(disk: SmallDisk, tmp_path: Path) -> None:
    paths = {"previous": tmp_path / "previous.csv", "current": tmp_path / "current.csv", "dest": disk.path / "delta.csv"}
    paths["previous"].write_bytes(BEFORE)
    paths["current"].write_bytes(AFTER)
    paths["dest"].write_bytes(b"of the last run")
    options = {"identifier": "id", **{name: str(path) for name, path in paths.items()}}
    disk.fill(leave=PAGE)

    refused(run_module("staffbase_csv_delta", options), paths["dest"])
    assert disk.files() == ["delta.csv"]
    assert paths["dest"].read_bytes() == b"of the last run"

    disk.free()
    assert run_module("staffbase_csv_delta", options)["movers"] == ROWS
    assert paths["dest"].read_bytes() == AFTER


def test_whose_baseline_it_is(disk: SmallDisk, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_bytes(BEFORE)
    lock_file = disk.path / "last.csv.source"
    disk.fill()
    refused(keep(disk, "begun", src=str(tmp_path / "people.csv")), lock_file)
    assert disk.files() == ["last.csv.source"]
    assert lock_file.read_bytes() == b""
    disk.free()
    assert not keep(disk, "begun", src=str(tmp_path / "people.csv")).failed
    assert lock_file.read_bytes().endswith(b"\nberlin")


@pytest.mark.parametrize("guarded", [True, False])
def test_an_owner_that_is_half_written_locks_nobody_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, guarded: bool) -> None:
    (tmp_path / "people.csv").write_bytes(BEFORE)
    options = {"baseline": str(tmp_path / "last.csv"), "state": "begun", "source": "berlin", "src": str(tmp_path / "people.csv")}
    if not guarded:
        monkeypatch.setattr(lock_module.os, "ftruncate", lambda descriptor, length: None)
    with no_file_above(100):
        assert run_module("staffbase_csv_baseline", options).failed
    result = run_module("staffbase_csv_baseline", options)
    assert ("belongs to another source" in result.get("msg", "")) is not guarded
    assert result.failed is not guarded


@pytest.mark.parametrize(("pages", "name"), [(1, "last.csv.next"), (3, "last.csv.delta.csv")], ids=["the copy of the export", "the first delta"])
def test_the_files_of_a_run(disk: SmallDisk, tmp_path: Path, pages: int, name: str) -> None:
    export = tmp_path / "people.csv"
    export.write_bytes(BEFORE)
    assert PAGE < len(BEFORE) <= 2 * PAGE
    assert not keep(disk, "begun", src=str(export)).failed
    assert keep(disk, "dropped")["changed"]
    assert disk.files() == ["last.csv.source"]
    disk.fill(leave=pages * PAGE)

    refused(keep(disk, "begun", src=str(export)), disk.path / name)
    assert all(each in ("last.csv.source", "last.csv.next") for each in disk.files())

    disk.free()
    assert not keep(disk, "begun", src=str(export))["pending"]
    assert not keep(disk, "finished").failed
    assert disk.files() == ["last.csv", "last.csv.source"]
    assert (disk.path / "last.csv").read_bytes() == BEFORE


def test_the_next_baseline_when_rows_were_refused(disk: SmallDisk, tmp_path: Path) -> None:
    for name, content in (("last.csv", BEFORE), ("last.csv.next", AFTER), ("last.csv.delta.csv", AFTER)):
        (disk.path / name).write_bytes(content)
    errors = tmp_path / "errors.csv"
    errors.write_text("line;message\n2;refused\n", encoding="utf-8")
    disk.fill(leave=PAGE)

    refused(keep(disk, "finished", errors=str(errors)), disk.path / "last.csv")
    assert disk.files() == ["last.csv", "last.csv.delta.csv", "last.csv.next"]
    assert (disk.path / "last.csv").read_bytes() == BEFORE

    disk.free()
    assert keep(disk, "finished", errors=str(errors))["changed"]
    assert disk.files() == ["last.csv"]


@contextlib.contextmanager
def no_file_above(size: int) -> t.Iterator[None]:
    """The same for who may not mount: no file may become larger than `size` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)


def half_written(folder: Path) -> list[str]:
    """Write more than there is room for, and return the names of the files that are there afterwards."""
    file = PrivateFile("dest", str(folder / "delta.csv"), write=True)
    with no_file_above(2 * PAGE), pytest.raises(InputError, match=r"delta.csv cannot be written: File too large"):
        for _piece in file.keep(iter([b"x" * PAGE] * 3)):
            pass
    return [name.partition(".csv")[0] for name in os.listdir(folder)]


def test_a_file_that_becomes_too_large(tmp_path: Path) -> None:
    assert half_written(tmp_path) == []


def test_without_a_file_beside_it_half_of_it_would_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private_file, "_new_part", lambda path: (
        os.open(tmp_path / "delta.csv", os.O_WRONLY | os.O_CREAT), str(tmp_path / "elsewhere")))
    assert half_written(tmp_path) == ["delta"]
