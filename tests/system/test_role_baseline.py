# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role with a baseline: only the difference is sent, and the baseline is right whatever happens."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from simulator import Fault, Simulator
from support.controller import Controller
from support.previous_run import ANN, BOB, CLEO, leave_baseline


@pytest.fixture
def baseline(controller: Controller) -> Path:
    path = controller.folder / "last.csv"
    controller.variables.update(delta_import_baseline=str(path), delta_import_leavers="deactivate")
    return path


@pytest.fixture
def kept(controller: Controller, tenant: Simulator, baseline: Path) -> Path:
    """A baseline of the export and the people it tells of, as a previous run has left them."""
    leave_baseline(controller, tenant, baseline)
    return baseline


def versions(tenant: Simulator) -> dict[str, int]:
    return {person["external_id"]: person["version"] for person in tenant.people()}


def sent(tenant: Simulator) -> bytes:
    """The bytes of the newest upload."""
    newest = max(tenant.imports(), key=lambda each: each["created_at"])
    return tenant.uploaded_bytes(newest["id"])


def test_without_a_baseline_the_whole_export_goes_and_nobody_is_deactivated(controller: Controller, tenant: Simulator, baseline: Path) -> None:
    tenant.add_people([{"external_id": "9", "status": "activated", "email": "z@example.com"}])

    run = controller.play()

    assert run.code == 0, run.output
    assert sent(tenant) == controller.export.read_bytes() == baseline.read_bytes()
    assert stat.S_IMODE(baseline.stat().st_mode) == 0o600
    assert {person["external_id"]: person["status"] for person in tenant.people()}["9"] == "activated"


def test_only_the_difference_is_sent(controller: Controller, tenant: Simulator, kept: Path) -> None:
    controller.write(ANN, "2;new@example.com;Bob;Activated", CLEO)

    run = controller.play()

    assert run.code == 0, run.output
    assert sent(tenant).decode().splitlines()[1:] == ["2;new@example.com;Bob;Activated", CLEO]
    assert versions(tenant) == {"1": 0, "2": 1, "3": 1}
    assert (run.result["joiners"], run.result["movers"], run.result["leavers"], run.result["unchanged"]) == (1, 1, 0, 1)
    assert kept.read_bytes() == controller.export.read_bytes()


def test_nothing_changed_is_no_request_and_no_change(controller: Controller, tenant: Simulator, kept: Path) -> None:
    controller.write(BOB, ANN)

    run = controller.play()

    assert run.code == 0, run.output
    assert tenant.calls() == []
    assert run.result["nothing_new"] is True
    again = controller.play()
    assert again.recap()["changed"] == 0
    assert tenant.calls() == []


@pytest.mark.cases(1)
@pytest.mark.parametrize("with_column", [False, True], ids=["without a status column", "with one"])
def test_a_leaver_is_deactivated_and_comes_back(controller: Controller, tenant: Simulator, kept: Path, with_column: bool) -> None:
    if not with_column:
        del controller.variables["delta_import_mapping"]["status"]
    controller.write(ANN)
    left = controller.play()
    assert left.code == 0, left.output
    assert {person["external_id"]: person["status"] for person in tenant.people()} == {"1": "activated", "2": "deactivated"}

    controller.write(ANN, BOB)
    back = controller.play()
    assert back.code == 0, back.output
    assert {person["external_id"]: person["status"] for person in tenant.people()} == {"1": "activated", "2": "activated"}


@pytest.mark.cases(1)
@pytest.mark.parametrize("key", ["status,profile-field:department", "profile-field:department , status"])
def test_a_status_that_shares_its_column_is_the_status(controller: Controller, tenant: Simulator, kept: Path, key: str) -> None:
    mapping = controller.variables["delta_import_mapping"]
    mapping[key] = mapping.pop("status")

    controller.write(ANN)
    left = controller.play()
    assert left.code == 0, left.output
    assert sent(tenant).decode().splitlines() == ["id;mail;first;status", "2;bob@example.com;Bob;Deactivated"]
    assert {person["external_id"]: person["status"] for person in tenant.people()} == {"1": "activated", "2": "deactivated"}

    controller.write(ANN, BOB)
    back = controller.play()
    assert back.code == 0, back.output
    assert {person["external_id"]: person["status"] for person in tenant.people()} == {"1": "activated", "2": "activated"}


def test_leavers_are_left_alone_unless_that_is_asked_for(controller: Controller, tenant: Simulator, kept: Path) -> None:
    controller.variables["delta_import_leavers"] = "ignore"
    controller.write(ANN, CLEO)

    run = controller.play()

    assert run.result["leavers"] == 1
    assert set(versions(tenant)) == {"1", "2", "3"}


def test_a_short_export_is_stopped_before_anything_is_sent(controller: Controller, tenant: Simulator, kept: Path) -> None:
    before, content = tenant.people(), kept.read_bytes()
    controller.write(ANN)

    run = controller.play(delta_import_baseline_limits={"leavers": "10%"})

    assert run.code != 0
    assert "Too much has changed" in run.output
    assert tenant.calls() == []
    assert tenant.people() == before
    assert kept.read_bytes() == content


def test_a_refused_row_stays_in_the_next_delta_and_the_others_do_not(controller: Controller, tenant: Simulator, kept: Path) -> None:
    controller.write("1;nonsense;Ann;Activated", "2;bob2@example.com;Bob;Activated", "3;also nonsense;Cleo;Activated")
    refused = controller.play()
    assert refused.code == 0, refused.output
    assert refused.result["row_error_count"] == 2

    controller.write("1;ann2@example.com;Ann;Activated", "2;bob2@example.com;Bob;Activated", CLEO)
    run = controller.play()

    assert run.code == 0, run.output
    assert run.result["changes"]["updated"] == run.result["changes"]["created"] == 1
    # Bob had gone through: he is not touched again.
    assert versions(tenant) == {"1": 1, "2": 1, "3": 1}
    assert {person["email"] for person in tenant.people()} == {"ann2@example.com", "bob2@example.com", "cleo@example.com"}


def test_too_many_refused_rows_leave_the_baseline_and_the_next_run_is_right(controller: Controller, tenant: Simulator, kept: Path) -> None:
    content = kept.read_bytes()
    controller.write("1;nonsense;Ann;Activated", CLEO)
    failed = controller.play(delta_import_max_row_errors=0)
    assert failed.code != 0
    assert kept.read_bytes() == content

    # Cleo came with the import that failed in part; now she leaves.
    controller.write("1;ann2@example.com;Ann;Activated")
    run = controller.play(delta_import_max_row_errors=0)

    assert run.code == 0, run.output
    assert {person["external_id"]: (person["email"], person["status"]) for person in tenant.people()} == {
        "1": ("ann2@example.com", "activated"), "2": ("bob@example.com", "deactivated")}
    assert kept.read_bytes() == controller.export.read_bytes()


def test_a_run_that_broke_off_after_the_import_is_finished_first(controller: Controller, tenant: Simulator, kept: Path) -> None:
    controller.write(ANN, BOB, CLEO)
    # The errors cannot be read: the import is done, and the run does not know it.
    tenant.schedule(Fault(kind="status:500", method="GET", path="/users/imports/{id}/errors", times=None))
    broken = controller.play(staffbase_retries=0)
    assert broken.code != 0
    assert "3" in versions(tenant)
    tenant.clear_faults()

    # Cleo is gone again, and Bob has not changed: only who knows what was sent does this right.
    controller.write(ANN, BOB)
    run = controller.play()

    assert run.code == 0, run.output
    assert run.result["leavers"] == 1
    assert versions(tenant) == {"1": 0, "2": 0}
    assert kept.read_bytes() == controller.export.read_bytes()


@pytest.mark.deep
def test_a_run_that_broke_off_before_the_import_is_forgotten(controller: Controller, tenant: Simulator, kept: Path) -> None:
    controller.write(ANN)
    stopped = controller.play(delta_import_limits={"deactivated": 0})
    assert stopped.code != 0

    controller.write(ANN, BOB, CLEO)
    run = controller.play(delta_import_limits={"deactivated": 0})

    assert run.code == 0, run.output
    assert versions(tenant) == {"1": 0, "2": 0, "3": 1}


def test_check_mode_writes_no_file_and_sends_nothing(controller: Controller, tenant: Simulator, kept: Path) -> None:
    controller.write(ANN, CLEO)
    files = {path.name: path.read_bytes() for path in controller.folder.glob("last*")}

    run = controller.play("--check", "--diff")

    assert run.code == 0, run.output
    assert tenant.calls() == []
    assert {path.name: path.read_bytes() for path in controller.folder.glob("last*")} == files
    assert (run.result["joiners"], run.result["leavers"], run.result["changed"]) == (1, 1, True)


def test_a_baseline_of_another_source_is_refused_before_anything_is_sent(controller: Controller, tenant: Simulator, baseline: Path) -> None:
    controller.play()
    kept = baseline.read_bytes()
    tenant.forget_requests()
    controller.hosts = {"lisbon": {}}
    controller.write(CLEO)

    run = controller.play()

    assert run.code != 0
    assert "belongs to another source" in run.output
    assert tenant.calls() == []
    assert baseline.read_bytes() == kept
    assert set(versions(tenant)) == {"1", "2"}


def test_the_export_cannot_be_its_own_baseline(controller: Controller, tenant: Simulator) -> None:
    run = controller.play(delta_import_baseline=str(controller.export))

    assert run.code != 0
    assert "is the export itself" in run.output
    assert tenant.calls() == []


def test_an_empty_baseline_is_none(controller: Controller, tenant: Simulator) -> None:
    run = controller.play(delta_import_baseline="", delta_import_errors_dest="")

    assert run.code == 0, run.output
    assert versions(tenant) == {"1": 1, "2": 1}


@pytest.mark.deep
def test_the_refused_rows_are_given_to_who_asked_for_them(controller: Controller, tenant: Simulator, baseline: Path) -> None:
    errors = controller.folder / "refused.csv"
    controller.write(ANN, "2;nonsense;Bob;Activated")

    run = controller.play(delta_import_errors_dest=str(errors), delta_import_max_row_errors=0)

    assert run.code != 0
    assert errors.read_bytes() == Path(f"{baseline}.errors.csv").read_bytes() != b""
    assert stat.S_IMODE(errors.stat().st_mode) == 0o600


def test_half_an_export_deactivates_nobody_without_a_limit_of_the_admin(controller: Controller, tenant: Simulator) -> None:
    """Leavers who are deactivated have a limit by default: a tenth of the people, and ten people in any case."""
    people = [f"{number};p{number}@example.com;P{number};Activated" for number in range(40)]
    controller.variables.update(delta_import_baseline=str(controller.folder / "last.csv"), delta_import_leavers="deactivate")
    controller.write(*people)
    assert controller.play().code == 0
    before = tenant.people()
    controller.write(*people[:20])
    tenant.forget_requests()

    stopped = controller.play()
    assert stopped.code == 2
    assert "20 leavers (at most 10% at least 10 of 40 rows, that is 10)" in stopped.output
    assert (stopped.result["stage"], tenant.calls(), tenant.people()) == ("delta", [], before)

    # Ten of forty may leave, and whoever means more says so.
    controller.write(*people[:30])
    assert controller.play().result["leavers"] == 10
    controller.write(*people[:10])
    raised = controller.play(delta_import_baseline_limits={"leavers": "100%"})
    assert (raised.code, raised.result["leavers"]) == (0, 20)
