# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guess, writes, refusals and echo of the configuration."""

from __future__ import annotations

from typing import Any

import pytest
from simulator_client import BASE, MAPPING, Client, Start, config, csv_file, csv_row

CONTENT = csv_file(csv_row("a"))
BAD_MAPPING = "Parameter 'mapping_values' is invalid"
BAD_BODY = "Parameter 'body' is invalid"


def shown(client: Client, import_id: str) -> dict[str, Any]:
    """GET of the configuration."""
    body: dict[str, Any] = client.get(f"/{import_id}/config").json()
    return body


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (config(mapping={**BASE, "eMail": "nope"}), BAD_MAPPING),
        (config(separator=","), BAD_MAPPING),
        (config(mapping={**BASE, "profile-field:nope": "first"}), BAD_MAPPING),
        (config(mapping={"eMail": "mail"}), BAD_MAPPING),
        (config(mapping={"externalId,userName": "id"}), BAD_MAPPING),
        ({"delta": True}, BAD_MAPPING),
        (config(removeAll=True), BAD_BODY),
        (config(removeAll=False), BAD_BODY),
        (config(delta="yes"), BAD_BODY),
        (config(encoding="utf8"), BAD_BODY),
        (config(colour="red"), BAD_BODY),
        (config(separator="|"), "invalid separator selected"),
        ([], BAD_BODY),
    ],
)
def test_refused_and_nothing_stored(start: Start, body: Any, message: str) -> None:
    client = start()
    import_id = client.upload(CONTENT)
    before = shown(client, import_id)
    answer = client.configure(import_id, body)
    assert (answer.status_code, answer.json()["message"]) == (400, message)
    assert shown(client, import_id) == before


@pytest.mark.parametrize("remove_all", [True, False])
def test_remove_all_beside_delta(start: Start, remove_all: bool) -> None:
    both, alone = config(delta=False, removeAll=remove_all), config(removeAll=remove_all)
    del alone["delta"]
    client = start(remove_all_beside_delta="refused", config_write="merge")
    import_id = client.upload(CONTENT)
    client.configure(import_id)
    assert client.configure(import_id, both).json()["message"] == BAD_BODY
    assert shown(client, import_id) == config()
    assert client.configure(import_id, alone).status_code == 204
    assert shown(client, import_id) == alone
    client = start()
    assert client.configure(client.upload(CONTENT), both).status_code == 204


def test_an_unknown_field_is_never_named(start: Start) -> None:
    client = start(unknown_field_message="body")
    answer = client.configure(client.upload(CONTENT), config(mapping={**BASE, "profile-field:nope": "first"}))
    assert answer.json()["message"] == BAD_BODY
    assert "nope" not in answer.text


def test_custom_fields_and_the_older_spellings(start: Start) -> None:
    client = start(arguments={"custom_fields": ["shoesize"]}, external_id_spelling="both", joint_keys="accepted")
    mapping = {"externalID,userName": "id", "profile-field:shoesize": "first", "locale": "first"}
    client.run(CONTENT, config(mapping=mapping))
    entry = client.sim.people()[0]
    assert (entry["external_id"], entry["user_name"], entry["fields"]["shoesize"]) == ("a", "a", "Ama")


@pytest.mark.parametrize(("switch", "codes"), [("patch", [204, 405]), ("put", [405, 204]), ("both", [204, 204])])
def test_verbs(start: Start, switch: str, codes: list[int]) -> None:
    client = start(config_verb=switch)
    import_id = client.upload(CONTENT)
    assert [client.call(verb, f"/{import_id}/config", json=config()).status_code for verb in ("PATCH", "PUT")] == codes


def test_replace_merge_and_deep_merge(start: Start) -> None:
    second = {"separator": ";", "mapping": {"externalId": "id", "userName": None}}
    client = start(config_write="replace")
    import_id = client.upload(CONTENT)
    client.configure(import_id)
    assert client.configure(import_id, second).status_code == 400
    assert client.configure(import_id, {"mapping": BASE}).status_code == 204
    assert shown(client, import_id) == {"mapping": BASE}
    client = start(config_write="merge")
    import_id = client.upload(CONTENT)
    client.configure(import_id)
    assert client.configure(import_id, {"mapping": BASE}).status_code == 204
    assert shown(client, import_id) == config(mapping=BASE)
    client = start(config_write="deep_merge")
    import_id = client.upload(CONTENT)
    client.configure(import_id)
    assert client.configure(import_id, second).status_code == 204
    assert shown(client, import_id)["mapping"] == {key: column for key, column in MAPPING.items() if key != "userName"}


def test_the_guess(start: Start) -> None:
    guesses = {guess: start(config_guess=guess) for guess in ("good", "wrong", "empty")}
    found = {guess: shown(client, client.upload(CONTENT)) for guess, client in guesses.items()}
    assert found["good"]["separator"] == ";"
    assert found["good"]["mapping"] == {"externalId": "id", "eMail": "mail", "status": "status"}
    assert found["wrong"]["separator"] == ","
    assert found["empty"] == {}


@pytest.mark.parametrize("target", ["PREVIEW_PENDING", "IMPORT_PENDING"])
def test_nothing_starts_without_a_usable_mapping(start: Start, target: str) -> None:
    client = start(config_guess="wrong")
    assert client.move(client.upload(CONTENT), target).status_code == 400
    client = start(missing_external_id="accepted")
    import_id = client.upload(CONTENT)
    assert client.configure(import_id, config(mapping={"eMail": "mail"})).status_code == 204
    assert client.move(import_id, target).status_code == 400


@pytest.mark.parametrize(("switch", "state"), [("keeps", "PREVIEW_READY"), ("draft", "DRAFT")])
def test_a_write_after_the_preview(start: Start, switch: str, state: str) -> None:
    client = start(config_at_preview_ready=switch)
    import_id = client.upload(CONTENT)
    client.configure(import_id)
    client.move(import_id, "PREVIEW_PENDING")
    assert client.configure(import_id).status_code == 204
    assert client.state(import_id) == state


@pytest.mark.parametrize("literal", ["windows-1252", "Windows-1252", "WINDOWS-1252", "cp1252", "CP1252"])
def test_only_one_literal_for_windows_1252(start: Start, literal: str) -> None:
    client = start(windows_1252=literal)
    content = csv_file(csv_row("a", first="J\u00f6rg")).decode().encode("cp1252")
    import_id = client.upload(content)
    accepted = [
        client.configure(import_id, config(encoding=word)).status_code for word in ("windows-1252", "CP1252", literal)
    ]
    assert accepted == [204 if word == literal else 400 for word in ("windows-1252", "CP1252", literal)]
    client.move(import_id, "IMPORT_PENDING")
    assert client.sim.people()[0]["fields"]["firstName"] == "J\u00f6rg"


def test_echo(start: Start) -> None:
    sent = config()
    for switch in ("same", "adds", "omits"):
        client = start(config_echo=switch)
        import_id = client.upload(CONTENT)
        client.configure(import_id, sent)
        found = set(shown(client, import_id))
        assert {"same": found == set(sent), "adds": found > set(sent), "omits": found < set(sent)}[switch]
