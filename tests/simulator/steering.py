# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a test may see and do beside the API: shared by the Simulator object and the control plane."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from .api import cancel
from .import_store import Import
from .progress import catch_up, finish_import, finish_preview
from .states import COMPLETED, PREVIEW_READY, STATES
from .world import World


class Steering:
    """Every look first lets the time catch up."""

    def __init__(self, world: World) -> None:
        self.world = world

    def people(self) -> list[dict[str, Any]]:
        """Everybody in the tenant."""
        catch_up(self.world)
        return self.world.people.all()

    def deleted_people(self) -> list[dict[str, Any]]:
        """Those deleted for good."""
        catch_up(self.world)
        return self.world.people.deleted()

    def add_people(self, people: Iterable[Mapping[str, Any]]) -> None:
        """Put people into the tenant."""
        self.world.people.add(people)

    def imports(self, gone: bool = False) -> list[dict[str, Any]]:
        """Imports in the order of upload; ``gone=True`` adds deleted and expired ones."""
        catch_up(self.world)
        return [entry.as_dict() for entry in self.world.imports.all(gone)]

    def import_(self, import_id: str) -> dict[str, Any]:
        """One import, gone or not; KeyError when it never was."""
        catch_up(self.world)
        return self._entry(import_id).as_dict()

    def uploaded_bytes(self, import_id: str) -> bytes:
        """The bytes as they came; KeyError when the file is removed."""
        catch_up(self.world)
        path = self.world.imports.path(self._entry(import_id).id)
        if not path.exists():
            raise KeyError(f"the file of {import_id} is removed")
        return path.read_bytes()

    def advance(self, seconds: float) -> None:
        """Let virtual time pass."""
        self.world.clock.advance(seconds)
        catch_up(self.world)

    def set_state(self, import_id: str, state: str, hold: bool = False) -> None:
        """Put an import into a state; PREVIEW_READY counts and COMPLETED applies. ``hold=True`` keeps it there."""
        if state not in STATES:
            raise ValueError(f"{state} is no state")
        with self.world.database.lock:
            catch_up(self.world)
            entry = self._entry(import_id)
            now = self.world.clock.now()
            entry.held = hold
            if state == "CANCELLED":
                cancel(self.world, entry)
            elif state == COMPLETED and not entry.applied_count:
                finish_import(self.world, entry, now)
            elif state == PREVIEW_READY:
                finish_preview(self.world, entry, now)
            else:
                entry.state = state
                entry.since = now
                self.world.imports.save(entry)

    def cancel(self, import_id: str) -> None:
        """Cancel as somebody in Studio would."""
        self.set_state(import_id, "CANCELLED")

    def upload(
        self,
        content: bytes,
        file_name: str,
        state: str = "DRAFT",
        config: dict[str, Any] | None = None,
        created_at: float | None = None,
    ) -> str:
        """An import as another client would have made it; ``created_at`` in seconds since the epoch. Returns the id."""
        with tempfile.NamedTemporaryFile(dir=self.world.folder, prefix="part-", delete=False) as spooled:
            spooled.write(content)
        entry = self.world.receive(Path(spooled.name), file_name, "DRAFT", config, created_at)
        if state != "DRAFT":
            self.set_state(entry.id, state)
        return entry.id

    def _entry(self, import_id: str) -> Import:
        entry = self.world.imports.get(import_id)
        if entry is None:
            raise KeyError(import_id)
        return entry
