# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The check as a whole: what can be read, then drafts that are worked with, and removed whatever happens."""

from __future__ import annotations

import contextlib
import dataclasses
import signal
import typing as t

from .._errors import StaffbaseError
from .._http.waiting import Waiter
from .._imports.imports import Imports
from .._imports.states import State
from . import probes_config, probes_preview, probes_reading, probes_upload
from .catalogue import CATALOGUE
from .drafts import Drafts, one_of_two_malformed
from .findings import Findings, safe_key
from .probe import Tenant, run_all
from .write_guard import GuardedClient

#: More fields of a mapping than this are not asked for.
MOST_HOST_FIELDS = 100

NEEDS_DRAFT = "needs a draft, which check mode does not make"

#: By these, somebody asks for the end.
SIGNALS = (signal.SIGTERM, signal.SIGHUP)


@dataclasses.dataclass
class CheckOutcome:
    """What came of it. `removed`: how many drafts of earlier checks there were."""

    findings: Findings
    calls: int = 0
    removed: int = 0
    error: StaffbaseError | None = None


def check(client: GuardedClient, waiter: t.Callable[[], Waiter], host_fields: t.Sequence[str], *, read_only: bool) -> CheckOutcome:
    """Run all probes. Nothing is raised for what goes wrong with the service: that is `error`, beside what was found out until then."""
    tenant = Tenant(client, Findings(), Drafts(client, waiter), tuple(host_fields[:MOST_HOST_FIELDS]))
    outcome = CheckOutcome(tenant.findings)
    with _stopped_by_signals() as ignore_signals:
        try:
            _ask(tenant, outcome, read_only)
        except StaffbaseError as error:
            outcome.error = error
        finally:
            ignore_signals()
            outcome.error = _cleaned_up(tenant, outcome.error)
    _tell_states(tenant)
    outcome.calls = client.calls
    return outcome


def _ask(tenant: Tenant, outcome: CheckOutcome, read_only: bool) -> None:
    probes_reading.connect(tenant)
    run_all(tenant, probes_reading.OF_THE_SERVICE)
    records = Imports(tenant.client).every()
    tenant.findings.states.update(record.state for record in records if record.state)
    run_all(tenant, (probes_preview.numbers_after_imports,), records)
    if read_only:
        run_all(tenant, probes_reading.OF_THE_LIST)
    else:
        outcome.removed = tenant.drafts.remove_leftovers()
        _ask_with_drafts(tenant)
    run_all(tenant, (probes_reading.retry_after,))
    if read_only:
        for name, assumption in CATALOGUE.items():
            if not assumption.needs_import:
                tenant.findings.unknown(name, NEEDS_DRAFT)


def _ask_with_drafts(tenant: Tenant) -> None:
    configured = tenant.drafts.make(probes_config.content(tenant.host_fields))
    run_all(tenant, probes_upload.OF_A_DRAFT, configured)
    previewed = tenant.drafts.make(one_of_two_malformed())
    # Now the list has two entries, and two pages of one.
    run_all(tenant, probes_reading.OF_THE_LIST)
    run_all(tenant, (probes_config.guess,), configured)
    probes_config.find_verb(tenant, configured)
    run_all(tenant, probes_config.OF_THE_CONFIGURATION, configured)
    tenant.drafts.remove(configured)
    run_all(tenant, probes_preview.BEFORE_THE_PREVIEW + probes_preview.WITH_A_PREVIEW, previewed)
    run_all(tenant, (probes_config.byte_order_mark, *probes_preview.ON_DRAFTS_OF_THEIR_OWN, *probes_upload.OF_BYTES))


def _cleaned_up(tenant: Tenant, error: StaffbaseError | None) -> StaffbaseError | None:
    """Remove what is left; return `error` with what could not be removed."""
    try:
        tenant.drafts.remove_all()
    except StaffbaseError as left_behind:
        if error is None:
            return left_behind
        return StaffbaseError(f"{error}. {left_behind}", stage=error.stage, import_id=left_behind.import_id, **left_behind.details)
    return error


def _tell_states(tenant: Tenant) -> None:
    unknown = sorted(state for state in tenant.findings.states if state not in State.__members__)
    if tenant.findings.states:
        tenant.tell("state_names", f"{len(unknown)} unknown" if unknown else "known", ", ".join(map(safe_key, unknown)))


@contextlib.contextmanager
def _stopped_by_signals() -> t.Iterator[t.Callable[[], None]]:
    """Turn the signals into StaffbaseError, and yield what has them ignored from then on, until the block ends.

    In a thread that is not the main one, signals cannot be handled; then nothing is changed.
    """
    def interrupt(number: int, _frame: t.Any) -> None:
        raise StaffbaseError(f"The check was stopped by a signal ({signal.Signals(number).name})", stage="interrupted")

    before: dict[signal.Signals, t.Any] = {}
    with contextlib.suppress(ValueError):
        for number in SIGNALS:
            before[number] = signal.signal(number, interrupt)

    def ignore() -> None:
        for number in before:
            signal.signal(number, signal.SIG_IGN)

    try:
        yield ignore
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
