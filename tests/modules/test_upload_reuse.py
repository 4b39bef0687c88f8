# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When an upload is reused: the newest of its stem counts, and nothing else."""

from __future__ import annotations

import hashlib
import time
import typing as t

import pytest

from support.admin import Admin
from support.api_calls import GET, LIST, POST
from support.small_tenant import CSV

if t.TYPE_CHECKING:
    from conftest import Start

FIRST_UPLOAD = [LIST, POST, LIST]
OTHER = CSV + b"Z9;z9@company.example;Zoe;Ohne;Activated\r\n"


def stored(stem: str, content: bytes) -> str:
    return f"{stem}.{hashlib.sha256(content).hexdigest()[:16]}.csv"


def test_a_b_a_is_three_uploads(admin: Admin) -> None:
    ids = []
    for content in (CSV, OTHER, CSV):
        result = admin.upload(content)
        assert admin.calls() == FIRST_UPLOAD
        assert result["changed"]
        ids.append(result["import_id"])
        # Otherwise all three would be of the same millisecond, and which one is the newest could not be told.
        admin.sim.advance(1)
    assert [entry["id"] for entry in admin.sim.imports()] == ids
    assert admin.upload(CSV)["import_id"] == ids[2]
    assert admin.calls() == [LIST]


@pytest.mark.parametrize("state", ["DRAFT", "PREVIEW_READY", "IMPORTING", "COMPLETED"])
def test_the_newest_is_reused_in_any_living_state(admin: Admin, state: str) -> None:
    first = admin.upload(CSV)["import_id"]
    admin.config(first)
    admin.sim.set_state(first, state, hold=True)
    admin.calls()
    again = admin.upload(CSV)
    assert admin.calls() == [LIST]
    assert (again["changed"], again["reused"], again["import_id"]) == (False, True, first)


def test_a_cancelled_one_is_not_reused(admin: Admin) -> None:
    first = admin.upload(CSV)["import_id"]
    admin.sim.cancel(first)
    admin.calls()
    again = admin.upload(CSV)
    assert admin.calls() == FIRST_UPLOAD
    assert again["changed"]
    assert again["import_id"] != first


def test_an_older_match_behind_a_cancelled_one_does_not_count(admin: Admin) -> None:
    admin.upload(CSV)
    admin.sim.advance(1)
    admin.sim.cancel(admin.upload(OTHER)["import_id"])
    admin.sim.advance(1)
    admin.calls()
    assert admin.upload(CSV)["changed"]
    assert admin.calls() == FIRST_UPLOAD


def test_force_uploads_every_time_and_deletes_nothing(admin: Admin) -> None:
    first = admin.upload(CSV)["import_id"]
    admin.calls()
    assert admin.upload(CSV, force=True, check=True)["changed"]
    assert admin.calls() == [LIST]
    again = admin.upload(CSV, force=True)
    assert admin.calls() == [LIST, POST, GET]
    assert again["import_id"] != first
    assert len(admin.sim.imports()) == 2


def test_stems_that_begin_alike_are_different_sources(admin: Admin) -> None:
    names = ["berlin.csv", "berlin-people.csv", "berlin.people.csv", "ber.csv", "berlin.0123456789abcdef.csv"]
    ids = {admin.upload(CSV, name)["import_id"] for name in names}
    assert len(ids) == len(names)
    assert admin.calls() == FIRST_UPLOAD * len(names)
    assert sorted(entry["file_name"] for entry in admin.sim.imports()) == sorted(stored(name.removesuffix(".csv"), CSV) for name in names)
    assert {admin.upload(CSV, name)["import_id"] for name in names} == ids
    assert admin.calls() == [LIST] * len(names)


@pytest.mark.parametrize(("name", "stem"), [("people.CSV", "people"), ("people.txt", "people"), ("people", "people"), ("a.b.example", "a.b.example")])
def test_the_stem_is_the_name_without_a_known_ending(admin: Admin, name: str, stem: str) -> None:
    assert admin.upload(CSV, name)["import"]["file_name"] == stored(stem, CSV)


@pytest.mark.parametrize("name", ['J\u00f6rg "Q1".csv', "\u00dcbersicht M\u00e4rz.csv", "50% & mehr;x=1.csv", "it's 'quoted'.csv"])
def test_unusual_names_arrive_and_are_found_again(admin: Admin, name: str) -> None:
    result = admin.upload(CSV, name)
    assert not result.failed
    (entry,) = admin.sim.imports()
    again = admin.upload(CSV, name)
    assert (again["changed"], again["import_id"]) == (False, entry["id"])
    assert admin.calls() == [*FIRST_UPLOAD, LIST]


@pytest.mark.parametrize("order", ["newest", "oldest", "unordered"])
def test_the_newest_by_time_counts_whatever_the_order_of_the_list(start: Start, order: str) -> None:
    admin = start(list_order=order)
    now = time.time()
    # The time of creation decides, not the order of the uploads.
    admin.sim.upload(OTHER, stored("people", OTHER), created_at=now - 50)
    newest = admin.sim.upload(CSV, stored("people", CSV), created_at=now - 10)
    admin.sim.upload(OTHER, stored("people", OTHER), created_at=now - 30)
    assert admin.upload(CSV)["import_id"] == newest
    assert admin.calls() == [LIST]


def test_expired_imports_are_uploaded_anew(admin: Admin) -> None:
    admin.upload(CSV)
    admin.sim.advance(31 * 24 * 3600)
    admin.calls()
    assert admin.upload(CSV)["changed"]
    assert admin.calls() == FIRST_UPLOAD


@pytest.mark.parametrize("cursor", ["cursor", "nextCursor", "after", "pageToken"])
@pytest.mark.parametrize("unknown", ["ignored", "refused"])
def test_the_match_is_found_behind_many_pages(start: Start, cursor: str, unknown: str) -> None:
    admin = start(cursor_parameter=cursor, unknown_parameter=unknown, list_order="oldest", max_limit=25, limit_above_max="refused")
    now = time.time()
    for number in range(60):
        admin.sim.upload(b"a;b\n", f"other-{number}.csv", created_at=now - 1000 + number)
    found = admin.sim.upload(CSV, stored("people", CSV), created_at=now)
    result = admin.upload(CSV)
    assert (result["changed"], result["import_id"]) == (False, found)
    assert set(admin.calls()) == {LIST}
