# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The drafts of the check do no harm and are removed, after faults and signals, too; else they are named, and the next run removes them."""

from __future__ import annotations

import json
import os
import signal
import stat
import typing as t
from pathlib import Path

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._http.connection import Connection
from ansible_collections.community.staffbase.plugins.module_utils._imports.imports import Imports
from ansible_collections.community.staffbase.plugins.module_utils._imports.states import State
from ansible_collections.community.staffbase.plugins.module_utils._tenant import check as check_module
from ansible_collections.community.staffbase.plugins.module_utils._tenant import probes_preview
from ansible_collections.community.staffbase.plugins.module_utils._tenant.drafts import Draft
from ansible_collections.community.staffbase.plugins.module_utils._tenant.probe import Tenant, probe
from ansible_collections.community.staffbase.plugins.module_utils._tenant.write_guard import ForbiddenWrite, GuardedClient
from simulator import Fault
from support.admin import Admin, leaks
from support.api_calls import DELETE, IMPORT, LIST, POST, PREVIEW, target
from support.module_runner import run_module
from support.small_tenant import CSV, PERSONAL, TOKEN_HALVES
from support.tenant_check import OWN, check, checked, drafts, seen, tell

if t.TYPE_CHECKING:
    from conftest import Start

#: A run in which nothing goes wrong needs fewer calls than this.
CALLS = 110

#: The service dies at every n-th call.
STEP = 10


def rerun(admin: Admin) -> None:
    """The next run, when the service is well again, removes what is left."""
    admin.sim.clear_faults()
    result = checked(admin)
    assert not result.failed


def test_nothing_but_small_drafts_of_invented_people_is_sent(admin: Admin) -> None:
    result = checked(admin)
    assert not result.failed
    assert result["changed"] is False
    assert len(admin.sim.requests) == result["calls"] < CALLS
    made = admin.sim.imports(gone=True)
    assert {entry["gone"] for entry in made} == {"deleted"}
    assert all(entry["file_size"] < 1000 and entry["file_name"].startswith(OWN) for entry in made)
    assert {entry["state"] for entry in made} <= {"DRAFT", "PREVIEW_READY", "CANCELLED"}
    states = {record.state for record in admin.sim.requests if record.state}
    assert states == {"PREVIEW_PENDING", "CANCELLED", "DRAFT"}
    # With a preview, nobody has a status: even an import by somebody else could deactivate nobody.
    for entry in made:
        if entry["expected"] is not None:
            assert "status" not in entry["config"]["mapping"]
            assert entry["config"]["delta"] is True


def test_imports_of_others_are_not_written_to(admin: Admin) -> None:
    draft = admin.prepared()
    ready = admin.prepared("PREVIEW_READY")
    foreign = admin.sim.upload(CSV, f"my {OWN}0123456789abcdef.csv")
    before = [admin.sim.import_(import_id) for import_id in (draft, ready, foreign)]
    run_module("staffbase_tenant_check", admin.connection)
    assert [admin.sim.import_(import_id) for import_id in (draft, ready, foreign)] == before
    written = {record.import_id for record in admin.sim.requests if record.method not in ("GET", "POST")}
    assert written.isdisjoint({draft, ready, foreign})


def test_what_a_killed_run_left_is_removed(admin: Admin) -> None:
    left = [admin.sim.upload(CSV, f"{OWN}{number:016x}.csv", state) for number, state in enumerate(("DRAFT", "PREVIEW_READY", "CANCELLED"))]
    result = checked(admin)
    assert result["leftovers_removed"] == 3
    assert [admin.sim.import_(import_id)["gone"] for import_id in left] == ["deleted"] * 3
    assert "3 drafts of an earlier check" in " ".join(result.warned)


def test_what_somebody_has_imported_is_left_alone(admin: Admin) -> None:
    """Deleting it would not undo it, and its record tells what happened."""
    started = admin.sim.upload(b"externalId\nnobody-has-this\n", f"{OWN}{7:016x}.csv", "IMPORT_PENDING")
    run_module("staffbase_tenant_check", admin.connection)
    assert admin.sim.import_(started)["gone"] == ""


@pytest.mark.parametrize("number", range(1, CALLS, STEP))
def test_a_service_that_dies_is_told_of_and_the_next_run_tidies_up(start: Start, number: int) -> None:
    admin = start(connection={"retries": 0})
    admin.sim.schedule(Fault("lost_answer", nth=number, times=None))
    result = check(admin)
    left = drafts(admin)
    if left:
        assert result.failed
        assert "could not be removed: run the check again, which removes it" in result["msg"]
        named = set(result["left_behind"])
        # The last upload may have had no answer; then it goes by its name.
        assert named == set(left) or admin.sim.import_(left[-1])["file_name"] in result["msg"]
        rerun(admin)


@pytest.mark.parametrize(("kind", "offset"), [
    *(("lost_answer", offset) for offset in range(3)), *(("late_status:502", offset) for offset in range(3)),
    ("status:503", 0), ("status:429", 1), ("truncated", 2), ("reset_before", 0), ("html:200", 1),
])
def test_passing_faults_all_over_the_run_change_nothing(start: Start, kind: str, offset: int) -> None:
    """Every third call fails once; three runs meet each call."""
    admin = start()
    for number in range(1 + offset, 3 * CALLS, 3):
        admin.sim.schedule(Fault(kind, nth=number))
    result = checked(admin)
    assert not result.failed
    # What a fault keeps from being told is unknown; nothing is told wrongly.
    assert {entry["name"] for entry in result["assumptions"] if entry["verdict"] == "differs"} <= {"tls", "states_shown"}
    assert result["counts"]["unknown"] < 25


@pytest.mark.parametrize("kind", ["status:500", "status:403", "status:404", "lost_answer"])
@pytest.mark.parametrize("call", [POST, PREVIEW, DELETE, LIST, "GET /users/imports/{id}", "PATCH /users/imports/{id}/config",
                                  "GET /users/imports/{id}/config", "GET /users/imports/{id}/status", "GET /users/imports/{id}/errors"])
def test_a_kind_of_call_that_always_fails(start: Start, call: str, kind: str) -> None:
    admin = start(connection={"retries": 0})
    admin.sim.schedule(Fault(kind, **target(call), nth=2, times=None))
    result = check(admin)
    left = drafts(admin)
    if left:
        assert result.failed
        assert any(import_id in result["msg"] for import_id in left) or admin.sim.import_(left[-1])["file_name"] in result["msg"]
        rerun(admin)


@pytest.mark.parametrize("kind", ["html:200", "status:500"])
def test_numbers_of_old_imports_that_cannot_be_read_do_not_end_it(start: Start, kind: str) -> None:
    admin = start(connection={"retries": 0})
    admin.prepared("COMPLETED")
    admin.sim.schedule(Fault(kind, **target("GET /users/imports/{id}/status"), times=None))
    result = run_module("staffbase_tenant_check", admin.connection)
    assert not result.failed
    assert seen(result, "status_shape") is None
    assert seen(result, "client_cancel") == "allowed"
    assert drafts(admin) == []


def test_a_signal_ends_it_and_the_drafts_are_removed(admin: Admin) -> None:
    before = signal.getsignal(signal.SIGTERM)
    admin.at_call(40, lambda: os.kill(os.getpid(), signal.SIGTERM))
    result = checked(admin)
    assert result["msg"].startswith("The check was stopped by a signal (SIGTERM)")
    assert len(admin.sim.imports(gone=True)) >= 2
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_signal_while_it_tidies_up_does_not_keep_it_from_that(admin: Admin) -> None:
    def twice() -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        admin.at_call(2, lambda: os.kill(os.getpid(), signal.SIGTERM))

    admin.at_call(40, twice)
    assert "SIGTERM" in checked(admin)["msg"]


def test_too_many_calls_end_it(admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ansible_collections.community.staffbase.plugins.module_utils._tenant.write_guard.MOST_CALLS", 50)
    result = checked(admin)
    assert "gave up after 50 calls" in result["msg"]
    assert len(admin.sim.requests) < 50 + 10


def test_a_preview_that_does_not_come_is_waited_for_no_longer_than_allowed(start: Start) -> None:
    """Here a draft cannot be deleted while its preview is made, so it is told, and removed by the run after."""
    admin = start(tenant={"preview_seconds": 3600})
    result = check(admin, wait_timeout=0.2)
    assert result.failed
    assert set(result["left_behind"]) == set(drafts(admin))
    admin.sim.advance(3600)
    assert drafts(admin)
    admin.sim.world.preview_seconds = 0.0
    rerun(admin)


def test_check_mode_only_reads(admin: Admin) -> None:
    for number in range(3):
        admin.prepared("COMPLETED" if number == 0 else "DRAFT")
    before = admin.statuses()
    result = run_module("staffbase_tenant_check", admin.connection, check=True)
    assert not result.failed
    assert admin.sim.writes() == []
    assert admin.statuses() == before
    assert [seen(result, name) for name in ("feature", "cursor_parameter", "list_order", "status_shape", "error_body")] == [
        "on", "cursor", "newest", "flat", "json"]
    assert seen(result, "location") is None
    assert tell(result, "location")["reason"] == "needs a draft, which check mode does not make"
    assert tell(result, "no_right")["reason"] == "this token has the right"
    assert result["new"] == []


def test_the_report_is_for_everybody(admin: Admin, tmp_path: Path) -> None:
    admin.prepared("COMPLETED")
    dest = tmp_path / "check.json"
    mapping = {"externalId": "Personalnummer", "profile-field:acmecode": "Vertraulich"}
    result = run_module("staffbase_tenant_check", {**admin.connection, "report_dest": str(dest), "mapping": mapping})
    assert result["changed"] is True
    assert stat.S_IMODE(dest.stat().st_mode) == 0o600
    text = dest.read_text(encoding="utf-8")
    ids = [entry["id"] for entry in admin.sim.imports(gone=True)]
    secret = ["127.0.0.1", admin.sim.url, "acmecode", "Vertraulich", "Personalnummer", OWN, PERSONAL, *TOKEN_HALVES, *ids]
    assert [word for word in secret if word.lower() in text.lower()] == []
    assert leaks(text) == []
    report = json.loads(text)
    assert report["fields"]["custom field 1"] is False
    assert report["shapes"]["status_after_import"]["created"] == "number"
    assert [entry["name"] for entry in report["assumptions"]] == [entry["name"] for entry in result["assumptions"]]
    again = run_module("staffbase_tenant_check", {**admin.connection, "report_dest": str(dest), "mapping": mapping})
    assert again["changed"] is False


def test_the_report_is_written_after_a_failure_too(start: Start, tmp_path: Path) -> None:
    admin = start(feature="forbidden")
    dest = tmp_path / "check.json"
    assert check(admin, report_dest=str(dest)).failed
    told = {entry["name"]: entry["seen"] for entry in json.loads(dest.read_text(encoding="utf-8"))["assumptions"]}
    assert (told["feature"], told["upload"]) == ("forbidden", None)


def test_check_mode_writes_no_report(admin: Admin, tmp_path: Path) -> None:
    dest = tmp_path / "check.json"
    result = check(admin, rehearse=True, report_dest=str(dest))
    assert (result["changed"], list(tmp_path.iterdir())) == (False, [])


FORBIDDEN = [
    ("PATCH", "/users/imports/{own}", {"state": "IMPORT_PENDING"}),
    ("PUT", "/users/imports/{own}", {"state": "IMPORT_PENDING"}),
    ("PATCH", "/users/imports/{own}", {"state": "COMPLETED"}),
    ("PATCH", "/users/imports/{other}", {"state": "PREVIEW_PENDING"}),
    ("PATCH", "/users/imports/{other}/config", {"mapping": {}}),
    ("DELETE", "/users/imports/{other}", None),
    ("DELETE", "/users/imports/{own}/errors", None),
    ("POST", "/users/imports/{own}", None),
    ("POST", "/users", {"externalID": "1"}),
]


@pytest.mark.parametrize(("method", "path", "body"), FORBIDDEN)
def test_the_client_refuses_what_the_check_must_not_send(admin: Admin, method: str, path: str, body: t.Any) -> None:
    own, other = admin.prepared(), admin.prepared()
    guarded = GuardedClient(Connection(admin.sim.url, admin.sim.token))
    guarded.own.add(own)
    for send in (guarded.send, guarded.probe):
        with pytest.raises(ForbiddenWrite):
            send(method, path.format(own=own, other=other), "check", body=body)
    with pytest.raises(ForbiddenWrite):
        Imports(guarded).ask_for(own, State.IMPORT_PENDING, "import", lambda: False)
    guarded.close()
    assert admin.calls() == []


@probe()
def forgetful(_tenant: Tenant, draft: Draft) -> None:
    """A probe that asks for an import of a draft that is ready for it."""
    draft.ask("PATCH", stage="import", body={"state": "IMPORT_PENDING"})


def test_without_the_write_guard_a_probe_could_start_an_import(admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes_preview, "WITH_A_PREVIEW", (probes_preview.preview, forgetful))
    result = checked(admin)
    assert "A mistake in this collection: ForbiddenWrite" in result["msg"]
    # Without it, two people who do not exist are in the tenant.
    monkeypatch.setattr(GuardedClient, "check_write", lambda *_what: None)
    run_module("staffbase_tenant_check", admin.connection)
    assert IMPORT in admin.sim.writes()
    assert not admin.nobody_changed()


def test_without_tidying_up_drafts_would_stay(admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_module, "_cleaned_up", lambda _tenant, error: error)
    admin.at_call(40, lambda: os.kill(os.getpid(), signal.SIGTERM))
    check(admin)
    assert drafts(admin)
