# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The check as a whole: what can be read, then drafts that are worked with, and removed whatever happens."""

from __future__ import annotations

import dataclasses
import typing as t

from .._errors import StaffbaseError
from .._http.waiting import Waiter
from .._imports.states import State
from . import access, configuring, listing, past, previewing, uploading
from .catalogue import CATALOGUE
from .drafts import Drafts
from .fields import asked_for, known_fields
from .findings import Findings
from .interruption import ends_tidily
from .probing import Probe, Tenant, run_all
from .shapes import safe_key
from .write_guard import GuardedClient

NEEDS_DRAFT = "needs a draft, which check mode does not make"


@dataclasses.dataclass
class CheckOutcome:
    """What came of it. `new`: assumptions that differ and that the collection has no answer to."""

    findings: Findings
    calls: int = 0
    removed: int = 0
    error: StaffbaseError | None = None

    @property
    def new(self) -> list[str]:
        return self.findings.new()


def check(client: GuardedClient, waiter: t.Callable[[], Waiter], host_fields: t.Sequence[str], *, read_only: bool) -> CheckOutcome:
    """Run all probes. Nothing is raised for what goes wrong with the service: that is `error`, beside what was found out until then."""
    tenant = Tenant(client, Findings(), Drafts(client, waiter), waiter, tuple(host_fields))
    outcome = CheckOutcome(tenant.findings)
    with ends_tidily() as signals_wait:
        try:
            _ask(tenant, outcome, read_only)
        except StaffbaseError as error:
            outcome.error = error
        finally:
            signals_wait()
            outcome.error = _tidied(tenant, outcome.error)
    _tell_states(tenant)
    outcome.calls = client.calls
    return outcome


def _ask(tenant: Tenant, outcome: CheckOutcome, read_only: bool) -> None:
    access.reach(tenant)
    run_all(tenant, access.READING)
    records = past.every(tenant)
    run_all(tenant, past.PAST, records)
    if read_only:
        run_all(tenant, listing.LISTING)
        _leave_out(tenant)
    else:
        outcome.removed = tenant.drafts.remove_leftovers()
        _with_drafts(tenant)
    run_all(tenant, (access.retry_after,))


def _with_drafts(tenant: Tenant) -> None:
    configured = tenant.drafts.make(configuring.content_for(asked_for(tenant.host_fields)))
    run_all(tenant, uploading.OF_A_DRAFT, configured)
    previewed = tenant.drafts.make(previewing.content())
    # Now the list has two entries, and two pages of one.
    run_all(tenant, listing.LISTING)
    run_all(tenant, (configuring.guess,), configured)
    configuring.verbs(tenant, configured)
    run_all(tenant, (*configuring.OF_THE_CONFIGURATION, known_fields), configured)
    tenant.drafts.remove(configured)
    run_all(tenant, (*previewing.BEFORE_THE_PREVIEW, *previewing.WITH_A_PREVIEW), previewed)
    run_all(tenant, (configuring.byte_order_mark, *previewing.WITH_THEIR_OWN, *uploading.OF_BYTES))


def _tidied(tenant: Tenant, error: StaffbaseError | None) -> StaffbaseError | None:
    """Remove what is left; return `error` with what could not be removed."""
    try:
        tenant.drafts.tidy()
    except StaffbaseError as left_behind:
        if error is None:
            return left_behind
        return StaffbaseError(f"{error}. {left_behind}", stage=error.stage, import_id=left_behind.import_id, **left_behind.details)
    return error


def _tell_states(tenant: Tenant) -> None:
    unknown = sorted(state for state in tenant.findings.states if state not in State.__members__)
    if tenant.findings.states:
        tenant.findings.tell("state_names", f"{len(unknown)} unknown" if unknown else "known", ", ".join(map(safe_key, unknown)))


def _leave_out(tenant: Tenant) -> None:
    told = {name for probe in (*listing.LISTING, *access.READING) for name in getattr(probe, "answers", ())}
    for name, assumption in CATALOGUE.items():
        if name not in told and not assumption.needs_import:
            tenant.findings.unknown(name, NEEDS_DRAFT)


#: Every probe that names what it answers; those that do not answer what keeps everything else from being asked.
PROBES: tuple[Probe, ...] = (
    *access.READING, access.retry_after, *listing.LISTING, *past.PAST, *uploading.OF_A_DRAFT, *uploading.OF_BYTES, configuring.guess,
    *configuring.OF_THE_CONFIGURATION, configuring.byte_order_mark, known_fields, *previewing.BEFORE_THE_PREVIEW, *previewing.WITH_A_PREVIEW,
    *previewing.WITH_THEIR_OWN)
