# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Histories in which the tenant is not as the run before left it: another tenant, records that are gone, changes by hand, numbers that do not fit."""

from __future__ import annotations

import typing as t
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from simulator import Fault, Simulator
from support.controller import Controller
from support.histories import Ended, Source, Wanted, each, first_run, play
from support.hooks import when_called
from support.killing import killed_at_call
from support.previous_run import ANN, BOB, CLEO

Runs = t.Generator[Wanted, Ended, None]

DAN = "4;dan@example.com;Dan;Activated"
ANN2, BOB2, CLEO2 = (row.replace("@", "2@") for row in (ANN, BOB, CLEO))

READS_ERRORS = {"method": "GET", "path": "/users/imports/{id}/errors"}


# Another tenant.


def of_another_tenant(source: Source, how: str) -> Runs:
    if "no status column" in how:
        source.without_status()
    yield from first_run(source, ANN, BOB)
    first, before = source.tenant, source.tenant.people()
    source.tenant = source.new_tenant()
    first.forget_requests()
    source.write(ANN, BOB2)
    stopped = yield source.run(*(["--check"] if "check mode" in how else []))
    assert not stopped.is_green, stopped.said
    assert (first.calls(), stopped.calls, source.tenant.people()) == ([], [], [])
    for word in (urlsplit(first.url).netloc, urlsplit(source.tenant.url).netloc, "delta_import_resend"):
        assert word in stopped.result["msg"]

    resent = yield source.run(delta_import_resend=True)
    assert resent.is_green, resent.said
    assert (source.untrue(), first.people()) == ([], before)
    again = yield source.run()
    assert (again.is_green, again.result["nothing_new"], source.applied()) == (True, True, 1)
    if "and back" in how:
        source.tenant = first
        back = yield source.run()
        assert not back.is_green, back.said


def sent_to_another_tenant_in_vain(source: Source) -> Runs:
    """Whoever wanted to begin anew, and could not, has not begun anew."""
    yield from first_run(source, ANN, BOB)
    source.tenant = source.new_tenant()
    source.tenant.schedule(Fault("status:500", method="POST", path="/users/imports", times=None))
    failed = yield source.run(delta_import_resend=True)
    assert not failed.is_green, failed.said
    source.tenant.clear_faults()

    run = yield source.run()
    assert not run.is_green or source.untrue() == [], run.said
    resent = yield source.run(delta_import_resend=True)
    assert resent.is_green, resent.said
    assert source.untrue() == []


def previewed_in_another_tenant(source: Source) -> Runs:
    """A rehearsal that nobody imported: the preview is still there when the other tenant's turn comes."""
    source.write(ANN, BOB)
    previewed = yield source.run(delta_import_target="previewed")
    assert previewed.is_green, previewed.said
    first, source.tenant = source.tenant, source.new_tenant()
    run = yield source.run()
    assert not run.is_green or source.untrue() == [], run.said
    resent = yield source.run(delta_import_resend=True)
    assert resent.is_green, resent.said
    assert (source.untrue(), first.people()) == ([], [])


def another_tenant_without_a_baseline(source: Source) -> Runs:
    source.without_baseline()
    yield from first_run(source, ANN, BOB)
    source.tenant = source.new_tenant()
    run = yield source.run()
    assert run.is_green, run.said
    assert source.untrue() == []


# Runs that died, and whose import is gone.


def a_run_died(source: Source, how: str) -> Runs:
    """It had imported. Then its record goes, and so does one of its people; another one is as before."""
    source.variables["delta_import_leavers"] = "ignore" if "ignored" in how else "deactivate"
    if "no status column" in how:
        source.without_status()
    yield from first_run(source, ANN, BOB)
    source.write(ANN, BOB2, CLEO)
    source.tenant.schedule(Fault("status:500", **READS_ERRORS, times=None))
    died = yield source.run()
    assert not died.is_green, died.said
    assert (source.applied(), source.values("email")["2"]) == (2, "bob2@example.com")
    source.tenant.clear_faults()
    source.register()
    if "expired" in how:
        source.tenant.advance(31 * 24 * 3600)
    else:
        source.tenant.delete_import(source.tenant.imports()[-1]["id"])

    source.write(ANN, BOB)
    run = yield source.run()
    assert run.is_green, run.said
    assert (source.untrue(), run.result["leavers"]) == ([], 1)
    assert run.warnings, "it is said that nobody knows what became of it"
    if "ignored" in how:
        assert source.statuses()["3"] == "activated"
        source.variables["delta_import_leavers"] = "deactivate"
        run = yield source.run()
        assert run.is_green, run.said
    assert source.statuses() == {"1": "activated", "2": "activated", "3": "deactivated"}


def a_run_died_early(source: Source, how: str) -> Runs:
    """Nothing was imported, but for a while that is not sure."""
    yield from first_run(source, ANN, BOB)
    source.write(ANN, BOB2, CLEO)
    state = {"state": "IMPORT_PENDING"} if how.startswith("before the import") else {}
    source.tenant.schedule(Fault("status:500", **({"method": "PATCH", **state} if state else {"method": "POST"}), times=None))
    died = yield source.run()
    assert not died.is_green, died.said
    assert source.values("email") == {"1": "ann@example.com", "2": "bob@example.com"}
    source.tenant.clear_faults()
    if "deleted" in how:
        for each_one in source.tenant.imports()[1:]:
            source.tenant.delete_import(each_one["id"])

    source.write(ANN, BOB, DAN)
    run = yield source.run()
    assert run.is_green, run.said
    assert source.untrue() == []
    assert {name for name, status in source.statuses().items() if status != "deactivated"} == {"1", "2", "4"}


@pytest.mark.deep
@pytest.mark.parametrize("number", [9, 11])
def test_a_run_is_killed_after_its_import_whose_record_goes(controller: Controller, tenant: Simulator, number: int) -> None:
    baseline = controller.folder / "last.csv"
    controller.variables.update(delta_import_baseline=str(baseline), delta_import_leavers="deactivate")
    assert controller.play().code == 0
    for name in ("1", "2"):
        tenant.set_status(name, "activated")
    controller.write(ANN, BOB2, CLEO)
    killed_at_call(controller, tenant, number, done=True)
    assert tenant.imports()[-1]["state"] == "COMPLETED", "the number is that of a call after the import"
    tenant.set_status("3", "activated")
    tenant.delete_import(tenant.imports()[-1]["id"])

    controller.write(ANN, BOB)
    run = controller.play()
    assert run.code == 0, run.output
    assert {person["external_id"]: (person["status"], person["email"]) for person in tenant.people()} == {
        "1": ("activated", "ann@example.com"), "2": ("activated", "bob@example.com"), "3": ("deactivated", "cleo@example.com")}


# Changes by hand.


def accepted_beside_a_refused_row(source: Source, how: str) -> Runs:
    """Whoever's row was accepted is deactivated by hand, and that stays so while the other row is sent again."""
    switches: dict[str, t.Any] = {
        "lines without the header": {"errors_line": "data_is_1"}, "with values": {"errors_shape": "row_value"},
        "without names": {"errors_shape": "no_header"}}.get(how, {})
    source.tenant = source.new_tenant(**switches)
    if "no status column" in how:
        source.without_status()
    yield from first_run(source, *([ANN, BOB] if "joiners" in how else [ANN, BOB, CLEO, DAN]))
    source.tenant.refuse("3")
    source.write(ANN, BOB2, CLEO2, DAN.replace("dan@", "dan2@"))
    refused = yield source.run()
    assert (refused.is_green, refused.result["row_error_count"]) == (True, 1), refused.said
    source.register()
    source.tenant.set_status("2", "deactivated")
    source.tenant.set_status("4", "deactivated")

    still = yield source.run()
    assert still.is_green, still.said
    assert (source.statuses()["2"], source.statuses()["4"]) == ("deactivated", "deactivated")
    source.tenant.accept()
    run = yield source.run()
    assert run.is_green, run.said
    assert source.untrue() == ["2: is deactivated", "4: is deactivated"]
    assert run.result["row_error_count"] == 0


def refused_rows_that_are_to_activate(source: Source) -> Runs:
    """Where a status is what is to change, it is sent again, although nobody knows for certain whose row was refused."""
    yield from first_run(source, ANN, BOB.replace("Activated", "Deactivated"), CLEO)
    source.tenant.set_status("3", "deactivated")
    source.tenant.add_people([{"external_id": "2", "status": "deactivated", "email": "bob@example.com", "fields": {"firstName": "Bob"}}])
    source.write(ANN2, BOB, CLEO2)
    source.tenant.refuse("2")
    refused = yield source.run()
    assert refused.is_green, refused.said
    source.tenant.accept()
    run = yield source.run()
    assert run.is_green, run.said
    assert source.untrue() == []


# Numbers at the end.


def more_than_a_limit(source: Source, how: str) -> Runs:
    """The preview was within it."""
    if how == "zeros":
        source.tenant = source.new_tenant(preview_numbers="zeros")
        source.variables["delta_import_accept_zero_preview"] = True
    if how == "zeros, without a baseline":
        source.tenant = source.new_tenant(preview_numbers="zeros")
        source.variables["delta_import_accept_zero_preview"] = True
        source.without_baseline()
    yield from first_run(source, ANN, BOB, CLEO, DAN)
    rows = [row.replace("Activated", "Deactivated") for row in (BOB, CLEO, DAN)]
    source.write(ANN2, *rows)
    if how == "by hand":
        for name in "234":
            source.tenant.set_status(name, "deactivated")
        tenant = source.tenant

        def activate(call: str) -> None:
            if call.endswith("IMPORT_PENDING"):
                for name in "234":
                    tenant.set_status(name, "activated")

        when_called(tenant, activate)
    run = yield source.run(delta_import_limits={"deactivated": 1})
    assert source.statuses() == {"1": "activated", "2": "deactivated", "3": "deactivated", "4": "deactivated"}
    assert not run.is_green, run.said
    assert "3" in run.result["msg"]
    assert run.result["changes"]["deactivated"] == 3


def more_than_previewed(source: Source, how: str) -> Runs:
    yield from first_run(source, ANN, BOB)
    source.write(ANN2, BOB)
    source.tenant.set_end_counts(deactivated=50)
    run = yield source.run(delta_import_limits={"deactivated": 5} if how == "a limit of it" else {"created": 5})
    assert not run.is_green, run.said
    assert "50" in run.result["msg"]


def fewer_than_previewed(source: Source) -> Runs:
    """Somebody did by hand what the import would have done."""
    yield from first_run(source, ANN, BOB)
    source.write(ANN2, BOB2)
    tenant = source.tenant
    when_called(tenant, lambda call: tenant.alter_person("1", email="ann2@example.com") if call.endswith("IMPORT_PENDING") else None)
    run = yield source.run(delta_import_limits={"updated": 2})
    assert (run.is_green, run.result["changes"]["updated"]) == (True, 1), run.said
    assert source.untrue() == []


def test_a_tenant_that_is_not_as_it_was(tmp_path: Path, subtests: pytest.Subtests) -> None:
    play(
        tmp_path, subtests, *each(of_another_tenant, how=["with one"]), *each(a_run_died, how=["deleted"]),
        *each(accepted_beside_a_refused_row, how=["with one"]), *each(more_than_a_limit, how=["zeros"]),
        *each(more_than_previewed, how=["a limit of it"]))


@pytest.mark.deep
def test_another_tenant(tmp_path: Path, subtests: pytest.Subtests) -> None:
    play(
        tmp_path, subtests, sent_to_another_tenant_in_vain, previewed_in_another_tenant, another_tenant_without_a_baseline,
        *each(of_another_tenant, how=["no status column, and back", "check mode"]))


@pytest.mark.deep
def test_runs_that_died(tmp_path: Path, subtests: pytest.Subtests) -> None:
    play(
        tmp_path, subtests, *each(a_run_died, how=["deleted, ignored", "expired", "deleted, no status column"]),
        *each(a_run_died_early, how=["before the upload", "before the import", "before the import, deleted"]))


@pytest.mark.deep
def test_changes_by_hand_and_numbers(tmp_path: Path, subtests: pytest.Subtests) -> None:
    play(
        tmp_path, subtests, refused_rows_that_are_to_activate, fewer_than_previewed,
        *each(accepted_beside_a_refused_row, how=[
            "lines without the header", "with values", "without names", "no status column", "joiners", "joiners, no status column"]),
        *each(more_than_a_limit, how=["by hand", "zeros, without a baseline"]), *each(more_than_previewed, how=["no limit of it"]))
