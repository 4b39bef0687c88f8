# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role itself guards against: each guard as it is, and taken out of a copy of the collection, where the harm is seen."""

from __future__ import annotations

import typing as t

import pytest

from guards import named
from guards.altered import altered_copy
from simulator import Simulator
from support.api_calls import ask_to_start
from support.controller import Controller
from support.hooks import when_task_begins

#: `make guards` sees each of them fail without its guard, too.
pytestmark = pytest.mark.parametrize("guarded", [pytest.param(True, id="guarded"), pytest.param(False, id="not guarded", marks=pytest.mark.deep)])

TakeOut = t.Callable[[str], None]


@pytest.fixture
def take_out(controller: Controller, guarded: bool) -> TakeOut:
    """Take the guard of a promise out, unless the test is to see it at work."""

    def change(promise: str) -> None:
        if not guarded:
            controller.environment["ANSIBLE_COLLECTIONS_PATH"] = str(altered_copy(controller.folder / "without", named(promise).change))

    return change


def test_what_was_checked_is_what_is_sent(controller: Controller, tenant: Simulator, take_out: TakeOut, guarded: bool) -> None:
    """The export is written anew between its check and its upload, and a person is deactivated in it."""
    tenant.add_people([{"external_id": "1", "email": "ann@example.com", "status": "activated"}])
    take_out("What was checked is what is sent")
    path = str(controller.export)
    late = f"text = open({path!r}).read(); open({path!r}, 'w').write(text.replace('Ann;Activated', 'Ann;Deactivated'))"
    when_task_begins(controller, late=("Upload what is to be imported", late))

    run = controller.play()

    assert (run.code != 0) is guarded, run.output
    assert [person["status"] for person in tenant.people() if person["external_id"] == "1"] == ["activated" if guarded else "deactivated"]


def test_an_error_file_that_cannot_be_written_is_told_before_anybody_is_changed(
    controller: Controller, tenant: Simulator, take_out: TakeOut, guarded: bool,
) -> None:
    take_out("A place that cannot be written is told before anybody is changed")
    controller.variables.update(delta_import_baseline=str(controller.folder / "last.csv"), delta_import_errors_dest=str(controller.folder))

    run = controller.play()

    # Without this guard, the module that writes the file refuses it before it starts the import, but what was uploaded stays.
    assert f"errors_{'dest' if guarded else 'copy'}: {controller.folder} is a directory" in run.output
    assert (tenant.writes() == []) is guarded
    assert tenant.people() == []


def test_an_import_whose_run_was_dropped_cannot_be_started_any_more(
    controller: Controller, tenant: Simulator, take_out: TakeOut, guarded: bool,
) -> None:
    """A run ends before its start; the next run takes its place. Then the order to start the first one arrives after all."""
    take_out("An import whose run was dropped cannot be started any more")
    controller.variables["delta_import_baseline"] = str(controller.folder / "last.csv")
    controller.write("8;of@example.com;Yesterday;Activated")
    stopped = controller.play(delta_import_limits={"created": 0})
    assert "limits exceeded" in stopped.output
    (first,) = tenant.imports()

    controller.write("1;ann@example.com;Ann;Activated")
    run = controller.play()
    assert run.code == 0, run.output
    ask_to_start(tenant, first["id"])

    assert sorted(person["external_id"] for person in tenant.people()) == (["1"] if guarded else ["1", "8"])


@pytest.mark.parametrize("playbook", ["delta_import", "check_tenant"])
def test_a_run_that_finds_no_source_is_not_green(
    controller: Controller, tenant: Simulator, take_out: TakeOut, guarded: bool, playbook: str,
) -> None:
    take_out("A run that finds no host is not green")

    run = controller.play(playbook=f"community.staffbase.{playbook}", delta_import_hosts="berlln")

    assert (run.code != 0) is guarded, run.output
    assert ("No host of the inventory is meant by 'berlln'" in run.output) is guarded
    assert tenant.calls() == []
