# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The invented company and its exports."""

from __future__ import annotations

from collections import Counter

from simulator_client import Start, config

from simulator.company import MAPPING, company, csv_text, export, export_rows, newcomers


def test_always_the_same_and_believable() -> None:
    people = company()
    assert people == company()
    assert people != company(seed=2)
    assert len({entry["external_id"] for entry in people}) == len({entry["email"] for entry in people}) == 300
    states = Counter(entry["status"] for entry in people)
    assert states["activated"] > 200
    assert min(states["pending"], states["deactivated"]) > 10


def test_an_export_changes_nothing_and_newcomers_arrive(start: Start) -> None:
    people = company(50)
    client = start(people)
    run = client.run(export(people), config(mapping=MAPPING))
    assert client.counters(run) == {}
    run = client.run(export([*people, *newcomers(3)]), config(mapping=MAPPING))
    assert client.counters(run) == {"created": 3}


def test_writers() -> None:
    people = company(2)
    columns = {"No": "external_id", "Dept": "department"}
    assert export_rows(people, columns)[0] == {"No": "P000001", "Dept": people[0]["fields"]["department"]}
    assert export(people, ",", "cp1252", columns).startswith(b"No,Dept\r\nP000001,")
    assert csv_text([], ["a", "b"]) == "a;b\r\n"
