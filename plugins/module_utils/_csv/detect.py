# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Telling the dialect of a file without reading its rows."""

from __future__ import annotations

import codecs
import typing as t

from .dialect import AUTO, CODECS, HEAD, Dialect, foreign_kind, separator_of
from .problems import BadTable

PIECE = 1 << 20


def detect(stream: t.BinaryIO, separator: str, encoding: str, columns: tuple[str, ...] = ()) -> Dialect:
    """Return the dialect of a file and leave it at its start; raise BadTable for what is no CSV.

    `separator` and `encoding` may be auto; the encoding is the first one of which all bytes are text.
    """
    head = stream.read(HEAD)
    kind = foreign_kind(head) if head.removeprefix(b"\xef\xbb\xbf").strip() else "empty_file"
    if kind is not None:
        raise BadTable(kind, None)
    name, lone_cr = _first_that_fits(stream, [encoding] if encoding != AUTO else list(CODECS))
    chosen = separator if separator != AUTO else separator_of(text_of(head, name), columns)
    if chosen is None:
        raise BadTable("unknown_separator", 1)
    stream.seek(0)
    return Dialect(name, chosen, lone_cr)


def text_of(head: bytes, encoding: str) -> str:
    """Return the text of a file's first bytes, from the header on."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n").decode(CODECS[encoding], "replace")


def _first_that_fits(stream: t.BinaryIO, encodings: list[str]) -> tuple[str, bool]:
    for name in encodings:
        lone_cr = lone_cr_if_text(stream, name)
        if lone_cr is not None:
            return name, lone_cr
    raise BadTable("not_text", None)


def lone_cr_if_text(stream: t.BinaryIO, encoding: str) -> bool | None:
    """Return whether there is a CR without LF, or None if the bytes are not text in this encoding."""
    stream.seek(0)
    decoder = codecs.getincrementaldecoder(CODECS[encoding])()
    alone = 0
    after_cr = False
    try:
        while piece := stream.read(PIECE):
            # ASCII is text in each of them; only a character that an earlier piece has begun needs the decoder.
            if not piece.isascii() or decoder.getstate()[0]:
                decoder.decode(piece)
            alone += piece.count(b"\r") - piece.count(b"\r\n") - (after_cr and piece.startswith(b"\n"))
            after_cr = piece.endswith(b"\r")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return None
    return alone > 0
