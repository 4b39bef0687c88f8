# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWX gets besides the playbook awx: the execution environment and the pattern."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
import yaml

from simulator import Simulator
from support.controller import Controller

COLLECTION = Path(os.environ["ANSIBLE_COLLECTIONS_PATH"].split(os.pathsep)[0], "ansible_collections/community/staffbase")
PATTERN = COLLECTION / "extensions/patterns/delta_import"

#: What the format asks for, and the longest names that it takes.
LONGEST = {"name": 64, "title": 64}
QUESTION = {"type", "question_name", "question_description", "variable", "required"}


def ansible_builder(*arguments: str) -> str:
    command = [str(Path(sys.executable).with_name("ansible-builder")), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def definition() -> dict[str, t.Any]:
    return yaml.safe_load((COLLECTION / "execution-environment.yml").read_text(encoding="utf-8"))


def test_the_context_of_the_execution_environment_holds_what_was_chosen(tmp_path: Path) -> None:
    ansible_builder("create", "-f", str(COLLECTION / "execution-environment.yml"), "-c", str(tmp_path), "--output-filename", "Containerfile")

    steps = (tmp_path / "Containerfile").read_text(encoding="utf-8")
    assert f'ARG EE_BASE_IMAGE="{definition()["images"]["base_image"]["name"]}"' in steps
    assert "ansible-core~=" in steps
    assert "ansible-runner~=" in steps
    galaxy = yaml.safe_load((tmp_path / "_build/requirements.yml").read_text(encoding="utf-8"))
    version = json.loads((COLLECTION / "MANIFEST.json").read_text(encoding="utf-8"))["collection_info"]["version"]
    assert galaxy == {"collections": [{"name": "community.staffbase", "version": version}]}
    # Nothing that another day could be something else: each image and each tool has a version.
    assert ":latest" not in steps
    images = [line.split("=", 1)[1].strip('"') for line in steps.splitlines() if line.startswith("ARG EE_BASE_IMAGE=")]
    assert images
    assert all(":" in image.rsplit("/", 1)[1] for image in images)


def test_the_execution_environment_gets_what_the_modules_need() -> None:
    found = yaml.safe_load(ansible_builder("introspect", str(COLLECTION.parents[2])))

    wanted = [line for line in (COLLECTION / "requirements.txt").read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    ours = [line.split("#")[0].strip() for line in found["python"] if "community.staffbase" in line]
    assert ours == wanted
    assert any(line.startswith("requests") for line in ours)


def test_the_pattern_is_complete() -> None:
    pattern = json.loads((PATTERN / "meta/pattern.json").read_text(encoding="utf-8"))

    assert {"schema_version", "description", "short_description", "tags"} <= set(pattern)
    assert all(0 < len(pattern[name]) <= longest for name, longest in LONGEST.items())
    assert pattern["name"] == PATTERN.name
    assert (PATTERN / "README.md").is_file()
    resources = pattern["aap_resources"]
    templates = resources["controller_job_templates"]
    assert [template.get("primary", False) for template in templates] == [True, False]
    assert {label for template in templates for label in template["labels"]} == set(resources["controller_labels"])
    assert {template["playbook"] for template in templates} == {path.name for path in (PATTERN / "playbooks").iterdir()}
    specs = yaml.safe_load((COLLECTION / "roles/delta_import/meta/argument_specs.yml").read_text(encoding="utf-8"))
    options = specs["argument_specs"]["main"]["options"]
    for template in templates:
        for question in template["survey"]["spec"]:
            assert set(question) >= QUESTION
            assert isinstance(question.get("default", ""), str)
            assert question["variable"] in {*options, "delta_import_hosts"}
            assert question["type"] != "multiplechoice" or question["choices"]


def test_no_question_of_the_pattern_keeps_a_schedule_from_being_made() -> None:
    """A controller refuses a schedule of what has a required question, default or not."""
    templates = json.loads((PATTERN / "meta/pattern.json").read_text(encoding="utf-8"))["aap_resources"]["controller_job_templates"]
    questions = {(template["name"], question["variable"]): question for template in templates for question in template["survey"]["spec"]}
    assert [name for name, question in questions.items() if question["required"] is not False] == []
    # What counts when nobody is asked.
    assert questions["Staffbase import", "delta_import_hosts"]["default"] == "staffbase"
    assert questions["Staffbase import", "delta_import_approved_only"]["default"] == "true"


def test_an_answer_that_was_taken_away_imports_nothing_that_was_not_approved(controller: Controller, tenant: Simulator) -> None:
    done = controller.play(playbook=str(PATTERN / "playbooks/import.yml"), delta_import_approved_only="")
    assert done.code != 0
    assert tenant.people() == []

    done = controller.play(playbook=str(PATTERN / "playbooks/import.yml"), delta_import_hosts="")
    assert done.code != 0
    assert "so nothing was done" in done.output
    assert tenant.people() == []


@pytest.mark.cases(1)
@pytest.mark.parametrize("approved_only", ["true", "false"])
def test_the_playbooks_of_the_pattern_preview_and_import(controller: Controller, tenant: Simulator, approved_only: str) -> None:
    preview = controller.play(playbook=str(PATTERN / "playbooks/preview.yml"))
    assert preview.code == 0, preview.output
    assert tenant.people() == []

    results = {"delta_import_results": preview.results} if approved_only == "true" else {}
    done = controller.play(playbook=str(PATTERN / "playbooks/import.yml"), delta_import_approved_only=approved_only, **results)

    assert done.code == 0, done.output
    assert len(tenant.people()) == 2
