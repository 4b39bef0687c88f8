# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A tenant whose answers are spoiled on the way: each module fails in words, nobody is changed, nothing is left behind."""

from __future__ import annotations

import json
import os
import typing as t
from pathlib import Path

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._http import bounds, transport
from ansible_collections.community.staffbase.plugins.module_utils._imports import imports, paging
from support.admin import Admin
from support.api_calls import DELETE, ERRORS, GET, GET_CONFIG, IMPORT, LIST, PATCH_CONFIG, POST, PREVIEW, STATUS
from support.module_runner import Result
from support.scripted_server import Raw, Reply
from support.small_tenant import AFTER, CSV, EXPECTED
from support.tampering_proxy import Tamper, TamperingProxy, says, with_fields, with_location

MIB = 1024 * 1024
OK = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
MARK = "zq-in-the-body"


def behind(admin: Admin, server: TamperingProxy, **connection: t.Any) -> Admin:
    return Admin(admin.sim, api_url=server.url, **{"retries": 0, "timeout": 20, **connection})


def run(admin: Admin, proxied: Admin, module: str) -> Result:
    if module == "upload":
        return proxied.upload(CSV)
    if module == "config":
        return proxied.config(admin.sim.upload(CSV, "people.csv"))
    if module == "state":
        return proxied.state(admin.prepared(), "imported", limits={"deleted": 1}, wait_timeout=1)
    if module == "absent":
        return proxied.state(admin.prepared(), "absent")
    admin.prepared()
    return proxied.info(gather=["status", "config", "errors"])


#: Module, the call whose answer is spoiled.
PLACES = [
    ("upload", LIST), ("config", GET_CONFIG), ("state", GET), ("state", STATUS),
    ("info", LIST), ("info", STATUS), ("info", GET_CONFIG), ("absent", GET),
]
WRITES = [("upload", POST), ("config", PATCH_CONFIG), ("state", PREVIEW), ("absent", DELETE)]
IDS = {"ids": lambda value: str(value).replace("/users/imports", "")}

NO_JSON: dict[str, bytes] = {
    "deep arrays": b"[" * 100_000 + b"]" * 100_000,
    "very deep objects": b'{"entries":' * 100_000 + b"1" + b"}" * 100_000,
    "very deep without an end": b'[{"a":' * 100_000,
    "deep objects": b'{"entries":' * 60 + b"1" + b"}" * 60,
    "5000 digits": b'{"entries": [{"id": ' + b"9" * 5000 + b"}]}",
    "out of range": b'{"entries": [], "created": 1e999}',
    "NaN": b'{"created": NaN, "entries": []}',
    "a key twice": b'{"state": "COMPLETED", "state": "DRAFT", "entries": []}',
    "not UTF-8": b'{"state": "\xff", "entries": []}',
    "UTF-16": json.dumps({"state": "DRAFT", "entries": []}).encode("utf-16"),
    "half a character": b'{"state": "DRAFT", "entries": [], "x": "\\ud800"}',
    "a bare word": MARK.encode(),
}


@pytest.mark.parametrize("name", NO_JSON)
@pytest.mark.parametrize(("module", "call"), PLACES, **IDS)
def test_what_is_no_json_ends_it_in_words(admin: Admin, module: str, call: str, name: str) -> None:
    with TamperingProxy(admin.sim.url, {call: says(NO_JSON[name])}) as server:
        result = run(admin, behind(admin, server), module)
    assert result.failed
    assert "The answer is not the JSON that was expected [stage " in result["msg"]
    assert MARK not in result.output
    assert not {POST, IMPORT, PATCH_CONFIG, DELETE} & set(admin.sim.writes())
    assert admin.nobody_changed()


@pytest.mark.parametrize("name", ["deep arrays", "very deep objects", "very deep without an end"])
@pytest.mark.parametrize(("module", "call"), PLACES, **IDS)
def test_a_refusal_with_a_deep_body_is_a_refusal_in_words(admin: Admin, module: str, call: str, name: str) -> None:
    with TamperingProxy(admin.sim.url, {call: lambda reply: Reply(418, NO_JSON[name], {"Content-Type": "application/json"})}) as server:
        result = run(admin, behind(admin, server), module)
    assert (result.failed, result["failure"]["status"], result["failure"]["code"]) == (True, 418, None)
    assert "HTTP 418 from the service [stage " in result["msg"]
    assert admin.nobody_changed()


#: Proxies change it, and what is JSON is told by the body. A web page is none.
OTHER_TYPES = ["text/plain", "text/plain; charset=utf-16", "application/octet-stream", "text/csv", ""]


@pytest.mark.parametrize("content_type", OTHER_TYPES)
@pytest.mark.parametrize("module", ["upload", "config", "state", "info"])
def test_json_under_another_type_is_taken_for_what_it_is(admin: Admin, module: str, content_type: str) -> None:
    def rename(reply: Reply) -> Reply:
        others = {name: value for name, value in reply.headers.items() if name.lower() != "content-type"}
        return Reply(reply.status, reply.body, {**others, "Content-Type": content_type})

    with TamperingProxy(admin.sim.url, dict.fromkeys((LIST, POST, GET, GET_CONFIG, PATCH_CONFIG, PREVIEW, IMPORT, STATUS), rename)) as server:
        proxied = behind(admin, server)
        if module == "state":
            result = proxied.state(admin.prepared(), "imported", limits=EXPECTED)
            assert (result["changes"], admin.statuses()) == (EXPECTED, AFTER)
        else:
            result = run(admin, proxied, module)
        assert server.requests
    assert not result.failed, result["msg"]


@pytest.mark.parametrize(("module", "call"), PLACES, **IDS)
def test_what_is_no_json_is_none_under_another_type_either(admin: Admin, module: str, call: str) -> None:
    with TamperingProxy(admin.sim.url, {call: says(MARK.encode(), **{"Content-Type": "text/plain"})}) as server:
        result = run(admin, behind(admin, server), module)
    assert "The answer is not the JSON that was expected [stage " in result["msg"]
    assert MARK not in result.output
    assert admin.nobody_changed()


@pytest.mark.parametrize("body", [b"[]", b"null", b"5", b'"x"', b"true", b"[[]]"])
@pytest.mark.parametrize(("module", "call"), [place for place in PLACES if place[1] != STATUS], **IDS)
def test_another_shape_ends_it_in_words(admin: Admin, module: str, call: str, body: bytes) -> None:
    with TamperingProxy(admin.sim.url, {call: says(body)}) as server:
        result = run(admin, behind(admin, server), module)
    assert result.failed
    assert "The answer is not a JSON object" in result["msg"]
    assert not {POST, IMPORT, PATCH_CONFIG, DELETE} & set(admin.sim.writes())
    assert admin.nobody_changed()


FLOODS: dict[str, t.Callable[[], Raw]] = {
    "interim answers": lambda: Raw(b"", b"HTTP/1.1 100 Continue\r\nX: " + b"f" * 60_000 + b"\r\n\r\n", None),
    "headers": lambda: Raw(OK, b"X: " + b"f" * 60_000 + b"\r\n", None),
    "a body": lambda: Raw(OK + b"\r\n", b" " * 65536, None),
    "trailers": lambda: Raw(OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n", b"X: " + b"f" * 60_000 + b"\r\n", None),
}


@pytest.mark.parametrize("name", FLOODS)
@pytest.mark.parametrize(("module", "call"), PLACES + WRITES, **IDS)
def test_what_never_ends_is_left_and_asked_for_once(admin: Admin, monkeypatch: pytest.MonkeyPatch, module: str, call: str, name: str) -> None:
    monkeypatch.setattr(transport, "LONGEST_ANSWER", 256 * 1024)
    with TamperingProxy(admin.sim.url, {call: lambda reply: FLOODS[name]()}) as server:
        result = run(admin, behind(admin, server, retries=2), module)
    # An upload whose answer could not be read is found in the list; a draft that is gone is gone.
    if call == POST:
        assert not result.failed, result["msg"]
        assert admin.sim.writes() == [POST]
    else:
        assert result.failed
        assert "longer than" in result["msg"]
    assert admin.sim.writes().count(call) <= 1
    assert IMPORT not in admin.sim.writes()
    assert admin.nobody_changed()


def left_in(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


@pytest.mark.parametrize("before", [None, b"line;message\n9;of yesterday\n"])
@pytest.mark.parametrize("body", [b"3;is invalid\n" * 5000, b'3;"is\n";"' * 5000, b"x" * 65536, b"\0" * 65536, b"\n" * 65536])
def test_refused_rows_without_an_end_leave_no_file(
    admin: Admin, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, body: bytes, before: bytes | None,
) -> None:
    monkeypatch.setattr(transport, "LONGEST_DOWNLOAD", MIB)
    kept = 0
    real = imports.row_errors.read_row_errors

    def reading(pieces: t.Iterator[bytes]) -> t.Any:
        def largest() -> t.Iterator[bytes]:
            nonlocal kept
            for piece in pieces:
                kept = max(kept, *(entry.stat().st_size for entry in os.scandir(tmp_path)))
                yield piece

        return real(largest())

    monkeypatch.setattr(imports.row_errors, "read_row_errors", reading)
    dest = tmp_path / "errors.csv"
    if before is not None:
        dest.write_bytes(before)
    import_id = admin.prepared()
    with TamperingProxy(admin.sim.url, {ERRORS: lambda reply: Raw(OK + b"\r\n", body, None)}) as server:
        result = behind(admin, server, retries=2).state(import_id, "imported", errors_dest=str(dest))
    assert result.failed
    assert "The answer is longer than 1048576 bytes [stage errors, import " in result["msg"]
    # What is known is handed on: the import itself went through, once.
    assert (result["state"], result["row_error_count"]) == ("COMPLETED", None)
    assert admin.statuses() == AFTER
    assert admin.sim.import_(import_id)["applied_count"] == 1
    assert left_in(tmp_path) == ([] if before is None else ["errors.csv"])
    assert before is None or dest.read_bytes() == before
    assert 0 < kept <= MIB


@pytest.mark.parametrize("location", [
    "\r\n /api/users/imports/69", "?id=69", "#69", "", "/", "http://[", "//[::1", "/api/users/imports/..", "/api/users/imports/%2e%2e", "/a b",
    "/api/users/imports/a%0d%0aX:1", "/api/users/imports/" + "a" * 129, "https://evil.example.com", "\\..\\admin", "/x\xff",
])
def test_an_upload_that_is_told_no_usable_place_is_found_in_the_list(admin: Admin, location: str) -> None:
    with TamperingProxy(admin.sim.url, {POST: with_location(location)}) as server:
        result = behind(admin, server).upload(CSV)
    made, = admin.sim.imports()
    assert (result.failed, result["import_id"]) == (False, made["id"])
    assert admin.sim.writes() == [POST]


def test_a_place_on_another_host_is_only_taken_for_its_id(admin: Admin) -> None:
    def elsewhere(reply: Reply) -> Reply:
        return Reply(reply.status, b"", {"Location": "https://evil.example.com/steal/" + reply.headers["Location"].rpartition("/")[2]})

    with TamperingProxy(admin.sim.url, {POST: elsewhere}) as server:
        result = behind(admin, server).upload(CSV)
    made, = admin.sim.imports()
    assert result["import_id"] == made["id"]


def entry(**fields: t.Any) -> dict[str, t.Any]:
    return {"id": "69", "createdAt": "2026-01-31T02:00:00.000Z", "state": "DRAFT", "fileSize": 1, "recordCount": 1, **fields}


BAD_IDS = [
    "../../admin", "..", "%2e%2e", "a/../b", "a\r\nX: y", "a\0", "x" * 100_000, "", None, True, 1.5, [], ["69"], {"a": "b"}, "\u0661", "-x", ".",
    "a b",
]


@pytest.mark.parametrize("bad", BAD_IDS)
def test_an_id_that_could_lead_elsewhere_is_no_import(admin: Admin, bad: t.Any) -> None:
    with TamperingProxy(admin.sim.url, {LIST: says(json.dumps({"entries": [entry(id=bad, fileName="people.csv")]}).encode())}) as server:
        proxied = behind(admin, server)
        assert proxied.info()["imports"] == []
        requests = [request.target for request in server.requests]
    assert requests == ["/api/users/imports?limit=100"]


@pytest.mark.parametrize("bad", ["../../admin", "..", "%2e%2e", "a/../b", "a\r\nX: y", "x" * 129, "", "-x", "."])
@pytest.mark.parametrize("module", ["config", "state", "info"])
def test_such_an_id_is_not_sent_either(admin: Admin, module: str, bad: str) -> None:
    with TamperingProxy(admin.sim.url, {}) as server:
        options: dict[str, t.Any] = {"config": {"mapping": {"externalId": "a"}}, "state": {"state": "imported"}}.get(module, {})
        result = behind(admin, server).run(module, import_id=bad, **options)
        assert server.requests == []
    assert result["msg"].startswith("import_id: ")


LISTS: dict[str, tuple[t.Callable[[int], bytes], str]] = {
    "the same cursor": (lambda page: json.dumps({"entries": [entry()], "nextCursor": "again"}).encode(), "does not accept its own cursor"),
    "the same cursor and new entries": (
        lambda page: json.dumps({"entries": [entry(id=str(page))], "nextCursor": "again"}).encode(), "did not end after 50 pages"),
    "changing cursors": (lambda page: json.dumps({"entries": [entry(id=str(page))], "nextCursor": str(page)}).encode(), "did not end after 50 pages"),
    "empty pages": (lambda page: json.dumps({"entries": [], "nextCursor": str(page)}).encode(), "did not end after 50 pages"),
    "a huge cursor": (lambda page: json.dumps({"entries": [entry()], "nextCursor": "x" * MIB}).encode(), "next page cannot be used"),
    "a cursor with a line's end": (lambda page: json.dumps({"entries": [], "nextCursor": "a\r\nX: y"}).encode(), "next page cannot be used"),
    "a cursor that is a list": (lambda page: json.dumps({"entries": [], "nextCursor": [MARK]}).encode(), "next page cannot be used"),
    "a cursor that is an object": (lambda page: json.dumps({"entries": [], "nextCursor": {"limit": 1}}).encode(), "next page cannot be used"),
    "a million entries": (lambda page: b'{"entries": [' + b'{"id":"a"},' * 1_000_000 + b"{}]}", "longer than 8388608 bytes"),
    "very many entries": (
        lambda page: json.dumps({"entries": [{"id": f"{page}-{number}"} for number in range(500)], "nextCursor": str(page)}).encode(),
        "did not end after 5000 entries"),
}


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("module", ["upload", "info"])
def test_a_list_without_an_end_is_left_and_nothing_is_uploaded(admin: Admin, monkeypatch: pytest.MonkeyPatch, module: str, name: str) -> None:
    monkeypatch.setattr(paging, "MOST_PAGES", 50)
    monkeypatch.setattr(paging, "MOST_ENTRIES", 5000)
    pages = iter(range(1_000_000))
    body, text = LISTS[name]
    with TamperingProxy(admin.sim.url, {LIST: lambda reply: Reply(200, body(next(pages)))}) as server:
        result = run(admin, behind(admin, server), module)
        assert len(server.requests) <= 60
    assert result.failed
    assert text in result["msg"]
    assert MARK not in result.output
    assert admin.sim.writes() == []


@pytest.mark.parametrize("module", ["state", "absent"])
def test_the_record_of_another_import_is_not_gone_on_with(admin: Admin, module: str) -> None:
    other = admin.prepared()
    with TamperingProxy(admin.sim.url, {GET: with_fields(id=other)}) as server:
        result = run(admin, behind(admin, server), module)
    assert "The service answered with the record of another import than was asked for" in result["msg"]
    assert admin.sim.writes() == []
    assert admin.nobody_changed()


def test_an_upload_that_is_shown_as_another_one_is_not_gone_on_with(admin: Admin) -> None:
    other = admin.prepared()
    with TamperingProxy(admin.sim.url, {GET: with_fields(id=other)}) as server:
        result = behind(admin, server).upload(CSV, force=True)
    assert "The service answered with the record of another import" in result["msg"]
    assert admin.sim.writes() == [POST]


def test_an_upload_that_is_stored_under_another_name_is_deleted(admin: Admin) -> None:
    """By its name it would not be found again, and the next run would upload it once more."""
    with TamperingProxy(admin.sim.url, {GET: with_fields(fileName="people.csv")}) as server:
        result = behind(admin, server).upload(CSV, force=True)
    assert "The service stored the upload under another name than the one it was given" in result["msg"]
    assert admin.sim.writes() == [POST, DELETE]
    assert admin.sim.imports() == []


def test_without_that_check_another_import_would_be_gone_on_with(admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
    other = admin.sim.upload(CSV, "other.csv")
    real = imports.Imports.get

    def careless(self: t.Any, import_id: str, stage: str = "status") -> t.Any:
        answer = self._client.get_object(f"/users/imports/{import_id}", stage, import_id=import_id)
        return imports.ImportRecord.read({"id": import_id, **answer})

    assert careless is not real
    monkeypatch.setattr(imports.Imports, "get", careless)
    with TamperingProxy(admin.sim.url, {GET: with_fields(id=other)}) as server:
        result = behind(admin, server).upload(CSV, force=True)
    assert result["import_id"] == other


COUNTERS: list[t.Any] = [
    10**39, 1e308, "9" * 1000, "0" * 18 + "9", -1, "-1", [None] * 50, {"count": 10**20}, None, "many", True, [], {}, 2.5, "1e3", "\u0669",
]


@pytest.mark.parametrize("value", COUNTERS)
def test_a_counter_beyond_reason_does_not_pass_a_limit(admin: Admin, value: t.Any) -> None:
    counts = {"created": 5, "updated": 4, "deactivated": 3, "reactivated": 2, "deleted": value}
    with TamperingProxy(admin.sim.url, {STATUS: says(json.dumps(counts).encode())}) as server:
        result = behind(admin, server).state(admin.prepared(), "imported", limits={"deleted": 1})
    if value == []:
        # A list of nobody is nobody.
        assert not result.failed
        return
    assert "limits exceeded: deleted" in result["msg"] or "gives no number for deleted" in result["msg"]
    assert len(result["msg"]) < 600
    assert admin.sim.writes() == [PREVIEW]
    assert admin.nobody_changed()


ESCAPES = ["\x1b]0;owned\x07.csv", "a\r\nok: [berlin].csv", "\x9b31m.csv", "\u202ecsv", "x" * MIB]


@pytest.mark.parametrize("name", ESCAPES)
def test_a_name_with_escapes_does_not_reach_the_terminal_raw(admin: Admin, name: str) -> None:
    with TamperingProxy(admin.sim.url, {LIST: says(json.dumps({"entries": [entry(fileName=name)]}).encode())}) as server:
        result = behind(admin, server).info()
    shown, = result["imports"]
    assert shown["file_name"].isprintable()
    assert len(shown["file_name"]) <= 400


def test_a_draft_whose_answers_flood_is_asked_for_with_all_retries_only_when_it_may_pass(admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken chunk may pass; a flood does not, and asking again would only bring it again."""
    cut: Tamper = lambda reply: Raw(OK + b"Transfer-Encoding: chunked\r\n\r\nff\r\n{}")  # noqa: E731
    for spoil, asked in ((cut, 3), (lambda reply: FLOODS["headers"](), 1)):
        with TamperingProxy(admin.sim.url, {GET: spoil}) as server:
            assert behind(admin, server, retries=2).state(admin.prepared(), "imported").failed
            assert len(server.requests) == asked
    assert bounds.LONGEST_HEAD < MIB
