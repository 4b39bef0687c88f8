# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several runs of ansible-playbook at the same moment: of the same export, of another one of the same source, and of other sources."""

from __future__ import annotations

import contextlib
import json
import subprocess
import typing as t
from pathlib import Path

import pytest

from simulator import Fault, Simulator, Switches
from support.api_calls import IMPORT, LIST, PATCH_CONFIG, POST, target
from support.controller import TOKEN, Controller
from support.previous_run import ANN, BOB, CLEO, leave_baseline
from support.processes import meet
from support.waiting import until

MATRIX = pytest.mark.matrix
pytestmark = pytest.mark.faults

#: How long (seconds) the first run waits for the others to start, which is less than its timeout.
START_UP = 50.0


@pytest.fixture
def tenant() -> t.Iterator[Simulator]:
    """A tenant that is slow enough for runs to meet."""
    with Simulator(token=TOKEN, preview_seconds=0.5, import_seconds=2) as simulator:
        yield simulator


@contextlib.contextmanager
def started(controller: Controller, many: int = 1, **variables: t.Any) -> t.Iterator[list[subprocess.Popen[str]]]:
    """Start runs, and see that they end."""
    # Once, because it writes the inventory.
    command = [*controller.command(), "-e", json.dumps(variables)]
    with contextlib.ExitStack() as stack:
        runs = []
        for _each in range(many):
            runs.append(stack.enter_context(subprocess.Popen(
                command, env=controller.surroundings(), cwd=controller.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)))
            stack.callback(runs[-1].kill)
        yield runs


def ended(run: subprocess.Popen[str]) -> tuple[int, str]:
    output = run.communicate(timeout=300)[0]
    return run.returncode, output


def people(tenant: Simulator) -> dict[str, str]:
    return {person["external_id"]: person["email"] for person in tenant.people()}


@pytest.mark.parametrize(("limits", "many"), [
    ({"created": 2}, 3), *(pytest.param(limits, many, marks=MATRIX) for limits, many in (
        ({}, 3), ({"created": 2}, 2), ({}, 2), ({"created": 2}, 5), ({}, 6), ({"created": 2}, 7), ({"created": 2}, 8), ({}, 8)))])
def test_runs_of_the_same_export(controller: Controller, tenant: Simulator, limits: dict[str, int], many: int) -> None:
    have_met = meet(tenant, LIST, many, START_UP)
    with started(controller, many, delta_import_limits=limits) as runs:
        ends = [ended(run) for run in runs]
    assert have_met()
    assert [output for code, output in ends if code] == []
    (made,) = tenant.imports()
    assert (made["state"], made["applied_count"]) == ("COMPLETED", 1)
    assert all(made["id"] in output for _code, output in ends)
    assert people(tenant) == {"1": "ann@example.com", "2": "bob@example.com"}


@pytest.fixture
def baseline(controller: Controller, tenant: Simulator) -> Path:
    """Ann and Bob went through in the last run; now Ann has another address."""
    path = controller.folder / "kept" / "last.csv"
    path.parent.mkdir()
    leave_baseline(controller, tenant, path)
    controller.variables.update(delta_import_baseline=str(path), delta_import_leavers="deactivate")
    controller.write(ANN.replace("ann@", "ann2@"), BOB)
    return path


def check_end(controller: Controller, tenant: Simulator, baseline: Path, mails: list[str]) -> None:
    assert sorted(people(tenant).values()) == sorted(f"{mail}@example.com" for mail in mails)
    assert baseline.read_bytes() == controller.export.read_bytes()
    assert sorted(path.name for path in baseline.parent.iterdir()) == ["last.csv", "last.csv.errors.csv", "last.csv.source", "last.csv.told"]
    assert all(entry["applied_count"] <= 1 for entry in tenant.imports())
    again = controller.play()
    assert (again.code, again.recap()["changed"]) == (0, 0), again.output


@pytest.mark.deep
def test_a_run_that_comes_during_the_import_waits_and_then_does_its_own(controller: Controller, tenant: Simulator, baseline: Path) -> None:
    with started(controller) as (first,):
        assert until(lambda: any(entry["state"] in ("IMPORT_PENDING", "IMPORTING") for entry in tenant.imports()))
        controller.write(ANN.replace("ann@", "ann3@"), BOB, CLEO)
        second = controller.play()
        code, output = ended(first)
    assert (code, second.code) == (0, 0), output + second.output
    assert [entry["applied_count"] for entry in tenant.imports()] == [1, 1]
    check_end(controller, tenant, baseline, ["ann3", "bob", "cleo"])


@pytest.mark.parametrize("call", [POST, pytest.param(PATCH_CONFIG, marks=MATRIX)])
def test_a_run_that_is_overtaken_changes_nobody_and_the_baseline_is_that_of_the_other(
    controller: Controller, tenant: Simulator, baseline: Path, call: str,
) -> None:
    """The first one hangs before its import; the other one, of a newer export, does all it has to do meanwhile."""
    tenant.schedule(Fault("hold", **target(call)))
    with started(controller, staffbase_timeout=300) as (first,):
        assert until(lambda: any(request.fault for request in tenant.requests))
        controller.write(ANN, CLEO)
        second = controller.play()
        assert second.code == 0, second.output
        tenant.clear_faults()
        code, output = ended(first)
    assert code != 0
    assert "has taken over the baseline" in output if call == POST else "CANCELLED" in output
    assert "ann2@example.com" not in people(tenant).values()
    assert [entry["applied_count"] for entry in tenant.imports() if entry["state"] == "COMPLETED"] == [1]
    check_end(controller, tenant, baseline, ["ann", "bob", "cleo"])


@MATRIX
def test_runs_of_the_same_export_with_a_baseline_import_it_once(controller: Controller, tenant: Simulator, baseline: Path) -> None:
    have_met = meet(tenant, LIST, 3, START_UP)
    with started(controller, 3) as runs:
        ends = [ended(run) for run in runs]
    assert have_met()
    # One that comes when the others are done finds nothing to do, or is refused; the people and the baseline are right in any case.
    assert any(code == 0 for code, _output in ends), ends
    assert sum(entry["applied_count"] for entry in tenant.imports()) == 1
    assert {entry["state"] for entry in tenant.imports()} == {"COMPLETED"}
    check_end(controller, tenant, baseline, ["ann2", "bob"])


@pytest.mark.parametrize("switches", [{"second_import": "conflict"}, pytest.param({"second_import": "refused"}, marks=MATRIX)], ids=str)
def test_two_sources_have_their_turns(controller: Controller, tenant: Simulator, switches: dict[str, str]) -> None:
    tenant.switches = Switches(**switches)  # type: ignore[arg-type]
    south = controller.folder / "south.csv"
    south.write_text(f"id;mail;first;status\n{CLEO}\n", encoding="utf-8")
    controller.hosts = {"north": {}, "south": {"delta_import_src": str(south)}}
    have_met = meet(tenant, IMPORT, 2, START_UP)

    run = controller.play()

    assert run.code == 0, run.output
    # Both have asked to start at the same moment, and the second was refused.
    assert have_met()
    assert tenant.switches.refused_transition != 409
    refused = [record.status for record in tenant.requests if record.call == IMPORT and record.status != 204]
    assert set(refused) == {409 if switches["second_import"] == "conflict" else tenant.switches.refused_transition}
    assert [(entry["state"], entry["applied_count"]) for entry in tenant.imports()] == [("COMPLETED", 1)] * 2
    assert people(tenant) == {"1": "ann@example.com", "2": "bob@example.com", "3": "cleo@example.com"}
