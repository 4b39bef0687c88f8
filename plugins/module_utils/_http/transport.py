# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The only file that touches `requests`: the session, reading a body within bounds, and names for what breaks."""

from __future__ import annotations

import contextlib
import dataclasses
import http.cookiejar
import re
import ssl
import time
import traceback
import typing as t

from . import bounds, packing
from .answer import Answer
from .connection import Connection
from .errors import CallError, Where
from .token import TokenAuth

try:
    import requests
    from urllib3.exceptions import HTTPError
except ImportError:
    requests = None  # type: ignore[assignment]
    REQUESTS_MISSING: str | None = traceback.format_exc()
else:
    REQUESTS_MISSING = None

#: Said to the service in every request.
USER_AGENT = "ansible-collection-community.staffbase"

#: A JSON answer longer than this (bytes) is refused: the longest that is expected is a page of 10,000 imports. In memory, JSON takes
#: up to thirty times the room.
LONGEST_ANSWER = 8 * 1024 * 1024

#: The list of refused rows may be as long as this (bytes) ...
LONGEST_DOWNLOAD = 1024 * 1024 * 1024

#: ... and take as long as this (seconds), as long as it is never silent for a whole `timeout`.
DOWNLOAD_SECONDS = 3600.0

#: How much is read from the network at once (bytes).
PIECE = 64 * 1024

USEFUL_HEADERS = ("location", "retry-after", "date", "content-type", "allow")


def new_session(connection: Connection) -> t.Any:
    """Return a session with the token, the certificate rules, the proxies of the environment, and bounds for what is read."""
    session = requests.Session()
    session.auth = TokenAuth(connection.api_token)
    session.headers["User-Agent"] = USER_AGENT
    session.headers["Accept-Encoding"] = packing.ACCEPTED
    # The token is all that the service needs, so what it would like to be told again is not kept.
    session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
    # Also where redirects are not followed the library reads the whole body of one, whatever its length, to know the next request.
    session.get_redirect_target = _no_target  # type: ignore[method-assign]
    for scheme in ("https://", "http://"):
        session.mount(scheme, _bounded_adapter())
    if connection.api_url.startswith("http://"):
        # http:// is for loopback only: a proxy of the environment would carry the token off this machine in the clear.
        session.trust_env = False
    return session


def _no_target(resp: t.Any) -> None:
    """Stands for: this is no redirect."""


def _bounded_adapter() -> t.Any:
    adapter = requests.adapters.HTTPAdapter()

    def bounding(pool_for: t.Callable[..., t.Any]) -> t.Callable[..., t.Any]:
        def bounded_pool_for(*arguments: t.Any, **options: t.Any) -> t.Any:
            pool = pool_for(*arguments, **options)
            pool.ConnectionCls = bounds.bounded(pool.ConnectionCls)
            return pool

        return bounded_pool_for

    # The second one is what requests before 2.32 calls.
    for name in ("get_connection_with_tls_context", "get_connection"):
        if hasattr(adapter, name):
            setattr(adapter, name, bounding(getattr(adapter, name)))
    return adapter


def verification(connection: Connection) -> bool | str:
    """Return the `verify` of a request. It goes with each request: a session's own is overruled by REQUESTS_CA_BUNDLE."""
    return (connection.ca_path or True) if connection.validate_certs else False


def read_answer(response: t.Any, where: Where, timeout: float) -> Answer:
    """Read the whole body, within LONGEST_ANSWER bytes and `timeout` seconds, and let go of the connection."""
    body = b"".join(_body(response, where, _Bounds(LONGEST_ANSWER, timeout, "the timeout of ", passing=True)))
    headers = {name: response.headers[name] for name in USEFUL_HEADERS if name in response.headers}
    return Answer(response.status_code, headers, body)


def pieces(response: t.Any, where: Where) -> t.Iterator[bytes]:
    """Yield a body of any size in pieces, within LONGEST_DOWNLOAD bytes and DOWNLOAD_SECONDS; one that ends early is a passing fault."""
    return _body(response, where, _Bounds(LONGEST_DOWNLOAD, DOWNLOAD_SECONDS))


@dataclasses.dataclass(frozen=True)
class _Bounds:
    """Of a body: bytes (unpacked), seconds, what the seconds are called, and whether another attempt may be quicker."""

    count: int
    seconds: float
    called: str = ""
    passing: bool = False

    def too_much(self, response: t.Any, where: Where) -> CallError:
        return CallError(f"The answer is longer than {self.count} bytes", where, status=response.status_code, unsure=True, next_step=_CHECK_SERVICE)

    def too_long(self, response: t.Any, where: Where) -> CallError:
        text = f"The answer did not end within {self.called}{self.seconds:g} seconds"
        return CallError(text, where, status=response.status_code, passing=self.passing, unsure=True)


def _body(response: t.Any, where: Where, limits: _Bounds) -> t.Iterator[bytes]:
    watched = _watched(response)
    end = time.monotonic() + limits.seconds
    count = 0
    try:
        for piece in packing.unpacked(_arriving(response, where, limits, end), response.headers.get("Content-Encoding")):
            count += len(piece)
            if count > limits.count:
                raise limits.too_much(response, where)
            if time.monotonic() > end:
                raise limits.too_long(response, where)
            yield piece
    except (requests.exceptions.RequestException, HTTPError):
        if watched is None or watched.ended is None:
            raise
        raise (limits.too_much if watched.ended is bounds.TooMuch else limits.too_long)(response, where) from None
    except packing.Unreadable:
        raise CallError("The answer could not be read", where, status=response.status_code, passing=True, unsure=True) from None
    except packing.CutOff:
        raise _cut_off(response, where) from None


def _watched(response: t.Any) -> bounds.Watched | None:
    """Return what the answer is read through; None if it comes from elsewhere."""
    return getattr(getattr(response.raw, "_original_response", None), "watched", None)


def _arriving(response: t.Any, where: Where, limits: _Bounds, end: float) -> t.Iterator[bytes]:
    """Yield the bytes of the body as they come from the network, packed as they are; raise if there are fewer than were promised."""
    promised = response.headers.get("Content-Length", "")
    watched = _watched(response)
    pieces_of = _raw_pieces(response.raw)
    count = 0
    while True:
        if watched is not None:
            # Anew for each piece: what stands around the pieces, such as trailers, is as little as a head.
            watched.allow(PIECE * bounds.WIRE_OVERHEAD + bounds.LONGEST_HEAD, end - time.monotonic())
        piece = _next(pieces_of)
        if not piece:
            break
        count += len(piece)
        if count > limits.count + PIECE:
            # Packed, it may come to nothing for ever.
            raise limits.too_much(response, where)
        yield piece
    # A longer number is none of the library's either; and not all that str.isdigit() takes can be read by int().
    if re.fullmatch("[0-9]{1,18}", promised) and count < int(promised) and response.request.method != "HEAD":
        raise _cut_off(response, where)


def _next(pieces_of: t.Iterator[bytes]) -> bytes:
    try:
        return next((piece for piece in pieces_of if piece), b"")
    except (ValueError, OverflowError):
        # urllib3 before 2 takes the size of a chunk as it comes, also when it is negative.
        raise packing.Unreadable from None


def _cut_off(response: t.Any, where: Where) -> CallError:
    return CallError("The answer was cut off", where, status=response.status_code, passing=True, unsure=True)


def _raw_pieces(raw: t.Any) -> t.Iterator[bytes]:
    """Yield what is there as soon as it is there, and packed as it is."""
    read1 = getattr(raw, "read1", None)
    if read1 is None:
        # urllib3 before 2.1 waits for a whole piece, or for the end of the time.
        yield from raw.stream(PIECE, decode_content=False)
        return
    while True:
        piece = read1(PIECE, decode_content=False)
        if not piece:
            return
        yield piece


@contextlib.contextmanager
def faults_named(where: Where, timeout: float) -> t.Iterator[None]:
    """Turn the exceptions of `requests` and of urllib3 below it into CallError. Their own texts are left out: they may hold more than they should."""
    try:
        yield
    except (requests.exceptions.RequestException, HTTPError, UnicodeError) as error:
        kinds = {kind.__name__ for kind in type(error).__mro__}
        inside = _kinds_inside(error)
        fault = next((fault for fault in _FAULTS if fault.kind in kinds and (not fault.inside or fault.inside in inside)), _FAULTS[-1])
        raise CallError(
            fault.text.format(timeout=timeout), where, passing=fault.passing, unsure=fault.unsure, next_step=fault.next_step,
        ) from None


def _kinds_inside(error: BaseException) -> set[str]:
    """Return the names of the exceptions that `error` was made of. Not its text: that may quote what the server has sent."""
    found: set[str] = set()
    seen: list[BaseException] = []
    left: list[t.Any] = [error]
    while left:
        one = left.pop()
        if isinstance(one, BaseException) and one not in seen:
            seen.append(one)
            found.add(type(one).__name__)
            left += [*one.args, one.__cause__, one.__context__, getattr(one, "reason", None)]
    return found


@dataclasses.dataclass(frozen=True)
class _Fault:
    """`kind`: an exception's class or one of its bases; `inside`: the class of one that it was made of, where its own says too little."""

    kind: str
    text: str
    next_step: str = ""
    inside: str = ""
    passing: bool = True
    unsure: bool = True


_CHECK_SERVICE = "check that api_url is the Staffbase API and that nothing else answers in its place"
_CHECK_HOST = "check the host in api_url and the network; then run again: it resumes where it stopped"

_CHECK_CA = "set ca_path to the certificate authority that signed it, and check the host in api_url"
_NOT_TRUSTED = "The certificate of the service is not trusted"
_LONG_HEAD = "The headers of the answer are longer than any that the service sends"

#: The first that fits counts. A connection that was never made has carried nothing, so nobody can have acted on it.
_FAULTS = (
    _Fault("SSLError", _NOT_TRUSTED, _CHECK_CA, inside="SSLCertVerificationError", passing=False, unsure=False),
    # The same for the name in it, with urllib3 before 2.
    _Fault("SSLError", _NOT_TRUSTED, _CHECK_CA, inside="CertificateError", passing=False, unsure=False),
    _Fault("SSLError", "The TLS connection failed", _CHECK_HOST),
    _Fault("ProxyError", "The proxy could not be used", "check the proxy settings in the environment (https_proxy, no_proxy)"),
    _Fault("ConnectTimeout", "No connection within the timeout of {timeout:g} seconds", _CHECK_HOST, unsure=False),
    _Fault("Timeout", "No answer within the timeout of {timeout:g} seconds"),
    _Fault("ConnectionError", "No connection to the service", _CHECK_HOST, inside="NewConnectionError", unsure=False),
    _Fault("ConnectionError", "No connection to the service", _CHECK_HOST, inside="NameResolutionError", unsure=False),
    _Fault("ConnectionError", _LONG_HEAD, _CHECK_SERVICE, inside="TooMuch", passing=False),
    _Fault("ConnectionError", _LONG_HEAD, _CHECK_SERVICE, inside="LineTooLong", passing=False),
    # What http.client raises for more than 100 headers has no class of its own.
    _Fault("ConnectionError", _LONG_HEAD, _CHECK_SERVICE, inside="HTTPException", passing=False),
    _Fault("ConnectionError", "The connection broke off before an answer came", _CHECK_HOST),
    _Fault("ReadTimeoutError", "No answer within the timeout of {timeout:g} seconds"),
    _Fault("ChunkedEncodingError", "The answer was cut off"),
    _Fault("ProtocolError", "The answer was cut off"),
    _Fault("ContentDecodingError", "The answer could not be read"),
    _Fault("DecodeError", "The answer could not be read"),
    _Fault("InvalidHeader", "The answer could not be read", _CHECK_SERVICE),
    _Fault("ValueError", "The address in api_url, or that of a proxy in the environment, cannot be used",
           "check api_url and the proxy settings (https_proxy, no_proxy)", passing=False, unsure=False),
    _Fault("Exception", "The call failed", passing=False),
)


@dataclasses.dataclass(frozen=True)
class TlsSeen:
    """How a connection is protected: `version` such as TLSv1.3; `not_after` is the end of a certificate that was checked, in Unix seconds."""

    version: str | None
    not_after: float | None


def tls_of(response: t.Any) -> TlsSeen | None:
    """Return how the connection of an answer that is not read yet is protected, or None for one without TLS, or that cannot be looked at."""
    socket: t.Any = getattr(getattr(response.raw, "connection", None), "sock", None)
    if not hasattr(socket, "getpeercert"):
        return None
    # Empty for a certificate that was not checked.
    end = (socket.getpeercert() or {}).get("notAfter")
    return TlsSeen(socket.version(), float(ssl.cert_time_to_seconds(end)) if isinstance(end, str) else None)
