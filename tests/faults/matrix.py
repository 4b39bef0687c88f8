# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the matrix is made of: the calls of the role in their order, the kinds of faults, and how long a fault lasts."""

from __future__ import annotations

import dataclasses
import enum
import typing as t

from simulator import Fault
from support.api_calls import ERRORS, GET, GET_CONFIG, IMPORT, LIST, PATCH_CONFIG, POST, PREVIEW, STATUS, target

#: Seconds. A call with a slow answer takes longer than the client's timeout, and is done all the same.
TIMEOUT = 2.0
SLOW = 3.0
#: Nobody listens for so long: longer than a module takes to start, shorter than the retries of a call last.
AWAY = 4.0
#: With one retry, so many faults in a row are more than a call rides out.
SPELL = 5
#: What a spell of faults would have to outlast, and what a lasting one does outlast.
PATIENCE = {"spell": 60.0, "once": 60.0, "lasting": 1.5}


@dataclasses.dataclass(frozen=True)
class Step:
    """One call of the flow. `number`: how many calls before it; `nth`: which it is, from 1 on, among those that look like it."""

    name: str
    call: str
    stage: str
    number: int
    nth: int

    @property
    def started(self) -> bool:
        """Whether the import has been started before this call, so that people may have changed."""
        return self.number > START

    @property
    def waits(self) -> bool:
        """Whether this is a look while the service works."""
        return self.name.startswith("wait")

    @property
    def has_import(self) -> bool:
        """Whether the import is there before this call, so that a failure has to name it."""
        return self.number > UPLOAD


_FLOW = (
    ("list, before the upload", LIST, "list"),
    ("upload", POST, "upload"),
    ("list, after the upload", LIST, "list"),
    ("read the configuration", GET_CONFIG, "config"),
    ("write the configuration", PATCH_CONFIG, "config"),
    ("read it back", GET_CONFIG, "config"),
    ("look at the import", GET, "status"),
    ("ask for the preview", PREVIEW, "preview"),
    ("wait for the preview", GET, "preview"),
    ("read the preview", STATUS, "status"),
    ("start the import", IMPORT, "import"),
    ("wait for the import", GET, "import"),
    ("read the changes", STATUS, "status"),
    ("read the refused rows", ERRORS, "errors"),
)
CALLS = [call for _name, call, _stage in _FLOW]
START = CALLS.index(IMPORT)
UPLOAD = CALLS.index(POST)

STEPS = [Step(name, call, stage, number, CALLS[: number + 1].count(call)) for number, (name, call, stage) in enumerate(_FLOW)]


@dataclasses.dataclass(frozen=True)
class FaultKind:
    """One way in which a call goes wrong.

    `statuses`: what may stand in the failure as its status; `passes`: whether it is gone by itself in a while, so that trying
    again is the answer to it; `rules`: of the simulator's fault.
    """

    name: str
    kind: str
    text: str
    statuses: tuple[int | None, ...]
    passes: bool = True
    rules: dict[str, t.Any] = dataclasses.field(default_factory=dict, compare=False)

    @property
    def slow(self) -> bool:
        return self.kind.startswith("slow")


def _status(code: int, text: str, *, passes: bool = False) -> FaultKind:
    return FaultKind(str(code), f"status:{code}", text, (code,), passes)


FAULT_KINDS = [
    FaultKind("refused", "leave", "nobody listens: the connection is refused", (None,), rules={"delay": AWAY}),
    FaultKind("reset", "reset_before", "the connection is reset before the service acts", (None,)),
    FaultKind("lost", "lost_answer", "the service acts, then the connection is reset", (None,)),
    _status(429, "too many calls, without `Retry-After`", passes=True),
    FaultKind("429 s", "status:429", "too many calls, `Retry-After` in seconds", (429,), rules={"retry_after": "1"}),
    FaultKind("429 date", "status:429", "too many calls, `Retry-After` as a date", (429,), rules={"retry_after": "date+2"}),
    FaultKind(
        "429 day", "status:429", "too many calls, `Retry-After` of a day: nobody waits that long", (429,), passes=False,
        rules={"retry_after": "86400"}),
    _status(500, "an error of the service", passes=True),
    FaultKind("502", "html", "a gateway's page", (502,)),
    _status(503, "not available, as a page", passes=True),
    _status(504, "a gateway gave up, as a page", passes=True),
    FaultKind("504 late", "late_status:504", "the service acts, but a gateway has given up on it", (504,)),
    FaultKind("cut JSON", "cut_json", "JSON that ends in the middle, with a Content-Length that fits", (200, 201)),
    FaultKind("cut off", "truncated", "the answer ends before its Content-Length", (None, 200, 201)),
    FaultKind("web page", "html:200", "status 200 and a web page: the wrong content type", (200,)),
    FaultKind("slow", "slow", "nothing within the timeout; the service acts after it", (None,), rules={"delay": SLOW}),
    FaultKind("slow answer", "slow_after", "the service acts, but does not answer within the timeout", (None,), rules={"delay": SLOW}),
    _status(401, "the token is refused"),
    _status(403, "the token lacks the right"),
    _status(404, "not found"),
    _status(405, "the verb is refused"),
    _status(409, "a conflict"),
    FaultKind("redirect", "redirect", "to another host", (307,), passes=False),
]


class Duration(str, enum.Enum):
    """How long a fault lasts: one call, all calls, or while waiting, longer than the retries of one call."""

    ONCE = "once"
    LASTING = "lasting"
    SPELL = "spell"


@dataclasses.dataclass(frozen=True)
class Cell:
    """One call that meets one fault, for so long."""

    step: Step
    kind: FaultKind
    duration: Duration

    def __str__(self) -> str:
        return f"{self.step.name} / {self.kind.name} / {self.duration.value}"

    @property
    def variables(self) -> dict[str, t.Any]:
        """The role's variables: the default number of retries, unless the fault is to outlast them."""
        return {
            "staffbase_timeout": TIMEOUT if self.kind.slow else 60.0,
            "delta_import_wait_timeout": PATIENCE[self.duration.value],
            **({} if self.duration is Duration.ONCE else {"staffbase_retries": 1}),
        }

    @property
    def attempts(self) -> int:
        """How often the call is tried before a failure tells of it."""
        return 1 if self.duration is Duration.ONCE or not self.kind.passes else 2

    @property
    def times(self) -> int | None:
        return {Duration.ONCE: 1, Duration.LASTING: None, Duration.SPELL: 1 if self.leaves else SPELL}[self.duration]

    @property
    def leaves(self) -> bool:
        """Whether the service is away from before this call, because nobody can refuse a connection that is made."""
        return self.kind.kind == "leave"

    def fault(self) -> Fault | None:
        """Return what is to be scheduled; None if the service has to be away from the beginning."""
        if not self.leaves:
            return Fault(self.kind.kind, **target(self.step.call), nth=self.step.nth, times=self.times, **self.kind.rules)
        if not self.step.number:
            return None
        before = STEPS[self.step.number - 1]
        return Fault(self.kind.kind, **target(before.call), nth=before.nth, times=self.times, **self.kind.rules)


def row(step: Step) -> list[Cell]:
    """Return all cells of a call."""
    times = [Duration.ONCE, Duration.LASTING]
    spells = [Cell(step, kind, Duration.SPELL) for kind in FAULT_KINDS if kind.passes] if step.waits else []
    return [*(Cell(step, kind, duration) for kind in FAULT_KINDS for duration in times), *spells]


def everything() -> list[Cell]:
    """Return the whole matrix."""
    return [cell for step in STEPS for cell in row(step)]


def cell(step: str, kind: str, duration: Duration) -> Cell:
    """Return a cell by the names of its call and of its fault."""
    return Cell(next(each for each in STEPS if each.name == step), next(each for each in FAULT_KINDS if each.name == kind), duration)


def sample(*turns: int) -> list[Cell]:
    """Return a part of all cells. In turn 0, each call meets a fault and each fault a call; in turn 1 once more, in another place and time.

    With both, each call meets three kinds of faults at least and each fault two calls, both once and lasting.
    """
    waits = [step for step in STEPS if step.waits]
    passing = [kind for kind in FAULT_KINDS if kind.passes]
    # Of each turn: a fault that outlasts the retries while the service works.
    spells = [Cell(waits[0], passing[1], Duration.SPELL), Cell(waits[1], passing[-1], Duration.SPELL)]
    chosen = []
    for turn in turns:
        for number, kind in enumerate(FAULT_KINDS):
            # Three is no divisor of the number of calls, so this comes to all of them; in the second turn half a round on.
            step = STEPS[(3 * number + turn * len(STEPS) // 2) % len(STEPS)]
            chosen.append(Cell(step, kind, (Duration.ONCE, Duration.LASTING)[(number // 2 + turn) % 2]))
        chosen.append(spells[turn])
    return chosen
