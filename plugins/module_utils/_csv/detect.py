# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Telling the dialect of a file without reading its rows."""

from __future__ import annotations

import codecs
import typing as t

from .dialect import AUTO, CODECS, HEAD, Dialect, foreign_kind, separator_of
from .table import BadTable

PIECE = 1 << 20


def detect(stream: t.BinaryIO, separator: str, encoding: str, columns: tuple[str, ...] = ()) -> Dialect:
    """Return the dialect of a file and leave it at its start; raise BadTable for what is no CSV.

    `separator` and `encoding` may be auto; the encoding is the first one of which all bytes are text.
    """
    head = stream.read(HEAD)
    kind = foreign_kind(head) if head.removeprefix(b"\xef\xbb\xbf").strip() else "empty_file"
    if kind is not None:
        raise BadTable(kind, None)
    names = [encoding] if encoding != AUTO else list(CODECS)
    name = next((name for name in names if _is_text(stream, name)), None)
    if name is None:
        raise BadTable("not_text", None)
    chosen = separator if separator != AUTO else separator_of(text_of(head, name), columns)
    if chosen is None:
        raise BadTable("unknown_separator", 1)
    stream.seek(0)
    return Dialect(name, chosen)


def text_of(head: bytes, encoding: str) -> str:
    """Return the text of a file's first bytes, from the header on."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n").decode(CODECS[encoding], "replace")


def _is_text(stream: t.BinaryIO, encoding: str) -> bool:
    stream.seek(0)
    decoder = codecs.getincrementaldecoder(CODECS[encoding])()
    try:
        while piece := stream.read(PIECE):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
