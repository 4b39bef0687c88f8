# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input: a message that names the option, before anything is sent where that is possible; nothing is written."""

from __future__ import annotations

import typing as t

import pytest

from simulator import Simulator
from support.controller import HEADER, Controller, failures_of

BAD_VARIABLES: dict[str, tuple[dict[str, t.Any], str]] = {
    "no file": ({"delta_import_src": "/nowhere/people.csv"}, "src"),
    "a directory": ({"delta_import_src": "/"}, "src"),
    "no src": ({"delta_import_src": None}, "delta_import_src"),
    "mapping without externalId": ({"delta_import_mapping": {"eMail": "mail"}}, "externalId"),
    "unknown limit": ({"delta_import_limits": {"vanished": 1}}, "vanished"),
    "negative limit": ({"delta_import_limits": {"deleted": -1}}, "delta_import_limits"),
    "empty limit": ({"delta_import_limits": {"deleted": None}}, "delta_import_limits"),
    "negative waiting": ({"delta_import_wait_timeout": -1}, "delta_import_wait_timeout"),
    "no pause": ({"delta_import_wait_interval": 0}, "delta_import_wait_interval"),
    "negative row errors": ({"delta_import_max_row_errors": -1}, "delta_import_max_row_errors"),
    "unknown target": ({"delta_import_target": "finished"}, "delta_import_target"),
    "unknown separator": ({"delta_import_separator": "|"}, "delta_import_separator"),
    "http to a remote host": ({"staffbase_api_url": "http://intranet.example.com"}, "api_url"),
    "no URL": ({"staffbase_api_url": "intranet"}, "api_url"),
    "no authority file": ({"staffbase_ca_path": "/nowhere/ca.pem"}, "ca_path"),
    "negative timeout": ({"staffbase_timeout": -1}, "timeout"),
    "negative retries": ({"staffbase_retries": -1}, "retries"),
}


def messages(output: str, names: t.Iterable[str]) -> dict[str, str]:
    """Return the message with which each host failed, by the name of its case."""
    failures = failures_of(output)
    return {name: failures[f"host-{number}"]["msg"] for number, name in enumerate(names)}


def test_bad_input_is_refused_before_the_first_request(controller: Controller, tenant: Simulator) -> None:
    """One host for each."""
    controller.hosts = {f"host-{number}": variables for number, (variables, _named) in enumerate(BAD_VARIABLES.values())}

    run = controller.play()

    assert run.code != 0
    told = messages(run.output, BAD_VARIABLES)
    assert {name: message for name, message in told.items() if BAD_VARIABLES[name][1] not in message} == {}
    assert "Traceback" not in run.output
    assert tenant.calls() == []


def test_an_empty_file_is_refused(controller: Controller, tenant: Simulator) -> None:
    controller.export.write_bytes(b"")

    run = controller.play()

    assert run.code != 0
    assert "the file is empty" in run.output
    assert tenant.calls() == []


def test_a_missing_token_is_named(controller: Controller, tenant: Simulator) -> None:
    del controller.environment["STAFFBASE_API_TOKEN"]

    run = controller.play()

    assert run.code != 0
    assert "api_token" in run.output
    assert tenant.calls() == []


@pytest.mark.parametrize(("token", "told"), [("d3Jvbmc6dG9rZW4=", "401"), ("powerless", "lacks the right")])
def test_a_token_that_does_not_serve(controller: Controller, tenant: Simulator, token: str, told: str) -> None:
    controller.environment["STAFFBASE_API_TOKEN"] = tenant.powerless_token if token == "powerless" else token

    run = controller.play()

    assert run.code != 0
    assert told in run.output
    assert tenant.writes() == []


def test_every_field_that_the_tenant_does_not_know_is_named_and_nobody_changes(controller: Controller, tenant: Simulator) -> None:
    mapping = {**controller.variables["delta_import_mapping"], "profile-field:shoesize": "mail", "profile-field:hatsize": "first"}

    run = controller.play(delta_import_mapping=mapping)

    assert run.code != 0
    for field in ("profile-field:shoesize", "profile-field:hatsize"):
        assert f"{field}: the tenant does not know the field" in run.output
    assert tenant.people() == []

    mended = controller.play()
    assert mended.code == 0, mended.output
    assert len(tenant.people()) == 2


def test_a_column_that_the_file_lacks_is_found_without_a_request(controller: Controller, tenant: Simulator) -> None:
    run = controller.play(delta_import_mapping={**controller.variables["delta_import_mapping"], "userName": "Login"})

    assert run.code != 0
    assert "column 'Login': the mapping names this column, but the file lacks it" in run.output
    assert tenant.calls() == []


BROKEN = {
    "an open quote": HEADER + '1;ann@example.com;Ann;Activated\n2;"bob@example.com;Bob;Activated\n',
    "a short row": HEADER + "1;ann@example.com;Ann;Activated\n2;bob@example.com\n",
    "an identifier twice": HEADER + "1;ann@example.com;Ann;Activated\n1;bob@example.com;Bob;Activated\n",
    "a login page": "<!DOCTYPE html><html><body>Please log in</body></html>\n",
    "no row": HEADER,
}


def test_a_broken_export_is_refused_without_a_request(controller: Controller, tenant: Simulator) -> None:
    """One host for each."""
    for number, text in enumerate(BROKEN.values()):
        export = controller.folder / f"{number}.csv"
        export.write_text(text, encoding="utf-8")
        controller.hosts[f"host-{number}"] = {"delta_import_src": str(export)}
    del controller.hosts["berlin"]

    run = controller.play()

    assert run.code != 0
    assert {name: message for name, message in messages(run.output, BROKEN).items() if "1 problem" not in message} == {}
    assert tenant.calls() == []


def test_an_export_without_a_header_does_not_put_a_person_into_the_log(controller: Controller, tenant: Simulator) -> None:
    controller.write("2;bob@example.com;Bob;Activated", header="1;zzyzx@example.com;Dulcinea;Activated\n")

    run = controller.play("-vvv")

    assert run.code != 0
    assert "the first line looks like data" in run.output
    assert not [cell for cell in ("zzyzx", "Dulcinea") if cell in run.output]
