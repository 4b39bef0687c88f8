# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Probes that need no draft: whether the service can be reached and used, and how it refuses."""

from __future__ import annotations

import re
import secrets
import time
import typing as t

from .._http.answer import Answer
from .._http.errors import CallError
from .._imports.imports import IMPORTS
from .probing import REFUSALS, Tenant, Unclear, answers, json_of
from .shapes import shape_of

#: A certificate that ends within so many days is told of.
SOON = 21
DAY = 24 * 3600

#: What is said for the two codes with which a right, or the feature, may be refused.
MISSING = {404: "not_found", 403: "forbidden"}


def reach(tenant: Tenant) -> None:
    """Ask for the list. Raises CallError for what keeps everything else from being asked: no connection, no token, no right."""
    tell = tenant.findings.tell
    try:
        page = tenant.client.get_object(IMPORTS, "list", params={"limit": 1})
    except CallError as error:
        if error.status is None:
            raise
        tell("reach", "answers")
        tell("token", "refused" if error.status == 401 else "accepted")
        if error.status in MISSING:
            tell("feature", MISSING[error.status], "or the token lacks the right: the service does not tell which")
            tell("no_right", MISSING[error.status], "if it is the right that is missing")
            raise _without_right(error) from None
        raise
    tell("reach", "answers")
    tell("token", "accepted")
    tell("feature", "on")
    tenant.findings.unknown("no_right", "this token has the right")
    tenant.findings.shapes["list"] = shape_of(page)


def _without_right(error: CallError) -> CallError:
    reasons = "the token lacks the right (administrator level), or the CSV import is not switched on for the platform"
    elsewhere = ", or api_url is not the Staffbase API" if error.status == 404 else ""
    return CallError(
        f"HTTP {error.status} for the list of imports", error.where, status=error.status, code=error.code, message=error.message,
        attempts=error.attempts, next_step=f"{reasons}{elsewhere}")


@answers("tls")
def tls(tenant: Tenant) -> None:
    seen = tenant.client.tls
    if tenant.client.connection.api_url.startswith("http://"):
        tenant.findings.tell("tls", "none", "loopback")
    elif not tenant.client.connection.validate_certs:
        tenant.findings.tell("tls", "not checked")
    elif seen is None or seen.not_after is None:
        # It was checked, or there would be no answer.
        tenant.findings.tell("tls", "verified", "the end of the certificate cannot be seen")
    else:
        days = int((seen.not_after - time.time()) // DAY)
        tenant.findings.tell("tls", "verified" if days >= SOON else "ends soon", f"{seen.version}, {days} days left")


@answers("error_body", "unknown_id")
def unknown_id(tenant: Tenant) -> None:
    """An id that nobody has."""
    answer = tenant.client.probe("GET", f"{IMPORTS}/{secrets.token_hex(12)}", "status")
    tenant.findings.tell("unknown_id", answer.status)
    if answer.status not in REFUSALS:
        raise Unclear(f"HTTP {answer.status}")
    tenant.findings.tell("error_body", _kind_of_body(answer))
    tenant.findings.shapes["error"] = shape_of(json_of(answer)) if json_of(answer) is not None else _kind_of_body(answer)


def _kind_of_body(answer: Answer) -> str:
    if not answer.body.strip():
        return "empty"
    body = json_of(answer)
    if isinstance(body, dict):
        return "message_only" if set(body) == {"message"} else "json" if "message" in body else "other"
    return "html" if re.search(rb"<html", answer.body[:2000], re.IGNORECASE) else "other"


@answers("trailing_slash")
def trailing_slash(tenant: Tenant) -> None:
    answer = tenant.client.probe("GET", f"{IMPORTS}/", "list", params={"limit": 1})
    seen = {404: "not_found"}.get(answer.status) or ("accepted" if 200 <= answer.status < 300 else f"HTTP {answer.status}")
    tenant.findings.tell("trailing_slash", seen)


@answers("retry_after")
def retry_after(tenant: Tenant) -> None:
    """Only when the service has asked for fewer calls by itself: it is not provoked."""
    if not tenant.client.retry_after:
        raise Unclear("no answer 429 came")
    tenant.findings.tell("retry_after", _kind_of_retry_after(tenant.client.retry_after[0]))


def _kind_of_retry_after(value: str | None) -> str:
    if not value:
        return "none"
    return "seconds" if value.strip().isdigit() else "date"


READING: tuple[t.Callable[[Tenant], None], ...] = (tls, unknown_id, trailing_slash)
