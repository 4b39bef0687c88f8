# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration: the body that is sent, what is refused before, and what counts as a difference."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._errors import InputError
from ansible_collections.community.staffbase.plugins.module_utils._steps.config_body import (
    WINDOWS_1252,
    Configuration,
    bodies_to_try,
    bodies_with_nulls,
    differences,
    fields_of,
    mapped,
    shown,
)

MAPPING = {"externalId": "Personalnummer", "eMail": "E-Mail"}
BODY = {
    "delta": True, "separator": ";", "encoding": "UTF-8", "type": "USER", "generateRecoveryCodes": False, "sendMailsNew": False,
    "sendMailsPending": False, "mapping": MAPPING,
}


def test_the_body_that_is_known_to_work() -> None:
    assert Configuration(MAPPING).body() == BODY


def test_without_being_asked_nobody_gets_a_mail() -> None:
    body = Configuration(MAPPING).body()
    assert (body["sendMailsNew"], body["sendMailsPending"], body["generateRecoveryCodes"]) == (False, False, False)


def test_every_option_is_sent() -> None:
    wanted = Configuration(
        MAPPING, delta=False, remove_all=True, separator=",", encoding="windows-1252", generate_recovery_codes=True, send_mails_new=True,
        send_mails_pending=True)
    assert wanted.body() == {
        "delta": False, "removeAll": True, "separator": ",", "encoding": "windows-1252", "type": "USER", "generateRecoveryCodes": True,
        "sendMailsNew": True, "sendMailsPending": True, "mapping": MAPPING,
    }


@pytest.mark.parametrize(("remove_all", "sent"), [(None, False), (False, False), (True, True)])
def test_a_full_import_always_says_whom_it_removes(remove_all: bool | None, sent: bool) -> None:
    assert Configuration(MAPPING, delta=False, remove_all=remove_all).checked().body()["removeAll"] is sent


def test_a_delta_import_never_says_remove_all() -> None:
    assert "removeAll" not in Configuration(MAPPING).body()


def test_one_column_for_several_fields_is_two_keys() -> None:
    assert Configuration({"externalId,userName": "id", "eMail": "mail"}).body()["mapping"] == {"externalId": "id", "userName": "id", "eMail": "mail"}
    assert fields_of(" externalId , userName") == ["externalId", "userName"]


@pytest.mark.parametrize(("options", "text"), [
    ({"mapping": {}}, "mapping: externalId is missing"),
    ({"mapping": {"eMail": "mail"}}, "mapping: externalId is missing"),
    ({"mapping": {"externalID": "id"}}, "the service wants externalId"),
    ({"mapping": {"externalId": ""}}, "'externalId' has no column"),
    ({"mapping": {"externalId": " "}}, "'externalId' has no column"),
    ({"mapping": {"externalId": None}}, "'externalId' has no column"),
    ({"mapping": {"externalId": 5}}, "'externalId' has no column"),
    ({"mapping": {"externalId": "id", "": "x"}}, "names no field"),
    ({"mapping": {"externalId,": "id"}}, "names no field"),
    ({"mapping": {"externalId": "id", "userName,externalId": "x"}}, "the field 'externalId' is mapped twice"),
    ({"mapping": MAPPING, "remove_all": True}, "remove_all: it goes only with a full import"),
    ({"mapping": MAPPING, "remove_all": False}, "remove_all: it goes only with a full import"),
])
def test_what_cannot_be_right_is_refused(options: dict[str, t.Any], text: str) -> None:
    with pytest.raises(InputError, match=text):
        Configuration(**options).checked()


def test_what_is_right_is_not() -> None:
    wanted = Configuration({"externalId,userName": "id", "profile-field:x": "id"})
    assert wanted.checked() is wanted


FULL = Configuration(MAPPING, delta=False).body()


@pytest.mark.parametrize(("current", "wanted", "found"), [
    (BODY, BODY, []),
    ({**BODY, "reportMailRecipient": "anna@example.com", "version": 3}, BODY, []),
    ({**BODY, "removeAll": False}, BODY, []),
    ({**BODY, "removeAll": None}, BODY, []),
    ({**BODY, "removeAll": True}, BODY, ["removeAll"]),
    ({**BODY, "encoding": "utf8"}, BODY, []),
    ({**BODY, "encoding": "UTF_8"}, BODY, []),
    ({**BODY, "encoding": "windows-1252"}, BODY, ["encoding"]),
    ({**BODY, "encoding": None}, BODY, ["encoding"]),
    ({**BODY, "separator": ","}, BODY, ["separator"]),
    ({**BODY, "delta": False}, BODY, ["delta"]),
    ({**BODY, "delta": None}, BODY, ["delta"]),
    ({**BODY, "sendMailsNew": "false"}, BODY, ["sendMailsNew"]),
    ({**BODY, "sendMailsNew": 0}, BODY, ["sendMailsNew"]),
    ({**BODY, "sendMailsPending": True}, BODY, ["sendMailsPending"]),
    ({**BODY, "mapping": {**MAPPING, "status": "Status"}}, BODY, ["mapping"]),
    ({**BODY, "mapping": {"externalId": "Personalnummer"}}, BODY, ["mapping"]),
    ({**BODY, "mapping": {**MAPPING, "eMail": "Mail"}}, BODY, ["mapping"]),
    ({**BODY, "mapping": {**MAPPING, "status": None, "userName": ""}}, BODY, []),
    ({**BODY, "mapping": dict(reversed(MAPPING.items()))}, BODY, []),
    ({**BODY, "mapping": None}, BODY, ["mapping"]),
    ({**BODY, "mapping": "none"}, BODY, ["mapping"]),
    ({**FULL, "removeAll": None}, FULL, ["removeAll"]),
    # Of a full import, removeAll alone tells what is meant.
    ({**FULL, "delta": None}, FULL, []),
    ({key: value for key, value in FULL.items() if key != "delta"}, FULL, []),
    ({**FULL, "delta": None, "removeAll": True}, FULL, ["removeAll"]),
    ({**FULL, "delta": None, "removeAll": None}, FULL, ["delta", "removeAll"]),
    ({**FULL, "delta": True}, FULL, ["delta"]),
    ({**BODY, "delta": None, "removeAll": False}, BODY, ["delta"]),
    ({key: value for key, value in FULL.items() if key != "removeAll"}, FULL, ["removeAll"]),
])
def test_what_counts_as_a_difference(current: dict[str, t.Any], wanted: dict[str, t.Any], found: list[str]) -> None:
    assert differences(current, wanted) == found


def test_nothing_stored_differs_in_everything() -> None:
    assert sorted(differences({}, BODY)) == sorted(BODY)


@pytest.mark.parametrize("literal", WINDOWS_1252)
def test_each_spelling_of_windows_1252_is_the_same(literal: str) -> None:
    wanted = Configuration(MAPPING, encoding="windows-1252").body()
    assert differences({**wanted, "encoding": literal}, wanted) == []


def test_the_spellings_of_windows_1252_are_tried_in_turn_and_utf8_only_once() -> None:
    bodies = bodies_to_try(Configuration(MAPPING, encoding="windows-1252").body())
    assert [body["encoding"] for body in bodies] == list(WINDOWS_1252)
    assert all({**body, "encoding": "UTF-8"} == BODY for body in bodies)
    assert bodies_to_try(BODY) == [BODY]


def test_a_full_import_is_tried_without_delta_in_the_end() -> None:
    assert bodies_to_try(FULL) == [FULL, {key: value for key, value in FULL.items() if key != "delta"}]
    bodies = bodies_to_try(Configuration(MAPPING, delta=False, encoding="windows-1252").body())
    assert [body["encoding"] for body in bodies] == [*WINDOWS_1252, *WINDOWS_1252]
    assert ["delta" in body for body in bodies] == [True] * len(WINDOWS_1252) + [False] * len(WINDOWS_1252)
    assert all(body["removeAll"] is False for body in bodies)
    # Without removeAll, a body without delta would say nothing of it.
    bare = {**BODY, "delta": False}
    assert bodies_to_try(bare) == [bare]


def test_where_a_write_is_merged_null_takes_out_what_is_not_wanted() -> None:
    stored = {**BODY, "mapping": {**MAPPING, "status": "Status", "userName": None}}
    assert bodies_with_nulls(stored, BODY) == [{**BODY, "mapping": {**MAPPING, "status": None}}]
    assert bodies_with_nulls(BODY, BODY) == bodies_with_nulls({}, BODY) == []


def test_results_carry_the_names_of_the_options_and_no_mail_address() -> None:
    assert shown({**BODY, "removeAll": False, "reportMailRecipient": "anna@example.com"}) == {
        "delta": True, "remove_all": False, "separator": ";", "encoding": "UTF-8", "import_type": "USER", "generate_recovery_codes": False,
        "send_mails_new": False, "send_mails_pending": False, "mapping": MAPPING,
    }
    assert shown({}) == {"mapping": {}}
    assert mapped({"mapping": {"a": "b", "c": None, "d": ""}}) == {"a": "b"}
