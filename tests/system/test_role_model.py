# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A model that tries to make a green run untrue: what it found once stays true, and it goes on looking. See tests/model."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.explore import as_users_do, by_its_steps, explore
from model.found import ALL, Found
from model.shorter import outcome
from model.world import Starter, Step, World

#: Each kind of run, a kill, refused rows, a leaver who is back, another tenant.
A_BIT_OF_EVERYTHING: list[Step] = [
    ("check",), ("preview",), ("run",), ("run",), ("rule", "deactivate"), ("toggle", "p6"), ("refuse", "p6"), ("move", "p1", "mail", "b"), ("run",),
    ("toggle", "p2"), ("killed", 4, True), ("run",), ("accept",), ("toggle", "p2"), ("run",), ("map", "last", True), ("check",), ("run",),
    ("swap",), ("run",), ("resend",), ("run",),
]


@pytest.mark.parametrize("found", ALL, ids=lambda found: found.name)
def test_what_the_model_found_stays_true(found: Found) -> None:
    assert outcome(by_its_steps, found.steps, baseline=found.baseline, switches=found.switches) == ""


@pytest.mark.cases(2)
@pytest.mark.parametrize("found", ALL, ids=lambda found: found.name)
def test_what_the_model_found_stays_true_for_users(found: Found) -> None:
    assert outcome(as_users_do, found.steps, baseline=found.baseline, switches=found.switches) == ""


def test_the_model_finds_nothing() -> None:
    assert explore(by_its_steps, examples=16, steps=25, always_the_same=True) > 400


@pytest.mark.deep
@pytest.mark.long
def test_the_model_finds_nothing_in_many_thousands_of_steps() -> None:
    assert explore(by_its_steps, examples=400, steps=40) > 10_000


@pytest.mark.deep
def test_the_model_finds_nothing_for_users() -> None:
    assert explore(as_users_do, examples=10, steps=20) > 200


def test_the_steps_alone_do_what_ansible_playbook_does(tmp_path: Path) -> None:
    """Otherwise the model would look at something that nobody uses."""
    by_users, alone = (played(tmp_path / str(number), start) for number, start in enumerate((as_users_do, by_its_steps)))
    assert by_users == alone


def played(folder: Path, start: Starter) -> list[tuple[bool, list[str], list[tuple[str, str]], set[str]]]:
    """Return after each run whether it was green, its calls, the people, and the files beside the baseline."""
    folder.mkdir()
    world, seen = World(folder, start), []
    try:
        for step in A_BIT_OF_EVERYTHING:
            world.play(step)
            if step[0] in ("run", "check", "preview", "resend", "killed"):
                people = [(person, found["status"]) for person, found in world.tenant.people().items()]
                seen.append((world.ended_green, world.tenant.simulator.calls(), people, {path.name for path in world.kept_folder.iterdir()}))
    finally:
        world.close()
    return seen
