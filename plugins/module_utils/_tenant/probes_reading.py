# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Probes that need no draft: the connection and the token, how the service refuses, and the list with its pages."""

from __future__ import annotations

import re
import secrets
import time
import typing as t

from .._http.answer import Answer
from .._http.errors import CallError
from .._imports.imports import IMPORTS
from .._imports.paging import CURSOR_NAMES, PAGE_SIZE
from .._imports.records import ImportRecord
from .findings import shape_of
from .probe import REFUSALS, Tenant, Unclear, is_good, is_taken, json_of, probe

#: A certificate that ends within so many days ends soon.
SOON = 21
DAY = 24 * 3600

#: The two codes with which a missing right, or a missing feature, may be answered.
MISSING = {404: "not_found", 403: "forbidden"}

#: Tried where a limit that is too high is refused, the highest first.
LIMITS = (10000, 1000, 500, 200, 100, 50, 25)
FAR_TOO_HIGH = 1_000_000

Page = dict[str, t.Any]


def connect(tenant: Tenant) -> None:
    """Ask for the list. Raises CallError when nothing else can be asked: no connection, no token, no right."""
    try:
        page = tenant.client.get_object(IMPORTS, "list", params={"limit": 1})
    except CallError as error:
        if error.status is None:
            raise
        tenant.tell("reach", "answers")
        tenant.tell("token", "refused" if error.status == 401 else "accepted")
        if error.status not in MISSING:
            raise
        tenant.tell("feature", MISSING[error.status], "or the token lacks the right: both are answered alike")
        tenant.tell("no_right", MISSING[error.status], "if the right is what is missing")
        raise _without_right(error) from None
    tenant.tell("reach", "answers")
    tenant.tell("token", "accepted")
    tenant.tell("feature", "on")
    tenant.findings.unknown("no_right", "this token has the right")
    tenant.findings.shapes["list"] = shape_of(page)


def _without_right(error: CallError) -> CallError:
    reasons = "the token lacks the right (administrator level), or the CSV import is not switched on for the platform"
    elsewhere = ", or api_url is not the Staffbase API" if error.status == 404 else ""
    return CallError(
        f"HTTP {error.status} for the list of imports", error.where, status=error.status, code=error.code, message=error.message,
        attempts=error.attempts, next_step=f"{reasons}{elsewhere}")


@probe("tls")
def tls(tenant: Tenant) -> None:
    connection, seen = tenant.client.connection, tenant.client.tls
    if connection.api_url.startswith("http://"):
        tenant.tell("tls", "none", "loopback")
    elif not connection.validate_certs:
        tenant.tell("tls", "not checked")
    elif seen is None or seen.not_after is None:
        # It was checked, or there would be no answer.
        tenant.tell("tls", "verified", "it cannot be seen when the certificate ends")
    else:
        days = int((seen.not_after - time.time()) // DAY)
        tenant.tell("tls", "verified" if days >= SOON else "ends soon", f"{seen.version}, {days} days left")


@probe("error_body", "unknown_id")
def unknown_id(tenant: Tenant) -> None:
    """An id that nobody has."""
    answer = tenant.client.probe("GET", f"{IMPORTS}/{secrets.token_hex(12)}", "status")
    tenant.tell("unknown_id", answer.status)
    if answer.status not in REFUSALS:
        raise Unclear(f"HTTP {answer.status}")
    body, kind = json_of(answer), _kind_of_body(answer)
    tenant.tell("error_body", kind)
    tenant.findings.shapes["error"] = kind if body is None else shape_of(body)


def _kind_of_body(answer: Answer) -> str:
    if not answer.body.strip():
        return "empty"
    body = json_of(answer)
    if isinstance(body, dict):
        return "message_only" if set(body) == {"message"} else "json" if "message" in body else "other"
    return "html" if re.search(rb"<html", answer.body[:2000], re.IGNORECASE) else "other"


@probe("trailing_slash")
def trailing_slash(tenant: Tenant) -> None:
    answer = tenant.client.probe("GET", f"{IMPORTS}/", "list", params={"limit": 1})
    tenant.tell("trailing_slash", "accepted" if is_good(answer) else "not_found" if answer.status == 404 else f"HTTP {answer.status}")


@probe("retry_after")
def retry_after(tenant: Tenant) -> None:
    """Only when the service has asked for fewer calls by itself: it is not provoked."""
    if not tenant.client.retry_after:
        raise Unclear("no answer 429 came")
    value = (tenant.client.retry_after[0] or "").strip()
    tenant.tell("retry_after", "none" if not value else "seconds" if value.isdigit() else "date")


def _page(tenant: Tenant, **params: t.Any) -> Page | None:
    """Return a page, or None if the parameters are refused."""
    answer = tenant.client.probe("GET", IMPORTS, "list", params=params)
    if not is_taken(answer):
        return None
    page = json_of(answer)
    if not isinstance(page, dict) or not isinstance(page.get("entries"), list):
        raise Unclear("the answer is no list of imports")
    return page


def _needed_page(tenant: Tenant, **params: t.Any) -> Page:
    page = _page(tenant, **params)
    if page is None:
        raise Unclear("the list is refused")
    return page


@probe("last_cursor")
def last_cursor(tenant: Tenant) -> None:
    """There is no page before the first one."""
    page = _needed_page(tenant, limit=1)
    tenant.findings.shapes["list"] = shape_of(page)
    cursor = page.get("prevCursor", "absent")
    tenant.tell("last_cursor", cursor if cursor == "absent" else "null" if cursor is None else "empty" if cursor == "" else "a cursor")


@probe("unknown_parameter")
def unknown_parameter(tenant: Tenant) -> None:
    tenant.tell("unknown_parameter", "refused" if _page(tenant, limit=1, staffbaseCheck=1) is None else "ignored")


@probe("cursor_parameter")
def cursor_parameter(tenant: Tenant) -> None:
    first = _needed_page(tenant, limit=1)
    cursor = first.get("nextCursor")
    if not cursor:
        raise Unclear("the list has one page only")
    for name in CURSOR_NAMES:
        page = _page(tenant, limit=1, **{name: cursor})
        if page is not None and page["entries"] and page["entries"] != first["entries"]:
            tenant.tell("cursor_parameter", name)
            return
    tenant.tell("cursor_parameter", "none")


@probe("default_limit")
def default_limit(tenant: Tenant) -> None:
    page = _needed_page(tenant)
    if not page.get("nextCursor"):
        raise Unclear("the list is too short")
    tenant.tell("default_limit", len(page["entries"]))


@probe("limit_above_max", "max_limit")
def highest_limit(tenant: Tenant) -> None:
    page = _page(tenant, limit=FAR_TOO_HIGH)
    tenant.tell("limit_above_max", "refused" if page is None else "capped")
    if page is None:
        highest = next((limit for limit in LIMITS if _page(tenant, limit=limit) is not None), None)
        tenant.tell("max_limit", highest if highest is not None else f"below {LIMITS[-1]}")
    elif page.get("nextCursor"):
        tenant.tell("max_limit", len(page["entries"]))
    else:
        raise Unclear("the list is too short")


@probe("list_order")
def order(tenant: Tenant) -> None:
    page = _page(tenant, limit=PAGE_SIZE) or _needed_page(tenant)
    times = [record.created for record in map(ImportRecord.read, page["entries"]) if record is not None]
    if len(set(times)) < 2:
        raise Unclear("the list has fewer than two entries")
    seen = "newest" if times == sorted(times, reverse=True) else "oldest" if times == sorted(times) else "unordered"
    tenant.tell("list_order", seen, "seen in few entries" if len(times) < 5 else "")


OF_THE_SERVICE = (tls, unknown_id, trailing_slash)
OF_THE_LIST = (last_cursor, unknown_parameter, cursor_parameter, default_limit, highest_limit, order)
