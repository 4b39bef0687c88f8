# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role against a tenant that lies: it ends, soon, with a sentence; nobody is changed twice, and no file of a run is left."""

from __future__ import annotations

import json
import typing as t

import pytest

from simulator import Simulator
from support.api_calls import DELETE, ERRORS, GET, GET_CONFIG, IMPORT, LIST, POST, STATUS
from support.controller import Controller, Run
from support.scripted_server import Answer, Raw, Reply
from support.tampering_proxy import Tamper, TamperingProxy, says, with_fields, with_location, with_states

OK = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
MARK = "zq-in-the-body"


def play(controller: Controller, rules: dict[str, Tamper], **variables: t.Any) -> Run:
    """Run the role against the tenant with some of its answers spoiled."""
    with TamperingProxy(controller.tenant.url, rules) as server:
        controller.environment["STAFFBASE_API_URL"] = server.url
        run = controller.play(**{"staffbase_retries": 1, "delta_import_wait_interval": 0.1, **variables})
    controller.environment["STAFFBASE_API_URL"] = controller.tenant.url
    assert "Traceback" not in run.output
    assert MARK not in run.output
    assert "\x1b" not in run.output
    return run


def flood(reply: Reply) -> Answer:
    return Raw(b"", b"HTTP/1.1 100 Continue\r\nX: " + b"f" * 60_000 + b"\r\n\r\n", None)


def body_without_an_end(reply: Reply) -> Answer:
    return Raw(OK + b"\r\n", (MARK + " ").encode() * 4096, None)


SPOILED: dict[str, tuple[dict[str, Tamper], str]] = {
    "a list in a flood": ({LIST: flood}, "The headers of the answer are longer"),
    "a list without an end": ({LIST: body_without_an_end}, "The answer is longer than"),
    "a list with the same cursor": (
        {LIST: says(json.dumps({"entries": [{"id": "1"}], "nextCursor": "x"}).encode())}, "does not accept its own cursor"),
    "a configuration that is nested": ({GET_CONFIG: says(b'{"mapping":' * 100 + b"1" + b"}" * 100)}, "not the JSON that was expected"),
    "a record of another import": ({GET: with_fields(id="6a6a6a6a")}, "record of another import than was asked for"),
    "a record without a state": ({GET: with_fields(state=None)}, "has no state"),
    "numbers that are none": ({STATUS: says(b'{"created": 1, "deleted": -1}')}, "gives no number for deleted"),
}


@pytest.mark.cases(2)
@pytest.mark.parametrize("name", SPOILED)
def test_an_answer_that_is_spoiled_ends_the_run_before_anybody_is_changed(controller: Controller, tenant: Simulator, name: str) -> None:
    rules, text = SPOILED[name]

    run = play(controller, rules, delta_import_limits={"deleted": 0})

    assert run.code == 2, run.output
    assert text in run.output
    assert IMPORT not in tenant.writes()
    assert tenant.people() == []

    # The rerun finishes it.
    assert controller.play(delta_import_limits={"deleted": 5}).code == 0
    assert [each["applied_count"] for each in tenant.imports()] == [1]
    assert len(tenant.people()) == 2


@pytest.mark.deep
def test_refused_rows_without_an_end_are_told_and_a_rerun_does_not_import_again(controller: Controller, tenant: Simulator) -> None:
    errors = controller.folder / "refused.csv"
    before = set(controller.folder.iterdir())

    run = play(controller, {ERRORS: flood}, delta_import_errors_dest=str(errors), delta_import_max_row_errors=0)

    assert run.code == 2, run.output
    assert "The headers of the answer are longer" in run.output
    assert {path.name for path in set(controller.folder.iterdir()) - before} == {"hosts.json"}
    assert controller.play(delta_import_errors_dest=str(errors), delta_import_max_row_errors=0).code == 0
    assert [each["applied_count"] for each in tenant.imports()] == [1]


def test_an_upload_that_is_told_a_place_elsewhere_is_found(controller: Controller, tenant: Simulator) -> None:
    run = play(controller, {POST: with_location("http://[")})

    assert run.code == 0, run.output
    assert tenant.writes().count(POST) == 1
    assert len(tenant.people()) == 2


@pytest.mark.cases(1)
@pytest.mark.parametrize("guarded", [True, False])
def test_an_import_that_the_list_shows_as_completed_and_its_record_as_a_draft_is_not_started_again(
    controller: Controller, tenant: Simulator, guarded: bool,
) -> None:
    assert controller.play().code == 0
    tenant.forget_requests()
    # Without the state that the upload has seen, nothing tells that the draft was more than that.
    unguarded = {} if guarded else {LIST: with_listed(state="PREVIEW_READY"), GET_CONFIG: lambda reply: reply}

    run = play(controller, {GET: with_states("DRAFT"), **unguarded}, delta_import_max_row_errors=0, delta_import_wait_timeout=3)

    assert run.code == 2, run.output
    assert ("went back from COMPLETED to DRAFT. It had been started" in run.output) is guarded
    assert (tenant.writes().count(IMPORT) == 0) is guarded
    assert not {POST, DELETE} & set(tenant.writes())
    assert [each["applied_count"] for each in tenant.imports()] == [1]


def with_listed(**fields: t.Any) -> Tamper:
    """Let each import in the list have these fields."""

    def spoil(reply: Reply) -> Answer:
        page = json.loads(reply.body)
        entries = [{**entry, **fields} for entry in page["entries"]]
        return Reply(reply.status, json.dumps({**page, "entries": entries}).encode(), reply.headers)

    return spoil


def test_names_and_states_with_escapes_and_templates_are_not_acted_upon(controller: Controller, tenant: Simulator) -> None:
    trap = controller.folder / "owned"
    template = "{{ lookup('ansible.builtin.pipe', 'touch " + str(trap) + "') }}\x1b[31m"

    run = play(controller, {GET: with_fields(state=template, createdAt=template, owner=template)}, delta_import_wait_timeout=1)

    assert run.code == 2, run.output
    assert not trap.exists()
    assert "lookup" not in run.output
    assert tenant.people() == []
