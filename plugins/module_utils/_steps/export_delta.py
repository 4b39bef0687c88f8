# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Making the delta of two exports: from two paths to a file that a delta import takes."""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import hashlib
import io
import itertools
import os
import typing as t

from .._csv.change_limits import exceeded, read_limit
from .._csv.delta import ADDED_STATUS, KINDS, Delta, DeltaRules, NeedsStatus, compare
from .._csv.detect import detect
from .._csv.dialect import AUTO
from .._csv.problems import BadTable
from .._csv.table import Table
from .._errors import InputError, StaffbaseError
from .._files.private_file import PrivateFile
from .._files.regular_file import left_alone, open_regular
from .._files.told_file import write_told


@dataclasses.dataclass(frozen=True)
class DeltaRequest:
    """What is compared and how. `limits`: kind of change -> number or percentage, as text; `previous`: None if everybody is new.

    `told`: the path that the rules' memory was read from. `told_dest`: where it is written what the tenant is told when all of it is accepted;
    `people_dest`: where a line for each person who would be touched is written, in check mode, too. Both hold people's data; None: not at all.
    """

    previous: str | None
    current: str
    dest: str
    identifier: str
    rules: DeltaRules
    separator: str = AUTO
    encoding: str = AUTO
    limits: dict[str, str] = dataclasses.field(default_factory=dict)
    told: str | None = None
    told_dest: str | None = None
    people_dest: str | None = None

    def checked(self) -> DeltaRequest:
        """Return this, or raise InputError."""
        if self.rules.deactivate_leavers and self.rules.status_column is None:
            raise InputError("status_column", "it is needed with leavers=deactivate: it is the column that gets the status Deactivated")
        if self.rules.joiners_status is not None and self.rules.status_column is None:
            raise InputError("status_column", "it is needed with joiners_status")
        if self.rules.told is not None and self.rules.fields is None:
            raise InputError("mapping", "it is needed with told: what is known of leavers is kept by field")
        for kind, limit in self.limits.items():
            try:
                read_limit(limit)
            except ValueError as error:
                raise InputError(f"limits.{kind}", str(error)) from None
        self._check_places()
        return self

    def _check_places(self) -> None:
        """Raise InputError if something would be written over what is read, or over something else that is written."""
        taken: dict[str, str] = {}
        for option in ("previous", "current", "told", "dest", "told_dest", "people_dest"):
            path = getattr(self, option)
            if path:
                same = taken.setdefault(os.path.realpath(path), option)
                if same != option and option in ("dest", "told_dest", "people_dest"):
                    raise InputError(option, f"it is the same file as {same}, which would be overwritten")


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
        return {**numbers(self.delta), "row_count": self.row_count, "dest": self.dest, "sha256": self.sha256, "empty": self.row_count == 0,
                "status_added": self.delta.status_added}


def numbers(delta: Delta) -> dict[str, t.Any]:
    """Return how many people there are of each kind."""
    return {**{kind: delta.count(kind) for kind in KINDS}, "unchanged": delta.unchanged, **delta.counts, "sent_again": delta.sent_again}


def make_delta(wanted: DeltaRequest, *, check_mode: bool = False) -> Made:
    """Compare, keep to the limits, and only then write."""
    wanted.checked()
    dest = PrivateFile("dest", wanted.dest, write=not check_mode)
    listed = PrivateFile("people_dest", wanted.people_dest, write=True) if wanted.people_dest else None
    try:
        delta = _compared(wanted, wanted.rules)
    except NeedsStatus:
        # Somebody is back, which is seldom: then it is compared once more, with a column for it.
        delta = _compared(wanted, dataclasses.replace(wanted.rules, status_column=ADDED_STATUS))
    if listed is not None:
        # Before the limits: whoever has to decide whether they are to be raised wants to see whom it is about.
        listed.put(people_list(delta))
    _keep_to(wanted, delta)
    if wanted.told_dest is not None:
        # First of the two: a delta without it is of a run that has not got so far.
        write_told(wanted.told_dest, delta.after, write=not check_mode)
    digest = hashlib.sha256()
    for piece in dest.keep(delta.pieces()):
        digest.update(piece)
    return Made(delta, len(delta.rows), wanted.dest, digest.hexdigest(), dest.changed)


def warnings_of(delta: Delta, rules: DeltaRules, refused_since: str | None) -> t.Iterator[str]:
    """Yield what an admin has to know of a difference beside its numbers."""
    again, protected = delta.sent_again, delta.counts["protected"]
    if again:
        yield f"{people(again)} whose row was refused in an earlier run, first on {refused_since}, {is_are(again)} sent again"
    if delta.status_left_out:
        yield (
            f"{people(delta.status_left_out)} of them {is_are(delta.status_left_out)} sent without the status: the row may have been accepted, and "
            "somebody may have changed the status in Studio since. Whoever is deactivated there stays so; delta_import_resend: true sends the "
            "status, too")
    if protected:
        yield f"{people(protected)} whom this run would have deactivated {is_are(protected)} protected, and left alone"
    left = delta.count("leavers")
    if left and rules.everybody and rules.told is None and rules.fields is not None:
        yield (
            f"{people(left)} of the baseline {is_are(left)} not in the export, and {is_are(left)} forgotten now, because it is not known whether "
            "this tenant was told of them. See in Studio whether they are to be deactivated")


def people(count: int) -> str:
    return f"{count} {'person' if count == 1 else 'people'}"


def is_are(count: int) -> str:
    return "is" if count == 1 else "are"


def people_list(delta: Delta) -> t.Iterator[bytes]:
    """Yield a CSV with one line for each person who would be touched: identifier, what happens, and the columns of a mover that differ."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    for row in itertools.chain([("identifier", "change", "columns")], delta.people):
        identifier, change, columns = row
        writer.writerow((identifier, change, columns if isinstance(columns, str) else ", ".join(columns)))
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()


def _compared(wanted: DeltaRequest, rules: DeltaRules) -> Delta:
    with contextlib.ExitStack() as stack:
        tables: dict[str, Table] = {}
        # Both stay open until the end: that neither of them has changed meanwhile is seen then.
        streams = {option: _opened(stack, option, wanted) for option in ("previous", "current") if getattr(wanted, option) is not None}
        for option, stream in streams.items():
            tables[option] = _table(stream, option, wanted)
        try:
            return compare(tables.get("previous"), tables["current"], rules)
        except BadTable as error:
            raise _refused("previous" if error.in_previous else "current", wanted, error) from None
        except OSError as error:
            raise _unreadable(f"{wanted.previous} or {wanted.current}", "current", error) from None


def _keep_to(wanted: DeltaRequest, delta: Delta) -> None:
    """Raise StaffbaseError, with the numbers, if nothing of this may be written."""
    # Where nothing is known of before, everybody is new, and that is no change.
    over = exceeded(wanted.limits, delta) if wanted.previous is not None else []
    if over:
        more = " The mapping has a field that the tenant was never told, so everybody is a mover." if delta.mapping_grew else ""
        raise StaffbaseError(
            f"Too much has changed since {wanted.previous}: {'; '.join(over)}.{more} Nothing was written or sent; if {wanted.current} is right, "
            "raise the limits for this run, else have it exported again", stage="delta", **numbers(delta))
    if delta.bare_leavers:
        raise StaffbaseError(
            f"Of {delta.bare_leavers} leavers, nothing but the identifier is known: their rows were refused, as far as the service has told. "
            "Empty cells beside it may wipe what the tenant has of them, so nothing was written or sent. Look for them in Studio "
            "(delta_import_people_dest lists all leavers) and deactivate whoever is there; then run once with delta_import_resend: true, which "
            "forgets them", stage="delta", **numbers(delta))
    if delta.unknown_leavers:
        raise StaffbaseError(
            f"Of {delta.unknown_leavers} leavers, a cell that is mapped now is not known: it was never in an export that went through. An empty cell "
            "in its place may wipe what the tenant has there, so nothing was written or sent. Run once with the mapping of the last run, so that "
            "they are deactivated, and then add the field",
            stage="delta", **numbers(delta))


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
