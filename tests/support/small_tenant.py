# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small tenant and a delta file that does each of the five things a different number of times."""

from __future__ import annotations

import base64
import typing as t

#: Both halves of the token are words that nothing else prints.
TOKEN_HALVES = ("kennung-4711-dreieck", "geheim-9f3c-viereck")
TOKEN = base64.b64encode(":".join(TOKEN_HALVES).encode()).decode()

#: In every person's name and address: a module that prints it has told about a person.
PERSONAL = "quellwick"

EXPECTED = {"created": 5, "updated": 4, "deactivated": 3, "reactivated": 2, "deleted": 1}

HEADER = ("Personalnummer", "E-Mail", "Vorname", "Nachname", "Status")
MAPPING = {
    "externalId": "Personalnummer",
    "eMail": "E-Mail",
    "profile-field:firstName": "Vorname",
    "profile-field:lastName": "Nachname",
    "status": "Status",
}

#: What the config module sends for MAPPING with all other options left alone.
BODY: dict[str, t.Any] = {
    "delta": True,
    "separator": ";",
    "encoding": "UTF-8",
    "type": "USER",
    "generateRecoveryCodes": False,
    "sendMailsNew": False,
    "sendMailsPending": False,
    "mapping": MAPPING,
}


def person(identifier: str, status: str, **more: t.Any) -> dict[str, t.Any]:
    """Return somebody as the tenant has him."""
    fields = {"firstName": f"V{identifier}", "lastName": f"{PERSONAL.title()}-{identifier}"}
    return {"external_id": identifier, "email": address(identifier), "status": status, "fields": fields, **more}


def address(identifier: str) -> str:
    return f"{identifier.lower()}@{PERSONAL}.example"


def row(identifier: str, status: str, *, first: str | None = None) -> str:
    """Return a line of the file; without another first name it says what the tenant has already."""
    return ";".join((identifier, address(identifier), first or f"V{identifier}", f"{PERSONAL.title()}-{identifier}", status))


def csv_of(rows: t.Iterable[str], header: t.Iterable[str] = HEADER) -> bytes:
    return "".join(f"{line}\r\n" for line in (";".join(header), *rows)).encode()


#: Ux are updated, Dx deactivated, Rx reactivated, X1 deleted; S1 and the one made by hand are in no file.
PEOPLE = [
    *(person(f"U{number}", "activated") for number in range(4)),
    *(person(f"D{number}", "activated") for number in range(3)),
    *(person(f"R{number}", "deactivated") for number in range(2)),
    person("X1", "pending"),
    person("S1", "activated"),
    person("H1", "activated", source="manual"),
]

ROWS = [
    *(row(f"N{number}", "Activated") for number in range(5)),
    *(row(f"U{number}", "Activated", first="Anders") for number in range(4)),
    *(row(f"D{number}", "Deactivated") for number in range(3)),
    *(row(f"R{number}", "Activated") for number in range(2)),
    row("X1", "Deactivated"),
]
CSV = csv_of(ROWS)


def statuses(people: t.Iterable[dict[str, t.Any]]) -> dict[str, str]:
    """Return identifier -> status."""
    return {one["external_id"]: one["status"] for one in people}


BEFORE = statuses(PEOPLE)

#: After CSV was applied as a delta.
AFTER = {
    **{name: status for name, status in BEFORE.items() if name != "X1"},
    **{f"N{number}": "pending" for number in range(5)},
    **{f"D{number}": "deactivated" for number in range(3)},
    **{f"R{number}": "activated" for number in range(2)},
}
