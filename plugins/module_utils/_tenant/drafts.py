# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The drafts of the check: tiny files of invented people, made, worked with, and removed, or named where that fails."""

from __future__ import annotations

import contextlib
import dataclasses
import re
import secrets
import typing as t

from .._errors import StaffbaseError
from .._http.answer import Answer
from .._http.errors import CallError
from .._http.waiting import TimeIsUp, Waiter
from .._imports.imports import IMPORTS, Imports
from .._imports.records import ImportRecord
from .._imports.states import PREVIEWING, UNSTARTED, State
from .write_guard import CALLS_TO_TIDY, GuardedClient

#: By this name a draft of the check is recognised, also one that a run left that was killed.
_OWN_NAME = re.compile(r"staffbase-check-[0-9a-f]{16}\.csv")

#: Stands for the answer to a call that took effect but whose answer was lost.
LOST = Answer(0, {})


def is_own(record: ImportRecord) -> bool:
    """Tell whether an import is a draft of a check, of this run or another one."""
    return _OWN_NAME.fullmatch(record.file_name or "") is not None and record.state in UNSTARTED


@dataclasses.dataclass(frozen=True)
class Draft:
    """One draft. Every method returns what the service answers, a refusal too."""

    client: GuardedClient
    id: str
    file_name: str
    #: Those that write the configuration; shared by all drafts and found out by a probe.
    verbs: list[str]

    @property
    def path(self) -> str:
        return f"{IMPORTS}/{self.id}"

    def ask(
        self, method: str, part: str = "", *, stage: str = "status", body: t.Any = None, settled: t.Callable[[], Answer | None] | None = None,
    ) -> Answer:
        return self.client.probe(method, self.path + part, stage, import_id=self.id, body=body, settled=settled)

    def configure(self, body: dict[str, t.Any]) -> Answer:
        return self.ask(self.verbs[0], "/config", stage="config", body=body)

    def config(self) -> dict[str, t.Any]:
        return Imports(self.client).get_config(self.id)

    def record(self) -> ImportRecord:
        return Imports(self.client).get(self.id)

    def move(self, state: State, stage: str = "preview") -> Answer:
        """Ask for a state. After a lost answer, a state that is another one than before tells that it took effect."""
        before = self.record().state
        return self.ask(
            "PATCH", stage=stage, body={"state": state.value},
            settled=lambda: LOST if self.record().state not in (before, State.DRAFT.value) else None)


class Drafts:
    """Makes drafts and removes them. `names` are the file names of this run, whether their uploads went through or not."""

    def __init__(self, client: GuardedClient, waiter: t.Callable[[], Waiter]) -> None:
        self._client = client
        self._imports = Imports(client)
        self._waiter = waiter
        self._verbs = ["PATCH"]
        self.names: list[str] = []
        self.present: dict[str, Draft] = {}
        self.left_before: list[str] = []

    def make(self, content: bytes) -> Draft:
        """Upload `content`. Raises CallError when the service refuses it."""
        name = f"staffbase-check-{secrets.token_hex(8)}.csv"
        self.names.append(name)
        found = self._imports.upload(name, len(content), lambda: iter((content,)), lambda: self._id_of(name)) or self._id_of(name)
        if found is None:
            raise StaffbaseError("The upload's answer told no id, and the list does not show the upload", stage="upload")
        return self._adopted(found, name)

    @contextlib.contextmanager
    def made(self, content: bytes) -> t.Iterator[Draft]:
        """Upload `content` for the time of a block."""
        draft = self.make(content)
        yield draft
        self.remove(draft)

    def remove(self, draft: Draft) -> Answer | None:
        """Delete a draft; return the answer, or None if it was gone already. Where a preview is in the way, wait for its end."""
        answer = self._deleted(draft)
        if answer is None or 200 <= answer.status < 300:
            self.present.pop(draft.id, None)
            return answer
        raise CallError(
            f"HTTP {answer.status}: the service does not let a draft be deleted", self._client.where("DELETE", draft.path, "delete", draft.id),
            status=answer.status)

    def remove_leftovers(self) -> int:
        """Delete what an earlier run left behind; return how many these were."""
        found = [self._adopted(record.id, record.file_name or "") for record in self._imports.every() if is_own(record)]
        for draft in found:
            self.remove(draft)
        return len(found)

    def tidy(self) -> None:
        """Delete whatever this run has made; raise StaffbaseError with the ids of what stays."""
        self._client.most_calls = self._client.calls + CALLS_TO_TIDY
        fault: StaffbaseError | None = None
        for draft in list(self.present.values()):
            try:
                self.remove(draft)
            except StaffbaseError as error:
                fault = error
        try:
            # Also what was uploaded without an answer.
            self._sweep()
        except StaffbaseError as error:
            fault = error
        if fault is not None and (self.names or self.present):
            raise self._left_behind(fault)

    def _sweep(self) -> None:
        for record in self._listed():
            self.remove(self._adopted(record.id, record.file_name or ""))
            if any(other.id == record.id for other in self._listed()):
                # A 404 may mean that the token lacks the right (D).
                self._adopted(record.id, record.file_name or "")
                raise StaffbaseError("The service answers that a draft is gone, and still lists it", stage="delete")

    def _listed(self) -> list[ImportRecord]:
        return [record for record in self._imports.every() if record.file_name in self.names and is_own(record)] if self.names else []

    def _left_behind(self, fault: StaffbaseError) -> StaffbaseError:
        ids = sorted(self.present)
        what = f"the draft {', '.join(ids)}" if ids else f"a draft that may have been uploaded as {self.names[-1]}"
        return StaffbaseError(
            f"{fault}. Nobody was changed, but {what} could not be removed: run the check again, which removes it, or delete it in Studio",
            stage="delete", import_id=ids[0] if ids else None, left_behind=ids)

    def _deleted(self, draft: Draft) -> Answer | None:
        answer = draft.ask("DELETE", stage="delete")
        if answer.status in (404, 410):
            return None
        if not 200 <= answer.status < 300 and draft.record().state in PREVIEWING:
            with contextlib.suppress(TimeIsUp):
                self._waiter().until(draft.record, lambda record: record.state not in PREVIEWING)
            answer = draft.ask("DELETE", stage="delete")
        return answer

    def _adopted(self, import_id: str, name: str) -> Draft:
        self._client.own.add(import_id)
        draft = self.present[import_id] = Draft(self._client, import_id, name, self._verbs)
        return draft

    def _id_of(self, name: str) -> str | None:
        return next((record.id for record in self._imports.every() if record.file_name == name), None)
