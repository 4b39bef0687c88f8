# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Import records: opaque ids, times of several forms, and nothing taken for granted."""

from __future__ import annotations

import datetime
import typing as t

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.community.staffbase.plugins.module_utils._errors import InputError
from ansible_collections.community.staffbase.plugins.module_utils._imports import records
from ansible_collections.community.staffbase.plugins.module_utils._imports.imports import checked_id
from ansible_collections.community.staffbase.plugins.module_utils._imports.records import ImportRecord, newest_first, read_time, usable_id

ENTRY = {
    "id": "69230c4e1b2a4d0012ab34cd", "createdAt": "2026-01-31T02:00:00.123Z", "fileName": "people.0123456789abcdef.csv", "fileSize": 1234,
    "recordCount": 12, "state": "DRAFT", "owner": {"ownerId": "5f"},
}


def test_the_documented_record() -> None:
    record = ImportRecord.read(ENTRY)
    assert record is not None
    assert record.to_result() == {
        "id": "69230c4e1b2a4d0012ab34cd", "file_name": "people.0123456789abcdef.csv", "file_size": 1234, "record_count": 12, "state": "DRAFT",
        "created_at": "2026-01-31T02:00:00.123Z",
    }


@pytest.mark.parametrize("usable", [
    "69230c4e1b2a4d0012ab34cd", "69230c4e1b2a4d0012ab34cde", "1", "a-b_c.d~e", "A" * 128, "550e8400-e29b-41d4-a716-446655440000",
])
def test_ids_are_opaque(usable: str) -> None:
    assert usable_id(usable)
    assert checked_id(usable) == usable


def test_an_id_that_is_a_number_is_as_good_as_a_text() -> None:
    record = ImportRecord.read({**ENTRY, "id": 5})
    assert record is not None
    assert record.id == "5"


@pytest.mark.parametrize("hostile", [
    "", ".", "..", "../users", "a/../b", "a/b", "a\\b", "a\n", "\na", "a\nb", "a b", "a?x=1", "a#b", "a%2fb", "a;b", "a@b", "ä", "a\0", "-a", "~",
    "_a", "A" * 129, None, -5, 5.5, True, b"a", ["a"],
])
def test_ids_that_could_lead_elsewhere_are_refused(hostile: object) -> None:
    assert not usable_id(hostile)
    assert ImportRecord.read({**ENTRY, "id": hostile}) is None
    with pytest.raises(InputError, match=r"^import_id: "):
        checked_id(t.cast("str", hostile))


@given(st.text())
def test_a_usable_id_is_one_path_segment(text: str) -> None:
    if usable_id(text):
        assert not set(text) & set("/\\?#%@:;&= \n\r\t")
        assert text.isascii()
        assert text.strip(".")


@pytest.mark.parametrize("entry", [None, [], "x", 5, {}, {"state": "DRAFT"}])
def test_what_is_no_record_is_none(entry: t.Any) -> None:
    assert ImportRecord.read(entry) is None


def test_missing_parts_and_parts_of_other_kinds_are_none() -> None:
    wanted = ImportRecord(id="1")
    assert ImportRecord.read({"id": "1"}) == wanted
    assert ImportRecord.read({"id": "1", "fileName": 5, "fileSize": "5", "recordCount": True, "state": None, "createdAt": {}}) == wanted


def test_the_state_is_read_without_regard_to_case_and_never_long() -> None:
    record = ImportRecord.read({"id": "1", "state": " completed "})
    assert record is not None
    assert record.state == "COMPLETED"
    assert ImportRecord.read({"id": "1", "state": "x" * 1000}).state == records.NO_STATE  # type: ignore[union-attr]


MOMENT = datetime.datetime(2026, 1, 31, 2, 0, 0, tzinfo=datetime.timezone.utc)


@pytest.mark.parametrize("text", [
    "2026-01-31T02:00:00Z", "2026-01-31T02:00:00z", "2026-01-31T02:00:00.000Z", "2026-01-31T02:00:00.0Z", "2026-01-31T02:00:00.000000000Z",
    "2026-01-31T02:00:00", "2026-01-31T02:00", "2026-01-31 02:00:00", "2026-01-31T03:00:00+01:00", "2026-01-30T21:00:00-05:00",
    " 2026-01-31T02:00:00Z ",
])
def test_times_are_read_in_utc(text: str) -> None:
    assert read_time(text) == MOMENT


def test_milliseconds_count() -> None:
    assert read_time("2026-01-31T02:00:00.123Z") == MOMENT.replace(microsecond=123000)
    assert read_time("2026-01-31T02:00:00.1234567Z") == MOMENT.replace(microsecond=123456)


@pytest.mark.parametrize("text", [None, "", "yesterday", "31.01.2026", "2026-13-01T00:00:00Z", "2026-01-31T25:00:00Z", "Z", ".5"])
def test_what_is_no_time_is_none(text: str | None) -> None:
    assert read_time(text) is None


@given(st.text() | st.datetimes(timezones=st.none() | st.timezones()).map(lambda moment: moment.isoformat()))
@example("0001-01-01T00:00:00+01:00")
@example("9999-12-31T23:59:59-01:00")
def test_any_text_is_a_time_or_none(text: str) -> None:
    moment = read_time(text)
    assert moment is None or moment.tzinfo is datetime.timezone.utc


@given(st.datetimes(datetime.datetime(1970, 1, 1), timezones=st.just(datetime.timezone.utc)))
def test_a_time_survives_being_written_and_read(moment: datetime.datetime) -> None:
    assert read_time(moment.isoformat()) == moment
    assert read_time(moment.isoformat().replace("+00:00", "Z")) == moment


@pytest.mark.parametrize("value", [1769824800000, 1769824800000.0])
def test_milliseconds_since_1970_are_a_time_too(value: float) -> None:
    record = ImportRecord.read({"id": "1", "createdAt": value})
    assert record is not None
    assert record.created == MOMENT


@given(st.integers() | st.floats())
def test_any_number_is_a_time_or_none(value: float) -> None:
    record = ImportRecord.read({"id": "1", "createdAt": value})
    assert record is not None
    assert record.created.tzinfo is datetime.timezone.utc


def test_newest_first_whatever_the_zone_and_unknown_times_last() -> None:
    old, new, unknown, duplicate = (ImportRecord(name, created_at=at) for name, at in [
        ("old", "2026-01-31T03:30:00+02:00"), ("new", "2026-01-31T02:00:00Z"), ("unknown", None), ("zz", "2026-01-31T02:00:00Z")])
    assert newest_first([unknown, old, new, duplicate]) == [duplicate, new, old, unknown]
    assert newest_first(reversed([unknown, old, new, duplicate])) == [duplicate, new, old, unknown]


@pytest.mark.parametrize("name", ["\x1b]0;owned\x07x.csv", "a\r\nb.csv", "\x9b31m.csv", "\u202ecsv.exe", "\0.csv", "\u2028.csv", "\ud800.csv"])
def test_what_steers_a_terminal_is_not_shown(name: str) -> None:
    record = ImportRecord.read({"id": "1", "fileName": name})
    assert record is not None
    assert record.file_name == name
    assert record.to_result()["file_name"].isprintable()
    assert "?" in record.to_result()["file_name"]


@pytest.mark.parametrize("name", ["people.0123456789abcdef.csv", "B\u00e4ren & S\u00f6hne (neu).csv", "\U0001f600.csv"])
def test_other_names_are_shown_as_they_are(name: str) -> None:
    record = ImportRecord.read({"id": "1", "fileName": name})
    assert record is not None
    assert record.to_result()["file_name"] == name


@pytest.mark.parametrize("state", ["\x1b[31m", "{{ 7 * 7 }}", "a" * 41, "DRAFT\0", "\u00fc", "dr\u0430ft", "_", "-"])
def test_a_state_that_can_be_no_name_is_none_that_is_known(state: str) -> None:
    record = ImportRecord.read({"id": "1", "state": state})
    assert record is not None
    assert record.state == records.NO_STATE


@pytest.mark.parametrize("state", [None, "", "  ", 5, True, ["DRAFT"], {"name": "DRAFT"}])
def test_a_state_that_is_no_text_is_none(state: object) -> None:
    record = ImportRecord.read({"id": "1", "state": state})
    assert record is not None
    assert record.state == ""


@pytest.mark.parametrize("value", [-1, 2**63, 10**39, "5", 5.0, True, [], None])
def test_a_size_that_cannot_be_is_none(value: object) -> None:
    record = ImportRecord.read({"id": "1", "fileSize": value, "recordCount": value})
    assert record is not None
    assert (record.file_size, record.record_count) == (None, None)


def test_of_a_long_text_only_the_beginning_is_kept() -> None:
    record = ImportRecord.read({"id": "1", "fileName": "x" * 10**6, "createdAt": "2" * 10**6, "state": "X" * 10**6})
    assert record is not None
    assert (len(record.file_name or ""), record.created_at, record.state) == (records.LONGEST_NAME, None, records.NO_STATE)
