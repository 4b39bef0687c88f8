# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inside Ansible's worker, the keywords of a task do what they do for any other module."""

from __future__ import annotations

import json
import re
import typing as t
from pathlib import Path

import pytest

from simulator import Simulator
from support.api_calls import IMPORT
from support.controller import TOKEN, Controller

MODULES = "community.staffbase.staffbase"
STATE = f"{MODULES}_import_state"

#: A task keeps what it returned under its name, and the play goes on whatever that was.
GOES_ON = {"ignore_errors": True}

Task = dict[str, t.Any]


@pytest.fixture
def slow(tmp_path: Path) -> t.Iterator[Controller]:
    """A controller whose tenant takes its time."""
    with Simulator(token=TOKEN, preview_seconds=1, import_seconds=5) as tenant:
        made = Controller(tmp_path, tenant)
        made.write("1;ann@example.com;Ann;Activated", "2;bob@example.com;Bob;Activated")
        yield made


def play(controller: Controller, *tasks: Task) -> tuple[dict[str, t.Any], dict[str, str]]:
    """Run the tasks, talkative as can be, and return what each has returned and what was printed while it ran, by name."""
    told = controller.folder / "told.json"
    names = [task["name"] for task in tasks]
    kept = ", ".join(f"'{name}': {name}" for name in names)
    keep = {"ansible.builtin.copy": {"content": f"{{{{ {{{kept}}} | to_json }}}}", "dest": str(told)}, "name": "keep", "no_log": True}
    playbook = controller.folder / "play.yml"
    registered = [{**task, "register": task["name"]} for task in tasks]
    playbook.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": [*registered, keep]}]), encoding="utf-8")
    run = controller.play("-vvvv", "--diff", playbook=str(playbook))
    assert run.code == 0, run.output
    parts = re.split(r"^TASK \[(\w+)\].*$", run.output, flags=re.MULTILINE)
    return json.loads(told.read_text(encoding="utf-8")), dict(zip(parts[1::2], parts[2::2], strict=True))


def draft() -> list[Task]:
    """Return the tasks that make a draft of the export, and the arguments of an import of it."""
    return [
        {"name": "uploaded", f"{MODULES}_import_upload": {"src": "{{ delta_import_src }}"}},
        {"name": "configured", f"{MODULES}_import_config": {"import_id": "{{ uploaded.import_id }}", "mapping": "{{ delta_import_mapping }}"}},
    ]


def test_with_no_log_nothing_of_a_task_is_shown(slow: Controller) -> None:
    """Neither how far the import is, nor a warning, nor a difference."""
    task = {STATE: {"import_id": "{{ uploaded.import_id }}", "state": "previewed", "validate_certs": False, "wait_interval": 0.2}}
    again = {STATE: {**task[STATE], "state": "imported"}}

    results, printed = play(slow, *draft(), {"name": "hidden", **task, "no_log": True}, {"name": "shown", **again})

    assert "the output has been hidden" in printed["hidden"]
    for text in ("[berlin] import", "WARNING", "PREVIEW", results["uploaded"]["import_id"]):
        assert text not in printed["hidden"]
        assert text in printed["shown"]
    assert ["validate_certs" in str(results[name].get("warnings")) for name in ("hidden", "shown")] == [False, True]
    assert "modules/staffbase_" not in printed["hidden"] + printed["shown"], "both ran inside the worker"


def test_a_time_out_is_that_of_any_other_module_and_a_rerun_goes_on(slow: Controller) -> None:
    """Both runs are in one process: what the first one had, the lock too, it has given back."""
    begin = {"name": "begun", f"{MODULES}_csv_baseline": {
        "baseline": str(slow.folder / "last.csv"), "state": "begun", "src": "{{ delta_import_src }}", "source": "berlin"}}
    bring = {"name": "brought", **GOES_ON, "loop": [2, 0], "timeout": "{{ item }}", STATE: {
        "import_id": "{{ uploaded.import_id }}", "state": "imported", "lock": "{{ begun.lock }}", "wait_interval": 0.2, "wait_timeout": 30}}
    other = {"name": "other", **GOES_ON, "timeout": 2, "ansible.builtin.command": "sleep 9"}

    results, printed = play(slow, begin, *draft(), bring, other)

    timed_out, rerun = results["brought"]["results"]
    assert timed_out["failed"]
    assert timed_out["msg"] == results["other"]["msg"].replace("ansible.builtin.command", STATE)
    assert ("timedout" in timed_out) is ("timedout" in results["other"])
    assert "failure" not in timed_out
    assert (rerun["failed"], rerun["state"]) == (False, "COMPLETED")
    assert slow.tenant.calls().count(IMPORT) == 1
    assert "modules/staffbase_" not in printed["brought"], "both ran inside the worker"
