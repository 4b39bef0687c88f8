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
def test_first_run(admin: Admin, limits: dict[str, int] | None) -> None:
    uploaded = admin.upload(CSV)
    assert admin.calls() == [LIST, POST, LIST]
    digest = hashlib.sha256(CSV).hexdigest()
    assert uploaded["changed"]
    assert not uploaded["reused"]
    assert uploaded["sha256"] == digest
    (entry,) = admin.sim.imports()
    assert entry["id"] == uploaded["import_id"] == uploaded["import"]["id"]
    assert entry["file_name"] == uploaded["import"]["file_name"] == f"people.{digest[:16]}.csv"
    assert uploaded["import"] == {
        "id": entry["id"], "file_name": entry["file_name"], "file_size": len(CSV), "record_count": 15, "state": "DRAFT",
        "created_at": uploaded["import"]["created_at"],
    }
    assert admin.sim.uploaded_bytes(entry["id"]) == CSV

    configured = admin.config(entry["id"])
    assert admin.calls() == [GET_CONFIG, PATCH_CONFIG, GET_CONFIG]
    assert configured["changed"]
    assert configured["config"]["mapping"] == MAPPING
    assert admin.sim.import_(entry["id"])["config"] == BODY
    assert admin.nobody_changed()

    imported = admin.state(entry["id"], "imported", limits=limits)
    preview = [PREVIEW, GET, STATUS] if limits else []
    assert admin.calls() == [GET, *preview, IMPORT, GET, STATUS, ERRORS]
    assert imported["changed"]
    assert imported["state"] == imported["import"]["state"] == "COMPLETED"
    assert imported["changes"] == EXPECTED
    assert (imported["row_error_count"], imported["row_errors"]) == (0, [])
    assert admin.statuses() == AFTER
    assert [one["external_id"] for one in admin.sim.deleted_people()] == ["X1"]
    assert admin.sim.import_(entry["id"])["applied_count"] == 1


def test_second_run_sends_reads_only(admin: Admin) -> None:
    import_id = admin.upload(CSV)["import_id"]
    admin.config(import_id)
    admin.state(import_id, "imported", limits=LIMITS)
    admin.calls()
    people = admin.sim.people()

    again = admin.upload(CSV)
    assert admin.calls() == [LIST]
    assert (again["changed"], again["reused"], again["import_id"]) == (False, True, import_id)
    assert again["import"]["state"] == "COMPLETED"
    assert not admin.config(import_id)["changed"]
    assert admin.calls() == [GET_CONFIG]
    finished = admin.state(import_id, "imported", limits=LIMITS)
    assert admin.calls() == [GET, STATUS, ERRORS]
    assert (finished["changed"], finished["changes"]) == (False, EXPECTED)
    assert admin.sim.people() == people


def test_a_rehearsal_tells_what_the_run_does(admin: Admin) -> None:
    rehearsed = admin.upload(CSV, check=True)
    assert admin.calls() == [LIST]
    assert admin.sim.imports() == []
    real = admin.upload(CSV)
    assert rehearsed["import_id"] is None
    assert {name: rehearsed[name] for name in ("changed", "reused", "sha256")} == {name: real[name] for name in ("changed", "reused", "sha256")}
    for name in ("file_name", "file_size", "state"):
        assert rehearsed["import"][name] == real["import"][name]
    import_id = real["import_id"]
    admin.calls()

    rehearsed = admin.config(import_id, check=True, diff=True)
    assert admin.calls() == [GET_CONFIG, GET]
    real = admin.config(import_id, diff=True)
    assert {name: rehearsed[name] for name in ("changed", "config", "diff")} == {name: real[name] for name in ("changed", "config", "diff")}
    admin.calls()

    for goal, calls in (("previewed", [GET]), ("imported", [GET])):
        rehearsed = admin.state(import_id, goal, check=True, diff=True)
        assert admin.calls() == calls
        real = admin.state(import_id, goal, diff=True)
        assert {name: rehearsed[name] for name in ("changed", "state", "diff")} == {name: real[name] for name in ("changed", "state", "diff")}
        admin.calls()
    assert admin.statuses() == AFTER


def test_a_second_rehearsal_predicts_nothing(admin: Admin) -> None:
    import_id = admin.upload(CSV)["import_id"]
    admin.config(import_id)
    admin.state(import_id, "imported")
    admin.calls()
    assert not admin.upload(CSV, check=True)["changed"]
    assert admin.calls() == [LIST]
    assert not admin.config(import_id, check=True)["changed"]
    assert admin.calls() == [GET_CONFIG]
    rehearsed = admin.state(import_id, "imported", check=True)
    assert admin.calls() == [GET, STATUS, ERRORS]
    assert (rehearsed["changed"], rehearsed["state"], rehearsed["changes"]) == (False, "COMPLETED", EXPECTED)


def test_in_check_mode_the_steps_behind_a_predicted_upload_are_predicted_too(admin: Admin) -> None:
    uploaded = admin.upload("id;mail\n1;a@example.com\n", check=True)
    assert uploaded["import_id"] is None
    configured = admin.config("", mapping={"externalId": "id"}, check=True)
    imported = admin.state("", "imported", check=True)
    assert (configured["changed"], imported["changed"]) == (True, True)
    assert configured["config"]["mapping"] == {"externalId": "id"}
    assert admin.sim.writes() == []


def test_outside_check_mode_an_empty_id_is_refused(admin: Admin) -> None:
    for result in (admin.config(""), admin.state("", "imported")):
        assert result.failed
        assert result["msg"].startswith("import_id: it is not an id")
    assert admin.sim.requests == []
