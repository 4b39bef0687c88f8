# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tests `make test` runs on which ansible-core, so that it ends within a quarter of an hour on two processors.

`make test-all` runs every test on every ansible-core. In `make test` each test runs on one of the two ends of the supported range, and those
that say the most about a core run on both. Of a test with many cases that differ in little, marked `cases(n)`, n are run; the others, and what is
marked so, are `deep`: only `make test-deep` and `make test-all` run them.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence

import pytest

OLDEST, NEWEST = ENDS = ("oldest", "newest")

#: Here a difference between two versions of ansible-core would show: arguments, templates, results, what is printed.
ON_BOTH = (
    "tests/system/test_role_runs.py::test_first_run_imports",
    "tests/system/test_role_runs.py::test_second_run_sends",
    "tests/system/test_role_runs.py::test_check_mode_sends",
    "tests/unit/module_utils/_ansible/", "tests/modules/test_flow.py", "tests/system/test_worker_keywords.py",
    "tests/system/test_in_worker.py::test_a_secret_in_the_address",
)

#: Whole playbooks. Each runs at one end, half of them at either.
ON_EITHER = "tests/system/"


def ends_of(test: str) -> Sequence[str]:
    """Return at which ends a test is run, by its node id."""
    if test.startswith(ON_BOTH):
        return ENDS
    if not test.startswith(ON_EITHER):
        # What is tested without a playbook hangs on no version of ansible-core.
        return (NEWEST,)
    return (ENDS[zlib.crc32(test.encode()) % 2],)


def is_for(end: str, file: str) -> bool:
    """Tell whether a file of tests, or a folder of them, holds anything for an end."""
    return end == NEWEST or any(file.startswith(part) or part.startswith(file) for part in (*ON_BOTH, ON_EITHER))


def mark_further_cases(items: Iterable[pytest.Item]) -> None:
    """Mark as `deep` all cases of a test but the first n that its mark `cases(n)` asks for."""
    seen: dict[str, int] = {}
    for item in items:
        mark = item.get_closest_marker("cases")
        if mark is None or item.get_closest_marker("matrix"):
            continue
        name = item.nodeid.partition("[")[0]
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > mark.args[0]:
            item.add_marker("deep")
