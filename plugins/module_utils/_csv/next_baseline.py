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

    Whether the service begins with 0 or 1, whether it counts the header, whether it counts lines or records, and which line of a
    record it names, is unknown (I): every row that may be meant is returned, and everybody if a number is nobody's.
    """
    found: set[bytes] = set()
    everybody: set[bytes] = set()
    unknown = set(lines)
    for number, (identifier, raw) in enumerate(delta.records(), start=1):
        everybody.add(identifier)
        meant = lines & {number - 1, number, number + 1, *range(delta.line - 1, delta.line + raw.count(b"\n") + 1)}
        if meant:
            found.add(identifier)
            unknown -= meant
    return everybody if unknown else found


def refused_people(delta: Table, lines: set[int]) -> dict[bytes, bool]:
    """Return whose rows in a delta were refused, and of each whether that is sure.

    There are five ways to count (I): records from 0 or 1 on, with or without the header, or lines with or without it. A way by which one of the lines
    is nobody's is not the service's; where all that are left mean the same people, it is sure. If none is left, anybody may be meant.
    """
    people: list[set[bytes]] = [set() for _way in range(5)]
    found: list[set[int]] = [set() for _way in range(5)]
    everybody: list[bytes] = []
    for number, (identifier, raw) in enumerate(delta.records(), start=1):
        everybody.append(identifier)
        last = delta.line + raw.count(b"\n")
        ways = ({number + 1}, {number}, {number - 1}, range(delta.line, last + 1), range(delta.line - 1, last))
        for way, of_row in enumerate(ways):
            if not lines.isdisjoint(of_row):
                people[way].add(identifier)
                found[way].update(lines.intersection(of_row))
    possible = [people[way] for way in range(5) if found[way] == lines]
    if not possible or 0 in lines:
        # Line 0 is a row only where records are counted from 0 on; elsewhere it stands for the file.
        return dict.fromkeys(everybody, False)
    return dict.fromkeys(sorted(set().union(*possible)), all(each == possible[0] for each in possible))


def identifiers(table: Table) -> set[bytes]:
    """Return everybody in a table."""
    return {identifier for identifier, _raw in table.records()}


def next_baseline(previous: Table | None, current: Table, refused: set[bytes]) -> t.Iterator[bytes]:
    """Yield the next baseline under the current header.

    Refused people keep their previous record. Who had none gets a record of the identifier only: that differs from the next
    export, so the person is sent again; and if the row was accepted after all (which rows were refused is not told
    exactly) and the person leaves, that is noticed. Whoever is nothing but an identifier is left out, to be sent again.
    """
    before: Records = dict(previous.records()) if previous is not None else {}
    arrange = _Arranger(previous, current)
    yield current.raw_header + b"\n"
    for identifier, raw in current.records():
        if identifier not in refused:
            yield raw + b"\n"
        elif identifier in before:
            yield arrange.previous(before.pop(identifier))
        else:
            yield arrange.only_identifier(raw)
    for identifier, raw in before.items():
        # Refused leavers: they are not in the current export any more. In their order, so that the same run gives the same file.
        if identifier in refused:
            yield arrange.previous(raw)


class _Arranger:
    def __init__(self, previous: Table | None, current: Table) -> None:
        self._previous = previous
        self._current = current
        known = previous.header if previous is not None else []
        self._places = [known.index(name) if name in known else None for name in current.header]

    def previous(self, raw: bytes) -> bytes:
        cells = self._previous.split(raw) if self._previous is not None else []
        return self._current.joined([cells[place] if place is not None and place < len(cells) else "" for place in self._places])

    def only_identifier(self, raw: bytes) -> bytes:
        """Return a record, or nothing for a person who is nothing but an identifier."""
        cells = self._current.split(raw)
        alone = [cell if index == self._current.place else "" for index, cell in enumerate(cells)]
        return self._current.joined(alone) if alone != cells else b""
