# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A source whose run is killed, and what must be true when another run has ended."""

from __future__ import annotations

import collections
import typing as t

import pytest

from simulator import Simulator

from .controller import Controller
from .previous_run import ANN, BOB, CLEO, leave_baseline, person

#: No address, so the service refuses this row.
DAN = "4;x;Dan;Activated"

# A refused row that is sent again changes nobody; with a limit below the number of such rows, the zeros of its preview would stop the import.
LIMITS = {"created": 5, "updated": 5, "deactivated": 5, "deleted": 5}


class Scenario:
    """A source with, or without, a baseline of Ann and Bob, and an export in which Ann has another address, Bob is missing, and Cleo is new."""

    def __init__(self, controller: Controller, tenant: Simulator, kind: str) -> None:
        self.controller, self.tenant, self.kind = controller, tenant, kind
        self.folder = controller.folder / "kept"
        self.folder.mkdir()
        self.baseline = self.folder / "last.csv"
        controller.variables["delta_import_limits"] = LIMITS
        if kind != "no baseline":
            controller.variables.update(delta_import_baseline=str(self.baseline), delta_import_leavers="deactivate")
        if self.has_baseline:
            leave_baseline(controller, tenant, self.baseline, pending=[ANN])
        else:
            tenant.add_people([person(BOB)])
        self.write("ann2@example.com")

    @property
    def has_baseline(self) -> bool:
        return self.kind in ("second run", "refused rows")

    def write(self, mail: str) -> None:
        self.mail = mail
        rows = [f"1;{mail};Ann;Activated", CLEO, *([DAN] if self.kind == "refused rows" else [])]
        self.controller.write(*rows)

    def applied(self) -> dict[str, int]:
        """Return how often each content was applied, in however many imports it was uploaded; the digest of the content is in the name."""
        found: dict[str, int] = collections.Counter()
        for each in self.tenant.imports(gone=True):
            found[each["file_name"]] += each["applied_count"]
        return found

    def check_once(self) -> None:
        """See that this run has one import that was applied, and that it touched everybody once."""
        assert [each["applied_count"] for each in self.tenant.imports()] == [1]
        assert sum(self.applied().values()) == 1
        assert {person["external_id"]: person["version"] for person in self.tenant.people()} == {"1": 1, "2": int(self.has_baseline), "3": 1}

    def check(self) -> None:
        """Run again, and see that everything is as if nobody had been killed."""
        run = self.controller.play()
        assert run.code == 0, run.output
        bob = "deactivated" if self.has_baseline else "activated"
        assert {person["external_id"]: (person["status"], person["email"]) for person in self.tenant.people()} == {
            "1": ("pending", self.mail), "2": (bob, "bob@example.com"), "3": ("pending", "cleo@example.com")}
        made = self.tenant.imports()
        assert {each["state"] for each in made} <= {"COMPLETED", "CANCELLED"}, "a draft is left"
        assert max(self.applied().values()) == 1, "a content was imported twice"
        if self.kind == "no baseline":
            assert [each["applied_count"] for each in made] == [1]
            assert self.names() == set()
            return
        assert self.names() == {"last.csv", "last.csv.source", "last.csv.told", "last.csv.errors.csv"}
        if self.kind == "refused rows":
            self.check_that_refused_rows_are_sent_again()
        assert self.baseline.read_bytes() == self.controller.export.read_bytes()

    def check_that_refused_rows_are_sent_again(self) -> None:
        """What is in the baseline is what the next run makes of it."""
        self.controller.write(f"1;{self.mail};Ann;Activated", CLEO, DAN.replace(";x;", ";dan@example.com;"))
        run = self.controller.play()
        assert run.code == 0, run.output
        assert {person["external_id"]: person["status"] for person in self.tenant.people()} == {
            "1": "pending", "2": "deactivated", "3": "pending", "4": "pending"}
        assert {person["external_id"]: person["version"] for person in self.tenant.people()} == dict.fromkeys("1234", 1)

    def names(self) -> set[str]:
        return {path.name for path in self.folder.iterdir()}


def parameters(all_of_them: t.Iterable[tuple[t.Any, ...]], subset: t.Callable[..., bool]) -> list[t.Any]:
    """Leave only the subset to `make test`."""
    return [
        pytest.param(*each, marks=[] if subset(*each) else pytest.mark.matrix, id=" ".join(map(str, each))) for each in all_of_them]
