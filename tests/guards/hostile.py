# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guards against a service that means harm, or whoever answers in its place."""

from __future__ import annotations

from .guard import UNIT, Guard

WIRE, PAGING = f"{UNIT}/_http/test_hostile_wire.py", f"{UNIT}/_imports/test_paging.py"
ANSWERS = "tests/modules/test_hostile_answers.py"

GUARDS = [
    Guard("A body without an end is left, also one that is packed and comes to nothing",
          "count > limits.count + PIECE", "False", f"{WIRE}::test_a_packed_body_that_comes_to_nothing_is_left"),
    Guard("... and one that comes to more than it seems",
          "count > limits.count", "False", f"{WIRE}::test_the_list_of_refused_rows_may_be_a_bomb_too"),
    Guard("... before it is unpacked as a whole",
          "made = inflate.decompress(rest, PIECE)", "made = inflate.decompress(rest)", f"{UNIT}/_http/test_hostile_memory.py"),
    Guard("A head without an end is left", "self._left < 0", "False", f"{WIRE}::test_a_head_without_an_end_is_left"),
    Guard("What drips is over at the timeout",
          "self._end = None if seconds is None else time.monotonic() + seconds", "self._end = None",
          f"{WIRE}::test_what_drips_is_over_at_the_timeout"),
    Guard("The same page for ever is left",
          "return any(key not in self._seen for key in keys)", "return True", f"{PAGING}::test_the_same_cursor_for_ever_ends_in_an_error"),
    Guard("... and pages without an end",
          'raise self._endless(f"{MOST_PAGES} pages")', "return", f"{PAGING}::test_a_longer_list_is_an_error_and_no_short_list"),
    Guard("... entries without an end",
          "len(self._seen) > MOST_ENTRIES", "False", f"{PAGING}::test_a_million_entries_are_not_kept"),
    Guard("... and pages that take long",
          "self._clock() > self._end", "False", f"{PAGING}::test_pages_that_each_take_long_end_in_an_error"),
    Guard("A cursor that would not come back as it was given is not sent",
          "not _is_usable(cursor)", "False", f"{PAGING}::test_a_cursor_that_would_not_come_back_as_it_was_given_is_not_sent"),
    Guard("An id that leads elsewhere is none",
          '_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,127}")', '_ID = re.compile(r".+")',
          f"{ANSWERS}::test_an_id_that_could_lead_elsewhere_is_no_import"),
    Guard("... nor is one in a `Location` of several lines",
          'any(character <= " " for character in location.strip())', "False",
          f"{UNIT}/_imports/test_imports.py::test_a_location_without_a_usable_id_is_told_apart"),
    Guard("What is told of another import is not gone on with",
          "record is None or record.id != import_id", "record is None", f"{ANSWERS}::test_the_record_of_another_import_is_not_gone_on_with"),
    Guard("... nor is an upload that is stored under another name",
          "kept.file_name != self.name", "False", f"{ANSWERS}::test_an_upload_that_is_stored_under_another_name_is_deleted"),
    Guard("JSON that is deeply nested is none",
          "_is_too_deep(found)", "False", f"{UNIT}/_http/test_strict_json.py::test_what_is_no_such_json_is_one_error_in_words"),
    Guard("... nor is one with a key twice",
          "len(found) != len(pairs)", "False", f"{UNIT}/_http/test_strict_json.py::test_what_is_no_such_json_is_one_error_in_words"),
    Guard("... or with a number without an end",
          "len(digits) > LONGEST_NUMBER", "False", f"{UNIT}/_http/test_strict_json.py::test_what_is_no_such_json_is_one_error_in_words"),
    Guard("What is no name of a state is not told as one",
          "return text if not text or _STATE.fullmatch(text) else NO_STATE", "return text", f"{UNIT}/_imports/test_records.py"),
]
