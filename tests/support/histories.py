# SPDX-FileCopyrightText: community.staffbase contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several runs of one source, one after the other, and what happens between them: a history.

A history is a generator. Each `yield` is a run of the role, and what comes back is how the run ended. Histories are played side by side: each is a
host of the inventory, with a tenant, an export and a baseline of its own, so that one start of ansible-playbook does for all of them.
"""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import functools
import json
import re
import shutil
import typing as t
from pathlib import Path

import pytest

from simulator import Simulator, Switches

from .controller import HEADER, MAPPING, TOKEN, Controller

#: What goes wrong in a history that fails; of anything else, none of the histories is worth playing on.
FAILURES = (AssertionError, LookupError, OSError, TypeError, ValueError)


@dataclasses.dataclass(frozen=True)
class Wanted:
    """A run that a history asks for: options of ansible-playbook, and variables of this run only."""

    options: tuple[str, ...]
    variables: dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Ended:
    """How a run ended: whether no task failed, delta_import_result, each message and each warning about this source, the tenant's calls
    meanwhile, and all that was printed.
    """

    is_green: bool
    result: dict[str, t.Any]
    messages: list[str]
    warnings: list[str]
    calls: list[str]
    output: str = dataclasses.field(repr=False)

    @property
    def said(self) -> str:
        """Return everything that was said."""
        return "\n".join([*self.messages, *self.warnings])


History = t.Callable[["Source"], t.Generator[Wanted, Ended, None]]


class Source:
    """A source of people: its export, its baseline and its tenant. `with_status`: the export has a status column, and it is mapped."""

    def __init__(self, name: str, folder: Path, stack: contextlib.ExitStack) -> None:
        self.name, self.folder, self._stack = name, folder, stack
        folder.mkdir()
        self.export, self.kept = folder / "people.csv", folder / "kept"
        self.kept.mkdir()
        self.baseline = self.kept / "last.csv"
        self.tenant = self.new_tenant()
        self.with_status = True
        self.variables: dict[str, t.Any] = {
            "delta_import_src": str(self.export), "delta_import_mapping": dict(MAPPING), "delta_import_baseline": str(self.baseline),
            "delta_import_leavers": "deactivate", "delta_import_baseline_limits": {"leavers": "100%"}, "staffbase_retries": 0}

    def new_tenant(self, *, clock_offset: float = 0.0, **switches: t.Any) -> Simulator:
        return self._stack.enter_context(Simulator(Switches(**switches), token=TOKEN, clock_offset=clock_offset))

    @property
    def mapping(self) -> dict[str, str]:
        return t.cast("dict[str, str]", self.variables["delta_import_mapping"])

    def without_status(self) -> None:
        """From now on, the export has no status column."""
        self.with_status = False
        del self.mapping["status"]

    def without_baseline(self) -> None:
        """From now on, whole exports are sent."""
        for name in ("delta_import_baseline", "delta_import_leavers", "delta_import_baseline_limits"):
            del self.variables[name]

    def write(self, *rows: str, header: str = HEADER) -> None:
        """Write the export; a row is a line without its end, always with a status, which is left out where there is no such column."""
        lines = [header.strip(), *rows]
        self.export.write_text("".join(f"{line if self.with_status else line.rpartition(';')[0]}\n" for line in lines), encoding="utf-8")

    def run(self, *options: str, **variables: t.Any) -> Wanted:
        """Ask for a run: to be yielded."""
        return Wanted(options, variables)

    def host(self, wanted: Wanted) -> dict[str, t.Any]:
        """Return this source as a host of an inventory."""
        return {"staffbase_api_url": self.tenant.url, "staffbase_api_token": self.tenant.token, **self.variables, **wanted.variables}

    def forget_baseline(self) -> None:
        """Delete the baseline, and what lies beside it."""
        shutil.rmtree(self.kept)
        self.kept.mkdir()

    def save(self) -> t.Callable[[], None]:
        """Keep a copy of the baseline and all that lies beside it; what is returned restores it."""
        files = {path.name: path.read_bytes() for path in self.kept.iterdir()}

        def restore() -> None:
            self.forget_baseline()
            for name, content in files.items():
                (self.kept / name).write_bytes(content)
                (self.kept / name).chmod(0o600)

        return restore

    def register(self) -> None:
        """Let all invited people register: whoever is deactivated afterwards is not deleted."""
        for person in self.tenant.people():
            if person["status"] == "pending":
                self.tenant.set_status(person["external_id"], "activated")

    def statuses(self) -> dict[str, str]:
        return {person["external_id"]: person["status"] for person in self.tenant.people()}

    def values(self, field: str) -> dict[str, str]:
        """Return identifier -> a value: email, or a profile field."""
        return {person["external_id"]: person[field] if field in person else person["fields"].get(field, "") for person in self.tenant.people()}

    def touched(self) -> dict[str, int]:
        """Return by how many imports each person was changed."""
        return {person["external_id"]: person["version"] for person in self.tenant.people()}

    def applied(self) -> int:
        """Return how many imports the tenant has carried out."""
        return sum(each["applied_count"] for each in self.tenant.imports(gone=True))

    def sent(self) -> list[str]:
        """Return the rows of the newest import, without the header."""
        return self.tenant.uploaded_bytes(self.tenant.imports()[-1]["id"]).decode().splitlines()[1:]

    def untrue(self) -> list[str]:
        """Return where the tenant is not what the export says of its people, by the present mapping."""
        people = {person["external_id"]: person for person in self.tenant.people()}
        with self.export.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream, delimiter=";"))
        by_identifier = {row[self.mapping["externalId"]]: row for row in rows}
        return [f"{name}: {wrong}" for name, row in by_identifier.items() for wrong in self._wrong(row, people.get(name))]

    def _wrong(self, row: dict[str, str], person: dict[str, t.Any] | None) -> t.Iterator[str]:
        if "status" in self.mapping and row[self.mapping["status"]] == "Deactivated":
            if person and person["status"] != "deactivated":
                yield f"is {person['status']}"
            return
        if person is None:
            yield "is missing"
            return
        if person["status"] == "deactivated":
            yield "is deactivated"
        found = {"externalId": person["external_id"], "eMail": person["email"], "userName": person["user_name"]}
        found.update({f"profile-field:{name}": value for name, value in person["fields"].items()})
        for field, column in self.mapping.items():
            if field != "status" and row[column] and found.get(field, "") != row[column]:
                yield f"{field} is {found.get(field)!r}"


def each(history: t.Callable[..., t.Any], **choices: t.Iterable[t.Any]) -> list[History]:
    """Return a history once for each value of its only parameter beside the source."""
    name, values = choices.popitem()
    return [functools.partial(history, **{name: value}) for value in values]


def first_run(source: Source, *rows: str) -> t.Generator[Wanted, Ended, None]:
    """Send these people for the first time, and let them register."""
    source.write(*rows)
    run = yield source.run()
    assert run.is_green, run.said
    assert source.untrue() == []
    source.register()


def play(folder: Path, subtests: pytest.Subtests, *histories: History) -> None:
    """Play histories side by side; each is a subtest."""
    with contextlib.ExitStack() as stack:
        begun = [_Begun(history, Source(_name(history), folder / _name(history), stack)) for history in histories]
        assert len({one.source.name for one in begun}) == len(begun), "each history needs a name of its own"
        first = begun[0].source.tenant
        controller = Controller(folder, first)
        controller.environment = {
            "ANSIBLE_CALLBACK_PLUGINS": str(Path(__file__).with_name("callback_plugins")), "ANSIBLE_CALLBACKS_ENABLED": "said"}
        controller.variables = {}
        while waiting := [one for one in begun if one.wanted is not None]:
            options = waiting[0].wanted.options if waiting[0].wanted else ()
            _play_once(controller, [one for one in waiting if one.wanted and one.wanted.options == options], options)
        for one in begun:
            with subtests.test(msg=one.source.name):
                one.tell()


def _play_once(controller: Controller, together: list[_Begun], options: tuple[str, ...]) -> None:
    """Play one run of each of these histories."""
    said = controller.folder / "said.jsonl"
    said.write_text("", encoding="utf-8")
    controller.environment["SAID"] = str(said)
    controller.hosts = {one.source.name: one.source.host(one.wanted) for one in together if one.wanted}
    for one in together:
        one.source.tenant.forget_requests()
    run = controller.play(*options)
    notes = [json.loads(line) for line in said.read_text(encoding="utf-8").splitlines()]
    for one in together:
        name = one.source.name
        mine = [note for note in notes if note["host"] == name]
        assert mine, run.output
        messages, warnings = [note["message"] for note in mine if note["message"]], [text for note in mine for text in note["warnings"]]
        green = not any(note["failed"] for note in mine)
        one.go_on(Ended(green, run.results.get(name, {}), messages, warnings, one.source.tenant.calls(), run.output))


class _Begun:
    """A history that is being played."""

    def __init__(self, history: History, source: Source) -> None:
        self.source = source
        self.failure: Exception | None = None
        self._runs = history(source)
        self._ended: list[Ended] = []
        self.wanted: Wanted | None = None
        self._advance(lambda: next(self._runs))

    def go_on(self, ended: Ended) -> None:
        self._ended.append(ended)
        self._advance(lambda: self._runs.send(ended))

    def _advance(self, step: t.Callable[[], Wanted]) -> None:
        self.wanted = None
        try:
            self.wanted = step()
        except StopIteration:
            pass
        except FAILURES as failure:
            self.failure = failure

    def tell(self) -> None:
        """Raise what went wrong, after what its runs said."""
        if self.failure is None:
            return
        for number, ended in enumerate(self._ended, start=1):
            print(f"run {number}: {'green' if ended.is_green else 'red'}, {ended.calls}\n{ended.said}\n")
        raise self.failure


def _name(history: History) -> str:
    if isinstance(history, functools.partial):
        (value,) = history.keywords.values()
        words = re.sub(r"\W+", "_", str(value))
        return f"{history.func.__name__}-{words}"
    return t.cast("t.Any", history).__name__
