# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From every state to every goal: what is sent, and that an import is applied once."""

from __future__ import annotations

import typing as t

import pytest

from support.admin import Admin
from support.api_calls import ERRORS, GET, IMPORT, LIST, PREVIEW, STATUS
from support.small_tenant import AFTER, EXPECTED

if t.TYPE_CHECKING:
    from conftest import Start

IMPORTED = [IMPORT, GET, STATUS, ERRORS]
PREVIEWED = [PREVIEW, GET, STATUS]
LIMITS = {"deactivated": 3, "deleted": 1}

# What is held moves on when the second call arrives.
TO_IMPORTED: dict[str, list[str]] = {
    "DRAFT": [GET, *IMPORTED],
    "PREVIEW_PENDING": [GET, GET, *IMPORTED],
    "CREATING_PREVIEW": [GET, GET, *IMPORTED],
    "PREVIEW_READY": [GET, *IMPORTED],
    "IMPORT_PENDING": [GET, GET, STATUS, ERRORS],
    "IMPORTING": [GET, GET, STATUS, ERRORS],
    "COMPLETED": [GET, STATUS, ERRORS],
}
TO_IMPORTED_WITH_LIMITS: dict[str, list[str]] = {
    **TO_IMPORTED,
    "DRAFT": [GET, *PREVIEWED, *IMPORTED],
    "PREVIEW_PENDING": [GET, GET, STATUS, *IMPORTED],
    "CREATING_PREVIEW": [GET, GET, STATUS, *IMPORTED],
    "PREVIEW_READY": [GET, *PREVIEWED, *IMPORTED],
}
TO_PREVIEWED: dict[str, list[str]] = {
    "DRAFT": [GET, *PREVIEWED],
    "PREVIEW_PENDING": [GET, GET, STATUS],
    "CREATING_PREVIEW": [GET, GET, STATUS],
    "PREVIEW_READY": [GET, STATUS],
}
HELD = ("PREVIEW_PENDING", "CREATING_PREVIEW", "IMPORT_PENDING", "IMPORTING")


def begin(admin: Admin, state: str) -> str:
    import_id = admin.prepared(state, hold=state in HELD)
    if state in HELD:
        admin.moves_on(import_id)
    return import_id


@pytest.mark.parametrize("shown", ["all", "skipped", "instant"])
@pytest.mark.parametrize("limits", [None, LIMITS], ids=["no_limits", "limits"])
@pytest.mark.parametrize("state", TO_IMPORTED)
def test_imported(start: Start, state: str, limits: dict[str, int] | None, shown: str) -> None:
    admin = start(states_shown=shown)
    import_id = begin(admin, state)
    result = admin.state(import_id, "imported", limits=limits, diff=True)
    calls = admin.calls()
    assert calls == (TO_IMPORTED_WITH_LIMITS if limits else TO_IMPORTED)[state]
    assert result["changed"] == (IMPORT in calls)
    assert (result["state"], result["changes"]) == ("COMPLETED", EXPECTED)
    assert result["diff"] == {"before": {"state": state}, "after": {"state": "COMPLETED"}}
    assert admin.statuses() == AFTER
    assert admin.sim.import_(import_id)["applied_count"] == 1
    assert not admin.state(import_id, "imported", limits=limits)["changed"]
    assert admin.calls() == [GET, STATUS, ERRORS]


@pytest.mark.parametrize("state", TO_PREVIEWED)
def test_previewed(admin: Admin, state: str) -> None:
    import_id = begin(admin, state)
    result = admin.state(import_id, "previewed")
    calls = admin.calls()
    assert calls == TO_PREVIEWED[state]
    assert result["changed"] == (PREVIEW in calls)
    assert (result["state"], result["changes"], result["row_error_count"]) == ("PREVIEW_READY", EXPECTED, None)
    assert admin.nobody_changed()
    assert not admin.state(import_id, "previewed")["changed"]
    assert admin.calls() == [GET, STATUS]


@pytest.mark.parametrize("state", ["IMPORT_PENDING", "IMPORTING"])
def test_previewed_is_passed_by_a_running_import(admin: Admin, state: str) -> None:
    """Waiting for the exact state would wait for ever."""
    import_id = admin.prepared(state, hold=True)
    result = admin.state(import_id, "previewed")
    assert admin.calls() == [GET]
    assert (result["changed"], result["state"], result["changes"]) == (False, state, None)


def test_previewed_is_passed_by_a_completed_import(admin: Admin) -> None:
    import_id = admin.prepared("COMPLETED")
    result = admin.state(import_id, "previewed")
    assert admin.calls() == [GET, STATUS, ERRORS]
    assert (result["changed"], result["state"], result["changes"]) == (False, "COMPLETED", EXPECTED)


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize("kept", ["refused", "allowed"])
@pytest.mark.parametrize("goal", ["previewed", "imported"])
def test_a_cancelled_import_is_not_taken_up_again(start: Start, goal: str, kept: str, check: bool) -> None:
    admin = start(import_from_cancelled=kept)
    import_id = admin.prepared("CANCELLED")
    result = admin.state(import_id, goal, check=check)
    assert admin.calls() == [GET]
    assert result.failed
    assert result["msg"].startswith(f"Import {import_id} is CANCELLED: its file was removed, and it will not be imported")
    assert result["state"] == "CANCELLED"
    assert admin.nobody_changed()


@pytest.mark.parametrize("wait", [True, False], ids=["wait", "no_wait"])
@pytest.mark.parametrize("limits", [None, LIMITS], ids=["no_limits", "limits"])
@pytest.mark.parametrize("goal", ["previewed", "imported"])
@pytest.mark.parametrize("state", TO_IMPORTED)
def test_a_rehearsal_sends_no_write_and_predicts(admin: Admin, state: str, goal: str, limits: dict[str, int] | None, wait: bool) -> None:
    import_id = admin.prepared(state, hold=state in HELD)
    before = admin.sim.import_(import_id)
    rehearsed = admin.state(import_id, goal, limits=limits, wait=wait, check=True, diff=True)
    assert admin.sim.writes() == []
    assert admin.sim.import_(import_id) == before
    admin.calls()
    if state in HELD:
        admin.moves_on(import_id)
    real = admin.state(import_id, goal, limits=limits, wait=wait, diff=True)
    assert rehearsed["changed"] == real["changed"] == bool(admin.sim.writes())
    assert rehearsed["state"] == real["state"]
    assert rehearsed["diff"] == real["diff"]


@pytest.mark.parametrize(("status", "again"), [(400, []), (403, []), (409, [PREVIEW, GET, LIST]), (422, [])])
def test_where_a_preview_cannot_be_repeated_the_one_that_is_there_counts(start: Start, status: int, again: list[str]) -> None:
    admin = start(preview_again="refused", refused_transition=status)
    import_id = admin.prepared("PREVIEW_READY")
    result = admin.state(import_id, "imported", limits=LIMITS)
    assert admin.calls() == [GET, PREVIEW, GET, LIST, *again, STATUS, *IMPORTED]
    assert (result["state"], admin.statuses()) == ("COMPLETED", AFTER)


def test_a_preview_that_is_older_than_the_people_is_made_again(admin: Admin) -> None:
    """The numbers that are compared are those of now."""
    import_id = admin.prepared("PREVIEW_READY")
    admin.sim.add_people([{"external_id": "N0", "status": "pending", "email": "x@y.example"}])
    result = admin.state(import_id, "imported", limits={"created": 4})
    assert result["state"] == "COMPLETED"
    assert result["changes"]["created"] == 4
