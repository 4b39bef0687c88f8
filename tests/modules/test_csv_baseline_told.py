# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module that keeps a baseline, at the end of a run that has said what it was asked for: what the tenant was told, and who is still open."""

from __future__ import annotations

import hashlib
import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._csv.told import Refused, Told
from ansible_collections.community.staffbase.plugins.module_utils._files import next_told
from ansible_collections.community.staffbase.plugins.module_utils._files.run_record import Asked, RunRecord
from ansible_collections.community.staffbase.plugins.module_utils._files.told_file import write_told
from support.module_runner import Result, run_module
from support.told_delta import ANN, BOB, BOB_CELLS, CLEO, FIELDS, text, told

TENANT = "https://a.example/api"
ASKED = Asked(TENANT, FIELDS, {"send_mails_new": True})
BEFORE, AFTER = text(ANN, BOB), text(ANN.replace("Ann", "Anne"), CLEO)
DELTA = text(ANN.replace("Ann", "Anne"), CLEO, BOB.replace("Activated", "Deactivated"))
TODAY = "2026-02-02"


@pytest.fixture(autouse=True)
def _a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(next_told, "today", lambda: TODAY)


class Source:
    """A run that has sent its difference."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.baseline, self.errors = folder, folder / "last.csv", folder / "refused.csv"
        for end, content in (("", BEFORE), (".next", AFTER), (".delta.csv", DELTA)):
            Path(f"{self.baseline}{end}").write_bytes(content)
        RunRecord.new(ASKED).write(self.path("run"))
        write_told(self.path("told.next"), Told(deactivated={"2"}))
        Path(self.path("sending")).touch()

    def path(self, end: str) -> str:
        return f"{self.baseline}.{end}"

    def knows(self, **known: t.Any) -> None:
        rows = hashlib.sha256(BEFORE).hexdigest()
        write_told(self.path("told"), told(**{"tenant": TENANT, "baseline": rows, "date": "2026-01-31", "last_import": "64aa", **known}))

    def finish(self, errors: str | None = None, *, check: bool = False, **options: t.Any) -> Result:
        if errors is not None:
            self.errors.write_text(f"line;message\n{errors}", encoding="ascii")
            options["errors"] = str(self.errors)
        return run_module("staffbase_csv_baseline", {"baseline": str(self.baseline), "state": "finished", "identifier": "id", **options}, check=check)

    def told(self) -> dict[str, t.Any]:
        found: dict[str, t.Any] = json.loads(Path(self.path("told")).read_bytes())
        return found

    def names(self) -> set[str]:
        return {path.name for path in self.folder.iterdir() if path != self.errors}


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return Source(tmp_path)


def seen(result: Result) -> tuple[t.Any, ...]:
    return result["changed"], result["refused"], result["refused_since"]


def test_where_all_was_accepted_nobody_is_open(source: Source) -> None:
    result = source.finish("", import_id="64f0", created_at="2026-02-02T02:00:00Z")
    assert seen(result) == (True, 0, None)
    assert source.names() == {"last.csv", "last.csv.told"}
    assert source.baseline.read_bytes() == AFTER
    assert source.told() == {
        "version": 1, "baseline": hashlib.sha256(AFTER).hexdigest(), "tenant": TENANT, "mapping": FIELDS, "flags": {"send_mails_new": True},
        "date": TODAY, "last_import": "64f0", "last_created": "2026-02-02T02:00:00Z", "refused": {}, "leavers": {}, "deactivated": ["2"], "held": []}


def test_without_an_error_file_nobody_is_open_either(source: Source) -> None:
    assert seen(source.finish()) == (True, 0, None)
    assert source.told()["last_import"] == ""


def test_who_was_refused_is_open_since_today_or_since_the_first_time(source: Source) -> None:
    source.knows(refused={"1": Refused("2026-01-15", accepted=True)})
    result = source.finish("2;x\n3;x\n4;x\n", import_id="64f0")
    assert seen(result) == (True, 3, "2026-01-15")
    found = source.told()
    assert {name: (one["since"], one["sure"], one["accepted"]) for name, one in found["refused"].items()} == {
        "1": ("2026-01-15", True, True), "2": (TODAY, True, True), "3": (TODAY, True, False)}
    # A leaver who was refused is still a leaver, too.
    assert (found["leavers"], found["deactivated"]) == ({"2": BOB_CELLS}, [])
    assert source.baseline.read_bytes() == text(ANN, CLEO)
    assert found["baseline"] == hashlib.sha256(text(ANN, CLEO)).hexdigest()


@pytest.mark.parametrize(("errors", "open_ones"), [
    ("3;x\n", {"2": False, "3": False}), ("4;x\n", {"2": True}), ("2;x\n", {"1": False, "2": False, "3": False}),
    (";x\n", {"1": False, "2": False, "3": False}), ("4711;x\n", {"1": False, "2": False, "3": False}),
    ("2;x\n4;x\n", {"1": True, "2": True}), ("1;x\n", {"1": False, "3": False}),
])
def test_who_is_open_and_whether_that_is_sure(source: Source, errors: str, open_ones: dict[str, bool]) -> None:
    """The rows are 1, 3 and 2. Who is not in the export is a leaver, and refused as well."""
    result = source.finish(errors)
    assert result["refused"] == len(open_ones)
    found = source.told()
    assert {name: one["sure"] for name, one in found["refused"].items()} == open_ones
    assert (set(found["leavers"]), set(found["deactivated"])) == (({"2"}, set()) if "2" in open_ones else (set(), {"2"}))


def test_nothing_sent_leaves_the_last_import_and_its_flags(source: Source) -> None:
    source.knows(flags={"send_mails_new": False}, last_created="then")
    Path(source.path("next")).write_bytes(BEFORE)
    write_told(source.path("told.next"), Told())
    assert seen(source.finish(nothing_sent=True)) == (False, 0, None)
    found = source.told()
    assert (found["last_import"], found["last_created"], found["flags"], found["date"]) == ("64aa", "then", {"send_mails_new": False}, TODAY)
    assert source.names() == {"last.csv", "last.csv.told"}


def test_an_import_of_the_same_rows_is_a_new_one(source: Source) -> None:
    """Everybody was sent once more: what the tenant was told of mails is what was asked for now."""
    source.knows(flags={"send_mails_new": False}, refused={"1": Refused("2026-01-15")})
    Path(source.path("next")).write_bytes(BEFORE)
    write_told(source.path("told.next"), Told())
    assert seen(source.finish(import_id="64f0")) == (False, 0, None)
    found = source.told()
    assert (found["last_import"], found["flags"], found["date"], found["refused"]) == ("64f0", {"send_mails_new": True}, TODAY, {})


def test_of_another_tenant_nothing_is_taken_over(source: Source) -> None:
    source.knows(tenant="https://b.example/api", refused={"1": Refused("2026-01-15", accepted=True)})
    assert seen(source.finish("2;x\n4;x\n")) == (True, 2, TODAY)
    assert source.told()["tenant"] == TENANT


def test_a_run_of_which_nothing_is_remembered_tells_of_nobody(source: Source) -> None:
    """Neither does it leave anything that the next run would have to take for true."""
    for end in ("run", "told.next"):
        Path(source.path(end)).unlink()
    assert seen(source.finish("2;x\n")) == (True, None, None)
    assert source.names() == {"last.csv"}


@pytest.mark.parametrize("state", ["begun", "dropped"])
def test_only_the_end_tells_of_refused_people(source: Source, state: str) -> None:
    source.knows(refused={"1": Refused("2026-01-15")})
    result = run_module("staffbase_csv_baseline", {"baseline": str(source.baseline), "state": state, "src": source.path("next")})
    assert (result["refused"], result["refused_since"]) == (None, None)


def test_dropping_leaves_what_was_told_and_nothing_of_the_run(source: Source) -> None:
    source.knows()
    before = source.told()
    assert run_module("staffbase_csv_baseline", {"baseline": str(source.baseline), "state": "dropped"})["changed"]
    assert (source.names(), source.told(), source.baseline.read_bytes()) == ({"last.csv", "last.csv.told"}, before, BEFORE)


def test_check_mode_writes_nothing(source: Source) -> None:
    source.knows()
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in source.folder.iterdir()}
    for errors in (None, "2;x\n"):
        assert source.finish(errors, check=True)["changed"]
    source.errors.unlink()
    assert {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in source.folder.iterdir()} == before


def test_a_record_that_is_damaged_stops_the_end_and_loses_nothing(source: Source) -> None:
    Path(source.path("run")).write_bytes(b"{")
    before = {path.name: path.read_bytes() for path in source.folder.iterdir()}
    result = source.finish("2;x\n")
    assert "which tells of the run that is under way, is damaged" in result["msg"]
    source.errors.unlink()
    assert {path.name: path.read_bytes() for path in source.folder.iterdir()} == before


def test_what_is_printed_names_nobody(source: Source) -> None:
    assert "cleo@x" not in source.finish("2;x\n3;x\n").output
