# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook check_tenant, as a user runs it."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess

import pytest

from simulator import Simulator
from support.controller import TOKEN, Controller
from support.waiting import until

PLAYBOOK = "community.staffbase.check_tenant"


def no_harm(tenant: Simulator) -> bool:
    return tenant.people() == [] and tenant.imports() == [] and not any("IMPORT_PENDING" in call for call in tenant.writes())


def test_it_prints_a_table_and_writes_a_report(controller: Controller, tenant: Simulator) -> None:
    tenant.switches = tenant.switches.with_(location="relative", status_shape="nested")
    report = controller.folder / "check.json"
    controller.variables["check_tenant_report"] = str(report)
    controller.variables["delta_import_mapping"] = {"externalId": "id", "profile-field:shoesize": "s"}

    run = controller.play("-v", playbook=PLAYBOOK)

    assert run.code == 0, run.output
    lines = [line.strip().strip('",') for line in run.output.splitlines()]
    rows = {line.split()[0]: line.split() for line in lines if line.endswith((" holds", " differs", " unknown")) and line[0].isalpha()}
    assert rows["location"] == ["location", "D+O", "absolute", "relative", "differs"]
    assert rows["status_shape"] == ["status_shape", "I", "flat", "nested", "differs"]
    assert rows["bare_full"][-1] == "unknown"
    assert "profile-field:shoesize" in run.output
    assert TOKEN not in run.output
    text = report.read_text(encoding="utf-8")
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert [word for word in (TOKEN, "127.0.0.1", "shoesize", "berlin") if word in text] == []
    assert json.loads(text)["counts"]["unknown"] > 0
    assert no_harm(tenant)


def test_it_fails_with_the_table_when_the_right_is_missing(controller: Controller, tenant: Simulator) -> None:
    controller.variables["staffbase_api_token"] = tenant.powerless_token

    run = controller.play(playbook=PLAYBOOK)

    assert run.code == 2
    assert "the token lacks the right (administrator level), or the CSV import is not switched on" in run.output
    assert run.output.index("we took it to be") < run.output.index("[ERROR]" if "[ERROR]" in run.output else "FAILED!")
    assert run.recap()["failed"] == 1
    assert no_harm(tenant)


@pytest.mark.parametrize("in_worker", [True, False])
def test_being_terminated_it_removes_its_drafts(controller: Controller, tenant: Simulator, in_worker: bool) -> None:
    """As a terminal or a job runner does it: the signal goes to all processes of the run."""
    tenant.world.preview_seconds = 3600.0
    tenant.switches = tenant.switches.with_(delete_running="accepted")
    controller.variables["staffbase_in_worker"] = in_worker
    process = subprocess.Popen(
        controller.command(playbook=PLAYBOOK), env=controller.surroundings(), cwd=controller.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        start_new_session=True)
    assert until(lambda: process.poll() is not None or any("PREVIEW_PENDING" in call for call in tenant.calls()))
    assert process.poll() is None
    assert tenant.imports()
    os.killpg(process.pid, signal.SIGTERM)
    process.communicate(timeout=60)
    until(lambda: not tenant.imports(), seconds=30)
    assert no_harm(tenant)
