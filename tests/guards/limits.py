# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guards against changing more people than anybody meant."""

from __future__ import annotations

from .guard import Guard

LIMITS = "tests/modules/test_state_limits.py"
END = "tests/modules/test_state_end.py"

GUARDS = [
    Guard("Nobody is changed beyond the limits",
          "(counts[name] or 0) > limits[name]", "False", f"{LIMITS}::test_one_more_than_allowed"),
    Guard("... no number is no pass",
          'f"the service gives no numbers for the {counted}, so the limits cannot be compared"', "None",
          f"{LIMITS}::test_no_numbers_is_no_pass"),
    Guard("... nor is a number that is missing",
          "missing = [name for name in limits if counts[name] is None]", "missing = []", f"{LIMITS}::test_a_number_that_is_missing_is_no_pass"),
    Guard("... nor are zeros that can hide anybody",
          "reason = ZEROS", "pass", f"{LIMITS}::test_zeros_of_a_full_import_can_hide_anybody"),
    Guard("... nor is a number below zero",
          "return min(int(value), HIGHEST) if value >= 0 else None", "return int(value)",
          "tests/modules/test_hostile_answers.py::test_a_counter_beyond_reason_does_not_pass_a_limit"),
    Guard("What another client has started is compared at its end",
          "reason = self._objection_to_end()", "reason = None",
          f"{LIMITS}::test_what_another_client_started_beyond_the_limits_is_a_failure"),
    Guard("... and what an import has done beyond the limits is told, whatever its preview has shown",
          "over = exceeded(limits, done)", "over = []",
          f"{LIMITS}::test_an_import_that_does_more_than_its_preview_has_shown_is_a_failure"),
    Guard("... and what it has done beyond its preview, where no limit is exceeded",
          "beyond = beyond_preview(expected, done).unexplained", "beyond = []",
          f"{END}::test_another_configuration_meanwhile_is_a_failure"),
    Guard("... with no more deactivated than those who can have logged in for the first time",
          'max((expected.get("deleted") or 0) - (done.get("deleted") or 0), 0)', "10**9",
          f"{END}::test_who_is_added_meanwhile_and_deactivated_is_a_failure"),
    Guard("... and too many refused rows do not hide it",
          "if harm is None:\n    raise", "raise",
          f"{END}::test_too_many_refused_rows_do_not_hide_the_harm"),
    Guard("A preview that another client has made again is compared, too",
          "target is State.IMPORT_PENDING and now in PREVIEWING", "False",
          f"{LIMITS}::test_what_another_client_has_previewed_again_is_held_against_the_limits"),
    Guard("A short export does not deactivate the rest",
          "most is not None and delta.limited(kind) > most", "False",
          "tests/modules/test_csv_delta.py::test_limits_stop_it_before_anything_is_written"),
    Guard("... also where no limit is set",
          'leavers != "deactivate" or limits.get("leavers") is not None', "True",
          "tests/system/test_role_baseline.py::test_half_an_export_deactivates_nobody_without_a_limit_of_the_admin"),
    Guard("Other words in the status column stop the run",
          'not self._knows_a_status and self._problems.by_code["status_unknown"]', "False",
          "tests/unit/module_utils/_csv/test_problem_codes.py::test_a_status_column_with_other_words_makes_the_file_doubtful"),
    Guard("A run that finds no host is not green",
          "__delta_import_pattern) | length > 0", "__delta_import_pattern) | length >= 0",
          "tests/system/test_role_guards.py::test_a_run_that_finds_no_source_is_not_green[delta_import-guarded]"),
    Guard("Check mode sends no write",
          "self.read_only and where.method not in READING", "False",
          "tests/modules/test_guards.py::test_the_client_refuses_a_write_in_check_mode_whoever_asks"),
]
