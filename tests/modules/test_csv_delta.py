# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module that writes what changed between two exports."""

from __future__ import annotations

import importlib
import json
import os
import resource
import stat
import typing as t
from pathlib import Path

import pytest

from support.module_runner import Result, run_module

PREVIOUS = b"id;name;state\n1;Anna;Activated\n2;Bert;Activated\n3;Cleo;Activated\n4;Dora;\n"
#: 1 as before, 2 has moved, 3 and 4 have left, 5 is new.
CURRENT = b"id;name;state\n5;Emil;\n2;Berta;Activated\n1;Anna;Activated\n"
DELTA = b"id;name;state\n5;Emil;\n2;Berta;Activated\n"
LEAVERS = b"3;Cleo;Deactivated\n4;Dora;Deactivated\n"


class Place:
    """A folder with two exports, and the module on them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.previous, self.current, self.dest = (folder / name for name in ("previous.csv", "current.csv", "delta.csv"))
        self.previous.write_bytes(PREVIOUS)
        self.current.write_bytes(CURRENT)

    def delta(self, *, check: bool = False, **options: t.Any) -> Result:
        paths = {name: str(getattr(self, name)) for name in ("previous", "current", "dest")}
        return run_module("staffbase_csv_delta", {**paths, "identifier": "id", **options}, check=check, diff=True)

    def refused(self, **options: t.Any) -> str:
        """Run it, for real and as a rehearsal, and return the message; nothing may have been written."""
        before = {path: (path.stat().st_ino, path.stat().st_mtime_ns, path.stat().st_mode) for path in self.folder.iterdir()}
        texts = set()
        for check in (True, False):
            result = self.delta(check=check, **options)
            assert result.failed
            texts.add(result["msg"])
            assert {path: (path.stat().st_ino, path.stat().st_mtime_ns, path.stat().st_mode) for path in self.folder.iterdir()} == before
        (text,) = texts
        return text


def numbers(result: Result) -> dict[str, t.Any]:
    """Return what the contract promises; Ansible adds owner and mode of `dest` by itself."""
    names = ("changed", "joiners", "movers", "leavers", "unchanged", "row_count", "dest", "empty")
    return {name: result[name] for name in names}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_joiners_and_movers_are_written(place: Place) -> None:
    result = place.delta()
    assert not result.failed
    assert place.dest.read_bytes() == DELTA
    assert numbers(result) == {
        "changed": True, "joiners": 1, "movers": 1, "leavers": 2, "unchanged": 1, "row_count": 2, "dest": str(place.dest), "empty": False,
    }


def test_leavers_are_deactivated_when_that_is_wanted(place: Place) -> None:
    result = place.delta(leavers="deactivate", status_column="state", joiners_status="Activated")
    assert place.dest.read_bytes() == DELTA.replace(b"Emil;", b"Emil;Activated") + LEAVERS
    assert (result["leavers"], result["row_count"]) == (2, 4)


def test_nothing_changed_is_a_header_and_empty(place: Place) -> None:
    place.current.write_bytes(b'state,"id",name\r\n,4,Dora\r\nActivated,"3",Cleo\r\nActivated,2,Bert\r\nActivated,1,Anna')
    result = place.delta(leavers="deactivate", status_column="state")
    assert place.dest.read_bytes() == b"state,id,name\n"
    assert result["changed"], "the file with the header is written"
    assert (result["empty"], result["row_count"], result["unchanged"]) == (True, 0, 4)
    assert [result[kind] for kind in ("joiners", "movers", "leavers")] == [0, 0, 0]


def test_leavers_who_are_ignored_leave_an_empty_file(place: Place) -> None:
    place.current.write_bytes(b"id;name;state\n1;Anna;Activated\n")
    result = place.delta()
    assert (result["empty"], result["leavers"], result["row_count"]) == (True, 3, 0)


def test_the_same_result_is_left_alone(place: Place) -> None:
    assert place.delta()["changed"]
    before = place.dest.stat()
    for check in (True, False):
        assert place.delta(check=check)["changed"] is False
    assert (place.dest.stat().st_ino, place.dest.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    place.dest.chmod(0o644)
    assert place.delta(check=True)["changed"], "others may read it"
    assert place.delta()["changed"]
    assert stat.S_IMODE(place.dest.stat().st_mode) == 0o600


def test_check_mode_writes_nothing_and_tells_the_same(place: Place) -> None:
    rehearsed = place.delta(check=True, leavers="deactivate", status_column="state")
    assert sorted(path.name for path in place.folder.iterdir()) == ["current.csv", "previous.csv"]
    real = place.delta(leavers="deactivate", status_column="state")
    assert numbers(rehearsed) == numbers(real)
    assert rehearsed["diff"] == real["diff"]
    place.dest.write_bytes(b"old")
    assert place.delta(check=True)["changed"]
    assert place.dest.read_bytes() == b"old"


def test_the_output_is_private_and_nothing_is_left_beside_it(place: Place) -> None:
    before = os.umask(0)
    try:
        place.delta()
    finally:
        os.umask(before)
    assert stat.S_IMODE(place.dest.stat().st_mode) == 0o600
    assert sorted(path.name for path in place.folder.iterdir()) == ["current.csv", "delta.csv", "previous.csv"]


def written_beyond_the_limit(place: Place) -> Result:
    """Run it where no file may be longer than 1000 bytes, and the output would be."""
    place.current.write_bytes(CURRENT + b"".join(b"%d;Somebody;\n" % number for number in range(100, 300)))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        return place.delta()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_write_that_fails_leaves_the_old_file_and_nothing_beside_it(place: Place) -> None:
    place.dest.write_bytes(b"old")
    result = written_beyond_the_limit(place)
    assert result["msg"] == f"dest: {place.dest} cannot be written: File too large"
    assert place.dest.read_bytes() == b"old"
    assert sorted(path.name for path in place.folder.iterdir()) == ["current.csv", "delta.csv", "previous.csv"]


def test_the_diff_shows_numbers_only(place: Place) -> None:
    result = place.delta()
    assert result["diff"] == {"before": {"joiners": 0, "movers": 0, "leavers": 0}, "after": {"joiners": 1, "movers": 1, "leavers": 2}}
    for cell in ("Anna", "Bert", "Cleo", "Emil"):
        assert cell not in result.output


def test_the_diff_shows_identifiers_when_asked_and_never_other_cells(place: Place) -> None:
    result = place.delta(show_identifiers=True)
    assert result["diff"]["before"] == {"joiners": [], "movers": [], "leavers": []}
    assert result["diff"]["after"] == {"joiners": ["5"], "movers": ["2"], "leavers": ["3", "4"]}
    assert not [cell for cell in ("Anna", "Bert", "Cleo", "Emil") if cell in json.dumps(result)]


@pytest.mark.parametrize(("limits", "text"), [
    ({"leavers": "1"}, "2 leavers (at most 1)"), ({"leavers": "25%"}, "2 leavers (at most 25% of 4 rows, that is 1)"),
    ({"joiners": "0", "movers": "0%"}, "1 joiners (at most 0); 1 movers (at most 0% of 4 rows, that is 0)"),
    ({"joiners": 0}, "1 joiners (at most 0)"),
])
def test_limits_stop_it_before_anything_is_written(place: Place, limits: dict[str, t.Any], text: str) -> None:
    place.dest.write_bytes(b"old")
    message = place.refused(limits=limits)
    assert message == (
        f"Too much has changed since {place.previous}: {text}. Nothing was written or sent; if {place.current} is right, raise the limits for "
        "this run, else have it exported again")
    result = place.delta(limits=limits)
    assert {kind: result[kind] for kind in ("joiners", "movers", "leavers")} == {"joiners": 1, "movers": 1, "leavers": 2}
    assert result["failure"]["stage"] == "delta"
    assert place.dest.read_bytes() == b"old"


def test_that_a_limit_comes_too_late_would_be_seen(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = importlib.import_module("ansible_collections.community.staffbase.plugins.module_utils._steps.export_delta")
    monkeypatch.setattr(steps, "exceeded", lambda limits, delta: [])
    with pytest.raises(AssertionError):
        place.refused(limits={"leavers": "1"})


def test_that_the_old_file_is_lost_would_be_seen(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same failing write, straight into the file."""
    private_file = importlib.import_module("ansible_collections.community.staffbase.plugins.module_utils._files.private_file")
    straight = os.open(place.dest, os.O_CREAT | os.O_WRONLY)
    monkeypatch.setattr(private_file.tempfile, "mkstemp", lambda **place_of_part: (straight, str(place.dest)))
    with pytest.raises((AssertionError, FileNotFoundError)):
        test_a_write_that_fails_leaves_the_old_file_and_nothing_beside_it(place)


def test_limits_that_are_kept_stop_nothing(place: Place) -> None:
    assert not place.delta(limits={"joiners": "1", "movers": "25%", "leavers": "50%"}).failed


@pytest.mark.parametrize(("options", "text"), [
    ({"limits": {"leavers": "many"}}, "limits.leavers: it must be a number such as 20, or a percentage such as 5%"),
    ({"limits": {"movers": "-1"}}, "limits.movers: it must be a number such as 20, or a percentage such as 5%"),
    ({"leavers": "deactivate"}, "status_column: it is needed with leavers=deactivate: it is the column that gets the status Deactivated"),
    ({"joiners_status": "Activated"}, "status_column: it is needed with joiners_status"),
])
def test_options_that_cannot_be_right(place: Place, options: dict[str, t.Any], text: str) -> None:
    assert place.refused(**options) == text


@pytest.mark.parametrize("option", ["previous", "current"])
@pytest.mark.parametrize(("data", "text"), [
    (b"", ": the file is empty"), (b"id;name\n1;a\n1;b\n", ", line 3: another row has the same identifier"),
    (b"id;name\n1;a\n;b\n", ", line 3, column 'id': the identifier is empty"),
    (b"ID;name\n1;a\n", ", line 1, column 'id': the identifier's column is missing"),
    (b'id;name\n1;"a\n', ", line 2: a quote is not closed, or text follows a closing quote"),
    (b"<html>", ": this is a web page"),
    (b"id;name;name\n", ", line 1: this column name occurs twice"), (b"id;\x81\n", ": the bytes are not text in UTF-8 or windows-1252"),
])
def test_the_export_that_is_broken_is_named(place: Place, option: str, data: bytes, text: str) -> None:
    path: Path = getattr(place, option)
    path.write_bytes(data)
    assert place.refused().startswith(f"{option}: {path}{text}")


@pytest.mark.parametrize("option", ["previous", "current"])
def test_an_export_that_cannot_be_read_is_named(place: Place, option: str) -> None:
    os.mkfifo(place.folder / "fifo")
    for path, text in [(place.folder / "gone", "cannot be opened: No such file or directory"), (place.folder, "is a directory"),
                       (place.folder / "fifo", "is not a regular file"), (Path("/proc/self/mem"), "cannot be read: Input/output error")]:
        assert place.refused(**{option: str(path)}) == f"{option}: {path} {text}"


def test_an_export_without_permission_is_named(place: Place) -> None:
    place.current.chmod(0)
    if os.access(place.current, os.R_OK):
        pytest.skip("this user (root) may read every file")
    assert place.refused() == f"current: {place.current} cannot be opened: Permission denied"


def test_a_place_that_cannot_be_written_is_named(place: Place) -> None:
    for path, text in [(place.folder, f"{place.folder} is a directory"), (place.folder / "none" / "x", f"{place.folder}/none is not a directory"),
                       (Path("/dev/null"), "/dev/null is not a regular file")]:
        assert place.refused(dest=str(path)) == f"dest: {text}"


@pytest.mark.parametrize("option", ["previous", "current"])
def test_an_export_is_never_overwritten_by_its_delta(place: Place, option: str) -> None:
    link = place.folder / "link"
    link.symlink_to(getattr(place, option))
    for path in (getattr(place, option), link):
        assert place.refused(dest=str(path)) == f"dest: it is the same file as {option}, which would be overwritten"


def test_files_of_several_dialects(place: Place) -> None:
    place.previous.write_bytes("id,name\r\n\u00c4-1,M\u00fcller\r\n2,Bert\r\n".encode("utf-8-sig"))
    place.current.write_bytes('name;id\rM\u00fcller;\u00c4-1\r"B\u00e4rt";2\r'.encode("windows-1252"))
    result = place.delta()
    assert (result["unchanged"], result["movers"], result["joiners"], result["leavers"]) == (1, 1, 0, 0)
    assert place.dest.read_bytes() == 'name;id\n"B\u00e4rt";2\n'.encode("windows-1252")
    assert place.refused(separator=",").startswith(f"current: {place.current}, line 1, column 'id'")
    assert place.refused(encoding="UTF-8").startswith(f"current: {place.current}: the bytes are not text")
