# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading an uploaded file: encodings, header, rows (D: UTF-8 or windows-1252, ; or ,, a header row)."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .refusals import BAD_SEPARATOR, BAD_UTF8, Refusal
from .switches import Switches

CHUNK = 1 << 20
csv.field_size_limit(1 << 30)


def codec_for(literal: object, switches: Switches) -> str | None:
    """Python's codec for an ``encoding``, or None: UTF-8 (O), the other literal is a switch (I)."""
    if literal == "UTF-8":
        return "utf-8-sig" if switches.bom == "stripped" else "utf-8"
    return "cp1252" if literal == switches.windows_1252 else None


def decodes(path: Path, codec: str) -> bool:
    """Whether the whole file can be read with the codec; memory stays flat."""
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True


def check_upload(path: Path, switches: Switches) -> None:
    """The two refusals of an upload that are about the file's content (D: 400); when they strike is a switch (I)."""
    other = {"strict": False, "undecodable": True}.get(switches.encoding_check)
    if other is not None and not decodes(path, "utf-8") and not (other and decodes(path, "cp1252")):
        raise Refusal(400, BAD_UTF8)
    if switches.separator_check != "off":
        header = first_line(path)
        foreign = any(sign in header for sign in "\t|")
        if header and ";" not in header and "," not in header and (foreign or switches.separator_check == "required"):
            raise Refusal(400, BAD_SEPARATOR)


def first_line(path: Path) -> str:
    """The header as text, whatever the encoding: for guesses only."""
    with path.open("rb") as stream:
        raw = stream.readline(CHUNK)
    raw = raw.removeprefix(codecs.BOM_UTF8).rstrip(b"\r\n")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def read_rows(path: Path, codec: str, separator: str, switches: Switches) -> Iterator[list[str]]:
    """All records, the header first; blank lines are no records. 400 when the bytes do not fit the encoding (I)."""
    strict = codec != "cp1252" and switches.encoding_check != "replace"
    quoting: Any = csv.QUOTE_MINIMAL if switches.quoting == "rfc4180" else csv.QUOTE_NONE
    with path.open("rb") as raw:
        text = io.TextIOWrapper(raw, encoding=codec, errors="strict" if strict else "replace", newline="")
        try:
            for record in csv.reader(text, delimiter=separator, quoting=quoting):
                if record:
                    yield record
        except UnicodeDecodeError:
            raise Refusal(400, BAD_UTF8) from None


def read_header(path: Path, codec: str, separator: str, switches: Switches) -> list[str]:
    """The column names under this encoding and separator: a wrong separator gives one long name."""
    if codec.startswith("utf-8") and switches.encoding_check != "replace" and not decodes(path, "utf-8"):
        raise Refusal(400, BAD_UTF8)
    return next(read_rows(path, codec, separator, switches), [])


def count_records(path: Path) -> int:
    """Lines with content, the header included; quoted line breaks count (I)."""
    count = 0
    with path.open("rb") as stream:
        for line in stream:
            if line.strip():
                count += 1
    return count
