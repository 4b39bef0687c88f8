# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Uploading a file exactly once per content and variant."""

from __future__ import annotations

import dataclasses
import time
import typing as t

from .._errors import StaffbaseError
from .._files.source import Source
from .._http.errors import CallError
from .._imports.imports import Imports
from .._imports.records import ImportRecord, newest_first
from .._imports.states import IDLE, UNSTARTED, State, reached
from .last_import import started_since
from .stored_name import ROWS_REFUSED, split_stored, stem_of, stored_name

#: The pauses (seconds) between looks for an import whose upload had no answer: the service may still be working on it.
LOOKS_AFTER_LOSS = (0.0, 0.5, 1.0, 2.0, 4.0)

#: The same between looks at duplicates, until the controllers that made them have agreed on one.
LOOKS_AT_DUPLICATES = (0.2, 0.4, 0.8, 1.6)


@dataclasses.dataclass(frozen=True)
class Uploaded:
    """What came of it. In check mode `record.id` is empty when an upload would be made."""

    record: ImportRecord
    sha256: str
    reused: bool
    discarded: bool = False

    @property
    def changed(self) -> bool:
        return self.discarded or not self.reused

    def to_result(self) -> dict[str, t.Any]:
        """Return import_id, import, sha256 and reused for a module's result."""
        record = {**self.record.to_result(), "id": self.record.id or None, "state": self.record.state or None}
        return {"import_id": record["id"], "import": record, "sha256": self.sha256, "reused": self.reused}


class Upload:
    """One source to one import.

    `variant`: what else was asked for beside the content, 12 hex digits or more; it becomes a part of the stored name.
    `reuse`: what counts beside an import under this very name. With `drafts`, one of this content under another variant, or under none, while it is
    not started: its configuration can still be changed. With `plain`, one under the name without a variant, started or not: it tells nothing
    of how it was configured, so whoever takes it has to look. `resend`: one that was started does not count, so the content is sent once more.
    `last`: the last import that the caller knows to have told the tenant something; `before_post` is called once, just before a file is sent.
    """

    def __init__(
        self, imports: Imports, source: Source, file_name: str, *, variant: str | None = None, reuse: t.Collection[str] = (), resend: bool = False,
        last: ImportRecord | None = None, before_post: t.Callable[[], None] | None = None, pause: t.Callable[[float], None] = time.sleep,
    ) -> None:
        """Raise InputError for a name or a variant that cannot be stored."""
        self._imports = imports
        self._source = source
        self._reuse = frozenset(reuse)
        self._resend = resend
        self._has_variant = variant is not None
        self._last = last
        self._before_post = before_post
        self._pause = pause
        #: The ids of all imports that were seen, of this source or not.
        self._listed: set[str] = set()
        self.stem = stem_of(file_name)
        self.name = stored_name(self.stem, source.sha256, variant)
        self._plain_name = stored_name(self.stem, source.sha256)

    def run(self, *, force: bool = False, delete_orphaned_drafts: bool = False, check_mode: bool = False) -> Uploaded:
        """Reuse the newest import of the stem if it has this content and is not cancelled; else upload.

        An older match does not count: after A and B, A is uploaded again; and so it is after A under another variant that was started.
        `delete_orphaned_drafts`: of several with this content, one that was started counts, and the drafts under its name are deleted; so are, with
        a variant, the idle ones of this content under another name once this upload is there.
        """
        before = self._agreed(self._of_stem(), delete_orphaned_drafts)
        self._check_last(before)
        same = self._newest_of_content(before)
        if same and not force:
            started = _started(same) if delete_orphaned_drafts else None
            orphans = _drafts(filter(self._is_named, same)) if started else []
            if not check_mode:
                self._delete(orphans)
            return Uploaded(started or same[0], self._source.sha256, reused=True, discarded=bool(orphans))
        if check_mode:
            # What the service would answer; it counts the rows and gives the id.
            predicted = ImportRecord(id="", file_name=self.name, file_size=self._source.size, state=State.DRAFT.value)
            return Uploaded(predicted, self._source.sha256, reused=False)
        known = {record.id for record in before}
        there_before = set(self._listed)
        import_id = self._post(known)
        if import_id in there_before:
            raise StaffbaseError(
                f"The service's answer to the upload names import {import_id}, which existed before the upload. "
                "Nothing was configured, imported or deleted; run again", stage="upload", import_id=import_id)
        duplicates = [] if force else self._made_since(known, import_id)
        kept = self._keep_one(duplicates) if duplicates else self._imports.get(import_id, "upload")
        if kept.file_name != self.name:
            self._imports.delete(import_id, "upload")
            raise StaffbaseError(
                "The service stored the upload under another name than the one it was given. Earlier uploads are recognised by their name, "
                "so this one was deleted and nothing was imported; choose a simpler file_name",
                stage="upload", import_id=import_id)
        if delete_orphaned_drafts and self._has_variant:
            self._delete(self._outdated(before))
        return Uploaded(kept, self._source.sha256, reused=kept.id != import_id)

    def _check_last(self, records: list[ImportRecord]) -> None:
        """Raise StaffbaseError if somebody has told the tenant something since the last import that is known of."""
        newer = started_since(self._last, records, self.stem, self.name)
        if self._last is not None and newer is not None:
            raise StaffbaseError(
                f"Import {newer.id} of this source was started after import {self._last.id}, which is the last one that the baseline knows of. "
                "The baseline was restored, or somebody else has imported under the same file_name, so it is not known what the tenant was told. "
                "Nothing was sent. Run once with delta_import_resend: true: then the whole export is sent, nobody outside it is touched, and the "
                "baseline begins anew",
                stage="upload", import_id=newer.id)

    def under_this_name(self) -> list[ImportRecord]:
        """Return all imports with this content and variant, wherever they stand in the list; those that were started come first."""
        return sorted(self._of_name(self._of_stem()), key=lambda record: record.state in UNSTARTED)

    def _outdated(self, before: list[ImportRecord]) -> list[ImportRecord]:
        """Return the idle imports of this content that were uploaded for something else, such as another mapping: nobody will start them.

        Nor those that only say that rows were refused: this upload is the answer to that.
        """
        idle = [record for record in before if record.state in IDLE and record.file_name != self.name]
        return [record for record in idle if self._has_content(record) or (split_stored(record.file_name) or "  ")[2] == ROWS_REFUSED]

    def _post(self, known: set[str]) -> str:
        """Upload and return the id; a lost answer is made good by the list before anything is sent again."""
        if self._before_post:
            self._before_post()
        lost: CallError | None = None
        import_id: str | None = None
        try:
            import_id = self._imports.upload(self.name, self._source.size, self._source.pieces, lambda: self._found_since(known))
        except CallError as error:
            if not error.unsure:
                raise
            lost = error
        import_id = import_id or self._found_since(known)
        if import_id is None:
            raise lost or StaffbaseError(
                "The answer to the upload contains no id, and the list of imports does not show the upload. Nothing was imported; run again",
                stage="upload")
        return import_id

    def _keep_one(self, duplicates: list[ImportRecord]) -> ImportRecord:
        """Delete all but one of the imports that several controllers made of this content at the same moment.

        Everybody picks by the same rule: who has left the draft, then who is oldest. So everybody keeps the same one, and
        it does not matter who deletes. Only drafts are deleted.
        """
        kept = min(duplicates, key=lambda record: (record.state == State.DRAFT.value, record.created, record.id))
        self._delete(record for record in _drafts(duplicates) if record.id != kept.id)
        return kept

    def _delete(self, drafts: t.Iterable[ImportRecord]) -> None:
        for record in drafts:
            self._imports.delete(record.id, "upload")

    def _agreed(self, records: list[ImportRecord], delete_orphaned_drafts: bool) -> list[ImportRecord]:
        """Look again while there are fresh duplicates: controllers that upload the same content right now need time to agree."""
        for seconds in LOOKS_AT_DUPLICATES:
            same = self._newest_of_content(records)
            # Those of another variant are no duplicates: whoever made them does not delete them.
            duplicates = [record for record in same if record.file_name == same[0].file_name]
            if len(duplicates) < 2 or records[0].state != State.DRAFT.value or (delete_orphaned_drafts and _started(same)):
                break
            self._pause(seconds)
            records = self._of_stem()
        return records

    def _newest_of_content(self, records: list[ImportRecord]) -> list[ImportRecord]:
        """Return the imports of this content that are newer than any other content of the stem."""
        run: list[ImportRecord] = []
        for record in records:
            if not self._counts(record):
                break
            run.append(record)
        return run

    def _found_since(self, known: set[str]) -> str | None:
        """Return the id of an upload whose answer was lost; look for some seconds, as a slow service may still make it."""
        for seconds in LOOKS_AFTER_LOSS:
            self._pause(seconds)
            made = self._made_since(known)
            if made:
                return made[-1].id
        return None

    def _made_since(self, known: set[str], import_id: str | None = None) -> list[ImportRecord]:
        """Return the imports under this name that were not there before, started or not: whoever made them asked for the same."""
        made = self._of_name(self._of_stem(import_id))
        return [record for record in made if record.id not in known and record.state != State.CANCELLED.value]

    def _of_stem(self, import_id: str | None = None) -> list[ImportRecord]:
        records = self._imports.every(import_id)
        self._listed.update(record.id for record in records)
        parts = ((record, split_stored(record.file_name)) for record in records)
        return newest_first(record for record, name in parts if name is not None and name[0] == self.stem)

    def _of_name(self, records: t.Iterable[ImportRecord]) -> list[ImportRecord]:
        return [record for record in records if record.file_name == self.name]

    def _counts(self, record: ImportRecord) -> bool:
        """Tell whether an import of the stem that was there before makes the upload unnecessary."""
        if record.state == State.CANCELLED.value:
            return False
        if record.state in UNSTARTED:
            return self._is_named(record) or ("drafts" in self._reuse and self._has_content(record))
        # Its configuration is settled, and its people were changed or are being changed (that is not known of a state that is not known).
        return self._is_named(record) and not self._resend

    def _is_named(self, record: ImportRecord) -> bool:
        return record.file_name == self.name or ("plain" in self._reuse and record.file_name == self._plain_name)

    def _has_content(self, record: ImportRecord) -> bool:
        """Tell whether it is this content, under whatever variant."""
        found, own = split_stored(record.file_name), split_stored(self.name)
        return found is not None and own is not None and found[:2] == own[:2]


def _started(records: t.Iterable[ImportRecord]) -> ImportRecord | None:
    return next((record for record in records if reached(record.state, State.IMPORT_PENDING)), None)


def _drafts(records: t.Iterable[ImportRecord]) -> list[ImportRecord]:
    return [record for record in records if record.state == State.DRAFT.value]
