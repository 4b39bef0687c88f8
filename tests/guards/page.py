# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/guards.md: what keeps each promise, and how it was taken out to see a test fail."""

from __future__ import annotations

import typing as t
from pathlib import Path

from . import ROWS
from .guard import Guard
from .places import Code

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/guards.md"

HEAD = """<!--
SPDX-FileCopyrightText: community.staffbase contributors
SPDX-License-Identifier: GPL-3.0-or-later

Written by `make guards` when each test has failed without its guard: do not edit.
-->

# The guards, and what shows that they guard

A test that cannot fail proves nothing. So each of these {count} guards was taken out of a copy of the collection, one at a time, and the test
beside it was run against that copy: it failed, or it waited for ever. With all guards in place these tests pass. `make guards` does it again.

The faults of the network are tried as well with whole playbooks, call by call: [fault-matrix.md](fault-matrix.md).
What is promised, and to whom, stands in [SECURITY.md](../SECURITY.md).
"""

TABLE = "| what is kept | in | the guard | taken out, it is | fails then |\n| --- | --- | --- | --- | --- |"


def page() -> str:
    """Return the page of the collection as it is. Raises NotOnce."""
    code = Code(ROOT)
    parts = [HEAD.format(count=sum(map(len, ROWS.values())))]
    parts += [f"## {row}\n\n{TABLE}\n" + "".join(_line(guard, code) for guard in guards) for row, guards in ROWS.items()]
    return "\n".join(parts)


def _line(guard: Guard, code: Code) -> str:
    file = code.place(guard.change).file.replace("plugins/module_utils/", "", 1)
    test = guard.test.replace("tests/", "", 1)
    cells: t.Iterable[str] = (guard.promise, f"`{file}`", _code(guard.line), _code(guard.without), f"`{test}`")
    return f"| {' | '.join(cells)} |\n"


def _code(text: str) -> str:
    """Show a piece of code in a cell of a table: on one line, and with the bars that would end the cell escaped."""
    words = " ".join(text.split()).replace("|", "\\|")
    if not words:
        return "nothing"
    # Two marks around what holds one.
    return f"`` {words} ``" if "`" in words else f"`{words}`"
