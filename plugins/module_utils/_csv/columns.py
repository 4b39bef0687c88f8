# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which column holds what, as a mapping tells; and what can be wrong with a header."""

from __future__ import annotations

import collections
import dataclasses
import re

from .problems import Problems

#: What a mapping's field means for the checks. The key of the language is unknown, `locale` is likely (D, I).
IDENTIFIER = "externalId"
USER_NAME = "userName"
EMAIL = "eMail"
STATUS = "status"
LOCALES = ("locale", "language", "profile-field:locale")

_DATA_LIKE = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|\d+([.,/-]\d+)*")


@dataclasses.dataclass(frozen=True)
class Columns:
    """Column names by what they hold; None where the mapping does not say. `named`: all columns of the mapping, each once."""

    identifier: str | None = None
    user_name: str | None = None
    email: str | None = None
    status: str | None = None
    locale: str | None = None
    named: tuple[str, ...] = ()

    @classmethod
    def of_mapping(cls, fields: dict[str, str]) -> Columns:
        """Read a mapping of single fields to columns."""
        locale = next((fields[name] for name in LOCALES if name in fields), None)
        named = tuple(dict.fromkeys(fields.values()))
        return cls(fields.get(IDENTIFIER), fields.get(USER_NAME), fields.get(EMAIL), fields.get(STATUS), locale, named)


def looks_like_data(header: list[str], columns: Columns) -> bool:
    """Tell whether the first line seems to hold a person and not names."""
    return not set(header) & set(columns.named) and any(_DATA_LIKE.fullmatch(cell.strip()) for cell in header)


def can_be_told(header: list[str], columns: Columns) -> bool:
    """Tell whether the first line can be shown: it cannot be when it may be a person, because no expected column is in it."""
    return bool(set(header) & set(columns.named)) if columns.named else not looks_like_data(header, columns)


def header_problems(header: list[str], columns: Columns, problems: Problems) -> None:
    """Note what is wrong with a header; its line is the first one."""
    known = set(header)
    told = can_be_told(header, columns)
    if looks_like_data(header, columns):
        problems.add("header_missing", 1)
    for name, count in collections.Counter(header).items():
        if not name.strip():
            problems.add("header_empty_name", 1)
        elif count > 1:
            problems.add("header_duplicate", 1, name if told else None)
    for name in columns.named:
        if name not in known:
            problems.add("identifier_missing" if name == columns.identifier else "column_missing", 1, name)
