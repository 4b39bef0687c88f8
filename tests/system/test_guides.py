# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the guides tell a reader to copy does what they say: inventories, commands, and the jobs for CI."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import typing as t
from pathlib import Path

import yaml

from simulator import Simulator
from support.controller import Controller
from support.documents import EXAMPLES, block, blocks, guide

PEOPLE = (
    "Personnel number;Mail;First name;Last name;Department;Status\n"
    "1;ann@example.com;Ann;Able;Sales;Activated\n2;bob@example.com;Bob;Baker;Sales;Activated\n"
)

#: Stands in for the one of OpenSSH: `sftp ... -i <key> ... <server>:<path> <target>`.
SFTP = """#!/bin/sh
while [ "$1" != -i ]; do shift; done
stat -c %a "$2" > key.mode
cp "$2" key.seen
printf %s "$2" > key.path
for target; do :; done
cp export.csv "$target"
"""


def here(text: str, folder: Path) -> str:
    """Have /srv/hr in the folder of the test."""
    return text.replace("/srv/hr", str(folder))


def shell(controller: Controller, script: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a script as its reader would, with the ansible-playbook of this environment."""
    path = os.pathsep.join([str(controller.folder), str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(
        ["sh", "-eu", "-c", script], cwd=controller.folder, env={**controller.surroundings(), "PATH": path, **more},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=120)


def test_the_first_import_goes_as_its_guide_says(controller: Controller, tenant: Simulator) -> None:
    page = guide("guide_first_import")
    inventory = next(each.text for each in blocks(page) if each.name == "staffbase.yml")
    (controller.folder / "staffbase.yml").write_text(here(inventory, controller.folder), encoding="utf-8")
    controller.export.write_text(PEOPLE, encoding="utf-8")
    check, preview, real = [each.text for each in blocks(page) if each.text.startswith("ansible-playbook")]
    said = next(each.text for each in blocks(page) if "PREVIEW_READY" in each.text)

    run = shell(controller, check)
    assert run.returncode == 0, run.stdout
    assert tenant.writes() == []

    run = shell(controller, preview)
    assert run.returncode == 0, run.stdout
    assert said.partition(" is ")[2].strip() in run.stdout
    assert tenant.people() == []

    run = shell(controller, real)
    assert run.returncode == 0, run.stdout
    assert [(person["external_id"], person["email"]) for person in tenant.people()] == [("1", "ann@example.com"), ("2", "bob@example.com")]

    before = len(tenant.calls())
    run = shell(controller, real)
    assert run.returncode == 0, run.stdout
    assert tenant.calls()[before:] == ["GET /users/imports"]


def test_the_nightly_job_of_the_guide_keeps_a_baseline_and_stops_a_short_export(controller: Controller, tenant: Simulator) -> None:
    page = guide("guide_nightly_job")
    for name in ("group_vars/staffbase.yml", "group_vars/staffbase.yml, with a baseline"):
        controller.variables.update(yaml.safe_load(here(yaml.safe_dump(block(page, name)), controller.folder)))
    for folder in ("last", "refused"):
        (controller.folder / folder).mkdir()
    controller.write(*(f"{number};p{number}@example.com;P;Activated" for number in range(100)))

    first = controller.play()
    assert first.code == 0, first.output
    assert len(tenant.people()) == 100
    assert (controller.folder / "last/berlin.csv").read_bytes() == controller.export.read_bytes()

    writes = tenant.writes()
    controller.write(*(f"{number};p{number}@example.com;P;Activated" for number in range(97)))
    short = controller.play()
    assert short.code != 0
    assert "Too much has changed since" in short.output
    assert tenant.writes() == writes


def expanded(text: str, values: dict[str, str]) -> str:
    """Fill in what GitHub would; a value that nobody has given is a KeyError."""
    return re.sub(r"\$\{\{ ([\w.]+) \}\}", lambda found: values[found[1]], text)


def workflow_script(event: str, values: dict[str, str]) -> tuple[str, dict[str, str]]:
    """Return what the steps of the workflow run after the installation, and their environment."""
    (job,) = yaml.safe_load((EXAMPLES / "ci/github-actions.yml").read_text(encoding="utf-8"))["jobs"].values()
    steps = [step for step in job["steps"] if "run" in step and step["name"] != "Install"]
    is_request = event == "pull_request"
    wanted = {None: True, "github.event_name == 'pull_request'": is_request, "github.event_name != 'pull_request'": not is_request}
    taken = [step for step in steps if wanted[step.get("if")]]
    env = {name: expanded(text, values) for part in [job, *taken] for name, text in part.get("env", {}).items()}
    return "\n".join(step["run"] for step in taken), env


def pipeline_script(job: str) -> tuple[str, dict[str, str]]:
    """Return what a job of the pipeline runs after the installation, and its variables."""
    pipeline = yaml.safe_load((EXAMPLES / "ci/gitlab-ci.yml").read_text(encoding="utf-8"))
    base = pipeline[pipeline[job]["extends"]]
    return "\n".join([*base["before_script"][2:], *pipeline[job]["script"]]), base["variables"]


def test_the_workflow_previews_a_request_and_imports_from_main(controller: Controller, tenant: Simulator) -> None:
    for name in ("staffbase.yml", "fetch-export.sh"):
        source = EXAMPLES / "ci" / name
        (controller.folder / name).write_bytes(source.read_bytes())
        (controller.folder / name).chmod(source.stat().st_mode)
    (controller.folder / "sftp").write_text(SFTP, encoding="utf-8")
    (controller.folder / "sftp").chmod(0o755)
    (controller.folder / "export.csv").write_text(PEOPLE, encoding="utf-8")
    values = {
        "github.workspace": str(controller.folder), "secrets.HR_EXPORT_KEY": "not a real key",
        "secrets.STAFFBASE_API_TOKEN": tenant.token, "vars.STAFFBASE_API_URL": tenant.url,
    }
    outputs = {}
    for event in ("pull_request", "push"):
        script, env = workflow_script(event, values)
        # The collection that is tested is the one that is installed here.
        run = shell(controller, script, **{**env, "ANSIBLE_COLLECTIONS_PATH": os.environ["ANSIBLE_COLLECTIONS_PATH"]})
        assert run.returncode == 0, run.stdout
        outputs[event] = run.stdout
        if event == "pull_request":
            assert tenant.people() == []
            assert tenant.imports() == []

    assert len(tenant.people()) == 2
    assert "created 2" in outputs["pull_request"]
    assert not any(secret in output for secret in (tenant.token, "not a real key") for output in outputs.values())
    assert (controller.folder / "key.mode").read_text(encoding="utf-8").strip() == "600"
    assert (controller.folder / "key.seen").read_text(encoding="utf-8") == "not a real key\n"
    assert not Path((controller.folder / "key.path").read_text(encoding="utf-8")).exists()


def test_the_pipeline_runs_what_the_workflow_runs() -> None:
    anything: t.Any = dict.fromkeys(
        ("github.workspace", "secrets.HR_EXPORT_KEY", "secrets.STAFFBASE_API_TOKEN", "vars.STAFFBASE_API_URL"), "")
    for event, job in (("pull_request", "preview"), ("push", "import")):
        script, env = workflow_script(event, anything)
        assert pipeline_script(job)[0].split() == script.split()
        assert set(pipeline_script(job)[1]) - {"PIP_CACHE_DIR"} == set(env) - {"HR_EXPORT_KEY", "STAFFBASE_API_TOKEN", "STAFFBASE_API_URL"}
