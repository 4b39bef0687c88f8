# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Histories of people who leave and come back, whom somebody else changes, or of whom too many are changed."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from support.histories import Ended, Source, Wanted, each, first_run, play
from support.previous_run import ANN, BOB, CLEO

Runs = t.Generator[Wanted, Ended, None]

DAN = "4;dan@example.com;Dan;Activated"
ANN2, BOB2, CLEO2, DAN2 = (row.replace("@", "2@") for row in (ANN, BOB, CLEO, DAN))


def left(row: str) -> str:
    return row.replace("Activated", "Deactivated")


def missing(source: Source, *rows: str) -> Runs:
    """A run with this export, after which everybody else is deactivated."""
    source.write(*rows)
    run = yield source.run()
    assert run.is_green, run.said
    assert {name for name, status in source.statuses().items() if status == "activated"} == {row.partition(";")[0] for row in rows}


def a_leaver_is_back_and_refused_at_first(source: Source, how: str) -> Runs:
    if "no status column" in how:
        source.without_status()
    yield from first_run(source, ANN, BOB)
    yield from missing(source, ANN)
    if "by the tenant" in how:
        source.tenant.refuse("2")
        source.write(ANN2, BOB)
    else:
        source.write(ANN2, "2;nonsense;Bob;Activated")
    refused = yield source.run()
    assert refused.is_green, refused.said
    assert source.statuses() == {"1": "activated", "2": "deactivated"}

    source.tenant.accept()
    source.write(ANN2, BOB)
    run = yield source.run()
    assert run.is_green, run.said
    assert source.untrue() == []


def a_leaver_is_back_without_a_baseline(source: Source, how: str) -> Runs:
    """Where all active people have an empty status, or none at all, the baseline is all that knows who was deactivated."""
    rows = [ANN, BOB]
    if "no status column" in how:
        source.without_status()
    if "empty status" in how:
        rows = [row.replace("Activated", "") for row in rows]
    yield from first_run(source, *rows)
    yield from missing(source, rows[0])
    if "deleted" in how:
        source.forget_baseline()

    source.write(*rows)
    run = yield source.run(**({"delta_import_resend": True} if "resent" in how else {}))
    assert run.is_green, run.said
    assert source.untrue() == [] or ("empty status" in how and run.warnings), "the export decides, or it is said that it did not"


def a_leaver_is_back_in_a_run_that_changes_his_row(source: Source) -> Runs:
    source.without_status()
    yield from first_run(source, ANN, BOB)
    yield from missing(source, ANN)
    yield from missing(source, ANN2, BOB2)
    assert source.untrue() == []
    yield from missing(source, ANN2)
    yield from missing(source, ANN2, BOB2)


@pytest.mark.deep
def test_further_people_who_come_back(tmp_path: Path, subtests: pytest.Subtests) -> None:
    play(
        tmp_path, subtests, a_leaver_is_back_in_a_run_that_changes_his_row,
        *each(a_leaver_is_back_and_refused_at_first, how=["by himself", "by the tenant", "by the tenant, no status column"]),
        *each(a_leaver_is_back_without_a_baseline, how=[
            "no status column, resent", "empty status", "empty status, deleted", "empty status, resent", "own status, deleted",
            "own status, resent"]))


def leavers_of_earlier_runs(source: Source, how: str) -> Runs:
    """They left while leavers were ignored."""
    source.variables["delta_import_leavers"] = "ignore"
    if "no status column" in how:
        source.without_status()
    yield from first_run(source, ANN, BOB, CLEO, DAN)
    for rows in ((ANN, BOB, CLEO), (ANN, BOB2), (ANN, BOB))["limit" in how:]:
        source.write(*rows)
        ignored = yield source.run()
        assert ignored.is_green, ignored.said
        assert set(source.statuses().values()) == {"activated"}

    source.variables["delta_import_leavers"] = "deactivate"
    if "limit" in how:
        before, count = source.tenant.people(), source.applied()
        stopped = yield source.run(delta_import_baseline_limits={"leavers": 1})
        assert not stopped.is_green, stopped.said
        assert (source.tenant.people(), source.applied()) == (before, count)
    if "back" in how:
        source.write(ANN, BOB, DAN)
    run = yield source.run()
    assert run.is_green, run.said
    assert run.result["leavers"] == (1 if "back" in how else 2)
    assert source.statuses() == {"1": "activated", "2": "activated", "3": "deactivated", "4": "activated" if "back" in how else "deactivated"}
    again = yield source.run()
    assert (again.is_green, again.result["nothing_new"], again.result["leavers"]) == (True, True, 0)


def a_refused_leaver_stays_a_leaver(source: Source, how: str) -> Runs:
    if how == "no status column":
        source.without_status()
    yield from first_run(source, ANN, BOB)
    source.tenant.refuse("2")
    source.write(ANN2)
    for count in (2, 3):
        refused = yield source.run()
        assert refused.is_green, refused.said
        assert refused.warnings
        assert (refused.result["leavers"], source.applied()) == (1, count)
        assert source.statuses()["2"] == "activated"

    source.tenant.accept()
    run = yield source.run()
    assert run.is_green, run.said
    assert source.statuses() == {"1": "activated", "2": "deactivated"}


def a_refused_leaver_is_back(source: Source) -> Runs:
    """Meanwhile, by hand, somebody has deactivated him."""
    yield from first_run(source, ANN, BOB)
    source.tenant.refuse("2")
    source.write(ANN2)
    yield source.run()
    source.tenant.set_status("2", "deactivated")
    source.tenant.accept()

    source.write(ANN2, BOB)
    run = yield source.run()
    assert run.is_green, run.said
    assert source.untrue() == []


def resent_and_the_leavers_stay(source: Source, how: str) -> Runs:
    """To send everybody touches nobody outside of the export. Who left before is not forgotten."""
    if "no status column" in how:
        source.without_status()
    source.variables["delta_import_leavers"] = "ignore" if "ignored" in how else "deactivate"
    yield from first_run(source, ANN, BOB, CLEO)
    source.tenant.alter_person("1", email="by.hand@example.com")
    source.write(ANN, BOB)
    if "ignored" in how:
        yield source.run()
    run = yield source.run(delta_import_resend=True)
    assert run.is_green, run.said
    assert source.untrue() == []
    assert source.statuses()["3"] == "activated"

    source.variables["delta_import_leavers"] = "deactivate"
    last = yield source.run()
    assert last.is_green, last.said
    assert (last.result["leavers"], source.statuses()) == (1, {"1": "activated", "2": "activated", "3": "deactivated"})


def resent_within_the_limits(source: Source) -> Runs:
    """Whatever the limits of an import forbid, they forbid here too."""
    yield from first_run(source, ANN, BOB)
    source.tenant.alter_person("1", email="by.hand@example.com")
    before = source.tenant.people()
    stopped = yield source.run(delta_import_resend=True, delta_import_limits={"updated": 0})
    assert not stopped.is_green, stopped.said
    assert source.tenant.people() == before
    # And what was not sent does not count as sent.
    run = yield source.run(delta_import_resend=True)
    assert run.is_green, run.said
    assert source.untrue() == []


def nothing_is_sent_that_nobody_knows(source: Source, how: str) -> Runs:
    """In a tenant that empties what an empty cell stands for, whoever leaves keeps his name and his address."""
    source.tenant = source.new_tenant(empty_cells="clear")
    yield from first_run(source, ANN, CLEO)
    if how == "beside a refused row":
        # Nobody knows for certain that Bob's row was accepted: the one before it was refused.
        source.write(ANN, CLEO, DAN, BOB)
        source.tenant.refuse("4")
        yield source.run()
        source.tenant.accept()
        source.write(ANN, CLEO, DAN)
    else:
        source.tenant.alter_person("3", fields={"firstName": "Cleo", "department": "Sales"})
        source.mapping["profile-field:department"] = "department"
        source.write(ANN.replace(";Activated", ";Care;Activated"), header="id;mail;first;department;status")
    source.register()
    leaver = "2" if how == "beside a refused row" else "3"
    (before,) = [person for person in source.tenant.people() if person["external_id"] == leaver]
    run = yield source.run()
    (after,) = [person for person in source.tenant.people() if person["external_id"] == leaver]
    assert (after["email"], after["fields"]) == (before["email"], before["fields"])
    assert after["status"] == "deactivated" or not run.is_green, run.said


@pytest.mark.deep
def test_further_leavers(tmp_path: Path, subtests: pytest.Subtests) -> None:
    play(
        tmp_path, subtests, a_refused_leaver_is_back, resent_within_the_limits,
        *each(leavers_of_earlier_runs, how=["back", "no status column", "no status column, back"]),
        *each(nothing_is_sent_that_nobody_knows, how=["beside a refused row", "another field"]),
        *each(resent_and_the_leavers_stay, how=["ignored", "at once", "at once, no status column"]),
        *each(a_refused_leaver_stays_a_leaver, how=["with one", "no status column"]))


def protected_people_leave(source: Source, how: str) -> Runs:
    if "no status column" in how:
        source.without_status()
    yield from first_run(source, ANN, BOB, CLEO)
    protected: t.Any = ["2", "99"]
    if how.startswith("file"):
        protected = str(source.folder / "protected.txt")
        Path(protected).write_text("2\r\n\n99\n", encoding="utf-8")
    source.variables["delta_import_protected"] = protected
    source.write(ANN)
    run = yield source.run()
    assert run.is_green, run.said
    assert source.statuses() == {"1": "activated", "2": "activated", "3": "deactivated"}
    assert any("1" in warning and "protected" in warning for warning in run.warnings), run.said

    del source.variables["delta_import_protected"]
    last = yield source.run()
    assert last.is_green, last.said
    assert source.statuses() == {"1": "activated", "2": "deactivated", "3": "deactivated"}


def protected_people_whom_the_export_deactivates(source: Source) -> Runs:
    yield from first_run(source, ANN, BOB)
    source.variables["delta_import_protected"] = ["2"]
    source.write(ANN2, left(BOB))
    for _again in range(2):
        run = yield source.run()
        assert run.is_green, run.said
        assert source.statuses() == {"1": "activated", "2": "activated"}
        assert any("1" in warning and "protected" in warning for warning in run.warnings), run.said
    assert source.values("email")["1"] == "ann2@example.com"


def protected_people_without_a_baseline(source: Source) -> Runs:
    """Then the export would be sent as it is."""
    source.without_baseline()
    yield from first_run(source, ANN, BOB)
    before = source.tenant.people()
    source.write(ANN2, left(BOB))
    run = yield source.run(delta_import_protected=["2"])
    assert (run.is_green, run.calls, source.tenant.people()) == (False, [], before), run.said
    assert "delta_import_baseline" in run.result["msg"]


def protected_people_who_have_not_registered(source: Source) -> Runs:
    """Who has not registered yet would be deleted for good."""
    source.variables["delta_import_protected"] = ["2"]
    source.write(ANN, BOB)
    yield source.run()
    source.write(ANN)
    run = yield source.run()
    assert run.is_green, run.said
    source.write(ANN, left(BOB))
    run = yield source.run(delta_import_resend=True)
    assert run.is_green, run.said
    assert (source.statuses(), source.tenant.deleted_people()) == ({"1": "pending", "2": "pending"}, [])


def the_file_of_protected_people_is_not_there(source: Source) -> Runs:
    yield from first_run(source, ANN, BOB)
    source.write(ANN)
    before = source.tenant.people()
    stopped = yield source.run(delta_import_protected=str(source.folder / "nowhere.txt"))
    assert not stopped.is_green, stopped.said
    assert "nowhere.txt" in stopped.said
    assert (stopped.calls, source.tenant.people()) == ([], before)


def test_who_leaves_and_who_comes_back(tmp_path: Path, subtests: pytest.Subtests) -> None:
    play(
        tmp_path, subtests, *each(a_leaver_is_back_and_refused_at_first, how=["no status column"]),
        *each(a_leaver_is_back_without_a_baseline, how=["no status column, deleted"]), *each(leavers_of_earlier_runs, how=["limit"]),
        *each(protected_people_leave, how=["list"]))


@pytest.mark.deep
def test_further_protected_people(tmp_path: Path, subtests: pytest.Subtests) -> None:
    play(
        tmp_path, subtests, protected_people_who_have_not_registered, the_file_of_protected_people_is_not_there,
        protected_people_whom_the_export_deactivates, protected_people_without_a_baseline,
        *each(protected_people_leave, how=["file", "list, no status column"]))
