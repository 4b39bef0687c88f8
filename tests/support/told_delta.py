# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A difference from what a tenant was told: four fields, exports as lines of text, and what comes out of them."""

from __future__ import annotations

import dataclasses
import io
import typing as t

from ansible_collections.community.staffbase.plugins.module_utils._csv.delta import ADDED_STATUS, KINDS, Delta, DeltaRules, compare
from ansible_collections.community.staffbase.plugins.module_utils._csv.detect import detect
from ansible_collections.community.staffbase.plugins.module_utils._csv.table import Table
from ansible_collections.community.staffbase.plugins.module_utils._csv.told import Refused, Told

DAY = "2026-01-31"

#: Nobody maps the time stamp.
FIELDS = {"externalId": "id", "eMail": "mail", "profile-field:firstName": "first", "status": "status"}
HEADER = "id;mail;first;status;stamp"
WITHOUT_STATUS = {field: column for field, column in FIELDS.items() if field != "status"}
SHORT = "id;mail;first;stamp"

ANN, BOB, CLEO = "1;ann@x;Ann;Activated;07:00", "2;bob@x;Bob;Activated;07:00", "3;cleo@x;Cleo;Activated;07:00"
ANN_SHORT, BOB_SHORT, CLEO_SHORT = ("1;ann@x;Ann;07:00", "2;bob@x;Bob;07:00", "3;cleo@x;Cleo;07:00")

#: The cells of Bob and Cleo, as they are kept of leavers.
BOB_CELLS = {"externalId": "2", "eMail": "bob@x", "profile-field:firstName": "Bob", "status": "Activated"}
CLEO_CELLS = {"externalId": "3", "eMail": "cleo@x", "profile-field:firstName": "Cleo", "status": "Activated"}

#: With a status column of the export's own, and without one, where leavers are deactivated.
OWN = DeltaRules("status", deactivate_leavers=True, fields=FIELDS, listed=True)
ADDED = DeltaRules(ADDED_STATUS, deactivate_leavers=True, joiners_status="Activated", fields=WITHOUT_STATUS, listed=True)
#: Without one, where they are ignored.
IGNORED = DeltaRules(fields=WITHOUT_STATUS, listed=True)


def told(**known: t.Any) -> Told:
    """Return what was told, under FIELDS."""
    return Told(**{"mapping": FIELDS, "tenant": "https://a.example", **known})


def told_short(**known: t.Any) -> Told:
    """Return what was told where the export has no status."""
    return told(**{"mapping": WITHOUT_STATUS, **known})


def refused(**known: t.Any) -> Refused:
    return Refused(DAY, **known)


def text(*rows: str, header: str = HEADER) -> bytes:
    return "".join(f"{line}\n" for line in (header, *rows)).encode()


def table_of(data: bytes, identifier: str = "id") -> Table:
    stream = io.BytesIO(data)
    return Table(stream, detect(stream, "auto", "auto", (identifier,)), identifier)


def delta_of(before: bytes | None, after: bytes, rules: DeltaRules = OWN, identifier: str = "id", **changes: t.Any) -> Delta:
    """Compare; `changes` are those of the rules."""
    previous = table_of(before, identifier) if before is not None else None
    return compare(previous, table_of(after, identifier), dataclasses.replace(rules, **changes))


def sent(delta: Delta) -> list[str]:
    return [row.decode().removesuffix("\n") for row in delta.rows]


def counted(delta: Delta) -> dict[str, int]:
    """Return the numbers that are not zero."""
    numbers = {**{kind: delta.count(kind) for kind in KINDS}, "unchanged": delta.unchanged, **delta.counts}
    return {kind: number for kind, number in numbers.items() if number}


def listed(delta: Delta) -> list[str]:
    """Return the people's list, a word for each entry."""
    return [" ".join((one.identifier, one.change, *one.columns)) for one in delta.people]
