# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every call of the role meets every fault, and what comes of it is what the page of the documentation says."""

from __future__ import annotations

from pathlib import Path

import pytest

from faults import table
from faults.guards import CELLS, without_guards
from faults.matrix import CALLS, FAULT_KINDS, START, STEPS, Duration, Step, everything, row, sample
from faults.runner import CellRun, MatrixRun
from faults.verdict import HostOutput, judged
from simulator import Simulator
from support.controller import Controller
from support.small_tenant import CSV, EXPECTED, MAPPING, PEOPLE, TOKEN

PAGE = (Path(__file__).parents[2] / table.PAGE).read_text(encoding="utf-8")
OUTCOMES = table.read(PAGE)


def unlike_the_page(cell_runs: list[CellRun]) -> dict[str, str]:
    """Return what is wrong, or is not as the page says."""
    return {str(run.cell): run.wrong or run.word for run in cell_runs if run.wrong or run.word != OUTCOMES[run.cell]}


@pytest.mark.long
@pytest.mark.parametrize("turn", [0, pytest.param(1, marks=pytest.mark.deep)])
def test_a_part_of_the_matrix(tmp_path: Path, turn: int) -> None:
    assert unlike_the_page(MatrixRun(tmp_path, sample(turn)).run()) == {}


@pytest.mark.matrix
@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_a_call_meets_every_fault(tmp_path: Path, step: Step) -> None:
    assert unlike_the_page(MatrixRun(tmp_path, row(step)).run()) == {}


@pytest.mark.matrix
def test_without_the_guards_each_harm_is_seen(tmp_path: Path) -> None:
    """One run with all of them taken out; each cell stands for one guard."""
    cell_runs = MatrixRun(
        tmp_path, list(CELLS.values()), surroundings={"ANSIBLE_COLLECTIONS_PATH": str(without_guards(tmp_path / "without"))},
    ).run(again=False)
    seen = unlike_the_page(cell_runs)
    assert [promise for promise, cell in CELLS.items() if str(cell) not in seen] == []


def test_the_part_has_each_call_and_each_fault() -> None:
    first = sample(0)
    assert ({cell.step for cell in first}, {cell.kind for cell in first}) == (set(STEPS), set(FAULT_KINDS))
    assert {cell.duration for cell in first} == set(Duration)
    cells = sample(0, 1)
    assert len(set(cells)) == len(cells)
    for step in STEPS:
        found = [cell for cell in cells if cell.step == step]
        assert len({cell.kind for cell in found}) >= 3
        assert {Duration.ONCE, Duration.LASTING} <= {cell.duration for cell in found}
    for kind in FAULT_KINDS:
        found = [cell for cell in cells if cell.kind == kind]
        assert len({cell.step for cell in found}) >= 2
        assert {Duration.ONCE, Duration.LASTING} <= {cell.duration for cell in found}


def test_the_page_has_each_call_and_each_fault_and_is_not_edited() -> None:
    assert set(OUTCOMES) == set(everything())
    assert table.page(OUTCOMES) == PAGE


def test_the_page_keeps_the_promise() -> None:
    """What passes by itself is ridden out; what does not, or lasts, ends in a failure: before the start nobody is changed."""
    for cell, word in OUTCOMES.items():
        if cell.kind.passes and cell.duration is not Duration.LASTING:
            assert word == "ok", cell
        # At the start itself, the service may act after the client has given up.
        failures = {"late"} if cell.step.started else {"stop", "late"} if cell.step.number == START else {"stop"}
        assert word in {"ok", *failures}, cell


def test_the_calls_are_those_of_the_role(tmp_path: Path) -> None:
    with Simulator(token=TOKEN, people=PEOPLE) as tenant:
        controller = Controller(tmp_path, tenant)
        controller.export.write_bytes(CSV)
        run = controller.play(delta_import_mapping=MAPPING, delta_import_limits=EXPECTED)
        assert run.code == 0, run.output
        assert tenant.calls() == CALLS


@pytest.mark.parametrize(("harm", "says"), [
    ("applied twice", "applied 2 times"), ("second draft", "2 imports were made"), ("somebody changed", "not right"), ("printed", "printed"),
])
def test_the_verdict_sees_each_harm(harm: str, says: str) -> None:
    """The judge is a guard, too."""
    with Simulator(token=TOKEN, people=PEOPLE) as tenant:
        output = HostOutput({"msg": "", "failure": {}}, None, ["token"] if harm == "printed" else [])
        if harm == "second draft":
            tenant.upload(CSV, "a.csv")
            tenant.upload(CSV, "b.csv")
        elif harm == "somebody changed":
            tenant.add_people([{"external_id": "new", "status": "pending"}])
        elif harm == "applied twice":
            entry = tenant.world.imports.get(tenant.upload(CSV, "a.csv"))
            assert entry is not None
            entry.applied_count = 2
            tenant.world.imports.save(entry)
        with pytest.raises(AssertionError, match=says):
            judged(everything()[0], tenant, output)
