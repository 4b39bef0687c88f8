# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The refused rows, from a CSV whose columns are not documented.

`GET /errors` answers a CSV stream; an empty body means none (C). The names of the columns are unknown, so the line and the message
are recognised by name where possible and by content where not. In doubt a row counts as an error: a run
must not say "ok" while rows were refused.
"""

from __future__ import annotations

import codecs
import csv
import dataclasses
import itertools
import re
import typing as t

from .._http.wording import HIDDEN, readable

#: How many refused rows are handed on; all are counted.
MOST_LISTED = 100

SEPARATORS = (";", ",", "\t", "|")

_LINE_WORDS = ("line", "row", "csvline", "csvrow", "csvrecord", "fileline", "filerow", "dataline", "datarow", "zeile", "zeilen", "csvzeile")
_LINE_ENDS = ("", "no", "nr", "num", "number", "nummer", "index")
#: As `_plain` makes them. `number`, `no`, `nr`, `position` and the like are left out: an error CSV may repeat the columns of the file, and there
#: they may be a personnel number or what somebody does, which must not get into a log. The line of such a row is unknown; the row is counted.
LINE_NAMES = frozenset({
    "index", "#", "record", "recordnumber", "recordindex", "datensatz", "datensatznummer", "datensatzindex",
    *(word + end for word in _LINE_WORDS for end in _LINE_ENDS),
})
MESSAGE_NAMES = frozenset({
    "message", "error", "errormessage", "reason", "description", "details", "detail", "cause", "problem", "text",
    "fehler", "fehlermeldung", "meldung", "grund", "beschreibung", "errors", "messages",
})
OTHER_NAMES = frozenset({"field", "column", "value", "code", "property", "feld", "spalte", "wert", "externalid", "identifier", "type", "status"})

#: The name of a column has no more words than this; a longer cell is a message.
LONGEST_NAME = 3

#: The longest cell (characters) and the longest line that are looked at; the counting goes on behind them.
LONGEST_CELL = 1_000_000

#: A quoted row that is longer (characters) is none: each of its lines is taken for a row of its own.
LONGEST_ROW = 2 * LONGEST_CELL

#: Of a message, only so much is looked at (characters), and only beside so many cells; a message beside more of them is hidden.
LONGEST_MESSAGE = 2000
MOST_CELLS = 200


@dataclasses.dataclass(frozen=True)
class RowErrors:
    """`count` of all refused rows; `listed`: `{"line": int or None, "message": str}` of the first MOST_LISTED."""

    count: int
    listed: list[dict[str, t.Any]]


def read_row_errors(pieces: t.Iterable[bytes]) -> RowErrors:
    """Read the error CSV in one pass with flat memory. Line numbers are those of the service; whether they count the header is unknown."""
    count = 0
    listed: list[dict[str, t.Any]] = []
    for roles, row in _refused(pieces):
        count += 1
        if len(listed) < MOST_LISTED:
            listed.append(roles.to_result(row))
    return RowErrors(count, listed)


def read_lines_of_errors(pieces: t.Iterable[bytes]) -> t.Iterator[int | None]:
    """Yield the line number of each refused row, or None where there is none."""
    for roles, row in _refused(pieces):
        yield roles.line_of(row)


def read_cells_of_errors(pieces: t.Iterable[bytes]) -> t.Iterator[tuple[list[str], list[str]]]:
    """Yield the names of the columns, empty without a header, and the cells of each refused row as they stand: people's data."""
    for roles, row in _refused(pieces):
        yield roles.header, row


def _refused(pieces: t.Iterable[bytes]) -> t.Iterator[tuple[_Roles, list[str]]]:
    rows = _rows(_lines(pieces))
    first = next(rows, None)
    if first is None:
        return
    second = next(rows, None)
    header = first if _is_header(first, second) else None
    data = [row for row in (None if header else first, second) if row is not None]
    roles = _Roles(header, data[0] if data else first)
    for row in _chain(data, rows):
        yield roles, row


def _chain(head: list[list[str]], tail: t.Iterator[list[str]]) -> t.Iterator[list[str]]:
    yield from head
    yield from tail


class _Roles:
    """Which column is the line and which the message."""

    def __init__(self, header: list[str] | None, example: list[str]) -> None:
        self.header = header or []
        names = [_plain(cell) for cell in self.header]
        self.line = _first(index for index, name in enumerate(names) if name in LINE_NAMES)
        self.message = _first(index for index, name in enumerate(names) if name in MESSAGE_NAMES)
        if self.line is None and header is None:
            # Below a header that names no line, a number may be a person's identifier.
            self.line = _first(index for index, cell in enumerate(example) if _integer(cell) is not None)
        if self.message is None:
            others = [index for index in range(len(example)) if index != self.line]
            self.message = max(others, key=lambda index: len(example[index].split()), default=None)

    def line_of(self, row: list[str]) -> int | None:
        return _integer(row[self.line]) if self.line is not None and self.line < len(row) else None

    def to_result(self, row: list[str]) -> dict[str, t.Any]:
        text = row[self.message] if self.message is not None and self.message < len(row) else ""
        # A cell that stands beside the message may be the refused value itself.
        beside = {cell.strip() for index, cell in enumerate(row) if index not in (self.line, self.message) and len(cell.strip()) > 1}
        shown = readable(_without(text[:LONGEST_MESSAGE], beside)) if len(beside) <= MOST_CELLS else ""
        return {"line": self.line_of(row), "message": shown or HIDDEN}


def _without(text: str, cells: set[str]) -> str:
    """Hide the cells in one go: one after the other, two dots in each of some dozen cells would blow up the text without end."""
    return re.sub("|".join(map(re.escape, sorted(cells, key=len, reverse=True))), HIDDEN, text) if cells else text


def _is_header(first: list[str], second: list[str] | None) -> bool:
    if any(len(cell.split()) > LONGEST_NAME for cell in first):
        return False
    names = {_plain(cell) for cell in first}
    if names & (LINE_NAMES | MESSAGE_NAMES) and not any(_integer(cell) is not None for cell in first):
        if second is None and not names & LINE_NAMES:
            # A single line: "error;Invalid value" is a row, unless each cell is a name that is known.
            return names <= (MESSAGE_NAMES | OTHER_NAMES)
        return len(first) > 1 or names <= (LINE_NAMES | MESSAGE_NAMES | OTHER_NAMES)
    if any(_integer(cell) is not None for cell in first):
        return False
    # Unknown names above rows that hold numbers are a header; a single line of unknown words is taken for an error.
    return second is not None and any(_integer(cell) is not None for cell in second)


def _rows(lines: t.Iterator[str]) -> t.Iterator[list[str]]:
    first = next((line for line in lines if line.strip()), None)
    if first is None:
        return
    separator = max(SEPARATORS, key=first.count)
    csv.field_size_limit(LONGEST_CELL)
    feed = _Feed(first, lines)
    reader = csv.reader(feed, delimiter=separator)
    while True:
        feed.taken.clear()
        rows: t.Iterable[list[str]]
        try:
            rows = [next(reader)]
        except StopIteration:
            return
        except csv.Error:
            rows = []
        if not rows or feed.ended:
            # A quote that never ends has swallowed what follows it: each line is taken for a row of its own.
            rows = (_row(part, separator) for line in feed.taken for part in re.split(r"\r(?!\n)", line) if part.strip())
        yield from (row for row in rows if any(cell.strip() for cell in row) or row == [""])


class _Feed:
    """The lines that are not blank. `taken`: those of the row that is being read; `ended`: they ended within it."""

    def __init__(self, first: str, lines: t.Iterator[str]) -> None:
        self._lines = itertools.chain([first], (line for line in lines if line.strip()))
        self.taken: list[str] = []
        self.ended = False
        self._length = 0

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        line = next(self._lines, None)
        if line is None:
            self.ended = bool(self.taken)
            raise StopIteration
        self._length = len(line) + (self._length if self.taken else 0)
        self.taken.append(line)
        if len(self.taken) > 1 and self._length > LONGEST_ROW:
            raise csv.Error("a row without an end")
        return line


def _row(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator))
    except csv.Error:
        return [""]


def _lines(pieces: t.Iterable[bytes]) -> t.Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8-sig")(errors="replace")
    rest = ""
    for piece in pieces:
        text = decoder.decode(piece).replace("\0", "")
        rest += text
        # What was there before has no line's end in it: to look at all of it again for each byte that drips would take ages.
        *whole, rest = re.split(r"(?<=\n)", rest) if "\n" in text else [rest]
        for line in whole:
            yield from _bounded(line)
        *parts, rest = _bounded(rest)
        yield from parts
    yield from _bounded(rest + decoder.decode(b"", final=True))


def _bounded(line: str) -> t.Iterator[str]:
    # Cut at fixed places, not where the network has cut: what is counted must not depend on that.
    while len(line) > LONGEST_CELL:
        yield line[:LONGEST_CELL]
        line = line[LONGEST_CELL:]
    yield line


def _plain(cell: str) -> str:
    return re.sub(r"[\s_.-]+", "", cell).lower()


def _integer(cell: str) -> int | None:
    text = cell.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None


def _first(found: t.Iterator[int]) -> int | None:
    return next(found, None)
