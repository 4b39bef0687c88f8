# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checking an export: from a path and a mapping to a report, or to an error that names the first problems."""

from __future__ import annotations

from .._csv.columns import Columns
from .._csv.lint import LintReport, lint
from .._errors import InputError, StaffbaseError
from .._files.regular_file import left_alone, open_regular
from .config_body import fields_of

#: How many problems a sentence names; the result lists more.
NAMED = 5


def check_export(src: str, mapping: dict[str, str], separator: str, encoding: str) -> LintReport:
    """Return the report about the file; raise InputError if it cannot be read, or changes meanwhile."""
    columns = Columns.of_mapping({field: str(column) for fields, column in mapping.items() for field in fields_of(fields)})
    with open_regular(src, "src") as stream, left_alone(stream, src, "src"):
        try:
            return lint(stream, columns, separator, encoding)
        except OSError as error:
            raise InputError("src", f"{src} cannot be read: {error.strerror}") from None


def refusal(src: str, report: LintReport) -> StaffbaseError:
    """Return the error for an export that must not be sent."""
    return StaffbaseError(f"{sentence(src, report)}. Nothing was sent; correct the export and run again", stage="check", **report.to_result())


def sentence(src: str, report: LintReport) -> str:
    """Return how many problems there are, and the first ones."""
    count = report.problems.count
    named = []
    for problem in report.problems.listed[:NAMED]:
        shown = problem.to_result()
        place = ", ".join(filter(None, [f"line {problem.line}" if problem.line else "", f"column {problem.column!r}" if problem.column else ""]))
        named.append(f"{place}: {shown['message']}" if place else str(shown["message"]))
    more = f"; and {count - NAMED} more" if count > NAMED else ""
    return f"{src} has {count} problem{'' if count == 1 else 's'}: {'; '.join(named)}{more}"
