# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module that keeps the last export that went through: through a run, a kill anywhere in it, and refused rows."""

from __future__ import annotations

import hashlib
import importlib
import os
import stat
import typing as t
from pathlib import Path

import pytest

from support.module_runner import Result, run_module

FIRST = b"id;name\n1;Anna\n2;Bert\n"
SECOND = b"id;name\n1;Anne\n3;Cleo\n4;Dora\n"


class Source:
    """The files of one source, and the modules on them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.src, self.baseline = folder / "people.csv", folder / "last.csv"
        self.next, self.delta, self.errors = folder / "last.csv.next", folder / "last.csv.delta.csv", folder / "errors.csv"
        self.src.write_bytes(FIRST)

    def keep(self, state: str, *, check: bool = False, **options: t.Any) -> Result:
        needed = {"begun": {"src": str(self.src)}, "finished": {"identifier": "id"}, "dropped": {}}[state]
        return run_module("staffbase_csv_baseline", {"baseline": str(self.baseline), "state": state, **needed, **options}, check=check)

    def compare(self) -> Result:
        paths = {"previous": str(self.baseline), "current": str(self.next), "dest": str(self.delta)}
        return run_module("staffbase_csv_delta", {**paths, "identifier": "id", "leavers": "deactivate", "status_column": "state"})

    def begin(self, export: bytes) -> Result:
        """Begin a run, and compare if there is something to compare with."""
        self.src.write_bytes(export)
        result = self.keep("begun")
        if result["exists"]:
            self.compare()
        return result

    def refuse(self, text: str) -> dict[str, str]:
        self.errors.write_text(text, encoding="utf-8")
        return {"errors": str(self.errors)}

    def files(self) -> dict[str, tuple[bytes, int, int]]:
        return {path.name: (path.read_bytes(), path.stat().st_ino, path.stat().st_mtime_ns) for path in self.folder.iterdir()}


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return Source(tmp_path)


def test_the_first_run_sends_everybody(source: Source) -> None:
    result = source.keep("begun")
    assert {name: result[name] for name in ("changed", "exists", "pending", "next_path", "delta_path")} == {
        "changed": True, "exists": False, "pending": False, "next_path": str(source.next), "delta_path": str(source.delta)}
    assert source.next.read_bytes() == source.delta.read_bytes() == FIRST
    assert not source.baseline.exists()
    result = source.keep("finished")
    assert (result["changed"], result["pending"], result["exists"]) == (True, True, False)
    assert source.files().keys() == {"people.csv", "last.csv"}
    assert source.baseline.read_bytes() == FIRST


def test_the_second_run_sends_the_difference(source: Source) -> None:
    source.baseline.write_bytes(FIRST)
    assert source.begin(SECOND)["exists"]
    assert source.delta.read_bytes() == b"id;name;state\n1;Anne;\n3;Cleo;\n4;Dora;\n2;Bert;Deactivated\n"
    assert source.baseline.read_bytes() == FIRST, "until the import went through"
    assert source.keep("finished")["changed"]
    assert source.baseline.read_bytes() == SECOND
    assert source.files().keys() == {"people.csv", "last.csv"}


def test_everything_that_is_kept_is_private(source: Source) -> None:
    before = os.umask(0)
    try:
        source.keep("begun")
        assert {stat.S_IMODE(path.stat().st_mode) for path in (source.next, source.delta)} == {0o600}
        source.keep("finished")
        assert stat.S_IMODE(source.baseline.stat().st_mode) == 0o600
        source.begin(SECOND)
        source.keep("finished", **source.refuse("line;message\n2;invalid\n"))
        assert stat.S_IMODE(source.baseline.stat().st_mode) == 0o600
    finally:
        os.umask(before)


def test_a_pending_run_is_not_begun_again(source: Source) -> None:
    source.keep("begun")
    source.src.write_bytes(SECOND)
    before = source.files()
    result = source.keep("begun")
    assert (result["pending"], result["changed"]) == (True, False)
    assert source.files() == before


@pytest.mark.parametrize("left", [["next"], ["delta"]])
def test_a_run_that_was_killed_while_it_began_is_begun_anew(source: Source, left: list[str]) -> None:
    source.baseline.write_bytes(FIRST)
    for name in left:
        getattr(source, name).write_bytes(b"half of an old ni")
    source.src.write_bytes(SECOND)
    result = source.keep("begun")
    assert (result["pending"], result["changed"]) == (False, True)
    assert source.next.read_bytes() == SECOND
    assert not source.delta.exists(), "an old delta must not be taken for the current one"


def test_a_run_can_be_dropped(source: Source) -> None:
    source.baseline.write_bytes(FIRST)
    source.begin(SECOND)
    assert source.keep("dropped")["changed"]
    assert source.files().keys() == {"people.csv", "last.csv"}
    assert source.baseline.read_bytes() == FIRST
    assert source.keep("dropped")["changed"] is False


def test_check_mode_predicts_and_writes_nothing(source: Source) -> None:
    def rehearsed(state: str, **options: t.Any) -> Result:
        before = source.files()
        result = source.keep(state, check=True, **options)
        assert source.files() == before
        return result

    assert rehearsed("begun")["changed"]
    assert rehearsed("dropped")["changed"] is False
    source.keep("begun")
    assert rehearsed("begun")["changed"] is False
    assert rehearsed("finished")["changed"]
    assert rehearsed("dropped")["changed"]
    source.keep("finished")
    source.begin(FIRST)
    assert rehearsed("finished")["changed"] is False, "the same export again"
    assert source.keep("finished")["changed"] is False
    source.begin(SECOND)
    assert rehearsed("finished", **source.refuse("line;message\n4;invalid\n"))["changed"]


REFUSED_ERRORS = [
    "line;message\n50;x\n51;y\n", "line;message\n49;x\n50;y\n", "message\ninvalid\n", "line;message\n4711;x\n", "line;message\n50;x\n;y\n",
]


@pytest.mark.parametrize("errors", REFUSED_ERRORS)
def test_refused_rows_stay_in_the_next_delta(source: Source, errors: str) -> None:
    """Rows 49 and 50 of the delta were refused (line 50 and 51 with the header); or nobody knows which."""
    source.baseline.write_bytes(b"id;name\n" + b"".join(b"%d;old\n" % number for number in range(60)))
    export = b"id;name\n" + b"".join(b"%d;new\n" % number for number in range(1, 61))
    source.begin(export)
    source.keep("finished", **source.refuse(errors))
    source.keep("begun")
    result = source.compare()
    sent = {row.split(b";")[0] for row in source.delta.read_bytes().splitlines()[1:]}
    assert {b"49", b"50"} <= sent
    if errors in REFUSED_ERRORS[:2]:
        assert len(sent) <= 6
    else:
        assert len(sent) == 61
    assert result["unchanged"] == 61 - len(sent) - (b"0" not in sent)


def test_refused_joiners_movers_and_leavers_are_sent_again_and_then_done(source: Source) -> None:
    source.baseline.write_bytes(FIRST)
    source.begin(SECOND)
    everybody = source.delta.read_bytes()
    source.keep("finished", **source.refuse("line;message\n2;x\n3;x\n4;x\n5;x\n"))
    source.begin(SECOND)
    assert source.delta.read_bytes() == everybody
    source.keep("finished")
    source.begin(SECOND)
    assert source.delta.read_bytes() == b"id;name;state\n"


@pytest.mark.parametrize("errors", ["", "line;message\n", "line;message\n2;x\n", "message\nx\n"])
def test_a_run_that_was_killed_while_it_was_finished_is_finished_again(source: Source, errors: str) -> None:
    """Killed before it could remove what it had read: the same is done once more, and nothing comes of it."""
    source.baseline.write_bytes(FIRST)
    source.begin(SECOND)
    copy, sent = source.next.read_bytes(), source.delta.read_bytes()
    assert source.keep("finished", **source.refuse(errors))["changed"]
    after = source.baseline.read_bytes()
    source.next.write_bytes(copy)
    source.delta.write_bytes(sent)
    assert source.keep("finished", **source.refuse(errors))["changed"] is False
    assert source.baseline.read_bytes() == after
    assert source.files().keys() == {"people.csv", "last.csv", "errors.csv"}


def test_the_export_is_the_one_that_was_checked(source: Source) -> None:
    digest = hashlib.sha256(FIRST).hexdigest()
    assert not source.keep("begun", sha256=digest).failed
    source.keep("dropped")
    source.src.write_bytes(SECOND)
    before = source.files()
    assert "has changed since it was checked" in source.keep("begun", sha256=digest)["msg"]
    assert source.files() == before


def refused(source: Source, state: str, **options: t.Any) -> str:
    before = {path: path.stat().st_mtime_ns for path in source.folder.iterdir()}
    result = source.keep(state, **options)
    assert result.failed
    assert result["failure"]["stage"] == "input"
    assert {path: path.stat().st_mtime_ns for path in source.folder.iterdir()} == before
    return result["msg"]


def test_what_cannot_be_done_is_named(source: Source) -> None:
    assert refused(source, "finished") == f"baseline: {source.next} is missing: there is no unfinished run"
    assert refused(source, "begun", src=str(source.folder)) == f"src: {source.folder} is a directory"
    assert refused(source, "begun", src="/nowhere") == "src: /nowhere cannot be opened: No such file or directory"
    assert refused(source, "begun", baseline="/nowhere/last.csv") == "baseline: /nowhere is not a directory"
    os.mkfifo(source.folder / "fifo")
    assert refused(source, "begun", src=str(source.folder / "fifo")) == f"src: {source.folder / 'fifo'} is not a regular file"
    assert refused(source, "begun", src="/proc/self/mem") == "src: /proc/self/mem cannot be read: Input/output error"


def test_what_cannot_be_finished_is_named_and_the_run_stays(source: Source) -> None:
    source.begin(SECOND)
    assert refused(source, "finished", errors="/nowhere") == "errors: /nowhere cannot be opened: No such file or directory"
    text = refused(source, "finished", identifier="ID", **source.refuse("line;message\n2;x\n"))
    assert text == f"baseline: {source.baseline}: the files of the unfinished run cannot be used any more (the identifier's column is missing)"
    source.baseline.mkdir()
    assert refused(source, "finished") == f"baseline: {source.baseline} is a directory"
    assert source.next.read_bytes() == SECOND


@pytest.mark.parametrize(("state", "missing"), [("begun", "src"), ("finished", "identifier")])
def test_options_that_belong_together(source: Source, state: str, missing: str) -> None:
    result = run_module("staffbase_csv_baseline", {"baseline": str(source.baseline), "state": state})
    assert result["msg"] == f"state is {state} but all of the following are missing: {missing}"


def test_that_refused_rows_are_forgotten_would_be_seen(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = importlib.import_module("ansible_collections.community.staffbase.plugins.module_utils._files.baseline")
    monkeypatch.setattr(steps, "_refused_lines", lambda errors: None)
    with pytest.raises(AssertionError):
        test_refused_joiners_movers_and_leavers_are_sent_again_and_then_done(source)


def test_a_run_without_an_export_names_the_option(tmp_path: Path) -> None:
    result = Source(tmp_path).keep("begun", src=None)
    assert result.failed
    assert "src" in result["msg"]


def test_what_another_run_has_begun_is_not_finished(tmp_path: Path) -> None:
    source = Source(tmp_path)
    source.begin(FIRST)
    sent = hashlib.sha256(FIRST).hexdigest()
    source.next.write_bytes(SECOND)
    result = source.keep("finished", sha256=sent)
    assert result.failed
    assert "another run is under way" in result["msg"]
    assert not source.baseline.exists()


def test_a_baseline_belongs_to_one_source(tmp_path: Path) -> None:
    source = Source(tmp_path)
    assert not source.keep("begun", source="berlin").failed
    assert not source.keep("begun", source="berlin").failed
    result = source.keep("begun", source="lisbon")
    assert result.failed
    assert "belongs to another source" in result["msg"]
