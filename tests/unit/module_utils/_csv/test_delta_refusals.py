# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What cannot be compared is refused by its code, its line, and the one of the two files that it is in."""

from __future__ import annotations

import io

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._csv import delta as delta_of_two
from ansible_collections.community.staffbase.plugins.module_utils._csv.columns import Columns
from ansible_collections.community.staffbase.plugins.module_utils._csv.delta import Delta, DeltaRules, compare
from ansible_collections.community.staffbase.plugins.module_utils._csv.detect import detect
from ansible_collections.community.staffbase.plugins.module_utils._csv.dialect import Dialect
from ansible_collections.community.staffbase.plugins.module_utils._csv.lint import lint
from ansible_collections.community.staffbase.plugins.module_utils._csv.problems import BadTable
from ansible_collections.community.staffbase.plugins.module_utils._csv.table import Table

GOOD = b"id;name\n1;Anna\n2;Bert\n"


def table_of(data: bytes) -> Table:
    stream = io.BytesIO(data)
    return Table(stream, detect(stream, "auto", "auto", ("id",)), "id")


def difference(before: bytes, after: bytes, rules: DeltaRules = DeltaRules()) -> Delta:  # noqa: B008
    return compare(table_of(before), table_of(after), rules)


def refusal(before: bytes, after: bytes) -> tuple[str, int | None, str | None, bool]:
    with pytest.raises(BadTable) as caught:
        difference(before, after, DeltaRules("name", deactivate_leavers=True))
    return caught.value.code, caught.value.line, caught.value.column, caught.value.in_previous


BROKEN = [
    (b'id;name\n1;"two\nlines"\n2;Bert\n1;Anne\n', "identifier_duplicate", 5, None),
    (b'id;name\n1;Anna\n"1";Anna\n', "identifier_duplicate", 3, None),
    (b"id;name\n3;Cleo\n1;Anna\n3;Cleo\n", "identifier_duplicate", 4, None),
    (b"id;name\n1;Anna\n;Bert\n", "identifier_empty", 3, "id"), (b'id;name\n1;Anna\n"";Bert\n', "identifier_empty", 3, "id"),
    (b"id;name\n1;Anna\n \t;Bert\n", "identifier_empty", 3, "id"), (b"name;id\nAnna;1\n\nBert;\r\n", "identifier_empty", 4, "id"),
    ("id;name\n1;Anna\n\u00a0\u2003;Bert\n".encode(), "identifier_empty", 3, "id"),
    (b"name;id\nAnna;1\nBert\n", "row_too_short", 3, None), (b'name;id\nAnna;1\n"Bert"\n', "row_too_short", 3, None),
    (b'id;name\n1;"Anna\n2;Bert\n', "unclosed_quote", 2, None), (b'id;name\n1;"Anna"x\n', "unclosed_quote", 2, None),
]


@pytest.mark.parametrize(("broken", "code", "line", "column"), BROKEN)
def test_a_broken_row_is_refused_in_either_file(broken: bytes, code: str, line: int, column: str | None) -> None:
    assert refusal(broken, GOOD) == (code, line, column, True)
    assert refusal(GOOD, broken) == (code, line, column, False)


def test_that_duplicates_are_let_through_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delta_of_two, "_by_identifier", lambda table: dict(table.records()))
    with pytest.raises(pytest.fail.Exception):
        refusal(BROKEN[0][0], GOOD)


@pytest.mark.parametrize(("row", "code"), [(b"3\n", "row_too_short"), (b"3;Cleo;x\n", "row_too_long"), (b'3;"Cleo";\n', "row_too_long")])
def test_a_row_that_does_not_fit_is_refused_when_it_would_be_sent(row: bytes, code: str) -> None:
    assert refusal(GOOD, GOOD + row) == (code, 4, None, False)
    assert refusal(GOOD + b"3;Clea\n", GOOD + row) == (code, 4, None, False)
    # A leaver's row, and one that must be compared by cells; their lines are not known any more.
    assert refusal(GOOD + row, GOOD) == (code, None, None, True)
    assert refusal(GOOD + row, GOOD + b"3;Clea\n") == (code, None, None, True)


@pytest.mark.parametrize(("data", "code"), [
    (b"", "empty_file"), (b"\n \r\n", "empty_file"), (b"\xef\xbb\xbf\n", "empty_file"), (GOOD.decode().encode("utf-16"), "utf16"),
    (b"\0" + GOOD, "binary"),
    (GOOD.decode().encode("utf-16-le"), "utf16"), (b"<html>", "html"), (b'[{"id": 1}]', "json"), (b"PK\x03\x04", "zip"), (GOOD + b"\x81", "not_text"),
    (b"name\nAnna\n", "unknown_separator"), (b"id;name;name\n", "header_duplicate"), (b"ID;name\n1;Anna\n", "identifier_missing"),
    (b'"id;name\n1;Anna\n', "unknown_separator"), (b'id;name;"x\n1;Anna\n', "unclosed_quote"),
])
def test_what_is_no_table_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(BadTable) as caught:
        table_of(data)
    assert caught.value.code == code


@pytest.mark.parametrize(("data", "dialect"), [
    (GOOD, Dialect("UTF-8", ";")), (GOOD.replace(b"\n", b"\r\n"), Dialect("UTF-8", ";")), (GOOD.replace(b"\n", b"\r"), Dialect("UTF-8", ";", True)),
    (b"\xef\xbb\xbf" + GOOD, Dialect("UTF-8", ";")), (GOOD.replace(b";", b","), Dialect("UTF-8", ",")),
    (GOOD.replace(b"A", b"\xc4"), Dialect("windows-1252", ";")), (GOOD.replace(b"A", b"\xc3\x84"), Dialect("UTF-8", ";")),
    (GOOD + b"3;" + b"x" * ((1 << 20) - 25) + b"\r\n4;Dora\r\n", Dialect("UTF-8", ";")), (b'id;"a\rb"\r\n1;2\r\n', Dialect("UTF-8", ";", True)),
])
def test_the_dialect_is_told_from_the_bytes_and_the_file_left_at_its_start(data: bytes, dialect: Dialect) -> None:
    stream = io.BytesIO(data)
    assert detect(stream, "auto", "auto", ("id",)) == dialect
    assert stream.tell() == 0


def test_the_cut_of_the_reading_lies_within_a_line_end_in_the_test_above() -> None:
    data = GOOD + b"3;" + b"x" * ((1 << 20) - 25) + b"\r\n4;Dora\r\n"
    assert data[(1 << 20) - 1: (1 << 20) + 1] == b"\r\n"


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
def test_the_line_of_a_record_is_the_physical_one(line_end: bytes) -> None:
    lines = [b"", b"id;name", b"1;Anna", b"", b'2;"two', b'"" lines"', b"", b'3;"', b"", b'"', b"4;Dora"]
    table = table_of(line_end.join(lines))
    assert [(identifier, table.line) for identifier, _raw in table.records()] == [(b"1", 3), (b"2", 5), (b"3", 8), (b"4", 11)]


@pytest.mark.parametrize("data", [
    b"\xef\xbb\xbfx;id\n\xe4;1\n", b"\xef\xbb\xbfx;id\n\xc3\xa4;1\n", b"\xef\xbb\xbf\n\nx;id\na;1\n", b'\xef\xbb\xbf"x";id\na;1\n',
    b"\n\xef\xbb\xbfx;id\na;1\n",
])
def test_the_header_is_the_one_that_the_check_tells(data: bytes) -> None:
    """A byte order mark is one in UTF-8 only, and at the start only."""
    assert table_of(data).header == lint(io.BytesIO(data), Columns(named=("id",))).header


def test_a_short_file_with_other_line_ends_is_not_a_run_in_which_everybody_left() -> None:
    assert difference(GOOD, GOOD.replace(b"\n", b"\r")).unchanged == 2


def test_added_columns_make_movers_of_those_who_have_something_in_them() -> None:
    found = difference(GOOD, b"id;name;town\n1;Anna;\n2;Bert;Ulm\n")
    assert (found.unchanged, found.identifiers["movers"]) == (1, ["2"])
    assert b"".join(found.pieces()) == b"id;name;town\n2;Bert;Ulm\n"


def test_removed_columns_are_no_change() -> None:
    found = difference(b"id;name;town\n1;Anna;\n2;Bert;Ulm\n", GOOD)
    assert (found.unchanged, found.rows) == (2, [])


def test_a_renamed_column_is_a_removed_and_an_added_one() -> None:
    assert difference(GOOD, GOOD.replace(b"name", b"Name")).identifiers["movers"] == ["1", "2"]


def test_white_space_case_and_trailing_zeros_are_changes() -> None:
    for name in (b"anna", b"Anna ", b" Anna", b"Anna\t", b'"Anna\n"', "An\u00adna".encode(), b""):
        assert difference(GOOD, GOOD.replace(b"Anna", name)).identifiers["movers"] == ["1"]
    assert difference(GOOD, GOOD.replace(b"1;", b"01;")).identifiers == {"joiners": ["01"], "movers": [], "leavers": ["1"]}


def test_the_rows_come_in_the_order_of_the_current_file_and_leavers_last() -> None:
    found = difference(b"id;s\n1;a\n2;a\n3;a\n4;a\n", b"id;s\n9;n\n4;b\n2;a\n1;c\n8;n\n", DeltaRules("s", deactivate_leavers=True))
    assert b"".join(found.pieces()) == b"id;s\n9;n\n4;b\n1;c\n8;n\n3;Deactivated\n"


def test_the_numbers_are_those_of_the_previous_rows() -> None:
    found = difference(GOOD, GOOD + b"3;Cleo\n")
    assert (found.previous_count, found.unchanged, found.count("joiners")) == (2, 2, 1)
    assert difference(b"id;name\n", GOOD).previous_count == 0


def test_a_leaver_whom_the_encoding_of_the_current_export_cannot_hold() -> None:
    previous = Table(io.BytesIO("id;name\n1;\u4e00\n2;b\n".encode()), Dialect("UTF-8", ";"), "id")
    current = Table(io.BytesIO(b"id;name\n2;b\n"), Dialect("windows-1252", ";"), "id")
    with pytest.raises(BadTable) as caught:
        compare(previous, current, DeltaRules("state", deactivate_leavers=True))
    assert "windows-1252, cannot represent a character of a previous row" in caught.value.text
    assert "\u4e00" not in caught.value.text
