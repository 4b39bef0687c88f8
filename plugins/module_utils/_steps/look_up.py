# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading imports: which ones, and what is gathered about each."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

from .._errors import InputError
from .._imports.imports import Imports, checked_id, or_nothing
from .._imports.records import ImportRecord, read_time
from .._imports.states import UNSTARTED
from .config_body import shown
from .stored_name import belongs_to

GATHER = ("status", "config", "errors")


@dataclasses.dataclass(frozen=True)
class Filter:
    """Which imports are wanted; what is not set does not filter. `created_after` is ISO 8601."""

    file_name: str | None = None
    states: tuple[str, ...] = ()
    created_after: str | None = None
    limit: int | None = None

    def checked(self) -> Filter:
        """Return this, or raise InputError."""
        if self.limit is not None and self.limit < 1:
            raise InputError("limit", "it must be 1 or more")
        if self.created_after is not None and read_time(self.created_after) is None:
            raise InputError("created_after", "it must be an ISO 8601 time such as 2026-01-31T02:00:00Z")
        return self

    def takes(self, record: ImportRecord) -> bool:
        if self.file_name is not None and not belongs_to(record.file_name, self.file_name):
            return False
        if self.states and record.state not in self.states:
            return False
        since: datetime.datetime | None = read_time(self.created_after)
        return since is None or record.created > since


def look_up(imports: Imports, import_id: str | None, wanted: Filter, gather: t.Iterable[str]) -> list[dict[str, t.Any]]:
    """Return the imports, newest first, each with what `gather` names (a part of GATHER)."""
    parts = frozenset(gather)
    if import_id is not None:
        records = [imports.get(checked_id(import_id))]
    else:
        records = [record for record in imports.every() if wanted.takes(record)][: wanted.limit]
    return [{**record.to_result(), **_gathered(imports, record, parts)} for record in records]


def _gathered(imports: Imports, record: ImportRecord, parts: frozenset[str]) -> dict[str, t.Any]:
    """Read the parts. What the service has not for this import is None: of many imports, one must not hide all others."""
    found: dict[str, t.Any] = {}
    if "status" in parts:
        found["status"] = imports.get_counters(record.id, expected=record.state in UNSTARTED)
    if "config" in parts:
        config = or_nothing(lambda: imports.get_config(record.id))
        found["config"] = None if config is None else shown(config)
    if "errors" in parts:
        rows = or_nothing(lambda: imports.get_row_errors(record.id))
        found.update(row_error_count=None if rows is None else rows.count, errors=None if rows is None else rows.listed)
    return found
