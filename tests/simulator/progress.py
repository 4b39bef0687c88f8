# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time: what has happened to the imports since the last look.

Nothing runs in the background. Every call first carries out, in order, all events whose moment has passed: states
move on, an import is applied at the one moment when IMPORTING becomes COMPLETED, and records vanish 30 days after the
upload (D).
"""

from __future__ import annotations

from .configuration import usable
from .csv_file import read_rows
from .effect import Plan, apply_plan, plan_import
from .import_store import Import
from .refusals import Refusal
from .row_check import check_rows
from .states import (
    CANCELLED,
    COMPLETED,
    CREATING_PREVIEW,
    IMPORT_PENDING,
    IMPORTING,
    MOVING,
    PREVIEW_PENDING,
    PREVIEW_READY,
    PREVIEWING,
    RUNNING,
)
from .world import World

RETENTION = 30 * 24 * 3600.0
PENDING_SHARE = 0.25


def catch_up(world: World) -> None:
    """Carry out all events up to now, the earliest first."""
    with world.database.lock:
        now = world.clock.now()
        while True:
            event = _earliest(world)
            if event is None or event[0] > now:
                break
            _step(world, event[1], event[0])
        for entry in world.imports.all():
            if entry.created_at + RETENTION <= now and entry.state not in MOVING:
                entry.gone = "expired"
                world.imports.save(entry)
                world.imports.remove_file(entry.id)


def running(world: World) -> Import | None:
    """The import that has the tenant's only slot: the one at work, else the first in the queue (I)."""
    busy = world.imports.moving((IMPORTING,)) or world.imports.moving((IMPORT_PENDING,))
    return busy[0] if busy else None


def _earliest(world: World) -> tuple[float, Import] | None:
    """The next event: its moment and its import."""
    head = running(world)
    events = [
        (_due(world, entry), entry)
        for entry in world.imports.moving(MOVING)
        if not entry.held and (entry.state in PREVIEWING or (head is not None and entry.id == head.id))
    ]
    return min(events, key=lambda event: (event[0], event[1].sequence)) if events else None


def _due(world: World, entry: Import) -> float:
    """When this import's next state begins; states_shown decides whether the middle states exist (D)."""
    total = world.preview_seconds if entry.state in PREVIEWING else world.import_seconds
    shown = world.switches.states_shown
    if shown == "instant":
        total = 0.0
    start = entry.since
    if entry.state in RUNNING:
        start = max(start, world.slot_free_at)
    if entry.state in (CREATING_PREVIEW, IMPORTING):
        return start + total * (1 - PENDING_SHARE)
    return start + total * (PENDING_SHARE if shown == "all" else 1.0)


def _step(world: World, entry: Import, moment: float) -> None:
    """One state further."""
    if entry.state == PREVIEW_PENDING and world.switches.states_shown == "all":
        _enter(world, entry, CREATING_PREVIEW, moment)
    elif entry.state == IMPORT_PENDING and world.switches.states_shown == "all":
        _enter(world, entry, IMPORTING, moment)
    elif entry.state in PREVIEWING:
        finish_preview(world, entry, moment)
    else:
        finish_import(world, entry, moment)


def _enter(world: World, entry: Import, state: str, moment: float) -> None:
    entry.state = state
    entry.since = moment
    world.imports.save(entry)


def plan_for(world: World, entry: Import) -> Plan | None:
    """What the import would do now, or None when its file or configuration cannot carry one."""
    path = world.imports.path(entry.id)
    if not path.exists():
        return None
    try:
        setting = usable(entry.config, path, world.custom_fields, world.switches)
        records = read_rows(path, setting.codec, setting.separator, world.switches)
        checked = check_rows(records, setting, world.switches, world.refused)
    except Refusal:
        return None
    return plan_import(world.people.all(), checked, setting, world.switches)


def finish_preview(world: World, entry: Import, moment: float) -> None:
    """PREVIEW_READY with the numbers that the import would have (I: that they are equal)."""
    plan = plan_for(world, entry)
    entry.expected = plan.counts if plan else None
    entry.errors = plan.errors if plan else []
    _enter(world, entry, PREVIEW_READY, moment)


def finish_import(world: World, entry: Import, moment: float) -> None:
    """COMPLETED: people, counters and state change in one transaction, so nothing is applied twice (D: resumed)."""
    plan = plan_for(world, entry)
    with world.database.transaction():
        if plan is None:
            _enter(world, entry, CANCELLED, moment)
        else:
            apply_plan(plan, world.people)
            entry.changes = {**plan.counts, **world.end_counts}
            world.end_counts = {}
            entry.errors = plan.errors
            entry.mails = plan.mails
            entry.applied_count += 1
            _enter(world, entry, COMPLETED, moment)
    world.slot_free_at = moment
