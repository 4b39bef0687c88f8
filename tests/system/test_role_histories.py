# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Histories: what is sent, and what is sent again. After a green run, the tenant is what the export says, whatever the runs before were like."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest

from support.histories import Ended, Source, Wanted, each, first_run, play
from support.previous_run import ANN, BOB, CLEO

Runs = t.Generator[Wanted, Ended, None]

DAN = "4;dan@example.com;Dan;Activated"
ANN2, BOB2 = ANN.replace("ann@", "ann2@"), BOB.replace("bob@", "bob2@")

#: Since when a row is refused.
DATE = re.compile(r"\b\d{4}-\d\d-\d\d\b")
FLAGS = {
    "delta_import_send_mails_new": "sendMailsNew", "delta_import_send_mails_pending": "sendMailsPending",
    "delta_import_generate_recovery_codes": "generateRecoveryCodes"}


# The difference is the same as that of an earlier import.


def an_ignored_leaver_is_back(source: Source, account: str) -> Runs:
    if "no status column" in account:
        source.without_status()
    source.variables["delta_import_leavers"] = "ignore"
    yield from first_run(source, ANN, BOB)
    source.write(ANN, BOB, CLEO)
    joined = yield source.run()
    assert joined.result["changes"]["created"] == 1
    source.register()
    source.write(ANN, BOB)
    missing = yield source.run()
    assert missing.is_green, missing.said
    assert missing.result["leavers"] == 1
    if account.startswith("removed"):
        source.tenant.remove_person("3")
    else:
        source.tenant.set_status("3", "deactivated")

    source.write(ANN, BOB, CLEO)
    run = yield source.run()
    assert run.is_green, run.said
    assert source.untrue() == []
    assert run.result["nothing_new"] is False
    assert [row[:2] for row in source.sent()] == ["3;"]
    assert source.touched() == {"1": 1, "2": 1, "3": 1 if account.startswith("removed") else 2}


def the_newest_record_is_gone(source: Source, why: str) -> Runs:
    """Then an older import is the newest, and it is of the same rows."""
    source.variables["delta_import_leavers"] = "ignore"
    yield from first_run(source, ANN, BOB)
    source.write(ANN, BOB, CLEO)
    yield source.run()
    source.write(ANN, BOB, DAN)
    newer = yield source.run(**({"delta_import_file_name": "other.csv"} if why == "other name" else {}))
    assert newer.result["joiners"] == 1, newer.said
    if why == "deleted":
        source.tenant.delete_import(newer.result["import_id"])
    source.tenant.remove_person("3")

    source.write(ANN, BOB, CLEO, DAN)
    run = yield source.run()
    assert run.is_green, run.said
    assert source.untrue() == []


def an_older_baseline_is_restored(source: Source, what: str) -> Runs:
    """The difference is that of the newest import; what it brought is gone."""
    yield from first_run(source, ANN, BOB)
    restore, older = source.save(), source.baseline.read_bytes()
    source.write(ANN, BOB2, CLEO)
    yield source.run()
    source.tenant.remove_person("3")
    source.tenant.alter_person("2", email="bob@example.com")
    if what == "all files":
        restore()
    else:
        source.baseline.write_bytes(older)

    run = yield source.run()
    assert run.is_green, run.said
    assert source.untrue() == []
    if what == "baseline only":
        assert run.warnings, "this baseline is not the one that the last run left"
        assert len(source.sent()) == 3, "nobody knows what the tenant was told, so everybody is sent"
    again = yield source.run()
    assert (again.is_green, again.result["nothing_new"], source.applied()) == (True, True, 3)


def the_baseline_is_deleted(source: Source, how: str) -> Runs:
    """To send everybody, as the README says; or to send everybody in one word."""
    yield from first_run(source, ANN, BOB)
    source.tenant.alter_person("1", email="by.hand@example.com")
    source.tenant.remove_person("2")
    if how == "alone":
        source.baseline.unlink()
    elif how == "with all files":
        source.forget_baseline()

    run = yield source.run(**({"delta_import_resend": True} if how == "not, but resend" else {}))
    assert run.is_green, run.said
    assert source.untrue() == []
    assert source.applied() == 2
    again = yield source.run()
    assert (again.is_green, again.result["nothing_new"], source.applied()) == (True, True, 2)


def a_person_moves_back_and_forth(source: Source) -> Runs:
    yield from first_run(source, ANN, BOB)
    for count, row in enumerate((BOB2, BOB, BOB2, BOB), start=2):
        source.write(ANN, row)
        run = yield source.run()
        assert run.is_green, run.said
        assert source.untrue() == []
        assert source.applied() == count


def test_a_difference_that_was_there_before(tmp_path: Path, subtests: pytest.Subtests) -> None:
    play(
        tmp_path, subtests, *each(an_ignored_leaver_is_back, account=["removed"]),
        *each(the_baseline_is_deleted, how=["with all files"]))


@pytest.mark.deep
def test_further_differences_that_were_there_before(tmp_path: Path, subtests: pytest.Subtests) -> None:
    play(
        tmp_path, subtests, a_person_moves_back_and_forth,
        *each(an_ignored_leaver_is_back, account=["removed, no status column", "deactivated", "deactivated, no status column"]),
        *each(the_newest_record_is_gone, why=["deleted", "other name"]), *each(an_older_baseline_is_restored, what=["all files", "baseline only"]),
        *each(the_baseline_is_deleted, how=["alone", "not, but resend"]))


# Rows are refused.


def a_reason_in_the_tenant_goes_away(source: Source, how: str) -> Runs:
    strict = "no refused rows" in how
    if "without a baseline" in how:
        source.without_baseline()
    if "no status column" in how:
        source.without_status()
    yield from first_run(source, ANN, BOB)
    if strict:
        source.variables["delta_import_max_row_errors"] = 0
    source.tenant.refuse("3")
    source.write(ANN, BOB2, CLEO)
    for count in (2, 3):
        refused = yield source.run()
        assert refused.is_green is not strict, refused.said
        assert source.untrue() == ["3: is missing"]
        assert source.applied() == count, "what was refused is sent again"
        assert refused.result["row_error_count"] == 1
        if not strict:
            assert any("1" in warning for warning in refused.warnings), "how many are refused"

    source.tenant.accept()
    run = yield source.run()
    assert run.is_green, run.said
    assert source.untrue() == []
    assert source.touched() == {"1": 1, "2": 2, "3": 1}
    again = yield source.run()
    assert (again.is_green, again.warnings, source.applied()) == (True, [], 4)
    if not strict and "without a baseline" not in how:
        assert any(DATE.search(warning) for warning in refused.warnings), "since when they were refused"


def refused_in_the_first_run(source: Source, how: str) -> Runs:
    if how == "without a baseline":
        source.without_baseline()
    source.write(ANN, BOB, CLEO)
    source.tenant.refuse("2")
    refused = yield source.run()
    assert refused.is_green, refused.said
    assert refused.warnings

    source.tenant.accept()
    run = yield source.run()
    assert run.is_green, run.said
    assert source.untrue() == []


def refused_for_what_stands_in_the_row(source: Source) -> Runs:
    """An address that is none, until somebody corrects it; meanwhile others come and go."""
    yield from first_run(source, ANN, BOB, CLEO)
    source.write(ANN, "2;nonsense;Bob;Activated", CLEO, DAN)
    refused = yield source.run()
    assert (refused.is_green, refused.result["row_error_count"]) == (True, 1), refused.said
    source.write(ANN, "2;nonsense;Bob;Activated", DAN)
    more = yield source.run()
    assert (more.is_green, more.result["leavers"], more.result["row_error_count"]) == (True, 1, 1), more.said
    assert source.statuses()["3"] == "deactivated"
    assert source.values("email")["2"] == "bob@example.com"

    source.write(ANN2, BOB2, DAN)
    run = yield source.run()
    assert run.is_green, run.said
    assert source.untrue() == []
    assert source.statuses()["3"] == "deactivated"


def refused_people_who_leave(source: Source) -> Runs:
    """The tenant never had her: nobody is deactivated, and nobody waits for her."""
    yield from first_run(source, ANN, BOB)
    source.tenant.refuse("3")
    source.write(ANN, BOB2, CLEO)
    yield source.run()

    source.write(ANN, BOB2)
    run = yield source.run()
    assert run.is_green, run.said
    assert source.statuses() == {"1": "activated", "2": "activated"}
    source.tenant.accept()
    source.write(ANN2, BOB2)
    last = yield source.run()
    assert (last.is_green, source.untrue(), set(source.statuses())) == (True, [], {"1", "2"}), last.said


def every_row_is_refused(source: Source, how: str) -> Runs:
    if how == "without a baseline":
        source.without_baseline()
    if how == "later":
        yield from first_run(source, ANN, BOB)
    source.write(ANN2, BOB2)
    source.tenant.refuse("1", "2")
    failed = yield source.run()
    assert not failed.is_green, failed.said
    assert failed.result["stage"] == "errors"
    assert "2" in failed.result["msg"]

    source.tenant.accept()
    run = yield source.run()
    assert run.is_green, run.said
    assert source.untrue() == []


def words_that_no_status_column_has(source: Source, how: str) -> Runs:
    if how == "without a baseline":
        source.without_baseline()
    if how == "later":
        yield from first_run(source, ANN, BOB)
    before = source.tenant.people()
    source.write(*(row.replace("Activated", word) for row, word in ((ANN2, "active"), (BOB2, "active"), (CLEO, "inactive"))))
    stopped = yield source.run()
    assert not stopped.is_green, stopped.said
    assert stopped.calls == []
    assert source.tenant.people() == before

    source.write(ANN2, BOB2, CLEO.replace("Activated", "Deactivated"))
    run = yield source.run()
    assert run.is_green, run.said
    assert source.untrue() == []


def one_word_that_no_status_column_has(source: Source) -> Runs:
    source.write(ANN, BOB.replace("Activated", "active"), CLEO)
    refused = yield source.run()
    assert refused.is_green, refused.said
    assert refused.result["row_error_count"] == 1
    assert refused.warnings
    assert source.untrue() == ["2: is missing"]

    source.write(ANN, BOB, CLEO)
    run = yield source.run()
    assert run.is_green, run.said
    assert source.untrue() == []


def test_refused_rows(tmp_path: Path, subtests: pytest.Subtests) -> None:
    play(
        tmp_path, subtests, *each(a_reason_in_the_tenant_goes_away, how=["with one", "without a baseline"]),
        *each(every_row_is_refused, how=["at first"]))


@pytest.mark.deep
def test_further_refused_rows(tmp_path: Path, subtests: pytest.Subtests) -> None:
    play(
        tmp_path, subtests, refused_for_what_stands_in_the_row, refused_people_who_leave, one_word_that_no_status_column_has,
        *each(a_reason_in_the_tenant_goes_away, how=["with one, no refused rows", "without a baseline, no refused rows", "no status column"]),
        *each(refused_in_the_first_run, how=["with one", "without a baseline"]),
        *each(words_that_no_status_column_has, how=["at first", "later", "without a baseline"]),
        *each(every_row_is_refused, how=["later", "without a baseline"]))


# The mapping, or what else is asked for, changes.


def a_field_is_added(source: Source, how: str) -> Runs:
    if how == "without a baseline":
        source.without_baseline()
    column = source.mapping.pop("profile-field:firstName")
    yield from first_run(source, ANN, BOB)
    assert source.values("firstName") == {"1": "", "2": ""}

    source.mapping["profile-field:firstName"] = column
    run = yield source.run()
    assert run.is_green, run.said
    assert source.values("firstName") == {"1": "Ann", "2": "Bob"}
    again = yield source.run()
    assert (again.is_green, again.result["nothing_new"], source.applied()) == (True, True, 2)


def the_status_is_added(source: Source, how: str) -> Runs:
    if how == "without a baseline":
        source.without_baseline()
    column = source.mapping.pop("status")
    yield from first_run(source, ANN, BOB.replace("Activated", "Deactivated"))

    source.mapping["status"] = column
    run = yield source.run()
    assert run.is_green, run.said
    assert source.statuses() == {"1": "activated", "2": "deactivated"}


def a_field_is_away_for_a_while(source: Source) -> Runs:
    """While it is, its cells change: nobody is told, and the tenant keeps what it was told last."""
    yield from first_run(source, ANN, BOB)
    column = source.mapping.pop("profile-field:firstName")
    source.write(ANN.replace("Ann;", "Anna;"), BOB)
    away = yield source.run()
    assert away.is_green, away.said
    assert source.touched() == {"1": 1, "2": 1}

    source.mapping["profile-field:firstName"] = column
    run = yield source.run()
    assert run.is_green, run.said
    assert source.values("firstName") == {"1": "Anna", "2": "Bob"}


def a_column_has_another_name(source: Source) -> Runs:
    """And the mapping follows: nobody has changed, except for who has."""
    yield from first_run(source, ANN, BOB)
    source.mapping["profile-field:firstName"] = "Vorname"
    source.write(ANN, BOB, header="id;mail;Vorname;status")
    renamed = yield source.run()
    assert renamed.is_green, renamed.said
    assert (renamed.result["movers"], renamed.calls) == (0, [])

    source.write(ANN, BOB.replace("Bob;", "Rob;"), header="id;mail;Vorname;status")
    run = yield source.run()
    assert (run.is_green, run.result["movers"], run.result["unchanged"]) == (True, 1, 1), run.said
    assert source.values("firstName") == {"1": "Ann", "2": "Rob"}


def a_field_comes_from_another_column(source: Source) -> Runs:
    """Without a change of the export. Only who has another address there is sent."""
    header = "id;mail;work;first;status"
    source.write("1;ann@example.com;ann@example.com;Ann;Activated", "2;bob@example.com;bob@work.example.com;Bob;Activated", header=header)
    yield source.run()
    source.mapping["eMail"] = "work"
    run = yield source.run()
    assert run.is_green, run.said
    assert source.untrue() == []
    assert source.touched() == {"1": 1, "2": 2}


def a_column_that_nobody_maps_changes(source: Source) -> Runs:
    header = "id;mail;first;seen;status"
    for day in ("Monday", "Tuesday"):
        source.write(*(row.replace(";Activated", f";{day};Activated") for row in (ANN, BOB)), header=header)
        run = yield source.run()
        assert run.is_green, run.said
    assert (run.result["movers"], run.result["unchanged"], run.calls) == (0, 2, [])
    assert source.touched() == {"1": 1, "2": 1}


def a_flag_is_switched_on(source: Source, how: str) -> Runs:
    flag, _sign, baseline = how.partition(" ")
    if baseline:
        source.without_baseline()
    yield from first_run(source, ANN, BOB)
    source.variables[flag] = True
    run = yield source.run()
    assert run.is_green, run.said
    newest = source.tenant.imports()[-1]
    done = newest["applied_count"] == 1 and newest["config"][FLAGS[flag]] is True
    assert done or any(flag in warning for warning in run.warnings), "it is done, or it is said that it is not"
    assert source.touched() == {"1": 1, "2": 1}


def test_another_configuration(tmp_path: Path, subtests: pytest.Subtests) -> None:
    play(
        tmp_path, subtests, *each(a_field_is_added, how=["with one"]), *each(the_status_is_added, how=["without a baseline"]),
        *each(a_flag_is_switched_on, how=["delta_import_send_mails_new"]))


@pytest.mark.deep
def test_further_configurations(tmp_path: Path, subtests: pytest.Subtests) -> None:
    play(
        tmp_path, subtests, a_field_is_away_for_a_while, a_column_has_another_name, a_field_comes_from_another_column,
        a_column_that_nobody_maps_changes,
        *each(a_field_is_added, how=["without a baseline"]), *each(the_status_is_added, how=["with one"]),
        *each(a_flag_is_switched_on, how=[
            "delta_import_send_mails_pending", "delta_import_generate_recovery_codes", "delta_import_send_mails_new without",
            "delta_import_generate_recovery_codes without"]))
