# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Probes of the list: pages, cursors, limits and order."""

from __future__ import annotations

import typing as t

from .._imports.imports import IMPORTS
from .._imports.paging import CURSOR_NAMES, PAGE_SIZE
from .._imports.records import ImportRecord
from .probing import Tenant, Unclear, answers, is_taken, json_of
from .shapes import shape_of

#: Tried where a limit that is too high is refused, the highest first.
LIMITS = (10000, 1000, 500, 200, 100, 50, 25)
FAR_TOO_HIGH = 1_000_000

Page = dict[str, t.Any]


def _page(tenant: Tenant, **params: t.Any) -> Page | None:
    """Return a page, or None if the parameters are refused."""
    answer = tenant.client.probe("GET", IMPORTS, "list", params=params)
    if not is_taken(answer):
        return None
    page = json_of(answer)
    if not isinstance(page, dict) or not isinstance(page.get("entries"), list):
        raise Unclear("the answer is no list of imports")
    return page


def _needed(page: Page | None) -> Page:
    if page is None:
        raise Unclear("the list is refused")
    return page


@answers("last_cursor")
def last_cursor(tenant: Tenant) -> None:
    """There is no page before the first one."""
    page = _needed(_page(tenant, limit=1))
    tenant.findings.shapes["list"] = shape_of(page)
    kinds = {"absent": "prevCursor" not in page, "null": page.get("prevCursor", "") is None, "empty": page.get("prevCursor") == ""}
    tenant.findings.tell("last_cursor", next((kind for kind, fits in kinds.items() if fits), "a cursor"))


@answers("unknown_parameter")
def unknown_parameter(tenant: Tenant) -> None:
    tenant.findings.tell("unknown_parameter", "refused" if _page(tenant, limit=1, staffbaseCheck=1) is None else "ignored")


@answers("cursor_parameter")
def cursor_parameter(tenant: Tenant) -> None:
    first = _needed(_page(tenant, limit=1))
    cursor = first.get("nextCursor")
    if not cursor:
        raise Unclear("the list has one page only")
    for name in CURSOR_NAMES:
        page = _page(tenant, limit=1, **{name: cursor})
        if page is not None and page["entries"] and page["entries"] != first["entries"]:
            tenant.findings.tell("cursor_parameter", name)
            return
    tenant.findings.tell("cursor_parameter", "none")


@answers("default_limit")
def default_limit(tenant: Tenant) -> None:
    page = _needed(_page(tenant))
    count = len(page["entries"])
    if not page.get("nextCursor"):
        raise Unclear("the list has fewer entries")
    tenant.findings.tell("default_limit", count)


@answers("limit_above_max", "max_limit")
def highest_limit(tenant: Tenant) -> None:
    page = _page(tenant, limit=FAR_TOO_HIGH)
    tenant.findings.tell("limit_above_max", "refused" if page is None else "capped")
    if page is None:
        highest = next((limit for limit in LIMITS if _page(tenant, limit=limit) is not None), None)
        tenant.findings.tell("max_limit", highest if highest is not None else f"below {LIMITS[-1]}")
    elif page.get("nextCursor"):
        tenant.findings.tell("max_limit", len(page["entries"]))
    else:
        raise Unclear("the list has fewer entries")


@answers("list_order")
def order(tenant: Tenant) -> None:
    page = _page(tenant, limit=PAGE_SIZE) or _needed(_page(tenant))
    records = [record for record in map(ImportRecord.read, page["entries"]) if record is not None]
    times = [record.created for record in records]
    if len(set(times)) < 2:
        raise Unclear("the list has fewer than two entries")
    note = "told from few entries" if len(times) < 5 else ""
    if times == sorted(times, reverse=True):
        tenant.findings.tell("list_order", "newest", note)
    else:
        tenant.findings.tell("list_order", "oldest" if times == sorted(times) else "unordered", note)


LISTING = (last_cursor, unknown_parameter, cursor_parameter, default_limit, highest_limit, order)
