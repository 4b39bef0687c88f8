# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One night in a company with two branches: who is in the tenant, and what the HR system exports."""

from __future__ import annotations

import dataclasses
import typing as t
from pathlib import Path

from simulator.company import company, export, newcomers

Person = dict[str, t.Any]

#: For each branch: where its export lies, its dialect, and column -> key of a person (playbooks/example_inventory maps them).
BERLIN_COLUMNS = {
    "Personalnummer": "external_id", "E-Mail": "email", "Vorname": "firstName", "Nachname": "lastName",
    "Abteilung": "department", "Standort": "location", "Status": "account",
}
LISBON_COLUMNS = {
    "employee_id": "external_id", "mail": "email", "first_name": "firstName", "last_name": "lastName",
    "job_title": "position", "account_status": "account",
}


@dataclasses.dataclass(frozen=True)
class Branch:
    """A branch, its people, and the dialect of its export."""

    name: str
    path: str
    separator: str
    encoding: str
    columns: dict[str, str]
    people: list[Person]

    def write_export(self, folder: Path) -> None:
        """Write tonight's export: everybody of the branch, with joiners, movers, leavers, one who comes back, one faulty row."""
        rows = [_in_export(person) for person in self.people]
        active = [row for row in rows if row["status"] == "activated"]
        for row in active[:9]:
            row["fields"].update(department="Logistics 2", position="Shift lead")
        for row in active[9:13]:
            row["account"] = "Deactivated"
        for row in [row for row in rows if row["status"] == "pending"][:2]:
            row["account"] = "Deactivated"
        for row in [row for row in rows if row["status"] == "deactivated"][:1]:
            row["account"] = "Activated"
        joiners = [_in_export(person) for person in newcomers(7, 900001 + 100 * len(self.name) + ord(self.name[0]))]
        joiners[-1]["email"] = "not an address"
        target = folder / self.path
        target.parent.mkdir(parents=True)
        target.write_bytes(export([*rows, *joiners], self.separator, self.encoding, self.columns))


def branches(size: int = 320) -> list[Branch]:
    """Return Berlin and Lisbon, each with half of the company's people."""
    people = company(size)
    berlin, lisbon = people[: size // 2], people[size // 2:]
    for person in lisbon:
        # There, the identifier is the user name too.
        person["user_name"] = person["external_id"]
    return [
        Branch("berlin", "berlin/personal.csv", ";", "windows-1252", BERLIN_COLUMNS, berlin),
        Branch("lisbon", "lisbon/people.csv", ",", "utf-8", LISBON_COLUMNS, lisbon),
    ]


def _in_export(person: Person) -> Person:
    account = "Deactivated" if person["status"] == "deactivated" else "Activated"
    return {**person, "fields": dict(person["fields"]), "account": account}
