# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A probe asks a tenant one question, or a few that the same calls answer. A fault of one probe leaves the others alone."""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from .._http.answer import Answer
from .._http.errors import CallError
from .._http.strict_json import read_json
from .drafts import Drafts
from .findings import Findings
from .write_guard import GuardedClient

#: With one of these the service says no. Every other status outside 2xx is a fault, from which nothing follows.
REFUSALS = frozenset({400, 403, 404, 405, 409, 410, 415, 422, 423})

#: A token that is refused, and a service that asks for fewer calls, end the check.
ENDS_THE_CHECK = frozenset({401, 429})


class Unclear(Exception):
    """Nothing follows from the answer. The text is for the report: it holds words of the check and a status only."""


@dataclasses.dataclass(frozen=True)
class Tenant:
    """Who is asked, and where the answers go. `host_fields`: the field ids of the mapping that this host uses."""

    client: GuardedClient
    findings: Findings
    drafts: Drafts
    host_fields: tuple[str, ...] = ()

    def tell(self, question: str, seen: object, note: str = "") -> None:
        """Take down what the tenant does, as a word of the catalogue."""
        self.findings.tell(question, seen, note)


@dataclasses.dataclass(frozen=True)
class Probe:
    """`ask` takes the tenant, and the draft if it needs one, and tells what it sees. `questions`: the names of what it answers."""

    questions: tuple[str, ...]
    ask: t.Callable[..., None]


def probe(*questions: str) -> t.Callable[[t.Callable[..., None]], Probe]:
    """Make a function a probe that answers these questions."""
    return functools.partial(Probe, questions)


def run_all(tenant: Tenant, probes: t.Iterable[Probe], *arguments: t.Any) -> None:
    """Run probes one after another. A refusal or a server error ends one of them; what ends the check is raised."""
    for one in probes:
        reason = "the answer was not clear"
        try:
            one.ask(tenant, *arguments)
        except Unclear as unclear:
            reason = str(unclear)
        except CallError as error:
            if error.status is None or error.status in ENDS_THE_CHECK:
                raise
            reason = f"HTTP {error.status} at stage {error.stage}"
        for question in one.questions:
            tenant.findings.unknown(question, reason)


def is_good(answer: Answer) -> bool:
    return 200 <= answer.status < 300


def is_taken(answer: Answer) -> bool:
    """Tell whether the service did what it was asked for; raise Unclear for what is neither that nor a refusal."""
    if is_good(answer):
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
