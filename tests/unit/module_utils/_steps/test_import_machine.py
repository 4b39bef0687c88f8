# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of the state machine: each cell, and that no state and no action is left out."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._imports.states import STARTED, State
from ansible_collections.community.staffbase.plugins.module_utils._steps.import_machine import TABLE, UNKNOWN, Action, LimitCheck, next_action

CELLS = """
state             PASSED            NO_PREVIEW        PREVIEW_SEEN      PREVIEW_ASKED
UNKNOWN           ASK_FOR_IMPORT    ASK_FOR_PREVIEW   ASK_FOR_PREVIEW   WAIT_FOR_PREVIEW
DRAFT             ASK_FOR_IMPORT    ASK_FOR_PREVIEW   ASK_FOR_PREVIEW   WAIT_FOR_PREVIEW
PREVIEW_PENDING   WAIT_FOR_PREVIEW  WAIT_FOR_PREVIEW  WAIT_FOR_PREVIEW  WAIT_FOR_PREVIEW
CREATING_PREVIEW  WAIT_FOR_PREVIEW  WAIT_FOR_PREVIEW  WAIT_FOR_PREVIEW  WAIT_FOR_PREVIEW
PREVIEW_READY     ASK_FOR_IMPORT    ASK_FOR_PREVIEW   COMPARE_PREVIEW   COMPARE_PREVIEW
IMPORT_PENDING    WAIT_FOR_END      WAIT_FOR_END      WAIT_FOR_END      WAIT_FOR_END
IMPORTING         WAIT_FOR_END      WAIT_FOR_END      WAIT_FOR_END      WAIT_FOR_END
COMPLETED         DONE              COMPARE_END       COMPARE_END       COMPARE_END
CANCELLED         FAIL_CANCELLED    FAIL_CANCELLED    FAIL_CANCELLED    FAIL_CANCELLED
"""

HEAD, *ROWS = [line.split() for line in CELLS.strip().splitlines()]
WANTED = {(row[0], column): action for row in ROWS for column, action in zip(HEAD[1:], row[1:], strict=True)}
CHECKS = [LimitCheck[name] for name in HEAD[1:]]


@pytest.mark.parametrize(("state", "check"), WANTED)
def test_each_cell(state: str, check: str) -> None:
    key = UNKNOWN if state == "UNKNOWN" else state
    assert TABLE[key][LimitCheck[check]] is Action[WANTED[state, check]]
    assert next_action(key, LimitCheck[check], wait=True) is Action[WANTED[state, check]]


def test_every_state_has_an_action_however_far_the_limits_are_compared() -> None:
    assert set(TABLE) == {UNKNOWN, *(state.value for state in State)}
    assert all(list(row) == list(LimitCheck) == CHECKS for row in TABLE.values())


@pytest.mark.parametrize("check", LimitCheck)
@pytest.mark.parametrize("state", ["SOMETHING_NEW", "draft", "?", "FAILED"])
def test_a_state_that_nobody_told_us_of_has_the_row_of_the_unknown(state: str, check: LimitCheck) -> None:
    assert next_action(state, check, wait=True) is next_action(state, check, wait=False) is TABLE[UNKNOWN][check]


@pytest.mark.parametrize(("state", "check"), list(itertools.product(TABLE, LimitCheck)))
def test_who_does_not_wait_ends_when_the_import_is_started(state: str, check: LimitCheck) -> None:
    action = next_action(state, check, wait=False)
    if state not in STARTED:
        assert action is TABLE[state][check]
    else:
        assert action is (Action.DONE if check is LimitCheck.PASSED else Action.FAIL_NOT_COMPARED)


def test_nothing_is_imported_before_the_limits_were_compared() -> None:
    columns = {check for row in TABLE.values() for check, action in row.items() if action in (Action.ASK_FOR_IMPORT, Action.DONE)}
    assert columns == {LimitCheck.PASSED}


def test_only_a_preview_that_was_made_in_this_run_is_compared() -> None:
    cells = {(state, check) for state, row in TABLE.items() for check, action in row.items() if action is Action.COMPARE_PREVIEW}
    assert cells == {("PREVIEW_READY", LimitCheck.PREVIEW_SEEN), ("PREVIEW_READY", LimitCheck.PREVIEW_ASKED)}


def test_each_action_stands_somewhere() -> None:
    found = {next_action(state, check, wait=wait) for state in TABLE for check in LimitCheck for wait in (True, False)}
    assert found == set(Action)
