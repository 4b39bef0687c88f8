# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How /status and /errors look: read from a draft with a preview, and from imports that are over."""

from __future__ import annotations

import re
import typing as t

from .._http.answer import Answer
from .._imports import counters
from .._imports.row_errors import RowErrors, read_row_errors
from .people import MALFORMED
from .probing import Tenant, Unclear, answers, json_of
from .shapes import safe_key, shape_of

#: Column names of /errors -> how the shape is called.
SHAPES = {
    ("line", "message"): "line_message", ("row", "error"): "row_error", ("rowNumber", "field", "value", "description"): "row_value",
    ("Zeile", "Fehler"): "german",
}

#: Place of the malformed row in the draft of one_of_two_malformed: the third line, the second row.
LINES = {3: "header_is_1", 2: "data_is_1", 1: "data_is_0"}


def status_shape(body: t.Any) -> str | None:
    """Return what encloses the counters, or None without any."""
    if not isinstance(body, dict) or not _paths(body):
        return None
    path, node = _paths(body)[0]
    if isinstance(node, list):
        return "list"
    if path and path[0] in ("preview", "import"):
        return "blocks"
    if any(isinstance(node.get(name), str) for name in counters.COUNTERS):
        return "strings"
    if len(path) > 1:
        return "nested"
    return path[0] if path and path[0] in ("summary", "changes") else "other" if path else "flat"


def _paths(node: t.Any, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], t.Any]]:
    """Return where names of counters stand, whether they have numbers or not."""
    if isinstance(node, dict) and len(path) <= counters.DEEPEST:
        here = [(path, node)] if any(name in node for name in counters.COUNTERS) else []
        return here + [found for key, value in node.items() for found in _paths(value, (*path, str(key)))]
    if isinstance(node, list):
        named = any(isinstance(entry, dict) and set(counters.COUNTERS) & {str(value) for value in entry.values()} for entry in node)
        return [(path, node)] if named else []
    return []


def look_at_counters(tenant: Tenant, body: t.Any) -> None:
    """Tell the shape, and whether the newest of the counters is there."""
    shape = status_shape(body)
    if shape is None:
        return
    tenant.findings.tell("status_shape", shape)
    tenant.findings.tell("reactivated", "present" if _names(body) >= {"reactivated"} else "absent")


def _names(body: t.Any) -> set[str]:
    (_path, node), *_others = _paths(body)
    if isinstance(node, dict):
        return set(node)
    return {str(value) for entry in node if isinstance(entry, dict) for value in entry.values()}


def look_at_preview(tenant: Tenant, answer: Answer) -> None:
    """Look at the numbers of a preview of two new people, one of whom has a malformed address."""
    tell = tenant.findings.tell
    if answer.status == 404:
        tell("preview_numbers", "not_found")
        tell("counters_read", "no numbers")
        return
    body = json_of(answer)
    tenant.findings.shapes["status_at_preview"] = shape_of(body)
    look_at_counters(tenant, body)
    found = counters.read_counters(body, expected=True)
    if found is None:
        tell("preview_numbers", "null" if status_shape(body) else "absent")
        tell("counters_read", "no numbers")
    elif counters.is_all_zero(found):
        tell("preview_numbers", "zeros")
        tell("counters_read", "no numbers")
    else:
        tell("preview_numbers", "present")
        fits = found["created"] in (1, 2) and not any(value for name, value in found.items() if name != "created")
        tell("counters_read", "read" if fits else "something else")
        if fits:
            tell("faulty_property", "row" if found["created"] == 1 else "property")


def look_at_errors(tenant: Tenant, answer: Answer) -> None:
    """Look at the refused row of such a preview. All cells are invented, so nothing of anybody is in it."""
    text = answer.body.decode("utf-8-sig", errors="replace")
    rows = read_row_errors([answer.body])
    if not rows.count:
        raise Unclear("the preview tells no refused rows")
    tell = tenant.findings.tell
    tell("errors_quote_value", "yes" if _is_quoted(text) else "no")
    first = text.splitlines()[0]
    separator = next((sign for sign in (";", ",") if sign in first), "")
    tell("errors_separator", {";": "semicolon", ",": "comma"}.get(separator, "other"))
    cells = [cell.strip('"') for cell in first.split(separator or ";")]
    has_header = len(text.splitlines()) > rows.count and not any(cell.strip().isdigit() for cell in cells)
    tenant.findings.shapes["errors"] = [safe_key(cell) for cell in cells] if has_header else "no header"
    tell("errors_shape", SHAPES.get(tuple(cells), "other") if has_header else "no_header")
    tell("errors_quoting", "all" if first.startswith('"') and first.count('"') >= 2 * len(cells) else "minimal")
    _look_at_line(tenant, rows)


def _is_quoted(text: str) -> bool:
    """The value may have a column of its own; in a message, it stands beside other words."""
    return len(re.findall(MALFORMED, text)) > len(re.findall(rf'(?:^|(?<=[;,"])){MALFORMED}(?=[;,"\r\n]|$)', text, re.MULTILINE))


def _look_at_line(tenant: Tenant, rows: RowErrors) -> None:
    line = rows.listed[0]["line"]
    if rows.count != 1:
        tenant.findings.tell("errors_read", f"{rows.count} rows")
    else:
        tenant.findings.tell("errors_read", "read" if line is not None else "no line")
    if line is not None:
        tenant.findings.tell("errors_line", LINES.get(line, "other"))


@answers("errors_empty")
def look_at_no_errors(tenant: Tenant, answer: Answer) -> None:
    if answer.status == 204:
        tenant.findings.tell("errors_empty", "no_content")
    elif answer.status == 200:
        lines = answer.body.decode("utf-8-sig", errors="replace").split("\n")
        count = len([line for line in lines if line.strip()])
        tenant.findings.tell("errors_empty", {0: "body", 1: "header"}.get(count, "other"))
    else:
        raise Unclear(f"HTTP {answer.status}")
