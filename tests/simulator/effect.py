# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an import does to people: the plan that a preview counts and an import applies (section 6 of the facts)."""

from __future__ import annotations

import dataclasses
from typing import Any

from .configuration import Setting
from .mapping import IDENTIFIER, PREFIX
from .people import ACTIVATED, DEACTIVATED, PENDING, People
from .row_check import Checked, Row, RowError
from .switches import Switches

COUNTERS = ("created", "updated", "deactivated", "reactivated", "deleted")
OWN_PLACE = (IDENTIFIER, "userName", "eMail", "status")


@dataclasses.dataclass
class Plan:
    """Operations in order, and the numbers that describe them."""

    create: list[dict[str, Any]]
    change: list[tuple[int, dict[str, Any]]]
    deactivate: list[int]
    delete: list[int]
    counts: dict[str, int]
    errors: list[RowError]
    mails: list[str]


def plan_import(people: list[dict[str, Any]], checked: Checked, setting: Setting, switches: Switches) -> Plan:
    """Compare the rows with the people; nothing is changed yet."""
    plan = Plan([], [], [], [], dict.fromkeys(COUNTERS, 0), checked.errors, [])
    present = {person["external_id"]: person for person in people if person["external_id"]}
    for row in checked.rows:
        person = present.get(row.identifier)
        if person is None:
            _plan_newcomer(plan, row, setting, switches)
        else:
            _plan_known(plan, row, person, setting, switches)
    if not setting.delta:
        kept = {row.identifier for row in checked.rows}
        if switches.faulty_row_in_full == "present":
            kept |= checked.mentioned
        _plan_missing(plan, people, kept, _only_csv(setting, switches))
    return plan


def _only_csv(setting: Setting, switches: Switches) -> bool:
    """Scope of a full import: removeAll true = everybody, false = from CSV only (D, C); not sent is a switch (I)."""
    if setting.remove_all is None:
        return switches.bare_full == "csv_only"
    return not setting.remove_all


def _plan_newcomer(plan: Plan, row: Row, setting: Setting, switches: Switches) -> None:
    """A new identifier becomes a pending person (D); one that is to be deactivated is a switch (I)."""
    status = PENDING
    if row.status == DEACTIVATED:
        if switches.unknown_leaver == "skipped":
            return
        status = DEACTIVATED
    person = _with_cells(
        {"external_id": row.identifier, "user_name": "", "email": "", "status": status, "fields": {}, "source": "csv"},
        row,
        switches,
    )
    plan.create.append(person)
    plan.counts["created"] += 1
    if setting.mails_new and status == PENDING:
        plan.mails.append(row.identifier)


def _plan_known(plan: Plan, row: Row, person: dict[str, Any], setting: Setting, switches: Switches) -> None:
    """The table of section 6: deactivation deletes pending people (D); Activated reactivates (I)."""
    if row.status == DEACTIVATED and person["status"] == PENDING:
        plan.delete.append(person["id"])
        plan.counts["deleted"] += 1
        return
    wanted = _with_cells(person, row, switches)
    counter = "updated"
    if row.status == DEACTIVATED and person["status"] == ACTIVATED:
        wanted["status"] = DEACTIVATED
        counter = "deactivated"
    elif row.status == ACTIVATED and person["status"] == DEACTIVATED:
        wanted["status"] = ACTIVATED
        counter = "reactivated"
    if wanted != person:
        plan.change.append((person["id"], wanted))
    if wanted != person or switches.updated_counts == "matched":
        plan.counts[counter] += 1
    if setting.mails_pending and person["status"] == PENDING:
        plan.mails.append(row.identifier)


def _plan_missing(plan: Plan, people: list[dict[str, Any]], kept: set[str], only_csv: bool) -> None:
    """Full import: active people who are not in the file are deactivated, pending ones deleted for good (D)."""
    for person in people:
        if person["external_id"] in kept or (only_csv and person["source"] != "csv"):
            continue
        if person["status"] == PENDING:
            plan.delete.append(person["id"])
            plan.counts["deleted"] += 1
        elif person["status"] == ACTIVATED:
            plan.deactivate.append(person["id"])
            plan.counts["deactivated"] += 1


def _with_cells(person: dict[str, Any], row: Row, switches: Switches) -> dict[str, Any]:
    """A copy of the person with the row's values; values set by hand are overwritten (D), empty cells: switch (I)."""
    result = {**person, "fields": dict(person["fields"])}
    for field, cell in row.cells.items():
        if not cell and switches.empty_cells == "keep":
            continue
        if field == "userName":
            result["user_name"] = cell
        elif field == "eMail":
            result["email"] = cell
        elif field not in OWN_PLACE:
            result["fields"][field.removeprefix(PREFIX)] = cell
    return result


def apply_plan(plan: Plan, people: People) -> None:
    """Carry the plan out; the caller holds the transaction."""
    for key in plan.delete:
        people.delete(key)
    for key, person in plan.change:
        people.change(key, person)
    for key in plan.deactivate:
        people.deactivate(key)
    for person in plan.create:
        people.create(person)
