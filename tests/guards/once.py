# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guards of "once": after a kill, beside other runs, and with a service that goes back."""

from __future__ import annotations

from .guard import UNIT, Guard

BASELINE, RUNS = "tests/modules/test_csv_baseline.py", "tests/modules/test_csv_baseline_runs.py"
DUPLICATES, BACK = "tests/modules/test_upload_duplicate_drafts.py", "tests/modules/test_going_back.py"
PRIVATE = f"{UNIT}/_files/test_private_file.py"

KILLED = [
    Guard("Of a file that was not written whole, the old one stays",
          "descriptor, part = _new_part(self._path)",
          "descriptor, part = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, MODE), self._path",
          f"{PRIVATE}::test_until_it_is_whole_the_old_one_stays"),
    Guard("What a killed writer has left is removed",
          "remove_abandoned(path)", "pass", f"{PRIVATE}::test_what_a_killed_writer_has_left_is_removed_by_the_next_one"),
    Guard("... what somebody is writing is not",
          "fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)", "pass",
          f"{PRIVATE}::test_what_somebody_is_writing_is_left_alone", within="_remove_if_abandoned"),
    Guard("A file that is called written outlasts a loss of power",
          "os.fsync(stream.fileno())", "pass", f"{PRIVATE}::test_the_file_and_its_place_last_before_it_is_called_written"),
    Guard("A run that was begun is finished before another begins",
          "not kept.pending", "True", f"{BASELINE}::test_a_pending_run_is_not_begun_again"),
    Guard("... one that was killed while it began is begun anew",
          "return self.is_begun() and os.path.exists(self.delta_path)", "return self.is_begun()",
          f"{BASELINE}::test_a_run_that_was_killed_while_it_began_is_begun_anew"),
    Guard("... and one that was killed while it was finished is finished again",
          "(self.next_path, self.delta_path)", "(self.delta_path, self.next_path)",
          "tests/system/test_role_killed.py::test_killed_before_a_step_on_a_file"),
    Guard("A draft of a run that died is deleted",
          "orphans = _drafts(self._of_name(same)) if started else []", "orphans = []",
          "tests/modules/test_upload_orphaned_drafts.py::test_the_import_is_reused_and_the_orphaned_draft_deleted"),
    Guard("An import whose run was dropped cannot be started any more",
          "record is not None and self._wanted.cancel_unstarted", "False",
          "tests/system/test_role_guards.py::test_an_import_whose_run_was_dropped_cannot_be_started_any_more[guarded]"),
    Guard("Refused rows are sent again",
          "return {line for line in found if line is not None}, None in found", "return None",
          f"{BASELINE}::test_refused_rows_stay_in_the_next_delta"),
]

SIDE_BY_SIDE = [
    Guard("Of several imports of one content made at once, one stays",
          "duplicates = [] if force else self._made_since(known, import_id)", "duplicates = []", f"{DUPLICATES}::test_many_controllers_at_once"),
    Guard("... the same one for everybody",
          "(record.state == State.DRAFT.value, record.created, record.id)", "record.id == self._source.sha256",
          f"{DUPLICATES}::test_the_older_duplicate_is_kept"),
    Guard("... not one that is a draft while another has left it",
          "(record.state == State.DRAFT.value, record.created, record.id)", "(record.created, record.id)",
          f"{DUPLICATES}::test_a_duplicate_that_has_left_the_draft_is_kept"),
    Guard("... and who comes then waits until they have agreed",
          "LOOKS_AT_DUPLICATES", "()",
          f"{DUPLICATES}::test_duplicates_that_are_there_are_looked_at_until_they_agree"),
    Guard("An answer that names an import which was there deletes nothing",
          "import_id in there_before", "False", f"{DUPLICATES}::test_an_answer_that_names_another_import_deletes_it_not"),
    Guard("A tenant that runs one import at a time is waited for",
          "return any(other.state in RUNNING for other in others) or (before is not None and not self._ended <= before)", "return False",
          "tests/modules/test_state_waiting.py::test_a_tenant_that_stays_busy"),
    Guard("... also while short imports take turns",
          "before is not None and not self._ended <= before", "False",
          "tests/modules/test_state_waiting.py::test_short_imports_that_take_turns_are_waited_for"),
    Guard("A configuration that another run has written is no error",
          "record.state not in (State.DRAFT.value, State.CANCELLED.value) and self._is_as_wanted(body)", "False",
          "tests/modules/test_config_concurrent_runs.py"),
    Guard("Two runs of one source do not work with its baseline at once",
          "waiter.until(lambda: _lock(descriptor), bool)", "pass", RUNS),
    Guard("... and a run that was overtaken touches it no more",
          "self.run != run", "False", RUNS),
    Guard("... nor does it finish the run of another",
          "sha256 is not None and _digest(self.next_path) != sha256", "False",
          f"{BASELINE}::test_what_another_run_has_begun_is_not_finished"),
    Guard("A baseline belongs to one source",
          "self._source not in (None, _bytes(source))", "False", f"{BASELINE}::test_a_baseline_belongs_to_one_source"),
]

GOING_BACK = [
    Guard("An import that was seen started is not started again",
          "self.has_started and self.is_back(state)", "False",
          f"{BACK}::test_an_import_that_an_earlier_task_saw_started_is_not_started_again"),
    Guard("... and one that goes back is told",
          "self._looks_back >= MOST_LOOKS_BACK", "False",
          f"{BACK}::test_an_import_that_goes_back_while_it_is_waited_for_is_told_and_not_started_again"),
    Guard("... nor is a service that goes to and fro asked for ever",
          "self._waiter.rest(self._waiter.elapsed)", "pass",
          f"{BACK}::test_a_service_that_goes_to_and_fro_is_neither_asked_without_a_pause_nor_for_ever"),
    Guard("A state that nobody knows has reached nothing",
          "return place is not None and wanted is not None and place >= wanted", "return place is None or (wanted is not None and place >= wanted)",
          f"{UNIT}/_imports/test_states.py"),
]
