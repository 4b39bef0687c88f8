# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates, proxies, netrc, slow and broken connections: on real sockets."""

from __future__ import annotations

import gc
import gzip
import json
import os
import time
import typing as t
from pathlib import Path

import pytest
import requests

from ansible_collections.community.staffbase.plugins.module_utils._http import transport
from ansible_collections.community.staffbase.plugins.module_utils._http.client import Client
from ansible_collections.community.staffbase.plugins.module_utils._http.connection import Connection
from ansible_collections.community.staffbase.plugins.module_utils._http.errors import CallError
from support.dialogue import TOKEN, Converse
from support.scripted_server import Drip, Reply, ScriptedServer, Silence

if t.TYPE_CHECKING:
    from ..conftest import Authority

GOOD = Reply(200, b"{}", {"Content-Type": "application/json"})


def ask(url: str, **options: t.Any) -> t.Any:
    client = Client(Connection(url, TOKEN, **{"timeout": 10.0, "retries": 0, **options}))
    try:
        return client.get_json("/users/imports", "list")
    finally:
        client.close()


def test_a_certificate_of_the_given_authority_is_trusted(authority: Authority) -> None:
    with ScriptedServer(GOOD, tls=authority.context) as server:
        assert ask(server.url, ca_path=authority.ca_path) == {}
    assert server.requests[0].headers["authorization"] == f"Basic {TOKEN}"


@pytest.mark.parametrize("which", ["none", "other"])
def test_another_certificate_is_not_and_gets_no_token(authority: Authority, other_authority: Authority, which: str) -> None:
    with ScriptedServer(tls=authority.context) as server, pytest.raises(CallError, match="certificate of the service is not trusted") as caught:
        ask(server.url, ca_path=other_authority.ca_path if which == "other" else None, retries=3)
    assert "ca_path" in str(caught.value)
    assert caught.value.attempts == 1
    assert server.requests == []


def test_the_name_in_the_certificate_counts(authority: Authority) -> None:
    with ScriptedServer(tls=authority.context) as server, pytest.raises(CallError, match="not trusted"):
        ask(f"https://localhost:{server.port}", ca_path=authority.ca_path)
    assert server.requests == []


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_validate_certs_false_is_not_overruled_by_the_environment(
    authority: Authority, other_authority: Authority, monkeypatch: pytest.MonkeyPatch, variable: str,
) -> None:
    monkeypatch.setenv(variable, other_authority.ca_path)
    with ScriptedServer(GOOD, tls=authority.context) as server:
        assert ask(server.url, validate_certs=False) == {}


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_ca_path_is_not_overruled_by_the_environment(
    authority: Authority, other_authority: Authority, monkeypatch: pytest.MonkeyPatch, variable: str,
) -> None:
    monkeypatch.setenv(variable, other_authority.ca_path)
    with ScriptedServer(GOOD, tls=authority.context) as server:
        assert ask(server.url, ca_path=authority.ca_path) == {}
    monkeypatch.setenv(variable, authority.ca_path)
    with ScriptedServer(tls=authority.context) as server, pytest.raises(CallError, match="not trusted"):
        ask(server.url, ca_path=other_authority.ca_path)


def test_a_verify_of_the_session_would_be_overruled(authority: Authority, other_authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", other_authority.ca_path)
    with ScriptedServer(tls=authority.context) as server, requests.Session() as session:
        session.verify = authority.ca_path
        with pytest.raises(requests.exceptions.SSLError):
            session.get(server.url, timeout=10)


def netrc(host: str) -> None:
    path = Path(os.environ["HOME"]) / ".netrc"
    path.write_text(f"machine {host} login somebody password else\n", encoding="utf-8")
    path.chmod(0o600)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_netrc_does_not_override_the_token(authority: Authority, scheme: str) -> None:
    netrc("127.0.0.1")
    with ScriptedServer(GOOD, tls=authority.context if scheme == "https" else None) as server:
        ask(server.url, ca_path=authority.ca_path)
    assert server.requests[0].headers["authorization"] == f"Basic {TOKEN}"


def test_netrc_would_override_a_plain_header(authority: Authority) -> None:
    netrc("127.0.0.1")
    with ScriptedServer(GOOD, tls=authority.context) as server, requests.Session() as session:
        session.headers["Authorization"] = f"Basic {TOKEN}"
        session.get(server.url, verify=authority.ca_path, timeout=10)
    assert server.requests[0].headers["authorization"] != f"Basic {TOKEN}"


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "all_proxy"])
def test_over_http_no_proxy_sees_the_token(converse: Converse, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    proxy = converse()
    monkeypatch.setenv(variable, proxy.server.url)
    with ScriptedServer(GOOD) as server:
        ask(server.url)
    assert len(server.requests) == 1
    assert proxy.server.requests == []


def test_over_https_the_proxy_of_the_environment_is_used_and_sees_no_token(converse: Converse, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = converse(Reply(403))
    monkeypatch.setenv("https_proxy", proxy.server.url)
    with pytest.raises(CallError, match="The proxy could not be used"):
        ask("https://intranet.example.com")
    request, = proxy.server.requests
    assert (request.method, request.target) == ("CONNECT", "intranet.example.com:443")
    assert "authorization" not in request.headers


def test_no_proxy_is_obeyed(authority: Authority, converse: Converse, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = converse()
    monkeypatch.setenv("https_proxy", proxy.server.url)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with ScriptedServer(GOOD, tls=authority.context) as server:
        ask(server.url, ca_path=authority.ca_path)
    assert proxy.server.requests == []


@pytest.mark.parametrize("proxy", ["http://", "socks9://127.0.0.1:1", "http://[::1"])
def test_a_proxy_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("https_proxy", proxy)
    with pytest.raises(CallError) as caught:
        ask("https://intranet.example.com")
    assert "https_proxy" in str(caught.value)


@pytest.mark.parametrize("url", ["https://intranet.example.com\\x", "https://xn--a", "https://" + "a" * 64 + ".example.com", "https://.example.com"])
def test_an_address_that_no_connection_can_be_made_to_is_a_callerror(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    with pytest.raises(CallError):
        ask(url)


def test_silence_is_over_at_the_timeout() -> None:
    with ScriptedServer(Silence()) as server, pytest.raises(CallError, match=r"No answer within the timeout of 0\.2 seconds") as caught:
        ask(server.url, timeout=0.2)
    assert (caught.value.passing, caught.value.unsure) == (True, True)


def test_a_dripping_answer_is_over_soon_after_the_timeout() -> None:
    begun = time.monotonic()
    with ScriptedServer(Drip(0.05)) as server, pytest.raises(CallError, match=r"did not end within the timeout of 0\.3 seconds") as caught:
        ask(server.url, timeout=0.3)
    assert time.monotonic() - begun < 3
    assert (caught.value.passing, caught.value.unsure) == (True, True)


def test_a_dripping_refusal_is_over_as_well(converse: Converse) -> None:
    with ScriptedServer(Drip(0.05, status=400)) as server, pytest.raises(CallError, match="did not end within"):
        ask(server.url, timeout=0.3)


@pytest.mark.parametrize(("reply", "text"), [
    (Reply(200, b'{"entries"', promised=500), "The answer was cut off"),
    (Reply(200, b"not gzip", {"Content-Encoding": "gzip"}), "The answer could not be read"),
    (Reply(200, b"", {"Transfer-Encoding": "chunked", "X-Length": "none"}), "The answer was cut off"),
])
def test_a_broken_body_is_a_passing_fault(reply: Reply, text: str) -> None:
    with ScriptedServer(reply) as server, pytest.raises(CallError, match=text) as caught:
        ask(server.url)
    assert (caught.value.passing, caught.value.unsure) == (True, True)


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
@pytest.mark.parametrize("headers", [{"Content-Length": "5, 6"}, {"Transfer-Encoding": "chunked"}, {f"X-{number}": "x" for number in range(200)}])
def test_an_answer_against_the_rules_of_http_is_a_callerror(headers: dict[str, str]) -> None:
    with ScriptedServer(Reply(200, b"{}", headers)) as server, pytest.raises(CallError):
        ask(server.url)
    # urllib3 leaves a connection to the garbage collector when it cannot read the headers.
    gc.collect()


@pytest.mark.parametrize("packed", [True, False])
def test_a_packed_answer_is_unpacked(packed: bool) -> None:
    body = json.dumps({"entries": ["x"] * 100_000}).encode()
    reply = Reply(200, gzip.compress(body), {"Content-Encoding": "gzip"}) if packed else Reply(200, body)
    with ScriptedServer(reply) as server:
        assert len(ask(server.url)["entries"]) == 100_000


class Cut:
    """A response that ended early without the library noticing, as older ones do; they cannot read what is there, either."""

    status_code = 200
    request = requests.Request("GET", "https://intranet.example.com").prepare()

    def __init__(self, headers: dict[str, str]) -> None:
        self.headers = headers
        self.raw = self

    def stream(self, size: int, *, decode_content: bool) -> t.Iterator[bytes]:
        assert not decode_content
        yield b"12345"


def test_a_cut_is_noticed_where_the_library_does_not(where: t.Any) -> None:
    with pytest.raises(CallError, match="cut off"):
        list(transport.pieces(Cut({"Content-Length": "6"}), where))
    assert list(transport.pieces(Cut({"Content-Length": "5"}), where)) == [b"12345"]
    assert list(transport.pieces(Cut({}), where)) == [b"12345"]


def test_every_fault_of_the_library_has_a_name(where: t.Any) -> None:
    kinds = [kind for kind in vars(requests.exceptions).values() if isinstance(kind, type) and issubclass(kind, requests.exceptions.RequestException)]
    assert len(kinds) > 15
    for kind in kinds:
        error = kind("secret-in-the-text") if kind is not requests.exceptions.JSONDecodeError else kind("secret-in-the-text", "", 0)
        with pytest.raises(CallError) as caught, transport.faults_named(where, 5):
            raise error
        assert "secret" not in str(caught.value) + str(caught.value.failure())
        assert caught.value.__cause__ is None
