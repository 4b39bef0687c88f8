# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guards against a service that means harm, or whoever answers in its place."""

from __future__ import annotations

from .guard import HTTP, IMPORTS, STEPS, UNIT, Guard

WIRE, PAGING = f"{UNIT}/_http/test_hostile_wire.py", f"{UNIT}/_imports/test_paging.py"
ANSWERS = "tests/modules/test_hostile_answers.py"

GUARDS = [
    Guard("A body without an end is left, also one that is packed and comes to nothing", f"{HTTP}/transport.py",
          "if count > limits.count + PIECE:", "if False:", f"{WIRE}::test_a_packed_body_that_comes_to_nothing_is_left"),
    Guard("... and one that comes to more than it seems", f"{HTTP}/transport.py",
          "            if count > limits.count:\n", "            if False:\n", f"{WIRE}::test_the_list_of_refused_rows_may_be_a_bomb_too"),
    Guard("... before it is unpacked as a whole", f"{HTTP}/packing.py",
          "made = inflate.decompress(rest, PIECE)", "made = inflate.decompress(rest)", f"{UNIT}/_http/test_hostile_memory.py"),
    Guard("A head without an end is left", f"{HTTP}/bounds.py", "if self._left < 0:", "if False:", f"{WIRE}::test_a_head_without_an_end_is_left"),
    Guard("What drips is over at the timeout", f"{HTTP}/bounds.py",
          "self._end = None if seconds is None else time.monotonic() + seconds", "self._end = None",
          f"{WIRE}::test_what_drips_is_over_at_the_timeout"),
    Guard("The same page for ever is left", f"{IMPORTS}/paging.py",
          "return any(key not in self._seen for key in keys)", "return True", f"{PAGING}::test_the_same_cursor_for_ever_ends_in_an_error"),
    Guard("... and pages without an end", f"{IMPORTS}/paging.py",
          'raise self._endless(f"{MOST_PAGES} pages")', "return", f"{PAGING}::test_a_longer_list_is_an_error_and_no_short_list"),
    Guard("... entries without an end", f"{IMPORTS}/paging.py",
          "if len(self._seen) > MOST_ENTRIES:", "if False:", f"{PAGING}::test_a_million_entries_are_not_kept"),
    Guard("... and pages that take long", f"{IMPORTS}/paging.py",
          "if self._clock() > self._end:", "if False:", f"{PAGING}::test_pages_that_each_take_long_end_in_an_error"),
    Guard("A cursor that would not come back as it was given is not sent", f"{IMPORTS}/paging.py",
          "if not _is_usable(cursor):", "if False:", f"{PAGING}::test_a_cursor_that_would_not_come_back_as_it_was_given_is_not_sent"),
    Guard("An id that leads elsewhere is none", f"{IMPORTS}/records.py",
          '_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,127}")', '_ID = re.compile(r".+")',
          f"{ANSWERS}::test_an_id_that_could_lead_elsewhere_is_no_import"),
    Guard("... nor is one in a `Location` of several lines", f"{IMPORTS}/imports.py",
          'if any(character <= " " for character in location.strip()):', "if False:",
          f"{UNIT}/_imports/test_imports.py::test_a_location_without_a_usable_id_is_told_apart"),
    Guard("What is told of another import is not gone on with", f"{IMPORTS}/imports.py",
          "if record is None or record.id != import_id:", "if record is None:", f"{ANSWERS}::test_the_record_of_another_import_is_not_gone_on_with"),
    Guard("... nor is an upload that is stored under another name", f"{STEPS}/upload.py",
          "if kept.file_name != self.name:", "if False:", f"{ANSWERS}::test_an_upload_that_is_stored_under_another_name_is_deleted"),
    Guard("JSON that is deeply nested is none", f"{HTTP}/strict_json.py",
          "if _is_too_deep(found):", "if False:", f"{UNIT}/_http/test_strict_json.py::test_what_is_no_such_json_is_one_error_in_words"),
    Guard("... nor is one with a key twice", f"{HTTP}/strict_json.py",
          "if len(found) != len(pairs):", "if False:", f"{UNIT}/_http/test_strict_json.py::test_what_is_no_such_json_is_one_error_in_words"),
    Guard("... or with a number without an end", f"{HTTP}/strict_json.py",
          "if len(digits) > LONGEST_NUMBER:", "if False:", f"{UNIT}/_http/test_strict_json.py::test_what_is_no_such_json_is_one_error_in_words"),
    Guard("What is no name of a state is not told as one", f"{IMPORTS}/records.py",
          "return text if not text or _STATE.fullmatch(text) else NO_STATE", "return text", f"{UNIT}/_imports/test_records.py"),
]
