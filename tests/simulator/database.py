# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One SQLite connection for people and imports, shared by all threads under one lock."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS people (
    id INTEGER PRIMARY KEY AUTOINCREMENT, external_id TEXT UNIQUE, user_name TEXT NOT NULL,
    email TEXT NOT NULL, status TEXT NOT NULL CHECK (status IN ('pending', 'activated', 'deactivated')),
    fields TEXT NOT NULL, source TEXT NOT NULL CHECK (source IN ('csv', 'manual')), version INTEGER NOT NULL,
    touched INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS graveyard (
    id INTEGER, external_id TEXT, user_name TEXT NOT NULL, email TEXT NOT NULL, status TEXT NOT NULL,
    fields TEXT NOT NULL,
    source TEXT NOT NULL, version INTEGER NOT NULL, touched INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS imports (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, created_at REAL NOT NULL,
    file_name TEXT NOT NULL,
    file_size INTEGER NOT NULL, records INTEGER NOT NULL, state TEXT NOT NULL, since REAL NOT NULL,
    config TEXT NOT NULL,
    configured INTEGER NOT NULL, held INTEGER NOT NULL, gone TEXT NOT NULL, applied_count INTEGER NOT NULL,
    expected TEXT, changes TEXT, errors TEXT NOT NULL, mails TEXT NOT NULL
);
"""


class Database:
    """``run`` for one statement, ``transaction`` for several that belong together."""

    def __init__(self, path: str = ":memory:") -> None:
        self.lock = threading.RLock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.executescript(SCHEMA)
        self._depth = 0

    def run(self, statement: str, values: tuple[Any, ...] = ()) -> list[sqlite3.Row]:
        """Execute and fetch all."""
        with self.lock:
            return self._connection.execute(statement, values).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; may be nested, the outermost commits."""
        with self.lock:
            self._depth += 1
            if self._depth == 1:
                self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                if self._depth == 1:
                    self._connection.execute("ROLLBACK")
                raise
            else:
                if self._depth == 1:
                    self._connection.execute("COMMIT")
            finally:
                self._depth -= 1

    def __del__(self) -> None:
        self._connection.close()
