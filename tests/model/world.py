# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The world of the model: an export, tenants, a baseline and the role's variables, the steps that change them, and runs of the role.

A step is a name and its arguments, `("move", "p1", "mail", "b")`: a method of World. One that makes no sense at the moment does nothing, so any
sequence of steps can be played.
"""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t
from pathlib import Path

from simulator import Fault, Simulator, Switches
from support.controller import TOKEN, Controller, Run, stats_of
from support.waiting import until

from . import truth
from .company import BEFORE, CELLS, EVERYBODY, FIELDS, OFF, ON, Export, text, values_of
from .past import Kept, Memory, Since, abilities
from .told import Applied, Tenant

Step = tuple[t.Any, ...]

#: The steps that run the role.
RUNS = ("run", "resend", "preview", "check", "killed", "overlap")

#: How long (seconds) a second run may take while the first one is held; then the first one goes on.
PATIENCE = 2.0


class Going(t.Protocol):
    """A run that was started."""

    code: int | None
    output: Path

    def wait(self) -> int:
        """Return its exit code when it has ended."""

    def kill(self) -> None:
        """Kill it with all that it has started."""


#: Starts a run of a controller.
Starter = t.Callable[[Controller, list[str], Path], Going]


class World:
    """`baseline`: whether the role keeps one. `switches`: how the tenants behave."""

    def __init__(self, folder: Path, start: Starter, *, baseline: bool = True, switches: t.Mapping[str, t.Any] | None = None) -> None:
        self.folder = folder
        self.kept_folder = folder / "kept"
        self.kept_folder.mkdir()
        self.has_baseline = baseline
        self.switches = Switches(**(switches or {}))
        self.can = abilities()
        self.export = Export()
        self.mapped: set[str] = {"mail", "first", "status"}
        self.leavers = "ignore"
        self.protected: set[str] = set()
        self.options: dict[str, t.Any] = {}
        self.memory = Memory()
        self.since = Since()
        self.kept: list[Kept] = []
        #: Whether people who are new get a mail, as the last run had it that sent anybody.
        self.mails_told = False
        self.played: list[Step] = []
        self.ended_green = False
        self.last_output = ""
        self._start = start
        self._tenants: dict[str, Tenant] = {}
        self._stack = contextlib.ExitStack()
        self._runs = 0
        self.tenant = self._tenant("A")
        self.controller = Controller(folder, self.tenant.simulator)

    def close(self) -> None:
        self._stack.close()

    def play(self, *steps: Step) -> None:
        """Play steps one after the other; raises Untrue at the first one after which something is not as it must be."""
        for name, *arguments in steps:
            self.played.append((name, *arguments))
            if name not in RUNS:
                self.since.quiet = self.since.quiet and name == "stamp"
            getattr(self, name)(*arguments)

    def _tenant(self, name: str) -> Tenant:
        if name not in self._tenants:
            simulator = self._stack.enter_context(Simulator(self.switches, TOKEN, BEFORE[name]))
            self._tenants[name] = Tenant(name, simulator)
        return self._tenants[name]

    # What the export says

    def maps(self, field: str) -> bool:
        """Tell whether a field is fed by a column."""
        return field in self.mapped and (field != "status" or self.export.has_status)

    def statement(self, person: str) -> dict[str, str]:
        """Return the mapped cells of somebody's row."""
        return {field: cell for field, cell in self.export.cells(person).items() if self.maps(field)}

    # People

    def toggle(self, person: str) -> None:
        """Somebody joins or leaves; the export is never empty."""
        self.export.present ^= {person}
        self.export.present = self.export.present or {person}

    def move(self, person: str, field: str, version: str) -> None:
        self.export.rows[person][field] = version

    def state(self, person: str, status: str) -> None:
        self.export.rows[person]["status"] = status

    def stamp(self) -> None:
        self.export.stamp += 1

    def column(self, there: bool) -> None:
        """The export gets or loses its status column."""
        self.export.has_status = there
        self.since.tidy = False

    def words(self, foreign: bool) -> None:
        self.export.foreign_words = foreign

    # Variables

    def map(self, field: str, wanted: bool) -> None:
        self.mapped = self.mapped | {field} if wanted else self.mapped - {field}
        self.since.tidy = False

    def rule(self, leavers: str) -> None:
        if self.has_baseline:
            self.leavers = leavers

    def protect(self, person: str) -> None:
        if "protected" in self.can and self.has_baseline:
            self.protected ^= {person}

    def option(self, name: str, value: t.Any) -> None:
        """Set one of the role's variables that the oracle knows."""
        if name == "file_name" and not self.has_baseline:
            return
        if name in ("file_name", "send_mails_new"):
            self.since.tidy = False
        self.options = {**{key: each for key, each in self.options.items() if key != name}, **({} if value is None else {name: value})}

    def swap(self) -> None:
        """The next runs go to the other tenant."""
        self.tenant = self._tenant("B" if self.tenant.name == "A" else "A")
        self.controller.environment["STAFFBASE_API_URL"] = self.tenant.simulator.url
        self.since.tidy = False

    # The service

    def refuse(self, person: str) -> None:
        self.tenant.simulator.refuse(person)

    def accept(self) -> None:
        self.tenant.simulator.accept()

    # By hand

    def register(self) -> None:
        """Everybody who was invited logs in for the first time."""
        for person, found in self.tenant.people().items():
            if found["status"] == "pending" and person in EVERYBODY:
                self.tenant.simulator.set_status(person, "activated")

    def hand_status(self, person: str, status: str) -> None:
        if self.tenant.people().get(person, {}).get("status") not in (None, status, "pending") and person in self.tenant.told:
            self.tenant.note_hand(person, "status")
            self.tenant.simulator.set_status(person, status)

    def hand_delete(self, person: str) -> None:
        if person in self.tenant.people() and person in self.tenant.told:
            self.tenant.note_hand(person, "exists", *FIELDS)
            self.tenant.simulator.remove_person(person)

    def hand_cell(self, person: str, field: str) -> None:
        found = self.tenant.people().get(person)
        if found is None or person not in self.tenant.told:
            return
        value = text(person, field, "h")
        self.tenant.note_hand(person, field)
        self.tenant.say(person, {field: value})
        name = FIELDS[field].rpartition(":")[2]
        changes: dict[str, t.Any] = {"email": value} if field == "mail" else {"fields": {**found["fields"], name: value}}
        self.tenant.simulator.alter_person(person, **changes)

    def delete_record(self) -> None:
        """The newest import that is over is deleted in Studio."""
        over = [entry["id"] for entry in self.tenant.simulator.imports() if entry["state"] == "COMPLETED"]
        for import_id in over[-1:]:
            self.tenant.simulator.delete_import(import_id)
            self.since.tidy = False

    def expire(self) -> None:
        """All records are gone, as after 30 days."""
        for entry in self.tenant.simulator.imports():
            self.tenant.simulator.delete_import(entry["id"])
            self.since.tidy = False

    # The files of the baseline

    @property
    def baseline(self) -> Path:
        return self.kept_folder / "last.csv"

    def _files(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.kept_folder.iterdir()}

    def _forget(self) -> None:
        """The baseline is another one than that of the last run: everybody is sent, and who has left is not known any more."""
        self.memory.known = set()
        self.memory.forgotten = set(self.memory.our_leavers)
        if not self.since.unfinished:
            self.tenant.by_hand = {}
        self.since.tidy = False

    def delete_baseline(self) -> None:
        if self.baseline.exists():
            self.baseline.unlink()
            self._forget()

    def delete_folder(self) -> None:
        if any(self.kept_folder.iterdir()):
            for path in self.kept_folder.iterdir():
                path.unlink()
            self.since.unfinished = False
            self._forget()

    def restore_csv(self, back: int) -> None:
        """The baseline of an older run is put back, and nothing of what is beside it."""
        if back < len(self.kept) and self.baseline.exists():
            old = self.kept[-1 - back].files["last.csv"]
            if old != self.baseline.read_bytes():
                self.baseline.write_bytes(old)
                self._forget()

    def restore_folder(self, back: int) -> None:
        """All files of an older run are put back. A run that has nothing to send asks nobody, so it cannot notice that: see truth.py."""
        if back < len(self.kept) and self.kept[-1 - back].files != self._files():
            old = self.kept[-1 - back]
            for path in self.kept_folder.iterdir():
                path.unlink()
            for name, content in old.files.items():
                (self.kept_folder / name).write_bytes(content)
                (self.kept_folder / name).chmod(0o600)
            gone = self.memory.our_leavers | old.memory.our_leavers
            self.memory = Memory(old.memory.tenant, set(old.memory.known), set(gone), set(gone))
            self.since = Since(stale=True)

    # Runs

    def run(self) -> None:
        self._one_run("run")

    def resend(self) -> None:
        if "resend" in self.can and self.has_baseline:
            self._one_run("resend", resend=True)

    def preview(self) -> None:
        self._one_run("preview", target="previewed")

    def check(self) -> None:
        self._one_run("check", options=["--check"])

    def killed(self, number: int, done: bool) -> None:
        """A run is killed at its call of this number, which the tenant has done, or never does. One that makes fewer calls is not killed."""
        simulator = self.tenant.simulator
        past = self.begin()
        simulator.schedule(Fault("hold_after" if done else "hold", nth=number))
        going = self.started()
        until(lambda: going.code is not None or any(call.fault and (call.status or not done) for call in simulator.requests), pause=0.003)
        if any(call.fault for call in simulator.requests):
            going.kill()
        simulator.clear_faults()
        simulator.settle()
        if going.code is not None and going.code >= 0:
            self.end("run", past, self.ended(going))
        else:
            self.end("killed", past, Run(-9, "", {}))

    def overlap(self, number: int, *changes: Step) -> None:
        """A run is held at its call of this number; meanwhile the export changes, and another run is started. Then the first one goes on."""
        simulator = self.tenant.simulator
        past = self.begin()
        simulator.schedule(Fault("hold", nth=number))
        first = self.started()
        until(lambda: first.code is not None or any(call.fault for call in simulator.requests), pause=0.003)
        for name, *arguments in changes:
            getattr(self, name)(*arguments)
        self.begin()
        second = self.started()
        until(lambda: second.code is not None, PATIENCE, pause=0.003)
        simulator.clear_faults()
        ends = [self.ended(first), self.ended(second)]
        simulator.settle()
        self.since.tidy = False
        # What the newer run says counts, or that of the same export.
        green = ends[1] if ends[1].code == 0 or changes else ends[0]
        self.end("overlap", past, green)

    def _one_run(self, kind: str, *, options: t.Sequence[str] = (), **variables: t.Any) -> None:
        past = self.begin()
        self.end(kind, past, self.ended(self.started(options, **variables)))

    def begin(self) -> truth.Past:
        """Write the export, and return what is there before a run."""
        new = self.folder / "new.csv"
        new.write_text(self.export.content(), encoding="utf-8")
        new.replace(self.controller.export)
        for person in self.export.present:
            self.tenant.exported.add(person)
            self.tenant.say(person, {field: cell for field, cell in self.statement(person).items() if field in CELLS})
        for tenant in self._tenants.values():
            tenant.simulator.forget_requests()
        self.since.protected = self.protected & (self.protected if self.since.protected is None else self.since.protected)
        return truth.Past(self.tenant.people(), set(self.tenant.refused))

    def started(self, options: t.Sequence[str] = (), **variables: t.Any) -> Going:
        wanted = {
            "mapping": {"externalId": "id", **{FIELDS[field]: field for field in FIELDS if self.maps(field)}},
            "leavers": self.leavers, "wait_interval": 0.05, "wait_timeout": 20, "progress": False, **self.options, **variables,
        }
        if self.has_baseline:
            wanted["baseline"] = str(self.baseline)
        if self.protected:
            wanted["protected"] = sorted(self.protected)
        self.controller.variables = {
            "delta_import_src": str(self.controller.export), **{f"delta_import_{name}": value for name, value in wanted.items()}}
        self._runs += 1
        return self._start(self.controller, self.controller.command(*options), self.folder / f"run{self._runs}.log")

    def ended(self, going: Going) -> Run:
        code = going.wait()
        output = going.output.read_text(encoding="utf-8")
        return Run(code, output, stats_of(output))

    def end(self, kind: str, past: truth.Past, run: Run) -> None:
        """Judge what has become of a run, and take note of it."""
        self.ended_green, self.last_output = run.code == 0, run.output
        others = [tenant for tenant in self._tenants.values() if tenant is not self.tenant]
        applied = self.tenant.collect()
        truth.judge(truth.Case(self, kind, past, self.tenant.people(), applied, run, [call for each in others for call in each.simulator.calls()]))
        if kind == "check":
            return
        self._remember(applied)
        if applied or (run.code == 0 and kind != "preview"):
            self.mails_told = bool(self.options.get("send_mails_new"))
        if kind == "preview" or run.code != 0:
            self.since.tidy = self.since.quiet = False
            self.since.unfinished = True
            return
        self._green(kind)

    def _remember(self, applied: list[Applied]) -> None:
        memory, present = self.memory, self.export.present
        for each in applied:
            if memory.tenant != self.tenant.name:
                self.memory = memory = Memory(self.tenant.name)
            for person, cells in each.accepted.items():
                off = cells.get("status") == "Deactivated"
                if not off:
                    memory.known.add(person)
                if off and person not in present:
                    memory.our_leavers.add(person)
                    memory.forgotten.discard(person)
                elif cells.get("status") == ON:
                    memory.our_leavers.discard(person)

    def _note_agreement(self) -> None:
        """What a green run leaves as the export says it counts as told, also if nobody had to tell it."""
        people = self.tenant.people()
        for person in self.export.present & set(people) & set(self.tenant.told):
            found = {**values_of(people[person]), "status": OFF if people[person]["status"] == "deactivated" else ON}
            self.tenant.told[person].update({field: cell for field, cell in self.statement(person).items() if cell == found[field]})

    def _green(self, kind: str) -> None:
        memory = self.memory
        calls = self.tenant.simulator.calls()
        stale = self.since.stale and not calls
        memory.our_leavers -= memory.forgotten & self.export.present
        memory.forgotten &= memory.our_leavers
        self._note_agreement()
        self.tenant.green({person: self.statement(person) for person in self.export.present})
        if kind == "resend":
            self.tenant.by_hand = {}
        if self.has_baseline and not stale:
            self.kept.append(Kept(self._files(), dataclasses.replace(memory, known=set(memory.known), our_leavers=set(memory.our_leavers))))
        self.since = Since(tidy=not stale, quiet=not stale, stale=stale, resent=kind == "resend")
