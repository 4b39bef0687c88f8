# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several controllers upload the same content at the same moment: one import, and no second draft."""

from __future__ import annotations

import hashlib
import typing as t

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._imports.imports import Imports
from ansible_collections.community.staffbase.plugins.module_utils._steps import upload as step
from support.admin import Admin
from support.api_calls import DELETE, LIST, POST
from support.processes import at_once
from support.small_tenant import BODY, CSV

NAME = f"people.{hashlib.sha256(CSV).hexdigest()[:16]}.csv"
MANY = 8


Act = t.Callable[[], t.Any]


def somebody_else(monkeypatch: pytest.MonkeyPatch, *, before: Act | None = None, after: Act | None = None) -> None:
    """Let another client act right before or right after this controller's POST, which itself is the real one."""
    real = Imports.upload

    def upload(self: Imports, *args: t.Any) -> str | None:
        if before:
            before()
        found = real(self, *args)
        if after:
            after()
        return found

    monkeypatch.setattr(Imports, "upload", upload)


def test_the_older_duplicate_is_kept(admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
    def other() -> None:
        admin.sim.upload(CSV, NAME)
        admin.sim.advance(1)

    somebody_else(monkeypatch, before=other)
    result = admin.upload(CSV)
    assert admin.calls() == [LIST, POST, LIST, DELETE]
    (kept,) = admin.sim.imports()
    assert kept["sequence"] == 1
    assert (result["changed"], result["reused"], result["import_id"]) == (False, True, kept["id"])


def test_the_younger_duplicate_is_deleted(admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
    def other() -> None:
        admin.sim.advance(1)
        admin.sim.upload(CSV, NAME)

    somebody_else(monkeypatch, after=other)
    result = admin.upload(CSV)
    assert admin.calls() == [LIST, POST, LIST, DELETE]
    (kept,) = admin.sim.imports()
    assert kept["sequence"] == 1
    assert (result["changed"], result["reused"], result["import_id"]) == (True, False, kept["id"])


@pytest.mark.parametrize("state", ["PREVIEW_READY", "IMPORTING", "COMPLETED"])
def test_a_duplicate_that_has_left_the_draft_is_kept(admin: Admin, monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    def other() -> None:
        admin.sim.advance(1)
        admin.sim.set_state(admin.sim.upload(CSV, NAME, config=BODY), state, hold=True)

    somebody_else(monkeypatch, after=other)
    result = admin.upload(CSV)
    assert admin.calls() == [LIST, POST, LIST, DELETE]
    (kept,) = admin.sim.imports()
    assert (kept["state"], kept["sequence"]) == (state, 2)
    assert (result["changed"], result["import_id"], result["import"]["state"]) == (False, kept["id"], state)


def test_other_contents_and_other_sources_are_no_duplicates(admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
    def others() -> None:
        admin.sim.upload(CSV, NAME.replace("people", "people-2"))
        admin.sim.upload(CSV + b"x", f"people.{'0' * 16}.csv")
        admin.sim.cancel(admin.sim.upload(CSV, NAME))

    somebody_else(monkeypatch, before=others)
    assert admin.upload(CSV)["changed"]
    assert admin.calls() == [LIST, POST, LIST]
    assert len(admin.sim.imports()) == 4


def test_duplicates_that_are_there_are_looked_at_until_they_agree(admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two controllers are about to agree: nobody else uploads or deletes, and who comes meanwhile takes what they keep."""
    kept = admin.sim.upload(CSV, NAME)
    admin.sim.advance(1)
    dropped = admin.sim.upload(CSV, NAME)
    entry = admin.sim.world.imports

    def drop(_seconds: float) -> None:
        gone = entry.get(dropped)
        assert gone is not None
        gone.gone = "deleted"
        entry.save(gone)

    real = step.Upload.__init__
    monkeypatch.setattr(step.Upload, "__init__", lambda self, *args, **options: real(self, *args, **{**options, "pause": drop}))
    result = admin.upload(CSV)
    assert admin.calls() == [LIST, LIST]
    assert (result["changed"], result["import_id"]) == (False, kept)


def test_many_controllers_at_once(admin: Admin) -> None:
    options = {**admin.connection, "content": CSV.decode(), "file_name": "people.csv"}
    # All of them have read the list before the first upload is there.
    admin.fault("slow_after", LIST, times=MANY, delay=1.0)
    results = at_once("staffbase_import_upload", [options] * MANY)
    assert [result for result in results if result.get("failed")] == []
    assert admin.sim.writes().count(POST) == MANY
    (kept,) = admin.sim.imports()
    assert {result["import_id"] for result in results} == {kept["id"]}
    assert admin.sim.uploaded_bytes(kept["id"]) == CSV
    assert sum(result["changed"] for result in results) == 1
    assert admin.upload(CSV)["import_id"] == kept["id"]


def test_without_the_clean_up_the_second_draft_would_stay(admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard bites: without it two drafts of the same content can be imported."""
    somebody_else(monkeypatch, before=lambda: admin.sim.upload(CSV, NAME))
    monkeypatch.setattr(step.Upload, "_keep_one", lambda self, duplicates: duplicates[0])
    admin.upload(CSV)
    assert [entry["state"] for entry in admin.sim.imports()] == ["DRAFT", "DRAFT"]


@pytest.mark.parametrize("force", [False, True])
def test_an_answer_that_names_another_import_deletes_it_not(admin: Admin, monkeypatch: pytest.MonkeyPatch, force: bool) -> None:
    other = admin.sim.upload(b"id\n9\n", "of-somebody-else.csv")
    real = Imports.upload

    def upload(self: Imports, *args: t.Any) -> str | None:
        real(self, *args)
        return other

    monkeypatch.setattr(Imports, "upload", upload)
    result = admin.upload(CSV, force=force)
    assert "which existed before the upload" in result["msg"]
    assert DELETE not in admin.calls()
    assert other in {entry["id"] for entry in admin.sim.imports()}
