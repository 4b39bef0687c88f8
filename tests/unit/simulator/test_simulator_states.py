# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Transitions, time, expiry, and that an import is applied exactly once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from simulator_client import Client, Start, csv_file, csv_row, person

from simulator import Switches

CONTENT = csv_file(csv_row("a", first="Oda"), csv_row("n"))
SLOW = {"preview_seconds": 100.0, "import_seconds": 100.0}
DAY = 24 * 3600


def ready(client: Client) -> str:
    """A configured draft."""
    import_id = client.upload(CONTENT)
    assert client.configure(import_id).status_code == 204
    return import_id


def test_all_states_in_order_and_applied_once_at_the_end(start: Start) -> None:
    client = start([person("a")], arguments=SLOW)
    import_id = ready(client)
    seen = [client.state(import_id)]
    for target in ("PREVIEW_PENDING", "IMPORT_PENDING"):
        client.move(import_id, target)
        for _look in range(2):
            seen.append(client.state(import_id))
            assert len(client.sim.people()) == 1
            client.sim.advance(51)
        seen.append(client.state(import_id))
    assert seen == [
        *("DRAFT", "PREVIEW_PENDING", "CREATING_PREVIEW", "PREVIEW_READY"),
        *("IMPORT_PENDING", "IMPORTING", "COMPLETED"),
    ]
    assert client.sim.import_(import_id)["applied_count"] == 1
    assert len(client.sim.people()) == 2


@pytest.mark.parametrize("shown", ["skipped", "instant"])
def test_states_that_are_never_seen(start: Start, shown: str) -> None:
    client = start(arguments=SLOW, states_shown=shown)
    import_id = ready(client)
    client.move(import_id, "IMPORT_PENDING")
    seen = set()
    for _look in range(12):
        seen.add(client.state(import_id))
        client.sim.advance(10)
    assert seen == ({"IMPORT_PENDING", "COMPLETED"} if shown == "skipped" else {"COMPLETED"})


def test_many_looks_at_once_apply_once(start: Start) -> None:
    client = start(arguments={"import_seconds": 0.05})
    import_id = ready(client)
    client.move(import_id, "IMPORT_PENDING")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _number: client.sim.import_(import_id), range(200)))
    client.sim.advance(1)
    assert client.sim.import_(import_id)["applied_count"] == 1
    assert [entry["version"] for entry in client.sim.people()] == [1, 1]


@pytest.mark.parametrize("code", [400, 403, 409, 422])
def test_no_way_back_after_completed(start: Start, code: int) -> None:
    client = start(refused_transition=code)
    import_id = client.run(CONTENT)
    for target in ("PREVIEW_PENDING", "IMPORT_PENDING", "CANCELLED", "COMPLETED", "DRAFT"):
        assert client.move(import_id, target).status_code == code
    assert client.configure(import_id).status_code == code


def test_a_repeated_import_pending_is_accepted_and_does_nothing(start: Start) -> None:
    client = start(arguments=SLOW)
    import_id = ready(client)
    assert [client.move(import_id, "IMPORT_PENDING").status_code for _time in range(2)] == [204, 204]
    client.sim.advance(101)
    assert client.sim.import_(import_id)["applied_count"] == 1


@pytest.mark.parametrize(("again", "code"), [("allowed", 204), ("refused", 400)])
def test_a_second_preview(start: Start, again: str, code: int) -> None:
    client = start(preview_again=again)
    import_id = ready(client)
    assert [client.move(import_id, "PREVIEW_PENDING").status_code for _time in range(2)] == [204, code]


def test_cancelling(start: Start) -> None:
    client = start()
    import_id = ready(client)
    assert client.move(import_id, "CANCELLED").status_code == 204
    assert client.move(import_id, "IMPORT_PENDING").status_code == 400
    with pytest.raises(KeyError):
        client.sim.uploaded_bytes(import_id)
    client.sim.switches = Switches(client_cancel="refused")
    assert client.move(ready(client), "CANCELLED").status_code == 400


def test_an_import_from_cancelled_by_switch(start: Start) -> None:
    client = start(import_from_cancelled="allowed")
    import_id = ready(client)
    client.sim.cancel(import_id)
    assert client.move(import_id, "IMPORT_PENDING").status_code == 204
    assert client.state(import_id) == "COMPLETED"


@pytest.mark.parametrize(("second", "code"), [("queued", 204), ("conflict", 409), ("refused", 422)])
def test_a_second_import_while_one_runs(start: Start, second: str, code: int) -> None:
    client = start(arguments=SLOW, second_import=second, refused_transition=422)
    one, other = ready(client), ready(client)
    client.move(one, "IMPORT_PENDING")
    assert client.move(other, "IMPORT_PENDING").status_code == code
    client.sim.advance(101)
    assert [client.state(one), client.state(other)] == ["COMPLETED", "IMPORT_PENDING" if code == 204 else "DRAFT"]
    client.sim.advance(101)
    assert client.state(other) == ("COMPLETED" if code == 204 else "DRAFT")


@pytest.mark.parametrize(("switch", "code"), [("refused", 400), ("accepted", 204)])
def test_deleting_a_running_import(start: Start, switch: str, code: int) -> None:
    client = start(arguments=SLOW, delete_running=switch)
    import_id = ready(client)
    client.move(import_id, "IMPORT_PENDING")
    assert client.call("DELETE", f"/{import_id}").status_code == code
    client.sim.advance(101)
    assert len(client.sim.people()) == (2 if switch == "refused" else 0)


def test_records_vanish_after_thirty_days(start: Start) -> None:
    client = start()
    import_id = client.run(CONTENT)
    client.sim.advance(30 * DAY - 60)
    assert client.get(f"/{import_id}").status_code == 200
    client.sim.advance(120)
    assert [client.get(f"/{import_id}{path}").status_code for path in ("", "/status", "/config", "/errors")] == [
        404
    ] * 4
    assert client.get().json()["entries"] == []
    assert [entry["gone"] for entry in client.sim.imports(gone=True)] == ["expired"]


def test_a_state_that_is_held(start: Start) -> None:
    client = start()
    import_id = client.sim.upload(CONTENT, "other.csv", config={"separator": ";", "mapping": {"externalId": "id"}})
    client.sim.set_state(import_id, "CREATING_PREVIEW", hold=True)
    client.sim.advance(1000)
    assert client.state(import_id) == "CREATING_PREVIEW"
    client.sim.set_state(import_id, "CREATING_PREVIEW")
    assert client.state(import_id) == "PREVIEW_READY"
    client.sim.set_state(import_id, "COMPLETED")
    assert client.sim.import_(import_id)["applied_count"] == 1


def test_put_of_the_state_is_no_verb(start: Start) -> None:
    client = start()
    answer = client.call("PUT", f"/{ready(client)}", json={"state": "IMPORT_PENDING"})
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, PATCH, DELETE")
