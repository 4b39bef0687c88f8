# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The import record, as the service keeps it and as a playbook sees it."""

from __future__ import annotations

import dataclasses
import datetime
import re
import typing as t

#: The longest name of a file that is looked at, in characters; that of a stored name is 221 at most.
LONGEST_NAME = 400

#: The largest number of bytes or records that can be true.
LARGEST = 2**63 - 1

#: Stands for a state that is no name of one.
NO_STATE = "?"

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,127}")
_STATE = re.compile(r"[A-Z0-9][A-Z0-9_ -]{0,39}")
_TIME = re.compile(r"[0-9T:Z .+-]{1,40}", re.IGNORECASE)
_LONG_AGO = datetime.datetime.min.replace(tzinfo=datetime.timezone.utc)


def usable_id(value: object) -> bool:
    """Tell whether `value` can stand in a path. Ids are opaque (D); what could lead to another path is refused."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def read_id(value: t.Any) -> str | None:
    """Return the id in a record, or None if it is not usable. Ids are opaque, so a number is as good as a text."""
    number = _number(value)
    found = value if number is None else str(number)
    return found if usable_id(found) else None


@dataclasses.dataclass(frozen=True)
class ImportRecord:
    """One import. `state` is "" when there is none, and NO_STATE when it cannot be the name of one.

    `file_size` in bytes; whether `record_count` counts the header is unknown; `created_at` as the service wrote it.
    """

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
        import_id = read_id(entry.get("id"))
        if import_id is None:
            return None
        return cls(
            id=import_id,
            file_name=_text(entry.get("fileName")),
            file_size=_size(entry.get("fileSize")),
            record_count=_size(entry.get("recordCount")),
            state=_state(entry.get("state")),
            created_at=_moment(entry.get("createdAt")) or _epoch(entry.get("createdAt")),
        )

    @property
    def created(self) -> datetime.datetime:
        """When it was created, in UTC; long ago if the service does not tell."""
        return read_time(self.created_at) or _LONG_AGO

    def to_result(self) -> dict[str, t.Any]:
        """Return the record for a module's result: id, file_name, file_size, record_count, state, created_at.

        What could steer a terminal or change the order of what is read there stands as "?" in the file's name.
        """
        name = None if self.file_name is None else "".join(one if one.isprintable() else "?" for one in self.file_name)
        return {**dataclasses.asdict(self), "file_name": name}


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
    return value[:LONGEST_NAME] if isinstance(value, str) else None


def _state(value: t.Any) -> str:
    text = (_text(value) or "").strip().upper()
    return text if not text or _STATE.fullmatch(text) else NO_STATE


def _moment(value: t.Any) -> str | None:
    """A time is shown as the service wrote it, so it must look like one."""
    return value if isinstance(value, str) and _TIME.fullmatch(value) else None


def _size(value: t.Any) -> int | None:
    number = _number(value)
    return number if number is not None and 0 <= number <= LARGEST else None


def _number(value: t.Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _epoch(value: t.Any) -> str | None:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return None
    try:
        return datetime.datetime.fromtimestamp(value / 1000, datetime.timezone.utc).isoformat()
    except (ValueError, OverflowError, OSError):
        return None
