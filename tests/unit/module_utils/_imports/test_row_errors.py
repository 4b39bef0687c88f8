# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The refused rows are counted right whatever the error CSV looks like, and their texts show no cell."""

from __future__ import annotations

import tracemalloc
import typing as t

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.community.staffbase.plugins.module_utils._imports import row_errors
from ansible_collections.community.staffbase.plugins.module_utils._imports.row_errors import MOST_LISTED, RowErrors, read_row_errors


def read(text: str | bytes, size: int | None = None) -> RowErrors:
    data = text.encode() if isinstance(text, str) else text
    return read_row_errors(data[at: at + (size or len(data))] for at in range(0, len(data), size or len(data) or 1))


def first(text: str) -> dict[str, t.Any]:
    return read(text).listed[0]


@pytest.mark.parametrize("data", [b"", b"\n", b"\r\n\r\n", b"   \n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_an_empty_body_is_no_error(data: bytes) -> None:
    assert read(data) == RowErrors(0, [])


def test_no_piece_at_all_is_no_error() -> None:
    assert read_row_errors([]) == RowErrors(0, [])


@pytest.mark.parametrize("header", [
    "line;message", "row,error", "Row Number,Error Message", "row_number;error-message", "lineNumber,externalId,reason", "Zeile;Fehler",
    "message", "error", "externalId;message", "\ufeffline;message", '"line";"message"', "LINE\tMESSAGE",
])
def test_a_header_alone_is_no_error(header: str) -> None:
    assert read(header).count == 0
    assert read(header + "\n").count == 0
    assert read(header + "\r\n\r\n").count == 0


@pytest.mark.parametrize("text", [
    "line;message\n3;is mandatory\n", "line,message\r\n3,is mandatory\r\n", "Zeile;Fehlermeldung\n3;is mandatory", "line\tmessage\n3\tis mandatory",
    "line|message\n3|is mandatory", "\ufeffline;message\n3;is mandatory", "message;line\nis mandatory;3", '"line";"message"\n"3";"is mandatory"\n',
    "row,column,message\n3,eMail,is mandatory", "externalId;row;reason\nE-1;3;is mandatory", "3;is mandatory", "3,is mandatory\n", "is mandatory;3",
    "line;message\n\n3;is mandatory\n\n", "line;message\n 3 ;is mandatory",
])
def test_line_and_message_are_found_by_name_or_by_content(text: str) -> None:
    assert read(text) == RowErrors(1, [{"line": 3, "message": "is mandatory"}])


def test_rows_without_header_or_number_are_errors_all_the_same() -> None:
    assert read("the value is invalid\n").count == 1
    assert read("is invalid;profile field\nis missing;profile field\n").count == 2


@pytest.mark.parametrize("name", [
    "csvRowNumber", "rowNum", "lineNum", "line_no", "Line Nr.", "row-nr", "rowNo", "recordIndex", "CSV line number", "fileLine", "dataRow",
    "Datensatz", "Datensatznummer", "Zeilen-Nr.", "Zeilennummer", "Zeilenindex", "zeileNr", "csvZeile", "#", "index",
])
def test_many_names_of_the_line_are_known(name: str) -> None:
    assert first(f"{name};message\n3;is mandatory\n") == {"line": 3, "message": "is mandatory"}
    assert first(f"externalId;message;{name}\n4711;is mandatory;3\n") == {"line": 3, "message": "is mandatory"}
    assert read(f"{name};message\n").count == 0


@pytest.mark.parametrize("name", ["nr", "no", "number", "nummer", "position", "id", "externalId", "Personalnummer", "phoneNumber", "age"])
def test_a_number_below_a_header_that_names_no_line_may_be_a_person(name: str) -> None:
    assert first(f"{name};field;message\n4711;eMail;is mandatory\n") == {"line": None, "message": "is mandatory"}


@pytest.mark.parametrize("text", ["Error;The e-mail address is not valid\n", "error,the value of the field is missing\n"])
def test_a_row_that_looks_a_little_like_a_header_is_an_error(text: str) -> None:
    assert read(text).count == 1


def test_line_ends_separators_and_quotes_inside_of_cells_are_no_rows() -> None:
    text = 'line;message\n3;"the value\n\nof ""name"" is;\r\ninvalid"\n4;"missing"\n'
    found = read(text)
    assert found.count == 2
    assert [row["line"] for row in found.listed] == [3, 4]
    assert found.listed[0]["message"] == 'the value of "name" is; invalid'


def test_the_refused_cells_beside_the_message_are_hidden_in_it() -> None:
    shown = first("line;field;value;message\n3;eMail;please;the value please is invalid\n")
    assert shown == {"line": 3, "message": "the value ... is invalid"}


def test_names_in_a_message_are_hidden() -> None:
    assert first("line;message\n3;The address anna@example.com of Anna Müller is invalid\n")["message"] == "The address ... of ... is invalid"


def test_a_row_without_a_message_says_so() -> None:
    assert first("line;message\n3\n") == {"line": 3, "message": "..."}


def test_the_first_hundred_are_listed_and_all_are_counted() -> None:
    found = read("line;message\n" + "".join(f"{number};is invalid\n" for number in range(2, 5002)), 1000)
    assert found.count == 5000
    assert [row["line"] for row in found.listed] == list(range(2, 2 + MOST_LISTED))


def test_bytes_that_are_no_utf8_are_no_crash() -> None:
    assert read("Zeile;Grund\n3;M\u00fcller\n".encode("windows-1252")).count == 1


@pytest.mark.parametrize("size", [1000, 65536, 10**7])
def test_a_huge_line_is_counted_and_does_not_hide_what_follows(size: int) -> None:
    huge = "3;" + "x" * (2 * row_errors.LONGEST_CELL + 5) + "\n"
    found = read("line;message\n2;is invalid\n" + huge + "4;is missing\n", size)
    assert found.count >= 3
    assert found.listed[-1] == {"line": 4, "message": "is missing"}


def test_the_count_of_huge_lines_does_not_depend_on_the_pieces() -> None:
    data = ("line;message\n" + ("3;" + "x" * (row_errors.LONGEST_CELL + 70_000) + "\n") * 2 + "4;is missing\n").encode()
    assert len({read(data, size).count for size in (4096, 65536, 1_000_003, len(data))}) == 1


def test_two_dots_in_many_cells_do_not_blow_up_the_message() -> None:
    """One cell after the other hidden by three dots, each two dots would have become three again: a gigabyte after 50 cells."""
    cells = ";".join([".."] * 60)
    assert first(f"line;message;{cells}\n3;is invalid ....;{cells}\n") == {"line": 3, "message": "is invalid ......"}


def test_the_longer_cell_is_hidden_whole() -> None:
    assert first("line;a;b;message\n3;white;white space;the white space is invalid\n")["message"] == "the ... is invalid"


@pytest.mark.parametrize(("cells", "message"), [(row_errors.MOST_CELLS, "is invalid"), (row_errors.MOST_CELLS + 1, "...")])
def test_beside_very_many_cells_a_message_is_hidden(cells: int, message: str) -> None:
    names = ";".join(f"c{number}" for number in range(cells))
    assert first(f"line;message;{names}\n3;is invalid;{names}\n")["message"] == message


@pytest.mark.parametrize("guarded", [True, False])
def test_a_quoted_row_without_an_end_is_not_kept(monkeypatch: pytest.MonkeyPatch, guarded: bool) -> None:
    monkeypatch.setattr(row_errors, "LONGEST_ROW", 50_000 if guarded else 10**9)
    most = 0
    real = row_errors._Feed.__next__

    def taking(self: t.Any) -> str:
        nonlocal most
        line = real(self)
        most = max(most, self._length)
        return line

    monkeypatch.setattr(row_errors._Feed, "__next__", taking)
    found = read_row_errors([b'line;message\n3;"is\n', *([b'";"is\n'] * 20_000)])
    assert found.count >= 1
    assert (most < 60_000) is guarded


def test_bytes_that_drip_are_not_all_looked_at_again_for_each_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at = 0
    real = row_errors.re.split

    def split(pattern: str, text: str) -> list[str]:
        nonlocal looked_at
        looked_at += len(text)
        return real(pattern, text)

    monkeypatch.setattr(row_errors.re, "split", split)
    data = b"line;message\n" + b"3;" + b"x" * 5000 + b"\n"
    assert read_row_errors(bytes([byte]) for byte in data).count == 1
    assert looked_at < 3 * len(data)


CELL = st.text(alphabet=st.sampled_from('ab ;,"\n\r\täöü€😀3\ufeff'), max_size=8)
TABLE = st.lists(st.lists(CELL, min_size=1, max_size=3).map(";".join), max_size=8).map("\n".join)


def cut(data: bytes, places: list[int]) -> list[bytes]:
    ends = sorted({place % (len(data) + 1) for place in places} | {len(data)})
    return [data[begin:end] for begin, end in zip([0, *ends[:-1]], ends, strict=True)]


@given(TABLE.map(str.encode) | st.binary(max_size=200), st.lists(st.integers(0, 10**6), max_size=20))
@example("line;message\r\n3;\u20ac\r\n".encode(), [13, 14, 17, 18])
@example(b'"\n";\r', [1, 2, 3])
@example(b"\xef\xbb\xbf3;x", [1, 2])
def test_the_result_does_not_depend_on_how_the_bytes_are_cut(data: bytes, places: list[int]) -> None:
    pieces = cut(data, places)
    assert b"".join(pieces) == data
    assert read_row_errors(pieces) == read(data)
    assert read_row_errors([b"", *pieces, b""]) == read(data)


@given(st.lists(st.tuples(st.integers(2, 999), st.text(max_size=30)), max_size=30), st.sampled_from(";,\t|"), st.sampled_from(["\n", "\r\n"]))
def test_quoted_rows_are_counted_exactly(rows: list[tuple[int, str]], separator: str, end: str) -> None:
    body = "".join(f'{line}{separator}"{text.replace(chr(34), chr(34) * 2)}"{end}' for line, text in rows)
    found = read(f"line{separator}message{end}{body}")
    assert found.count == len(rows)
    assert [row["line"] for row in found.listed] == [line for line, _text in rows]


@given(st.binary(max_size=2000))
def test_any_bytes_are_counted(data: bytes) -> None:
    found = read(data)
    assert len(found.listed) == min(found.count, MOST_LISTED)


def test_a_quote_that_never_ends_does_not_swallow_the_other_rows() -> None:
    found = read('line;message\n2;"is invalid\n' + "".join(f"{number};is missing\n" for number in range(3, 13)))
    assert found.count == 11


def test_memory_holds_some_lines_and_not_the_file() -> None:
    piece = b"3;is invalid\n" * 5000
    tracemalloc.start()
    try:
        assert read_row_errors(piece for _piece in range(30)).count == 150_000
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 15 * len(piece)


def test_a_single_line_of_unknown_cells_is_a_row_and_not_a_header() -> None:
    assert read_row_errors([b"error;Invalid value\n"]).count == 1
    assert read_row_errors([b"line;hint\n"]).count == 0
    assert read_row_errors([b"error;field\n"]).count == 0
