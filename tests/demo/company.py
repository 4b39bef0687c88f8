# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A company with two branches, and what its HR system exports from run to run."""

from __future__ import annotations

import dataclasses
import typing as t
from pathlib import Path

from simulator.company import company, export, newcomers

Person = dict[str, t.Any]

#: For each branch, column -> key of a person (playbooks/example_inventory maps the columns).
BERLIN_COLUMNS = {
    "Personalnummer": "external_id", "E-Mail": "email", "Vorname": "firstName", "Nachname": "lastName",
    "Abteilung": "department", "Standort": "location", "Status": "account",
}
LISBON_COLUMNS = {
    "employee_id": "external_id", "mail": "email", "first_name": "firstName", "last_name": "lastName",
    "job_title": "position", "account_status": "account",
}


@dataclasses.dataclass
class Branch:
    """A branch: the people whom the tenant has of it, the rows of its export, and the export's dialect."""

    name: str
    path: str
    separator: str
    encoding: str
    columns: dict[str, str]
    people: list[Person]
    rows: list[Person] = dataclasses.field(default_factory=list)
    hired: int = 0

    def first_export(self) -> None:
        """Export everybody: some joiners, movers and leavers by status, and one who comes back."""
        self.rows = [_in_export(person) for person in self.people]
        active = [row for row in self.rows if row["status"] == "activated"]
        self._move(active[:9], "Logistics 2")
        for row in active[9:13]:
            row["account"] = "Deactivated"
        for row in [row for row in self.rows if row["status"] == "pending"][:2]:
            row["account"] = "Deactivated"
        for row in [row for row in self.rows if row["status"] == "deactivated"][:1]:
            row["account"] = "Activated"
        self._hire(6)

    def next_export(self) -> None:
        """Let a day pass: movers, leavers who are simply missing, joiners, and a row that Staffbase will refuse."""
        active = [row for row in self.rows if row["status"] == "activated" and row["account"] == "Activated"]
        self._move(active[20:24], "Service 2")
        gone = {row["external_id"] for row in active[30:33]}
        self.rows = [row for row in self.rows if row["external_id"] not in gone]
        self._hire(3)
        self.rows[-1]["email"] = "not an address"

    def write(self, folder: Path) -> Path:
        """Write the export as it should be and return its path."""
        target = folder / self.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(export(self.rows, self.separator, self.encoding, self.columns))
        return target

    def write_broken(self, folder: Path) -> None:
        """Write an export in which a row lost its end and an identifier stands twice."""
        target = self.write(folder)
        lines = target.read_bytes().splitlines(keepends=True)
        target.write_bytes(b"".join([*lines[:40], lines[40][:20] + b"\r\n", *lines[41:], lines[3]]))

    def write_short(self, folder: Path) -> None:
        """Write an export that broke off after half of its rows."""
        target = self.write(folder)
        lines = target.read_bytes().splitlines(keepends=True)
        target.write_bytes(b"".join(lines[: len(lines) // 2]))

    def _move(self, rows: list[Person], place: str) -> None:
        for row in rows:
            row["fields"].update(department=place, position=f"{place} lead")

    def _hire(self, count: int) -> None:
        first = 900001 + 1000 * len(self.name) + ord(self.name[0]) * 10000 + self.hired
        self.rows += [_in_export({**person, "status": "new"}) for person in newcomers(count, first)]
        self.hired += count


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
