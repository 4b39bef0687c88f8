# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What kind of file it is, from its first bytes: text at all, which separator; and the encodings that are supported (D)."""

from __future__ import annotations

import csv
import dataclasses
import io
import re

AUTO = "auto"
SEPARATORS = (";", ",")

#: Option -> Python's codec. A byte order mark is no part of the first column's name.
CODECS = {"UTF-8": "utf-8-sig", "windows-1252": "cp1252"}

#: How many bytes are looked at to tell the kind of the file.
HEAD = 64 * 1024

_CONTROL = bytes(byte for byte in range(32) if byte not in b"\t\n\r\x0c\x1b")


@dataclasses.dataclass(frozen=True)
class Dialect:
    """Encoding (a key of CODECS) and separator of a file; `lone_cr`: a CR without LF is in it, so lines may end with one."""

    encoding: str
    separator: str
    lone_cr: bool = False


def foreign_kind(head: bytes) -> str | None:
    """Return the code of a problem if the file begins like something else than a CSV, else None."""
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or _is_utf16_without_mark(head):
        return "utf16"
    if b"\0" in head or len(head) - len(head.translate(None, _CONTROL)) > len(head) // 20:
        return "binary"
    text = head[:2048].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith((b"<!doctype", b"<html", b"<?xml", b"<head", b"<body")):
        return "html"
    if re.match(rb'[\[{]\s*(["\]}{\[]|$)', text):
        return "json"
    return None


def separator_of(text: str, columns: tuple[str, ...] = ()) -> str | None:
    """Return the separator of the header with which a text begins, or None.

    The one that finds all `columns` (those the mapping names) wins, then the one that finds more columns. A header of a
    single column has none; then the vendor's default is as good as the other, if it is the column that is asked for.
    """
    found = {separator: _header(text, separator) for separator in SEPARATORS}
    complete = [separator for separator in SEPARATORS if columns and set(columns) <= set(found[separator])]
    if complete:
        return complete[0]
    best = max(SEPARATORS, key=lambda separator: len(found[separator]))
    return best if len(found[best]) > 1 else None


def _header(text: str, separator: str) -> list[str]:
    try:
        # A name may hold line ends, and a line may end with CR alone.
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=separator), [])
    except csv.Error:
        return []


def _is_utf16_without_mark(head: bytes) -> bool:
    pairs = head[:512]
    return len(pairs) > 3 and (pairs[1::2].count(0) > len(pairs) // 3 or pairs[::2].count(0) > len(pairs) // 3)
