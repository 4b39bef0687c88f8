# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a module ends: its errors in words and data, never with what is secret."""

from __future__ import annotations

import dataclasses
import json
import typing as t

import pytest
from ansible.module_utils import basic

from ansible_collections.community.staffbase.plugins.module_utils._ansible import service
from ansible_collections.community.staffbase.plugins.module_utils._ansible.invocation import Invocation
from ansible_collections.community.staffbase.plugins.module_utils._errors import InputError
from ansible_collections.community.staffbase.plugins.module_utils._http.client import Client
from ansible_collections.community.staffbase.plugins.modules import staffbase_import_info
from support.dialogue import TOKEN
from support.module_runner import run_module
from support.scripted_server import Reply, ScriptedServer

if t.TYPE_CHECKING:
    from ..conftest import Authority

EMPTY = Reply(200, b'{"entries": []}', {"Content-Type": "application/json"})
INFO = "staffbase_import_info"


def test_a_good_end() -> None:
    with ScriptedServer(EMPTY) as server:
        result = run_module(INFO, {"api_url": server.url, "api_token": TOKEN})
    assert not result.failed
    assert (result["changed"], result["imports"]) == (False, [])


def test_the_environment_can_take_the_place_of_every_option(monkeypatch: pytest.MonkeyPatch, authority: Authority) -> None:
    with ScriptedServer(EMPTY, tls=authority.context) as server:
        for name, value in {"API_URL": server.url, "API_TOKEN": TOKEN, "CA_PATH": authority.ca_path, "TIMEOUT": "9.5", "RETRIES": "0"}.items():
            monkeypatch.setenv(f"STAFFBASE_{name}", value)
        assert run_module(INFO, {})["imports"] == []


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_unchecked_certificates_are_warned_of(authority: Authority) -> None:
    with ScriptedServer(EMPTY, tls=authority.context) as server:
        result = run_module(INFO, {"api_url": server.url, "api_token": TOKEN, "validate_certs": False})
    assert not result.failed
    assert "the certificate of the service is not checked" in result.output


def test_a_failure_tells_where_and_why_and_nothing_secret() -> None:
    body = {"message": "The user anna@example.com is not permitted", "token": TOKEN}
    with ScriptedServer(Reply(403, json.dumps(body).encode(), {"X-Secret": "geheim"})) as server:
        result = run_module(INFO, {"api_url": server.url, "api_token": TOKEN})
    assert result.failed
    assert result["failure"] == {
        "stage": "list", "method": "GET", "url": f"{server.url}/api/users/imports", "status": 403, "code": None,
        "message": "The user ... is not permitted", "import_id": None, "attempts": 1,
    }
    assert result["msg"].startswith("HTTP 403 from the service (The user ... is not permitted) [stage list]; the token lacks the right")
    for secret in (TOKEN, "anna", "geheim", "Traceback", "exception"):
        assert secret not in result.output


@pytest.mark.parametrize(("options", "option"), [
    ({"api_url": "http://intranet.example.com"}, "api_url"), ({"api_token": "two words"}, "api_token"), ({"ca_path": "/does/not/exist"}, "ca_path"),
    ({"timeout": -1}, "timeout"), ({"retries": -1}, "retries"), ({"limit": 0}, "limit"), ({"created_after": "yesterday"}, "created_after"),
    ({"import_id": "../users"}, "import_id"),
])
def test_an_option_that_cannot_be_right_is_named_before_any_request(options: dict[str, t.Any], option: str) -> None:
    with ScriptedServer() as server:
        result = run_module(INFO, {"api_url": server.url, "api_token": TOKEN, **options})
    assert result.failed
    assert result["msg"].startswith(f"{option}: ")
    assert (result["failure"]["stage"], result["failure"]["attempts"]) == ("input", 0)
    assert server.requests == []


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staffbase_import_info, "DEFINITION", dataclasses.replace(staffbase_import_info.DEFINITION, missing="requests"))
    result = run_module(INFO, {"api_url": "https://intranet.example.com", "api_token": TOKEN})
    assert result.failed
    assert "requests" in result["msg"]


def test_what_nobody_expected_is_told_by_its_place_and_not_by_what_it_held(monkeypatch: pytest.MonkeyPatch) -> None:
    def step(_invocation: object) -> t.NoReturn:
        raise KeyError("anna@example.com")

    monkeypatch.setattr(staffbase_import_info, "DEFINITION", dataclasses.replace(staffbase_import_info.DEFINITION, step=step))
    result = run_module(INFO, {"api_url": "https://intranet.example.com", "api_token": TOKEN})
    assert result.failed
    assert result["msg"].startswith("A mistake in this collection: KeyError in test_running.py, line ")
    assert result["failure"]["stage"] == "internal"
    for secret in ("anna", "Traceback", TOKEN):
        assert secret not in result.output


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a module writes to the log of its host; by itself, Ansible does so with the options of each."""
    lines: list[str] = []
    monkeypatch.setattr(basic.AnsibleModule, "log", lambda _self, msg, log_args=None: lines.append(f"{msg} {log_args}"))
    return lines


@pytest.mark.parametrize("more", [{}, {"colour": "red"}, {"limit": "few"}], ids=["alone", "beside an unknown option", "beside a wrong one"])
@pytest.mark.parametrize("exported", [False, True], ids=["option", "environment"])
@pytest.mark.parametrize("api_url", ["https://admin:hunter2@intranet.example.com/api", "https://intranet.example.com/?token=hunter2"])
def test_a_secret_in_the_address_is_neither_shown_nor_logged(
    monkeypatch: pytest.MonkeyPatch, logged: list[str], api_url: str, exported: bool, more: dict[str, t.Any],
) -> None:
    if exported:
        monkeypatch.setenv("STAFFBASE_API_URL", api_url)
    result = run_module(INFO, {"api_token": TOKEN, **({} if exported else {"api_url": api_url}), **more})
    assert result.failed
    assert bool(logged) is not bool(more), "what is wrong for Ansible itself is not logged"
    for text in (result.output, *logged):
        assert "hunter2" not in text
    if not more:
        assert result["invocation"]["module_args"]["api_url"].startswith("https://intranet.example.com/")


def test_an_address_without_a_secret_is_logged(logged: list[str]) -> None:
    assert run_module(INFO, {"api_token": TOKEN, "api_url": "http://intranet.example.com"}).failed
    assert "http://intranet.example.com" in "".join(logged)
    assert TOKEN not in "".join(logged)


class TimeOut(BaseException):
    """Stands for what Ansible raises in its worker when the `timeout` of a task is over."""


class Watched(Client):
    """A client that is told when it is closed."""

    closed = 0

    def close(self) -> None:
        super().close()
        Watched.closed += 1


def test_the_time_out_of_a_task_comes_out_and_the_connection_is_closed() -> None:
    def interrupted(_invocation: Invocation, _client: Client) -> t.NoReturn:
        raise TimeOut

    definition = service.client_module({}, interrupted, Watched)
    params = {"api_url": "https://intranet.example.com", "api_token": TOKEN, "validate_certs": True, "ca_path": None, "timeout": 9.0, "retries": 0}
    with pytest.raises(TimeOut):
        definition.perform(Invocation(params))
    assert Watched.closed == 1


@pytest.mark.parametrize(("times", "option"), [
    ({"wait_timeout": -1}, "wait_timeout"), ({"wait_timeout": float("nan")}, "wait_timeout"), ({"wait_interval": 0}, "wait_interval"),
    ({"wait_interval": -1}, "wait_interval"), ({"wait_interval": float("nan")}, "wait_interval"),
])
def test_times_that_cannot_be_are_refused(times: dict[str, float], option: str) -> None:
    with pytest.raises(InputError, match=rf"^{option}: "):
        service.waiter_of({"wait_timeout": 10.0, "wait_interval": 1.0, **times})


def test_not_waiting_at_all_is_allowed() -> None:
    assert service.waiter_of({"wait_timeout": 0.0, "wait_interval": 1.0}).elapsed >= 0
