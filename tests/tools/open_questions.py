# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of open questions on the page of API facts, from the switches of the simulator: there they are said, and nowhere else.

Run in the folder tests, after a switch was added or changed: python -m tools.open_questions --write
"""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

from simulator.switches import Switches

PAGE = Path(__file__).parents[2] / "docs/docsite/rst/api_facts.rst"
BEGIN = ".. begin of the open questions\n\n"
END = ".. end of the open questions\n"


def table() -> str:
    """Return the table as reStructuredText."""
    lines = [".. list-table::", "   :header-rows: 1", ""]
    lines += _row("Question", "Possible answers", "What we think is likely")
    for switch in dataclasses.fields(Switches):
        about = switch.metadata
        values = ", ".join(f"``{value}``" for value in about["values"])
        lines += _row(f"``{switch.name}``: {about['text']}", values, f"``{switch.default}`` ({about['tag'].replace('+', ', ')})")
    return "\n".join(lines) + "\n\n"


def with_table(page: str) -> str:
    """Return the page with the table as it should be."""
    before, _begin, rest = page.partition(BEGIN)
    _old, _end, after = rest.partition(END)
    return before + BEGIN + table() + END + after


def _row(*cells: str) -> list[str]:
    return [f"   {'*' if number == 0 else ' '} - {cell}" for number, cell in enumerate(cells)]


if __name__ == "__main__":
    wanted = with_table(PAGE.read_text(encoding="utf-8"))
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(wanted, encoding="utf-8")
    else:
        print(table(), end="")
