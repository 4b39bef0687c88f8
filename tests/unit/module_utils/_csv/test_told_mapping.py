# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Only the cells of mapped columns are compared, under the mapping of then and of now; and a field that was never told is told to everybody."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._csv import delta_writer
from ansible_collections.community.staffbase.plugins.module_utils._csv.delta import DeltaRules
from support.told_delta import (
    ANN,
    BOB,
    BOB_CELLS,
    CLEO,
    FIELDS,
    HEADER,
    IGNORED,
    OWN,
    WITHOUT_STATUS,
    counted,
    delta_of,
    listed,
    sent,
    text,
    told,
    told_short,
)

BEFORE = text(ANN, BOB)


def mapped(**fields: str) -> dict[str, str]:
    """Return FIELDS with other columns; the keys are `mail`, `first` and `status`."""
    names = {"mail": "eMail", "first": "profile-field:firstName", "status": "status"}
    return {**FIELDS, **{names[name]: column for name, column in fields.items()}}


def renamed(*rows: str, **names: str) -> bytes:
    return text(*rows, header=";".join(names.get(name, name) for name in HEADER.split(";")))


KNOWN = pytest.mark.parametrize("known", [None, told()], ids=["a baseline of today's form", "with what was told"])


@KNOWN
@pytest.mark.parametrize("after", [
    text(ANN.replace("07:00", "08:00"), BOB), text(*(row.replace("07:00", "") for row in (BOB, ANN))),
    text("07:00;1;ann@x;Ann;Activated", "07:00;2;bob@x;Bob;Activated", header="export;id;mail;first;status"),
    text("1;ann@x;Ann;Activated", "2;bob@x;Bob;Activated", header="id;mail;first;status"),
    renamed(ANN, BOB, stamp="written at"),
], ids=["another time", "no time, another order", "another column", "a column less", "another name"])
def test_a_column_that_nobody_maps_makes_nobody_a_mover(known: t.Any, after: bytes) -> None:
    delta = delta_of(BEFORE, after, told=known)
    assert (counted(delta), sent(delta), listed(delta), delta.mapping_grew) == ({"unchanged": 2}, [], [], False)


def test_without_a_mapping_every_column_is_compared() -> None:
    delta = delta_of(BEFORE, text(ANN.replace("07:00", "08:00"), BOB), DeltaRules("status"))
    assert counted(delta) == {"movers": 1, "unchanged": 1}


@KNOWN
def test_a_mover_is_sent_with_the_whole_row_of_now_and_listed_with_what_differs(known: t.Any) -> None:
    delta = delta_of(BEFORE, text("1;ann2@x;Anne;Activated;08:00", BOB), told=known)
    assert (counted(delta), sent(delta)) == ({"movers": 1, "unchanged": 1}, ["1;ann2@x;Anne;Activated;08:00"])
    assert listed(delta) == ["1 mover mail first"]


def test_a_column_that_feeds_two_fields_is_listed_once() -> None:
    fields = {**FIELDS, "userName": "mail"}
    delta = delta_of(BEFORE, text("1;ann2@x;Ann;Activated;07:00", BOB), fields=fields, told=told(mapping=fields))
    assert listed(delta) == ["1 mover mail"]


def test_a_column_that_was_renamed_with_the_mapping_is_no_change() -> None:
    delta = delta_of(BEFORE, renamed(ANN, BOB, mail="e-mail", status="state"), status_column="state", fields=mapped(mail="e-mail", status="state"),
                     told=told())
    assert (counted(delta), delta.mapping_grew) == ({"unchanged": 2}, False)
    # Under its old name, a leaver's cells are found.
    left = delta_of(BEFORE, renamed(ANN, mail="e-mail", status="state"), status_column="state", fields=mapped(mail="e-mail", status="state"),
                    told=told())
    assert sent(left) == ["2;bob@x;Bob;Deactivated;07:00"]


def test_the_same_column_for_another_field_is_a_change() -> None:
    """The mapping says that what was the first name is the mail now: every cell of it is another one."""
    fields = mapped(mail="first", first="mail")
    delta = delta_of(BEFORE, BEFORE, fields=fields, told=told())
    assert (counted(delta), listed(delta)) == ({"movers": 2}, ["1 mover first mail", "2 mover first mail"])
    assert sent(delta) == [ANN, BOB]


def test_swapped_columns_with_swapped_cells_are_no_change() -> None:
    swapped = [";".join((cells[0], cells[2], cells[1], *cells[3:])) for cells in (row.split(";") for row in (ANN, BOB))]
    delta = delta_of(BEFORE, text(*swapped), fields=mapped(mail="first", first="mail"), told=told())
    assert counted(delta) == {"unchanged": 2}
    left = delta_of(BEFORE, text(swapped[0]), fields=mapped(mail="first", first="mail"), told=told())
    assert sent(left) == ["2;Bob;bob@x;Deactivated;07:00"], "each cell under the column of its field"


def test_a_column_that_changed_places_is_found_by_its_name() -> None:
    after = text("Ann;07:00;1;Activated;ann@x", "Bob;07:00;2;Activated;bob2@x", header="first;stamp;id;status;mail")
    assert listed(delta_of(BEFORE, after, told=told())) == ["2 mover mail"]


@pytest.mark.parametrize(("column", "added"), [("staffbase_status", "staffbase_status_"), ("other", "staffbase_status")])
def test_a_status_column_that_is_added_is_none_that_the_export_has(column: str, added: str) -> None:
    """Nobody maps the one of the export, so what stands in it is no status."""
    after = text("1;ann@x;Ann;no", "2;bob@x;Bob;no", "3;cleo@x;Cleo;yes", header=f"id;mail;first;{column}")
    rules = DeltaRules("staffbase_status", deactivate_leavers=True, joiners_status="Activated", fields=WITHOUT_STATUS)
    before = text("1;ann@x;Ann;no", "2;bob@x;Bob;no", "4;dan@x;Dan;yes", header=f"id;mail;first;{column}")
    delta = delta_of(before, after, rules, told=told_short())
    assert (delta.status_added, delta.header) == (added, f"id;mail;first;{column};{added}\n".encode())
    assert sent(delta) == ["3;cleo@x;Cleo;yes;Activated", "4;dan@x;Dan;yes;Deactivated"]


@pytest.mark.parametrize("missing", [field for field in FIELDS if field != "externalId"])
def test_a_field_that_was_never_told_is_told_to_everybody(missing: str) -> None:
    known = told(mapping={field: column for field, column in FIELDS.items() if field != missing})
    delta = delta_of(BEFORE, BEFORE, told=known)
    assert (counted(delta), sent(delta), delta.mapping_grew) == ({"movers": 2}, [ANN, BOB], True)


def test_a_field_whose_column_the_rows_do_not_have_was_never_told() -> None:
    delta = delta_of(text("1;ann@x;Ann", header="id;mail;first"), text(ANN), told=told())
    assert (counted(delta), sent(delta), delta.mapping_grew) == ({"movers": 1}, [ANN], True)


def test_a_field_that_is_not_mapped_any_more_is_no_change() -> None:
    delta = delta_of(BEFORE, text(ANN.replace("Ann", "Anne"), BOB), IGNORED, fields={"externalId": "id", "eMail": "mail"}, told=told())
    assert (counted(delta), delta.mapping_grew) == ({"unchanged": 2}, False)


def test_without_a_baseline_nothing_has_grown() -> None:
    delta = delta_of(None, BEFORE, told=told(mapping=WITHOUT_STATUS))
    assert (counted(delta), delta.mapping_grew) == ({"joiners": 2}, False)


def test_what_is_untold_is_told_even_to_who_has_nothing_there() -> None:
    """An empty cell differs from nothing, too: what the tenant has there is not known."""
    empty = text("1;;Ann;Activated;07:00")
    delta = delta_of(empty, empty, told=told(mapping={field: column for field, column in FIELDS.items() if field != "eMail"}))
    assert (counted(delta), sent(delta), listed(delta)) == ({"movers": 1}, ["1;;Ann;Activated;07:00"], ["1 mover"])


@pytest.mark.parametrize("header", [HEADER, "id;status;mail;first;stamp"])
def test_everybody_is_everybody_and_the_numbers_are_of_what_has_changed(header: str) -> None:
    after = text(ANN.replace("Ann", "Anne"), BOB, CLEO)
    delta = delta_of(BEFORE, after, everybody=True, told=told())
    assert sent(delta) == [ANN.replace("Ann", "Anne"), BOB, CLEO]
    assert (counted(delta), listed(delta)) == ({"movers": 1, "joiners": 1, "unchanged": 1}, ["1 mover first", "2 unchanged", "3 joiner"])


def test_everybody_leaves_leavers_for_the_next_run() -> None:
    delta = delta_of(BEFORE, text(ANN), everybody=True, told=told())
    assert (counted(delta), sent(delta), delta.after.leavers) == ({"leavers": 1, "unchanged": 1}, [ANN], {"2": BOB_CELLS})


def test_everybody_gets_the_status_that_is_added() -> None:
    """Nobody knows who of them was deactivated by an earlier run whose baseline is gone."""
    after = text("1;ann@x;Ann;07:00", "2;bob@x;Bob;07:00", header="id;mail;first;stamp")
    rules = DeltaRules("staffbase_status", deactivate_leavers=True, joiners_status="Activated", fields=WITHOUT_STATUS)
    assert sent(delta_of(after, after, rules, everybody=True, told=told_short())) == ["1;ann@x;Ann;07:00;Activated", "2;bob@x;Bob;07:00;Activated"]
    plain = delta_of(after, after, dataclasses.replace(IGNORED, everybody=True), told=told_short())
    assert sent(plain) == ["1;ann@x;Ann;07:00", "2;bob@x;Bob;07:00"], "where nobody is deactivated, no column is added"


def test_that_every_column_was_compared_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    real = delta_writer.RowWriter.__init__
    monkeypatch.setattr(delta_writer.RowWriter, "__init__", lambda self, previous, current, status, fields, told_fields: real(
        self, previous, current, status, None, told_fields))
    assert counted(delta_of(BEFORE, text(ANN.replace("07:00", "08:00"), BOB), OWN)) == {"movers": 1, "unchanged": 1}
