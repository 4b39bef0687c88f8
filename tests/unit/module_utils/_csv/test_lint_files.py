# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told about a file: its dialect, its lines, its digest; whatever writes it."""

from __future__ import annotations

import hashlib
import io
import itertools
import re
import sys
import tracemalloc
import unicodedata

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._csv import row_checks
from ansible_collections.community.staffbase.plugins.module_utils._csv import rows as rows_of_a_file
from ansible_collections.community.staffbase.plugins.module_utils._csv.columns import Columns
from ansible_collections.community.staffbase.plugins.module_utils._csv.lint import LintReport, lint
from ansible_collections.community.staffbase.plugins.module_utils._csv.problems import MOST_LISTED
from support.exports import Style

PEOPLE = [["id", "name", "mail"], ["E-1", "J\u00fcrgen", "j@x.org"], ["E-2", 'Zo\u00eb "Zo"; M, \u20ac', ""], ["E-3", "two\nlines", "t@x.org"]]
COLUMNS = Columns.of_mapping({"externalId": "id", "eMail": "mail"})


def read(data: bytes, columns: Columns = COLUMNS, separator: str = "auto", encoding: str = "auto") -> LintReport:
    return lint(io.BytesIO(data), columns, separator, encoding)


def found(report: LintReport) -> list[tuple[str, int | None, str | None]]:
    return [(problem.code, problem.line, problem.column) for problem in report.problems.listed]


STYLES = [
    Style(*parts) for parts in itertools.product(";,", ("utf-8", "windows-1252"), ("\n", "\r\n", "\r"), (False, True), (False, True), (False, True))
    if not (parts[1] == "windows-1252" and parts[4])
]


@pytest.mark.parametrize("style", STYLES, ids=str)
@pytest.mark.parametrize("columns", [COLUMNS, Columns()], ids=["mapping", "none"])
def test_every_dialect_is_told_from_the_bytes(style: Style, columns: Columns) -> None:
    data = style.written(PEOPLE)
    report = read(data, columns)
    assert found(report) == []
    assert (report.separator, report.encoding) == (style.separator, "UTF-8" if style.encoding == "utf-8" else "windows-1252")
    assert (report.header, report.row_count) == (PEOPLE[0], 3)
    assert report.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("data", [
    b"", b"id;name\n", "id;name\n1;\u00e4\n".encode("utf-16"), b"\x81",
    b"id|name\n1|2\n", b"id;name;mail\n" + b"1;a;b\n" * 300_000, b'id;name;mail\n1;"',
], ids=["empty", "header", "utf-16", "no text", "separator", "long", "open quote"])
def test_the_digest_is_that_of_the_whole_file_whatever_is_wrong(data: bytes) -> None:
    assert read(data).sha256 == hashlib.sha256(data).hexdigest()


def test_one_column_has_no_separator_and_is_read_when_it_is_asked_for() -> None:
    report = read(b'id\nE-1\n\n"E-2"\n', Columns.of_mapping({"externalId": "id"}))
    assert (found(report), report.header, report.row_count, report.separator) == ([], ["id"], 2, ";")
    assert read(b"id\rE-1\rE-2\r", Columns.of_mapping({"externalId": "id"})).row_count == 2


@pytest.mark.parametrize(("header", "columns", "separator"), [
    ("id;name, first;x", (), ";"), ("id,name; first,x", (), ","), ("a;b,c", (), ";"), ("a;b,c", ("b,c",), ";"), ("a;b,c", ("a;b",), ","),
    ("id,a;b;c;d", ("id",), ","), ('"a;b;c",d', (), ","), ('"a,b,c";d', (), ";"), ('"multi\nline";b', (), ";"), ('"multi\r\nline; x",b', (), ","),
    ('"say ""a,b,c""";b', (), ";"), ("a\tb;c", (), ";"),
])
def test_the_separator_is_the_one_that_finds_the_columns(header: str, columns: tuple[str, ...], separator: str) -> None:
    report = read(f"{header}\n1{separator}2\n".encode(), Columns(named=columns))
    assert report.separator == separator


def test_a_given_dialect_is_used_as_it_is() -> None:
    assert read(b"id,a;b\n1,2;3\n", Columns(identifier="id", named=("id",)), ",").header == ["id", "a;b"]
    data = "id;name;mail\nE-1;\u00c3\u00a4;\n".encode("windows-1252")
    assert read(data).encoding == "UTF-8"
    assert read(data, encoding="windows-1252").encoding == "windows-1252"


def test_windows_1252_is_found_behind_a_megabyte_of_plain_text() -> None:
    report = read(b"id;name;mail\n" + b"".join(b"%d;a;\n" % number for number in range(200_000)) + "x;M\u00fcller;\n".encode("windows-1252"))
    assert (report.encoding, report.row_count, found(report)) == ("windows-1252", 200_001, [])


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_the_line_is_the_physical_one_on_which_the_row_starts(line_end: str) -> None:
    lines = [
        "id;name;mail",
        'E-1;"', "", 'x";', "", "", "short", 'E-2;"a', 'b";c;long', '"";empty;', "E-1;again;", 'E-3;"x"x;', "E-4;fine;", '"E', '5";two;',
    ]
    assert found(read(line_end.join(lines).encode())) == [
        ("row_too_short", 7, None), ("row_too_long", 8, None), ("email_malformed", 8, "mail"), ("identifier_empty", 10, "id"),
        ("identifier_duplicate", 11, "id"), ("unclosed_quote", 12, None), ("identifier_white_space", 14, "id"),
    ]


def test_the_encoding_is_told_also_of_a_file_without_a_known_separator() -> None:
    report = read("id|name\n1|M\u00fcller\n".encode("windows-1252"), Columns())
    assert (report.encoding, report.separator, found(report)) == ("windows-1252", None, [("unknown_separator", None, None)])


def test_blank_lines_are_no_rows() -> None:
    report = read(b"\n\r\n\nid;name;mail\n\n\nE-1;a;\n\r\n\nE-2;b\n\n\n")
    assert (report.row_count, found(report)) == (2, [("row_too_short", 10, None)])


def test_a_quote_that_is_left_open_costs_a_bounded_stretch_and_not_the_rest_of_the_file() -> None:
    rows = b"".join(b"E-%d;a;\n" % number for number in range(60_000))
    report = read(b'id;name;mail\nX;"open;\n' + rows + b"Y;z\n")
    swallowed = rows_of_a_file.LONGEST_CELL // len(b"E-1;a;\n") + 1
    assert found(report) == [("unclosed_quote", 2, None), ("row_too_short", 60_003, None)]
    assert 60_000 - swallowed <= report.row_count <= 60_002


WHITE = re.findall(r"\s", "".join(map(chr, range(sys.maxunicode + 1))))
INVISIBLE = list("\u00ad\u061c\u115f\u1160\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u2060\u2066\u2069\u2800\u3164\ufeff\uffa0\U000e0020")


def test_there_are_as_many_kinds_of_white_space_as_unicode_has() -> None:
    assert len(WHITE) >= 25
    assert {"\u0085", "\u00a0", "\u1680", "\u2000", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"} <= set(WHITE)


@pytest.mark.parametrize("place", ["{}E-1", "E{}1", "E-1{}", "{0}E{0}\u00c4{0}"])
def test_every_kind_of_white_space_in_an_identifier_is_found(place: str) -> None:
    for character in WHITE + INVISIBLE:
        cell = place.format(character)
        report = read(f'id;name;mail\n"{cell}";{"x" * 99};\n'.encode())
        expected = ("identifier_white_space", 2, "id")
        assert expected in found(report), hex(ord(character))
        assert report.problems.by_code.keys() <= {"identifier_white_space", "control_character"}, hex(ord(character))


def test_white_space_alone_is_an_empty_identifier() -> None:
    for character in WHITE:
        assert ("identifier_empty", 2, "id") in found(read(f'id;name;mail\n"{character * 2}";{"x" * 99};\n'.encode())), hex(ord(character))


def test_every_control_character_is_found_and_no_other() -> None:
    filler = "x" * 200
    for code in range(0x1, 0x2100):
        character = chr(code)
        report = read(f'id;name;mail\nE-1;"{filler}{character}";\n'.encode()) if character != '"' else read(b"id;name;mail\n1;2;\n")
        expected = [("control_character", 2, None)] if unicodedata.category(character) == "Cc" and character not in "\t\r\n" else []
        assert found(report) == expected, hex(code)


@pytest.mark.parametrize("bad", ["\x01", "\x7f", "\u0085", "\ufffd", "\0"])
@pytest.mark.parametrize("before", [1 << 16, (1 << 20) - 14, (1 << 20) - 13, (1 << 20) - 12, 1 << 20, (1 << 20) + 5])
def test_a_control_character_is_found_wherever_the_reading_cuts_the_file(bad: str, before: int) -> None:
    head = b"id;name;mail\n"
    rows = b"".join(b"%07d;a;\n" % number for number in range(before // 11 - 3))
    last = b"x;" + b"y" * (before - len(head) - len(rows) - 2)
    data = head + rows + last + bad.encode() + b";\n"
    assert data.index(bad.encode()) == before
    code = "replacement_character" if bad == "\ufffd" else "control_character"
    assert found(read(data)) == [(code, before // 11 - 3 + 2, None)]


def test_all_problems_are_counted_and_the_first_hundred_listed() -> None:
    report = read(b"id;name;mail\n" + b"".join(b"E-%d;a;b%d\n" % (number, number) for number in range(250)) + b"E-1;a\n" * 7)
    assert report.problems.count == 257
    assert report.problems.by_code == {"email_malformed": 250, "row_too_short": 7}
    assert [line for _code, line, _column in found(report)] == list(range(2, 2 + MOST_LISTED))
    assert report.to_result()["problem_count"] == 257
    assert report.problems.beyond(["email_malformed"]) == 7
    assert report.problems.beyond(["email_malformed", "row_too_short"]) == 0


def growth() -> int:
    """Return how much more memory four times as many broken rows need."""
    peaks = []
    for count in (20_000, 80_000):
        data = io.BytesIO(b"id;name;mail\n" + b"".join(b";%d;nobody\n" % number for number in range(count)))
        tracemalloc.start()
        try:
            assert lint(data, COLUMNS).problems.by_code == {"identifier_empty": count, "email_malformed": count, "email_duplicate": count - 1}
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
    return peaks[1] - peaks[0]


def test_memory_is_flat_apart_from_the_identifiers() -> None:
    assert growth() < 500_000


def test_that_rows_are_kept_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = []
    real = row_checks.RowChecks.check

    def careless(self: row_checks.RowChecks, cells: list[str], line: int, suspicious: bool) -> None:
        kept.append(cells)
        real(self, cells, line, suspicious)

    monkeypatch.setattr(row_checks.RowChecks, "check", careless)
    assert growth() > 500_000
