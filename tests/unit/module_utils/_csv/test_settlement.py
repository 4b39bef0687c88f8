# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tenant was told once an import is over: whoever was refused stays open, and keeps what was accepted of her before."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._csv.delta import DeltaRules
from ansible_collections.community.staffbase.plugins.module_utils._csv.told import Fields, Refused, Told
from ansible_collections.community.staffbase.plugins.module_utils._csv.told_next import Settlement
from support.told_delta import (
    ADDED,
    ANN,
    ANN_SHORT,
    BOB,
    BOB_CELLS,
    BOB_SHORT,
    CLEO,
    CLEO_CELLS,
    CLEO_SHORT,
    FIELDS,
    HEADER,
    OWN,
    SHORT,
    WITHOUT_STATUS,
    counted,
    delta_of,
    sent,
    table_of,
    text,
)

FIRST, SECOND, THIRD = "2026-01-01", "2026-01-02", "2026-01-03"

#: The status cells of somebody of whom each row says so.
ACTIVE = ("Activated",)


class Story:
    """Runs of one source, one after the other; each is of an export, and some of its rows are refused."""

    def __init__(self, *rows: str, header: str = HEADER, rules: DeltaRules = OWN) -> None:
        self.rules = rules
        self.rows: bytes | None = text(*rows, header=header) if rows else None
        self.told: Told | None = Told(mapping=self.fields) if rows else None
        self.days = iter([FIRST, SECOND, THIRD, "2026-01-04", "2026-01-05"])

    @property
    def fields(self) -> Fields:
        assert self.rules.fields is not None
        return self.rules.fields

    def run(self, *rows: str, header: str = HEADER, refused: str = "", sure: bool = True, **rules: t.Any) -> list[str]:
        """Send what has to be sent; of that, the rows of `refused` (a letter is an identifier) are not accepted. Return what was sent."""
        self.rules = dataclasses.replace(self.rules, **rules)
        after = text(*rows, header=header)
        delta = delta_of(self.rows, after, self.rules, told=self.told)
        delta.after.mapping = self.fields
        previous = table_of(self.rows) if self.rows is not None else None
        settlement = Settlement(
            previous, table_of(after), self.told, after=delta.after, refused={name.encode(): sure for name in refused}, day=next(self.days))
        self.rows = b"".join(settlement.rows())
        self.told = Told.of_bytes(settlement.after.to_bytes())
        self.counted, self.again = counted(delta), delta.sent_again
        return sent(delta)

    @property
    def refused(self) -> dict[str, Refused]:
        assert self.told is not None
        return self.told.refused

    @property
    def left(self) -> dict[str, Fields]:
        assert self.told is not None
        return self.told.leavers

    @property
    def deactivated(self) -> set[str]:
        assert self.told is not None
        return self.told.deactivated

    def known(self, header: str = HEADER) -> list[str]:
        """Return the rows of the baseline."""
        assert self.rows is not None
        first, *rows = self.rows.decode().splitlines()
        assert first == header
        return rows


ANNE = ANN.replace("Ann", "Anne")


def off(row: str) -> str:
    return row.replace("Activated", "Deactivated")


def test_nobody_was_refused() -> None:
    story = Story(ANN, BOB)
    assert story.run(ANNE, CLEO) == [ANNE, CLEO, off(BOB)]
    assert (story.known(), story.refused, story.left, story.deactivated) == ([ANNE, CLEO], {}, {}, {"2"})
    assert story.run(ANNE, CLEO) == []


@pytest.mark.parametrize("sure", [True, False])
def test_a_refused_joiner_has_the_refused_row_and_is_open_until_accepted(sure: bool) -> None:
    story = Story(ANN)
    story.run(ANN, BOB, refused="2", sure=sure)
    assert (story.known(), story.refused) == ([ANN, BOB], {"2": Refused(FIRST, sure, accepted=False, statuses=ACTIVE)})
    again = BOB if sure else BOB.replace("Activated", "")
    assert story.run(ANN, BOB, refused="2", sure=sure) == [again]
    assert story.run(ANN, BOB) == [again]
    assert (story.known(), story.refused, story.run(ANN, BOB)) == ([ANN, BOB], {}, [])


def test_a_refused_mover_keeps_the_row_that_was_accepted() -> None:
    story = Story(ANN, BOB)
    story.run(ANNE, BOB, refused="1")
    assert (story.known(), story.refused) == ([ANN, BOB], {"1": Refused(FIRST, accepted=True, statuses=ACTIVE)})
    # He has left before his new row was accepted: what is sent is what the tenant has.
    assert story.run(BOB) == [off(ANN)]
    assert (story.refused, story.deactivated) == ({}, {"1"})


def test_a_refused_joiner_who_leaves_is_deactivated_with_the_refused_row() -> None:
    """It may have been accepted. It is all that is known of her."""
    story = Story(ANN)
    story.run(ANN, BOB, refused="2", sure=False)
    assert story.run(ANN) == [off(BOB)]
    assert (story.refused, story.left, story.deactivated) == ({}, {}, {"2"})


def test_since_when_somebody_is_refused_is_kept_over_the_runs() -> None:
    story = Story(ANN)
    story.run(ANN, BOB, refused="2")
    story.run(ANNE, BOB, refused="12", sure=False)
    assert story.refused == {
        "1": Refused(SECOND, sure=False, accepted=True, statuses=ACTIVE), "2": Refused(FIRST, sure=False, statuses=ACTIVE)}
    story.run(ANNE, BOB, refused="2")
    assert story.refused == {"2": Refused(FIRST, sure=True, statuses=ACTIVE)}, "what is sure is told by the last refusal"
    story.run(ANNE, BOB)
    story.run(ANN, BOB, refused="1")
    assert story.refused == {"1": Refused("2026-01-05", accepted=True, statuses=ACTIVE)}, "a new story"


def test_a_joiner_who_was_never_accepted_is_not_called_accepted_because_of_his_row() -> None:
    story = Story(ANN)
    for _run in range(3):
        story.run(ANN, BOB, refused="2")
        assert story.refused["2"].accepted is False
    # Nor does another row of his become the one that was accepted.
    story.run(ANN, BOB.replace("bob@", "rob@"), refused="2")
    assert (story.refused["2"].accepted, story.known()[1]) == (False, BOB.replace("bob@", "rob@"))


def test_a_mover_who_was_accepted_before_stays_so() -> None:
    story = Story(ANN)
    story.run(ANNE, refused="1")
    story.run(ANN.replace("Ann", "Anna"), refused="1")
    assert (story.refused["1"], story.known()) == (Refused(FIRST, accepted=True, statuses=ACTIVE), [ANN])


@pytest.mark.parametrize("sure", [True, False])
def test_a_refused_leaver_stays_a_leaver_with_her_cells(sure: bool) -> None:
    story = Story(ANN, BOB)
    story.run(ANN, refused="2", sure=sure)
    assert (story.known(), story.refused, story.left, story.deactivated) == (
        [ANN], {"2": Refused(FIRST, sure, accepted=True)}, {"2": BOB_CELLS}, set())
    # Her row is not in the baseline any more, but she is sent again, until it is accepted.
    assert story.run(ANN, refused="2", sure=sure) == [off(BOB).replace("07:00", "")]
    assert (story.refused, story.again) == ({"2": Refused(FIRST, sure, accepted=True)}, 1), "since the first time"
    assert story.run(ANN) == [off(BOB).replace("07:00", "")]
    assert (story.refused, story.left, story.deactivated, story.again) == ({}, {}, {"2"}, 1)


def test_a_leaver_who_was_ignored_and_then_refused_stays_one() -> None:
    story = Story(ANN, BOB, CLEO)
    story.run(ANN, CLEO, deactivate_leavers=False)
    story.run(ANN, deactivate_leavers=True, refused="23")
    assert (story.left, story.deactivated) == ({"2": BOB_CELLS, "3": CLEO_CELLS}, set())
    assert story.refused == {"2": Refused(SECOND, accepted=True), "3": Refused(SECOND, accepted=True)}
    # Fails in some processes as long as `_Comparison._before` goes through a set: the order is by chance.
    assert story.run(ANN, refused="3") == [row.replace("07:00", "") for row in (off(BOB), off(CLEO))]
    assert (story.left, story.deactivated) == ({"3": CLEO_CELLS}, {"2"})


def test_a_refused_returner_is_activated_until_that_is_accepted() -> None:
    story = Story(ANN_SHORT, BOB_SHORT, header=SHORT, rules=ADDED)
    story.run(ANN_SHORT, header=SHORT)
    for sure in (True, False, True):
        assert story.run(ANN_SHORT, BOB_SHORT, header=SHORT, refused="2", sure=sure) == [f"{BOB_SHORT};Activated"]
        assert story.refused == {"2": Refused(SECOND, sure, returner=True, statuses=("",))}
        assert story.deactivated == {"2"}, "she is still"
    assert story.run(ANN_SHORT, BOB_SHORT, header=SHORT) == [f"{BOB_SHORT};Activated"]
    assert (story.refused, story.deactivated) == ({}, set())


def test_a_refused_returner_who_leaves_again_is_deactivated_again() -> None:
    story = Story(ANN_SHORT, BOB_SHORT, header=SHORT, rules=ADDED)
    story.run(ANN_SHORT, header=SHORT)
    story.run(ANN_SHORT, BOB_SHORT, header=SHORT, refused="2", sure=False)
    assert story.run(ANN_SHORT, header=SHORT) == [f"{BOB_SHORT};Deactivated"]
    assert (story.refused, story.left, story.deactivated) == ({}, {}, {"2"})


def test_one_who_was_ignored_is_a_returner_too() -> None:
    story = Story(ANN, BOB)
    story.run(ANN, deactivate_leavers=False)
    story.run(ANN, BOB, refused="2")
    assert (story.refused, story.left) == ({"2": Refused(SECOND, returner=True, statuses=ACTIVE)}, {})


def test_a_refused_leaver_who_is_back_is_a_returner() -> None:
    """The refused row may have been accepted: she may be deactivated."""
    story = Story(ANN_SHORT, BOB_SHORT, CLEO_SHORT, header=SHORT, rules=ADDED)
    story.run(ANN_SHORT, header=SHORT, refused="23", sure=False)
    assert story.run(ANN_SHORT, BOB_SHORT, header=SHORT) == [f"{BOB_SHORT};Activated", f"{CLEO_SHORT.replace('07:00', '')};Deactivated"]


# The header changes


def test_the_baseline_has_the_header_of_now() -> None:
    """What was not known before is as in the refused row."""
    header = "status;id;department;mail;first"
    fields = {**FIELDS, "profile-field:department": "department"}
    story = Story(ANN, BOB)
    story.run("Activated;1;Care;ann2@x;Ann", "Activated;2;Sales;bob@x;Bob", header=header, refused="1", fields=fields)
    assert story.known(header) == ["Activated;1;Care;ann@x;Ann", "Activated;2;Sales;bob@x;Bob"]
    assert story.run("Activated;1;Care;ann2@x;Ann", "Activated;2;Sales;bob@x;Bob", header=header) == ["Activated;1;Care;ann2@x;Ann"]


def test_a_column_that_was_renamed_with_the_mapping_keeps_what_was_accepted() -> None:
    header = HEADER.replace("status", "state").replace("mail", "e-mail")
    fields = {**FIELDS, "status": "state", "eMail": "e-mail"}
    story = Story(ANN, BOB)
    moved = off(BOB).replace("bob@", "rob@")
    story.run(ANN, moved, header=header, refused="2", sure=False, fields=fields, status_column="state")
    assert story.known(header) == [ANN, BOB]
    # That he is deactivated was not told for certain, so it is told again.
    assert story.run(ANN, moved, header=header) == [moved]


def test_columns_that_changed_their_fields_keep_what_was_accepted_of_each_field() -> None:
    fields = {**FIELDS, "eMail": "first", "profile-field:firstName": "mail"}
    story = Story(ANN, BOB)
    story.run("1;Ann;ann@x;Activated;08:00", "2;Bobby;bob@x;Activated;08:00", refused="2", fields=fields)
    assert story.known() == ["1;Ann;ann@x;Activated;08:00", "2;Bob;bob@x;Activated;07:00"]
    assert story.run("1;Ann;ann@x;Activated;08:00") == ["2;Bob;bob@x;Deactivated;07:00"]


def test_the_status_cells_are_those_of_each_mapping_and_of_each_refusal() -> None:
    """Any of them may be what the tenant was told last, so the status goes out until all of them say the same."""
    header = HEADER.replace("status", "state")
    fields = {**FIELDS, "status": "state"}
    story = Story(ANN, BOB)
    story.run(ANN, BOB.replace("Activated", ""), header=header, refused="2", sure=False, fields=fields, status_column="state")
    assert story.refused["2"].statuses == ("", "Activated")
    story.run(ANN, off(BOB), header=header, refused="2", sure=False)
    assert story.refused["2"].statuses == ("", "Activated", "Deactivated")
    for _run in range(2):
        assert story.run(ANN, BOB, header=header, refused="2", sure=False) == [BOB]
    assert story.refused == {"2": Refused(FIRST, sure=False, accepted=True, statuses=("", "Activated", "Deactivated"))}


def test_a_refused_leaver_keeps_her_cells_by_the_mapping_of_then() -> None:
    header = HEADER.replace("mail", "e-mail")
    story = Story(ANN, BOB)
    story.run(ANN, header=header, refused="2", fields={**FIELDS, "eMail": "e-mail"})
    assert story.left == {"2": BOB_CELLS}


def test_of_a_baseline_of_todays_form_the_mapping_of_now_is_that_of_then() -> None:
    story = Story(ANN, BOB)
    story.told = None
    story.run(ANNE, refused="12")
    assert (story.known(), story.left) == ([ANN], {"2": BOB_CELLS})
    assert story.refused == {"1": Refused(FIRST, accepted=True, statuses=ACTIVE), "2": Refused(FIRST, accepted=True)}


def test_another_separator_and_quoting_is_the_one_of_now() -> None:
    story = Story('1;"ann;@x";Ann;Activated;07:00', BOB)
    story.run("1,ann@x,Ann,Activated,07:00", "2,bob@x,Bob,Activated,07:00", header=HEADER.replace(";", ","), refused="1")
    assert story.known(HEADER.replace(";", ",")) == ["1,ann;@x,Ann,Activated,07:00", "2,bob@x,Bob,Activated,07:00"]


def test_without_a_baseline_everybody_who_is_refused_is_open() -> None:
    story = Story()
    assert story.run(ANN, BOB, refused="2", sure=False) == [ANN, BOB]
    assert (story.known(), story.refused) == ([ANN, BOB], {"2": Refused(FIRST, sure=False, statuses=ACTIVE)})


def test_the_same_once_more_gives_the_same() -> None:
    """The run may have been killed when what was told was written, and the rows were not."""
    before, after, known = text(ANN, BOB, CLEO), text(ANNE, BOB), Told(mapping=WITHOUT_STATUS, deactivated={"2"}, refused={"1": Refused(FIRST)})
    delta = delta_of(before, after, OWN, told=known)
    results, refused = [], {b"1": True, b"2": False, b"3": True}
    for _time in range(2):
        settlement = Settlement(table_of(before), table_of(after), known, after=delta.after, refused=refused, day=SECOND)
        results.append((b"".join(settlement.rows()), settlement.after.to_bytes()))
    assert results[0] == results[1]
    assert {*delta.after.refused, *delta.after.leavers} == {"1", "2", "3"}


def test_that_a_refused_leaver_was_forgotten_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Settlement, "_leaver_was_refused", lambda self, identifier: None)
    story = Story(ANN, BOB)
    story.run(ANN, refused="2")
    assert (story.left, story.deactivated, story.run(ANN)) == ({}, {"2"}, [])
