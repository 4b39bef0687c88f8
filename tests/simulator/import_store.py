# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The import records and where their files lie."""

from __future__ import annotations

import dataclasses
import json
import random
import sqlite3
from pathlib import Path
from typing import Any

from .database import Database
from .row_check import RowError


@dataclasses.dataclass
class Import:
    """One import as the simulator keeps it. ``gone``: empty, "deleted" or "expired"; ``records`` counts the header."""

    sequence: int
    id: str
    created_at: float
    file_name: str
    file_size: int
    records: int
    state: str
    since: float
    config: dict[str, Any]
    configured: bool = False
    held: bool = False
    gone: str = ""
    applied_count: int = 0
    expected: dict[str, int] | None = None
    changes: dict[str, int] | None = None
    errors: list[RowError] = dataclasses.field(default_factory=list)
    mails: list[str] = dataclasses.field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """For tests and the control plane."""
        return dataclasses.asdict(self)


NAMES = tuple(field.name for field in dataclasses.fields(Import))
JSON_NAMES = ("config", "expected", "changes", "errors", "mails")


class ImportStore:
    """Reads and writes import records; ids are opaque, mostly 24 hex digits, every fifth has 25 (D)."""

    def __init__(self, database: Database, folder: Path, seed: int = 1) -> None:
        self._database = database
        self._folder = folder
        self._random = random.Random(seed)

    def new_id(self) -> str:
        """An id that nobody has."""
        digits = 25 if self._random.random() < 0.2 else 24
        return "".join(self._random.choice("0123456789abcdef") for _digit in range(digits))

    def path(self, import_id: str) -> Path:
        """Where the uploaded bytes lie."""
        return self._folder / f"{import_id}.csv"

    def insert(self, entry: Import) -> None:
        """Add a record; its sequence is given by the database."""
        names = NAMES[1:]
        self._database.run(
            f"INSERT INTO imports ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
            tuple(_stored(entry, name) for name in names),
        )

    def save(self, entry: Import) -> None:
        """Write a changed record back."""
        names = NAMES[2:]
        self._database.run(
            f"UPDATE imports SET {', '.join(name + ' = ?' for name in names)} WHERE id = ?",
            (*(_stored(entry, name) for name in names), entry.id),
        )

    def get(self, import_id: str) -> Import | None:
        """The record, gone or not."""
        rows = self._database.run("SELECT * FROM imports WHERE id = ?", (import_id,))
        return _loaded(rows[0]) if rows else None

    def all(self, gone: bool = False) -> list[Import]:
        """Records in the order of upload; ``gone=True`` adds deleted and expired ones."""
        where = "" if gone else "WHERE gone = ''"
        return [_loaded(row) for row in self._database.run(f"SELECT * FROM imports {where} ORDER BY sequence")]

    def moving(self, states: tuple[str, ...]) -> list[Import]:
        """Records in one of the states, oldest change first."""
        marks = ", ".join("?" * len(states))
        rows = self._database.run(
            f"SELECT * FROM imports WHERE gone = '' AND state IN ({marks}) ORDER BY since, sequence", states
        )
        return [_loaded(row) for row in rows]

    def remove_file(self, import_id: str) -> None:
        """Delete the upload."""
        self.path(import_id).unlink(missing_ok=True)


def _stored(entry: Import, name: str) -> Any:
    value = getattr(entry, name)
    if name == "errors":
        value = [dataclasses.astuple(error) for error in value]
    return json.dumps(value) if name in JSON_NAMES else value


def _loaded(row: sqlite3.Row) -> Import:
    values = {name: json.loads(row[name]) if name in JSON_NAMES else row[name] for name in NAMES}
    values["errors"] = [RowError(*error) for error in values["errors"]]
    values["configured"] = bool(values["configured"])
    values["held"] = bool(values["held"])
    return Import(**values)
