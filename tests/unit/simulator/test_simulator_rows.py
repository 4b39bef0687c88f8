# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faulty rows are skipped and reported; the import goes on."""

from __future__ import annotations

import pytest
from simulator_client import Start, config, csv_file, csv_row, person

FAULTY = (
    csv_row(""),
    csv_row("two words"),
    csv_row("ok"),
    csv_row("ok", first="Oda"),
    "at;user@home;at@company.example;;Ama",
    "mail;u-mail;nonsense;;Ama",
    csv_row("odd", "perhaps"),
    "short;row",
    csv_row("long") + ";more",
)


def test_every_kind_of_faulty_row(start: Start) -> None:
    client = start()
    run = client.run(csv_file(*FAULTY))
    assert client.state(run) == "COMPLETED"
    assert [entry["external_id"] for entry in client.sim.people()] == ["ok"]
    lines = client.get(f"/{run}/errors").text.splitlines()
    assert lines[0] == "line;message"
    assert [line.partition(";")[0] for line in lines[1:]] == ["2", "3", "5", "6", "7", "8", "9", "10"]


def test_only_the_faulty_cell(start: Start) -> None:
    client = start(faulty_property="property")
    run = client.run(csv_file("mail;u-mail;nonsense;;Ama"))
    assert [(entry["user_name"], entry["email"]) for entry in client.sim.people()] == [("u-mail", "")]
    assert len(client.get(f"/{run}/errors").text.splitlines()) == 2


def test_all_rows_of_a_duplicate(start: Start) -> None:
    client = start(duplicates="all_refused")
    client.run(csv_file(csv_row("ok"), csv_row("ok"), csv_row("fine")))
    assert [entry["external_id"] for entry in client.sim.people()] == ["fine"]


@pytest.mark.parametrize(("switch", "status"), [("present", "activated"), ("missing", "deactivated")])
def test_a_refused_row_in_a_full_import(start: Start, switch: str, status: str) -> None:
    client = start([person("at")], faulty_row_in_full=switch)
    client.run(csv_file("at;user@home;at@company.example;;Ama"), config(delta=False, removeAll=True))
    assert client.sim.people()[0]["status"] == status


@pytest.mark.parametrize(
    ("switches", "report"),
    [
        ({}, "line;message\n2;user name must not contain @\n"),
        (
            {"errors_line": "data_is_1", "errors_shape": "row_error", "errors_separator": "comma"},
            "row,error\n1,user name must",
        ),
        ({"errors_shape": "german", "errors_quoting": "all"}, '"Zeile";"Fehler"\n"2";"user name'),
        ({"errors_shape": "no_header", "errors_quote_value": "yes"}, "2;user name must not contain @: 'user@home'\n"),
        ({"errors_shape": "row_value"}, "rowNumber;field;value;description\n2;userName;user@home;user name"),
    ],
)
def test_shapes_of_the_report(start: Start, switches: dict[str, str], report: str) -> None:
    client = start(**switches)
    run = client.run(csv_file("at;user@home;at@company.example;;Ama"))
    assert client.get(f"/{run}/errors").text.startswith(report)


@pytest.mark.parametrize(
    ("switch", "status", "text"), [("body", 200, ""), ("header", 200, "line;message\n"), ("no_content", 204, "")]
)
def test_no_errors(start: Start, switch: str, status: int, text: str) -> None:
    client = start(errors_empty=switch)
    answer = client.get(f"/{client.run(csv_file(csv_row('ok')))}/errors")
    assert (answer.status_code, answer.text) == (status, text)
