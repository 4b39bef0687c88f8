# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is written, when, and with which verb; what stands there afterwards is what was wanted."""

from __future__ import annotations

import typing as t

import pytest

from support.admin import Admin
from support.api_calls import GET, GET_CONFIG, PATCH_CONFIG, PUT_CONFIG
from support.small_tenant import BODY, CSV, MAPPING, csv_of, row

if t.TYPE_CHECKING:
    from conftest import Start

WRITTEN = [GET_CONFIG, PATCH_CONFIG, GET_CONFIG]
SHOWN = {
    "delta": True, "separator": ";", "encoding": "UTF-8", "import_type": "USER", "generate_recovery_codes": False,
    "send_mails_new": False, "send_mails_pending": False, "mapping": MAPPING,
}


def draft(admin: Admin, content: bytes = CSV) -> str:
    """Return the id of a draft that nobody has configured."""
    return admin.sim.upload(content, "people.csv")


def stored(admin: Admin, import_id: str) -> dict[str, t.Any]:
    found: dict[str, t.Any] = admin.sim.import_(import_id)["config"]
    return found


@pytest.mark.parametrize("guess", ["good", "wrong", "empty"])
def test_the_guess_is_replaced_by_the_whole_body(start: Start, guess: str) -> None:
    admin = start(config_guess=guess)
    import_id = draft(admin)
    result = admin.config(import_id)
    assert admin.calls() == WRITTEN
    assert (result["changed"], result["config"]) == (True, SHOWN)
    assert stored(admin, import_id) == BODY
    assert not admin.config(import_id)["changed"]
    assert admin.calls() == [GET_CONFIG]


def test_keys_that_the_service_adds_are_no_difference(start: Start) -> None:
    admin = start(config_echo="adds")
    import_id = admin.prepared()
    result = admin.config(import_id)
    assert admin.calls() == [GET_CONFIG]
    assert (result["changed"], result["config"]) == (False, SHOWN)


def test_another_order_of_the_mapping_is_no_difference(admin: Admin) -> None:
    import_id = admin.prepared()
    assert not admin.config(import_id, mapping=dict(reversed(MAPPING.items())))["changed"]
    assert admin.calls() == [GET_CONFIG]


@pytest.mark.parametrize(
    ("option", "value", "key"),
    [
        ("separator", ",", "separator"),
        ("generate_recovery_codes", True, "generateRecoveryCodes"),
        ("send_mails_new", True, "sendMailsNew"),
        ("send_mails_pending", True, "sendMailsPending"),
        ("delta", False, "delta"),
    ],
)
def test_each_option_is_a_difference(admin: Admin, option: str, value: t.Any, key: str) -> None:
    import_id = admin.prepared(content=CSV.replace(b";", b",") if option == "separator" else CSV)
    result = admin.config(import_id, diff=True, **{option: value})
    assert admin.calls() == WRITTEN
    assert result["changed"]
    assert (result["diff"]["before"][option], result["diff"]["after"][option]) == (BODY[key], value)
    assert stored(admin, import_id)[key] == value


@pytest.mark.parametrize("check", [False, True])
def test_the_difference_is_shown(admin: Admin, check: bool) -> None:
    import_id = draft(admin)
    result = admin.config(import_id, check=check, diff=True)
    assert admin.sim.writes() == ([] if check else [PATCH_CONFIG])
    assert result["diff"] == {
        "before": {"separator": ";", "encoding": "UTF-8", "import_type": "USER", "mapping": {"eMail": "E-Mail", "status": "Status"}},
        "after": SHOWN,
    }


def test_another_verb_where_patch_is_not_known(start: Start) -> None:
    admin = start(config_verb="put")
    import_id = draft(admin)
    assert admin.config(import_id)["changed"]
    assert admin.calls() == [GET_CONFIG, PATCH_CONFIG, PUT_CONFIG, GET_CONFIG]
    assert stored(admin, import_id) == BODY


def test_neither_verb(admin: Admin) -> None:
    import_id = draft(admin)
    admin.fault("status:405", PATCH_CONFIG)
    admin.fault("status:405", PUT_CONFIG)
    result = admin.config(import_id)
    assert admin.calls() == [GET_CONFIG, PATCH_CONFIG, PUT_CONFIG]
    assert (result["failure"]["status"], result["failure"]["method"]) == (405, "PUT")


@pytest.mark.parametrize("write", ["replace", "merge"])
def test_fields_of_the_guess_do_not_stay(start: Start, write: str) -> None:
    admin = start(config_write=write)
    import_id = draft(admin)
    admin.config(import_id, mapping={"externalId": "Personalnummer"})
    assert admin.calls() == WRITTEN
    assert stored(admin, import_id)["mapping"] == {"externalId": "Personalnummer"}


def test_fields_of_the_guess_are_taken_out_of_a_merged_mapping(start: Start) -> None:
    admin = start(config_write="deep_merge")
    import_id = draft(admin)
    result = admin.config(import_id, mapping={"externalId": "Personalnummer"})
    assert admin.calls() == [*WRITTEN, PATCH_CONFIG, GET_CONFIG]
    assert result["config"]["mapping"] == stored(admin, import_id)["mapping"] == {"externalId": "Personalnummer"}


def test_one_column_for_several_fields(admin: Admin) -> None:
    import_id = draft(admin)
    result = admin.config(import_id, mapping={"externalId, userName": "Personalnummer", "eMail": "E-Mail"})
    assert result["config"]["mapping"] == {"externalId": "Personalnummer", "userName": "Personalnummer", "eMail": "E-Mail"}
    assert stored(admin, import_id)["mapping"] == result["config"]["mapping"]


@pytest.mark.parametrize("remove_all", [None, False, True])
def test_a_full_import_says_whom_it_removes(admin: Admin, remove_all: bool | None) -> None:
    import_id = draft(admin, csv_of([row("U0", "Activated"), row("U1", "Activated")]))
    result = admin.config(import_id, delta=False, **({} if remove_all is None else {"remove_all": remove_all}))
    (write,) = [request.body for request in admin.sim.requests if request.method == "PATCH"]
    assert (write["delta"], write["removeAll"]) == (False, bool(remove_all))
    assert result["config"]["remove_all"] is bool(remove_all)
    admin.state(import_id, "imported")
    after = admin.statuses()
    assert (after["U0"], after["U2"], after["S1"]) == ("activated", "deactivated", "deactivated")
    assert after["H1"] == ("deactivated" if remove_all else "activated")
    assert "X1" not in after


def test_a_delta_import_never_says_it(admin: Admin) -> None:
    """A full configuration that stands there is a difference, and is gone afterwards."""
    import_id = admin.prepared(delta=False, removeAll=True)
    assert admin.config(import_id)["changed"]
    assert "removeAll" not in stored(admin, import_id)
    assert [request.body for request in admin.sim.requests if request.method == "PATCH"] == [BODY]


@pytest.mark.parametrize("literal", ["windows-1252", "Windows-1252", "WINDOWS-1252", "cp1252", "CP1252"])
def test_windows_1252_in_the_spelling_that_the_service_takes(start: Start, literal: str) -> None:
    admin = start(windows_1252=literal)
    content = "Personalnummer;Stra\u00dfe;Vorname\r\nU1;Weg 1;J\u00f6rg\r\n".encode("cp1252")
    mapping = {"externalId": "Personalnummer", "profile-field:location": "Stra\u00dfe", "profile-field:firstName": "Vorname"}
    import_id = draft(admin, content)
    assert admin.config(import_id, mapping=mapping, encoding="windows-1252")["changed"]
    calls = admin.calls()
    assert calls == [GET_CONFIG, *[PATCH_CONFIG] * (len(calls) - 2), GET_CONFIG]
    assert stored(admin, import_id)["encoding"] == literal
    assert not admin.config(import_id, mapping=mapping, encoding="windows-1252")["changed"]
    assert admin.calls() == [GET_CONFIG]
    admin.state(import_id, "imported")
    (changed,) = [one for one in admin.sim.people() if one["external_id"] == "U1"]
    assert (changed["fields"]["firstName"], changed["fields"]["location"]) == ("J\u00f6rg", "Weg 1")


@pytest.mark.parametrize("status", [400, 403, 409, 422])
@pytest.mark.parametrize("state", ["IMPORT_PENDING", "IMPORTING", "COMPLETED", "CANCELLED"])
def test_it_is_too_late(start: Start, state: str, status: int) -> None:
    admin = start(refused_transition=status)
    import_id = admin.prepared(state, hold=True)
    before = stored(admin, import_id)
    result = admin.config(import_id, send_mails_new=True)
    # Another client may have written what is wanted: that would be fine.
    looked = [] if state == "CANCELLED" else [GET_CONFIG]
    assert admin.calls() == [GET_CONFIG, PATCH_CONFIG, GET, *looked]
    rehearsed = admin.config(import_id, send_mails_new=True, check=True)
    assert admin.calls() == [GET_CONFIG, GET]
    for each in (result, rehearsed):
        assert each.failed
        assert each["msg"].startswith(f"Import {import_id} is {state}, so its configuration cannot be changed any more; upload the file again")
        assert each["failure"]["import_id"] == import_id
    assert stored(admin, import_id) == before


@pytest.mark.parametrize("state", ["IMPORTING", "COMPLETED"])
def test_the_same_configuration_is_not_too_late(admin: Admin, state: str) -> None:
    import_id = admin.prepared(state, hold=True)
    assert not admin.config(import_id)["changed"]
    assert admin.calls() == [GET_CONFIG]


@pytest.mark.parametrize("after", ["keeps", "draft"])
def test_a_preview_can_still_be_configured(start: Start, after: str) -> None:
    admin = start(config_at_preview_ready=after)
    import_id = admin.prepared("PREVIEW_READY")
    assert admin.config(import_id, send_mails_new=True)["changed"]
    assert admin.calls() == WRITTEN
    assert admin.sim.import_(import_id)["state"] == {"keeps": "PREVIEW_READY", "draft": "DRAFT"}[after]


def test_a_lost_answer_is_written_again_and_comes_to_the_same(admin: Admin) -> None:
    import_id = draft(admin)
    admin.fault("lost_answer", PATCH_CONFIG)
    assert admin.config(import_id)["changed"]
    assert admin.calls() == [GET_CONFIG, PATCH_CONFIG, PATCH_CONFIG, GET_CONFIG]
    assert stored(admin, import_id) == BODY


def test_the_recipient_of_a_report_mail_is_not_shown(admin: Admin) -> None:
    import_id = admin.prepared(reportEmail="boss@quellwick.example")
    result = admin.config(import_id, diff=True, check=True)
    assert result["config"] == SHOWN


def test_what_the_service_does_not_show_is_no_difference_once_the_import_has_started(start: Start) -> None:
    admin = start(config_echo="omits")
    import_id = draft(admin)
    admin.config(import_id)
    admin.sim.set_state(import_id, "COMPLETED")
    admin.calls()
    result = admin.config(import_id)
    assert (result.failed, result["changed"]) == (False, False)
    assert admin.calls() == [GET_CONFIG, "GET /users/imports/{id}"]
