# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running cells: one playbook run for many, each on a host with a tenant of its own, then a rerun of those that failed."""

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

from .matrix import Cell
from .verdict import HostOutput, judged

#: So many hosts at once: most of them sleep.
FORKS = 12


@dataclasses.dataclass
class CellRun:
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


class MatrixRun:
    """Runs cells in one folder, with the installed collection."""

    def __init__(self, folder: Path, cells: t.Sequence[Cell], *, surroundings: dict[str, str] | None = None, **variables: t.Any) -> None:
        self._folder = folder
        self._cells = cells
        self._surroundings = surroundings or {}
        self._variables = variables

    def run(self, *, again: bool = True) -> list[CellRun]:
        """Return what came of each cell. `again`: when the fault is over, run those that have failed again."""
        with contextlib.ExitStack() as stack:
            cell_runs = [
                CellRun(cell, stack.enter_context(Simulator(token=TOKEN, people=PEOPLE)), f"cell-{number:03d}")
                for number, cell in enumerate(self._cells)
            ]
            for cell_run in cell_runs:
                cell_run.schedule()
            self._first_run(cell_runs)
            failed = [cell_run for cell_run in cell_runs if again and not cell_run.wrong and cell_run.word != "ok"]
            for cell_run in failed:
                cell_run.tenant.clear_faults()
            self._rerun(failed)
            return cell_runs

    def _first_run(self, cell_runs: list[CellRun]) -> None:
        for cell_run, output in self._play(cell_runs):
            with _wrong_noted(cell_run):
                hit = any(record.fault == cell_run.cell.kind.kind for record in cell_run.tenant.requests)
                assert hit or cell_run.cell.fault() is None, "the fault was never met"
                cell_run.word = judged(cell_run.cell, cell_run.tenant, output)

    def _rerun(self, cell_runs: list[CellRun]) -> None:
        for cell_run, output in self._play(cell_runs):
            with _wrong_noted(cell_run):
                assert output.failure is None, f"the rerun fails, too: {output.failure}"
                judged(cell_run.cell, cell_run.tenant, output)

    def _play(self, cell_runs: list[CellRun]) -> t.Iterator[tuple[CellRun, HostOutput]]:
        if not cell_runs:
            return
        controller = Controller(self._folder, cell_runs[0].tenant)
        controller.export.write_bytes(CSV)
        controller.hosts = {cell_run.host: {"staffbase_api_url": cell_run.tenant.url, **cell_run.cell.variables} for cell_run in cell_runs}
        controller.variables.update(
            delta_import_mapping=MAPPING, delta_import_limits=EXPECTED, delta_import_wait_interval=0.2, **self._variables)
        # Each host goes its own way, so that nobody waits for one that waits.
        surroundings = {**controller.surroundings(), "ANSIBLE_STRATEGY": "free", "ANSIBLE_FORKS": str(FORKS), **self._surroundings}
        done = subprocess.run(
            controller.command(), env=surroundings, cwd=self._folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        leaked = leaks(done.stdout)
        failures, results = failures_of(done.stdout), stats_of(done.stdout)
        for cell_run in cell_runs:
            # What a client has given up on may still be under way.
            cell_run.tenant.settle()
            output = HostOutput(failures.get(cell_run.host), results.get(cell_run.host), leaked)
            if output.failure is None and output.result is None:
                cell_run.wrong = f"ansible-playbook told nothing of this host:\n{done.stdout[-3000:]}"
            else:
                yield cell_run, output


@contextlib.contextmanager
def _wrong_noted(cell_run: CellRun) -> t.Iterator[None]:
    try:
        yield
    except AssertionError as error:
        cell_run.wrong = str(error) or repr(error)
