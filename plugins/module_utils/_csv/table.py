# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An export as records: raw lines under their identifiers, split into cells only when that is needed.

Most rows of tonight's export are last night's rows to the byte. Such a row needs no parsing, only its identifier; so a
record stays the bytes that it is, and is split by the csv module when it differs.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
import typing as t

from .dialect import CODECS, Dialect

_MARK = b"\xef\xbb\xbf"

#: A quote that is left open swallows this many bytes, not the rest of the file.
LONGEST_RECORD = 1 << 24


class BadTable(Exception):
    """A file that cannot be compared. `code` is one of problems.MESSAGES; no cell is in the text. `in_previous`: of two files, it is the first."""

    def __init__(self, code: str, line: int | None, column: str | None = None, *, in_previous: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.line = line
        self.column = column
        self.in_previous = in_previous


class Table:
    """One file: its header, and how its records are read."""

    def __init__(self, stream: t.BinaryIO, dialect: Dialect, identifier: str) -> None:
        self.dialect = dialect
        self._codec = "utf-8" if dialect.encoding == "UTF-8" else CODECS[dialect.encoding]
        self._separator = dialect.separator.encode()
        self._opened = _opening(dialect.separator)
        self._stream = stream
        self._lines = self._records(_unmarked(_lines_with_lone_cr(stream) if dialect.lone_cr else iter(stream)))
        #: The physical line on which the last record started.
        self.line = 0
        #: The header as it stands in the file, without its line end.
        self.raw_header = next(self._lines, b"")
        self.header = self.split(self.raw_header)
        if len(set(self.header)) != len(self.header):
            raise BadTable("header_duplicate", 1)
        if identifier not in self.header:
            raise BadTable("identifier_missing", 1, identifier)
        self._identifier = identifier
        #: Which column is the identifier.
        self.place = self.header.index(identifier)

    def records(self) -> t.Iterator[tuple[bytes, bytes]]:
        """Yield (identifier in UTF-8, raw record without its line end) for each record."""
        place, separator = self.place, self._separator
        for raw in self._lines:
            if b'"' in raw:
                identifier = _identifier(self._cell(self.split(raw)))
            else:
                try:
                    identifier = raw.split(separator, place + 1)[place]
                except IndexError:
                    raise BadTable("row_too_short", self.line) from None
                if not identifier.isascii():
                    identifier = _identifier(self._decoded(identifier))
            if not identifier or identifier.isspace():
                raise BadTable("identifier_empty", self.line, self._identifier)
            yield identifier, raw

    def split(self, raw: bytes) -> list[str]:
        """Return the cells of a record."""
        text = self._decoded(raw)
        if '"' not in text and "\r" not in text:
            return text.split(self.dialect.separator)
        try:
            (cells,) = csv.reader(io.StringIO(text, newline=""), delimiter=self.dialect.separator, strict=True)
        except (csv.Error, ValueError):
            raise BadTable("unclosed_quote", self.line) from None
        return cells

    def joined(self, cells: t.Sequence[str]) -> bytes:
        """Return cells as a record of this file, with a line end."""
        text = io.StringIO(newline="")
        # Older versions of Python quote only those line ends that stand in the line terminator.
        csv.writer(text, delimiter=self.dialect.separator, lineterminator="\r\n").writerow(cells)
        try:
            return text.getvalue()[:-2].encode(self._codec) + b"\n"
        except UnicodeEncodeError:
            raise BadTable("not_text", None) from None

    def _decoded(self, data: bytes) -> str:
        try:
            return data.decode(self._codec)
        except UnicodeDecodeError:
            raise BadTable("not_text", self.line) from None

    def _cell(self, cells: list[str]) -> str:
        if len(cells) <= self.place:
            raise BadTable("row_too_short", self.line)
        return cells[self.place]

    def _records(self, lines: t.Iterator[bytes]) -> t.Iterator[bytes]:
        """Yield records: lines without their ends, joined while a quote is open; blank lines are passed over."""
        number = 0
        for line in lines:
            number += 1
            start = number
            record = line
            if b'"' in line and line.count(b'"') % 2 and self._opened.match(line):
                rest = _until_closed(lines, start)
                number += len(rest)
                record += b"".join(rest)
            raw = record.rstrip(b"\r\n")
            if raw:
                self.line = start
                yield raw


def _identifier(cell: str) -> bytes:
    """Return an identifier; nothing for white space of any kind."""
    return b"" if cell.isspace() else cell.encode()


def _opening(separator: str) -> re.Pattern[bytes]:
    """Return what a line looks like that ends within quotes. A quote inside a cell that does not begin with one is a character like others."""
    quoted = '"[^"]*(?:""[^"]*)*'
    return re.compile(rf'(?:(?:{quoted}"|[^"{separator}][^{separator}]*|){separator})*{quoted}\Z'.encode())


def _until_closed(lines: t.Iterator[bytes], start: int) -> list[bytes]:
    """Return the lines up to the one on which an open quote is closed."""
    rest: list[bytes] = []
    size = 0
    for line in lines:
        rest.append(line)
        size += len(line)
        if line.count(b'"') % 2:
            return rest
        if size > LONGEST_RECORD:
            break
    raise BadTable("unclosed_quote", start)


def _unmarked(lines: t.Iterator[bytes]) -> t.Iterator[bytes]:
    """Return the lines without the byte order mark of the first one."""
    return itertools.chain([next(lines, b"").removeprefix(_MARK)], lines)


def _lines_with_lone_cr(stream: t.BinaryIO) -> t.Iterator[bytes]:
    """Yield lines that end with LF, CR LF, or CR alone."""
    rest = b""
    while piece := stream.read(1 << 20):
        *lines, rest = (rest + piece).splitlines(keepends=True)
        yield from lines
    if rest:
        yield rest
