# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts that attack whoever reads them: they are neither obeyed by the terminal nor by Ansible's templates."""

from __future__ import annotations

import json
import re
import subprocess
import typing as t
from pathlib import Path

import pytest
import yaml

from simulator import Fault, Simulator, application
from support.controller import HEADER, MAPPING, Controller
from support.sources import alter_answers, sources

ROWS = "1;ann@example.com;Ann;Activated\n2;bob@example.com;Bob;Activated\n"
FINE = HEADER + ROWS

#: Clears the screen, sets the title, and the same with one character; turns the reading direction; goes back to the start of the line.
EVIL = "\x1b[2J\x1b]0;owned\x07\x9b2J\u202egnp\u2066\u200f\x85\rok"
JSON_EVIL = json.dumps(EVIL)[1:-1].encode()
#: Everything that a terminal obeys or that turns the direction of reading; line feed and tab are harmless.
OBEYED = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def raw_run(controller: Controller, *options: str) -> bytes:
    """Run the playbook and return the bytes that it wrote."""
    done = subprocess.run(
        controller.command(*options), env=controller.surroundings(), cwd=controller.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        check=False, timeout=120)
    return done.stdout


def obeyed(output: bytes) -> list[str]:
    """Return the lines that hold something that a terminal obeys, each made harmless."""
    return [ascii(line) for line in output.decode("utf-8", "surrogateescape").split("\n") if OBEYED.search(line)]


def test_a_terminal_never_sees_what_it_would_obey(controller: Controller, monkeypatch: pytest.MonkeyPatch) -> None:
    quoting = f'"first{EVIL}"'
    exports = {
        "header": f"id;mail;{quoting};status\n{ROWS}",
        "header_column": f'id;mail;{quoting};{quoting};status\n1;a;b;c;d\n',
        "cell": f'{HEADER}1;ann@example.com;"Ann{EVIL}";Activated\n',
        "identifier": f'{HEADER}"1{EVIL}";ann@example.com;Ann;Activated\n',
        **dict.fromkeys(("path", "missing", "name", "key", "column", "message", "redirect", "state", "listed", "created", "errors"), FINE),
    }
    exports["errors"] = f'{HEADER}1;"ann{EVIL}";Ann;Activated\n'.replace("\x1b", "").replace("\x07", "").replace("\x9b", "").replace("\x85", "")
    let_errors_say(monkeypatch, f"{EVIL} invalid {EVIL}email '{EVIL}' {EVIL}")
    with sources(controller, exports, errors_quote_value="yes") as tenants:
        hosts = controller.hosts
        strange = controller.folder / f"people{EVIL}.csv"
        strange.write_text(FINE, encoding="utf-8")
        hosts["path"]["delta_import_src"] = str(strange)
        hosts["missing"]["delta_import_src"] = str(strange) + "x"
        hosts["name"]["delta_import_file_name"] = f"people{EVIL}.csv"
        hosts["key"]["delta_import_mapping"] = {**MAPPING, f"profile-field:{EVIL}": "first"}
        hosts["column"]["delta_import_mapping"] = {**MAPPING, "profile-field:lastName": f"last{EVIL}"}
        for host in ("header", "header_column"):
            hosts[host]["delta_import_mapping"] = {"externalId": "id", "eMail": "mail", "status": "status"}
        tenants["message"].schedule(Fault("status:418", method="POST", path="/users/imports"))
        tenants["redirect"].schedule(Fault("redirect", method="GET", path="/users/imports", location="https://login.example/\u202e\x9b?x"))
        tenants["listed"].upload(FINE.encode(), "another.csv")
        change(monkeypatch, tenants["listed"], "GET /users/imports", b'"another.csv"', b'"another%s.csv"')
        change(monkeypatch, tenants["state"], "GET /users/imports/{id}", b'"DRAFT"', b'"NEW%s"')
        change(monkeypatch, tenants["created"], "GET /users/imports/{id}", b'"createdAt": "', b'"createdAt": "%s')
        hosts["state"]["delta_import_wait_timeout"] = 0
        output = raw_run(controller, "-v", "--diff")

    text = output.decode("utf-8", "surrogateescape")
    for said in (
        "it must not hold control characters", "No such file", "control character", "HTTP 418 from the service", "redirects to https://login.example",
        "the file lacks it", "the tenant does not know the field",
    ):
        assert said in text, text
    assert obeyed(output) == [], "\n".join(obeyed(output))


def let_errors_say(monkeypatch: pytest.MonkeyPatch, message: str) -> None:
    """Let the message of an answer with the status 418 be this one."""
    real = application.error_answer
    monkeypatch.setattr(application, "error_answer", lambda status, told, switches: real(status, message if status == 418 else told, switches))


def change(monkeypatch: pytest.MonkeyPatch, tenant: Simulator, call: str, old: bytes, new: bytes) -> None:
    alter_answers(monkeypatch, tenant, call=call, old=old, new=new.replace(b"%s", JSON_EVIL))


def test_the_search_sees_what_a_terminal_obeys() -> None:
    assert len(OBEYED.findall(EVIL)) == len(EVIL) - len(re.sub(OBEYED, "", EVIL)) == 9
    for piece in ("\x1b[2J", "\x9b2J", "\u202e", "\rok", "\x07", "\x85"):
        assert obeyed(f"msg: {piece} so".encode()) == [ascii(f"msg: {piece} so")]
    assert obeyed("Ümläut\tund €\n".encode()) == []


#: Each way to have something evaluated. What would be seen is the product, and a file.
PRODUCT = str(7 * 7191)
TEMPLATE = "{{ 7 * 7191 }}{% if true %}{{ 7 * 7191 }}{% endif %}{# #}{{ lookup('ansible.builtin.pipe', 'touch $OWNED') }}"

#: Uses all that the role hands on, as a playbook might.
READING = """
- hosts: staffbase
  gather_facts: false
  tasks:
    - block:
        - ansible.builtin.include_role:
            name: community.staffbase.delta_import
      rescue:
        - ansible.builtin.set_fact:
            told: "{{ ansible_failed_result }}"
        - ansible.builtin.debug:
            msg: "{{ told.msg }} {{ told.failure | default({}) }} {{ told }}"
    - ansible.builtin.set_fact:
        again: "{{ delta_import_result | default({}) }}"
    - ansible.builtin.debug:
        msg: "{{ again }} {{ again.row_errors | default([]) | map(attribute='message') | join(' ') }} {{ again.state | default('') }}"
"""


class Unsafe(str):
    """A text that Ansible is told not to evaluate, as one that comes from elsewhere."""


class Dumper(yaml.SafeDumper):
    """Writes `!unsafe`."""


Dumper.add_representer(Unsafe, lambda dumper, text: dumper.represent_scalar("!unsafe", str(text)))


def unsafe(value: t.Any) -> t.Any:
    """Mark every text in it, keys too."""
    if isinstance(value, dict):
        return {unsafe(name): unsafe(one) for name, one in value.items()}
    return Unsafe(value) if isinstance(value, str) else value


def from_elsewhere(controller: Controller, host: str, **variables: t.Any) -> None:
    """Give a host variables whose texts are not to be evaluated."""
    folder = controller.folder / "host_vars"
    folder.mkdir(exist_ok=True)
    (folder / f"{host}.yml").write_text(yaml.dump(unsafe(variables), Dumper=Dumper, allow_unicode=True), encoding="utf-8")
    for name in variables:
        controller.hosts[host].pop(name, None)


@pytest.fixture
def owned(controller: Controller) -> Path:
    path = controller.folder / "owned"
    controller.environment["OWNED"] = str(path)
    return path


def test_no_text_is_evaluated_as_a_template(controller: Controller, monkeypatch: pytest.MonkeyPatch, owned: Path) -> None:
    mapped = f'id;mail;"{TEMPLATE}";status\n{ROWS}'
    exports = {
        "column": mapped, "baseline": mapped,
        **dict.fromkeys(("key", "missing", "path", "name", "message", "state", "listed"), FINE),
        "errors": f'{HEADER}1;"{TEMPLATE}";Ann;Activated\n',
    }
    let_errors_say(monkeypatch, f"invalid {TEMPLATE} value {TEMPLATE}")
    mapping = {"externalId": "id", "eMail": "mail", "profile-field:firstName": TEMPLATE, "status": "status"}
    with sources(controller, exports, errors_quote_value="yes") as tenants:
        from_elsewhere(controller, "column", delta_import_mapping=mapping)
        from_elsewhere(
            controller, "baseline", delta_import_mapping=mapping, delta_import_leavers="deactivate",
            delta_import_baseline=str(controller.folder / "last.csv"))
        from_elsewhere(controller, "key", delta_import_mapping={**MAPPING, f"profile-field:{TEMPLATE}": "first"})
        from_elsewhere(controller, "missing", delta_import_mapping={**MAPPING, "profile-field:lastName": f"last {TEMPLATE}"})
        strange = controller.folder / f"people {TEMPLATE}.csv"
        strange.write_text(FINE, encoding="utf-8")
        from_elsewhere(controller, "path", delta_import_src=str(strange))
        from_elsewhere(controller, "name", delta_import_file_name=f"people {TEMPLATE}.csv")
        tenants["message"].schedule(Fault("status:418", method="POST", path="/users/imports"))
        tenants["listed"].upload(FINE.encode(), "another.csv")
        told = TEMPLATE.encode()
        alter_answers(monkeypatch, tenants["listed"], call="GET /users/imports", old=b"another.csv", new=b"another " + told)
        alter_answers(monkeypatch, tenants["state"], call="GET /users/imports/{id}", old=b'"DRAFT"', new=b'"' + told + b'"')
        controller.hosts["state"]["delta_import_wait_timeout"] = 0
        (controller.folder / "play.yml").write_text(READING, encoding="utf-8")
        run = controller.play("-v", "--diff", playbook=str(controller.folder / "play.yml"))
        first = {host: [person["fields"].get("firstName") for person in tenants[host].people()] for host in ("column", "baseline")}
        configured = {host: [each["config"]["mapping"] for each in tenants[host].imports()] for host in ("column", "baseline")}

    assert PRODUCT not in run.output, run.output
    assert not owned.exists()
    # Those with such a column go through, with the column that was meant.
    assert first == {"column": ["Ann", "Bob"], "baseline": ["Ann", "Bob"]}, run.output
    assert configured == {"column": [mapping], "baseline": [mapping]}
    for said in ("the tenant does not know the field", "the mapping names this column, but the file lacks it", "HTTP 418 from the service",
                 "must not hold the beginning of a template"):
        assert said in run.output, run.output


def test_a_text_that_is_evaluated_would_be_seen(controller: Controller, owned: Path) -> None:
    """The same as text of the playbook's own author, which Ansible does evaluate."""
    with sources(controller, {"column": f"id;mail;{2 * PRODUCT};status\n{ROWS}"}) as tenants:
        controller.hosts["column"]["delta_import_mapping"] = {**MAPPING, "profile-field:firstName": TEMPLATE}
        run = controller.play("-v")
        assert [person["fields"]["firstName"] for person in tenants["column"].people()] == ["Ann", "Bob"]
    assert PRODUCT in run.output
    assert owned.exists()
