# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The unit tests of `make check`, for the loop at a desk: all but some files that take as long as the others together."""

from __future__ import annotations

UNIT = "tests/unit"

#: They wait for timeouts, measure memory, start browsers and other processes, or try thousands of cases. `make unit` has them.
SLOW = (
    "tests/unit/module_utils/_ansible/test_what_is_loaded.py",
    "tests/unit/module_utils/_csv/test_batches.py",
    "tests/unit/module_utils/_csv/test_lint_files.py",
    "tests/unit/module_utils/_http/test_hostile_memory.py",
    "tests/unit/module_utils/_http/test_hostile_wire.py",
    "tests/unit/module_utils/_http/test_upload_memory.py",
    "tests/unit/module_utils/_report/test_in_browser.py",
    "tests/unit/simulator/test_simulator_pairwise.py",
    "tests/unit/simulator/test_simulator_process.py",
    "tests/unit/simulator/test_simulator_walk.py",
)


def arguments() -> list[str]:
    """Return what pytest is given."""
    return [UNIT, *(f"--ignore={path}" for path in SLOW)]
