# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole way: what a first run, a second run and a rehearsal send, and whom they change."""

from __future__ import annotations

import hashlib

import pytest

from support.admin import Admin
from support.api_calls import ERRORS, GET, GET_CONFIG, IMPORT, LIST, PATCH_CONFIG, POST, PREVIEW, STATUS
from support.small_tenant import AFTER, BODY, CSV, EXPECTED, MAPPING

LIMITS = {"created": 5, "updated": 4, "deactivated": 3, "reactivated": 2, "deleted": 1}


@pytest.mark.parametrize("limits", [None, LIMITS], ids=["no_limits", "limits"])
def test_first_run(there: Admin, limits: dict[str, int] | None) -> None:
    uploaded = there.upload(CSV)
    assert there.calls() == [LIST, POST, LIST]
    digest = hashlib.sha256(CSV).hexdigest()
    assert uploaded["changed"]
    assert not uploaded["reused"]
    assert uploaded["sha256"] == digest
    (entry,) = there.sim.imports()
    assert entry["id"] == uploaded["import_id"] == uploaded["import"]["id"]
    assert entry["file_name"] == uploaded["import"]["file_name"] == f"people.{digest[:16]}.csv"
    assert uploaded["import"] == {
        "id": entry["id"], "file_name": entry["file_name"], "file_size": len(CSV), "record_count": 15, "state": "DRAFT",
        "created_at": uploaded["import"]["created_at"],
    }
    assert there.sim.uploaded_bytes(entry["id"]) == CSV

    configured = there.config(entry["id"])
    assert there.calls() == [GET_CONFIG, PATCH_CONFIG, GET_CONFIG]
    assert configured["changed"]
    assert configured["config"]["mapping"] == MAPPING
    assert there.sim.import_(entry["id"])["config"] == BODY
    assert there.nobody_changed()

    imported = there.state(entry["id"], "imported", limits=limits)
    preview = [PREVIEW, GET, STATUS] if limits else []
    assert there.calls() == [GET, *preview, IMPORT, GET, STATUS, ERRORS]
    assert imported["changed"]
    assert imported["state"] == imported["import"]["state"] == "COMPLETED"
    assert imported["changes"] == EXPECTED
    assert (imported["row_error_count"], imported["row_errors"]) == (0, [])
    assert there.statuses() == AFTER
    assert [one["external_id"] for one in there.sim.deleted_people()] == ["X1"]
    assert there.sim.import_(entry["id"])["applied_count"] == 1


def test_second_run_sends_reads_only(there: Admin) -> None:
    import_id = there.upload(CSV)["import_id"]
    there.config(import_id)
    there.state(import_id, "imported", limits=LIMITS)
    there.calls()
    people = there.sim.people()

    again = there.upload(CSV)
    assert there.calls() == [LIST]
    assert (again["changed"], again["reused"], again["import_id"]) == (False, True, import_id)
    assert again["import"]["state"] == "COMPLETED"
    assert not there.config(import_id)["changed"]
    assert there.calls() == [GET_CONFIG]
    finished = there.state(import_id, "imported", limits=LIMITS)
    assert there.calls() == [GET, STATUS, ERRORS]
    assert (finished["changed"], finished["changes"]) == (False, EXPECTED)
    assert there.sim.people() == people


def test_a_rehearsal_tells_what_the_run_does(there: Admin) -> None:
    rehearsed = there.upload(CSV, check=True)
    assert there.calls() == [LIST]
    assert there.sim.imports() == []
    real = there.upload(CSV)
    assert rehearsed["import_id"] is None
    assert {name: rehearsed[name] for name in ("changed", "reused", "sha256")} == {name: real[name] for name in ("changed", "reused", "sha256")}
    for name in ("file_name", "file_size", "state"):
        assert rehearsed["import"][name] == real["import"][name]
    import_id = real["import_id"]
    there.calls()

    rehearsed = there.config(import_id, check=True, diff=True)
    assert there.calls() == [GET_CONFIG, GET]
    real = there.config(import_id, diff=True)
    assert {name: rehearsed[name] for name in ("changed", "config", "diff")} == {name: real[name] for name in ("changed", "config", "diff")}
    there.calls()

    for goal, calls in (("previewed", [GET]), ("imported", [GET])):
        rehearsed = there.state(import_id, goal, check=True, diff=True)
        assert there.calls() == calls
        real = there.state(import_id, goal, diff=True)
        assert {name: rehearsed[name] for name in ("changed", "state", "diff")} == {name: real[name] for name in ("changed", "state", "diff")}
        there.calls()
    assert there.statuses() == AFTER


def test_a_second_rehearsal_predicts_nothing(there: Admin) -> None:
    import_id = there.upload(CSV)["import_id"]
    there.config(import_id)
    there.state(import_id, "imported")
    there.calls()
    assert not there.upload(CSV, check=True)["changed"]
    assert there.calls() == [LIST]
    assert not there.config(import_id, check=True)["changed"]
    assert there.calls() == [GET_CONFIG]
    rehearsed = there.state(import_id, "imported", check=True)
    assert there.calls() == [GET, STATUS, ERRORS]
    assert (rehearsed["changed"], rehearsed["state"], rehearsed["changes"]) == (False, "COMPLETED", EXPECTED)


def test_in_check_mode_the_steps_behind_a_predicted_upload_are_predicted_too(there: Admin) -> None:
    uploaded = there.upload("id;mail\n1;a@example.com\n", check=True)
    assert uploaded["import_id"] is None
    configured = there.config("", mapping={"externalId": "id"}, check=True)
    imported = there.state("", "imported", check=True)
    assert (configured["changed"], imported["changed"]) == (True, True)
    assert configured["config"]["mapping"] == {"externalId": "id"}
    assert there.sim.writes() == []


def test_outside_check_mode_an_empty_id_is_refused(there: Admin) -> None:
    for result in (there.config(""), there.state("", "imported")):
        assert result.failed
        assert result["msg"].startswith("import_id: it is not an id")
    assert there.sim.requests == []
