# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role on a disk that is full or read-only, and with an export that changes under its hands."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

import pytest

from simulator import Simulator
from support.api_calls import ERRORS, IMPORT, POST
from support.controller import Controller, Run
from support.hooks import when_called, when_task_begins
from support.small_disk import PAGE, SmallDisk, read_only, small_disk

SIZE = 600
#: The last ones of the export, so that the refused rows have one neighbour.
REFUSED = 20
KEPT = ["last.csv", "last.csv.errors.csv", "last.csv.source", "last.csv.told"]


@pytest.fixture
def disk(controller: Controller) -> t.Iterator[SmallDisk]:
    with small_disk(controller.folder / "disk") as mounted:
        controller.variables["delta_import_baseline"] = str(mounted.path / "last.csv")
        yield mounted


def write_export(controller: Controller, day: int, *, refused: int = 0) -> None:
    """Write an export in which everybody has a new address each day; those of the last ones the service refuses."""
    rows = [f"P{number:04};p{number}.{day}@{'example.com' if number < SIZE - refused else ''};First{number};Activated" for number in range(SIZE)]
    controller.write(*rows)


def versions(tenant: Simulator) -> set[tuple[int, str]]:
    return {(person["version"], person["email"].partition(".")[2].partition("@")[0]) for person in tenant.people()}


def check_told(run: Run, path: str, reason: str = "No space left on device") -> None:
    """The run failed and named the path and the reason."""
    assert run.code != 0
    assert f"{path} cannot be written: {reason}" in run.output
    assert "Traceback" not in run.output
    assert "First0;" not in run.output
    assert ".com;" not in run.output


def fill_at_errors(tenant: Simulator, disk: SmallDisk, room: list[int]) -> None:
    """From now on, let the disk be as full as `room` says when the refused rows are asked for; empty: leave it alone."""
    when_called(tenant, lambda call: disk.fill(leave=room[0]) if call == ERRORS and room else None)


def test_a_disk_that_is_full_at_any_step_keeps_the_run_whole(controller: Controller, tenant: Simulator, disk: SmallDisk) -> None:
    """Copy of the export, delta, error file, baseline: each one runs out of space once, and the next run goes on."""
    room: list[int] = []
    fill_at_errors(tenant, disk, room)

    write_export(controller, 1)
    assert controller.export.stat().st_size > 4 * PAGE
    disk.fill(leave=2 * PAGE)
    check_told(controller.play(), str(disk.path / "last.csv.next"))
    assert disk.files() == ["last.csv.source"]
    assert tenant.calls() == []

    disk.free()
    assert controller.play().code == 0
    assert disk.files() == KEPT
    baseline = (disk.path / "last.csv").read_bytes()
    assert baseline == controller.export.read_bytes()
    tenant.forget_requests()

    write_export(controller, 2, refused=REFUSED)
    disk.fill(leave=controller.export.stat().st_size + 2 * PAGE)
    check_told(controller.play(), str(disk.path / "last.csv.delta.csv"))
    assert disk.files() == sorted([*KEPT, "last.csv.next", "last.csv.run", "last.csv.told.next"])
    assert tenant.calls() == []
    assert versions(tenant) == {(1, "1")}

    disk.free()
    room.append(0)
    run = controller.play()
    check_told(run, str(disk.path / "last.csv.errors.csv"))
    assert "itself is COMPLETED" in run.output
    assert (disk.path / "last.csv").read_bytes() == baseline
    assert (disk.path / "last.csv.errors.csv").read_bytes() == b""
    assert [each["applied_count"] for each in tenant.imports()] == [1, 1]
    assert versions(tenant) == {(1, "1"), (2, "2")}
    tenant.forget_requests()

    disk.free()
    room[0] = 2 * PAGE
    check_told(controller.play(), str(disk.path / "last.csv"))
    assert (disk.path / "last.csv.errors.csv").read_bytes() != b""
    assert (disk.path / "last.csv").read_bytes() == baseline
    assert tenant.writes() == []

    disk.free()
    room.clear()
    run = controller.play()
    assert run.code == 0, run.output
    assert disk.files() == KEPT
    # The run is over, and what was refused is sent again, by itself.
    assert [each["applied_count"] for each in tenant.imports()] == [1, 1, 1]
    assert run.result["row_error_count"] == run.result["movers"] == REFUSED
    assert versions(tenant) == {(1, "1"), (2, "2")}
    after = (disk.path / "last.csv").read_text(encoding="utf-8").splitlines()
    assert after[1:-REFUSED] == controller.export.read_text(encoding="utf-8").splitlines()[1:-REFUSED]
    assert after[-REFUSED:] == baseline.decode().splitlines()[-REFUSED:]


def test_a_folder_that_is_read_only_is_named_before_anybody_is_changed(controller: Controller, tenant: Simulator) -> None:
    """One source with a baseline there, one that wants only the refused rows there."""
    folder = controller.folder / "locked"
    folder.mkdir()
    controller.hosts = {
        "berlin": {"delta_import_baseline": str(folder / "last.csv")},
        "lisbon": {"delta_import_errors_dest": str(folder / "refused.csv")},
        "porto": {"delta_import_errors_dest": str(folder / "refused.csv"), "delta_import_baseline": str(controller.folder / "porto.csv")},
    }

    with read_only(folder):
        run = controller.play()

    assert run.code != 0
    assert [run.recap(host)["failed"] for host in controller.hosts] == [1, 1, 1]
    assert run.output.count(f"errors_dest: {folder} cannot be written to") >= 2
    assert f"baseline: {folder} cannot be written to" in run.output
    assert "Traceback" not in run.output
    assert tenant.people() == []
    assert IMPORT not in tenant.calls()
    # The two with a baseline have sent nothing at all.
    assert tenant.calls().count(POST) == 1
    assert os.listdir(folder) == []

    after = controller.play()
    assert after.code == 0, after.output
    assert [each["applied_count"] for each in tenant.imports()] == [1, 1, 1]


LATE = "from pathlib import Path; path = Path({!r}); path.write_bytes(path.read_bytes().replace(b'Ann;Activated', b'Ann;Deactivated'))"


def test_what_was_checked_is_what_is_sent(controller: Controller, tenant: Simulator) -> None:
    """An export that is rewritten right after the check: without a baseline, and with one."""
    tenant.add_people([{"external_id": "1", "email": "ann@example.com", "status": "activated"}])
    paths = {host: controller.folder / f"{host}.csv" for host in ("berlin", "lisbon")}
    for path in paths.values():
        path.write_bytes(controller.export.read_bytes())
    controller.hosts = {host: {"delta_import_src": str(path)} for host, path in paths.items()}
    controller.hosts["lisbon"]["delta_import_baseline"] = str(controller.folder / "last.csv")
    when_task_begins(
        controller, berlin=("Upload what is to be imported", LATE.format(str(paths["berlin"]))),
        lisbon=("Keep a copy of the export, and finish what the previous run left", LATE.format(str(paths["lisbon"]))))

    run = controller.play()

    assert run.code != 0
    assert [run.recap(host)["failed"] for host in paths] == [1, 1]
    assert run.output.count("has changed since it was checked") >= 2
    assert {b"Ann;Deactivated" in path.read_bytes() for path in paths.values()} == {True}
    assert tenant.writes() == []
    assert [person["status"] for person in tenant.people()] == ["activated"]
    assert sorted(path.name for path in controller.folder.glob("*last.csv*")) == ["last.csv.source"]


def test_links_and_other_strange_files(controller: Controller, tenant: Simulator, tmp_path: Path) -> None:
    """Each host has one file that is none, and one has an export that is a link, which is followed."""
    fifo, link = tmp_path / "fifo", tmp_path / "link"
    os.mkfifo(fifo)
    precious = tmp_path / "precious"
    precious.write_bytes(b"precious")
    link.symlink_to(precious)
    dangling = tmp_path / "dangling"
    dangling.symlink_to(tmp_path / "nowhere")
    last = str(tmp_path / "{}.csv")
    linked = tmp_path / "linked.csv"
    linked.symlink_to(controller.export)
    (tmp_path / "empty.csv").touch()
    refused = {
        "fifo_as_export": ({"delta_import_src": str(fifo)}, f"src: {fifo} is not a regular file"),
        "empty_export": ({"delta_import_src": str(tmp_path / "empty.csv")}, "the file is empty"),
        "device_as_baseline": ({"delta_import_baseline": "/dev/null"}, "baseline: /dev/null is not a regular file"),
        "fifo_as_baseline": ({"delta_import_baseline": str(fifo)}, f"baseline: {fifo} is not a regular file"),
        "dangling_baseline": ({"delta_import_baseline": str(dangling)}, f"baseline: {dangling} is a symbolic link"),
        "device_for_errors": (
            {"delta_import_errors_dest": "/dev/null", "delta_import_baseline": last.format("device")},
            "errors_dest: /dev/null is not a regular file"),
        "link_for_errors": (
            {"delta_import_errors_dest": str(link), "delta_import_baseline": last.format("link")}, f"errors_dest: {link} is a symbolic link"),
        "folder_for_errors": (
            {"delta_import_errors_dest": str(tmp_path), "delta_import_baseline": last.format("folder")}, f"errors_dest: {tmp_path} is a directory"),
    }
    controller.hosts = {**{host: variables for host, (variables, _text) in refused.items()}, "linked_export": {"delta_import_src": str(linked)}}

    run = controller.play("--forks", "2")

    for host, (_variables, text) in refused.items():
        assert run.recap(host)["failed"] == 1, host
        assert text in run.output, host
    assert run.recap("linked_export")["failed"] == 0
    assert [each["applied_count"] for each in tenant.imports()] == [1]
    assert len(tenant.people()) == 2
    assert precious.read_bytes() == b"precious"
    assert not (tmp_path / "nowhere").exists()
    assert Path("/dev/null").is_char_device()
