# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module that writes the report: its three files, what it refuses, and whose data are in them."""

from __future__ import annotations

import importlib
import json
import os
import stat
import typing as t
from pathlib import Path

import pytest

from support.module_runner import Result, run_module
from support.report_samples import Steps, failing, steps

NAMES = ["berlin.html", "berlin.json", "berlin.md"]
#: What no job page and no report without details may hold.
CELL = "quellwick"


@pytest.fixture
def dest(tmp_path: Path) -> Path:
    folder = tmp_path / "reports"
    folder.mkdir()
    return folder / "berlin.html"


def report(dest: Path | str, run: Steps | None = None, *, check: bool = False, **options: t.Any) -> Result:
    wanted = {"dest": str(dest), "steps": steps() if run is None else run, "source": "berlin", **options}
    return run_module("staffbase_import_report", wanted, check=check)


def content(dest: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(dest.parent.iterdir())}


def test_three_files_tell_the_same_and_are_private(dest: Path) -> None:
    result = report(dest)

    assert not result.failed, result
    assert (result["changed"], result["verdict"], result["headline"]) == (True, "imported", "Imported, but 3 rows were refused")
    assert sorted([result["dest"], result["json"], result["summary"]]) == [str(dest.with_name(name)) for name in NAMES]
    found = content(dest)
    assert list(found) == NAMES
    assert {stat.S_IMODE(path.stat().st_mode) for path in dest.parent.iterdir()} == {0o600}
    assert json.loads(found["berlin.json"])["headline"] == result["headline"]
    for text in (found["berlin.html"], found["berlin.md"]):
        assert result["headline"] in text
        assert "e-mail address is malformed" in text


def test_check_mode_writes_nothing_and_predicts_the_change(dest: Path) -> None:
    result = report(dest, check=True)
    assert (result["changed"], result.failed, os.listdir(dest.parent)) == (True, False, [])


@pytest.mark.parametrize("run", [failing("upload", "upload", method="POST"), []], ids=["a failed run", "no step at all"])
def test_it_is_written_whatever_became_of_the_run(dest: Path, run: Steps) -> None:
    assert not report(dest, run).failed
    assert list(content(dest)) == NAMES


@pytest.mark.parametrize("name", ["report.json", "report.md", "report", ".html", "people.csv"])
def test_a_name_that_would_overwrite_its_own_copies_is_refused(dest: Path, name: str) -> None:
    result = report(dest.with_name(name))
    assert result.failed
    assert "must end in .html" in result["msg"]
    assert os.listdir(dest.parent) == []


def test_a_report_that_cannot_be_written_still_says_what_became_of_the_run(dest: Path) -> None:
    for check in (False, True):
        result = report(dest.parent / "nowhere" / "berlin.html", check=check)
        assert result.failed
        assert "What it would have told: Imported, but 3 rows were refused. All other rows were imported." in result["msg"]
        assert f"{dest.parent / 'nowhere'} is not a directory" in result["msg"]
        assert result["failure"]["stage"] == "report"


def test_what_was_there_stays_whole_when_writing_breaks_off(dest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report(dest)
    before = content(dest)
    private_file = importlib.import_module("ansible_collections.community.staffbase.plugins.module_utils._files.private_file")

    def full(_descriptor: int) -> t.NoReturn:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(private_file.os, "fsync", full)
    result = report(dest, [])
    monkeypatch.undo()

    assert "No space left on device" in result["msg"]
    assert content(dest) == before


def test_peoples_data_come_only_from_the_error_file_and_only_when_asked_for(dest: Path, tmp_path: Path) -> None:
    errors = tmp_path / "errors.csv"
    errors.write_text(f"line;message\n14;{CELL} is no address\n", encoding="utf-8")

    report(dest, errors=str(errors))
    assert [name for name, text in content(dest).items() if CELL in text] == []

    result = report(dest, errors=str(errors), details=True)
    assert [name for name, text in content(dest).items() if CELL in text] == ["berlin.html", "berlin.json"]
    assert CELL not in result.output
    assert json.loads(content(dest)["berlin.json"])["refused"]["rows"] == [["14", f"{CELL} is no address"]]

    # Of a run in which no row was refused, the file is an older one.
    report(dest, steps(state={"row_error_count": 0, "row_errors": []}), errors=str(errors), details=True)
    assert [name for name, text in content(dest).items() if CELL in text] == []


def test_an_error_file_that_cannot_be_read_costs_only_its_part(dest: Path, tmp_path: Path) -> None:
    result = report(dest, errors=str(tmp_path / "gone.csv"), details=True)
    assert not result.failed
    assert list(content(dest)) == NAMES
    assert ["The report lacks the refused rows" in text for text in result.warned] == [True]


def test_a_step_that_nobody_knows_is_refused(dest: Path) -> None:
    assert "steps" in report(dest, [{"step": "dance", "result": {}}])["msg"]
