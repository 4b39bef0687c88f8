# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""People of whom more is known than their row: who was refused, and who was gone and is back."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._csv import delta as delta_of_two
from ansible_collections.community.staffbase.plugins.module_utils._csv.delta import NeedsStatus
from ansible_collections.community.staffbase.plugins.module_utils._csv.told import Told
from support.told_delta import (
    ADDED,
    ANN,
    ANN_SHORT,
    BOB,
    BOB_CELLS,
    BOB_SHORT,
    CLEO_SHORT,
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
    assert (counted(delta), sent(delta), listed(delta)) == (
        {"joiners": 1, "refused_earlier": 1, "unchanged": 1}, [BOB], ["2 joiner, refused earlier"])
    assert delta.after.refused == {}, "unless it is refused again"
    assert (delta.identifiers["joiners"], delta.sent_again) == (["2"], 1)


def test_of_whom_a_row_was_accepted_before_is_a_mover() -> None:
    after = text(ANN, BOB.replace("Bob", "Rob"))
    for rows, differing in ((BEFORE, ""), (after, " first")):
        delta = delta_of(BEFORE, rows, told=told(refused={"2": refused(accepted=True)}))
        assert (counted(delta), listed(delta)) == ({"movers": 1, "refused_earlier": 1, "unchanged": 1}, [f"2 mover, refused earlier{differing}"])
        assert (delta.identifiers["movers"], delta.sent_again) == (["2"], 1)


def test_who_was_refused_and_is_missing_in_the_rows_is_a_joiner_still() -> None:
    delta = delta_of(text(ANN), BEFORE, told=told(refused={"2": refused()}))
    assert (counted(delta), sent(delta)) == ({"joiners": 1, "refused_earlier": 1, "unchanged": 1}, [BOB])


def test_who_was_refused_and_has_left_is_a_leaver() -> None:
    delta = delta_of(BEFORE, text(ANN), told=told(refused={"2": refused(sure=False)}))
    assert (counted(delta), sent(delta)) == ({"leavers": 1, "unchanged": 1}, [with_status(BOB, "Deactivated")])
    assert delta.after.deactivated == {"2"}
    assert (listed(delta), delta.sent_again) == (["2 leaver"], 1)
    alone = delta_of(BEFORE, text(ANN), deactivate_leavers=False, told=told(refused={"2": refused(sure=False)}))
    assert (counted(alone), sent(alone), alone.sent_again) == ({"leavers": 1, "unchanged": 1}, [], 0)


def unsure(*statuses: str, accepted: bool = False) -> dict[str, t.Any]:
    return {"sure": False, "accepted": accepted, "statuses": statuses}


#: The refusal, the row that is known, the status now, and the status that is sent.
STATUS_AGAIN: list[tuple[dict[str, t.Any], str, str, str]] = [
    # It was this row: the tenant knows nothing of it, or what it knew before.
    ({"sure": True}, BOB, "Activated", "Activated"), ({"sure": True}, BOB, "Deactivated", "Deactivated"), ({"sure": True}, BOB, "", ""),
    ({"sure": True, "accepted": True}, BOB, "Activated", "Activated"), ({"sure": True, "accepted": True}, BOB, "Deactivated", "Deactivated"),
    # It may have been another one, and then an admin may have changed the status since.
    (unsure("Activated", accepted=True), BOB, "Activated", ""), (unsure("Activated", accepted=True), BOB, "Deactivated", "Deactivated"),
    (unsure("Deactivated", accepted=True), with_status(BOB, "Deactivated"), "Activated", "Activated"),
    (unsure("", accepted=True), with_status(BOB, ""), "Activated", "Activated"),
    # What says Deactivated is sent in any case: she may have been deleted, and would be made anew as active.
    (unsure("Deactivated", accepted=True), with_status(BOB, "Deactivated"), "Deactivated", "Deactivated"),
    # The refused row, or one of an earlier run, said something else; any of them may be what the tenant was told last.
    (unsure("Activated", "Deactivated", accepted=True), BOB, "Activated", "Activated"), (unsure("", "Activated"), BOB, "Activated", "Activated"),
    # A new one: whoever is made without a status is active.
    (unsure("Activated"), BOB, "Activated", ""), (unsure("Activated"), BOB, "", ""), (unsure(""), BOB, "", ""),
    (unsure("Activated"), BOB, "deactivated ", "deactivated "),
    (unsure("deactivated "), with_status(BOB, "deactivated "), "deactivated ", "deactivated "),
]


@pytest.mark.parametrize(("refusal", "known", "now", "status"), STATUS_AGAIN)
def test_the_status_of_who_was_refused(refusal: dict[str, t.Any], known: str, now: str, status: str) -> None:
    after = text(ANN, with_status(BOB, now))
    delta = delta_of(text(ANN, known), after, told=told(refused={"2": refused(**refusal)}))
    assert sent(delta) == [with_status(BOB, status)]
    assert counted(delta) == {"movers" if refusal.get("accepted") else "joiners": 1, "refused_earlier": 1, "unchanged": 1}


@pytest.mark.parametrize(("refusal", "status"), [
    ({"sure": True}, "Activated"), ({"sure": True, "accepted": True}, ""), ({"sure": False}, ""), ({"sure": False, "accepted": True}, ""),
])
def test_the_added_status_of_who_was_refused(refusal: dict[str, bool], status: str) -> None:
    """The export says nothing of it: only a new one is active for certain."""
    both = text(ANN_SHORT, BOB_SHORT, header=SHORT)
    delta = delta_of(both, both, ADDED, told=told_short(refused={"2": refused(**refusal)}))
    assert sent(delta) == [f"{BOB_SHORT};{status}"]


def test_who_was_refused_is_sent_with_the_row_of_now() -> None:
    delta = delta_of(BEFORE, text(ANN, BOB.replace("bob@", "rob@")), told=told(refused={"2": refused(**unsure("Activated", accepted=True))}))
    assert sent(delta) == [with_status(BOB.replace("bob@", "rob@"), "")]


@pytest.mark.parametrize("refusal", [{}, unsure("Activated"), unsure("Activated", accepted=True)], ids=str)
def test_where_everybody_is_sent_so_is_the_status_of_who_was_refused(refusal: dict[str, t.Any]) -> None:
    """It is meant to undo what was done by hand, too."""
    delta = delta_of(BEFORE, BEFORE, told=told(refused={"2": refused(**refusal)}), everybody=True)
    kind = "mover" if refusal.get("accepted") else "joiner"
    assert (sent(delta), counted(delta)) == ([ANN, BOB], {f"{kind}s": 1, "refused_earlier": 1, "unchanged": 1})
    assert listed(delta) == ["1 unchanged", f"2 {kind}, refused earlier"]


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
    again = {"refused_earlier": 1} if "refused" in how else {}
    assert (counted(delta), sent(delta)) == ({"joiners": 1, **again, "unchanged": 1}, [f"{BOB_SHORT};Activated"])
    assert listed(delta) == ["2 joiner, refused earlier" if again else "2 joiner"]
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


def test_that_who_is_back_was_taken_for_a_mover_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then the row goes out with an empty status: she stays deactivated for good."""
    monkeypatch.setattr(delta_of_two._Known, "returns", property(lambda self: False))
    both = text(ANN_SHORT, BOB_SHORT, header=SHORT)
    known = told_short(refused={"2": refused(returner=True, accepted=True)})
    assert sent(delta_of(both, both, ADDED, told=known)) == [f"{BOB_SHORT};"]
