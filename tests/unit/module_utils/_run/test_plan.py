# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What comes next in a run: each decision, from the inputs and from what the steps before have returned."""

from __future__ import annotations

import re
import typing as t

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._csv.change_limits import DEFAULT_LEAVERS
from ansible_collections.community.staffbase.plugins.module_utils._errors import StaffbaseError
from ansible_collections.community.staffbase.plugins.module_utils._imports.states import PREVIEWED, STARTED, UNSTARTED, State
from ansible_collections.community.staffbase.plugins.module_utils._run.inputs import Inputs
from ansible_collections.community.staffbase.plugins.module_utils._run.plan import ORDER, Plan, gathered

CHECK = {"sha256": "c" * 64, "separator": ";", "encoding": "UTF-8", "row_count": 2}
LOCK = {"path": "/b.source", "run": "r"}
BEGUN = {"exists": True, "delta_path": "/b.delta.csv", "errors_path": "/b.errors.csv", "lock": LOCK, "unstarted_id": None, "everybody": False,
         "token": "a" * 32, "sending_path": "/b.sending"}
DELTA = {"sha256": "d" * 64, "empty": False, "joiners": 1, "movers": 0, "leavers": 0, "unchanged": 1}
SKIPPED = {"changed": False, "skipped": True}


def uploaded(state: str = "DRAFT", import_id: str | None = "i1", **more: t.Any) -> dict[str, t.Any]:
    return {"import_id": import_id, "import": {"id": import_id, "state": state}, "sha256": "d" * 64, "reused": False, **more}


def plan(done: dict[str, t.Any] | None = None, /, *, check_mode: bool = False, **inputs: t.Any) -> Plan:
    """Return a plan for what is done; with a baseline if that has begun with one."""
    given = {"src": "/people.csv", "mapping": {"externalId": "id"}, **inputs}
    if done and "begin" in done:
        given.setdefault("baseline", "/b.csv")
    return Plan(Inputs(source="berlin", **given), {"check": CHECK, **(done or {})}, check_mode)


# What is sent

#: What is uploaded where there is a baseline, without its digest.
OF_A_RUN = {
    "wanted": True, "src": "/b.delta.csv", "variant": "a" * 32, "reuse": [], "resend": False, "sending": "/b.sending"}


def test_without_a_baseline_the_export_as_it_was_checked() -> None:
    found = plan().upload
    assert re.fullmatch("[0-9a-f]{64}", found.pop("variant"))
    assert found == {"wanted": True, "src": "/people.csv", "sha256": "c" * 64, "reuse": ["plain"], "resend": False}


@pytest.mark.parametrize(("inputs", "same"), [
    ({"mapping": {"externalId": "id"}}, True),
    ({"limits": {"created": 1}, "leavers": "deactivate", "max_row_errors": 3}, True),
    ({"mapping": {"externalId": "id", "eMail": "mail"}}, False),
    ({"mapping": {"externalId": "number"}}, False),
    ({"send_mails_new": True}, False),
    ({"send_mails_pending": True}, False),
    ({"generate_recovery_codes": True}, False),
])
def test_an_export_is_imported_once_per_configuration(inputs: dict[str, t.Any], same: bool) -> None:
    assert (plan(**inputs).upload["variant"] == plan(mapping={"externalId": "id"}).upload["variant"]) is same


def test_a_key_with_commas_is_its_fields() -> None:
    joint, single = ({"externalId,userName": "id"}, {"externalId": "id", "userName": "id"})
    assert plan(mapping=joint).upload["variant"] == plan(mapping=single).upload["variant"]


def test_a_run_that_only_looks_takes_a_draft_of_another_configuration() -> None:
    assert plan(check_mode=True).upload["reuse"] == ["plain", "drafts"]


def test_with_a_baseline_the_difference() -> None:
    assert plan({"begin": BEGUN, "delta": DELTA}).upload == {**OF_A_RUN, "sha256": "d" * 64}


def test_the_first_time_the_copy_of_the_whole_export() -> None:
    assert plan({"begin": {**BEGUN, "exists": False}, "delta": SKIPPED}).upload == {**OF_A_RUN, "sha256": "c" * 64}


@pytest.mark.parametrize(("results", "check_mode", "wanted"), [
    ({"begin": BEGUN, "delta": {**DELTA, "empty": True}}, False, False),
    ({"begin": BEGUN, "delta": DELTA}, True, False),
    ({}, True, True),
])
def test_nothing_is_sent_if_nobody_has_changed_or_there_is_no_copy(results: dict[str, t.Any], check_mode: bool, wanted: bool) -> None:
    assert plan(results, check_mode=check_mode).upload["wanted"] is wanted


@pytest.mark.parametrize(("mapping", "leavers", "added"), [
    ({"externalId": "id"}, "deactivate", {"status": "staffbase_status"}),
    ({"externalId": "id"}, "ignore", {}),
    ({"externalId": "id", "status": "state"}, "deactivate", {}),
])
def test_a_difference_with_leavers_gets_a_status_column(mapping: dict[str, str], leavers: str, added: dict[str, str]) -> None:
    difference = {**DELTA, "status_added": added.get("status")}
    compared = plan({"begin": BEGUN, "delta": difference, "upload": uploaded()}, mapping=mapping, leavers=leavers)
    assert compared.config["mapping"] == {**mapping, **added}
    # The whole export, where its copy is sent as it is, has no such column.
    first = plan({"begin": {**BEGUN, "exists": False}, "delta": SKIPPED, "upload": uploaded()}, mapping=mapping, leavers=leavers)
    assert first.config["mapping"] == mapping


@pytest.mark.parametrize(("mapping", "leavers", "options"), [
    ({"externalId": "id"}, "deactivate", {"status_column": "staffbase_status", "joiners_status": "Activated"}),
    ({"externalId": "id"}, "ignore", {}),
    ({"externalId": "id", "status": "state"}, "deactivate", {"status_column": "state"}),
    ({"externalId": "id", "status": "state"}, "ignore", {"status_column": "state"}),
])
def test_how_it_is_compared(mapping: dict[str, str], leavers: str, options: dict[str, str]) -> None:
    expected = {"identifier": "id", **options, "limits": {}, "mapping": mapping, "resend": False, "wanted": "joiners_status" in options}
    assert plan(mapping=mapping, leavers=leavers).comparison == expected


@pytest.mark.parametrize(("begun", "inputs", "wanted", "told"), [
    ({"exists": True, "told": None, "everybody": False}, {}, True, {"previous": "/b.csv", "resend": False}),
    ({"exists": True, "told": "/b.csv.told", "everybody": True}, {}, True, {"previous": "/b.csv", "told": "/b.csv.told", "resend": True}),
    # Deleted: everybody is sent, and who has left is remembered.
    ({"exists": False, "told": "/b.csv.told", "everybody": True}, {}, True, {"told": "/b.csv.told", "resend": True}),
    # The first run: the copy of the export is sent as it is, unless somebody is protected or a list is wanted.
    ({"exists": False, "told": None, "everybody": True}, {}, False, {"resend": True}),
    ({"exists": False, "told": None, "everybody": True}, {"protected": ["1"]}, True, {"resend": True}),
    ({"exists": False, "told": None, "everybody": True}, {"people_dest": "/people"}, True, {"resend": True}),
])
def test_what_it_is_compared_with(begun: dict[str, t.Any], inputs: dict[str, t.Any], wanted: bool, told: dict[str, t.Any]) -> None:
    found = plan({"begin": {**BEGUN, **begun}}, baseline="/b.csv", **inputs).comparison
    assert found["wanted"] is wanted
    assert {name: found[name] for name in ("previous", "told", "resend") if name in found} == told


def test_leavers_who_are_deactivated_have_a_limit() -> None:
    with_limits = {"baseline": "/b.csv", "leavers": "deactivate"}
    assert plan(**with_limits).comparison["limits"] == {"leavers": DEFAULT_LEAVERS}
    assert plan(**with_limits, baseline_limits={"leavers": "50%", "joiners": 3}).comparison["limits"] == {"leavers": "50%", "joiners": 3}
    assert plan(baseline="/b.csv").comparison["limits"] == {}


# From the upload on

@pytest.mark.parametrize("state", [state.value for state in State])
def test_what_was_started_is_not_configured(state: str) -> None:
    assert plan({"upload": uploaded(state)}).config["wanted"] is (state not in STARTED)


def test_in_check_mode_there_is_no_import_to_configure() -> None:
    there = plan({"upload": uploaded(import_id=None)}, check_mode=True)
    assert not there.config["wanted"]
    assert not there.state["wanted"]
    assert not there.goes_on


@pytest.mark.parametrize(("inputs", "wanted"), [
    ({}, False), ({"max_row_errors": 0}, True), ({"errors_dest": "/refused.csv"}, True),
    ({"report": "/r.html", "report_details": True}, True), ({"report": "/r.html"}, False),
])
def test_of_what_is_completed_only_refused_rows_are_looked_at(inputs: dict[str, t.Any], wanted: bool) -> None:
    there = plan({"upload": uploaded("COMPLETED", reused=True)}, **inputs)
    assert there.state["wanted"] is wanted
    assert there.goes_on is wanted


def test_a_baseline_and_an_approval_always_go_on() -> None:
    assert plan({"begin": BEGUN, "delta": {**DELTA, "empty": True}, "upload": SKIPPED}).goes_on
    assert plan({"upload": uploaded("COMPLETED")}, approved_only=True, results={"berlin": {}}).goes_on


def test_where_refused_rows_are_kept() -> None:
    with_baseline = plan({"begin": BEGUN, "delta": DELTA, "upload": uploaded()}, errors_dest="/mine.csv")
    assert (with_baseline.state["errors_dest"], with_baseline.state["errors_copy"]) == ("/b.errors.csv", "/mine.csv")
    without = plan({"upload": uploaded()}, errors_dest="/mine.csv").state
    assert (without["errors_dest"], "errors_copy" in without) == ("/mine.csv", False)
    assert plan({"upload": uploaded()}, report="/r.html", report_details=True).state["errors_dest"] == "/r.errors.csv"
    assert "errors_dest" not in plan({"upload": uploaded()}).state


def test_a_limit_of_no_refused_row_is_a_limit() -> None:
    assert plan({"upload": uploaded()}, max_row_errors=0).state["max_row_errors"] == 0
    assert "max_row_errors" not in plan({"upload": uploaded()}).state


@pytest.mark.parametrize(("target", "remove", "wanted"), [("previewed", True, True), ("previewed", False, False), ("imported", True, False)])
def test_only_a_preview_is_deleted_after_it(target: str, remove: bool, wanted: bool) -> None:
    assert plan({"upload": uploaded()}, target=target, remove_previewed=remove).state["delete_previewed"] is wanted


# What must not be imported

@pytest.mark.parametrize("state", sorted(UNSTARTED))
def test_a_preview_of_another_configuration_is_replaced(state: str) -> None:
    found = plan({"upload": uploaded(state), "config": {"changed": True}}).replace
    assert found == {"wanted": state in PREVIEWED, "left_behind": "", "outdated": "i1" if state in PREVIEWED else "", "anew": state in PREVIEWED}


@pytest.mark.parametrize("differs", [False, True])
@pytest.mark.parametrize("state", sorted(STARTED))
def test_what_was_imported_under_a_plain_name_is_looked_at(state: str, differs: bool) -> None:
    """An earlier version, or another client, has uploaded it: its name tells nothing of its configuration."""
    upload = uploaded(state, reused=True)
    upload["import"]["file_name"] = "berlin-people.0123456789abcdef.csv"
    looked_at = plan({"upload": upload})
    assert (looked_at.goes_on, looked_at.config["wanted"], looked_at.config["only_looks"]) == (True, True, True)
    found = plan({"upload": upload, "config": {"changed": differs}})
    assert found.replace == {"wanted": differs, "left_behind": "", "outdated": "", "anew": differs}
    assert found.facts.is_nothing_new is (state == "COMPLETED" and not differs)


def test_what_was_imported_under_its_configuration_is_not_looked_at() -> None:
    upload = uploaded("COMPLETED", reused=True)
    upload["import"]["file_name"] = "berlin-people.0123456789abcdef-0123456789ab.csv"
    assert not plan({"upload": upload}).goes_on


def test_a_preview_of_this_configuration_stays() -> None:
    assert not plan({"upload": uploaded("PREVIEW_READY"), "config": {"changed": False}}).replace["wanted"]


@pytest.mark.parametrize(("unstarted", "left"), [("i0", "i0"), ("i1", ""), (None, "")])
def test_what_a_run_that_died_has_left_of_another_difference_is_deleted(unstarted: str | None, left: str) -> None:
    found = plan({"begin": {**BEGUN, "unstarted_id": unstarted}, "delta": DELTA, "upload": uploaded(), "config": {"changed": True}}).replace
    assert found == {"wanted": bool(left), "left_behind": left, "outdated": "", "anew": False}


@pytest.mark.parametrize("inputs", [{"approved_only": True}, {"check_mode": True}])
def test_whoever_only_looks_replaces_nothing(inputs: dict[str, t.Any]) -> None:
    results = {"begin": {**BEGUN, "unstarted_id": "i0"}, "delta": DELTA, "upload": uploaded("PREVIEW_READY"), "config": {"changed": True}}
    assert not plan(results, **inputs).replace["wanted"]
    assert plan(results, **inputs).only_looks


def test_what_was_uploaded_again_is_gone_on_with() -> None:
    results = {
        "upload": uploaded("PREVIEW_READY"), "config": {"changed": True}, "outdated": {"changed": True, "state": "absent"},
        "upload_again": uploaded(import_id="i2"), "config_again": {"changed": True},
    }
    there = plan(results)
    assert (there.import_id, there.state["last_known_state"]) == ("i2", "DRAFT")


# What came of it

COMPLETED = {"state": "COMPLETED", "changes": {"created": 0, "updated": 0}, "row_error_count": 2}


@pytest.mark.parametrize(("difference", "state", "inputs", "fails"), [
    ({"row_count": 2}, {}, {}, True),
    ({"row_count": 2}, {"changes": None}, {}, True),
    # Not all of them.
    ({"row_count": 3}, {}, {}, False),
    ({"row_count": 2}, {"changes": {"created": 1}}, {}, False),
    # They were refused before, and are told of as open.
    ({"row_count": 2, "sent_again": 2}, {}, {}, False),
    ({"row_count": 2, "sent_again": 1}, {}, {}, True),
    ({"row_count": 2}, {}, {"max_row_errors": 2}, True),
    ({"row_count": 2}, {"row_error_count": 0}, {}, False),
    ({"row_count": 2}, {"row_error_count": None}, {}, False),
])
def test_an_import_of_which_every_row_was_refused_has_failed(
    difference: dict[str, t.Any], state: dict[str, t.Any], inputs: dict[str, t.Any], fails: bool,
) -> None:
    there = plan({"begin": BEGUN, "delta": {**DELTA, **difference}, "upload": uploaded(), "state": {**COMPLETED, **state}}, **inputs)
    if not fails:
        there.check_outcome()
        return
    with pytest.raises(StaffbaseError, match="Every row of import i1 was refused") as error:
        there.check_outcome()
    assert error.value.stage == "errors"


@pytest.mark.parametrize(("state", "inputs", "check_mode", "wanted"), [
    (COMPLETED, {}, False, True),
    ({**COMPLETED, "row_error_count": 0}, {}, False, False),
    ({**COMPLETED, "state": "PREVIEW_READY"}, {}, False, False),
    (COMPLETED, {"baseline": "/b.csv"}, False, False),
    # The next run reads the refused rows of this import, and fails again.
    (COMPLETED, {"max_row_errors": 0}, False, False),
    (COMPLETED, {}, True, False),
])
def test_without_a_baseline_a_draft_says_that_rows_were_refused(
    state: dict[str, t.Any], inputs: dict[str, t.Any], check_mode: bool, wanted: bool,
) -> None:
    assert plan({"upload": uploaded(), "state": state}, check_mode=check_mode, **inputs).remember["wanted"] is wanted


def test_flags_that_are_on_now_and_nothing_to_send_are_told_of() -> None:
    begun = {**BEGUN, "switched_on": ["send_mails_new"]}
    assert plan({"begin": begun, "delta": DELTA}).warnings == []
    (warning,) = plan({"begin": begun, "delta": {**DELTA, "empty": True}}).warnings
    assert warning.startswith("delta_import_send_mails_new: on now")


def test_what_the_import_of_a_dead_run_did_beyond_the_limits_is_told_of() -> None:
    resumed = {"import": {"id": "i0"}, "changes": {"deactivated": 50, "created": 1}}
    limits = {"deactivated": 5, "created": 1, "deleted": 0}
    (warning,) = plan({"begin": {**BEGUN, "resumed": resumed}}, limits=limits).warnings
    assert "Import i0" in warning
    assert "deactivated 50 (at most 5)." in warning


# What was approved

APPROVED = {"approved_only": True, "results": {"berlin": {"import_id": "i1", "sha256": "d" * 64}}}


def test_what_was_approved_is_imported() -> None:
    plan({"upload": uploaded("PREVIEW_READY"), "config": {"changed": False}}, **APPROVED).check_approval()
    plan({"upload": uploaded("PREVIEW_READY", import_id="i9"), "config": {"changed": True}}).check_approval()


@pytest.mark.parametrize(("upload", "config", "approved", "reason"), [
    (uploaded(sha256="e" * 64), {}, {}, "the export has changed since its preview"),
    (uploaded(import_id="i2"), {}, {}, "it is not the newest import of this source any more"),
    (uploaded(import_id=None), {}, {}, "it is not the newest import of this source any more"),
    (uploaded(), {"changed": True}, {}, "its configuration is not the one that the variables ask for now"),
    (uploaded(), {}, {"import_id": None, "sha256": None}, "There was nothing to import at the time of the preview, but now there is"),
])
def test_anything_else_is_not(upload: dict[str, t.Any], config: dict[str, t.Any], approved: dict[str, t.Any], reason: str) -> None:
    results = {"berlin": {**APPROVED["results"]["berlin"], **approved}}
    with pytest.raises(StaffbaseError, match="This is not what was approved for berlin") as error:
        plan({"upload": upload, "config": config}, approved_only=True, results=results).check_approval()
    assert reason in str(error.value)
    assert error.value.stage == "approval"


def test_with_nothing_to_send_there_is_nothing_to_approve() -> None:
    plan({"begin": BEGUN, "delta": {**DELTA, "empty": True}, "upload": SKIPPED}, **APPROVED).check_approval()


# The end

@pytest.mark.parametrize(("results", "check_mode", "at"), [
    ({"begin": BEGUN, "delta": DELTA}, False, "COMPLETED"),
    ({"begin": BEGUN, "delta": {**DELTA, "empty": True}}, False, ""),
    ({"begin": BEGUN, "delta": {**DELTA, "empty": True}}, True, None),
    ({"begin": BEGUN, "delta": DELTA}, True, None),
    ({}, False, None),
])
def test_when_the_baseline_is_replaced(results: dict[str, t.Any], check_mode: bool, at: str | None) -> None:
    """Never before what was sent is COMPLETED; at once if nobody has changed; never in check mode or without a baseline."""
    found = plan(results, check_mode=check_mode).finish
    assert found["at"] == at
    # The refused rows of an import before are not those of this run.
    assert ("errors" in found) is (at == "COMPLETED")


# What the steps have returned

def test_results_are_handed_on_and_stay() -> None:
    first = Plan(Inputs(), gathered({}, {"check": CHECK})).to_result()
    second = gathered(first, {"check": {"sha256": "other"}, "upload": uploaded(), "unknown": {}})
    assert second == {"check": CHECK, "upload": uploaded()}


@pytest.mark.parametrize(("stage", "name"), [("inputs", "inputs"), ("approval", "approval"), ("internal", "inputs")])
def test_a_plan_that_failed_is_a_step_that_failed(stage: str, name: str) -> None:
    failed = {"failed": True, "msg": "no", "failure": {"stage": stage}, "results": {"check": CHECK}}
    found = gathered(failed, {})
    assert found == {"check": CHECK, name: {"failed": True, "msg": "no", "failure": {"stage": stage}}}


def test_what_stands_behind_a_failure_is_left_over_from_another_run() -> None:
    there = plan({"upload": {"failed": True, "msg": "no"}, "state": {"state": "COMPLETED", "changes": {"created": 9}}})
    assert there.facts.last("state") == {}
    assert there.facts.failed is not None


def test_the_order_is_that_of_the_tasks() -> None:
    assert list(ORDER) == [
        "inputs", "check", "begin", "delta", "upload", "config", "approval", "left_behind", "outdated", "upload_again", "config_again", "state",
        "baseline", "outcome"]
