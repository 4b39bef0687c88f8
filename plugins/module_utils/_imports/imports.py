# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The imports resource: one method for each thing the API can do. Knows nothing of Ansible."""

from __future__ import annotations

import typing as t
from urllib.parse import quote, urlsplit

from .._errors import InputError
from .._http.answer import Answer
from .._http.client import Client
from .._http.errors import CallError
from .._http.multipart import FilePart
from . import counters, paging, row_errors
from .records import ImportRecord, newest_first, usable_id
from .states import State

IMPORTS = "/users/imports"

#: With these statuses the service may say that it has nothing of this kind for an import (I), such as numbers of a draft.
NOTHING_THERE = frozenset({404, 409})

#: The verbs for the configuration: PATCH was observed (O), PUT stands in older guides (D).
CONFIG_VERBS = ("PATCH", "PUT")

T = t.TypeVar("T")


def checked_id(import_id: str) -> str:
    """Return `import_id` when it can stand in a path; ids are opaque (D)."""
    if not usable_id(import_id):
        raise InputError("import_id", "it is not an id as the service gives them (letters, digits and . _ ~ - only)")
    return import_id


def or_nothing(read: t.Callable[[], T]) -> T | None:
    """Return what is read, or None if the service answers that it has nothing of this kind."""
    try:
        return read()
    except CallError as error:
        if error.status in NOTHING_THERE:
            return None
        raise


class Imports:
    """The imports of one tenant."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._config_verbs: tuple[str, ...] = CONFIG_VERBS

    @property
    def tenant(self) -> str:
        """The address of the tenant, as every call begins with it."""
        return self._client.connection.api_url

    def every(self, import_id: str | None = None) -> list[ImportRecord]:
        """Return all imports of the tenant, newest first. The order of the service's list is unknown.

        `import_id`: the import because of which is looked, so that a failure names it.
        """
        where = self._client.where("GET", IMPORTS, "list", import_id)

        def page(params: dict[str, t.Any]) -> dict[str, t.Any]:
            return self._client.get_object(IMPORTS, "list", import_id=import_id, params=params)

        found = (ImportRecord.read(entry) for entry in paging.entries(page, where))
        return newest_first(record for record in found if record is not None)

    def get(self, import_id: str, stage: str = "status") -> ImportRecord:
        """Return one import. Raises CallError 404 if there is none, or if the token lacks the right (D)."""
        answer = self._client.get_object(_path(import_id), stage, import_id=import_id)
        record = ImportRecord.read({"id": import_id, **answer})
        where = self._client.where("GET", _path(import_id), stage, import_id)
        if record is None or record.id != import_id:
            # To go on with what is told of another one could start that one, or take its state for that of this.
            raise CallError("The service answered with the record of another import than was asked for", where, status=200)
        if not record.state:
            raise CallError("The service's record of this import has no state", where, status=200)
        return record

    def upload(
        self, file_name: str, size: int, pieces: t.Callable[[], t.Iterator[bytes]], already: t.Callable[[], str | None],
    ) -> str | None:
        """POST a file and return the import's id, or None when the answer did not tell it.

        The id stands only in `Location`, absolute or relative: the last path segment of either (D, O). There is no idempotency
        key (I): before another attempt `already` is asked for the id of an import that an earlier attempt has made.
        """
        def settled() -> Answer | None:
            found = already()
            return None if found is None else Answer(201, {"location": found})

        part = FilePart(file_name, size, pieces)
        answer = self._client.send("POST", IMPORTS, "upload", upload=part, settled=settled)
        return _id_in(answer.headers.get("location", ""))

    def ask_for(self, import_id: str, state: State, stage: str, settled: t.Callable[[], bool]) -> None:
        """PATCH the state. `settled` tells, before another attempt, whether an earlier one took effect."""
        self._client.send(
            "PATCH", _path(import_id), stage, import_id=import_id, body={"state": state.value},
            settled=lambda: Answer(204, {}) if settled() else None,
        )

    def delete(self, import_id: str, stage: str = "delete") -> None:
        """DELETE the import; that it is gone already is no error."""
        try:
            self._client.send("DELETE", _path(import_id), stage, import_id=import_id)
        except CallError as error:
            if error.status not in (404, 410):
                raise

    def get_config(self, import_id: str) -> dict[str, t.Any]:
        """Return the stored configuration; before any write it holds what the service guessed from the file (O)."""
        return self._client.get_object(_path(import_id, "config"), "config", import_id=import_id)

    def set_config(self, import_id: str, body: dict[str, t.Any]) -> None:
        """Write the configuration with PATCH (O); where that is answered with 405, with PUT, as older guides have it (D)."""
        for verb in self._config_verbs:
            try:
                self._client.send(verb, _path(import_id, "config"), "config", import_id=import_id, body=body)
            except CallError as error:
                if error.status != 405 or verb == self._config_verbs[-1]:
                    raise
            else:
                self._config_verbs = (verb,)
                return

    def get_counters(self, import_id: str, *, expected: bool) -> counters.Counts | None:
        """Return the counters (`expected`: those of the preview), or None if the service tells none."""
        answer = or_nothing(lambda: self._client.get_json(_path(import_id, "status"), "status", import_id=import_id))
        return counters.read_counters(answer, expected=expected)

    def get_row_errors(self, import_id: str, keep: t.Callable[[t.Iterator[bytes]], t.Iterator[bytes]] | None = None) -> row_errors.RowErrors:
        """Return the refused rows. `keep` sees every piece of the CSV on its way, to store it."""
        def take(pieces: t.Iterator[bytes]) -> row_errors.RowErrors:
            return row_errors.read_row_errors(keep(pieces) if keep else pieces)

        return self._client.download(_path(import_id, "errors"), "errors", take, import_id=import_id)


def _id_in(location: str) -> str | None:
    if any(character <= " " for character in location.strip()):
        # A folded header, or several of them in one.
        return None
    try:
        found = urlsplit(location).path.rstrip("/").rpartition("/")[2]
    except ValueError:
        return None
    return found if usable_id(found) else None


def _path(import_id: str, part: str = "") -> str:
    return f"{IMPORTS}/{quote(import_id, safe='')}" + (f"/{part}" if part else "")
