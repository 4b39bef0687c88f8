# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tenant was told once an import is over: the rows of the next baseline, and what stands beside them, less what was refused."""

from __future__ import annotations

import typing as t

from .columns import STATUS
from .delta_writer import places_before
from .table import Table
from .told import Fields, Refused, Told

Records = dict[bytes, bytes]


class Settlement:
    """One import that is over.

    `previous` and `told`: what was known before it, if anything; `current`: the export; `after`: what the tenant would be told if every row was
    accepted; `refused`: whose rows were not, and of each whether that is sure. Today is `day` (ISO 8601).
    """

    def __init__(
        self, previous: Table | None, current: Table, told: Told | None, *, after: Told, refused: t.Mapping[bytes, bool], day: str,
    ) -> None:
        self._previous, self._current = previous, current
        self._told = told or Told()
        self._refused = refused
        self._day = day
        self._before: Records = dict(previous.records()) if previous is not None else {}
        known = previous.header if previous is not None else []
        self._places = places_before(known, current.header, after.mapping, self._told.mapping or after.mapping)
        self.after = after

    def rows(self) -> t.Iterator[bytes]:
        """Yield the next baseline. When all of it was taken, `after` is complete.

        A refused person keeps the row that was accepted before. Without one it is the refused row: it is what is known of her, should she leave.
        """
        open_ones = set(self._refused)
        yield self._current.raw_header + b"\n"
        for identifier, raw in self._current.records():
            if identifier not in self._refused:
                yield raw + b"\n"
                continue
            open_ones.discard(identifier)
            refused = self._as_refused(identifier, raw)
            self.after.refused[identifier.decode()] = refused
            yield self._arranged(self._before[identifier], raw) if refused.accepted else raw + b"\n"
        for identifier in sorted(open_ones):
            self._leaver_was_refused(identifier)

    def _as_refused(self, identifier: bytes, raw: bytes) -> Refused:
        name = identifier.decode()
        earlier = self._told.refused.get(name)
        was_deactivated = name in self._told.deactivated
        if was_deactivated:
            self.after.deactivated.add(name)
        accepted = identifier in self._before and (earlier is None or earlier.accepted)
        statuses = {self._status(self._current, self.after.mapping, raw)}
        if accepted and self._previous is not None:
            statuses.add(self._status(self._previous, self._told.mapping or self.after.mapping, self._before[identifier]))
        return Refused(
            self._since(name), self._refused[identifier], accepted,
            was_deactivated or name in self._told.leavers or (earlier is not None and earlier.returner),
            tuple(sorted(statuses.union(earlier.statuses if earlier is not None else ()))))

    def _since(self, name: str) -> str:
        earlier = self._told.refused.get(name)
        return earlier.since if earlier is not None else self._day

    @staticmethod
    def _status(table: Table, mapping: Fields, raw: bytes) -> str:
        column = mapping.get(STATUS)
        cells = table.split(raw)
        place = table.header.index(column) if column in table.header else len(cells)
        return cells[place] if place < len(cells) else ""

    def _leaver_was_refused(self, identifier: bytes) -> None:
        """She stays a leaver, with the cells that were known of her."""
        name = identifier.decode()
        known: Fields | None = self._told.leavers.get(name)
        if identifier in self._before and self._previous is not None:
            cells, header = self._previous.split(self._before[identifier]), self._previous.header
            mapping = self._told.mapping or self.after.mapping
            places = {field: header.index(column) for field, column in mapping.items() if column in header}
            known = {field: cells[place] for field, place in places.items() if place < len(cells)}
        if known is not None:
            self.after.refused[name] = Refused(self._since(name), self._refused[identifier], accepted=True)
            self.after.deactivated.discard(name)
            self.after.leavers[name] = known

    def _arranged(self, before: bytes, now: bytes) -> bytes:
        """Return a previous row under the current header; what it does not know is as in the refused row."""
        old = self._previous.split(before) if self._previous is not None else []
        new = self._current.split(now)
        return self._current.joined([
            old[place] if place is not None and place < len(old) else new[number] for number, place in enumerate(self._places)])
