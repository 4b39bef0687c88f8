# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all probes share: the tenant that is asked, how an answer is taken, and how the faults of one probe leave the others alone."""

from __future__ import annotations

import dataclasses
import typing as t

from .._http.answer import Answer
from .._http.errors import CallError
from .._http.strict_json import read_json
from .._http.waiting import Waiter
from .._imports.imports import Imports
from .._steps.config_body import IDENTIFIER, Body, Configuration
from .drafts import Drafts
from .findings import Findings
from .write_guard import GuardedClient

#: With one of these the service says no; what else comes is a fault, and says nothing.
REFUSALS = frozenset({400, 403, 404, 405, 409, 410, 415, 422, 423})

#: A token that is refused, and a service that asks for fewer calls, end the check.
ENDS_IT = frozenset({401, 429})

#: Column of the identifier in every file of the check.
IDENTIFIER_COLUMN = "externalId"


class Unclear(Exception):
    """An answer from which nothing follows. Its text is for the report: it holds words of the check and a status only."""


@dataclasses.dataclass(frozen=True)
class Tenant:
    """Who is asked, and where the answers go. `host_fields`: the field ids of the mapping that this host uses."""

    client: GuardedClient
    findings: Findings
    drafts: Drafts
    waiter: t.Callable[[], Waiter]
    host_fields: tuple[str, ...] = ()

    @property
    def imports(self) -> Imports:
        return Imports(self.client)


Probe = t.Callable[..., None]


def answers(*names: str) -> t.Callable[[Probe], Probe]:
    """Say which assumptions a probe answers: when it meets a fault, they are told as unknown."""
    def named(probe: Probe) -> Probe:
        probe.answers = names  # type: ignore[attr-defined]
        return probe

    return named


def answered_by(probe: Probe) -> tuple[str, ...]:
    return getattr(probe, "answers", ())


def run_all(tenant: Tenant, probes: t.Iterable[Probe], *arguments: t.Any) -> None:
    """Run probes one after another. A refusal or a server error ends one of them; what ends everything is raised."""
    for probe in probes:
        reason = "the answer was not clear"
        try:
            probe(tenant, *arguments)
        except Unclear as unclear:
            reason = str(unclear)
        except CallError as error:
            if error.status is None or error.status in ENDS_IT:
                raise
            reason = f"HTTP {error.status} at stage {error.stage}"
        for name in answered_by(probe):
            tenant.findings.unknown(name, reason)


def is_taken(answer: Answer) -> bool:
    """Tell whether the service did what it was asked for; raise Unclear if neither that nor a refusal can be told."""
    if answer.status == 0 or 200 <= answer.status < 300:
        return True
    if answer.status in REFUSALS:
        return False
    raise Unclear(f"HTTP {answer.status}")


def json_of(answer: Answer) -> t.Any:
    """Return the body as JSON, or None if it is none."""
    try:
        return read_json(answer.body)
    except ValueError:
        return None


def body_of(fields: dict[str, str] | None = None, identifier: str = IDENTIFIER_COLUMN, **more: t.Any) -> Body:
    """Return a whole configuration: a delta import without a status, so that nobody could be deactivated by it."""
    return {**Configuration({IDENTIFIER: identifier, **(fields or {})}).body(), **more}
