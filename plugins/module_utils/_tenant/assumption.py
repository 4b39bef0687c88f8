# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One thing that the collection takes to be so, and what becomes of it on a tenant."""

from __future__ import annotations

import dataclasses

HOLDS = "holds"
DIFFERS = "differs"
UNKNOWN = "unknown"


@dataclasses.dataclass(frozen=True)
class Assumption:
    """`tag`: D documented, O observed, C a client's comment, I inferred. `taken`: what we took it to be.

    `covered`: what the collection or its user does where a tenant answers otherwise, by what is seen; `otherwise` is said for
    every other thing that is seen. What has neither is new to the collection. `needs_import`: why it cannot be checked without one.
    """

    name: str
    tag: str
    text: str
    taken: str
    covered: dict[str, str] = dataclasses.field(default_factory=dict)
    otherwise: str = ""
    needs_import: str = ""

    def coverage_of(self, seen: str) -> str:
        """Return how the collection copes with what is seen, or an empty text if it does not know that."""
        return self.covered.get(seen) or self.otherwise


def all_of(text: str, *seen: str) -> dict[str, str]:
    """Return the same coverage for several things that may be seen."""
    return dict.fromkeys(seen, text)
