# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make test` runs where, and what `make check` leaves out."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path, PurePosixPath

import pytest

from support import share
from tools import quick


class Item:
    """What is asked of a test."""

    def __init__(self, name: str, *marks: pytest.Mark) -> None:
        self.nodeid = f"tests/test_x.py::{name}"
        self.marks = {mark.name: mark for mark in marks}

    def get_closest_marker(self, name: str) -> t.Any:
        return self.marks.get(name)

    def add_marker(self, name: str) -> None:
        self.marks[name] = getattr(pytest.mark, name).mark


def test_no_test_is_lost_between_the_two_ends(request: pytest.FixtureRequest) -> None:
    for item in request.session.items:
        ends = share.ends_of(item.nodeid)
        assert set(ends) & set(share.ENDS), item.nodeid
        # A file that an end does not read, it cannot run.
        path = PurePosixPath(item.nodeid.partition("::")[0])
        assert all(share.is_for(end, str(place)) for end in ends for place in [path, *list(path.parents)[:-1]]), item.nodeid


def test_what_runs_on_both_ends_is_there() -> None:
    for part in share.ON_BOTH:
        file, _colons, name = part.partition("::")
        path = Path(__file__).parents[2] / file
        assert path.exists()
        assert not name or f"\ndef {name}" in path.read_text(encoding="utf-8"), part


def test_make_check_leaves_out_some_files_of_unit_tests_that_are_there() -> None:
    root = Path(__file__).parents[2]
    assert [path for path in quick.SLOW if not (root / path).is_file() or not path.startswith(f"{quick.UNIT}/")] == []
    # Else it would have nothing to say.
    assert len(quick.SLOW) * 4 < len(list((root / quick.UNIT).rglob("test_*.py")))


def test_the_oldest_end_does_not_read_what_it_does_not_run() -> None:
    assert not share.is_for(share.OLDEST, "tests/unit/module_utils/_csv")
    assert not share.is_for(share.OLDEST, "tests/modules/test_pairwise.py")


def test_playbooks_are_shared_out_and_the_rest_is_not() -> None:
    ends = [end for number in range(40) for end in share.ends_of(f"tests/system/test_x.py::test_{number}")]
    assert set(ends) == set(share.ENDS)
    assert len(ends) == 40
    assert share.ends_of("tests/unit/test_x.py::test_1") == (share.NEWEST,)
    assert share.ends_of("tests/modules/test_flow.py::test_1") == share.ENDS


def test_further_cases_are_deep_and_those_of_the_matrix_do_not_count() -> None:
    two = pytest.mark.cases(2).mark
    items: list[t.Any] = [Item("test_many[0]", two, pytest.mark.matrix.mark), *(Item(f"test_many[{number}]", two) for number in (1, 2, 3))]
    items += [Item(f"test_all[{number}]") for number in (1, 2, 3)]
    share.mark_further_cases(items)
    assert [item.nodeid for item in items if "deep" in item.marks] == ["tests/test_x.py::test_many[3]"]


def test_where_a_part_is_left_to_make_test_faults_it_runs_the_further_cases_too() -> None:
    """They are `deep`, which it does not ask for."""
    texts = {path: path.read_text(encoding="utf-8") for path in Path(__file__).parents[1].rglob("test_*.py")}
    mixed = {
        path: text for path, text in texts.items()
        if "@pytest.mark.cases(" in text and re.search(r"pytest\.mark\.matrix$|parameters\(", text, re.MULTILINE)}
    assert len(mixed) > 1
    assert [path.name for path, text in mixed.items() if "\npytestmark = pytest.mark.faults\n" not in text] == []
