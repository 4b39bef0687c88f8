# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever the bytes are: a report or BadTable, never another exception, and never a cell in what is told."""

from __future__ import annotations

import contextlib
import hashlib
import io
import itertools
import json
import re
import typing as t

import hypothesis
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.community.staffbase.plugins.module_utils._csv import line_reader
from ansible_collections.community.staffbase.plugins.module_utils._csv.columns import Columns
from ansible_collections.community.staffbase.plugins.module_utils._csv.delta import DeltaRules, compare
from ansible_collections.community.staffbase.plugins.module_utils._csv.detect import detect
from ansible_collections.community.staffbase.plugins.module_utils._csv.dialect import CODECS, SEPARATORS, Dialect
from ansible_collections.community.staffbase.plugins.module_utils._csv.lint import LintReport, lint
from ansible_collections.community.staffbase.plugins.module_utils._csv.problems import MESSAGES, BadTable
from ansible_collections.community.staffbase.plugins.module_utils._csv.table import Table

MAPPING = {"externalId": "id", "userName": "user", "eMail": "mail", "status": "state", "locale": "lang", "profile-field:b": "b"}
COLUMNS = Columns.of_mapping(MAPPING)
PIECES = [
    b"id", b"name", b"user", b"mail", b"state", b"lang", b"b", b";", b";", b",", b"\n", b"\n", b"\r\n", b"\r", b'"',
    b'""', b'";', b"\xef\xbb\xbf", b"\0", b"\xff\xfe",
    b"\x81", b"\xe4", b"\xc3\xa4", b"\xc3", b"\xc2\x85", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x1a",
    b" ", b"\t", b"PK\x03\x04", b"<html>", b'[{"', b"a@b.de", b"a" * 70,
]
SPLICED = st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join)
#: Half of them begin with a header, so that rows are read at all.
BYTES = st.binary(max_size=120) | SPLICED | SPLICED.map(b"id;user;mail;state;lang;b\n".__add__) | SPLICED.map(b"id,b\r\n".__add__)
SEPARATOR = st.sampled_from(["auto", *SEPARATORS])
ENCODING = st.sampled_from(["auto", *CODECS])


def checked(data: bytes, columns: Columns = COLUMNS, separator: str = "auto", encoding: str = "auto") -> LintReport:
    return lint(io.BytesIO(data), columns, separator, encoding)


@given(BYTES, st.sampled_from([COLUMNS, Columns()]), SEPARATOR, ENCODING)
@example(b'id;b\n"', COLUMNS, "auto", "auto")
@example(b'"', COLUMNS, ";", "UTF-8")
@example(b"id;b\n1;" + b"a" * 140_000 + b"\n2;x\n", COLUMNS, "auto", "auto")
@example(b"a" * 140_000 + b";id\n1;2\n", COLUMNS, "auto", "auto")
@example(b'"' + b"a\n" * 70_000, COLUMNS, ";", "auto")
@example(b"\xef\xbb\xbf\n\nid;b\n1;2\n", COLUMNS, "auto", "auto")
@example(b"id;b\n1;" + b"a" * 65_520 + "\u20ac".encode() * 9 + b"\n", COLUMNS, "auto", "auto")
@example(b"id;b\n" + b"1;2\n" * 16_384 + b"\0;\0\n", COLUMNS, "auto", "auto")
def test_a_report_comes_whatever_the_bytes_are(data: bytes, columns: Columns, separator: str, encoding: str) -> None:
    report = checked(data, columns, separator, encoding)
    shown = report.to_result()
    assert json.loads(json.dumps(shown)) == shown
    assert report.sha256 == hashlib.sha256(data).hexdigest()
    assert report.problems.count == sum(report.problems.by_code.values()) >= len(report.problems.listed) == min(100, report.problems.count)
    assert set(report.problems.by_code) <= set(MESSAGES)
    assert all(problem.line is None or 1 <= problem.line <= data.count(b"\n") + data.count(b"\r") + 1 for problem in report.problems.listed)
    assert all(problem.column is None or problem.column in (*report.header, *columns.named) for problem in report.problems.listed)
    assert report.row_count > 0 or report.problems.count


def compared(before: bytes, after: bytes, rules: DeltaRules, separator: str = "auto", encoding: str = "auto") -> bytes | BadTable:
    """Return the output, or the error; anything else is raised."""
    try:
        old, new = (
            Table(stream, detect(stream, separator, encoding, ("id",)), "id") for stream in (io.BytesIO(before), io.BytesIO(after))
        )
        return b"".join(compare(old, new, rules).pieces())
    except BadTable as error:
        return error


@given(BYTES, BYTES, st.booleans(), SEPARATOR, ENCODING)
@example(b"id\n\xc3\xa4\n", b"id;b\n1;\x80\n", True, "auto", "auto")
@example(b'id;b\n1;"x"y\n', b'id;b\n1;"x"z\n', True, "auto", "auto")
@example(b"id;b\n1;2\n", b"id;b\r1;2\r3;4\r", True, "auto", "auto")
@example(b"id;b\n" + b"1;2\n" * 16_384 + b"\0;\0\n", b"id;b\n1;2\n", True, "auto", "auto")
@example(b"id;b\n1;" + b"a" * 140_000 + b"\n", b'id;b\n1;"' + b"a" * 140_000 + b'"\n', True, "auto", "auto")
def test_a_delta_or_a_refusal_comes_whatever_the_bytes_are(before: bytes, after: bytes, deactivate: bool, separator: str, encoding: str) -> None:
    found = compared(before, after, DeltaRules("state", deactivate_leavers=deactivate, joiners_status="Activated"), separator, encoding)
    if isinstance(found, BadTable):
        assert found.code in MESSAGES
        assert found.line is None or found.line >= 1
        assert str(found) == found.code


DIALECTS = [Dialect(*parts) for parts in itertools.product(CODECS, SEPARATORS, (False, True))]


@given(BYTES, st.sampled_from(DIALECTS))
def test_a_table_refuses_bytes_that_are_not_in_its_dialect(data: bytes, dialect: Dialect) -> None:
    """A file can change between the look at it and the reading."""
    with contextlib.suppress(BadTable):
        table = Table(io.BytesIO(data), dialect, "id")
        for identifier, raw in table.records():
            assert identifier.decode()
            table.split(raw)


@given(BYTES, SEPARATOR, ENCODING)
@example(b"id;b\n1;2\r3;4\n", "auto", "auto")
@example(b"\xef\xbb\xbf\n\nid;b\n1;2\n", "auto", "auto")
@example(b'id;b\n1;24" screen\n2;x\n', "auto", "auto")
@example(b'id;b\n1;x"y;\n', "auto", "auto")
@example(b'id;b\n1"2;"x\ny"\n', "auto", "auto")
def test_what_has_no_problems_can_be_compared(data: bytes, separator: str, encoding: str) -> None:
    report = checked(data, Columns.of_mapping({"externalId": "id"}), separator, encoding)
    if report.problems.count == 0:
        dialect = report.separator, report.encoding
        for before in (data, b"id\n"):
            found = compared(before, data, DeltaRules("state", deactivate_leavers=True), *dialect)
            if isinstance(found, BadTable):
                # Whether such a quote opens a cell depends on what stands before it: readers differ, so it is refused.
                assert found.code == "unclosed_quote"
                assert PLAIN_QUOTE.search(data)
                assert QUOTED_LINE_END.search(data)


#: A quote in a cell that does not begin with one; and line ends within quotes.
PLAIN_QUOTE = re.compile(rb'[^;,"\r\n]"[^;,"\r\n]')
QUOTED_LINE_END = re.compile(rb'"[^"]*[\r\n][^"]*"')


@pytest.mark.parametrize("line", [b'1;24" screen;x', b'1;Hans "Hansi" M.;x', b'1;a"b;"c;d"', b'1;"c"";d";a"b'])
def test_a_quote_in_a_plain_cell_is_a_character(line: bytes) -> None:
    data = b"id;name;b\n" + line + b'\n2;"two\nlines";y\n3;z;z\n'
    stream = io.BytesIO(data)
    table = Table(stream, detect(stream, "auto", "auto"), "id")
    assert list(table.records()) == [(b"1", line), (b"2", b'2;"two\nlines";y'), (b"3", b"3;z;z")]
    assert table.line == 5


def test_a_quote_that_is_left_open_does_not_swallow_the_rest_of_the_file() -> None:
    class Lines(io.BytesIO):
        taken = 0

        def __next__(self) -> bytes:
            self.taken += 1
            return super().__next__()

    row = b"2;%s\n" % (b"a row" * 2000)
    stream = Lines(b'id;b\n1;"open\n' + row * 3000)
    with pytest.raises(BadTable) as caught:
        list(Table(stream, Dialect("UTF-8", ";"), "id").records())
    assert (caught.value.code, caught.value.line) == ("unclosed_quote", 2)
    assert stream.taken <= line_reader.LONGEST_RECORD // len(row) + 4 < 3000


WORD = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=3, max_size=6)


@hypothesis.settings(max_examples=hypothesis.settings.default.max_examples // 3)
@given(st.lists(WORD, min_size=6, max_size=6), st.sampled_from([
    "{};{};{};{};{};{}", "{};{}@;{} ;{};{};{}", '"{}";"{}"x;{}', " {0};{1}\x01;{2};{3}\ufffd;{4};{5};{0}", "{};{};{}", "{},{},{},{},{},{}",
]))
def test_no_cell_is_in_anything_that_is_told(words: list[str], form: str) -> None:
    """The cells are in letters that nothing else is written in."""
    row = form.format(*words)
    header = "id;user;mail;state;lang;b\n"
    told = json.dumps(checked(f"{header}{row}\n{row}\n".encode()).to_result(), ensure_ascii=False)
    refused = compared(f"{header}{row}\n{row}\n".encode(), f"{header}{row}x\n{row}\n".encode(), DeltaRules("state", deactivate_leavers=True))
    assert isinstance(refused, BadTable)
    for text in (told, repr(refused), str(vars(refused))):
        assert not [word for word in words if word in text]


def test_that_a_cell_is_told_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MESSAGES, "email_malformed", "this is not an e-mail address: \u4e8c\u4e8c\u4e8c")
    test: t.Any = test_no_cell_is_in_anything_that_is_told
    with pytest.raises(AssertionError):
        test.hypothesis.inner_test(["\u4e00" * 3, "\u4e8c" * 3, "\u4e09" * 3, "", "", ""], "{};;{};;;")
