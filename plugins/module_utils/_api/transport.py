# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The only file that touches C(requests): the session, reading a body within bounds, and names for what breaks."""

from __future__ import annotations

import contextlib
import time
import traceback
import typing as t

from .answer import Answer
from .errors import CallError, Where
from .token import TokenAuth

try:
    import requests
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

USEFUL_HEADERS = ("location", "retry-after", "date", "content-type")


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
    """Return the C(verify) of a request. It goes with each request: a session's own is overruled by REQUESTS_CA_BUNDLE."""
    return (connection.ca_path or True) if connection.validate_certs else False


def read_answer(response: t.Any, where: Where, timeout: float) -> Answer:
    """Read the whole body, within LONGEST_ANSWER bytes and C(timeout) seconds, and let go of the connection."""
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
    for piece in response.iter_content(PIECE):
        count += len(piece)
        yield piece
    if not encoded and wanted.isdigit() and count < int(wanted) and response.request.method != "HEAD":
        raise CallError("The answer was cut off", where, status=response.status_code, passing=True, unsure=True)


@contextlib.contextmanager
def faults_named(where: Where, timeout: float) -> t.Iterator[None]:
    """Turn the exceptions of C(requests) into CallError. Their own texts are left out: they may hold more than they should."""
    try:
        yield
    except requests.exceptions.SSLError as error:
        if "CERTIFICATE_VERIFY_FAILED" not in str(error):
            raise CallError("The TLS connection failed", where, passing=True, unsure=True) from None
        raise CallError(
            "The certificate of the service is not trusted", where,
            next_step="set ca_path to the certificate authority that signed it, and check the host in api_url",
        ) from None
    except requests.exceptions.ProxyError:
        raise CallError(
            "The proxy could not be used", where, passing=True, unsure=True,
            next_step="check the proxy settings in the environment (https_proxy, no_proxy)",
        ) from None
    except requests.exceptions.ConnectTimeout:
        raise CallError(f"No connection within the timeout of {timeout:g} seconds", where, passing=True) from None
    except requests.exceptions.Timeout:
        raise CallError(f"No answer within the timeout of {timeout:g} seconds", where, passing=True, unsure=True) from None
    except requests.exceptions.ConnectionError as error:
        never_sent = "NewConnectionError" in repr(error) or "NameResolutionError" in repr(error)
        raise CallError(
            "No connection to the service" if never_sent else "The connection broke off before an answer came",
            where, passing=True, unsure=not never_sent,
            next_step="check the host in api_url and the network; then run again: it goes on where it stands",
        ) from None
    except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError):
        raise CallError("The answer was cut off", where, passing=True, unsure=True) from None
    except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, requests.exceptions.InvalidHeader, UnicodeError):
        raise CallError("The address in api_url cannot be used", where, next_step="check api_url") from None
    except OSError as error:
        if isinstance(error, requests.exceptions.RequestException):
            raise CallError("The call failed", where, passing=False, unsure=True) from None
        raise
