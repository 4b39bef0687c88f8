# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run is killed with all of its processes, at each call and at each step on its files: the next one ends where it would have ended."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import requests

from simulator import Simulator
from support.api_calls import ERRORS, GET, GET_CONFIG, IMPORT, LIST, PATCH_CONFIG, POST, PREVIEW, STATUS
from support.controller import TOKEN, Controller
from support.killing import gated, killed, killed_at_call, killed_at_file, steps

ANN, BOB, CLEO, DAN = "1;ann@example.com;Ann;Activated", "2;bob@example.com;Bob;Activated", "3;cleo@example.com;Cleo;Activated", "4;x;Dan;Activated"
MATRIX = pytest.mark.matrix

# A refused row that is sent again changes nobody; with a limit below the number of such rows, the zeros of its preview would stop the import.
LIMITS = {"created": 5, "updated": 5, "deactivated": 5, "deleted": 5}

#: The calls of a run, from the first one to the last.
CALLS = [LIST, POST, LIST, GET_CONFIG, PATCH_CONFIG, GET_CONFIG, GET, PREVIEW, GET, STATUS, IMPORT, GET, STATUS, ERRORS]
WITHOUT_LIMITS = [*CALLS[:7], *CALLS[10:]]

#: The steps on files when there is no baseline yet, when there is one, and when rows were refused.
COPY = ["open last.csv.next.part", "fsync last.csv.next.part", "replace last.csv.next", "fsync the folder", "unlink last.csv.next.part"]
DELTA = [step.replace(".next", ".delta.csv") for step in COPY]
ERROR_FILE = [step.replace(".next", ".errors.csv") for step in COPY]
CLAIM = ["open last.csv.source", "pwrite last.csv.source", "fsync last.csv.source"]
LOCK = ["open last.csv.source"]
CLEAN = ["unlink last.csv.next", "unlink last.csv.delta.csv"]
MADE = [*CLAIM, *CLEAN, *COPY, *DELTA]
WRITTEN_ANEW = [step.replace("last.csv.next", "last.csv") for step in COPY]
NIGHT = [*MADE, *LOCK, *ERROR_FILE, *LOCK, "replace last.csv", "fsync the folder", *CLEAN]
STEPS = {
    "first night": NIGHT,
    "second night": NIGHT,
    "refused rows": [*MADE, *LOCK, *ERROR_FILE, *LOCK, *WRITTEN_ANEW, *CLEAN],
}

#: The kills that differ most from each other; the others are in `make test-faults`.
AMONG_ALL = {
    "call": [(POST, True), (PREVIEW, True), (IMPORT, False), (IMPORT, True)],
    "first night": ["pwrite last.csv.source"],
    "second night": ["fsync last.csv.delta.csv.part", "unlink last.csv.delta.csv"],
    "refused rows": ["fsync last.csv.errors.csv.part", "fsync last.csv.part"],
}


class Night:
    """A source with, or without, a baseline of Ann and Bob, and an export in which Ann has another address, Bob is missing, and Cleo is new."""

    def __init__(self, controller: Controller, tenant: Simulator, kind: str) -> None:
        self.controller, self.tenant, self.kind = controller, tenant, kind
        self.folder = controller.folder / "kept"
        self.folder.mkdir()
        self.baseline = self.folder / "last.csv"
        controller.variables["delta_import_limits"] = LIMITS
        if kind != "no baseline":
            controller.variables.update(delta_import_baseline=str(self.baseline), delta_import_leavers="deactivate")
        tenant.add_people([{"external_id": "2", "status": "activated", "email": "bob@example.com", "fields": {"firstName": "Bob"}}])
        if self.has_baseline:
            tenant.add_people([{"external_id": "1", "status": "pending", "email": "ann@example.com", "fields": {"firstName": "Ann"}}])
            controller.write(ANN, BOB)
            self.baseline.write_bytes(controller.export.read_bytes())
            self.baseline.chmod(0o600)
        self.write("ann2@example.com")

    @property
    def has_baseline(self) -> bool:
        return self.kind in ("second night", "refused rows")

    def write(self, mail: str) -> None:
        self.mail = mail
        rows = [f"1;{mail};Ann;Activated", CLEO, *([DAN] if self.kind == "refused rows" else [])]
        self.controller.write(*rows)

    def check(self) -> None:
        """Run again, and see that everything is as if nobody had been killed."""
        run = self.controller.play()
        assert run.code == 0, run.output
        bob = "deactivated" if self.has_baseline else "activated"
        assert {person["external_id"]: (person["status"], person["email"]) for person in self.tenant.people()} == {
            "1": ("pending", self.mail), "2": (bob, "bob@example.com"), "3": ("pending", "cleo@example.com")}
        made = self.tenant.imports()
        assert {each["state"] for each in made} <= {"COMPLETED", "CANCELLED"}, "a draft is left"
        assert all(each["applied_count"] <= 1 for each in made)
        if self.kind == "no baseline":
            assert [each["applied_count"] for each in made] == [1]
            assert self.names() == set()
            return
        assert self.names() == {"last.csv", "last.csv.source", "last.csv.errors.csv"}
        if self.kind == "refused rows":
            self.check_that_refused_rows_are_sent_again()
        assert self.baseline.read_bytes() == self.controller.export.read_bytes()

    def check_that_refused_rows_are_sent_again(self) -> None:
        """What is in the baseline is what the next night makes of it."""
        self.controller.write(f"1;{self.mail};Ann;Activated", CLEO, DAN.replace(";x;", ";dan@example.com;"))
        run = self.controller.play()
        assert run.code == 0, run.output
        assert {person["external_id"]: person["status"] for person in self.tenant.people()} == {
            "1": "pending", "2": "deactivated", "3": "pending", "4": "pending"}
        assert {person["external_id"]: person["version"] for person in self.tenant.people()} == dict.fromkeys("1234", 1)

    def names(self) -> set[str]:
        return {path.name for path in self.folder.iterdir()}


@pytest.fixture
def begin(tmp_path: Path) -> t.Iterator[t.Callable[[str], Night]]:
    with Simulator(token=TOKEN) as tenant:
        yield lambda kind: Night(Controller(tmp_path, tenant), tenant, kind)


def parameters(all_of_them: t.Iterable[tuple[t.Any, ...]], subset: t.Callable[..., bool]) -> list[t.Any]:
    """Leave only the subset to `make test`."""
    return [pytest.param(*each, marks=[] if subset(*each) else MATRIX, id=" ".join(map(str, each))) for each in all_of_them]


AT_CALLS = [
    (kind, number, call, "done" if done else "held")
    for kind in ("second night", "no baseline") for number, call in enumerate(CALLS, 1) for done in (False, True)
]


@pytest.mark.cases(3)
@pytest.mark.parametrize(("kind", "number", "call", "how"), parameters(
    AT_CALLS,
    lambda kind, number, call, how: (kind == "second night" and (call, how == "done") in AMONG_ALL["call"])
    or (kind, call, how) == ("no baseline", IMPORT, "done")))
def test_killed_at_a_call(begin: t.Callable[[str], Night], kind: str, number: int, call: str, how: str) -> None:
    night = begin(kind)
    assert killed_at_call(night.controller, night.tenant, number, done=how == "done") == call
    night.check()
    assert [each["applied_count"] for each in night.tenant.imports()] == [1]
    assert {person["external_id"]: person["version"] for person in night.tenant.people()} == {"1": 1, "2": int(night.has_baseline), "3": 1}


@MATRIX
@pytest.mark.parametrize(("number", "call"), list(enumerate(WITHOUT_LIMITS, 1)))
def test_killed_at_a_call_without_limits(begin: t.Callable[[str], Night], number: int, call: str) -> None:
    night = begin("no baseline")
    night.controller.variables["delta_import_limits"] = {}
    assert killed_at_call(night.controller, night.tenant, number, done=True) == call
    night.check()


@pytest.mark.parametrize("kind", [pytest.param("first night", marks=MATRIX), "second night", "refused rows"])
def test_the_steps_are_all_there_are(begin: t.Callable[[str], Night], kind: str) -> None:
    """A step that is new must be killed at, too."""
    night = begin(kind)
    with gated(night.controller, night.folder) as log:
        run = night.controller.play()
        assert run.code == 0, run.output
        assert "\n".join(steps(log)) == "\n".join(STEPS[kind])


AT_FILES = [(kind, number, step) for kind, each in STEPS.items() for number, step in enumerate(each)]


@pytest.mark.cases(3)
@pytest.mark.parametrize(("kind", "number", "step"), parameters(
    AT_FILES, lambda kind, number, step: step in AMONG_ALL[kind] and step not in STEPS[kind][number + 1:]))
def test_killed_before_a_step_on_a_file(begin: t.Callable[[str], Night], kind: str, number: int, step: str) -> None:
    night = begin(kind)
    assert killed_at_file(night.controller, night.tenant, night.folder, number) == step
    night.check()


@pytest.mark.parametrize(("number", "call", "how"), parameters(
    [(number, call, how) for number, call in enumerate(CALLS, 1) for how in ("held", "done")],
    lambda number, call, how: (call, how) == (IMPORT, "done")))
def test_the_export_is_another_one_after_the_kill(begin: t.Callable[[str], Night], number: int, call: str, how: str) -> None:
    night = begin("second night")
    killed_at_call(night.controller, night.tenant, number, done=how == "done")
    night.write("ann3@example.com")
    night.check()


def test_an_order_that_arrives_when_its_run_is_long_dead_comes_to_nothing(begin: t.Callable[[str], Night]) -> None:
    """The dead run's delta was made for another baseline: it would bring back what has changed since."""
    night = begin("second night")
    assert killed_at_call(night.controller, night.tenant, 11, done=False) == IMPORT
    late = night.tenant.imports()[-1]["id"]
    night.write("ann3@example.com")
    night.check()
    answer = requests.patch(
        f"{night.tenant.url}/api/users/imports/{late}", json={"state": "IMPORT_PENDING"}, headers={"Authorization": f"Basic {TOKEN}"}, timeout=10)
    assert answer.status_code >= 400
    assert {person["email"] for person in night.tenant.people()} == {"ann3@example.com", "bob@example.com", "cleo@example.com"}


def test_an_upload_that_is_carried_out_when_it_was_repeated_long_ago_is_not_imported_again(begin: t.Callable[[str], Night]) -> None:
    night = begin("no baseline")
    night.check()
    (done,) = night.tenant.imports()
    night.tenant.upload(night.tenant.uploaded_bytes(done["id"]), done["file_name"])
    night.check()
    assert [each["id"] for each in night.tenant.imports()] == [done["id"]]


@MATRIX
def test_killed_again_and_again(begin: t.Callable[[str], Night]) -> None:
    """Each run is killed one call later than the one before it."""
    night = begin("second night")
    for number in range(1, 40):
        try:
            killed_at_call(night.controller, night.tenant, number, done=True)
        except AssertionError:
            break
    night.tenant.clear_faults()
    night.check()
    assert [each["applied_count"] for each in night.tenant.imports()] == [1]


@MATRIX
def test_a_run_that_is_not_killed_would_be_seen(begin: t.Callable[[str], Night]) -> None:
    night = begin("no baseline")
    with pytest.raises(AssertionError, match="PLAY RECAP"):
        killed(night.controller, night.tenant, lambda: False)
