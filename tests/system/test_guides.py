# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the guides tell a reader to copy does what they say: inventories, commands, and the jobs for CI."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
import yaml

from simulator import Simulator
from support.controller import Controller
from support.documents import EXAMPLES, ROOT, block, blocks, fenced, guide, rows

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


@pytest.mark.deep
def test_the_nightly_job_of_the_guide_keeps_a_baseline_and_stops_a_short_export(controller: Controller, tenant: Simulator) -> None:
    page = guide("guide_nightly_job")
    for name in ("group_vars/staffbase.yml", "group_vars/staffbase.yml, with a baseline", "group_vars/staffbase.yml, with a report"):
        controller.variables.update(yaml.safe_load(here(yaml.safe_dump(block(page, name)), controller.folder)))
    for folder in ("last", "refused", "reports"):
        (controller.folder / folder).mkdir()
    controller.write(*(f"{number};p{number}@example.com;P;Activated" for number in range(100)))

    first = controller.play()
    assert first.code == 0, first.output
    assert len(tenant.people()) == 100
    assert (controller.folder / "last/berlin.csv").read_bytes() == controller.export.read_bytes()
    assert verdict(controller) == "imported"

    writes = tenant.writes()
    controller.write(*(f"{number};p{number}@example.com;P;Activated" for number in range(97)))
    short = controller.play()
    assert short.code != 0
    assert "Too much has changed since" in short.output
    assert tenant.writes() == writes
    assert verdict(controller) == "stopped"


def test_the_files_of_a_baseline_are_those_of_the_guide(controller: Controller, tenant: Simulator) -> None:
    """Those that stay, and those that are there while a run is under way; all of them are their owner's only."""
    folder = controller.folder / "last"
    folder.mkdir()
    controller.variables["delta_import_baseline"] = str(folder / "berlin.csv")
    stay, under_way = files_of_the_guide()

    assert controller.play().code == 0
    assert {path.name for path in folder.iterdir()} == stay
    controller.write("1;ann2@example.com;Ann;Activated")
    assert controller.play(delta_import_target="previewed").code == 0
    assert {path.name for path in folder.iterdir()} == stay | under_way
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert tenant.writes()


def files_of_the_guide() -> tuple[set[str], set[str]]:
    """Return the names in the first table of the guide, and those in the second."""
    stay, _headline, under_way = guide("guide_baseline").partition("These are there while a run is under way.")
    first, second = ({name for cell, _other in rows(part) for name in cell} for part in (stay, under_way))
    assert first
    assert second
    return first, second


def test_the_list_of_people_is_that_of_the_guide(controller: Controller) -> None:
    page = guide("guide_offboarding")
    (command,) = [each.text for each in blocks(page) if "delta_import_people_dest" in each.text]
    (shown,) = [each.text.strip() for each in blocks(page) if each.text.startswith("identifier;")]
    (controller.folder / "people").mkdir()
    controller.variables.update(
        delta_import_baseline=str(controller.folder / "berlin.csv"), delta_import_protected=["1"], delta_import_leavers="deactivate")
    controller.write("1;ann@example.com;Ann;Activated", "2;bob@example.com;Bob;Activated", "00951;cleo@example.com;Cleo;Activated")
    assert controller.play().code == 0
    controller.write("01380;dan@example.com;Dan;Activated", "2;bob2@example.com;Bob;Activated")

    (option,) = re.findall(r"-e (delta_import_people_dest)=", command)
    run = controller.play("--check", **{option: str(controller.folder / "people/berlin.csv")})
    assert run.code == 0, run.output
    dest = controller.folder / "people/berlin.csv"
    assert dest.read_text(encoding="utf-8").splitlines() == [
        shown.splitlines()[0], "01380;joiner;", "2;mover;mail", "1;protected;", "00951;leaver;"]
    assert stat.S_IMODE(dest.stat().st_mode) == 0o600
    assert not {"01380", "00951"} & set(re.findall(r"\w+", run.output))
    assert {line.split(";")[1] for line in shown.splitlines()[1:]} == {"joiner", "mover", "leaver", "protected", "mover, refused earlier"}


@pytest.mark.deep
def test_what_the_readme_gives_to_paste_runs_one_after_the_other(controller: Controller, tenant: Simulator) -> None:
    folder = controller.folder
    found = [here(each.text, folder).replace("https://intranet.example.com", tenant.url) for each in fenced((ROOT / "README.md").read_text("utf-8"))]

    def having(words: str) -> str:
        return next(text for text in found if words in text)

    def run(script: str) -> None:
        done = shell(controller, script)
        assert done.returncode == 0, done.stdout

    for name in ("last", "refused", "reports", "group_vars"):
        (folder / name).mkdir(exist_ok=True)
    for name, text in {
        "staffbase.yml": having("staffbase:\n  hosts:\n    berlin:"), "people.csv": PEOPLE, "leavers.csv": "Personnel number;Status\n1;Deactivated\n",
        "leavers.yml": having("list of leavers"), "steps.yml": having("Import with the modules"),
    }.items():
        (folder / name).write_text(text, encoding="utf-8")

    run(having("--check --diff"))
    assert sorted(person["external_id"] for person in tenant.people()) == ["1", "2"]
    run(having("check_tenant").replace("/tmp/", f"{folder}/"))
    assert json.loads((folder / "staffbase-check.json").read_text(encoding="utf-8"))
    (folder / "group_vars/staffbase.yml").write_text(having("delta_import_baseline_limits:\n"), encoding="utf-8")
    run(having("-i staffbase.yml\n").splitlines()[-1])
    assert (folder / "last/berlin.csv").read_text(encoding="utf-8") == PEOPLE
    assert sorted(path.suffix for path in (folder / "reports").iterdir()) == [".html", ".json", ".md"]

    run("ansible-playbook leavers.yml")
    assert [person["external_id"] for person in tenant.people()] == ["2"]
    run(f"ansible-playbook steps.yml -e vault_staffbase_api_token={tenant.token}")
    assert sorted(person["external_id"] for person in tenant.people()) == ["1", "2"]


def verdict(controller: Controller) -> str:
    """Return what the report of the guide says for machines; all the files that the guide names are there, and no others."""
    reports = controller.folder / "reports"
    assert sorted(path.name for path in reports.iterdir()) == sorted(
        name for first, _second in rows(guide("guide_nightly_job")) for name in first if name.startswith("berlin."))
    return t.cast("str", json.loads((reports / "berlin.json").read_text(encoding="utf-8"))["verdict"])


def expanded(text: str, values: dict[str, str]) -> str:
    """Fill in what GitHub would; a value that nobody has given is a KeyError."""
    return re.sub(r"\$\{\{ ([\w.]+) \}\}", lambda found: values[found[1]], text)


class Step(t.NamedTuple):
    """A part of a job: a script, its environment, and whether it runs after a failure, too."""

    script: str
    environment: dict[str, str]
    always: bool = False


def of_workflow(event: str, values: dict[str, str]) -> list[Step]:
    """Return what the workflow runs after the installation."""
    (job,) = yaml.safe_load((EXAMPLES / "ci/github-actions.yml").read_text(encoding="utf-8"))["jobs"].values()
    steps = [step for step in job["steps"] if "run" in step and step["name"] != "Install"]
    is_request = event == "pull_request"
    wanted = {
        None: True, "always()": True, "github.event_name == 'pull_request'": is_request, "github.event_name != 'pull_request'": not is_request}
    taken = [(step, {**job["env"], **step.get("env", {})}) for step in steps if wanted[step.get("if")]]
    return [
        Step(step["run"], {name: expanded(text, values) for name, text in env.items()}, always=step.get("if") == "always()")
        for step, env in taken]


def pipeline(job: str) -> dict[str, t.Any]:
    """Return a job of the pipeline with what it extends."""
    found = yaml.safe_load((EXAMPLES / "ci/gitlab-ci.yml").read_text(encoding="utf-8"))
    return {**found[found[job]["extends"]], **found[job]}


def of_pipeline(event: str, values: dict[str, str]) -> list[Step]:
    """Return what the pipeline runs after the installation. The export goes into the folder of the test, not into the /tmp of all."""
    job = pipeline("preview" if event == "pull_request" else "import")
    folder = values["github.workspace"]
    secrets = {name: values[f"secrets.{name}"] for name in ("HR_EXPORT_KEY", "STAFFBASE_API_TOKEN")}
    variables = {name: text.replace("$CI_PROJECT_DIR", folder) for name, text in job["variables"].items()}
    env = {**variables, **secrets, "STAFFBASE_API_URL": values["vars.STAFFBASE_API_URL"], "PEOPLE_CSV": f"{folder}/people.csv"}
    return [Step("\n".join([*job["before_script"][2:], *job["script"]]), env), Step("\n".join(job["after_script"]), env, always=True)]


#: Which job of which CI does the same.
JOBS = {"workflow": of_workflow, "pipeline": of_pipeline}


class Ci:
    """A repository with the examples, and a CI that runs their jobs."""

    def __init__(self, controller: Controller, tenant: Simulator) -> None:
        self.folder = controller.folder
        self._controller = controller
        for name in ("staffbase.yml", "fetch-export.sh"):
            source = EXAMPLES / "ci" / name
            (self.folder / name).write_bytes(source.read_bytes())
            (self.folder / name).chmod(source.stat().st_mode)
        (self.folder / "sftp").write_text(SFTP, encoding="utf-8")
        (self.folder / "sftp").chmod(0o755)
        self.export = self.folder / "export.csv"
        self.export.write_text(PEOPLE, encoding="utf-8")
        self.summary = self.folder / "summary.md"
        self._values = {
            "github.workspace": str(self.folder), "secrets.HR_EXPORT_KEY": "not a real key",
            "secrets.STAFFBASE_API_TOKEN": tenant.token, "vars.STAFFBASE_API_URL": tenant.url,
        }

    def run(self, of_job: t.Callable[[str, dict[str, str]], list[Step]], event: str) -> tuple[bool, list[str]]:
        """Run a job in a clean folder; return whether it went through, and what each step printed."""
        for left in [self.summary, *self.folder.glob("report.*")]:
            left.unlink(missing_ok=True)
        good, outputs = True, []
        for step in of_job(event, self._values):
            if good or step.always:
                # The collection that is tested is the one that is installed here.
                given = {"ANSIBLE_COLLECTIONS_PATH": os.environ["ANSIBLE_COLLECTIONS_PATH"], "GITHUB_STEP_SUMMARY": str(self.summary)}
                done = shell(self._controller, step.script, **{**step.environment, **given})
                outputs.append(done.stdout)
                assert done.returncode == 0 or not step.always, done.stdout
                good = good and done.returncode == 0
        return good, outputs

    def shown(self, outputs: list[str]) -> str:
        """Return what a job shows of its report: on its page, or at the end of its log."""
        return self.summary.read_text(encoding="utf-8") if self.summary.exists() else outputs[-1]


@pytest.fixture
def ci(controller: Controller, tenant: Simulator) -> Ci:
    return Ci(controller, tenant)


def test_the_workflow_previews_a_request_and_imports_from_main(ci: Ci, tenant: Simulator) -> None:
    said = {}
    for event, headline in (("pull_request", "Previewed"), ("push", "Imported")):
        good, outputs = ci.run(of_workflow, event)
        assert good, outputs
        said[event] = "".join(outputs)
        assert headline in ci.summary.read_text(encoding="utf-8").splitlines()[0]
        assert [word for word in ("ann@", "Able", "Baker", tenant.token) if word in ci.summary.read_text(encoding="utf-8")] == []
        if event == "pull_request":
            assert tenant.people() == []
            assert tenant.imports() == []

    assert len(tenant.people()) == 2
    assert "created 2" in said["pull_request"]
    assert not any(secret in output for secret in (tenant.token, "not a real key") for output in said.values())
    assert (ci.folder / "key.mode").read_text(encoding="utf-8").strip() == "600"
    assert (ci.folder / "key.seen").read_text(encoding="utf-8") == "not a real key\n"
    assert not Path((ci.folder / "key.path").read_text(encoding="utf-8")).exists()


@pytest.mark.parametrize("name", JOBS)
def test_a_job_that_failed_shows_why_on_its_page(ci: Ci, tenant: Simulator, name: str) -> None:
    ci.export.write_text(PEOPLE + PEOPLE.splitlines()[1] + "\n", encoding="utf-8")

    good, outputs = ci.run(JOBS[name], "push")

    assert not good
    assert tenant.people() == []
    shown = ci.shown(outputs)
    assert "Stopped: the export is broken" in shown
    assert "Nobody was changed" in shown
    assert "### What to do next" in shown
    assert [word for word in ("ann@", "Able", "Baker", tenant.token) if word in shown] == []


@pytest.mark.parametrize("name", JOBS)
def test_a_job_without_an_export_shows_nothing_and_fails(ci: Ci, tenant: Simulator, name: str) -> None:
    ci.export.unlink()

    good, outputs = ci.run(JOBS[name], "push")

    assert not good
    assert tenant.calls() == []
    assert ci.shown(outputs) == ""


def test_the_pipeline_keeps_the_page_of_the_report_and_nothing_else(ci: Ci, tenant: Simulator) -> None:
    good, outputs = ci.run(of_pipeline, "push")

    assert good, outputs
    assert len(tenant.people()) == 2
    assert outputs[-1] == (ci.folder / "report.md").read_text(encoding="utf-8")
    for job in ("preview", "import"):
        kept = pipeline(job)["artifacts"]
        assert (kept["when"], kept["paths"]) == ("always", ["report.html"])
        assert re.fullmatch(r"[1-7] days|1 week", kept["expire_in"])
    page = (ci.folder / "report.html").read_text(encoding="utf-8")
    assert "Imported" in page
    assert [word for word in ("ann@", "Able", "Baker", tenant.token) if word in page] == []
    assert not (ci.folder / "people.csv").exists()


def test_the_pipeline_runs_what_the_workflow_runs() -> None:
    anything = dict.fromkeys(
        ("github.workspace", "secrets.HR_EXPORT_KEY", "secrets.STAFFBASE_API_TOKEN", "vars.STAFFBASE_API_URL"), "")
    for event in ("pull_request", "push"):
        workflow, pipelined = of_workflow(event, anything), of_pipeline(event, anything)
        assert pipelined[0].script.split() == " ".join(step.script for step in workflow if not step.always).split()
        assert set(pipelined[0].environment) - {"PIP_CACHE_DIR"} == {name for step in workflow for name in step.environment}
