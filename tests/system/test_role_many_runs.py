# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A company of 2,000 people through 30 runs with a baseline: changes, broken files, a short file, and runs that are killed."""

from __future__ import annotations

import random
import typing as t
from pathlib import Path

import pytest

from simulator import Simulator
from support.controller import TOKEN, Controller
from support.killing import killed_at_call

SIZE = 2000
#: The call after which a controller is killed, by its number.
AFTER_UPLOAD, AFTER_START = (2, "POST /users/imports"), (11, "PATCH /users/imports/{id} IMPORT_PENDING")

DAYS = 30
#: On which days the export is broken or short, or the controller is killed.
BROKEN = {6: "open quote", 13: "login page", 21: "identifier twice"}
SHORT = 17
KILLED = {9: AFTER_UPLOAD, 24: AFTER_START}

Person = tuple[str, str, str]
People = dict[str, Person]


class Company:
    """Everybody whom the HR system knows, and what changes from run to run."""

    def __init__(self) -> None:
        self._chance = random.Random(11)
        self._next = SIZE
        self.people: People = {f"P{number:05d}": self._person(number) for number in range(SIZE)}

    def live(self) -> set[str]:
        """Let a day pass; return who joined, changed or left."""
        names = self._chance.sample(sorted(self.people), 12)
        leavers, movers = names[: self._chance.randrange(5)], names[5: 5 + self._chance.randrange(6)]
        for name in leavers:
            del self.people[name]
        for name in movers:
            _mail, first, last = self.people[name]
            self.people[name] = (f"{name.lower()}.{self._chance.randrange(10**6)}@example.com", first, last)
        joiners = [f"P{self._next + offset:05d}" for offset in range(self._chance.randrange(1, 5))]
        for name in joiners:
            self.people[name] = self._person(self._next)
            self._next += 1
        return {*leavers, *movers, *joiners}

    def export(self) -> str:
        """Return the export, in another order every run."""
        names = sorted(self.people)
        self._chance.shuffle(names)
        return "id;mail;first;last\n" + "".join(f"{name};{';'.join(self.people[name])}\n" for name in names)

    def _person(self, number: int) -> Person:
        return f"p{number}@example.com", f"First{number}", f'"Last; {number}"' if number % 50 == 0 else f"Last{number}"


def seen(tenant: Simulator) -> People:
    """Return the people who are not deactivated, as the export would have them."""
    quoted = '"{}"'.format
    found = {}
    for person in tenant.people():
        if person["status"] != "deactivated":
            last = person["fields"]["lastName"]
            found[person["external_id"]] = (person["email"], person["fields"]["firstName"], quoted(last) if ";" in last else last)
    return found


def versions(tenant: Simulator) -> dict[str, int]:
    present = {person["external_id"]: person["version"] for person in tenant.people()}
    return {**{person["external_id"]: -1 for person in tenant.deleted_people()}, **present}


def spoiled(text: str, how: str) -> str:
    lines = text.splitlines(keepends=True)
    if how == "open quote":
        return "".join([*lines[:700], '"' + lines[700], *lines[701:]])
    if how == "identifier twice":
        return "".join([*lines, lines[5]])
    return "<!DOCTYPE html><html><head><title>Log in</title></head></html>\n"


@pytest.mark.deep
@pytest.mark.long
def test_thirty_runs(tmp_path: Path) -> None:
    company = Company()
    people: list[dict[str, t.Any]] = [
        {"external_id": name, "status": "pending" if number % 9 == 0 else "activated", "user_name": name}
        for number, name in enumerate(sorted(company.people))
    ]
    with Simulator(token=TOKEN, people=people, import_seconds=0.3) as tenant:
        controller = Controller(tmp_path, tenant)
        controller.variables.update(
            delta_import_mapping={
                "externalId": "id", "eMail": "mail", "profile-field:firstName": "first", "profile-field:lastName": "last"},
            delta_import_baseline=str(tmp_path / "last.csv"), delta_import_leavers="deactivate",
            delta_import_baseline_limits={"leavers": "2%"}, delta_import_limits={"deactivated": 30, "deleted": 30},
        )
        due: set[str] = set(company.people)
        for day in range(DAYS):
            if day:
                due |= company.live()
            text = company.export()
            before = versions(tenant)
            if day in BROKEN or day == SHORT:
                half = text[: len(text) // 2].rpartition("\n")[0] + "\n"
                controller.export.write_text(spoiled(text, BROKEN[day]) if day in BROKEN else half)
                tenant.forget_requests()
                assert controller.play().code != 0
                assert tenant.calls() == []
                assert versions(tenant) == before
                continue
            controller.export.write_text(text, encoding="utf-8")
            if day in KILLED:
                number, call = KILLED[day]
                assert killed_at_call(controller, tenant, number, done=True) == call
                due |= company.live()
                controller.export.write_text(company.export(), encoding="utf-8")
            run = controller.play()

            assert run.code == 0, run.output
            assert seen(tenant) == company.people
            after = versions(tenant)
            assert {name for name in after if after[name] != before.get(name)} <= due, f"day {day}"
            assert all(each["applied_count"] <= 1 for each in tenant.imports())
            due = set()
        assert (tmp_path / "last.csv").read_text(encoding="utf-8") == controller.export.read_text(encoding="utf-8")
        assert sorted(path.name for path in tmp_path.glob("last.csv*")) == ["last.csv", "last.csv.errors.csv", "last.csv.source", "last.csv.told"]
