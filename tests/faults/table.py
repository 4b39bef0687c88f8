# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page with the matrix: written from what was tried, and read back by the tests."""

from __future__ import annotations

import collections
import re
import typing as t
from pathlib import Path

from .matrix import FAULT_KINDS, STEPS, Cell, Duration
from .verdict import WORDS

PAGE = Path("docs/fault-matrix.md")

Outcomes = dict[Cell, str]

HEAD = """\
<!--
SPDX-FileCopyrightText: community.staffbase contributors
SPDX-License-Identifier: GPL-3.0-or-later

Made by `make fault-matrix` from a real run: do not edit.
-->

# What becomes of a run when something breaks

Each call that the role makes (with limits, so with a preview) was met by each fault, once and lasting, through the installed role and
`ansible-playbook`, against the [simulated Staffbase](simulator.md) with people of all kinds. After each run was looked at who was changed
and how often, which imports there are, and what was printed; then the fault was ended and the same playbook was run again.

In each of the {count} cells, no more than one import was ever made, it was applied once at most, nobody was changed by accident, no
second draft was left, nothing secret and no person's data was printed, and the next run ended well with the import applied once.
{figures}
"""

SPELLS = """
## While the service works

Waiting goes on as long as `wait_timeout` says. Here each look meets the fault for longer than its retries last; then the fault is over.
"""

NOTES = """
## Why some cells are as they are

- A fault that passes by itself is answered by trying again (`retries`, 5 by default), so each of them is `ok` if it comes once. A lasting
  one was tried with `retries: 1`.
- A refusal (401, 403, 404, 405, 409, a redirect, a `Retry-After` of a day) does not pass by itself, so it ends the run at once, even if it would
  not have come a second time. What is `ok` all the same: a single 409 to a new state is waited out, because another import may be in
  the way, and so is a single 403 to the start, because another client may just have the preview made again; a 404 or 409 in place of
  the changes leaves them unknown, but the import is what it is. In place of the preview they are asked for once more; if that fails
  too, the run stops, because nothing can be compared with the limits.
- Where a lasting fault is `ok`, the service did act, and a look told so: nothing is sent again. The answers to uploads and to new states
  carry no body that matters, so a cut one does no harm.
- An upload whose answer is lost is looked for in the list before it is sent again; so is a new state, in the import.
- `late`: the failure came after the import had been started. It goes on by itself, and the next run finds it.
"""


def page(outcomes: Outcomes) -> str:
    """Return the page."""
    counts = collections.Counter((cell.duration, word) for cell, word in outcomes.items())
    figures = "; ".join(
        f"{duration.value}: " + ", ".join(f"{counts[duration, word]} {word}" for word in WORDS if counts[duration, word]) for duration in Duration)
    return "\n".join([
        HEAD.format(count=len(outcomes), figures=f"How the first runs ended - {figures}."),
        *(f"- `{word}`: {text}." for word, text in WORDS.items()),
        "", "A cell says how the run ended when the fault came once / when it lasted.", "",
        *_rows(
            FAULT_KINDS, lambda step, kind: f"{outcomes[Cell(step, kind, Duration.ONCE)]} / {outcomes[Cell(step, kind, Duration.LASTING)]}", STEPS),
        SPELLS,
        *_rows(
            [kind for kind in FAULT_KINDS if kind.passes], lambda step, kind: outcomes[Cell(step, kind, Duration.SPELL)],
            [step for step in STEPS if step.waits]),
        "", "## The faults", "", *(f"- **{kind.name}**: {kind.text}" for kind in FAULT_KINDS), NOTES,
    ]).rstrip() + "\n"


def read(text: str) -> Outcomes:
    """Return the outcomes that a page tells."""
    outcomes: Outcomes = {}
    for number, table in enumerate(re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)):
        header, _rule, *rows = [[cell.strip() for cell in line.strip("|\n").split("|")] for line in table.splitlines()]
        for name, *cells in rows:
            step = next(step for step in STEPS if step.name == name)
            for column, cell in zip(header[1:], cells, strict=True):
                kind = next(kind for kind in FAULT_KINDS if kind.name == column)
                times = [Duration.SPELL] if number else [Duration.ONCE, Duration.LASTING]
                outcomes |= {Cell(step, kind, duration): word for duration, word in zip(times, cell.split(" / "), strict=True)}
    return outcomes


def _rows(kinds: t.Sequence[t.Any], cell: t.Callable[[t.Any, t.Any], str], steps: t.Sequence[t.Any]) -> t.Iterator[str]:
    yield f"| call | {' | '.join(kind.name for kind in kinds)} |"
    yield f"| --- |{' --- |' * len(kinds)}"
    for step in steps:
        yield f"| {step.name} | {' | '.join(cell(step, kind) for kind in kinds)} |"
