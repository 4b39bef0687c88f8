# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faulty rows: what is skipped and reported (D: the import goes on; which rows count as faulty is partly I)."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Collection, Iterable

from .configuration import Setting
from .mapping import IDENTIFIER
from .switches import Switches

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
STATUS_CELLS = {"activated": "activated", "deactivated": "deactivated"}
OWN_REASON = "could not be saved"


@dataclasses.dataclass(frozen=True)
class RowError:
    """One complaint. ``row`` counts data rows from 1; ``value`` is the faulty cell and may be personal data."""

    row: int
    field: str
    value: str
    message: str


@dataclasses.dataclass(frozen=True)
class Row:
    """A row that can be applied: field -> cell, and the wished status or None."""

    identifier: str
    cells: dict[str, str]
    status: str | None


@dataclasses.dataclass
class Checked:
    """The rows of a file, what was refused, and every identifier that was readable."""

    rows: list[Row]
    errors: list[RowError]
    mentioned: set[str]


def check_rows(
    records: Iterable[list[str]], setting: Setting, switches: Switches, refused: Collection[str] = ()
) -> Checked:
    """Sort the records (header first) into applicable rows and complaints.

    ``refused`` are identifiers whose rows the tenant refuses for a reason of its own.
    """
    result = Checked([], [], set())
    numbered = iter(records)
    header = next(numbered, [])
    place = {field: header.index(column) for field, column in setting.fields.items()}
    data = list(enumerate(numbered, start=1))
    seen: Counter[str] = Counter()
    total = Counter(record[place[IDENTIFIER]] for _number, record in data if len(record) > place[IDENTIFIER])
    for number, record in data:
        if len(record) != len(header):
            result.errors.append(RowError(number, "", "", f"row has {len(record)} cells, expected {len(header)}"))
            if len(record) > place[IDENTIFIER]:
                result.mentioned.add(record[place[IDENTIFIER]])
            continue
        cells = {field: record[index] for field, index in place.items()}
        identifier = cells[IDENTIFIER]
        seen[identifier] += 1
        times = total[identifier] if switches.duplicates == "all_refused" else seen[identifier]
        complaint = _identifier_complaint(identifier, times)
        if identifier:
            result.mentioned.add(identifier)
        if complaint:
            result.errors.append(RowError(number, IDENTIFIER, identifier, complaint))
            continue
        bad = list(_bad_properties(number, cells))
        result.errors.extend(bad)
        if bad and switches.faulty_property == "row":
            continue
        for error in bad:
            del cells[error.field]
        if identifier in refused:
            result.errors.append(RowError(number, "", "", OWN_REASON))
            continue
        result.rows.append(Row(identifier, cells, STATUS_CELLS.get(cells.get("status", "").strip().lower())))
    return result


def _identifier_complaint(identifier: str, times: int) -> str | None:
    """Mandatory, unique, no white space (D)."""
    if not identifier:
        return "identifier is missing"
    if any(sign.isspace() for sign in identifier):
        return "identifier contains white space"
    return "identifier is not unique in this file" if times > 1 else None


def _bad_properties(number: int, cells: dict[str, str]) -> Iterable[RowError]:
    """User name without @ (D), a well-formed e-mail (I), one of the two status words in any case (D, O)."""
    if "@" in cells.get("userName", ""):
        yield RowError(number, "userName", cells["userName"], "user name must not contain @")
    if cells.get("eMail") and not EMAIL.fullmatch(cells["eMail"]):
        yield RowError(number, "eMail", cells["eMail"], "e-mail address is malformed")
    status = cells.get("status", "").strip()
    if status and status.lower() not in STATUS_CELLS:
        yield RowError(number, "status", cells["status"], "status is neither Activated nor Deactivated")
