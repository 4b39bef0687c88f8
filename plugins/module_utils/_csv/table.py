# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An export as records: raw lines under their identifiers, split into cells only when that is needed.

Most rows of the current export are the previous rows to the byte. Such a row needs no parsing, only its identifier; so a
record stays the bytes that it is, and is split by the csv module when it differs.
"""

from __future__ import annotations

import csv
import io
import itertools
import typing as t

from .dialect import CODECS, Dialect
from .line_reader import Batch, LineReader
from .problems import BadTable


class Identified(t.NamedTuple):
    """A batch of records with their identifiers in UTF-8, and the physical line on which each record starts."""

    identifiers: list[bytes]
    raws: list[bytes]
    lines: t.Sequence[int]


class Table:
    """One file: its header, and how its records are read."""

    def __init__(self, stream: t.BinaryIO, dialect: Dialect, identifier: str) -> None:
        self.dialect = dialect
        self._codec = "utf-8" if dialect.encoding == "UTF-8" else CODECS[dialect.encoding]
        self._separator = dialect.separator.encode()
        # Kept, because a stream that nobody holds any more is closed.
        self._stream = stream
        self._batches = LineReader(stream, dialect).batches()
        #: The physical line on which the last record started.
        self.line = 0
        first = next((batch for batch in self._batches if batch.raws), Batch([b""], [1], plain=True))
        #: The header as it stands in the file, without its line end.
        self.raw_header = first.raws[0]
        self.line = first.lines[0]
        self._batches = itertools.chain([Batch(first.raws[1:], first.lines[1:], first.plain)], self._batches)
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
        for batch in self.batches():
            for identifier, raw, self.line in zip(*batch):
                yield identifier, raw

    def batches(self) -> t.Iterator[Identified]:
        """Yield the records many at a time: for a million rows, what can be done at once is not done one by one."""
        for raws, lines, plain in self._batches:
            found = self._plain_identifiers(raws) if plain else None
            yield Identified(self._identifiers(raws, lines) if found is None else found, raws, lines)

    def _plain_identifiers(self, raws: list[bytes]) -> list[bytes] | None:
        """Return the identifiers of records without quotes, or None if one of them needs a closer look."""
        place, separator = self.place, self._separator
        try:
            found = [raw.split(separator, place + 1)[place] for raw in raws]
        except IndexError:
            return None
        return found if all(found) and all(map(bytes.isascii, found)) and not any(map(bytes.isspace, found)) else None

    def _identifiers(self, raws: list[bytes], lines: t.Sequence[int]) -> list[bytes]:
        found = []
        for raw, self.line in zip(raws, lines):
            identifier = _identifier(self._cell(self.split(raw)))
            if not identifier or identifier.isspace():
                raise BadTable("identifier_empty", self.line, self._identifier)
            found.append(identifier)
        return found

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
            told = f"its encoding, {self.dialect.encoding}, cannot represent a character of a previous row that has to be written; export it as UTF-8"
            raise BadTable("not_text", None, text=told) from None

    def _decoded(self, data: bytes) -> str:
        try:
            return data.decode(self._codec)
        except UnicodeDecodeError:
            raise BadTable("not_text", self.line) from None

    def _cell(self, cells: list[str]) -> str:
        if len(cells) <= self.place:
            raise BadTable("row_too_short", self.line)
        return cells[self.place]


def _identifier(cell: str) -> bytes:
    """Return an identifier; nothing for white space of any kind."""
    return b"" if cell.isspace() else cell.encode()
