# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guards of the token and of people's data."""

from __future__ import annotations

from .guard import HTTP, IMPORTS, STEPS, UNIT, UTILS, Guard

STAYS, TELLS = "tests/modules/test_token_stays.py", "tests/modules/test_guards.py"

GUARDS = [
    Guard("`~/.netrc` does not replace the token", f"{HTTP}/transport.py",
          "session.auth = TokenAuth(connection.api_token)", 'session.headers["Authorization"] = f"Basic {connection.api_token}"',
          f"{STAYS}::test_a_netrc_takes_no_part"),
    Guard("The token does not go to another machine in the clear", f"{HTTP}/address.py",
          'if parts.scheme == "http" and not is_loopback(host):', "if False:",
          f"{UNIT}/_http/test_address.py::test_http_to_another_machine_is_refused"),
    Guard("... nor to a proxy", f"{HTTP}/transport.py",
          "session.trust_env = False", "pass", f"{STAYS}::test_a_proxy_is_not_used_on_this_machine"),
    Guard("... nor to a service whose certificate is not trusted", f"{HTTP}/transport.py",
          "return (connection.ca_path or True) if connection.validate_certs else False", "return False",
          f"{STAYS}::test_a_bad_certificate_gets_no_token"),
    Guard("Who switches that off is warned", "plugins/module_utils/_ansible/service.py",
          'if not params["validate_certs"]:', "if False:", f"{STAYS}::test_who_switches_the_check_off_is_warned_and_heard"),
    Guard("No cookie is kept", f"{HTTP}/transport.py",
          "session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))", "pass",
          f"{UNIT}/_http/test_hostile_wire.py::test_no_cookie_is_sent_back"),
    Guard("An address in a message carries no password", f"{HTTP}/address.py",
          'host = parts.netloc.rpartition("@")[2]', "host = parts.netloc",
          f"{UNIT}/_http/test_address.py::test_a_url_in_a_message_carries_no_secret"),
    Guard("What the service quotes is hidden", f"{HTTP}/wording.py",
          'if not all(_harmless(part) for part in core.split("/") if part):', "if False:", f"{TELLS}::test_what_the_service_quotes_is_hidden"),
    Guard("... also in the refused rows", f"{IMPORTS}/row_errors.py",
          "shown = readable(_without(text[:LONGEST_MESSAGE], beside)) if len(beside) <= MOST_CELLS else \"\"", "shown = text",
          f"{TELLS}::test_cells_in_row_errors_are_hidden"),
    Guard("A mistake of our own is told without a traceback", "plugins/module_utils/_ansible/invocation.py",
          "result = _failed(_Mistake(error))", "raise", f"{UNIT}/_ansible/test_running.py"),
    Guard("... but a task whose time is up is no mistake", "plugins/module_utils/_ansible/invocation.py",
          "except Exception as error:", "except BaseException as error:",
          f"{UNIT}/_ansible/test_running.py::test_the_time_out_of_a_task_comes_out_and_the_connection_is_closed"),
    Guard("The content is not among the options that are shown", "plugins/modules/staffbase_import_upload.py",
          '"content": {"type": "str", "no_log": True}', '"content": {"type": "str"}',
          f"{TELLS}::test_the_content_is_not_among_the_options_that_are_shown"),
    Guard("The token is not written to the target", "plugins/plugin_utils/_in_worker.py",
          'self._connection.set_option("pipelining", True)', "pass",
          "tests/system/test_in_worker.py::test_the_token_is_not_written_to_the_target_either"),
    Guard("With `no_log`, nothing of a task is shown", "plugins/plugin_utils/_in_worker.py",
          "return None if self._task.no_log else lambda text:", "return lambda text:",
          "tests/system/test_worker_keywords.py::test_with_no_log_nothing_of_a_task_is_shown"),
    Guard("... nor what it warns of", "plugins/plugin_utils/_in_worker.py",
          "if invocation.warnings and not self._task.no_log:", "if invocation.warnings:",
          "tests/system/test_worker_keywords.py::test_with_no_log_nothing_of_a_task_is_shown"),
    Guard("Nothing that a terminal obeys reaches it", f"{UTILS}/_printable.py",
          "return _ACTING.sub(REPLACEMENT, text)", "return text",
          "tests/system/test_role_hostile_texts.py::test_a_terminal_never_sees_what_it_would_obey"),
    Guard("The name of a file is no template", f"{STEPS}/stored_name.py",
          'if "{{" in name or "{%" in name or "{#" in name:', "if False:", "tests/modules/test_upload_input.py::test_names_that_cannot_be_stored"),
    Guard("... nor is a word of the service", f"{HTTP}/wording.py",
          '.replace("{", "(").replace("}", ")")', "", f"{UNIT}/_http/test_wording.py::test_no_word_begins_a_template"),
]
