# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that speaks HTTP to do harm: floods, drips, lies about lengths, bombs. Each ends, soon, as an error in words.

Bounds are counted in bytes that were taken from the server. Each is shown to bite: without it, all that is offered is read.
"""

from __future__ import annotations

import gc
import gzip
import socket
import ssl
import typing as t
import zlib

import pytest
import requests

from ansible_collections.community.staffbase.plugins.module_utils._http import bounds, packing, transport
from ansible_collections.community.staffbase.plugins.module_utils._http.client import Client
from ansible_collections.community.staffbase.plugins.module_utils._http.connection import Connection
from ansible_collections.community.staffbase.plugins.module_utils._http.errors import CallError
from support.dialogue import TOKEN
from support.scripted_server import Answer, Raw, Reply, Request, ScriptedServer

if t.TYPE_CHECKING:
    from ..conftest import Authority

MIB = 1024 * 1024

#: Far more than the buffers between the two ends hold.
OFFERED = 24 * MIB
LINE = b"X-Fill: " + b"f" * 60_000 + b"\r\n"
OK = b"HTTP/1.1 200 OK\r\n"
END = OK + b"Content-Length: 2\r\nConnection: close\r\n\r\n{}"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"


@pytest.fixture(scope="module", autouse=True)
def _only_what_is_new_is_looked_at() -> t.Iterator[None]:
    """Else each of the collections below would go through all that pytest and Ansible hold, which takes longer than a test."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True)
def _no_connection_is_left() -> t.Iterator[None]:
    """urllib3 leaves a connection to the garbage collector when it cannot read the head."""
    yield
    gc.collect()


def ask(*script: Answer, take: t.Callable[[Client], t.Any] | None = None, tls: ssl.SSLContext | None = None, **options: t.Any) -> t.Any:
    """Return what a client makes of the answers."""
    with ScriptedServer(*script, tls=tls) as server:
        client = Client(Connection(server.url, TOKEN, **{"timeout": 20.0, "retries": 0, **options}), pause=lambda seconds: None)
        try:
            return (take or (lambda one: one.get_json("/users/imports", "list")))(client)
        finally:
            client.close()


def download(client: Client) -> int:
    """Return the number of bytes of the list of refused rows."""
    return client.download("/users/imports/1/errors", "errors", lambda pieces: sum(map(len, pieces)))


def flood(head: bytes, piece: bytes, tail: bytes = b"", offered: int = OFFERED) -> Raw:
    return Raw(head, piece, offered // len(piece), tail)


FLOODS: dict[str, t.Callable[[], Raw]] = {
    "interim answers": lambda: flood(b"", b"HTTP/1.1 100 Continue\r\n" + LINE + b"\r\n", END),
    "interim answers without an end": lambda: Raw(b"", b"HTTP/1.1 100 Continue\r\n" + LINE + b"\r\n", None),
    "headers": lambda: Raw(OK, LINE, 95, b"Content-Length: 2\r\nConnection: close\r\n\r\n{}"),
    "many headers": lambda: flood(OK, b"A: b\r\n", b"Content-Length: 2\r\n\r\n{}"),
    "one header": lambda: flood(OK + b"X: ", b"f" * 65536, b"\r\nContent-Length: 2\r\n\r\n{}"),
    "a status line": lambda: flood(b"HTTP/1.1 200 ", b"f" * 65536, b"\r\nContent-Length: 2\r\n\r\n{}"),
    "continued lines": lambda: flood(OK + b"X: a\r\n", b" " + b"f" * 60_000 + b"\r\n", b"Content-Length: 2\r\n\r\n{}"),
}


@pytest.mark.parametrize("name", FLOODS)
def test_a_head_without_an_end_is_left(name: str) -> None:
    answer = FLOODS[name]()
    with pytest.raises(CallError, match="The headers of the answer are longer than any that the service sends") as caught:
        ask(answer, retries=3)
    # The largest is the one that the library allows: it is sent whole into the buffers.
    assert answer.sent < OFFERED
    assert (caught.value.attempts, caught.value.passing, caught.value.unsure) == (1, False, True)


@pytest.mark.parametrize("name", ["interim answers", "headers"])
def test_without_the_bound_of_a_head_all_of_it_is_read(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "LONGEST_HEAD", 1 << 60)
    answer = FLOODS[name]()
    assert ask(answer) == {}
    assert answer.sent > 95 * len(LINE)


#: Never silent for as long as the time limit, and ended after three seconds: without a bound the answer would be read to its end.
DRIPS: dict[str, Raw] = {
    "interim answers": Raw(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 60, END, every=0.05),
    "a header": Raw(OK + b"X: ", b"f", 60, b"\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}", every=0.05),
    "trailers": Raw(CHUNKED + b"2\r\n{}\r\n0\r\n", b"X: y\r\n", 60, b"\r\n", every=0.05),
    "a chunk's extension": Raw(CHUNKED + b"2;", b"x", 60, b"\r\n{}\r\n0\r\n\r\n", every=0.05),
    "a body": Raw(OK + b"Content-Length: 62\r\nConnection: close\r\n\r\n{}", b" ", 60, every=0.05),
}


@pytest.mark.parametrize("name", DRIPS)
def test_what_drips_is_over_at_the_timeout(name: str) -> None:
    with pytest.raises(CallError, match=r"within the timeout of 0\.4 seconds") as caught:
        ask(DRIPS[name], timeout=0.4)
    assert (caught.value.passing, caught.value.unsure) == (True, True)


@pytest.mark.parametrize("name", ["interim answers", "a header", "trailers"])
def test_without_the_bound_in_time_a_drip_is_waited_for_to_its_end(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = bounds.Watched.allow
    monkeypatch.setattr(bounds.Watched, "allow", lambda self, count, seconds: real(self, count, None))
    assert ask(DRIPS[name], timeout=0.4) == {}


def test_a_list_of_refused_rows_may_take_longer_than_the_timeout_but_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    drip = DRIPS["a body"]
    assert ask(drip, take=download, timeout=0.4) == 62
    monkeypatch.setattr(transport, "DOWNLOAD_SECONDS", 0.4)
    with pytest.raises(CallError, match=r"did not end within 0\.4 seconds") as caught:
        ask(drip, take=download, timeout=5, retries=3)
    # Another hour would not help.
    assert caught.value.attempts == 1


def test_silence_within_a_long_download_is_over_at_the_timeout() -> None:
    with pytest.raises(CallError, match=r"No answer within the timeout of 0\.3 seconds") as caught:
        ask(Raw(OK + b"Content-Length: 62\r\n\r\n{}", b" ", 1, every=2.0), take=download, timeout=0.3)
    assert caught.value.passing


def test_a_connection_that_is_used_again_has_its_own_time_limit_back() -> None:
    here, there = socket.socketpair()
    with here, there, here.makefile("rb", buffering=0) as stream:
        here.settimeout(7.0)
        watched = bounds.Watched(stream, here)
        watched.allow(2, 0.2)
        there.send(b"ab")
        assert watched.read(2) == b"ab"
        with pytest.raises(socket.timeout):
            watched.read(1)
        assert (watched.ended, here.gettimeout()) == (bounds.TooLong, 7.0)


BODIES: dict[str, t.Callable[[], Raw]] = {
    "without a length": lambda: flood(OK + b"Connection: close\r\n\r\n", b" " * 65536, b"{}"),
    "in chunks": lambda: flood(CHUNKED, b"10000\r\n" + b" " * 65536 + b"\r\n", b"2\r\n{}\r\n0\r\n\r\n"),
    "with trailers": lambda: flood(CHUNKED + b"2\r\n{}\r\n0\r\n", LINE, b"\r\n"),
    "as long as it says": lambda: flood(OK + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % (OFFERED + 2), b" " * 65536, b"{}"),
    "of a refusal": lambda: flood(b"HTTP/1.1 400 X\r\nConnection: close\r\n\r\n", b" " * 65536),
    "of a redirect": lambda: flood(b"HTTP/1.1 302 X\r\nLocation: /x\r\nConnection: close\r\n\r\n", b" " * 65536),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_without_an_end_is_left(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "LONGEST_ANSWER", 256 * 1024)
    answer = BODIES[name]()
    with pytest.raises(CallError, match="The answer is longer than 262144 bytes") as caught:
        ask(answer, retries=3)
    assert answer.sent < OFFERED
    # The service may have acted on a write, so an upload is looked for.
    assert (caught.value.attempts, caught.value.unsure) == (1, True)


@pytest.mark.parametrize("name", [name for name in BODIES if not name.startswith("of")])
def test_without_the_bound_of_a_body_all_of_it_is_read(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "LONGEST_ANSWER", 1 << 60)
    if name == "with trailers":
        monkeypatch.setattr(bounds, "LONGEST_HEAD", 1 << 60)
    answer = BODIES[name]()
    assert ask(answer) == {}
    assert answer.sent > OFFERED * 0.99


@pytest.mark.parametrize("take", [None, download])
@pytest.mark.parametrize("name", ["trailers", "an extension"])
def test_what_stands_around_a_body_is_left_soon_however_long_the_body_may_be(take: t.Any, name: str) -> None:
    head, piece = (b"2\r\n{}\r\n0\r\n", LINE) if name == "trailers" else (b"2;", b"x" * 65536)
    answer = flood(CHUNKED + head, piece)
    with pytest.raises(CallError, match=r"longer than|cut off"):
        ask(answer, take=take)
    assert answer.sent < OFFERED


def test_a_packed_body_that_comes_to_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "LONGEST_ANSWER", 256 * 1024)
    # A flushed block without content, over and over.
    answer = flood(OK + b"Content-Encoding: gzip\r\nConnection: close\r\n\r\n" + gzip.compress(b"")[:10], b"\0\0\0\xff\xff" * 10_000)
    with pytest.raises(CallError, match="longer than 262144 bytes"):
        ask(answer)
    assert answer.sent < OFFERED


def test_the_library_reads_the_body_of_a_redirect_that_it_does_not_follow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "_no_target", requests.Session().get_redirect_target)
    # The bound of the head would hold there, too.
    monkeypatch.setattr(bounds, "LONGEST_HEAD", 1 << 60)
    answer = BODIES["of a redirect"]()
    with pytest.raises(CallError):
        ask(answer)
    assert answer.sent > OFFERED * 0.99


def test_a_list_of_refused_rows_may_be_long_but_not_without_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ask(BODIES["in chunks"](), take=download) > OFFERED * 0.99
    monkeypatch.setattr(transport, "LONGEST_DOWNLOAD", 1_000_000)
    taken = []

    def take(client: Client) -> None:
        client.download("/users/imports/1/errors", "errors", lambda pieces: [taken.append(len(piece)) for piece in pieces])

    answer = BODIES["in chunks"]()
    with pytest.raises(CallError, match="longer than 1000000 bytes") as caught:
        ask(answer, take=take, retries=3)
    assert sum(taken) <= 1_000_000
    assert answer.sent < OFFERED
    assert caught.value.attempts == 1


def packed(size: int, wbits: int = 31) -> bytes:
    """Return a body of blanks, packed to a thousandth."""
    press = zlib.compressobj(9, wbits=wbits)
    return b"".join([*(press.compress(b" " * MIB) for _mib in range(size // MIB)), press.flush()])


def bomb(encoding: str, body: bytes) -> Reply:
    return Reply(200, body, {"Content-Encoding": encoding})


@pytest.mark.parametrize(("encoding", "wbits"), [("gzip", 31), ("GZip ", 31), ("x-gzip", 31), ("deflate", 15)])
def test_a_bomb_is_left_before_it_is_unpacked(encoding: str, wbits: int, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    real = packing.unpacked
    monkeypatch.setattr(packing, "unpacked", lambda pieces, name: (made.append(len(piece)) or piece for piece in real(pieces, name)))
    body = packed(64 * MIB, wbits)
    assert len(body) < 100_000
    with pytest.raises(CallError, match="The answer is longer than 8388608 bytes"):
        ask(bomb(encoding, body))
    assert max(made) <= packing.PIECE
    assert sum(made) <= transport.LONGEST_ANSWER + packing.PIECE


def test_the_list_of_refused_rows_may_be_a_bomb_too(monkeypatch: pytest.MonkeyPatch) -> None:
    body = packed(16 * MIB)
    assert ask(bomb("gzip", body), take=download) == 16 * MIB
    monkeypatch.setattr(transport, "LONGEST_DOWNLOAD", MIB)
    with pytest.raises(CallError, match="longer than 1048576 bytes"):
        ask(bomb("gzip", body), take=download)


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "gzip, gzip, gzip, gzip", "identity, gzip", "compress", "x", "gzip,"])
def test_what_is_packed_otherwise_than_asked_for_is_not_unpacked(encoding: str) -> None:
    with pytest.raises(CallError, match="The answer could not be read"):
        ask(bomb(encoding, gzip.compress(gzip.compress(b"{}"))))


def test_only_what_is_unpacked_is_asked_for() -> None:
    with ScriptedServer(Reply(200, b"{}")) as server:
        client = Client(Connection(server.url, TOKEN))
        client.get_json("/x", "list")
        client.close()
    assert server.requests[0].headers["accept-encoding"] == "gzip"


LIES: dict[str, tuple[bytes, str]] = {
    "a chunk that is longer than it says": (CHUNKED + b"1\r\n{}\r\n0\r\n\r\n", "cut off|could not be read|not the JSON"),
    "a chunk that is shorter than it says": (CHUNKED + b"ff\r\n{}\r\n0\r\n\r\n", "cut off"),
    "a chunk of a negative size": (CHUNKED + b"-5\r\n{}\r\n0\r\n\r\n", "cut off|could not be read|not the JSON"),
    "a chunk of an enormous size": (CHUNKED + b"f" * 1000 + b"\r\n{}\r\n0\r\n\r\n", "cut off"),
    "a chunk of no size": (CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n", "cut off"),
    "no last chunk": (CHUNKED + b"2\r\n{}\r\n", "cut off"),
    "a longer length": (OK + b"Content-Length: 9\r\n\r\n{}", "cut off"),
    "two lengths": (OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", "could not be read"),
    "a cut bomb": (OK + b"Content-Encoding: gzip\r\nConnection: close\r\n\r\n" + gzip.compress(b"{}")[:-9], "cut off"),
    "something behind a packed body": (OK + b"Content-Encoding: gzip\r\nConnection: close\r\n\r\n" + gzip.compress(b"{}") * 2, "could not be read"),
    "another protocol": (b"SSH-2.0-OpenSSH_9.9\r\n", "broke off"),
    "another version": (b"HTTP/7.7 200 OK\r\n\r\n{}", "broke off"),
    "no status": (b"HTTP/1.1 abc OK\r\n\r\n{}", "broke off"),
    "a status of four digits": (b"HTTP/1.1 2000 OK\r\n\r\n{}", "broke off"),
    "an interim answer that is the last": (b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", "HTTP 103 from the service"),
    "a switch of protocols": (b"HTTP/1.1 101 X\r\nUpgrade: h2c\r\n\r\n", "HTTP 101 from the service"),
    "a reset content": (b"HTTP/1.1 205 X\r\nContent-Length: 0\r\n\r\n", "not the JSON"),
    "an unknown status": (b"HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n", "HTTP 999 from the service"),
}


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
@pytest.mark.parametrize("name", LIES)
def test_a_lie_about_the_message_is_an_error_in_words(name: str) -> None:
    answer, text = LIES[name]
    with pytest.raises(CallError, match=text) as caught:
        ask(Raw(answer))
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("length", [b"\xb2", b"9" * 5000, b"-1", b"0x2", b"2,2", b" 2", b"\xc2\xb2", b""])
def test_a_length_that_is_none_is_no_crash(length: bytes) -> None:
    assert ask(Raw(OK + b"Content-Length: " + length + b"\r\nConnection: close\r\n\r\n{}")) == {}


QUOTES = ["NewConnectionError", "NameResolutionError", "SSLCertVerificationError CERTIFICATE_VERIFY_FAILED", "TooMuch", "TimeoutError"]


@pytest.mark.parametrize("word", QUOTES)
def test_the_server_cannot_choose_what_its_answer_is_taken_for(word: str) -> None:
    """The library quotes a bad status line in its error. Taken for a connection that was never made, an upload would be sent twice."""
    with pytest.raises(CallError, match="The connection broke off before an answer came") as caught:
        ask(Raw(word.encode() + b"\r\n\r\n"))
    assert (caught.value.passing, caught.value.unsure) == (True, True)


@pytest.mark.parametrize("where", ["head", "body"])
def test_a_connection_that_is_torn_down_within_tls_is_a_passing_fault(authority: Authority, where: str) -> None:
    begun = OK + (b"Content-Length: 100\r\n\r\n{" if where == "body" else b"X: y")
    with pytest.raises(CallError, match=r"cut off|broke off|TLS connection failed") as caught:
        ask(Raw(begun, reset=True), tls=authority.context, ca_path=authority.ca_path)
    assert (caught.value.passing, caught.value.unsure) == (True, True)


@pytest.mark.parametrize("name", ["interim answers", "headers", "one header"])
def test_within_tls_a_head_is_bounded_as_well(authority: Authority, name: str) -> None:
    answer = FLOODS[name]()
    with pytest.raises(CallError, match="The headers of the answer are longer"):
        ask(answer, tls=authority.context, ca_path=authority.ca_path)
    assert answer.sent < OFFERED


def test_a_proxy_cannot_send_a_head_without_an_end_either(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = flood(b"HTTP/1.1 200 OK\r\n", LINE)
    with ScriptedServer(answer) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        client = Client(Connection("https://intranet.example.com", TOKEN, timeout=20, retries=0))
        with pytest.raises(CallError):
            client.get_json("/x", "list")
        client.close()
    assert answer.sent < OFFERED


COOKIE = {"Set-Cookie": "session=zq81; Path=/; Max-Age=86400"}


@pytest.mark.parametrize("kept", [False, True])
def test_no_cookie_is_sent_back(monkeypatch: pytest.MonkeyPatch, kept: bool) -> None:
    if kept:
        monkeypatch.setattr(requests.cookies.RequestsCookieJar, "set_policy", lambda self, policy: None)
    with ScriptedServer(Reply(200, b"{}", COOKIE), Reply(500, b"{}", COOKIE), Reply(200, b"{}")) as server:
        client = Client(Connection(server.url, TOKEN), pause=lambda seconds: None)
        client.get_json("/x", "list")
        client.get_json("/x", "list")
        client.close()
    assert ["cookie" in request.headers for request in server.requests] == [False, kept, kept]


@pytest.mark.parametrize("challenge", [
    'Digest realm="x", nonce="y", qop="auth", algorithm=MD5', "Negotiate", "NTLM", 'Bearer realm="x"', 'Basic realm="x"', "x" * 60_000,
])
def test_a_challenge_is_not_taken_up(challenge: str) -> None:
    seen: list[Request] = []

    def choose(request: Request) -> Reply:
        seen.append(request)
        return Reply(401, b"{}", {"WWW-Authenticate": challenge, "Proxy-Authenticate": challenge})

    with ScriptedServer(choose=choose) as server:
        client = Client(Connection(server.url, TOKEN))
        with pytest.raises(CallError, match="the token was refused") as caught:
            client.get_json("/x", "list")
        client.close()
    assert [request.headers["authorization"] for request in seen] == [f"Basic {TOKEN}"]
    assert caught.value.attempts == 1


@pytest.mark.parametrize(("value", "pause"), [("999999999", None), ("Fri, 31 Dec 9999 23:59:59 GMT", None), ("-5", 1), ("nan", 1), ("1e9", 1),
                                              ("x" * 60_000, 1), ("0" * 5000, 1), ("\xb2", 1), ("Mon, 99 Foo 99999999999999 99:99:99", 1), ("", 1)])
def test_a_retry_after_beyond_reason_is_not_waited_for(value: str, pause: float | None) -> None:
    pauses: list[float] = []
    with ScriptedServer(Reply(429, b"", {"Retry-After": value}), Reply(200, b"{}"), repeat_last=True) as server:
        client = Client(Connection(server.url, TOKEN), pause=pauses.append)
        try:
            if pause is None:
                with pytest.raises(CallError, match=r"HTTP 429"):
                    client.get_json("/x", "list")
                assert pauses == []
            else:
                client.get_json("/x", "list")
                assert max(pauses) <= pause
        finally:
            client.close()


LOCATIONS = [
    "http://[", "//[::1", "\r\n /x", "/x\r\n /y", "?id=5", "", "#", "http://", "\\\\x\\y", "/x\xff", "a:b", "http://a:99999999/x",
    "/" * 60_000,
]


@pytest.mark.parametrize("location", LOCATIONS)
@pytest.mark.parametrize("status", [301, 302, 307, 304, 399])
def test_a_redirect_to_anywhere_is_refused_in_words(location: str, status: int) -> None:
    with pytest.raises(CallError, match="redirects are refused") as caught:
        ask(Reply(status, b"", {"Location": location}), retries=3)
    assert caught.value.attempts == 1
    assert len(str(caught.value)) < 1000
    assert str(caught.value).isprintable()
