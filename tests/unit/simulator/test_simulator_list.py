# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records, pages and cursors."""

from __future__ import annotations

import pytest
from simulator_client import Client, Start


def pages(client: Client, parameter: str = "cursor", **query: int) -> list[list[str]]:
    """File names, page by page, following nextCursor."""
    found = []
    cursor = None
    while True:
        body = client.get("", **query, **({parameter: cursor} if cursor else {})).json()
        found.append([entry["fileName"] for entry in body["entries"]])
        cursor = body.get("nextCursor")
        if not cursor:
            return found


def filled(client: Client, count: int) -> Client:
    """``count`` imports, named by their number."""
    for number in range(count):
        client.sim.upload(b"id\n1\n2\n", str(number))
    return client


@pytest.mark.parametrize("parameter", ["cursor", "nextCursor", "after", "pageToken"])
@pytest.mark.parametrize("last", ["absent", "null", "empty"])
def test_following_the_cursors(start: Start, parameter: str, last: str) -> None:
    client = filled(start(cursor_parameter=parameter, last_cursor=last, list_order="oldest"), 5)
    assert pages(client, parameter, limit=2) == [["0", "1"], ["2", "3"], ["4"]]


def test_a_new_import_between_two_pages_shifts_nothing(start: Start) -> None:
    client = filled(start(), 4)
    body = client.get("", limit=2).json()
    client.sim.upload(b"id\n1\n", "new")
    second = client.get("", limit=2, cursor=body["nextCursor"]).json()
    assert [entry["fileName"] for entry in second["entries"]] == ["1", "0"]
    back = client.get("", limit=2, cursor=second["prevCursor"]).json()
    assert [entry["fileName"] for entry in back["entries"]] == ["3", "2"]


@pytest.mark.parametrize("order", ["newest", "oldest", "unordered"])
def test_order(start: Start, order: str) -> None:
    client = filled(start(list_order=order), 9)
    (names,) = pages(client)
    numbers = [str(number) for number in range(9)]
    expected = {"newest": names == numbers[::-1], "oldest": names == numbers, "unordered": sorted(names) == numbers}
    assert expected[order]
    assert order != "unordered" or names not in (numbers, numbers[::-1])


def test_limits(start: Start) -> None:
    client = filled(start(default_limit=2, max_limit=25), 30)
    assert [len(client.get("", **query).json()["entries"]) for query in ({}, {"limit": 3}, {"limit": 99})] == [2, 3, 25]
    client = filled(start(limit_above_max="refused", max_limit=25), 1)
    assert [client.get("", limit=limit).status_code for limit in (25, 26, 0, -1)] == [200, 400, 400, 400]


def test_unknown_parameters_and_bad_cursors(start: Start) -> None:
    for switch, code in (("ignored", 200), ("refused", 400)):
        client = start(unknown_parameter=switch)
        assert client.get("", after="x").status_code == code
        assert client.get("", cursor="nonsense").status_code == 400


@pytest.mark.parametrize(("switch", "count"), [("without_header", 2), ("with_header", 3)])
def test_the_record(start: Start, switch: str, count: int) -> None:
    client = filled(start(record_count=switch), 1)
    (entry,) = client.get().json()["entries"]
    assert entry == client.get(f"/{entry['id']}").json()
    assert (entry["fileSize"], entry["recordCount"], entry["state"]) == (7, count, "DRAFT")
