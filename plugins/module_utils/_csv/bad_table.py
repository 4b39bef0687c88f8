# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The error for a file that cannot be compared."""

from __future__ import annotations

from .problems import MESSAGES


class BadTable(Exception):
    """`code` is one of problems.MESSAGES, `text` says it better here; no cell is in it. `in_previous`: of two files, it is the first."""

    def __init__(self, code: str, line: int | None, column: str | None = None, *, in_previous: bool = False, text: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.text = text or MESSAGES[code]
        self.line = line
        self.column = column
        self.in_previous = in_previous
