# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every guard of the promises, taken out of a copy of the collection one at a time: a test has to fail then."""

from __future__ import annotations

from . import calls, files, hostile, limits, once, secrets, told
from .guard import Guard

#: What the guards stand against, in the order of the page.
ROWS: dict[str, list[Guard]] = {
    "A call that breaks": calls.GUARDS,
    "More people than anybody meant": limits.GUARDS,
    "A run that is killed": once.KILLED,
    "Runs side by side": once.SIDE_BY_SIDE,
    "A service that goes back": once.GOING_BACK,
    "What the tenant was told": told.GUARDS,
    "Disk and files": files.GUARDS,
    "Secrets and people's data": secrets.GUARDS,
    "A hostile server": hostile.GUARDS,
}


def named(promise: str) -> Guard:
    """Return the guard of a promise."""
    return next(guard for row in ROWS.values() for guard in row if guard.promise == promise)
