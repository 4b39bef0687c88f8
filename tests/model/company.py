# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The people of the model: the rows of their export, and those who are in a tenant before the first run."""

from __future__ import annotations

import dataclasses
import typing as t

#: Whom the export may name.
EVERYBODY = ("p1", "p2", "p3", "p4", "p5", "p6")
#: The fields of a person, the columns of the export that may feed them, and their names in a mapping.
FIELDS = {"mail": "eMail", "first": "profile-field:firstName", "last": "profile-field:lastName", "status": "status"}
#: The fields that are not the status.
CELLS = ("mail", "first", "last")

ON, OFF, UNSAID = "Activated", "Deactivated", ""
#: Words that the service does not know.
FOREIGN = {ON: "active", OFF: "inactive", UNSAID: ""}
#: A cell that says nothing, and an address that the service refuses.
EMPTY, MALFORMED = "", "x"


def text(person: str, field: str, version: str) -> str:
    """Return what stands in somebody's cell; nobody else's cell says the same."""
    if version == EMPTY:
        return ""
    if field == "mail":
        return person if version == MALFORMED else f"{person}.{version}@example.com"
    return f"{field}-{person}-{version}"


@dataclasses.dataclass
class Export:
    """`rows`: everybody's versions of the cells and the status, also of those who are not `present`. `stamp`: a column that nobody maps."""

    rows: dict[str, dict[str, str]] = dataclasses.field(default_factory=lambda: {
        person: {**dict.fromkeys(CELLS, "a"), "status": ON} for person in EVERYBODY})
    present: set[str] = dataclasses.field(default_factory=lambda: {"p1", "p2", "p3"})
    has_status: bool = True
    foreign_words: bool = False
    stamp: int = 0

    def cells(self, person: str) -> dict[str, str]:
        """Return what stands in the columns of a person's row."""
        row = self.rows[person]
        status = FOREIGN[row["status"]] if self.foreign_words else row["status"]
        return {**{field: text(person, field, row[field]) for field in CELLS}, **({"status": status} if self.has_status else {})}

    def content(self) -> str:
        """Return the file."""
        columns = [*CELLS, *(["status"] if self.has_status else [])]
        lines = [";".join(["id", *columns, "stamp"])]
        for person in sorted(self.present):
            cells = self.cells(person)
            lines.append(";".join([person, *(cells[column] for column in columns), f"at {self.stamp}"]))
        return "".join(f"{line}\n" for line in lines)


def _person(identifier: str, status: str, source: str = "csv") -> dict[str, t.Any]:
    return {
        "external_id": identifier, "email": f"{identifier}.before@example.com", "status": status, "source": source,
        "fields": {"firstName": f"before-{identifier}", "lastName": f"before-{identifier}"}}


#: Who is there before the first run, by the name of the tenant. Nobody may touch those whom no export ever names.
BEFORE = {
    "A": [_person("p1", "activated"), _person("p2", "activated"), _person("p3", "pending"), _person("p4", "activated"), _person("p5", "deactivated"),
          _person("out1", "activated", "manual"), _person("out2", "pending")],
    "B": [_person("p1", "activated"), _person("p4", "activated"), _person("p5", "pending"), _person("out1", "activated")],
}


def values_of(person: dict[str, t.Any]) -> dict[str, str]:
    """Return the cells of somebody in a tenant."""
    fields = person["fields"]
    return {"mail": person["email"], "first": fields.get("firstName", ""), "last": fields.get("lastName", "")}
