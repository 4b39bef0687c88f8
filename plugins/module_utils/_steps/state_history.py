# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The states in which an import was seen. The service only goes forward (D); a step back is told, and nothing is started twice."""

from __future__ import annotations

from .._errors import StaffbaseError
from .._imports.states import PREVIEWED, RUNNING, STARTED, State, rank

#: So many looks in a row may show less than an earlier one: of several machines of the service, one may lag behind (I).
MOST_LOOKS_BACK = 5


class StateHistory:
    """Remembers how far an import has been seen."""

    def __init__(self, import_id: str, seen_before: str = "") -> None:
        """`seen_before`: a state that was seen earlier; it counts only when the import had been started."""
        self._id = import_id
        self._furthest = seen_before if seen_before in STARTED else ""
        self._looks_back = 0

    @property
    def has_started(self) -> bool:
        """Whether it was ever seen after its start."""
        return self._furthest in STARTED

    def is_back(self, state: str) -> bool:
        """Tell whether `state` is a step back. Within a step the service may go to and fro: it resumes an interrupted import by itself (D)."""
        place, furthest = _place(state), _place(self._furthest)
        return place is not None and furthest is not None and place < furthest

    def add(self, state: str, stage: str) -> None:
        """Add a state that was seen; raise StaffbaseError when the import stays behind an earlier one."""
        if self.is_back(state):
            self._looks_back += 1
            if self._looks_back >= MOST_LOOKS_BACK:
                raise self._went_back(state, stage)
        elif _place(state) is not None:
            self._furthest, self._looks_back = state, 0

    def forbid_second_start(self, state: str, stage: str) -> None:
        """Raise StaffbaseError when an import that stands at `state` was seen started: it must not be moved again."""
        if self.has_started and self.is_back(state):
            raise self._went_back(state, stage)

    def asked_for_preview(self) -> None:
        """From a preview that is there, this is a step back that was asked for."""
        if not self.has_started:
            self._furthest, self._looks_back = "", 0

    def _went_back(self, state: str, stage: str) -> StaffbaseError:
        told = f"Import {self._id} went back from {self._furthest} to {state}"
        if self.has_started:
            told += (". It had been started, so it may have changed people, and it is not started a second time: look at it and at the people "
                     "of the file in Studio before you run again")
        else:
            told += ": the service has not made its preview. Nobody was changed; look at it in Studio, correct the file or the mapping, and run again"
        return StaffbaseError(told, stage=stage, import_id=self._id)


def _place(state: str) -> int | None:
    """Return how far it is, or None for CANCELLED and for states that nobody told us of.

    Another client may have the preview made again.
    """
    for first, group in ((State.PREVIEW_PENDING, PREVIEWED), (State.IMPORT_PENDING, RUNNING)):
        if state in group:
            return rank(first.value)
    return rank(state)
