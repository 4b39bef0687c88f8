# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many tasks a host takes, run and skipped: each is a process of Ansible, and a task more shows."""

from __future__ import annotations

import pytest

from bench.schedule_simulation import TASKS
from support.controller import Controller, Run


def counts(run: Run) -> tuple[int, int]:
    """Return the tasks that were run, and those that were skipped."""
    assert run.code == 0, run.output
    recap = run.recap()
    return recap["ok"], recap["skipped"]


def test_a_first_run_and_a_run_with_nothing_new(controller: Controller) -> None:
    first, again = counts(controller.play()), counts(controller.play())
    assert (first, again) == ((16, 5), (10, 3))
    # Each branch is simulated with as many as the measured runs had (docs/benchmarks.md): three less.
    assert sum(first) == TASKS + 3


@pytest.mark.deep
def test_runs_with_a_baseline(controller: Controller) -> None:
    controller.variables["delta_import_baseline"] = str(controller.folder / "last.csv")
    first, nobody = counts(controller.play()), counts(controller.play())
    controller.write("1;ann@example.com;Ann;Activated", "2;new@example.com;Bob;Activated")
    assert (first, nobody, counts(controller.play())) == ((21, 3), (19, 5), (22, 2))
