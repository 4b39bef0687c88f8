# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configuring an import: compare, write, read back; the wanted configuration or none is what stays."""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

from .._errors import StaffbaseError
from .._http.errors import CallError
from .._imports.imports import Imports, checked_id
from .._imports.records import ImportRecord
from .._imports.states import PREVIEWING, STARTED, State
from .config_body import KEYS, Body, Configuration, bodies_to_try, bodies_with_nulls, differences, mapped, shown
from .invalid_mapping import MappingTrials

#: With these statuses the service refuses a body (D for 400).
BODY_REFUSED = frozenset({400, 422})

#: With these it may refuse a body because the import has left the draft (I).
NO_DRAFT_ANY_MORE = BODY_REFUSED | {403, 409}

#: What is said beside the reason when the former configuration could not be put back.
DELETED = "the draft could not be put back as it was, so it was deleted: upload the file again"


@dataclasses.dataclass(frozen=True)
class ConfigureResult:
    """`before` and `after` under the names of the options."""

    changed: bool
    before: dict[str, t.Any]
    after: dict[str, t.Any]


class Configure:
    """Brings the configuration of one import to what is wanted."""

    def __init__(self, imports: Imports, import_id: str, wanted: Configuration) -> None:
        self._imports = imports
        self._id = checked_id(import_id)
        self._wanted = wanted.checked()

    def run(self, *, check_mode: bool = False) -> ConfigureResult:
        """GET, compare, write, read back."""
        before = self._imports.get_config(self._id)
        body = self._wanted.body()
        if not self._differs(before, body):
            return ConfigureResult(False, shown(before), shown(before))
        if check_mode:
            self._refuse_if_started(self._imports.get(self._id, "config"))
            return ConfigureResult(True, shown(before), shown(body))
        if not self._write(before, body):
            return ConfigureResult(False, shown(body), shown(body))
        return ConfigureResult(True, shown(before), shown(self._read_back(before, body)))

    def _differs(self, before: Body, body: Body) -> bool:
        """Tell whether there is something to write.

        What the service does not show may differ, so it is written; but not for an import that has started: what it was
        started with can neither be seen nor changed.
        """
        found = differences(before, body)
        if not found or not mapped(before) or any(key in before for key in found):
            return bool(found)
        return not self._has_started()

    def _has_started(self) -> bool:
        return self._imports.get(self._id, "config").state in STARTED

    def _write(self, before: Body, body: Body) -> bool:
        """Write; return False if another client has done so, and the import has left the draft before this one's turn came."""
        refusal = self._write_one_of(*bodies_to_try(body), *bodies_with_nulls(before, body))
        if refusal is None:
            return True
        if refusal.status in NO_DRAFT_ANY_MORE:
            record = self._imports.get(self._id, "config")
            if record.state not in (State.DRAFT.value, State.CANCELLED.value) and self._is_as_wanted(body):
                return False
            # No tries on a draft that another client is about to import: it would start with one of them.
            if record.state in PREVIEWING:
                raise StaffbaseError(
                    f"Import {self._id} is {record.state}, so its configuration cannot be changed now; run again when its preview is made",
                    stage="config", import_id=self._id)
            self._refuse_if_started(record)
        if refusal.status not in BODY_REFUSED:
            raise refusal
        return self._name_invalid_keys(before, body, refusal)

    def _is_as_wanted(self, body: Body) -> bool:
        now = self._imports.get_config(self._id)
        return bool(mapped(now)) and not any(key in now for key in differences(now, body))

    def _write_one_of(self, *bodies: Body) -> CallError | None:
        """Write the first body that the service takes; return the last refusal if it takes none."""
        refusal: CallError | None = None
        for body in bodies:
            try:
                self._imports.set_config(self._id, body)
                return None
            except CallError as error:
                refusal = error
                if error.status not in BODY_REFUSED:
                    break
        return refusal

    def _read_back(self, before: Body, body: Body) -> Body:
        """Return what the service has now; raise if it is not what was sent."""
        after = self._imports.get_config(self._id)
        without_surplus = bodies_with_nulls(after, body)
        if without_surplus:
            self._try(*without_surplus)
            after = self._imports.get_config(self._id)
        wrong = [key for key in differences(after, body) if key in after]
        if wrong:
            deleted = f"; {DELETED}" if self._restore_or_delete(before) else ""
            raise StaffbaseError(
                f"The service accepted the configuration but stored something else in: {', '.join(sorted(wrong))}; nothing was imported{deleted}",
                stage="config", import_id=self._id)
        return after

    def _refuse_if_started(self, record: ImportRecord) -> None:
        if record.state in STARTED or record.state == State.CANCELLED.value:
            raise StaffbaseError(
                f"Import {self._id} is {record.state}, so its configuration cannot be changed any more; upload the file again (force) "
                "to import it with another configuration", stage="config", import_id=self._id)

    def _name_invalid_keys(self, before: Body, body: Body, refusal: CallError) -> t.NoReturn:
        trials = MappingTrials(self._try, before, body)
        found: dict[str, str] = {}
        try:
            found = trials.find_invalid_keys(self._wanted)
        except CallError as error:
            refusal = error
        finally:
            # Whatever ended the search: a mapping that was only tried out must not stay.
            deleted = trials.any_accepted and self._restore_or_delete(before)
        if not found:
            raise refusal.going_on(DELETED) if deleted else refusal
        listed = "; ".join([*(f"{key}: {reason}" for key, reason in found.items()), *([DELETED] if deleted else [])])
        raise StaffbaseError(
            f"The mapping was refused, nothing was configured or imported. Invalid keys: {listed}",
            stage="config", import_id=self._id, invalid_mapping=found)

    def _try(self, *bodies: Body) -> bool:
        refusal = self._write_one_of(*bodies)
        if refusal is not None and refusal.status not in BODY_REFUSED:
            raise refusal
        return refusal is None

    def _restore_or_delete(self, before: Body) -> bool:
        """Put back what was there at first; return whether the draft was deleted instead.

        That is so where the service does not take it: a rerun uploads again, and nobody can import it half configured.
        """
        for body in (before, {key: value for key, value in before.items() if key in {*KEYS.values(), "mapping"}}):
            # Whatever keeps it from being put back, a half-configured draft must not stay.
            with contextlib.suppress(CallError):
                if self._try(*bodies_to_try(body)) and _is_restored(self._imports.get_config(self._id), body):
                    return False
        self._imports.delete(self._id, "config")
        return True


def _is_restored(now: Body, before: Body) -> bool:
    return mapped(now) == mapped(before) and all(now.get(key) == before[key] for key in KEYS.values() if key in before)
