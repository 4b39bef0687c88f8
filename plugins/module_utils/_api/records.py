# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The import record, as the service keeps it and as a playbook sees it."""

from __future__ import annotations

import dataclasses
import datetime
import re
import typing as t

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,127}")
_LONG_AGO = datetime.datetime.min.replace(tzinfo=datetime.timezone.utc)


def usable_id(value: object) -> bool:
    """Tell whether `value` can stand in a path. Ids are opaque (D); what could lead to another path is refused."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


@dataclasses.dataclass(frozen=True)
class ImportRecord:
    """One import. `file_size` in bytes; whether `record_count` counts the header is unknown; `created_at` as the service wrote it."""

    id: str
    file_name: str | None = None
    file_size: int | None = None
    record_count: int | None = None
    state: str = ""
    created_at: str | None = None

    @classmethod
    def read(cls, entry: t.Any) -> ImportRecord | None:
        """Return the record in `entry` (D: id, createdAt, fileName, fileSize, recordCount, state), or None if it has no usable id."""
        if not isinstance(entry, dict):
            return None
        number = _number(entry.get("id"))
        # Opaque, so a number is as good as a text.
        import_id: t.Any = entry.get("id") if number is None else str(number)
        if not usable_id(import_id):
            return None
        return cls(
            id=import_id,
            file_name=_text(entry.get("fileName")),
            file_size=_number(entry.get("fileSize")),
            record_count=_number(entry.get("recordCount")),
            state=(_text(entry.get("state")) or "").strip().upper()[:40],
            created_at=_text(entry.get("createdAt")) or _epoch(entry.get("createdAt")),
        )

    @property
    def created(self) -> datetime.datetime:
        """When it was created, in UTC; long ago if the service does not tell."""
        return read_time(self.created_at) or _LONG_AGO

    def shown(self) -> dict[str, t.Any]:
        """Return the record for a module's result: id, file_name, file_size, record_count, state, created_at."""
        return dataclasses.asdict(self)


def newest_first(records: t.Iterable[ImportRecord]) -> list[ImportRecord]:
    """Return the records by time of creation; the order of the service's list is unknown."""
    return sorted(records, key=lambda record: (record.created, record.id), reverse=True)


def read_time(value: str | None) -> datetime.datetime | None:
    """Read an ISO 8601 time; without a zone it is UTC (D). None if it is no time."""
    text = (value or "").strip()
    if text.endswith(("Z", "z")):
        text = f"{text[:-1]}+00:00"
    # Before Python 3.11 only three or six digits of a second can be read.
    text = re.sub(r"\.(\d+)", lambda found: "." + (found.group(1) + "000000")[:6], text)
    try:
        moment = datetime.datetime.fromisoformat(text)
        return moment.astimezone(datetime.timezone.utc) if moment.tzinfo else moment.replace(tzinfo=datetime.timezone.utc)
    except (ValueError, OverflowError):
        return None


def _text(value: t.Any) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: t.Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _epoch(value: t.Any) -> str | None:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return None
    try:
        return datetime.datetime.fromtimestamp(value / 1000, datetime.timezone.utc).isoformat()
    except (ValueError, OverflowError, OSError):
        return None
