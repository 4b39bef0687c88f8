# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done to a tenant beside the API: by hand in Studio, and rows that the tenant refuses for a reason of its own."""

from __future__ import annotations

import pytest
from simulator_client import Start, csv_file, csv_row, person

from simulator import RemoteSimulator

TENANT = [person("act"), person("pen", "pending"), person("off", "deactivated")]


def test_refused_people_are_refused_until_they_are_accepted(start: Start) -> None:
    client = start(TENANT)
    content = csv_file(csv_row("act", first="Oda"), csv_row("new"), csv_row("pen", "Deactivated"))
    client.sim.refuse("new", "pen")
    run = client.upload(content)
    client.configure(run)
    client.move(run, "PREVIEW_PENDING")
    assert client.counters(run) == {"updated": 1}
    report = client.get(f"/{run}/errors").text
    assert report == "line;message\n3;could not be saved\n4;could not be saved\n"
    client.move(run, "IMPORT_PENDING")
    assert client.counters(run) == {"updated": 1}
    assert client.get(f"/{run}/errors").text == report
    assert {entry["external_id"] for entry in client.sim.people()} == {"act", "pen", "off"}

    client.sim.accept("new")
    assert client.counters(client.run(content)) == {"created": 1}
    client.sim.accept()
    assert client.counters(client.run(content)) == {"deleted": 1}


def test_a_row_that_is_refused_for_another_reason_too_tells_of_that_one(start: Start) -> None:
    client = start()
    client.sim.refuse("odd")
    run = client.run(csv_file(csv_row("odd", "perhaps")))
    assert client.get(f"/{run}/errors").text == "line;message\n2;status is neither Activated nor Deactivated\n"


def test_what_is_done_by_hand_is_no_touch_of_an_import(start: Start) -> None:
    client = start(TENANT)
    client.sim.set_status("act", "deactivated")
    client.sim.alter_person("pen", email="other@company.example", fields={"firstName": "Oda"})
    client.sim.remove_person("off")
    assert [(entry["external_id"], entry["status"], entry["version"]) for entry in client.sim.people()] == [
        ("act", "deactivated", 0), ("pen", "pending", 0)]
    assert (client.sim.people()[1]["email"], client.sim.people()[1]["fields"]) == ("other@company.example", {"firstName": "Oda"})
    assert client.sim.deleted_people() == []
    assert client.counters(client.run(csv_file(csv_row("act", "Activated"), csv_row("off"), csv_row("pen")))) == {
        "created": 1, "updated": 1, "reactivated": 1}
    with pytest.raises(KeyError):
        client.sim.set_status("nobody", "activated")
    with pytest.raises(ValueError, match="asleep"):
        client.sim.set_status("act", "asleep")
    with pytest.raises(ValueError, match="source"):
        client.sim.alter_person("act", source="manual")


def test_a_record_is_deleted_in_studio(start: Start) -> None:
    client = start(TENANT)
    run = client.run(csv_file(csv_row("new")))
    client.sim.delete_import(run)
    assert client.get(f"/{run}").status_code == 404
    assert client.sim.imports() == []
    assert [entry["gone"] for entry in client.sim.imports(gone=True)] == ["deleted"]
    assert len(client.sim.people()) == 4


def test_one_end_counts_what_its_preview_did_not(start: Start) -> None:
    client = start(TENANT)
    client.sim.set_end_counts(deactivated=50)
    run = client.upload(csv_file(csv_row("act", first="Oda")))
    client.configure(run)
    client.move(run, "PREVIEW_PENDING")
    assert client.counters(run) == {"updated": 1}
    client.move(run, "IMPORT_PENDING")
    assert client.counters(run) == {"updated": 1, "deactivated": 50}
    assert client.counters(client.run(csv_file(csv_row("act", first="Ama")))) == {"updated": 1}
    with pytest.raises(ValueError, match="refused"):
        client.sim.set_end_counts(refused=1)


def test_all_of_it_from_another_process(start: Start) -> None:
    client = start(TENANT)
    remote = RemoteSimulator(client.sim.url, client.sim.token)
    remote.refuse("new", "act")
    remote.accept("act")
    remote.set_end_counts(updated=9)
    remote.set_status("act", "deactivated")
    remote.alter_person("pen", email="other@company.example")
    remote.remove_person("off")
    run = client.run(csv_file(csv_row("act", "Activated"), csv_row("new")))
    assert client.counters(run) == {"updated": 9, "reactivated": 1}
    assert [error["message"] for error in remote.import_(run)["errors"]] == ["could not be saved"]
    remote.delete_import(run)
    assert remote.imports() == []
    assert [(entry["external_id"], entry["email"]) for entry in remote.people()] == [
        ("act", "act@company.example"), ("pen", "other@company.example")]
    remote.accept()
    assert client.counters(client.run(csv_file(csv_row("new")))) == {"created": 1}
    for wrong in (lambda: remote.remove_person("nobody"), lambda: remote.set_status("act", "asleep"), lambda: remote.set_end_counts(refused=1)):
        with pytest.raises(ValueError, match="Error"):
            wrong()
