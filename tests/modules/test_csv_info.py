# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module that says what is wrong with an export: its result, its refusals, and that it writes nothing."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from support.module_runner import Result, run_module

MAPPING = {"externalId": "id", "eMail": "mail", "status": "state"}
GOOD = b"id;mail;state\nE-1;anna@example.com;Activated\nE-2;;Deactivated\n"
#: One cell is wrong on line 3, and a row is too short on line 4.
BAD = GOOD.replace(b"Deactivated", b"gone-4711") + b"E-3;secret@example.com\n"
CONTRACT = {"encoding", "separator", "header", "row_count", "sha256", "problems", "problem_count"}


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_bytes(GOOD)
    return path


def info(path: Path | str, *, check: bool = False, **options: t.Any) -> Result:
    return run_module("staffbase_csv_info", {"src": str(path), "mapping": MAPPING, **options}, check=check)


@pytest.mark.parametrize("check", [False, True])
def test_a_good_export(export: Path, check: bool) -> None:
    before = export.stat()
    result = info(export, check=check)
    assert not result.failed
    assert result["changed"] is False
    assert result.keys() >= CONTRACT
    assert {name: result[name] for name in CONTRACT} == {
        "encoding": "UTF-8", "separator": ";", "header": ["id", "mail", "state"], "row_count": 2, "sha256": hashlib.sha256(GOOD).hexdigest(),
        "problems": [], "problem_count": 0,
    }
    assert result.warned == ()
    assert os.listdir(export.parent) == ["people.csv"]
    assert (export.stat().st_mtime_ns, export.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_a_broken_export_fails_with_the_whole_report(export: Path) -> None:
    export.write_bytes(BAD)
    result = info(export)
    assert result.failed
    assert result["msg"] == (
        f"{export} has 2 problems: line 3, column 'state': the status is neither Activated nor Deactivated; line 4: the row has fewer cells than "
        "the header. Nothing was sent; correct the export and run again")
    assert result["problems"] == [
        {"line": 3, "column": "state", "code": "status_unknown", "message": "the status is neither Activated nor Deactivated"},
        {"line": 4, "column": None, "code": "row_too_short", "message": "the row has fewer cells than the header"},
    ]
    assert (result["problem_count"], result["row_count"], result["sha256"]) == (2, 3, hashlib.sha256(BAD).hexdigest())
    assert result["failure"]["stage"] == "check"
    assert result["failure"].keys() == {"stage", "method", "url", "status", "code", "message", "import_id", "attempts"}


def test_it_can_be_told_not_to_fail(export: Path) -> None:
    export.write_bytes(BAD)
    result = info(export, fail_on_problems=False)
    assert not result.failed
    assert (result["problem_count"], result["changed"], result.warned) == (2, False, ())


def test_what_staffbase_refuses_by_itself_can_be_tolerated(export: Path) -> None:
    export.write_bytes(GOOD.replace(b"Deactivated", b"gone-4711"))
    assert info(export, tolerate=["email_malformed"]).failed
    result = info(export, tolerate=["status_unknown"])
    assert not result.failed
    assert result.warned == (f"{export} has 1 problem: line 3, column 'state': the status is neither Activated nor Deactivated",)
    # One that is not tolerated is enough.
    export.write_bytes(BAD)
    assert info(export, tolerate=["status_unknown"]).failed


def test_what_makes_a_file_doubtful_cannot_be_tolerated(export: Path) -> None:
    assert "value of tolerate must be one or more of" in info(export, tolerate=["row_too_short"])["msg"]


@pytest.mark.parametrize("fail", [False, True])
def test_no_cell_is_in_anything_that_is_printed(export: Path, fail: bool) -> None:
    export.write_bytes(BAD)
    output = info(export, fail_on_problems=fail).output
    assert "status_unknown" in output
    for cell in ("gone-4711", "secret", "anna@example.com", "E-3"):
        assert cell not in output


def test_more_than_five_problems_are_not_all_in_the_sentence(export: Path) -> None:
    export.write_bytes(GOOD + b"x\n" * 250)
    result = info(export)
    assert result["msg"].count("the row has fewer cells than the header") == 5
    assert "has 250 problems" in result["msg"]
    assert "; and 245 more." in result["msg"]
    assert (len(result["problems"]), result["problem_count"]) == (100, 250)


def test_a_mapping_in_the_form_of_the_guides_is_understood(export: Path) -> None:
    export.write_bytes(b"id;name\na@b.de;x\n")
    result = info(export, mapping={"externalId,userName": "id", "profile-field:name": "Name"}, fail_on_problems=False)
    assert [(problem["code"], problem["column"]) for problem in result["problems"]] == [("column_missing", "Name"), ("user_name_at", "id")]


@pytest.mark.parametrize(("options", "expected"), [
    ({}, (";", "windows-1252")), ({"separator": ",", "mapping": {}}, (",", "windows-1252")), ({"encoding": "windows-1252"}, (";", "windows-1252")),
    ({"encoding": "UTF-8"}, (None, None)),
])
def test_the_dialect_is_told_or_taken_as_given(export: Path, options: dict[str, t.Any], expected: tuple[str | None, str | None]) -> None:
    export.write_bytes(GOOD + b"E-\xe4;;\n")
    result = info(export, fail_on_problems=False, **options)
    assert (result["separator"], result["encoding"]) == expected


@pytest.mark.parametrize(("data", "code"), [
    (b"", "empty_file"), (GOOD.decode().encode("utf-16"), "utf16"), (b"<html><body>Sign in</body></html>", "html"), (b'{"error": 1}', "json"),
    (b"PK\x03\x04" + bytes(30), "zip"), (bytes(range(256)), "binary"),
])
def test_what_is_no_export_is_named(export: Path, data: bytes, code: str) -> None:
    export.write_bytes(data)
    result = info(export)
    assert result.failed
    assert [problem["code"] for problem in result["problems"]] == [code]
    assert (result["separator"], result["encoding"], result["header"], result["row_count"]) == (None, None, [], 0)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for path, text in [
        (tmp_path / "gone.csv", "cannot be opened: No such file or directory"), (tmp_path, "is a directory"),
        (tmp_path / "fifo", "is not a regular file"),
        (Path("/dev/null"), "is not a regular file"),
    ]:
        result = info(path)
        assert result["msg"] == f"src: {path} {text}"
        assert result["failure"]["stage"] == "input"


def test_a_file_without_permission_is_named(export: Path) -> None:
    export.chmod(0)
    if os.access(export, os.R_OK):
        pytest.skip("this user (root) may read every file")
    assert info(export)["msg"] == f"src: {export} cannot be opened: Permission denied"


def test_a_file_that_fails_while_it_is_read_is_named() -> None:
    """The memory of this process is a regular file that opens and then cannot be read at its start."""
    path = Path("/proc/self/mem")
    if not (path.exists() and stat.S_ISREG(path.stat().st_mode)):
        pytest.skip("there is no such file on this system")
    assert info(path)["msg"] == f"src: {path} cannot be read: Input/output error"


#: Runs the module in a process of its own; prints the result, and by how many kilobytes the memory has grown since a small file.
ALONE = """
import json, resource, sys
from support.module_runner import run_module
def run(path):
    result = run_module("staffbase_csv_info", {"src": path, "fail_on_problems": False, "mapping": json.loads(sys.argv[3])})
    return result, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = run(sys.argv[1])[1]
result, after = run(sys.argv[2])
print(json.dumps([result, after - before]))
"""


@pytest.mark.deep
def test_a_million_broken_rows_are_all_counted_with_little_memory(export: Path, tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    with path.open("wb") as stream:
        stream.write(b"id;mail;state\n")
        for _piece in range(1000):
            stream.write(b";nobody-at-all;gone\n" * 500 + b"x;anybody@example.com;Activated;\n" * 500)
    folders = os.pathsep.join([os.environ["ANSIBLE_COLLECTIONS_PATH"], str(Path(__file__).parents[1])])
    done = subprocess.run(
        [sys.executable, "-c", ALONE, str(export), str(path), json.dumps(MAPPING)], env={**os.environ, "PYTHONPATH": folders},
        check=True, capture_output=True, text=True)
    result, grown = json.loads(done.stdout)
    # Empty identifier, malformed and repeated address, unknown status; too long, repeated identifier and address.
    assert result["problem_count"] == 500_000 * 4 - 1 + 500_000 * 3 - 2
    assert (result["row_count"], len(result["problems"])) == (1_000_000, 100)
    assert grown * 1024 < path.stat().st_size / 2
