# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trying cells: one playbook run for many, each on a host with a tenant of its own, then a rerun of those that failed."""

from __future__ import annotations

import contextlib
import dataclasses
import subprocess
import typing as t
from pathlib import Path

from simulator import Simulator
from support.admin import leaks
from support.controller import Controller, failures_of, stats_of
from support.small_tenant import CSV, EXPECTED, MAPPING, PEOPLE, TOKEN

from .cells import Cell
from .verdict import Told, judged

#: So many hosts at once: most of them sleep.
FORKS = 12


@dataclasses.dataclass
class Trial:
    """A cell, its tenant, and what came of it: a word of verdict.py, or what is wrong."""

    cell: Cell
    tenant: Simulator
    host: str
    word: str = ""
    wrong: str = ""

    def schedule(self) -> None:
        """Let the fault strike."""
        fault = self.cell.fault()
        if fault is not None:
            self.tenant.schedule(fault)
        else:
            self.tenant.leave(self.cell.kind.rules["delay"] if self.cell.times else None)


class Trials:
    """Tries cells in one folder, with the installed collection."""

    def __init__(self, folder: Path, cells: t.Sequence[Cell], *, surroundings: dict[str, str] | None = None, **variables: t.Any) -> None:
        self._folder = folder
        self._cells = cells
        self._surroundings = surroundings or {}
        self._variables = variables

    def run(self, *, again: bool = True) -> list[Trial]:
        """Return a trial for each cell. `again`: when the fault is over, run those that have failed again."""
        with contextlib.ExitStack() as stack:
            trials = [
                Trial(cell, stack.enter_context(Simulator(token=TOKEN, people=PEOPLE)), f"cell-{number:03d}")
                for number, cell in enumerate(self._cells)
            ]
            for trial in trials:
                trial.schedule()
            self._first_run(trials)
            failed = [trial for trial in trials if again and not trial.wrong and trial.word != "ok"]
            for trial in failed:
                trial.tenant.clear_faults()
            self._rerun(failed)
            return trials

    def _first_run(self, trials: list[Trial]) -> None:
        for trial, told in self._play(trials):
            with _blamed(trial):
                hit = any(record.fault == trial.cell.kind.kind for record in trial.tenant.requests)
                assert hit or trial.cell.fault() is None, "the fault was never met"
                trial.word = judged(trial.cell, trial.tenant, told)

    def _rerun(self, trials: list[Trial]) -> None:
        for trial, told in self._play(trials):
            with _blamed(trial):
                assert told.failure is None, f"the rerun fails, too: {told.failure}"
                judged(trial.cell, trial.tenant, told)

    def _play(self, trials: list[Trial]) -> t.Iterator[tuple[Trial, Told]]:
        if not trials:
            return
        controller = Controller(self._folder, trials[0].tenant)
        controller.export.write_bytes(CSV)
        controller.hosts = {trial.host: {"staffbase_api_url": trial.tenant.url, **trial.cell.variables} for trial in trials}
        controller.variables.update(
            delta_import_mapping=MAPPING, delta_import_limits=EXPECTED, delta_import_wait_interval=0.2, **self._variables)
        # Each host goes its own way, so that nobody waits for one that waits.
        surroundings = {**controller.surroundings(), "ANSIBLE_STRATEGY": "free", "ANSIBLE_FORKS": str(FORKS), **self._surroundings}
        done = subprocess.run(
            controller.command(), env=surroundings, cwd=self._folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        leaked = leaks(done.stdout)
        failures, results = failures_of(done.stdout), stats_of(done.stdout)
        for trial in trials:
            # What a client has given up on may still be under way.
            trial.tenant.settle()
            told = Told(failures.get(trial.host), results.get(trial.host), leaked)
            if told.failure is None and told.result is None:
                trial.wrong = f"ansible-playbook told nothing of this host:\n{done.stdout[-3000:]}"
            else:
                yield trial, told


@contextlib.contextmanager
def _blamed(trial: Trial) -> t.Iterator[None]:
    try:
        yield
    except AssertionError as error:
        trial.wrong = str(error) or repr(error)
