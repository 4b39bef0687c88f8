# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The token and the cells of the file are looked for wherever a run leaves something: in a good end and in failures of every kind."""

from __future__ import annotations

import base64
import dataclasses
import importlib.util
import sys
import tempfile
import typing as t
from pathlib import Path

import pytest

from simulator import Fault, application
from support.controller import HEADER, MAPPING, TOKEN, Controller, Run
from support.hooks import when_called
from support.secrets import Process, Secrets, descendants, forms_of
from support.sources import sources

#: Of somebody else: refused by the tenant.
OTHER = base64.b64encode(b"kennung-8262:viereck-geheim-7d1").decode()

#: Somebody has written a password and a query into the address.
SPOKEN = ("zq-user-4711", "zq-word-4711", "zq-ticket-4711")
ADDRESS = "https://{}:{}@127.0.0.1:9/api?token={}".format(*SPOKEN)

#: Folders in which a run leaves something for good.
PLACES = ("log", "cache", "job", "report")

PLAY = """
- hosts: staffbase
  gather_facts: false
  tasks:
    - ansible.builtin.include_role:
        name: community.staffbase.delta_import
    - ansible.builtin.set_fact:
        kept: "{{ delta_import_result }}"
        cacheable: true
"""


class Person(t.NamedTuple):
    """A row whose cells are words that nothing else prints."""

    identifier: str
    mail: str
    first: str

    @classmethod
    def make(cls, host: str, number: int, *, mail: bool = True) -> Person:
        return cls(f"zq-{host}-{number}", f"quixote{number}{'@' if mail else '-'}{host}.example", f"Dulcinea{number}-{host}")

    @property
    def row(self) -> str:
        return ";".join((*self, "Activated"))

    @property
    def cells(self) -> set[str]:
        return {*self, self.mail.partition("@")[0]}


@dataclasses.dataclass
class Case:
    """One source: its variables, its export, how its run ends, and what its tenant does."""

    says: str
    fails: bool = True
    variables: dict[str, t.Any] = dataclasses.field(default_factory=dict)
    rows: list[Person] = dataclasses.field(default_factory=list)
    exported: list[Person] | None = None
    spoil: t.Callable[[str], str] = str
    token: str = TOKEN
    fault: Fault | None = None


def cases(folder: Path) -> dict[str, Case]:
    """Return a case for each way in which a run may end."""
    made = {
        "fine": Case("rows refused: 0", fails=False, variables={"delta_import_baseline": str(folder / "fine.last")}),
        "some": Case("1 row of import", fails=False, variables={"delta_import_errors_dest": str(folder / "some.errors")}),
        "many": Case("max_row_errors", variables={"delta_import_max_row_errors": 0}),
        "nobody": Case("No connection to the service", variables={"staffbase_api_url": "http://127.0.0.1:9"}),
        "spoken": Case("must not hold a user name or a password", variables={"staffbase_api_url": ADDRESS}),
        "elsewhere": Case("must not hold a user name or a password", variables={"staffbase_api_url": ADDRESS, "staffbase_in_worker": False}),
        "denied": Case("the token was refused", token=OTHER),
        "quoted": Case("HTTP 418 from the service", fault=Fault("status:418", method="POST", path="/users/imports")),
        "broken": Case("a quote is not closed", spoil=lambda text: text.replace(";Dulcinea1", ';"Dulcinea1')),
        "unlike": Case("profile-field:none", variables={"delta_import_mapping": {**MAPPING, "profile-field:none": "first"}}),
        "beyond": Case("limits exceeded", variables={"delta_import_limits": {"created": 1}}),
        "shrunk": Case("Too much has changed", variables={
            "delta_import_baseline": str(folder / "shrunk.last"), "delta_import_baseline_limits": {"leavers": 0}}),
    }
    made["moved"] = Case("joiners 0, movers 1, leavers 1 (deactivate), unchanged 1", fails=False, variables={
        "delta_import_baseline": str(folder / "moved.last"), "delta_import_leavers": "deactivate"})
    for host, case in made.items():
        case.rows = [Person.make(host, number, mail=not (host in ("some", "many") and number == 3)) for number in range(1, 4)]
    (folder / "shrunk.last").write_text(text_of(made["shrunk"].rows), encoding="utf-8")
    made["shrunk"].exported = made["shrunk"].rows[1:]
    moved = made["moved"]
    (folder / "moved.last").write_text(text_of(moved.rows), encoding="utf-8")
    # One stays as he was, one has another name and address, one has left.
    moved.rows.append(Person.make("moved", 4)._replace(identifier=moved.rows[1].identifier))
    moved.exported = [moved.rows[0], moved.rows[3]]
    return made


def text_of(rows: list[Person]) -> str:
    return HEADER + "".join(f"{person.row}\n" for person in rows)


@dataclasses.dataclass
class Traces:
    """What a run left, by place. `meanwhile`: secrets that lay in the temporary folders while a call was held; `left`: files there afterwards."""

    secrets: Secrets
    folder: Path
    temporary: Path
    files_too: bool
    processes: set[Process] = dataclasses.field(default_factory=set)
    meanwhile: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    left: list[str] = dataclasses.field(default_factory=list)
    calls: int = 0
    run: Run = dataclasses.field(default_factory=lambda: Run(-1, "", {}))

    def look(self, _call: str) -> None:
        """Look at what is there only while the run goes on: its caller waits."""
        self.calls += 1
        self.processes |= set(descendants())
        if self.files_too:
            self.meanwhile |= self.secrets.found_below(self.temporary)

    def holders(self) -> dict[str, set[str]]:
        """Return the variables of environments that hold a secret, each with the commands of the processes that have it."""
        found: dict[str, set[str]] = {}
        for process in self.processes:
            for variable in process.environment.split(b"\0"):
                if self.secrets.found_in(variable):
                    found.setdefault(variable.partition(b"=")[0].decode(), set()).add(process.command)
        return found

    def found(self) -> dict[str, t.Any]:
        """Return what stands where it must not."""
        places: dict[str, t.Any] = {name: self.secrets.found_below(self.folder / name) for name in PLACES}
        places["output"] = self.secrets.found_in(self.run.output)
        places["process list"] = {process.command for process in self.processes if self.secrets.found_in(process.command)}
        places["environments"] = {process.command for process in self.processes if self.secrets.found_in(process.environment)}
        return {name: names for name, names in places.items() if names}


def play(
    controller: Controller, made: dict[str, Case], playbook: str, *, files_too: bool = False, exported: bool = False, **variables: t.Any,
) -> Traces:
    """Run all cases at once, as talkative as can be, with everything on that keeps something.

    `files_too`: look into the temporary folders at each call, which takes its time. `exported`: the token comes from the environment.
    """
    exports = {host: case.spoil(text_of(case.rows if case.exported is None else case.exported)) for host, case in made.items()}
    # The temporary folder with a short name: ansible-core makes a socket in there.
    with sources(controller, exports, errors_quote_value="yes") as tenants, tempfile.TemporaryDirectory() as short:
        temporary = Path(short)
        traces = Traces(secrets_of(made), controller.folder, temporary, files_too)
        controller.environment = surroundings(controller.folder, temporary)
        for host, case in made.items():
            when_called(tenants[host], traces.look)
            if case.fault is not None:
                tenants[host].schedule(case.fault)
            report = str(controller.folder / f"report/{host}.html")
            controller.hosts[host].update({"staffbase_api_token": case.token, "delta_import_report": report, **case.variables})
            if exported:
                del controller.hosts[host]["staffbase_api_token"]
                controller.environment["STAFFBASE_API_TOKEN"] = case.token
        (controller.folder / "play.yml").write_text(playbook, encoding="utf-8")
        traces.run = controller.play("-vvvv", "--diff", playbook=str(controller.folder / "play.yml"), **variables)
        traces.left = [str(path) for path in temporary.rglob("*") if not path.is_dir()]
    return traces


def surroundings(folder: Path, temporary: Path) -> dict[str, str]:
    """Return an environment in which everything is kept that can be, and all temporary files lie below one folder. No token is in it."""
    for path in (*(folder / name for name in PLACES), *(temporary / name for name in ("local", "remote", "other"))):
        path.mkdir()
    runner = importlib.util.find_spec("ansible_runner.display_callback.callback")
    assert runner is not None
    assert runner.submodule_search_locations is not None
    return {
        "ANSIBLE_LOG_PATH": str(folder / "log/ansible.log"), "ANSIBLE_CACHE_PLUGIN": "jsonfile",
        "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(folder / "cache"),
        # What AWX keeps of a job comes from here.
        "ANSIBLE_CALLBACK_PLUGINS": runner.submodule_search_locations[0], "ANSIBLE_STDOUT_CALLBACK": "awx_display",
        "AWX_ISOLATED_DATA_DIR": str(folder / "job"),
        "ANSIBLE_LOCAL_TEMP": str(temporary / "local"), "ANSIBLE_REMOTE_TEMP": str(temporary / "remote"), "TMPDIR": str(temporary / "other"),
    }


def secrets_of(made: dict[str, Case]) -> Secrets:
    return Secrets(TOKEN, OTHER, cells={*SPOKEN, *(cell for case in made.values() for person in case.rows for cell in person.cells)})


def test_nothing_of_a_run_tells_the_token_or_a_cell(controller: Controller, monkeypatch: pytest.MonkeyPatch) -> None:
    made = cases(controller.folder)
    quoted = made["quoted"].rows[0]
    monkeypatch.setitem(application.REASONS, 418, f"Row of {quoted.first} ({quoted.mail}, {quoted.identifier}) refused for Basic {TOKEN}")

    traces = play(controller, made, PLAY)

    output = traces.run.output
    for host, case in made.items():
        assert case.says in output, f"{host}: {output}"
        assert bool(list((traces.folder / "cache").glob(f"*{host}"))) is not case.fails
    # Each place has something to be searched.
    assert all(any((traces.folder / name).rglob("*")) for name in PLACES)
    assert {path.name for path in (traces.folder / "report").iterdir()} == {f"{host}.{kind}" for host in made for kind in ("html", "json", "md")}
    assert "runner_on_failed" in "".join(path.read_text(encoding="utf-8") for path in traces.folder.glob("job/job_events/*.json"))
    assert any("ansible-playbook" in process.command for process in traces.processes)
    assert traces.found() == {}
    assert traces.left == []
    assert "Traceback" not in output


def test_nothing_lies_in_temporary_folders_while_a_call_is_made_or_afterwards(controller: Controller) -> None:
    fine = {"fine": cases(controller.folder)["fine"]}

    traces = play(controller, fine, PLAY, files_too=True)

    assert traces.run.code == 0, traces.run.output
    assert traces.calls > 5
    assert traces.meanwhile == {}
    assert traces.left == []


def test_a_token_from_the_environment_stays_in_its_variable(controller: Controller) -> None:
    """What was exported for a run is in the environment of ansible-playbook and of the modules that it starts, which only their user can read.

    That is accepted; it must not get anywhere else. One source has its modules in the worker, the other one in processes of their own.
    """
    made = {host: case for host, case in cases(controller.folder).items() if host in ("moved", "some")}
    made["some"].variables["staffbase_in_worker"] = False

    traces = play(controller, made, PLAY, exported=True)

    assert traces.run.code == 0, traces.run.output
    assert all(case.says in traces.run.output for case in made.values())
    found = traces.found()
    assert found.pop("environments")
    assert found == {}
    holders = traces.holders()
    assert list(holders) == ["STAFFBASE_API_TOKEN"]
    # A module is started by shells, and gets its code and options through a pipe.
    assert [command for command in holders["STAFFBASE_API_TOKEN"] if sys.executable not in command] == []
    assert traces.left == []


#: What somebody might do who does not think of it: hand the token on to another program.
CARELESS = """
- hosts: staffbase
  gather_facts: false
  tasks:
    - ansible.builtin.set_fact:
        kept: "{{ ('Basic ' ~ staffbase_api_token) | b64encode }}"
        cacheable: true
    - ansible.builtin.command:
        argv: ["{{ ansible_playbook_python }}", -c, "{{ call }}", "{{ staffbase_api_url }}/api/users/imports", "{{ staffbase_api_token }}"]
      environment: {HANDED_ON: "{{ staffbase_api_token }}"}
      failed_when: false
"""


@pytest.mark.deep
def test_a_careless_playbook_is_seen_in_every_place(controller: Controller) -> None:
    """So the searches above would find it."""
    fine = {"fine": cases(controller.folder)["fine"]}

    traces = play(controller, fine, CARELESS, files_too=True, call="import requests, sys; requests.get(sys.argv[1], timeout=9)")

    assert traces.calls == 1
    assert traces.found().keys() == {"log", "cache", "job", "output", "process list", "environments"}
    assert traces.holders().keys() == {"HANDED_ON"}
    assert traces.meanwhile


@pytest.mark.deep
def test_a_report_that_shows_the_refused_rows_is_seen(controller: Controller) -> None:
    """So the search above would find a cell in it."""
    some = {"some": cases(controller.folder)["some"]}
    some["some"].variables = {"delta_import_report_details": True}

    traces = play(controller, some, PLAY)

    assert traces.run.code == 0, traces.run.output
    assert traces.found().keys() == {"report"}


def test_the_search_finds_every_form(tmp_path: Path) -> None:
    secrets = Secrets(TOKEN, cells=["Dulcinea"])
    for text in (TOKEN, base64.b64decode(TOKEN).decode()):
        for shown in (text, f"Basic {text}", f" {text}\n"):
            raw = shown.encode()
            for form in (raw, raw.hex().encode(), raw.hex().upper().encode(), base64.b64encode(raw), base64.urlsafe_b64encode(raw)):
                assert secrets.found_in(b"x" + form + b"y"), form
    assert secrets.found_in("azN5MWQ4MzE1MDk0NzpxeC1zZWNyZXQtMTIzNDU2Nzg5MA%3D%3D")
    assert secrets.found_in(b"dulcinea") == ["cell Dulcinea"]
    assert forms_of("qx-secret") >= {b"qx-secret", b"71782d736563726574"}
    (tmp_path / "AnsiballZ").write_bytes(b"..." + TOKEN.encode())
    assert secrets.found_below(tmp_path).keys() == {"AnsiballZ"}
    assert not secrets.found_in("nothing here, Activated; 4711")
