# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults are real on the wire, and act or do not act as they say."""

from __future__ import annotations

import contextlib
import json
import time
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import requests
from simulator_client import Start, csv_file, csv_row

from simulator import Fault, application
from support.waiting import until

CONTENT = csv_file(csv_row("a"))


@pytest.mark.parametrize(("kind", "acted"), [("reset_before", 0), ("lost_answer", 1)])
def test_resets(start: Start, kind: str, acted: int) -> None:
    client = start()
    client.sim.schedule(Fault(kind, method="POST", path="/users/imports"))
    with pytest.raises(requests.ConnectionError, match=r"reset|closed|Broken pipe"):
        client.post(CONTENT)
    assert len(client.sim.imports()) == acted
    (record,) = client.sim.requests
    assert (record.fault, record.status) == (kind, 201 if acted else None)
    assert client.post(CONTENT).status_code == 201


def test_what_is_in_the_log_is_waited_for(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    client = start()
    due = client.sim.world.faults.due

    def late(*call: Any) -> Fault | None:
        time.sleep(0.3)
        return due(*call)

    monkeypatch.setattr(client.sim.world.faults, "due", late)
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(client.post, CONTENT)
        assert until(lambda: client.sim.requests, pause=0.005)
        client.sim.settle()
        assert [record.status for record in client.sim.requests] == [201]
        assert answer.result().status_code == 201


@pytest.mark.parametrize("code", [429, 500, 502, 503, 504, 401, 403, 404, 405, 409])
def test_status(start: Start, code: int) -> None:
    client = start(checked=False)
    client.sim.schedule(Fault(f"status:{code}", retry_after="7"))
    answer = client.post(CONTENT)
    assert (answer.status_code, answer.headers["Retry-After"], client.sim.imports()) == (code, "7", [])
    assert ("html" in answer.headers["Content-Type"]) == (code in (502, 503, 504))


def test_acts_and_then_fails(start: Start) -> None:
    client = start(checked=False)
    client.sim.schedule(Fault("late_status:504"))
    assert client.post(CONTENT).status_code == 504
    assert len(client.sim.imports()) == 1


@pytest.mark.parametrize(("kind", "code"), [("html", 502), ("html:200", 200)])
def test_html(start: Start, kind: str, code: int) -> None:
    client = start(checked=False)
    client.sim.schedule(Fault(kind))
    answer = client.get()
    assert (answer.status_code, answer.text[:15]) == (code, "<!DOCTYPE html>")


def test_truncated(start: Start) -> None:
    client = start(checked=False)
    client.sim.schedule(Fault("truncated", times=2))
    for more in ({}, {"stream": True}):
        with pytest.raises(requests.exceptions.ChunkedEncodingError, match=r"IncompleteRead"):
            client.call("GET", **more).content  # noqa: B018
    assert client.get().status_code == 200


def test_cut_json_has_the_length_that_it_tells(start: Start) -> None:
    client = start(checked=False)
    import_id = client.upload(CONTENT)
    client.sim.schedule(Fault("cut_json", times=None))
    for answer in (client.get(), client.get(f"/{import_id}/errors"), client.configure(import_id), client.post(CONTENT)):
        assert int(answer.headers["Content-Length"]) == len(answer.content) > 0
        with pytest.raises(ValueError, match=r"JSON|Expecting|Unterminated"):
            answer.json()
    assert len(client.sim.imports()) == 2


def test_who_has_left_refuses_connections_until_he_is_back(start: Start) -> None:
    client = start()
    client.sim.schedule(Fault("leave", method="GET", path="/users/imports", times=None))
    assert client.get().status_code == 200
    for _attempt in range(2):
        with pytest.raises(requests.ConnectionError, match="refused"):
            client.get()
    assert client.sim.calls() == ["GET /users/imports"]
    client.sim.clear_faults()
    assert client.get().status_code == 200
    client.sim.leave()
    with pytest.raises(requests.ConnectionError, match="refused"):
        requests.get(client.sim.url, timeout=5)
    client.sim.come_back()
    assert client.get().status_code == 200


def test_who_has_left_for_a_while_comes_back_by_himself(start: Start) -> None:
    client = start()
    client.sim.schedule(Fault("leave", delay=0.3))
    assert client.get().status_code == 200
    with pytest.raises(requests.ConnectionError, match="refused"):
        client.get()
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with contextlib.suppress(requests.ConnectionError):
            assert client.get().status_code == 200
            break
        time.sleep(0.05)
    assert len(client.sim.calls()) == 2


def test_a_call_whose_client_has_left_can_be_waited_for(start: Start) -> None:
    client = start()
    client.sim.schedule(Fault("slow", method="POST", delay=0.5))
    with pytest.raises(requests.Timeout):
        client.session.post(client.root, files={"file": ("a.csv", CONTENT)}, timeout=0.2)
    client.sim.settle()
    assert len(client.sim.imports()) == 1


def test_retry_after_as_a_date_is_counted_from_the_answer(start: Start) -> None:
    client = start(checked=False)
    client.sim.schedule(Fault("status:429", retry_after="date+20", times=None))
    headers = client.get().headers
    seconds = (parsedate_to_datetime(headers["Retry-After"]) - parsedate_to_datetime(headers["Date"])).total_seconds()
    assert 19 <= seconds <= 21


def test_wrong_type_and_redirect(start: Start) -> None:
    client = start(checked=False)
    client.sim.schedule(Fault("wrong_type"))
    assert isinstance(client.get().json(), list)
    client.sim.schedule(Fault("redirect"))
    answer = client.get()
    assert answer.status_code == 307
    assert answer.headers["Location"].startswith("https://login.example.invalid/sso?next=%2Fapi&")


@pytest.mark.parametrize(("kind", "acted"), [("slow", 0), ("slow_after", 1)])
def test_slow_and_the_client_gives_up(start: Start, kind: str, acted: int) -> None:
    client = start()
    client.sim.schedule(Fault(kind, method="POST", delay=0.4))
    with pytest.raises(requests.Timeout):
        client.session.post(client.root, files={"file": ("a.csv", CONTENT)}, timeout=0.2)
    assert len(client.sim.imports()) == acted
    time.sleep(0.4)
    assert len(client.sim.imports()) == 1


def test_which_call_is_hit(start: Start) -> None:
    client = start(checked=False)
    import_id = client.upload(CONTENT)
    client.configure(import_id)
    client.sim.schedule(Fault("status:500", method="GET", path="/users/imports/{id}", nth=2, times=2))
    client.sim.schedule(Fault("status:503", state="PREVIEW_PENDING"))
    assert [client.get(f"/{import_id}").status_code for _call in range(4)] == [200, 500, 500, 200]
    assert [client.move(import_id, "PREVIEW_PENDING").status_code for _call in range(2)] == [503, 204]
    client.sim.schedule(Fault("status:500", times=None))
    assert {client.get().status_code for _call in range(5)} == {500}
    client.sim.clear_faults()
    assert client.get().status_code == 200


def test_nonsense_is_refused() -> None:
    nonsense: list[dict[str, Any]] = [
        {"kind": "boom"},
        {"kind": "status"},
        {"kind": "status:x"},
        {"kind": "slow", "nth": 0},
        {"kind": "status:429", "retry_after": "date+soon"},
    ]
    for values in nonsense:
        with pytest.raises(ValueError, match=r"fault|start"):
            Fault(**json.loads(json.dumps(values)))


def test_the_compact_lists(start: Start) -> None:
    client = start()
    import_id = client.run(CONTENT)
    client.get(f"/{import_id}/errors")
    assert client.sim.calls() == [
        "POST /users/imports",
        "PATCH /users/imports/{id}/config",
        "PATCH /users/imports/{id} IMPORT_PENDING",
        "GET /users/imports/{id}/errors",
    ]
    assert client.sim.writes() == client.sim.calls()[:3]
    assert [record.import_id for record in client.sim.requests] == [import_id] * 4
    assert client.sim.requests[0].body is None
    assert client.sim.requests[1].body["mapping"]["externalId"] == "id"
    client.sim.forget_requests()
    assert client.sim.calls() == []


@pytest.mark.parametrize(("kind", "acted"), [("hold", 0), ("hold_after", 1)])
def test_holds_until_the_faults_are_cleared(start: Start, kind: str, acted: int) -> None:
    client = start(checked=False)
    client.sim.schedule(Fault(kind, method="POST"))
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(client.post, CONTENT)
        while not any(record.fault for record in client.sim.requests) or len(client.sim.imports()) < acted:
            assert not answer.done()
        client.sim.clear_faults()
        with pytest.raises(requests.ConnectionError):
            answer.result(10)
    assert len(client.sim.imports()) == acted
    assert client.post(CONTENT).status_code == 201


def test_a_call_is_not_held_when_the_faults_are_cleared_before_it_comes_to_that(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    client = start(checked=False)
    client.sim.schedule(Fault("hold_after", method="POST"))

    def act(*arguments: Any) -> Any:
        try:
            return real(*arguments)
        finally:
            client.sim.clear_faults()

    real = application.act
    monkeypatch.setattr(application, "act", act)
    with pytest.raises(requests.ConnectionError):
        client.post(CONTENT)
    assert len(client.sim.imports()) == 1
