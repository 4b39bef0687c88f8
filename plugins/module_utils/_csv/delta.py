# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The difference between what the tenant was told and an export: joiners, movers, leavers; compared cell by cell under the columns' names."""

from __future__ import annotations

import dataclasses
import typing as t

from .delta_writer import ACTIVATED, RowWriter, says_deactivated
from .problems import BadTable
from .table import Table
from .told import Fields, Refused, Told

#: The status column that a difference gets where it needs one and the export has none.
ADDED_STATUS = "staffbase_status"

#: The kinds of change, as results and limits name them.
KINDS = ("joiners", "movers", "leavers")

#: Word of the people's list -> kind.
ONE_OF = {"joiner": "joiners", "mover": "movers"}

#: What else is counted: of the joiners and movers, those who were refused earlier and are sent again; protected people who are left alone; and of the
#: leavers, those of earlier runs.
ALSO_COUNTED = ("refused_earlier", "protected", "earlier_leavers")


class NeedsStatus(Exception):
    """Somebody is back who may be deactivated, and there is no status column in which to say that she is active."""


@dataclasses.dataclass(frozen=True)
class DeltaRules:
    """How a delta is written.

    `status_column` is added to the output when the file has none; `deactivate_leavers`: who is missing gets a row with
    Deactivated; `joiners_status`: what a joiner's status cell holds (None: what the file says).

    `fields`: field -> column; only what is mapped is compared. `told`: what the tenant was told beside the previous rows. `everybody`: unchanged rows
    are sent, too, and leavers are left for the next run. `protected`: who is never deactivated. `listed`: whether `Delta.people` is filled.
    """

    status_column: str | None = None
    deactivate_leavers: bool = False
    joiners_status: str | None = None
    fields: Fields | None = None
    told: Told | None = None
    everybody: bool = False
    protected: frozenset[str] = frozenset()
    listed: bool = False


def status_rules(own_column: str, leavers: str) -> DeltaRules:
    """Return the rules for an export whose own status column is `own_column` (empty: it has none) and for `leavers` (ignore, deactivate).

    Leavers who are deactivated need a status column. Where it is added, the export says nothing about anybody's status, so joiners are active:
    one of them may be a leaver of an earlier run who is back.
    """
    deactivate = leavers == "deactivate"
    if own_column or not deactivate:
        return DeltaRules(own_column or None, deactivate)
    return DeltaRules(ADDED_STATUS, deactivate, ACTIVATED)


class Touched(t.NamedTuple):
    """Somebody who would be touched: `change` is one word of the people's list, `columns` those of a mover that differ."""

    identifier: str
    change: str
    columns: list[str]


@dataclasses.dataclass
class Delta:
    """What was found. `rows` are the output's records in order, with their line ends; `identifiers` by kind; `counts` by ALSO_COUNTED.

    `after`: what the tenant is told when all rows are accepted. `unknown_leavers`: how many leavers have a mapped cell that is not known;
    `bare_leavers`: of how many of them nothing but the identifier is; `status_added`: the column that the export does not have; `mapping_grew`:
    whether a field was never told; `sent_again`: how many rows are of people whose row was refused before, and `status_left_out` how many of them go
    without their status.
    """

    header: bytes = b""
    rows: list[bytes] = dataclasses.field(default_factory=list)
    identifiers: dict[str, list[str]] = dataclasses.field(default_factory=lambda: {kind: [] for kind in KINDS})
    counts: dict[str, int] = dataclasses.field(default_factory=lambda: dict.fromkeys(ALSO_COUNTED, 0))
    unchanged: int = 0
    previous_count: int = 0
    after: Told = dataclasses.field(default_factory=Told)
    unknown_leavers: int = 0
    bare_leavers: int = 0
    status_added: str | None = None
    leavers_are_sent: bool = False
    sent_again: int = 0
    mapping_grew: bool = False
    status_left_out: int = 0
    people: list[Touched] = dataclasses.field(default_factory=list)

    def count(self, kind: str) -> int:
        return len(self.identifiers[kind])

    def limited(self, kind: str) -> int:
        """Return how many of a kind a limit counts: not those leavers who were leavers before and are left alone once more."""
        return self.count(kind) - (self.counts["earlier_leavers"] if kind == "leavers" and not self.leavers_are_sent else 0)

    def pieces(self) -> t.Iterator[bytes]:
        """Yield the output."""
        yield self.header
        yield from self.rows


@dataclasses.dataclass(frozen=True)
class _Known:
    """Somebody of whom more is known than a previous record (`raw`)."""

    raw: bytes | None
    refused: Refused | None = None
    left: Fields | None = None
    deactivated: bool = False
    held: bool = False
    protected: bool = False

    @property
    def returns(self) -> bool:
        """Whether she had left, if she is in the export now."""
        return self.left is not None or self.deactivated or (self.refused is not None and self.refused.returner)


_Before = t.Union[bytes, _Known, None]


def compare(previous: Table | None, current: Table, rules: DeltaRules) -> Delta:
    """Compare two tables; without a previous one everybody is new.

    Raises BadTable for identifiers that are empty or not unique, for rows that do not fit their header, and for a mapped column that the current
    table lacks; NeedsStatus.
    """
    return _Comparison(previous, current, rules).run()


class _Comparison:
    def __init__(self, previous: Table | None, current: Table, rules: DeltaRules) -> None:
        self._previous, self._current, self._rules = previous, current, rules
        told_fields = rules.told.mapping if rules.told is not None else None
        status_column = rules.status_column
        while status_column in current.header and rules.fields is not None and status_column not in rules.fields.values():
            # A column of the export's own, which nobody maps: not this one is meant.
            status_column += "_"
        self._writer = RowWriter(previous, current, status_column, rules.fields, told_fields)
        self._told_fields = told_fields if told_fields is not None else (rules.fields or {})
        self._delta = Delta(header=self._writer.header())
        self._delta.status_added = status_column if self._writer.added_status else None
        self._delta.leavers_are_sent = rules.deactivate_leavers and not rules.everybody
        self._delta.mapping_grew = previous is not None and self._writer.untold

    def run(self) -> Delta:
        delta, current = self._delta, self._current
        before = self._before()
        all_of_them = self._rules.everybody or not self._writer.same_shape
        for identifiers, raws, lines in current.batches():
            _refuse_duplicates(identifiers, lines)
            befores = list(map(before.get, identifiers))
            # Most rows end here: they are the previous ones to the byte.
            others = [index for index, (earlier, raw) in enumerate(zip(befores, raws)) if all_of_them or earlier != raw]
            delta.unchanged += len(raws) - len(others)
            for index in others:
                current.line = lines[index]
                # None is also what somebody has who was seen in an earlier batch.
                if befores[index] is None and identifiers[index] in before:
                    raise BadTable("identifier_duplicate", current.line)
                self._row(identifiers[index], befores[index], raws[index])
            before.update(dict.fromkeys(identifiers))
        for identifier, earlier in before.items():
            if earlier is not None:
                self._missing(identifier.decode(), earlier)
        return delta

    def _before(self) -> dict[bytes, _Before]:
        """Return what is known of everybody."""
        found: dict[bytes, _Before] = {}
        if self._previous is not None:
            try:
                found = _by_identifier(self._previous)
            except BadTable as error:
                error.in_previous = True
                raise
        self._delta.previous_count = len(found)
        told = self._rules.told or Told()
        more = {*told.refused, *told.leavers, *told.deactivated, *told.held, *self._rules.protected}
        # In order: a run that is gone on with, and one that was previewed, are recognised by the bytes of their difference.
        for name in sorted(more):
            raw = found.get(name.encode())
            assert raw is None or isinstance(raw, bytes)
            found[name.encode()] = _Known(
                raw, told.refused.get(name), told.leavers.get(name), name in told.deactivated, name in told.held, name in self._rules.protected)
        return found

    # Somebody in the export

    def _row(self, identifier: bytes, before: _Before, raw: bytes) -> None:
        name, delta = identifier.decode(), self._delta
        known = before if isinstance(before, _Known) else _Known(before)
        change, columns = self._change(known, raw)
        held = known.protected and says_deactivated(self._writer.own_status(raw))
        if held:
            delta.counts["protected"] += 1
            delta.after.held.add(name)
        elif change:
            delta.identifiers[ONE_OF[change]].append(name)
            delta.counts["refused_earlier"] += known.refused is not None
        else:
            delta.unchanged += 1
        if change or self._rules.everybody:
            delta.rows.append(self._writer.row(raw, "" if held else self._status(known, change, raw)))
            delta.sent_again += known.refused is not None
            self._list(name, "protected" if held else f"{change or 'unchanged'}{', refused earlier' if known.refused is not None else ''}", columns)
        elif held:
            self._list(name, "protected", columns)

    def _change(self, known: _Known, raw: bytes) -> tuple[str, list[str]]:
        """Return the kind of change in one word of the people's list, empty for none, and the columns in which a mover differs."""
        if known.raw is None or known.returns or (known.refused is not None and not known.refused.accepted):
            return "joiner", []
        columns = self._writer.differing(known.raw, raw)
        # Who was protected, and is not any more, was not told what the export says.
        is_told = not (columns or self._writer.untold or known.refused is not None or (known.held and not known.protected))
        return ("" if is_told else "mover"), columns

    def _status(self, known: _Known, change: str, raw: bytes) -> str | None:
        """Return what the status cell is to hold; None for what the export says."""
        joiners = self._rules.joiners_status
        if known.returns:
            if self._rules.status_column is None and self._rules.fields is not None:
                raise NeedsStatus
            return None if self._writer.own_status(raw).strip() else ACTIVATED
        if self._writer.added_status:
            # A mover's status is nobody's business here, and of somebody whose row may have been accepted it was told already.
            is_new = change == "joiner" and (known.refused is None or known.refused.sure)
            return joiners if is_new or self._rules.everybody else None
        if known.refused is not None and not known.refused.sure and not self._rules.everybody:
            return self._status_if_unsure(known, raw)
        return joiners if change == "joiner" else None

    def _status_if_unsure(self, known: _Known, raw: bytes) -> str | None:
        """Leave out the status of somebody whose row may have been accepted, unless it may be what has changed.

        An admin may have deactivated her by hand since then. What says Deactivated is always sent: without it, somebody who is not there any more
        would be created as active.
        """
        cell, refused = self._writer.own_status(raw), known.refused
        told_otherwise = refused is None or any(told != cell for told in refused.statuses)
        if told_otherwise or says_deactivated(cell) or not cell:
            return None
        self._delta.status_left_out += 1
        return ""

    # Somebody who is missing

    def _missing(self, name: str, before: bytes | _Known) -> None:
        known = before if isinstance(before, _Known) else _Known(before)
        if known.raw is None and known.left is None:
            # Nobody but a name: she was deactivated, or is protected and has never been there.
            if known.deactivated:
                self._delta.after.deactivated.add(name)
            return
        if known.protected and self._delta.leavers_are_sent:
            self._delta.counts["protected"] += 1
            self._list(name, "protected", [])
            self._keep(name, known)
            return
        self._delta.identifiers["leavers"].append(name)
        self._delta.counts["earlier_leavers"] += known.left is not None
        self._list(name, "leaver" if self._delta.leavers_are_sent else "leaver, left alone", [])
        if self._delta.leavers_are_sent:
            self._send_leaver(name, known)
        else:
            self._keep(name, known)

    def _send_leaver(self, name: str, known: _Known) -> None:
        delta, raw = self._delta, known.raw
        if raw is not None and self._rules.fields is not None and self._rules.told is None and self._writer.knows_only_the_identifier(raw):
            row = None
            delta.bare_leavers += 1
        else:
            row = self._writer.leaver(raw if raw is not None else known.left or {})
        if row is None:
            delta.unknown_leavers += 1
        else:
            delta.rows.append(row)
            delta.sent_again += known.refused is not None
        delta.after.deactivated.add(name)

    def _keep(self, name: str, known: _Known) -> None:
        """Remember somebody who has left and is not deactivated: she stays a leaver.

        Where everybody is sent because it is not known what the tenant was told, the previous rows may be those of another tenant.
        """
        if self._rules.fields is not None and not (self._rules.everybody and self._rules.told is None):
            self._delta.after.leavers[name] = known.left if known.raw is None and known.left is not None else self._writer.fields_of(
                known.raw or b"", self._told_fields)

    def _list(self, name: str, change: str, columns: list[str]) -> None:
        if self._rules.listed:
            self._delta.people.append(Touched(name, change, columns))


def _by_identifier(table: Table) -> dict[bytes, _Before]:
    found: dict[bytes, _Before] = {}
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
