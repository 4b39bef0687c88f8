# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Probes of the states, on a draft that gets a preview and goes no further."""

from __future__ import annotations

import typing as t

from .._http.waiting import TimeIsUp
from .._imports.records import ImportRecord
from .._imports.row_errors import read_row_errors
from .._imports.states import PREVIEWING, State, reached
from .drafts import LOST, Draft
from .numbers import look_at_errors, look_at_no_errors, look_at_preview
from .people import one_of_two_malformed, same_person_twice, two_people
from .probing import REFUSALS, Tenant, Unclear, answers, body_of, is_taken

MAIL = {"eMail": "eMail"}


def content() -> bytes:
    return one_of_two_malformed()


@answers("errors_empty")
def errors_of_a_fresh_draft(tenant: Tenant, draft: Draft) -> None:
    look_at_no_errors(tenant, draft.ask("GET", "/errors", stage="errors"))


@answers("refused_transition")
def refused_transition(tenant: Tenant, draft: Draft) -> None:
    """DRAFT is no state that a client can ask for (D), and harmless if it were."""
    answer = draft.move(State.DRAFT)
    is_taken(answer)
    tenant.findings.tell("refused_transition", answer.status if answer.status in REFUSALS else "accepted")


@answers("state_put")
def put_of_the_state(tenant: Tenant, draft: Draft) -> None:
    answer = draft.ask("PUT", stage="preview", body={"state": State.DRAFT.value})
    is_taken(answer)
    tenant.findings.tell("state_put", answer.status)


@answers("changelog_path")
def changelog(tenant: Tenant, draft: Draft) -> None:
    tenant.findings.tell("changelog_path", "changelog" if is_taken(draft.ask("GET", "/changelog")) else "none")


def _previewed(tenant: Tenant, draft: Draft) -> list[str]:
    """Wait for the preview and return the states that were seen on the way; raise Unclear when it does not come in time."""
    seen: list[str] = []

    def look() -> ImportRecord:
        record = draft.record()
        seen.append(record.state)
        tenant.findings.states.add(record.state)
        return record

    try:
        tenant.waiter().until(look, lambda record: reached(record.state, State.PREVIEW_READY) or record.state == State.CANCELLED.value)
    except TimeIsUp:
        raise Unclear("the preview did not come in time") from None
    return seen


@answers("preview", "states_shown")
def preview(tenant: Tenant, draft: Draft) -> None:
    is_taken(draft.configure(body_of(MAIL)))
    taken = is_taken(draft.move(State.PREVIEW_PENDING))
    tenant.findings.tell("preview", "allowed" if taken else "refused")
    if not taken:
        raise Unclear("a preview is refused")
    seen = _previewed(tenant, draft)
    if State.CREATING_PREVIEW.value in seen:
        tenant.findings.tell("states_shown", "all")
    else:
        tenant.findings.tell("states_shown", "skipped" if State.PREVIEW_PENDING.value in seen else "instant")


def _at_preview(draft: Draft) -> None:
    if draft.record().state != State.PREVIEW_READY.value:
        raise Unclear("there is no preview")


@answers("status_shape", "counters_read", "reactivated", "preview_numbers", "faulty_property")
def status(tenant: Tenant, draft: Draft) -> None:
    _at_preview(draft)
    answer = draft.ask("GET", "/status")
    if answer.status != 404 and not is_taken(answer):
        raise Unclear(f"HTTP {answer.status}")
    look_at_preview(tenant, answer)


@answers("errors_read", "errors_shape", "errors_separator", "errors_quoting", "errors_line", "errors_quote_value")
def errors(tenant: Tenant, draft: Draft) -> None:
    _at_preview(draft)
    answer = draft.ask("GET", "/errors", stage="errors")
    if not is_taken(answer):
        raise Unclear(f"HTTP {answer.status}")
    look_at_errors(tenant, answer)


@answers("preview_again")
def preview_again(tenant: Tenant, draft: Draft) -> None:
    _at_preview(draft)
    taken = is_taken(draft.move(State.PREVIEW_PENDING))
    tenant.findings.tell("preview_again", "allowed" if taken else "refused")
    if taken:
        _previewed(tenant, draft)


@answers("config_at_preview_ready")
def configure_at_preview(tenant: Tenant, draft: Draft) -> None:
    _at_preview(draft)
    if not is_taken(draft.configure(body_of(MAIL))):
        tenant.findings.tell("config_at_preview_ready", "refused")
        return
    state = draft.record().state
    tenant.findings.tell("config_at_preview_ready", {State.PREVIEW_READY.value: "keeps", State.DRAFT.value: "draft"}.get(state, "another state"))


@answers("delete_answer", "gone")
def delete(tenant: Tenant, draft: Draft) -> None:
    answer = tenant.drafts.remove(draft)
    if answer is None:
        raise Unclear("the draft was gone already")
    tenant.findings.tell("delete_answer", answer.status)
    tenant.findings.tell("gone", draft.ask("GET").status)


@answers("duplicates", "client_cancel")
def duplicates_and_cancelling(tenant: Tenant) -> None:
    """Its own draft: the same identifier twice. In the end it is cancelled."""
    with tenant.drafts.made(same_person_twice()) as draft:
        column = "\ufeffexternalId" if tenant.findings.seen("bom") == "kept" else "externalId"
        if is_taken(draft.configure(body_of(identifier=column))) and is_taken(draft.move(State.PREVIEW_PENDING)):
            _previewed(tenant, draft)
            _count_duplicates(tenant, draft)
        _cancel(tenant, draft)


def _count_duplicates(tenant: Tenant, draft: Draft) -> None:
    answer = draft.ask("GET", "/errors", stage="errors")
    if answer.status == 200 and tenant.findings.seen("errors_read") is not None:
        count = read_row_errors([answer.body]).count
        tenant.findings.tell("duplicates", {0: "none_refused", 1: "later_refused", 2: "all_refused"}.get(count, "other"))
    else:
        tenant.findings.unknown("duplicates", "the preview tells no refused rows")


def _cancel(tenant: Tenant, draft: Draft) -> None:
    taken = is_taken(draft.move(State.CANCELLED, "cancel"))
    state = draft.record().state
    tenant.findings.states.add(state)
    seen = "allowed" if state == State.CANCELLED.value else "refused" if not taken else "taken, but nothing happens"
    tenant.findings.tell("client_cancel", seen)


@answers("delete_running")
def delete_running(tenant: Tenant) -> None:
    """Its own draft, deleted in the middle of its preview, if that takes long enough."""
    with tenant.drafts.made(two_people()) as draft:
        is_taken(draft.configure(body_of(MAIL)))
        if not is_taken(draft.move(State.PREVIEW_PENDING)) or draft.record().state not in PREVIEWING:
            raise Unclear("the preview was too short to delete in its middle")
        answer = draft.ask("DELETE", stage="delete")
        if answer.status not in (404, LOST.status):
            tenant.findings.tell("delete_running", "accepted" if is_taken(answer) else "refused")


BEFORE_THE_PREVIEW: tuple[t.Callable[[Tenant, Draft], None], ...] = (errors_of_a_fresh_draft, refused_transition, put_of_the_state, changelog)
WITH_A_PREVIEW: tuple[t.Callable[[Tenant, Draft], None], ...] = (preview, status, errors, preview_again, configure_at_preview, delete)
WITH_THEIR_OWN: tuple[t.Callable[[Tenant], None], ...] = (duplicates_and_cancelling, delete_running)
