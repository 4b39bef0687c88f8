# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What came back: a good answer, or a refusal told in words."""

from __future__ import annotations

import dataclasses
import time
import typing as t

from . import retry
from .address import without_query
from .errors import CallError, Where
from .strict_json import read_json
from .wording import readable, readable_code


@dataclasses.dataclass(frozen=True)
class Answer:
    """Status, the headers that are of use (names in lower case), and the body's bytes."""

    status: int
    headers: dict[str, str]
    body: bytes = b""

    def of_service(self, where: Where) -> Answer:
        """Return this answer, unless it is a web page."""
        refuse_page(self.headers.get("content-type", ""), self.status, where)
        return self

    def json(self, where: Where) -> t.Any:
        """Return the body as JSON, whatever its type is called; 204 is an empty object.

        HTML or a cut body is a passing fault: proxies answer with those (D).
        """
        if self.status == 204:
            return {}
        try:
            return read_json(self.body)
        except ValueError:
            raise CallError(
                "The answer is not the JSON that was expected", where, status=self.status, passing=True, unsure=True,
                next_step="check that api_url is the Staffbase API and that no proxy or login page answers in its place",
            ) from None


def refuse_page(content_type: str, status: int, where: Where) -> None:
    """Refuse an HTML page: it comes from a proxy or a login, so the service has not answered, and may not have acted."""
    if "html" in content_type.lower():
        raise CallError(
            "A web page came instead of the service's answer", where, status=status, passing=True, unsure=True,
            next_step="check that api_url is the Staffbase API and that no proxy or login page answers in its place",
        )


def refuse_json(content_type: str, pieces: t.Iterator[bytes], status: int, where: Where) -> t.Iterator[bytes]:
    """Yield the pieces of a CSV; refuse what says that it is JSON and begins like JSON. A CSV under a wrong name passes."""
    said = "json" in content_type.lower()
    for piece in pieces:
        if said and piece.lstrip()[:1] in (b"{", b"["):
            raise CallError(
                "JSON came instead of the list of errors", where, status=status, passing=True, unsure=True,
                next_step="check that api_url is the Staffbase API and that no proxy answers in its place",
            )
        said = False
        yield piece


def refusal(answer: Answer, where: Where) -> CallError:
    """Turn an answer outside 2xx into an error."""
    if 300 <= answer.status < 400:
        target = without_query(answer.headers.get("location", ""))
        return CallError(
            f"The service redirects to {target}; redirects are refused, because they would carry the token to another place",
            where, status=answer.status, next_step="set api_url to the address that answers without a redirect",
        )
    code, message = _said(answer)
    return CallError(
        f"HTTP {answer.status} from the service", where, status=answer.status, code=code, message=message,
        passing=answer.status in retry.PASSING_STATUSES,
        unsure=answer.status >= 500 or answer.status == 408,
        retry_after=retry.read_retry_after(answer.headers.get("retry-after"), time.time(), answer.headers.get("date")),
    )


def _said(answer: Answer) -> tuple[str | None, str]:
    # The platform's error body was observed once (O), on a 401: nothing in it is relied on, not even that it is JSON.
    try:
        body = read_json(answer.body)
    except ValueError:
        return None, ""
    if not isinstance(body, dict):
        return None, ""
    codes = (readable_code(body.get(name)) for name in ("identifier", "code", "type"))
    message = body.get("message")
    return next((code for code in codes if code), None), readable(message if isinstance(message, str) else "")
