# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was found out: one entry for each assumption, and the table and the report that are made of them."""

from __future__ import annotations

import dataclasses
import re
import textwrap
import typing as t

from .catalogue import CATALOGUE, DOCUMENTED_FIELDS, LOCALE_FIELDS, Assumption

HOLDS = "holds"
DIFFERS = "differs"
UNKNOWN = "unknown"
NEW = "new: please report this, with the JSON report of the check"

#: The widths (characters) of the first columns of the table, and of the whole.
WIDTHS = (24, 4, 20, 24)
LINE = 150

#: How deep into an answer is looked, and how many keys of one object are told.
DEEPEST = 8
MOST_KEYS = 60

#: Stands for a key that may be more than a name of the API.
HIDDEN = "..."

#: The keys below this one are the tenant's own field ids, and what they hold are columns of somebody's file.
_MAPPING = "mapping"

_KEY = re.compile(r"[A-Za-z][A-Za-z_]{0,39}")


def safe_key(key: object) -> str:
    """Return a key when it looks like a name of the API: letters only. Ids, addresses and dates do not."""
    return str(key) if _KEY.fullmatch(str(key)) else HIDDEN


def shape_of(value: t.Any, depth: int = 0) -> t.Any:
    """Return the shape of an answer, and nothing that it says about anybody.

    Dictionaries keep their keys, lists the shape of their first entry; of everything else the name of its JSON type is left.
    """
    if depth > DEEPEST:
        return HIDDEN
    if isinstance(value, dict):
        return {safe_key(key): ("object" if key == _MAPPING else shape_of(value[key], depth + 1)) for key in sorted(value, key=str)[:MOST_KEYS]}
    if isinstance(value, list):
        return [shape_of(value[0], depth + 1)] if value else []
    if isinstance(value, bool):
        return "boolean"
    if value is None:
        return "null"
    return "number" if isinstance(value, (int, float)) else "text"


@dataclasses.dataclass
class Finding:
    """`seen`: a word for what the tenant does, None if that is unknown; `note`: more about it, or why it is unknown, for the admin only."""

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
        if self.seen is None:
            return self.assumption.needs_import and f"cannot be checked without an import: {self.assumption.needs_import}"
        return "" if self.verdict == HOLDS else self.assumption.coverage_of(self.seen) or NEW

    def to_result(self) -> dict[str, t.Any]:
        one = self.assumption
        return {
            "name": one.name, "tag": one.tag, "assumption": one.text, "taken": one.taken, "seen": self.seen, "verdict": self.verdict,
            "reason": self.note if self.seen is None else "", "advice": self.advice,
        }

    def lines(self) -> list[str]:
        """Return the row of the table, and what is to be said about it."""
        one = self.assumption
        row = _row(one.name, one.tag, one.taken, self.seen or "-", self.verdict)
        if self.verdict == HOLDS and not self.note:
            return [row]
        said = one.text + (f" ({self.note})" if self.note else "") + (f": {self.advice}" if self.advice else "")
        return [row, *textwrap.wrap(said, LINE, initial_indent="    ", subsequent_indent="    ")]


class Findings:
    """Filled by the probes. Beside the assumptions stand the `shapes` of answers by name, the `states` that were seen, and `fields`."""

    def __init__(self) -> None:
        self._found = {name: Finding(assumption) for name, assumption in CATALOGUE.items()}
        self.shapes: dict[str, t.Any] = {}
        self.states: set[str] = set()
        #: Field id -> whether the tenant knows it.
        self.fields: dict[str, bool] = {}

    def tell(self, name: str, seen: object, note: str = "") -> None:
        """Take down what the tenant does; the first thing that is seen stands."""
        finding = self._found[name]
        if finding.seen is None:
            finding.seen, finding.note = str(seen), note

    def unknown(self, name: str, reason: str) -> None:
        """Take down why it cannot be told; the first reason stands."""
        finding = self._found[name]
        finding.note = finding.note or ("" if finding.seen is not None else reason)

    def seen(self, name: str) -> str | None:
        return self._found[name].seen

    def new(self) -> list[str]:
        """Return the names of what differs and is not covered."""
        return [name for name, finding in self._found.items() if finding.advice == NEW]

    def states_seen(self) -> list[str]:
        return sorted({safe_key(state) for state in self.states})

    def counts(self) -> dict[str, int]:
        verdicts = [finding.verdict for finding in self._found.values()]
        return {verdict: verdicts.count(verdict) for verdict in (HOLDS, DIFFERS, UNKNOWN)}

    def to_result(self) -> list[dict[str, t.Any]]:
        """Return the assumptions for a module's result."""
        return [finding.to_result() for finding in self._found.values()]

    def table(self) -> list[str]:
        """Return the lines of a table for a terminal of LINE characters."""
        rule = "-" * LINE
        return [
            _row("assumption", "tag", "we took it to be", "the tenant", "verdict"), rule,
            *(line for finding in self._found.values() for line in finding.lines()),
            rule, ", ".join(f"{verdict} {count}" for verdict, count in self.counts().items()),
        ]

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

    def _fields_without_names(self) -> dict[str, bool]:
        """The ids of custom fields are the tenant's own words, so only their number is told."""
        custom = [field for field in self.fields if field not in DOCUMENTED_FIELDS + LOCALE_FIELDS]
        return {(f"custom field {custom.index(field) + 1}" if field in custom else field): known for field, known in self.fields.items()}


def _row(*cells: str) -> str:
    *front, verdict = cells
    return "".join(f"{cell:<{width}} " for cell, width in zip(front, WIDTHS)) + verdict
