# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guards of "once": after a kill, beside other runs, and with a service that goes back."""

from __future__ import annotations

from .guard import FILES, IMPORTS, STEPS, UNIT, Guard

BASELINE, RUNS = "tests/modules/test_csv_baseline.py", "tests/modules/test_csv_baseline_runs.py"
DUPLICATES, BACK = "tests/modules/test_upload_duplicate_drafts.py", "tests/modules/test_going_back.py"
PRIVATE = f"{UNIT}/_files/test_private_file.py"

KILLED = [
    Guard("Of a file that was not written whole, the old one stays", f"{FILES}/private_file.py",
          "descriptor, part = _new_part(self._path)",
          "descriptor, part = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, MODE), self._path",
          f"{PRIVATE}::test_until_it_is_whole_the_old_one_stays"),
    Guard("What a killed writer has left is removed", f"{FILES}/private_file.py",
          "            remove_abandoned(path)", "            pass", f"{PRIVATE}::test_what_a_killed_writer_has_left_is_removed_by_the_next_one"),
    Guard("... what somebody is writing is not", f"{FILES}/private_file.py",
          "fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)\n            os.unlink(part)", "os.unlink(part)",
          f"{PRIVATE}::test_what_somebody_is_writing_is_left_alone"),
    Guard("A file that is called written outlasts a loss of power", f"{FILES}/private_file.py",
          "os.fsync(stream.fileno())", "pass", f"{PRIVATE}::test_the_file_and_its_place_last_before_it_is_called_written"),
    Guard("A run that was begun is finished before another begins", f"{FILES}/baseline_run.py",
          "if not kept.pending:", "if True:", f"{BASELINE}::test_a_pending_run_is_not_begun_again"),
    Guard("... one that was killed while it began is begun anew", f"{FILES}/baseline.py",
          "return self.is_begun() and os.path.exists(self.delta_path)", "return self.is_begun()",
          f"{BASELINE}::test_a_run_that_was_killed_while_it_began_is_begun_anew"),
    Guard("... and one that was killed while it was finished is finished again", f"{FILES}/baseline.py",
          "for path in (self.next_path, self.delta_path):", "for path in (self.delta_path, self.next_path):",
          "tests/system/test_role_killed.py::test_killed_before_a_step_on_a_file"),
    Guard("A draft of a run that died is deleted", f"{STEPS}/upload.py",
          "orphans = _drafts(same) if started else []", "orphans = []",
          "tests/modules/test_upload_orphaned_drafts.py::test_the_import_is_reused_and_the_stray_deleted"),
    Guard("An import whose run was dropped cannot be started any more", "roles/delta_import/tasks/begin_night.yml",
          "        - __delta_import_before_is_unstarted\n        - not __delta_import_run_at_first.same\n", "        - false\n",
          "tests/system/test_role_guards.py::test_an_import_whose_run_was_dropped_cannot_be_started_any_more[guarded]"),
    Guard("Refused rows are sent again", f"{FILES}/baseline.py",
          "    return {line for line in found if line is not None}, None in found", "    return None",
          f"{BASELINE}::test_refused_rows_stay_in_the_next_delta"),
]

SIDE_BY_SIDE = [
    Guard("Of several imports of one content made at once, one stays", f"{STEPS}/upload.py",
          "duplicates = [] if force else self._made_since(known, import_id)", "duplicates = []", f"{DUPLICATES}::test_many_controllers_at_once"),
    Guard("... the same one for everybody", f"{STEPS}/upload.py",
          "(record.state == State.DRAFT.value, record.created, record.id)", "record.id == self._source.sha256",
          f"{DUPLICATES}::test_the_older_duplicate_is_kept"),
    Guard("... not one that is a draft while another has left it", f"{STEPS}/upload.py",
          "(record.state == State.DRAFT.value, record.created, record.id)", "(record.created, record.id)",
          f"{DUPLICATES}::test_a_duplicate_that_has_left_the_draft_is_kept"),
    Guard("... and who comes then waits until they have agreed", f"{STEPS}/upload.py",
          "for seconds in LOOKS_AT_DUPLICATES:", "for seconds in ():",
          f"{DUPLICATES}::test_duplicates_that_are_there_are_looked_at_until_they_agree"),
    Guard("An answer that names an import which was there deletes nothing", f"{STEPS}/upload.py",
          "if import_id in there_before:", "if False:", f"{DUPLICATES}::test_an_answer_that_names_another_import_deletes_it_not"),
    Guard("A tenant that runs one import at a time is waited for", f"{STEPS}/transition.py",
          "return any(other.state in RUNNING for other in others) or (before is not None and not self._ended <= before)", "return False",
          "tests/modules/test_state_waiting.py::test_a_tenant_that_stays_busy"),
    Guard("... also while short imports take turns", f"{STEPS}/transition.py",
          " or (before is not None and not self._ended <= before)", "",
          "tests/modules/test_state_waiting.py::test_short_imports_that_take_turns_are_waited_for"),
    Guard("A configuration that another run has written is no error", f"{STEPS}/config.py",
          "if record.state not in (State.DRAFT.value, State.CANCELLED.value) and self._is_as_wanted(body):", "if False:",
          "tests/modules/test_config_concurrent_runs.py"),
    Guard("Two runs of one source do not work with its baseline at once", f"{FILES}/baseline_lock.py",
          "waiter.until(lambda: _lock(descriptor), bool)", "pass", RUNS),
    Guard("... and a run that was overtaken touches it no more", f"{FILES}/baseline_lock.py",
          "if self.run != run:", "if False:", RUNS),
    Guard("... nor does it finish the run of another", f"{FILES}/baseline.py",
          "if sha256 is not None and _digest(self.next_path) != sha256:", "if False:",
          f"{BASELINE}::test_a_run_that_another_run_has_begun_is_not_finished"),
    Guard("A baseline belongs to one source", f"{FILES}/baseline_lock.py",
          "if self._source not in (None, _bytes(source)):", "if False:", f"{BASELINE}::test_a_baseline_belongs_to_one_source"),
]

GOING_BACK = [
    Guard("An import that was seen started is not started again", f"{STEPS}/state_history.py",
          "if self.has_started and self.is_back(state):", "if False:",
          f"{BACK}::test_an_import_that_an_earlier_task_saw_started_is_not_started_again"),
    Guard("... and one that goes back is told", f"{STEPS}/state_history.py",
          "if self._looks_back >= MOST_LOOKS_BACK:", "if False:",
          f"{BACK}::test_an_import_that_goes_back_while_it_is_waited_for_is_told_and_not_started_again"),
    Guard("A state that nobody knows has reached nothing", f"{IMPORTS}/states.py",
          "return place is not None and wanted is not None and place >= wanted", "return place is None or (wanted is not None and place >= wanted)",
          f"{UNIT}/_imports/test_states.py"),
]
