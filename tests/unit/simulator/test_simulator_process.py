# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line in a process of its own, and the control plane."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from simulator import Fault, RemoteSimulator
from simulator.cli import parser
from simulator.faults import KINDS
from simulator.switches import choices

TESTS = Path(__file__).parents[2]


def run(*arguments: str) -> subprocess.Popen[str]:
    """The command in a clean environment."""
    return subprocess.Popen(
        [sys.executable, "-m", "simulator", *arguments],
        env={"PYTHONPATH": str(TESTS), "PATH": os.environ.get("PATH", "")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """A running process: its first line."""
    place = tmp_path_factory.mktemp("ready") / "ready.json"
    fault = json.dumps({"kind": "status:503", "method": "DELETE"})
    options = ["--company", "20", "--switch", "location=id_only", "--fault", fault, "--ready-file", str(place)]
    with run(*options) as process:
        assert process.stdout is not None
        line = json.loads(process.stdout.readline())
        yield {**line, "file": place}
        process.terminate()
        assert process.wait(10) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_ready_file(ready: dict[str, Any]) -> None:
    assert json.loads(ready["file"].read_text())["url"] == ready["url"]
    assert ready["file"].stat().st_mode & 0o777 == 0o600


def test_asking_and_steering(ready: dict[str, Any]) -> None:
    remote = RemoteSimulator(ready["url"], ready["token"])
    remote.forget_requests()
    assert len(remote.people()) == 20
    import_id = remote.upload(b"externalId;firstName\nP000001;Oda\nnew;Ama\n", "other.csv")
    assert remote.uploaded_bytes(import_id).startswith(b"externalId")
    remote.set_state(import_id, "PREVIEW_READY")
    assert remote.import_(import_id)["expected"]["created"] == 1
    remote.schedule(Fault("status:500", method="GET"))
    with requests.Session() as session:
        session.trust_env = False
        session.headers["Authorization"] = f"Basic {ready['token']}"
        root = f"{ready['url']}/api/users/imports"
        codes = [session.get(root, timeout=5).status_code for _call in range(2)]
        codes.append(session.delete(f"{root}/{import_id}", timeout=5).status_code)
        codes.append(session.patch(f"{root}/{import_id}", json={"state": "IMPORT_PENDING"}, timeout=5).status_code)
    assert codes == [500, 200, 503, 204]
    assert remote.calls()[2:] == ["DELETE /users/imports/{id}", "PATCH /users/imports/{id} IMPORT_PENDING"]
    assert remote.writes() == remote.calls()[2:]
    assert [record.status for record in remote.requests] == codes
    assert [entry["applied_count"] for entry in remote.imports()] == [1]
    assert remote.deleted_people() == []
    remote.set_switches(refused_transition=422)
    remote.advance(31 * 24 * 3600)
    assert remote.imports() == []
    assert len(remote.imports(gone=True)) == 1
    with pytest.raises(ValueError, match="colour"):
        remote.set_switches(colour="red")
    with pytest.raises(ValueError, match="boom"):
        remote._json("POST", "faults", {"kind": "boom"})


def test_help_explains_everything() -> None:
    text = parser().format_help()
    missing = [name for name in (*choices(), *KINDS) if name not in text]
    assert not missing


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (["--switch", "colour=red"], "colour"),
        (["--fault", '{"kind": "boom"}'], "boom"),
        (["--people", "/nowhere.json"], "nowhere"),
    ],
)
def test_bad_options(option: list[str], message: str) -> None:
    with run(*option) as process:
        _output, errors = process.communicate(timeout=20)
    assert process.returncode == 2
    assert message in errors
