# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One guard: a piece of the collection, what stands there without it, and the test that fails then."""

from __future__ import annotations

import dataclasses

from .places import Change

UNIT = "tests/unit/module_utils"


@dataclasses.dataclass(frozen=True)
class Guard:
    """`test`: the node id of what fails without the guard.

    `line`: an expression or a statement that stands in plugins/ once, or a piece of YAML that stands in roles/ and playbooks/ once. `without`
    stands there instead when the guard is taken out. `within`: where `line` is not unique, the class or function around it (`Client._retried`).
    `endless_after`: if the test waits for ever without the guard, the seconds after which it is stopped; None if it ends.
    """

    promise: str
    line: str
    without: str
    test: str
    within: str = ""
    endless_after: float | None = None

    @property
    def change(self) -> Change:
        """What takes it out."""
        return Change(self.line, self.without, self.within)
