# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be wrong with a row. Written for a million rows: each check costs next to nothing when all is well."""

from __future__ import annotations

import re
import typing as t
import unicodedata

from .columns import Columns
from .dialect import SEPARATORS
from .problems import Problems

_EMAIL = re.compile(r"[^@\s;,<>\"]+@[^@\s;,<>\"]+\.[^@\s;,<>\".]+")
_LOCALE = re.compile(r"[a-z]{2,3}([_-][A-Z][a-z]{3})?([_-]([A-Z]{2}|\d{3}))?")
#: In the guides; lower case in a working client (D, O).
_STATUSES = frozenset({"activated", "deactivated"})
#: Letters and symbols that show nothing. Characters of the category Cf (such as a zero width space) show nothing either.
_INVISIBLE = frozenset("\u115f\u1160\u2800\u3164\uffa0")

Check = t.Callable[[str, int], None]


class RowChecks:
    """The checks of one file."""

    def __init__(self, header: list[str], columns: Columns, separator: str, problems: Problems) -> None:
        self._width = len(header)
        self._problems = problems
        self._status_column = columns.status
        self._knows_a_status = False
        #: How many rows have an empty status; None if nothing is known of a status.
        self.without_status = 0 if columns.status in header else None
        self._other = next(other for other in SEPARATORS if other != separator)
        self._checks = list(self._wanted(header, columns))
        self._least = 1 + max((index for index, _check in self._checks), default=-1)

    def check(self, cells: list[str], line: int, suspicious: bool) -> None:
        """Note what is wrong with a row that starts on `line`; `suspicious`: look for control characters too."""
        if len(cells) != self._width:
            self._wrong_width(cells, line)
        if len(cells) >= self._least and (len(cells) == self._width or not self._is_mixed(cells)):
            for index, check in self._checks:
                check(cells[index], line)
        if suspicious:
            self._look_for_control_characters(cells, line)

    def _wanted(self, header: list[str], columns: Columns) -> t.Iterator[tuple[int, Check]]:
        wanted: tuple[tuple[str | None, t.Callable[[str], Check]], ...] = (
            (columns.identifier, self._identifier), (columns.user_name, self._user_name), (columns.email, self._email),
            (columns.status, self._status), (columns.locale, self._locale),
        )
        for column, make in wanted:
            if column is not None and column in header:
                yield header.index(column), make(column)

    def _identifier(self, column: str) -> Check:
        seen: set[str] = set()

        def check(cell: str, line: int) -> None:
            if cell in seen:
                self._problems.add("identifier_duplicate", line, column)
            elif not cell.strip():
                self._problems.add("identifier_empty", line, column)
            else:
                seen.add(cell)
                if _holds_white_space(cell):
                    self._problems.add("identifier_white_space", line, column)

        return check

    def _user_name(self, column: str) -> Check:
        unique = self._unique(column, "user_name_duplicate")

        def check(cell: str, line: int) -> None:
            unique(cell, line)
            if "@" in cell:
                self._problems.add("user_name_at", line, column)

        return check

    def _email(self, column: str) -> Check:
        unique = self._unique(column, "email_duplicate")

        def check(cell: str, line: int) -> None:
            unique(cell, line)
            if cell and not _EMAIL.fullmatch(cell):
                self._problems.add("email_malformed", line, column)

        return check

    def _status(self, column: str) -> Check:
        def check(cell: str, line: int) -> None:
            if not cell:
                self.without_status = (self.without_status or 0) + 1
            elif cell.lower() in _STATUSES:
                self._knows_a_status = True
            else:
                self._problems.add("status_unknown", line, column)

        return check

    def finish(self) -> None:
        """Note what only the whole file tells: one unknown word is a typing mistake, but a column of nothing else has other words."""
        if not self._knows_a_status and self._problems.by_code["status_unknown"]:
            self._problems.add("status_words_unknown", None, self._status_column)

    def _locale(self, column: str) -> Check:
        def check(cell: str, line: int) -> None:
            if cell and not _LOCALE.fullmatch(cell):
                self._problems.add("locale_malformed", line, column)

        return check

    def _unique(self, column: str, code: str) -> Check:
        """Mail addresses and user names are compared without regard to case; an empty cell is no value."""
        seen: set[str] = set()

        def check(cell: str, line: int) -> None:
            value = cell.lower()
            if value in seen:
                self._problems.add(code, line, column)
            elif value:
                seen.add(value)

        return check

    def _wrong_width(self, cells: list[str], line: int) -> None:
        if self._is_mixed(cells):
            self._problems.add("mixed_separators", line)
        else:
            self._problems.add("row_too_short" if len(cells) < self._width else "row_too_long", line)

    def _is_mixed(self, cells: list[str]) -> bool:
        """Whether the other separator would make the row fit; then nothing in it stands in its own cell."""
        return len(cells) == 1 < self._width and cells[0].count(self._other) >= self._width - 1

    def _look_for_control_characters(self, cells: list[str], line: int) -> None:
        text = "".join(cells)
        if "\ufffd" in text:
            self._problems.add("replacement_character", line)
        if not text.isprintable() and any(unicodedata.category(character) == "Cc" and character not in "\t\r\n" for character in text):
            self._problems.add("control_character", line)


def _holds_white_space(cell: str) -> bool:
    if cell.isascii():
        return cell.split() != [cell]
    return any(character.isspace() or character in _INVISIBLE or unicodedata.category(character) == "Cf" for character in cell)
