# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file to be uploaded: opened once, its digest, and its bytes as they were when the digest was taken."""

from __future__ import annotations

import contextlib
import hashlib
import io
import typing as t

from .._errors import InputError, StaffbaseError
from .regular_file import open_regular

#: How much is read at once (bytes).
PIECE = 1024 * 1024


class SourceChanged(StaffbaseError):
    """The file is not any more what was read at first."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} changed or could not be read while it was being uploaded; nothing was imported. "
                         "Run again when the export is finished", stage="upload")


class Source:
    """An open file, or a text, with `size` in bytes and `sha256` in hex."""

    def __init__(self, stream: t.BinaryIO, name: str) -> None:
        self._stream = stream
        self._name = name
        digest = hashlib.sha256()
        self.size = 0
        for piece in _read(stream):
            digest.update(piece)
            self.size += len(piece)
        self.sha256 = digest.hexdigest()

    def pieces(self) -> t.Iterator[bytes]:
        """Yield the bytes from the start.

        The digest is taken again on the way. The last piece is held back until it fits, so what was
        changed meanwhile never arrives as a whole file. Raises SourceChanged.
        """
        digest = hashlib.sha256()
        held: bytes = b""
        size = 0
        try:
            self._stream.seek(0)
            for piece in _read(self._stream):
                digest.update(piece)
                size += len(piece)
                if size > self.size:
                    break
                if held:
                    yield held
                held = piece
        except OSError:
            raise SourceChanged(self._name) from None
        if size != self.size or digest.hexdigest() != self.sha256:
            raise SourceChanged(self._name)
        yield held


@contextlib.contextmanager
def open_source(src: str | None, content: str | None, sha256: str | None = None) -> t.Iterator[Source]:
    """Open `src` (a path) or `content` (a text, sent as UTF-8); raise InputError for what cannot be uploaded.

    `sha256`: the digest that it must have.
    """
    if content is not None:
        try:
            data = content.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            raise InputError("content", "it holds characters that UTF-8 does not have") from None
        yield _accepted(Source(io.BytesIO(data), "content"), "content", sha256)
        return
    with open_regular(src or "", "src") as stream:
        try:
            source = Source(stream, src or "")
        except OSError as error:
            raise InputError("src", f"{src} cannot be read: {error.strerror}") from None
        yield _accepted(source, "src", sha256)


def _accepted(source: Source, option: str, sha256: str | None) -> Source:
    if not source.size:
        raise InputError(option, "it is empty (0 bytes): an export has at least a header")
    if sha256 is not None and source.sha256 != sha256.strip().lower():
        raise InputError(option, "its sha256 is not the given one: it has changed since it was checked; run again when the export is finished")
    return source


def _read(stream: t.BinaryIO) -> t.Iterator[bytes]:
    while True:
        piece = stream.read(PIECE)
        if not piece:
            return
        yield piece
