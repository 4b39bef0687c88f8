# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every call of every module meets every refusal and every passing fault: what is sent, what is told, what is left."""

from __future__ import annotations

import typing as t

import pytest

from support.admin import Admin
from support.api_calls import ERRORS, GET, GET_CONFIG, IMPORT, LIST, PATCH_CONFIG, POST, STATUS, target
from support.module_runner import Result
from support.small_tenant import AFTER, CSV, TOKEN

if t.TYPE_CHECKING:
    from conftest import Start

RETRIES = 2

#: What each module sends when nothing goes wrong.
FLOWS: dict[str, list[str]] = {
    "upload": [LIST, POST, LIST],
    "config": [GET_CONFIG, PATCH_CONFIG, GET_CONFIG],
    "state": [GET, IMPORT, GET, STATUS, ERRORS],
    "info": [LIST, STATUS, GET_CONFIG, ERRORS],
}
STAGES = {
    ("upload", LIST): "list", ("upload", POST): "upload", ("config", GET_CONFIG): "config", ("config", PATCH_CONFIG): "config",
    ("state", IMPORT): "import", ("state", STATUS): "status", ("state", ERRORS): "errors",
    ("info", LIST): "list", ("info", STATUS): "status", ("info", GET_CONFIG): "config", ("info", ERRORS): "errors",
}
#: The module, the place in its flow, the call, and how often it was made before.
STEPS = [(module, place, call, flow[:place].count(call)) for module, flow in FLOWS.items() for place, call in enumerate(flow)]
READS = [step for step in STEPS if step[2].startswith("GET ")]
IDS = {"ids": lambda value: str(value).replace("/users/imports", "")}


def run(admin: Admin, module: str) -> Result:
    if module == "upload":
        return admin.upload(CSV)
    if module == "config":
        return admin.config(admin.sim.upload(CSV, "people.csv"))
    if module == "state":
        return admin.state(admin.prepared(), "imported")
    admin.prepared()
    return admin.info(gather=["status", "config", "errors"])


def strike(admin: Admin, kind: str, call: str, earlier: int, times: int | None = None, **more: t.Any) -> None:
    admin.fault(kind, call, nth=earlier + 1, times=times, **more)


def check_told(admin: Admin, result: dict[str, t.Any], module: str, call: str, status: int | None) -> None:
    """The failure names the call in words and as data; nothing secret was printed, see `Admin.run`."""
    assert result["failed"]
    failure = result["failure"]
    assert set(failure) == {"stage", "method", "url", "status", "code", "message", "import_id", "attempts"}
    assert (failure["method"], failure["status"]) == (target(call)["method"], status)
    path = target(call)["path"].replace("{id}", failure["import_id"] or "")
    assert failure["url"] == f"{admin.sim.url}/api{path}"
    stage = STAGES.get((module, call), failure["stage"])
    assert failure["stage"] == stage
    assert f"[stage {stage}" in result["msg"]
    if failure["import_id"]:
        assert failure["import_id"] in result["msg"]


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (401, "the token was refused: give api_token exactly as Studio shows it"),
        (403, "the token lacks the right"),
        (404, "or the token lacks the right"),
        (418, "HTTP 418 from the service"),
    ],
)
@pytest.mark.parametrize(("module", "place", "call", "earlier"), STEPS, **IDS)
def test_a_refusal_ends_it_at_once(admin: Admin, module: str, place: int, call: str, earlier: int, status: int, says: str) -> None:
    strike(admin, f"status:{status}", call, earlier)
    result = run(admin, module)
    calls = admin.calls()
    if status == 404 and (call == STATUS or (module == "info" and call in (GET_CONFIG, ERRORS))):
        # Without numbers, and for a reader without any of its parts, the import is still what it is.
        assert calls == FLOWS[module]
        assert not result.failed
        return
    looks = {(PATCH_CONFIG, 403): [GET], (IMPORT, 403): [GET, LIST, IMPORT, GET, LIST]}.get((call, status), [])
    assert calls == [*FLOWS[module][: place + 1], *looks]
    check_told(admin, result, module, call, status)
    assert result["failure"]["attempts"] == 1
    assert says in result["msg"] or (call == IMPORT and "check its configuration, and that the token has administrator level" in result["msg"])
    if IMPORT not in FLOWS[module][:place]:
        assert admin.nobody_changed()


PASSING = "status:500 status:502 status:503 status:504 status:408 status:425 status:429 html html:200 truncated reset_before lost_answer".split()


@pytest.mark.parametrize("kind", PASSING)
@pytest.mark.parametrize(("module", "place", "call", "earlier"), READS, **IDS)
def test_a_read_is_tried_again(start: Start, module: str, place: int, call: str, earlier: int, kind: str) -> None:
    admin = start(connection={"retries": RETRIES})
    strike(admin, kind, call, earlier, times=RETRIES)
    result = run(admin, module)
    flow = FLOWS[module]
    assert not result.failed
    assert admin.calls() == [*flow[:place], *[call] * RETRIES, *flow[place:]]


@pytest.mark.parametrize(
    ("kind", "status"), [("status:500", 500), ("status:503", 503), ("status:429", 429), ("html:200", 200), ("reset_before", None)],
)
@pytest.mark.parametrize(("module", "place", "call", "earlier"), [step for step in READS if step[:2] != ("state", 2)], **IDS)
def test_a_lasting_fault_of_a_read_fails_after_all_attempts(
    start: Start, module: str, place: int, call: str, earlier: int, kind: str, status: int | None,
) -> None:
    """The look while waiting is left out: waiting itself goes on, see test_state_waiting.py."""
    admin = start(connection={"retries": RETRIES})
    strike(admin, kind, call, earlier)
    result = run(admin, module)
    assert admin.calls() == [*FLOWS[module][:place], *[call] * (RETRIES + 1)]
    check_told(admin, result, module, call, status)
    assert result["failure"]["attempts"] == RETRIES + 1
    assert f"after {RETRIES + 1} attempts" in result["msg"]
    admin.sim.clear_faults()
    if module == "state":
        # The next run continues from there.
        finished = admin.state(result["failure"]["import_id"], "imported")
        assert (finished["state"], admin.statuses()) == ("COMPLETED", AFTER)
        assert admin.sim.import_(result["failure"]["import_id"])["applied_count"] == 1


@pytest.mark.parametrize(("module", "call"), [("upload", POST), ("config", PATCH_CONFIG), ("state", IMPORT)])
def test_a_lasting_fault_of_a_write_fails_after_all_attempts(start: Start, module: str, call: str) -> None:
    admin = start(connection={"retries": RETRIES})
    strike(admin, "status:500", call, 0)
    result = run(admin, module)
    assert admin.sim.writes() == [call] * (RETRIES + 1)
    check_told(admin, result, module, call, 500)
    assert result["failure"]["attempts"] == RETRIES + 1
    assert admin.nobody_changed()


@pytest.mark.parametrize(("module", "place", "call", "earlier"), [step for step in STEPS if step[:2] != ("state", 2)], **IDS)
def test_without_retries_the_first_fault_ends_it(start: Start, module: str, place: int, call: str, earlier: int) -> None:
    admin = start(connection={"retries": 0})
    strike(admin, "status:429", call, earlier)
    result = run(admin, module)
    assert admin.calls() == FLOWS[module][: place + 1]
    check_told(admin, result, module, call, 429)
    assert result["failure"]["attempts"] == 1
    assert "attempts" not in result["msg"]


@pytest.mark.parametrize(("module", "place", "call", "earlier"), STEPS, **IDS)
def test_a_redirect_is_refused_and_its_target_named(admin: Admin, module: str, place: int, call: str, earlier: int) -> None:
    strike(admin, "redirect", call, earlier)
    result = run(admin, module)
    assert admin.calls() == FLOWS[module][: place + 1]
    check_told(admin, result, module, call, 307)
    assert "The service redirects to https://login.example.invalid/sso; redirects are refused" in result["msg"]
    assert "secret-ticket" not in result.output
    assert result["failure"]["attempts"] == 1


@pytest.mark.parametrize(("module", "call"), [("upload", LIST), ("config", GET_CONFIG), ("state", GET), ("info", LIST)])
def test_an_answer_that_is_too_slow(start: Start, module: str, call: str) -> None:
    admin = start(connection={"timeout": 0.2, "retries": 1})
    strike(admin, "slow", call, 0, delay=0.5)
    result = run(admin, module)
    assert admin.calls() == [call, call]
    check_told(admin, result, module, call, None)
    assert "No answer within the timeout of 0.2 seconds" in result["msg"]
    assert result["failure"]["attempts"] == 2


@pytest.mark.parametrize("module", FLOWS)
def test_nobody_there(admin: Admin, module: str) -> None:
    import_id = admin.prepared()
    url = admin.sim.url
    admin.sim.stop()
    options: dict[str, t.Any] = {
        "upload": {"content": "id\n1\n", "file_name": "a.csv"}, "config": {"import_id": import_id, "mapping": {"externalId": "a"}},
        "state": {"import_id": import_id, "state": "imported"}, "info": {},
    }[module]
    result = admin.run(module, **options)
    assert "No connection to the service" in result["msg"]
    assert (result["failure"]["attempts"], result["failure"]["status"]) == (3, None)
    assert result["failure"]["url"].startswith(f"{url}/api/users/imports")


@pytest.mark.parametrize("module", FLOWS)
@pytest.mark.parametrize("body", ["json", "message_only", "html", "empty"])
def test_a_wrong_token_in_every_form_of_answer(start: Start, module: str, body: str) -> None:
    admin = start(error_body=body)
    admin.sim.world.token = "another"
    result = run(admin, module)
    assert len(admin.calls()) == 1
    assert (result["failure"]["status"], result["failure"]["attempts"]) == (401, 1)
    assert "the token was refused" in result["msg"]
    assert TOKEN not in str(result)


@pytest.mark.parametrize("module", FLOWS)
@pytest.mark.parametrize("feature", ["not_found", "forbidden"])
def test_the_feature_is_switched_off(start: Start, module: str, feature: str) -> None:
    admin = start(feature=feature)
    result = run(admin, module)
    assert len(admin.calls()) == 1
    assert "the token lacks the right" in result["msg"]
