# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Opening a file that must be one: no directory, no FIFO, no device."""

from __future__ import annotations

import os
import stat
import typing as t

from .._api.errors import InputError


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
