# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Leavers are a set that is kept until it is handled; nobody who is protected is deactivated; and no cell is sent that is not known."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._csv import delta_writer
from ansible_collections.community.staffbase.plugins.module_utils._csv.delta import DeltaRules
from ansible_collections.community.staffbase.plugins.module_utils._csv.problems import BadTable
from ansible_collections.community.staffbase.plugins.module_utils._csv.told import Told
from support.told_delta import (
    ADDED,
    ANN,
    ANN_SHORT,
    BOB,
    BOB_CELLS,
    BOB_SHORT,
    CLEO,
    CLEO_CELLS,
    FIELDS,
    IGNORED,
    OWN,
    SHORT,
    WITHOUT_STATUS,
    counted,
    delta_of,
    listed,
    refused,
    sent,
    text,
    told,
    told_short,
)

BEFORE, ALONE = text(ANN, BOB, CLEO), text(ANN)
BOB_LEFT, CLEO_LEFT = (row.replace("Activated", "Deactivated") for row in (BOB, CLEO))
#: Of what was kept of them, the time stamp is no part: nobody maps it.
BOB_LEFT_BEFORE = BOB_LEFT.replace("07:00", "")


def off(row: str) -> str:
    return row.replace("Activated", "Deactivated")


# Ignored, they are kept


def test_leavers_who_are_ignored_are_kept_with_their_cells() -> None:
    delta = delta_of(BEFORE, ALONE, deactivate_leavers=False, told=told())
    assert (counted(delta), sent(delta)) == ({"leavers": 2, "unchanged": 1}, [])
    assert delta.after.leavers == {"2": BOB_CELLS, "3": CLEO_CELLS}
    assert delta.after.deactivated == set()
    assert listed(delta) == ["2 leaver, left alone", "3 leaver, left alone"]


def test_those_of_earlier_runs_are_kept_too_and_counted_once_more() -> None:
    """The limit is for those of today: the others are nobody's news any more."""
    delta = delta_of(text(ANN, CLEO), ALONE, deactivate_leavers=False, told=told(leavers={"2": BOB_CELLS}))
    assert counted(delta) == {"leavers": 2, "earlier_leavers": 1, "unchanged": 1}
    assert (sorted(delta.identifiers["leavers"]), sorted(listed(delta))) == (["2", "3"], ["2 leaver, left alone", "3 leaver, left alone"])
    assert delta.limited("leavers") == 1
    assert delta.after.leavers == {"2": BOB_CELLS, "3": CLEO_CELLS}


def test_their_cells_are_those_of_the_mapping_under_which_they_were_told() -> None:
    """The mapping of today has another column for the mail, and a field more."""
    header = "id;e-mail;mail;first;status"
    fields = {**FIELDS, "eMail": "e-mail", "userName": "mail"}
    delta = delta_of(BEFORE, text("1;ann@x;ann;Ann;Activated", header=header), fields=fields, deactivate_leavers=False, told=told())
    assert delta.after.leavers == {"2": BOB_CELLS, "3": CLEO_CELLS}


def test_without_a_mapping_nothing_is_kept() -> None:
    delta = delta_of(BEFORE, ALONE, DeltaRules())
    assert (counted(delta), delta.after) == ({"leavers": 2, "unchanged": 1}, Told())


# Deactivated, all of them are sent, whenever they left


def test_all_who_have_left_are_deactivated_whenever_that_was() -> None:
    delta = delta_of(text(ANN, CLEO), ALONE, told=told(leavers={"2": BOB_CELLS}))
    assert (counted(delta), sorted(sent(delta))) == ({"leavers": 2, "earlier_leavers": 1, "unchanged": 1}, [BOB_LEFT_BEFORE, CLEO_LEFT])
    assert delta.limited("leavers") == 2, "both are deactivated by this run"
    assert (delta.after.leavers, delta.after.deactivated) == ({}, {"2", "3"})
    assert sorted(listed(delta)) == ["2 leaver", "3 leaver"]


def test_the_same_is_the_same_to_the_byte_in_every_process() -> None:
    """A run that is gone on with, and one that was previewed, are recognised by the bytes; and the order of a set is another one in each process."""
    names = ["7", "a", "5", "x", "99", "2", "b", "3"]
    delta = delta_of(ALONE, ALONE, told=told(leavers={name: {**BOB_CELLS, "externalId": name} for name in names}, held={"q"}, deactivated={"z"}))
    assert [row.partition(";")[0] for row in sent(delta)] == sorted(names)
    assert [one.identifier for one in delta.people] == sorted(names)
    kept = delta_of(ALONE, ALONE, told=told(leavers=dict.fromkeys(names, BOB_CELLS)), deactivate_leavers=False)
    assert list(kept.after.leavers) == sorted(names)


def test_where_the_status_is_added_they_are_deactivated_in_it() -> None:
    known = {field: cell for field, cell in BOB_CELLS.items() if field != "status"}
    delta = delta_of(text(ANN_SHORT, header=SHORT), text(ANN_SHORT, header=SHORT), ADDED, told=told_short(leavers={"2": known}))
    assert sent(delta) == ["2;bob@x;Bob;;Deactivated"]


def test_who_was_deactivated_is_remembered_and_not_sent_again() -> None:
    delta = delta_of(ALONE, ALONE, told=told(deactivated={"2", "9"}))
    assert (counted(delta), sent(delta), delta.after.deactivated) == ({"unchanged": 1}, [], {"2", "9"})


def test_without_a_baseline_who_has_left_is_still_a_leaver() -> None:
    """The whole export is sent then, and nobody outside it is touched."""
    known = told(leavers={"2": BOB_CELLS}, deactivated={"9"})
    delta = delta_of(None, ALONE, told=known, everybody=True)
    assert (counted(delta), sent(delta)) == ({"joiners": 1, "leavers": 1, "earlier_leavers": 1}, [ANN])
    assert (delta.after.leavers, delta.after.deactivated) == ({"2": BOB_CELLS}, {"9"})


def test_everybody_keeps_the_leavers_of_earlier_runs() -> None:
    delta = delta_of(text(ANN, CLEO), ALONE, told=told(leavers={"2": BOB_CELLS}), everybody=True)
    assert (counted(delta), sent(delta), delta.limited("leavers")) == ({"leavers": 2, "earlier_leavers": 1, "unchanged": 1}, [ANN], 1)
    assert sorted(listed(delta)) == ["1 unchanged", "2 leaver, left alone", "3 leaver, left alone"]
    assert delta.after.leavers == {"2": BOB_CELLS, "3": CLEO_CELLS}


def test_everybody_forgets_the_leavers_where_it_is_not_known_what_was_told() -> None:
    """The rows may be those of another tenant, so nobody in them is deactivated later on."""
    delta = delta_of(text(ANN, CLEO), ALONE, everybody=True)
    assert (counted(delta), sent(delta), listed(delta)) == ({"leavers": 1, "unchanged": 1}, [ANN], ["1 unchanged", "3 leaver, left alone"])
    assert (delta.after.leavers, delta.after.deactivated) == ({}, set())


def test_who_is_in_the_rows_and_a_leaver_is_sent_with_the_row() -> None:
    """A baseline of long ago was restored: what it has is newer than nothing."""
    delta = delta_of(BEFORE, ALONE, told=told(leavers={"2": {**BOB_CELLS, "eMail": "old@x"}}))
    assert sorted(sent(delta)) == [BOB_LEFT, CLEO_LEFT]


# No cell is sent that is not known


def without(field: str) -> dict[str, str]:
    return {name: cell for name, cell in BOB_CELLS.items() if name != field}


@pytest.mark.parametrize("field", ["eMail", "profile-field:firstName"])
def test_a_leaver_of_whom_a_mapped_cell_is_not_known_is_no_row(field: str) -> None:
    delta = delta_of(ALONE, ALONE, told=told(leavers={"2": without(field)}))
    assert (sent(delta), delta.unknown_leavers, counted(delta)) == ([], 1, {"leavers": 1, "earlier_leavers": 1, "unchanged": 1})


def test_the_status_is_known_of_any_leaver() -> None:
    delta = delta_of(ALONE, ALONE, told=told(leavers={"2": without("status")}))
    assert (sent(delta), delta.unknown_leavers) == ([BOB_LEFT_BEFORE], 0)


def test_a_cell_that_was_empty_is_known() -> None:
    delta = delta_of(ALONE, ALONE, told=told(leavers={"2": {**BOB_CELLS, "eMail": ""}}))
    assert (sent(delta), delta.unknown_leavers) == (["2;;Bob;Deactivated;"], 0)


def test_a_field_that_is_not_mapped_any_more_is_not_sent() -> None:
    fields = {"externalId": "id", "status": "status"}
    delta = delta_of(ALONE, ALONE, fields=fields, told=told(leavers={"2": BOB_CELLS}))
    assert sent(delta) == ["2;;;Deactivated;"]


@pytest.mark.parametrize("known", [None, told()], ids=["a baseline of today's form", "with what was told"])
def test_a_column_that_is_new_is_not_known_of_a_leaver(known: t.Any) -> None:
    fields = {**FIELDS, "profile-field:department": "department"}
    after = text(f"{ANN};Care", header="id;mail;first;status;stamp;department")
    delta = delta_of(BEFORE, after, fields=fields, told=known)
    assert (delta.unknown_leavers, delta.bare_leavers, counted(delta)["leavers"]) == (2, 0, 2)
    assert sent(delta) == [f"{ANN};Care"]


#: In a baseline of today's form, that is a joiner who was refused.
ONLY_HER_NUMBER = "2;;;;"


def test_a_row_with_nothing_but_an_identifier_in_a_baseline_of_todays_form_is_not_known() -> None:
    delta = delta_of(text(ANN, ONLY_HER_NUMBER), ALONE)
    # They are one number, and have a message of their own.
    assert (sent(delta), delta.unknown_leavers, delta.bare_leavers) == ([], 1, 1)


@pytest.mark.parametrize(("row", "rules", "known"), [
    (ONLY_HER_NUMBER, OWN, told()), ("2;;Bob;;", OWN, None), (ONLY_HER_NUMBER, DeltaRules("status", deactivate_leavers=True), None),
], ids=["it was told so", "one cell more", "without a mapping"])
def test_otherwise_empty_cells_are_known_to_be_empty(row: str, rules: DeltaRules, known: t.Any) -> None:
    cells = row.split(";")
    cells[3] = "Deactivated"
    delta = delta_of(text(ANN, row), ALONE, rules, told=known)
    assert (sent(delta), delta.unknown_leavers, delta.bare_leavers) == ([";".join(cells)], 0, 0)


def test_a_file_of_identifiers_only_hides_nothing() -> None:
    rules = DeltaRules("status", deactivate_leavers=True, fields={"externalId": "id"})
    delta = delta_of(b"id\n1\n2\n", b"id\n1\n", rules)
    assert (sent(delta), delta.unknown_leavers) == (["2;Deactivated"], 0)


def test_a_mapped_column_that_the_export_lacks_is_named() -> None:
    with pytest.raises(BadTable) as caught:
        delta_of(ALONE, ALONE, fields={**FIELDS, "userName": "login"}, told=told(leavers={"2": BOB_CELLS}))
    assert (caught.value.code, caught.value.line, caught.value.column, caught.value.in_previous) == ("column_missing", 1, "login", False)


# Protected people


BOTH = frozenset({"2", "99"})


@pytest.mark.parametrize("known", [None, told()])
def test_a_protected_leaver_is_left_alone_and_stays_a_leaver(known: t.Any) -> None:
    delta = delta_of(BEFORE, ALONE, protected=BOTH, told=known)
    assert (counted(delta), sent(delta)) == ({"leavers": 1, "protected": 1, "unchanged": 1}, [CLEO_LEFT])
    assert (delta.after.leavers, delta.after.deactivated, delta.after.held) == ({"2": BOB_CELLS}, {"3"}, set())
    assert listed(delta) == ["2 protected", "3 leaver"]


def test_so_is_one_who_left_before() -> None:
    delta = delta_of(ALONE, ALONE, protected=BOTH, told=told(leavers={"2": BOB_CELLS}))
    assert (counted(delta), sent(delta), delta.after.leavers) == ({"protected": 1, "unchanged": 1}, [], {"2": BOB_CELLS})


def test_who_is_protected_no_more_is_deactivated() -> None:
    delta = delta_of(ALONE, ALONE, told=told(leavers={"2": BOB_CELLS}))
    assert (counted(delta), sent(delta)) == ({"leavers": 1, "earlier_leavers": 1, "unchanged": 1}, [BOB_LEFT_BEFORE])


def test_where_leavers_are_ignored_a_protected_one_is_one_of_them() -> None:
    """Nobody would have deactivated her, so nobody is told that."""
    delta = delta_of(text(ANN, BOB), ALONE, deactivate_leavers=False, protected=BOTH, told=told())
    assert (counted(delta), delta.after.leavers) == ({"leavers": 1, "unchanged": 1}, {"2": BOB_CELLS})
    assert listed(delta) == ["2 leaver, left alone"]


def test_who_is_protected_and_has_never_been_there_is_nobody() -> None:
    delta = delta_of(ALONE, ALONE, protected=frozenset({"99"}), told=told())
    assert (counted(delta), delta.after, listed(delta)) == ({"unchanged": 1}, Told(), [])


def test_the_status_that_would_deactivate_a_protected_person_is_left_out() -> None:
    delta = delta_of(text(ANN), text(ANN, off(BOB)), protected=BOTH, told=told())
    assert (counted(delta), sent(delta)) == ({"protected": 1, "unchanged": 1}, [BOB.replace("Activated", "")])
    assert delta.identifiers == {"joiners": [], "movers": [], "leavers": []}
    assert (delta.after.held, listed(delta)) == ({"2"}, ["2 protected"])


@pytest.mark.parametrize("cell", ["Deactivated", "deactivated", " DEACTIVATED "])
@pytest.mark.parametrize("how", [{}, {"deactivated": {"2"}}, {"refused": {"2": refused()}}, {"leavers": {"2": BOB_CELLS}}], ids=str)
def test_however_it_is_written_and_whatever_is_known(cell: str, how: dict[str, t.Any]) -> None:
    delta = delta_of(text(ANN, BOB), text(ANN, BOB.replace("Activated", cell)), protected=BOTH, told=told(**how))
    assert (sent(delta), delta.after.held, delta.counts["protected"]) == ([BOB.replace("Activated", "")], {"2"}, 1)


def test_as_long_as_the_export_says_so_each_run_tells_of_it_and_sends_nothing() -> None:
    both = text(ANN, off(BOB))
    delta = delta_of(both, both, protected=BOTH, told=told(held={"2"}))
    assert (counted(delta), sent(delta), listed(delta), delta.after.held) == ({"protected": 1, "unchanged": 1}, [], ["2 protected"], {"2"})


def test_when_everybody_is_sent_so_is_she_without_the_status() -> None:
    both = text(ANN, off(BOB))
    delta = delta_of(both, both, protected=BOTH, told=told(held={"2"}), everybody=True)
    assert (sent(delta), delta.after.held) == ([ANN, BOB.replace("Activated", "")], {"2"})
    assert (counted(delta), listed(delta)) == ({"protected": 1, "unchanged": 1}, ["1 unchanged", "2 protected"])


def test_what_a_protected_person_was_not_told_is_told_when_she_is_one_no_more() -> None:
    both = text(ANN, off(BOB))
    delta = delta_of(both, both, told=told(held={"2"}))
    assert (counted(delta), sent(delta), delta.after.held) == ({"movers": 1, "unchanged": 1}, [off(BOB)], set())


def test_whom_the_export_activates_again_is_a_mover_like_any_other() -> None:
    delta = delta_of(text(ANN, off(BOB)), text(ANN, BOB), protected=BOTH, told=told(held={"2"}))
    assert (counted(delta), sent(delta), delta.after.held) == ({"movers": 1, "unchanged": 1}, [BOB], set())


def test_another_change_of_a_protected_person_is_sent() -> None:
    delta = delta_of(text(ANN, BOB), text(ANN, BOB.replace("bob@", "rob@")), protected=BOTH, told=told())
    assert (counted(delta), sent(delta)) == ({"movers": 1, "unchanged": 1}, [BOB.replace("bob@", "rob@")])


# And a test can fail


def test_that_an_unknown_cell_went_out_empty_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delta_writer.RowWriter, "_of_fields", lambda self, known: [known.get(field, "") for field in FIELDS] + [""])
    assert sent(delta_of(ALONE, ALONE, told=told(leavers={"2": {"externalId": "2"}}))) == ["2;;;Deactivated;"]


@pytest.mark.parametrize(("rules", "known"), [(IGNORED, told_short()), (ADDED, told_short())])
def test_nobody_is_protected_by_chance(rules: DeltaRules, known: Told) -> None:
    """The identifier counts, not a part of it."""
    before, after = text(ANN_SHORT, BOB_SHORT, header=SHORT), text(ANN_SHORT, header=SHORT)
    delta = delta_of(before, after, rules, protected=frozenset({"", "22", "bob@x"}), told=known)
    assert delta.count("leavers") == 1
    assert rules.fields == WITHOUT_STATUS
