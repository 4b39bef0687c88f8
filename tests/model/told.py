# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a tenant was told by imports, and what somebody has changed there by hand since: facts, read from the simulator and not from the role."""

from __future__ import annotations

import csv
import dataclasses
import io
import typing as t

from simulator import Simulator

from .company import BEFORE, FIELDS, OFF, UNSAID, values_of

People = dict[str, dict[str, t.Any]]


@dataclasses.dataclass(frozen=True)
class Applied:
    """An import that was applied: the cells of each accepted row, whose rows were refused, of whom a cell was refused, and the five counters."""

    accepted: dict[str, dict[str, str]]
    refused: set[str]
    incomplete: set[str]
    changes: dict[str, int]


class Tenant:
    """`told`: the last word on each cell. `refused`: whose last row was refused; `incomplete`: or a cell. `exported`: whom a run has named."""

    def __init__(self, name: str, simulator: Simulator) -> None:
        self.name = name
        self.simulator = simulator
        self.told: dict[str, dict[str, str]] = {}
        self.refused: set[str] = set()
        self.incomplete: set[str] = set()
        self.exported: set[str] = set()
        #: What each cell was ever said to be: by an export, by hand, or from the beginning.
        self.said: dict[tuple[str, str], set[str]] = {}
        #: (person, field) -> what the tenant had been told of it when somebody changed it by hand.
        self.by_hand: dict[tuple[str, str], str | None] = {}
        #: What the export of the last green run has said.
        self.said_at_green: dict[str, dict[str, str]] = {}
        self._seen: set[str] = set()
        for person in BEFORE[name]:
            self.say(person["external_id"], values_of(person))

    def people(self) -> People:
        """Return everybody by identifier."""
        return {person["external_id"]: person for person in self.simulator.people()}

    def say(self, person: str, cells: t.Mapping[str, str]) -> None:
        """Take note that somebody says this of a person."""
        for field, value in cells.items():
            self.said.setdefault((person, field), set()).add(value)

    def collect(self) -> list[Applied]:
        """Return the imports that were applied since the last time, in their order, and take note of what they told."""
        entries = [entry for entry in self.simulator.imports(gone=True) if entry["applied_count"] and entry["id"] not in self._seen]
        found = []
        for entry in sorted(entries, key=lambda entry: (entry["since"], entry["sequence"])):
            assert entry["applied_count"] == 1, "an import was applied twice"
            self._seen.add(entry["id"])
            applied = self._read(entry)
            self._note(applied)
            found.append(applied)
        return found

    def _read(self, entry: dict[str, t.Any]) -> Applied:
        content = self.simulator.uploaded_bytes(entry["id"]).decode()
        header, *rows = csv.reader(io.StringIO(content), delimiter=entry["config"]["separator"])
        mapping = entry["config"]["mapping"]
        places = {field: header.index(mapping[name]) for field, name in FIELDS.items() if name in mapping}
        wrong: dict[int, set[str]] = {}
        for error in entry["errors"]:
            wrong.setdefault(error["row"], set()).add(error["field"])
        accepted, refused, incomplete = {}, set(), set()
        for number, row in enumerate(rows, start=1):
            person = row[header.index(mapping["externalId"])]
            complaints = wrong.get(number, set())
            if complaints and (complaints & {"", "externalId"} or self.simulator.switches.faulty_property == "row"):
                refused.add(person)
            else:
                accepted[person] = {field: row[place] for field, place in places.items() if FIELDS[field] not in complaints}
                incomplete |= {person} if complaints else set()
        return Applied(accepted, refused, incomplete, dict(entry["changes"] or {}))

    def _note(self, applied: Applied) -> None:
        self.refused = (self.refused - set(applied.accepted)) | applied.refused
        self.incomplete = (self.incomplete - set(applied.accepted)) | applied.incomplete
        for person, cells in applied.accepted.items():
            told = self.told.setdefault(person, {})
            for field, value in cells.items():
                # An empty cell says nothing, unless it empties the field.
                if value != UNSAID or (field != "status" and self.simulator.switches.empty_cells == "clear"):
                    told[field] = value
                    self.by_hand.pop((person, field), None)
            if cells.get("status") != OFF:
                self.by_hand.pop((person, "exists"), None)

    # By hand

    def note_hand(self, person: str, *fields: str) -> None:
        """Take note that somebody changes these fields now. Who has left is to be told again when she is back, so that is noted of nobody else."""
        told = self.told.get(person, {})
        for field in fields:
            if person in self.said_at_green or (field == "status" and told.get("status") == OFF):
                self.by_hand[person, field] = told.get(field)

    def is_by_hand(self, person: str, field: str, statement: str) -> bool:
        """Tell whether a field is as somebody made it, since the tenant was told this very thing of it."""
        return (person, field) in self.by_hand and self.by_hand[person, field] == statement

    def green(self, said: dict[str, dict[str, str]]) -> None:
        """Take note of a run that ended green. Of those whom its export does not name, only the status may stay as somebody made it."""
        self.said_at_green = said
        self.by_hand = {
            key: value for key, value in self.by_hand.items() if key[0] in said or (key[1] == "status" and value == OFF)}
