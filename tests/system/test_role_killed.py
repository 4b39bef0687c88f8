# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run is killed with all of its processes, at each call and at each step on its files: the next one ends where it would have ended."""

from __future__ import annotations

import typing as t

import pytest

from support.api_calls import ERRORS, GET, GET_CONFIG, IMPORT, LIST, PATCH_CONFIG, POST, PREVIEW, STATUS, ask_to_start
from support.killing import gated, killed, killed_at_call, killed_at_file, steps
from support.scenario import Scenario, parameters

MATRIX = pytest.mark.matrix
pytestmark = pytest.mark.faults

#: The calls of a run, from the first one to the last.
CALLS = [LIST, POST, LIST, GET_CONFIG, PATCH_CONFIG, GET_CONFIG, GET, PREVIEW, GET, STATUS, IMPORT, GET, STATUS, ERRORS]
WITHOUT_LIMITS = [*CALLS[:7], *CALLS[10:]]

#: The steps on files when there is no baseline yet, when there is one, and when rows were refused.
COPY = ["open last.csv.next.part", "fsync last.csv.next.part", "replace last.csv.next", "fsync the folder", "unlink last.csv.next.part"]
DELTA = [step.replace(".next", ".delta.csv") for step in COPY]
ASKED = [step.replace(".next", ".run") for step in COPY]
SENDING = [step.replace(".next", ".sending") for step in COPY]
TOLD = [step.replace(".next", ".told.next") for step in COPY]
ERROR_FILE = [step.replace(".next", ".errors.csv") for step in COPY]
LOCK_FILE = ["open last.csv.source", "pwrite last.csv.source", "fsync last.csv.source"]
LOCK = ["open last.csv.source"]
FORGET = ["unlink last.csv.told.next", "unlink last.csv.sending", "unlink last.csv.run"]
OVER = ["unlink last.csv.next", "unlink last.csv.delta.csv"]
CLEAN = [*OVER, "replace last.csv.told", "fsync the folder", *FORGET]
BEGUN = [*LOCK_FILE, *OVER, *FORGET, *ASKED, *COPY]
WRITTEN_ANEW = [step.replace("last.csv.next", "last.csv") for step in COPY]
IMPORTED = [*SENDING, *LOCK, *ERROR_FILE, *LOCK]
REPLACED = [*TOLD, "replace last.csv", "fsync the folder", *CLEAN]
STEPS = {
    "first run": [*BEGUN, *DELTA, *IMPORTED, *REPLACED],
    "second run": [*BEGUN, *TOLD, *DELTA, *IMPORTED, *REPLACED],
    # The last row is given out of hand when what was told is written.
    "refused rows": [*BEGUN, *TOLD, *DELTA, *IMPORTED, WRITTEN_ANEW[0], *TOLD, *WRITTEN_ANEW[1:], *CLEAN],
}

#: The kills that differ most from each other; the others are in `make test-faults`.
AMONG_ALL = {
    "call": [(POST, True), (PREVIEW, True), (IMPORT, False), (IMPORT, True)],
    "first run": ["pwrite last.csv.source"],
    "second run": ["fsync last.csv.delta.csv.part", "unlink last.csv.delta.csv", "replace last.csv.told"],
    "refused rows": ["fsync last.csv.errors.csv.part", "fsync last.csv.part"],
}

AT_CALLS = [
    (kind, number, call, "done" if done else "held")
    for kind in ("second run", "no baseline") for number, call in enumerate(CALLS, 1) for done in (False, True)
]


@pytest.mark.cases(2)
@pytest.mark.parametrize(("kind", "number", "call", "how"), parameters(
    AT_CALLS,
    lambda kind, number, call, how: (kind == "second run" and (call, how == "done") in AMONG_ALL["call"])
    or (kind, call, how) == ("no baseline", IMPORT, "done")))
def test_killed_at_a_call(begin: t.Callable[[str], Scenario], kind: str, number: int, call: str, how: str) -> None:
    scenario = begin(kind)
    assert killed_at_call(scenario.controller, scenario.tenant, number, done=how == "done") == call
    scenario.check()
    scenario.check_once()


@MATRIX
@pytest.mark.parametrize(("number", "call"), list(enumerate(WITHOUT_LIMITS, 1)))
def test_killed_at_a_call_without_limits(begin: t.Callable[[str], Scenario], number: int, call: str) -> None:
    scenario = begin("no baseline")
    scenario.controller.variables["delta_import_limits"] = {}
    assert killed_at_call(scenario.controller, scenario.tenant, number, done=True) == call
    scenario.check()


@pytest.mark.parametrize("kind", [pytest.param("first run", marks=MATRIX), "second run", "refused rows"])
def test_the_steps_are_all_there_are(begin: t.Callable[[str], Scenario], kind: str) -> None:
    """A step that is new must be killed at, too."""
    scenario = begin(kind)
    with gated(scenario.controller, scenario.folder) as log:
        run = scenario.controller.play()
        assert run.code == 0, run.output
        assert "\n".join(steps(log)) == "\n".join(STEPS[kind])


AT_FILES = [(kind, number, step) for kind, each in STEPS.items() for number, step in enumerate(each)]


@pytest.mark.cases(3)
@pytest.mark.parametrize(("kind", "number", "step"), parameters(
    AT_FILES, lambda kind, number, step: step in AMONG_ALL[kind] and step not in STEPS[kind][number + 1:]))
def test_killed_before_a_step_on_a_file(begin: t.Callable[[str], Scenario], kind: str, number: int, step: str) -> None:
    scenario = begin(kind)
    assert killed_at_file(scenario.controller, scenario.tenant, scenario.folder, number) == step
    scenario.check()
    # A row that was refused is sent again, in a content of its own.
    if kind != "refused rows":
        scenario.check_once()


@pytest.mark.parametrize(("number", "call", "how"), parameters(
    [(number, call, how) for number, call in enumerate(CALLS, 1) for how in ("held", "done")],
    lambda number, call, how: (call, how) == (IMPORT, "done")))
def test_the_export_is_another_one_after_the_kill(begin: t.Callable[[str], Scenario], number: int, call: str, how: str) -> None:
    scenario = begin("second run")
    killed_at_call(scenario.controller, scenario.tenant, number, done=how == "done")
    scenario.write("ann3@example.com")
    scenario.check()


def test_an_order_that_arrives_when_its_run_is_long_dead_comes_to_nothing(begin: t.Callable[[str], Scenario]) -> None:
    """The dead run's delta was made for another baseline: it would bring back what has changed since."""
    scenario = begin("second run")
    assert killed_at_call(scenario.controller, scenario.tenant, 11, done=False) == IMPORT
    late = scenario.tenant.imports()[-1]["id"]
    scenario.write("ann3@example.com")
    scenario.check()
    assert ask_to_start(scenario.tenant, late) >= 400
    assert {person["email"] for person in scenario.tenant.people()} == {"ann3@example.com", "bob@example.com", "cleo@example.com"}


def test_an_upload_that_is_carried_out_when_it_was_repeated_long_ago_is_not_imported_again(begin: t.Callable[[str], Scenario]) -> None:
    scenario = begin("no baseline")
    scenario.check()
    (done,) = scenario.tenant.imports()
    scenario.tenant.upload(scenario.tenant.uploaded_bytes(done["id"]), done["file_name"])
    scenario.check()
    assert [each["id"] for each in scenario.tenant.imports()] == [done["id"]]


@MATRIX
def test_killed_again_and_again(begin: t.Callable[[str], Scenario]) -> None:
    """Each run is killed one call later than the one before it, until one ends before that."""
    scenario = begin("second run")
    calls: list[str] = []

    def kill_one_after_the_other() -> None:
        for number in range(1, 40):
            calls.append(killed_at_call(scenario.controller, scenario.tenant, number, done=True))

    with pytest.raises(AssertionError, match="PLAY RECAP"):
        kill_one_after_the_other()
    assert len(calls) >= 6
    assert {POST, PREVIEW, IMPORT} <= set(calls)
    scenario.tenant.clear_faults()
    scenario.check()
    scenario.check_once()


@MATRIX
def test_a_run_that_is_not_killed_would_be_seen(begin: t.Callable[[str], Scenario]) -> None:
    scenario = begin("no baseline")
    with pytest.raises(AssertionError, match="PLAY RECAP"):
        killed(scenario.controller, scenario.tenant, lambda: False)
