# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kills at places that not every run passes: at a preview that is removed, while an old draft is cancelled, at the report and at the refused rows."""

from __future__ import annotations

import typing as t

import pytest

from support.api_calls import CANCEL, DELETE, GET, GET_CONFIG, LIST, PATCH_CONFIG, POST, PREVIEW, STATUS
from support.killing import gated, killed_at_call, killed_at_file, steps
from support.scenario import Scenario, parameters

pytestmark = pytest.mark.faults

Begin = t.Callable[[str], Scenario]

PREVIEWED: list[str] = [LIST, POST, LIST, GET_CONFIG, PATCH_CONFIG, GET_CONFIG, GET, PREVIEW, GET, STATUS, GET, DELETE]


@pytest.mark.parametrize(("remove", "number", "call", "how"), parameters(
    [("removed" if remove else "kept", number, call, how) for remove in (True, False)
     for number, call in enumerate(PREVIEWED[: None if remove else -2], 1) for how in ("held", "done")],
    lambda *_case: False))
def test_killed_on_the_way_to_a_preview(begin: Begin, remove: str, number: int, call: str, how: str) -> None:
    scenario = begin("second run")
    before = scenario.tenant.people()
    scenario.controller.variables.update(delta_import_target="previewed", delta_import_remove_previewed=remove == "removed")
    assert killed_at_call(scenario.controller, scenario.tenant, number, done=how == "done") == call
    run = scenario.controller.play()
    assert run.code == 0, run.output
    assert [each["state"] for each in scenario.tenant.imports()] == ([] if remove == "removed" else ["PREVIEW_READY"])
    assert scenario.tenant.people() == before
    # What the preview leaves is what the import goes on with.
    scenario.controller.variables.update(delta_import_target="imported")
    scenario.check()
    scenario.check_once()


#: What a run does first when the previous one died behind its upload, and the export is another one.
CANCELLING: list[str] = [LIST, GET, CANCEL, GET]
LOCK_FILE = ["open last.csv.source", "pwrite last.csv.source", "fsync last.csv.source"]
FORGETTING = [
    *LOCK_FILE, "open last.csv.source", *(f"unlink last.csv.{name}" for name in ("next", "delta.csv", "told.next", "sending", "run")), *LOCK_FILE]


def begin_another(begin: Begin) -> tuple[Scenario, str]:
    """Return a scenario whose run died behind its upload, before the export became another one, and the id of that upload."""
    scenario = begin("second run")
    assert killed_at_call(scenario.controller, scenario.tenant, 2, done=True) == POST
    scenario.write("ann3@example.com")
    return scenario, scenario.tenant.imports()[0]["id"]


def check_another(scenario: Scenario, old: str) -> None:
    """The draft of the dead run has come to nothing; what was written last is imported, once."""
    scenario.check()
    assert {each["id"]: each["applied_count"] for each in scenario.tenant.imports()}.pop(old) == 0
    assert sum(scenario.applied().values()) == 1
    assert {person["version"] for person in scenario.tenant.people()} == {1}


@pytest.mark.parametrize(("number", "call", "how"), parameters(
    [(number, call, how) for number, call in enumerate(CANCELLING, 1) for how in ("held", "done")],
    lambda *_case: False))
def test_killed_while_an_old_draft_is_cancelled(begin: Begin, number: int, call: str, how: str) -> None:
    scenario, old = begin_another(begin)
    assert killed_at_call(scenario.controller, scenario.tenant, number, done=how == "done") == call
    check_another(scenario, old)


@pytest.mark.parametrize(("number", "step"), parameters(
    list(enumerate(FORGETTING)), lambda number, step: step == "unlink last.csv.delta.csv"))
def test_killed_while_an_old_run_is_forgotten(begin: Begin, number: int, step: str) -> None:
    scenario, old = begin_another(begin)
    assert killed_at_file(scenario.controller, scenario.tenant, scenario.folder, number) == step
    check_another(scenario, old)


def whole(name: str, *, new: bool = True) -> list[str]:
    """Return the steps by which a file is written whole."""
    return [f"open {name}.part", f"fsync {name}.part", *([f"replace {name}", "fsync the folder"] if new else []), f"unlink {name}.part"]


#: The files for people, in a folder of their own: the refused rows, and the report in its three forms.
FOR_PEOPLE = [*whole("refused.csv"), *whole("report.json"), *whole("report.md"), *whole("report.html")]


def for_people(begin: Begin) -> Scenario:
    scenario = begin("refused rows")
    shown = scenario.controller.folder / "shown"
    shown.mkdir()
    scenario.controller.variables.update(
        delta_import_report=str(shown / "report.html"), delta_import_errors_dest=str(shown / "refused.csv"), delta_import_report_details=True)
    return scenario


def test_the_steps_for_people_are_all_there_are(begin: Begin) -> None:
    scenario = for_people(begin)
    with gated(scenario.controller, scenario.controller.folder / "shown") as log:
        run = scenario.controller.play()
        assert run.code == 0, run.output
        assert "\n".join(steps(log)) == "\n".join(FOR_PEOPLE)


@pytest.mark.parametrize(("number", "step"), parameters(
    list(enumerate(FOR_PEOPLE)), lambda number, step: step == "fsync refused.csv.part"))
def test_killed_while_something_is_written_for_people(begin: Begin, number: int, step: str) -> None:
    scenario = for_people(begin)
    shown = scenario.controller.folder / "shown"
    assert killed_at_file(scenario.controller, scenario.tenant, shown, number) == step
    run = scenario.controller.play()
    assert run.code == 0, run.output
    assert {path.name for path in shown.iterdir()} == {"refused.csv", "report.html", "report.json", "report.md"}
    # The row of Dan, which is refused each run until it is mended.
    assert (shown / "refused.csv").read_bytes() == (scenario.folder / "last.csv.errors.csv").read_bytes() != b""
    for name in ("report.html", "report.json", "report.md"):
        assert "refused" in (shown / name).read_text(encoding="utf-8")
    scenario.check()
