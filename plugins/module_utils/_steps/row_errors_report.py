# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The refused rows of an import that is completed: read, stored, and told as a warning or as an error."""

from __future__ import annotations

from .._errors import InputError, StaffbaseError
from .._files.private_file import PrivateFiles
from .._imports.imports import Imports
from .._imports.row_errors import RowErrors
from .outcome import Outcome

#: How many lines of refused rows a sentence names; all of them stand in the error file.
LINES_NAMED = 10


def report_row_errors(imports: Imports, import_id: str, outcome: Outcome, error_files: PrivateFiles, max_row_errors: int | None) -> None:
    """Fill `outcome.row_errors` and write `error_files`. Raises StaffbaseError when more rows than `max_row_errors` were refused.

    With `max_row_errors` None, any number of refused rows is a warning.
    """
    try:
        outcome.row_errors = found = imports.get_row_errors(import_id, error_files.keep)
    except InputError as error:
        # Of the disk. Whoever reads only that must not think that nothing was imported.
        raise StaffbaseError(
            f"{error}. Import {import_id} itself is {outcome.state}: correct this and run again. The next run reads the refused rows "
            "again and imports nothing twice", stage="errors", import_id=import_id) from None
    outcome.changed |= error_files.changed
    if not found.count:
        return
    text = f"{found.count} {'row' if found.count == 1 else 'rows'} of import {import_id} refused{_lines_of(found)}"
    if max_row_errors is None:
        outcome.warnings.append(text if _changed_nobody(outcome) else f"{text}; all other rows were imported")
    elif found.count > max_row_errors:
        raise StaffbaseError(
            f"{text}; at most {max_row_errors} are allowed (max_row_errors). All other rows were imported: correct these "
            "in the source and import again", stage="errors", import_id=import_id)


def _changed_nobody(outcome: Outcome) -> bool:
    """Whether the service tells that nobody was changed: then there may be no other rows, and nothing is said of them."""
    return outcome.changes is not None and not any(outcome.changes.values())


def _lines_of(found: RowErrors) -> str:
    lines = [str(row["line"]) for row in found.listed if row["line"] is not None][:LINES_NAMED]
    return f" (line {', '.join(lines)}{', ...' if found.count > len(lines) else ''})" if lines else ""
