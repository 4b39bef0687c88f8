# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every problem code has a file that has exactly this problem, at the right line and column, and a sibling that has none."""

from __future__ import annotations

import dataclasses
import io
import json

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._csv import row_checks
from ansible_collections.community.staffbase.plugins.module_utils._csv.columns import Columns
from ansible_collections.community.staffbase.plugins.module_utils._csv.lint import LintReport, lint
from ansible_collections.community.staffbase.plugins.module_utils._csv.problems import MESSAGES, OF_CELLS

MAPPING = {"externalId": "id", "profile-field:name": "name", "userName": "user", "eMail": "mail", "status": "state", "locale": "lang"}
HEADER = "id;name;user;mail;state;lang\n"
ANNA = "E-1;Anna;anna;anna@example.com;Activated;de_DE\n"
#: A row over two physical lines, so that what follows starts on line 5 and is the third row.
BERT = 'E-2;"Bert\nBerger";bert;bert@example.org;deactivated;en_US\n'
GOOD = HEADER + ANNA + BERT
CLEO = "E-3;Cleo;cleo;cleo@example.net;Activated;fr_FR\n"


@dataclasses.dataclass(frozen=True)
class Case:
    """`bad` has one problem at `line` and `column`; `good` has none."""

    code: str
    bad: str | bytes
    good: str | bytes = GOOD
    line: int | None = None
    column: str | None = None
    mapping: dict[str, str] = dataclasses.field(default_factory=lambda: MAPPING)
    encoding: str = "auto"

    def lint(self, data: str | bytes) -> LintReport:
        return lint(io.BytesIO(data.encode() if isinstance(data, str) else data), Columns.of_mapping(self.mapping), encoding=self.encoding)


def row(code: str, bad: str, good: str = CLEO, column: str | None = None) -> Case:
    """A third row with a problem, and one without."""
    return Case(code, GOOD + bad, GOOD + good, 5, column)


CASES = [
    # the file
    Case("empty_file", b""),
    Case("empty_file", b"\xef\xbb\xbf"),
    Case("empty_file", b"\r\n\r\n  \n", b"\r\n\r\n" + GOOD.encode()),
    Case("header_only", HEADER),
    Case("header_only", HEADER.strip()),
    Case("header_only", HEADER + "\r\n\n"),
    *(Case("utf16", GOOD.encode(name)) for name in ("utf-16", "utf-16-le", "utf-16-be")),
    Case("utf16", b"\xfe\xff" + GOOD.encode("utf-16-be")),
    Case("html", "<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>\n", "id;<html>\n1;2\n", mapping={"externalId": "id"}),
    Case("html", "\ufeff\n <HTML lang='en'>\n"),
    Case("html", '<?xml version="1.0"?>\n<people/>\n'),
    Case("json", json.dumps([{"id": 1, "name": "Anna"}])),
    Case("json", json.dumps({"id": 1}, indent=2)),
    Case("json", "[]", "[id];name\n1;Anna\n", mapping={"externalId": "[id]"}),
    Case("zip", b"PK\x03\x04\x14\x00\x06\x00\x08\x00" + bytes(range(256)), "PK;id\n1;2\n", mapping={"externalId": "PK"}),
    Case("zip", b"PK\x05\x06" + bytes(18)),
    Case("binary", b"\x7fELF\x02\x01\x01" + bytes(range(1, 256)) * 3),
    Case("binary", GOOD.encode() + b"\0"),
    Case("binary", bytes(range(1, 9)) * 4),
    Case("not_text", GOOD.encode() + b"\x81;\n", GOOD.encode() + CLEO.replace("C", "\u00c7").encode("windows-1252")),
    Case("not_text", GOOD.encode() + CLEO.replace("C", "\u00c7").encode("windows-1252"), encoding="UTF-8"),
    Case("not_text", GOOD.encode() + b"\x81;\n", encoding="windows-1252"),
    Case("not_text", b"id|name\n1|\x81\n", "id;|name\n1;\n", mapping={"externalId": "id"}),
    Case("unknown_separator", GOOD.replace(";", "\t"), GOOD.replace(";", ",")),
    Case("unknown_separator", GOOD.replace(";", "|")),
    Case("unknown_separator", "name\nAnna\n", "id\nE-1\n", mapping={"externalId": "id"}),
    row("mixed_separators", CLEO.replace(";", ",")),
    row("mixed_separators", CLEO.replace(";", ",").replace("Cleo", "Cleo Coe")),
    Case("mixed_separators", "id;name\n1;Bo Berg\n2,Cleo Coe\n", "id;name\n1;Bo Berg\n2;Cleo, Coe\n", 3, mapping={"externalId": "id"}),
    # the header
    Case("header_missing", ANNA + BERT, GOOD, 1, mapping={}),
    Case("header_missing", "4711;Anna\n4712;Bert\n", "id4711;Anna\n4712;Bert\n", 1, mapping={}),
    Case("header_missing", "2026-01-31;Anna\n2026-02-01;Bert\n", "id;name\n1;Bert\n", 1, mapping={}),
    Case("header_duplicate", "id;name;name\n1;2;3\n", "id;name;Name\n1;2;3\n", 1, "name", {"externalId": "id"}),
    Case("header_duplicate", "id;name;name;name\n1;2;3;4\n", "id;name;Name; name\n1;2;3;4\n", 1, "name", {"externalId": "id"}),
    Case("header_empty_name", "id;name;\n1;2;3\n", "id;name;x\n1;2;3\n", 1, mapping={"externalId": "id"}),
    Case("header_empty_name", "id; ;x\n1;2;3\n", line=1, mapping={"externalId": "id"}),
    Case("column_missing", GOOD.replace("mail;", "Mail;", 1), line=1, column="mail"),
    Case("identifier_missing", GOOD.replace("id;", "ID;", 1), line=1, column="id"),
    # rows
    row("row_too_short", "E-3;Cleo;cleo;cleo@example.net;Activated\n"),
    row("row_too_short", "E-3\n"),
    row("row_too_short", "E-3;Cleo, who is;cleo\n"),
    row("row_too_long", "E-3;Cleo;cleo;cleo@example.net;Activated;fr_FR;\n"),
    row("row_too_long", "E-3;Cleo;cleo;cleo@example.net;Activated;fr_FR;Paris\n"),
    row("unclosed_quote", 'E-3;"Cleo;cleo\n', 'E-3;"Cleo\nCoe";cleo;;;\n'),
    row("unclosed_quote", 'E-3;"Cleo"Coe;cleo;;;\n', 'E-3;"Cleo""Coe";cleo;;;\n'),
    row("unclosed_quote", 'E-3;"Cleo" ;cleo;;;\n', 'E-3;Cleo "Coe";cleo;;;\n'),
    row("identifier_empty", ";Cleo;cleo;;;\n", column="id"),
    row("identifier_empty", '"";Cleo;cleo;;;\n', column="id"),
    row("identifier_empty", " \t;Cleo;cleo;;;\n", column="id"),
    row("identifier_empty", "\u00a0\u2003;Cleo;cleo;;;\n", column="id"),
    row("identifier_white_space", "E 3;Cleo;cleo;;;\n", "E_3;Cleo;cleo;;;\n", "id"),
    row("identifier_white_space", "E-3 ;Cleo;cleo;;;\n", column="id"),
    row("identifier_white_space", "\tE-3;Cleo;cleo;;;\n", column="id"),
    row("identifier_white_space", '"E\n3";Cleo;cleo;;;\n', column="id"),
    row("identifier_duplicate", CLEO.replace("E-3", "E-1"), CLEO.replace("E-3", "e-1"), "id"),
    row("identifier_duplicate", CLEO.replace("E-3", '"E-2"'), column="id"),
    row("email_duplicate", "E-3;Cleo;cleo;anna@example.com;;\n", "E-3;Cleo;cleo;;;\nE-4;Dora;dora;;;\n", "mail"),
    row("email_duplicate", "E-3;Cleo;cleo;Anna@Example.com;;\n", column="mail"),
    row("user_name_duplicate", "E-3;Cleo;anna;;;\n", "E-3;Cleo;;;;\nE-4;Dora;;;;\n", "user"),
    row("user_name_duplicate", "E-3;Cleo;ANNA;;;\n", column="user"),
    row("user_name_at", "E-3;Cleo;cleo@example.net;;;\n", "E-3;Cleo;cleo.example.net;;;\n", "user"),
    *(row("email_malformed", f"E-3;Cleo;cleo;{mail};;\n", f"E-3;Cleo;cleo;{good};;\n", "mail") for mail, good in [
        ("cleo", "cleo@x.org"), ("cleo@", "c@x.org"), ("@example.net", "c+o@x.org"), ("cleo@net", "c.o@a.b.org"), ("a@b@example.net", "o'c@x.org"),
        ("cleo coe@example.net", "cl\u00e9o@x.org"), ("cleo@example.net ", "c@m\u00fcller.de"), ("<c@x.org>", "C@X.ORG"),
    ]),
    *(row("status_unknown", f"E-3;Cleo;cleo;;{state};\n", f"E-3;Cleo;cleo;;{good};\n", "state") for state, good in [
        ("aktiv", "Activated"), ("1", "activated"), ("Activated ", "Deactivated"), ("pending", "DEACTIVATED"), ("true", ""),
    ]),
    *(row("locale_malformed", f"E-3;Cleo;cleo;;;{lang}\n", f"E-3;Cleo;cleo;;;{good}\n", "lang") for lang, good in [
        ("German", "de"), ("DE", "de_DE"), ("en_us", "en-US"), ("en US", "gsw_CH"), ("en_US.UTF-8", "zh_Hans_CN"), ("e", "es_419"), ("de_", ""),
    ]),
    *(row("control_character", CLEO.replace("Cleo", f"C{character}eo")) for character in "\x01\x08\x0b\x0c\x1b\x1f\x7f\x80\x85\x9f"),
    row("replacement_character", CLEO.replace("Cleo", "C\ufffdeo")),
    row("replacement_character", 'E-3;"Cleo\n\ufffd";cleo;;;\n'),
]


@pytest.mark.parametrize("case", CASES, ids=[f"{case.code}-{number}" for number, case in enumerate(CASES)])
def test_exactly_this_problem_is_found_and_none_in_the_sibling(case: Case) -> None:
    found = case.lint(case.bad).problems
    assert [(problem.code, problem.line, problem.column) for problem in found.listed] == [(case.code, case.line, case.column)]
    assert found.count == 1
    assert case.lint(case.good).problems.listed == []


def test_every_code_has_a_case() -> None:
    assert {case.code for case in CASES} | {"status_words_unknown"} == set(MESSAGES)
    assert set(OF_CELLS) < set(MESSAGES)


@pytest.mark.parametrize(("words", "unknown"), [
    (["active", "inactive"], True), (["active", ""], True), (["A"], True),
    (["active", "Deactivated"], False), (["", ""], False), (["activated"], False),
])
def test_a_status_column_with_other_words_makes_the_file_doubtful(words: list[str], unknown: bool) -> None:
    """The service would refuse every row with such a word, so nobody would be imported."""
    rows = "".join(f"E-{number};;;;{word};\n" for number, word in enumerate(words))
    found = lint(io.BytesIO((HEADER + rows).encode()), Columns.of_mapping(MAPPING)).problems
    assert ("status_words_unknown" in found.by_code) is unknown
    assert (found.beyond(OF_CELLS) > 0) is unknown


def test_that_a_check_is_gone_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_checks, "_holds_white_space", lambda cell: False)
    monkeypatch.setattr(row_checks.RowChecks, "_wrong_width", lambda self, cells, line: None)
    blind = {case.code for case in CASES if case.lint(case.bad).problems.count == 0}
    assert blind == {"identifier_white_space", "row_too_short", "row_too_long", "mixed_separators"}


@pytest.mark.parametrize("header", [
    # The columns that the vendor's guides show: an identifier, names, user name or e-mail, language, status.
    "externalID;firstName;lastName;userName;locale;status", "externalID;firstName;lastName;eMail;locale;status",
    "externalID,firstName,lastName,userName,locale,status", "Identifier;First name;Last name;E-mail;Language;Status",
])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_files_as_in_the_guides_are_good(header: str, encoding: str, line_end: str) -> None:
    separator = "," if "," in header else ";"
    names = header.split(separator)
    login = "m.muster@example.com" if "ail" in names[3] else "m.muster"
    people = [["1001", "Max", "M\u00fcller", login, "de_DE", "Activated"], ["1002", "Zo\u00eb", "Stra\u00dfe", "z" + login, "en_US", "Deactivated"]]
    data = line_end.join([header, *(separator.join(cells) for cells in people), ""]).encode(encoding)
    mapping = {"externalId": names[0], "profile-field:firstName": names[1], "profile-field:lastName": names[2],
               "eMail" if "ail" in names[3] else "userName": names[3], "profile-field:locale": names[4], "status": names[5]}
    report = lint(io.BytesIO(data), Columns.of_mapping(mapping))
    assert report.problems.listed == []
    assert (report.header, report.row_count, report.separator) == (names, 2, separator)
    assert report.encoding == ("windows-1252" if encoding == "windows-1252" else "UTF-8")
