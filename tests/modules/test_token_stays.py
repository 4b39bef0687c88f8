# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The token goes to the service and to nobody else: redirects, proxies, netrc, certificates, plain http."""

from __future__ import annotations

import datetime
import ssl
import typing as t
from pathlib import Path

import pytest
import trustme

from ansible_collections.community.staffbase.plugins.module_utils._http import address, token, transport
from support.module_runner import Result, run_module
from support.scripted_server import Reply, ScriptedServer
from support.secrets import Secrets
from support.small_tenant import CSV, TOKEN

SECRETS = Secrets(TOKEN)
EMPTY = Reply(200, b'{"entries": []}', {"Content-Type": "application/json"})

#: Every module and how it begins.
BEGIN: dict[str, dict[str, t.Any]] = {
    "upload": {"content": CSV.decode(), "file_name": "people.csv"},
    "config": {"import_id": "69", "mapping": {"externalId": "Personalnummer"}},
    "state": {"import_id": "69", "state": "imported"},
    "info": {},
}


def run(module: str, url: str, **options: t.Any) -> Result:
    """Run a module and look for the token in what it prints."""
    result = run_module(f"staffbase_import_{module}", {"api_url": url, "api_token": TOKEN, "retries": 0, "timeout": 10, **BEGIN[module], **options})
    assert SECRETS.found_in(result.output) == []
    return result


def heard(server: ScriptedServer) -> list[str]:
    """Return what a server has heard of the token."""
    return [name for request in server.requests for name in SECRETS.found_in(repr((request.target, request.headers, request.body)))]


def take_out(monkeypatch: pytest.MonkeyPatch, guard: t.Callable[[t.Any], None]) -> None:
    """Let `guard` change each session that is made."""
    real = transport.new_session

    def unguarded(connection: t.Any) -> t.Any:
        session = real(connection)
        guard(session)
        return session

    monkeypatch.setattr(transport, "new_session", unguarded)


def trust_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a session look at proxies and netrc over http, too."""
    take_out(monkeypatch, lambda session: setattr(session, "trust_env", True))


def follow_redirects(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a session follow redirects, as it does by itself."""

    def follow(session: t.Any) -> None:
        vars(session).pop("get_redirect_target", None)
        real = session.request
        session.request = lambda *args, **more: real(*args, **{**more, "allow_redirects": True})

    take_out(monkeypatch, follow)


class Clock(t.NamedTuple):
    """From when to when a certificate is valid, in days from now."""

    start: int = -1
    end: int = 2


NOW = Clock()


def context(ca: trustme.CA, *names: str, clock: Clock = NOW) -> ssl.SSLContext:
    """Return the context of a server with a certificate for these names."""
    now = datetime.datetime.now(datetime.timezone.utc)
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    day = datetime.timedelta(days=1)
    ca.issue_cert(*names, not_before=now + clock.start * day, not_after=now + clock.end * day).configure_cert(made)
    return made


@pytest.fixture
def ca(tmp_path: Path) -> tuple[trustme.CA, str]:
    """An authority and the path of its certificate."""
    made, path = trustme.CA(), tmp_path / "ca.pem"
    made.cert_pem.write_to_path(str(path))
    return made, str(path)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("module", BEGIN)
def test_a_redirect_to_another_host_carries_nothing_there(module: str, status: int) -> None:
    with ScriptedServer() as other, ScriptedServer(Reply(status, headers={"Location": f"http://localhost:{other.port}/api/users/imports"})) as server:
        result = run(module, server.url)
    assert f"redirects to http://localhost:{other.port}/api/users/imports; redirects are refused" in result["msg"]
    assert len(server.requests) == 1
    assert other.requests == []


def test_a_redirect_that_is_followed_would_take_along_what_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """`requests` leaves out the token on the way to another host, and takes the body there."""
    follow_redirects(monkeypatch)
    unset = Reply(200, b"{}", {"Content-Type": "application/json"})
    with ScriptedServer(Reply(418)) as other, ScriptedServer(unset, Reply(307, headers={"Location": f"{other.url}/api"})) as server:
        run("config", server.url)
    assert b"Personalnummer" in other.requests[0].body


BAD: dict[str, tuple[tuple[str, ...], Clock]] = {
    "another_host": (("intranet.example.com",), NOW),
    "expired": (("127.0.0.1",), Clock(-9, -2)),
    "not_yet": (("127.0.0.1",), Clock(2, 9)),
}


@pytest.mark.parametrize(("names", "clock"), BAD.values(), ids=BAD)
@pytest.mark.parametrize("module", BEGIN)
def test_a_bad_certificate_gets_no_token(ca: tuple[trustme.CA, str], module: str, names: tuple[str, ...], clock: Clock) -> None:
    with ScriptedServer(tls=context(ca[0], *names, clock=clock)) as server:
        result = run(module, server.url, ca_path=ca[1])
    assert result["msg"].startswith("The certificate of the service is not trusted")
    assert server.requests == []


def test_a_certificate_that_nobody_signed_gets_no_token(ca: tuple[trustme.CA, str]) -> None:
    with ScriptedServer(tls=context(ca[0], "127.0.0.1")) as server:
        assert run("info", server.url)["msg"].startswith("The certificate of the service is not trusted")
    assert server.requests == []


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
@pytest.mark.parametrize(("names", "clock"), BAD.values(), ids=BAD)
def test_who_switches_the_check_off_is_warned_and_heard(ca: tuple[trustme.CA, str], names: tuple[str, ...], clock: Clock) -> None:
    with ScriptedServer(EMPTY, tls=context(ca[0], *names, clock=clock)) as server:
        result = run("info", server.url, validate_certs=False)
    assert not result.failed
    assert ["so the token may reach somebody else" in warning for warning in result.warned] == [True]
    assert heard(server)


@pytest.mark.parametrize("url", [
    "http://intranet.example.com", "http://127.0.0.1.example.com", "http://localhost.example.com", "http://10.0.0.1", "http://[::2]",
])
@pytest.mark.parametrize("module", BEGIN)
def test_plain_http_to_another_machine_is_refused(monkeypatch: pytest.MonkeyPatch, module: str, url: str) -> None:
    with ScriptedServer() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        assert "http:// would show the token to the network" in run(module, url)["msg"]
    assert proxy.requests == []


def test_without_that_refusal_the_network_would_see_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy stands in for the network: this machine has no other host that could be asked."""
    monkeypatch.setattr(address, "is_loopback", lambda host: True)
    trust_the_environment(monkeypatch)
    with ScriptedServer(EMPTY) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        assert not run("info", "http://intranet.example.com").failed
    assert heard(proxy)


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
@pytest.mark.parametrize("module", BEGIN)
def test_a_proxy_is_not_used_on_this_machine(monkeypatch: pytest.MonkeyPatch, module: str, variable: str) -> None:
    with ScriptedServer() as proxy, ScriptedServer(Reply(418)) as server:
        monkeypatch.setenv(variable, proxy.url)
        run(module, server.url)
    assert len(server.requests) == 1
    assert proxy.requests == []


def test_with_the_environment_trusted_the_proxy_would_see_it(monkeypatch: pytest.MonkeyPatch) -> None:
    trust_the_environment(monkeypatch)
    with ScriptedServer(EMPTY) as proxy, ScriptedServer() as server:
        monkeypatch.setenv("http_proxy", proxy.url)
        run("info", server.url)
    assert heard(proxy)


@pytest.mark.parametrize("module", BEGIN)
def test_a_proxy_for_https_is_asked_for_a_way_and_sees_no_token(monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    with ScriptedServer(Reply(403)) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        assert "The proxy could not be used" in run(module, "https://intranet.example.com")["msg"]
    (request,) = proxy.requests
    assert (request.method, request.target) == ("CONNECT", "intranet.example.com:443")
    assert heard(proxy) == []


@pytest.mark.parametrize("module", BEGIN)
def test_the_password_of_a_proxy_is_not_told(monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    with ScriptedServer(Reply(407)) as proxy:
        monkeypatch.setenv("https_proxy", f"http://somebody:proxy-word@127.0.0.1:{proxy.port}")
        result = run(module, "https://intranet.example.com")
    assert result.failed
    assert "proxy-word" not in result.output


@pytest.mark.parametrize("module", BEGIN)
def test_a_netrc_takes_no_part(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, module: str) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else\n", encoding="utf-8")
    (tmp_path / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    # Over http the file would not be looked at anyway.
    trust_the_environment(monkeypatch)
    with ScriptedServer(Reply(418)) as server:
        run(module, server.url)
    assert [request.headers["authorization"] for request in server.requests] == [f"Basic {TOKEN}"]


def test_the_token_is_in_no_other_header_and_in_no_address(ca: tuple[trustme.CA, str]) -> None:
    with ScriptedServer(EMPTY, Reply(418), tls=context(ca[0], "127.0.0.1")) as server:
        run("upload", server.url, ca_path=ca[1])
    for request in server.requests:
        headers = {name: value for name, value in request.headers.items() if name != "authorization"}
        assert SECRETS.found_in(repr((request.target, headers, request.body))) == []
    assert len(server.requests) == 2


def test_a_session_does_not_show_the_token() -> None:
    """Not even to who prints it in a debugger."""
    assert SECRETS.found_in(repr(token.TokenAuth(TOKEN))) == []
