# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hypothesis chooses the steps of a World."""

from __future__ import annotations

import shutil
import tempfile
import typing as t
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from .company import EMPTY, EVERYBODY, MALFORMED, OFF, ON, UNSAID
from .world import RUNS, Starter, Step, World

#: Answers to open questions about the service (tests/simulator/switches.py) that a run may be misled by.
SWITCHES = (
    ("errors_line", "data_is_1"), ("errors_shape", "row_value"), ("errors_shape", "no_header"), ("empty_cells", "clear"),
    ("updated_counts", "matched"), ("unknown_leaver", "created"), ("faulty_property", "property"), ("preview_numbers", "zeros"),
    ("preview_numbers", "absent"),
)

PERSON = st.sampled_from(EVERYBODY)
#: Most of what is interesting happens to few people.
ONE_OF_FEW = st.sampled_from(("p6", "p1", "p6", "p1", "p3"))
A_FIELD = st.sampled_from(("mail", "mail", "first", "last"))
VERSION = st.sampled_from(("b", "a", "b", "a", EMPTY))
BACK = st.integers(0, 2)
CALL = st.integers(1, 12)

#: Steps by name, and what their arguments are drawn from.
STEPS: dict[str, tuple[st.SearchStrategy[t.Any], ...]] = {
    "run": (), "resend": (), "preview": (), "check": (),
    "killed": (CALL, st.booleans()),
    "overlap": (CALL, st.lists(st.tuples(st.just("toggle"), PERSON) | st.tuples(st.just("move"), PERSON, st.just("mail"), VERSION), max_size=1)),
    "toggle": (PERSON,), "toggle_one_of_few": (ONE_OF_FEW,),
    "move": (ONE_OF_FEW | PERSON, A_FIELD, VERSION), "spoil": (ONE_OF_FEW,),
    "state": (ONE_OF_FEW | PERSON, st.sampled_from((ON, OFF, UNSAID))), "state_of_all": (st.sampled_from((ON, UNSAID)),), "stamp": (),
    "column": (st.booleans(),), "words": (st.booleans(),),
    "map": (st.sampled_from(("last", "status", "first", "mail")), st.booleans()),
    "rule": (st.sampled_from(("deactivate", "ignore", "deactivate")),), "protect": (ONE_OF_FEW,),
    "mails": (st.booleans(),), "max_row_errors": (st.sampled_from((None, 0, 1)),), "file_name": (st.sampled_from((None, "other.csv")),),
    "limit": (st.booleans(),), "swap": (),
    "refuse": (ONE_OF_FEW | PERSON,), "accept": (),
    "register": (), "hand_status": (ONE_OF_FEW | PERSON, st.sampled_from(("deactivated", "activated"))), "hand_delete": (ONE_OF_FEW,),
    "hand_cell": (ONE_OF_FEW, A_FIELD),
    "delete_record": (), "expire": (), "delete_baseline": (), "delete_folder": (), "restore_csv": (BACK,), "restore_folder": (BACK,),
}


def steps_of(name: str, *arguments: t.Any) -> list[Step]:
    """Return the steps of a World that a rule stands for."""
    if name == "toggle_one_of_few":
        return [("toggle", *arguments)]
    if name == "spoil":
        return [("move", *arguments, "mail", MALFORMED)]
    if name == "state_of_all":
        return [("state", person, *arguments) for person in EVERYBODY]
    if name in ("mails", "max_row_errors", "file_name"):
        return [("option", {"mails": "send_mails_new"}.get(name, name), *arguments)]
    if name == "limit":
        limits: list[t.Any] = [{"deactivated": 1}, True] if arguments[0] else [None, None]
        return [("option", "limits", limits[0]), ("option", "accept_zero_preview", limits[1])]
    if name == "overlap":
        return [("overlap", arguments[0], *arguments[1])]
    return [(name, *arguments)]


#: What may be in the way of a green run, and what a person would do about it who reads its message.
ALL_IS_WELL: list[Step] = [
    ("accept",), ("words", False), *(("option", name, None) for name in ("limits", "max_row_errors", "file_name")),
]


def bring_back(world: World) -> None:
    """Run without any fault; if that is not green, send everybody. Then it is, and everything is true."""
    for person in EVERYBODY:
        if world.export.rows[person]["mail"] == MALFORMED:
            world.play(("move", person, "mail", "a"))
    world.play(*ALL_IS_WELL, ("run",))
    if world.ended_green:
        return
    world.play(*([("resend",)] if "resend" in world.can and world.has_baseline else [("delete_folder",), ("run",)]))
    assert world.ended_green, f"the way on does not lead back: {world.played}\n{world.last_output[-3000:]}"
    world.play(("run",))
    assert world.ended_green, f"after everybody was sent, a run is not green: {world.played}\n{world.last_output[-3000:]}"


class Machine(RuleBasedStateMachine):
    """`start` starts a run; `names`: of the steps; `baselines`: with a baseline or without.

    There is one rule only, and each example has a few steps of its own to choose from: so a run follows on most of them, and few of them repeat.
    `last` is the world of the last example, `played` counts the steps of all of them.
    """

    start: t.ClassVar[Starter]
    names: t.ClassVar[t.Sequence[str]] = tuple(STEPS)
    baselines: t.ClassVar[tuple[bool, ...]] = (True, True, True, False)
    switches: t.ClassVar[t.Sequence[tuple[str, str]]] = SWITCHES
    last: t.ClassVar[World | None] = None
    played: t.ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self._world: World | None = None
        self._failed = self._eager = False
        self._few: list[str] = []
        self._folder = Path(tempfile.mkdtemp(prefix="staffbase-model-"))

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        made = type(self)
        baseline = data.draw(st.sampled_from(made.baselines), label="baseline")
        switches = dict(data.draw(st.lists(st.sampled_from(made.switches), max_size=2), label="switches")) if made.switches else {}
        least = min(3, len(made.names))
        self._few = data.draw(st.lists(st.sampled_from(made.names), min_size=least, max_size=9, unique=True), label="steps to choose from")
        self._eager = data.draw(st.booleans(), label="a run after each change")
        self._world = made.last = World(self._folder, made.start, baseline=baseline, switches=switches)

    @rule(data=st.data())
    def step(self, data: st.DataObject) -> None:
        # Little happens between two runs.
        name = data.draw(st.sampled_from([*self._few, *(["run"] * (len(self._few) // 3))]), label="step")
        steps = steps_of(name, *(data.draw(strategy) for strategy in STEPS[name]))
        self._play(*steps, *([("run",)] if self._eager and name not in RUNS else []))

    def _play(self, *steps: Step) -> None:
        assert self._world is not None
        try:
            self._world.play(*steps)
        except BaseException:
            self._failed = True
            raise

    def teardown(self) -> None:
        """See that what is wrong can be put right, unless something was untrue already."""
        try:
            if self._world is not None and not self._failed:
                bring_back(self._world)
        finally:
            if self._world is not None:
                type(self).played += len(self._world.played)
                self._world.close()
            shutil.rmtree(self._folder, ignore_errors=True)


def machine(start: Starter, names: t.Iterable[str] | None = None, **attributes: t.Any) -> type[Machine]:
    """Return a machine with these steps, or with all."""
    chosen = {} if names is None else {"names": tuple(names)}
    return type("RoleMachine", (Machine,), {"start": staticmethod(start), **chosen, **attributes})
