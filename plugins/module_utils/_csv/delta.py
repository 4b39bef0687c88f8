# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The difference between two full exports: joiners, movers, leavers; compared cell by cell under the columns' names."""

from __future__ import annotations

import dataclasses
import typing as t

from .problems import BadTable
from .table import Table

ACTIVATED, DEACTIVATED = "Activated", "Deactivated"

#: The status column that a difference gets where it needs one and the export has none.
ADDED_STATUS = "staffbase_status"

#: The kinds of change, as results and limits name them.
KINDS = ("joiners", "movers", "leavers")


@dataclasses.dataclass(frozen=True)
class DeltaRules:
    """How a delta is written.

    `status_column` is added to the output when the file has none; `deactivate_leavers`: who is missing gets a row with
    Deactivated; `joiners_status`: what a joiner's status cell holds (None: what the file says).
    """

    status_column: str | None = None
    deactivate_leavers: bool = False
    joiners_status: str | None = None


def status_rules(own_column: str, leavers: str) -> DeltaRules:
    """Return the rules for an export whose own status column is `own_column` (empty: it has none) and for `leavers` (ignore, deactivate).

    Leavers who are deactivated need a status column. Where it is added, the export says nothing about anybody's status, so joiners are active:
    one of them may be a leaver of an earlier run who is back.
    """
    deactivate = leavers == "deactivate"
    if own_column or not deactivate:
        return DeltaRules(own_column or None, deactivate)
    return DeltaRules(ADDED_STATUS, deactivate, ACTIVATED)


@dataclasses.dataclass
class Delta:
    """What was found. `rows` are the output's records in order, with their line ends; `identifiers` by kind."""

    header: bytes = b""
    rows: list[bytes] = dataclasses.field(default_factory=list)
    identifiers: dict[str, list[str]] = dataclasses.field(default_factory=lambda: {kind: [] for kind in KINDS})
    unchanged: int = 0
    previous_count: int = 0

    def count(self, kind: str) -> int:
        return len(self.identifiers[kind])

    def pieces(self) -> t.Iterator[bytes]:
        """Yield the output."""
        yield self.header
        yield from self.rows


def compare(previous: Table, current: Table, rules: DeltaRules) -> Delta:
    """Compare two tables. Raises BadTable for identifiers that are empty or not unique, and for rows that do not fit their header."""
    writer = _Writer(previous, current, rules)
    delta = Delta(header=writer.header())
    try:
        old = _by_identifier(previous)
    except BadTable as error:
        error.in_previous = True
        raise
    delta.previous_count = len(old)
    same_shape = previous.raw_header == current.raw_header and previous.dialect == current.dialect
    for identifiers, raws, lines in current.batches():
        _refuse_duplicates(identifiers, lines)
        befores = list(map(old.get, identifiers))
        # Most rows end here: they are the previous ones to the byte.
        others = [index for index, (before, raw) in enumerate(zip(befores, raws)) if before != raw or not same_shape]
        delta.unchanged += len(raws) - len(others)
        for index in others:
            identifier, before, raw, current.line = identifiers[index], befores[index], raws[index], lines[index]
            if before is None:
                # None is also what somebody has who was seen in an earlier batch.
                if identifier in old:
                    raise BadTable("identifier_duplicate", current.line)
                delta.identifiers["joiners"].append(identifier.decode())
                delta.rows.append(writer.row(raw, rules.joiners_status))
            elif writer.same_cells(before, raw):
                delta.unchanged += 1
            else:
                delta.identifiers["movers"].append(identifier.decode())
                delta.rows.append(writer.row(raw, None))
        old.update(dict.fromkeys(identifiers))
    for identifier, before in old.items():
        if before is not None:
            delta.identifiers["leavers"].append(identifier.decode())
            if rules.deactivate_leavers:
                delta.rows.append(writer.leaver(before))
    return delta


def _by_identifier(table: Table) -> dict[bytes, bytes | None]:
    found: dict[bytes, bytes | None] = {}
    for identifiers, raws, lines in table.batches():
        _refuse_duplicates(identifiers, lines)
        if not found.keys().isdisjoint(identifiers):
            raise BadTable("identifier_duplicate", next(line for identifier, line in zip(identifiers, lines) if identifier in found))
        found.update(zip(identifiers, raws))
    return found


def _refuse_duplicates(identifiers: list[bytes], lines: t.Sequence[int]) -> None:
    """Raise BadTable if an identifier stands twice in a batch."""
    if len(set(identifiers)) != len(identifiers):
        seen: set[bytes] = set()
        for identifier, line in zip(identifiers, lines):
            if identifier in seen:
                raise BadTable("identifier_duplicate", line)
            seen.add(identifier)


class _Writer:
    """Compares and writes records under the current header."""

    def __init__(self, previous: Table, current: Table, rules: DeltaRules) -> None:
        self._previous = previous
        self._current = current
        header = current.header
        self._added_status = rules.status_column is not None and rules.status_column not in header
        self._columns = [*header, rules.status_column] if self._added_status and rules.status_column else header
        self._status_place = self._columns.index(rules.status_column) if rules.status_column else None
        # For each column of the output, its place in the previous file; None for a column that is new.
        self._places = [previous.header.index(name) if name in previous.header else None for name in self._columns]
        # A column that only the previous file has is gone: no cell of it can be sent, so it is no difference.
        self._compared = self._places[: len(header)]

    def header(self) -> bytes:
        return self._current.joined(self._columns)

    def row(self, raw: bytes, status: str | None) -> bytes:
        """Return a current record for the output, with `status` in its status cell if that is not None."""
        if not self._added_status and (status is None or self._status_place is None):
            self._checked(self._current, raw)
            return raw + b"\n"
        cells = self._checked(self._current, raw) + ([""] if self._added_status else [])
        if status is not None and self._status_place is not None:
            cells[self._status_place] = status
        return self._current.joined(cells)

    def leaver(self, raw: bytes) -> bytes:
        """Return a previous record for the output: its cells, and Deactivated as status."""
        cells = self._checked(self._previous, raw)
        arranged = [cells[place] if place is not None else "" for place in self._places]
        if self._status_place is not None:
            arranged[self._status_place] = DEACTIVATED
        return self._current.joined(arranged)

    def same_cells(self, before: bytes, now: bytes) -> bool:
        """Compare two records by column names; a column that is new counts as empty before."""
        old, new = self._checked(self._previous, before), self._checked(self._current, now)
        return all(cell == (old[place] if place is not None else "") for cell, place in zip(new, self._compared))

    def _checked(self, table: Table, raw: bytes) -> list[str]:
        cells = table.split(raw)
        if len(cells) != len(table.header):
            code = "row_too_short" if len(cells) < len(table.header) else "row_too_long"
            # Of a previous row that was read long ago, the line is not known any more.
            raise BadTable(code, table.line if table is self._current else None, in_previous=table is self._previous)
        return cells
