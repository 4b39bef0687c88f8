# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is fed with bytes, and what must hold for all of them. Each target raises when it does not."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import typing as t

import hypothesis

from ansible_collections.community.staffbase.plugins.module_utils._csv.columns import Columns
from ansible_collections.community.staffbase.plugins.module_utils._csv.delta import DeltaRules, compare
from ansible_collections.community.staffbase.plugins.module_utils._csv.detect import detect
from ansible_collections.community.staffbase.plugins.module_utils._csv.dialect import CODECS
from ansible_collections.community.staffbase.plugins.module_utils._csv.lint import LintReport, lint
from ansible_collections.community.staffbase.plugins.module_utils._csv.problems import MESSAGES, BadTable
from ansible_collections.community.staffbase.plugins.module_utils._csv.table import Table
from ansible_collections.community.staffbase.plugins.module_utils._imports.row_errors import RowErrors, read_row_errors
from support.export_pairs import Export, pairs
from support.exports import Cells, applied, people_of

Found = t.TypeVar("Found")

#: How many inputs hypothesis tries before it looks at the clock and says how far it is.
ROUND = 2000
SETTINGS = hypothesis.settings(
    max_examples=ROUND, deadline=None, database=None, report_multiple_bugs=False, suppress_health_check=list(hypothesis.HealthCheck))

COLUMNS = Columns.of_mapping({"externalId": "id", "userName": "user", "eMail": "mail", "status": "state", "locale": "lang"})
IDENTIFIER = Columns.of_mapping({"externalId": "id"})

#: What may be wrong with a file that can be read all the same.
READABLE = {"header_only", "identifier_white_space", "replacement_character"}

#: Between the two files of a comparison.
CUT = b"\x1e\x1e"

#: A quote in a cell that does not begin with one, and line ends within quotes: together they are refused, because readers differ.
_PLAIN_QUOTE = re.compile(rb'[^;,"\r\n]"')
_QUOTED_LINE_END = re.compile(rb'"[^"]*[\r\n]')


def fuzz_lint(data: bytes) -> None:
    """A report comes, counts right, and can be written as JSON."""
    report = lint(io.BytesIO(data), COLUMNS)
    shown = report.to_result()
    assert json.loads(json.dumps(shown)) == shown
    assert report.sha256 == hashlib.sha256(data).hexdigest()
    assert report.problems.count == sum(report.problems.by_code.values())
    assert len(report.problems.listed) == min(100, report.problems.count)
    assert set(report.problems.by_code) <= set(MESSAGES)
    last = data.count(b"\n") + data.count(b"\r") + 1
    assert all(problem.line is None or 1 <= problem.line <= last for problem in report.problems.listed)


def fuzz_detect(data: bytes) -> None:
    """A dialect comes in which all the bytes are text, or a refusal; and lint says the same."""
    stream = io.BytesIO(data)
    report = lint(io.BytesIO(data), COLUMNS)
    dialect, refusal = _tried(lambda: detect(stream, "auto", "auto", COLUMNS.named))
    if dialect is None:
        assert report.separator is None
        assert set(report.problems.by_code) == {refusal}
        return
    assert stream.tell() == 0
    assert (dialect.encoding, dialect.separator) == (report.encoding, report.separator)
    assert data.decode(CODECS[dialect.encoding]) is not None


def fuzz_compare(data: bytes) -> None:
    """A delta or a refusal comes. Of two files without problems it is a delta, and applied to the first it gives the second."""
    before, _cut, after = data.partition(CUT)
    reports = [lint(io.BytesIO(part), IDENTIFIER) for part in (before, after)]
    good = not any(set(report.problems.by_code) - READABLE for report in reports)
    delta, refusal = _tried(lambda: compare(_table(before), _table(after), DeltaRules("state", deactivate_leavers=True)))
    if delta is None:
        assert refusal in MESSAGES
        assert not good or _may_be_refused(refusal, before, after, reports[1])
    elif good:
        old, new = _cells(before, reports[0]), _cells(after, reports[1])
        rows = _cells(b"".join(delta.pieces()), reports[1])
        old_people, new_people = people_of(old, "id"), people_of(new, "id")
        result = applied(rows, old_people, "id")
        assert {name: {column: cells[column] for column in new[0]} for name, cells in result.items() if name in new_people} == new_people
        gone = old_people.keys() - new_people.keys()
        assert set(delta.identifiers["leavers"]) == gone
        assert {result[name]["state"] for name in gone} <= {"Deactivated"}


def _may_be_refused(refusal: str, before: bytes, after: bytes, report: LintReport) -> bool:
    if refusal == "unclosed_quote":
        return any(_PLAIN_QUOTE.search(part) and _QUOTED_LINE_END.search(part) for part in (before, after))
    # A leaver's cells may not exist in the encoding of the second file.
    return refusal == "not_text" and report.encoding != "UTF-8"


def _tried(step: t.Callable[[], Found]) -> tuple[Found, None] | tuple[None, str]:
    """Return what comes, or the code of the refusal; everything else that is raised is a finding."""
    try:
        return step(), None
    except BadTable as error:
        return None, error.code


@SETTINGS
@hypothesis.given(pairs())
def compare_tables(pair: tuple[Export, Export]) -> None:
    """The same for files that are whole tables: the bytes only choose what is in them."""
    before, after = pair
    fuzz_compare(before.data + CUT + after.data)


def fuzz_tables(data: bytes) -> None:
    """Two tables are made of the bytes and compared."""
    compare_tables.hypothesis.fuzz_one_input(data)


def fuzz_row_errors(data: bytes) -> None:
    """A number comes, and it does not depend on how the bytes are cut."""
    whole = _row_errors(data, len(data) or 1)
    assert whole.count >= len(whole.listed) == min(100, whole.count)
    for size in (1, 7):
        assert _row_errors(data, size) == whole


def _row_errors(data: bytes, size: int) -> RowErrors:
    return read_row_errors(data[at: at + size] for at in range(0, len(data), size))


def _table(data: bytes) -> Table:
    stream = io.BytesIO(data)
    return Table(stream, detect(stream, "auto", "auto", ("id",)), "id")


def _cells(data: bytes, report: LintReport) -> Cells:
    assert report.encoding is not None
    assert report.separator is not None
    text = data.decode(CODECS[report.encoding])
    return [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=report.separator, strict=True) if row]


TARGETS: dict[str, t.Callable[[bytes], None]] = {
    "lint": fuzz_lint, "detect": fuzz_detect, "compare": fuzz_compare, "tables": fuzz_tables, "row_errors": fuzz_row_errors,
}

#: What a search begins with.
SEEDS: dict[str, list[bytes]] = {
    "lint": [
        b"id;user;mail;state;lang\n1;anna;anna@example.com;Activated;de_DE\n2;;;;\n",
        "id,mail\r\n1,\u00e4@b.de\r\n\"2\",\"x\ny\"\r\n".encode("windows-1252"),
        b"\xef\xbb\xbfid;state\r1;gone\r", "id;user\n1;\u00e4\n".encode("utf-16"), b'id;user\n1;"a\n',
    ],
    "detect": [b"id;user\n", b"\xef\xbb\xbfid,user\n1,2\n", b"\xe4;id\n", b"\x81", b"<html>", b'[{"id": 1}]', b"PK\x03\x04", b'"a\nb";id\r\n'],
    "compare": [
        b"id;state;x\n1;a;b\n2;;\n" + CUT + b"x;id\n1;3\n\"b\";1\n", b"id,x\r1,2\r" + CUT + b"id;x\n1;\"2\"\n3;\"4\n5\"\n",
        b"id\n1\n" + CUT + b"id\n1\n2\n",
        "id;x\n1;\u00e4\n".encode() + CUT + "id,x\n1,\u00e4\n".encode("windows-1252"),
    ],
    "tables": [bytes(range(256)), bytes(200), b"\xff" * 200],
    "row_errors": [
        b"line;message\n2;is invalid\n3;\"two\nlines\"\n", b"3,is mandatory\n", b"Zeile\tFehler\r\n3\tfehlt\r\n", b"\xef\xbb\xbfmessage\nx\n",
        b"is invalid\n",
    ],
}

#: Pieces that a search puts together.
PIECES = [
    b"id", b"user", b"mail", b"state", b"lang", b"Activated", b"Deactivated", b"line", b"message",
    b";", b",", b"\n", b"\r\n", b"\r", b'"', b'""', b'";"',
    b"\xef\xbb\xbf", b"\xff\xfe", b"\0", b"\xc3\xa4", b"\xe4", b"\x81", b"\xc2\x85", b"\xef\xbf\xbd", b"\xe2\x80\xa8", b"\x1a", b"\x1c",
    b" ", b"\t", b"@", b"1", b"2", CUT,
]
