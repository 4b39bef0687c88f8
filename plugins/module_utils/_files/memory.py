# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of what the tenant was told, when a run begins: whether it can be used, and if not, what happens instead."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime

from .._csv.told import Told
from .._errors import InputError
from .baseline import Baseline, digest_of
from .next_told import planned_told
from .run_record import Asked, read_run
from .told_file import WAY_ON, read_told

#: How many days the service keeps an import, from its upload on (D).
KEPT = 30


@dataclasses.dataclass
class Memory:
    """`told`: what is remembered beside the rows, or None. `path`: the file that it was read from.

    `everybody`: the whole export has to be sent, because what the tenant was told is not known; `reason` says why, for the admin; `warning`: what
    else has to be known. `was_moved`: somebody else than the last run has put the files there, so they may not be the newest ones.
    """

    told: Told | None = None
    path: str = ""
    everybody: bool = False
    reason: str = ""
    warning: str = ""
    was_moved: bool = False

    @property
    def last_import(self) -> dict[str, str] | None:
        """The last import that told the tenant something; None if it does not matter, because everybody is sent."""
        told = self.told
        if told is None or self.everybody or not (told.last_import and told.last_created):
            return None
        return {"id": told.last_import, "created_at": told.last_created}


def recall(baseline: Baseline, asked: Asked, *, resend: bool) -> Memory:
    """Return what is remembered; raise InputError, with the way on, where that is of no use for what is asked for.

    With `resend`, the rows count for the numbers only, and of a memory that cannot be used nothing counts at all.
    """
    if resend:
        with contextlib.suppress(InputError):
            told, path = _in_force(baseline)
            if told is not None and told.tenant == asked.tenant:
                return Memory(told, path, everybody=True)
        return Memory(everybody=True)
    if baseline.is_pending() and (before := read_run(baseline.run_path)) is not None:
        _check_tenant(baseline, before.asked.tenant, asked.tenant)
    if not baseline.exists():
        # Whoever has deleted the baseline wants to start over. Who has left is still remembered.
        told = planned_told(baseline.told_path)
        return Memory(told, baseline.told_path, everybody=True) if told is not None and told.tenant == asked.tenant else Memory(everybody=True)
    told, path = _in_force(baseline)
    if told is None:
        return Memory()
    _check_tenant(baseline, told.tenant, asked.tenant)
    if told.baseline != digest_of(baseline.path):
        return Memory(told, path, everybody=True, reason=(
            f"{baseline.path} is not the file that the last run has left, so it is not known what the tenant was told. Therefore the whole export "
            "is sent once. Nobody outside it is touched"))
    return Memory(told, path, warning=_too_old(baseline, told), was_moved=path == baseline.told_path and baseline.was_moved())


def _too_old(baseline: Baseline, told: Told) -> str:
    """Return a warning if the service may have had imports since, of which its list tells nothing any more (records vanish after 30 days, D)."""
    try:
        age = (datetime.datetime.now(datetime.timezone.utc).date() - datetime.date.fromisoformat(told.date)).days
    except ValueError:
        return ""
    if age <= KEPT:
        return ""
    return (
        f"The last run with {baseline.path} was {age} days ago. The service keeps its imports for {KEPT} days, so it cannot be seen whether "
        "somebody has imported this source since then. If so, run once with delta_import_resend: true")


def _in_force(baseline: Baseline) -> tuple[Told | None, str]:
    """Return what was told, and the file: the one that is to come, if its baseline is in place already."""
    planned = planned_told(baseline.told_next_path)
    if planned is not None and baseline.exists() and planned.baseline == digest_of(baseline.path):
        return planned, baseline.told_next_path
    return read_told(baseline.told_path), baseline.told_path


def _check_tenant(baseline: Baseline, told: str, asked: str) -> None:
    if told != asked:
        raise InputError(
            "baseline", f"{baseline.path} tells what {told} was told, but this run is for {asked}. What one tenant was told must not be compared "
            f"with an export for another. {WAY_ON}. Or give each tenant a baseline of its own")
