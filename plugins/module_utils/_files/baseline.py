# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The baseline of a source: the last export that went through, and the one that is under way beside it.

Three files: the baseline itself, `<baseline>.next` (the current export, kept before anything is sent) and `<baseline>.delta.csv` (what is
sent). As long as the last two are there, the run is not over: whoever comes next looks what became of it first.

A run that says what it was asked for has more: `<baseline>.run` is what it was asked for, `<baseline>.sending` is there when its delta may have been
sent, and `<baseline>.told` is what the tenant was told beside the rows of the baseline (`.told.next`: what it is when this run is over).
"""

from __future__ import annotations

import contextlib
import dataclasses
import filecmp
import hashlib
import os
import typing as t

from .._csv.detect import detect
from .._csv.dialect import AUTO
from .._csv.next_baseline import identifiers, next_baseline, refused_identifiers, refused_people
from .._csv.problems import BadTable
from .._csv.table import Table
from .._errors import InputError, StaffbaseError
from .._imports.row_errors import read_lines_of_errors
from .next_told import OVER, End, NextTold, planned_told
from .private_file import PrivateFile, put_in_place
from .regular_file import disk_faults_named, open_regular
from .run_record import Asked, RunRecord, read_run

PIECE = 1 << 20


@dataclasses.dataclass(frozen=True)
class Baseline:
    """The three files of one source."""

    path: str

    @property
    def next_path(self) -> str:
        return f"{self.path}.next"

    @property
    def delta_path(self) -> str:
        return f"{self.path}.delta.csv"

    @property
    def errors_path(self) -> str:
        """Where the refused rows of the delta are kept."""
        return f"{self.path}.errors.csv"

    @property
    def run_path(self) -> str:
        return f"{self.path}.run"

    @property
    def sending_path(self) -> str:
        """An empty file that is made just before the delta is uploaded."""
        return f"{self.path}.sending"

    @property
    def told_path(self) -> str:
        return f"{self.path}.told"

    @property
    def told_next_path(self) -> str:
        return f"{self.path}.told.next"

    def exists(self) -> bool:
        return os.path.exists(self.path)

    def was_sending(self) -> bool:
        """Whether the delta of the run that is pending may have reached the service."""
        return os.path.exists(self.sending_path)

    def is_pending(self) -> bool:
        """Whether a run was begun and is not over."""
        return self.is_begun() and os.path.exists(self.delta_path)

    @property
    def lock_path(self) -> str:
        return f"{self.path}.source"

    def lock_of(self, run: str | None) -> dict[str, str] | None:
        """Return what keeps `run` apart from other runs of this source, as the option `lock` of the modules takes it."""
        return {"path": self.lock_path, "run": run} if run else None

    def is_begun(self) -> bool:
        """Whether the current export is kept, and not yet in the baseline."""
        return os.path.exists(self.next_path)

    def is_of(self, sha256: str) -> bool:
        """Whether the current export, as it is kept, has this digest."""
        return self.is_begun() and digest_of(self.next_path) == sha256

    def begin(self, src: str, sha256: str | None, asked: Asked | None = None, *, check_mode: bool) -> bool:
        """Keep a copy of the current export; what is compared, sent and kept is then the same, whatever happens to the export.

        `sha256`: the digest that the export had when it was checked. Without a baseline, the whole export is what is sent.
        """
        if os.path.realpath(src) in {os.path.realpath(path) for path in (self.path, self.next_path, self.delta_path)}:
            raise InputError("baseline", f"{self.path} is the export itself; the baseline must be a file of its own")
        if sha256 is None or not self.is_of(sha256) or not self.is_asked_for(asked):
            self._clean(check_mode)
            if asked is not None and not check_mode:
                RunRecord.new(asked).write(self.run_path)
        try:
            changed = _copy(src, "src", self.next_path, check_mode, sha256)
        except StaffbaseError:
            # Without a copy there is no run.
            self._remove(self.run_path)
            raise
        if not self.exists() and not check_mode:
            _copy(self.next_path, "baseline", self.delta_path, check_mode)
        return changed

    def is_asked_for(self, asked: Asked | None) -> bool:
        """Whether the run that is under way was asked for the same. One that nobody has said anything about was asked for nothing."""
        if asked is None:
            return not os.path.lexists(self.run_path)
        run = read_run(self.run_path)
        return run is not None and run.asked.digest == asked.digest

    def finish(self, identifier: str, errors: str | None, sha256: str | None = None, *, end: End = OVER, check_mode: bool) -> bool:
        """Replace the baseline by the current export, less the rows that were refused (`errors`: the service's error CSV).

        `sha256`: the digest of the export that was sent; if the copy is another one, another run has begun.
        """
        if not self.is_begun():
            raise InputError("baseline", f"{self.next_path} is missing: there is no unfinished run")
        digest = digest_of(self.next_path)
        if sha256 is not None and digest != sha256:
            raise InputError("baseline", f"{self.next_path} is not the export that was sent: another run is under way. Run again when it is done")
        refused = (set(), True) if end.unsure else _refused_lines(errors)
        run = read_run(self.run_path)
        told = None if run is None else NextTold(self.told_path, self.told_next_path, run.asked, end)
        file = PrivateFile("baseline", self.path, write=not check_mode)
        if refused is None:
            changed = not (self.exists() and filecmp.cmp(self.next_path, self.path, shallow=False))
            if not check_mode:
                if told is not None:
                    told.is_next(digest)
                with disk_faults_named(self.path, "baseline"):
                    put_in_place(self.next_path, self.path)
        else:
            self._put_what_was_accepted(file, identifier, refused, told if not check_mode else None)
            changed = file.changed
        self._clean(check_mode, told)
        return changed

    def _put_what_was_accepted(self, file: PrivateFile, identifier: str, refused: tuple[set[int], bool], told: NextTold | None) -> None:
        lines, uncertain = refused
        with contextlib.ExitStack() as open_files:
            try:
                previous = self._table(open_files, self.path, identifier) if self.exists() else None
                current = self._table(open_files, self.next_path, identifier)
                delta = self._table(open_files, self.delta_path, identifier)
                if told is not None:
                    people = dict.fromkeys(sorted(identifiers(delta)), False) if uncertain else refused_people(delta, lines)
                    file.put(told.rows(previous, current, people))
                else:
                    file.put(next_baseline(previous, current, identifiers(delta) if uncertain else refused_identifiers(delta, lines)))
            except BadTable as error:
                raise InputError("baseline", f"{self.path}: the files of the unfinished run cannot be used any more ({error.text})") from None
            except OSError as error:
                raise InputError("baseline", f"{self.path}: the files of the unfinished run cannot be read ({error.strerror})") from None

    def finish_what_was_interrupted(self) -> None:
        """Tidy up after a run that was killed when the new baseline was in its place already."""
        if self.exists() and (planned := planned_told(self.told_next_path)) is not None and planned.baseline == digest_of(self.path):
            self._clean(False, put_told=True)

    def drop(self, *, check_mode: bool) -> bool:
        """Forget the run that was begun."""
        there = self.is_begun() or os.path.exists(self.delta_path)
        self._clean(check_mode)
        return there

    def _clean(self, check_mode: bool, told: NextTold | None = None, *, put_told: bool = False) -> None:
        if check_mode:
            return
        # The copy goes first: a delta without it is no pending run. What the run was asked for goes last.
        self._remove(self.next_path, self.delta_path)
        if told is not None or put_told:
            with disk_faults_named(self.told_path, "baseline"):
                put_in_place(self.told_next_path, self.told_path)
            self._stamp()
        self._remove(self.told_next_path, self.sending_path, self.run_path)

    def _stamp(self) -> None:
        """Give what was told the time of the last change of the baseline as its own: see `was_moved`."""
        with contextlib.suppress(OSError):
            changed = os.stat(self.path).st_ctime_ns
            os.utime(self.told_path, ns=(changed, changed))

    def was_moved(self) -> bool:
        """Whether somebody else than the last run has put the files where they are: a backup, a cache, another machine.

        The time of a file's last change can be set by nobody, so a file that is put back has another one than the run has left.
        """
        try:
            return os.stat(self.told_path).st_mtime_ns // 1000 != os.stat(self.path).st_ctime_ns // 1000
        except OSError:
            return False

    def _remove(self, *paths: str) -> None:
        for path in paths:
            with disk_faults_named(path, "baseline"), contextlib.suppress(FileNotFoundError):
                os.unlink(path)

    def _table(self, open_files: contextlib.ExitStack, path: str, identifier: str) -> Table:
        raw = open_files.enter_context(open_regular(path, "baseline"))
        dialect = detect(raw, AUTO, AUTO, (identifier,))
        return Table(open_files.enter_context(open(path, "rb")), dialect, identifier)


def digest_of(path: str) -> str:
    """Return the SHA-256 of one of the files, in hex; raise InputError if it cannot be read."""
    digest = hashlib.sha256()
    with open_regular(path, "baseline") as stream:
        for piece in _pieces(stream, "baseline", path):
            digest.update(piece)
    return digest.hexdigest()


def _copy(source: str, option: str, dest: str, check_mode: bool, sha256: str | None = None) -> bool:
    file = PrivateFile("baseline", dest, write=not check_mode)
    with open_regular(source, option) as stream:
        file.put(_as_checked(_pieces(stream, option, source), source, sha256))
    return file.changed


def _as_checked(pieces: t.Iterator[bytes], path: str, sha256: str | None) -> t.Iterator[bytes]:
    """Hand the pieces on; raise at the end, before the copy is put in place, if they are not what was checked."""
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
        yield piece
    if sha256 is not None and digest.hexdigest() != sha256:
        raise InputError("src", f"{path} has changed since it was checked; run again when the export is finished")


def _pieces(stream: t.BinaryIO, option: str, path: str) -> t.Iterator[bytes]:
    try:
        while piece := stream.read(PIECE):
            yield piece
    except OSError as error:
        raise InputError(option, f"{path} cannot be read: {error.strerror}") from None


def _refused_lines(errors: str | None) -> tuple[set[int], bool] | None:
    """Return the lines of the refused rows and whether a line is missing somewhere; None if no row was refused."""
    if errors is None:
        return None
    with open_regular(errors, "errors") as stream:
        found = list(read_lines_of_errors(_pieces(stream, "errors", errors)))
    if not found:
        return None
    return {line for line in found if line is not None}, None in found
