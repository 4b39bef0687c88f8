# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The jobs of the AWX guide, run by ansible-runner as AWX does it."""

from __future__ import annotations

import base64
import os
import pwd
import re
import shutil
import tempfile
import typing as t
from pathlib import Path

import pytest

from simulator import Simulator
from support.controller import TOKEN
from support.job import READS_ALL, STRANGER, Done, Project, way_to_run

HEADER = "Personnel number;Mail;First name;Status\n"
CELLS = ("zzyzx-4711", "quixote@example.com", "Dulcinea", "rocinante")
PROGRESS = re.compile(r"\[(?P<host>\w+)\] import \w+: (?P<state>[A-Z_]+) after (?P<seconds>[0-9]+) s, [0-9]+ records(, preview: [a-z0-9, ]+)?")
SECRETS = (TOKEN, *base64.b64decode(TOKEN).decode().split(":"))


@pytest.fixture(scope="module")
def way() -> list[str]:
    """What gives a job a terminal."""
    found = way_to_run()
    if found is None:
        pytest.skip("ansible-runner needs a terminal, and this machine has none to give")
    return found


@pytest.fixture(scope="module")
def way_of_a_stranger() -> list[str]:
    """The same, as a user whom nobody knows."""
    found = way_to_run("setpriv", *STRANGER, *READS_ALL, "--")
    if found is None:
        pytest.skip("becoming another user needs root and setpriv")
    return found


@pytest.fixture
def project(tenant: Simulator) -> t.Iterator[Project]:
    """The guide's project, below a folder that everybody may enter."""
    folder = Path(tempfile.mkdtemp(prefix="staffbase-job-"))
    folder.chmod(0o755)
    collection = Path(os.environ["ANSIBLE_COLLECTIONS_PATH"].split(os.pathsep)[0], "ansible_collections/community/staffbase")
    guide = collection / "docs/docsite/rst/guide_awx.rst"
    # Empty is what the credential type makes of what was left out.
    made = Project(folder, guide, {
        "STAFFBASE_API_URL": tenant.url, "STAFFBASE_API_TOKEN": tenant.token, "STAFFBASE_VALIDATE_CERTS": "True", "STAFFBASE_CA_PATH": ""})
    write(made, "berlin", f"{CELLS[0]};{CELLS[1]};{CELLS[2]};Activated", f"{CELLS[3]};not {CELLS[3]} at all;{CELLS[2]};Activated")
    write(made, "lisbon", "1;ann@example.com;Ann;Activated")
    yield made
    for path in folder.rglob("*"):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)
    shutil.rmtree(folder)


def write(project: Project, name: str, *rows: str) -> None:
    path = project.folder / f"hr/{name}.csv"
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")


def no_secret_in(done: Done) -> None:
    assert "task path" in done.written["stdout"]
    assert [(name, word) for name, text in done.written.items() for word in (*SECRETS, *CELLS) if word in text] == []


def moves(done: Done) -> dict[str, list[tuple[str, int]]]:
    """Return by host each state that was told while an import was waited for, and after how many seconds.

    Each is an event of its own, and a line of its own in what the terminal shows.
    """
    told = [event["stdout"] for event in done.events if "] import " in event["stdout"]]
    assert told == [line for line in done.written["stdout"].splitlines() if "] import " in line]
    states: dict[str, list[tuple[str, int]]] = {}
    for text in told:
        found = PROGRESS.fullmatch(text)
        assert found, text
        states.setdefault(found["host"], []).append((found["state"], int(found["seconds"])))
    return states


def test_a_preview_hands_on_what_the_import_may_import(project: Project, way: list[str], tenant: Simulator) -> None:
    tenant.world.preview_seconds = tenant.world.import_seconds = 1.5
    preview = project.run(way, delta_import_target="previewed")
    assert (preview.code, preview.status) == (0, "successful"), preview.written
    assert tenant.people() == []
    handed_on = preview.artifacts["delta_import_results"]
    assert {name: (result["state"], result["changes"]["created"]) for name, result in handed_on.items()} == {
        "berlin": ("PREVIEW_READY", 1), "lisbon": ("PREVIEW_READY", 1)}
    assert {host: (told[0], told[-1][0]) for host, told in moves(preview).items()} == dict.fromkeys(handed_on, (("DRAFT", 0), "PREVIEW_READY"))
    assert all(told[-1][1] >= 1 for told in moves(preview).values())
    no_secret_in(preview)

    rehearsed = project.run(way, "--check")
    assert (rehearsed.code, moves(rehearsed)) == (0, {})

    # What a workflow gives to the next job. One export has changed meanwhile.
    write(project, "lisbon", "1;ann@example.com;Ann;Activated", "2;bob@example.com;Bob;Activated")
    approved = {**preview.artifacts, "delta_import_target": "imported", "delta_import_approved_only": True}
    done = project.run(way, **approved)

    assert (done.code, done.status) == (2, "failed")
    assert "the export has changed since its preview" in done.messages()
    assert done.artifacts["delta_import_results"]["berlin"]["import_id"] == handed_on["berlin"]["import_id"]
    assert {person["external_id"] for person in tenant.people()} == {CELLS[0]}
    refused = [event["event_data"]["host"] for event in done.events if event["event"] == "runner_on_failed"]
    assert refused == ["lisbon"]
    assert [(host, told[-1][0], told[-1][1] >= 1) for host, told in moves(done).items()] == [("berlin", "COMPLETED", True)]
    assert "IMPORTING" in dict(moves(done)["berlin"])
    no_secret_in(done)


def test_a_job_runs_without_a_home_and_leaves_its_project_alone(project: Project, way: list[str], tenant: Simulator) -> None:
    before = {path: path.stat().st_mtime_ns for path in project.files.rglob("*")}

    done = project.run(way, home="/nonexistent", delta_import_hosts="berlin")

    assert (done.code, done.status) == (0, "successful"), done.written["stdout"]
    assert {person["external_id"] for person in tenant.people()} == {CELLS[0]}
    assert done.artifacts["delta_import_result"]["row_error_count"] == 1
    assert {path: path.stat().st_mtime_ns for path in project.files.rglob("*")} == before
    no_secret_in(done)


def test_a_job_runs_as_a_user_whom_nobody_knows(project: Project, way_of_a_stranger: list[str], tenant: Simulator) -> None:
    (project.folder / "hr/last").chmod(0o777)
    with pytest.raises(KeyError):
        pwd.getpwuid(4711)

    done = project.run(way_of_a_stranger, delta_import_hosts="berlin")

    assert (done.code, done.status) == (0, "successful"), done.written["stdout"]
    assert {person["external_id"] for person in tenant.people()} == {CELLS[0]}
    assert (project.folder / "hr/last/berlin.csv").stat().st_uid == 4711
    no_secret_in(done)
