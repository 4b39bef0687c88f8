# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The next baseline when rows were refused: what went through, and for the rest what was known before.

So a refused row differs from the baseline again and stays in the next delta, and everything else does not.
"""

from __future__ import annotations

import typing as t

from .table import Table

#: Identifier (UTF-8) -> raw record.
Records = dict[bytes, bytes]


def refused_identifiers(delta: Table, lines: set[int]) -> set[bytes]:
    """Return whose rows in a delta were refused, by the service's line numbers.

    Whether the service counts the header, and whether it counts lines or records, is unknown (I): every row that may be
    meant is returned. To send an accepted row again changes nobody.
    """
    found: set[bytes] = set()
    for number, (identifier, _raw) in enumerate(delta.records(), start=1):
        if lines & {number, number + 1, delta.line, delta.line - 1}:
            found.add(identifier)
    return found


def identifiers(table: Table) -> set[bytes]:
    """Return everybody in a table."""
    return {identifier for identifier, _raw in table.records()}


def next_baseline(previous: Table | None, current: Table, refused: set[bytes]) -> t.Iterator[bytes]:
    """Yield the next baseline under the current header.

    Refused people keep their previous record. Who had none gets a record of the identifier only: that differs from the next
    export, so the person is sent again; and if the row was accepted after all (which rows were refused is not told
    exactly) and the person leaves, that is noticed.
    """
    before: Records = dict(previous.records()) if previous is not None else {}
    arrange = _Arranger(previous, current)
    yield current.raw_header + b"\n"
    for identifier, raw in current.records():
        if identifier not in refused:
            yield raw + b"\n"
        elif identifier in before:
            yield arrange.previous(before.pop(identifier))
        elif len(current.header) > 1:
            yield arrange.only_identifier(raw)
    for identifier in refused & before.keys():
        # Refused leavers: they are not in the current export any more.
        yield arrange.previous(before[identifier])


class _Arranger:
    def __init__(self, previous: Table | None, current: Table) -> None:
        self._previous = previous
        self._current = current
        known = previous.header if previous is not None else []
        self._places = [known.index(name) if name in known else None for name in current.header]

    def previous(self, raw: bytes) -> bytes:
        assert self._previous is not None
        cells = self._previous.split(raw)
        return self._current.joined([cells[place] if place is not None and place < len(cells) else "" for place in self._places])

    def only_identifier(self, raw: bytes) -> bytes:
        cells = self._current.split(raw)
        return self._current.joined([cell if index == self._current.place else "" for index, cell in enumerate(cells)])
