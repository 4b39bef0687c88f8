# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module inside Ansible's worker does and says what it does and says in a process of its own, and writes its options nowhere."""

from __future__ import annotations

import json
import os
import re
import shutil
import typing as t
from pathlib import Path

import pytest

from simulator import Simulator
from support.controller import TOKEN, Controller

UPLOAD = "community.staffbase.staffbase_import_upload"
INFO = "community.staffbase.staffbase_import_info"
CHECK = "community.staffbase.staffbase_csv_info"
OWN_PROCESS = {"staffbase_in_worker": False}

#: What is not alike, or what Ansible adds to one of them.
UNLIKE = {"output", "invocation", "exception", "failed_when_result", "elapsed"}

Task = dict[str, t.Any]


def play(controller: Controller, task: Task, *options: str, **variables: t.Any) -> Task:
    """Run the task and return its result, with all that was printed as `output`."""
    return play_each(controller, [task], *options, **variables)[0]


def play_each(controller: Controller, tasks: list[Task], *options: str, **variables: t.Any) -> list[Task]:
    """Run the tasks one after the other and return their results, each with its part of what was printed; nothing of that is left out."""
    told = controller.folder / "seen.json"
    names = [f"seen_{number}" for number in range(len(tasks))]
    keep = {"ansible.builtin.copy": {"content": f"{{{{ [{', '.join(names)}] | to_json }}}}", "dest": str(told)}, "check_mode": False, "no_log": True}
    playbook = controller.folder / "play.yml"
    named = [{**task, "name": name, "register": name, "ignore_errors": True} for name, task in zip(names, tasks, strict=True)]
    playbook.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": [*named, keep]}]), encoding="utf-8")
    run = controller.play(*options, playbook=str(playbook), **variables)
    assert run.code == 0, run.output
    parts = re.split(r"^(?=TASK \[seen_[1-9]\d*\])", run.output, flags=re.MULTILINE)
    return [{**seen, "output": part} for seen, part in zip(json.loads(told.read_text(encoding="utf-8")), parts, strict=True)]


GOOD: dict[str, Task] = {
    "a file is checked": {CHECK: {"src": "{{ delta_import_src }}", "mapping": "{{ delta_import_mapping }}"}},
    "an upload is predicted": {UPLOAD: {"src": "{{ delta_import_src }}"}, "check_mode": True},
    "imports are read": {INFO: {"states": ["DRAFT"], "gather": "config"}},
    "somebody is warned": {INFO: {"validate_certs": False}},
}
FAILING: dict[str, Task] = {
    "the service": {INFO: {"import_id": "absent"}},
    "an option that cannot be": {INFO: {"limit": 0}},
}
WORDED_BY_ANSIBLE: dict[str, tuple[Task, str]] = {
    "an option of a wrong type": ({INFO: {"limit": "few"}}, "limit"),
    "an option that nobody knows": ({INFO: {"colour": "red"}}, "colour"),
    "options that exclude each other": ({INFO: {"import_id": "a", "limit": 1}}, "import_id|limit"),
    "a missing option": ({UPLOAD: {"content": "id\n1\n"}}, "file_name"),
}


@pytest.mark.cases(1)
@pytest.mark.parametrize("task", [*GOOD.values(), *FAILING.values()], ids=[*GOOD, *FAILING])
def test_both_ways_end_alike_and_send_the_same(controller: Controller, tenant: Simulator, task: Task) -> None:
    tenant.upload(b"id\n1\n", "people.csv")
    seen, calls = [], []
    for variables in ({}, OWN_PROCESS):
        tenant.forget_requests()
        result = play(controller, task, **variables)
        calls.append(tenant.calls())
        seen.append({name: value for name, value in result.items() if name not in UNLIKE})

    assert seen[0] == seen[1]
    assert calls[0] == calls[1]


@pytest.mark.cases(1)
@pytest.mark.parametrize(("task", "named"), WORDED_BY_ANSIBLE.values(), ids=WORDED_BY_ANSIBLE)
def test_both_ways_refuse_what_the_options_do_not_allow(controller: Controller, tenant: Simulator, task: Task, named: str) -> None:
    for variables in ({}, OWN_PROCESS):
        result = play(controller, task, **variables)
        assert result["failed"]
        assert named in result["msg"]
    assert tenant.calls() == []


def are_inside(controller: Controller, *tasks: Task, **variables: t.Any) -> list[bool]:
    """Tell of each task whether its module was not transferred; Ansible says so when it is."""
    return ["modules/staffbase_" not in seen["output"] for seen in play_each(controller, list(tasks), "-vvv", **variables)]


def test_it_runs_inside_unless_something_wants_a_process_of_its_own(controller: Controller) -> None:
    task: Task = GOOD["a file is checked"]
    others = ({"environment": {"LANG": "C"}}, {"async": 30, "poll": 1}, {"vars": OWN_PROCESS})
    assert are_inside(controller, task, *({**task, **other} for other in others)) == [True, False, False, False]


@pytest.mark.skipif(os.geteuid() != 0, reason="becoming another user without a password needs root")
@pytest.mark.skipif(shutil.which("su") is None, reason="su is not installed")
def test_who_becomes_somebody_else_gets_a_process_of_that_user(controller: Controller, tmp_path: Path) -> None:
    task = {**GOOD["a file is checked"], "become": True, "become_method": "ansible.builtin.su"}
    assert are_inside(controller, task, ansible_become_user="root") == [False]


@pytest.mark.cases(1)
@pytest.mark.parametrize("pipelined", [True, False], ids=["as it is", "without the guard"])
def test_the_token_is_not_written_to_the_target_either(controller: Controller, tenant: Simulator, pipelined: bool) -> None:
    """A file with the module's options stays only if whoever runs it says that he does without pipelining."""
    output = play(controller, GOOD["imports are read"], "-vvvv", **OWN_PROCESS, **({} if pipelined else {"staffbase_pipelining": False}))["output"]

    assert ("AnsiballZ_staffbase_import_info.py" in output) is not pipelined


def test_options_of_templates_vaults_and_module_defaults_arrive(controller: Controller, tenant: Simulator) -> None:
    del controller.environment["STAFFBASE_API_TOKEN"]
    controller.variables["parts"] = [TOKEN[:10], TOKEN[10:]]
    defaults = {"group/community.staffbase.staffbase": {"api_token": "{{ parts | join('') }}", "timeout": "{{ '9' }}"}}

    result = play(controller, {INFO: {"created_after": "{{ '2026-01-01' }}"}, "module_defaults": defaults})

    assert result["imports"] == []
    assert tenant.requests[0].status == 200


def test_secret_options_are_not_shown_at_any_verbosity(controller: Controller) -> None:
    secret = "id\nzzyzx-4711\n"
    wrong = {"content": secret, "file_name": TOKEN, "force": "perhaps"}
    tasks: list[Task] = [{UPLOAD: {"content": secret, "file_name": "people.csv"}}, {UPLOAD: wrong}]
    results = play_each(controller, [{**task, "vars": where} for task in tasks for where in ({}, OWN_PROCESS)], "-vvvv", "--diff")
    assert [result.get("failed", False) for result in results] == [False, False, True, True]
    for result in results:
        assert "zzyzx" not in result["output"]
        assert TOKEN not in result["output"]


#: Words that nothing else prints, and addresses that hold them. Each is refused.
WORDS = ("zzyzx4711", "qwxk8822")
ADDRESSES = [
    "https://zzyzx4711:qwxk8822@intranet.example.com/api", "https://intranet.example.com/?token=zzyzx4711#qwxk8822",
    "zzyzx4711:qwxk8822@intranet.example.com", "https://zzyzx4711:qwxk8822%40intranet.example.com",
]


def test_a_secret_in_the_address_is_not_shown_at_any_verbosity(controller: Controller, tenant: Simulator) -> None:
    del controller.environment["STAFFBASE_API_URL"]
    controller.environment["ANSIBLE_INJECT_INVOCATION"] = "true"
    controller.variables["addresses"] = ADDRESSES
    tasks: list[Task] = [{options: arguments} for options, arguments in (
        (INFO, {}), (UPLOAD, {"content": "id\n1\n", "file_name": "people.csv"}), (INFO, {"limit": "few"}), (INFO, {"colour": "red"}))]
    given = [{name: {**arguments, "api_url": f"{{{{ addresses[{number}] }}}}"} for name, arguments in task.items()}
             for number in range(len(ADDRESSES)) for task in (tasks if number < 1 else tasks[:1])]

    results = play_each(controller, [{**task, "vars": where} for task in given for where in ({}, OWN_PROCESS)], "-vvvv", "--diff")

    assert {result["failed"] for result in results} == {True}
    assert sum("must not hold a user name or a password" in result["msg"] for result in results) == 4
    assert sum("must not hold a query or a fragment" in result["msg"] for result in results) == 2
    assert sum('"api_url": "https://intranet.example.com/api"' in result["output"] for result in results) == 6
    for result in results:
        assert not any(word in json.dumps(result) for word in WORDS)
    assert tenant.calls() == []


def test_a_secret_in_the_address_of_the_environment_is_not_shown_either(controller: Controller) -> None:
    controller.environment.update(STAFFBASE_API_URL=ADDRESSES[0], ANSIBLE_INJECT_INVOCATION="true")
    tasks: list[Task] = [{INFO: {}}, {INFO: {"colour": "red"}}]
    results = play_each(controller, [{**task, "vars": where} for task in tasks for where in ({}, OWN_PROCESS)], "-vvvv")
    assert {result["failed"] for result in results} == {True}
    for result in results:
        assert not any(word in json.dumps(result) for word in WORDS)


def test_a_header_cell_cannot_be_a_template_or_move_the_cursor(controller: Controller) -> None:
    controller.write("1;a;b;c", header="id;{{ 6 * 7 }};{% raw %};\u009b31mred\u202e\n")

    result = play(controller, {CHECK: {"src": "{{ delta_import_src }}"}}, "-v")

    assert result["header"] == ["id", "{{ 6 * 7 }}", "{% raw %}", "?31mred?"]
    assert not {"\x1b", "\x9b", "\u202e"} & set(result["output"])
