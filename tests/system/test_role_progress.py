# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who watches a run sees the import move; who does not want to, and a rehearsal, see nothing of it."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest

from simulator import Simulator
from support.controller import TOKEN, Controller

LINE = re.compile(r"^\[berlin\] import (\S+): ([A-Z_]+) after [0-9]+ s, 2 records(.*)$", re.MULTILINE)


@pytest.fixture
def slow(tmp_path: Path) -> t.Iterator[Controller]:
    """A controller whose tenant takes its time."""
    with Simulator(token=TOKEN, preview_seconds=1.2, import_seconds=1.6) as tenant:
        made = Controller(tmp_path, tenant)
        made.write("1;ann@example.com;Ann;Activated", "2;bob@example.com;Bob;Activated")
        made.variables["delta_import_limits"] = {"created": 2}
        yield made


def test_each_state_is_a_line_with_the_numbers_as_soon_as_they_are_known(slow: Controller) -> None:
    run = slow.play()

    assert run.code == 0, run.output
    lines = LINE.findall(run.output)
    assert {import_id for import_id, _state, _counts in lines} == {run.result["import_id"]}
    states = [state for _id, state, _counts in lines]
    assert states[0] == "DRAFT"
    assert states[-1] == "COMPLETED"
    assert {"CREATING_PREVIEW", "PREVIEW_READY", "IMPORTING"} <= set(states)
    assert len(states) == len(set(states))
    assert [counts for _id, state, counts in lines if state == "IMPORTING"] == [
        ", preview: created 2, updated 0, deactivated 0, reactivated 0, deleted 0"]


@pytest.mark.deep
def test_it_can_be_switched_off_and_does_the_same(slow: Controller) -> None:
    run = slow.play(delta_import_progress=False)

    assert run.code == 0, run.output
    assert LINE.findall(run.output) == []
    assert len(slow.tenant.people()) == 2


@pytest.mark.deep
def test_a_module_in_a_process_of_its_own_does_the_same(slow: Controller) -> None:
    run = slow.play(staffbase_in_worker=False)

    assert run.code == 0, run.output
    assert LINE.findall(run.output) == []
    assert len(slow.tenant.people()) == 2


@pytest.mark.deep
def test_a_rehearsal_is_quiet(slow: Controller) -> None:
    slow.play(delta_import_target="previewed", delta_import_progress=False)

    run = slow.play("--check")

    assert run.code == 0, run.output
    assert run.result["state"] == "COMPLETED"
    assert LINE.findall(run.output) == []
