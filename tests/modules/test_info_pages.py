# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list is read to its end under every thinkable manner of paging, each import once."""

from __future__ import annotations

import itertools
import typing as t

import pytest
import requests

from support.api_calls import LIST

if t.TYPE_CHECKING:
    from conftest import Start

    from support.admin import Admin

CURSORS = ["cursor", "nextCursor", "after", "pageToken"]

#: How many names are tried in vain before.
CURSORS_TRIED = {"cursor": 0, "nextCursor": 1, "after": 2, "pageToken": 4}


def fill(admin: Admin, count: int) -> list[str]:
    """Make imports and return their ids, the newest first."""
    return [admin.sim.upload(b"id\n1\n", f"{number}.csv", created_at=1_000_000 + number + admin.sim.world.clock.now() - 2_000_000)
            for number in range(count)][::-1]


@pytest.mark.parametrize(
    ("cursor", "unknown", "last", "order"),
    list(itertools.product(CURSORS, ["ignored", "refused"], ["absent", "null", "empty"], ["newest", "unordered"])),
)
def test_every_cursor(start: Start, cursor: str, unknown: str, last: str, order: str) -> None:
    admin = start(cursor_parameter=cursor, unknown_parameter=unknown, last_cursor=last, list_order=order, max_limit=25)
    ids = fill(admin, 60)
    result = admin.info()
    assert [entry["id"] for entry in result["imports"]] == ids
    # The first page, a try for each name before the right one, then the other two.
    assert admin.calls() == [LIST] * (1 + CURSORS_TRIED[cursor] + 2)


@pytest.mark.parametrize("count", [1, 19, 20, 24, 25, 26, 50, 51, 99, 100, 101, 200, 230])
@pytest.mark.parametrize("most", [25, 100, 1000])
def test_every_length(start: Start, count: int, most: int) -> None:
    admin = start(max_limit=most)
    ids = fill(admin, count)
    assert [entry["id"] for entry in admin.info()["imports"]] == ids
    pages = -(-count // min(most, 100))
    assert admin.calls() == [LIST] * pages


@pytest.mark.parametrize("cursor", CURSORS)
@pytest.mark.parametrize("page", [2, 20, 100])
def test_where_a_limit_is_refused_the_service_chooses(start: Start, page: int, cursor: str) -> None:
    admin = start(limit_above_max="refused", max_limit=25, default_limit=page, cursor_parameter=cursor)
    ids = fill(admin, 30)
    assert [entry["id"] for entry in admin.info()["imports"]] == ids
    assert [request.status for request in admin.sim.requests][:2] == [400, 200]


def test_an_import_that_is_deleted_meanwhile_does_not_lose_another(start: Start) -> None:
    admin = start(max_limit=25)
    ids = fill(admin, 60)
    url = f"{admin.sim.url}/api/users/imports/{ids[3]}"
    admin.at_call(2, lambda: requests.delete(url, headers={"Authorization": f"Basic {admin.sim.token}"}, timeout=5))
    found = [entry["id"] for entry in admin.info()["imports"]]
    assert sorted(set(found)) == sorted(found)
    assert set(ids) - set(found) <= {ids[3]}


@pytest.mark.parametrize("kind", ["truncated", "html:200", "status:500", "status:429", "lost_answer"])
def test_a_fault_on_a_later_page(start: Start, kind: str) -> None:
    admin = start(max_limit=25)
    ids = fill(admin, 60)
    admin.fault(kind, LIST, nth=2)
    assert [entry["id"] for entry in admin.info()["imports"]] == ids
    assert admin.calls() == [LIST] * 4


def test_a_lasting_fault_on_a_later_page_is_no_shorter_list(start: Start) -> None:
    """A list that is read by half must not be taken for the whole: an upload would be made twice."""
    admin = start(max_limit=25)
    fill(admin, 60)
    admin.fault("status:500", LIST, nth=2, times=None)
    result = admin.info()
    assert (result.failed, result["failure"]["status"], result["failure"]["attempts"]) == (True, 500, 3)
    assert "imports" not in result


@pytest.mark.parametrize("kind", ["wrong_type", "html:200", "truncated"])
def test_what_is_no_list_is_no_empty_list(start: Start, kind: str) -> None:
    admin = start()
    fill(admin, 3)
    admin.fault(kind, LIST, times=None)
    assert admin.info().failed
    assert admin.upload("id\n1\n").failed
    assert admin.sim.writes() == []
