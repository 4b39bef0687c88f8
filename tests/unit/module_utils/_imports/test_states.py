# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of states: reached means there or past it."""

from __future__ import annotations

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._imports.states import (
    IDLE,
    PREVIEWED,
    PREVIEWING,
    RUNNING,
    STARTED,
    UNSTARTED,
    State,
    rank,
    reached,
)

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


def test_every_known_state_was_started_or_not() -> None:
    assert {state.value for state in State} == STARTED | UNSTARTED
    assert not STARTED & UNSTARTED
    assert {state for state in LIFE if reached(state, State.IMPORT_PENDING)} == STARTED


def test_what_has_or_will_have_a_preview_is_not_started() -> None:
    assert PREVIEWED < UNSTARTED
    assert {state for state in UNSTARTED if reached(state, State.PREVIEW_PENDING)} == PREVIEWED


def test_before_the_end_the_service_is_idle_or_at_work() -> None:
    assert {*IDLE, *PREVIEWING, *RUNNING} == {*LIFE} - {"COMPLETED"}
    assert not IDLE & (PREVIEWING | RUNNING)
