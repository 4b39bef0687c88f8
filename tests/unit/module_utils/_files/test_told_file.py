# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file that holds what the tenant was told, and the one that holds what it is told when the run is over."""

from __future__ import annotations

import hashlib
import json
import stat
import typing as t
from pathlib import Path

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._csv.told import Refused, Told
from ansible_collections.community.staffbase.plugins.module_utils._errors import InputError
from ansible_collections.community.staffbase.plugins.module_utils._files import next_told
from ansible_collections.community.staffbase.plugins.module_utils._files.next_told import OVER, End, NextTold, planned_told
from ansible_collections.community.staffbase.plugins.module_utils._files.run_record import Asked
from ansible_collections.community.staffbase.plugins.module_utils._files.told_file import WAY_ON, read_told, write_told
from support.told_delta import BOB_CELLS, DAY, FIELDS, table_of, told

TENANT = "https://a.example"
ASKED = Asked(TENANT, {"externalId": "id"}, {"send_mails_new": True})
TODAY = "2026-02-02"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "last.csv.told"


@pytest.fixture(autouse=True)
def _a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(next_told, "today", lambda: TODAY)


def test_it_comes_back_as_it_was_for_its_owner_only(path: Path) -> None:
    known = told(leavers={"2": BOB_CELLS}, held={"3"})
    write_told(str(path), known)
    assert read_told(str(path)) == known
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_rehearsal_writes_nothing(path: Path) -> None:
    write_told(str(path), told(), write=False)
    assert list(path.parent.iterdir()) == []
    assert read_told(str(path)) is None


@pytest.mark.parametrize(("data", "reason"), [
    (b"", "it is damaged"), (b"{}", "it is damaged"), (told().to_bytes()[:-9], "it is damaged"),
    (told().to_bytes().replace(b'"version": 1', b'"version": 7'), "it is of version 7, and this collection knows version 1"),
    (told(leavers={"quellwick": BOB_CELLS}).to_bytes().replace(b'"bob@x"', b"5"), "it is damaged"),
])
def test_what_cannot_be_used_is_named_with_the_way_on_and_without_a_cell(path: Path, data: bytes, reason: str) -> None:
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        read_told(str(path))
    assert str(caught.value) == f"baseline: {path}, which tells what the tenant was told, cannot be used: {reason}. {WAY_ON}"
    assert "delta_import_resend: true" in WAY_ON
    assert path.read_bytes() == data
    assert planned_told(str(path)) is None, "nor is it planned"


def test_what_is_no_file_is_named(path: Path) -> None:
    path.mkdir()
    with pytest.raises(InputError, match=r"last\.csv\.told is a directory"):
        read_told(str(path))
    assert planned_told(str(path)) is None
    path.rmdir()
    path.symlink_to(path.parent / "nowhere")
    with pytest.raises(InputError, match="cannot be opened: No such file"):
        read_told(str(path))
    with pytest.raises(InputError, match="is a symbolic link"):
        write_told(str(path), told())


# What comes next


def coming(path: Path, known: Told | None, planned: Told | None, asked: Asked = ASKED, end: End = OVER) -> NextTold:
    next_path = Path(f"{path}.next")
    for where, what in ((path, known), (next_path, planned)):
        if what is not None:
            write_told(str(where), what)
    return NextTold(str(path), str(next_path), asked, end)


def test_what_was_planned_is_told_under_what_was_asked_for(path: Path) -> None:
    planned = Told(deactivated={"2"}, leavers={"3": BOB_CELLS}, held={"4"})
    after = coming(path, told(date=DAY), planned, end=End(import_id="64f0", created_at="2026-02-02T02:00:00Z")).after
    assert after == Told(
        tenant=TENANT, mapping={"externalId": "id"}, flags={"send_mails_new": True}, date=TODAY, last_import="64f0",
        last_created="2026-02-02T02:00:00Z", deactivated={"2"}, leavers={"3": BOB_CELLS}, held={"4"})


@pytest.mark.parametrize("planned", [None, b"half of it"])
def test_without_a_plan_there_is_nothing_but_what_was_asked_for(path: Path, planned: bytes | None) -> None:
    """A first run sends the export as it is, so there was nothing to be planned."""
    if planned is not None:
        Path(f"{path}.next").write_bytes(planned)
    assert coming(path, None, None).after == Told(tenant=TENANT, mapping={"externalId": "id"}, flags={"send_mails_new": True}, date=TODAY)


def test_when_nothing_was_sent_mails_and_codes_are_as_they_were(path: Path) -> None:
    before = told(date=DAY, flags={"send_mails_new": False}, last_import="64aa", last_created="before")
    after = coming(path, before, Told(), end=End(nothing_sent=True)).after
    assert (after.date, after.flags, after.last_import, after.last_created) == (TODAY, {"send_mails_new": False}, "64aa", "before")
    assert (after.tenant, after.mapping) == (TENANT, {"externalId": "id"}), "the mapping that the rows were compared under"


def test_when_nothing_was_ever_sent_it_is_what_was_asked_for(path: Path) -> None:
    after = coming(path, None, Told(), end=End(nothing_sent=True)).after
    assert (after.date, after.flags, after.last_import) == (TODAY, {"send_mails_new": True}, "")


@pytest.mark.parametrize("other", ["https://b.example", ""])
def test_of_another_tenant_nothing_counts(path: Path, other: str) -> None:
    found = coming(path, told(tenant=other, refused={"1": Refused(DAY)}, flags={}, date=DAY), Told(), end=End(nothing_sent=True))
    assert found.before is None
    assert (found.after.date, found.after.flags) == (TODAY, {"send_mails_new": True})


def test_what_is_damaged_counts_for_nothing(path: Path) -> None:
    """A run goes so far only if everybody was sent."""
    path.write_bytes(b"{")
    assert coming(path, None, Told()).before is None


def test_it_names_the_rows_that_it_belongs_to(path: Path) -> None:
    coming(path, None, Told()).is_next("ab" * 32)
    written = read_told(f"{path}.next")
    assert written is not None
    assert written.baseline == "ab" * 32
    assert not path.exists(), "it is not in force"


def test_it_is_written_when_the_last_row_is_out_of_hand_with_the_digest_of_the_rows(path: Path) -> None:
    before, after = b"id;name\n1;Anna\n2;Bert\n", b"id;name\n1;Anne\n3;Cleo\n"
    found = coming(path, Told(tenant=TENANT, mapping=FIELDS, refused={"1": Refused(DAY, accepted=True)}), Told(deactivated={"2"}))
    where, rows = Path(f"{path}.next"), []
    planned = where.read_bytes()
    for row in found.rows(table_of(before), table_of(after), {b"1": True, b"3": False}):
        assert where.read_bytes() == planned, "not before"
        rows.append(row)
    assert rows == [b"id;name\n", b"1;Anna\n", b"3;Cleo\n"]
    written = read_told(str(where))
    assert written is not None
    assert written.baseline == hashlib.sha256(b"".join(rows)).hexdigest()
    assert written.refused == {
        "1": Refused(DAY, accepted=True, statuses=("",)), "3": Refused(TODAY, sure=False, statuses=("",))}


def test_the_file_is_readable_for_whoever_has_to_look(path: Path) -> None:
    """The guide says what is in it."""
    write_told(str(path), told(refused={"1": Refused(DAY, statuses=("Activated",))}))
    found: dict[str, t.Any] = json.loads(path.read_text(encoding="ascii"))
    assert found["refused"] == {"1": {"since": DAY, "sure": True, "accepted": False, "returner": False, "statuses": ["Activated"]}}
    assert set(found) == {
        "version", "baseline", "tenant", "mapping", "flags", "date", "last_import", "last_created", "refused", "leavers", "deactivated", "held"}


def test_today_is_a_day_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert Told(refused={"1": Refused(next_told.today())}).refused_since == next_told.today()
    assert len(next_told.today().split("-")) == 3
