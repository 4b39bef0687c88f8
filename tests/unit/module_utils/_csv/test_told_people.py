# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""People of whom more is known than their row: who was refused, and who was gone and is back."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._csv import delta as delta_of_two
from ansible_collections.community.staffbase.plugins.module_utils._csv.delta import DeltaRules, NeedsStatus
from ansible_collections.community.staffbase.plugins.module_utils._csv.told import Told
from support.told_delta import (
    ADDED,
    ANN,
    ANN_SHORT,
    BOB,
    BOB_CELLS,
    BOB_SHORT,
    CLEO,
    CLEO_SHORT,
    FIELDS,
    IGNORED,
    SHORT,
    counted,
    delta_of,
    listed,
    refused,
    sent,
    text,
    told,
    told_short,
)

BEFORE = text(ANN, BOB)


def with_status(row: str, status: str) -> str:
    return row.replace("Activated", status)


# Who was refused is sent again


def test_who_was_refused_is_sent_again_although_nothing_has_changed() -> None:
    delta = delta_of(BEFORE, BEFORE, told=told(refused={"2": refused()}))
    assert (counted(delta), sent(delta), listed(delta)) == ({"refused_earlier": 1, "unchanged": 1}, [BOB], ["2 refused earlier"])
    assert delta.after.refused == {}, "unless it is refused again"


def test_who_was_refused_and_is_missing_in_the_rows_is_no_joiner() -> None:
    delta = delta_of(text(ANN), BEFORE, told=told(refused={"2": refused()}))
    assert (counted(delta), sent(delta)) == ({"refused_earlier": 1, "unchanged": 1}, [BOB])


def test_who_was_refused_and_has_left_is_a_leaver() -> None:
    delta = delta_of(BEFORE, text(ANN), told=told(refused={"2": refused(sure=False)}))
    assert (counted(delta), sent(delta)) == ({"leavers": 1, "unchanged": 1}, [with_status(BOB, "Deactivated")])
    assert delta.after.deactivated == {"2"}


#: The refusal, the row that is known, the status now, and the status that is sent.
STATUS_AGAIN: list[tuple[dict[str, bool], str, str, str]] = [
    # It was this row: the tenant knows nothing of it, or what it knew before.
    ({"sure": True}, BOB, "Activated", "Activated"), ({"sure": True}, BOB, "Deactivated", "Deactivated"), ({"sure": True}, BOB, "", ""),
    ({"sure": True, "accepted": True}, BOB, "Activated", "Activated"), ({"sure": True, "accepted": True}, BOB, "Deactivated", "Deactivated"),
    # It may have been another one, and then an admin may have changed the status since.
    ({"sure": False, "accepted": True}, BOB, "Activated", ""), ({"sure": False, "accepted": True}, BOB, "Deactivated", "Deactivated"),
    ({"sure": False, "accepted": True}, with_status(BOB, "Deactivated"), "Deactivated", ""),
    ({"sure": False, "accepted": True}, with_status(BOB, "Deactivated"), "Activated", "Activated"),
    ({"sure": False, "accepted": True}, with_status(BOB, ""), "Activated", "Activated"),
    # A new one: whoever is made without a status is active.
    ({"sure": False}, BOB, "Activated", ""), ({"sure": False}, BOB, "", ""), ({"sure": False}, BOB, "deactivated ", "deactivated "),
]


@pytest.mark.parametrize(("refusal", "known", "now", "status"), STATUS_AGAIN)
def test_the_status_of_who_was_refused(refusal: dict[str, bool], known: str, now: str, status: str) -> None:
    after = text(ANN, with_status(BOB, now))
    delta = delta_of(text(ANN, known), after, told=told(refused={"2": refused(**refusal)}))
    assert sent(delta) == [with_status(BOB, status)]
    assert counted(delta) == {"refused_earlier": 1, "unchanged": 1}


@pytest.mark.parametrize(("refusal", "status"), [
    ({"sure": True}, "Activated"), ({"sure": True, "accepted": True}, ""), ({"sure": False}, ""), ({"sure": False, "accepted": True}, ""),
])
def test_the_added_status_of_who_was_refused(refusal: dict[str, bool], status: str) -> None:
    """The export says nothing of it: only a new one is active for certain."""
    both = text(ANN_SHORT, BOB_SHORT, header=SHORT)
    delta = delta_of(both, both, ADDED, told=told_short(refused={"2": refused(**refusal)}))
    assert sent(delta) == [f"{BOB_SHORT};{status}"]


def test_who_was_refused_is_sent_with_the_row_of_now() -> None:
    delta = delta_of(BEFORE, text(ANN, BOB.replace("bob@", "rob@")), told=told(refused={"2": refused(sure=False, accepted=True)}))
    assert sent(delta) == [with_status(BOB.replace("bob@", "rob@"), "")]


@pytest.mark.parametrize("refusal", [{}, {"sure": False}, {"sure": False, "accepted": True}], ids=str)
def test_where_everybody_is_sent_so_is_the_status_of_who_was_refused(refusal: dict[str, bool]) -> None:
    """It is meant to undo what was done by hand, too."""
    delta = delta_of(BEFORE, BEFORE, told=told(refused={"2": refused(**refusal)}), everybody=True)
    assert (sent(delta), counted(delta)) == ([ANN, BOB], {"refused_earlier": 1, "unchanged": 1})


# Who was gone and is back


RETURNS: dict[str, dict[str, t.Any]] = {
    "a leaver who was deactivated": {"deactivated": {"2"}}, "a leaver who was ignored": {"leavers": {"2": BOB_CELLS}},
    "a returner who was refused": {"refused": {"2": refused(returner=True)}},
    "a returner who may have been refused": {"refused": {"2": refused(returner=True, sure=False)}, "deactivated": {"2"}},
}
RETURNED = pytest.mark.parametrize("how", RETURNS.values(), ids=RETURNS)


@RETURNED
@pytest.mark.parametrize("rows", [(ANN_SHORT,), (ANN_SHORT, BOB_SHORT)], ids=["not in the rows", "in the rows"])
def test_who_is_back_is_activated_where_the_export_says_nothing_of_it(how: dict[str, t.Any], rows: tuple[str, ...]) -> None:
    delta = delta_of(text(*rows, header=SHORT), text(ANN_SHORT, BOB_SHORT, header=SHORT), ADDED, told=told_short(**how))
    kind = "refused_earlier" if "refused" in how else "joiners"
    assert (counted(delta), sent(delta)) == ({kind: 1, "unchanged": 1}, [f"{BOB_SHORT};Activated"])
    assert delta.after == Told(), "all of it was handled"


@RETURNED
@pytest.mark.parametrize(("own", "status"), [
    ("", "Activated"), (" ", "Activated"), ("Activated", "Activated"), ("Deactivated", "Deactivated"), ("deactivated", "deactivated"),
])
def test_the_own_status_of_who_is_back_counts_unless_it_is_empty(how: dict[str, t.Any], own: str, status: str) -> None:
    delta = delta_of(text(ANN), text(ANN, with_status(BOB, own)), told=told(**how))
    assert sent(delta) == [with_status(BOB, status)]


@RETURNED
def test_where_there_is_no_status_one_is_needed(how: dict[str, t.Any]) -> None:
    before, after = text(ANN_SHORT, header=SHORT), text(ANN_SHORT, BOB_SHORT, header=SHORT)
    with pytest.raises(NeedsStatus):
        delta_of(before, after, IGNORED, told=told_short(**how))
    again = delta_of(before, after, IGNORED, told=told_short(**how), status_column="staffbase_status")
    assert (sent(again), again.status_added) == ([f"{BOB_SHORT};Activated"], "staffbase_status")
    assert again.header == f"{SHORT};staffbase_status\n".encode()


def test_nobody_else_needs_one() -> None:
    before, after = text(ANN_SHORT, BOB_SHORT, header=SHORT), text(ANN_SHORT, CLEO_SHORT, header=SHORT)
    assert sent(delta_of(before, after, IGNORED, told=told_short(deactivated={"9"}, refused={"8": refused()}))) == [CLEO_SHORT]


def test_joiners_and_movers_beside_who_is_back() -> None:
    """A mover's status is nobody's business where the export has none."""
    after = text(ANN_SHORT.replace("Ann", "Anne"), BOB_SHORT, CLEO_SHORT, header=SHORT)
    delta = delta_of(text(ANN_SHORT, header=SHORT), after, ADDED, told=told_short(deactivated={"2"}))
    assert sent(delta) == [f"{ANN_SHORT.replace('Ann', 'Anne')};", f"{BOB_SHORT};Activated", f"{CLEO_SHORT};Activated"]
    assert listed(delta) == ["1 mover first", "2 joiner", "3 joiner"]


def test_who_is_back_with_the_row_of_before_is_sent() -> None:
    """Her row stands in the baseline to the byte, because it was refused last time; that is not what the tenant has."""
    delta = delta_of(BEFORE, BEFORE, told=told(deactivated={"2"}))
    assert sent(delta) == [BOB]


def test_joiners_without_a_status_are_counted() -> None:
    after = text(ANN, with_status(BOB, ""), with_status(CLEO, " "))
    assert delta_of(None, after, told=told()).without_status == 2
    assert delta_of(None, after, told=told(deactivated={"2"})).without_status == 1, "who is back is activated"
    assert delta_of(None, after, DeltaRules(fields=FIELDS)).without_status == 0, "where nobody asks for a status"
    assert delta_of(None, text(BOB_SHORT, header=SHORT), ADDED, told=told_short()).without_status == 0


def test_that_who_is_back_was_taken_for_a_mover_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then the row goes out with an empty status: she stays deactivated for good."""
    monkeypatch.setattr(delta_of_two._Known, "returns", property(lambda self: False))
    both = text(ANN_SHORT, BOB_SHORT, header=SHORT)
    known = told_short(refused={"2": refused(returner=True, accepted=True)})
    assert sent(delta_of(both, both, ADDED, told=known)) == [f"{BOB_SHORT};"]
