# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of the role is there when it fails, too: for a rescue, a notifier, or the next node of a workflow."""

from __future__ import annotations

import json
import typing as t

import pytest

from simulator import Simulator
from support.controller import Controller, Run

ROLE = {"ansible.builtin.include_role": {"name": "community.staffbase.delta_import"}}
TOLD = "{{ delta_import_result.failed }} {{ delta_import_result.stage }} {{ delta_import_result.state }} {{ delta_import_result.msg }}"


def rescued(controller: Controller, **variables: t.Any) -> Run:
    """Run the role in a block whose rescue reads the result."""
    tasks = [{"block": [ROLE], "rescue": [{"ansible.builtin.debug": {"msg": f"rescue: {TOLD}"}}]}]
    playbook = controller.folder / "rescued.yml"
    playbook.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
    return controller.play(playbook=str(playbook), **variables)


@pytest.mark.parametrize(("variables", "stage", "state", "told"), [
    ({"delta_import_limits": {"created": 1}}, "preview", "PREVIEW_READY", "limits exceeded: created 2 (at most 1)"),
    ({"delta_import_max_row_errors": -1}, "inputs", None, "delta_import_max_row_errors must not be negative"),
])
def test_a_rescue_can_tell_what_happened(
    controller: Controller, tenant: Simulator, variables: dict[str, t.Any], stage: str, state: str | None, told: str,
) -> None:
    run = rescued(controller, **variables)

    assert run.code == 0, run.output
    assert f"rescue: True {stage} {state or ''}" in run.output.replace("None", "")
    assert (run.result["failed"], run.result["stage"], run.result["state"]) == (True, stage, state)
    assert told in run.result["msg"]
    assert tenant.people() == []


def test_what_is_known_is_told(controller: Controller, tenant: Simulator) -> None:
    run = controller.play(delta_import_limits={"created": 1})

    assert run.code == 2
    assert run.result["import_id"] == tenant.imports()[0]["id"]
    assert (run.result["row_count"], run.result["changes"]["created"], run.result["changed"]) == (2, 2, True)
    # The failure itself is told once.
    assert run.output.count("FAILED! =>") == 1
    assert (run.recap()["failed"], run.recap()["rescued"]) == (1, 0)


@pytest.mark.parametrize(("variables", "stage"), [
    ({"delta_import_src": "/nowhere/people.csv"}, "input"),
    ({"staffbase_api_token": "d3Jvbmc6dG9rZW4="}, "list"),
])
def test_a_failure_before_the_upload(controller: Controller, tenant: Simulator, variables: dict[str, t.Any], stage: str) -> None:
    controller.variables.update(variables)
    run = controller.play()

    assert run.code == 2
    assert (run.result["failed"], run.result["stage"], run.result["import_id"]) == (True, stage, None)
    assert tenant.writes() == []


def test_a_run_that_went_well_has_no_stage(controller: Controller) -> None:
    run = controller.play()
    assert (run.result["failed"], run.result["stage"]) == (False, None)
    assert run.result["msg"] in run.output
