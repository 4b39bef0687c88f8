# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exports as an HR system writes them, written and read without the collection's code, and what a delta does to them."""

from __future__ import annotations

import csv
import dataclasses
import io
import typing as t

Cells = list[list[str]]
#: Identifier -> column -> cell.
People = dict[str, dict[str, str]]

QUOTED = frozenset('";,\r\n')


@dataclasses.dataclass(frozen=True)
class Style:
    """How one and the same table can be written."""

    separator: str = ";"
    encoding: str = "utf-8"
    line_end: str = "\n"
    quote_all: bool = False
    mark: bool = False
    blank_lines: bool = False

    def written(self, rows: Cells) -> bytes:
        """Return a file."""
        end = self.line_end * (2 if self.blank_lines else 1)
        text = "".join(self.separator.join(self._cell(cell, len(row) == 1) for cell in row) + end for row in rows)
        return (b"\xef\xbb\xbf" if self.mark else b"") + text.encode(self.encoding)

    def _cell(self, cell: str, alone: bool) -> str:
        if self.quote_all or QUOTED & set(cell) or (alone and not cell):
            return '"' + cell.replace('"', '""') + '"'
        return cell

    def read(self, data: bytes) -> Cells:
        """Return the cells of a file."""
        text = data.decode("utf-8-sig" if self.encoding == "utf-8" else self.encoding)
        return [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=self.separator, strict=True) if row]


def table(columns: t.Sequence[str], people: People, identifier: str) -> Cells:
    """Return the header and a row for each person."""
    return [list(columns), *([name if column == identifier else cells.get(column, "") for column in columns] for name, cells in people.items())]


def people_of(rows: Cells, identifier: str) -> People:
    """Return what stands in a table, without regard to the order of its columns and rows."""
    header, *body = rows
    people = {row[header.index(identifier)]: dict(zip(header, row, strict=True)) for row in body}
    assert len(people) == len(body)
    return people


def applied(delta: Cells, people: People, identifier: str, status: str | None = None) -> People:
    """Return the people after a delta import. With `status`, those who are deactivated by it are gone."""
    header, *body = delta
    after = {name: {column: cells.get(column, "") for column in header} for name, cells in people.items()}
    for row in body:
        cells = dict(zip(header, row, strict=True))
        if status is not None and cells[status] == "Deactivated":
            assert cells[identifier] in after, "nobody is deactivated who was not there"
            del after[cells[identifier]]
        else:
            after[cells[identifier]] = cells
    return after
