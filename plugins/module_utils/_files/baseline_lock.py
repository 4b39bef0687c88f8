# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose baseline it is, and which run has it: one small file that keeps sources and runs apart.

`<baseline>.source` holds the id of the run that took the baseline last, the digest of its export, and the name of the source. It is
locked while a run works with the files beside it, or has its import done; the kernel takes the lock away from a process that ends, however
it ends. It is written in place and never removed, so whoever locks it locks the same file. It is its owner's only, like the files beside it.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import secrets
import stat
import typing as t

from .._errors import InputError
from .._http.waiting import TimeIsUp, Waiter
from .private_file import MODE
from .regular_file import disk_faults_named

_LAYOUT = re.compile(rb"(?P<run>[0-9a-f]{32})\n(?P<sha256>[0-9a-f]{64})\n(?P<source>.+)", re.DOTALL)

#: In the place of a digest that is not known.
UNKNOWN = "0" * 64

#: More than any name of a source, in bytes.
LONGEST = 1 << 16

#: Between two looks whether another run is done (seconds).
LONGEST_PAUSE = 2.0

TAKEN_OVER = "another run of this source has taken over the baseline; this one has imported nothing. Run again when the other is done"


class BaselineLock:
    """The lock at `path`, as it was when this was made."""

    def __init__(self, descriptor: int, path: str) -> None:
        self._descriptor = descriptor
        self._path = path
        data = os.pread(descriptor, LONGEST, 0)
        found = _LAYOUT.fullmatch(data)
        if data and not found:
            raise InputError("baseline", f"{path} does not name the source of this baseline. If no other source uses the baseline, delete this file")
        self.run = found["run"].decode() if found else None
        self._sha256 = found["sha256"].decode() if found else None
        self._source = found["source"] if found else None

    def check_source(self, source: str) -> None:
        """Raise InputError if it is another source's: compared with its baseline, its people would all have left."""
        if self._source not in (None, _bytes(source)):
            raise InputError("baseline", f"it belongs to another source (see {self._path}); each source needs a baseline of its own")

    def check_run(self, run: str) -> None:
        """Raise InputError if another run has taken it since."""
        if self.run != run:
            raise InputError("lock", f"{self._path}: {TAKEN_OVER}")

    def is_of(self, sha256: str | None) -> bool:
        """Whether the run that has it has this export: then another run of the same export may share it, as both want the same."""
        return sha256 is not None and self._sha256 == sha256.lower()

    def take(self, source: str, sha256: str | None) -> None:
        """Give it to a new run of `source`. Whoever had it before can neither start an import nor touch the baseline any more."""
        self.run, self._source, self._sha256 = secrets.token_hex(16), _bytes(source), (sha256 or UNKNOWN).lower()
        # One write of always the same length: a run that is killed leaves the old ids or the new ones.
        data = f"{self.run}\n{self._sha256}\n".encode() + self._source
        try:
            with disk_faults_named(self._path, "baseline"):
                if os.pwrite(self._descriptor, data, 0) != len(data):
                    # The last room of a disk: what fits is written, and that is no error to the kernel.
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                os.fsync(self._descriptor)
        except InputError:
            # Half of a name would be another source's. An empty file is nobody's.
            os.ftruncate(self._descriptor, 0)
            raise


@contextlib.contextmanager
def locked(path: str, waiter: Waiter, run: str | None = None) -> t.Iterator[BaselineLock]:
    """Wait until nobody else works with the baseline, and keep it for oneself.

    `run`: the run that must have it; if it has not, nothing is waited for. Raises InputError, also when the waiter's time is up.
    """
    descriptor = _open(path, os.O_RDWR | (os.O_CREAT if run is None else 0))
    try:
        if run is not None:
            BaselineLock(descriptor, path).check_run(run)
        try:
            waiter.until(lambda: _lock(descriptor), bool)
        except TimeIsUp:
            raise InputError("baseline", f"{path}: another run of this source is under way. Run again when it is done") from None
        lock = BaselineLock(descriptor, path)
        if run is not None:
            lock.check_run(run)
        yield lock
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def held(lock: dict[str, str] | None, waiter: Waiter) -> t.Iterator[None]:
    """Keep the baseline of a lock (`path`, `run`) for oneself, if there is one; raise InputError if another run has it."""
    if lock is None:
        yield
        return
    with locked(lock["path"], waiter, lock["run"]):
        yield


def look(path: str) -> BaselineLock | None:
    """Return the lock, if there is one, without locking or making it."""
    if not os.path.exists(path):
        return None
    descriptor = _open(path, os.O_RDONLY)
    try:
        return BaselineLock(descriptor, path)
    finally:
        os.close(descriptor)


def _open(path: str, flags: int) -> int:
    try:
        # A symbolic link would take the name of the source to where nobody looks for it, and a FIFO would be waited for.
        descriptor = os.open(path, flags | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW, MODE)
    except OSError as error:
        raise InputError("baseline", f"{path} cannot be opened: {error.strerror}") from None
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        raise InputError("baseline", f"{path} is not a regular file")
    if flags & os.O_RDWR and stat.S_IMODE(mode) != MODE:
        # Whoever can write to it could take the baseline away from a run. The file of another user, or of a file system without
        # modes, stays as it is: the run can do its work all the same.
        with contextlib.suppress(OSError):
            os.fchmod(descriptor, MODE)
    return descriptor


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        # A file system without locks: the id of the run is what is left to keep runs apart.
        pass
    return True


def _bytes(source: str) -> bytes:
    return source.encode("utf-8", "surrogateescape")
