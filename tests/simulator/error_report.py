# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The CSV of /errors (C: a CSV stream; every column name is a guess, I)."""

from __future__ import annotations

import csv
import io

from .answer import Answer
from .row_check import RowError
from .switches import Switches

HEADERS = {
    "line_message": ("line", "message"),
    "row_error": ("row", "error"),
    "row_value": ("rowNumber", "field", "value", "description"),
    "german": ("Zeile", "Fehler"),
    "no_header": (),
}


def error_report(errors: list[RowError], switches: Switches) -> Answer:
    """The answer of GET /errors; nothing to report is an empty body (C), a lone header or a 204 by switch."""
    if not errors and switches.errors_empty == "no_content":
        return Answer(204)
    if not errors and switches.errors_empty == "body":
        return Answer(200, b"", "text/csv; charset=utf-8")
    text = io.StringIO(newline="")
    writer = csv.writer(
        text,
        delimiter=";" if switches.errors_separator == "semicolon" else ",",
        lineterminator="\n",
        quoting=csv.QUOTE_ALL if switches.errors_quoting == "all" else csv.QUOTE_MINIMAL,
    )
    header = HEADERS[switches.errors_shape]
    if header:
        writer.writerow(header)
    for error in errors:
        writer.writerow(_cells(error, switches))
    return Answer(200, text.getvalue().encode(), "text/csv; charset=utf-8")


def _cells(error: RowError, switches: Switches) -> tuple[object, ...]:
    line = error.row + (1 if switches.errors_line == "header_is_1" else 0)
    message = error.message
    if switches.errors_quote_value == "yes" and error.value:
        message = f"{message}: '{error.value}'"
    if switches.errors_shape == "row_value":
        return line, error.field, error.value, message
    return line, message
