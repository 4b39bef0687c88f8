# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The content of a report, whatever it is written as. Its JSON is `to_result()`."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

from .._csv.change_limits import most_allowed
from .._csv.delta import KINDS
from .._imports.counters import COUNTERS, has_numbers
from .._imports.states import State
from .._printable import printable_data
from .._run.facts import STEPS, Data, Facts, data, entries, number, read_steps, text
from .verdict import Verdict, verdict_of

#: The number of the JSON's format; it goes up when a key changes its meaning or goes.
FORMAT = 1

#: Counters of an import that has told none.
NONE_TOLD: dict[str, int | None] = dict.fromkeys(COUNTERS)

#: How a limit on refused rows is called beside those on people.
REFUSED_ROWS = "refused rows"


@dataclasses.dataclass(frozen=True)
class Asked:
    """What was asked for. `limits` and `baseline_limits` by counter and by kind of change; `details`: people's data may be shown."""

    source: str = ""
    target: str = "imported"
    limits: dict[str, t.Any] = dataclasses.field(default_factory=dict)
    baseline_limits: dict[str, t.Any] = dataclasses.field(default_factory=dict)
    max_row_errors: int | None = None
    leavers: str = "ignore"
    details: bool = False


@dataclasses.dataclass(frozen=True)
class Limit:
    """A limit as it was set, and what it is compared with. What is not known is None: a percentage of an unknown number, a count not told."""

    name: str
    set_to: str
    most: int | None
    count: int | None

    @property
    def exceeded(self) -> bool | None:
        """Whether it is exceeded; None if there was nothing to compare."""
        return None if self.most is None or self.count is None else self.count > self.most

    def to_result(self) -> Data:
        return {**dataclasses.asdict(self), "exceeded": self.exceeded}


@dataclasses.dataclass(frozen=True)
class Group:
    """What is said of several rows: the text, how many rows are listed with it, and the lines that are known."""

    message: str
    count: int
    lines: list[int]


@dataclasses.dataclass(frozen=True)
class Export:
    """The file. `problem_count` counts all problems, `problems` groups the first ones."""

    row_count: int | None
    encoding: str
    separator: str
    sha256: str
    problem_count: int
    problems: list[Group]


@dataclasses.dataclass(frozen=True)
class Refused:
    """The refused rows. `count` is None when it is not known; `reasons` groups the first ones.

    `columns` and `rows` are the service's error file as it stands: people's data, empty unless details are wanted.
    """

    count: int | None
    reasons: list[Group]
    columns: list[str]
    rows: list[list[str]]


@dataclasses.dataclass(frozen=True)
class Report:
    """All that a report tells. `seconds`: of each step, in order.

    `changes`: the counters that were read last; with `changes_are_expected` they are those of a preview. `expected`: those of the preview, if the
    run has read one.
    """

    written: datetime.datetime
    asked: Asked
    verdict: Verdict
    message: str
    failure: Data
    import_id: str
    file_name: str
    state: str
    export: Export | None
    difference: dict[str, int] | None
    changes: dict[str, int | None] | None
    expected: dict[str, int | None] | None
    changes_are_expected: bool
    limits: list[Limit]
    refused: Refused
    seconds: list[tuple[str, float]]

    @property
    def elapsed(self) -> float:
        """How many seconds the steps took together."""
        return sum(seconds for _step, seconds in self.seconds)

    @property
    def has_both(self) -> bool:
        """Whether there are numbers of a preview beside those of the end, which may be missing."""
        return has_numbers(self.expected) and not self.changes_are_expected

    def to_result(self) -> Data:
        """Return what the JSON holds."""
        found = dataclasses.asdict(self)
        return t.cast(Data, printable_data({
            "format": FORMAT,
            "written": self.written.isoformat(timespec="seconds"),
            "source": self.asked.source,
            "target": self.asked.target,
            "verdict": self.verdict.kind.value,
            "headline": self.verdict.headline,
            "people": self.verdict.people,
            "next": self.verdict.next,
            "message": self.message or None,
            "failure": self.failure or None,
            "import": {"id": self.import_id or None, "file_name": self.file_name or None, "state": self.state or None},
            "export": found["export"],
            "difference": self.difference,
            "leavers": self.asked.leavers,
            "changes": self.changes,
            "changes_are_expected": self.changes_are_expected,
            "expected": self.expected,
            "limits": [limit.to_result() for limit in self.limits],
            "refused": found["refused"],
            "steps": [{"step": step, "seconds": round(seconds, 3)} for step, seconds in self.seconds],
            "elapsed": round(self.elapsed, 3),
            "holds_personal_data": self.asked.details,
        }))


#: The columns of the service's error file, and its rows.
ErrorFile = tuple[list[str], list[list[str]]]


def compose(asked: Asked, steps: t.Iterable[Data], written: datetime.datetime, error_file: ErrorFile = ([], [])) -> Report:
    """Make the report of a run from the results of its steps. `error_file` is left out unless details are wanted."""
    facts = read_steps(steps)
    upload, state, failed = facts.last("upload"), facts.last("state"), facts.failed
    known = {**data(upload.get("import")), **data(state.get("import"))}
    changes, expected, difference = _counters(state.get("changes")), _counters(state.get("expected")), _difference(facts.last("delta"))
    # What the end does not tell was compared with the preview.
    limits = _limits(asked, facts, {name: (expected or {}).get(name) if count is None else count for name, count in (changes or NONE_TOLD).items()})
    columns, rows = error_file if asked.details else ([], [])
    return Report(
        written=written, asked=asked, verdict=verdict_of(facts, exceeded=any(limit.exceeded for limit in limits if limit.name in COUNTERS)),
        message=failed.message if failed else "", failure=failed.failure if failed else {},
        import_id=text(known.get("id") or upload.get("import_id")), file_name=text(known.get("file_name")), state=facts.import_state,
        export=_export(facts.last("check")), difference=difference,
        changes=changes, expected=expected, changes_are_expected=state.get("state") != State.COMPLETED.value, limits=limits,
        refused=Refused(facts.refused_count, _grouped(entries(state.get("row_errors"))), columns, rows),
        seconds=[(step, seconds) for step, seconds in facts.seconds if step in STEPS],
    )


def _counters(told: t.Any) -> dict[str, int | None] | None:
    return {name: number(told.get(name)) for name in COUNTERS} if isinstance(told, dict) else None


def _difference(delta: Data) -> dict[str, int] | None:
    found = {kind: number(delta.get(kind)) for kind in (*KINDS, "unchanged")}
    told = {kind: count for kind, count in found.items() if count is not None}
    return told if len(told) == len(found) else None


def _limits(asked: Asked, facts: Facts, found_by_counter: dict[str, int | None]) -> list[Limit]:
    delta = facts.last("delta")
    counts = {kind: number(delta.get(kind)) for kind in (*KINDS, "unchanged")}
    told = [count for kind, count in counts.items() if kind != "joiners" and count is not None]
    previous = sum(told) if len(told) == len(counts) - 1 else None
    found = [
        Limit(kind, text(asked.baseline_limits[kind]), _most(text(asked.baseline_limits[kind]), previous), counts[kind])
        for kind in KINDS if asked.baseline_limits.get(kind) is not None]
    found += [
        Limit(name, text(asked.limits[name]), number(asked.limits[name]), found_by_counter[name])
        for name in COUNTERS if asked.limits.get(name) is not None]
    if asked.max_row_errors is not None:
        found.append(Limit(REFUSED_ROWS, text(asked.max_row_errors), asked.max_row_errors, facts.refused_count))
    return found


def _most(limit: str, previous: int | None) -> int | None:
    try:
        return most_allowed(limit, previous)
    except ValueError:
        return None


def _export(check: Data) -> Export | None:
    if "row_count" not in check:
        return None
    problems = [{**one, "message": _of_column(one)} for one in entries(check.get("problems"))]
    return Export(
        number(check.get("row_count")), text(check.get("encoding")), text(check.get("separator")), text(check.get("sha256")),
        number(check.get("problem_count")) or 0, _grouped(problems))


def _of_column(problem: Data) -> str:
    column = text(problem.get("column"))
    return f"column {column}: {text(problem.get('message'))}" if column else text(problem.get("message"))


def _grouped(rows: list[Data]) -> list[Group]:
    """Group rows by what is said of them; those that are said of most come first."""
    lines: dict[str, list[int | None]] = {}
    for row in rows:
        lines.setdefault(text(row.get("message")), []).append(number(row.get("line")))
    groups = [Group(message, len(found), sorted({line for line in found if line is not None})) for message, found in lines.items()]
    return sorted(groups, key=lambda group: -group.count)
