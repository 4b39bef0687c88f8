# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Play what hypothesis chooses, and tell what was found as a sequence for found.py, made as short as it can be."""

from __future__ import annotations

import typing as t

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from support import forked
from support.controller import Controller

from .machine import machine
from .shorter import kind_of, outcome, shortest
from .world import Going, Starter, Step, World


def as_users_do(controller: Controller, command: list[str], output: t.Any) -> Going:
    """Start a run of `ansible-playbook`."""
    return forked.server().start(command, controller.folder, output, controller.environment)


def by_its_steps(controller: Controller, command: list[str], output: t.Any) -> Going:
    """Start a run of the role's tasks without `ansible-playbook`, which takes a tenth of the time."""
    return forked.server(steps_only=True).start(command, controller.folder, output, controller.environment)


def explore(start: Starter, *, examples: int, steps: int, always_the_same: bool = False, names: t.Iterable[str] | None = None) -> int:
    """Play so many examples of so many steps and return how many steps were played; raises AssertionError with what was found."""
    made = machine(start, names)
    # Hypothesis would shorten what it finds, too, but it would draw everything anew for it.
    chosen = settings(
        max_examples=examples, stateful_step_count=steps, derandomize=always_the_same, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck), print_blob=False)
    try:
        run_state_machine_as_test(made, settings=chosen)
    except AssertionError as error:
        raise AssertionError(told(start, made.last, str(error))) from None
    return made.played


def told(start: Starter, world: World | None, untrue: str) -> str:
    """Return what was found, and how it comes to that by as few steps as possible."""
    if world is None:
        return untrue
    tenants = {"baseline": world.has_baseline, "switches": world.switches.different()}
    steps: list[Step] = list(world.played)

    def is_the_same(fewer: t.Sequence[Step]) -> bool:
        return kind_of(outcome(start, fewer, **tenants)) == kind_of(untrue)

    if not is_the_same(steps):
        return f"{untrue}\nPlayed again, this is true: {steps}, {tenants}"
    steps = shortest(steps, is_the_same)
    found = f"Found({kind_of(untrue)!r}, {steps}, baseline={world.has_baseline}, switches={tenants['switches']})"
    return f"{outcome(start, steps, **tenants)}\nFor found.py:\n{found}"
