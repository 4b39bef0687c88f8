# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guards against changing more people than anybody meant."""

from __future__ import annotations

from .guard import HTTP, IMPORTS, STEPS, Guard

LIMITS = "tests/modules/test_state_limits.py"

GUARDS = [
    Guard("Nobody is changed beyond the limits", f"{STEPS}/limits.py",
          "if (counts[name] or 0) > limits[name]]", "if False]", f"{LIMITS}::test_one_more_than_allowed"),
    Guard("... no number is no pass", f"{STEPS}/limits.py",
          "if not has_numbers(counts):\n", "if not has_numbers(counts):\n        return None\n    if False:\n",
          f"{LIMITS}::test_no_numbers_is_no_pass"),
    Guard("... nor is a number that is missing", f"{STEPS}/limits.py",
          "missing = [name for name in limits if counts[name] is None]", "missing = []", f"{LIMITS}::test_a_number_that_is_missing_is_no_pass"),
    Guard("... nor are zeros that can hide anybody", f"{STEPS}/limits.py",
          "reason = ZEROS", "pass", f"{LIMITS}::test_zeros_of_a_full_import_can_hide_anybody"),
    Guard("... nor is a number below zero", f"{IMPORTS}/counters.py",
          "return min(int(value), HIGHEST) if value >= 0 else None", "return int(value)",
          "tests/modules/test_hostile_answers.py::test_a_counter_beyond_reason_does_not_pass_a_limit"),
    Guard("What another client has started is compared at its end", f"{STEPS}/advance.py",
          "reason = self._objection_to_end()", "reason = None",
          f"{LIMITS}::test_what_another_client_started_beyond_the_limits_is_a_failure"),
    Guard("A preview that another client has made again is compared, too", f"{STEPS}/transition.py",
          "if target is State.IMPORT_PENDING and now in PREVIEWING:", "if False:",
          f"{LIMITS}::test_what_another_client_has_previewed_again_is_held_against_the_limits"),
    Guard("A short export does not deactivate the rest", "plugins/module_utils/_csv/change_limits.py",
          "if most is not None and delta.count(kind) > most:", "if False:",
          "tests/modules/test_csv_delta.py::test_limits_stop_it_before_anything_is_written"),
    Guard("A run that finds no host is not green", "roles/delta_import/tasks/sources.yml",
          "__delta_import_sources) | length > 0\n", "__delta_import_sources) | length >= 0\n",
          "tests/system/test_role_guards.py::test_a_run_that_finds_no_source_is_not_green[delta_import-guarded]"),
    Guard("Check mode sends no write", f"{HTTP}/client.py",
          "if self.read_only and where.method not in READING:", "if False:",
          "tests/modules/test_guards.py::test_the_client_refuses_a_write_in_check_mode_whoever_asks"),
]
