# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP manners: what is sent, what is tried again and how often, and what a refusal says."""

from __future__ import annotations

import json
import math
import typing as t

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._errors import InputError
from ansible_collections.community.staffbase.plugins.module_utils._http import client as client_module
from ansible_collections.community.staffbase.plugins.module_utils._http import retry, transport
from ansible_collections.community.staffbase.plugins.module_utils._http.answer import Answer
from ansible_collections.community.staffbase.plugins.module_utils._http.client import Client, WriteRefused
from ansible_collections.community.staffbase.plugins.module_utils._http.connection import Connection
from ansible_collections.community.staffbase.plugins.module_utils._http.errors import CallError
from support.dialogue import TOKEN, Converse
from support.scripted_server import HangUp, Pour, Reply

PAGE = Reply(200, b"<html>login</html>", {"Content-Type": "text/html; charset=utf-8"})


def json_reply(body: t.Any, status: int = 200) -> Reply:
    return Reply(status, json.dumps(body).encode(), {"Content-Type": "application/json"})


GOOD = json_reply({"ok": True})


def test_what_a_get_looks_like(converse: Converse) -> None:
    talk = converse(GOOD)
    assert talk.client.get_object("/users/imports", "list", params={"limit": 100}) == {"ok": True}
    request, = talk.server.requests
    assert (request.method, request.target, request.body) == ("GET", "/api/users/imports?limit=100", b"")
    assert request.headers["authorization"] == f"Basic {TOKEN}"
    assert request.headers["user-agent"] == transport.USER_AGENT
    assert "cookie" not in request.headers


def test_what_a_write_looks_like(converse: Converse) -> None:
    talk = converse(Reply(204))
    answer = talk.client.send("PATCH", "/users/imports/1", "import", body={"state": "IMPORT_PENDING"})
    assert (answer.status, answer.body) == (204, b"")
    request, = talk.server.requests
    assert (request.method, request.target) == ("PATCH", "/api/users/imports/1")
    assert request.headers["content-type"] == "application/json"
    assert json.loads(request.body) == {"state": "IMPORT_PENDING"}


@pytest.mark.parametrize("token", [f"Basic {TOKEN}", f"basic {TOKEN}", f" {TOKEN}\n"])
def test_the_token_arrives_unchanged_however_it_was_pasted(converse: Converse, token: str) -> None:
    talk = converse(GOOD)
    client = Client(Connection(talk.server.url, token))
    client.get_json("/x", "list")
    client.close()
    assert talk.server.requests[0].headers["authorization"] == f"Basic {TOKEN}"


def test_a_redirect_is_refused_and_its_target_never_asked(converse: Converse) -> None:
    other = converse()
    talk = converse(Reply(302, b"", {"Location": f"{other.server.url}/login?ticket=geheim"}))
    with pytest.raises(CallError, match=f"redirects to {other.server.url}/login; redirects are refused") as caught:
        talk.client.get_json("/users/imports", "list")
    assert "geheim" not in str(caught.value)
    assert caught.value.status == 302
    assert talk.pauses == []
    assert other.server.requests == []


def test_without_the_refusal_a_redirect_would_carry_the_data_to_another_place(converse: Converse, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = converse(GOOD)
    talk = converse(Reply(307, b"", {"Location": f"{elsewhere.server.url}/taken"}))
    real = talk.client._session.request
    monkeypatch.delattr(talk.client._session, "get_redirect_target")
    monkeypatch.setattr(talk.client._session, "request", lambda *args, **options: real(*args, **{**options, "allow_redirects": True}))
    talk.client.send("PATCH", "/x", "config", body={"who": "Quellwick"})
    assert b"Quellwick" in elsewhere.server.requests[0].body


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
def test_in_check_mode_no_write_leaves_the_machine(converse: Converse, method: str) -> None:
    talk = converse(read_only=True)
    with pytest.raises(WriteRefused):
        talk.client.send(method, "/users/imports", "upload", body={})
    assert talk.server.requests == []


def test_without_the_guard_a_write_would_leave(converse: Converse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "READING", frozenset({"GET", "DELETE"}))
    talk = converse(Reply(204), read_only=True)
    talk.client.send("DELETE", "/users/imports/1", "delete")
    assert talk.server.methods == ["DELETE"]


def test_in_check_mode_reading_goes_on(converse: Converse) -> None:
    assert converse(GOOD, read_only=True).client.get_object("/x", "list") == {"ok": True}


@pytest.mark.parametrize("fault", [
    *(Reply(status) for status in sorted(retry.PASSING_STATUSES)), HangUp(), PAGE, Reply(200, b'{"ok": tr', promised=100), Reply(200, b'{"ok": tr'),
    Reply(200, b"", promised=10), Reply(200),
])
def test_a_passing_fault_of_a_get_is_tried_again(converse: Converse, fault: t.Any) -> None:
    talk = converse(fault, fault, GOOD)
    assert talk.client.get_object("/x", "list") == {"ok": True}
    assert len(talk.pauses) == 2
    first, second = (1.0, 3.0) if getattr(fault, "status", None) == 429 else (0.5, 1.0)
    assert first / 2 <= talk.pauses[0] <= first
    assert second / 2 <= talk.pauses[1] <= second


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 410, 413, 418, 422, 423, 501])
def test_any_other_refusal_is_not(converse: Converse, status: int) -> None:
    talk = converse(Reply(status))
    with pytest.raises(CallError) as caught:
        talk.client.get_json("/x", "list")
    assert caught.value.status == status
    assert (caught.value.attempts, talk.pauses) == (1, [])


@pytest.mark.parametrize("retries", [0, 1, 4])
def test_the_number_of_retries_is_obeyed(converse: Converse, retries: int) -> None:
    talk = converse(*[Reply(503)] * (retries + 1), retries=retries)
    with pytest.raises(CallError) as caught:
        talk.client.get_json("/x", "list")
    assert len(talk.server.requests) == retries + 1
    assert len(talk.pauses) == retries
    assert caught.value.failure()["attempts"] == retries + 1


def test_retry_after_is_obeyed(converse: Converse) -> None:
    talk = converse(
        Reply(429, b"", {"Retry-After": "7"}),
        Reply(503, b"", {"Retry-After": "Sat, 31 Jan 2026 02:00:20 GMT", "Date": "Sat, 31 Jan 2026 02:00:00 GMT"}), GOOD)
    talk.client.get_json("/x", "list")
    assert 7.0 <= talk.pauses[0] <= 7.5
    assert 20.0 <= talk.pauses[1] <= 20.5


def test_who_asks_for_too_long_a_pause_gets_no_further_call(converse: Converse) -> None:
    talk = converse(Reply(429, b"", {"Retry-After": "301"}))
    with pytest.raises(CallError, match="run again later"):
        talk.client.get_json("/x", "list")
    assert talk.pauses == []


def test_without_the_bound_a_run_would_sleep_for_a_day(converse: Converse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "LONGEST_RETRY_AFTER", math.inf)
    talk = converse(Reply(429, b"", {"Retry-After": "86400"}), GOOD)
    talk.client.get_json("/x", "list")
    assert talk.pauses[0] >= 86400


class Settled:
    """Counts how often it is asked."""

    def __init__(self, answer: Answer | None = None) -> None:
        self.asked = 0
        self.answer = answer

    def __call__(self) -> Answer | None:
        self.asked += 1
        return self.answer


@pytest.mark.parametrize("fault", [HangUp(), Reply(500), Reply(502), Reply(503), Reply(504), Reply(408), PAGE, Reply(201, b"x", promised=100)])
def test_when_a_write_may_have_worked_it_is_asked_before_it_is_repeated(converse: Converse, fault: t.Any) -> None:
    talk, settled = converse(fault), Settled(Answer(201, {"location": "1"}))
    assert talk.client.send("POST", "/users/imports", "upload", body={}, settled=settled).headers == {"location": "1"}
    assert settled.asked == 1
    assert talk.server.methods == ["POST"]


def test_when_it_has_not_worked_it_is_repeated(converse: Converse) -> None:
    talk, settled = converse(HangUp(), Reply(500), Reply(204)), Settled()
    assert talk.client.send("PATCH", "/x", "import", body={}, settled=settled).status == 204
    assert settled.asked == 2


@pytest.mark.parametrize("status", [425, 429])
def test_when_a_write_was_turned_away_for_sure_nobody_is_asked(converse: Converse, status: int) -> None:
    talk, settled = converse(Reply(status), Reply(204)), Settled(Answer(201, {}))
    assert talk.client.send("PATCH", "/x", "import", body={}, settled=settled).status == 204
    assert settled.asked == 0


def test_when_no_connection_was_made_nobody_is_asked(converse: Converse) -> None:
    talk, settled = converse(), Settled(Answer(201, {}))
    client = Client(Connection("http://127.0.0.1:1", TOKEN, retries=1), pause=talk.pauses.append)
    with pytest.raises(CallError, match="No connection to the service after 2 attempts"):
        client.send("POST", "/x", "upload", body={}, settled=settled)
    client.close()
    assert settled.asked == 0


def test_a_web_page_is_no_answer_to_a_write(converse: Converse) -> None:
    with pytest.raises(CallError, match="A web page came instead"):
        converse(PAGE, retries=0).client.send("PATCH", "/x", "import", body={})


def test_a_web_page_is_no_error_list(converse: Converse) -> None:
    with pytest.raises(CallError, match="A web page came instead"):
        converse(PAGE, retries=0).client.download("/x", "errors", b"".join)


@pytest.mark.parametrize("body", [b'{"message": "a', b"[]", b" \n["])
def test_json_is_no_error_list(converse: Converse, body: bytes) -> None:
    with pytest.raises(CallError, match="JSON came instead of the list of errors"):
        converse(Reply(200, body, {"Content-Type": "application/json"}), retries=0).client.download("/x", "errors", b"".join)


@pytest.mark.parametrize(
    ("body", "content_type"), [(b"line;message\n", "application/json"), (b"[1];message\n", "text/csv"), (b"", "application/json")])
def test_a_list_under_a_wrong_name_is_one_and_so_is_one_with_odd_cells(converse: Converse, body: bytes, content_type: str) -> None:
    assert converse(Reply(200, body, {"Content-Type": content_type})).client.download("/x", "errors", b"".join) == body


def test_a_download_begins_anew_after_a_cut(converse: Converse) -> None:
    talk = converse(Reply(200, b"line;mess", promised=20), Reply(200, b"line;message\n3;x\n"))
    assert talk.client.download("/x", "errors", b"".join) == b"line;message\n3;x\n"


def test_a_download_has_no_greatest_length(converse: Converse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "LONGEST_ANSWER", 1000)
    talk = converse(Pour(b"x" * 1000, 50))
    assert talk.client.download("/x", "errors", lambda pieces: sum(map(len, pieces))) == 50_000


def test_an_answer_that_is_too_long_is_refused_before_it_is_read_whole(converse: Converse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "LONGEST_ANSWER", 100_000)
    talk = converse(Pour(b" " * 10_000, 100))
    with pytest.raises(CallError, match="longer than 100000 bytes"):
        talk.client.get_json("/x", "list")
    assert talk.pauses == []


@pytest.mark.parametrize("body", [[], "text", 5, None])
def test_where_an_object_is_due_anything_else_is_an_error(converse: Converse, body: t.Any) -> None:
    with pytest.raises(CallError, match="not a JSON object"):
        converse(json_reply(body)).client.get_object("/x", "list")


@pytest.mark.parametrize(("options", "option"), [
    ({"timeout": 0}, "timeout"), ({"timeout": -1}, "timeout"), ({"timeout": float("nan")}, "timeout"), ({"timeout": float("inf")}, "timeout"),
    ({"timeout": 1e12}, "timeout"), ({"retries": -1}, "retries"), ({"api_url": "http://intranet.example.com"}, "api_url"),
    ({"api_token": ""}, "api_token"), ({"api_token": "a b"}, "api_token"),
])
def test_what_cannot_be_right_is_named_before_any_request(options: dict[str, t.Any], option: str) -> None:
    with pytest.raises(InputError, match=rf"^{option}: "):
        Client(Connection(**{"api_url": "https://intranet.example.com", "api_token": TOKEN, **options}))
