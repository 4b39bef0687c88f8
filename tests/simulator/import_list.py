# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""GET /users/imports: records, pages and cursors (D: entries, nextCursor, prevCursor, limit)."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from .clock import iso_milliseconds
from .import_store import Import
from .refusals import Refusal
from .switches import Switches

OWNER = "5f0c1a2b3c4d5e6f70819203"


def record_of(entry: Import, switches: Switches) -> dict[str, Any]:
    """An import as the API shows it (D); whether recordCount counts the header is a switch (I)."""
    header = 0 if switches.record_count == "with_header" else 1
    return {
        "id": entry.id,
        "createdAt": iso_milliseconds(entry.created_at),
        "fileName": entry.file_name,
        "fileSize": entry.file_size,
        "recordCount": max(0, entry.records - header),
        "state": entry.state,
        "owner": {"ownerId": OWNER},
    }


def ordered(entries: list[Import], switches: Switches) -> list[Import]:
    """The order of the list is unknown (I)."""
    if switches.list_order == "unordered":
        return sorted(entries, key=lambda entry: entry.id)
    return sorted(
        entries, key=lambda entry: (entry.created_at, entry.sequence), reverse=switches.list_order == "newest"
    )


def page(entries: list[Import], query: dict[str, str], switches: Switches) -> dict[str, Any]:
    """One page; 400 for a bad limit or cursor and, by switch, for unknown parameters or too high a limit (I)."""
    if switches.unknown_parameter == "refused" and not set(query) <= {"limit", switches.cursor_parameter}:
        raise Refusal(400, "Parameter is unknown")
    limit = _limit(query.get("limit"), switches)
    rows = ordered(entries, switches)
    start = _position(query.get(switches.cursor_parameter), rows)
    shown = rows[start : start + limit]
    body: dict[str, Any] = {"entries": [record_of(entry, switches) for entry in shown]}
    more = start + limit < len(rows)
    _put(body, "nextCursor", _cursor(rows[start + limit].id, start + limit) if more else None, switches)
    before = max(0, start - limit)
    _put(body, "prevCursor", _cursor(rows[before].id, before) if start else None, switches)
    return body


def _limit(raw: str | None, switches: Switches) -> int:
    if raw is None:
        return min(switches.default_limit, switches.max_limit)
    if not raw.isdigit() or int(raw) < 1:
        raise Refusal(400, "Parameter 'limit' is invalid")
    if int(raw) > switches.max_limit and switches.limit_above_max == "refused":
        raise Refusal(400, "Parameter 'limit' is invalid")
    return min(int(raw), switches.max_limit)


def _put(body: dict[str, Any], name: str, cursor: str | None, switches: Switches) -> None:
    if cursor is not None:
        body[name] = cursor
    elif switches.last_cursor != "absent":
        body[name] = None if switches.last_cursor == "null" else ""


def _cursor(import_id: str, position: int) -> str:
    """Opaque; names the first entry of its page, with padding signs that have to be quoted in a URL."""
    return base64.b64encode(f"{import_id}:{position}".encode()).decode()


def _position(cursor: str | None, rows: list[Import]) -> int:
    """Where the page starts: at the named entry, or at its old position when it is gone."""
    if not cursor:
        return 0
    try:
        import_id, position = base64.b64decode(cursor, validate=True).decode().split(":")
        old = int(position)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise Refusal(400, "Parameter 'cursor' is invalid") from None
    places = {entry.id: place for place, entry in enumerate(rows)}
    return places.get(import_id, min(old, len(rows)))
