# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The people of the tenant."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from .database import Database

PENDING = "pending"
ACTIVATED = "activated"
DEACTIVATED = "deactivated"
STATUSES = (PENDING, ACTIVATED, DEACTIVATED)
COLUMNS = "id, external_id, user_name, email, status, fields, source, version, touched"


class People:
    """Reads and writes people.

    A person is a dict: id, external_id, user_name, email, status, fields, source, version, touched. ``version`` counts
    the changes of one person (0 = never touched), ``touched`` is the number of the last change in the whole tenant:
    whoever has a higher one than before was touched.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        highest = database.run(
            "SELECT max(touched) AS top FROM (SELECT touched FROM people UNION SELECT touched FROM graveyard)"
        )
        self._counter = int(highest[0]["top"] or 0)

    def all(self) -> list[dict[str, Any]]:
        """Everybody, in the order of creation."""
        return [_person(row) for row in self._database.run(f"SELECT {COLUMNS} FROM people ORDER BY id")]

    def deleted(self) -> list[dict[str, Any]]:
        """Those deleted for good, as they were."""
        return [_person(row) for row in self._database.run(f"SELECT {COLUMNS} FROM graveyard ORDER BY touched")]

    def add(self, people: Iterable[Mapping[str, Any]]) -> None:
        """Put people there as somebody else would have; missing keys get defaults."""
        with self._database.transaction():
            for person in people:
                self._insert(person, 0)

    def create(self, person: Mapping[str, Any]) -> None:
        """A new person by an import."""
        self._insert(person, 1)

    def _insert(self, person: Mapping[str, Any], version: int) -> None:
        identifier = person.get("external_id")
        values = (
            None,
            identifier,
            person.get("user_name") or str(identifier or ""),
            person.get("email") or "",
            person.get("status") or ACTIVATED,
            json.dumps(person.get("fields") or {}),
            person.get("source") or "csv",
            version,
            self._next() if version else self._counter,
        )
        self._database.run(f"INSERT INTO people ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)

    def change(self, key: int, person: Mapping[str, Any]) -> None:
        """Overwrite a person's values; source stays as it is (I)."""
        self._database.run(
            "UPDATE people SET user_name = ?, email = ?, status = ?, fields = ?, version = version + 1,"
            " touched = ? WHERE id = ?",
            (person["user_name"], person["email"], person["status"], json.dumps(person["fields"]), self._next(), key),
        )

    def deactivate(self, key: int) -> None:
        """Set somebody to deactivated."""
        self._database.run(
            "UPDATE people SET status = 'deactivated', version = version + 1,"
            " touched = ? WHERE id = ?",
            (self._next(), key),
        )

    def delete(self, key: int) -> None:
        """Delete an account for good (D for pending people)."""
        self._database.run(
            "INSERT INTO graveyard SELECT id, external_id, user_name, email, status, fields, source, version + 1, ?"
            " FROM people WHERE id = ?",
            (self._next(), key),
        )
        self._database.run("DELETE FROM people WHERE id = ?", (key,))

    def alter(self, key: int, values: Mapping[str, Any]) -> None:
        """Overwrite some values by hand: version and touched tell of imports only."""
        person = {**next(each for each in self.all() if each["id"] == key), **values}
        self._database.run(
            "UPDATE people SET user_name = ?, email = ?, status = ?, fields = ? WHERE id = ?",
            (person["user_name"], person["email"], person["status"], json.dumps(person["fields"]), key),
        )

    def remove(self, key: int) -> None:
        """Delete an account by hand: ``deleted`` tells of imports only."""
        self._database.run("DELETE FROM people WHERE id = ?", (key,))

    def _next(self) -> int:
        self._counter += 1
        return self._counter


def _person(row: sqlite3.Row) -> dict[str, Any]:
    person = dict(row)
    person["fields"] = json.loads(person["fields"])
    return person
