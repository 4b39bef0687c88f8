# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two exports of an invented company: 12 columns, 2 % of the rows changed, some joined, some left."""

from __future__ import annotations

import random
from pathlib import Path

COLUMNS = (
    "id", "mail", "first_name", "last_name", "department", "location", "position", "phone", "manager", "cost_center", "language", "status",
)
CHANGED = 0.02
JOINED = LEFT = 0.002


def write_exports(folder: Path, rows: int) -> tuple[Path, Path]:
    """Write `rows` people as previous.csv, and as they are a day later as current.csv."""
    chance = random.Random(rows)
    previous, current = folder / "previous.csv", folder / "current.csv"
    with previous.open("w", encoding="utf-8") as old, current.open("w", encoding="utf-8") as new:
        for file in (old, new):
            file.write(";".join(COLUMNS) + "\n")
        for number in range(rows):
            person = _person(number, chance)
            old.write(";".join(person) + "\n")
            luck = chance.random()
            if luck < LEFT:
                continue
            if luck < LEFT + CHANGED:
                person[6] = f"Position {chance.randrange(1000)} new"
            new.write(";".join(person) + "\n")
        for number in range(rows, rows + int(rows * JOINED)):
            new.write(";".join(_person(number, chance)) + "\n")
    return previous, current


def _person(number: int, chance: random.Random) -> list[str]:
    name = f"{chance.randrange(16 ** 5):05x}"
    return [
        f"P{number:08d}", f"{name}.{number}@company.example", f"First{name[:3]}", f"Last{name[2:]}", f"Department {chance.randrange(60)}",
        f"Location {chance.randrange(25)}", f"Position {chance.randrange(400)}", f"+49 30 {chance.randrange(10 ** 7):07d}",
        f"P{chance.randrange(1000):08d}", f"{chance.randrange(9000) + 1000}", chance.choice(("de_DE", "en_US", "pt_PT")), "Activated",
    ]
