# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must be true after a run, whatever the fault was, and one word for how the run ended."""

from __future__ import annotations

import dataclasses
import typing as t

from simulator import Simulator
from support.api_calls import PATCH_CONFIG, STATUS, target
from support.small_tenant import AFTER, BEFORE, EXPECTED, statuses

from .matrix import Cell

WORDS = {
    "ok": "the run rides it out: one import, applied once, the people are right, exit code 0",
    "stop": "the run ends with a failure that names stage, import, status and what to do; nobody is changed; the next run finishes",
    "late": "the same, but the import had been started: the people are right; the next run finds it finished, and imports nothing again",
}
KEYS = {"stage", "method", "url", "status", "code", "message", "import_id", "attempts"}


@dataclasses.dataclass(frozen=True)
class HostOutput:
    """What the playbook printed of one host: its failure or its result, and what it should not have printed."""

    failure: dict[str, t.Any] | None
    result: dict[str, t.Any] | None
    leaked: list[str]


def judged(cell: Cell, tenant: Simulator, output: HostOutput) -> str:
    """Return the word; AssertionError tells what must not be."""
    assert not output.leaked, f"printed: {output.leaked}"
    imports = tenant.imports(gone=True)
    assert len(imports) <= 1, f"{len(imports)} imports were made: {[each['state'] for each in imports]}"
    applied = sum(each["applied_count"] for each in imports)
    assert applied <= 1, f"applied {applied} times"
    if output.failure is None:
        assert output.result is not None
        _check_people(tenant, changed=True)
        assert applied == 1
        assert output.result["state"] == "COMPLETED"
        if not output.result["nothing_new"] and not (cell.step.call == STATUS and output.result["changes"] is None):
            assert output.result["changes"] == EXPECTED, f"changes: {output.result['changes']}"
            assert output.result["row_error_count"] == 0
        return "ok"
    _check_people(tenant, changed=bool(applied))
    _check_told(cell, tenant, output.failure)
    return "late" if applied else "stop"


def _check_people(tenant: Simulator, *, changed: bool) -> None:
    """Everybody is as he was, or as the file says; each was touched once at most."""
    people = tenant.people()
    assert statuses(people) == (AFTER if changed else BEFORE), "the people are not right"
    # Whoever is new or was deleted has no version to compare; those who are in the file were touched once.
    most = 1 if changed else 0
    assert max(one["version"] for one in people) <= most, "somebody was changed more than once, or by accident"


def _check_told(cell: Cell, tenant: Simulator, result: dict[str, t.Any]) -> None:
    """The failure is clear, as data and in words."""
    failure, msg = result.get("failure"), result["msg"]
    assert failure is not None, f"no failure is told: {msg}"
    assert set(failure) == KEYS, f"the failure holds {sorted(failure)}"
    if cell.step.has_import:
        (entry,) = tenant.imports()
        assert failure["import_id"] == entry["id"], f"the failure names import {failure['import_id']}"
        assert entry["id"] in msg, f"the import is not named: {msg}"
    if _no_numbers(cell):
        # Not the fault itself is what is told, but what it means: without numbers, nothing can be compared with the limits.
        assert (failure["stage"], failure["status"]) == ("preview", None)
        assert "was not started" in msg, msg
        assert "run again" in msg, msg
        return
    assert failure["stage"] == cell.step.stage, f"the stage is {failure['stage']}"
    assert f"[stage {cell.step.stage}" in msg, f"the stage is not named: {msg}"
    assert failure["status"] in cell.kind.statuses, f"the status is {failure['status']}"
    asked = target(cell.step.call)
    methods = ("PATCH", "PUT") if cell.kind.name == "405" and cell.step.call == PATCH_CONFIG else (asked["method"],)
    assert failure["method"] in methods, f"the method is {failure['method']}"
    assert failure["url"] == f"{tenant.url}/api{asked['path'].replace('{id}', failure['import_id'] or '')}", f"the url is {failure['url']}"
    assert failure["attempts"] == cell.attempts, f"{failure['attempts']} attempts"
    assert (cell.attempts == 1) == ("attempts [" not in msg), msg
    if failure["status"] is not None and cell.kind.statuses[0] == failure["status"] and failure["status"] >= 400:
        assert f"HTTP {failure['status']}" in msg, f"the status is not named: {msg}"
    assert msg.rpartition("]; ")[2] not in ("", msg), f"what to do next is not said: {msg}"


def _no_numbers(cell: Cell) -> bool:
    return cell.step.call == STATUS and not cell.step.started and cell.kind.name in ("404", "409")
