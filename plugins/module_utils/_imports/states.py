# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The states of an import and their order (D). This is the only place that lists them."""

from __future__ import annotations

import enum


class State(str, enum.Enum):
    """What an import can be, in the order of its life. There is no FAILED (D); CANCELLED stands outside the order."""

    DRAFT = "DRAFT"
    PREVIEW_PENDING = "PREVIEW_PENDING"
    CREATING_PREVIEW = "CREATING_PREVIEW"
    PREVIEW_READY = "PREVIEW_READY"
    IMPORT_PENDING = "IMPORT_PENDING"
    IMPORTING = "IMPORTING"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"


_ORDER = tuple(state.value for state in State if state is not State.CANCELLED)

#: In one of these, the preview is being made.
PREVIEWING = frozenset({State.PREVIEW_PENDING.value, State.CREATING_PREVIEW.value})

#: In one of these, the import has a preview or will have one.
PREVIEWED = PREVIEWING | {State.PREVIEW_READY.value}

#: While in one of these, the service is about to change people or doing so.
RUNNING = frozenset({State.IMPORT_PENDING.value, State.IMPORTING.value})

#: In one of these, the import was started, and its configuration cannot be changed any more.
STARTED = RUNNING | {State.COMPLETED.value}

#: In one of these, the service does nothing until a client asks it to.
IDLE = frozenset({State.DRAFT.value, State.PREVIEW_READY.value})

#: In one of these, nobody was changed. A state that is not known is in neither group: people may have been changed.
UNSTARTED = PREVIEWED | {State.DRAFT.value, State.CANCELLED.value}


def rank(state: str) -> int | None:
    """Return the place of `state` in an import's life, or None for CANCELLED and for states that nobody told us of."""
    return _ORDER.index(state) if state in _ORDER else None


def reached(state: str, goal: State) -> bool:
    """Tell whether `state` is `goal` or lies behind it.

    States may be skipped and may pass too fast to be seen (D), so waiting for an exact state could wait for ever.
    A state that is not known is somewhere on the way: it has reached nothing.
    """
    place, wanted = rank(state), rank(goal.value)
    return place is not None and wanted is not None and place >= wanted
