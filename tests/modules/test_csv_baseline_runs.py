# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several runs want the same baseline: one has it, and the others wait, share it, or are refused before they do harm."""

from __future__ import annotations

import fcntl
import hashlib
import typing as t
from pathlib import Path

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._files.baseline_lock import BaselineLock, locked
from ansible_collections.community.staffbase.plugins.module_utils._http.waiting import Waiter
from support.admin import Admin
from support.api_calls import ERRORS, GET, IMPORT, STATUS
from support.killing import run_and_die
from support.module_runner import Result, run_module
from support.small_tenant import AFTER

FIRST = b"id;name\n1;Anna\n2;Bert\n"
SECOND = b"id;name\n1;Anne\n3;Cleo\n"
TAKEN_OVER = "another run of this source has taken over the baseline; this one has imported nothing"


class Run:
    """One run of a source, with the export that it found."""

    def __init__(self, folder: Path, export: bytes) -> None:
        self.folder, self.baseline = folder, folder / "last.csv"
        self.lock_path = folder / "last.csv.source"
        self.src = folder / f"{hashlib.sha256(export).hexdigest()}.csv"
        self.src.write_bytes(export)
        self.lock: dict[str, str] | None = None

    def keep(self, state: str, **options: t.Any) -> Result:
        digest = {"sha256": hashlib.sha256(self.src.read_bytes()).hexdigest()} if state != "dropped" else {}
        needed = {"begun": {"src": str(self.src), "source": "berlin"}, "finished": {"identifier": "id"}, "dropped": {}}[state]
        given = {"baseline": str(self.baseline), "state": state, "lock": self.lock, "wait_timeout": 0, **digest, **needed, **options}
        return run_module("staffbase_csv_baseline", {name: value for name, value in given.items() if value is not None})

    def begin(self) -> Run:
        result = self.keep("begun")
        assert not result.failed, result["msg"]
        self.lock = result["lock"]
        return self


def test_a_run_of_another_export_takes_the_baseline_over(tmp_path: Path) -> None:
    first, second = Run(tmp_path, FIRST).begin(), Run(tmp_path, SECOND)
    taken = second.keep("begun")
    assert (taken["pending"], taken["same"]) == (True, False)
    second.lock = taken["lock"]
    assert TAKEN_OVER in first.keep("dropped")["msg"]
    assert (tmp_path / "last.csv.next").read_bytes() == FIRST, "nobody has touched it"
    second.keep("dropped")
    second.begin()

    superseded = first.keep("finished")
    assert (superseded.failed, superseded["superseded"], superseded["changed"]) == (False, True, False)
    assert superseded.warned == ("Another run of this source has taken over the baseline and updates it",)
    assert not first.baseline.exists()
    assert second.keep("finished")["changed"]
    assert second.baseline.read_bytes() == SECOND


def test_a_run_that_has_finished_a_previous_one_does_not_go_on_when_another_has_begun(tmp_path: Path) -> None:
    """TamperingProxy its two steps another run of the source has begun."""
    run = Run(tmp_path, FIRST).begin()
    run.keep("finished")
    Run(tmp_path, SECOND).begin()
    (tmp_path / "last.csv.delta.csv").write_bytes(SECOND)
    assert TAKEN_OVER in run.keep("begun")["msg"]
    assert (tmp_path / "last.csv.next").read_bytes() == SECOND


def test_what_another_run_has_taken_to_drop_it_is_not_shared(tmp_path: Path) -> None:
    """The files would be dropped after the run that shares them has started its import."""
    Run(tmp_path, FIRST).begin()
    second = Run(tmp_path, SECOND).begin()
    third = Run(tmp_path, FIRST).begin()
    assert third.lock != second.lock
    assert TAKEN_OVER in second.keep("dropped")["msg"]
    assert (tmp_path / "last.csv.next").read_bytes() == FIRST


def test_without_the_lock_the_files_of_another_run_would_be_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BaselineLock, "check_run", lambda self, run: None)
    first = Run(tmp_path, FIRST).begin()
    second = Run(tmp_path, SECOND).begin()
    second.keep("dropped")
    second.begin()
    first.keep("dropped")
    assert not (tmp_path / "last.csv.next").exists()


def test_runs_of_the_same_export_share_the_lock(tmp_path: Path) -> None:
    runs = [Run(tmp_path, FIRST).begin() for _each in range(3)]
    assert len({str(run.lock) for run in runs}) == 1
    results = [run.keep("finished") for run in runs]
    assert [result.failed for result in results] == [False] * 3
    assert [result["superseded"] for result in results] == [False, True, True]
    assert runs[0].baseline.read_bytes() == FIRST
    assert sorted(path.name for path in tmp_path.glob("last*")) == ["last.csv", "last.csv.source"]


@pytest.mark.parametrize("killed_after", ["next", "delta"])
def test_a_run_of_the_same_export_that_was_only_half_begun_goes_on(tmp_path: Path, killed_after: str) -> None:
    run = Run(tmp_path, FIRST).begin()
    if killed_after == "next":
        (tmp_path / "last.csv.delta.csv").unlink()
    again = Run(tmp_path, FIRST)
    result = again.keep("begun")
    assert (result["same"], result["pending"]) == (True, killed_after == "delta")
    assert result["lock"] == run.lock
    assert (tmp_path / "last.csv.delta.csv").read_bytes() == FIRST


def test_nobody_begins_while_another_run_is_at_work(tmp_path: Path) -> None:
    run = Run(tmp_path, FIRST).begin()
    with locked(str(run.lock_path), Waiter(0, 1)):
        result = Run(tmp_path, SECOND).keep("begun")
    assert "another run of this source is under way. Run again when it is done" in result["msg"]
    assert not Run(tmp_path, SECOND).keep("begun").failed


def test_whoever_is_killed_is_at_work_no_more(tmp_path: Path) -> None:
    run = Run(tmp_path, FIRST).begin()
    run_and_die("""
from ansible_collections.community.staffbase.plugins.module_utils._http.waiting import Waiter
from ansible_collections.community.staffbase.plugins.module_utils._files.baseline_lock import locked
with locked(sys.argv[1], Waiter(0, 1)):
    die()
""", run.lock_path)
    assert not Run(tmp_path, SECOND).keep("begun").failed


def test_a_lock_file_whose_run_was_killed_before_it_was_written_is_nobodys(tmp_path: Path) -> None:
    run = Run(tmp_path, FIRST)
    run.lock_path.touch()
    assert run.begin().lock is not None


def test_a_lock_file_that_nobody_can_read_is_not_guessed_at(tmp_path: Path) -> None:
    run = Run(tmp_path, FIRST)
    run.lock_path.write_bytes(b"lisbon")
    assert "does not name the source of this baseline" in run.keep("begun")["msg"]
    assert not (tmp_path / "last.csv.next").exists()


@pytest.fixture
def taken_over(admin: Admin, tmp_path: Path) -> tuple[Admin, str, dict[str, str]]:
    """An admin whose import is ready to be started, and whose lock another run has taken."""
    run = Run(tmp_path, FIRST).begin()
    Run(tmp_path, SECOND).begin()
    assert run.lock is not None
    return admin, admin.prepared(), run.lock


@pytest.mark.parametrize("option", ["lock", "claim"], ids=["lock", "its earlier name"])
def test_a_run_that_was_taken_over_starts_nothing(taken_over: tuple[Admin, str, dict[str, str]], option: str) -> None:
    admin, import_id, lock = taken_over
    result = admin.state(import_id, "imported", **{option: lock})
    assert TAKEN_OVER in result["msg"]
    assert admin.calls() == []
    assert admin.nobody_changed()


def test_without_the_lock_it_would_change_people_whom_the_baseline_knows_nothing_of(
    taken_over: tuple[Admin, str, dict[str, str]], monkeypatch: pytest.MonkeyPatch,
) -> None:
    admin, import_id, lock = taken_over
    monkeypatch.setattr(BaselineLock, "check_run", lambda self, run: None)
    admin.state(import_id, "imported", lock=lock)
    assert admin.statuses() == AFTER


def test_the_lock_is_held_from_before_the_start_until_after_the_end(admin: Admin, tmp_path: Path) -> None:
    run = Run(tmp_path, FIRST).begin()
    import_id = admin.prepared()
    held = []

    def look() -> None:
        with run.lock_path.open("rb+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                held.append(True)

    for number in range(1, 6):
        admin.at_call(number, look)
    result = admin.state(import_id, "imported", lock=run.lock)
    assert admin.calls() == [GET, IMPORT, GET, STATUS, ERRORS]
    assert (result["state"], held) == ("COMPLETED", [True] * 5)
    assert not Run(tmp_path, SECOND).keep("begun").failed, "and no longer"


def test_a_rehearsal_needs_no_lock(taken_over: tuple[Admin, str, dict[str, str]]) -> None:
    admin, import_id, lock = taken_over
    assert admin.state(import_id, "imported", lock=lock, check=True)["changed"]
