# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook awx against a small AWX, by the modules of awx.awx."""

from __future__ import annotations

import base64
import json
import os
import typing as t
from pathlib import Path

import pytest

from awx_api import AwxApi
from awx_api.rules import rendered
from guards.altered import altered_copy
from guards.places import Change
from simulator import Simulator
from support.controller import TOKEN, Controller, Run

PLAYBOOK = "community.staffbase.awx"
CONTROLLER_TOKEN = "zq7controller0token0of0the0tests"
NAMES = {"preview": "Staffbase preview", "import": "Staffbase import", "workflow": "Staffbase nightly import"}

HAS_AWX = any(Path(path, "ansible_collections/awx/awx").is_dir() for path in os.environ["ANSIBLE_COLLECTIONS_PATH"].split(os.pathsep))
needs_awx = pytest.mark.skipif(not HAS_AWX, reason="ANSIBLE_COLLECTIONS_PATH holds no awx.awx; `make test` brings it")


class Awx:
    """An AWX, and a controller that sets it up."""

    def __init__(self, controller: Controller, api: AwxApi) -> None:
        self.api = api
        self._controller = controller
        self.variables: dict[str, t.Any] = {
            "awx_staffbase_api_url": "https://intranet.example.com", "awx_staffbase_api_token": TOKEN,
            "awx_project_scm_url": "https://git.example.com/hr.git", "awx_schedule_timezone": "Europe/Berlin",
        }
        controller.environment = {"CONTROLLER_HOST": api.url, "CONTROLLER_OAUTH_TOKEN": CONTROLLER_TOKEN}

    def set_up(self, *options: str) -> Run:
        """Run the playbook; what was asked for before is forgotten."""
        self.api.calls.clear()
        variables = self._controller.folder / "variables.json"
        variables.write_text(json.dumps(self.variables), encoding="utf-8")
        run = self._controller.play("-e", f"@{variables}", *options, playbook=PLAYBOOK)
        assert run.code == 0, run.output
        assert self.api.calls
        for word in (TOKEN, *base64.b64decode(TOKEN).decode().split(":"), CONTROLLER_TOKEN):
            assert word not in run.output
        return run


@pytest.fixture
def awx(controller: Controller) -> t.Iterator[Awx]:
    with AwxApi(CONTROLLER_TOKEN) as api:
        yield Awx(controller, api)


def changed(run: Run) -> int:
    return run.recap("localhost")["changed"]


@pytest.mark.long
@needs_awx
def test_a_project_from_git_is_set_up_once(awx: Awx) -> None:
    api = awx.api
    assert changed(awx.set_up()) > 0
    check_what_was_made(api)

    # A second run changes nothing, also where everything is told.
    assert changed(awx.set_up("-vvvv", "--diff")) == 0
    assert api.writes() == []


@pytest.mark.deep
@pytest.mark.long
@needs_awx
def test_a_changed_variable_changes_what_it_is_about_and_check_mode_says_so(awx: Awx) -> None:
    api = awx.api
    assert changed(awx.set_up("--check")) > 0
    assert api.writes() == []
    awx.set_up()
    awx.variables.update(awx_approval_timeout=600, awx_schedule_time="04:15")
    assert changed(awx.set_up("--check")) == 2
    assert api.writes() == []
    assert changed(awx.set_up()) == 2
    approval = api.one("workflow_approval_templates", "Staffbase: import what was previewed?")
    schedule = api.one("schedules", "Staffbase every night")
    assert api.writes() == [f"PATCH workflow_approval_templates/{approval['id']}", f"PATCH schedules/{schedule['id']}"]
    assert approval["timeout"] == 600
    assert "T041500 " in schedule["rrule"]


def check_what_was_made(api: AwxApi) -> None:
    credential = api.one("credentials", "Staffbase")
    assert credential["inputs"] == {"url": "https://intranet.example.com", "token": TOKEN, "validate_certs": True}
    injectors = api.one("credential_types", "Staffbase")["injectors"]
    environment = {name: rendered(template, credential["inputs"]) for name, template in injectors["env"].items()}
    assert environment == {
        "STAFFBASE_API_URL": "https://intranet.example.com", "STAFFBASE_API_TOKEN": TOKEN, "STAFFBASE_VALIDATE_CERTS": "True",
        "STAFFBASE_CA_PATH": "",
    }
    with_ca = {**credential["inputs"], "ca": "PEM", "tower": {"filename": "/runner/ca"}}
    assert rendered(injectors["env"]["STAFFBASE_CA_PATH"], with_ca) == "/runner/ca"
    assert rendered(injectors["file"]["template"], with_ca) == "PEM"

    project, source = api.one("projects", "Staffbase project"), api.one("inventory_sources", "Staffbase sources")
    assert (project["scm_type"], project["scm_url"]) == ("git", "https://git.example.com/hr.git")
    assert (source["source"], source["source_project"], source["source_path"]) == ("scm", project["id"], "inventory")

    for key in ("preview", "import"):
        template = api.one("job_templates", NAMES[key])
        assert template["playbook"] == "staffbase.yml"
        assert template["inventory"] == source["inventory"]
        assert api.associated("job_templates", NAMES[key], "credentials") == ["Staffbase"]
        questions = api.store.surveys["job_templates", template["id"]]["spec"]
        assert [question["variable"] for question in questions if question["required"]] == []
        assert {question["variable"]: question.get("default") for question in questions}["delta_import_hosts"] == "staffbase"
    assert json.loads(api.one("job_templates", NAMES["preview"])["extra_vars"]) == {"delta_import_target": "previewed"}
    assert json.loads(api.one("job_templates", NAMES["import"])["extra_vars"]) == {
        "delta_import_target": "imported", "delta_import_approved_only": True}

    nodes = "workflow_job_template_nodes"
    assert {api.one(nodes, key)["unified_job_template"] for key in ("preview", "import")} == {
        api.one("job_templates", NAMES[key])["id"] for key in ("preview", "import")}
    approval = api.one("workflow_approval_templates", "Staffbase: import what was previewed?")
    assert api.one(nodes, "approval")["unified_job_template"] == approval["id"]
    steps = {name: [api.associated(nodes, name, f"{outcome}_nodes") for outcome in ("success", "failure", "always")]
             for name in ("preview", "approval", "import")}
    assert steps == {"preview": [["approval"], [], []], "approval": [["import"], [], []], "import": [[], [], []]}

    schedule = api.one("schedules", "Staffbase every night")
    assert schedule["unified_job_template"] == api.one("workflow_job_templates", NAMES["workflow"])["id"]
    assert schedule["rrule"] == "DTSTART;TZID=Europe/Berlin:20260101T033000 RRULE:FREQ=DAILY;INTERVAL=1"


@pytest.mark.deep
@pytest.mark.long
@needs_awx
def test_a_project_without_git_has_its_sources_in_variables(awx: Awx) -> None:
    api = awx.api
    webhook = {"url": "https://chat.example.com/hook", "http_method": "POST", "disable_ssl_verification": False, "username": "", "password": "",
               "headers": {}}
    mail = {"host": "mail.example.com", "port": 25, "username": "hr", "password": "of-the-mail-server", "use_tls": True, "use_ssl": False,
            "sender": "awx@example.com", "recipients": ["hr@example.com"], "timeout": 30}
    del awx.variables["awx_project_scm_url"]
    awx.variables.update(
        awx_name="Acme", awx_project_local_path="hr", awx_staffbase_validate_certs=False, awx_staffbase_ca="PEM",
        awx_execution_environment="Acme EE", awx_execution_environment_image="registry.example.com/staffbase-ee:1.0.0",
        awx_inventory_hosts={"berlin": {"delta_import_src": "/srv/hr/berlin.csv"}, "lisbon": {"delta_import_src": "/srv/hr/lisbon.csv"}},
        awx_notifications=[
            {"name": "chat", "type": "webhook", "configuration": webhook, "events": ["success", "error"]},
            {"name": "mail", "type": "email", "configuration": mail},
        ])

    assert "of-the-mail-server" not in awx.set_up("-vvv").output

    assert api.associated("groups", "staffbase", "hosts") == ["berlin", "lisbon"]
    assert json.loads(api.one("hosts", "lisbon")["variables"]) == {"delta_import_src": "/srv/hr/lisbon.csv"}
    assert api.store.objects["inventory_sources"] == {}
    assert api.one("projects", "Acme project")["scm_type"] == ""
    assert api.one("job_templates", "Acme import")["execution_environment"] == api.one("execution_environments", "Acme EE")["id"]
    assert api.one("credentials", "Acme")["inputs"]["ca"] == "PEM"
    told = {event: api.associated("workflow_job_templates", "Acme nightly import", f"notification_templates_{event}")
            for event in ("started", "success", "error", "approvals")}
    assert told == {"started": [], "success": ["Acme chat"], "error": ["Acme chat", "Acme mail"], "approvals": ["Acme mail"]}

    assert changed(awx.set_up()) == 0
    assert api.writes() == []

    # What the controller does not show is sent only on demand; what it shows is seen by itself.
    new = base64.b64encode(b"rotated-id:rotated-secret").decode()
    awx.variables.update(awx_staffbase_api_token=new, awx_update_secrets=True)
    webhook["url"] = "https://chat.example.com/other"
    mail["password"] = "of-the-mail-server-2"
    run = awx.set_up()
    assert "of-the-mail-server" not in run.output
    assert new not in run.output
    numbers = [api.one("notification_templates", name)["id"] for name in ("Acme chat", "Acme mail")]
    credential = api.one("credentials", "Acme")
    assert api.writes() == [*(f"PATCH notification_templates/{number}" for number in numbers), f"PATCH credentials/{credential['id']}"]
    assert credential["inputs"]["token"] == new
    assert api.one("notification_templates", "Acme mail")["notification_configuration"]["password"] == "of-the-mail-server-2"


@pytest.mark.deep
@needs_awx
def test_a_notification_that_is_refused_does_not_tell_its_password(awx: Awx, controller: Controller) -> None:
    mail = {"host": "mail.example.com", "port": "none", "username": "hr", "password": "of-the-mail-server", "use_tls": True, "use_ssl": False,
            "sender": "awx@example.com", "recipients": ["hr@example.com"], "timeout": 30}
    awx.variables["awx_notifications"] = [{"name": "mail", "type": "email", "configuration": mail}]

    # In a file: what stands in the command is printed, too.
    variables = controller.folder / "variables.json"
    variables.write_text(json.dumps(awx.variables), encoding="utf-8")
    run, talkative = (controller.play(verbosity, "-e", f"@{variables}", playbook=PLAYBOOK) for verbosity in ("-vv", "-vvvv"))

    assert (run.code, talkative.code) == (2, 2)
    assert "incorrect type, expected int" in run.output
    assert "of-the-mail-server" not in run.output + talkative.output


@pytest.mark.deep
@needs_awx
def test_a_required_question_would_keep_the_schedule_from_being_made(awx: Awx, controller: Controller) -> None:
    """As a real AWX does, also when the question has a default."""
    changed_role = altered_copy(controller.folder / "altered", Change("required: false\ndefault:", "required: true\ndefault:"))
    controller.environment["ANSIBLE_COLLECTIONS_PATH"] = os.pathsep.join([str(changed_role), os.environ["ANSIBLE_COLLECTIONS_PATH"]])

    run = controller.play("-e", json.dumps(awx.variables), playbook=PLAYBOOK)

    assert run.code == 2
    assert "'delta_import_hosts' value missing" in run.output


@needs_awx
def test_settings_that_contradict_each_other_are_refused_before_anything_is_sent(awx: Awx, controller: Controller, tenant: Simulator) -> None:
    awx.variables["awx_project_local_path"] = "hr"

    run = controller.play("-e", json.dumps(awx.variables), playbook=PLAYBOOK)

    assert run.code == 2
    assert "Exactly one of awx_project_scm_url and awx_project_local_path is needed" in run.output
    assert awx.api.calls == []
    assert TOKEN not in run.output
