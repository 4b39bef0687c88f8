# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What lies around a run: the documentation, the example inventory, workflows, and what must not be in the output."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from demo.company import branches
from simulator import Simulator
from support.controller import TOKEN, Controller

MODULES = ("staffbase_import_config", "staffbase_import_info", "staffbase_import_state", "staffbase_import_upload", "staffbase_tenant_check")


def collection() -> Path:
    return Path(os.environ["ANSIBLE_COLLECTIONS_PATH"].split(os.pathsep)[0], "ansible_collections/community/staffbase")


def ansible_doc(*arguments: str) -> t.Any:
    command = [str(Path(sys.executable).with_name("ansible-doc")), "--json", *arguments]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


@pytest.mark.cases(2)
@pytest.mark.parametrize("name", MODULES)
def test_ansible_doc_shows_a_complete_page(name: str) -> None:
    page = ansible_doc(f"community.staffbase.{name}")[f"community.staffbase.{name}"]

    assert {"api_url", "api_token", "validate_certs", "ca_path", "timeout", "retries"} <= set(page["doc"]["options"])
    assert set(page["doc"]["attributes"]) >= {"check_mode", "diff_mode", "idempotent", "action_group"}
    assert page["examples"].count("community.staffbase.") >= 2
    assert page["return"]
    for option in page["doc"]["options"].values():
        assert option["description"]


def test_ansible_doc_shows_the_role() -> None:
    page = ansible_doc("-t", "role", "community.staffbase.delta_import")["community.staffbase.delta_import"]

    options = page["entry_points"]["main"]["options"]
    defaults = (collection() / "roles/delta_import/defaults/main.yml").read_text(encoding="utf-8")
    named = {line.split(":")[0] for line in defaults.splitlines() if line.startswith("delta_")}
    assert set(options) == named | {"delta_import_src", "delta_import_mapping"}


def test_no_secret_and_no_cell_in_the_most_talkative_output(controller: Controller, tenant: Simulator) -> None:
    cells = ["zzyzx-4711", "quixote@example.com", "Dulcinea", "rocinante"]
    controller.write("zzyzx-4711;quixote@example.com;Dulcinea;Activated", "rocinante;not rocinante at all;Dulcinea;Activated")
    log = controller.folder / "ansible.log"
    controller.environment["ANSIBLE_LOG_PATH"] = str(log)

    outputs = [controller.play("-vvvv", "--diff").output]
    outputs.append(controller.play("-vvvv", "--diff", delta_import_max_row_errors=0).output)
    controller.environment["STAFFBASE_API_URL"] = "http://127.0.0.1:9"
    outputs.append(controller.play("-vvvv", "--diff", staffbase_retries=0).output)
    outputs.append(log.read_text(encoding="utf-8"))

    assert len(tenant.people()) == 1
    secrets = [TOKEN, *base64.b64decode(TOKEN).decode().split(":")]
    for output in outputs:
        assert [word for word in [*cells, *secrets] if word in output] == []
        assert "Authorization" not in output


def test_the_result_of_the_node_before_does_not_hide_this_one(controller: Controller) -> None:
    run = controller.play(delta_import_result={"state": "PREVIEW_READY", "import_id": "of-the-node-before"})

    assert run.code == 0, run.output
    assert run.result["state"] == "COMPLETED"
    assert "of-the-node-before" not in json.dumps(run.results)


def test_variables_win_over_the_environment(controller: Controller, tenant: Simulator) -> None:
    controller.environment["STAFFBASE_API_URL"] = "http://127.0.0.1:9"
    controller.variables["staffbase_api_url"] = f"{tenant.url}/api/"

    run = controller.play()

    assert run.code == 0, run.output
    assert len(tenant.people()) == 2


def test_the_example_inventory_runs(tmp_path: Path) -> None:
    company = branches(60)
    people = [person for branch in company for person in branch.people]
    with Simulator(token=TOKEN, people=people) as tenant:
        for branch in company:
            branch.first_export()
            branch.write(tmp_path)
        controller = Controller(tmp_path, tenant)
        controller.variables, controller.hosts = {}, {}

        first = controller.play("-i", str(collection() / "playbooks/example_inventory"), staffbase_export_folder=str(tmp_path))

        assert first.code == 0, first.output
        for name in ("berlin", "lisbon"):
            assert first.results[name]["changes"]["created"] == 6, first.output
            assert first.results[name]["row_error_count"] == 0
