# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role through its playbook: first run, second run, check mode, A-B-A, branches."""

from __future__ import annotations

import json
import typing as t

import pytest

from simulator import Simulator
from support.controller import HEADER, Controller

LIST = "GET /users/imports"
LOOK = "GET /users/imports/{id}"
FIRST_RUN = [
    LIST, "POST /users/imports", LIST,
    "GET /users/imports/{id}/config", "PATCH /users/imports/{id}/config", "GET /users/imports/{id}/config",
    LOOK, "PATCH /users/imports/{id} IMPORT_PENDING", LOOK, "GET /users/imports/{id}/status", "GET /users/imports/{id}/errors",
]


def people(tenant: Simulator) -> dict[str, tuple[str, str]]:
    return {person["external_id"]: (person["status"], person["email"]) for person in tenant.people()}


def test_first_run_imports_the_people_of_the_file(controller: Controller, tenant: Simulator) -> None:
    run = controller.play()

    assert run.code == 0, run.output
    assert tenant.calls() == FIRST_RUN
    assert people(tenant) == {"1": ("pending", "ann@example.com"), "2": ("pending", "bob@example.com")}
    assert run.result["state"] == "COMPLETED"
    assert run.result["changes"] == {"created": 2, "updated": 0, "deactivated": 0, "reactivated": 0, "deleted": 0}
    assert run.result["row_error_count"] == 0
    assert run.result["changed"] is True


def test_second_run_sends_one_get_and_changes_nothing(controller: Controller, tenant: Simulator) -> None:
    controller.play()
    before = tenant.people()
    tenant.forget_requests()

    run = controller.play()

    assert run.code == 0, run.output
    assert tenant.calls() == [LIST]
    assert run.recap()["changed"] == 0
    assert tenant.people() == before
    assert run.result["nothing_new"] is True
    assert [each["applied_count"] for each in tenant.imports()] == [1]


def test_check_mode_sends_no_write_and_predicts_the_change(controller: Controller, tenant: Simulator) -> None:
    run = controller.play("--check", "--diff")

    assert run.code == 0, run.output
    assert tenant.writes() == []
    assert tenant.imports() == []
    assert run.result["changed"] is True
    assert controller.play().result["changed"] is True


@pytest.mark.deep
def test_check_mode_on_a_draft_predicts_configuration_and_import(controller: Controller, tenant: Simulator) -> None:
    controller.play(delta_import_target="previewed")
    tenant.forget_requests()

    run = controller.play("--check", delta_import_send_mails_new=True)

    assert run.code == 0, run.output
    assert tenant.writes() == []
    assert run.recap()["changed"] == 2
    assert run.result["state"] == "COMPLETED"
    assert tenant.people() == []


@pytest.mark.deep
def test_check_mode_after_the_import_predicts_nothing(controller: Controller, tenant: Simulator) -> None:
    controller.play()
    tenant.forget_requests()

    run = controller.play("--check")

    assert run.recap()["changed"] == 0
    assert tenant.calls() == [LIST]


def test_a_b_a_are_three_imports(controller: Controller, tenant: Simulator) -> None:
    for mail in ("ann@example.com", "changed@example.com", "ann@example.com"):
        controller.write(f"1;{mail};Ann;Activated")
        run = controller.play()
        assert run.code == 0, run.output
        assert people(tenant)["1"] == ("pending", mail)
    assert [each["applied_count"] for each in tenant.imports()] == [1, 1, 1]


def test_people_who_are_not_in_the_file_are_left_alone(controller: Controller, tenant: Simulator) -> None:
    tenant.add_people([{"external_id": "9", "status": "activated", "email": "z@example.com"}, {"external_id": "8", "status": "pending"}])
    before = {person["external_id"]: person for person in tenant.people()}

    assert controller.play().code == 0

    after = {person["external_id"]: person for person in tenant.people()}
    assert {name: after[name] for name in before} == before
    assert tenant.deleted_people() == []


def test_two_branches_with_files_separators_encodings_and_mappings_of_their_own(controller: Controller, tenant: Simulator) -> None:
    north, south = controller.folder / "north.csv", controller.folder / "south.csv"
    north.write_bytes("Nummer;E-Mail;Vorname\r\nN1;j\u00f6rg@example.com;J\u00f6rg\r\n".encode("windows-1252"))
    south.write_text("key,given\nS1,Ana\n", encoding="utf-8")
    controller.hosts = {
        "north": {
            "delta_import_src": str(north), "delta_import_encoding": "windows-1252",
            "delta_import_mapping": {"externalId": "Nummer", "eMail": "E-Mail", "profile-field:firstName": "Vorname"},
        },
        "south": {
            "delta_import_src": str(south), "delta_import_separator": ",",
            "delta_import_mapping": {"externalId,userName": "key", "profile-field:firstName": "given"},
        },
    }

    first, second = controller.play(), controller.play()

    assert first.code == second.code == 0, first.output + second.output
    found = {person["external_id"]: person for person in tenant.people()}
    assert found["N1"]["fields"]["firstName"] == "J\u00f6rg"
    assert found["S1"]["user_name"] == "S1"
    assert {each["file_name"].split(".")[0] for each in tenant.imports()} == {"north-north", "south-south"}
    assert second.recap("north")["changed"] == second.recap("south")["changed"] == 0
    assert set(first.results) == {"north", "south"}


def test_the_playbook_takes_other_hosts(controller: Controller, tenant: Simulator) -> None:
    controller.hosts = {"berlin": {}, "lisbon": {}}

    run = controller.play(delta_import_hosts="lisbon")

    assert run.code == 0, run.output
    assert set(run.results) == {"lisbon"}
    assert len(tenant.imports()) == 1


@pytest.mark.deep
def test_what_an_earlier_source_of_the_same_play_left_behind_is_not_told_as_the_own(controller: Controller, tenant: Simulator) -> None:
    controller.play()
    other = controller.folder / "other.csv"
    other.write_text(HEADER + "3;cid@example.com;Cid;Activated\n", encoding="utf-8")
    role: dict[str, t.Any] = {"ansible.builtin.include_role": {"name": "community.staffbase.delta_import"}}
    baseline = str(controller.folder / "other.baseline.csv")
    first = {**role, "vars": {"delta_import_src": str(other), "delta_import_file_name": "other.csv", "delta_import_baseline": baseline}}
    playbook = controller.folder / "play.yml"
    playbook.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": [first, role]}]), encoding="utf-8")

    run = controller.play(playbook=str(playbook))

    assert run.code == 0, run.output
    assert [person["external_id"] for person in tenant.people()] == ["1", "2", "3"]
    told = {name: run.result[name] for name in ("nothing_new", "changed", "changes", "row_error_count", "joiners", "elapsed")}
    assert told == {"nothing_new": True, "changed": False, "changes": None, "row_error_count": None, "joiners": None, "elapsed": 0.0}
    assert all(each["applied_count"] == 1 for each in tenant.imports())
