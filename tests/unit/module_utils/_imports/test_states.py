# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of states: reached means there or past it."""

from __future__ import annotations

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._imports.states import PREVIEWING, RUNNING, State, rank, reached

LIFE = ["DRAFT", "PREVIEW_PENDING", "CREATING_PREVIEW", "PREVIEW_READY", "IMPORT_PENDING", "IMPORTING", "COMPLETED"]


def test_the_documented_states_in_their_documented_order() -> None:
    assert [state.value for state in State] == [*LIFE, "CANCELLED"]
    assert [rank(state) for state in LIFE] == list(range(7))


@pytest.mark.parametrize("goal", LIFE)
@pytest.mark.parametrize("state", LIFE)
def test_reached_is_there_or_past_it(state: str, goal: str) -> None:
    assert reached(state, State(goal)) is (LIFE.index(state) >= LIFE.index(goal))


@pytest.mark.parametrize("state", ["CANCELLED", "FAILED", "VALIDATING", "", "draft"])
def test_cancelled_and_unknown_states_have_reached_nothing(state: str) -> None:
    assert rank(state) is None
    assert not any(reached(state, goal) for goal in State)


def test_nothing_is_on_the_way_to_cancelled() -> None:
    assert not any(reached(state.value, State.CANCELLED) for state in State)


def test_running_and_previewing_lie_between_the_states_a_client_waits_for() -> None:
    assert all(reached(state, State.IMPORT_PENDING) and not reached(state, State.COMPLETED) for state in RUNNING)
    assert all(reached(state, State.PREVIEW_PENDING) and not reached(state, State.PREVIEW_READY) for state in PREVIEWING)
    assert len(RUNNING) == len(PREVIEWING) == 2
