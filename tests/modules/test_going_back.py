# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of an import goes forward only. One that goes back is told to the admin, and no import is started twice."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._steps import state_history
from support.admin import Admin
from support.api_calls import GET, IMPORT, PREVIEW, STATUS
from support.module_runner import Result
from support.scripted_server import Answer, Reply
from support.small_tenant import AFTER
from support.tampering_proxy import TamperingProxy, says, with_fields, with_states

LIMITS = {"deleted": 1}
TOLD = "It had been started, so it may have changed people, and it is not started a second time: look at it and at the people of the file"


def bring(admin: Admin, import_id: str, state: str, states: t.Sequence[t.Any], **options: t.Any) -> Result:
    """Bring an import to a state while its record shows `states` in turn."""
    with TamperingProxy(admin.sim.url, {GET: with_states(*states)}) as server:
        return Admin(admin.sim, api_url=server.url).state(import_id, state, **options)


@pytest.mark.parametrize("begun", ["IMPORT_PENDING", "IMPORTING"])
@pytest.mark.parametrize("back", ["DRAFT", "PREVIEW_PENDING", "CREATING_PREVIEW", "PREVIEW_READY"])
def test_an_import_that_goes_back_while_it_is_waited_for_is_told_and_not_started_again(admin: Admin, begun: str, back: str) -> None:
    result = bring(admin, admin.prepared(), "imported", [begun, back])
    assert result.failed
    assert f"went back from {begun} to {back}. {TOLD}" in result["msg"]
    assert (result["state"], result["changed"], result["failure"]["stage"]) == (back, False, "import")
    assert admin.sim.writes() == []
    assert admin.nobody_changed()


def test_after_its_own_start_it_is_told_as_well(admin: Admin) -> None:
    import_id = admin.prepared()
    result = bring(admin, import_id, "imported", ["DRAFT", "IMPORTING", "DRAFT"])
    assert f"Import {import_id} went back from IMPORTING to DRAFT. {TOLD}" in result["msg"]
    assert (result.failed, result["changed"]) == (True, True)
    assert admin.sim.writes() == [IMPORT]
    assert admin.sim.import_(import_id)["applied_count"] == 1


@pytest.mark.parametrize("looks", [1, state_history.MOST_LOOKS_BACK - 1])
def test_a_copy_of_the_service_that_lags_is_no_step_back(admin: Admin, looks: int) -> None:
    import_id = admin.prepared()
    result = bring(admin, import_id, "imported", ["DRAFT", "IMPORTING", *["DRAFT"] * looks, "IMPORTING", *["PREVIEW_READY"] * looks, None])
    assert not result.failed, result["msg"]
    assert admin.sim.writes() == [IMPORT]
    assert admin.statuses() == AFTER


def test_an_import_that_the_service_resumes_is_no_step_back(admin: Admin) -> None:
    """IMPORTING, then IMPORT_PENDING: the server resumes an interrupted import by itself (D)."""
    result = bring(admin, admin.prepared(), "imported", ["DRAFT", *["IMPORTING", "IMPORT_PENDING"] * 10, None])
    assert result["state"] == "COMPLETED"
    assert admin.sim.writes() == [IMPORT]


def test_a_preview_that_was_not_made_is_told_and_can_be_tried_again(admin: Admin) -> None:
    import_id = admin.prepared()
    result = bring(admin, import_id, "previewed", ["DRAFT", "CREATING_PREVIEW", "DRAFT"])
    assert f"Import {import_id} went back from CREATING_PREVIEW to DRAFT: the service has not made its preview. Nobody was changed" in result["msg"]
    assert admin.sim.writes() == [PREVIEW]
    assert admin.nobody_changed()
    assert admin.state(import_id, "previewed")["state"] == "PREVIEW_READY"


def test_a_preview_that_is_made_again_is_no_step_back(admin: Admin) -> None:
    states = ["PREVIEW_READY", *["PREVIEW_PENDING"] * 8, *["CREATING_PREVIEW"] * 8, None]
    result = bring(admin, admin.prepared("PREVIEW_READY"), "imported", states, limits=LIMITS)
    assert not result.failed, result["msg"]
    assert admin.sim.writes() == [PREVIEW, IMPORT]
    assert admin.statuses() == AFTER


def test_an_import_that_was_seen_started_between_is_not_started_again(admin: Admin) -> None:
    """Another client starts it just when the answer to the order for a preview gets lost."""
    import_id = admin.prepared()
    rules = {GET: with_states("DRAFT", "IMPORTING", "PREVIEW_READY"), PREVIEW: lambda reply: Reply(503)}
    with TamperingProxy(admin.sim.url, rules) as server:
        result = Admin(admin.sim, api_url=server.url).state(import_id, "imported", limits=LIMITS)
    assert result.failed
    assert f"Import {import_id} went back from IMPORTING to PREVIEW_READY" in result["msg"]
    assert admin.sim.writes() == [PREVIEW]
    assert admin.nobody_changed()


@pytest.mark.parametrize("seen", ["COMPLETED", "IMPORTING", "IMPORT_PENDING"])
@pytest.mark.parametrize("options", [{}, {"limits": LIMITS}, {"wait": False}, {"check": True}, {"check": True, "limits": LIMITS}])
def test_an_import_that_an_earlier_task_saw_started_is_not_started_again(admin: Admin, seen: str, options: dict[str, t.Any]) -> None:
    import_id = admin.prepared()
    result = admin.state(import_id, "imported", last_known_state=seen, **options)
    assert result.failed
    assert f"Import {import_id} went back from {seen} to DRAFT. {TOLD}" in result["msg"]
    assert admin.sim.writes() == []
    assert admin.nobody_changed()


def test_a_service_that_goes_to_and_fro_is_neither_asked_without_a_pause_nor_for_ever(admin: Admin) -> None:
    """Each preview that is there has no numbers, and is being made again at the next look."""
    rules = {
        GET: with_states(*["DRAFT", *["PREVIEW_READY", "CREATING_PREVIEW"] * 2000]), PREVIEW: lambda reply: Reply(204), STATUS: says(b"{}")}
    with TamperingProxy(admin.sim.url, rules) as server:
        result = Admin(admin.sim, api_url=server.url).state(admin.prepared(), "imported", limits={"deleted": 1}, wait_timeout=0.5)
    assert result.failed
    assert (result["failure"]["stage"], "wait_timeout" in result["msg"]) == ("wait", True)
    assert len(admin.sim.calls()) < 150
    assert admin.nobody_changed()


def test_the_option_works_under_its_earlier_name(admin: Admin) -> None:
    assert admin.state(admin.prepared(), "imported", seen_state="COMPLETED").failed
    assert admin.sim.writes() == []


@pytest.mark.parametrize("seen", [None, "", "DRAFT", "PREVIEW_READY", "CREATING_PREVIEW", "CANCELLED", "SOMETHING", "imported"])
def test_any_other_state_that_was_seen_changes_nothing(admin: Admin, seen: str | None) -> None:
    assert admin.state(admin.prepared(), "imported", last_known_state=seen)["state"] == "COMPLETED"
    assert admin.sim.writes() == [IMPORT]


@pytest.mark.parametrize("case", ["seen", "looked at"])
def test_without_that_memory_it_would_be_started(admin: Admin, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    monkeypatch.setattr(state_history.StateHistory, "is_back", lambda self, state: False)
    import_id = admin.prepared()
    if case == "seen":
        admin.state(import_id, "imported", last_known_state="COMPLETED")
    else:
        rules = {GET: with_states("DRAFT", "IMPORTING", "PREVIEW_READY", "PREVIEW_READY", None), PREVIEW: lambda reply: Reply(503)}
        with TamperingProxy(admin.sim.url, rules) as server:
            Admin(admin.sim, api_url=server.url).state(import_id, "imported", limits={"deleted": 1}, accept_zero_preview=True)
    assert IMPORT in admin.sim.writes()


def test_an_import_that_agrees_but_does_not_move_is_not_said_to_be_harmless(admin: Admin) -> None:
    import_id = admin.prepared()
    result = bring(admin, import_id, "imported", ["DRAFT"], wait_timeout=0.3)
    assert result["msg"].startswith(
        f"Import {import_id} was asked to become IMPORT_PENDING and the service accepted that, but after 0.3 seconds (wait_timeout) it is still "
        "DRAFT. Look at it in Studio before you run again")
    assert admin.sim.writes() == [IMPORT]
    assert "nobody was changed" not in result["msg"]


@pytest.mark.parametrize("state", ["SOMETHING_NEW", "\x1b[31mred", "{{ 7 * 7 }}", "x" * 1000, "a b"])
@pytest.mark.parametrize("options", [{}, {"limits": LIMITS}, {"wait": False}])
def test_an_unknown_state_for_ever_is_over_at_the_timeout(admin: Admin, state: str, options: dict[str, t.Any]) -> None:
    result = bring(admin, admin.prepared(), "imported", [state], wait_timeout=0.3, **options)
    assert result.failed
    assert "after 0.3 seconds (wait_timeout)" in result["msg"]
    assert result["msg"].isprintable()
    assert "{{" not in result["msg"]
    assert admin.sim.writes() == []
    assert admin.nobody_changed()


@pytest.mark.parametrize("state", [None, 5, True, [], {}, ["COMPLETED"], {"name": "COMPLETED"}, "", "  "])
def test_a_state_that_is_no_text_is_an_error_at_once(admin: Admin, state: t.Any) -> None:
    def spoil(reply: Reply) -> Answer:
        return with_fields(state=state)(reply)

    with TamperingProxy(admin.sim.url, {GET: spoil}) as server:
        result = Admin(admin.sim, api_url=server.url).state(admin.prepared(), "imported")
    assert "The service's record of this import has no state" in result["msg"]
    assert admin.sim.writes() == []


def test_once_it_was_completed_no_further_look_is_needed(admin: Admin) -> None:
    result = bring(admin, admin.prepared("COMPLETED"), "imported", ["IMPORTING", "COMPLETED", "DRAFT"])
    assert (result.failed, result["state"]) == (False, "COMPLETED")


def test_one_that_was_completed_when_it_was_to_be_started_and_then_goes_back_is_told(admin: Admin) -> None:
    import_id = admin.prepared("COMPLETED")
    result = bring(admin, import_id, "imported", ["DRAFT", "COMPLETED", "DRAFT"])
    assert f"went back from COMPLETED to DRAFT. {TOLD}" in result["msg"]
    assert admin.sim.writes() == [IMPORT]
    assert admin.sim.import_(import_id)["applied_count"] == 1
