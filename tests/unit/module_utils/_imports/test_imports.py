# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The imports resource on the wire: paths, verbs, and answers that are read tolerantly."""

from __future__ import annotations

import json
import typing as t

import pytest
from werkzeug.formparser import parse_form_data
from werkzeug.test import EnvironBuilder

from ansible_collections.community.staffbase.plugins.module_utils._http.errors import CallError
from ansible_collections.community.staffbase.plugins.module_utils._imports.imports import Imports
from ansible_collections.community.staffbase.plugins.module_utils._imports.states import State
from support.dialogue import Converse, Dialogue
from support.scripted_server import HangUp, Reply


def json_reply(body: t.Any) -> Reply:
    return Reply(200, json.dumps(body).encode())


def lines(talk: Dialogue) -> list[str]:
    return [f"{request.method} {request.target}" for request in talk.server.requests]


def upload(talk: Dialogue, already: t.Callable[[], str | None] = lambda: None) -> str | None:
    data = b"id;name\n1;M\xc3\xbcller\n"
    return Imports(talk.client).upload("people.0123456789abcdef.csv", len(data), lambda: iter([data[:5], data[5:]]), already)


@pytest.mark.parametrize("location", [
    "/api/users/imports/69ab", "https://intranet.example.com/api/users/imports/69ab", "https://other.example.com/users/imports/69ab/",
    "69ab", "users/imports/69ab?x=1", "/users/imports/69ab#top",
])
def test_the_id_is_the_last_part_of_any_location(converse: Converse, location: str) -> None:
    assert upload(converse(Reply(201, b"", {"Location": location}))) == "69ab"


@pytest.mark.parametrize("location", [
    None, "", "/", "https://intranet.example.com", "/users/imports/..", "/users/imports/a%2Fb", "/users/imports/a b",
    "/users/imports/69\r\n /70", "/users/imports/69, /users/imports/70", "http://[", "?id=69",
])
def test_a_location_without_a_usable_id_is_told_apart(converse: Converse, location: str | None) -> None:
    assert upload(converse(Reply(201, b"", {} if location is None else {"Location": location}))) is None


def test_the_upload_arrives_as_one_file_and_nothing_else(converse: Converse) -> None:
    talk = converse(Reply(201, b"", {"Location": "/69"}))
    upload(talk)
    request, = talk.server.requests
    assert (request.method, request.target) == ("POST", "/api/users/imports")
    assert "transfer-encoding" not in request.headers
    environ = EnvironBuilder(method="POST", data=request.body, content_type=request.headers["content-type"]).get_environ()
    _stream, form, files = parse_form_data(environ)
    assert not form
    (name, stored), = files.items(multi=True)
    assert (name, stored.filename, stored.mimetype) == ("file", "people.0123456789abcdef.csv", "text/csv")
    assert stored.read() == b"id;name\n1;M\xc3\xbcller\n"
    stored.close()


def test_an_upload_whose_answer_was_lost_is_looked_for_before_it_is_sent_again(converse: Converse) -> None:
    talk = converse(HangUp())
    assert upload(talk, already=lambda: "69") == "69"
    assert lines(talk) == ["POST /api/users/imports"]


def test_a_repeated_upload_sends_the_whole_file_again(converse: Converse) -> None:
    talk = converse(Reply(503), Reply(201, b"", {"Location": "/69"}))
    assert upload(talk) == "69"
    bodies = [request.body for request in talk.server.requests]
    assert bodies[0] == bodies[1]


def test_the_configuration_is_patched_and_where_that_is_unknown_put(converse: Converse) -> None:
    talk = converse(Reply(405), Reply(204), Reply(204))
    imports = Imports(talk.client)
    imports.set_config("69", {"delta": True})
    imports.set_config("69", {"delta": True})
    path = "/api/users/imports/69/config"
    assert lines(talk) == [f"PATCH {path}", f"PUT {path}", f"PUT {path}"]


def test_a_refused_configuration_is_not_put_as_well(converse: Converse) -> None:
    talk = converse(Reply(400))
    with pytest.raises(CallError):
        Imports(talk.client).set_config("69", {})
    assert len(lines(talk)) == 1


def test_when_neither_verb_is_known_that_is_told(converse: Converse) -> None:
    with pytest.raises(CallError, match="does not support this HTTP method"):
        Imports(converse(Reply(405), Reply(405)).client).set_config("69", {})


@pytest.mark.parametrize("status", [200, 202, 204, 404, 410])
def test_deleting_what_is_gone_already_is_no_error(converse: Converse, status: int) -> None:
    talk = converse(Reply(status))
    Imports(talk.client).delete("69")
    assert lines(talk) == ["DELETE /api/users/imports/69"]


def test_a_state_that_was_reached_though_the_answer_was_lost_is_not_asked_for_again(converse: Converse) -> None:
    talk = converse(HangUp())
    Imports(talk.client).ask_for("69", State.IMPORT_PENDING, "import", lambda: True)
    request, = talk.server.requests
    assert json.loads(request.body) == {"state": "IMPORT_PENDING"}


@pytest.mark.parametrize("body", [{}, {"state": None}, {"state": ""}, {"state": 5}])
def test_a_record_without_a_state_is_an_error(converse: Converse, body: t.Any) -> None:
    with pytest.raises(CallError, match="has no state"):
        Imports(converse(json_reply(body)).client).get("69")


@pytest.mark.parametrize("other", ["../x", "70", "", None, True, ["69"], "69/", "69\r\n", "x" * 200])
def test_the_record_of_another_import_is_not_taken_for_that_of_this(converse: Converse, other: t.Any) -> None:
    with pytest.raises(CallError, match="record of another import than was asked for"):
        Imports(converse(json_reply({"id": other, "state": "DRAFT"})).client).get("69")


@pytest.mark.parametrize("same", ["69", 69])
def test_an_id_may_be_a_number(converse: Converse, same: t.Any) -> None:
    assert Imports(converse(json_reply({"id": same, "state": "DRAFT"})).client).get("69").id == "69"


def test_a_record_may_leave_out_its_id(converse: Converse) -> None:
    assert Imports(converse(json_reply({"state": "DRAFT"})).client).get("69").id == "69"


def test_the_list_leaves_out_what_is_no_import(converse: Converse) -> None:
    old, new = ({"id": name, "createdAt": f"2026-01-0{day}T00:00:00Z"} for name, day in [("a", 1), ("d", 2)])
    page = {"entries": [old, None, {"id": "../b"}, "c", new]}
    assert [record.id for record in Imports(converse(json_reply(page)).client).every()] == ["d", "a"]


@pytest.mark.parametrize("status", [404, 409])
def test_counters_that_are_not_there_are_none(converse: Converse, status: int) -> None:
    assert Imports(converse(Reply(status)).client).get_counters("69", expected=True) is None


@pytest.mark.parametrize("status", [401, 403])
def test_counters_that_may_not_be_read_are_an_error(converse: Converse, status: int) -> None:
    with pytest.raises(CallError):
        Imports(converse(Reply(status)).client).get_counters("69", expected=True)


@pytest.mark.parametrize("reply", [Reply(200), Reply(204), Reply(200, b"line;message\n")])
def test_no_refused_rows(converse: Converse, reply: Reply) -> None:
    assert Imports(converse(reply).client).get_row_errors("69").count == 0


def test_the_error_csv_can_be_kept_on_its_way(converse: Converse) -> None:
    kept: list[bytes] = []

    def keep(pieces: t.Iterator[bytes]) -> t.Iterator[bytes]:
        for piece in pieces:
            kept.append(piece)
            yield piece

    found = Imports(converse(Reply(200, b"line;message\n3;is missing\n")).client).get_row_errors("69", keep)
    assert (found.count, b"".join(kept)) == (1, b"line;message\n3;is missing\n")
