# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guards against files that change, are none, or cannot be written."""

from __future__ import annotations

from .guard import UNIT, Guard

STRANGE, PRIVATE = "tests/modules/test_strange_files.py", f"{UNIT}/_files/test_private_file.py"

GUARDS = [
    Guard("A file that changes while it is sent never arrives",
          "size != self.size or digest.hexdigest() != self.sha256", "size != self.size",
          f"{UNIT}/_files/test_source.py::test_a_file_that_changes_after_the_digest_never_arrives_whole"),
    Guard("... nor is one told of that changes while it is checked",
          "_stamp(stream) != before", "False", "tests/modules/test_changing_exports.py"),
    Guard("What was checked is what is sent",
          "sha256 is not None and source.sha256 != sha256.strip().lower()", "False",
          "tests/system/test_role_guards.py::test_what_was_checked_is_what_is_sent[guarded]"),
    Guard("... and what is kept",
          "sha256 is not None and digest.hexdigest() != sha256", "False",
          "tests/modules/test_csv_baseline.py::test_the_export_is_the_one_that_was_checked"),
    Guard("What is read is a file",
          "not stat.S_ISREG(kind)", "False", f"{STRANGE}::test_what_is_read_must_be_a_file"),
    Guard("... and a FIFO is not waited for",
          "os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK", "os.O_RDONLY | os.O_CLOEXEC",
          "tests/modules/test_upload_input.py::test_fifo_without_a_writer", endless_after=20),
    Guard("Nothing is written through a link",
          "os.path.islink(path)", "False", f"{STRANGE}::test_what_is_written_is_a_file_or_nothing"),
    Guard("... nor in the place of what is no file",
          "os.path.exists(path) and not os.path.isfile(path)", "False", f"{STRANGE}::test_what_is_written_is_a_file_or_nothing"),
    Guard("An empty file is no export", "not source.size", "False",
          "tests/modules/test_upload_input.py::test_empty_file"),
    Guard("A file with people's data is its owner's only",
          "os.fstat(old.fileno()).st_mode & 0o777 != MODE", "False",
          f"{PRIVATE}::test_the_same_content_that_others_can_read_is_written_anew"),
    Guard("... and so is the file that says which run has the baseline",
          "os.fchmod(descriptor, MODE)", "pass", f"{UNIT}/_files/test_baseline_lock.py::test_a_lock_that_others_can_write_is_tightened"),
    Guard("A disk that refuses is named in words",
          'raise InputError(option, f"{path} cannot be written: {error.strerror}") from None', "raise",
          "tests/modules/test_full_disk.py::test_the_delta"),
    Guard("A mark of the owner that could not be written is nobody's",
          "os.ftruncate(self._descriptor, 0)", "pass", "tests/modules/test_full_disk.py::test_an_owner_that_is_half_written_locks_nobody_out[True]"),
    Guard("A place that cannot be written is told before anybody is changed",
          '(("baseline", baseline), ("errors_dest", errors_dest))', '(("baseline", baseline),)',
          "tests/system/test_role_guards.py::test_an_error_file_that_cannot_be_written_is_told_before_anybody_is_changed[guarded]"),
    Guard("A large file takes no more memory than a small one",
          "PIECE = 1024 * 1024", "PIECE = 1024 * 1024 * 1024", f"{UNIT}/_http/test_upload_memory.py"),
]
