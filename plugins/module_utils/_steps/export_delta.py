# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Making the delta of two exports: from two paths to a file that a delta import takes."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import io
import os
import typing as t

from .._csv.change_limits import exceeded, read_limit
from .._csv.delta import KINDS, Delta, DeltaRules, compare
from .._csv.detect import detect
from .._csv.dialect import AUTO
from .._csv.problems import BadTable
from .._csv.table import Table
from .._errors import InputError, StaffbaseError
from .._files.private_file import PrivateFile
from .._files.regular_file import left_alone, open_regular


@dataclasses.dataclass(frozen=True)
class DeltaRequest:
    """What is compared and how. `limits`: kind of change -> number or percentage, as text."""

    previous: str
    current: str
    dest: str
    identifier: str
    rules: DeltaRules
    separator: str = AUTO
    encoding: str = AUTO
    limits: dict[str, str] = dataclasses.field(default_factory=dict)

    def checked(self) -> DeltaRequest:
        """Return this, or raise InputError."""
        if self.rules.deactivate_leavers and self.rules.status_column is None:
            raise InputError("status_column", "it is needed with leavers=deactivate: it is the column that gets the status Deactivated")
        if self.rules.joiners_status is not None and self.rules.status_column is None:
            raise InputError("status_column", "it is needed with joiners_status")
        for kind, limit in self.limits.items():
            try:
                read_limit(limit)
            except ValueError as error:
                raise InputError(f"limits.{kind}", str(error)) from None
        for option in ("previous", "current"):
            if os.path.realpath(self.dest) == os.path.realpath(getattr(self, option)):
                raise InputError("dest", f"it is the same file as {option}, which would be overwritten")
        return self


@dataclasses.dataclass(frozen=True)
class Made:
    """What was made; `changed`: the file at `dest` is, or would be, another one than before."""

    delta: Delta
    row_count: int
    dest: str
    sha256: str
    changed: bool

    def to_result(self) -> dict[str, t.Any]:
        """Return the numbers for a module's result."""
        counts = {kind: self.delta.count(kind) for kind in KINDS}
        return {**counts, "unchanged": self.delta.unchanged, "row_count": self.row_count, "dest": self.dest, "sha256": self.sha256,
                "empty": self.row_count == 0}


def make_delta(wanted: DeltaRequest, *, check_mode: bool = False) -> Made:
    """Compare, keep to the limits, and only then write."""
    wanted.checked()
    dest = PrivateFile("dest", wanted.dest, write=not check_mode)
    with contextlib.ExitStack() as stack:
        previous, current = (_opened(stack, option, wanted) for option in ("previous", "current"))
        old = _table(previous, "previous", wanted)
        new = _table(current, "current", wanted)
        try:
            delta = compare(old, new, wanted.rules)
        except BadTable as error:
            raise _refused("previous" if error.in_previous else "current", wanted, error) from None
        except OSError as error:
            raise _unreadable(f"{wanted.previous} or {wanted.current}", "current", error) from None
    over = exceeded(wanted.limits, delta)
    if over:
        counts: dict[str, t.Any] = {**{kind: delta.count(kind) for kind in KINDS}, "unchanged": delta.unchanged}
        raise StaffbaseError(
            f"Too much has changed since {wanted.previous}: {'; '.join(over)}. Nothing was written or sent; if {wanted.current} is right, "
            "raise the limits for this run, else have it exported again", stage="delta", **counts)
    digest = hashlib.sha256()
    for piece in dest.keep(delta.pieces()):
        digest.update(piece)
    return Made(delta, len(delta.rows), wanted.dest, digest.hexdigest(), dest.changed)


def _opened(stack: contextlib.ExitStack, option: str, wanted: DeltaRequest) -> t.BinaryIO:
    path: str = getattr(wanted, option)
    stream = stack.enter_context(open_regular(path, option))
    stack.enter_context(left_alone(stream, path, option))
    return stream


def _table(stream: t.BinaryIO, option: str, wanted: DeltaRequest) -> Table:
    try:
        dialect = detect(stream, wanted.separator, wanted.encoding, (wanted.identifier,))
        return Table(io.BufferedReader(t.cast(io.RawIOBase, stream), 1 << 20), dialect, wanted.identifier)
    except BadTable as error:
        raise _refused(option, wanted, error) from None
    except OSError as error:
        raise _unreadable(getattr(wanted, option), option, error) from None


def _unreadable(path: str, option: str, error: OSError) -> InputError:
    return InputError(option, f"{path} cannot be read: {error.strerror}")


def _refused(option: str, wanted: DeltaRequest, error: BadTable) -> InputError:
    place = f", line {error.line}" if error.line else ""
    column = f", column {error.column!r}" if error.column else ""
    return InputError(option, f"{getattr(wanted, option)}{place}{column}: {error.text}")
