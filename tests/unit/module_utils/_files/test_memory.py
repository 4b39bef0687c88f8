# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what is remembered can be used: for this tenant, with these rows; and if not, whether everybody is sent or nobody."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import hashlib
import os
import shutil
import types
import typing as t
from pathlib import Path

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._csv.told import Told
from ansible_collections.community.staffbase.plugins.module_utils._errors import InputError
from ansible_collections.community.staffbase.plugins.module_utils._files import memory as memories
from ansible_collections.community.staffbase.plugins.module_utils._files.baseline import Baseline
from ansible_collections.community.staffbase.plugins.module_utils._files.memory import Memory, recall
from ansible_collections.community.staffbase.plugins.module_utils._files.run_record import Asked, RunRecord
from ansible_collections.community.staffbase.plugins.module_utils._files.told_file import WAY_ON, write_told
from support.told_delta import ANN, BOB, BOB_CELLS, text, told

HERE, THERE = "https://a.example", "https://b.example"
ROWS, OTHER_ROWS = text(ANN), text(ANN, BOB)
ASKED = Asked(HERE, {"externalId": "id"})


def digest(rows: bytes) -> str:
    return hashlib.sha256(rows).hexdigest()


#: What was told with ROWS.
TOLD = told(baseline=digest(ROWS), tenant=HERE, leavers={"2": BOB_CELLS})
ELSEWHERE = told(baseline=digest(ROWS), tenant=THERE)


class Place:
    """A baseline, and what is remembered beside it."""

    def __init__(self, folder: Path) -> None:
        self.baseline = Baseline(str(folder / "last.csv"))

    def lay(self, rows: bytes | None = ROWS, known: Told | bytes | None = TOLD, planned: Told | bytes | None = None) -> Place:
        for path, what in ((self.baseline.path, rows), (self.baseline.told_path, known), (self.baseline.told_next_path, planned)):
            if isinstance(what, Told):
                write_told(path, what)
            elif what is not None:
                Path(path).write_bytes(what)
        self.stamp()
        return self

    def stamp(self) -> None:
        """Leave the times of the files as the end of a run does."""
        with contextlib.suppress(FileNotFoundError):
            changed = os.stat(self.baseline.path).st_ctime_ns
            os.utime(self.baseline.told_path, ns=(changed, changed))

    def pending(self, tenant: str | None) -> Place:
        """Lay down a run that is under way; None: one of a version that kept no record."""
        for path in (self.baseline.next_path, self.baseline.delta_path):
            Path(path).write_bytes(ROWS)
        if tenant is not None:
            RunRecord.new(Asked(tenant)).write(self.baseline.run_path)
        return self

    def recall(self, *, resend: bool = False) -> Memory:
        before = {path.name: path.read_bytes() for path in Path(self.baseline.path).parent.iterdir()}
        try:
            return recall(self.baseline, ASKED, resend=resend)
        finally:
            assert {path.name: path.read_bytes() for path in Path(self.baseline.path).parent.iterdir()} == before, "it only looks"

    def refusal(self) -> str:
        with pytest.raises(InputError) as caught:
            self.recall()
        return str(caught.value)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_what_was_told_with_these_rows_to_this_tenant_counts(place: Place) -> None:
    assert place.lay().recall() == Memory(TOLD, place.baseline.told_path)


def test_a_baseline_of_todays_form_is_adopted(place: Place) -> None:
    """What is in it was told to this tenant under the present mapping."""
    assert place.lay(known=None).recall() == Memory()


@pytest.mark.parametrize("other", [OTHER_ROWS, b"", ROWS + b"\n", ROWS[:-1]], ids=["other people", "nothing", "a byte more", "a byte less"])
def test_with_other_rows_than_those_of_the_last_run_everybody_is_sent_and_it_is_said_why(place: Place, other: bytes) -> None:
    found = place.lay(rows=other).recall()
    assert (found.told, found.path, found.everybody) == (TOLD, place.baseline.told_path, True)
    assert found.reason == (
        f"{place.baseline.path} is not the file that the last run has left, so it is not known what the tenant was told. Therefore the whole export "
        "is sent once. Nobody outside it is touched")


def test_of_another_tenant_it_is_a_stop_that_names_both(place: Place) -> None:
    text_of_it = place.lay(known=ELSEWHERE).refusal()
    assert text_of_it == (
        f"baseline: {place.baseline.path} tells what {THERE} was told, but this run is for {HERE}. What one tenant was told must not be compared "
        f"with an export for another. {WAY_ON}. Or give each tenant a baseline of its own")
    assert "delta_import_resend: true" in text_of_it


def test_so_it_is_with_other_rows(place: Place) -> None:
    assert THERE in place.lay(rows=OTHER_ROWS, known=ELSEWHERE).refusal()


@pytest.mark.parametrize("known", [b"", b"{", TOLD.to_bytes().replace(b'"version": 1', b'"version": 2')])
def test_what_cannot_be_used_is_a_stop(place: Place, known: bytes) -> None:
    assert WAY_ON in place.lay(known=known).refusal()


# Without a baseline


def test_without_a_baseline_everybody_is_sent(place: Place) -> None:
    assert place.recall() == Memory(everybody=True)


def test_who_has_left_is_remembered_without_a_baseline(place: Place) -> None:
    assert place.lay(rows=None).recall() == Memory(TOLD, place.baseline.told_path, everybody=True)


@pytest.mark.parametrize("known", [b"{", ELSEWHERE], ids=["damaged", "of another tenant"])
def test_what_is_of_no_use_without_a_baseline_is_no_stop(place: Place, known: t.Any) -> None:
    assert place.lay(rows=None, known=known).recall() == Memory(everybody=True)


# A run that was interrupted when the new baseline was in its place


def test_what_is_to_come_counts_if_its_rows_are_in_place(place: Place) -> None:
    planned = told(baseline=digest(OTHER_ROWS), tenant=HERE)
    assert place.lay(rows=OTHER_ROWS, planned=planned).recall() == Memory(planned, place.baseline.told_next_path)


def test_what_is_to_come_does_not_count_before(place: Place) -> None:
    assert place.lay(planned=told(baseline=digest(OTHER_ROWS), tenant=HERE)).recall() == Memory(TOLD, place.baseline.told_path)
    assert place.lay(planned=told(tenant=HERE)).recall() == Memory(TOLD, place.baseline.told_path), "nor as it is while the run is under way"


def test_what_is_to_come_of_another_tenant_is_a_stop_too(place: Place) -> None:
    assert THERE in place.lay(rows=OTHER_ROWS, planned=told(baseline=digest(OTHER_ROWS), tenant=THERE)).refusal()


def test_a_plan_that_is_damaged_is_none(place: Place) -> None:
    assert place.lay(planned=b"{").recall() == Memory(TOLD, place.baseline.told_path)


# A run that is under way


def test_a_run_of_another_tenant_that_is_under_way_is_a_stop(place: Place) -> None:
    assert THERE in place.lay().pending(THERE).refusal()
    assert THERE in place.lay(known=None).pending(THERE).refusal(), "also where nothing was remembered yet"


def test_it_is_one_in_a_first_run_too(place: Place) -> None:
    """There is no baseline yet, and its import may be the other tenant's."""
    assert THERE in place.pending(THERE).refusal()
    assert THERE in place.lay(rows=None).refusal()
    assert place.recall(resend=True) == Memory(TOLD, place.baseline.told_path, everybody=True)


@pytest.mark.parametrize("tenant", [HERE, None], ids=["of this tenant", "that kept no record"])
def test_another_one_is_none(place: Place, tenant: str | None) -> None:
    assert place.lay().pending(tenant).recall() == Memory(TOLD, place.baseline.told_path)


def test_a_record_without_a_run_says_nothing(place: Place) -> None:
    """The run that wrote it was killed before it had a copy, or when it was over."""
    RunRecord.new(Asked(THERE)).write(place.baseline.run_path)
    assert place.lay().recall() == Memory(TOLD, place.baseline.told_path)


# Files that were put back, and old ones


def test_files_that_a_run_has_left_were_not_moved(tmp_path: Path) -> None:
    """By the end of a run itself, and by what it has not touched since."""
    source = Path(tmp_path, "people.csv")
    source.write_bytes(ROWS)
    baseline = Baseline(str(tmp_path / "last.csv"))
    baseline.begin(str(source), None, ASKED, check_mode=False)
    baseline.finish("id", None, check_mode=False)
    assert recall(baseline, ASKED, resend=False).was_moved is False
    os.chmod(baseline.path, 0o600)
    assert recall(baseline, ASKED, resend=False).was_moved is True, "the time of its last change is another one"


@pytest.mark.parametrize("moved", ["last.csv", "last.csv.told", "both"])
def test_files_that_were_put_back_are_noticed_although_their_times_were_kept(place: Place, moved: str) -> None:
    place.lay()
    for path in Path(place.baseline.path).parent.iterdir():
        if moved in (path.name, "both"):
            kept = shutil.copy2(path, path.with_name("kept"))
            if path.name == "last.csv.told":
                # A copy that lost its time; with it, and the same rows, it is what the run has left.
                os.utime(kept, (1, 1))
            os.replace(kept, path)
    assert place.recall() == Memory(TOLD, place.baseline.told_path, was_moved=True)
    # What does not count, or is not the last of a run, tells nothing.
    assert place.recall(resend=True).was_moved is False
    assert place.lay(rows=OTHER_ROWS).recall().was_moved is False


def at(monkeypatch: pytest.MonkeyPatch, day: str) -> None:
    now = datetime.datetime.fromisoformat(f"{day}T12:00:00+00:00")
    monkeypatch.setattr(memories, "datetime", types.SimpleNamespace(
        datetime=types.SimpleNamespace(now=now.astimezone), date=datetime.date, timezone=datetime.timezone))


@pytest.mark.parametrize(("today", "days"), [("2026-01-31", 0), ("2026-03-02", 30), ("2026-03-03", 31), ("2027-01-31", 365)])
def test_it_is_said_when_the_service_may_have_forgotten_imports_since(
    place: Place, monkeypatch: pytest.MonkeyPatch, today: str, days: int,
) -> None:
    at(monkeypatch, today)
    known = dataclasses.replace(TOLD, date="2026-01-31")
    warning = (
        f"The last run with {place.baseline.path} was {days} days ago. The service keeps its imports for 30 days, so it cannot be seen whether "
        "somebody has imported this source since then. If so, run once with delta_import_resend: true") if days > 30 else ""
    assert place.lay(known=known).recall() == Memory(known, place.baseline.told_path, warning=warning)
    assert place.recall(resend=True).warning == "", "it is what is being done"


@pytest.mark.parametrize("date", ["", "yesterday", "2026-99-01"])
def test_without_a_day_nothing_is_old(place: Place, date: str) -> None:
    assert place.lay(known=dataclasses.replace(TOLD, date=date)).recall().warning == ""


def test_the_last_import_matters_only_where_not_everybody_is_sent(place: Place) -> None:
    known = dataclasses.replace(TOLD, last_import="64f0", last_created="at two")
    assert place.lay(known=known).recall().last_import == {"id": "64f0", "created_at": "at two"}
    assert place.recall(resend=True).last_import is None
    assert place.lay(known=dataclasses.replace(known, last_created="")).recall().last_import is None
    assert place.lay(known=TOLD).recall().last_import is None
    assert Memory().last_import is None


# To begin anew


def test_resend_sends_everybody_and_remembers_who_has_left(place: Place) -> None:
    assert place.lay().recall(resend=True) == Memory(TOLD, place.baseline.told_path, everybody=True)
    assert place.lay(rows=OTHER_ROWS).recall(resend=True) == Memory(TOLD, place.baseline.told_path, everybody=True), "whatever the rows are"


@pytest.mark.parametrize("known", [None, b"{", ELSEWHERE], ids=["nothing", "damaged", "of another tenant"])
def test_resend_is_the_way_on_whatever_is_remembered(place: Place, known: t.Any) -> None:
    assert place.lay(known=known).recall(resend=True) == Memory(everybody=True)
    assert place.pending(THERE).recall(resend=True) == Memory(everybody=True)


def test_resend_takes_what_is_to_come_if_its_rows_are_in_place(place: Place) -> None:
    planned = told(baseline=digest(OTHER_ROWS), tenant=HERE)
    found = place.lay(rows=OTHER_ROWS, planned=planned).recall(resend=True)
    assert found == Memory(planned, place.baseline.told_next_path, everybody=True)


def test_resend_without_a_baseline_remembers_who_has_left(place: Place) -> None:
    assert place.lay(rows=None).recall(resend=True) == Memory(TOLD, place.baseline.told_path, everybody=True)
    (Path(place.baseline.told_path)).unlink()
    assert place.recall(resend=True) == Memory(everybody=True)


def test_that_another_tenant_was_not_noticed_would_be_seen(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memories, "_check_tenant", lambda baseline, before, asked: None)
    assert place.lay(known=ELSEWHERE).recall() == Memory(ELSEWHERE, place.baseline.told_path)
