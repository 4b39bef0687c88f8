# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run whose import has done more than its preview had shown: it fails, its report shows both, and the next run goes on as usual."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from simulator import Simulator
from support.api_calls import IMPORT
from support.controller import Controller
from support.hooks import when_called
from support.previous_run import ANN, BOB, CLEO, leave_baseline, person

#: The file deactivates him; at the preview, nobody in the tenant has this identifier.
DAN = "4;dan@example.com;Dan;Deactivated"
LIMITS = {"created": 5, "deactivated": 5, "deleted": 5}
PREVIEWED = {"created": 1, "updated": 0, "deactivated": 0, "reactivated": 0, "deleted": 0}
DONE = {**PREVIEWED, "deleted": 1}


@pytest.fixture(params=[pytest.param(False, id="without a baseline"), pytest.param(True, id="with a baseline")])
def baseline(request: pytest.FixtureRequest, controller: Controller, tenant: Simulator) -> Path | None:
    """Ann and Bob are in the tenant; Dan is invited between the preview and the import, once."""
    (controller.folder / "kept").mkdir()
    path = controller.folder / "kept/last.csv"
    leave_baseline(controller, tenant, path)
    invited: list[t.Any] = []

    def invite(call: str) -> None:
        if call == IMPORT and not invited:
            invited.append(call)
            tenant.add_people([person(DAN, "pending")])

    when_called(tenant, invite)
    controller.variables.update(delta_import_limits=LIMITS, delta_import_report=str(controller.folder / "berlin.html"))
    if not request.param:
        path.unlink()
        return None
    controller.variables["delta_import_baseline"] = str(path)
    return path


def told(controller: Controller) -> dict[str, t.Any]:
    found: dict[str, t.Any] = json.loads((controller.folder / "berlin.json").read_text(encoding="utf-8"))
    return found


def test_it_fails_tells_both_numbers_and_the_next_run_goes_on(controller: Controller, tenant: Simulator, baseline: Path | None) -> None:
    controller.write(ANN, BOB, CLEO, DAN)
    first = controller.play()
    assert first.code != 0
    assert (first.result["failed"], first.result["stage"], first.result["state"]) == (True, "limits", "COMPLETED")
    assert "has changed more people than its preview had shown: deleted 1 (previewed 0). " in first.result["msg"]
    assert (first.result["expected"], first.result["changes"]) == (PREVIEWED, DONE)
    assert [one["external_id"] for one in tenant.deleted_people()] == ["4"]
    report = told(controller)
    assert (report["verdict"], report["expected"], report["changes"]) == ("failed", PREVIEWED, DONE)
    assert report["headline"] == "Imported, and more people were changed than the preview had shown"
    assert "| deleted | 0 | 1 |" in (controller.folder / "berlin.md").read_text(encoding="utf-8")

    # The same export again: the import is COMPLETED, and nothing is sent twice.
    second = controller.play()
    assert second.code == 0, second.output
    assert (second.result["nothing_new"], told(controller)["verdict"]) == (True, "nothing_new")
    assert [one["applied_count"] for one in tenant.imports()] == [1]
    if baseline is not None:
        assert baseline.read_bytes() == controller.export.read_bytes()
        assert [path.name for path in baseline.parent.iterdir() if path.name.endswith((".next", ".delta.csv"))] == []

    # And another one, as ever.
    controller.write("1;ann2@example.com;Ann;Activated", BOB, CLEO)
    third = controller.play()
    assert third.code == 0, third.output
    assert third.result["expected"] == third.result["changes"] == {**PREVIEWED, "created": 0, "updated": 1}
    assert "Expected by the preview, and done by the import" in (controller.folder / "berlin.html").read_text(encoding="utf-8")
