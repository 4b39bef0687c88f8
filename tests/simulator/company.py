# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A believable company with invented people, and its CSV exports.

All names are made by putting syllables together; likeness with a real person would be chance.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

FIRST = (
    "Ama",
    "Bel",
    "Cori",
    "Dari",
    "Eli",
    "Fenn",
    "Gwen",
    "Hal",
    "Ivo",
    "Jora",
    "Kali",
    "Lumi",
    "Mira",
    "Nilo",
    "Oda",
    "Pera",
)
FIRST_END = ("ra", "n", "s", "da", "lin", "no", "", "ta")
LAST = (
    "Ash",
    "Bram",
    "Cliff",
    "Dorn",
    "Elm",
    "Feld",
    "Grov",
    "Hill",
    "Kiesl",
    "Lind",
    "Moor",
    "Nord",
    "Ost",
    "Quell",
    "Rohr",
    "Wald",
)
LAST_END = ("er", "mann", "wick", "berg", "son", "ley", "\u00f6fer", "hoff")
DEPARTMENTS = ("Assembly", "Care", "Finance", "IT", "Logistics", "Production", "Quality", "Sales", "Service", "HR")
LOCATIONS = ("Harbour Works", "Hill Plant", "Central Office", "North Depot", "South Depot")
POSITIONS = ("Specialist", "Team lead", "Operator", "Clerk", "Engineer", "Apprentice")
STATUSES = ("activated", "pending", "deactivated")
COLUMNS = {
    "PersonnelNo": "external_id",
    "Login": "user_name",
    "Mail": "email",
    "FirstName": "firstName",
    "LastName": "lastName",
    "Department": "department",
    "Location": "location",
    "Position": "position",
}
MAPPING = {
    "externalId": "PersonnelNo",
    "userName": "Login",
    "eMail": "Mail",
    "profile-field:firstName": "FirstName",
    "profile-field:lastName": "LastName",
    "profile-field:department": "Department",
    "profile-field:location": "Location",
    "profile-field:position": "Position",
}


def company(size: int = 300, seed: int = 1) -> list[dict[str, Any]]:
    """``size`` people, always the same for a seed.

    About 80 % are activated, 13 % pending, 7 % deactivated; 1 in 25 was made by hand.
    """
    chance = random.Random(seed)
    return [_person(number, chance) for number in range(1, size + 1)]


def newcomers(count: int, first_number: int = 900001, seed: int = 2) -> list[dict[str, Any]]:
    """People who are not in the tenant yet."""
    chance = random.Random(seed)
    return [_person(number, chance) for number in range(first_number, first_number + count)]


def _person(number: int, chance: random.Random) -> dict[str, Any]:
    first = chance.choice(FIRST) + chance.choice(FIRST_END)
    last = chance.choice(LAST) + chance.choice(LAST_END)
    login = f"{first}.{last}.{number}".lower().replace("\u00f6", "oe")
    return {
        "external_id": f"P{number:06d}",
        "user_name": login,
        "email": f"{login}@company.example",
        "status": chance.choices(STATUSES, weights=(80, 13, 7))[0],
        "source": "manual" if chance.random() < 0.04 else "csv",
        "fields": {
            "firstName": first,
            "lastName": last,
            "department": chance.choice(DEPARTMENTS),
            "location": chance.choice(LOCATIONS),
            "position": chance.choice(POSITIONS),
        },
    }


def export_rows(people: Iterable[Mapping[str, Any]], columns: Mapping[str, str] | None = None) -> list[dict[str, str]]:
    """People as rows of column -> cell; ``columns`` maps a column to a key of a person or a field."""
    wanted = columns or COLUMNS
    return [
        {column: str(person.get(key, person["fields"].get(key, ""))) for column, key in wanted.items()}
        for person in people
    ]


def csv_text(rows: Sequence[Mapping[str, str]], header: Sequence[str] | None = None, separator: str = ";") -> str:
    """Rows as CSV with a header line; the header is needed when there are no rows."""
    names = list(header if header is not None else rows[0])
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, names, delimiter=separator, lineterminator="\r\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def export(
    people: Iterable[Mapping[str, Any]],
    separator: str = ";",
    encoding: str = "utf-8",
    columns: Mapping[str, str] | None = None,
) -> bytes:
    """A whole export as bytes."""
    wanted = columns or COLUMNS
    return csv_text(export_rows(people, wanted), list(wanted), separator).encode(encoding)
