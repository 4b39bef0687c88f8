# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file with persons' data: readable by its owner only, whole or not there at all."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import stat
import tempfile
import typing as t

from .._errors import InputError
from .regular_file import disk_faults_named, open_regular, refuse_other_than_a_file

MODE = 0o600

#: The end of the name of a file that is being written.
PART = ".part"


class PrivateFile:
    """Takes bytes piece by piece beside `path`, and puts it in place when it is whole.

    It is never readable by others, not even while it is written. What is there already with the same bytes is left alone.
    A writer that is killed leaves its part behind; whoever writes the same file next removes it.
    """

    def __init__(self, option: str, path: str, *, write: bool) -> None:
        """`option` is the one that errors name. With `write` false (check mode) nothing is put in place; `changed` tells what would happen."""
        self._option = option
        self._path = path
        self._write = write
        self.changed = False
        refuse_other_than_a_file(path, option)
        if write:
            remove_abandoned(path)

    def put(self, pieces: t.Iterable[bytes]) -> None:
        """Store every piece."""
        for _piece in self.keep(iter(pieces)):
            pass

    def keep(self, pieces: t.Iterator[bytes]) -> t.Iterator[bytes]:
        """Hand every piece on and store it; a new call starts anew."""
        with disk_faults_named(self._path, self._option):
            descriptor, part = _new_part(self._path)
        try:
            stream = os.fdopen(descriptor, "wb")
            try:
                for piece in pieces:
                    self._store(stream, piece)
                    yield piece
                self._store(stream, b"", last=True)
                # Before it is closed: with it goes the lock that tells others that somebody is at it.
                self._settle(part)
            finally:
                # What could not be written is still in the buffer, and closing would try it again.
                with contextlib.suppress(OSError):
                    stream.close()
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
                put_in_place(part, self._path)

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


class PrivateFiles:
    """Several files, or none, that take the same bytes."""

    def __init__(self, *files: PrivateFile) -> None:
        self._files = files

    @property
    def changed(self) -> bool:
        return any(file.changed for file in self._files)

    def keep(self, pieces: t.Iterator[bytes]) -> t.Iterator[bytes]:
        """Hand every piece on and store it in each file."""
        for file in self._files:
            pieces = file.keep(pieces)
        return pieces


def put_in_place(source: str, dest: str) -> None:
    """Rename so that it lasts: also after a loss of power, `dest` is the old file or the new one."""
    os.replace(source, dest)
    # Not every file system can do this for a folder.
    with contextlib.suppress(OSError):
        folder = os.open(os.path.dirname(os.path.abspath(dest)), os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def remove_abandoned(path: str) -> None:
    """Remove the parts of `path` whose writers are dead: they hold people's data, and nobody would ever read them.

    A writer holds a lock on its part, which the kernel takes away from a process that ends, however it ends.
    """
    folder, name = os.path.split(os.path.abspath(path))
    # The middle is what mkstemp makes up.
    pattern = re.compile(re.escape(f".{name}.") + "[a-z0-9_]{8}" + re.escape(PART))
    with contextlib.suppress(OSError):
        for entry in os.listdir(folder):
            if pattern.fullmatch(entry):
                with contextlib.suppress(OSError):
                    _remove_if_abandoned(os.path.join(folder, entry))


def _remove_if_abandoned(part: str) -> None:
    # Where files are locked over the network, only a file that is open for writing can be locked.
    descriptor = os.open(part, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.unlink(part)
    finally:
        os.close(descriptor)


def _new_part(path: str) -> tuple[int, str]:
    """Make a part with mode 0600, lock it, and return descriptor and name."""
    folder, name = os.path.split(os.path.abspath(path))
    while True:
        descriptor, part = tempfile.mkstemp(prefix=f".{name}.", suffix=PART, dir=folder)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Before it was locked, somebody else could take it for abandoned.
            if os.path.exists(part):
                return descriptor, part
        except BlockingIOError:
            # Somebody else is just doing so.
            pass
        except OSError:
            # A file system without locks: there nobody can lock it to remove it either.
            return descriptor, part
        os.close(descriptor)
