# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What imports do to people: the tables of section 6, on real HTTP."""

from __future__ import annotations

from typing import Any

from simulator_client import MAPPING, Client, Start, config, csv_file, csv_row, person

TENANT = [person("act"), person("pen", "pending"), person("off", "deactivated"), person("hand", source="manual")]
NO_STATUS = {field: column for field, column in MAPPING.items() if field != "status"}


def statuses(client: Client) -> dict[str, str]:
    """Identifier -> status of everybody."""
    return {entry["external_id"]: entry["status"] for entry in client.sim.people()}


def gone(client: Client) -> list[str]:
    """Identifiers of those deleted for good."""
    return [entry["external_id"] for entry in client.sim.deleted_people()]


def touched(client: Client) -> set[str]:
    """Identifiers of those whom an import touched."""
    return {entry["external_id"] for entry in client.sim.people() if entry["version"]}


def test_delta_deactivated(start: Start) -> None:
    client = start(TENANT)
    run = client.run(csv_file(*(csv_row(who, "Deactivated") for who in ("act", "pen", "off", "new"))), preview=True)
    assert statuses(client) == {"act": "deactivated", "off": "deactivated", "hand": "activated"}
    assert gone(client) == ["pen"]
    assert touched(client) == {"act"}
    assert client.counters(run) == {"deactivated": 1, "deleted": 1}
    assert client.sim.import_(run)["expected"] == client.sim.import_(run)["changes"]


def test_delta_activated_and_newcomers_in_any_case(start: Start) -> None:
    client = start(TENANT)
    run = client.run(csv_file(*(csv_row(who, "aCTIVATED") for who in ("act", "pen", "off", "new"))))
    assert statuses(client) == {
        "act": "activated",
        "pen": "pending",
        "off": "activated",
        "hand": "activated",
        "new": "pending",
    }
    assert touched(client) == {"off", "new"}
    assert client.counters(run) == {"created": 1, "reactivated": 1}


def test_delta_updates_only_who_is_in_the_file(start: Start) -> None:
    client = start(TENANT)
    client.run(csv_file(csv_row("act", first="Oda"), csv_row("pen")))
    assert touched(client) == {"act"}
    assert {entry["external_id"]: entry["fields"]["firstName"] for entry in client.sim.people()}["act"] == "Oda"


def test_full_with_remove_all_covers_everybody(start: Start) -> None:
    client = start(TENANT)
    run = client.run(csv_file(csv_row("new")), config(mapping=NO_STATUS, delta=False, removeAll=True), preview=True)
    assert statuses(client) == {"act": "deactivated", "off": "deactivated", "hand": "deactivated", "new": "pending"}
    assert gone(client) == ["pen"]
    assert client.counters(run) == {"created": 1, "deactivated": 2, "deleted": 1}


def test_full_without_remove_all_spares_those_made_by_hand(start: Start) -> None:
    client = start(TENANT)
    client.run(csv_file(csv_row("pen")), config(delta=False, removeAll=False))
    assert statuses(client) == {"act": "deactivated", "pen": "pending", "off": "deactivated", "hand": "activated"}
    assert gone(client) == []


def test_a_bare_full_import_is_a_switch(start: Start) -> None:
    for scope, expected in (("all", "deactivated"), ("csv_only", "activated")):
        client = start(TENANT, bare_full=scope)
        client.run(csv_file(csv_row("act")), config(delta=False))
        assert statuses(client)["hand"] == expected


def test_people_without_an_identifier_are_single_people(start: Start) -> None:
    nobody: dict[str, Any] = {"user_name": "x", "source": "manual"}
    client = start([nobody, nobody])
    run = client.run(csv_file(csv_row("new")), config(delta=False, removeAll=True))
    assert client.counters(run) == {"created": 1, "deactivated": 2}


def test_the_same_file_twice_touches_nobody_again(start: Start) -> None:
    client = start(TENANT)
    content = csv_file(csv_row("act", first="Oda"), csv_row("new"))
    client.run(content)
    before = client.sim.people()
    assert client.counters(client.run(content)) == {}
    assert client.sim.people() == before


def test_matched_counts(start: Start) -> None:
    client = start(TENANT, updated_counts="matched")
    assert client.counters(client.run(csv_file(csv_row("act"), csv_row("pen")))) == {"updated": 2}


def test_unknown_leavers_can_be_created(start: Start) -> None:
    client = start(unknown_leaver="created")
    client.run(csv_file(csv_row("new", "Deactivated")))
    assert statuses(client) == {"new": "deactivated"}


def test_empty_cells(start: Start) -> None:
    for switch, expected in (("keep", "Ama"), ("clear", "")):
        client = start(TENANT, empty_cells=switch)
        client.run(csv_file(csv_row("act", first="")))
        assert client.sim.people()[0]["fields"]["firstName"] == expected


def test_mails_go_only_where_they_are_asked_for(start: Start) -> None:
    content = csv_file(csv_row("act"), csv_row("pen"), csv_row("new"))
    client = start(TENANT)
    assert client.sim.import_(client.run(content))["mails"] == []
    client = start(TENANT)
    assert client.sim.import_(client.run(content, config(sendMailsNew=True, sendMailsPending=True)))["mails"] == [
        "pen",
        "new",
    ]
    client = start(TENANT, mail_defaults="on")
    bare = {"delta": True, "separator": ";", "encoding": "UTF-8", "mapping": MAPPING}
    assert client.sim.import_(client.run(content, bare))["mails"] == ["pen", "new"]


def test_deleting_a_finished_import_does_not_undo_it(start: Start) -> None:
    client = start(TENANT)
    run = client.run(csv_file(csv_row("act", "Deactivated")))
    assert client.call("DELETE", f"/{run}").status_code == 204
    assert statuses(client)["act"] == "deactivated"
    assert client.get(f"/{run}").status_code == 404
