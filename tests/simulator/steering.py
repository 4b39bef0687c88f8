# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a test may see and do beside the API: shared by the Simulator object and the control plane."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from .api import cancel, delete
from .effect import COUNTERS
from .import_store import Import
from .people import STATUSES
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

    def set_status(self, identifier: str, status: str) -> None:
        """Set somebody's status as an admin in Studio would, or as somebody does who registers."""
        self.alter_person(identifier, status=status)

    def alter_person(self, identifier: str, **values: Any) -> None:
        """Change a person by hand (status, email, user_name, fields): version and touched tell of imports only."""
        if not set(values) <= {"status", "email", "user_name", "fields"}:
            raise ValueError(f"{', '.join(values)}: not all of them can be changed by hand")
        if "status" in values and values["status"] not in STATUSES:
            raise ValueError(f"{values['status']} is no status")
        with self.world.database.lock:
            catch_up(self.world)
            self.world.people.alter(self._person(identifier), values)

    def remove_person(self, identifier: str) -> None:
        """Delete a person by hand; ``deleted_people`` tells of imports only."""
        with self.world.database.lock:
            catch_up(self.world)
            self.world.people.remove(self._person(identifier))

    def refuse(self, *identifiers: str) -> None:
        """From now on, previews and imports refuse the rows of these people, for a reason of the tenant's own."""
        self.world.refused |= set(identifiers)

    def accept(self, *identifiers: str) -> None:
        """The reason to refuse these people's rows is gone; without identifiers: everybody's."""
        self.world.refused -= set(identifiers) or set(self.world.refused)

    def set_end_counts(self, **counts: int) -> None:
        """Let the next import that ends count this, whatever it did to people. Given again, it takes the place of the first."""
        if not set(counts) <= set(COUNTERS):
            raise ValueError(f"{', '.join(counts)}: not all of them are counters")
        self.world.end_counts = dict(counts)

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

    def delete_import(self, import_id: str) -> None:
        """Delete a record as somebody in Studio would; what a finished import did stays."""
        with self.world.database.lock:
            catch_up(self.world)
            delete(self.world, self._entry(import_id))

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

    def _person(self, identifier: str) -> int:
        for person in self.world.people.all():
            if person["external_id"] == identifier:
                return int(person["id"])
        raise KeyError(identifier)

    def _entry(self, import_id: str) -> Import:
        entry = self.world.imports.get(import_id)
        if entry is None:
            raise KeyError(import_id)
        return entry
