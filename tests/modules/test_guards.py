# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guards that stand behind everything: no write in check mode, and nothing secret in a message.

Each is shown to bite: with the guard taken out, the harm is done.
"""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._http import answer, client
from ansible_collections.community.staffbase.plugins.module_utils._imports import row_errors
from ansible_collections.community.staffbase.plugins.module_utils._steps.advance import Advance
from ansible_collections.community.staffbase.plugins.module_utils._steps.cancel import CancelOrDelete
from ansible_collections.community.staffbase.plugins.module_utils._steps.config import Configure
from ansible_collections.community.staffbase.plugins.module_utils._steps.upload import Upload
from simulator import application
from support.admin import Admin, leaks
from support.api_calls import DELETE, GET, GET_CONFIG, IMPORT, LIST, PATCH_CONFIG, POST
from support.module_runner import Result, run_module
from support.small_tenant import AFTER, CSV, MAPPING, PERSONAL, TOKEN, address, csv_of, row

if t.TYPE_CHECKING:
    from conftest import Start

#: Each step, its method, what runs it in check mode, and the write it would send.
FORGETFUL: dict[str, tuple[type, str, t.Callable[[Admin], Result], str]] = {
    "upload": (Upload, "run", lambda admin: admin.upload(CSV, check=True), POST),
    "config": (Configure, "run", lambda admin: admin.config(admin.sim.upload(CSV, "p.csv"), check=True), PATCH_CONFIG),
    "imported": (Advance, "run", lambda admin: admin.state(admin.prepared(), "imported", check=True), IMPORT),
    "absent": (CancelOrDelete, "remove", lambda admin: admin.state(admin.prepared(), "absent", check=True), DELETE),
}


def forget_check_mode(monkeypatch: pytest.MonkeyPatch, step: type, method: str) -> None:
    """Make a step that forgets that it is a rehearsal."""
    real = getattr(step, method)

    def run(self: t.Any, *args: t.Any, **options: t.Any) -> t.Any:
        return real(self, *args, **{**options, "check_mode": False})

    monkeypatch.setattr(step, method, run)


@pytest.mark.parametrize(("step", "method", "rehearse", "write"), FORGETFUL.values(), ids=FORGETFUL)
def test_the_client_refuses_a_write_in_check_mode_whoever_asks(
    admin: Admin, monkeypatch: pytest.MonkeyPatch, step: type, method: str, rehearse: t.Callable[[Admin], Result], write: str,
) -> None:
    forget_check_mode(monkeypatch, step, method)
    result = rehearse(admin)
    assert result["msg"].startswith("A mistake in this collection: WriteRefused in client.py")
    assert admin.sim.writes() == []
    assert admin.nobody_changed()


@pytest.mark.parametrize(("step", "method", "rehearse", "write"), FORGETFUL.values(), ids=FORGETFUL)
def test_without_that_client_the_rehearsal_would_write(
    admin: Admin, monkeypatch: pytest.MonkeyPatch, step: type, method: str, rehearse: t.Callable[[Admin], Result], write: str,
) -> None:
    forget_check_mode(monkeypatch, step, method)
    monkeypatch.setattr(client, "READING", frozenset({"GET", "POST", "PATCH", "DELETE"}))
    rehearse(admin)
    assert admin.sim.writes() == [write]
    if write == IMPORT:
        assert admin.statuses() == AFTER


#: What a service might quote in a message.
TALKATIVE = f"Row of {PERSONAL.title()}-U1 ({address('U1')}) refused for Basic {TOKEN}"


@pytest.fixture
def talkative(admin: Admin, monkeypatch: pytest.MonkeyPatch) -> Admin:
    """A service whose messages quote a person and the token."""
    monkeypatch.setitem(application.REASONS, 418, TALKATIVE)
    return admin


def everything(admin: Admin) -> dict[str, tuple[str, dict[str, t.Any]]]:
    """Return for each call a module and its options with which it is made."""
    import_id = admin.prepared()
    return {
        LIST: ("upload", {"content": CSV.decode(), "file_name": "people.csv"}),
        POST: ("upload", {"content": CSV.decode(), "file_name": "people.csv"}),
        GET_CONFIG: ("config", {"import_id": import_id, "mapping": MAPPING}),
        PATCH_CONFIG: ("config", {"import_id": import_id, "mapping": {"externalId": "Personalnummer"}}),
        GET: ("state", {"import_id": import_id, "state": "imported"}),
        IMPORT: ("state", {"import_id": import_id, "state": "imported"}),
        DELETE: ("state", {"import_id": import_id, "state": "absent"}),
    }


def told(admin: Admin, call: str) -> Result:
    module, options = everything(admin)[call]
    admin.fault("status:418", call)
    return run_module(f"staffbase_import_{module}", {**admin.connection, **options})


@pytest.mark.parametrize("call", [LIST, POST, GET_CONFIG, PATCH_CONFIG, GET, IMPORT, DELETE])
def test_what_the_service_quotes_is_hidden(talkative: Admin, call: str) -> None:
    result = told(talkative, call)
    assert result["failure"]["status"] == 418
    assert "refused for" in result["failure"]["message"]
    assert leaks(result.output) == []


def test_without_the_hiding_it_would_be_told(talkative: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the fault carries does reach the module; the token alone is masked once more, by ansible-core."""
    monkeypatch.setattr(answer, "readable", lambda text: text)
    assert PERSONAL in leaks(told(talkative, POST).output)


@pytest.mark.parametrize("guarded", [True, False])
def test_cells_in_row_errors_are_hidden(start: Start, monkeypatch: pytest.MonkeyPatch, guarded: bool) -> None:
    admin = start(errors_quote_value="yes")
    if not guarded:
        monkeypatch.setattr(row_errors, "readable", lambda text: text)
    import_id = admin.prepared("COMPLETED", content=csv_of([row("U0", "Activated").replace("u0@", "u0 ")]))
    result = run_module("staffbase_import_info", {**admin.connection, "import_id": import_id, "gather": ["errors"]})
    assert result["imports"][0]["row_error_count"] == 1
    assert leaks(result.output) == ([] if guarded else [PERSONAL])


def test_the_content_is_not_among_the_options_that_are_shown(admin: Admin) -> None:
    result = admin.upload(CSV)
    assert not result.failed
    assert result["invocation"]["module_args"]["file_name"] == "people.csv"
    assert "Personalnummer" not in result.output


def test_the_search_for_secrets_finds_them() -> None:
    """The search after each module run is a guard too."""
    assert leaks(f"... {TOKEN} {PERSONAL.upper()}") == [TOKEN, PERSONAL]
    assert leaks('{"changed": false}') == []
