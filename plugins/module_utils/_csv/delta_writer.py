# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows of a difference: compared with those before under the columns' names or fields, and written under the current header."""

from __future__ import annotations

from .problems import BadTable
from .table import Table
from .told import Fields

ACTIVATED, DEACTIVATED = "Activated", "Deactivated"


def says_deactivated(cell: str) -> bool:
    """Tell whether a status cell is the word for it, in any case (D, O)."""
    return cell.strip().lower() == DEACTIVATED.lower()


class RowWriter:
    """Compares and writes records. `previous` is None where nothing is known of before.

    `fields`: field -> column of the current export; only these are compared then. `told_fields`: the same for what was told before; a field that is
    not in it was never told. Without `fields`, all columns are compared by their names.
    """

    def __init__(
        self, previous: Table | None, current: Table, status_column: str | None, fields: Fields | None = None, told_fields: Fields | None = None,
    ) -> None:
        self._previous, self._current = previous, current
        self._fields = fields
        before = previous.header if previous is not None else []
        header = current.header
        for column in (fields or {}).values():
            if column not in header:
                raise BadTable("column_missing", 1, column)
        self.added_status = status_column is not None and status_column not in header
        self._columns = [*header, status_column] if self.added_status and status_column else header
        self._status_place = self._columns.index(status_column) if status_column else None
        told = told_fields if told_fields is not None else (fields or {})
        self._places = places_before(before, self._columns, fields or {}, told)
        #: Whether a field was never told, so that everybody has to be.
        self.untold = told_fields is not None and not all(told.get(field) in before for field in fields or {})
        # A column that only the previous file has is gone: no cell of it can be sent, so it is no difference.
        pairs = [(name, name) for name in header] if fields is None else [(column, told.get(field, column)) for field, column in fields.items()]
        self._compared = [(header.index(name), _place(before, old)) for name, old in dict.fromkeys(pairs) if name in header]
        self._mapped = [place for place, _before in self._compared]

    @property
    def same_shape(self) -> bool:
        """Whether equal bytes are equal cells."""
        previous = self._previous
        return (
            previous is not None and previous.raw_header == self._current.raw_header and previous.dialect == self._current.dialect
            and not self.untold and all(now == before for now, before in self._compared))

    def header(self) -> bytes:
        return self._current.joined(self._columns)

    def own_status(self, raw: bytes) -> str:
        """Return the status cell of a current record; empty where the export has no status."""
        if self.added_status or self._status_place is None:
            return ""
        return self._checked(self._current, raw)[self._status_place]

    def row(self, raw: bytes, status: str | None) -> bytes:
        """Return a current record for the output, with `status` in its status cell if that is not None."""
        if not self.added_status and (status is None or self._status_place is None):
            self._checked(self._current, raw)
            return raw + b"\n"
        cells = self._checked(self._current, raw) + ([""] if self.added_status else [])
        if status is not None and self._status_place is not None:
            cells[self._status_place] = status
        return self._current.joined(cells)

    def leaver(self, before: bytes | Fields) -> bytes | None:
        """Return the output's record for somebody who is missing: the cells that are known of before, and Deactivated as status.

        None if a cell that is mapped is not known: an empty one in its place may empty the person's value (I).
        """
        arranged = self._of_fields(before) if isinstance(before, dict) else self._of_record(before)
        if arranged is None:
            return None
        if self._status_place is not None:
            arranged[self._status_place] = DEACTIVATED
        return self._current.joined(arranged)

    def _of_record(self, raw: bytes) -> list[str] | None:
        cells = self._cells_before(raw)
        if any(self._places[place] is None for place in self._mapped if self._fields is not None and place != self._status_place):
            return None
        return [cells[place] if place is not None else "" for place in self._places]

    def _of_fields(self, known: Fields) -> list[str] | None:
        arranged = [""] * len(self._columns)
        for field, column in (self._fields or {}).items():
            place = self._columns.index(column)
            if field in known:
                arranged[place] = known[field]
            elif place != self._status_place:
                return None
        return arranged

    def fields_of(self, raw: bytes, told_fields: Fields) -> Fields:
        """Return what a previous record says of each field."""
        if self._previous is None:
            return {}
        cells = self._checked(self._previous, raw)
        header = self._previous.header
        return {field: cells[header.index(column)] for field, column in told_fields.items() if column in header}

    def knows_only_the_identifier(self, raw: bytes) -> bool:
        """Whether a previous record has nothing else in what is mapped: then that is all that is known, and not that the rest is empty."""
        cells = self._cells_before(raw)
        identifier = self._previous.place if self._previous is not None else None
        others = [place for _now, place in self._compared if place is not None and place != identifier]
        return bool(others) and not any(cells[place] for place in others)

    def differing(self, before: bytes, now: bytes) -> list[str]:
        """Return the columns in which two records differ; one that is new counts as empty before."""
        old, new = self._cells_before(before), self._checked(self._current, now)
        found = (place for place, earlier in self._compared if new[place] != (old[earlier] if earlier is not None else ""))
        return list(dict.fromkeys(self._current.header[place] for place in found))

    def _cells_before(self, raw: bytes) -> list[str]:
        return self._checked(self._previous, raw) if self._previous is not None else []

    def _checked(self, table: Table, raw: bytes) -> list[str]:
        cells = table.split(raw)
        if len(cells) != len(table.header):
            code = "row_too_short" if len(cells) < len(table.header) else "row_too_long"
            # Of a previous row that was read long ago, the line is not known any more.
            raise BadTable(code, table.line if table is self._current else None, in_previous=table is self._previous)
        return cells


def places_before(before: list[str], columns: list[str], fields: Fields, told_fields: Fields) -> list[int | None]:
    """Return for each column of now its place before: under the name that its field had then, or under its own; None if it is new."""
    earlier = {column: told_fields[field] for field, column in reversed(list(fields.items())) if field in told_fields}
    return [_place(before, earlier.get(name, name), name) for name in columns]


def _place(header: list[str], *names: str) -> int | None:
    return next((header.index(name) for name in names if name in header), None)
