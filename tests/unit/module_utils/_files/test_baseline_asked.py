# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run of a source that says what it is asked for: told apart from others, finished with what was told, and again after a kill."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import typing as t
from pathlib import Path

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._csv.told import Refused, Told
from ansible_collections.community.staffbase.plugins.module_utils._errors import InputError
from ansible_collections.community.staffbase.plugins.module_utils._files import next_told
from ansible_collections.community.staffbase.plugins.module_utils._files.baseline import Baseline
from ansible_collections.community.staffbase.plugins.module_utils._files.baseline_run import BaselineRequest, Kept, keep
from ansible_collections.community.staffbase.plugins.module_utils._files.next_told import OVER, End
from ansible_collections.community.staffbase.plugins.module_utils._files.run_record import Asked, read_run
from ansible_collections.community.staffbase.plugins.module_utils._files.told_file import read_told
from ansible_collections.community.staffbase.plugins.module_utils._http.waiting import Waiter
from ansible_collections.community.staffbase.plugins.module_utils._steps.export_delta import DeltaRequest, make_delta
from support.told_delta import ANN, BOB, BOB_CELLS, CLEO, CLEO_CELLS, FIELDS, OWN, text

FIRST, SECOND, THIRD = text(ANN, BOB), text(ANN.replace("Ann", "Anne"), CLEO), text(ANN, CLEO)
HERE, THERE = Asked("https://a.example", FIELDS), Asked("https://b.example", FIELDS)
OFTEN = dataclasses.replace(HERE, flags={"send_mails_new": True})
TODAY = "2026-02-02"

#: The status cells of somebody of whom each row says so.
ACTIVE = ("Activated",)


@pytest.fixture(autouse=True)
def _a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(next_told, "today", lambda: TODAY)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Source:
    """The files of one source, and what a run does with them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.src = folder, folder / "people.csv"
        self.baseline = Baseline(str(folder / "last.csv"))

    def begin(self, export: bytes, asked: Asked | None = HERE, *, check: bool = False, resend: bool = False, run: str | None = None) -> Kept:
        self.src.write_bytes(export)
        return self._keep(BaselineRequest(
            "begun", src=str(self.src), sha256=sha256(export), source="berlin", asked=asked, resend=resend, run=run), check)

    def compare(self, kept: Kept) -> None:
        """Write the difference, and what the tenant is told when it is accepted."""
        path = self.baseline
        rules = dataclasses.replace(OWN, told=kept.memory.told, everybody=kept.memory.everybody)
        make_delta(DeltaRequest(path.path if path.exists() else None, path.next_path, path.delta_path, "id", rules, told_dest=path.told_next_path))

    def go(self, export: bytes, asked: Asked = HERE) -> Kept:
        """Begin and compare."""
        kept = self.begin(export, asked)
        self.compare(kept)
        return kept

    def finish(self, errors: str | None = None, *, end: End = OVER, check: bool = False) -> Kept:
        path = self.folder / "errors.csv"
        if errors is not None:
            path.write_text(f"line;message\n{errors}", encoding="ascii")
        return self._keep(BaselineRequest("finished", identifier="id", errors=str(path) if errors is not None else None, end=end), check)

    def drop(self, run: str | None = None) -> Kept:
        return self._keep(BaselineRequest("dropped", run=run), False)

    def _keep(self, wanted: BaselineRequest, check: bool) -> Kept:
        return keep(self.baseline, wanted, Waiter(0, 1), check_mode=check)

    @property
    def told(self) -> Told | None:
        return read_told(self.baseline.told_path)

    def names(self) -> set[str]:
        """Return what lies beside the baseline, without its lock."""
        return {path.name for path in self.folder.iterdir() if path.name.startswith(("last", "."))} - {"last.csv.source"}

    def files(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.folder.iterdir()}


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return Source(tmp_path)


DONE = {"last.csv", "last.csv.told"}
UNDER_WAY = {"last.csv", "last.csv.told", "last.csv.next", "last.csv.run"}


def test_a_run_is_finished_with_what_the_tenant_was_told(source: Source) -> None:
    kept = source.begin(FIRST)
    assert (kept.exists, kept.pending, kept.changed, kept.memory.everybody) == (False, False, True, True)
    assert source.names() == {"last.csv.next", "last.csv.delta.csv", "last.csv.run"}
    assert source.finish(end=End(import_id="64f0", created_at="at two")).changed
    assert source.names() == DONE
    assert source.told == Told(sha256(FIRST), HERE.tenant, FIELDS, {}, TODAY, "64f0", "at two")

    kept = source.go(SECOND)
    assert (kept.exists, kept.memory.told, kept.memory.everybody) == (True, source.told, False)
    assert source.names() == {*UNDER_WAY, "last.csv.delta.csv", "last.csv.told.next"}
    source.finish("2;x\n4;y\n")
    assert source.names() == DONE
    found = source.told
    assert found is not None
    assert found.refused == {"1": Refused(TODAY, accepted=True, statuses=ACTIVE), "2": Refused(TODAY, accepted=True)}
    assert found.leavers == {"2": BOB_CELLS}
    assert found.baseline == sha256(Path(source.baseline.path).read_bytes())


def test_each_file_is_its_owners_only(source: Source) -> None:
    before = os.umask(0)
    try:
        source.begin(FIRST)
        source.finish()
        source.go(SECOND)
        modes = {path.name: path.stat().st_mode & 0o777 for path in source.folder.iterdir() if path.name != "people.csv"}
        source.finish("2;x\n")
        modes.update((path.name, path.stat().st_mode & 0o777) for path in source.folder.iterdir() if path.name in DONE)
    finally:
        os.umask(before)
    assert set(modes) == {*UNDER_WAY, "last.csv.delta.csv", "last.csv.told.next", "last.csv.source"}
    assert set(modes.values()) == {0o600}


def test_a_run_that_said_nothing_leaves_nothing_beside_the_rows(source: Source) -> None:
    source.begin(FIRST, None)
    assert source.names() == {"last.csv.next", "last.csv.delta.csv"}
    source.finish()
    assert source.names() == {"last.csv"}


def test_where_nobody_has_changed_what_was_told_stays(source: Source) -> None:
    source.begin(FIRST)
    source.finish(end=End(import_id="64f0", created_at="at two"))
    before = source.told
    source.go(FIRST, OFTEN)
    source.finish(end=End(nothing_sent=True))
    assert source.told == before


# Told apart


@pytest.mark.parametrize(("asked", "same"), [
    (HERE, True), (Asked(HERE.tenant, dict(reversed(FIELDS.items()))), True), (OFTEN, False), (Asked(HERE.tenant, {"externalId": "id"}), False),
    (dataclasses.replace(HERE, rules={"leavers": "deactivate"}), False), (None, False),
], ids=["the same", "another order", "mails", "another mapping", "another rule", "nothing"])
def test_the_same_export_for_something_else_is_another_run(source: Source, asked: Asked | None, same: bool) -> None:
    source.begin(FIRST)
    first = read_run(source.baseline.run_path)
    kept = source.begin(FIRST, asked)
    assert (kept.pending, kept.same, kept.before) == (True, same, first)
    assert read_run(source.baseline.run_path) == first, "it is under way"


@pytest.mark.parametrize("asked", [HERE, OFTEN], ids=["the same", "something else"])
def test_a_run_that_was_only_half_begun_is_gone_on_with_or_begun_anew(source: Source, asked: Asked) -> None:
    source.begin(FIRST)
    first = read_run(source.baseline.run_path)
    os.unlink(source.baseline.delta_path)
    kept = source.begin(FIRST, asked)
    assert (kept.pending, kept.same) == (False, asked == HERE)
    assert (kept.record == first) == (asked == HERE)
    assert kept.record is not None
    assert kept.record.asked == asked
    assert Path(source.baseline.delta_path).read_bytes() == FIRST


def test_a_run_that_said_nothing_is_another_one_than_one_that_does(source: Source) -> None:
    source.begin(FIRST, None)
    kept = source.begin(FIRST)
    assert (kept.pending, kept.same, kept.before) == (True, False, None)
    source.drop()
    assert source.begin(FIRST).record is not None


def test_runs_share_the_lock_only_if_they_want_the_same(source: Source) -> None:
    first = source.begin(FIRST)
    assert source.begin(FIRST).run == first.run
    other = source.begin(FIRST, OFTEN)
    assert other.run != first.run
    with pytest.raises(InputError, match="another run of this source has taken over"):
        source.drop(first.run)
    assert read_run(source.baseline.run_path) == first.record, "and it is still what it was"


def test_a_new_run_has_another_token_and_forgets_the_plan_and_the_sending_of_the_one_before(source: Source) -> None:
    source.begin(FIRST)
    source.finish()
    tokens = set()
    for export in (SECOND, THIRD):
        record = source.go(export).record
        assert record is not None
        tokens.add(record.token)
        Path(source.baseline.sending_path).touch()
        source.drop()
        assert source.names() == DONE
    assert len(tokens) == 2


def test_check_mode_begins_nothing_and_remembers_all(source: Source) -> None:
    source.begin(FIRST)
    source.finish()
    before = source.files()
    kept = source.begin(FIRST, check=True)
    assert (kept.exists, kept.pending, kept.record, kept.memory.told) == (True, False, None, source.told)
    assert source.files() == before
    source.go(SECOND)
    before = source.files()
    assert source.finish("2;x\n", check=True).changed
    assert source.files().keys() - before.keys() == {"errors.csv"}
    assert {name: data for name, data in source.files().items() if name != "errors.csv"} == before


# Another tenant


def test_a_run_for_another_tenant_begins_nothing(source: Source) -> None:
    source.begin(FIRST)
    source.finish()
    for check in (True, False):
        before = source.files()
        with pytest.raises(InputError, match=r"https://a\.example was told, but this run is for https://b\.example"):
            source.begin(FIRST, THERE, check=check)
        assert source.files() == before


def test_a_pending_run_of_another_tenant_is_left_alone(source: Source) -> None:
    source.begin(FIRST)
    source.finish()
    source.go(SECOND)
    before = source.files()
    with pytest.raises(InputError, match=r"https://b\.example"):
        source.begin(SECOND, THERE)
    assert source.files() == before


def test_resend_begins_the_baseline_anew_for_the_other_tenant(source: Source) -> None:
    source.begin(FIRST)
    source.finish("3;x\n")
    source.go(SECOND)
    before = source.files()
    assert source.begin(SECOND, THERE, resend=True, check=True).pending is False
    assert source.files() == before
    kept = source.begin(SECOND, THERE, resend=True)
    assert (kept.pending, kept.same, kept.memory.told, kept.memory.everybody) == (False, False, None, True)
    assert kept.record is not None
    assert kept.record.asked == THERE
    source.compare(kept)
    assert Path(source.baseline.delta_path).read_bytes() == SECOND
    source.finish()
    # Who has left is a matter of the tenant before: this one may have her as somebody who was never in this source.
    assert source.told == Told(sha256(SECOND), THERE.tenant, FIELDS, {}, TODAY)


def test_when_it_is_not_known_what_became_of_a_run_all_of_its_people_are_open(source: Source) -> None:
    source.begin(FIRST)
    source.finish()
    source.go(SECOND)
    source.finish(end=End(unsure=True))
    found = source.told
    assert found is not None
    assert found.refused == {
        "1": Refused(TODAY, sure=False, accepted=True, statuses=ACTIVE), "2": Refused(TODAY, sure=False, accepted=True),
        "3": Refused(TODAY, sure=False, statuses=ACTIVE)}
    assert (found.leavers, found.deactivated) == ({"2": BOB_CELLS}, set())
    # Who was in it is sent again, or a leaver.
    kept = source.begin(text(ANN))
    source.compare(kept)
    rows = Path(source.baseline.delta_path).read_bytes().decode().splitlines()[1:]
    assert sorted(row[0] for row in rows) == ["1", "2", "3"]
    assert CLEO_CELLS["externalId"] == "3"


# Killed while it was finished


class Killed(BaseException):
    """Stands for a process that is no more: nobody catches it."""


def killing(monkeypatch: pytest.MonkeyPatch, number: int) -> list[str]:
    """Let the process die before its step of this number (0 is the first) on a file, and do nothing more; return the steps that were made."""
    made: list[str] = []

    def dying(real: t.Callable[..., None]) -> t.Callable[..., None]:
        def step(*paths: t.Any) -> None:
            if len(made) >= number:
                raise Killed
            made.append(f"{real.__name__} {os.path.basename(paths[-1])}")
            real(*paths)
        return step

    for name in ("replace", "unlink"):
        monkeypatch.setattr(os, name, dying(getattr(os, name)))
    return made


#: As many as there are.
STEPS = range(20)


@pytest.mark.parametrize("errors", [None, "2;x\n4;y\n", "4711;x\n"], ids=["all accepted", "some refused", "nobody knows who"])
@pytest.mark.parametrize("known", [True, False], ids=["with a baseline", "first run"])
def test_killed_before_any_step_of_its_end_it_ends_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known: bool, errors: str | None,
) -> None:
    ends, seen = [], set()
    for number in STEPS:
        folder = tmp_path / str(number)
        folder.mkdir()
        source = Source(folder)
        if known:
            source.begin(FIRST)
            source.finish(end=End(import_id="64aa"))
            source.go(SECOND, OFTEN)
        else:
            source.begin(SECOND, OFTEN)
        with monkeypatch.context() as dying:
            made = killing(dying, number)
            try:
                source.finish(errors, end=End(import_id="64f0"))
            except Killed:
                seen.add(made[-1] if made else "")
            else:
                number = -1  # noqa: PLW2901
        # In check mode nothing is written, and what is remembered is what will be.
        before = source.files()
        rehearsed = source.begin(THIRD, OFTEN, check=True)
        after = source.files()
        assert {**after, "people.csv": b""} == {**before, "people.csv": b""}
        # The next run: as long as the one before is pending, the service is asked, and it is finished as it would have been.
        kept = source.begin(THIRD, OFTEN)
        if kept.pending:
            source.finish(errors, end=End(import_id="64f0"))
            kept = source.begin(THIRD, OFTEN)
        else:
            assert rehearsed.memory.told == kept.memory.told
        assert (kept.pending, kept.exists, kept.memory.everybody, kept.memory.reason) == (False, True, False, "")
        ends.append((Path(source.baseline.path).read_bytes(), source.told, source.names()))
        if number < 0:
            break
    else:
        pytest.fail("more steps than anybody counted")
    assert all(end == ends[-1] for end in ends), [ends.index(end) for end in ends]
    _rows, told, names = ends[-1]
    assert told is not None
    assert (told.last_import, told.flags) == ("64f0", OFTEN.flags)
    assert bool(told.refused) == (errors is not None)
    assert names == UNDER_WAY
    assert {step.split()[0] for step in seen if step} == {"replace", "unlink"}
    assert {"replace last.csv.told.next", "replace last.csv", "replace last.csv.told"} <= seen
