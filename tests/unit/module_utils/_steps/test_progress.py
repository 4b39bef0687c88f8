# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told while an import is waited for."""

from __future__ import annotations

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._imports.records import ImportRecord
from ansible_collections.community.staffbase.plugins.module_utils._steps.progress import EVERY, Progress


def told(looks: list[tuple[str, float]]) -> list[str]:
    lines: list[str] = []
    progress = Progress(lines.append)
    for state, elapsed in looks:
        progress.seen(ImportRecord("abc", state=state, record_count=7), elapsed)
    return [line.removeprefix("import abc: ").removesuffix(", 7 records") for line in lines]


def test_a_change_of_the_state_is_told_at_once() -> None:
    assert told([("DRAFT", 0), ("IMPORTING", 0.2), ("COMPLETED", 0.4)]) == ["DRAFT after 0 s", "IMPORTING after 0 s", "COMPLETED after 0 s"]


def test_the_same_state_is_told_from_time_to_time() -> None:
    looks = [("IMPORTING", second / 10) for second in range(int(EVERY * 30))]
    assert told(looks) == [f"IMPORTING after {second:.0f} s" for second in (0, EVERY, 2 * EVERY)]


@pytest.mark.parametrize(("counts", "end"), [
    (None, ""), ({"created": None, "deleted": None}, ""), ({"created": 3, "deleted": None, "updated": 0}, ", preview: created 3, updated 0"),
])
def test_the_numbers_of_the_preview_are_told_when_there_are_any(counts: dict[str, int | None] | None, end: str) -> None:
    lines: list[str] = []
    progress = Progress(lines.append)
    progress.expected = counts
    progress.seen(ImportRecord("abc", state="IMPORTING"), 3)
    assert lines == [f"import abc: IMPORTING after 3 s{end}"]


def test_nobody_is_told_anything_if_nobody_watches() -> None:
    Progress(None).seen(ImportRecord("abc", state="IMPORTING"), 3)
