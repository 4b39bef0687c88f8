# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing a report: the page, and beside it the same for machines and for the page of a job."""

from __future__ import annotations

import itertools
import json
import os

from .._errors import InputError
from .._files.private_file import PrivateFile
from .._files.regular_file import open_regular
from .._imports.row_errors import read_cells_of_errors
from .page import page
from .report import ErrorFile, Report
from .summary import summary

#: How many refused rows are shown in full.
MOST_ROWS = 500

PIECE = 1 << 16


def read_error_file(path: str) -> ErrorFile:
    """Return the names of the columns and the first rows of the service's error file; raise InputError if it cannot be read."""
    with open_regular(path, "errors") as stream:
        try:
            found = list(itertools.islice(read_cells_of_errors(iter(lambda: stream.read(PIECE), b"")), MOST_ROWS))
        except OSError as error:
            raise InputError("errors", f"{path} cannot be read: {error.strerror}") from None
    return (found[0][0] if found else []), [cells for _header, cells in found]


class ReportFiles:
    """Three files beside each other, each private and written whole: `<stem>.json`, `<stem>.md`, and the page itself, which comes last."""

    def __init__(self, dest: str, *, write: bool) -> None:
        """`dest` is the path of the page. With `write` false nothing is put in place."""
        stem, suffix = os.path.splitext(dest)
        if suffix.lower() not in (".html", ".htm") or not os.path.basename(stem):
            raise InputError("dest", f"{dest} must end in .html, because the same is written with .json and .md in its place")
        self.page_path, self.json_path, self.summary_path = dest, f"{stem}.json", f"{stem}.md"
        self._files = {path: PrivateFile("dest", path, write=write) for path in (self.json_path, self.summary_path, self.page_path)}

    def put(self, report: Report) -> bool:
        """Write the report; return whether a file is, or would be, another one than before."""
        texts = {
            self.json_path: json.dumps(report.to_result(), indent=2, ensure_ascii=False) + "\n",
            self.summary_path: summary(report),
            self.page_path: page(report),
        }
        for path, file in self._files.items():
            file.put([texts[path].encode()])
        return any(file.changed for file in self._files.values())
