# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guards of the token and of people's data."""

from __future__ import annotations

from .guard import UNIT, Guard

STAYS, TELLS = "tests/modules/test_token_stays.py", "tests/modules/test_guards.py"

GUARDS = [
    Guard("`~/.netrc` does not replace the token",
          "session.auth = TokenAuth(connection.api_token)", 'session.headers["Authorization"] = f"Basic {connection.api_token}"',
          f"{STAYS}::test_a_netrc_takes_no_part"),
    Guard("The token does not go to another machine in the clear",
          'parts.scheme == "http" and not is_loopback(host)', "False",
          f"{UNIT}/_http/test_address.py::test_http_to_another_machine_is_refused"),
    Guard("... nor to a proxy",
          "session.trust_env = False", "pass", f"{STAYS}::test_a_proxy_is_not_used_on_this_machine"),
    Guard("... nor to a service whose certificate is not trusted",
          "return (connection.ca_path or True) if connection.validate_certs else False", "return False",
          f"{STAYS}::test_a_bad_certificate_gets_no_token"),
    Guard("Who switches that off is warned",
          'not params["validate_certs"]', "False", f"{STAYS}::test_who_switches_the_check_off_is_warned_and_heard"),
    Guard("No cookie is kept",
          "session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))", "pass",
          f"{UNIT}/_http/test_hostile_wire.py::test_no_cookie_is_sent_back"),
    Guard("An address in a message carries no password",
          'host = parts.netloc.rpartition("@")[2]', "host = parts.netloc",
          f"{UNIT}/_http/test_address.py::test_a_url_in_a_message_carries_no_secret"),
    Guard("What the service quotes is hidden",
          'not all(_harmless(part) for part in core.split("/") if part)', "False", f"{TELLS}::test_what_the_service_quotes_is_hidden"),
    Guard("... also in the refused rows",
          "shown = readable(_without(text[:LONGEST_MESSAGE], beside)) if len(beside) <= MOST_CELLS else \"\"", "shown = text",
          f"{TELLS}::test_cells_in_row_errors_are_hidden"),
    Guard("A mistake of our own is told without a traceback",
          "result = _failed(_Mistake(error))", "raise", f"{UNIT}/_ansible/test_running.py"),
    Guard("The content is not among the options that are shown",
          '{"type": "str", "no_log": True}', '{"type": "str"}',
          f"{TELLS}::test_the_content_is_not_among_the_options_that_are_shown"),
    Guard("The token is not written to the target",
          'self._connection.set_option("pipelining", True)', "pass",
          "tests/system/test_in_worker.py::test_the_token_is_not_written_to_the_target_either"),
    Guard("Nothing that a terminal obeys reaches it",
          "return _ACTING.sub(REPLACEMENT, text)", "return text",
          "tests/system/test_role_hostile_texts.py::test_a_terminal_never_sees_what_it_would_obey"),
    Guard("The name of a file is no template",
          '"{{" in name or "{%" in name or "{#" in name', "False", "tests/modules/test_upload_input.py::test_names_that_cannot_be_stored"),
    Guard("... nor is a word of the service",
          '(text or "")[: 4 * LONGEST].replace("{", "(").replace("}", ")")', '(text or "")[: 4 * LONGEST]',
          f"{UNIT}/_http/test_wording.py::test_no_word_begins_a_template"),
]
