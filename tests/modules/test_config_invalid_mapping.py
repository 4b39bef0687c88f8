# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A refused mapping: all keys that are invalid are named, and nothing half configured stays."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.community.staffbase.plugins.module_utils._steps.config import Configure
from support.admin import Admin
from support.api_calls import DELETE, GET, GET_CONFIG, PATCH_CONFIG, PUT_CONFIG
from support.small_tenant import CSV, MAPPING

if t.TYPE_CHECKING:
    from conftest import Start


def no_column(name: str) -> str:
    return f"the file has no column '{name}'"


def unknown(field: str) -> str:
    return f"the tenant does not know the field '{field}'"


NOTHING_FITS = "no column of the mapping was found in the file; check the separator and the encoding"
SHOE = "profile-field:shoesize"
HAT = "profile-field:hat"
PLACE = "profile-field:location"
NOWHERE = {"externalId": "a", "eMail": "b", "status,userName": "c"}

CASES: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "a_column": ({**MAPPING, PLACE: "Ort"}, {PLACE: no_column("Ort")}),
    "the_case_of_a_column": ({**MAPPING, "eMail": "e-mail"}, {"eMail": no_column("e-mail")}),
    "several_columns": (
        {**MAPPING, PLACE: "Ort", "userName": "Login", "status": "Stand"},
        {"status": no_column("Stand"), PLACE: no_column("Ort"), "userName": no_column("Login")},
    ),
    "a_field": ({**MAPPING, SHOE: "Vorname"}, {SHOE: unknown(SHOE)}),
    "several_fields": ({**MAPPING, SHOE: "Vorname", HAT: "Nachname"}, {SHOE: unknown(SHOE), HAT: unknown(HAT)}),
    "both": ({**MAPPING, SHOE: "Vorname", PLACE: "Ort"}, {SHOE: unknown(SHOE), PLACE: no_column("Ort")}),
    "an_unknown_field_from_no_column": ({**MAPPING, SHOE: "Schuh"}, {SHOE: no_column("Schuh")}),
    "field_in_a_composite_key": ({**MAPPING, f"userName,{SHOE}": "Vorname"}, {f"userName,{SHOE}": unknown(SHOE)}),
    "fields_in_a_composite_key": ({**MAPPING, f"{HAT},{SHOE}": "Vorname"}, {f"{HAT},{SHOE}": f"{unknown(HAT)} and {unknown(SHOE)}"}),
    "column_of_a_composite_key": ({**MAPPING, f"userName,{PLACE}": "Ort"}, {f"userName,{PLACE}": no_column("Ort")}),
    "the_identifier": ({**MAPPING, "externalId": "Nr"}, {"externalId": no_column("Nr")}),
    "the_identifier_and_more": (
        {**MAPPING, "externalId": "Nr", SHOE: "Vorname", PLACE: "Ort"},
        {"externalId": no_column("Nr"), SHOE: unknown(SHOE), PLACE: no_column("Ort")},
    ),
    "everything": (NOWHERE, dict.fromkeys(NOWHERE, NOTHING_FITS)),
}


DELETED = "the draft could not be put back as it was, so it was deleted: upload the file again"


def check_message(result: dict[str, t.Any], import_id: str, invalid: dict[str, str]) -> None:
    assert result["failed"]
    assert result["invalid_mapping"] == invalid
    assert result["msg"] == (
        "The mapping was refused, nothing was configured or imported. Invalid keys: "
        + "; ".join(f"{key}: {reason}" for key, reason in invalid.items())
    )
    assert (result["failure"]["stage"], result["failure"]["import_id"]) == ("config", import_id)


@pytest.mark.parametrize("message", ["mapping_values", "body"])
@pytest.mark.parametrize(("mapping", "invalid"), CASES.values(), ids=CASES)
def test_all_bad_keys_are_named(start: Start, mapping: dict[str, str], invalid: dict[str, str], message: str) -> None:
    admin = start(unknown_field_message=message)
    import_id = admin.prepared()
    before = admin.sim.import_(import_id)
    check_message(admin.config(import_id, mapping=mapping), import_id, invalid)
    assert admin.sim.import_(import_id) == before
    assert admin.nobody_changed()


def test_the_calls_for_one_bad_key(admin: Admin) -> None:
    import_id = admin.prepared()
    admin.config(import_id, mapping={"externalId": "Personalnummer", "eMail": "E-Mail", PLACE: "Ort"})
    # The whole, and once more without what stands there; not started yet; the identifier; both others; each of them;
    # is there such a column; and back again.
    assert admin.calls() == [GET_CONFIG, PATCH_CONFIG, PATCH_CONFIG, GET, *[PATCH_CONFIG] * 5, PATCH_CONFIG, GET_CONFIG]


def test_when_nothing_fits_nothing_is_to_be_put_back(admin: Admin) -> None:
    import_id = admin.prepared()
    admin.config(import_id, mapping={"externalId": "a", "eMail": "b"})
    # Both columns are tried as they are, and without what stands there.
    assert admin.calls() == [GET_CONFIG, PATCH_CONFIG, PATCH_CONFIG, GET, *[PATCH_CONFIG] * 4]


def test_few_tries_for_a_long_mapping(admin: Admin) -> None:
    columns = [f"Spalte {number}" for number in range(60)]
    admin.sim.world.custom_fields |= {f"f{number}" for number in range(60)}
    content = CSV.replace(b"Status\r\n", (";".join(["Status", *columns]) + "\r\n").encode(), 1)
    mapping = {**MAPPING, **{f"profile-field:f{number}": column for number, column in enumerate(columns)}, "profile-field:f41": "Spalte 99"}
    import_id = admin.prepared(content=content)
    result = admin.config(import_id, mapping=mapping)
    assert result["invalid_mapping"] == {"profile-field:f41": no_column("Spalte 99")}
    assert admin.calls().count(PATCH_CONFIG) < 20


def test_a_wrong_separator_is_guessed_at(admin: Admin) -> None:
    import_id = admin.prepared()
    result = admin.config(import_id, separator=",")
    assert result["invalid_mapping"] == dict.fromkeys(MAPPING, NOTHING_FITS)
    assert admin.sim.import_(import_id)["config"]["separator"] == ";"


def test_bad_keys_in_a_windows_1252_file(start: Start) -> None:
    admin = start(windows_1252="cp1252")
    import_id = admin.sim.upload("Nummer;Stra\u00dfe\r\nU1;Weg\r\n".encode("cp1252"), "people.csv")
    mapping = {"externalId": "Nummer", PLACE: "Stra\u00dfe", "eMail": "E-Mail", SHOE: "Stra\u00dfe"}
    result = admin.config(import_id, mapping=mapping, encoding="windows-1252")
    assert result["invalid_mapping"] == {"eMail": no_column("E-Mail"), SHOE: unknown(SHOE)}


@pytest.mark.parametrize(("write", "stays"), [("replace", True), ("merge", True), ("deep_merge", False)])
@pytest.mark.parametrize("configured", [False, True], ids=["guess", "configured"])
@pytest.mark.parametrize("external_id", ["refused", "accepted"])
def test_the_former_configuration_or_no_draft_is_left(start: Start, write: str, stays: bool, configured: bool, external_id: str) -> None:
    admin = start(config_write=write, missing_external_id=external_id)
    import_id = admin.prepared() if configured else admin.sim.upload(CSV, "people.csv")
    before = admin.sim.import_(import_id)["config"]
    result = admin.config(import_id, mapping={"externalId": "Personalnummer", "userName": "Personalnummer", SHOE: "Vorname"})
    assert result["invalid_mapping"] == {SHOE: unknown(SHOE)}
    after = admin.sim.import_(import_id)
    assert result["msg"].endswith(f"; {DELETED}") is (after["gone"] == "deleted")
    # A guess without externalId cannot be put back where the service refuses such a mapping.
    if stays and (configured or external_id == "accepted"):
        assert after["gone"] == ""
        assert after["config"]["mapping"] == before["mapping"]
        assert {key: after["config"][key] for key in before} == before
        assert DELETE not in admin.calls()
    else:
        assert after["gone"] == "deleted"
        assert admin.calls()[-1] == DELETE


@pytest.mark.parametrize("write", ["replace", "merge", "deep_merge"])
def test_a_guess_that_is_wrong_does_not_make_the_wanted_keys_invalid(start: Start, write: str) -> None:
    """Where each write is merged into the guess, the guess itself refuses every try."""
    admin = start(config_write=write, config_guess="wrong")
    import_id = admin.sim.upload(CSV, "people.csv")
    result = admin.config(import_id, mapping={"externalId": "Personalnummer", "userName": "Personalnummer", SHOE: "Vorname"})
    assert result["invalid_mapping"] == {SHOE: unknown(SHOE)}
    assert admin.sim.import_(import_id)["gone"] == "deleted"


@pytest.mark.parametrize("write", ["replace", "merge", "deep_merge"])
def test_a_guess_that_is_wrong_does_not_keep_a_good_mapping_out(start: Start, write: str) -> None:
    admin = start(config_write=write, config_guess="wrong")
    import_id = admin.sim.upload(CSV, "people.csv")
    result = admin.config(import_id, mapping={"externalId": "Personalnummer"})
    assert result["changed"]
    assert admin.sim.import_(import_id)["config"]["mapping"] == {"externalId": "Personalnummer"}


def test_another_verb_for_the_tries_as_well(start: Start) -> None:
    admin = start(config_verb="put")
    import_id = admin.prepared()
    result = admin.config(import_id, mapping={**MAPPING, SHOE: "Vorname"})
    assert result["invalid_mapping"] == {SHOE: unknown(SHOE)}
    # The verb is found again as long as no write was taken, then it is known.
    assert admin.calls()[-2:] == [PUT_CONFIG, GET_CONFIG]


def test_when_the_mapping_is_valid_the_refusal_itself_is_told(admin: Admin) -> None:
    """The service refuses the body for another reason: the message names no key."""
    import_id = admin.prepared()
    admin.fault("status:400", PATCH_CONFIG)
    result = admin.config(import_id, send_mails_new=True)
    assert result.failed
    assert "invalid_mapping" not in result
    assert result["failure"]["status"] == 400
    assert admin.sim.import_(import_id)["config"]["sendMailsNew"] is False


@pytest.mark.parametrize(("nth", "kind"), [(4, "status:403"), (5, "status:500"), (3, "reset_before")])
def test_a_fault_among_the_tries_leaves_nothing_half_configured(start: Start, nth: int, kind: str) -> None:
    admin = start(connection={"retries": 0})
    import_id = admin.prepared()
    before = admin.sim.import_(import_id)["config"]
    admin.fault(kind, PATCH_CONFIG, nth=nth)
    result = admin.config(import_id, mapping={"externalId": "Personalnummer", "userName": "Personalnummer", SHOE: "Vorname", HAT: "Vorname"})
    assert result.failed
    assert admin.sim.import_(import_id)["config"] == before


def test_a_draft_that_cannot_be_put_back_is_deleted(start: Start) -> None:
    """Writes of the configuration stop working between the tries and the putting back."""
    admin = start(connection={"retries": 0})
    import_id = admin.prepared()
    admin.fault("status:500", PATCH_CONFIG, nth=4, times=None)
    result = admin.config(import_id, mapping={"externalId": "Personalnummer", "userName": "Personalnummer", SHOE: "Vorname"})
    assert result.failed
    assert result["failure"]["status"] == 500
    assert result["msg"].endswith(f"; {DELETED}")
    assert admin.calls()[-1] == DELETE
    assert admin.sim.import_(import_id)["gone"] == "deleted"


def test_when_no_key_is_invalid_a_deleted_draft_is_told_as_well(start: Start) -> None:
    admin = start(connection={"retries": 0})
    import_id = admin.prepared()
    # The whole twice; the tries are taken; then nothing goes back.
    admin.fault("status:400", PATCH_CONFIG, times=2)
    admin.fault("status:400", PATCH_CONFIG, nth=5, times=None)
    result = admin.config(import_id, mapping={"externalId": "Personalnummer", "userName": "Personalnummer"})
    assert "invalid_mapping" not in result
    assert result["failure"]["status"] == 400
    assert result["msg"].endswith(f"check the options of this task; {DELETED}")
    assert admin.sim.import_(import_id)["gone"] == "deleted"


@pytest.mark.parametrize("back", [True, False])
def test_a_service_that_keeps_something_else(start: Start, monkeypatch: pytest.MonkeyPatch, back: bool) -> None:
    monkeypatch.setattr("simulator.api.shown", lambda config, _import_id, _switches: {**config, "sendMailsNew": True})
    admin = start(connection={"retries": 0})
    import_id = admin.prepared()
    if not back:
        admin.fault("status:500", PATCH_CONFIG, nth=2, times=None)
    result = admin.config(import_id)
    end = "" if back else f"; {DELETED}"
    assert result["msg"] == f"The service accepted the configuration but stored something else in: sendMailsNew; nothing was imported{end}"
    # Without its success, both ways of putting it back are tried.
    rest = [PATCH_CONFIG, GET_CONFIG] if back else [PATCH_CONFIG, PATCH_CONFIG, DELETE]
    assert admin.calls() == [GET_CONFIG, PATCH_CONFIG, GET_CONFIG, *rest]
    assert admin.sim.import_(import_id)["gone"] == ("" if back else "deleted")


def test_without_the_putting_back_a_half_configuration_would_stay(admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard bites: without it, the draft is left with what the last try wrote, ready to be imported."""
    monkeypatch.setattr(Configure, "_restore_or_delete", lambda self, before: None)
    import_id = admin.prepared()
    admin.config(import_id, mapping={"externalId": "Personalnummer", SHOE: "Vorname"})
    assert admin.sim.import_(import_id)["config"]["mapping"] == {"externalId": "Vorname"}
    assert admin.sim.import_(import_id)["state"] == "DRAFT"
