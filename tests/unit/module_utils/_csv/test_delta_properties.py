# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A delta that is applied to the previous export gives the current one, whatever stands in the cells and however it is written."""

from __future__ import annotations

import io

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.community.staffbase.plugins.module_utils._csv import delta as delta_of_two
from ansible_collections.community.staffbase.plugins.module_utils._csv.columns import Columns
from ansible_collections.community.staffbase.plugins.module_utils._csv.delta import Delta, DeltaRules, compare
from ansible_collections.community.staffbase.plugins.module_utils._csv.detect import detect
from ansible_collections.community.staffbase.plugins.module_utils._csv.lint import lint
from ansible_collections.community.staffbase.plugins.module_utils._csv.table import Table
from support.export_pairs import IDENTIFIER, STATUS, Export, pairs, rewritten
from support.exports import Cells, Style, applied, people_of

DEACTIVATE = DeltaRules(STATUS, deactivate_leavers=True)


def table_of(data: bytes) -> Table:
    stream = io.BytesIO(data)
    return Table(stream, detect(stream, "auto", "auto", (IDENTIFIER,)), IDENTIFIER)


def difference(before: Export, after: Export, rules: DeltaRules = DEACTIVATE) -> Delta:
    return compare(table_of(before.data), table_of(after.data), rules)


def cells_of(delta: Delta, after: Export) -> Cells:
    """Read the output in the dialect that the current file has, or can be taken for: one column has no separator, plain ASCII is UTF-8."""
    separator = after.style.separator if len(after.columns) > 1 else ";"
    return Style(separator, "utf-8" if after.data.isascii() else after.style.encoding).read(b"".join(delta.pieces()))


def writable(before: Export, after: Export) -> bool:
    """Whether the cells of a leaver can be written in the encoding of the current file."""
    return after.style.encoding == "utf-8" or not any("\ufeff" in cell for cells in before.people.values() for cell in cells.values())


@given(pairs())
def test_applied_to_the_previous_export_it_gives_the_current_one(pair: tuple[Export, Export]) -> None:
    before, after = pair
    assume(writable(before, after))
    rows = cells_of(difference(before, after), after)
    result = applied(rows, before.people, IDENTIFIER, STATUS)
    added = {} if STATUS in after.columns else {STATUS: ""}
    if added:
        # Who is unchanged keeps the status that he had.
        result = {name: {**cells, STATUS: ""} for name, cells in result.items()}
    assert result == {name: {**cells, **added} for name, cells in after.people.items()}


@given(pairs())
def test_without_deactivation_who_is_missing_stays(pair: tuple[Export, Export]) -> None:
    before, after = pair
    found = difference(before, after, DeltaRules())
    rows = cells_of(found, after)
    assert rows[0] == after.columns
    missing = {name: {column: cells.get(column, "") for column in after.columns} for name, cells in before.people.items() if name not in after.people}
    assert applied(rows, before.people, IDENTIFIER) == {**missing, **after.people}
    assert set(found.identifiers["leavers"]) == set(missing)
    assert len(found.rows) == found.count("joiners") + found.count("movers")


@given(pairs())
def test_everybody_is_counted_once_and_rightly(pair: tuple[Export, Export]) -> None:
    before, after = pair
    assume(writable(before, after))
    found = difference(before, after)
    old, new = before.people, after.people
    same = {name for name in old.keys() & new.keys() if all(cell == old[name].get(column, "") for column, cell in new[name].items())}
    assert set(found.identifiers["joiners"]) == new.keys() - old.keys()
    assert set(found.identifiers["movers"]) == (old.keys() & new.keys()) - same
    assert set(found.identifiers["leavers"]) == old.keys() - new.keys()
    assert found.unchanged == len(same)
    assert found.unchanged + found.count("movers") + found.count("leavers") == len(old) == found.previous_count
    assert found.unchanged + found.count("movers") + found.count("joiners") == len(new)
    assert (found.rows == []) == (len(same) == len(old) == len(new))
    assert len(found.rows) == sum(found.count(kind) for kind in ("joiners", "movers", "leavers"))


@given(rewritten())
def test_another_dialect_order_quoting_or_line_end_is_no_change(pair: tuple[Export, Export]) -> None:
    before, after = pair
    found = difference(before, after)
    assert (found.rows, found.unchanged) == ([], len(before.people))
    assert [found.count(kind) for kind in ("joiners", "movers", "leavers")] == [0, 0, 0]


@given(pairs())
def test_the_output_is_a_file_without_problems(pair: tuple[Export, Export]) -> None:
    before, after = pair
    assume(writable(before, after))
    found = difference(before, after)
    data = b"".join(found.pieces())
    rows = cells_of(found, after)
    people = people_of(rows, IDENTIFIER)
    assert len(people) == len(found.rows)
    report = lint(io.BytesIO(data), Columns(named=(IDENTIFIER,)))
    assert set(report.problems.by_code) == (set() if rows[1:] else {"header_only"})
    assert (report.header, report.row_count, report.separator) == (rows[0], len(found.rows), table_of(after.data).dialect.separator)
    # In the files of the next run it is readable by the same code.
    assert {identifier.decode() for identifier, _raw in table_of(data).records()} == set(people)


@given(pairs(), st.sampled_from(["Activated", 'say "yes"; now', "", "\n"]))
def test_joiners_get_their_status_and_nobody_else_does(pair: tuple[Export, Export], status: str) -> None:
    before, after = pair
    found = difference(before, after, DeltaRules(STATUS, joiners_status=status))
    people = people_of(cells_of(found, after), IDENTIFIER)
    joiners = set(found.identifiers["joiners"])
    assert people.keys() == joiners | set(found.identifiers["movers"])
    for name, cells in people.items():
        expected = status if name in joiners else after.people[name].get(STATUS, "")
        assert cells == {**after.people[name], STATUS: expected}


@given(pairs())
def test_a_status_column_that_is_missing_is_added_at_the_end(pair: tuple[Export, Export]) -> None:
    before, after = pair
    rows = cells_of(difference(before, after, DeltaRules("Status of the person")), after)
    assert rows[0] == [*after.columns, "Status of the person"]
    assert all(row[-1] == "" for row in rows[1:])


@given(pairs())
def test_a_leaver_keeps_the_previous_cells(pair: tuple[Export, Export]) -> None:
    before, after = pair
    assume(writable(before, after))
    found = difference(before, after)
    rows = cells_of(found, after)
    people = people_of(rows, IDENTIFIER)
    for name in found.identifiers["leavers"]:
        assert people[name] == {**{column: before.people[name].get(column, "") for column in rows[0]}, STATUS: "Deactivated"}


def test_that_a_changed_cell_was_missed_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same property, with a comparison that looks at the first cell only."""
    def careless(self: object, before: bytes, now: bytes) -> list[str]:
        return [] if before[:1] == now[:1] else ["name"]

    monkeypatch.setattr(delta_of_two.RowWriter, "differing", careless)
    people = {"E-1": {"id": "E-1", "name": "a"}}
    before, after = (Export(Style(), ["id", "name"], {"E-1": {**people["E-1"], "name": name}}) for name in "ab")
    rows = cells_of(difference(before, after), after)
    assert applied(rows, before.people, IDENTIFIER, STATUS) != after.people
    monkeypatch.undo()
    rows = cells_of(difference(before, after), after)
    assert applied(rows, before.people, IDENTIFIER, STATUS) == {"E-1": {"id": "E-1", "name": "b", STATUS: ""}}
