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


def orphan(there: Admin, state: str) -> tuple[str, str]:
    """Return the ids of an import in this state and of a newer draft of the same content."""
    done = there.sim.upload(CSV, NAME, config=BODY)
    there.sim.set_state(done, state, hold=True)
    there.sim.advance(1)
    return done, there.sim.upload(CSV, NAME)


@pytest.mark.parametrize("state", STARTED)
def test_the_import_is_reused_and_the_orphaned_draft_deleted(there: Admin, state: str) -> None:
    done, _late = orphan(there, state)
    rehearsed = there.upload(CSV, delete_orphaned_drafts=True, check=True)
    assert there.calls() == [LIST]
    result = there.upload(CSV, delete_orphaned_drafts=True)
    assert there.calls() == [LIST, DELETE]
    assert [entry["id"] for entry in there.sim.imports()] == [done]
    for each in (rehearsed, result):
        assert (each["changed"], each["reused"], each["import_id"]) == (True, True, done)
    assert not there.upload(CSV, delete_orphaned_drafts=True)["changed"]
    assert there.calls() == [LIST]


@pytest.mark.parametrize("state", STARTED)
def test_without_being_told_so_the_newest_counts(there: Admin, state: str) -> None:
    """That is the contract of the module; and the guard bites: this one would be imported a second time."""
    _done, late = orphan(there, state)
    result = there.upload(CSV)
    assert set(there.calls()) == {LIST}
    assert (result["changed"], result["import_id"]) == (False, late)
    assert len(there.sim.imports()) == 2


@pytest.mark.parametrize("state", ["DRAFT", "PREVIEW_READY"])
def test_where_nothing_was_started_no_draft_is_orphaned(there: Admin, state: str) -> None:
    _older, newest = orphan(there, state)
    assert there.upload(CSV, delete_orphaned_drafts=True)["import_id"] == newest
    assert len(there.sim.imports()) == 2


def test_a_preview_is_not_an_orphaned_draft(there: Admin) -> None:
    """Somebody has done something with it."""
    done, late = orphan(there, "COMPLETED")
    there.sim.set_state(late, "PREVIEW_READY")
    assert there.upload(CSV, delete_orphaned_drafts=True)["import_id"] == done
    assert len(there.sim.imports()) == 2


def test_a_draft_behind_another_content_is_not_orphaned(there: Admin) -> None:
    """A, B, and A again: the draft of A is what is wanted next."""
    there.sim.upload(CSV, NAME, state="COMPLETED", config=BODY)
    there.sim.advance(1)
    there.sim.upload(CSV + b"x", f"people.{'0' * 16}.csv", state="COMPLETED", config=BODY)
    there.sim.advance(1)
    again = there.sim.upload(CSV, NAME)
    assert there.upload(CSV, delete_orphaned_drafts=True)["import_id"] == again
    assert len(there.sim.imports()) == 3


def test_a_forced_upload_discards_nothing(there: Admin) -> None:
    orphan(there, "COMPLETED")
    there.upload(CSV, delete_orphaned_drafts=True, force=True)
    assert len(there.sim.imports()) == 3


def test_the_option_works_under_its_earlier_name(there: Admin) -> None:
    done, _late = orphan(there, "COMPLETED")
    assert there.upload(CSV, discard_strays=True)["import_id"] == done
