# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Beginning a run with a baseline: a copy of the export, and the run before, if it died, is finished first. Each with its exact calls."""

from __future__ import annotations

import hashlib
import typing as t
from pathlib import Path

import pytest

from support.admin import Admin
from support.api_calls import CANCEL, DELETE, ERRORS, GET, IMPORT, LIST, STATUS
from support.module_runner import Result, run_module
from support.small_tenant import AFTER, BEFORE, BODY, CSV, HEADER, csv_of, row

OTHER = csv_of([row("N9", "Activated")])
STEM = "berlin"


class Source:
    """A source whose run before has kept `before` and its delta, unless it is None."""

    def __init__(self, admin: Admin, folder: Path, before: bytes | None = CSV) -> None:
        self.there, self.folder, self.baseline = admin, folder, folder / "last.csv"
        self.next, self.delta, self.errors = (folder / f"last.csv.{end}" for end in ("next", "delta.csv", "errors.csv"))
        if before is not None:
            self.write(before)
            kept = run_module("staffbase_csv_baseline", {
                "baseline": str(self.baseline), "state": "begun", "src": str(self.src), "source": STEM, "sha256": self.digest(before)})
            assert not kept.failed
            admin.calls()

    @property
    def src(self) -> Path:
        return self.folder / "people.csv"

    def write(self, content: bytes) -> None:
        self.src.write_bytes(content)

    @staticmethod
    def digest(content: bytes) -> str:
        return hashlib.sha256(content).hexdigest()

    def uploaded(self, state: str = "DRAFT", *, hold: bool = False) -> str:
        """Let the service have the delta, as the run before has left it."""
        content = self.delta.read_bytes()
        import_id = self.there.sim.upload(content, f"{STEM}.{self.digest(content)[:16]}.csv", config=BODY)
        if state != "DRAFT":
            self.there.sim.set_state(import_id, state, hold=hold)
        return import_id

    def begin(self, *, check: bool = False, **options: t.Any) -> Result:
        given = {
            "baseline": str(self.baseline), "src": str(self.src), "sha256": self.digest(self.src.read_bytes()), "source": STEM,
            "file_name": f"{STEM}.csv", "identifier": HEADER[0], "wait_timeout": 20, "wait_interval": 0.05,
        }
        return self.there.run("begin", check=check, **{**given, **options})


@pytest.fixture
def source(admin: Admin, tmp_path: Path) -> Source:
    return Source(admin, tmp_path)


def test_a_first_run_keeps_the_export_and_sends_nothing(admin: Admin, tmp_path: Path) -> None:
    source = Source(admin, tmp_path, None)
    source.write(CSV)
    result = source.begin()
    assert (result["exists"], result["pending"], result["changed"], result["resumed"], result["unstarted_id"]) == (False, False, False, None, None)
    assert (result["export"], source.next.read_bytes(), source.delta.read_bytes()) == (str(source.next), CSV, CSV)
    assert result["lock"]["path"] == f"{source.baseline}.source"
    assert admin.calls() == []


def test_the_import_of_a_run_that_died_is_waited_for_and_kept(source: Source, admin: Admin) -> None:
    source.uploaded("IMPORTING", hold=True)
    import_id = admin.sim.imports()[0]["id"]
    admin.moves_on(import_id, 3)
    source.write(OTHER)
    result = source.begin()
    assert not result.failed, result["msg"]
    calls = admin.calls()
    assert calls[0] == LIST
    assert set(calls[1:-2]) == {GET}
    assert calls[-2:] == [STATUS, ERRORS]
    assert (result["resumed"]["state"], result["resumed"]["changes"]["created"], result["exists"]) == ("COMPLETED", 5, True)
    assert (source.baseline.read_bytes(), source.next.read_bytes()) == (CSV, OTHER)
    assert admin.statuses() == AFTER


def test_refused_rows_of_that_import_are_not_taken_into_the_baseline(admin: Admin, tmp_path: Path) -> None:
    source = Source(admin, tmp_path, csv_of([row("N1", "Activated"), "N2;nonsense;V;N;Activated"]))
    source.uploaded("COMPLETED")
    result = source.begin(errors_dest=str(tmp_path / "refused.csv"))
    assert result["resumed"]["row_error_count"] == 1
    assert b"nonsense" not in source.baseline.read_bytes()
    assert (tmp_path / "refused.csv").read_bytes() == source.errors.read_bytes() != b""


@pytest.mark.parametrize("state", ["DRAFT", "PREVIEW_READY"])
def test_what_was_not_started_of_another_export_is_cancelled_and_forgotten(source: Source, admin: Admin, state: str) -> None:
    source.uploaded(state)
    source.write(OTHER)
    result = source.begin()
    assert admin.calls() == [LIST, GET, CANCEL, GET]
    assert (result["changed"], result["resumed"]["state"], result["exists"], result["unstarted_id"]) == (True, "CANCELLED", False, None)
    assert (source.next.read_bytes(), source.delta.read_bytes()) == (OTHER, OTHER)
    assert admin.statuses() == BEFORE


def test_it_is_left_alone_where_only_what_was_approved_may_be_imported(source: Source, admin: Admin) -> None:
    source.uploaded("PREVIEW_READY")
    source.write(OTHER)
    result = source.begin(cancel_unstarted=False)
    assert admin.calls() == [LIST]
    assert (result["resumed"], result["unstarted_id"], source.next.read_bytes()) == (None, None, OTHER)
    assert [each["state"] for each in admin.sim.imports()] == ["PREVIEW_READY"]


def test_this_run_goes_on_with_what_is_of_the_same_export(source: Source, admin: Admin) -> None:
    import_id = source.uploaded("PREVIEW_READY")
    result = source.begin()
    assert admin.calls() == [LIST]
    assert (result["unstarted_id"], result["pending"], result["changed"]) == (import_id, True, False)
    assert source.next.read_bytes() == CSV


def test_what_was_never_uploaded_is_forgotten(source: Source, admin: Admin) -> None:
    source.write(OTHER)
    result = source.begin()
    assert admin.calls() == [LIST]
    assert (result["resumed"], source.next.read_bytes(), source.baseline.exists()) == (None, OTHER, False)


def test_check_mode_looks_at_files_only(source: Source, admin: Admin) -> None:
    source.uploaded("COMPLETED")
    source.write(OTHER)
    before = {path.name: path.read_bytes() for path in source.folder.iterdir()}
    result = source.begin(check=True)
    assert admin.calls() == []
    assert (result["pending"], result["export"], result["lock"]) == (True, str(source.src), None)
    assert {path.name: path.read_bytes() for path in source.folder.iterdir()} == before


def test_a_run_before_that_cannot_be_finished_is_told_as_such_and_stays(source: Source, admin: Admin) -> None:
    source.uploaded()
    source.write(OTHER)
    for call in (CANCEL, DELETE):
        admin.fault("status:500", call, times=None)
    result = source.begin()
    assert (result.failed, result["resuming"], source.next.read_bytes()) == (True, True, CSV)
    admin.sim.clear_faults()
    assert not source.begin().failed
    assert source.next.read_bytes() == OTHER


def test_another_source_is_refused_before_anything_is_sent(source: Source, admin: Admin) -> None:
    result = source.begin(source="lisbon")
    assert result.failed
    assert "resuming" not in result
    assert admin.calls() == []


def test_a_place_for_refused_rows_that_cannot_be_written_is_told_at_once(source: Source, admin: Admin, tmp_path: Path) -> None:
    result = source.begin(errors_dest=str(tmp_path))
    assert result["msg"] == f"errors_dest: {tmp_path} is a directory"
    assert admin.calls() == []


def test_no_import_is_started(source: Source, admin: Admin) -> None:
    source.uploaded()
    source.begin()
    assert IMPORT not in admin.calls()
