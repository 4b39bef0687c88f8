# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Taking an import back: cancelled and absent, from every state."""

from __future__ import annotations

import typing as t

import pytest

from support.admin import Admin
from support.api_calls import CANCEL, DELETE, GET, LIST, PREVIEW, STATUS
from support.small_tenant import AFTER, EXPECTED

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
def test_cancelled(admin: Admin, state: str) -> None:
    import_id = admin.prepared(state, hold=True)
    rehearsed = admin.state(import_id, "cancelled", check=True, diff=True)
    assert admin.calls() == [GET]
    result = admin.state(import_id, "cancelled", diff=True)
    assert admin.calls() == [GET, CANCEL, GET]
    assert (result["changed"], result["state"]) == (True, "CANCELLED")
    assert result["diff"] == {"before": {"state": state}, "after": {"state": "CANCELLED"}}
    assert {name: rehearsed[name] for name in ("changed", "state", "diff")} == {name: result[name] for name in ("changed", "state", "diff")}
    assert admin.sim.import_(import_id)["state"] == "CANCELLED"
    assert not admin.state(import_id, "cancelled")["changed"]
    assert admin.calls() == [GET]


@pytest.mark.parametrize(("status", "again"), [(400, []), (403, []), (409, [CANCEL, GET]), (422, [])])
@pytest.mark.parametrize("state", AT_REST)
def test_where_a_client_cannot_cancel_a_draft_is_deleted(start: Start, state: str, status: int, again: list[str]) -> None:
    admin = start(client_cancel="refused", refused_transition=status)
    import_id = admin.prepared(state)
    result = admin.state(import_id, "cancelled")
    assert admin.calls() == [GET, CANCEL, GET, *again, GET, DELETE]
    assert (result["changed"], result["state"], result["import"]) == (True, "absent", None)
    assert result.warned == (f"The service does not let a client cancel; import {import_id} was a draft and was deleted instead",)
    assert admin.sim.import_(import_id)["gone"] == "deleted"


@pytest.mark.parametrize(("status", "again"), [(400, []), (409, [CANCEL, GET])])
@pytest.mark.parametrize("state", AT_REST)
def test_another_import_of_the_tenant_is_not_waited_for(start: Start, state: str, status: int, again: list[str]) -> None:
    admin = start(client_cancel="refused", refused_transition=status)
    admin.prepared("IMPORTING", hold=True)
    import_id = admin.prepared(state)
    result = admin.state(import_id, "cancelled", wait_timeout=3)
    assert admin.calls() == [GET, CANCEL, GET, *again, GET, DELETE]
    assert (result["changed"], result["state"]) == (True, "absent")
    assert admin.sim.import_(import_id)["gone"] == "deleted"


@pytest.mark.parametrize("status", [400, 409])
def test_a_running_import_beside_another_one_cannot_be_cancelled(start: Start, status: int) -> None:
    admin = start(refused_transition=status)
    admin.prepared("IMPORTING", hold=True)
    import_id = admin.prepared("IMPORT_PENDING", hold=True)
    result = admin.state(import_id, "cancelled", wait_timeout=3)
    assert LIST not in admin.calls()
    assert result["msg"] == f"Import {import_id} is IMPORT_PENDING, and the service does not let it be cancelled any more"
    assert (result["failure"]["stage"], result["failure"]["import_id"]) == ("cancel", import_id)
    assert admin.sim.import_(import_id)["gone"] == ""


@pytest.mark.parametrize(("state", "end"), [("DRAFT", [GET, DELETE]), ("IMPORTING", [GET])])
def test_no_time_for_a_further_try_is_a_refusal(start: Start, state: str, end: list[str]) -> None:
    admin = start(client_cancel="refused", refused_transition=409)
    import_id = admin.prepared(state, hold=True)
    result = admin.state(import_id, "cancelled", wait_timeout=0)
    assert admin.calls() == [GET, CANCEL, GET, *end]
    assert result.failed is (state == "IMPORTING")
    assert result["state"] == ("absent" if state == "DRAFT" else state)
    if result.failed:
        assert result["failure"]["stage"] == "cancel"


@pytest.mark.parametrize("check", [False, True])
def test_a_draft_that_was_deleted_instead_stays_cancelled(start: Start, check: bool) -> None:
    admin = start(client_cancel="refused")
    import_id = admin.prepared()
    assert admin.state(import_id, "cancelled")["changed"]
    admin.calls()
    again = admin.state(import_id, "cancelled", check=check, diff=True)
    assert admin.calls() == [GET, LIST]
    assert (again["changed"], again["state"], again["import"]) == (False, "absent", None)
    assert again["diff"] == {"before": {"state": "absent"}, "after": {"state": "absent"}}
    assert again.warned == (
        f"There is no import {import_id} any more, so there is nothing to cancel: it was deleted, it is older than 30 days, or the id is wrong",)


def test_where_patch_is_no_way_to_cancel(admin: Admin) -> None:
    import_id = admin.prepared()
    admin.fault("status:405", CANCEL)
    assert admin.state(import_id, "cancelled")["state"] == "absent"
    assert admin.calls() == [GET, CANCEL, GET, DELETE]


@pytest.mark.parametrize("state", RUNNING)
def test_a_running_import_is_not_deleted_in_place_of_being_cancelled(admin: Admin, state: str) -> None:
    import_id = admin.prepared(state, hold=True)
    result = admin.state(import_id, "cancelled")
    assert admin.calls() == [GET, CANCEL, GET, GET]
    assert result["msg"] == f"Import {import_id} is {state}, and the service does not let it be cancelled any more"
    assert admin.sim.import_(import_id)["gone"] == ""
    check_what_is_known(result, import_id, state)


@pytest.mark.parametrize("check", [False, True])
def test_a_completed_import_cannot_be_cancelled(admin: Admin, check: bool) -> None:
    import_id = admin.prepared("COMPLETED")
    result = admin.state(import_id, "cancelled", check=check)
    assert admin.calls() == [GET]
    assert result["msg"] == f"Import {import_id} is COMPLETED: it cannot be cancelled any more, and deleting it does not undo it"
    assert admin.statuses() == AFTER
    check_what_is_known(result, import_id, "COMPLETED")


def test_an_import_that_was_faster_than_its_cancellation(start: Start) -> None:
    admin = start(import_from_cancelled="allowed")
    import_id = admin.prepared()
    admin.at_call(3, lambda: admin.sim.set_state(import_id, "COMPLETED"))
    result = admin.state(import_id, "cancelled")
    assert admin.calls() == [GET, CANCEL, GET]
    assert result["msg"] == f"Import {import_id} was COMPLETED before it could be cancelled"
    check_what_is_known(result, import_id, "COMPLETED")


def test_a_cancellation_that_was_accepted_is_a_change_whatever_comes_after(admin: Admin) -> None:
    import_id = admin.prepared()
    admin.fault("status:403", GET, nth=2)
    result = admin.state(import_id, "cancelled")
    assert admin.calls() == [GET, CANCEL, GET]
    assert (result.failed, result["changed"], result["failure"]["status"]) == (True, True, 403)
    assert admin.sim.import_(import_id)["state"] == "CANCELLED"


def test_a_lost_answer_to_cancelling(admin: Admin) -> None:
    import_id = admin.prepared()
    admin.fault("lost_answer", CANCEL)
    assert admin.state(import_id, "cancelled")["state"] == "CANCELLED"
    assert admin.calls() == [GET, CANCEL, GET, GET]


@pytest.mark.parametrize("answer", [204, 200])
@pytest.mark.parametrize("state", ["DRAFT", "PREVIEW_READY", "CANCELLED", "COMPLETED"])
def test_absent(start: Start, state: str, answer: int) -> None:
    admin = start(delete_answer=answer)
    import_id = admin.prepared(state)
    people = admin.sim.people()
    rehearsed = admin.state(import_id, "absent", check=True, diff=True)
    assert admin.calls() == [GET]
    result = admin.state(import_id, "absent", diff=True)
    assert admin.calls() == [GET, DELETE]
    assert (result["changed"], result["state"], result["import"]) == (True, "absent", None)
    assert result["diff"] == {"before": {"state": state}, "after": {"state": "absent"}}
    assert {name: rehearsed[name] for name in ("changed", "state", "diff")} == {name: result[name] for name in ("changed", "state", "diff")}
    assert admin.sim.import_(import_id)["gone"] == "deleted"
    # Deleting a finished import does not undo it.
    assert admin.sim.people() == people
    again = admin.state(import_id, "absent", diff=True)
    assert admin.calls() == [GET, LIST]
    assert (again["changed"], again["state"]) == (False, "absent")


@pytest.mark.parametrize("state", RUNNING)
def test_a_running_import_is_waited_for(admin: Admin, state: str) -> None:
    import_id = admin.prepared(state, hold=True)
    admin.moves_on(import_id, 3)
    result = admin.state(import_id, "absent")
    assert admin.calls() == [GET, GET, GET, DELETE]
    assert (result["changed"], result["state"]) == (True, "absent")
    assert admin.statuses() == AFTER


@pytest.mark.parametrize("goal", ["absent", "cancelled"])
@pytest.mark.parametrize("state", ["PREVIEW_PENDING", "CREATING_PREVIEW"])
def test_a_preview_that_cannot_be_deleted_is_waited_for(start: Start, state: str, goal: str) -> None:
    admin = start(client_cancel="refused")
    import_id = admin.prepared(state, hold=True)
    tries = [GET, DELETE] if goal == "absent" else [GET, CANCEL, GET, GET, DELETE]
    admin.moves_on(import_id, len(tries) + 2)
    result = admin.state(import_id, goal)
    assert admin.calls() == [*tries, GET, GET, DELETE]
    assert (result["changed"], result["state"]) == (True, "absent")


@pytest.mark.parametrize("state", ["PREVIEW_PENDING", "CREATING_PREVIEW"])
def test_a_preview_that_can_be_deleted_is_not_waited_for(start: Start, state: str) -> None:
    admin = start(delete_running="accepted")
    import_id = admin.prepared(state, hold=True)
    assert admin.state(import_id, "absent")["state"] == "absent"
    assert admin.calls() == [GET, DELETE]


@pytest.mark.parametrize(("options", "calls"), [({"wait": False}, [GET]), ({"wait_timeout": 0}, [GET, GET])])
def test_a_running_import_that_does_not_end(admin: Admin, options: dict[str, t.Any], calls: list[str]) -> None:
    import_id = admin.prepared("IMPORTING", hold=True)
    result = admin.state(import_id, "absent", **options)
    assert admin.calls() == calls
    assert f"Import {import_id} is " in result["msg"]
    assert "IMPORTING" in result["msg"]
    assert admin.sim.import_(import_id)["gone"] == ""
    check_what_is_known(result, import_id, "IMPORTING")


@pytest.mark.parametrize("state", RUNNING)
@pytest.mark.parametrize(("wait", "changed"), [(False, False), (True, True)])
def test_check_mode_tells_what_becomes_of_a_running_import(admin: Admin, state: str, wait: bool, changed: bool) -> None:
    import_id = admin.prepared(state, hold=True)
    rehearsed = admin.state(import_id, "absent", check=True, wait=wait)
    assert admin.calls() == [GET]
    assert (rehearsed.failed, rehearsed["changed"]) == (not changed, changed)
    if not wait:
        assert rehearsed["msg"] == admin.state(import_id, "absent", wait=wait)["msg"]
        check_what_is_known(rehearsed, import_id, state)


@pytest.mark.parametrize("goal", ["absent", "cancelled"])
@pytest.mark.parametrize("check", [False, True])
def test_an_id_that_never_was(admin: Admin, check: bool, goal: str) -> None:
    result = admin.state("69230c4e1b2a4d0012ab34cd", goal, check=check)
    assert admin.calls() == [GET, LIST]
    assert (result["changed"], result["state"]) == (False, "absent")


@pytest.mark.parametrize("goal", ["absent", "cancelled"])
@pytest.mark.parametrize(("answer", "calls", "status"), [("not_found", [GET, LIST], 404), ("forbidden", [GET], 403)])
def test_a_token_without_the_right_does_not_mean_absent(start: Start, answer: str, calls: list[str], status: int, goal: str) -> None:
    admin = start(no_right=answer)
    import_id = admin.prepared()
    admin.connection["api_token"] = admin.sim.powerless_token
    result = admin.state(import_id, goal)
    assert admin.calls() == calls
    assert (result.failed, result["failure"]["status"], result["failure"]["import_id"]) == (True, status, import_id)
    assert f", import {import_id}]" in result["msg"]
    assert (result["import"], result["state"], result["changed"], result["row_errors"]) == (None, None, False, [])
    assert "the token lacks the right" in result["msg"]
    assert admin.sim.powerless_token not in result.output
    assert admin.sim.import_(import_id)["gone"] == ""


@pytest.mark.parametrize("goal", ["absent", "cancelled"])
def test_a_404_for_an_import_that_is_listed_does_not_mean_absent(admin: Admin, goal: str) -> None:
    import_id = admin.prepared()
    admin.fault("status:404", GET)
    result = admin.state(import_id, goal)
    assert admin.calls() == [GET, LIST]
    assert (result.failed, result["failure"]["status"]) == (True, 404)
    assert admin.sim.import_(import_id)["state"] == "DRAFT"


@pytest.mark.parametrize("kind", ["lost_answer", "late_status:500", "reset_before", "status:503", "status:429"])
def test_a_fault_of_the_deletion(admin: Admin, kind: str) -> None:
    import_id = admin.prepared()
    admin.fault(kind, DELETE)
    assert admin.state(import_id, "absent")["changed"]
    assert admin.calls() == [GET, DELETE, DELETE]
    assert admin.sim.import_(import_id)["gone"] == "deleted"


def test_a_draft_is_deleted_after_its_preview_was_read(admin: Admin) -> None:
    import_id = admin.prepared()
    rehearsed = admin.state(import_id, "previewed", delete_previewed=True, check=True)
    assert (rehearsed["changed"], rehearsed["state"], set(admin.calls())) == (True, "absent", {GET})
    result = admin.state(import_id, "previewed", delete_previewed=True)
    assert admin.calls() == [GET, PREVIEW, GET, STATUS, GET, DELETE]
    assert (result["changed"], result["state"], result["import"], result["changes"]) == (True, "absent", None, EXPECTED)
    assert admin.sim.imports() == []
    assert admin.nobody_changed()


def test_what_was_imported_meanwhile_is_left_alone(admin: Admin) -> None:
    import_id = admin.prepared("COMPLETED")
    assert admin.state(import_id, "previewed", delete_previewed=True)["state"] == "COMPLETED"
    assert DELETE not in admin.calls()


def test_a_draft_that_cannot_be_deleted_keeps_what_its_preview_told(admin: Admin) -> None:
    import_id = admin.prepared()
    admin.fault("status:403", DELETE, times=None)
    result = admin.state(import_id, "previewed", delete_previewed=True)
    assert (result.failed, result["failure"]["stage"], result["changes"]) == (True, "delete", EXPECTED)
    assert admin.nobody_changed()
