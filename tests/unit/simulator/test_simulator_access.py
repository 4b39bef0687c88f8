# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Token, rights, error bodies, the rate limit, slashes."""

from __future__ import annotations

import base64
import time
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection

import pytest
import requests
from simulator_client import Client, Start


def test_tokens(start: Start) -> None:
    client = start()
    token = client.sim.token
    twice = base64.b64encode(token.encode()).decode()
    for header in (None, f"Bearer {token}", f"Basic {twice}", f"Basic {token}x", token, "Basic"):
        client.session.headers["Authorization"] = header or ""
        answer = client.get()
        assert (answer.status_code, answer.json()["statusCode"]) == (401, 401)
    assert token not in repr(client.sim.requests)
    assert client.sim.requests[1].authorization == "Bearer"


@pytest.mark.parametrize(("switch", "code"), [("not_found", 404), ("forbidden", 403)])
def test_no_right_and_no_feature(start: Start, switch: str, code: int) -> None:
    client = start(no_right=switch)
    with Client(client.sim, client.sim.powerless_token) as powerless:
        assert powerless.get().status_code == code
    assert start(feature=switch).get().status_code == code


def test_error_bodies(start: Start) -> None:
    answers = {switch: start(error_body=switch).get("/nope") for switch in ("json", "message_only", "html", "empty")}
    assert answers["json"].json()["message"] == "Resource could not be found"
    assert set(answers["json"].json()) == {"traceId", "type", "ref", "statusCode", "message", "identifier"}
    assert set(answers["message_only"].json()) == {"message"}
    assert answers["html"].text.startswith("<!DOCTYPE html>")
    assert answers["empty"].content == b""


@pytest.mark.parametrize("switch", ["none", "seconds", "date"])
def test_the_rate_limit_and_its_window(start: Start, switch: str) -> None:
    client = start(retry_after=switch, arguments={"rate_limit": (2, 60.0)})
    answers = [client.get() for _call in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    header = answers[-1].headers.get("Retry-After")
    if switch == "none":
        assert header is None
    elif switch == "seconds":
        assert 55 < int(header or 0) <= 60
    else:
        assert 50 < parsedate_to_datetime(header or "").timestamp() - time.time() <= 62
    client.sim.advance(61)
    assert client.get().status_code == 200


@pytest.mark.parametrize(("switch", "code"), [("not_found", 404), ("accepted", 200)])
def test_trailing_slashes(start: Start, switch: str, code: int) -> None:
    client = start(trailing_slash=switch)
    assert client.get("/").status_code == 404 or switch == "accepted"
    import_id = client.sim.upload(b"id\n1\n", "a.csv")
    assert client.get(f"/{import_id}/").status_code == code


def test_the_api_lives_below_api_only(start: Start) -> None:
    client = start(checked=False)
    for path in ("/users/imports", "/", "/api/v1/users/imports", "/api"):
        with requests.Session() as session:
            session.trust_env = False
            header = dict(client.session.headers)
            assert session.get(client.sim.url + path, headers=header, timeout=5).status_code == 404


def test_a_connection_is_kept(start: Start) -> None:
    client = start()
    connection = HTTPConnection(client.sim.url.removeprefix("http://"), timeout=5)
    ports = set()
    for _call in range(5):
        connection.request("GET", "/api/users/imports", headers=dict(client.session.headers))
        connection.getresponse().read()
        ports.add(connection.sock.getsockname())
    connection.close()
    assert len(ports) == 1
