# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The drafts of the check: tiny files of invented people, uploaded, worked with, and removed, or named where that fails."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
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
from .._steps.config_body import IDENTIFIER, Body, Configuration
from .write_guard import CALLS_TO_TIDY, GuardedClient

#: By this name a draft of the check is recognised, also one that a killed run has left.
_OWN_NAME = re.compile(r"staffbase-check-[0-9a-f]{16}\.csv")

#: A domain that cannot exist (RFC 2606), so that nobody gets a mail.
DOMAIN = "staffbase-check.invalid"

#: Not a mail address: its row is refused, or only the cell.
MALFORMED = "staffbase-check-no-address"

#: What the drafts map beside the identifier.
MAIL = {"eMail": "eMail"}

#: The codes that answer for an import that is not there any more.
GONE = frozenset({404, 410})

NOT_UTF_8 = b"\xe4"
IN_NO_ENCODING = b"\x81"


def table(*rows: tuple[str, ...], separator: str = ";") -> bytes:
    return "".join(separator.join(row) + "\r\n" for row in rows).encode()


def _nobody() -> str:
    """Return an identifier that nobody has."""
    return f"staffbase-check-{secrets.token_hex(8)}"


def two_people(columns: t.Collection[str] = (), some: bytes = b"") -> bytes:
    """Return a file of two people with empty columns of these names; their first names end with `some`."""
    empty = ("",) * len(columns)
    people = ((one, f"{one}@{DOMAIN}", "Check", *empty) for one in (_nobody(), _nobody()))
    return table((IDENTIFIER, "eMail", "firstName", *columns), *people).replace(b"Check", b"Check" + some)


def one_of_two_malformed() -> bytes:
    good, bad = _nobody(), _nobody()
    return table((IDENTIFIER, "eMail", "firstName"), (good, f"{good}@{DOMAIN}", "Check"), (bad, MALFORMED, "Check"))


def same_person_twice() -> bytes:
    """Return a file with a byte order mark and one identifier in both rows."""
    one = _nobody()
    return b"\xef\xbb\xbf" + table((IDENTIFIER, "firstName"), (one, "Check"), (one, "Check"))


def body_of(fields: dict[str, str] | None = None, identifier: str = IDENTIFIER, **more: t.Any) -> Body:
    """Return a whole configuration: a delta import without a status, so that nobody could be deactivated by it."""
    return {**Configuration({IDENTIFIER: identifier, **(fields or {})}).body(), **more}


@dataclasses.dataclass(frozen=True)
class Draft:
    """One draft. What returns an Answer returns refusals too."""

    client: GuardedClient
    id: str
    file_name: str

    def ask(
        self, method: str, part: str = "", *, stage: str = "status", body: t.Any = None, settled: t.Callable[[], Answer | None] | None = None,
    ) -> Answer:
        """Send a call below the draft's path, such as "/config"."""
        return self.client.probe(method, f"{IMPORTS}/{self.id}{part}", stage, import_id=self.id, body=body, settled=settled)

    def configure(self, body: Body) -> Answer:
        return self.ask(self.client.config_verb, "/config", stage="config", body=body)

    def config(self) -> Body:
        return Imports(self.client).get_config(self.id)

    def record(self) -> ImportRecord:
        return Imports(self.client).get(self.id)

    def state(self) -> str:
        return self.record().state

    def errors(self) -> Answer:
        return self.ask("GET", "/errors", stage="errors")

    def delete(self) -> Answer:
        return self.ask("DELETE", stage="delete")

    def move(self, state: State, stage: str = "preview") -> Answer:
        """Ask for a state. Where the answer is lost, a state that differs from the one before tells that it took effect."""
        unmoved = (self.state(), State.DRAFT.value)
        return self.ask(
            "PATCH", stage=stage, body={"state": state.value}, settled=lambda: Answer(204, {}) if self.state() not in unmoved else None)


class Drafts:
    """Makes drafts and removes them."""

    def __init__(self, client: GuardedClient, waiter: t.Callable[[], Waiter]) -> None:
        """`waiter` returns one that waits for a preview."""
        self._client = client
        self._imports = Imports(client)
        #: The file names of this run, also those whose upload had no answer.
        self._names: list[str] = []
        self._present: dict[str, Draft] = {}
        self.waiter = waiter

    def make(self, content: bytes) -> Draft:
        """Upload `content`. Raises CallError when the service refuses it."""
        name = f"staffbase-check-{secrets.token_hex(8)}.csv"
        self._names.append(name)
        found = self._imports.upload(name, len(content), lambda: iter((content,)), lambda: self._id_of(name)) or self._id_of(name)
        if found is None:
            raise StaffbaseError("The upload's answer told no id, and the list does not show the upload", stage="upload")
        return self._own(found, name)

    @contextlib.contextmanager
    def made(self, content: bytes) -> t.Iterator[Draft]:
        """Upload `content` for the time of a block."""
        draft = self.make(content)
        yield draft
        self.remove(draft)

    def remove(self, draft: Draft) -> Answer:
        """Delete a draft; return the answer, 404 or 410 if it was gone already. Where a preview is in the way, wait for its end."""
        answer = draft.delete()
        if not _is_removed(answer) and draft.state() in PREVIEWING:
            with contextlib.suppress(TimeIsUp):
                self.waiter().until(draft.state, lambda state: state not in PREVIEWING)
            answer = draft.delete()
        if not _is_removed(answer):
            where = self._client.where("DELETE", f"{IMPORTS}/{draft.id}", "delete", draft.id)
            raise CallError(f"HTTP {answer.status}: the service refuses to delete a draft", where, status=answer.status)
        self._present.pop(draft.id, None)
        return answer

    def remove_leftovers(self) -> int:
        """Delete what earlier checks have left; return how many drafts these were."""
        found = [self._own(record.id, record.file_name or "") for record in self._imports.every() if _is_of_a_check(record)]
        for draft in found:
            self.remove(draft)
        return len(found)

    def remove_all(self) -> None:
        """Delete whatever this run has made, whatever goes wrong; raise StaffbaseError with the ids of what stays."""
        self._client.most_calls = self._client.calls + CALLS_TO_TIDY
        faults: list[StaffbaseError] = []
        ours: list[t.Callable[[], object]] = [functools.partial(self.remove, draft) for draft in self._present.values()]
        for remove in (*ours, self._remove_listed):
            try:
                remove()
            except StaffbaseError as error:
                faults.append(error)
        if faults and (self._names or self._present):
            raise self._left_behind(faults[-1])

    def _remove_listed(self) -> None:
        """Delete what the list still shows: an upload without an answer, and what was answered with 404 because the token lacks the right (D)."""
        for record in self._listed():
            draft = self._own(record.id, record.file_name or "")
            self.remove(draft)
            if any(other.id == record.id for other in self._listed()):
                self._present[draft.id] = draft
                raise StaffbaseError("The service answers that a draft is gone, and still lists it", stage="delete")

    def _listed(self) -> list[ImportRecord]:
        return [record for record in self._imports.every() if record.file_name in self._names and _is_of_a_check(record)] if self._names else []

    def _left_behind(self, fault: StaffbaseError) -> StaffbaseError:
        ids = sorted(self._present)
        what = f"the draft {', '.join(ids)}" if ids else f"a draft that may have been uploaded as {self._names[-1]}"
        return StaffbaseError(
            f"{fault}. Nobody was changed, but {what} could not be removed: run the check again, which removes it, or delete it in Studio",
            stage="delete", import_id=ids[0] if ids else None, left_behind=ids)

    def _own(self, import_id: str, name: str) -> Draft:
        """Note an import as a draft of this check, which may be written to."""
        self._client.own.add(import_id)
        draft = self._present[import_id] = Draft(self._client, import_id, name)
        return draft

    def _id_of(self, name: str) -> str | None:
        return next((record.id for record in self._imports.every() if record.file_name == name), None)


def _is_removed(answer: Answer) -> bool:
    return 200 <= answer.status < 300 or answer.status in GONE


def _is_of_a_check(record: ImportRecord) -> bool:
    """Tell whether an import is a draft of a check, this one or another, that nobody has started."""
    return _OWN_NAME.fullmatch(record.file_name or "") is not None and record.state in UNSTARTED
