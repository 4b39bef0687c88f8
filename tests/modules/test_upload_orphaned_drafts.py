# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An upload that is carried out after it was repeated leaves a draft that is newer than the import."""

from __future__ import annotations

import hashlib

import pytest

from support.admin import Admin
from support.api_calls import DELETE, LIST
from support.small_tenant import BODY, CSV

NAME = f"people.{hashlib.sha256(CSV).hexdigest()[:16]}.csv"
STARTED = ["IMPORT_PENDING", "IMPORTING", "COMPLETED"]


def orphan(admin: Admin, state: str) -> tuple[str, str]:
    """Return the ids of an import in this state and of a newer draft of the same content."""
    done = admin.sim.upload(CSV, NAME, config=BODY)
    admin.sim.set_state(done, state, hold=True)
    admin.sim.advance(1)
    return done, admin.sim.upload(CSV, NAME)


@pytest.mark.parametrize("state", STARTED)
def test_the_import_is_reused_and_the_orphaned_draft_deleted(admin: Admin, state: str) -> None:
    done, _late = orphan(admin, state)
    rehearsed = admin.upload(CSV, delete_orphaned_drafts=True, check=True)
    assert admin.calls() == [LIST]
    result = admin.upload(CSV, delete_orphaned_drafts=True)
    assert admin.calls() == [LIST, DELETE]
    assert [entry["id"] for entry in admin.sim.imports()] == [done]
    for each in (rehearsed, result):
        assert (each["changed"], each["reused"], each["import_id"]) == (True, True, done)
    assert not admin.upload(CSV, delete_orphaned_drafts=True)["changed"]
    assert admin.calls() == [LIST]


@pytest.mark.parametrize("state", STARTED)
def test_without_being_told_so_the_newest_counts(admin: Admin, state: str) -> None:
    """That is the contract of the module; and the guard bites: this one would be imported a second time."""
    _done, late = orphan(admin, state)
    result = admin.upload(CSV)
    assert set(admin.calls()) == {LIST}
    assert (result["changed"], result["import_id"]) == (False, late)
    assert len(admin.sim.imports()) == 2


@pytest.mark.parametrize("state", ["DRAFT", "PREVIEW_READY"])
def test_where_nothing_was_started_no_draft_is_orphaned(admin: Admin, state: str) -> None:
    _older, newest = orphan(admin, state)
    assert admin.upload(CSV, delete_orphaned_drafts=True)["import_id"] == newest
    assert len(admin.sim.imports()) == 2


def test_a_preview_is_not_an_orphaned_draft(admin: Admin) -> None:
    """Somebody has done something with it."""
    done, late = orphan(admin, "COMPLETED")
    admin.sim.set_state(late, "PREVIEW_READY")
    assert admin.upload(CSV, delete_orphaned_drafts=True)["import_id"] == done
    assert len(admin.sim.imports()) == 2


def test_a_draft_behind_another_content_is_not_orphaned(admin: Admin) -> None:
    """A, B, and A again: the draft of A is what is wanted next."""
    admin.sim.upload(CSV, NAME, state="COMPLETED", config=BODY)
    admin.sim.advance(1)
    admin.sim.upload(CSV + b"x", f"people.{'0' * 16}.csv", state="COMPLETED", config=BODY)
    admin.sim.advance(1)
    again = admin.sim.upload(CSV, NAME)
    assert admin.upload(CSV, delete_orphaned_drafts=True)["import_id"] == again
    assert len(admin.sim.imports()) == 3


def test_a_forced_upload_discards_nothing(admin: Admin) -> None:
    orphan(admin, "COMPLETED")
    admin.upload(CSV, delete_orphaned_drafts=True, force=True)
    assert len(admin.sim.imports()) == 3


def test_the_option_works_under_its_earlier_name(admin: Admin) -> None:
    done, _late = orphan(admin, "COMPLETED")
    assert admin.upload(CSV, discard_strays=True)["import_id"] == done
