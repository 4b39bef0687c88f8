# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unpacking a packed body. Here, not in the library: some versions unpack whatever comes, in as many layers as come, at once into memory."""

from __future__ import annotations

import typing as t
import zlib

#: Asked for in every request. One byte of it is a thousand at most.
ACCEPTED = "gzip"

#: What is unpacked: "deflate" as well, because it may come from a proxy that does not heed what was asked for.
KNOWN = frozenset({"gzip", "x-gzip", "deflate"})

#: How much is unpacked at once (bytes).
PIECE = 64 * 1024

#: For zlib: tell gzip from zlib by the first bytes.
EITHER_HEAD = 32 + zlib.MAX_WBITS


class Unreadable(ValueError):
    """It is packed in another way than was asked for, or broken."""


class CutOff(ValueError):
    """It ends in the middle."""


def is_packed(encoding: str | None) -> bool:
    """Tell whether a `Content-Encoding` means that the body is packed."""
    return (encoding or "").strip().lower() not in ("", "identity")


def unpacked(pieces: t.Iterator[bytes], encoding: str | None) -> t.Iterator[bytes]:
    """Yield the body in pieces of PIECE bytes at most. Raises Unreadable or CutOff."""
    if not is_packed(encoding):
        yield from pieces
    elif (encoding or "").strip().lower() in KNOWN:
        yield from _inflated(pieces)
    else:
        raise Unreadable


def _inflated(pieces: t.Iterator[bytes]) -> t.Iterator[bytes]:
    inflate = zlib.decompressobj(EITHER_HEAD)
    begun = False
    for piece in pieces:
        begun = True
        if inflate.eof:
            # Behind the end there may be a further part, and so on for ever. Nobody sends that for good reasons.
            raise Unreadable
        rest, full = piece, True
        while rest or full:
            try:
                made = inflate.decompress(rest, PIECE)
            except zlib.error:
                raise Unreadable from None
            rest, full = inflate.unconsumed_tail, len(made) == PIECE
            if made:
                yield made
        if inflate.unused_data:
            raise Unreadable
    if begun and not inflate.eof:
        raise CutOff
