# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits, refused rows, stopping after the preview, and going on from every state."""

from __future__ import annotations

import hashlib
import stat
import typing as t

import pytest

from simulator import Simulator, Switches
from support.controller import MAPPING, TOKEN, Controller

CONFIG = {
    "delta": True, "encoding": "UTF-8", "separator": ";", "type": "USER", "mapping": MAPPING,
    "generateRecoveryCodes": False, "sendMailsNew": False, "sendMailsPending": False,
}


def offboarding(controller: Controller, tenant: Simulator) -> None:
    tenant.add_people([
        {"external_id": "1", "email": "ann@example.com", "status": "activated"},
        {"external_id": "2", "email": "bob@example.com", "status": "pending"},
    ])
    controller.write("1;ann@example.com;Ann;Deactivated", "2;bob@example.com;Bob;Deactivated")


def test_offboarding_within_the_limits(controller: Controller, tenant: Simulator) -> None:
    offboarding(controller, tenant)

    run = controller.play(delta_import_limits={"deactivated": 1, "deleted": 1, "created": 0})

    assert run.code == 0, run.output
    assert [(person["external_id"], person["status"]) for person in tenant.people()] == [("1", "deactivated")]
    assert [person["external_id"] for person in tenant.deleted_people()] == ["2"]
    assert tenant.writes()[-2:] == ["PATCH /users/imports/{id} PREVIEW_PENDING", "PATCH /users/imports/{id} IMPORT_PENDING"]


@pytest.mark.cases(1)
@pytest.mark.parametrize("limits", [{"deleted": 0}, {"deactivated": 0, "deleted": 5}])
def test_a_limit_that_is_exceeded_stops_before_anybody_changes(controller: Controller, tenant: Simulator, limits: dict[str, int]) -> None:
    offboarding(controller, tenant)
    before = tenant.people()

    runs = [controller.play(delta_import_limits=limits) for _again in range(2)]

    for run in runs:
        assert run.code != 0
        assert "limits exceeded" in run.output
    assert tenant.people() == before
    assert tenant.deleted_people() == []
    assert not any("IMPORT_PENDING" in call for call in tenant.calls())
    assert len(tenant.imports()) == 1


@pytest.mark.cases(2)
@pytest.mark.parametrize("numbers", ["absent", "null", "zeros", "not_found"])
def test_no_numbers_is_no_pass(controller: Controller, tenant: Simulator, numbers: str) -> None:
    tenant.switches = Switches(preview_numbers=numbers)

    # Two people could exceed a limit of one.
    run = controller.play(delta_import_limits={"deactivated": 1})

    assert run.code != 0
    assert "cannot be compared" in run.output
    assert tenant.people() == []
    assert not any("IMPORT_PENDING" in call for call in tenant.calls())


def test_refused_rows_are_warned_of(controller: Controller, tenant: Simulator) -> None:
    controller.write("1;ann@example.com;Ann;Activated", "2;nonsense;Bob;Activated")

    run = controller.play()

    assert run.code == 0, run.output
    assert "1 row of import" in run.output
    assert run.result["row_error_count"] == 1
    assert [person["external_id"] for person in tenant.people()] == ["1"]


def test_too_many_refused_rows_fail_and_go_on_failing(controller: Controller, tenant: Simulator) -> None:
    controller.write("1;ann@example.com;Ann;Activated", "2;nonsense;Bob;Activated")
    errors = controller.folder / "refused.csv"

    runs = [controller.play(delta_import_max_row_errors=0, delta_import_errors_dest=str(errors)) for _again in range(2)]

    for run in runs:
        assert run.code != 0
        assert "max_row_errors" in run.output
    assert stat.S_IMODE(errors.stat().st_mode) == 0o600
    assert errors.read_bytes()
    assert [each["applied_count"] for each in tenant.imports()] == [1]


@pytest.mark.deep
def test_preview_then_import(controller: Controller, tenant: Simulator) -> None:
    preview = controller.play(delta_import_target="previewed")
    assert preview.code == 0, preview.output
    assert preview.result["state"] == "PREVIEW_READY"
    assert preview.result["changes"]["created"] == 2
    assert tenant.people() == []

    again = controller.play(delta_import_target="previewed")
    assert again.recap()["changed"] == 0

    done = controller.play()
    assert done.code == 0, done.output
    assert len(tenant.people()) == 2
    assert len(tenant.imports()) == 1


def test_a_preview_that_leaves_nothing_behind(controller: Controller, tenant: Simulator) -> None:
    run = controller.play(delta_import_target="previewed", delta_import_remove_previewed=True)

    assert run.code == 0, run.output
    assert run.result["state"] == "absent"
    assert run.result["changes"]["created"] == 2
    assert tenant.imports() == []
    assert tenant.people() == []


@pytest.mark.deep
def test_the_draft_of_a_completed_import_is_not_removed(controller: Controller, tenant: Simulator) -> None:
    controller.play()

    run = controller.play(delta_import_target="previewed", delta_import_remove_previewed=True)

    assert run.code == 0, run.output
    assert [each["state"] for each in tenant.imports()] == ["COMPLETED"]
    assert "DELETE /users/imports/{id}" not in tenant.calls()


@pytest.mark.cases(2)
@pytest.mark.parametrize("limits", [{}, {"created": 2}], ids=["without limits", "with limits"])
@pytest.mark.parametrize("state", ["DRAFT", "PREVIEW_PENDING", "CREATING_PREVIEW", "PREVIEW_READY", "IMPORT_PENDING", "IMPORTING", "COMPLETED"])
def test_a_run_that_died_is_finished_by_the_next(tmp_path_factory: t.Any, state: str, limits: dict[str, int]) -> None:
    with Simulator(token=TOKEN, preview_seconds=0.2, import_seconds=0.2) as tenant:
        controller = Controller(tmp_path_factory.mktemp("run"), tenant)
        controller.write("1;ann@example.com;Ann;Activated", "2;bob@example.com;Bob;Activated")
        name = f"berlin-people.{_digest(controller)}.csv"
        tenant.upload(controller.export.read_bytes(), name, state=state, config=CONFIG)

        run = controller.play(delta_import_limits=limits)

        assert run.code == 0, run.output
        assert [(each["state"], each["applied_count"]) for each in tenant.imports()] == [("COMPLETED", 1)]
        assert "POST /users/imports" not in tenant.calls()
        assert len(tenant.people()) == 2


def _digest(controller: Controller) -> str:
    return hashlib.sha256(controller.export.read_bytes()).hexdigest()[:16]


@pytest.mark.deep
def test_a_preview_of_another_configuration_is_not_compared(controller: Controller, tenant: Simulator) -> None:
    # This service keeps the preview when the configuration is written, and makes it only once.
    tenant.switches = Switches(preview_again="refused", config_at_preview_ready="keeps")
    offboarding(controller, tenant)
    before = tenant.people()
    harmless = {name: column for name, column in MAPPING.items() if name != "status"}
    preview = controller.play(delta_import_target="previewed", delta_import_mapping=harmless)
    assert preview.code == 0, preview.output

    run = controller.play(delta_import_limits={"deactivated": 0, "deleted": 0})

    assert run.code != 0
    assert "limits exceeded" in run.output
    assert tenant.people() == before
    assert len(tenant.imports()) == 1
