# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting: what ends it, what does not, and that a rerun continues from there."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._steps.transition import Transition
from support.admin import Admin
from support.api_calls import ERRORS, GET, IMPORT, LIST, PREVIEW, STATUS, once_each
from support.small_tenant import AFTER, CSV, EXPECTED

if t.TYPE_CHECKING:
    from conftest import Start

LIMITS = {"deleted": 1}
TIMES = {"preview_seconds": 0.3, "import_seconds": 0.3}


@pytest.mark.parametrize("shown", ["all", "skipped", "instant"])
def test_states_that_take_time_are_waited_for(start: Start, shown: str) -> None:
    admin = start(tenant=TIMES, states_shown=shown)
    result = admin.state(admin.prepared(), "imported", limits=LIMITS)
    assert once_each(admin.calls()) == [GET, PREVIEW, GET, STATUS, IMPORT, GET, STATUS, ERRORS]
    assert (result["state"], result["changes"]) == ("COMPLETED", EXPECTED)
    assert result["elapsed"] >= (0 if shown == "instant" else 0.55)
    assert admin.statuses() == AFTER


@pytest.mark.parametrize("state", ["PREVIEW_PENDING", "CREATING_PREVIEW", "IMPORT_PENDING", "IMPORTING"])
def test_cancelled_while_waiting(admin: Admin, state: str) -> None:
    import_id = admin.prepared(state, hold=True)
    admin.at_call(3, lambda: admin.sim.cancel(import_id))
    result = admin.state(import_id, "imported")
    assert admin.calls() == [GET, GET, GET]
    assert result["msg"].startswith(f"Import {import_id} is CANCELLED: its file was removed, and it will not be imported")
    assert (result.failed, result["state"], result["import"]["state"]) == (True, "CANCELLED", "CANCELLED")
    assert admin.nobody_changed()


@pytest.mark.parametrize("status", [400, 403, 409, 422])
def test_cancelled_before_it_is_started(start: Start, status: int) -> None:
    admin = start(refused_transition=status)
    import_id = admin.prepared()
    admin.at_call(2, lambda: admin.sim.cancel(import_id))
    result = admin.state(import_id, "imported")
    assert admin.calls() == [GET, IMPORT, GET]
    assert result["msg"].startswith(f"Import {import_id} was cancelled by another client; nothing was imported")
    assert admin.nobody_changed()


@pytest.mark.parametrize(("goal", "state"), [("imported", "IMPORTING"), ("imported", "IMPORT_PENDING"), ("previewed", "CREATING_PREVIEW")])
def test_the_time_is_up_and_a_rerun_finishes(admin: Admin, goal: str, state: str) -> None:
    import_id = admin.prepared(state, hold=True)
    result = admin.state(import_id, goal, wait_timeout=0.3)
    assert result["msg"] == (
        f"Import {import_id} was still {state} after 0.3 seconds (wait_timeout). The service continues by itself. "
        "Run again to wait longer: the next run continues from there, and nothing is imported twice"
    )
    assert (result.failed, result["state"], result["failure"]["stage"]) == (True, state, "wait")
    assert result["failure"]["import_id"] == import_id
    assert 0.3 <= result["elapsed"] < 3
    calls = admin.calls()
    assert set(calls) == {GET}
    assert len(calls) < 30
    admin.moves_on(import_id)
    again = admin.state(import_id, goal)
    assert again["state"] == {"imported": "COMPLETED", "previewed": "PREVIEW_READY"}[goal]
    assert admin.sim.writes() == []


def test_no_time_at_all_is_one_look(admin: Admin) -> None:
    import_id = admin.prepared("IMPORTING", hold=True)
    assert admin.state(import_id, "imported", wait_timeout=0).failed
    assert admin.calls() == [GET, GET]


@pytest.mark.parametrize("kind", ["status:500", "status:503", "status:429", "html:200", "reset_before", "truncated", "wrong_type"])
def test_a_fault_while_waiting(start: Start, kind: str) -> None:
    """More faults in a row than one call is tried: waiting goes on as long as they pass by themselves."""
    admin = start(connection={"retries": 1})
    import_id = admin.prepared("IMPORTING", hold=True)
    admin.fault(kind, GET, nth=2, times=3)
    admin.moves_on(import_id, 6)
    result = admin.state(import_id, "imported")
    if kind == "wrong_type":
        assert result["msg"].startswith("The answer is not a JSON object")
    else:
        assert admin.calls() == [*[GET] * 6, STATUS, ERRORS]
        assert result["state"] == "COMPLETED"


@pytest.mark.parametrize("kind", ["lost_answer", "truncated", "late_status:500", "late_status:504"])
@pytest.mark.parametrize("limits", [None, LIMITS], ids=["no_limits", "limits"])
def test_a_lost_answer_to_the_start_applies_the_import_once(admin: Admin, kind: str, limits: dict[str, int] | None) -> None:
    import_id = admin.prepared()
    admin.fault(kind, IMPORT)
    result = admin.state(import_id, "imported", limits=limits)
    preview = [PREVIEW, GET, STATUS] if limits else []
    assert admin.calls() == [GET, *preview, IMPORT, GET, GET, STATUS, ERRORS]
    assert (result["changed"], result["state"]) == (True, "COMPLETED")
    assert admin.sim.import_(import_id)["applied_count"] == 1
    assert admin.statuses() == AFTER


def test_a_lost_answer_while_the_import_takes_time(start: Start) -> None:
    admin = start(tenant=TIMES)
    import_id = admin.prepared()
    admin.fault("lost_answer", IMPORT)
    assert admin.state(import_id, "imported")["state"] == "COMPLETED"
    assert once_each(admin.calls()) == [GET, IMPORT, GET, STATUS, ERRORS]
    assert admin.sim.import_(import_id)["applied_count"] == 1


def test_an_answer_to_the_start_that_is_too_slow(start: Start) -> None:
    admin = start(connection={"timeout": 0.3})
    import_id = admin.prepared()
    admin.fault("slow_after", IMPORT, delay=0.8)
    assert admin.state(import_id, "imported")["state"] == "COMPLETED"
    assert admin.calls() == [GET, IMPORT, GET, GET, STATUS, ERRORS]
    assert admin.sim.import_(import_id)["applied_count"] == 1


def test_a_lost_answer_to_the_preview(admin: Admin) -> None:
    import_id = admin.prepared()
    admin.fault("lost_answer", PREVIEW)
    assert admin.state(import_id, "previewed")["state"] == "PREVIEW_READY"
    assert admin.calls() == [GET, PREVIEW, GET, GET, STATUS]


@pytest.mark.parametrize("kind", ["reset_before", "status:500", "status:503", "html", "html:200"])
def test_a_start_that_never_arrived_is_sent_again(admin: Admin, kind: str) -> None:
    import_id = admin.prepared()
    admin.fault(kind, IMPORT)
    assert admin.state(import_id, "imported")["state"] == "COMPLETED"
    assert admin.calls() == [GET, IMPORT, GET, IMPORT, GET, STATUS, ERRORS]
    assert admin.sim.import_(import_id)["applied_count"] == 1


def test_without_the_look_the_start_would_be_sent_twice(admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard bites: without it a second start goes out, and a finished import is reported as a failure."""
    monkeypatch.setattr(Transition, "_has_moved", lambda *_args: False)
    import_id = admin.prepared()
    admin.fault("lost_answer", IMPORT)
    assert admin.state(import_id, "imported").failed
    assert admin.sim.writes() == [IMPORT, IMPORT, IMPORT]
    assert admin.sim.import_(import_id)["state"] == "COMPLETED"


@pytest.mark.parametrize(("second", "status"), [("conflict", 400), ("refused", 400), ("refused", 403), ("refused", 409), ("refused", 422)])
def test_another_import_in_the_tenant_is_waited_for(start: Start, second: str, status: int) -> None:
    admin = start(second_import=second, refused_transition=status)
    other = admin.prepared("IMPORTING", hold=True)
    import_id = admin.prepared()
    admin.moves_on(other, 5)
    result = admin.state(import_id, "imported")
    assert admin.calls() == [GET, IMPORT, GET, LIST, IMPORT, GET, STATUS, ERRORS]
    assert result["state"] == "COMPLETED"
    assert admin.sim.import_(import_id)["applied_count"] == admin.sim.import_(other)["applied_count"] == 1


def test_short_imports_that_take_turns_are_waited_for(start: Start) -> None:
    """Whenever this one is refused, the one that was in the way has ended before anybody looks."""
    admin = start(second_import="refused", refused_transition=400)
    others = [admin.prepared("IMPORTING", hold=True), admin.prepared(), admin.prepared()]
    import_id = admin.prepared()
    for number, other in enumerate(others):
        # Each round is: ask, look at this one, look at all.
        admin.at_call(2 + 3 * number, lambda other=other: admin.sim.set_state(other, "IMPORTING", hold=True))
        admin.at_call(3 + 3 * number, lambda other=other: admin.sim.set_state(other, "COMPLETED"))
    result = admin.state(import_id, "imported")
    assert admin.calls() == [GET, *[IMPORT, GET, LIST] * 3, IMPORT, GET, STATUS, ERRORS]
    assert result["state"] == "COMPLETED"
    assert [admin.sim.import_(each)["applied_count"] for each in [import_id, *others]] == [1, 1, 1, 1]


def test_an_import_that_is_queued_behind_another_is_waited_for(admin: Admin) -> None:
    other = admin.prepared("IMPORTING", hold=True)
    import_id = admin.prepared()
    admin.moves_on(other, 4)
    assert admin.state(import_id, "imported")["state"] == "COMPLETED"
    assert admin.calls() == [GET, IMPORT, GET, GET, STATUS, ERRORS]
    assert admin.statuses() == AFTER


def test_a_tenant_that_stays_busy(start: Start) -> None:
    admin = start(second_import="conflict")
    admin.prepared("IMPORTING", hold=True)
    import_id = admin.prepared()
    result = admin.state(import_id, "imported", wait_timeout=0.3)
    assert result.failed
    assert import_id in result["msg"]
    assert "run again" in result["msg"]
    assert (result["state"], result["changed"]) == ("DRAFT", False)
    assert admin.nobody_changed()


def test_a_conflict_without_another_import_is_a_failure(admin: Admin) -> None:
    import_id = admin.prepared()
    admin.fault("status:409", IMPORT, times=None)
    result = admin.state(import_id, "imported")
    assert admin.calls() == [GET, IMPORT, GET, LIST, IMPORT, GET, LIST]
    assert result["failure"]["status"] == 409
    assert result["msg"].startswith(f"HTTP 409: the service refuses to move import {import_id} from DRAFT to IMPORT_PENDING")


def test_a_conflict_whose_reason_cannot_be_read_names_the_import(admin: Admin) -> None:
    import_id = admin.prepared()
    admin.fault("status:409", IMPORT, times=None)
    admin.fault("status:401", LIST)
    result = admin.state(import_id, "imported")
    assert admin.calls() == [GET, IMPORT, GET, LIST]
    assert (result["failure"]["stage"], result["failure"]["status"], result["failure"]["import_id"]) == ("list", 401, import_id)
    assert f"[stage list, import {import_id}]" in result["msg"]
    assert admin.nobody_changed()


@pytest.mark.parametrize("goal", ["previewed", "imported"])
def test_a_draft_without_a_mapping_cannot_be_moved(admin: Admin, goal: str) -> None:
    import_id = admin.sim.upload(CSV, "people.csv")
    result = admin.state(import_id, goal)
    # Once more for the import: what was in its way may have ended meanwhile.
    assert admin.calls() == [GET, PREVIEW, GET, LIST] if goal == "previewed" else [GET, *[IMPORT, GET, LIST] * 2]
    assert result["failure"]["status"] == 400
    assert "mapping_values" in result["failure"]["message"]
    assert admin.sim.import_(import_id)["state"] == "DRAFT"


@pytest.mark.parametrize(
    ("goal", "limits", "calls", "state"),
    [
        ("imported", None, [GET, IMPORT], "IMPORT_PENDING"),
        ("imported", LIMITS, [GET, PREVIEW, GET, STATUS, IMPORT], "IMPORT_PENDING"),
        ("previewed", None, [GET, PREVIEW], "PREVIEW_PENDING"),
    ],
)
def test_not_waiting(admin: Admin, goal: str, limits: dict[str, int] | None, calls: list[str], state: str) -> None:
    import_id = admin.prepared()
    result = admin.state(import_id, goal, limits=limits, wait=False, max_row_errors=0)
    assert admin.calls() == calls
    assert (result["changed"], result["state"], result["row_error_count"]) == (True, state, None)


def test_not_waiting_for_a_running_import(admin: Admin) -> None:
    import_id = admin.prepared("IMPORTING", hold=True)
    result = admin.state(import_id, "imported", wait=False)
    assert admin.calls() == [GET]
    assert (result["changed"], result["state"]) == (False, "IMPORTING")
