# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every call of the role meets every fault, and what comes of it is what the page of the documentation says."""

from __future__ import annotations

from pathlib import Path

import pytest

from faults import table
from faults.cells import CALLS, KINDS, PLACES, START, Place, Time, everything, row, sample
from faults.guards import CELLS, without_guards
from faults.trial import Trial, Trials
from faults.verdict import Told, judged
from simulator import Simulator
from support.controller import Controller
from support.small_tenant import CSV, EXPECTED, MAPPING, PEOPLE, TOKEN

PAGE = (Path(__file__).parents[2] / table.PAGE).read_text(encoding="utf-8")
OUTCOMES = table.read(PAGE)


def other_than_told(trials: list[Trial]) -> dict[str, str]:
    """Return what is wrong, or is not as the page says."""
    return {str(trial.cell): trial.wrong or trial.word for trial in trials if trial.wrong or trial.word != OUTCOMES[trial.cell]}


@pytest.mark.long
@pytest.mark.parametrize("turn", [0, pytest.param(1, marks=pytest.mark.deep)])
def test_a_part_of_the_matrix(tmp_path: Path, turn: int) -> None:
    assert other_than_told(Trials(tmp_path, sample(turn)).run()) == {}


@pytest.mark.matrix
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_a_call_meets_every_fault(tmp_path: Path, place: Place) -> None:
    assert other_than_told(Trials(tmp_path, row(place)).run()) == {}


@pytest.mark.matrix
def test_without_the_guards_each_harm_is_seen(tmp_path: Path) -> None:
    """One run with all of them taken out; each cell stands for one guard."""
    trials = Trials(
        tmp_path, list(CELLS.values()), surroundings={"ANSIBLE_COLLECTIONS_PATH": str(without_guards(tmp_path / "without"))},
    ).run(again=False)
    seen = other_than_told(trials)
    assert [promise for promise, cell in CELLS.items() if str(cell) not in seen] == []


def test_the_part_has_each_call_and_each_fault() -> None:
    first = sample(0)
    assert ({cell.place for cell in first}, {cell.kind for cell in first}, {cell.time for cell in first}) == (set(PLACES), set(KINDS), set(Time))
    cells = sample(0, 1)
    assert len(set(cells)) == len(cells)
    for place in PLACES:
        found = [cell for cell in cells if cell.place == place]
        assert len({cell.kind for cell in found}) >= 3
        assert {Time.ONCE, Time.LASTING} <= {cell.time for cell in found}
    for kind in KINDS:
        found = [cell for cell in cells if cell.kind == kind]
        assert len({cell.place for cell in found}) >= 2
        assert {Time.ONCE, Time.LASTING} <= {cell.time for cell in found}


def test_the_page_has_each_call_and_each_fault_and_is_not_edited() -> None:
    assert set(OUTCOMES) == set(everything())
    assert table.page(OUTCOMES) == PAGE


def test_the_page_keeps_the_promise() -> None:
    """What passes by itself is ridden out; what does not, or lasts, ends in a failure: before the start nobody is changed."""
    for cell, word in OUTCOMES.items():
        if cell.kind.passes and cell.time is not Time.LASTING:
            assert word == "ok", cell
        # At the start itself, the service may act after the client has given up.
        failures = {"late"} if cell.place.started else {"stop", "late"} if cell.place.number == START else {"stop"}
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
        told = Told({"msg": "", "failure": {}}, None, ["token"] if harm == "printed" else [])
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
            judged(everything()[0], tenant, told)
