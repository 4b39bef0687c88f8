# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Under every switch value, and under a pairwise set of them, every answer conforms to the OpenAPI description."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from simulator_client import Client, config, csv_file, csv_row, person

from simulator import Fault, Simulator, Switches
from simulator.switches import choices
from support.paired import PAIRED

SINGLE = [Switches().with_(**{name: value}) for name, values in choices().items() for value in values[1:]]


def _label(switches: Switches) -> str:
    return ",".join(f"{name}={value}" for name, value in switches.different().items()) or "default"


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    with Simulator(people=[person("a"), person("p", "pending"), person("d", "deactivated")]) as simulator:
        yield simulator


@pytest.mark.parametrize("switches", [Switches(), *SINGLE], ids=_label)
def test_every_answer_under_one_switch(sim: Simulator, switches: Switches) -> None:
    _walk(sim, switches)


@pytest.mark.cases(10)
@pytest.mark.parametrize("switches", PAIRED, ids=[f"pairs-{number}" for number in range(len(PAIRED))])
def test_every_answer_under_pairs_of_switches(sim: Simulator, switches: Switches) -> None:
    _walk(sim, switches)


def _walk(sim: Simulator, switches: Switches) -> None:
    """One of everything; only what holds under all switches is asserted beside the description's hook."""
    sim.switches = switches
    sim.clear_faults()
    sim.world.preview_seconds = sim.world.import_seconds = 100.0
    content = csv_file(csv_row("a", first="Oda"), csv_row("n"), csv_row("with blank"), csv_row("p", "Deactivated"))
    with Client(sim) as client, Client(sim, "wrong") as stranger, Client(sim, sim.powerless_token) as powerless:
        assert stranger.post(content).status_code == 401
        assert powerless.get().status_code in (403, 404)
        if switches.feature != "on":
            assert client.get().status_code in (403, 404)
            return
        assert client.post(b"", part="other").status_code == 400
        import_id = client.upload(content)
        _look(client, import_id)
        client.get("", limit=1)
        client.get("", limit=10**9)
        client.get("", nonsense="1")
        assert client.get("/unknown").status_code == 404
        client.get(f"/{import_id}/")
        bodies: list[Any] = [
            config(mapping={"externalId": "nope"}),
            config(removeAll=True),
            {},
            [],
            config(colour="red"),
        ]
        for body in bodies:
            client.configure(import_id, body)
        assert client.configure(import_id).status_code == 204
        client.call("PUT", f"/{import_id}/config", json=config())
        assert client.call("PUT", f"/{import_id}", json={"state": "IMPORT_PENDING"}).status_code == 405
        assert client.move(import_id, "NONSENSE").status_code == 400
        _import(client, import_id)
        _second(client, content)
        sim.schedule(Fault("status:429", retry_after="1"))
        assert client.get().status_code == 429
        client.call("DELETE", f"/{import_id}")
        assert client.get(f"/{import_id}").status_code == 404


def _look(client: Client, import_id: str) -> None:
    for path in (
        "",
        f"/{import_id}",
        *(f"/{import_id}/{name}" for name in ("status", "config", "errors", "changelog")),
    ):
        client.get(path)


def _import(client: Client, import_id: str) -> None:
    for target in ("PREVIEW_PENDING", "IMPORT_PENDING"):
        assert client.move(import_id, target).status_code == 204
        for _step in range(3):
            client.get(f"/{import_id}")
            client.get(f"/{import_id}/status")
            client.sim.advance(60)
        client.move(import_id, "PREVIEW_PENDING")
        client.sim.advance(200)
        _look(client, import_id)
    assert client.state(import_id) == "COMPLETED"
    assert client.configure(import_id).status_code == client.sim.switches.refused_transition
    assert client.sim.import_(import_id)["applied_count"] == 1


def _second(client: Client, content: bytes) -> None:
    """Two at once, deleting a running one, cancelling."""
    ids: list[Any] = [client.upload(content, f"{number}.csv") for number in range(3)]
    for import_id in ids:
        client.configure(import_id)
    client.move(ids[0], "IMPORT_PENDING")
    client.move(ids[1], "IMPORT_PENDING")
    client.move(ids[2], "CANCELLED")
    client.move(ids[2], "IMPORT_PENDING")
    for import_id in ids:
        client.call("DELETE", f"/{import_id}")
    client.sim.advance(1000)
    for import_id in ids:
        client.call("DELETE", f"/{import_id}")
