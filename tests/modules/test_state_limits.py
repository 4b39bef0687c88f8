# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""With limits, the preview is compared before the import starts; without numbers it does not start."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._steps import advance, transition
from ansible_collections.community.staffbase.plugins.module_utils._steps import limits as step
from ansible_collections.community.staffbase.plugins.module_utils._steps.advance import Advance
from support.admin import Admin
from support.api_calls import ERRORS, GET, IMPORT, PREVIEW, STATUS
from support.module_runner import Result
from support.small_tenant import AFTER, EXPECTED, csv_of, person, row
from support.tampering_proxy import Tamper, TamperingProxy, says

if t.TYPE_CHECKING:
    from conftest import Start

PREVIEWED = [GET, PREVIEW, GET, STATUS]
SHAPES = ["flat", "summary", "changes", "nested", "list", "strings", "blocks"]
NOT_STARTED = "Import {id} was not started: {reason}. Its state is PREVIEW_READY and nobody was changed. Look at the preview"


def check_not_started(admin: Admin, import_id: str, result: dict[str, t.Any], reason: str) -> None:
    assert result["failed"]
    assert result["msg"].startswith(NOT_STARTED.format(id=import_id, reason=reason))
    assert (result["failure"]["stage"], result["failure"]["import_id"]) == ("preview", import_id)
    assert result["state"] == admin.sim.import_(import_id)["state"] == "PREVIEW_READY"
    assert IMPORT not in admin.sim.calls()
    assert admin.nobody_changed()


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("counter", EXPECTED)
def test_one_more_than_allowed(start: Start, counter: str, shape: str) -> None:
    admin = start(status_shape=shape)
    import_id = admin.prepared()
    limits = {**EXPECTED, counter: EXPECTED[counter] - 1}
    result = admin.state(import_id, "imported", limits=limits)
    check_not_started(admin, import_id, result, f"limits exceeded: {counter} {EXPECTED[counter]} (at most {EXPECTED[counter] - 1})")
    assert admin.calls() == PREVIEWED
    assert (result["changed"], result["changes"]) == (True, EXPECTED)

    finished = admin.state(import_id, "imported", limits=EXPECTED)
    assert admin.calls() == [*PREVIEWED, IMPORT, GET, STATUS, ERRORS]
    assert finished["changes"] == EXPECTED
    assert admin.statuses() == AFTER


def test_all_exceeded_limits_are_named(admin: Admin) -> None:
    import_id = admin.prepared()
    result = admin.state(import_id, "imported", limits={"deleted": 0, "created": 2, "updated": 100})
    check_not_started(admin, import_id, result, "limits exceeded: deleted 1 (at most 0), created 5 (at most 2)")


def test_a_full_import_of_a_short_file_is_stopped(admin: Admin) -> None:
    """The great danger: everybody who is not in the file."""
    import_id = admin.prepared(content=csv_of([row("U0", "Activated", first="Neu")]), delta=False, removeAll=True)
    result = admin.state(import_id, "imported", limits={"deactivated": 2})
    check_not_started(admin, import_id, result, "limits exceeded: deactivated 8 (at most 2)")


def test_without_the_comparison_they_would_be_gone(admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard bites: without it the same run deactivates and deletes."""
    monkeypatch.setattr(step, "objection", lambda *_args: None)
    import_id = admin.prepared(content=csv_of([row("U0", "Activated", first="Neu")]), delta=False, removeAll=True)
    admin.state(import_id, "imported", limits={"deactivated": 2})
    assert list(admin.statuses().values()).count("deactivated") == 10
    assert len(admin.sim.deleted_people()) == 1


def test_a_preview_is_compared_too(admin: Admin) -> None:
    import_id = admin.prepared()
    result = admin.state(import_id, "previewed", limits={"deleted": 0})
    assert admin.calls() == PREVIEWED
    check_not_started(admin, import_id, result, "limits exceeded: deleted 1 (at most 0)")


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("numbers", "reason"),
    [
        ("absent", "the service gives no numbers for the preview, so the limits cannot be compared"),
        ("null", "the service gives no numbers for the preview, so the limits cannot be compared"),
        ("not_found", "the service gives no numbers for the preview, so the limits cannot be compared"),
        ("zeros", "the preview shows zeros only although the file has records; a service that counts only while it imports looks the same"),
    ],
)
def test_no_numbers_is_no_pass(start: Start, numbers: str, reason: str, shape: str) -> None:
    admin = start(preview_numbers=numbers, status_shape=shape)
    import_id = admin.prepared()
    # With 15 records, a limit of 14 can be exceeded.
    result = admin.state(import_id, "imported", limits={"deleted": 14, "created": 100})
    # Looked at twice: another client may just have had the preview made again.
    assert admin.calls() == [*PREVIEWED, GET, STATUS]
    assert reason in result["msg"]
    assert result["state"] == "PREVIEW_READY"
    assert admin.nobody_changed()


@pytest.mark.parametrize("option", [{"limits": {"deleted": 15}}, {"limits": {"deleted": 1}, "accept_zero_preview": True}])
def test_zeros_pass_where_they_cannot_hide_anything(start: Start, option: dict[str, t.Any]) -> None:
    admin = start(preview_numbers="zeros")
    import_id = admin.prepared(delta=True)
    result = admin.state(import_id, "imported", **option)
    assert (result.failed, result["state"], result["changes"]) == (False, "COMPLETED", EXPECTED)


def test_zeros_that_were_believed_and_were_wrong_are_told_at_the_end(start: Start) -> None:
    admin = start(preview_numbers="zeros")
    result = admin.state(admin.prepared(), "imported", limits={"deleted": 0}, accept_zero_preview=True)
    assert (result.failed, result["failure"]["stage"], result["state"]) == (True, "limits", "COMPLETED")
    assert "deleted 1 (at most 0)" in result["msg"]


def test_zeros_of_a_full_import_can_hide_anybody(start: Start) -> None:
    admin = start(preview_numbers="zeros")
    import_id = admin.prepared(delta=False, removeAll=True)
    result = admin.state(import_id, "imported", limits={"deleted": 100})
    assert "the preview shows zeros only" in result["msg"]
    assert admin.nobody_changed()


@pytest.mark.parametrize("numbers", ["absent", "null", "not_found", "zeros"])
def test_without_limits_no_numbers_are_needed(start: Start, numbers: str) -> None:
    admin = start(preview_numbers=numbers)
    import_id = admin.prepared()
    assert admin.state(import_id, "previewed")["changes"] in (None, dict.fromkeys(EXPECTED, 0))
    assert admin.state(import_id, "imported")["changes"] == EXPECTED


def test_a_number_that_is_missing_is_no_pass(start: Start) -> None:
    admin = start(reactivated="absent")
    import_id = admin.prepared()
    result = admin.state(import_id, "imported", limits={"reactivated": 100, "deleted": 100})
    assert admin.calls() == PREVIEWED
    check_not_started(admin, import_id, result, "the service gives no number for reactivated, so these limits cannot be compared")


def test_a_number_that_is_not_limited_may_be_missing(start: Start) -> None:
    admin = start(reactivated="absent")
    result = admin.state(admin.prepared(), "imported", limits={"deleted": 1})
    assert (result["state"], result["changes"]["reactivated"]) == ("COMPLETED", None)


@pytest.mark.parametrize("kind", ["wrong_type", "html:200", "truncated", "status:500"])
def test_an_unreadable_answer_is_no_pass(admin: Admin, kind: str) -> None:
    import_id = admin.prepared()
    admin.fault(kind, STATUS, times=None)
    result = admin.state(import_id, "imported", limits={"deleted": 100})
    assert result.failed
    assert admin.sim.writes() == [PREVIEW]
    assert admin.nobody_changed()


def test_limits_without_a_number_are_none(admin: Admin) -> None:
    admin.state(admin.prepared(), "imported", limits={"deleted": None})
    assert admin.calls() == [GET, IMPORT, GET, STATUS, ERRORS]


@pytest.mark.parametrize("limit", [0, 1])
def test_a_rehearsal_compares_a_preview_that_is_there(admin: Admin, limit: int) -> None:
    import_id = admin.prepared("PREVIEW_READY")
    rehearsed = admin.state(import_id, "imported", limits={"deleted": limit}, check=True)
    assert admin.calls() == [GET, STATUS]
    real = admin.state(import_id, "imported", limits={"deleted": limit})
    assert rehearsed.failed == real.failed == (limit == 0)
    if rehearsed.failed:
        assert rehearsed["msg"] == real["msg"]


def started_meanwhile(admin: Admin, **options: t.Any) -> tuple[str, Result]:
    """Another client starts the import when this one looks at the preview, which is the third call; at the fourth it is done."""
    import_id = admin.prepared()
    admin.at_call(3, lambda: admin.sim.set_state(import_id, "IMPORTING", hold=True))
    admin.moves_on(import_id, 4)
    return import_id, admin.state(import_id, "imported", **options)


@pytest.mark.parametrize("limits", [EXPECTED, {"deleted": 1}])
def test_what_another_client_started_meanwhile_is_compared_at_its_end(admin: Admin, limits: dict[str, int]) -> None:
    _import_id, result = started_meanwhile(admin, limits=limits)
    assert admin.calls() == [GET, PREVIEW, GET, GET, STATUS, STATUS, ERRORS]
    assert (result.failed, result["state"], result["changes"]) == (False, "COMPLETED", EXPECTED)
    assert admin.statuses() == AFTER


@pytest.mark.parametrize(("numbers", "limits", "reason"), [
    ("present", {"deleted": 0}, "limits exceeded: deleted 1 (at most 0)"),
    ("absent", {"reactivated": 5}, "the service gives no number for reactivated"),
])
def test_what_another_client_started_beyond_the_limits_is_a_failure(start: Start, numbers: str, limits: dict[str, int], reason: str) -> None:
    import_id, result = started_meanwhile(start(reactivated=numbers), limits=limits)
    assert result.failed
    assert result["msg"].startswith(
        f"Import {import_id} was started by another client before its limits could be compared, and it is COMPLETED now: {reason}")


def test_without_waiting_what_another_client_started_is_not_compared(admin: Admin) -> None:
    import_id, result = started_meanwhile(admin, limits=EXPECTED, wait=False)
    assert admin.calls() == [GET, PREVIEW, GET]
    assert result["msg"].startswith(f"Import {import_id} was started by another client before its limits could be compared; run again")


def test_without_the_comparison_at_the_end_the_harm_would_be_ok(admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard bites: the run says "ok" to what it would have stopped."""
    monkeypatch.setattr(Advance, "_objection_to_end", lambda self: None)
    monkeypatch.setattr(advance, "harm_at_end", lambda *_args: None)
    _import_id, result = started_meanwhile(admin, limits={"deleted": 0})
    assert not result.failed


def previewed_again(admin: Admin, number: int, **options: t.Any) -> tuple[str, Result]:
    """Another client has the preview made again when the `number`-th call arrives; two calls later it is there."""
    import_id = admin.prepared()
    admin.at_call(number, lambda: admin.sim.set_state(import_id, "CREATING_PREVIEW", hold=True))
    admin.at_call(number + 2, lambda: admin.sim.set_state(import_id, "PREVIEW_READY"))
    return import_id, admin.state(import_id, "imported", limits=EXPECTED, **options)


@pytest.mark.parametrize("number", [4, 5])
def test_a_preview_that_another_client_has_made_again_is_waited_for_and_compared(admin: Admin, number: int) -> None:
    """The fourth call reads the numbers, the fifth starts the import."""
    import_id, result = previewed_again(admin, number)
    assert not result.failed, result["msg"]
    assert admin.calls().count(PREVIEW) == 1
    assert (result["state"], result["changes"]) == ("COMPLETED", EXPECTED)
    assert admin.sim.import_(import_id)["applied_count"] == 1


def test_what_another_client_has_previewed_again_is_held_against_the_limits(admin: Admin) -> None:
    """Meanwhile somebody was invited whom the file deactivates: he would be deleted for good."""
    import_id = admin.prepared(content=csv_of([row("U99", "Deactivated"), row("U98", "Activated")]))

    def invited() -> None:
        admin.sim.add_people([person("U99", "pending")])
        admin.sim.set_state(import_id, "CREATING_PREVIEW", hold=True)

    admin.at_call(5, invited)
    admin.at_call(7, lambda: admin.sim.set_state(import_id, "PREVIEW_READY"))
    result = admin.state(import_id, "imported", limits={"deleted": 0})
    assert "limits exceeded: deleted 1 (at most 0)" in result["msg"]
    assert admin.statuses()["U99"] == "pending"


@pytest.mark.parametrize("number", [4, 5])
def test_that_it_would_fail_otherwise_would_be_seen(admin: Admin, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    monkeypatch.setattr(transition, "PREVIEWING", frozenset())
    monkeypatch.setattr(step.PreviewLimits, "read", lambda self, import_id: True)
    _import_id, result = previewed_again(admin, number)
    assert result.failed


@pytest.mark.parametrize(("limits", "beyond"), [
    ({"deactivated": 2}, "deactivated 3 (at most 2)"),
    ({"deactivated": 2, "created": 4, "updated": 9}, "deactivated 3 (at most 2), created 5 (at most 4)"),
])
def test_an_import_that_does_more_than_its_preview_has_shown_is_a_failure(admin: Admin, limits: dict[str, int], beyond: str) -> None:
    """It is too late to stop it; but whoever watches has to know how many people are changed."""
    import_id = admin.prepared()
    preview = {"created": 1, "updated": 0, "deactivated": 0, "reactivated": 0, "deleted": 0}
    with TamperingProxy(admin.sim.url, {STATUS: first_says(json.dumps(preview).encode())}) as server:
        result = Admin(admin.sim, api_url=server.url).state(import_id, "imported", limits=limits)
    assert result.failed
    assert f"Import {import_id} is COMPLETED and has changed more people than the limits allow: {beyond}" in result["msg"]
    assert (result["failure"]["stage"], result["state"], result["changes"], result["changed"]) == ("limits", "COMPLETED", EXPECTED, True)
    assert result["row_error_count"] == 0
    assert admin.calls() == [*PREVIEWED, IMPORT, GET, STATUS, ERRORS]
    # It is done: a further run changes nothing, and does not fail for what it has not done.
    assert not admin.state(import_id, "imported", limits=limits)["changed"]


def test_what_was_begun_before_is_held_against_the_limits_at_its_end(admin: Admin) -> None:
    import_id = admin.prepared("IMPORTING", hold=True)
    admin.moves_on(import_id)
    assert admin.state(import_id, "imported", limits={"deactivated": 2})["failure"]["stage"] == "limits"


def test_numbers_that_are_missing_at_the_end_are_no_failure(admin: Admin) -> None:
    """Those of the preview were compared."""
    import_id = admin.prepared()
    answers = iter([None])
    with TamperingProxy(admin.sim.url, {STATUS: lambda reply: reply if next(answers, 1) is None else says(b"{}")(reply)}) as server:
        result = Admin(admin.sim, api_url=server.url).state(import_id, "imported", limits=EXPECTED)
    assert (result.failed, result["changes"]) == (False, None)


def first_says(body: bytes) -> Tamper:
    """Let the first answer be this one; the later ones are the true ones."""
    left = [body]
    return lambda reply: says(left.pop())(reply) if left else reply
