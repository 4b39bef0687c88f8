# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Opening a file that must be one: no directory, no FIFO, no device; and the place of a file that is to be written."""

from __future__ import annotations

import contextlib
import os
import stat
import typing as t

from .._errors import InputError


def open_regular(path: str, option: str) -> t.BinaryIO:
    """Open `path` for reading, unbuffered; raise InputError that names `option` for what cannot be read."""
    try:
        # Without O_NONBLOCK, opening a FIFO would wait for a writer for ever.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise InputError(option, f"{path} cannot be opened: {error.strerror}") from None
    except ValueError:
        raise InputError(option, "it is not a path") from None
    kind = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(kind):
        os.close(descriptor)
        raise InputError(option, f"{path} is {'a directory' if stat.S_ISDIR(kind) else 'not a regular file'}")
    return os.fdopen(descriptor, "rb", buffering=0)


@contextlib.contextmanager
def left_alone(stream: t.BinaryIO, path: str, option: str) -> t.Iterator[None]:
    """Raise InputError at the end if somebody has written to the file meanwhile: what was read may be half old and half new.

    That comes before what else is wrong with it. A file that was replaced by another one is still what it was.
    """
    before = _stamp(stream)
    try:
        yield
    finally:
        if _stamp(stream) != before:
            raise InputError(option, f"{path} changed while it was read; run again when the export is finished") from None


def _stamp(stream: t.BinaryIO) -> tuple[int, int]:
    found = os.fstat(stream.fileno())
    return found.st_size, found.st_mtime_ns


@contextlib.contextmanager
def disk_faults_named(path: str, option: str) -> t.Iterator[None]:
    """Turn what the disk refuses (no space, read-only, no right) into an InputError that names `option`, the path and the reason."""
    try:
        yield
    except OSError as error:
        raise InputError(option, f"{path} cannot be written: {error.strerror}") from None


def refuse_other_than_a_file(path: str, option: str) -> None:
    """Raise InputError if `path`, which is to be written, is something else than a regular file or nothing.

    A FIFO would be waited for, and a device such as /dev/null would be replaced by a file. Through a symbolic link, persons' data would get
    where nobody looks; and to put a file in its place would leave what it leads to as it was.
    """
    if "\0" in path:
        raise InputError(option, "it is not a path")
    if os.path.islink(path):
        raise InputError(option, f"{path} is a symbolic link; give the path of the file itself")
    if os.path.isdir(path):
        raise InputError(option, f"{path} is a directory")
    if os.path.exists(path) and not os.path.isfile(path):
        raise InputError(option, f"{path} is not a regular file")
    folder = os.path.dirname(os.path.abspath(path))
    if not os.path.isdir(folder):
        raise InputError(option, f"{folder} is not a directory")
    if not os.access(folder, os.W_OK):
        raise InputError(option, f"{folder} cannot be written to")
