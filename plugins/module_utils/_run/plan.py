# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What comes next in a run, decided from its inputs and from what its steps have returned so far.

This is the only place where a run is decided. The tasks of the role show the chain of its steps; each of them reads here whether it has something
to do, and with what. At the end, `result` has what is told of the run.
"""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from .._csv.change_limits import with_default
from .._csv.delta import status_rules
from .._csv.problems import OF_CELLS
from .._errors import StaffbaseError
from .._imports.states import PREVIEWED as HAS_PREVIEW
from .._imports.states import STARTED, State
from .._steps.outcome import ABSENT
from .._steps.stored_name import ROWS_REFUSED, split_stored
from .facts import Data, Facts, data, number, read_steps, text
from .inputs import PREFIX, PREVIEWED, Inputs

#: The steps whose results a run hands on, in the order in which they come, and the step that each belongs to.
ORDER = {
    "inputs": "inputs", "check": "check", "begin": "begin", "delta": "delta", "upload": "upload", "config": "config", "approval": "approval",
    "left_behind": "replace", "outdated": "replace", "upload_again": "upload", "config_again": "config",
    "state": "state", "baseline": "baseline", "outcome": "outcome",
}

#: The stage of a plan's failure -> the decision that has failed. All others are of the inputs.
FAILED_DECISIONS = {"approval": "approval", "errors": "outcome"}


@dataclasses.dataclass(frozen=True)
class Plan:
    """`results`: by the names of ORDER, what the tasks have returned that ran or were skipped."""

    inputs: Inputs
    results: dict[str, Data] = dataclasses.field(default_factory=dict)
    check_mode: bool = False

    @property
    def steps(self) -> list[Data]:
        """The results in order, under the names of the steps: what a report is made of."""
        return [{"step": step, "result": self.results[name]} for name, step in ORDER.items() if self.results.get(name)]

    @functools.cached_property
    def facts(self) -> Facts:
        return read_steps(self.steps)

    # What was asked for

    @property
    def has_baseline(self) -> bool:
        return bool(self.inputs.baseline)

    @property
    def only_looks(self) -> bool:
        """Whether upload and configuration must be there already: in check mode, and where only what was approved may be imported."""
        return self.check_mode or self.inputs.approved_only

    # Comparing with the baseline

    @property
    def begun(self) -> Data:
        return self.facts.last("begin")

    @property
    def sends_everybody(self) -> bool:
        """Whether the whole export is sent: there is no baseline yet, it was asked for, or it is not known what the tenant was told."""
        return self.has_baseline and bool(self.begun.get("everybody"))

    @property
    def comparison(self) -> Data:
        """Whether there is something to compare, and the options for it; those are left out that have no value.

        Where the whole export is sent as it is, its copy is what is sent.
        """
        inputs, begun = self.inputs, self.begun
        rules = status_rules(inputs.status_column, inputs.leavers)
        found = {
            "identifier": inputs.identifier, "status_column": rules.status_column, "joiners_status": rules.joiners_status,
            "limits": self.limits_of_changes, "mapping": inputs.mapping, "protected": inputs.protected, "people_dest": inputs.people_dest,
            "previous": inputs.baseline if begun.get("exists") else "", "told": begun.get("told"), "resend": self.sends_everybody,
            "wanted": bool(begun.get("exists") or begun.get("told") or inputs.protected or inputs.people_dest or rules.joiners_status),
        }
        return {name: value for name, value in found.items() if value not in (None, "")}

    @property
    def limits_of_changes(self) -> Data:
        """How many people may have joined, moved or left since the baseline; leavers who are deactivated always have a limit."""
        return with_default(self.inputs.baseline_limits, self.inputs.leavers) if self.has_baseline else {}

    # Uploading

    @property
    def is_something_to_send(self) -> bool:
        """Not if nobody has changed; and in check mode there is no difference that could be looked for."""
        return not self.facts.last("delta").get("empty") and not (self.has_baseline and self.check_mode)

    @property
    def upload(self) -> Data:
        """What is sent. With a baseline it is a copy, so that nobody can change it between its check and its upload.

        An import is recognised by its content and by what else was asked for: with a baseline by its run, without one by its configuration. Without
        one counts, too, what another client or an earlier version has uploaded, whose name tells nothing of its configuration. A run that only looks
        takes a draft of another configuration for its own, because a real run would configure the same content.
        """
        begun, difference, check = (self.facts.last(step) for step in ("begin", "delta", "check"))
        found = {
            "wanted": self.is_something_to_send,
            "src": begun.get("delta_path") if self.has_baseline else self.inputs.src,
            # What was checked, or made of it, is what is sent.
            "sha256": difference.get("sha256") or check.get("sha256"),
            "variant": begun.get("token") if self.has_baseline else self.inputs.configuration,
            "reuse": [] if self.has_baseline else ["plain", *(["drafts"] if self.only_looks else [])],
            "resend": self.inputs.resend and not self.has_baseline,
            "last_import": begun.get("last_import"),
            "sending": begun.get("sending_path") if self.has_baseline else None,
        }
        return {name: value for name, value in found.items() if value is not None}

    # From the upload on

    @property
    def uploaded(self) -> Data:
        return self.facts.last("upload")

    @property
    def import_id(self) -> str:
        """The import, or nothing: in check mode there is none yet if the file would be uploaded."""
        return text(self.uploaded.get("import_id"))

    @property
    def state_at_upload(self) -> str:
        return text(data(self.uploaded.get("import")).get("state"))

    @property
    def is_told_by_another(self) -> bool:
        """Whether it was started under a name that tells nothing of its configuration, so that this has to be looked at."""
        parts = split_stored(text(data(self.uploaded.get("import")).get("file_name")))
        return not self.has_baseline and bool(self.uploaded.get("reused")) and self.state_at_upload in STARTED and parts is not None and not parts[2]

    @property
    def errors_dest(self) -> str:
        """Where the refused rows are kept. With a baseline that is beside it: a path that several sources share would mix them up."""
        if self.has_baseline:
            return text(self.facts.last("begin").get("errors_path"))
        return self.inputs.errors_dest or self.inputs.report_errors_path

    @property
    def is_worth_a_look(self) -> bool:
        """Of an import that has completed, only its refused rows are looked at: where somebody wants them, or they decide about success."""
        if not self.import_id:
            return False
        if self.is_told_by_another and self.facts.last("config").get("changed"):
            return True
        return self.state_at_upload != State.COMPLETED.value or self.inputs.max_row_errors is not None or bool(self.errors_dest)

    @property
    def goes_on(self) -> bool:
        """A baseline is brought up to date, and what was approved is held against what is there, also when nothing is to be imported."""
        return self.has_baseline or self.inputs.approved_only or self.is_told_by_another or self.is_worth_a_look

    @property
    def config(self) -> Data:
        """The configuration. A difference with leavers has a status column, also where the export has none."""
        check = self.facts.last("check")
        column = self.facts.last("delta").get("status_added")
        added = {"status": column} if column and not self.inputs.status_column else {}
        return {
            "wanted": bool(self.import_id) and (self.state_at_upload not in STARTED or self.is_told_by_another),
            "only_looks": self.only_looks or self.is_told_by_another,
            "mapping": {**self.inputs.mapping, **added}, "separator": check.get("separator"), "encoding": check.get("encoding"),
        }

    @property
    def replace(self) -> Data:
        """The drafts that must not be imported: `left_behind` and `outdated` are ids, or nothing; `anew`: whether the file is uploaded once more.

        A run that died may have uploaded the same export with another difference. And a preview that was made with another configuration must not be
        compared with the limits; not every service makes it again, so that draft is uploaded anew. So is what was imported with another
        configuration.
        """
        left = text(self.begun.get("unstarted_id"))
        left = "" if self.only_looks or left == self.import_id else left
        differs = self.facts.last("config").get("changed") and not self.only_looks
        outdated = differs and self.state_at_upload in HAS_PREVIEW
        anew = bool(outdated or (differs and self.is_told_by_another))
        return {"wanted": bool(left or anew), "left_behind": left, "outdated": self.import_id if outdated else "", "anew": anew}

    def check_approval(self) -> None:
        """Raise StaffbaseError if what is there is not what was previewed and approved."""
        if self.inputs.approved_only and self.is_something_to_send and (reason := self._not_approved()):
            raise StaffbaseError(
                f"This is not what was approved for {self.inputs.source}, so nothing was imported. {reason} "
                "Run the preview again and have it approved.",
                stage="approval", import_id=self.import_id or None)

    def _not_approved(self) -> str:
        approved = self.inputs.approved or {}
        approved_id, digest = text(approved.get("import_id")), text(approved.get("sha256"))
        if not approved_id:
            return "There was nothing to import at the time of the preview, but now there is."
        told = f"Approved was import {approved_id}, but"
        if self.uploaded.get("sha256") != digest:
            return f"{told} the export has changed since its preview."
        if self.import_id != approved_id:
            return f"{told} it is not the newest import of this source any more, or it was deleted or cancelled."
        if self.facts.last("config").get("changed"):
            return f"{told} its configuration is not the one that the variables ask for now."
        return ""

    @property
    def state(self) -> Data:
        """The options of the state step that hang on a decision."""
        found = {
            "wanted": self.is_worth_a_look,
            "last_known_state": self.state_at_upload,
            "max_row_errors": self.inputs.max_row_errors,
            "errors_dest": self.errors_dest,
            "errors_copy": self.inputs.errors_dest if self.has_baseline else "",
            "lock": self.facts.last("begin").get("lock"),
            "delete_previewed": self.inputs.target == PREVIEWED and self.inputs.remove_previewed,
        }
        return {name: value for name, value in found.items() if value not in (None, "")}

    @property
    def finish(self) -> Data:
        """What becomes of the baseline `at` which state of the import, and without which refused rows (`errors`).

        Never in check mode (None), and never before what was sent is COMPLETED. Empty: nothing was sent, so there is no state. A draft that was only
        to be previewed, and is deleted, leaves nothing to be finished.
        """
        if not self.has_baseline or self.check_mode:
            return {"at": None}
        lock = self.begun.get("lock")
        if not self.is_something_to_send:
            return {"at": "", "state": "finished", "lock": lock, "nothing_sent": True}
        if self.state.get("delete_previewed"):
            return {"at": ABSENT, "state": "dropped", "lock": lock, "nothing_sent": True}
        imported = data(self.uploaded.get("import"))
        return {"at": State.COMPLETED.value, "state": "finished", "errors": self.errors_dest, "lock": lock, "nothing_sent": False,
                "import_id": self.import_id, "created_at": text(imported.get("created_at"))}

    @property
    def remember(self) -> Data:
        """Whether it has to be kept in mind that rows were refused, and how: there is no baseline to do so, so a draft in the tenant says it.

        Without it, the next run of the same export would find a completed import and nothing to do. Where refused rows are limited, that run reads
        them again and fails as this one did.
        """
        refused = self.facts.import_state == State.COMPLETED.value and bool(self.facts.refused_count)
        wanted = refused and not self.has_baseline and not self.check_mode and self.inputs.max_row_errors is None
        return {"wanted": wanted, "variant": ROWS_REFUSED}

    def check_outcome(self) -> None:
        """Raise StaffbaseError if all that the import had to say was refused, unless that was known before.

        However many refused rows are tolerated: nothing of the import has come to the tenant, so it is no success.
        """
        facts = self.facts
        refused, difference = facts.refused_count or 0, facts.last("delta")
        sent = number(difference.get("row_count")) or number(facts.last("check").get("row_count")) or 0
        touched = sum(count for count in data(facts.last("state").get("changes")).values() if isinstance(count, int))
        is_known = sent <= (number(difference.get("sent_again")) or 0)
        if refused >= sent > 0 and not touched and not is_known:
            raise StaffbaseError(
                f"Every row of import {self.import_id} was refused ({sent}), so nobody was changed. Read what the service says about the rows, and "
                "have the export or the mapping corrected. The rows are sent again in the next run", stage="errors", import_id=self.import_id)

    @property
    def warnings(self) -> list[str]:
        """What an admin has to know at the end, beside what the steps have said."""
        return [*self._switched_on(), *self._beyond_limits_before(), *self._without_status()]

    def _without_status(self) -> list[str]:
        """Where everybody is sent, somebody may come back whom a run that nobody remembers has deactivated."""
        count = number(self.facts.last("check").get("without_status")) or 0
        if not (count and self.sends_everybody and self.inputs.leavers == "deactivate"):
            return []
        return [
            f"{count} {'person has' if count == 1 else 'people have'} an empty status in the export, which changes nothing. Whoever of them was "
            "deactivated before stays deactivated. Write Activated there if they are to be active"]

    def _beyond_limits_before(self) -> list[str]:
        """What the import of a dead run has done beyond the limits: that run could not tell of it any more."""
        resumed = data(self.begun.get("resumed"))
        changes = data(resumed.get("changes"))
        counted = {name: (number(changes.get(name)) or 0, number(most)) for name, most in self.inputs.limits.items()}
        over = [f"{name} {count} (at most {most})" for name, (count, most) in counted.items() if most is not None and count > most]
        if not over:
            return []
        import_id = text(data(resumed.get("import")).get("id"))
        return [
            f"Import {import_id} of the previous run, which died, has changed more people than the limits allow: {'; '.join(over)}. Look at them in "
            "Studio"]

    def _switched_on(self) -> list[str]:
        on = [PREFIX + text(name) for name in self.begun.get("switched_on") or []]
        if not on or self.is_something_to_send or self.check_mode:
            return []
        return [
            f"{', '.join(on)}: on now, and off when the tenant was told last. Nobody has changed, so nothing was sent, and nobody gets a mail or a "
            "code. It counts from the next import on; delta_import_resend: true sends everybody once"]

    def to_result(self) -> Data:
        """Return every decision that can be made so far, for the tasks."""
        return {
            "results": self.results, "tolerate": list(OF_CELLS), "has_baseline": self.has_baseline, "only_looks": self.only_looks,
            "asked": self.inputs.asked, "resend": self.inputs.resend,
            "comparison": self.comparison, "sha256": self.facts.last("check").get("sha256"), "upload": self.upload,
            "import_id": self.import_id, "goes_on": self.goes_on, "config": self.config, "replace": self.replace, "state": self.state,
            "finish": self.finish, "remember": self.remember,
        }


def gathered(before: t.Any, new: Data) -> dict[str, Data]:
    """Return the results that were handed on `before` (by an earlier plan), and the `new` ones. What was handed on once stays."""
    earlier = data(data(before).get("results"))
    found = {name: data(result) for name, result in {**new, **earlier}.items() if name in ORDER}
    failed = data(before)
    if failed.get("failed"):
        # It was a plan that failed: the inputs were wrong, or this was not what was approved.
        found[FAILED_DECISIONS.get(text(data(failed.get("failure")).get("stage")), "inputs")] = {
            name: failed[name] for name in ("failed", "msg", "failure", "elapsed") if name in failed}
    return found
