# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Taking an import back: cancelled and absent, from every state."""

from __future__ import annotations

import typing as t

import pytest

from support.admin import Admin
from support.api_calls import CANCEL, DELETE, GET, LIST
from support.small_tenant import AFTER

if t.TYPE_CHECKING:
    from conftest import Start

BEFORE_THE_START = ["DRAFT", "PREVIEW_PENDING", "CREATING_PREVIEW", "PREVIEW_READY"]
RUNNING = ["IMPORT_PENDING", "IMPORTING"]
AT_REST = ["DRAFT", "PREVIEW_READY"]


def check_what_is_known(result: dict[str, t.Any], import_id: str, state: str) -> None:
    """A failure tells what was known by then, under the names of a success."""
    assert result["failed"]
    assert (result["import"]["id"], result["import"]["state"], result["state"]) == (import_id, state, state)
    assert (result["changed"], result["changes"], result["row_error_count"], result["row_errors"]) == (False, None, None, [])


@pytest.mark.parametrize("state", BEFORE_THE_START)
def test_cancelled(there: Admin, state: str) -> None:
    import_id = there.prepared(state, hold=True)
    rehearsed = there.state(import_id, "cancelled", check=True, diff=True)
    assert there.calls() == [GET]
    result = there.state(import_id, "cancelled", diff=True)
    assert there.calls() == [GET, CANCEL, GET]
    assert (result["changed"], result["state"]) == (True, "CANCELLED")
    assert result["diff"] == {"before": {"state": state}, "after": {"state": "CANCELLED"}}
    assert {name: rehearsed[name] for name in ("changed", "state", "diff")} == {name: result[name] for name in ("changed", "state", "diff")}
    assert there.sim.import_(import_id)["state"] == "CANCELLED"
    assert not there.state(import_id, "cancelled")["changed"]
    assert there.calls() == [GET]


@pytest.mark.parametrize(("status", "again"), [(400, []), (403, []), (409, [CANCEL, GET]), (422, [])])
@pytest.mark.parametrize("state", AT_REST)
def test_where_a_client_cannot_cancel_a_draft_is_deleted(start: Start, state: str, status: int, again: list[str]) -> None:
    there = start(client_cancel="refused", refused_transition=status)
    import_id = there.prepared(state)
    result = there.state(import_id, "cancelled")
    assert there.calls() == [GET, CANCEL, GET, *again, GET, DELETE]
    assert (result["changed"], result["state"], result["import"]) == (True, "absent", None)
    assert result.warned == (f"The service does not let a client cancel; import {import_id} was a draft and was deleted instead",)
    assert there.sim.import_(import_id)["gone"] == "deleted"


@pytest.mark.parametrize(("status", "again"), [(400, []), (409, [CANCEL, GET])])
@pytest.mark.parametrize("state", AT_REST)
def test_another_import_of_the_tenant_is_not_waited_for(start: Start, state: str, status: int, again: list[str]) -> None:
    there = start(client_cancel="refused", refused_transition=status)
    there.prepared("IMPORTING", hold=True)
    import_id = there.prepared(state)
    result = there.state(import_id, "cancelled", wait_timeout=3)
    assert there.calls() == [GET, CANCEL, GET, *again, GET, DELETE]
    assert (result["changed"], result["state"]) == (True, "absent")
    assert there.sim.import_(import_id)["gone"] == "deleted"


@pytest.mark.parametrize("status", [400, 409])
def test_a_running_import_beside_another_one_cannot_be_cancelled(start: Start, status: int) -> None:
    there = start(refused_transition=status)
    there.prepared("IMPORTING", hold=True)
    import_id = there.prepared("IMPORT_PENDING", hold=True)
    result = there.state(import_id, "cancelled", wait_timeout=3)
    assert LIST not in there.calls()
    assert result["msg"] == f"Import {import_id} is IMPORT_PENDING, and the service does not let it be cancelled any more"
    assert (result["failure"]["stage"], result["failure"]["import_id"]) == ("cancel", import_id)
    assert there.sim.import_(import_id)["gone"] == ""


@pytest.mark.parametrize(("state", "end"), [("DRAFT", [GET, DELETE]), ("IMPORTING", [GET])])
def test_no_time_for_a_further_try_is_a_refusal(start: Start, state: str, end: list[str]) -> None:
    there = start(client_cancel="refused", refused_transition=409)
    import_id = there.prepared(state, hold=True)
    result = there.state(import_id, "cancelled", wait_timeout=0)
    assert there.calls() == [GET, CANCEL, GET, *end]
    assert result.failed is (state == "IMPORTING")
    assert result["state"] == ("absent" if state == "DRAFT" else state)
    if result.failed:
        assert result["failure"]["stage"] == "cancel"


@pytest.mark.parametrize("check", [False, True])
def test_a_draft_that_was_deleted_instead_stays_cancelled(start: Start, check: bool) -> None:
    there = start(client_cancel="refused")
    import_id = there.prepared()
    assert there.state(import_id, "cancelled")["changed"]
    there.calls()
    again = there.state(import_id, "cancelled", check=check, diff=True)
    assert there.calls() == [GET, LIST]
    assert (again["changed"], again["state"], again["import"]) == (False, "absent", None)
    assert again["diff"] == {"before": {"state": "absent"}, "after": {"state": "absent"}}
    assert again.warned == (
        f"There is no import {import_id} any more, so there is nothing to cancel: it was deleted, it is older than 30 days, or the id is wrong",)


def test_where_patch_is_no_way_to_cancel(there: Admin) -> None:
    import_id = there.prepared()
    there.fault("status:405", CANCEL)
    assert there.state(import_id, "cancelled")["state"] == "absent"
    assert there.calls() == [GET, CANCEL, GET, DELETE]


@pytest.mark.parametrize("state", RUNNING)
def test_a_running_import_is_not_deleted_in_place_of_being_cancelled(there: Admin, state: str) -> None:
    import_id = there.prepared(state, hold=True)
    result = there.state(import_id, "cancelled")
    assert there.calls() == [GET, CANCEL, GET, GET]
    assert result["msg"] == f"Import {import_id} is {state}, and the service does not let it be cancelled any more"
    assert there.sim.import_(import_id)["gone"] == ""
    check_what_is_known(result, import_id, state)


@pytest.mark.parametrize("check", [False, True])
def test_a_completed_import_cannot_be_cancelled(there: Admin, check: bool) -> None:
    import_id = there.prepared("COMPLETED")
    result = there.state(import_id, "cancelled", check=check)
    assert there.calls() == [GET]
    assert result["msg"] == f"Import {import_id} is COMPLETED: it cannot be cancelled any more, and deleting it does not undo it"
    assert there.statuses() == AFTER
    check_what_is_known(result, import_id, "COMPLETED")


def test_an_import_that_was_faster_than_its_cancellation(start: Start) -> None:
    there = start(import_from_cancelled="allowed")
    import_id = there.prepared()
    there.at_call(3, lambda: there.sim.set_state(import_id, "COMPLETED"))
    result = there.state(import_id, "cancelled")
    assert there.calls() == [GET, CANCEL, GET]
    assert result["msg"] == f"Import {import_id} was COMPLETED before it could be cancelled"
    check_what_is_known(result, import_id, "COMPLETED")


def test_a_cancellation_that_was_accepted_is_a_change_whatever_comes_after(there: Admin) -> None:
    import_id = there.prepared()
    there.fault("status:403", GET, nth=2)
    result = there.state(import_id, "cancelled")
    assert there.calls() == [GET, CANCEL, GET]
    assert (result.failed, result["changed"], result["failure"]["status"]) == (True, True, 403)
    assert there.sim.import_(import_id)["state"] == "CANCELLED"


def test_a_lost_answer_to_cancelling(there: Admin) -> None:
    import_id = there.prepared()
    there.fault("lost_answer", CANCEL)
    assert there.state(import_id, "cancelled")["state"] == "CANCELLED"
    assert there.calls() == [GET, CANCEL, GET, GET]


@pytest.mark.parametrize("answer", [204, 200])
@pytest.mark.parametrize("state", ["DRAFT", "PREVIEW_READY", "CANCELLED", "COMPLETED"])
def test_absent(start: Start, state: str, answer: int) -> None:
    there = start(delete_answer=answer)
    import_id = there.prepared(state)
    people = there.sim.people()
    rehearsed = there.state(import_id, "absent", check=True, diff=True)
    assert there.calls() == [GET]
    result = there.state(import_id, "absent", diff=True)
    assert there.calls() == [GET, DELETE]
    assert (result["changed"], result["state"], result["import"]) == (True, "absent", None)
    assert result["diff"] == {"before": {"state": state}, "after": {"state": "absent"}}
    assert {name: rehearsed[name] for name in ("changed", "state", "diff")} == {name: result[name] for name in ("changed", "state", "diff")}
    assert there.sim.import_(import_id)["gone"] == "deleted"
    # Deleting a finished import does not undo it.
    assert there.sim.people() == people
    again = there.state(import_id, "absent", diff=True)
    assert there.calls() == [GET, LIST]
    assert (again["changed"], again["state"]) == (False, "absent")


@pytest.mark.parametrize("state", RUNNING)
def test_a_running_import_is_waited_for(there: Admin, state: str) -> None:
    import_id = there.prepared(state, hold=True)
    there.moves_on(import_id, 3)
    result = there.state(import_id, "absent")
    assert there.calls() == [GET, GET, GET, DELETE]
    assert (result["changed"], result["state"]) == (True, "absent")
    assert there.statuses() == AFTER


@pytest.mark.parametrize("goal", ["absent", "cancelled"])
@pytest.mark.parametrize("state", ["PREVIEW_PENDING", "CREATING_PREVIEW"])
def test_a_preview_that_cannot_be_deleted_is_waited_for(start: Start, state: str, goal: str) -> None:
    there = start(client_cancel="refused")
    import_id = there.prepared(state, hold=True)
    tries = [GET, DELETE] if goal == "absent" else [GET, CANCEL, GET, GET, DELETE]
    there.moves_on(import_id, len(tries) + 2)
    result = there.state(import_id, goal)
    assert there.calls() == [*tries, GET, GET, DELETE]
    assert (result["changed"], result["state"]) == (True, "absent")


@pytest.mark.parametrize("state", ["PREVIEW_PENDING", "CREATING_PREVIEW"])
def test_a_preview_that_can_be_deleted_is_not_waited_for(start: Start, state: str) -> None:
    there = start(delete_running="accepted")
    import_id = there.prepared(state, hold=True)
    assert there.state(import_id, "absent")["state"] == "absent"
    assert there.calls() == [GET, DELETE]


@pytest.mark.parametrize(("options", "calls"), [({"wait": False}, [GET]), ({"wait_timeout": 0}, [GET, GET])])
def test_a_running_import_that_does_not_end(there: Admin, options: dict[str, t.Any], calls: list[str]) -> None:
    import_id = there.prepared("IMPORTING", hold=True)
    result = there.state(import_id, "absent", **options)
    assert there.calls() == calls
    assert f"Import {import_id} is " in result["msg"]
    assert "IMPORTING" in result["msg"]
    assert there.sim.import_(import_id)["gone"] == ""
    check_what_is_known(result, import_id, "IMPORTING")


@pytest.mark.parametrize("state", RUNNING)
@pytest.mark.parametrize(("wait", "changed"), [(False, False), (True, True)])
def test_check_mode_tells_what_becomes_of_a_running_import(there: Admin, state: str, wait: bool, changed: bool) -> None:
    import_id = there.prepared(state, hold=True)
    rehearsed = there.state(import_id, "absent", check=True, wait=wait)
    assert there.calls() == [GET]
    assert (rehearsed.failed, rehearsed["changed"]) == (not changed, changed)
    if not wait:
        assert rehearsed["msg"] == there.state(import_id, "absent", wait=wait)["msg"]
        check_what_is_known(rehearsed, import_id, state)


@pytest.mark.parametrize("goal", ["absent", "cancelled"])
@pytest.mark.parametrize("check", [False, True])
def test_an_id_that_never_was(there: Admin, check: bool, goal: str) -> None:
    result = there.state("69230c4e1b2a4d0012ab34cd", goal, check=check)
    assert there.calls() == [GET, LIST]
    assert (result["changed"], result["state"]) == (False, "absent")


@pytest.mark.parametrize("goal", ["absent", "cancelled"])
@pytest.mark.parametrize(("answer", "calls", "status"), [("not_found", [GET, LIST], 404), ("forbidden", [GET], 403)])
def test_a_token_without_the_right_does_not_mean_absent(start: Start, answer: str, calls: list[str], status: int, goal: str) -> None:
    there = start(no_right=answer)
    import_id = there.prepared()
    there.connection["api_token"] = there.sim.powerless_token
    result = there.state(import_id, goal)
    assert there.calls() == calls
    assert (result.failed, result["failure"]["status"], result["failure"]["import_id"]) == (True, status, import_id)
    assert f", import {import_id}]" in result["msg"]
    assert (result["import"], result["state"], result["changed"], result["row_errors"]) == (None, None, False, [])
    assert "the token lacks the right" in result["msg"]
    assert there.sim.powerless_token not in result.output
    assert there.sim.import_(import_id)["gone"] == ""


@pytest.mark.parametrize("goal", ["absent", "cancelled"])
def test_a_404_for_an_import_that_is_listed_does_not_mean_absent(there: Admin, goal: str) -> None:
    import_id = there.prepared()
    there.fault("status:404", GET)
    result = there.state(import_id, goal)
    assert there.calls() == [GET, LIST]
    assert (result.failed, result["failure"]["status"]) == (True, 404)
    assert there.sim.import_(import_id)["state"] == "DRAFT"


@pytest.mark.parametrize("kind", ["lost_answer", "late_status:500", "reset_before", "status:503", "status:429"])
def test_a_fault_of_the_deletion(there: Admin, kind: str) -> None:
    import_id = there.prepared()
    there.fault(kind, DELETE)
    assert there.state(import_id, "absent")["changed"]
    assert there.calls() == [GET, DELETE, DELETE]
    assert there.sim.import_(import_id)["gone"] == "deleted"
