# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of a run, in plain words: the verdict, what it means for people, what to do next."""

from __future__ import annotations

import dataclasses
import enum

from .._imports.counters import COUNTERS
from .._imports.states import RUNNING, UNSTARTED, State
from .._run.facts import Data, Facts, Failed, data, number
from .._steps.beyond_preview import beyond_preview
from .._steps.outcome import ABSENT


class Kind(str, enum.Enum):
    """The verdict as a machine reads it."""

    IMPORTED = "imported"
    PREVIEWED = "previewed"
    NOTHING_NEW = "nothing_new"
    #: One of this collection's guards stopped the run before anybody was changed.
    STOPPED = "stopped"
    FAILED = "failed"
    #: Nobody waited for the end.
    UNFINISHED = "unfinished"


#: What a run means for people.
NOBODY = "Nobody was changed."
PREVIOUS_RUN = "The current export was not sent, so it has changed nobody. The import that the previous run has sent goes on at the service."
GOES_ON = "The service goes on with the import by itself: the people in the file are being changed."
ALL = "All rows that were sent were imported. Nobody else was touched."
OTHERS = "All other rows were imported. Nobody else was touched."
COMPLETED = "The import itself is complete: people were changed. What failed came after it."
BEYOND = "The import is complete, and it has changed more people than its preview had shown."
BEYOND_LIMITS = "The import is complete, and it has changed more people than the limits allow."
UNSURE = "Whether anybody was changed is not certain: it is not known whether the import was started."

AGAIN = "Run again: the next run continues from there, and nothing is imported twice."


@dataclasses.dataclass(frozen=True)
class Verdict:
    """`headline` and `people` are sentences; `next` is what to do, in order, and may be empty."""

    kind: Kind
    headline: str
    people: str
    next: list[str]

    @property
    def sentence(self) -> str:
        return f"{self.headline}. {self.people}"


def verdict_of(facts: Facts, *, exceeded: bool = False) -> Verdict:
    """Judge a run. `exceeded`: one of its limits on what an import does to people is."""
    failed = facts.failed
    return _of_failure(facts, failed, exceeded) if failed else _of_success(facts)


def rows(count: int) -> str:
    return f"{count:,} {'row' if count == 1 else 'rows'}"


def _of_success(facts: Facts) -> Verdict:
    state, refused = facts.import_state, facts.refused_count or 0
    if facts.is_nothing_new:
        why = _why_nothing(facts.last("delta"))
        return Verdict(Kind.NOTHING_NEW, "Nothing new", f"{why} {NOBODY}", _about_refused(refused, facts))
    if state == State.COMPLETED.value:
        if not refused:
            return Verdict(Kind.IMPORTED, "Imported", ALL, [])
        verb = "was" if refused == 1 else "were"
        return Verdict(Kind.IMPORTED, f"Imported, but {rows(refused)} {verb} refused", OTHERS, _about_refused(refused, facts))
    if state == ABSENT:
        return Verdict(Kind.PREVIEWED, "Previewed", f"{NOBODY} The draft was deleted after its preview.", [
            "Compare the numbers with what you expect.", "To import, run again with the target 'imported': the export is uploaded once more."])
    if state == State.PREVIEW_READY.value:
        return Verdict(Kind.PREVIEWED, "Previewed", f"{NOBODY} These are the numbers that the service expects.", [
            "Compare the numbers with what you expect.", "To import, run again with the target 'imported': it goes on from this preview."])
    where = f"The import stands at {state}." if state else "Nothing is known of an import."
    return Verdict(Kind.UNFINISHED, "Not at its end yet", f"{where} {GOES_ON if state in RUNNING else ''}".strip(), [AGAIN])


def _why_nothing(difference: Data) -> str:
    if not difference.get("empty"):
        return "This content had been imported before."
    left = number(difference.get("leavers"))
    alone = f" {left:,} {'person is' if left == 1 else 'people are'} missing in it, and left alone." if left else ""
    return f"Nobody in the export has changed.{alone}"


def _about_refused(refused: int, facts: Facts) -> list[str]:
    if not refused:
        return []
    stays = "They stay in the next difference, so the next run sends them again." if facts.has("begin") else "The next export brings them again."
    return ["Correct the refused rows in the system that the export comes from.", stays]


#: (step, stage) -> kind, headline and what to do next. These come from guards of this collection, not from a call.
GUARDS = {
    ("inputs", "inputs"): (Kind.STOPPED, "Stopped: the inputs cannot be right", ["Correct the inputs that the message names, and run again."]),
    # A check of somebody's own.
    ("inputs", ""): (Kind.STOPPED, "Stopped: the inputs cannot be right", ["Correct the inputs that the message names, and run again."]),
    ("check", "check"): (Kind.STOPPED, "Stopped: the export is broken", [
        "Correct the export at the lines below, or have it exported again.", "Run again. Nothing was sent, so there is nothing to undo."]),
    ("delta", "delta"): (Kind.STOPPED, "Stopped: too much has changed since the last export", [
        "If the export is right, raise the limit on joiners, movers or leavers for this run, and run again.",
        "If it is short or wrong, have it exported again."]),
    ("begin", "approval"): (Kind.STOPPED, "Stopped: this is not what was approved", [
        "Run the preview again, compare its numbers with what you expect, and have it approved."]),
    ("approval", "approval"): (Kind.STOPPED, "Stopped: this is not what was approved", [
        "Run the preview again, compare its numbers with what you expect, and have it approved."]),
    ("state", "preview"): (Kind.STOPPED, "Stopped: the preview could not be compared with the limits", [
        "Read the message: it says which number is missing.", "Run again when that is mended: it goes on with the same upload."]),
    ("state", "exceeded"): (Kind.STOPPED, "Stopped: more people would be changed than the limits allow", [
        "Compare the numbers below with what you expect of this export.",
        "If they are right, raise the limit for this run and run again: it goes on with the same upload.",
        "If they are wrong, have the export corrected, and run again."]),
    ("state", "errors"): (Kind.FAILED, "Imported, but too many rows were refused", [
        "Correct the refused rows in the system that the export comes from.",
        "Export and run again. With a baseline, the refused rows alone are sent again."]),
    ("outcome", "errors"): (Kind.FAILED, "Every row was refused, so nobody was imported", [
        "Read below what the service says about the rows, and correct the export or the mapping.",
        "Run again: the rows are sent once more."]),
    ("state", "limits"): (Kind.FAILED, "Imported, and more people were changed than the limits allow", [
        "Look at the people that the numbers below are of, in Studio.",
        "Correct the export, and run again: the next import gives them what the export says then."]),
    ("state", "beyond"): (Kind.FAILED, "Imported, and more people were changed than the preview had shown", [
        "Compare both columns of the numbers below, and look at these people in Studio.",
        "If the export is wrong, correct it and run again: the next import gives them what the export says then.",
        "If it is right, nothing is left to do: the next run goes on as usual."]),
    ("state", "wait"): (Kind.FAILED, "Failed: the import was not at its end in time", [AGAIN]),
}

#: Any other failure of a step.
HEADLINES = {
    "check": "the export could not be read",
    "begin": "the copy of the export could not be kept",
    "resume": "the previous run could not be finished",
    "delta": "the export could not be compared with the baseline",
    "upload": "the export could not be uploaded",
    "config": "the columns could not be mapped",
    "state": "the import could not be brought to its end",
    "replace": "a draft that must not be imported could not be deleted",
    "delete": "the draft could not be deleted",
    "remove": "the draft could not be deleted",
    "baseline": "the baseline could not be replaced",
}


def _of_failure(facts: Facts, failed: Failed, exceeded: bool) -> Verdict:
    kind, headline, steps = _of_guard(failed, exceeded) or _of_accident(failed)
    return Verdict(kind, headline, _effect(facts, failed, exceeded), list(steps))


def _of_guard(failed: Failed, exceeded: bool) -> tuple[Kind, str, list[str]] | None:
    if failed.failure.get("method"):
        return None
    stage = failed.stage
    if (failed.step, stage) == ("state", "preview"):
        # An import that was cancelled or started by another client fails at this stage, too.
        at_preview = failed.result.get("state") == State.PREVIEW_READY.value
        stage = "" if not at_preview else "exceeded" if exceeded else stage
    if (failed.step, stage) == ("state", "limits") and _is_beyond_preview(failed, exceeded):
        stage = "beyond"
    if (failed.step, stage) == ("state", "errors") and failed.result.get("row_error_count") is None:
        # They were not too many: they could not be written.
        stage = ""
    return GUARDS.get((failed.step, stage))


def _is_beyond_preview(failed: Failed, exceeded: bool) -> bool:
    """Tell whether no limit but the preview was exceeded. Whoever has the report written need not have told the limits."""
    expected, done = ({name: number(data(failed.result.get(key)).get(name)) for name in COUNTERS} for key in ("expected", "changes"))
    return not exceeded and bool(beyond_preview(expected, done).unexplained)


def _of_accident(failed: Failed) -> tuple[Kind, str, list[str]]:
    if failed.stage == "internal":
        return Kind.FAILED, "Failed: a mistake in this collection", ["Please report the message.", AGAIN]
    return Kind.FAILED, f"Failed: {HEADLINES.get(_step_or_deletion(failed), 'a step did not end as it should')}", ["Do what the message says.", AGAIN]


def _step_or_deletion(failed: Failed) -> str:
    """Return the step, or what the state step did last: it deletes a draft after its preview."""
    return "delete" if (failed.step, failed.stage) == ("state", "delete") else failed.step


def _effect(facts: Facts, failed: Failed, exceeded: bool) -> str:
    """Return what a failure means for people."""
    if failed.step not in ("state", "remove", "baseline"):
        return PREVIOUS_RUN if failed.step == "resume" else NOBODY
    if facts.is_nothing_new:
        return f"There was nothing new to import. {NOBODY}"
    state = facts.import_state
    if (failed.step, failed.stage) == ("state", "limits"):
        return BEYOND if _is_beyond_preview(failed, exceeded) else BEYOND_LIMITS
    if state == State.COMPLETED.value:
        return OTHERS if (failed.step, failed.stage) == ("state", "errors") and facts.refused_count is not None else COMPLETED
    if state in RUNNING:
        return GOES_ON
    return NOBODY if (state == ABSENT or state in UNSTARTED) and not _may_have_started(failed) else UNSURE


def _may_have_started(failed: Failed) -> bool:
    """Tell whether the order to start was sent and what became of it is not known: there was no answer, or one of a faulty service."""
    status = number(failed.failure.get("status"))
    return failed.stage == "import" and bool(failed.failure.get("method")) and (status is None or status >= 500)
