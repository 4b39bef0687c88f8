# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guards against a call that breaks: what is tried again, what is not, and what is looked for before."""

from __future__ import annotations

from .guard import API, STEPS, UNIT, Guard

CLIENT = f"{UNIT}/_api/test_client.py"

GUARDS = [
    Guard("A status that passes by itself is tried again", f"{API}/retry.py",
          "frozenset({408, 425, 429, 500, 502, 503, 504})", "frozenset()", "tests/modules/test_failures.py::test_a_read_is_tried_again"),
    Guard("... any other is not", f"{API}/answer.py",
          "passing=answer.status in retry.PASSING_STATUSES,", "passing=True,", f"{CLIENT}::test_any_other_refusal_is_not"),
    Guard("... and not more often than `retries` says", f"{API}/client.py",
          "attempts > self.connection.retries", "attempts > 9", f"{CLIENT}::test_the_number_of_retries_is_obeyed"),
    Guard("A `Retry-After` is kept", f"{API}/retry.py",
          "return max(asked, own) if limited else asked", "return own", f"{CLIENT}::test_retry_after_is_obeyed"),
    Guard("... by the clock of the service", f"{API}/answer.py",
          'time.time(), answer.headers.get("date")),', "time.time()),",
          "tests/modules/test_clock_skew.py::test_a_moment_that_the_service_names_is_read_by_its_own_clock"),
    Guard("... but not for a day", f"{API}/client.py",
          " or (error.retry_after or 0) > retry.LONGEST_RETRY_AFTER", "", f"{CLIENT}::test_who_asks_for_too_long_a_pause_gets_no_further_call"),
    Guard("Before a write is sent again it is asked whether it has worked", f"{API}/client.py",
          "if settled is not None and error.unsure:", "if False:", f"{CLIENT}::test_when_a_write_may_have_worked_it_is_asked_before_it_is_repeated"),
    Guard("... also after an error of a gateway", f"{API}/answer.py",
          "unsure=answer.status >= 500 or answer.status == 408,", "unsure=False,",
          f"{CLIENT}::test_when_a_write_may_have_worked_it_is_asked_before_it_is_repeated"),
    Guard("... and not where no connection was made", f"{API}/transport.py",
          'inside="NewConnectionError", unsure=False)', 'inside="NewConnectionError")', f"{CLIENT}::test_when_no_connection_was_made_nobody_is_asked"),
    Guard("An upload without an answer is looked for", f"{STEPS}/upload.py",
          "for seconds in LOOKS_AFTER_LOSS:", "for seconds in ():", "tests/modules/test_upload_lost.py::test_the_import_is_adopted"),
    Guard("A new state without an answer is looked for", f"{STEPS}/transition.py",
          "return now != before.state and (now == target.value or reached(now, target))", "return False",
          "tests/modules/test_state_waiting.py::test_a_lost_answer_to_the_start_applies_the_import_once"),
    Guard("A redirect is not followed", f"{API}/transport.py",
          "session.get_redirect_target = _no_target",
          'session.request = lambda *args, _real=session.request, **options: _real(*args, **{**options, "allow_redirects": True})',
          f"{CLIENT}::test_a_redirect_is_refused_and_its_target_never_asked"),
    Guard("A web page is no answer of the service", f"{API}/answer.py",
          'if "html" in content_type.lower():', "if False:", f"{CLIENT}::test_a_web_page_is_no_answer_to_a_write"),
    Guard("JSON is no list of refused rows", f"{API}/answer.py",
          'said = "json" in content_type.lower()', "said = False", f"{CLIENT}::test_json_is_no_error_list"),
    Guard("An answer that ends too early is no answer", f"{API}/transport.py",
          'if re.fullmatch("[0-9]{1,18}", promised) and count < int(promised) and response.request.method != "HEAD":', "if False:",
          f"{UNIT}/_api/test_transport.py::test_a_cut_is_noticed_where_the_library_does_not"),
    Guard("What is no list is no empty list of imports", f"{API}/paging.py",
          'raise CallError("The answer is not the list of imports", self._where, status=200)', 'return {"entries": []}',
          f"{UNIT}/_api/test_paging.py::test_an_answer_that_is_no_list_is_not_read_as_an_empty_one"),
    Guard("A fault does not end the waiting", f"{API}/waiting.py",
          "if not error.passing:", "if True:", "tests/modules/test_state_waiting.py::test_a_fault_while_waiting"),
    Guard("... and `wait_timeout` does", f"{API}/waiting.py",
          "if left <= 0 or asked > left:", "if left <= -60:", "tests/modules/test_state_waiting.py::test_the_time_is_up_and_a_rerun_finishes"),
    Guard("Where PATCH is answered with 405, PUT is tried", f"{API}/imports.py",
          "if error.status != 405 or verb == self._config_verbs[-1]:", "if True:",
          "tests/modules/test_config_write.py::test_another_verb_where_patch_is_not_known"),
    Guard("What is deleted already is deleted", f"{API}/imports.py",
          "if error.status not in (404, 410):", "if True:", "tests/modules/test_state_withdraw.py::test_a_fault_of_the_deletion"),
    Guard("A draft is not left half configured", f"{STEPS}/config.py",
          "            if accepted:\n                self._leave_none(before)", "            pass",
          "tests/modules/test_config_blame.py::test_the_former_configuration_or_no_draft_is_left"),
]
