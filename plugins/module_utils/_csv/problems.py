# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be wrong with an export: stable codes, and a list that counts all and keeps the first ones. Never a cell."""

from __future__ import annotations

import collections
import dataclasses
import typing as t

#: How many problems are listed; all are counted.
MOST_LISTED = 100

#: Code -> what it means and what to do. The codes are part of the collection's interface.
MESSAGES = {
    # the file
    "empty_file": "the file is empty",
    "header_only": "there is a header but no row",
    "utf16": "the file is UTF-16; export it as UTF-8 or windows-1252",
    "html": "this is a web page, perhaps a login page that was saved in place of the export",
    "json": "this is JSON, not CSV",
    "zip": "this is a zip archive (an Excel workbook is one too); export it as CSV",
    "binary": "this is not text",
    "not_text": "the bytes are not text in UTF-8 or windows-1252",
    "unknown_separator": "neither ; nor , separates the columns of the header",
    "mixed_separators": "this row is separated by another character than the header",
    # the header
    "header_missing": "the first line looks like data, not like column names",
    "header_duplicate": "this column name occurs twice",
    "header_empty_name": "a column has no name",
    "column_missing": "the mapping names this column, but the file lacks it",
    "identifier_missing": "the identifier's column is missing",
    # rows
    "row_too_short": "the row has fewer cells than the header",
    "row_too_long": "the row has more cells than the header",
    "unclosed_quote": "a quote is not closed, or text follows a closing quote",
    "identifier_empty": "the identifier is empty",
    "identifier_white_space": "the identifier holds white space",
    "identifier_duplicate": "another row has the same identifier",
    "email_duplicate": "another row has the same e-mail address",
    "user_name_duplicate": "another row has the same user name",
    "user_name_at": "a user name must not hold an @",
    "email_malformed": "this is not an e-mail address",
    "status_unknown": "the status is neither Activated nor Deactivated",
    "status_words_unknown": "no word of the status column is Activated or Deactivated, so the service would refuse every row that has one",
    "locale_malformed": "this is not a locale such as en_US",
    "control_character": "the row holds a control character",
    "replacement_character": "the row holds a replacement character: the text was decoded wrongly before",
}

#: Problems of a single cell, for which the service refuses the row and goes on (D). All others make the whole file doubtful.
OF_CELLS = ("email_duplicate", "email_malformed", "locale_malformed", "status_unknown", "user_name_at", "user_name_duplicate")


@dataclasses.dataclass(frozen=True)
class Problem:
    """`line` is the physical line on which the row starts (the header is 1), or None for the whole file; `column` is a header's name."""

    line: int | None
    column: str | None
    code: str

    def to_result(self) -> dict[str, t.Any]:
        """Return line, column, code and message."""
        return {"line": self.line, "column": self.column, "code": self.code, "message": MESSAGES[self.code]}


class Problems:
    """Counts every problem and keeps the first MOST_LISTED."""

    def __init__(self) -> None:
        self.count = 0
        #: How many problems there are of each code.
        self.by_code: collections.Counter[str] = collections.Counter()
        self.listed: list[Problem] = []

    def beyond(self, tolerated: t.Collection[str]) -> int:
        """Return how many problems have a code that is not tolerated."""
        return sum(count for code, count in self.by_code.items() if code not in tolerated)

    def add(self, code: str, line: int | None = None, column: str | None = None) -> None:
        """Note a problem; cheap, because a file may have a million of them."""
        self.count += 1
        self.by_code[code] += 1
        if self.count <= MOST_LISTED:
            self.listed.append(Problem(line, column, code))


class BadTable(Exception):
    """`code` is one of MESSAGES, `text` says it better here; no cell is in it. `in_previous`: of two files, it is the first."""

    def __init__(self, code: str, line: int | None, column: str | None = None, *, in_previous: bool = False, text: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.text = text or MESSAGES[code]
        self.line = line
        self.column = column
        self.in_previous = in_previous
