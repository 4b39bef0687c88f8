# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told of a run: one shape whatever happened."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._run.inputs import Inputs
from ansible_collections.community.staffbase.plugins.module_utils._run.plan import Plan
from ansible_collections.community.staffbase.plugins.module_utils._run.result import report_of, result_of, sentence_of

KEYS = {
    "refused_earlier", "protected", "earlier_leavers", "refused_open", "refused_since",
    "source", "target", "failed", "stage", "msg", "changed", "nothing_new", "import_id", "file_name", "sha256", "state", "row_count", "joiners",
    "movers", "leavers", "unchanged", "changes", "expected", "row_error_count", "row_errors", "elapsed",
}
CHECK = {"row_count": 2, "sha256": "c" * 64}
UPLOAD = {"changed": True, "import_id": "i1", "sha256": "c" * 64, "reused": False, "import": {"state": "DRAFT", "file_name": "berlin.c.csv"}}
STATE = {"changed": True, "state": "COMPLETED", "changes": {"updated": 1, "created": 2}, "row_error_count": 0, "row_errors": [], "elapsed": 1.5}
DELTA = {"empty": False, "joiners": 1, "movers": 2, "leavers": 3, "unchanged": 4}


def plan(results: dict[str, t.Any], *, check_mode: bool = False, **inputs: t.Any) -> Plan:
    return Plan(Inputs(source="berlin", **inputs), results, check_mode)


def test_an_import() -> None:
    there = plan({"check": CHECK, "upload": UPLOAD, "state": STATE})
    found = result_of(there)
    assert set(found) == KEYS
    assert (found["failed"], found["stage"], found["changed"], found["state"], found["elapsed"]) == (False, None, True, "COMPLETED", 1.5)
    assert found["msg"] == sentence_of(there) == "Import i1 is COMPLETED: created 2, updated 1; rows refused: 0."


@pytest.mark.parametrize("results", [
    {}, {"inputs": {"failed": True, "msg": "no", "failure": {"stage": "inputs"}}}, {"check": {"failed": True, "msg": "no"}},
    {"check": CHECK, "upload": {**UPLOAD, "failed": True, "msg": "no", "failure": {"stage": "upload"}}},
])
def test_the_keys_are_the_same_whatever_failed(results: dict[str, t.Any]) -> None:
    assert set(result_of(plan(results))) == KEYS


def test_a_failure_tells_where_and_what_is_known() -> None:
    stopped = {**STATE, "failed": True, "changed": False, "state": "PREVIEW_READY", "msg": "limits exceeded", "failure": {"stage": "preview"}}
    found = result_of(plan({"check": CHECK, "upload": UPLOAD, "state": stopped}))
    assert (found["failed"], found["stage"], found["msg"]) == (True, "preview", "limits exceeded")
    assert (found["import_id"], found["state"], found["changes"], found["row_count"]) == ("i1", "PREVIEW_READY", STATE["changes"], 2)


def test_a_failure_of_something_else_is_told_by_its_step() -> None:
    assert result_of(plan({"check": {"failed": True, "msg": "no python"}}))["stage"] == "check"
    resumed = {"failed": True, "msg": "no", "resuming": True}
    assert result_of(plan({"check": CHECK, "begin": resumed}))["stage"] == "resume"


@pytest.mark.parametrize(("results", "check_mode", "told"), [
    ({"check": CHECK, "upload": {**UPLOAD, "reused": True, "import": {"state": "COMPLETED"}}}, False, "Nothing new: "),
    ({"check": CHECK, "delta": {**DELTA, "empty": True}}, False, "joiners 1, movers 2, leavers 3 (ignore), unchanged 4. Nothing new: "),
    ({"check": CHECK, "upload": UPLOAD}, True, "A real run would take this export to imported."),
    ({"check": CHECK, "upload": UPLOAD, "state": {**STATE, "changes": None, "row_error_count": None}}, False,
     "Import i1 is COMPLETED: no numbers from the service; rows refused: not known yet."),
])
def test_the_sentence(results: dict[str, t.Any], check_mode: bool, told: str) -> None:
    assert sentence_of(plan(results, check_mode=check_mode)).startswith(told)


@pytest.mark.parametrize(("results", "check_mode", "changed"), [
    ({"check": CHECK, "upload": {**UPLOAD, "changed": False}}, False, False),
    ({"check": CHECK, "upload": {**UPLOAD, "changed": False}, "config": {"changed": True}}, False, True),
    ({"check": CHECK, "baseline": {"changed": True}}, False, False),
    ({"check": CHECK, "delta": DELTA}, True, True),
    ({"check": CHECK}, True, True),
    ({"check": CHECK, "delta": {**DELTA, "empty": True}}, True, False),
    ({"check": CHECK, "delta": DELTA}, False, False),
])
def test_whether_the_tenant_changes(results: dict[str, t.Any], check_mode: bool, changed: bool) -> None:
    assert result_of(plan(results, check_mode=check_mode, baseline="/b.csv"))["changed"] is changed


def test_without_a_baseline_check_mode_tells_what_the_steps_predict() -> None:
    assert not result_of(plan({"check": CHECK, "upload": {**UPLOAD, "changed": False}}, check_mode=True))["changed"]


def test_what_a_report_is_made_of() -> None:
    there = plan({"check": CHECK, "upload": UPLOAD, "state": {"skipped": True}}, report="/r.html", baseline_limits={"leavers": "5%"})
    found = report_of(there)
    assert (found["wanted"], found["baseline_limits"], found["errors"]) == (True, {}, "")
    assert [step["step"] for step in found["steps"]] == ["check", "upload", "state"]
    assert report_of(plan({}, baseline="/b.csv", baseline_limits={"leavers": "5%"}))["baseline_limits"] == {"leavers": "5%"}
