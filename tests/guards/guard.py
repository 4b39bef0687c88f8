# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One guard: a piece of the collection, what stands there without it, and the test that fails then."""

from __future__ import annotations

import dataclasses
from pathlib import Path

UTILS = "plugins/module_utils"
HTTP, IMPORTS, FILES, STEPS = f"{UTILS}/_http", f"{UTILS}/_imports", f"{UTILS}/_files", f"{UTILS}/_steps"
UNIT = "tests/unit/module_utils"


@dataclasses.dataclass(frozen=True)
class Guard:
    """`line` stands once in `file` (from the collection's root); `without` stands there instead when it is taken out; `test` is a node id."""

    promise: str
    file: str
    line: str
    without: str
    test: str

    def is_in(self, root: Path) -> bool:
        """Tell whether the line stands there once, so that it can be taken out."""
        return (root / self.file).read_text(encoding="utf-8").count(self.line) == 1

    @property
    def change(self) -> tuple[str, str, str]:
        """What `faults.guards.without` takes."""
        return self.file, self.line, self.without
