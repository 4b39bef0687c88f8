# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tenant was told when a run is over: written beside the baseline before the baseline itself is replaced.

Two files cannot be replaced at once. What is told names the digest of the rows that it belongs to, so whoever comes next sees which of the two it is.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import hashlib
import typing as t

from .._csv.table import Table
from .._csv.told import Told
from .._csv.told_next import Settlement
from .._errors import InputError
from .run_record import Asked
from .told_file import read_told, write_told


@dataclasses.dataclass(frozen=True)
class End:
    """How a run has ended. `unsure`: what became of its import is not known, so each of its rows may have been accepted or not.

    `nothing_sent`: nobody has changed. `import_id` and `created_at`: of the import, as the service told them.
    """

    unsure: bool = False
    nothing_sent: bool = False
    import_id: str = ""
    created_at: str = ""


#: A run that sent something, and whose import is known.
OVER = End()


def planned_told(path: str) -> Told | None:
    """Return what was planned for the end of a run; None if there is nothing, or nothing that can be used."""
    with contextlib.suppress(InputError):
        return read_told(path)
    return None


class NextTold:
    """`told`: what is in force; `path`: what is to come."""

    def __init__(self, told_path: str, path: str, asked: Asked, end: End) -> None:
        before = planned_told(told_path)
        #: Of another tenant, nothing of it counts.
        self.before = before if before is not None and before.tenant == asked.tenant else None
        self.after = planned_told(path) or Told()
        self._path = path
        self.after.tenant, self.after.mapping, self.after.flags, self.after.date = asked.tenant, asked.mapping, asked.flags, today()
        self.after.last_import, self.after.last_created = end.import_id, end.created_at
        if end.nothing_sent and self.before is not None:
            self.after.flags = self.before.flags
            self.after.last_import, self.after.last_created = self.before.last_import, self.before.last_created

    def is_next(self, digest: str) -> None:
        """Write it for a baseline with this digest."""
        self.after.baseline = digest
        write_told(self._path, self.after)

    def rows(self, previous: Table | None, current: Table, refused: dict[bytes, bool]) -> t.Iterator[bytes]:
        """Yield the rows of the next baseline, and write this just before the last of them is out of hand."""
        settlement = Settlement(previous, current, self.before, after=self.after, refused=refused, day=today())
        digest = hashlib.sha256()
        for row in settlement.rows():
            digest.update(row)
            yield row
        self.is_next(digest.hexdigest())


def today() -> str:
    return datetime.datetime.now(datetime.timezone.utc).date().isoformat()
