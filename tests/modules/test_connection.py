# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the service is reached: address, token, certificate, environment, and pauses that the service asks for."""

from __future__ import annotations

import time
import typing as t
from email.utils import formatdate
from pathlib import Path

import pytest

from simulator import Simulator
from support.admin import Admin
from support.api_calls import GET, IMPORT, LIST, POST
from support.module_runner import run_module
from support.small_tenant import AFTER, CSV, PEOPLE, TOKEN

if t.TYPE_CHECKING:
    from conftest import Start


@pytest.mark.parametrize("ending", ["", "/", "/api", "/api/"])
def test_the_address_with_and_without_what_the_service_adds(admin: Admin, ending: str) -> None:
    admin.connection["api_url"] += ending
    assert admin.info()["imports"] == []
    (request,) = admin.sim.requests
    assert request.path == "/users/imports"


@pytest.mark.parametrize("form", ["{}", "Basic {}", "basic {}", " {}\n"])
def test_the_token_as_it_may_be_pasted(admin: Admin, form: str) -> None:
    admin.connection["api_token"] = form.format(TOKEN)
    assert not admin.info().failed
    assert [request.authorization for request in admin.sim.requests] == ["Basic"]


def test_everything_from_the_environment(admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAFFBASE_API_URL", admin.sim.url)
    monkeypatch.setenv("STAFFBASE_API_TOKEN", TOKEN)
    monkeypatch.setenv("STAFFBASE_TIMEOUT", "0.2")
    monkeypatch.setenv("STAFFBASE_RETRIES", "1")
    admin.fault("slow", LIST, delay=0.5, times=2)
    result = run_module("staffbase_import_info", {})
    assert "timeout of 0.2 seconds" in result["msg"]
    assert admin.calls() == [LIST, LIST]
    admin.sim.clear_faults()
    assert not run_module("staffbase_import_info", {}).failed


def test_what_is_empty_in_the_environment_is_not_set(admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("API_URL", "VALIDATE_CERTS", "CA_PATH", "TIMEOUT", "RETRIES"):
        monkeypatch.setenv(f"STAFFBASE_{name}", "")
    assert run_module("staffbase_import_info", admin.connection)["imports"] == []
    monkeypatch.setenv("STAFFBASE_API_TOKEN", "")
    assert run_module("staffbase_import_info", {})["msg"] == "missing required arguments: api_token, api_url"


def test_nothing_from_nowhere() -> None:
    assert run_module("staffbase_import_info", {})["msg"] == "missing required arguments: api_token, api_url"


def test_a_netrc_does_not_replace_the_token(admin: Admin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    assert not admin.info().failed


def test_a_proxy_does_not_get_the_token_in_the_clear(admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert not admin.info().failed


@pytest.fixture
def trusted(certificate: tuple[str, str]) -> t.Iterator[tuple[Admin, str]]:
    """A tenant on TLS, and the path of its certificate."""
    with Simulator(token=TOKEN, people=PEOPLE, certificate=certificate) as sim:
        yield Admin(sim), certificate[0]


def test_a_certificate_that_nobody_signed(trusted: tuple[Admin, str]) -> None:
    admin, _certificate = trusted
    result = admin.upload(CSV)
    assert result["msg"].startswith("The certificate of the service is not trusted")
    assert "set ca_path" in result["msg"]
    assert result["failure"]["attempts"] == 1
    assert admin.sim.requests == []


def test_a_certificate_that_is_trusted(trusted: tuple[Admin, str], monkeypatch: pytest.MonkeyPatch) -> None:
    admin, certificate = trusted
    result = admin.upload(CSV, ca_path=certificate)
    assert admin.calls() == [LIST, POST, LIST]
    assert admin.sim.uploaded_bytes(result["import_id"]) == CSV
    assert result.warned == ()


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_a_certificate_that_is_not_looked_at(trusted: tuple[Admin, str]) -> None:
    admin, _certificate = trusted
    result = admin.upload(CSV, validate_certs=False)
    assert admin.sim.uploaded_bytes(result["import_id"]) == CSV
    (warning,) = result.warned
    assert warning.startswith("validate_certs is false")


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_pause_that_the_service_asks_for_is_kept(admin: Admin, form: str) -> None:
    value = "1" if form == "seconds" else formatdate(time.time() + 2, usegmt=True)
    admin.fault("status:429", LIST, retry_after=value)
    begun = time.monotonic()
    assert not admin.info().failed
    assert time.monotonic() - begun >= 0.95
    assert admin.calls() == [LIST, LIST]


@pytest.mark.parametrize("value", [None, "0", "soon", "-5", formatdate(0, usegmt=True)])
def test_a_429_without_a_pause_is_tried_again_soon(admin: Admin, value: str | None) -> None:
    admin.fault("status:429", LIST, retry_after=value)
    begun = time.monotonic()
    assert not admin.info().failed
    assert time.monotonic() - begun < 0.9
    assert admin.calls() == [LIST, LIST]


@pytest.mark.parametrize("value", ["301", "86400", formatdate(time.time() + 3600, usegmt=True)], ids=["301", "a_day", "a_date"])
def test_who_asks_for_too_long_a_pause_gets_no_further_call(admin: Admin, value: str) -> None:
    admin.fault("status:429", LIST, retry_after=value)
    result = admin.info()
    assert admin.calls() == [LIST]
    assert (result["failure"]["status"], result["failure"]["attempts"]) == (429, 1)
    assert "run again later" in result["msg"]


def test_a_whole_import_within_windows(start: Start) -> None:
    """The service takes three calls in a third of a second, again and again."""
    admin = start(tenant={"rate_limit": (3, 0.3)}, connection={"retries": 300})
    import_id = admin.prepared()
    result = admin.state(import_id, "imported", limits={"deleted": 1})
    assert result["state"] == "COMPLETED"
    calls = admin.calls()
    assert calls.count(IMPORT) >= 1
    assert calls[0] == GET
    assert admin.sim.import_(import_id)["applied_count"] == 1
    assert admin.statuses() == AFTER
