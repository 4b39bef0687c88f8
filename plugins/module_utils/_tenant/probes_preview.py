# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Probes of a draft that gets a preview and goes no further: its states, its numbers (/status) and its refused rows (/errors)."""

from __future__ import annotations

import re
import typing as t

from .._http.answer import Answer
from .._http.waiting import TimeIsUp
from .._imports import counters
from .._imports.imports import IMPORTS
from .._imports.records import ImportRecord
from .._imports.row_errors import read_row_errors
from .._imports.states import PREVIEWING, State, reached
from .._steps.config_body import IDENTIFIER
from .drafts import GONE, MAIL, MALFORMED, Draft, body_of, same_person_twice, two_people
from .findings import safe_key, shape_of
from .probe import Tenant, Unclear, is_good, is_taken, json_of, probe

#: Of so many imports that are over, the numbers are looked at.
MOST_IMPORTS = 3

#: State that is seen during a preview -> which states the service shows.
SHOWN = {State.CREATING_PREVIEW.value: "all", State.PREVIEW_PENDING.value: "skipped"}

#: Column names of /errors -> how the shape is called.
SHAPES = {
    ("line", "message"): "line_message", ("row", "error"): "row_error", ("rowNumber", "field", "value", "description"): "row_value",
    ("Zeile", "Fehler"): "german",
}

#: Place of the malformed row in the draft of one_of_two_malformed: the third line, the second row.
LINES = {3: "header_is_1", 2: "data_is_1", 1: "data_is_0"}


@probe("errors_empty")
def errors_before_the_preview(tenant: Tenant, draft: Draft) -> None:
    answer = draft.errors()
    if answer.status not in (200, 204):
        raise Unclear(f"HTTP {answer.status}")
    count = len([line for line in _text_of(answer).split("\n") if line.strip()])
    tenant.tell("errors_empty", "no_content" if answer.status == 204 else {0: "body", 1: "header"}.get(count, "other"))


@probe("refused_transition")
def refused_transition(tenant: Tenant, draft: Draft) -> None:
    """DRAFT is no state that a client can ask for (D), and harmless if it were."""
    answer = draft.move(State.DRAFT)
    tenant.tell("refused_transition", "accepted" if is_taken(answer) else answer.status)


@probe("state_put")
def put_of_the_state(tenant: Tenant, draft: Draft) -> None:
    answer = draft.ask("PUT", stage="preview", body={"state": State.DRAFT.value})
    is_taken(answer)
    tenant.tell("state_put", answer.status)


@probe("changelog_path")
def changelog(tenant: Tenant, draft: Draft) -> None:
    tenant.tell("changelog_path", "changelog" if is_taken(draft.ask("GET", "/changelog")) else "none")


def _wait_for_preview(tenant: Tenant, draft: Draft) -> set[str]:
    """Return the states that were seen on the way; raise Unclear when the preview does not come in time."""
    seen: set[str] = set()

    def look() -> str:
        state = draft.state()
        seen.add(state)
        tenant.findings.states.add(state)
        return state

    try:
        tenant.drafts.waiter().until(look, lambda state: reached(state, State.PREVIEW_READY) or state == State.CANCELLED.value)
    except TimeIsUp:
        raise Unclear("the preview did not come in time") from None
    return seen


def _ask_for_preview(tenant: Tenant, draft: Draft, question: str) -> set[str]:
    taken = is_taken(draft.move(State.PREVIEW_PENDING))
    tenant.tell(question, "allowed" if taken else "refused")
    if not taken:
        raise Unclear("a preview is refused")
    return _wait_for_preview(tenant, draft)


@probe("preview", "states_shown")
def preview(tenant: Tenant, draft: Draft) -> None:
    is_taken(draft.configure(body_of(MAIL)))
    seen = _ask_for_preview(tenant, draft, "preview")
    tenant.tell("states_shown", next((word for state, word in SHOWN.items() if state in seen), "instant"))


def _at_preview(draft: Draft) -> None:
    if draft.state() != State.PREVIEW_READY.value:
        raise Unclear("there is no preview")


@probe("status_shape", "counters_read", "reactivated", "preview_numbers", "faulty_property")
def numbers(tenant: Tenant, draft: Draft) -> None:
    """The numbers of a preview of two new people, one of whom has a malformed address."""
    _at_preview(draft)
    answer = draft.ask("GET", "/status")
    if answer.status == 404:
        _tell_numbers(tenant, "not_found")
        return
    if not is_taken(answer):
        raise Unclear(f"HTTP {answer.status}")
    body = json_of(answer)
    tenant.findings.shapes["status_at_preview"] = shape_of(body)
    look_at_counters(tenant, body)
    found = counters.read_counters(body, expected=True)
    if found is None:
        _tell_numbers(tenant, "null" if _block_of_counters(body) else "absent")
    elif counters.is_all_zero(found):
        _tell_numbers(tenant, "zeros")
    else:
        fits = found["created"] in (1, 2) and not any(value for name, value in found.items() if name != "created")
        _tell_numbers(tenant, "present", "read" if fits else "something else")
        if fits:
            tenant.tell("faulty_property", "row" if found["created"] == 1 else "property")


def _tell_numbers(tenant: Tenant, seen: str, read: str = "no numbers") -> None:
    tenant.tell("preview_numbers", seen)
    tenant.tell("counters_read", read)


def look_at_counters(tenant: Tenant, body: t.Any) -> None:
    """Tell what encloses the counters, and whether the newest of them is there."""
    found = _block_of_counters(body)
    if found is None:
        return
    path, node, names = found
    if isinstance(node, list):
        shape = "list"
    elif path and path[0] in ("preview", "import"):
        shape = "blocks"
    elif any(isinstance(node.get(name), str) for name in counters.COUNTERS):
        shape = "strings"
    elif len(path) > 1:
        shape = "nested"
    else:
        shape = "flat" if not path else path[0] if path[0] in ("summary", "changes") else "other"
    tenant.tell("status_shape", shape)
    tenant.tell("reactivated", "present" if "reactivated" in names else "absent")


Block = tuple[tuple[str, ...], t.Any, set[str]]


def _block_of_counters(body: t.Any) -> Block | None:
    """Return the first block with names of counters, whether they have numbers or not: the keys to it, the block, and its names."""
    return next(_blocks(body, ()), None) if isinstance(body, dict) else None


def _blocks(node: t.Any, path: tuple[str, ...]) -> t.Iterator[Block]:
    if isinstance(node, dict) and len(path) <= counters.DEEPEST:
        if not set(counters.COUNTERS).isdisjoint(node):
            yield path, node, set(node)
        for key, value in node.items():
            yield from _blocks(value, (*path, str(key)))
    elif isinstance(node, list):
        names = {str(value) for entry in node if isinstance(entry, dict) for value in entry.values()}
        if not names.isdisjoint(counters.COUNTERS):
            yield path, node, names


@probe()
def numbers_after_imports(tenant: Tenant, records: list[ImportRecord]) -> None:
    """Imports that are over tell how numbers look after an import. Only the shape is kept: what they hold is about people."""
    for record in [record for record in records if record.state == State.COMPLETED.value][:MOST_IMPORTS]:
        answer = tenant.client.probe("GET", f"{IMPORTS}/{record.id}/status", "status", import_id=record.id)
        body = json_of(answer)
        if is_good(answer) and body is not None:
            tenant.findings.shapes.setdefault("status_after_import", shape_of(body))
            look_at_counters(tenant, body)


@probe("errors_read", "errors_shape", "errors_separator", "errors_quoting", "errors_line", "errors_quote_value")
def errors(tenant: Tenant, draft: Draft) -> None:
    """The refused row of a preview. All its cells are invented, so nothing of anybody is in it."""
    _at_preview(draft)
    answer = draft.errors()
    if not is_taken(answer):
        raise Unclear(f"HTTP {answer.status}")
    text, rows = _text_of(answer), read_row_errors([answer.body])
    if not rows.count:
        raise Unclear("the preview shows no refused rows")
    line = rows.listed[0]["line"]
    tenant.tell("errors_read", f"{rows.count} rows" if rows.count != 1 else "read" if line is not None else "no line")
    if line is not None:
        tenant.tell("errors_line", LINES.get(line, "other"))
    tenant.tell("errors_quote_value", "yes" if _is_quoted(text) else "no")
    first = text.splitlines()[0]
    separator = next((sign for sign in (";", ",") if sign in first), "")
    tenant.tell("errors_separator", {";": "semicolon", ",": "comma"}.get(separator, "other"))
    cells = [cell.strip('"') for cell in first.split(separator or ";")]
    has_header = len(text.splitlines()) > rows.count and not any(cell.strip().isdigit() for cell in cells)
    tenant.findings.shapes["errors"] = [safe_key(cell) for cell in cells] if has_header else "no header"
    tenant.tell("errors_shape", SHAPES.get(tuple(cells), "other") if has_header else "no_header")
    tenant.tell("errors_quoting", "all" if first.startswith('"') and first.count('"') >= 2 * len(cells) else "minimal")


def _text_of(answer: Answer) -> str:
    return answer.body.decode("utf-8-sig", errors="replace")


def _is_quoted(text: str) -> bool:
    """The value may have a column of its own; in a message, it stands beside other words."""
    return len(re.findall(MALFORMED, text)) > len(re.findall(rf'(?:^|(?<=[;,"])){MALFORMED}(?=[;,"\r\n]|$)', text, re.MULTILINE))


@probe("preview_again")
def preview_again(tenant: Tenant, draft: Draft) -> None:
    _at_preview(draft)
    _ask_for_preview(tenant, draft, "preview_again")


@probe("config_at_preview_ready")
def configure_at_preview(tenant: Tenant, draft: Draft) -> None:
    _at_preview(draft)
    seen = "refused"
    if is_taken(draft.configure(body_of(MAIL))):
        seen = {State.PREVIEW_READY.value: "keeps", State.DRAFT.value: "draft"}.get(draft.state(), "another state")
    tenant.tell("config_at_preview_ready", seen)


@probe("delete_answer", "gone")
def delete(tenant: Tenant, draft: Draft) -> None:
    answer = tenant.drafts.remove(draft)
    if answer.status in GONE:
        raise Unclear("the draft was deleted already")
    tenant.tell("delete_answer", answer.status)
    tenant.tell("gone", draft.ask("GET").status)


@probe("duplicates", "client_cancel")
def duplicates_and_cancelling(tenant: Tenant) -> None:
    """A draft of its own with the same identifier twice. In the end it is cancelled."""
    with tenant.drafts.made(same_person_twice()) as draft:
        column = f"\ufeff{IDENTIFIER}" if tenant.findings.seen("bom") == "kept" else IDENTIFIER
        if is_taken(draft.configure(body_of(identifier=column))) and is_taken(draft.move(State.PREVIEW_PENDING)):
            _wait_for_preview(tenant, draft)
            _count_duplicates(tenant, draft.errors())
        taken = is_taken(draft.move(State.CANCELLED, "cancel"))
        state = draft.state()
        tenant.findings.states.add(state)
        cancelled = state == State.CANCELLED.value
        tenant.tell("client_cancel", "allowed" if cancelled else "taken, but nothing happens" if taken else "refused")


def _count_duplicates(tenant: Tenant, answer: Answer) -> None:
    if answer.status == 200 and tenant.findings.seen("errors_read") is not None:
        count = read_row_errors([answer.body]).count
        tenant.tell("duplicates", {0: "none_refused", 1: "later_refused", 2: "all_refused"}.get(count, "other"))
    else:
        tenant.findings.unknown("duplicates", "the preview shows no refused rows")


@probe("delete_running")
def delete_running(tenant: Tenant) -> None:
    """A draft of its own, deleted in the middle of its preview, if that takes long enough."""
    with tenant.drafts.made(two_people()) as draft:
        is_taken(draft.configure(body_of(MAIL)))
        if not is_taken(draft.move(State.PREVIEW_PENDING)) or draft.state() not in PREVIEWING:
            raise Unclear("the preview ended before the draft could be deleted")
        answer = draft.delete()
        if answer.status != 404:
            tenant.tell("delete_running", "accepted" if is_taken(answer) else "refused")


BEFORE_THE_PREVIEW = (errors_before_the_preview, refused_transition, put_of_the_state, changelog)
WITH_A_PREVIEW = (preview, numbers, errors, preview_again, configure_at_preview, delete)
ON_DRAFTS_OF_THEIR_OWN = (duplicates_and_cancelling, delete_running)
