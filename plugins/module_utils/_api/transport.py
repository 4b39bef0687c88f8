# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The only file that touches `requests`: the session, reading a body within bounds, and names for what breaks."""

from __future__ import annotations

import contextlib
import dataclasses
import ssl
import time
import traceback
import typing as t

from .answer import Answer
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

if t.TYPE_CHECKING:
    from .client import Connection

#: Said to the service in every request.
USER_AGENT = "ansible-collection-community.staffbase"

#: A JSON answer longer than this (bytes) is refused: the longest that is expected is a page of the list.
LONGEST_ANSWER = 32 * 1024 * 1024

#: How much is read from the network at once (bytes).
PIECE = 64 * 1024

USEFUL_HEADERS = ("location", "retry-after", "date", "content-type", "allow")


def new_session(connection: Connection) -> t.Any:
    """Return a session with the token, the certificate rules, and the proxies of the environment."""
    session = requests.Session()
    session.auth = TokenAuth(connection.api_token)
    session.headers["User-Agent"] = USER_AGENT
    if connection.api_url.startswith("http://"):
        # http:// is for loopback only: a proxy of the environment would carry the token off this machine in the clear.
        session.trust_env = False
    return session


def verification(connection: Connection) -> bool | str:
    """Return the `verify` of a request. It goes with each request: a session's own is overruled by REQUESTS_CA_BUNDLE."""
    return (connection.ca_path or True) if connection.validate_certs else False


def read_answer(response: t.Any, where: Where, timeout: float) -> Answer:
    """Read the whole body, within LONGEST_ANSWER bytes and `timeout` seconds, and let go of the connection."""
    body = bytearray()
    end = time.monotonic() + timeout
    for piece in pieces(response, where):
        body += piece
        if len(body) > LONGEST_ANSWER:
            raise CallError(f"The answer is longer than {LONGEST_ANSWER} bytes", where, status=response.status_code)
        if time.monotonic() > end:
            raise CallError(
                f"The answer did not end within the timeout of {timeout:g} seconds", where, status=response.status_code, passing=True, unsure=True)
    headers = {name: response.headers[name] for name in USEFUL_HEADERS if name in response.headers}
    return Answer(response.status_code, headers, bytes(body))


def pieces(response: t.Any, where: Where) -> t.Iterator[bytes]:
    """Yield the body in pieces; a body that ends early is a passing fault."""
    wanted = response.headers.get("Content-Length", "")
    encoded = response.headers.get("Content-Encoding", "identity") != "identity"
    count = 0
    for piece in _arriving(response):
        count += len(piece)
        yield piece
    if not encoded and wanted.isdigit() and count < int(wanted) and response.request.method != "HEAD":
        raise CallError("The answer was cut off", where, status=response.status_code, passing=True, unsure=True)


def _arriving(response: t.Any) -> t.Iterator[bytes]:
    """Yield what is there as soon as it is there: waiting for a whole piece of a dripping answer would outlast every time limit."""
    read1 = getattr(response.raw, "read1", None)
    if read1 is None:
        # urllib3 before 2.1 cannot do that; there only silence ends at the time limit.
        yield from response.iter_content(PIECE)
        return
    while True:
        piece = read1(PIECE, decode_content=True)
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
        fault = next((fault for fault in _FAULTS if fault.kind in kinds and fault.mark in repr(error)), _FAULTS[-1])
        raise CallError(
            fault.text.format(timeout=timeout), where, passing=fault.passing, unsure=fault.unsure, next_step=fault.next_step,
        ) from None


@dataclasses.dataclass(frozen=True)
class _Fault:
    """`kind`: an exception's class or one of its bases; `mark`: what its representation holds, where the class says too little."""

    kind: str
    text: str
    next_step: str = ""
    mark: str = ""
    passing: bool = True
    unsure: bool = True


_CHECK_HOST = "check the host in api_url and the network; then run again: it goes on where it stands"

#: The first that fits counts. A connection that was never made has carried nothing, so nobody can have acted on it.
_FAULTS = (
    _Fault("SSLError", "The certificate of the service is not trusted", mark="CERTIFICATE_VERIFY_FAILED", passing=False, unsure=False,
           next_step="set ca_path to the certificate authority that signed it, and check the host in api_url"),
    _Fault("SSLError", "The TLS connection failed", _CHECK_HOST),
    _Fault("ProxyError", "The proxy could not be used", "check the proxy settings in the environment (https_proxy, no_proxy)"),
    _Fault("ConnectTimeout", "No connection within the timeout of {timeout:g} seconds", _CHECK_HOST, unsure=False),
    _Fault("Timeout", "No answer within the timeout of {timeout:g} seconds"),
    _Fault("ConnectionError", "No connection to the service", _CHECK_HOST, mark="NewConnectionError", unsure=False),
    _Fault("ConnectionError", "No connection to the service", _CHECK_HOST, mark="NameResolutionError", unsure=False),
    _Fault("ConnectionError", "The connection broke off before an answer came", _CHECK_HOST),
    _Fault("ReadTimeoutError", "No answer within the timeout of {timeout:g} seconds"),
    _Fault("ChunkedEncodingError", "The answer was cut off"),
    _Fault("ProtocolError", "The answer was cut off"),
    _Fault("ContentDecodingError", "The answer could not be read"),
    _Fault("DecodeError", "The answer could not be read"),
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
