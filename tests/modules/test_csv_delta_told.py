# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module that writes a difference, from what the tenant was told: its options, numbers, warnings and files."""

from __future__ import annotations

import stat
import typing as t
from pathlib import Path

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._csv.told import Refused, Told
from ansible_collections.community.staffbase.plugins.module_utils._files.told_file import read_told, write_told
from support.module_runner import Result, run_module
from support.told_delta import (
    ANN,
    ANN_SHORT,
    BOB,
    BOB_CELLS,
    BOB_SHORT,
    CLEO,
    CLEO_CELLS,
    FIELDS,
    HEADER,
    SHORT,
    WITHOUT_STATUS,
    text,
    told,
    told_short,
)

DAN = "4;dan@x;Dan;Activated;07:00"
BEFORE = text(ANN, BOB, CLEO)
#: Ann has moved, Bob has left, Cleo is as before, Dan is new; the stamp is another one.
AFTER = text(ANN.replace("Ann", "Anne"), CLEO.replace("07:00", "08:00"), DAN)
LISTED = b"identifier;change;columns\n1;mover;first\n4;joiner;\n2;leaver;\n"


def off(row: str) -> str:
    return row.replace("Activated", "Deactivated")


class Place:
    """A folder with two exports and what was told, and the module on them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.previous, self.current, self.dest, self.told, self.next, self.people, self.protected = (
            folder / name for name in ("last.csv", "now.csv", "delta.csv", "told", "told.next", "who.csv", "protected.txt"))
        self.lay(BEFORE, AFTER)

    def lay(self, before: bytes, after: bytes, known: Told | None = None) -> None:
        self.previous.write_bytes(before)
        self.current.write_bytes(after)
        write_told(str(self.told), known or told())

    def delta(self, *, check: bool = False, **options: t.Any) -> Result:
        given = {
            "previous": str(self.previous), "current": str(self.current), "dest": str(self.dest), "identifier": "id", "mapping": FIELDS,
            "told": str(self.told), "told_dest": str(self.next), "status_column": "status", "leavers": "deactivate", **options,
        }
        return run_module("staffbase_csv_delta", {name: value for name, value in given.items() if value is not None}, check=check, diff=True)

    def files(self) -> dict[str, tuple[bytes, int, int]]:
        return {path.name: (path.read_bytes(), path.stat().st_ino, path.stat().st_mtime_ns) for path in self.folder.iterdir()}

    def refused(self, **options: t.Any) -> str:
        """Run it, for real and as a rehearsal, and return the message; nothing may have been written."""
        texts, before = set(), self.files()
        for check in (True, False):
            result = self.delta(check=check, **options)
            assert result.failed
            texts.add(result["msg"])
            assert self.files() == before
        (found,) = texts
        return found

    def sent(self) -> list[str]:
        return self.dest.read_text(encoding="utf-8").splitlines()[1:]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


NUMBERS = ("joiners", "movers", "leavers", "unchanged", "refused_earlier", "protected", "earlier_leavers")


def numbers(result: Result) -> dict[str, int]:
    return {name: result[name] for name in NUMBERS if result[name]}


def test_what_has_changed_of_what_was_told_is_written_with_what_is_told_then(place: Place) -> None:
    result = place.delta()
    assert numbers(result) == {"joiners": 1, "movers": 1, "leavers": 1, "unchanged": 1}
    assert (result["row_count"], result["empty"], result["changed"], result["status_added"], result["refused_since"]) == (3, False, True, None, None)
    assert place.sent() == [ANN.replace("Ann", "Anne"), DAN, off(BOB)]
    assert read_told(str(place.next)) == Told(deactivated={"2"})
    assert stat.S_IMODE(place.next.stat().st_mode) == 0o600
    assert result.warned == ()


def test_nothing_new_is_a_header_and_what_was_told(place: Place) -> None:
    place.lay(BEFORE, BEFORE.replace(b"07:00", b"08:00"), told(leavers={"9": BOB_CELLS}, deactivated={"8"}))
    result = place.delta(leavers="ignore")
    assert (result["empty"], numbers(result), place.sent()) == (True, {"unchanged": 3, "leavers": 1, "earlier_leavers": 1}, [])
    assert read_told(str(place.next)) == Told(leavers={"9": BOB_CELLS}, deactivated={"8"})


def test_check_mode_writes_the_list_of_people_and_nothing_else(place: Place) -> None:
    before = place.files()
    rehearsed = place.delta(check=True, people_dest=str(place.people))
    after = place.files()
    assert after.pop("who.csv")[0] == LISTED
    assert after == before
    real = place.delta(people_dest=str(place.people))
    assert numbers(real) == numbers(rehearsed)
    assert place.people.read_bytes() == LISTED
    assert place.files().keys() == {*before, "delta.csv", "told.next", "who.csv"}


def test_the_list_is_private_and_none_of_its_people_is_in_the_result(place: Place) -> None:
    place.people.write_bytes(b"old")
    place.people.chmod(0o644)
    result = place.delta(people_dest=str(place.people))
    assert (place.people.read_bytes(), stat.S_IMODE(place.people.stat().st_mode)) == (LISTED, 0o600)
    assert "Anne" not in result.output
    assert "dan@x" not in result.output


def test_the_list_agrees_with_the_numbers(place: Place) -> None:
    known = told(refused={"3": Refused("2026-01-02")}, leavers={"9": {**BOB_CELLS, "externalId": "9"}})
    place.lay(text(ANN, BOB, CLEO, DAN), text(ANN.replace("ann@x", '"a;b"').replace("Ann", "Anne"), CLEO, "5;e@x;Em;Activated;"), known)
    result = place.delta(people_dest=str(place.people), protected=["4"])
    assert place.people.read_bytes() == (
        b"identifier;change;columns\n1;mover;mail, first\n3;joiner, refused earlier;\n5;joiner;\n2;leaver;\n4;protected;\n9;leaver;\n")
    assert numbers(result) == {"movers": 1, "joiners": 2, "refused_earlier": 1, "leavers": 2, "earlier_leavers": 1, "protected": 1}


def test_whoever_has_to_raise_a_limit_sees_whom_it_is_about(place: Place) -> None:
    for check in (True, False):
        place.people.unlink(missing_ok=True)
        before = place.files()
        result = place.delta(check=check, people_dest=str(place.people), limits={"leavers": "0"})
        assert result.failed
        assert place.people.read_bytes() == LISTED
        assert (result["leavers"], result["movers"], result["protected"]) == (1, 1, 0)
        after = place.files()
        del after["who.csv"]
        assert after == before


def test_a_list_of_nobody_is_a_header(place: Place) -> None:
    place.lay(BEFORE, BEFORE)
    place.delta(people_dest=str(place.people))
    assert place.people.read_bytes() == b"identifier;change;columns\n"


# Warnings


def test_refused_rows_are_told_of_with_the_day_of_the_oldest(place: Place) -> None:
    place.lay(BEFORE, BEFORE, told(refused={"1": Refused("2026-01-05"), "3": Refused("2026-01-02")}))
    result = place.delta()
    assert (numbers(result), result["refused_since"]) == ({"joiners": 2, "unchanged": 1, "refused_earlier": 2}, "2026-01-02")
    assert result["sent_again"] == 2
    assert result.warned == ("2 people whose row was refused in an earlier run, first on 2026-01-02, are sent again",)
    place.lay(BEFORE, BEFORE, told(refused={"1": Refused("2026-01-05")}))
    assert place.delta().warned == ("1 person whose row was refused in an earlier run, first on 2026-01-05, is sent again",)


def test_who_was_refused_and_has_left_is_sent_again_where_leavers_are(place: Place) -> None:
    place.lay(text(ANN, BOB), text(ANN), told(refused={"2": Refused("2026-01-05")}))
    result = place.delta(leavers="ignore")
    assert (numbers(result), result["sent_again"], result["refused_since"], result.warned) == ({"unchanged": 1, "leavers": 1}, 0, None, ())
    result = place.delta()
    assert (numbers(result), result["sent_again"], result["refused_since"]) == ({"unchanged": 1, "leavers": 1}, 1, "2026-01-05")
    assert result.warned == ("1 person whose row was refused in an earlier run, first on 2026-01-05, is sent again",)


@pytest.mark.parametrize("how", ["list", "numbers", "file"])
def test_protected_people_are_left_alone_and_told_of(place: Place, how: str) -> None:
    place.lay(text(ANN, BOB, CLEO), text(off(ANN)))
    place.protected.write_text("# admins\n1\r\n2\n", encoding="utf-8")
    protected: t.Any = {"list": ["1", " 2"], "numbers": [1, 2], "file": str(place.protected)}[how]
    result = place.delta(protected=protected)
    assert place.sent() == [ANN.replace("Activated", ""), off(CLEO)]
    assert numbers(result) == {"leavers": 1, "protected": 2}
    assert result.warned == ("2 people whom this run would have deactivated are protected, and left alone",)
    assert read_told(str(place.next)) == Told(leavers={"2": BOB_CELLS}, deactivated={"3"}, held={"1"})


def test_leavers_who_are_forgotten_with_a_resend_are_told_of(place: Place) -> None:
    said = (
        "of the baseline {are} not in the export, and {are} forgotten now, because it is not known whether this tenant was told of them. See in "
        "Studio whether they are to be deactivated")
    result = place.delta(told=None, resend=True)
    assert (numbers(result), result.warned) == (
        {"joiners": 1, "movers": 1, "leavers": 1, "unchanged": 1}, (f"1 person {said.format(are='is')}",))
    assert read_told(str(place.next)) == Told()
    place.lay(BEFORE, text(ANN))
    assert place.delta(told=None, resend=True, leavers="ignore").warned == (f"2 people {said.format(are='are')}",)
    # Where it is known what was told, they stay leavers; where nobody has left, or nothing is kept, there is nothing to be told of.
    assert place.delta(resend=True).warned == ()
    assert place.delta(told=None, told_dest=None, mapping=None, resend=True).warned == ()
    place.lay(BEFORE, BEFORE)
    assert place.delta(told=None, resend=True).warned == ()


def test_how_many_have_no_status_is_told_with_the_check_of_the_export(place: Place) -> None:
    """Who is back may have been deactivated, and an empty status changes nothing."""
    place.lay(BEFORE, text(ANN, BOB.replace("Activated", ""), CLEO.replace("Activated", "")))
    assert place.delta(previous=None, resend=True).warned == ()
    for mapping, count in ((FIELDS, 2), (WITHOUT_STATUS, None)):
        assert run_module("staffbase_csv_info", {"src": str(place.current), "mapping": mapping})["without_status"] == count
    place.lay(BEFORE, BEFORE)
    assert run_module("staffbase_csv_info", {"src": str(place.current), "mapping": FIELDS})["without_status"] == 0


def test_leavers_of_whom_only_the_identifier_is_known_stop_it_with_a_way_on(place: Place) -> None:
    place.lay(text(ANN, "2;;;;", "3;;;;"), text(ANN))
    said = place.refused(told=None)
    assert said.startswith("Of 2 leavers, nothing but the identifier is known: their rows were refused")
    assert "delta_import_resend: true" in said
    assert place.delta(told=None, leavers="ignore")["leavers"] == 2
    result = place.delta(told=None, resend=True)
    assert (result["leavers"], place.sent(), read_told(str(place.next))) == (2, [ANN], Told())


# Options


def test_resend_writes_everybody_and_keeps_to_the_limits_of_what_has_changed(place: Place) -> None:
    result = place.delta(resend=True, limits={"joiners": "1", "movers": "1", "leavers": "1"})
    assert place.sent() == AFTER.decode().splitlines()[1:]
    assert (numbers(result), result["row_count"]) == ({"joiners": 1, "movers": 1, "leavers": 1, "unchanged": 1}, 3)
    assert read_told(str(place.next)) == Told(leavers={"2": BOB_CELLS})
    place.dest.unlink()
    place.next.unlink()
    assert "Too much has changed" in place.refused(resend=True, limits={"leavers": "0"})


def test_who_is_back_gets_a_status_column_where_there_is_none(place: Place) -> None:
    place.lay(text(ANN_SHORT, header=SHORT), text(ANN_SHORT, BOB_SHORT, header=SHORT), told_short(deactivated={"2"}))
    result = place.delta(mapping=WITHOUT_STATUS, status_column=None, leavers="ignore")
    assert (result["status_added"], place.sent()) == ("staffbase_status", [f"{BOB_SHORT};Activated"])
    assert place.dest.read_bytes().startswith(f"{SHORT};staffbase_status\n".encode())
    place.lay(text(ANN_SHORT, header=SHORT), text(ANN_SHORT, BOB_SHORT, header=SHORT), told_short())
    assert place.delta(mapping=WITHOUT_STATUS, status_column=None, leavers="ignore")["status_added"] is None


def test_a_key_with_commas_is_two_fields(place: Place) -> None:
    place.lay(BEFORE, BEFORE, told(mapping={**FIELDS, "userName": "mail"}))
    joined = {**{field: column for field, column in FIELDS.items() if field != "eMail"}, "eMail, userName": "mail"}
    assert numbers(place.delta(mapping=joined)) == {"unchanged": 3}
    # In FIELDS there is one field less, which is no change; in what was told there is one less, which is.
    place.lay(BEFORE, BEFORE, told())
    assert numbers(place.delta(mapping=joined)) == {"movers": 3}


def test_without_what_was_told_the_rows_were_told_under_this_mapping(place: Place) -> None:
    result = place.delta(told=None)
    assert numbers(result) == {"joiners": 1, "movers": 1, "leavers": 1, "unchanged": 1}
    assert place.sent() == [ANN.replace("Ann", "Anne"), DAN, off(BOB)]


def test_without_a_mapping_every_column_is_compared(place: Place) -> None:
    assert numbers(place.delta(told=None, mapping=None, told_dest=None)) == {"joiners": 1, "movers": 2, "leavers": 1}
    assert not place.next.exists()


def test_the_same_once_more_changes_nothing(place: Place) -> None:
    assert place.delta(people_dest=str(place.people))["changed"]
    before = place.files()
    for check in (True, False):
        assert place.delta(check=check, people_dest=str(place.people))["changed"] is False
    assert place.files() == before


# Errors


def test_a_field_that_grew_is_named_where_a_limit_is_exceeded(place: Place) -> None:
    place.lay(BEFORE, BEFORE, told_short())
    said = place.refused(limits={"movers": "2"})
    assert "The mapping has a field that the tenant was never told, so everybody is a mover." in said
    assert "raise the limits for this run" in said
    place.lay(BEFORE, BEFORE.replace(b"Bob", b"Rob").replace(b"Ann;", b"Anne;"))
    assert "never told" not in place.refused(limits={"movers": "1"})


def test_a_leaver_of_whom_a_cell_is_not_known_stops_it(place: Place) -> None:
    place.lay(text(ANN), text(f"{ANN};Care", header=f"{HEADER};department"), told(leavers={"2": BOB_CELLS, "3": CLEO_CELLS}))
    said = place.refused(mapping={**FIELDS, "profile-field:department": "department"})
    assert said.startswith("Of 2 leavers, a cell that is mapped now is not known")
    assert "nothing was written or sent" in said
    # And both ways on that it names are some.
    assert place.delta()["leavers"] == 2
    result = place.delta(mapping={**FIELDS, "profile-field:department": "department"}, leavers="ignore")
    assert (result["leavers"], result["earlier_leavers"]) == (2, 2)


def test_what_cannot_be_right_is_named(place: Place) -> None:
    assert place.refused(mapping=None) == "mapping: it is needed with told: what is known of leavers is kept by field"
    assert place.refused(mapping={**FIELDS, "userName": "login"}) == (
        f"current: {place.current}, line 1, column 'login': the mapping names this column, but the file lacks it")
    assert place.refused(protected=4711).startswith("protected: it must be a list of identifiers")
    assert place.refused(protected=str(place.protected)) == f"protected: {place.protected} cannot be opened: No such file or directory"
    assert place.refused(told=str(place.folder)) == f"baseline: {place.folder} is a directory"
    assert place.refused(people_dest=str(place.current)) == "people_dest: it is the same file as current, which would be overwritten"
    assert place.refused(people_dest=str(place.previous)) == "people_dest: it is the same file as previous, which would be overwritten"
    assert place.refused(people_dest=str(place.dest)) == "people_dest: it is the same file as dest, which would be overwritten"
    assert place.refused(people_dest=str(place.folder)) == f"people_dest: {place.folder} is a directory"
    assert place.refused(people_dest="/nowhere/who.csv") == "people_dest: /nowhere is not a directory"
    place.told.write_bytes(b"{")
    said = place.refused()
    assert said.startswith(f"baseline: {place.told}, which tells what the tenant was told, cannot be used: it is damaged. Nothing was sent")


def test_nothing_is_told_of_a_difference_that_could_not_be_written(place: Place) -> None:
    """A plan without its difference is of a run that has not got so far, never the other way round."""
    place.dest.mkdir()
    assert place.delta().failed
    assert not place.next.exists()
    place.dest.rmdir()
    place.next.mkdir()
    assert place.delta().failed
    assert not place.dest.exists()
