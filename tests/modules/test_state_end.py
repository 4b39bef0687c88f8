# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an import has done is compared with what its preview had shown, also where no limit is exceeded."""

from __future__ import annotations

import json
import typing as t

import pytest

from support.admin import Admin
from support.api_calls import ERRORS, GET, IMPORT, PREVIEW, STATUS
from support.module_runner import Result
from support.small_tenant import EXPECTED, ROWS, address, csv_of, person, row
from support.tampering_proxy import TamperingProxy, says

if t.TYPE_CHECKING:
    from conftest import Start

#: What an import with limits sends; its fifth call is the start.
CALLS = [GET, PREVIEW, GET, STATUS, IMPORT, GET, STATUS, ERRORS]

#: So wide that only the preview is left to hold against the end.
LIMITS = dict.fromkeys(EXPECTED, 100)

BEYOND = "Import {id} is COMPLETED and has changed more people than its preview had shown: {beyond}. "


def meanwhile(admin: Admin, act: t.Callable[[], t.Any], rows: t.Iterable[str] = (), **options: t.Any) -> tuple[str, Result]:
    """Something happens in the tenant when the import is started, so after its preview. `rows` stand in the file beside those of the small tenant."""
    import_id = admin.prepared(content=csv_of([*ROWS, *rows]))
    admin.at_call(5, act)
    return import_id, admin.state(import_id, "imported", **{"limits": LIMITS, **options})


def check_failure(admin: Admin, import_id: str, result: Result, beyond: str) -> None:
    assert result.failed
    assert result["msg"].startswith(BEYOND.format(id=import_id, beyond=beyond))
    assert "In all, this is done: " + ", ".join(f"{name} {count}" for name, count in result["changes"].items()) in result["msg"]
    assert (result["failure"]["stage"], result["failure"]["import_id"]) == ("limits", import_id)
    assert (result["state"], result["changed"], result["row_error_count"]) == ("COMPLETED", True, 0)
    assert (result["expected"], admin.calls()) == (EXPECTED, CALLS)


def registers(admin: Admin, identifier: str) -> None:
    """Let somebody log in for the first time."""
    one = next(one for one in admin.sim.people() if one["external_id"] == identifier)
    admin.sim.world.people.change(one["id"], {**one, "status": "activated"})


def test_who_is_invited_meanwhile_and_deleted_is_a_failure(admin: Admin) -> None:
    """At the preview, nobody had the identifier of this leaver."""
    import_id, result = meanwhile(admin, lambda: admin.sim.add_people([person("L1", "pending")]), [row("L1", "Deactivated")])
    check_failure(admin, import_id, result, "deleted 2 (previewed 1)")
    assert result["changes"] == {**EXPECTED, "deleted": 2}
    # It is done: a further run changes nothing, and does not fail for what it has not done.
    again = admin.state(import_id, "imported", limits=LIMITS)
    assert (again.failed, again["changed"], again["expected"], again["changes"]) == (False, False, None, {**EXPECTED, "deleted": 2})


def test_who_is_added_meanwhile_and_deactivated_is_a_failure(admin: Admin) -> None:
    import_id, result = meanwhile(admin, lambda: admin.sim.add_people([person("L1", "activated")]), [row("L1", "Deactivated")])
    check_failure(admin, import_id, result, "deactivated 4 (previewed 3)")


def test_who_is_deleted_meanwhile_and_made_again_is_a_failure(admin: Admin) -> None:
    import_id, result = meanwhile(
        admin, lambda: admin.sim.world.people.delete(next(one["id"] for one in admin.sim.people() if one["external_id"] == "U0")))
    check_failure(admin, import_id, result, "created 6 (previewed 5)")


def test_another_configuration_meanwhile_is_a_failure(admin: Admin) -> None:
    """The great danger: the preview was one of a delta import, and all who are not in the file are deactivated."""
    import_id = admin.prepared()

    def reconfigured() -> None:
        entry = admin.sim.world.imports.get(import_id)
        assert entry is not None
        entry.config = {**(entry.config or {}), "delta": False, "removeAll": True}
        admin.sim.world.imports.save(entry)

    admin.at_call(5, reconfigured)
    check_failure(admin, import_id, admin.state(import_id, "imported", limits=LIMITS), "deactivated 5 (previewed 3)")


def test_who_logs_in_meanwhile_is_deactivated_in_place_of_deleted(admin: Admin) -> None:
    import_id, result = meanwhile(admin, lambda: registers(admin, "X1"))
    assert not result.failed, result["msg"]
    assert result["changes"] == {**EXPECTED, "deactivated": 4, "deleted": 0}
    assert result.warned == (
        f"Import {import_id} has changed more people than its preview had shown: deactivated 4 (previewed 3). People have changed since the "
        "preview, or have logged in for the first time",)


@pytest.mark.parametrize("updated_counts", ["changed", "matched"])
def test_who_is_edited_or_deactivated_meanwhile_is_told(start: Start, updated_counts: str) -> None:
    """By hand, another address; the file has the old one. The other one is activated again, as the file says."""
    admin = start(updated_counts=updated_counts)

    def edited() -> None:
        people = {one["external_id"]: one for one in admin.sim.people()}
        admin.sim.world.people.change(people["S1"]["id"], {**people["S1"], "email": "new@example.com"})
        admin.sim.world.people.deactivate(people["U0"]["id"])

    _import_id, result = meanwhile(admin, edited, [row("S1", "Activated")])
    assert not result.failed, result["msg"]
    assert ["reactivated 3 (previewed 2)" in text for text in result.warned] == [True]
    assert admin.statuses()["U0"] == "activated"
    assert [one["email"] for one in admin.sim.people() if one["external_id"] == "S1"] == [address("S1")]


def test_fewer_people_than_previewed_are_no_failure(admin: Admin) -> None:
    _import_id, result = meanwhile(admin, lambda: admin.sim.world.people.delete(
        next(one["id"] for one in admin.sim.people() if one["external_id"] == "X1")))
    assert (result.failed, result.warned, result["changes"]) == (False, (), {**EXPECTED, "deleted": 0})


@pytest.mark.parametrize("reactivated", ["present", "absent"])
def test_without_a_change_nothing_is_said(start: Start, reactivated: str) -> None:
    admin = start(reactivated=reactivated)
    result = admin.state(admin.prepared(), "imported", limits={"deleted": 5})
    assert (result.failed, result.warned, admin.calls()) == (False, (), CALLS)
    assert result["expected"] == result["changes"]


def test_without_limits_there_is_no_preview_to_compare(admin: Admin) -> None:
    result = admin.state(admin.prepared(), "imported")
    assert (result["expected"], result["changes"], admin.calls()) == (None, EXPECTED, [GET, IMPORT, GET, STATUS, ERRORS])


@pytest.mark.parametrize(("state", "expected"), [("DRAFT", EXPECTED), ("PREVIEW_READY", EXPECTED), ("COMPLETED", None)])
def test_a_preview_tells_its_numbers_as_expected_ones(admin: Admin, state: str, expected: dict[str, int] | None) -> None:
    result = admin.state(admin.prepared(state), "previewed")
    assert (result["changes"], result["expected"]) == (EXPECTED, expected)


def test_a_draft_that_is_deleted_after_its_preview_leaves_its_numbers(admin: Admin) -> None:
    result = admin.state(admin.prepared(), "previewed", delete_previewed=True)
    assert (result["state"], result["changes"], result["expected"]) == ("absent", EXPECTED, EXPECTED)


@pytest.mark.parametrize("numbers", ["absent", "null", "not_found"])
def test_a_preview_without_numbers_expects_nothing(start: Start, numbers: str) -> None:
    result = start(preview_numbers=numbers)
    assert result.state(result.prepared(), "previewed")["expected"] is None


def test_what_another_run_had_previewed_is_not_known(admin: Admin) -> None:
    import_id = admin.prepared("IMPORTING", hold=True)
    admin.moves_on(import_id)
    result = admin.state(import_id, "imported", limits={"deactivated": 2})
    assert (result["failure"]["stage"], result["expected"]) == ("limits", None)
    assert "deactivated 3 (at most 2). This run has not read its preview. " in result["msg"]


def lying_preview(admin: Admin, import_id: str, preview: dict[str, int], **options: t.Any) -> Result:
    """The first answer with numbers is this one, the later ones are the true ones."""
    left = [json.dumps(preview).encode()]
    with TamperingProxy(admin.sim.url, {STATUS: lambda reply: says(left.pop())(reply) if left else reply}) as server:
        return Admin(admin.sim, api_url=server.url).state(import_id, "imported", **options)


def test_a_limit_that_is_exceeded_is_told_with_both_numbers(admin: Admin) -> None:
    result = lying_preview(admin, admin.prepared(), {**EXPECTED, "deactivated": 0}, limits={"deactivated": 2})
    assert "limits allow: deactivated 3 (at most 2). Its preview had shown deactivated 0. In all, this is done: created 5, " in result["msg"]


def test_too_many_refused_rows_do_not_hide_the_harm(admin: Admin) -> None:
    import_id = admin.prepared(content=csv_of([*ROWS, row("two words", "Activated")]))
    result = lying_preview(admin, import_id, {**EXPECTED, "created": 0}, limits=LIMITS, max_row_errors=0)
    assert result["msg"].startswith(BEYOND.format(id=import_id, beyond="created 5 (previewed 0)"))
    assert "Besides: 1 row of import" in result["msg"]
    assert (result["failure"]["stage"], result["row_error_count"]) == ("limits", 1)
    # The rows are told again, the people are not.
    again = admin.state(import_id, "imported", limits=LIMITS, max_row_errors=0)
    assert (again["failure"]["stage"], again["msg"].startswith("1 row of import")) == ("errors", True)


def test_zeros_that_were_taken_for_numbers_and_were_none_are_told(start: Start) -> None:
    admin = start(preview_numbers="zeros")
    result = admin.state(admin.prepared(), "imported", limits={"deleted": 1}, accept_zero_preview=True)
    assert (result.failed, result["expected"], result["changes"]) == (False, dict.fromkeys(EXPECTED, 0), EXPECTED)
    assert ["had shown zeros only" in text and "remove accept_zero_preview" in text for text in result.warned] == [True]
