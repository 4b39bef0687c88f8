# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything one simulated tenant consists of."""

from __future__ import annotations

import base64
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from .clock import Clock
from .configuration import guess
from .csv_file import count_records
from .database import Database
from .faults import FaultPlan
from .import_store import Import, ImportStore
from .people import People
from .rate_limit import RateLimit
from .request_log import RequestLog
from .switches import Switches

DEFAULT_TOKEN = base64.b64encode(b"simulator:not-a-real-secret").decode()
POWERLESS_TOKEN = base64.b64encode(b"simulator:without-the-right").decode()


class World:
    """State shared by the API and the control plane; whoever changes people or imports holds ``database.lock``."""

    def __init__(
        self,
        folder: Path,
        switches: Switches,
        *,
        token: str,
        custom_fields: Collection[str],
        people: Iterable[Mapping[str, Any]],
        preview_seconds: float,
        import_seconds: float,
        database: str,
        rate_limit: RateLimit,
        clock_offset: float = 0.0,
    ) -> None:
        self.folder = folder
        self.switches = switches
        self.token = token
        self.powerless_token = POWERLESS_TOKEN
        self.custom_fields = set(custom_fields)
        self.preview_seconds = preview_seconds
        self.import_seconds = import_seconds
        self.clock = Clock(clock_offset)
        self.database = Database(database)
        self.people = People(self.database)
        self.people.add(people)
        self.imports = ImportStore(self.database, folder)
        self.faults = FaultPlan()
        self.log = RequestLog()
        self.rate_limit = rate_limit
        self.slot_free_at = 0.0
        self.refused: set[str] = set()
        self.end_counts: dict[str, int] = {}

    def receive(
        self,
        spooled: Path,
        file_name: str,
        state: str = "DRAFT",
        config: dict[str, Any] | None = None,
        created_at: float | None = None,
    ) -> Import:
        """Make an import of a file that lies in the folder already; the file is moved, its bytes stay as they are."""
        with self.database.lock:
            now = self.clock.now() if created_at is None else created_at
            import_id = self.imports.new_id()
            path = self.imports.path(import_id)
            spooled.replace(path)
            entry = Import(
                sequence=0,
                id=import_id,
                created_at=now,
                file_name=file_name,
                file_size=path.stat().st_size,
                records=count_records(path),
                state=state,
                since=self.clock.now(),
                config=guess(path, self.switches) if config is None else config,
                configured=config is not None,
            )
            self.imports.insert(entry)
            return entry
