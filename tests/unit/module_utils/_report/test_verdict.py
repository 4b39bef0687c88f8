# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a report says became of a run, and what that means for people."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._report import verdict
from ansible_collections.community.staffbase.plugins.module_utils._report.report import Asked, compose
from ansible_collections.community.staffbase.plugins.module_utils._report.verdict import Kind, Verdict, verdict_of
from ansible_collections.community.staffbase.plugins.module_utils._run.facts import STEPS, read_steps
from support.report_samples import WRITTEN, Steps, failing, steps

FINE: dict[str, t.Any] = {"row_error_count": 0, "row_errors": []}


def judged(run: Steps, *, exceeded: bool = False) -> Verdict:
    return verdict_of(read_steps(run), exceeded=exceeded)


@pytest.mark.parametrize(("run", "kind", "headline"), [
    (steps(state=FINE), Kind.IMPORTED, "Imported"),
    (steps(), Kind.IMPORTED, "Imported, but 3 rows were refused"),
    (steps(state={"row_error_count": 1}), Kind.IMPORTED, "Imported, but 1 row was refused"),
    (steps(state={**FINE, "state": "PREVIEW_READY"}), Kind.PREVIEWED, "Previewed"),
    (steps(state={**FINE, "state": "PREVIEW_READY"}, remove={"state": "absent"}), Kind.PREVIEWED, "Previewed"),
    (steps(delta={"empty": True}, upload={"skipped": True}, config={"skipped": True}, state={"skipped": True}), Kind.NOTHING_NEW, "Nothing new"),
    (steps(upload={"reused": True, "import": {"state": "COMPLETED"}}, state={"skipped": True}), Kind.NOTHING_NEW, "Nothing new"),
    (steps(state={**FINE, "state": "IMPORTING"}), Kind.UNFINISHED, "Not at its end yet"),
])
def test_the_verdict_of_a_good_run(run: Steps, kind: Kind, headline: str) -> None:
    found = judged(run)
    assert (found.kind, found.headline) == (kind, headline)
    assert verdict.NOBODY in found.people or kind in (Kind.IMPORTED, Kind.UNFINISHED)


@pytest.mark.parametrize(("run", "kind", "people"), [
    # Our own guards: nobody was changed.
    (failing("inputs", ""), Kind.STOPPED, verdict.NOBODY),
    (failing("check", "check"), Kind.STOPPED, verdict.NOBODY),
    (failing("delta", "delta"), Kind.STOPPED, verdict.NOBODY),
    (failing("state", "preview", state="PREVIEW_READY"), Kind.STOPPED, verdict.NOBODY),
    # Everything else before the start.
    (failing("check", "input"), Kind.FAILED, verdict.NOBODY),
    (failing("delta", "input"), Kind.FAILED, verdict.NOBODY),
    (failing("upload", "upload", method="POST", status=401), Kind.FAILED, verdict.NOBODY),
    (failing("config", "config", method="PATCH", status=400), Kind.FAILED, verdict.NOBODY),
    (failing("state", "preview", method="PATCH", status=500, state="DRAFT"), Kind.FAILED, verdict.NOBODY),
    (failing("state", "preview", state="CANCELLED"), Kind.FAILED, verdict.NOBODY),
    (failing("state", "wait", state="PREVIEW_READY"), Kind.FAILED, verdict.NOBODY),
    (failing("state", "status", method="GET", state=None), Kind.FAILED, verdict.NOBODY),
    (failing("state", "import", method="PATCH", status=403, state="PREVIEW_READY"), Kind.FAILED, verdict.NOBODY),
    (failing("remove", "delete", method="DELETE", status=500), Kind.FAILED, verdict.COMPLETED),
    # The order to start was sent, and no answer tells what became of it.
    (failing("state", "import", method="PATCH", status=None, state="PREVIEW_READY"), Kind.FAILED, verdict.UNSURE),
    (failing("state", "import", method="PATCH", status=502, state="DRAFT"), Kind.FAILED, verdict.UNSURE),
    (failing("state", "status", method="GET", state="A_NEW_STATE"), Kind.FAILED, verdict.UNSURE),
    # It has started.
    (failing("state", "wait", state="IMPORTING"), Kind.FAILED, verdict.GOES_ON),
    (failing("state", "import", method="GET", status=503, state="IMPORT_PENDING"), Kind.FAILED, verdict.GOES_ON),
    (failing("state", "errors", state="COMPLETED"), Kind.FAILED, verdict.OTHERS),
    (failing("state", "errors", method="GET", status=500, state="COMPLETED", row_error_count=None), Kind.FAILED, verdict.COMPLETED),
    (failing("baseline", "input"), Kind.FAILED, verdict.COMPLETED),
    (failing("state", "errors", state="COMPLETED", row_error_count=None), Kind.FAILED, verdict.COMPLETED),
])
def test_what_a_failure_means_for_people(run: Steps, kind: Kind, people: str) -> None:
    found = judged(run)
    assert (found.kind, found.people) == (kind, people)
    assert found.next
    assert found.headline.startswith(("Stopped: ", "Failed: ", "Imported, but too many"))


def test_a_previous_run_that_cannot_be_finished_is_not_told_as_this_one() -> None:
    run = [{"step": "resume", "result": {"failed": True, "msg": "no", "state": "IMPORTING", "failure": {"stage": "wait"}}}]
    assert judged(run).people == verdict.PREVIOUS_RUN


def test_a_limit_is_told_apart_from_a_missing_number() -> None:
    run = failing("state", "preview", state="PREVIEW_READY")
    assert judged(run, exceeded=True).headline == "Stopped: more people would be changed than the limits allow"
    assert judged(run).headline == "Stopped: the preview could not be compared with the limits"


def test_more_than_the_limits_allow_is_told_apart_from_more_than_the_preview_had_shown() -> None:
    """Whoever writes the report of some tasks need not tell it the limits."""
    changes = {"created": 9, "updated": 28, "deactivated": 14, "reactivated": 1, "deleted": 3}
    limits, preview = (f"Imported, and more people were changed than {what}" for what in ("the limits allow", "the preview had shown"))
    for expected, exceeded, headline, people in (
        ({**changes, "deleted": 2}, False, preview, verdict.BEYOND), ({**changes, "deleted": 2}, True, limits, verdict.BEYOND_LIMITS),
        (changes, False, limits, verdict.BEYOND_LIMITS), (None, False, limits, verdict.BEYOND_LIMITS), ("what", True, limits, verdict.BEYOND_LIMITS),
        ({"deleted": "2"}, False, limits, verdict.BEYOND_LIMITS),
    ):
        found = judged(failing("state", "limits", state="COMPLETED", changes=changes, expected=expected), exceeded=exceeded)
        assert (found.kind, found.headline, found.people) == (Kind.FAILED, headline, people)
        assert found.next


def test_too_many_refused_rows_are_no_limit_on_people() -> None:
    changes = {"created": 9, "updated": 28, "deactivated": 14, "reactivated": 1, "deleted": 3}
    run = failing("state", "limits", state="COMPLETED", changes=changes, expected={**changes, "deleted": 2}, row_error_count=3)
    assert compose(Asked(limits={"deleted": 5}, max_row_errors=0), run, WRITTEN).verdict.people == verdict.BEYOND
    assert compose(Asked(limits={"deleted": 2}, max_row_errors=0), run, WRITTEN).verdict.people == verdict.BEYOND_LIMITS


def test_refused_rows_that_could_not_be_written_are_not_told_as_too_many() -> None:
    assert judged(failing("state", "errors", state="COMPLETED")).headline == "Imported, but too many rows were refused"
    unwritten = failing("state", "errors", state="COMPLETED", row_error_count=None)
    assert judged(unwritten).headline == "Failed: the import could not be brought to its end"


def test_refused_rows_of_an_earlier_import_are_no_new_harm() -> None:
    run = failing("state", "errors", state="COMPLETED")
    upload = next(item["result"] for item in run if item["step"] == "upload")
    upload.update(reused=True, **{"import": {"state": "COMPLETED"}})
    assert judged(run).people == "There was nothing new to import. Nobody was changed."


def test_a_mistake_in_this_collection_is_not_told_as_one_in_the_file() -> None:
    assert judged(failing("check", "internal")).headline == "Failed: a mistake in this collection"


@pytest.mark.parametrize("step", STEPS)
def test_every_step_can_fail_with_anything(step: str) -> None:
    for stage in ("", "input", "list", "made up"):
        assert judged(failing(step, stage)).headline
    assert judged([{"step": step, "result": {"failed": True}}]).headline
    assert read_steps([{"step": step, "result": {"failed": True}}]).failed.message == "There is no message."


def test_what_is_left_over_from_an_earlier_run_is_not_read() -> None:
    facts = read_steps(failing("upload", "upload", method="POST"))
    assert [step for step, _result in facts.ran] == ["check", "begin", "delta", "upload"]
    assert facts.last("state") == {}


def test_what_was_skipped_did_not_run() -> None:
    results = {"check": {"skipped": True, "elapsed": 3}, "upload": {}, "state": None}
    facts = read_steps([{"step": step, "result": result} for step, result in results.items()])
    assert (facts.ran, facts.seconds, facts.failed) == ([], [], None)


def test_what_belongs_together_is_one_time() -> None:
    results = [("upload", {"elapsed": 1.5}), ("config", {"elapsed": True}), ("upload", {"elapsed": 2})]
    assert read_steps({"step": step, "result": result} for step, result in results).seconds == [("upload", 3.5)]
