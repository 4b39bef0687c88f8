# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An upload whose answer does not come is looked for before anything is sent again."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._steps import upload as step
from support.admin import Admin
from support.api_calls import DELETE, LIST, POST
from support.scripted_server import Reply
from support.small_tenant import CSV
from support.tampering_proxy import TamperingProxy

if t.TYPE_CHECKING:
    from conftest import Start

LOOKS = [LIST] * len(step.LOOKS_AFTER_LOSS)


@pytest.mark.parametrize("kind", ["lost_answer", "truncated", "late_status:500", "late_status:502", "late_status:504", "late_status:408"])
def test_the_import_is_adopted(admin: Admin, kind: str) -> None:
    admin.fault(kind, POST)
    result = admin.upload(CSV)
    assert admin.calls() == [LIST, POST, LIST, LIST]
    (entry,) = admin.sim.imports(gone=True)
    assert (result["changed"], result["reused"], result["import_id"]) == (True, False, entry["id"])
    assert admin.sim.uploaded_bytes(entry["id"]) == CSV


def test_it_is_adopted_without_retries_too(start: Start) -> None:
    admin = start(connection={"retries": 0})
    admin.fault("lost_answer", POST)
    assert admin.upload(CSV)["changed"]
    assert admin.calls() == [LIST, POST, LIST, LIST]
    assert len(admin.sim.imports(gone=True)) == 1


def test_it_is_adopted_when_the_answer_is_too_slow(start: Start) -> None:
    admin = start(connection={"timeout": 0.3})
    admin.fault("slow_after", POST, delay=0.8)
    assert admin.upload(CSV)["changed"]
    assert admin.calls() == [LIST, POST, LIST, LIST]
    assert len(admin.sim.imports(gone=True)) == 1


def test_it_is_adopted_when_the_service_makes_it_later(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step, "LOOKS_AFTER_LOSS", (0.0, 0.1, 0.6))
    admin = start(connection={"timeout": 0.3})
    admin.fault("slow", POST, delay=0.7)
    assert admin.upload(CSV)["changed"]
    assert admin.calls() == [LIST, POST, LIST, LIST, LIST, LIST]
    assert len(admin.sim.imports(gone=True)) == 1


@pytest.mark.parametrize("kind", ["reset_before", "status:500", "status:503", "html", "html:200"])
def test_what_never_was_made_is_sent_again(admin: Admin, kind: str) -> None:
    admin.fault(kind, POST)
    result = admin.upload(CSV)
    assert admin.calls() == [LIST, POST, *LOOKS, POST, LIST]
    (entry,) = admin.sim.imports(gone=True)
    assert (result["changed"], result["import_id"]) == (True, entry["id"])
    assert admin.sim.uploaded_bytes(entry["id"]) == CSV


def test_a_429_has_made_nothing_so_nothing_is_looked_for(admin: Admin) -> None:
    admin.fault("status:429", POST)
    assert admin.upload(CSV)["changed"]
    assert admin.calls() == [LIST, POST, POST, LIST]


def test_a_lost_answer_to_a_forced_upload_adopts_the_new_one(admin: Admin) -> None:
    old = admin.upload(CSV)["import_id"]
    admin.calls()
    admin.fault("lost_answer", POST)
    result = admin.upload(CSV, force=True)
    assert admin.calls()[:3] == [LIST, POST, LIST]
    assert len(admin.sim.imports(gone=True)) == 2
    assert result["import_id"] not in (None, old)


def test_lasting_loss_fails_and_a_rerun_adopts(admin: Admin) -> None:
    """The list cannot be read either, so it is not known what became of the upload; the next run finds it."""
    admin.fault("lost_answer", POST)
    admin.fault("status:503", LIST, nth=2, times=None)
    result = admin.upload(CSV)
    assert result.failed
    assert admin.sim.writes() == [POST]
    admin.sim.clear_faults()
    (entry,) = admin.sim.imports()
    again = admin.upload(CSV)
    assert (again["changed"], again["import_id"]) == (False, entry["id"])
    assert admin.sim.writes() == [POST]


@pytest.mark.parametrize("kind", ["status:503", "status:401", "reset_before", "html:200", "cut_json"])
@pytest.mark.parametrize("lost", [False, True])
def test_once_the_id_is_known_a_failing_list_names_the_import(admin: Admin, kind: str, lost: bool) -> None:
    if lost:
        admin.fault("lost_answer", POST)
    admin.fault(kind, LIST, nth=3 if lost else 2, times=None)
    result = admin.upload(CSV)
    assert admin.calls()[: 4 if lost else 3] == [LIST, POST, *[LIST] * (2 if lost else 1)]
    (entry,) = admin.sim.imports()
    assert (result["failure"]["stage"], result["failure"]["import_id"]) == ("list", entry["id"])
    assert f"[stage list, import {entry['id']}]" in result["msg"]


def test_a_list_that_is_none_names_the_import_too(admin: Admin) -> None:
    answers = iter([b'{"entries": []}', *[b'{"entries": 1}'] * 9])
    with TamperingProxy(admin.sim.url, {LIST: lambda reply: Reply(200, next(answers))}) as server:
        result = Admin(admin.sim, api_url=server.url).upload(CSV)
    (entry,) = admin.sim.imports()
    assert f"The answer is not the list of imports [stage list, import {entry['id']}]" in result["msg"]
    assert result["failure"]["import_id"] == entry["id"]


def test_without_the_look_the_content_would_be_sent_twice(admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard bites: without it there are two imports, of which only the next guard removes one."""
    monkeypatch.setattr(step.Upload, "_found_since", lambda self, known: None)
    admin.fault("lost_answer", POST)
    admin.upload(CSV)
    assert admin.sim.writes() == [POST, POST, DELETE]


def test_without_both_guards_a_second_draft_would_stay(admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step.Upload, "_found_since", lambda self, known: None)
    monkeypatch.setattr(step.Upload, "_keep_one", lambda self, duplicates: duplicates[0])
    admin.fault("lost_answer", POST)
    admin.upload(CSV)
    assert [entry["state"] for entry in admin.sim.imports()] == ["DRAFT", "DRAFT"]
