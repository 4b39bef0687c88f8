# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading imports: filters, order, and what is gathered."""

from __future__ import annotations

import time
import typing as t
from datetime import datetime, timezone

import pytest

from support.admin import Admin
from support.api_calls import ERRORS, GET, GET_CONFIG, LIST, STATUS
from support.small_tenant import BODY, EXPECTED, MAPPING, csv_of, row

if t.TYPE_CHECKING:
    from conftest import Start

NOW = time.time()
DAY = 24 * 3600
DIGEST = "0123456789abcdef"


def at(days: float) -> str:
    """Return the time this many days ago as the service writes it."""
    return datetime.fromtimestamp(NOW - days * DAY, tz=timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def names(result: dict[str, t.Any]) -> list[str]:
    return [entry["file_name"] for entry in result["imports"]]


@pytest.fixture
def filled(admin: Admin) -> Admin:
    """Five imports, the oldest first in this list."""
    for days, name, state in (
        (5, f"berlin.{DIGEST}.csv", "DRAFT"),
        (4, f"berlin-people.{DIGEST}.csv", "CANCELLED"),
        (3, "berlin.csv", "DRAFT"),
        (2, f"berlin.{DIGEST[::-1]}.csv", "CANCELLED"),
        (1, "studio upload.csv", "DRAFT"),
    ):
        admin.sim.upload(b"id\n1\n", name, state, created_at=NOW - days * DAY)
    return admin


ALL = ["studio upload.csv", f"berlin.{DIGEST[::-1]}.csv", "berlin.csv", f"berlin-people.{DIGEST}.csv", f"berlin.{DIGEST}.csv"]


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        ({}, ALL),
        ({"limit": 2}, ALL[:2]),
        ({"limit": 99}, ALL),
        ({"file_name": "berlin.csv"}, [ALL[1], ALL[2], ALL[4]]),
        ({"file_name": "berlin"}, [ALL[1], ALL[4]]),
        ({"file_name": f"berlin.{DIGEST}.csv"}, [ALL[4]]),
        ({"file_name": "berlin-people.csv"}, [ALL[3]]),
        ({"file_name": "people.csv"}, []),
        ({"file_name": "studio upload.csv"}, [ALL[0]]),
        ({"states": ["DRAFT"]}, [ALL[0], ALL[2], ALL[4]]),
        ({"states": ["DRAFT", "CANCELLED"]}, ALL),
        ({"states": ["COMPLETED"]}, []),
        ({"states": []}, ALL),
        ({"created_after": at(3.5)}, ALL[:3]),
        ({"created_after": at(3.5).replace("Z", "")}, ALL[:3]),
        ({"created_after": at(-1)}, []),
        ({"file_name": "berlin.csv", "states": ["DRAFT"], "created_after": at(4.5), "limit": 3}, [ALL[2]]),
    ],
)
@pytest.mark.parametrize("check", [False, True])
def test_filters(filled: Admin, filters: dict[str, t.Any], wanted: list[str], check: bool) -> None:
    result = filled.info(check=check, **filters)
    assert filled.calls() == [LIST]
    assert names(result) == wanted
    assert result["changed"] is False


@pytest.mark.parametrize("order", ["newest", "oldest", "unordered"])
def test_newest_first_whatever_the_order_of_the_list(start: Start, order: str) -> None:
    admin = start(list_order=order)
    for days in (3, 1, 5, 2, 4):
        admin.sim.upload(b"id\n1\n", f"{days}.csv", created_at=NOW - days * DAY)
    assert names(admin.info()) == ["1.csv", "2.csv", "3.csv", "4.csv", "5.csv"]


@pytest.mark.parametrize("counting", ["without_header", "with_header"])
def test_one_record(start: Start, counting: str) -> None:
    admin = start(record_count=counting)
    import_id = admin.sim.upload(b"id\r\n1\r\n2\r\n", "people.csv", created_at=NOW - DAY)
    wanted = {
        "id": import_id, "file_name": "people.csv", "file_size": 10, "record_count": 2 if counting == "without_header" else 3,
        "state": "DRAFT", "created_at": at(1),
    }
    assert admin.info(import_id=import_id)["imports"] == [wanted]
    assert admin.info()["imports"] == [wanted]
    assert admin.calls() == [GET, LIST]


def test_everything_is_gathered(admin: Admin) -> None:
    draft = admin.prepared()
    done = admin.prepared("COMPLETED")
    admin.sim.advance(1)
    faulty = admin.prepared("COMPLETED", content=csv_of([row("U 1", "Activated")]))
    result = admin.info(gather=["errors", "status", "config"])
    assert admin.calls() == [LIST, *[STATUS, GET_CONFIG, ERRORS] * 3]
    found = {entry["id"]: entry for entry in result["imports"]}
    assert result["imports"][0]["id"] == faulty
    assert (found[draft]["status"], found[draft]["row_error_count"]) == (None, 0)
    assert (found[done]["status"], found[done]["row_error_count"], found[done]["errors"]) == (EXPECTED, 0, [])
    assert found[done]["config"]["mapping"] == MAPPING
    assert found[done]["config"]["send_mails_new"] is BODY["sendMailsNew"]
    assert (found[faulty]["row_error_count"], found[faulty]["errors"]) == (1, [{"line": 2, "message": "identifier contains white space"}])


@pytest.mark.parametrize(("part", "call", "keys"), [
    ("status", STATUS, {"status"}), ("config", GET_CONFIG, {"config"}), ("errors", ERRORS, {"row_error_count", "errors"}),
])
def test_only_what_is_asked_for_is_gathered(admin: Admin, part: str, call: str, keys: set[str]) -> None:
    import_id = admin.prepared("COMPLETED")
    (entry,) = admin.info(import_id=import_id, gather=[part])["imports"]
    assert admin.calls() == [GET, call]
    assert set(entry) == {"id", "file_name", "file_size", "record_count", "state", "created_at"} | keys


@pytest.mark.parametrize("status", [404, 409])
@pytest.mark.parametrize(("part", "call", "nothing"), [
    ("status", STATUS, {"status": None}), ("config", GET_CONFIG, {"config": None}), ("errors", ERRORS, {"row_error_count": None, "errors": None}),
])
def test_what_the_service_has_not_of_one_import_hides_no_other(admin: Admin, part: str, call: str, nothing: dict[str, t.Any], status: int) -> None:
    older = admin.prepared("COMPLETED")
    admin.sim.advance(1)
    newer = admin.prepared("COMPLETED")
    admin.fault(f"status:{status}", call)
    first, second = admin.info(gather=[part])["imports"]
    assert admin.calls() == [LIST, call, call]
    assert (first["id"], {key: first[key] for key in nothing}) == (newer, nothing)
    assert second["id"] == older
    assert None not in [second[key] for key in nothing]


@pytest.mark.parametrize(("part", "call"), [("config", GET_CONFIG), ("errors", ERRORS)])
def test_what_cannot_be_read_for_another_reason_is_a_failure(admin: Admin, part: str, call: str) -> None:
    import_id = admin.prepared("COMPLETED")
    admin.fault("status:403", call)
    result = admin.info(gather=[part])
    assert (result.failed, result["failure"]["status"], result["failure"]["import_id"]) == (True, 403, import_id)


@pytest.mark.parametrize("shape", ["flat", "summary", "changes", "nested", "list", "strings", "blocks"])
@pytest.mark.parametrize("state", ["PREVIEW_READY", "COMPLETED"])
def test_counters_in_every_shape(start: Start, shape: str, state: str) -> None:
    admin = start(status_shape=shape)
    (entry,) = admin.info(import_id=admin.prepared(state), gather=["status"])["imports"]
    assert entry["status"] == EXPECTED


@pytest.mark.parametrize("limit", [2, 5])
def test_only_the_imports_that_are_returned_are_gathered(filled: Admin, limit: int) -> None:
    filled.info(limit=limit, gather=["config"])
    assert filled.calls() == [LIST, *[GET_CONFIG] * limit]


def test_an_empty_tenant(admin: Admin) -> None:
    assert admin.info()["imports"] == []
    assert admin.calls() == [LIST]


@pytest.mark.parametrize("options", [{}, {"gather": ["status", "config", "errors"]}])
def test_an_unknown_id(admin: Admin, options: dict[str, t.Any]) -> None:
    result = admin.info(import_id="69230c4e1b2a4d0012ab34cd", **options)
    assert admin.calls() == [GET]
    assert (result.failed, result["failure"]["status"]) == (True, 404)
    assert result["failure"]["import_id"] == "69230c4e1b2a4d0012ab34cd"
    assert "or the token lacks the right" in result["msg"]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"limit": 0}, "limit: it must be 1 or more"),
        ({"limit": -3}, "limit: it must be 1 or more"),
        ({"created_after": "yesterday"}, "created_after: it must be an ISO 8601 time"),
        ({"created_after": ""}, "created_after: it must be an ISO 8601 time"),
        ({"states": ["FAILED"]}, "value of states must be one or more of"),
        ({"gather": ["people"]}, "value of gather must be one or more of"),
        ({"import_id": "a/b"}, "import_id: it is not an id as the service gives them"),
        ({"import_id": "abc", "file_name": "people.csv"}, "parameters are mutually exclusive: import_id|file_name"),
        ({"import_id": "abc", "states": ["DRAFT"]}, "parameters are mutually exclusive: import_id|states"),
        ({"import_id": "abc", "limit": 1}, "parameters are mutually exclusive: import_id|limit"),
        ({"import_id": "abc", "created_after": "2026-01-01"}, "parameters are mutually exclusive: import_id|created_after"),
    ],
)
def test_bad_input(admin: Admin, options: dict[str, t.Any], text: str) -> None:
    result = admin.info(**options)
    assert result.failed
    assert result["msg"].startswith(text)
    assert admin.sim.requests == []
