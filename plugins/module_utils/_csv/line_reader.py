# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Raw records of a CSV, in batches: a megabyte without a quote is split at once, everything else line by line."""

from __future__ import annotations

import io
import itertools
import re
import typing as t

from .dialect import Dialect
from .problems import BadTable

#: How much is read at once (bytes).
PIECE = 1 << 20

#: A quote that is left open swallows this many bytes, not the rest of the file.
LONGEST_RECORD = 1 << 24

_MARK = b"\xef\xbb\xbf"


class Batch(t.NamedTuple):
    """Records without their line ends, the physical line on which each starts, and whether none of them holds a quote."""

    raws: list[bytes]
    lines: t.Sequence[int]
    plain: bool


class LineReader:
    """The records of one file, the header included; blank lines are passed over."""

    def __init__(self, stream: t.BinaryIO, dialect: Dialect) -> None:
        self._stream = stream
        self._dialect = dialect
        self._opened = _opening(dialect.separator)
        #: How many physical lines have been read.
        self._number = 0
        self._begun = False

    def batches(self) -> t.Iterator[Batch]:
        """Yield all records; raise BadTable for a quote that is not closed."""
        if self._dialect.encoding != "UTF-8" or self._stream.read(len(_MARK)) != _MARK:
            self._stream.seek(0)
        if self._dialect.lone_cr:
            yield from self._one_by_one(_Lines([], _lines_with_lone_cr(self._stream)), whole=True)
            return
        while block := self._stream.read(PIECE):
            block += self._stream.readline()
            raws = _plain(block)
            if raws is None:
                yield from self._one_by_one(_Lines(io.BytesIO(block).readlines(), iter(self._stream)), whole=False)
            else:
                yield Batch(raws, range(self._number + 1, self._number + 1 + len(raws)), plain=True)
                self._number += len(raws)

    def _one_by_one(self, lines: _Lines, *, whole: bool) -> t.Iterator[Batch]:
        """Yield the records that start within the given lines, or with `whole` all that follow.

        The first record comes alone: it is the header, and what is wrong behind it is told when the rows are read.
        """
        raws: list[bytes] = []
        starts: list[int] = []
        for line in lines if whole else lines.given():
            self._number += 1
            start = self._number
            record = line
            if b'"' in line and line.count(b'"') % 2 and self._opened.match(line):
                rest = _until_closed(lines, start)
                self._number += len(rest)
                record += b"".join(rest)
            raw = record.rstrip(b"\r\n")
            if raw:
                raws.append(raw)
                starts.append(start)
            if len(raws) == (PIECE >> 8 if self._begun else 1):
                self._begun = True
                yield Batch(raws, starts, plain=False)
                raws, starts = [], []
        yield Batch(raws, starts, plain=False)


class _Lines:
    """Lines that were read already, and those of the stream behind them."""

    def __init__(self, given: list[bytes], following: t.Iterator[bytes]) -> None:
        self._given = iter(given)
        self._following = following

    def __iter__(self) -> t.Iterator[bytes]:
        return itertools.chain(self._given, self._following)

    def given(self) -> t.Iterator[bytes]:
        """Return the lines that were read already, less those that were taken as the rest of a record."""
        return self._given


def _plain(block: bytes) -> list[bytes] | None:
    """Split whole lines that hold no quote and all end in the same way; None for all others."""
    if b'"' in block:
        return None
    returns = block.count(b"\r")
    if returns and not returns == block.count(b"\r\n") == block.count(b"\n"):
        return None
    raws = block.split(b"\r\n" if returns else b"\n")
    if not raws[-1]:
        raws.pop()
    return None if b"" in raws else raws


def _opening(separator: str) -> re.Pattern[bytes]:
    """Return what a line looks like that ends within quotes. A quote inside a cell that does not begin with one is a character like others."""
    quoted = '"[^"]*(?:""[^"]*)*'
    return re.compile(rf'(?:(?:{quoted}"|[^"{separator}][^{separator}]*|){separator})*{quoted}\Z'.encode())


def _until_closed(lines: t.Iterable[bytes], start: int) -> list[bytes]:
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


def _lines_with_lone_cr(stream: t.BinaryIO) -> t.Iterator[bytes]:
    """Yield lines that end with LF, CR LF, or CR alone."""
    rest = b""
    while piece := stream.read(PIECE):
        *lines, rest = (rest + piece).splitlines(keepends=True)
        yield from lines
    if rest:
        yield rest
