# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Histories of the baseline's files: an earlier form, damaged, restored. And the file that tells before a run who would be touched."""

from __future__ import annotations

import datetime
import json
import re
import stat
import typing as t
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from simulator import Fault
from support.histories import Ended, Source, Wanted, each, first_run, play
from support.previous_run import ANN, BOB, CLEO, person

Runs = t.Generator[Wanted, Ended, None]

DAN, EVE = "4;dan@example.com;Dan;Activated", "5;eve@example.com;Eve;Activated"
AGE = datetime.timedelta(days=40)
ANN2, BOB2 = ANN.replace("@", "2@"), BOB.replace("@", "2@")


def told(source: Source) -> Path:
    """The file that says what the tenant was told."""
    return Path(f"{source.baseline}.told")


def an_earlier_form_is_adopted(source: Source, how: str) -> Runs:
    """A baseline of the form before this file was kept: told to this tenant, under this mapping."""
    source.write(ANN, BOB)
    source.baseline.write_bytes(source.export.read_bytes())
    source.baseline.chmod(0o600)
    source.tenant.add_people([person(ANN), person(BOB)])
    nothing = yield source.run()
    assert nothing.is_green, nothing.said
    assert (nothing.result["nothing_new"], source.applied()) == (True, 0)

    if how == "another tenant":
        first, source.tenant = source.tenant, source.new_tenant()
        stopped = yield source.run()
        assert not stopped.is_green, stopped.said
        assert urlsplit(first.url).netloc in stopped.result["msg"]
        return
    source.write(ANN2)
    run = yield source.run()
    assert (run.is_green, run.result["movers"], run.result["leavers"]) == (True, 1, 1), run.said
    assert source.untrue() == []
    assert source.statuses() == {"1": "activated", "2": "deactivated"}
    assert stat.S_IMODE(told(source).stat().st_mode) == 0o600


def what_was_told_is_damaged(source: Source, how: str) -> Runs:
    yield from first_run(source, ANN, BOB)
    source.write(ANN2)
    found = told(source).read_bytes()
    if how == "another version":
        parts = json.loads(found)
        versions = [name for name in parts if "version" in name or "format" in name]
        assert versions, "a later form can be told from this one"
        damaged = json.dumps({**parts, **dict.fromkeys(versions, 4711)}).encode()
    else:
        damaged = {"empty": b"", "cut": found[: len(found) // 2], "no JSON": b"\xff\x00;;", "another JSON": b"[1]", "an empty object": b"{}"}[how]
    told(source).write_bytes(damaged)
    before, kept = source.tenant.people(), source.baseline.read_bytes()
    stopped = yield source.run()
    assert not stopped.is_green, stopped.said
    assert (stopped.calls, source.tenant.people()) == ([], before)
    assert (told(source).read_bytes(), source.baseline.read_bytes()) == (damaged, kept), "nothing is lost"
    assert "delta_import_resend" in stopped.result["msg"]
    assert "Traceback" not in stopped.output

    resent = yield source.run(delta_import_resend=True)
    assert resent.is_green, resent.said
    assert source.untrue() == []
    assert source.statuses() == {"1": "activated", "2": "activated"}
    # Whose leaver he was, this tenant's or another one's, is not known any more: that is said, and nobody is deactivated.
    assert any("1 person" in warning and "Studio" in warning for warning in resent.warnings), resent.said
    again = yield source.run()
    assert (again.is_green, again.result["nothing_new"]) == (True, True), again.said
    assert source.statuses() == {"1": "activated", "2": "activated"}


def the_baseline_is_edited(source: Source) -> Runs:
    """Somebody has taken a line out, so that this person is sent again: nobody knows any more what the tenant was told."""
    yield from first_run(source, ANN, BOB)
    source.tenant.alter_person("1", email="by.hand@example.com")
    source.baseline.write_text("".join(source.baseline.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")
    run = yield source.run()
    assert run.is_green, run.said
    assert run.warnings
    assert source.untrue() == []


def a_pending_difference_is_restored(source: Source, how: str) -> Runs:
    """A run had died; its files come back from a backup when all is over. It had, or had not, imported."""
    yield from first_run(source, ANN, BOB)
    source.write(ANN, BOB2, CLEO)
    call = {"method": "GET", "path": "/users/imports/{id}/errors"} if how == "imported" else {"method": "PATCH", "state": "IMPORT_PENDING"}
    source.tenant.schedule(Fault("status:500", **call, times=None))
    died = yield source.run()
    assert not died.is_green, died.said
    source.tenant.clear_faults()
    restore = source.save()
    finished = yield source.run()
    assert finished.is_green, finished.said
    source.register()
    source.write(ANN2, BOB, CLEO)
    later = yield source.run()
    assert later.is_green, later.said
    assert source.untrue() == []

    restore()
    source.write(ANN2, BOB2, CLEO)
    run = yield source.run()
    assert not run.is_green or source.untrue() == [], run.said
    resent = yield source.run(delta_import_resend=True)
    assert resent.is_green, resent.said
    assert source.untrue() == []
    source.write(ANN2, BOB2)
    run = yield source.run()
    assert run.is_green, run.said
    assert source.statuses() == {"1": "activated", "2": "activated", "3": "deactivated"}


def a_baseline_is_older_than_the_records(source: Source, how: str) -> Runs:
    """The service keeps them for thirty days. Forty have passed: the tenant's clock was late, and what is written in the files is made older."""
    source.tenant = source.new_tenant(clock_offset=-AGE.total_seconds())
    yield from first_run(source, ANN, BOB)
    restore = source.save()
    if how == "restored":
        source.write(ANN2)
        later = yield source.run()
        assert later.is_green, later.said
    source.tenant.advance(AGE.total_seconds())
    restore()
    now = datetime.datetime.now(datetime.timezone.utc)
    told(source).write_text(re.sub(f"{now:%Y-%m-%d}", f"{now - AGE:%Y-%m-%d}", told(source).read_text(encoding="utf-8")), encoding="utf-8")

    source.write(ANN, BOB, CLEO)
    run = yield source.run()
    assert not run.is_green or run.warnings, "it is said that nobody knows what the tenant was told since"
    assert "delta_import_resend" in run.said
    resent = yield source.run(delta_import_resend=True)
    assert resent.is_green, resent.said
    assert source.untrue() == []


# Who would be touched.


def who_would_be_touched(source: Source, how: str) -> Runs:
    if "no status column" in how:
        source.without_status()
    yield from first_run(source, ANN, BOB, DAN, EVE, "6;flo@example.com;Flo;Activated")
    people_file = source.folder / "people.txt"
    source.variables.update(delta_import_protected=["5"])
    source.write(ANN, BOB2, "6;flo6@example.com;Flora;Activated", CLEO, "7;gus@example.com;Gus;Activated")
    before = source.tenant.people()
    options, variables = (["--check", "--diff"], {}) if how.startswith("check mode") else ([], {"delta_import_target": "previewed"})
    without = yield source.run(*options, **variables)
    assert without.is_green, without.said
    assert not people_file.exists(), "only on request"

    run = yield source.run(*options, **variables, delta_import_people_dest=str(people_file))
    assert run.is_green, run.said
    assert source.tenant.people() == before
    assert stat.S_IMODE(people_file.stat().st_mode) == 0o600
    lines = people_file.read_text(encoding="utf-8").splitlines()
    found = {kind: [line for line in lines if re.search(rf"\b{kind}\b", line)] for kind in ("joiner", "mover", "leaver", "protected")}
    assert {kind: len(found[kind]) for kind in ("joiner", "mover", "leaver")} == {
        "joiner": run.result["joiners"], "mover": run.result["movers"], "leaver": run.result["leavers"]}
    assert (len(found["joiner"]), len(found["mover"])) == (2, 2)
    (bob,) = [line for line in found["mover"] if re.search(r"\b2\b", line)]
    (flora,) = [line for line in found["mover"] if re.search(r"\b6\b", line)]
    assert ("mail" in bob, "first" in bob, "mail" in flora, "first" in flora) == (True, False, True, True), "which columns"
    assert any(re.search(r"\b4\b", line) for line in found["leaver"])
    assert [bool(re.search(r"\b5\b", line)) for line in found["protected"]] == [True]
    assert not any(re.search(r"\b1\b", line) for line in lines), "Ann is not touched"
    for cell in ("bob2@", "gus@", "flo6@", "dan@", "eve@", "Flora"):
        assert cell not in run.output, "never in a log"


def who_was_refused_earlier(source: Source) -> Runs:
    yield from first_run(source, ANN, BOB)
    source.tenant.refuse("3")
    source.write(ANN2, BOB, CLEO)
    yield source.run()
    people_file = source.folder / "people.txt"
    run = yield source.run("--check", "--diff", delta_import_people_dest=str(people_file))
    assert run.is_green, run.said
    (cleo,) = [line for line in people_file.read_text(encoding="utf-8").splitlines() if re.search(r"\b3\b", line)]
    assert "refused" in cleo


def test_files_of_the_baseline(tmp_path: Path, subtests: pytest.Subtests) -> None:
    play(
        tmp_path, subtests, *each(an_earlier_form_is_adopted, how=["this tenant"]), *each(what_was_told_is_damaged, how=["another version"]),
        *each(who_would_be_touched, how=["check mode"]))


@pytest.mark.deep
def test_further_files_of_the_baseline(tmp_path: Path, subtests: pytest.Subtests) -> None:
    play(
        tmp_path, subtests, the_baseline_is_edited, who_was_refused_earlier,
        *each(a_baseline_is_older_than_the_records, how=["restored", "left alone"]),
        *each(an_earlier_form_is_adopted, how=["another tenant"]),
        *each(what_was_told_is_damaged, how=["empty", "cut", "no JSON", "another JSON", "an empty object"]),
        *each(a_pending_difference_is_restored, how=["imported", "not imported"]),
        *each(who_would_be_touched, how=["previewed", "check mode, no status column", "previewed, no status column"]))
