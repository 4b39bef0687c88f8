# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state machine of an import that is to be completed: what comes next, by its state and by how far its limits were compared.

Read it beside `_imports/states.py`, which lists the states. `advance.py` does what the table says, and asks the table again.
"""

from __future__ import annotations

import enum

from .._imports.states import STARTED, State


class LimitCheck(enum.Enum):
    """How far this run is with the limits. All but PASSED: limits are set, and they were not compared yet."""

    #: Nothing is left to compare: no limits are set, or they were compared, or the import had been started before this run.
    PASSED = "passed"
    #: This run has seen no fresh preview. One that stands there may be older than the configuration and the people it counts.
    NO_PREVIEW = "no preview"
    #: Another client had a preview made, and this run has waited for it.
    PREVIEW_SEEN = "preview seen"
    #: This run has asked for a preview. It does so only once, so that several clients do not keep each other from importing.
    PREVIEW_ASKED = "preview asked"


class Action(enum.Enum):
    """What is done next."""

    ASK_FOR_PREVIEW = "ask for preview"
    WAIT_FOR_PREVIEW = "wait for preview"
    COMPARE_PREVIEW = "compare preview"
    ASK_FOR_IMPORT = "ask for import"
    WAIT_FOR_END = "wait for end"
    #: Another client has started the import before this run could compare the limits: what it has done is compared.
    COMPARE_END = "compare end"
    #: The same, in a run that does not wait for the end.
    FAIL_NOT_COMPARED = "fail: not compared"
    FAIL_CANCELLED = "fail: cancelled"
    DONE = "done"


#: Stands for any state that nobody told us of.
UNKNOWN = ""

#: While a preview is made, the service does not take IMPORT_PENDING (C): so it is waited for without limits as well.
_ROWS = {
    # state: (PASSED, NO_PREVIEW, PREVIEW_SEEN, PREVIEW_ASKED)
    # Seen between known states only: a run begins when the state is a known one.
    UNKNOWN: (Action.ASK_FOR_IMPORT, Action.ASK_FOR_PREVIEW, Action.ASK_FOR_PREVIEW, Action.WAIT_FOR_PREVIEW),
    State.DRAFT.value: (Action.ASK_FOR_IMPORT, Action.ASK_FOR_PREVIEW, Action.ASK_FOR_PREVIEW, Action.WAIT_FOR_PREVIEW),
    State.PREVIEW_PENDING.value: (Action.WAIT_FOR_PREVIEW, Action.WAIT_FOR_PREVIEW, Action.WAIT_FOR_PREVIEW, Action.WAIT_FOR_PREVIEW),
    State.CREATING_PREVIEW.value: (Action.WAIT_FOR_PREVIEW, Action.WAIT_FOR_PREVIEW, Action.WAIT_FOR_PREVIEW, Action.WAIT_FOR_PREVIEW),
    State.PREVIEW_READY.value: (Action.ASK_FOR_IMPORT, Action.ASK_FOR_PREVIEW, Action.COMPARE_PREVIEW, Action.COMPARE_PREVIEW),
    State.IMPORT_PENDING.value: (Action.WAIT_FOR_END, Action.WAIT_FOR_END, Action.WAIT_FOR_END, Action.WAIT_FOR_END),
    State.IMPORTING.value: (Action.WAIT_FOR_END, Action.WAIT_FOR_END, Action.WAIT_FOR_END, Action.WAIT_FOR_END),
    State.COMPLETED.value: (Action.DONE, Action.COMPARE_END, Action.COMPARE_END, Action.COMPARE_END),
    State.CANCELLED.value: (Action.FAIL_CANCELLED, Action.FAIL_CANCELLED, Action.FAIL_CANCELLED, Action.FAIL_CANCELLED),
}

TABLE: dict[str, dict[LimitCheck, Action]] = {state: dict(zip(LimitCheck, row)) for state, row in _ROWS.items()}


def next_action(state: str, check: LimitCheck, *, wait: bool) -> Action:
    """Return what comes next. With `wait` False, the run ends as soon as the import is started."""
    if state in STARTED and not wait:
        return Action.DONE if check is LimitCheck.PASSED else Action.FAIL_NOT_COMPARED
    return TABLE.get(state, TABLE[UNKNOWN])[check]
