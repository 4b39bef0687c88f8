# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of a CSV in one pass: cells, the physical line on which a row starts, and the digest of the bytes that were read."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import typing as t

from .dialect import CODECS

#: A quote that is left open swallows text up to this many characters, not the rest of the file.
LONGEST_CELL = 131_072

#: C0 without tab and line ends, DEL.
_CONTROL = bytes([*(byte for byte in range(32) if byte not in b"\t\n\r"), 127])
#: In UTF-8: C1, and the replacement character.
_SUSPICIOUS = re.compile(rb"\xc2[\x80-\x9f]|\xef\xbf\xbd")


class HashingStream(io.RawIOBase):
    """Hands bytes on, takes their digest, and notices whether any of them may be a control or replacement character."""

    def __init__(self, stream: t.BinaryIO) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()
        self._tail = b""
        #: Set before the rows that hold such a character are handed out; as long as it is not set, rows need no look.
        self.suspicious = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: t.Any) -> int:
        piece = self._stream.read(len(buffer))
        buffer[: len(piece)] = piece
        self._digest.update(piece)
        if not self.suspicious:
            self.suspicious = len(piece.translate(None, _CONTROL)) != len(piece) or (
                not piece.isascii() and _SUSPICIOUS.search(self._tail + piece) is not None)
            self._tail = piece[-2:]
        return len(piece)

    @property
    def sha256(self) -> str:
        """The digest of all that was read so far, in hex."""
        return self._digest.hexdigest()


class Rows:
    """The rows of one file, the header included."""

    def __init__(self, stream: t.BinaryIO, encoding: str, separator: str) -> None:
        self.raw = HashingStream(stream)
        # A large buffer: fewer calls into Python for the digest.
        self._text = io.TextIOWrapper(io.BufferedReader(self.raw, 1 << 20), encoding=CODECS[encoding], newline="")
        self._reader = csv.reader(self._text, delimiter=separator, strict=True)
        csv.field_size_limit(LONGEST_CELL)
        #: The physical line on which the last row started.
        self.line = 0
        #: The code of the problem, when the last row could not be split.
        self.fault = ""

    def __iter__(self) -> t.Iterator[list[str] | None]:
        """Yield the cells of each row, or None for a row that cannot be split. Blank lines are passed over.

        Raises UnicodeDecodeError when the bytes are not text in this encoding.
        """
        reader = self._reader
        while True:
            before = reader.line_num
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                self.line = before + 1
                self.fault = "control_character" if "NUL" in str(error) else "unclosed_quote"
                yield None
                continue
            if cells:
                self.line = before + 1
                yield cells
