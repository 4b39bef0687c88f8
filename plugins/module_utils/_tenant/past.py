# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports that are over tell how numbers look after an import. Only shapes are kept: what they hold is about people."""

from __future__ import annotations

from .._http.errors import CallError
from .._imports.imports import IMPORTS
from .._imports.records import ImportRecord
from .._imports.states import State
from .numbers import look_at_counters
from .probing import Tenant, answers, json_of
from .shapes import shape_of

#: So many of them are looked at.
MOST = 3


@answers("state_names")
def states(tenant: Tenant, records: list[ImportRecord]) -> None:
    """The names of all states that are there."""
    tenant.findings.states.update(record.state for record in records if record.state)


def numbers(tenant: Tenant, records: list[ImportRecord]) -> None:
    """The shape of /status after an import."""
    for record in [record for record in records if record.state == State.COMPLETED.value][:MOST]:
        answer = tenant.client.probe("GET", f"{IMPORTS}/{record.id}/status", "status", import_id=record.id)
        body = json_of(answer)
        if 200 <= answer.status < 300 and body is not None:
            tenant.findings.shapes.setdefault("status_after_import", shape_of(body))
            look_at_counters(tenant, body)


def every(tenant: Tenant) -> list[ImportRecord]:
    """Return all imports of the tenant. What keeps the list from being read keeps everything else from being done."""
    try:
        return tenant.imports.every()
    except CallError as error:
        tenant.findings.tell("reach", "no list", f"HTTP {error.status}")
        raise


PAST = (states, numbers)
