# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was found out: one entry for each assumption, and the table and the report that are made of them."""

from __future__ import annotations

import dataclasses
import textwrap
import typing as t

from .assumption import DIFFERS, HOLDS, UNKNOWN, Assumption
from .catalogue import CATALOGUE
from .shapes import safe_key

NEW = "new: please report this with the file of the check"
#: The widths (characters) of the first columns of the table.
WIDTHS = (24, 4, 20, 24)
LINE = 150


@dataclasses.dataclass
class Finding:
    """`seen`: a word for what the tenant does, None if that is unknown; `note`: more about it, for the eyes of the admin only."""

    assumption: Assumption
    seen: str | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        if self.seen is None:
            return UNKNOWN
        return HOLDS if self.seen == self.assumption.taken else DIFFERS

    @property
    def advice(self) -> str:
        """What follows from it; empty when the assumption holds."""
        if self.verdict == UNKNOWN:
            return self.assumption.needs_import and f"cannot be checked without an import: {self.assumption.needs_import}"
        if self.verdict == HOLDS:
            return ""
        return self.assumption.coverage_of(self.seen or "") or NEW

    @property
    def is_new(self) -> bool:
        return self.advice == NEW


class Findings:
    """Filled by the probes. `shapes`, `states` and `fields` stand beside the assumptions."""

    def __init__(self) -> None:
        self._found = {name: Finding(assumption) for name, assumption in CATALOGUE.items()}
        self.shapes: dict[str, t.Any] = {}
        self.states: set[str] = set()
        #: Field id -> whether the tenant knows it; None: it could not be told.
        self.fields: dict[str, bool | None] = {}

    def tell(self, name: str, seen: object, note: str = "") -> None:
        """Take down what the tenant does; the first thing that is seen stands."""
        finding = self._found[name]
        if finding.seen is None:
            finding.seen, finding.note = str(seen), note

    def unknown(self, name: str, reason: str) -> None:
        """Take down why it cannot be told."""
        finding = self._found[name]
        if finding.seen is None:
            finding.note = reason

    def seen(self, name: str) -> str | None:
        return self._found[name].seen

    def every(self) -> list[Finding]:
        return list(self._found.values())

    def new(self) -> list[str]:
        """Return the names of what differs and is not covered."""
        return [name for name, finding in self._found.items() if finding.is_new]

    def states_seen(self) -> list[str]:
        return sorted({safe_key(state) for state in self.states})

    def counts(self) -> dict[str, int]:
        verdicts = [finding.verdict for finding in self.every()]
        return {verdict: verdicts.count(verdict) for verdict in (HOLDS, DIFFERS, UNKNOWN)}

    def to_result(self) -> list[dict[str, t.Any]]:
        """Return the assumptions for a module's result."""
        return [{
            "name": one.assumption.name, "tag": one.assumption.tag, "assumption": one.assumption.text, "taken": one.assumption.taken,
            "seen": one.seen, "verdict": one.verdict, "reason": one.note if one.verdict == UNKNOWN else "", "advice": one.advice,
        } for one in self.every()]

    def table(self) -> list[str]:
        """Return the lines of a table for a terminal of LINE characters."""
        lines = [_row("assumption", "tag", "we took it to be", "the tenant", "verdict"), "-" * LINE]
        for one in self.every():
            lines.append(_row(one.assumption.name, one.assumption.tag, one.assumption.taken, one.seen or "-", one.verdict))
            said = one.assumption.text + (f" ({one.note})" if one.note else "") + (f": {one.advice}" if one.advice else "")
            if one.verdict != HOLDS or one.note:
                lines += textwrap.wrap(said, LINE, initial_indent="    ", subsequent_indent="    ")
        counts = self.counts()
        lines += ["-" * LINE, ", ".join(f"{verdict} {count}" for verdict, count in counts.items())]
        return lines

    def report(self) -> dict[str, t.Any]:
        """Return what may be shown to anybody: words, shapes, names of the API and codes."""
        return {
            "format": 1,
            "counts": self.counts(),
            "assumptions": [{key: value for key, value in one.items() if key != "assumption"} for one in self.to_result()],
            "states_seen": self.states_seen(),
            "fields": self._fields_without_names(),
            "shapes": self.shapes,
        }

    def _fields_without_names(self) -> dict[str, bool | None]:
        """The ids of custom fields are the tenant's own words, so only their number is told."""
        custom = [field for field in self.fields if field not in PUBLIC_FIELDS]
        return {(f"custom field {custom.index(field) + 1}" if field in custom else field): known for field, known in self.fields.items()}


def _row(*cells: str) -> str:
    *front, verdict = cells
    return "".join(f"{cell:<{width}} " for cell, width in zip(front, WIDTHS)) + verdict


_PROFILE = ("firstName", "lastName", "position", "department", "location", "publicEmailAddress", "phoneNumber")

#: The field ids that are documented (D), the identifier among them.
DOCUMENTED_FIELDS = (
    *("externalId", "eMail", "userName", "status", "accessCode", "recoveryCode", "recoveryCodeExpiration"),
    *(f"profile-field:{name}" for name in _PROFILE))

#: What the field of the language may be called (I), the likeliest first.
LOCALE_FIELDS = ("locale", "language", "profile-field:locale", "profile-field:language", "preferredLanguage")

PUBLIC_FIELDS = frozenset({*DOCUMENTED_FIELDS, *LOCALE_FIELDS})
