# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of the steps of a run, as they are registered; each test changes what it is about."""

from __future__ import annotations

import datetime
import typing as t

Steps = list[dict[str, t.Any]]

WRITTEN = datetime.datetime(2026, 11, 3, 2, 31, 7, tzinfo=datetime.timezone.utc)

CHECK: dict[str, t.Any] = {
    "row_count": 1284, "encoding": "windows-1252", "separator": ";", "sha256": "9c1f" * 16, "problem_count": 3, "elapsed": 0.18, "problems": [
        {"line": 14, "column": "E-Mail", "code": "email_malformed", "message": "this is not an e-mail address"},
        {"line": 15, "column": "E-Mail", "code": "email_malformed", "message": "this is not an e-mail address"},
        {"line": 401, "column": "Status", "code": "status_unknown", "message": "the status is neither Activated nor Deactivated"},
    ],
}
DELTA: dict[str, t.Any] = {"joiners": 9, "movers": 31, "leavers": 17, "unchanged": 1227, "empty": False, "elapsed": 0.09}
UPLOAD: dict[str, t.Any] = {
    "import_id": "69", "reused": False, "elapsed": 0.6, "import": {"id": "69", "file_name": "berlin-people.9c1f9c1f9c1f9c1f.csv", "state": "DRAFT"},
}
STATE: dict[str, t.Any] = {
    "import": {"id": "69", "file_name": "berlin-people.9c1f9c1f9c1f9c1f.csv", "state": "COMPLETED"}, "state": "COMPLETED", "elapsed": 14.8,
    "changes": {"created": 9, "updated": 28, "deactivated": 14, "reactivated": 1, "deleted": 3}, "row_error_count": 3, "row_errors": [
        {"line": 14, "message": "e-mail address is malformed"}, {"line": 15, "message": "e-mail address is malformed"},
        {"line": 41, "message": "status is unknown: '...'"},
    ],
}
#: What the preview of the import had shown, where one was made: one of the deleted was registered by then.
EXPECTED: dict[str, t.Any] = {"created": 9, "updated": 27, "deactivated": 13, "reactivated": 1, "deleted": 4}
ALL: dict[str, dict[str, t.Any]] = {
    "check": CHECK, "begin": {"elapsed": 0.02}, "delta": DELTA, "upload": UPLOAD, "config": {"elapsed": 0.41}, "state": STATE,
    "baseline": {"elapsed": 0.05},
}


def steps(**changes: dict[str, t.Any]) -> Steps:
    """Return a run that went well; `changes` are put into the results of their steps."""
    known = {**ALL, **{name: {} for name in changes if name not in ALL}}
    return [{"step": name, "result": {**result, **changes.get(name, {})}} for name, result in known.items()]


def failing(
    step: str, stage: str, message: str = "That went wrong", *, method: str | None = None, status: int | None = None, **result: t.Any,
) -> Steps:
    """Return a run that failed at this step."""
    failure = {"stage": stage, "method": method, "status": status, "url": None, "code": None, "message": message, "import_id": None, "attempts": 0}
    return steps(**{step: {"failed": True, "msg": message, "failure": failure, **result}})
