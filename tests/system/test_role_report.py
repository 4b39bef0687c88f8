# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report through the role: whatever becomes of a run, it is told; and without it, nothing is different."""

from __future__ import annotations

import json
import stat
import typing as t
from pathlib import Path

import pytest

from simulator import Simulator
from support.controller import Controller, Run
from support.web_page import parse

CELLS = ["ann@example.com", "bob@example.com", "nonsense", "Dulcinea"]


@pytest.fixture
def report(controller: Controller) -> Path:
    path = controller.folder / "berlin.html"
    controller.variables["delta_import_report"] = str(path)
    return path


def told(report: Path) -> dict[str, t.Any]:
    """Return the JSON; the other two must be there, private, valid, and say the same."""
    found = json.loads(report.with_suffix(".json").read_text(encoding="utf-8"))
    page, summary = report.read_text(encoding="utf-8"), report.with_suffix(".md").read_text(encoding="utf-8")
    parse(page)
    for text in (page, summary):
        assert found["headline"] in text
    assert {stat.S_IMODE(report.with_suffix(suffix).stat().st_mode) for suffix in (".html", ".json", ".md")} == {0o600}
    return t.cast("dict[str, t.Any]", found)


def cells_in(report: Path, suffixes: tuple[str, ...] = (".html", ".json", ".md")) -> list[tuple[str, str]]:
    return [(suffix, cell) for suffix in suffixes for cell in CELLS if cell in report.with_suffix(suffix).read_text(encoding="utf-8")]


def failed_as_before(run: Run) -> bool:
    """Tell whether the recap is that of a failure which nobody caught."""
    return run.code == 2 and (run.recap()["failed"], run.recap()["rescued"], run.recap()["ignored"]) == (1, 0, 0)


@pytest.mark.deep
def test_from_check_mode_to_a_run_with_nothing_new(controller: Controller, tenant: Simulator, report: Path) -> None:
    rehearsed = controller.play("--check")
    assert rehearsed.code == 0, rehearsed.output
    assert not report.exists()

    first = controller.play(delta_import_limits={"created": 4})
    assert first.code == 0, first.output
    found = told(report)
    assert (found["verdict"], found["headline"], found["source"]) == ("imported", "Imported", "berlin")
    assert found["changes"] == first.result["changes"]
    assert found["import"]["id"] == first.result["import_id"]
    assert [(limit["name"], limit["count"], limit["most"]) for limit in found["limits"]] == [("created", 2, 4)]
    assert {item["step"] for item in found["steps"]} == {"check", "upload", "config", "state"}
    assert cells_in(report) == []

    tenant.forget_requests()
    second = controller.play()
    assert (told(report)["verdict"], second.recap()["changed"]) == ("nothing_new", 0)
    assert tenant.calls() == ["GET /users/imports"]

    # Without a report, the file that makes it is skipped, and that is all.
    without = controller.play(delta_import_report="")
    assert without.recap() == {**second.recap(), "ok": second.recap()["ok"] - 2, "skipped": second.recap()["skipped"] + 1}


@pytest.mark.cases(1)
@pytest.mark.parametrize("variables", [{}, {"staffbase_in_worker": False}], ids=["in the worker", "in a process of its own"])
def test_an_exceeded_limit_is_told_and_fails_as_without_a_report(
    controller: Controller, tenant: Simulator, report: Path, variables: dict[str, t.Any],
) -> None:
    run = controller.play(delta_import_limits={"created": 1}, **variables)

    assert failed_as_before(run), run.output
    assert tenant.people() == []
    found = told(report)
    assert (found["verdict"], found["people"], found["failure"]["stage"]) == ("stopped", "Nobody was changed.", "preview")
    assert found["headline"] == "Stopped: more people would be changed than the limits allow"
    assert found["message"] in run.output
    assert [(limit["count"], limit["exceeded"]) for limit in found["limits"]] == [(2, True)]
    assert found["changes_are_expected"] is True


def test_refused_rows_are_told_and_shown_only_when_that_is_asked_for(controller: Controller, tenant: Simulator, report: Path) -> None:
    tenant.switches = type(tenant.switches)(errors_quote_value="yes")
    controller.write("1;ann@example.com;Ann;Activated", "2;nonsense;Dulcinea;Activated")

    run = controller.play(delta_import_max_row_errors=0)

    assert failed_as_before(run), run.output
    found = told(report)
    assert (found["verdict"], found["people"]) == ("failed", "All other rows were imported. Nobody else was touched.")
    assert [(reason["count"], reason["lines"]) for reason in found["refused"]["reasons"]] == [(1, [3])]
    assert len(tenant.people()) == 1
    assert cells_in(report) == []

    detailed = controller.play("-vvv", delta_import_max_row_errors=0, delta_import_report_details=True)
    assert cells_in(report) == [(".html", "nonsense"), (".json", "nonsense")]
    assert [cell for cell in CELLS if cell in detailed.output] == []
    assert stat.S_IMODE((controller.folder / "berlin.errors.csv").stat().st_mode) == 0o600


@pytest.mark.cases(1)
@pytest.mark.parametrize(("variables", "verdict", "step"), [
    ({"staffbase_api_token": "d3Jvbmc6dG9rZW4="}, "failed", "the export could not be uploaded"),
    ({"staffbase_api_token": ""}, "failed", "the export could not be uploaded"),
    ({"delta_import_max_row_errors": -1}, "stopped", "the inputs cannot be right"),
])
def test_whatever_fails_before_the_import_has_changed_nobody(
    controller: Controller, tenant: Simulator, report: Path, variables: dict[str, t.Any], verdict: str, step: str,
) -> None:
    del controller.environment["STAFFBASE_API_TOKEN"]
    run = controller.play(**{"staffbase_api_token": tenant.token, **variables})

    assert failed_as_before(run), run.output
    found = told(report)
    assert (found["verdict"], found["people"]) == (verdict, "Nobody was changed.")
    assert found["headline"].endswith(step)
    assert tenant.people() == []


def test_a_broken_export_with_a_hostile_header_is_told_as_text(controller: Controller, tenant: Simulator, report: Path) -> None:
    hostile = "<script>alert(1)</script> {{ 6 * 7 }} **x**"
    controller.write("1;ann@example.com;x;y", header=f"id;mail;{hostile};{hostile}\n")

    run = controller.play(delta_import_mapping={"externalId": "id", "eMail": "mail"})

    assert failed_as_before(run), run.output
    assert told(report)["verdict"] == "stopped"
    assert told(report)["export"]["problems"][0]["message"].startswith(f"column {hostile}: ")
    assert "<script" not in report.read_text(encoding="utf-8")
    assert r"\<script\>alert(1)\</script\> \{\{ 6 \* 7 \}\} \*\*x\*\*" in report.with_suffix(".md").read_text(encoding="utf-8")
    assert tenant.calls() == []


@pytest.mark.deep
def test_a_preview_and_a_short_export_against_a_baseline(controller: Controller, tenant: Simulator, report: Path) -> None:
    preview = controller.play(delta_import_target="previewed", delta_import_remove_previewed=True)
    assert preview.code == 0, preview.output
    assert (told(report)["verdict"], told(report)["import"]["state"], told(report)["changes"]["created"]) == ("previewed", "absent", 2)

    controller.variables["delta_import_baseline"] = str(controller.folder / "last.csv")
    controller.play()
    controller.write("1;ann@example.com;Ann;Activated")
    run = controller.play(delta_import_baseline_limits={"leavers": "10%"})

    assert failed_as_before(run), run.output
    found = told(report)
    assert found["headline"] == "Stopped: too much has changed since the last export"
    assert found["difference"] == {"joiners": 0, "movers": 0, "leavers": 1, "unchanged": 1}
    assert [(limit["set_to"], limit["most"], limit["count"]) for limit in found["limits"]] == [("10%", 0, 1)]
    assert len(tenant.people()) == 2


def test_a_report_that_cannot_be_written_fails_the_run_and_nothing_else(controller: Controller, tenant: Simulator) -> None:
    wrong = controller.play(delta_import_report=str(controller.folder / "report.json"))
    assert "delta_import_report must end in .html" in wrong.output
    assert tenant.calls() == []

    run = controller.play(delta_import_report=str(controller.folder / "nowhere" / "report.html"))

    assert failed_as_before(run), run.output
    assert "What it would have told: Imported. All rows that were sent were imported." in run.output
    assert run.result["state"] == "COMPLETED"
    assert len(tenant.people()) == 2


@pytest.mark.deep
def test_a_second_source_of_the_same_play_does_not_tell_of_the_first(controller: Controller, tenant: Simulator, report: Path) -> None:
    """What the first run registered is still there when the second one fails early."""
    role: dict[str, t.Any] = {"ansible.builtin.include_role": {"name": "community.staffbase.delta_import"}}
    second = {**role, "vars": {"delta_import_src": "/nowhere/people.csv"}}
    playbook = controller.folder / "play.yml"
    playbook.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": [role, second]}]), encoding="utf-8")

    run = controller.play(playbook=str(playbook))

    assert failed_as_before(run), run.output
    assert len(tenant.people()) == 2
    found = told(report)
    assert found["headline"] == "Failed: the export could not be read"
    assert (found["changes"], found["import"]["id"], [item["step"] for item in found["steps"]]) == (None, None, ["check"])
