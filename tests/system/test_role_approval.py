# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Preview, approval, import: what is imported is what was previewed, or nothing."""

from __future__ import annotations

import pytest

from simulator import Simulator
from support.controller import MAPPING, Controller, Run

APPROVED = {"delta_import_approved_only": True}


def previewed(controller: Controller) -> Run:
    run = controller.play(delta_import_target="previewed")
    assert run.code == 0, run.output
    return run


def names(tenant: Simulator) -> set[str]:
    return {person["external_id"] for person in tenant.people()}


def test_what_was_previewed_is_imported_without_another_upload(controller: Controller, tenant: Simulator) -> None:
    preview = previewed(controller)
    tenant.forget_requests()

    run = controller.play(**APPROVED, delta_import_results=preview.results, delta_import_result=preview.result)

    assert run.code == 0, run.output
    assert tenant.writes() == ["PATCH /users/imports/{id} IMPORT_PENDING"]
    assert run.result["import_id"] == preview.result["import_id"]
    assert run.result["changes"]["created"] == preview.result["changes"]["created"] == 2
    assert names(tenant) == {"1", "2"}

    tenant.forget_requests()
    again = controller.play(**APPROVED, delta_import_results=preview.results)
    assert again.code == 0, again.output
    assert tenant.writes() == []


def test_an_export_that_changed_after_its_preview_is_not_imported(controller: Controller, tenant: Simulator) -> None:
    preview = previewed(controller)
    controller.write("1;ann@example.com;Ann;Deactivated", "3;eve@example.com;Eve;Activated")
    tenant.forget_requests()

    run = controller.play(**APPROVED, delta_import_results=preview.results)

    assert run.code == 2
    assert "the export has changed since its preview" in run.output
    assert tenant.writes() == []
    assert names(tenant) == set()


def test_without_the_approval_the_changed_export_would_have_been_imported(controller: Controller, tenant: Simulator) -> None:
    preview = previewed(controller)
    controller.write("3;eve@example.com;Eve;Activated")

    run = controller.play(delta_import_results=preview.results)

    assert run.code == 0, run.output
    assert names(tenant) == {"3"}


def test_a_mapping_that_changed_after_the_preview_is_not_imported(controller: Controller, tenant: Simulator) -> None:
    preview = previewed(controller)
    tenant.forget_requests()
    controller.variables["delta_import_mapping"] = {**MAPPING, "profile-field:lastName": "first"}

    run = controller.play(**APPROVED, delta_import_results=preview.results)

    assert run.code == 2
    assert "its configuration is not the one" in run.output
    assert tenant.writes() == []
    assert names(tenant) == set()


@pytest.mark.deep
def test_a_newer_import_of_the_source_takes_the_approval_away(controller: Controller, tenant: Simulator) -> None:
    rows = controller.export.read_text(encoding="utf-8")
    preview = previewed(controller)
    controller.write("3;eve@example.com;Eve;Activated")
    previewed(controller)
    controller.export.write_text(rows, encoding="utf-8")
    tenant.forget_requests()

    run = controller.play(**APPROVED, delta_import_results=preview.results)

    assert run.code == 2
    assert "it is not the newest import of this source any more" in run.output
    assert tenant.writes() == []


@pytest.mark.cases(1)
@pytest.mark.parametrize("results", [None, {"lisbon": {"import_id": "x", "sha256": "y"}}])
def test_what_was_never_previewed_is_not_imported(controller: Controller, tenant: Simulator, results: dict | None) -> None:
    run = controller.play(**APPROVED, **({} if results is None else {"delta_import_results": results}))

    assert run.code == 2
    assert "Run the preview first; in AWX, launch the workflow" in run.output
    assert tenant.calls() == []


@pytest.mark.deep
def test_with_a_baseline_the_approved_difference_is_imported(controller: Controller, tenant: Simulator) -> None:
    baseline = controller.folder / "last.csv"
    controller.variables["delta_import_baseline"] = str(baseline)
    assert controller.play().code == 0
    controller.write("1;ann@example.com;Ann;Activated", "2;bob@example.com;Bob;Activated", "3;eve@example.com;Eve;Activated")
    preview = previewed(controller)
    assert preview.result["joiners"] == 1

    controller.write("1;ann@example.com;Ann;Activated", "2;bob@example.com;Bob;Activated", "4;zoe@example.com;Zoe;Activated")
    refused = controller.play(**APPROVED, delta_import_results=preview.results)
    assert refused.code == 2
    assert "the export has changed since its preview" in refused.output
    assert names(tenant) == {"1", "2"}

    controller.write("1;ann@example.com;Ann;Activated", "2;bob@example.com;Bob;Activated", "3;eve@example.com;Eve;Activated")
    run = controller.play(**APPROVED, delta_import_results=preview.results)
    assert run.code == 0, run.output
    assert names(tenant) == {"1", "2", "3"}
    assert baseline.read_text(encoding="utf-8") == controller.export.read_text(encoding="utf-8")

    again = controller.play(**APPROVED, delta_import_results=preview.results)
    assert again.code == 0, again.output
    assert again.result["nothing_new"] is True


def test_with_nothing_to_preview_a_later_export_is_not_imported(controller: Controller, tenant: Simulator) -> None:
    controller.variables["delta_import_baseline"] = str(controller.folder / "last.csv")
    assert controller.play().code == 0
    preview = previewed(controller)
    controller.write("3;eve@example.com;Eve;Activated")

    run = controller.play(**APPROVED, delta_import_results=preview.results)

    assert run.code == 2
    assert "There was nothing to import at the time of the preview" in run.output
    assert names(tenant) == {"1", "2"}
