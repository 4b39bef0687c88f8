# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""More people at the end than the preview had shown: what is explained by people who come and go, and what is not."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.community.staffbase.plugins.module_utils._imports.counters import COUNTERS, Counts
from ansible_collections.community.staffbase.plugins.module_utils._steps.beyond_preview import BeyondPreview, beyond_preview
from simulator import Switches
from simulator.configuration import Setting
from simulator.effect import plan_import
from simulator.row_check import Checked, Row

EXPECTED: Counts = {"created": 5, "updated": 4, "deactivated": 3, "reactivated": 2, "deleted": 1}
NOTHING = BeyondPreview([], [])


@pytest.mark.parametrize(("done", "unexplained", "explained"), [
    ({}, [], []),
    # Fewer harms nobody.
    (dict.fromkeys(COUNTERS, 0), [], []),
    # What cannot be undone, and who is switched off or made a second time.
    ({"deleted": 2}, ["deleted 2 (previewed 1)"], []),
    ({"deactivated": 4}, ["deactivated 4 (previewed 3)"], []),
    ({"created": 6}, ["created 6 (previewed 5)"], []),
    ({"created": 6, "updated": 3}, ["created 6 (previewed 5)"], []),
    ({"deleted": 2, "deactivated": 2}, ["deleted 2 (previewed 1)"], []),
    # One who has logged in meanwhile is deactivated in place of being deleted; two cannot have been.
    ({"deactivated": 4, "deleted": 0}, [], ["deactivated 4 (previewed 3)"]),
    ({"deactivated": 5, "deleted": 0}, ["deactivated 5 (previewed 3)"], []),
    # These get what the file says of them.
    ({"updated": 400, "reactivated": 3}, [], ["updated 400 (previewed 4)", "reactivated 3 (previewed 2)"]),
    ({"updated": 5, "deleted": 9}, ["deleted 9 (previewed 1)"], ["updated 5 (previewed 4)"]),
    # Without a counter of their own, people who are reactivated are counted as updated.
    ({"updated": 6, "reactivated": None}, [], []),
    ({"updated": 7, "reactivated": None}, [], ["updated and reactivated 7 (previewed 6)"]),
    # A counter that the end does not tell is not compared; without it, as many as previewed may have logged in.
    ({"created": None, "updated": None}, [], []),
    ({"deactivated": 4, "deleted": None}, [], ["deactivated 4 (previewed 3)"]),
    ({"deactivated": 5, "deleted": None}, ["deactivated 5 (previewed 3)"], []),
])
def test_what_is_explained(done: Counts, unexplained: list[str], explained: list[str]) -> None:
    assert beyond_preview(EXPECTED, {**EXPECTED, **done}) == (unexplained, explained)


@pytest.mark.parametrize("expected", [None, {}, dict.fromkeys(COUNTERS), dict.fromkeys(COUNTERS, 0), {"created": 0, "deleted": None}])
def test_a_preview_that_tells_nothing_is_not_compared(expected: Counts | None) -> None:
    assert beyond_preview(expected, EXPECTED) == NOTHING


@pytest.mark.parametrize("done", [None, {}, dict.fromkeys(COUNTERS)])
def test_an_end_that_tells_nothing_is_not_compared(done: Counts | None) -> None:
    assert beyond_preview(EXPECTED, done) == NOTHING


def test_a_counter_that_the_preview_does_not_tell_is_not_compared() -> None:
    expected = {**EXPECTED, "deleted": None, "reactivated": None}
    assert beyond_preview(expected, {**EXPECTED, "deleted": 9}) == NOTHING._replace(explained=["updated and reactivated 6 (previewed 4)"])
    assert beyond_preview(expected, {**EXPECTED, "deactivated": 4}).unexplained == ["deactivated 4 (previewed 3)"]


COUNTS = st.fixed_dictionaries({name: st.none() | st.integers(0, 9) for name in COUNTERS})


@given(COUNTS, COUNTS)
def test_nobody_is_deleted_or_created_beyond_the_preview_without_a_word(expected: Counts, done: Counts) -> None:
    found = beyond_preview(expected, done)
    for name in ("created", "deleted"):
        before, after = expected[name], done[name]
        if any(expected.values()) and before is not None and after is not None:
            assert any(text.startswith(f"{name} ") for text in found.unexplained) == (after > before)


#: Status in the tenant, what the file says of this person, and whether the file says something new.
STATUS = st.sampled_from(["pending", "activated", "deactivated"])
WANTED = st.sampled_from(["absent", "no status", "activated", "deactivated"])
PEOPLE = st.lists(st.tuples(STATUS, WANTED, st.booleans()), max_size=8)
NAMES = "abcdefgh"


def counted(people: list[dict[str, t.Any]], rows: list[Row], switches: Switches, *, delta: bool) -> Counts:
    """Return what the simulated service counts of this file."""
    setting = Setting(delta, None, "utf-8", ";", {}, mails_new=False, mails_pending=False)
    return {**plan_import(people, Checked(rows, [], set()), setting, switches).counts}


@given(PEOPLE, st.booleans(), st.sampled_from(["changed", "matched"]), st.data())
def test_whoever_logs_in_or_is_edited_meanwhile_is_explained(
    chosen: list[tuple[str, str, bool]], delta: bool, updated_counts: str, data: st.DataObject,
) -> None:
    """The rules of the comparison against what the API is known to do, in delta and in full imports."""
    switches = Switches(updated_counts=updated_counts)
    rows = [Row("newcomer", {"x": "new"}, "activated")]
    people, later = [], []
    for name, (status, wanted, news) in zip(NAMES, chosen, strict=False):
        person = {"id": name, "external_id": name, "status": status, "fields": {"x": "old" if news else "new"}, "source": "csv"}
        logs_in = status == "pending" and data.draw(st.booleans())
        people.append(person)
        later.append({**person, **({"status": "activated"} if logs_in else {}), **({"fields": {"x": "edited"}} if data.draw(st.booleans()) else {})})
        if wanted != "absent":
            rows.append(Row(name, {"x": "new"}, None if wanted == "no status" else wanted))
    preview = counted(people, rows, switches, delta=delta)
    assert beyond_preview(preview, counted(people, rows, switches, delta=delta)) == NOTHING
    assert beyond_preview(preview, counted(later, rows, switches, delta=delta)).unexplained == []
