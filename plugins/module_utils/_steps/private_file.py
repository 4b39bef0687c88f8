# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file with persons' data: readable by its owner only, whole or not there at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
import typing as t

from .._api.errors import InputError
from .regular_file import disk_faults_named, open_regular, refuse_other_than_a_file

MODE = 0o600


class PrivateFile:
    """Takes bytes piece by piece beside `path`, and puts it in place when it is whole.

    It is never readable by others, not even while it is written. What is there already with the same bytes is left alone.
    """

    def __init__(self, option: str, path: str, *, write: bool) -> None:
        """`option` is the one that errors name. With `write` false (check mode) nothing is put in place; `changed` tells what would happen."""
        self._option = option
        self._path = path
        self._write = write
        self.changed = False
        refuse_other_than_a_file(path, option)

    def keep(self, pieces: t.Iterator[bytes]) -> t.Iterator[bytes]:
        """Hand every piece on and store it; a new call starts anew."""
        folder, name = os.path.split(os.path.abspath(self._path))
        with disk_faults_named(self._path, self._option):
            # mkstemp makes the file with mode 0600.
            descriptor, part = tempfile.mkstemp(prefix=f".{name}.", dir=folder)
        try:
            stream = os.fdopen(descriptor, "wb")
            try:
                for piece in pieces:
                    self._store(stream, piece)
                    yield piece
                self._store(stream, b"", last=True)
            finally:
                # What could not be written is still in the buffer, and closing would try it again.
                with contextlib.suppress(OSError):
                    stream.close()
            self._settle(part)
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(part)

    def _store(self, stream: t.BinaryIO, piece: bytes, *, last: bool = False) -> None:
        with disk_faults_named(self._path, self._option):
            stream.write(piece)
            if last:
                stream.flush()
                os.fsync(stream.fileno())

    def _settle(self, part: str) -> None:
        self.changed = not self._is_already(part)
        if self.changed and self._write:
            with disk_faults_named(self._path, self._option):
                os.replace(part, self._path)

    def _is_already(self, part: str) -> bool:
        try:
            with open(part, "rb") as new, open_regular(self._path, self._option) as old:
                if os.fstat(old.fileno()).st_mode & 0o777 != MODE:
                    return False
                while True:
                    piece = new.read(1 << 20)
                    if piece != old.read(1 << 20):
                        return False
                    if not piece:
                        return True
        except (OSError, InputError):
            return False
