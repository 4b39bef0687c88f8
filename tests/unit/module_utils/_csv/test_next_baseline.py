# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The baseline after a run with refused rows: they are in the next delta again, and what was accepted is not."""

from __future__ import annotations

import io
import typing as t

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.community.staffbase.plugins.module_utils._csv import next_baseline as baselines
from ansible_collections.community.staffbase.plugins.module_utils._csv.delta import KINDS, Delta, DeltaRules, compare
from ansible_collections.community.staffbase.plugins.module_utils._csv.detect import detect
from ansible_collections.community.staffbase.plugins.module_utils._csv.next_baseline import identifiers, next_baseline, refused_identifiers
from ansible_collections.community.staffbase.plugins.module_utils._csv.table import Table
from support.export_pairs import FOREIGN, IDENTIFIER, STATUS, Export, pairs
from support.exports import Style

NOBODY: dict[str, set[str]] = {"joiners": set(), "movers": set(), "leavers": set()}
RULES = DeltaRules(STATUS, deactivate_leavers=True)


def table_of(data: bytes, identifier: str = IDENTIFIER) -> Table:
    stream = io.BytesIO(data)
    return Table(stream, detect(stream, "auto", "auto", (identifier,)), identifier)


def difference(before: bytes, after: bytes) -> Delta:
    return compare(table_of(before), table_of(after), RULES)


def after_the_run(before: bytes | None, after: bytes, refused: t.Iterable[str]) -> bytes:
    previous = table_of(before) if before is not None else None
    return b"".join(next_baseline(previous, table_of(after), {name.encode() for name in refused}))


def kinds(found: Delta) -> dict[str, set[str]]:
    return {kind: set(found.identifiers[kind]) for kind in KINDS}


BEFORE = b"id;name;town\n1;Anna;Bonn\n2;Bert;Ulm\n3;Cleo;Jena\n4;Dora;Kiel\n5;Emil;Hof\n"
#: 1 and 2 have changed, 3 and 4 have left, 5 is as before, 6 and 7 are new.
AFTER = b'town;id;name\r\nBonn;1;Anne\r\n"Ulm; Nord";2;Bert\r\nHof;5;Emil\r\nRom;6;Fritz\r\nOslo;7;Gisa\r\n'


@pytest.mark.parametrize(("refused", "again"), [
    ([], {}), ("1", {"movers": {"1"}}), ("12", {"movers": {"1", "2"}}), ("3", {"leavers": {"3"}}), ("6", {"movers": {"6"}}),
    ("1367", {"movers": {"1", "6", "7"}, "leavers": {"3"}}), ("123467", {"movers": {"1", "2", "6", "7"}, "leavers": {"3", "4"}}),
])
def test_who_was_refused_is_sent_again_and_nobody_else(refused: str, again: dict[str, set[str]]) -> None:
    baseline = after_the_run(BEFORE, AFTER, refused)
    found = difference(baseline, AFTER)
    assert kinds(found) == {**NOBODY, **again}
    # What is sent is the row of now, whatever the baseline knows.
    header, *sent = Style().read(b"".join(found.pieces()))
    assert {row[header.index("id")] for row in sent} == set(refused)
    assert "Anna" not in str(sent)


def test_a_refused_row_that_the_service_accepts_later_is_done() -> None:
    baseline = after_the_run(BEFORE, AFTER, "1367")
    assert difference(after_the_run(baseline, AFTER, ""), AFTER).rows == []


def test_a_refused_change_that_is_taken_back_is_no_change() -> None:
    baseline = after_the_run(BEFORE, AFTER, "1")
    found = difference(baseline, AFTER.replace(b"Anne", b"Anna"))
    assert kinds(found) == NOBODY


def test_a_refused_joiner_who_leaves_is_deactivated_in_case_the_row_was_accepted() -> None:
    baseline = after_the_run(BEFORE, AFTER, "6")
    assert kinds(difference(baseline, AFTER.replace(b"Rom;6;Fritz\r\n", b"")))["leavers"] == {"6"}


@pytest.mark.parametrize("after", [b"id\n1\n2\n", b"id;name\n1;a\n2;\n"])
def test_a_refused_joiner_who_is_nothing_but_an_identifier_is_sent_again(after: bytes) -> None:
    before = b"id;name\n1;a\n" if b";" in after else b"id\n1\n"
    baseline = after_the_run(before, after, "2")
    assert kinds(difference(baseline, after)) == {"joiners": {"2"}, "movers": set(), "leavers": set()}


def test_without_a_baseline_everybody_is_new() -> None:
    assert kinds(difference(after_the_run(None, AFTER, ""), AFTER)) == NOBODY
    assert kinds(difference(after_the_run(None, AFTER, "16"), AFTER)) == {"joiners": set(), "movers": {"1", "6"}, "leavers": set()}


@given(pairs(), st.data())
def test_whatever_the_files_and_the_refusals_are(pair: tuple[Export, Export], data: st.DataObject) -> None:
    before, after = pair
    assume(after.style.encoding == "utf-8" or not any(FOREIGN & set(cell) for cells in before.people.values() for cell in cells.values()))
    assume(len(after.columns) > 1)
    first = difference(before.data, after.data)
    sent = [name for kind in KINDS for name in first.identifiers[kind]]
    refused = set(data.draw(st.lists(st.sampled_from(sent), unique=True))) if sent else set()
    baseline = after_the_run(before.data, after.data, refused)
    second = difference(baseline, after.data)
    assert {name for kind in KINDS for name in second.identifiers[kind]} == refused
    assert set(second.identifiers["leavers"]) == refused & set(first.identifiers["leavers"])
    # The same once more changes nothing: the run may have been killed before it could remove what it had read.
    assert after_the_run(baseline, after.data, refused) == baseline


def test_that_a_refused_row_is_forgotten_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    again = kinds(difference(after_the_run(BEFORE, AFTER, "13"), AFTER))
    monkeypatch.setattr(baselines._Arranger, "previous", lambda self, raw: b"")
    forgotten = kinds(difference(after_the_run(BEFORE, AFTER, "13"), AFTER))
    assert again == {**NOBODY, "movers": {"1"}, "leavers": {"3"}}
    assert forgotten == {**NOBODY, "joiners": {"1"}}


#: A delta whose rows stand apart: whoever stands beside a row that may be meant is meant, too.
ROWS = [f"{number};{'two' if number % 10 else 'a quoted'};x" for number in range(1, 101)]
PLAIN = "id;name;x\n" + "\n".join(ROWS) + "\n"
#: The rows 10, 20, ... have three lines each.
QUOTED = PLAIN.replace("a quoted", '"a\nquoted\ncell"')

Convention = t.Callable[[int], int]
RECORDS: dict[str, Convention] = {
    "the header is record 1": lambda number: number + 1, "the header is record 0": lambda number: number,
    "the first row is 0": lambda number: number - 1,
}
LINES: dict[str, Convention] = {
    "the header is line 1, the first line of a row": lambda number: number + 1 + 2 * ((number - 1) // 10),
    "the header is line 1, the last line of a row": lambda number: number + 1 + 2 * (number // 10),
    "the header is line 0, the first line of a row": lambda number: number + 2 * ((number - 1) // 10),
    "the header is line 0, the last line of a row": lambda number: number + 2 * (number // 10),
}


@pytest.mark.parametrize("number", [1, 2, 9, 10, 11, 50, 99, 100])
@pytest.mark.parametrize("name", [*RECORDS, *LINES])
def test_who_is_refused_is_known_however_the_service_counts(number: int, name: str) -> None:
    line = {**RECORDS, **LINES}[name](number)
    found = refused_identifiers(table_of(QUOTED.encode()), {line})
    assert str(number).encode() in found
    assert len(found) <= 8, "and few others"


@pytest.mark.parametrize("number", [1, 2, 50, 100])
@pytest.mark.parametrize("name", RECORDS)
def test_with_plain_rows_it_is_the_row_and_those_beside_it(number: int, name: str) -> None:
    found = refused_identifiers(table_of(PLAIN.encode()), {RECORDS[name](number)})
    assert str(number).encode() in found
    assert all(abs(int(other) - number) <= 2 for other in found)


@pytest.mark.parametrize("lines", [{500}, {4711, 3}, {102}, {-1}])
def test_a_number_that_is_nobodys_means_everybody(lines: set[int]) -> None:
    assert refused_identifiers(table_of(PLAIN.encode()), lines) == identifiers(table_of(PLAIN.encode())) == {
        str(number).encode() for number in range(1, 101)}


def test_no_line_is_nobody() -> None:
    assert refused_identifiers(table_of(PLAIN.encode()), set()) == set()
