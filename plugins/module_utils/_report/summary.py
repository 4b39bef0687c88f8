# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as Markdown for the page of a job. It never holds people's data, whatever is asked for, because many read such pages."""

from __future__ import annotations

import re
import typing as t

from .._printable import printable
from .._run.facts import STEPS
from . import words
from .figures import duration, whole
from .report import Group, Report

#: How many groups of refused rows or problems are listed; the page has all of them.
MOST_GROUPS = 10

# What can mean something anywhere, what makes an address a link, and what makes the beginning of a text a list or a line.
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&!$^@]|:(?=//)|(?<=www)\.|^[-+=])", re.IGNORECASE)
_NUMBERED = re.compile(r"^([0-9]+)([.)])(?=\s|$)")
_MARKS = {"good": "\u2705", "info": "\u2139\ufe0f", "neutral": "\u2796", "warn": "\u26a0\ufe0f", "bad": "\u274c"}


def summary(report: Report) -> str:
    """Return the summary."""
    verdict = report.verdict
    of_source = f" ({plain(report.asked.source)})" if report.asked.source else ""
    parts = [
        f"## {_MARKS[words.tone(report)]} {plain(verdict.headline)}{of_source}",
        plain(verdict.people),
        f"> {plain(report.message)}" if report.message else "",
        _list("What to do next", [plain(step) for step in verdict.next], "1."),
        *_numbers(report),
        _groups("Refused rows", report.refused.reasons, report.refused.count),
        _groups("Problems in the export", report.export.problems, report.export.problem_count) if report.export else "",
        _list("Time", [f"{plain(STEPS[step])}: {plain(duration(seconds))}" for step, seconds in report.seconds]),
        _list("Facts", [f"{plain(name)}: {plain(value)}" for name, value in words.facts(report)]),
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def plain(value: str) -> str:
    """Return a text that Markdown takes as text only: each character that could mean something is escaped."""
    return _NUMBERED.sub(r"\1\\\2", _MARKUP.sub(r"\\\1", printable(value).strip()))


def _numbers(report: Report) -> t.Iterator[str]:
    if report.difference is not None:
        yield _table("Since the last export", ["People", "Number"], [[kind, whole(count)] for kind, count in report.difference.items()])
    counters = words.counters(report)
    if counters:
        heads = ["People", *words.columns(report)]
        yield _table(words.changes_title(report), heads, [[name, *map(whole, counts)] for name, counts in counters.items()])
    if report.limits and all(limit.exceeded is None for limit in report.limits):
        yield plain(words.not_compared(report.limits))
    elif report.limits:
        yield _table("Limits", ["Limit on", "Set to", "Found", "How close"], [
            [limit.name, words.set_to(limit), whole(limit.count), words.closeness(limit)] for limit in report.limits])


def _table(title: str, heads: list[str], rows: list[list[str]]) -> str:
    lines = [f"| {' | '.join(map(plain, row))} |" for row in (heads, *rows)]
    marks = "| " + " | ".join("---" for _head in heads) + " |"
    return "\n".join([f"### {plain(title)}", "", lines[0], marks, *lines[1:]])


def _list(title: str, items: list[str], mark: str = "-") -> str:
    return "\n".join([f"### {plain(title)}", "", *(f"{mark} {item}" for item in items)]) if items else ""


def _groups(title: str, groups: list[Group], count: int | None) -> str:
    if not count:
        return ""
    items = [f"{plain(whole(group.count))} x {plain(group.message)} ({plain(words.lines_of(group))})" for group in groups[:MOST_GROUPS]]
    left = len(groups) - MOST_GROUPS
    return _list(f"{title}: {whole(count)}", items + ([f"and {left} more kinds"] if left > 0 else []))
