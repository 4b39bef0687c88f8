# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kills where not every night comes by: at a preview that is removed, while an old draft is cancelled, at the report and at the refused rows."""

from __future__ import annotations

import typing as t

import pytest

from support.api_calls import CANCEL, DELETE, GET, GET_CONFIG, LIST, PATCH_CONFIG, POST, PREVIEW, STATUS
from support.killing import gated, killed_at_call, killed_at_file, steps
from support.night import Night, parameters

pytestmark = pytest.mark.faults

Begin = t.Callable[[str], Night]

PREVIEWED: list[str] = [LIST, POST, LIST, GET_CONFIG, PATCH_CONFIG, GET_CONFIG, GET, PREVIEW, GET, STATUS, GET, DELETE]


@pytest.mark.parametrize(("remove", "number", "call", "how"), parameters(
    [("removed" if remove else "kept", number, call, how) for remove in (True, False)
     for number, call in enumerate(PREVIEWED[: None if remove else -2], 1) for how in ("held", "done")],
    lambda *_case: False))
def test_killed_on_the_way_to_a_preview(begin: Begin, remove: str, number: int, call: str, how: str) -> None:
    night = begin("second night")
    before = night.tenant.people()
    night.controller.variables.update(delta_import_target="previewed", delta_import_remove_previewed=remove == "removed")
    assert killed_at_call(night.controller, night.tenant, number, done=how == "done") == call
    run = night.controller.play()
    assert run.code == 0, run.output
    assert [each["state"] for each in night.tenant.imports()] == ([] if remove == "removed" else ["PREVIEW_READY"])
    assert night.tenant.people() == before
    # What the preview leaves is what the import goes on with.
    night.controller.variables.update(delta_import_target="imported")
    night.check()
    night.check_once()


#: What comes first on the morning after a run that died behind its upload, when the export is another one.
CANCELLING: list[str] = [LIST, GET, CANCEL, GET]
CLAIM = ["open last.csv.source", "pwrite last.csv.source", "fsync last.csv.source"]
FORGETTING = [*CLAIM, "open last.csv.source", "unlink last.csv.next", "unlink last.csv.delta.csv", *CLAIM]


def begin_another(begin: Begin) -> tuple[Night, str]:
    """Return a night whose run died behind its upload, before the export became another one, and the id of that upload."""
    night = begin("second night")
    assert killed_at_call(night.controller, night.tenant, 2, done=True) == POST
    night.write("ann3@example.com")
    return night, night.tenant.imports()[0]["id"]


def check_another(night: Night, old: str) -> None:
    """The draft of the dead run has come to nothing; what was written last is imported, once."""
    night.check()
    assert {each["id"]: each["applied_count"] for each in night.tenant.imports()}.pop(old) == 0
    assert sum(night.applied().values()) == 1
    assert {person["version"] for person in night.tenant.people()} == {1}


@pytest.mark.parametrize(("number", "call", "how"), parameters(
    [(number, call, how) for number, call in enumerate(CANCELLING, 1) for how in ("held", "done")],
    lambda *_case: False))
def test_killed_while_an_old_draft_is_cancelled(begin: Begin, number: int, call: str, how: str) -> None:
    night, old = begin_another(begin)
    assert killed_at_call(night.controller, night.tenant, number, done=how == "done") == call
    check_another(night, old)


@pytest.mark.parametrize(("number", "step"), parameters(
    list(enumerate(FORGETTING)), lambda number, step: step == "unlink last.csv.delta.csv"))
def test_killed_while_an_old_night_is_forgotten(begin: Begin, number: int, step: str) -> None:
    night, old = begin_another(begin)
    assert killed_at_file(night.controller, night.tenant, night.folder, number) == step
    check_another(night, old)


def whole(name: str, *, new: bool = True) -> list[str]:
    """Return the steps by which a file is written whole."""
    return [f"open {name}.part", f"fsync {name}.part", *([f"replace {name}", "fsync the folder"] if new else []), f"unlink {name}.part"]


#: The files for people, in a folder of their own: the refused rows, and the report in its three forms.
FOR_PEOPLE = [*whole("refused.csv"), *whole("report.json"), *whole("report.md"), *whole("report.html")]


def for_people(begin: Begin) -> Night:
    night = begin("refused rows")
    shown = night.controller.folder / "shown"
    shown.mkdir()
    night.controller.variables.update(
        delta_import_report=str(shown / "report.html"), delta_import_errors_dest=str(shown / "refused.csv"), delta_import_report_details=True)
    return night


def test_the_steps_for_people_are_all_there_are(begin: Begin) -> None:
    night = for_people(begin)
    with gated(night.controller, night.controller.folder / "shown") as log:
        run = night.controller.play()
        assert run.code == 0, run.output
        assert "\n".join(steps(log)) == "\n".join(FOR_PEOPLE)


@pytest.mark.parametrize(("number", "step"), parameters(
    list(enumerate(FOR_PEOPLE)), lambda number, step: step == "fsync refused.csv.part"))
def test_killed_while_something_is_written_for_people(begin: Begin, number: int, step: str) -> None:
    night = for_people(begin)
    shown = night.controller.folder / "shown"
    assert killed_at_file(night.controller, night.tenant, shown, number) == step
    run = night.controller.play()
    assert run.code == 0, run.output
    assert {path.name for path in shown.iterdir()} == {"refused.csv", "report.html", "report.json", "report.md"}
    # The row of Dan, which is refused each night until it is mended.
    assert (shown / "refused.csv").read_bytes() == (night.folder / "last.csv.errors.csv").read_bytes() != b""
    for name in ("report.html", "report.json", "report.md"):
        assert "refused" in (shown / name).read_text(encoding="utf-8")
    night.check()
