# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading an export and saying what is wrong with it, before anything is sent."""

from __future__ import annotations

import dataclasses
import hashlib
import typing as t

from .columns import Columns, can_be_told, header_problems
from .detect import lone_cr_if_text, text_of
from .dialect import AUTO, CODECS, HEAD, foreign_kind, separator_of
from .problems import Problems
from .row_checks import RowChecks
from .rows import Rows


@dataclasses.dataclass
class LintReport:
    """What was found. `encoding` and `separator` are None when they could not be told; `row_count` is without the header.

    `without_status`: how many rows have an empty status; None if no status is mapped.
    """

    encoding: str | None = None
    separator: str | None = None
    header: list[str] = dataclasses.field(default_factory=list)
    row_count: int = 0
    sha256: str = ""
    without_status: int | None = None
    problems: Problems = dataclasses.field(default_factory=Problems)

    def to_result(self) -> dict[str, t.Any]:
        """Return the report for a module's result; no cell is in it."""
        return {
            "encoding": self.encoding, "separator": self.separator, "header": self.header, "row_count": self.row_count, "sha256": self.sha256,
            "without_status": self.without_status,
            "problems": [problem.to_result() for problem in self.problems.listed], "problem_count": self.problems.count,
        }


def lint(stream: t.BinaryIO, columns: Columns, separator: str = AUTO, encoding: str = AUTO) -> LintReport:
    """Read a file from its start and report; never raises for what is in the file.

    One pass, with flat memory apart from identifiers, user names and mail addresses. With `encoding` auto, UTF-8 is taken until
    bytes come that are none; then the file is read again as windows-1252.
    """
    head = stream.read(HEAD)
    kind = "empty_file" if not head.removeprefix(b"\xef\xbb\xbf").strip() else foreign_kind(head)
    if kind is not None:
        return _refused(stream, kind)
    for name in [encoding] if encoding != AUTO else list(CODECS):
        try:
            chosen = separator if separator != AUTO else separator_of(text_of(head, name), columns.named)
            if chosen is not None:
                return _read(stream, columns, name, chosen)
            if lone_cr_if_text(stream, name) is not None:
                return _refused(stream, "unknown_separator", name)
        except UnicodeDecodeError:
            continue
    return _refused(stream, "not_text")


def _read(stream: t.BinaryIO, columns: Columns, encoding: str, separator: str) -> LintReport:
    stream.seek(0)
    report = LintReport(encoding, separator)
    rows = Rows(stream, encoding, separator)
    iterator = iter(rows)
    header = next(iterator, None)
    if header is None:
        report.problems.add(rows.fault or "header_missing", 1)
        header = []
    report.header = header if can_be_told(header, columns) else []
    header_problems(header, columns, report.problems)
    checks = RowChecks(header, columns, separator, report.problems)
    count = 0
    for cells in iterator:
        count += 1
        if cells is None:
            report.problems.add(rows.fault, rows.line)
        else:
            checks.check(cells, rows.line, rows.raw.suspicious)
    report.row_count, report.without_status = count, checks.without_status
    checks.finish()
    if not count:
        report.problems.add("header_only")
    report.sha256 = rows.raw.sha256
    return report


def _refused(stream: t.BinaryIO, code: str, encoding: str | None = None) -> LintReport:
    report = LintReport(encoding)
    report.problems.add(code)
    report.sha256 = _digest(stream)
    return report


def _digest(stream: t.BinaryIO) -> str:
    stream.seek(0)
    digest = hashlib.sha256()
    while piece := stream.read(1 << 20):
        digest.update(piece)
    return digest.hexdigest()
